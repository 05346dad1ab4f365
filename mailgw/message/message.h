/*
 * message.h - a message's bytes → its facts and the author's own words
 *
 * libetpan reads the MIME. It is old C that reads hostile input: these
 * functions run in the parser's child process only (reader/parser.h), behind
 * a cheap linear look at the bytes (prescan.h).
 */
#ifndef MAILGW_MESSAGE_MESSAGE_H
#define MAILGW_MESSAGE_MESSAGE_H

#include "core/core.h"

#define MESSAGE_MAX_WORDS (1u << 20) /* octets kept of the own words */

struct message_address {
	char *address; /* local@domain, domain lower case */
	char *name;    /* display name, UTF-8, or NULL */
};

/* what a journal report says of the message in it */
struct message_envelope {
	char *from;   /* "": the null sender */
	char **rcpts; /* ends with NULL */
};

struct message {
	char *message_id;            /* without brackets, or NULL */
	int64_t date_at;             /* UTC seconds; INT64_MIN: none readable */
	int offset_min;              /* of Date:, minutes east */
	struct message_address from; /* address NULL: none readable */
	struct message_address *to;  /* To, Cc, Bcc headers; ends with NULL */
	char *subject;               /* UTF-8 */
	char *thread;                /* first of References, else In-Reply-To */
	bool is_automatic;           /* Auto-Submitted, Precedence … */
	bool is_private;             /* Sensitivity: private: never read */
	bool is_reply;               /* answers or forwards another mail */
	char *words;                 /* the author's own words, UTF-8 */
	char *calendar;  /* its text/calendar part, lines with LF, or NULL */
	char *fault;     /* what had to be left unread, or NULL */
	bool is_partial; /* read without the MIME parser */
	struct message_envelope *envelope; /* told by a journal report; NULL */
};

/*
 * message_read - everything of a message that promises need
 *
 * bytes     borrowed
 * is_plain  keep libetpan and libxml2 out of it: their second crash on this
 *           message is behind us
 * out       owned by mem; private messages come without words
 *
 * RC_OK, perhaps with a fault; RC_TOOBIG the memory limit of mem
 */
enum rc message_read(TALLOC_CTX *mem, struct slice bytes, bool is_plain,
    struct message **out, struct err *e) must_check;

/*
 * message_read_journal - the same for a journal copy: where it is a report the
 * message inside is read, and has an envelope
 *
 * RC_BADINPUT: a report that cannot be understood
 */
enum rc message_read_journal(TALLOC_CTX *mem, struct slice bytes, bool is_plain,
    struct message **out, struct err *e) must_check;

#endif
