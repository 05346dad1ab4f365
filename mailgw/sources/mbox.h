/*
 * mbox.h - a file of many messages, cut into messages: octets in, messages out
 *
 * A message begins with a line "From SENDER DATE", the date as asctime(3)
 * writes it; a line that merely begins with "From " is text. Where the header
 * has a Content-Length that leads exactly to the next such line or to the end,
 * it is believed (mboxcl, mboxcl2); else the next such line ends the message
 * (mboxo, mboxrd). One ">" is taken off lines ">From ", ">>From ", unless the
 * Content-Length has shown that the writer does not put it there. Line ends
 * may be LF or CR LF. A file that begins in another way is one message, as it
 * is. Every octet is looked at a few times at most.
 */
#ifndef MAILGW_SOURCES_MBOX_H
#define MAILGW_SOURCES_MBOX_H

#include "core/core.h"

#define MBOX_HEAD_BYTES (64U << 10) /* kept of a message that is too big */
#define MBOX_LINE_MAX   1000        /* a longer line is no "From " line */

struct mbox;

struct mbox_message {
	struct slice bytes;  /* valid until the next call; of one that is too
				big its first MBOX_HEAD_BYTES */
	uint64_t size_bytes; /* all of it */
	int64_t at;          /* UTC seconds of its "From " line; 0: none */
};

/* mbox_new - max_bytes: of one message. NULL at the memory limit. */
struct mbox *mbox_new(TALLOC_CTX *mem, size_t max_bytes) must_check;

/* mbox_room - where the next octets go, *room of them at most; NULL at the
 * memory limit. mbox_put() says how many came; 0 is the end of the file. */
char *mbox_room(struct mbox *b, size_t *room) must_check;
void mbox_put(struct mbox *b, size_t len);

/*
 * mbox_next - the next message
 *
 * RC_OK; RC_TOOBIG one that is too big; RC_RETRY more octets are needed;
 * RC_NOTFOUND there is no more
 */
enum rc mbox_next(struct mbox *b, struct mbox_message *out) must_check;

/* mbox_is_from - is this line, without its end, the first of a message? *at
 * (or NULL): when it says the message came */
bool mbox_is_from(struct slice line, int64_t *at);

#endif
