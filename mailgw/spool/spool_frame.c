/*
 * spool_frame.c - frames and segment headers to octets and back
 */
#include "core/core.h"

#include <zlib.h>

#include "mailgw/spool/spool_frame.h"

uint32_t
frame_crc(uint32_t crc, const void *at, size_t len)
{
	return len > 0 ? (uint32_t)crc32_z(crc, at, len) : crc;
}

void
segment_name(char out[SEGMENT_NAME_MAX], uint64_t number)
{
	(void)snprintf(out, SEGMENT_NAME_MAX, "%012" PRIu64 ".seg", number);
}

uint64_t
segment_number(const char *name)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; name[i] >= '0' && name[i] <= '9' && i < 19; i++)
		n = n * 10 + (uint64_t)(name[i] - '0');
	if (i < SEGMENT_NAME_DIGITS || strcmp(name + i, ".seg") != 0)
		return 0;
	return n;
}

void
segment_header_put(
    unsigned char out[SEGMENT_HEADER], const struct segment_header *h)
{
	memcpy(out, SEGMENT_MAGIC, 16);
	put_u64(out + 16, h->number);
	put_u64(out + 24, h->epoch);
	put_u64(out + 32, h->mark);
	put_u32(out + 40, frame_crc(0, out, 40));
}

bool
segment_header_get(const unsigned char *at, struct segment_header *h)
{
	if (memcmp(at, SEGMENT_MAGIC, 16) != 0 ||
	    get_u32(at + 40) != frame_crc(0, at, 40))
		return false;
	h->number = get_u64(at + 16);
	h->epoch = get_u64(at + 24);
	h->mark = get_u64(at + 32);
	return true;
}

void
frame_put(unsigned char out[FRAME_HEADER], uint64_t mark, enum frame_type type,
    uint64_t id, struct slice payload)
{
	uint32_t crc;

	assert(payload.len <= FRAME_PAYLOAD_MAX);
	put_u64(out, mark);
	put_u32(out + 8, (uint32_t)type);
	put_u32(out + 12, (uint32_t)payload.len);
	put_u64(out + 16, id);
	crc = frame_crc(0, out + 8, 16);
	put_u32(out + 24, frame_crc(crc, payload.at, payload.len));
}

enum rc
frame_get(struct slice in, uint64_t mark, struct frame *f,
    struct slice *payload, size_t *need)
{
	const unsigned char *at = (const unsigned char *)in.at;
	uint32_t crc;

	*need = FRAME_HEADER;
	if (in.len < FRAME_HEADER)
		return RC_RETRY;
	if (get_u64(at) != mark)
		return RC_BADINPUT;
	f->type = (enum frame_type)get_u32(at + 8);
	f->len = get_u32(at + 12);
	f->id = get_u64(at + 16);
	f->crc = get_u32(at + 24);
	if (f->type < FRAME_ENVELOPE || f->type > FRAME_OUTCOME ||
	    f->len > FRAME_PAYLOAD_MAX)
		return RC_BADINPUT;
	*need = FRAME_HEADER + f->len;
	if (in.len < *need)
		return RC_RETRY;
	payload->at = in.at + FRAME_HEADER;
	payload->len = f->len;
	crc = frame_crc(frame_crc(0, at + 8, 16), payload->at, payload->len);
	return crc == f->crc ? RC_OK : RC_BADINPUT;
}
