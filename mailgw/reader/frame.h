/*
 * frame.h - what the parser's child and its parent say to each other
 *
 *	request  struct frame_request, then `size` octets of message
 *	reply    struct frame_reply, then `size` octets: a packed message, or
 *	         the text of an error
 *
 * The child sends one reply of no octets when it is ready. The parent trusts
 * nothing in a reply: every length is checked, every text is made valid UTF-8
 * without control characters.
 */
#ifndef MAILGW_READER_FRAME_H
#define MAILGW_READER_FRAME_H

#include "core/core.h"
#include "mailgw/message/buf.h"
#include "mailgw/message/message.h"

#define FRAME_REQUEST     0x70726d31u
#define FRAME_REPLY       0x70726d32u
#define FRAME_MAX_REPLY   (8u << 20)
#define FRAME_MAX_MESSAGE (256u << 20)
#define FRAME_FD          3 /* the child's end of the socket pair */

struct frame_request {
	uint32_t magic;
	uint16_t is_plain;   /* 0 or 1 */
	uint16_t is_journal; /* 0 or 1 */
	uint64_t size;
};

struct frame_reply {
	uint32_t magic;
	uint32_t rc; /* enum rc */
	uint64_t size;
};

void frame_pack(const struct message *m, struct buf *out);

/* frame_unpack - RC_BADINPUT where the octets are no packed message */
enum rc frame_unpack(TALLOC_CTX *mem, struct slice in, struct message **out,
    struct err *e) must_check;

#endif
