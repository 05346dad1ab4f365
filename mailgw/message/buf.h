/*
 * buf.h - a growing run of octets under a talloc context
 *
 * A write that meets the memory limit sets `failed` and is dropped, and so is
 * every later one: callers check once, at the end.
 */
#ifndef MAILGW_MESSAGE_BUF_H
#define MAILGW_MESSAGE_BUF_H

#include "core/core.h"

struct buf {
	TALLOC_CTX *mem;
	char *at; /* NULL until something is written */
	size_t len, room;
	bool failed;
};

/* buf_grow - room for n more octets; false at the memory limit */
static inline bool
buf_grow(struct buf *b, size_t n)
{
	size_t room = b->room ? b->room : 256;
	char *at;

	if (b->failed)
		return false;
	if (n < b->room && b->len < b->room - n)
		return true;
	while (room < b->len + n + 1) {
		if (__builtin_mul_overflow(room, 2, &room)) {
			b->failed = true;
			return false;
		}
	}
	at = talloc_realloc_size(b->mem, b->at, room);
	if (at == NULL) {
		b->failed = true;
		return false;
	}
	b->at = at;
	b->room = room;
	return true;
}

static inline void
buf_put(struct buf *b, const char *s, size_t n)
{
	if (n == 0 || !buf_grow(b, n))
		return;
	memcpy(b->at + b->len, s, n);
	b->len += n;
}

static inline void
buf_putc(struct buf *b, char c)
{
	if (b->len + 1 < b->room || buf_grow(b, 1))
		b->at[b->len++] = c;
}

/* buf_rune - one code point as UTF-8; what is none becomes U+FFFD */
static inline void
buf_rune(struct buf *b, uint32_t c)
{
	if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		c = 0xfffd;
	if (c < 0x80) {
		buf_putc(b, (char)c);
	} else if (c < 0x800) {
		buf_putc(b, (char)(0xc0 | c >> 6));
		buf_putc(b, (char)(0x80 | (c & 63)));
	} else if (c < 0x10000) {
		buf_putc(b, (char)(0xe0 | c >> 12));
		buf_putc(b, (char)(0x80 | (c >> 6 & 63)));
		buf_putc(b, (char)(0x80 | (c & 63)));
	} else {
		buf_putc(b, (char)(0xf0 | c >> 18));
		buf_putc(b, (char)(0x80 | (c >> 12 & 63)));
		buf_putc(b, (char)(0x80 | (c >> 6 & 63)));
		buf_putc(b, (char)(0x80 | (c & 63)));
	}
}

/* buf_text - what was written, NUL-terminated, owned by b->mem; NULL failed */
static inline char *
buf_text(struct buf *b)
{
	if (!buf_grow(b, 1))
		return NULL;
	b->at[b->len] = '\0';
	return b->at;
}

static inline struct slice
buf_slice(const struct buf *b)
{
	return (struct slice){ b->at ? b->at : "", b->len };
}

#endif
