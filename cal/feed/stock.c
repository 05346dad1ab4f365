/*
 * stock.c - rendered components, kept deflated and ready to be sent
 *
 * One piece at a time, the open one, has its plain text in memory; to turn to
 * another deflates it first.
 */
#include "core/core.h"

#include <zlib.h>

#include "cal/feed/stock.h"

#define LEVEL        6
#define RAW_WINDOW   (-15)
#define FLUSH_OCTETS 16 /* deflateBound() does not count Z_FULL_FLUSH */

struct entry {
	int64_t id;
	uint32_t len, crc;
};

/* a piece with the list of what it holds */
struct part {
	struct entry entries[STOCK_SPLIT + 1];
	size_t count;
	struct stock_piece *piece; /* NULL: the open one has changed */
};

struct stock {
	struct part **at;
	size_t count, room;
	struct part *open; /* whose plain text is here, or NULL */
	char *plain;       /* talloc array with room to spare */
	size_t plain_len;
};

struct stock_piece *
stock_piece_new(struct slice text)
{
	static z_stream z; /* 256 kB, made once; one thread */
	static bool is_made;
	struct stock_piece *p;
	size_t room;

	if (!is_made && deflateInit2(&z, LEVEL, Z_DEFLATED, RAW_WINDOW, 8,
			    Z_DEFAULT_STRATEGY) != Z_OK)
		return NULL;
	is_made = true;
	room = deflateBound(&z, text.len) + FLUSH_OCTETS;
	p = talloc_size(NULL, sizeof(*p) + room);
	if (p == NULL)
		return NULL;
	z.next_in = (Bytef *)(uintptr_t)text.at;
	z.avail_in = (uInt)text.len;
	z.next_out = p->deflated;
	z.avail_out = (uInt)room;
	if (deflateReset(&z) != Z_OK || deflate(&z, Z_FULL_FLUSH) != Z_OK ||
	    z.avail_in != 0 || z.avail_out == 0) {
		talloc_free(p);
		return NULL;
	}
	p->holders = 1;
	p->len = text.len;
	p->crc = (uint32_t)crc32_z(0, (const Bytef *)text.at, text.len);
	p->deflated_len = room - z.avail_out;
	return talloc_realloc_size(NULL, p, sizeof(*p) + p->deflated_len);
}

struct stock_piece *
stock_piece_hold(struct stock_piece *p)
{
	p->holders++;
	return p;
}

void
stock_piece_drop(struct stock_piece *p)
{
	if (p != NULL && --p->holders == 0)
		talloc_free(p);
}

static int
stock_gone(struct stock *s)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		stock_piece_drop(s->at[i]->piece);
	return 0;
}

struct stock *
stock_new(TALLOC_CTX *mem)
{
	struct stock *s = talloc_zero(mem, struct stock);

	if (s != NULL)
		talloc_set_destructor(s, stock_gone);
	return s;
}

/* inflate_piece - its plain text into out, of its length exactly */
static bool
inflate_piece(const struct stock_piece *p, char *out)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)p->deflated,
		.avail_in = (uInt)p->deflated_len,
		.next_out = (Bytef *)out,
		.avail_out = (uInt)p->len };
	int rc;

	if (inflateInit2(&z, RAW_WINDOW) != Z_OK)
		return false;
	rc = inflate(&z, Z_SYNC_FLUSH);
	(void)inflateEnd(&z);
	return (rc == Z_OK || rc == Z_BUF_ERROR) && z.avail_out == 0;
}

/* make_room - for so many octets of plain text */
static bool
make_room(struct stock *s, size_t octets)
{
	if (s->plain != NULL && talloc_get_size(s->plain) >= octets)
		return true;
	s->plain = talloc_realloc(s, s->plain, char, octets + octets / 2 + 1);
	return s->plain != NULL;
}

