/*
 * session_priv.h - the state of one relay session; private to session*.c
 *
 * session.c         life, time-outs, the loop over both buffers
 * session_command.c what each verb of the client does
 * session_hop.c     the next hop: greeting, replies, loss
 * session_mail.c    one message: body, copy, end, outcome
 * session_chunk.c   a message that comes by BDAT
 * session_tls.c     STARTTLS on both sides, and AUTH
 */
#ifndef MAILGW_SMTP_SESSION_PRIV_H
#define MAILGW_SMTP_SESSION_PRIV_H

#include "core/core.h"

#include "mailgw/smtp/client.h"
#include "mailgw/smtp/server.h"
#include "mailgw/smtp/session.h"

/* RFC 5321 4.5.3.2: ours towards the next hop are at least these */
#define WAIT_CONNECT_MS (60 * 1000)   /* its name, and all its addresses */
#define WAIT_REPLY_MS   (300 * 1000)  /* banner, EHLO, MAIL, RCPT */
#define WAIT_DATA_MS    (120 * 1000)  /* DATA */
#define WAIT_BLOCK_MS   (180 * 1000)  /* the next hop takes some body */
#define WAIT_FINAL_MS   (660 * 1000)  /* outlasts the client's ten minutes */
#define WINDOW_OCTETS   4096          /* of body in cf->wait_client_ms */
#define WAIT_BODY_MS    (7200 * 1000) /* all of a body */
#define WAIT_TLS_MS     (60 * 1000)   /* a handshake, on either side */
#define WAIT_CLOSE_MS   (30 * 1000)   /* the client takes the last reply */
#define WAIT_LINGER_MS  2000          /* and closes first */

#define SESSION_QUEUE      64           /* commands on their way */
#define SESSION_HIGH       (128U << 10) /* a buffer is full */
#define SESSION_READ_AHEAD (64U << 10)
#define SESSION_ERRORS     20  /* bad commands, then 421 */
#define SESSION_IDLE_TALK  100 /* without a message; more of it is errors */

enum hop_state {
	HOP_NONE,
	HOP_CONNECTING,
	HOP_TLS, /* shakes hands; nothing it says is looked at */
	HOP_GREETING,
	HOP_EHLO,
	HOP_STARTTLS,
	HOP_HELO,
	HOP_READY
};

enum phase {
	PHASE_COMMANDS,
	PHASE_TLS,     /* shakes hands with the client */
	PHASE_AUTH,    /* AUTH or an answer was sent on */
	PHASE_ANSWER,  /* the client is asked for something */
	PHASE_DATA,    /* DATA was sent on */
	PHASE_BODY,    /* streams to next hop and spool */
	PHASE_SWALLOW, /* streams to nowhere; `verdict` comes at its end */
	PHASE_COMMIT,  /* whole; the copy becomes durable */
	PHASE_FINAL,   /* the dot was sent on */
	PHASE_CLOSING
};

enum sent_kind {
	SENT_MAIL,
	SENT_RCPT,
	SENT_RSET,
	SENT_HELLO, /* our RSET for the client's second EHLO */
	SENT_OTHER, /* NOOP, VRFY */
	SENT_AUTH,
	SENT_XCLIENT,
	SENT_DATA,
	SENT_CHUNK, /* BDAT, but for the last one */
	SENT_DOT    /* the end of a message, or BDAT LAST */
};

struct sent {
	enum sent_kind kind;
	char *address; /* of MAIL, RCPT and XCLIENT */
};

struct session {
	const struct session_config *cf;
	void *owner;
	uint64_t number;
	char *client;
	int64_t now, utc;
	struct server server;
	struct client hop;
	struct evbuffer *from_client, *to_client, *from_hop, *to_hop;
	enum phase phase;
	enum hop_state hop_state;
	struct server_event ev; /* the command in hand */
	bool is_held;           /* it waits */
	bool is_early;          /* octets stood behind DATA */
	bool is_trusted;        /* XCLIENT and XFORWARD go on */
	bool has_greeted, is_esmtp, has_eof, is_lost, is_draining;
	bool want_connect, want_drop, want_tls, want_tls_hop;
	bool is_near, is_hop_near; /* on this machine */
	const char *tls, *hop_tls; /* the version, NULL: none */
	bool is_authed;
	struct sent queue[SESSION_QUEUE];
	size_t first, n_sent;
	char *ehlo; /* the next hop's reply */
	bool has_pipelining;
	unsigned errors, idle_talk;
	/* the transaction; its memory */
	TALLOC_CTX *mail;
	bool has_mail;
	char *mail_from;
	const char **rcpts; /* NULL at the end */
	size_t n_rcpts, rcpt_octets;
	size_t n_ours; /* of them, those that end here */
	bool is_ours;  /* the message goes no further */
	/* the message */
	bool in_chunks;     /* it comes by BDAT */
	bool is_last_chunk; /* the chunk in hand ends it */
	bool has_end_octet; /* and its last octet waits for the copy: */
	char end_octet;
	bool was_refused; /* what is swallowed belongs to no message */
	bool ends_in_cr;  /* for bare newlines */
	bool has_copy;
	uint64_t id, octets;
	char *verdict;
	int64_t at_mail, at_data, at_end, at_durable, connect_ms;
	/* time-outs, 0: none */
	int64_t client_deadline, hop_deadline, body_deadline, close_deadline;
	uint64_t window_octets, hop_octets, hop_seen;
	size_t client_left;
};

/* session.c */
void session_greet(struct session *s);
void session_relay(struct session *s, struct slice reply); /* whole lines */
void session_reply(struct session *s, const char *line);
void session_close(struct session *s, const char *line); /* reply and close */
void session_error(struct session *s, const char *line); /* counted */
void session_to_hop_add(struct session *s, struct slice bytes);
void session_awaits_client(struct session *s);

/* session_command.c: false: the command waits */
bool session_command(struct session *s);

/* session_hop.c */
void hop_accept_rcpt(struct session *s, char **address);
bool hop_needed(struct session *s); /* false: it is being connected */
void hop_send(struct session *s, enum sent_kind kind, struct slice line,
    struct slice address);
void hop_take(struct session *s, const struct client_event *ev);
void hop_drop(struct session *s); /* we close it */
void hop_lost(struct session *s, const char *why);

void hop_hello(struct session *s); /* EHLO, then all that follows */

/* session_tls.c */
bool tls_offered(const struct session *s); /* to the client, now */
bool auth_offered(const struct session *s);
bool tls_command(struct session *s);
bool auth_command(struct session *s);
bool auth_answer(struct session *s);
void auth_answered(struct session *s, const struct client_event *ev);
void tls_begin(struct session *s);     /* with the client */
void tls_hop_begin(struct session *s); /* with the next hop */
/* may mail pass to, or come from, who is there? NULL: yes; else a reply */
const char *tls_bar(const struct session *s);

/* session_mail.c */
void mail_reset(struct session *s);
void mail_begin(struct session *s, struct slice reply);
void mail_body(struct session *s, const struct server_event *ev);
void mail_lookalike(struct session *s);
void mail_end(struct session *s);
void mail_final(struct session *s, int code, struct slice reply);
void mail_chunk_end(struct session *s);
bool mail_open(struct session *s); /* the copy begins; false: mail_fail() */
void mail_start_body(struct session *s);
/* the next hop is out of it: the client is told `verdict` at the end */
void mail_fail(struct session *s, const char *verdict);
void mail_abandon(struct session *s, enum spool_outcome outcome);

/* session_chunk.c */
bool chunk_run(struct session *s);    /* BDAT */
void chunk_finish(struct session *s); /* the copy is safe: let the end go */

#endif
