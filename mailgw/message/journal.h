/*
 * journal.h - a journal report: the envelope it tells, the message it holds
 *
 * Exchange and Microsoft 365 journal a mail as a mail of its own: a text part
 * with a line for the sender and one for each recipient ("Cc: a@b, Expanded:
 * list@b"), then the mail itself, unaltered, as message/rfc822 ([MS-XJRNL]).
 * Linear, without recursion, without libetpan.
 */
#ifndef MAILGW_MESSAGE_JOURNAL_H
#define MAILGW_MESSAGE_JOURNAL_H

#include "core/core.h"
#include "mailgw/message/message.h"

#define JOURNAL_MAX_PARTS 20
#define JOURNAL_MAX_TEXT  (4u << 20) /* octets of the report */
#define JOURNAL_MAX_RCPTS 10000

struct journal {
	struct slice message; /* the mail inside; borrowed, or owned by mem */
	struct message_envelope *envelope;
};

/*
 * journal_read - is it a report, and what does it say?
 *
 * out  filled on RC_OK, owned by mem
 *
 * RC_OK; RC_NOTFOUND it is none, but a mail like any other; RC_BADINPUT it
 * says that it is one, and cannot be understood; RC_TOOBIG memory
 */
enum rc journal_read(TALLOC_CTX *mem, struct slice bytes, struct journal *out,
    struct err *e) must_check;

#endif