/* shut - deflate the open piece where it has changed */
static enum rc
shut(struct stock *s, struct err *e)
{
	struct part *p = s->open;

	s->open = NULL;
	if (p == NULL || p->piece != NULL)
		return RC_OK;
	p->piece = stock_piece_new((struct slice){ s->plain, s->plain_len });
	if (p->piece == NULL)
		return err_set(e, RC_INTERNAL, "a calendar cannot be deflated");
	return RC_OK;
}

/* open_piece - have the plain text of one */
static enum rc
open_piece(struct stock *s, struct part *p, struct err *e)
{
	enum rc rc;

	if (s->open == p)
		return RC_OK;
	rc = shut(s, e);
	if (rc != RC_OK)
		return rc;
	s->plain_len = 0;
	if (p->piece != NULL) {
		if (!make_room(s, p->piece->len))
			return err_nomem(e);
		if (!inflate_piece(p->piece, s->plain))
			return err_set(
			    e, RC_INTERNAL, "a calendar cannot be inflated");
		s->plain_len = p->piece->len;
	}
	s->open = p;
	return RC_OK;
}

/* add_piece - an empty one at a place of the list */
static struct part *
add_piece(struct stock *s, size_t place)
{
	struct part *p = talloc_zero(s, struct part);

	if (p == NULL)
		return NULL;
	if (s->count == s->room) {
		s->room = s->room * 2 + 16;
		s->at = talloc_realloc(s, s->at, struct part *, s->room);
		if (s->at == NULL)
			return NULL;
	}
	memmove(&s->at[place + 1], &s->at[place],
	    (s->count - place) * sizeof(*s->at));
	s->at[place] = p;
	s->count++;
	return p;
}

/* remove_piece - an empty one, or one whose content has moved */
static void
remove_piece(struct stock *s, size_t place)
{
	struct part *p = s->at[place];

	if (s->open == p)
		s->open = NULL;
	stock_piece_drop(p->piece);
	talloc_free(p);
	s->count--;
	memmove(&s->at[place], &s->at[place + 1],
	    (s->count - place) * sizeof(*s->at));
}

/* place_of - the piece where a number stands or belongs: the last one that
 * begins at it or below, else the first */
