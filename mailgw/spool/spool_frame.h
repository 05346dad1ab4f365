/*
 * spool_frame.h - what a segment looks like on disk; private to the spool
 *
 * All numbers are little-endian. A segment begins with a header,
 *
 *     16 "promised spool 1"  8 number  8 epoch  8 mark  4 CRC of these 40
 *
 * epoch is the number of the first segment of the same run of the writer.
 * mark is random: each frame begins with it, so that after damage the next
 * frame can be found, and no sender can write one into a message. A frame is
 *
 *     8 mark  4 type  4 payload length  8 message id  4 CRC, then the payload
 *
 * with the CRC over type, length, id and payload. Payloads:
 *
 *     ENVELOPE  8 received_at  4 recipients, then NUL-ended texts: client,
 *               sender, recipients
 *     DATA      octets of the message
 *     END       8 octets in all  4 CRC over all octets of the message
 *     OUTCOME   1 enum spool_outcome
 *
 * A message's id is (number of the segment current when it began) << 24 plus
 * a counter, so a frame without its envelope tells whether the envelope lay in
 * a segment already removed.
 */
#ifndef MAILGW_SPOOL_FRAME_H
#define MAILGW_SPOOL_FRAME_H

#include "core/core.h"

#define SEGMENT_MAGIC       "promised spool 1"
#define SEGMENT_HEADER      44U
#define SEGMENT_NAME_DIGITS 12
#define SEGMENT_NAME_MAX    32
#define FRAME_HEADER        28U
#define FRAME_PAYLOAD_MAX   (2U << 20)
#define SPOOL_ID_SHIFT      24

enum frame_type {
	FRAME_ENVELOPE = 1,
	FRAME_DATA = 2,
	FRAME_END = 3,
	FRAME_OUTCOME = 4
};

struct segment_header {
	uint64_t number, epoch, mark;
};

struct frame {
	enum frame_type type;
	uint32_t len; /* of the payload */
	uint64_t id;
	uint32_t crc;
};

static inline void
put_u32(unsigned char *at, uint32_t v)
{
	int i;

	for (i = 0; i < 4; i++)
		at[i] = (unsigned char)(v >> (8 * i));
}

static inline void
put_u64(unsigned char *at, uint64_t v)
{
	put_u32(at, (uint32_t)v);
	put_u32(at + 4, (uint32_t)(v >> 32));
}

static inline uint32_t
get_u32(const unsigned char *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	       (uint32_t)at[3] << 24;
}

static inline uint64_t
get_u64(const unsigned char *at)
{
	return get_u32(at) | (uint64_t)get_u32(at + 4) << 32;
}

/* frame_crc - carry a CRC over more octets; begin with 0 */
uint32_t frame_crc(uint32_t crc, const void *at, size_t len);

/* segment_name - "000000000017.seg" */
void segment_name(char out[SEGMENT_NAME_MAX], uint64_t number);

/* segment_number - 0 where name is not a segment's */
uint64_t segment_number(const char *name);

void segment_header_put(
    unsigned char out[SEGMENT_HEADER], const struct segment_header *h);

/* segment_header_get - false where the header is not one of ours */
bool segment_header_get(const unsigned char *at, struct segment_header *h);

/* frame_put - fills a frame's header for this payload */
void frame_put(unsigned char out[FRAME_HEADER], uint64_t mark,
    enum frame_type type, uint64_t id, struct slice payload);

/*
 * frame_get - read one frame at the head of `in`
 *
 * f and payload are filled on RC_OK; payload borrows from in.
 * RC_OK; RC_RETRY more octets are needed (*need in all); RC_BADINPUT no frame
 */
enum rc frame_get(struct slice in, uint64_t mark, struct frame *f,
    struct slice *payload, size_t *need) must_check;

#endif
