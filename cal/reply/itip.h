/*
 * itip.h - what a calendar program answers to an invitation (RFC 5546 REPLY)
 *
 * Only the few properties that count are read, by our own linear reader: the
 * text comes from strangers, and a calendar library is a large thing to show
 * it to. It has no state, no recursion, and gives back what it found alone.
 */
#ifndef CAL_REPLY_ITIP_H
#define CAL_REPLY_ITIP_H

#include "core/core.h"

#define ITIP_MAX_BYTES 65536
#define ITIP_MAX_TEXT  400 /* octets of one value */

enum itip_method { ITIP_OTHER, ITIP_REPLY, ITIP_COUNTER };
enum itip_part {
	ITIP_NONE, /* the attendee is not in it, or said nothing we know */
	ITIP_ACCEPTED,
	ITIP_DECLINED,
	ITIP_TENTATIVE
};

struct itip {
	enum itip_method method;
	char uid[ITIP_MAX_TEXT];
	int64_t sequence; /* 0 where it is missing, as RFC 5545 has it */
	int64_t stamp_at; /* DTSTAMP, UTC seconds; 0: none readable */
	enum itip_part part;
};

/*
 * itip_read - the first event of a calendar, and what one attendee says to it
 *
 * text      lines end with LF or CRLF, folded or not
 * attendee  an address
 *
 * RC_BADINPUT no calendar with one event, or one that is too large
 */
enum rc itip_read(TALLOC_CTX *mem, struct slice text, const char *attendee,
    struct itip *out, struct err *e) must_check;

#endif
