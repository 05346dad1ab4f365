/*
 * understand.h - a message read by the parser → the promises it makes to whom
 *
 * What promised-reader and promise scan share: who the author and the customers
 * are, from which moment and zone the words speak, then core/read.
 */
#ifndef MAILGW_READER_UNDERSTAND_H
#define MAILGW_READER_UNDERSTAND_H

#include "core/core.h"
#include "core/read/read.h"
#include "core/settings/settings.h"
#include "mailgw/message/message.h"

struct understand;

/*
 * understand_new - languages, calendar and zone, loaded once
 *
 * zone  overrides the settings' timezone; NULL: it does not
 *
 * RC_BADINPUT a zone or a set of holidays that is not known, a language file
 * that cannot be read
 */
enum rc understand_new(TALLOC_CTX *mem, const struct settings *s,
    const char *zone, struct understand **out, struct err *e) must_check;

/* what is known of a message from outside it; zero-filled: nothing */
struct understand_from {
	const char *mail_from;    /* of the envelope, or NULL */
	const char *const *rcpts; /* of the envelope; NULL: the headers' */
	int64_t received_at;      /* UTC seconds, for a missing Date: */
};

enum understand_why {
	UNDERSTAND_READ,
	UNDERSTAND_PRIVATE,  /* marked as such: never read */
	UNDERSTAND_INTERNAL, /* nobody outside gets it */
	UNDERSTAND_FOREIGN,  /* its author is none of own-domains: a customer's
				mail that a rule redirects, say */
	UNDERSTAND_NO_AUTHOR
};

struct understood {
	enum understand_why why;
	const char *author;       /* address; NULL with NO_AUTHOR */
	const char *author_name;  /* or NULL */
	const char **customers;   /* external recipients; ends with NULL */
	const char *zone;         /* name */
	int64_t sent_at;          /* UTC seconds */
	struct read_result *read; /* never NULL; empty unless READ */
};

/* understand_mail - everything owned by mem */
enum rc understand_mail(struct understand *u, TALLOC_CTX *mem,
    const struct message *m, const struct understand_from *from,
    struct understood **out, struct err *e) must_check;

const char *understand_why_name(enum understand_why why);

#endif
