/*
 * server.h - what an SMTP client sends: bytes in, commands and body out
 *
 * Knows lines, verbs and the end of data; no replies, no state of a
 * transaction, no socket. The user pushes what it has and is given one event
 * at a time; whoever answers DATA with 354 says so by server_body(), and who
 * has read the size in a BDAT by server_chunk().
 *
 * Only CRLF "." CRLF ends a body. A dot that stands alone between any of CR,
 * LF and NUL in another way is a look-alike: some other server may take it for
 * the end and the rest for commands. It is reported as such, its dot is never
 * given out, and the rest of the body is thrown away up to the real end.
 */
#ifndef MAILGW_SMTP_SERVER_H
#define MAILGW_SMTP_SERVER_H

#include "core/core.h"

#define SERVER_LINE_MAX   4096        /* octets of a command with its end */
#define SERVER_AUTH_MAX   12288       /* of AUTH and its answers: RFC 4954 */
#define SERVER_LINE_FLOOD (64U << 10) /* a line that goes on is an attack */

enum smtp_verb {
	SMTP_UNKNOWN,
	SMTP_HELO,
	SMTP_EHLO,
	SMTP_MAIL,
	SMTP_RCPT,
	SMTP_DATA,
	SMTP_RSET,
	SMTP_NOOP,
	SMTP_VRFY,
	SMTP_EXPN,
	SMTP_HELP,
	SMTP_QUIT,
	SMTP_AUTH,
	SMTP_STARTTLS,
	SMTP_BDAT,
	SMTP_ETRN,
	SMTP_XCLIENT, /* not from just anybody */
	SMTP_XFORWARD,
	SMTP_PROXY,   /* a header of that protocol where none belongs */
	SMTP_FOREIGN, /* another protocol altogether */
	SMTP_VERBS
};

enum server_event_kind {
	SERVER_NEED,      /* all is consumed, nothing to report yet */
	SERVER_COMMAND,   /* verb, line, args */
	SERVER_ANSWER,    /* line: what was asked for by 334 */
	SERVER_BAD_LINE,  /* a line that must not be looked at: fault */
	SERVER_FLOOD,     /* a line without end: close */
	SERVER_BODY,      /* body, or a stuffing dot */
	SERVER_END,       /* end of data */
	SERVER_LOOKALIKE, /* reported once; END comes later */
};

/* slices are valid until the next call; those of a command are NUL-ended */
struct server_event {
	enum server_event_kind kind;
	enum smtp_verb verb;
	struct slice line; /* without its CRLF, as it was written */
	struct slice args; /* behind the verb, blanks cut at both ends */
	const char *fault; /* BAD_LINE: a whole reply without CRLF */
	struct slice body; /* BODY: as it travels */
	bool is_stuffing;  /* BODY: one dot that is not part of the mail */
	bool is_end;       /* BODY: the last octets of their chunk */
};

enum server_mode { SERVER_COMMANDS, SERVER_AUTH, SERVER_DATA, SERVER_CHUNK };
enum server_dot { DOT_NONE, DOT_ALONE, DOT_CR };

struct server {
	enum server_mode mode;
	/* commands */
	TALLOC_CTX *mem;
	char *line; /* as large as lines were, wiped when it moves */
	size_t size;
	size_t len;  /* of the line so far; goes on counting when too long */
	bool is_bad; /* holds NUL or bare CR */
	/* body */
	char before[2]; /* the last two octets ahead of what comes */
	enum server_dot dot;
	bool is_line_start; /* the dot held back stands behind CRLF */
	bool is_discarding; /* a look-alike was met */
	uint64_t left;      /* octets of the chunk to come */
};

/* server_init - lines hang below mem, which lives as long as s */
void server_init(struct server *s, TALLOC_CTX *mem);

/*
 * server_push - consume octets up to and including the next event
 *
 * Returns how many; with SERVER_NEED always all of them.
 */
size_t server_push(
    struct server *s, struct slice in, struct server_event *ev) must_check;

/* server_body - what follows is a body (354 was said), until SERVER_END */
void server_body(struct server *s);

/* server_ask - the next line is an ANSWER (334 was said) */
void server_ask(struct server *s);

/* server_forget - wipe the last line, and half a line: nothing is held */
void server_forget(struct server *s);

/* server_chunk - what follows is a chunk of that many octets, 1 at least */
void server_chunk(struct server *s, uint64_t octets);

/*
 * server_go_on - behind LOOKALIKE: it was no end, the body goes on
 *
 * Returns the octets that were held back, which belong to it. For who passes
 * nothing on to others.
 */
struct slice server_go_on(struct server *s);

/*
 * smtp_path - the address in "FROM:<a@b> SIZE=1" or "TO:<a@b>"
 *
 * keyword  "FROM" or "TO"
 * out      borrowed from args, without <>; empty for <>
 *
 * RC_OK; RC_BADINPUT
 */
enum rc smtp_path(
    struct slice args, const char *keyword, struct slice *out) must_check;

#endif
