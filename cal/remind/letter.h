/*
 * letter.h - a mail of ours as octets, by libetpan's MIME builder
 *
 * Names and subjects become encoded words, so that nothing a stranger wrote
 * can begin a header of its own. Addresses that could are refused.
 */
#ifndef CAL_REMIND_LETTER_H
#define CAL_REMIND_LETTER_H

#include "core/civil/civil.h"
#include "core/core.h"

struct letter {
	const char *from, *from_name; /* address; name or NULL */
	const char *to, *to_name;
	const char *reply_to;    /* address or NULL */
	const char *subject;     /* UTF-8, one line */
	const char *message_id;  /* without brackets */
	const char *in_reply_to; /* the same, or NULL */
	const char *lang;        /* "fr" */
	const char *automatic;   /* "auto-generated", "auto-replied" */
	int64_t at;              /* UTC seconds, for Date: */
	const struct zone *zone; /* Date: is civil there */
	const char *text;        /* UTF-8, lines end with LF */
	const char *calendar;    /* an iMIP part with CRLF, or NULL */
	const char *method;      /* its METHOD */
};

/*
 * letter_write - *out owned by mem, lines end with CRLF
 *
 * RC_BADINPUT an address or a Message-ID that cannot stand in a header
 */
enum rc letter_write(TALLOC_CTX *mem, const struct letter *t, struct slice *out,
    struct err *e) must_check;

/* letter_is_address - may it stand in a header and in an envelope? */
bool letter_is_address(const char *s);

#endif