static size_t
place_of(const struct stock *s, int64_t id)
{
	size_t low = 0, high = s->count, middle;

	while (high - low > 1) {
		middle = low + (high - low) / 2;
		if (s->at[middle]->entries[0].id <= id)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* split - the second half of the open piece becomes one of its own */
static enum rc
split(struct stock *s, size_t place, struct err *e)
{
	struct part *p = s->at[place], *next = add_piece(s, place + 1);
	size_t i, half = p->count / 2, octets = 0;

	if (next == NULL)
		return err_nomem(e);
	for (i = 0; i < half; i++)
		octets += p->entries[i].len;
	next->count = p->count - half;
	memcpy(next->entries, &p->entries[half],
	    next->count * sizeof(next->entries[0]));
	p->count = half;
	next->piece = stock_piece_new(
	    (struct slice){ s->plain + octets, s->plain_len - octets });
	s->plain_len = octets;
	return next->piece != NULL ? RC_OK : err_nomem(e);
}

/* join - the piece behind a place into the one there */
static enum rc
join(struct stock *s, size_t place, struct err *e)
{
	struct part *p = s->at[place], *next = s->at[place + 1];
	char *tail;
	enum rc rc;

	rc = open_piece(s, next, e);
	if (rc != RC_OK)
		return rc;
	tail = talloc_memdup(s, s->plain, s->plain_len + 1);
	if (tail == NULL)
		return err_nomem(e);
	rc = open_piece(s, p, e);
	if (rc == RC_OK && !make_room(s, s->plain_len + next->piece->len))
		rc = err_nomem(e);
	if (rc == RC_OK) {
		memcpy(s->plain + s->plain_len, tail, next->piece->len);
		s->plain_len += next->piece->len;
		memcpy(&p->entries[p->count], next->entries,
		    next->count * sizeof(p->entries[0]));
		p->count += next->count;
		stock_piece_drop(p->piece);
		p->piece = NULL;
		remove_piece(s, place + 1);
	}
	talloc_free(tail);
	return rc;
}

/* tidy - pieces neither too full nor too thin */
static enum rc
tidy(struct stock *s, size_t place, struct err *e)
{
	const struct part *p = s->at[place];

	if (p->count == 0) {
		remove_piece(s, place);
		return RC_OK;
	}
	if (p->count >= STOCK_SPLIT)
		return split(s, place, e);
	if (p->count > STOCK_THIN || s->count < 2)
		return RC_OK;
	/* the last piece is thin because it still grows */
	if (place + 1 < s->count &&
	    p->count + s->at[place + 1]->count < STOCK_FULL)
		return join(s, place, e);
	return RC_OK;
}

/* write_entry - replace had octets at a place of the plain text */
static enum rc
write_entry(struct stock *s, size_t octets, size_t had, struct slice text,
    struct err *e)
{
	if (!make_room(s, s->plain_len - had + text.len + 1))
		return err_nomem(e);
	memmove(s->plain + octets + text.len, s->plain + octets + had,
	    s->plain_len - octets - had);
	if (text.len > 0)
		memcpy(s->plain + octets, text.at, text.len);
	s->plain_len += text.len - had;
	return RC_OK;
}

/* change - the entry of a number in the open piece */
static enum rc
change(struct stock *s, struct part *p, int64_t id, struct slice text,
    struct err *e)
{
	size_t i, octets = 0, had = 0;
	struct entry *at;
	enum rc rc;

	for (i = 0; i < p->count && p->entries[i].id < id; i++)
		octets += p->entries[i].len;
	at = &p->entries[i];
	if (i < p->count && at->id == id)
		had = at->len;
	else if (text.len == 0)
		return RC_OK;
	rc = write_entry(s, octets, had, text, e);
	if (rc != RC_OK)
		return rc;
	stock_piece_drop(p->piece);
	p->piece = NULL;
	if (had == 0) {
		memmove(at + 1, at, (p->count - i) * sizeof(*at));
		p->count++;
	} else if (text.len == 0) {
		p->count--;
		memmove(at, at + 1, (p->count - i) * sizeof(*at));
	}
	if (text.len > 0)
		*at = (struct entry){ id, (uint32_t)text.len,
			(uint32_t)crc32_z(
			    0, (const Bytef *)text.at, text.len) };
	return RC_OK;
}

enum rc
stock_put(struct stock *s, int64_t id, struct slice text, struct err *e)
{
	size_t place = s->count > 0 ? place_of(s, id) : 0;
	struct part *p;
	enum rc rc;

	if (s->count == 0 && text.len == 0)
		return RC_OK;
	p = s->count > 0 ? s->at[place] : NULL;
	/* behind the last of a full last piece a new one begins */
	if (p == NULL ||
	    (place + 1 == s->count && p->count >= STOCK_FULL &&
		p->entries[p->count - 1].id < id && text.len > 0)) {
		place = s->count;
		p = add_piece(s, place);
		if (p == NULL)
			return err_nomem(e);
	}
	rc = open_piece(s, p, e);
	if (rc == RC_OK)
		rc = change(s, p, id, text, e);
	if (rc == RC_OK)
		rc = tidy(s, place, e);
	return rc;
}

enum rc
stock_seal(struct stock *s, struct err *e)
{
	enum rc rc = shut(s, e);

	TALLOC_FREE(s->plain);
	return rc;
}

size_t
stock_pieces(const struct stock *s)
{
	return s->count;
}

struct stock_piece *
stock_piece(const struct stock *s, size_t i)
{
	return s->at[i]->piece;
}

void
stock_each(const struct stock *s, stock_each_fn visit, void *arg)
{
	const struct entry *at;
	size_t i, k;

	for (i = 0; i < s->count; i++)
		for (k = 0; k < s->at[i]->count; k++) {
			at = &s->at[i]->entries[k];
			visit(at->id, at->len, at->crc, arg);
		}
}
