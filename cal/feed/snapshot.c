/*
 * snapshot.c - a finished calendar: ready to be sent, with its validators
 *
 * The body is a gzip member (RFC 1952) stitched from pieces: a head of ten
 * octets, the pieces of stock.h, an empty last block, CRC and length. The
 * file has the tag as the comment of its head, so that a calendar loaded again
 * is named as before.
 */
#include "core/core.h"

#include <glib.h>
#include <zlib.h>

#include "cal/feed/snapshot.h"
#include "cal/file.h"

#define RAW_WINDOW (-15)
#define COMMENT    0x10 /* FLG.FCOMMENT */
#define FOOT       10   /* last block, CRC, length */
#define PLAIN_STEP 65536

static const uint8_t gzip_head[10] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3 };
static const char first_line[] = "BEGIN:VCALENDAR\r\n";
static const char last_line[] = "\r\nEND:VCALENDAR\r\n";

struct snapshot_body *
snapshot_hold(struct snapshot_body *b)
{
	b->holders++;
	return b;
}

void
snapshot_drop(struct snapshot_body *b)
{
	struct stock_piece **p;

	if (b == NULL || --b->holders > 0)
		return;
	for (p = b->pieces; *p != NULL; p++)
		stock_piece_drop(*p);
	talloc_free(b);
}

static int
snapshot_gone(struct snapshot *s)
{
	snapshot_drop(s->body);
	return 0;
}

/* put_32 - four octets, the lowest first */
static void
put_32(uint8_t *at, uint32_t n)
{
	at[0] = (uint8_t)n;
	at[1] = (uint8_t)(n >> 8);
	at[2] = (uint8_t)(n >> 16);
	at[3] = (uint8_t)(n >> 24);
}

/* body_new - of so many pieces, filled and held by the caller */
static struct snapshot_body *
body_new(size_t count)
{
	struct snapshot_body *b = talloc_zero(NULL, struct snapshot_body);

	if (b == NULL)
		return NULL;
	b->holders = 1;
	b->pieces = talloc_zero_array(b, struct stock_piece *, count + 1);
	b->parts = talloc_zero_array(b, struct slice, count + 2);
	if (b->pieces == NULL || b->parts == NULL)
		TALLOC_FREE(b);
	return b;
}

/* stitch - parts, lengths and the foot, from the pieces */
static void
stitch(struct snapshot_body *b)
{
	uint32_t crc = 0;
	size_t i;

	b->parts[0] =
	    (struct slice){ (const char *)gzip_head, sizeof(gzip_head) };
	b->gzip_len = sizeof(gzip_head) + FOOT;
	for (i = 0; b->pieces[i] != NULL; i++) {
		const struct stock_piece *p = b->pieces[i];

		b->parts[i + 1] = (struct slice){ (const char *)p->deflated,
			p->deflated_len };
		b->gzip_len += p->deflated_len;
		b->len += p->len;
		crc = (uint32_t)crc32_combine(crc, p->crc, (z_off_t)p->len);
	}
	b->foot[0] = 3; /* a last block of RFC 1951 that holds nothing */
	put_32(b->foot + 2, crc);
	put_32(b->foot + 6, (uint32_t)b->len);
	b->parts[i + 1] = (struct slice){ (const char *)b->foot, FOOT };
	b->count = i + 2;
}

static void
sum_entry(int64_t id, size_t len, uint32_t crc, void *sum)
{
	const int64_t three[] = { id, (int64_t)len, crc };

	g_checksum_update(sum, (const guchar *)three, sizeof(three));
}

/* name_of - the tag of a calendar: its frame, and the length and CRC of each
 * component; a change of one changes its SEQUENCE, so that the CRC has to tell
 * only neighbours apart */
static void
name_it(struct snapshot *s, const char *head, const struct stock *stock,
    const char *tail)
{
	GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);

	g_checksum_update(sum, (const guchar *)head, -1);
	stock_each(stock, sum_entry, sum);
	g_checksum_update(sum, (const guchar *)tail, -1);
	(void)snprintf(
	    s->etag, sizeof(s->etag), "\"%.32s\"", g_checksum_get_string(sum));
	(void)snprintf(s->etag_gzip, sizeof(s->etag_gzip), "\"%.32s-gz\"",
	    g_checksum_get_string(sum));
	g_checksum_free(sum);
}

enum rc
snapshot_new(TALLOC_CTX *mem, const char *head, const struct stock *stock,
    const char *tail, int64_t modified_at, struct snapshot **out, struct err *e)
{
	struct snapshot *s = talloc_zero(mem, struct snapshot);
	size_t i, count = stock_pieces(stock);

	if (s == NULL)
		return err_nomem(e);
	s->modified_at = modified_at;
	name_it(s, head, stock, tail);
	s->body = body_new(count + 2);
	if (s->body == NULL)
		goto nomem;
	talloc_set_destructor(s, snapshot_gone);
	s->body->pieces[0] = stock_piece_new(slice_of(head));
	for (i = 0; s->body->pieces[i] != NULL && i < count; i++)
		s->body->pieces[i + 1] =
		    stock_piece_hold(stock_piece(stock, i));
	if (s->body->pieces[i] == NULL)
		goto nomem;
	s->body->pieces[i + 1] = stock_piece_new(slice_of(tail));
	if (s->body->pieces[i + 1] == NULL)
		goto nomem;
	stitch(s->body);
	*out = s;
	return RC_OK;
nomem:
	talloc_free(s);
	return err_nomem(e);
}

struct snapshot_reader {
	struct snapshot_body *body;
	size_t part;
	z_stream z;
};

static int
reader_gone(struct snapshot_reader *r)
{
	(void)inflateEnd(&r->z);
	snapshot_drop(r->body);
	return 0;
}

struct snapshot_reader *
snapshot_reader_new(TALLOC_CTX *mem, struct snapshot_body *b)
{
	struct snapshot_reader *r = talloc_zero(mem, struct snapshot_reader);

	if (r == NULL)
		return NULL;
	if (inflateInit2(&r->z, RAW_WINDOW) != Z_OK) {
		talloc_free(r);
		return NULL;
	}
	r->body = snapshot_hold(b);
	talloc_set_destructor(r, reader_gone);
	return r;
}

ssize_t
snapshot_pull(struct snapshot_reader *r, char *out, size_t max)
{
	const struct slice *part;

	if (max > INT_MAX)
		max = INT_MAX;
	r->z.next_out = (Bytef *)out;
	r->z.avail_out = (uInt)max;
	/* the head and the foot are gzip's */
	while (r->z.avail_out > 0 &&
	       (r->z.avail_in > 0 || r->part + 2 < r->body->count)) {
		if (r->z.avail_in == 0) {
			part = &r->body->parts[++r->part];
			r->z.next_in = (Bytef *)(uintptr_t)part->at;
			r->z.avail_in = (uInt)part->len;
		}
		if (inflate(&r->z, Z_SYNC_FLUSH) != Z_OK)
			return -1;
	}
	return (ssize_t)(max - r->z.avail_out);
}

enum rc
snapshot_save(
    const struct snapshot *s, const char *path, unsigned mode, struct err *e)
{
	char comment[SNAPSHOT_ETAG_MAX];
	uint8_t head[sizeof(gzip_head)];
	struct file f;
	enum rc rc;
	size_t i;

	memcpy(head, gzip_head, sizeof(head));
	head[3] = COMMENT;
	memcpy(comment, s->etag, sizeof(comment));
	rc = file_begin(&f, path, mode, e);
	if (rc != RC_OK)
		return rc;
	rc = file_put(&f, head, sizeof(head), e);
	if (rc == RC_OK)
		rc = file_put(&f, comment, strlen(comment) + 1, e);
	for (i = 1; rc == RC_OK && i < s->body->count; i++)
		rc = file_put(
		    &f, s->body->parts[i].at, s->body->parts[i].len, e);
	return file_end(&f, rc, s->modified_at, e);
}

enum rc
snapshot_save_plain(
    const struct snapshot *s, const char *path, unsigned mode, struct err *e)
{
	struct snapshot_reader *r = snapshot_reader_new(NULL, s->body);
	char *step = talloc_array(r, char, PLAIN_STEP);
	struct file f;
	ssize_t got;
	enum rc rc;

	if (step == NULL) {
		talloc_free(r);
		return err_nomem(e);
	}
	rc = file_begin(&f, path, mode, e);
	if (rc != RC_OK)
		goto out;
	while (rc == RC_OK && (got = snapshot_pull(r, step, PLAIN_STEP)) != 0)
		rc = got < 0 ? err_set(e, RC_INTERNAL, "cannot be inflated")
			     : file_put(&f, step, (size_t)got, e);
	rc = file_end(&f, rc, s->modified_at, e);
out:
	talloc_free(r);
	return rc;
}

/* check - inflate it all: length, CRC, and both ends of a calendar; the piece
 * learns its length and CRC */
static bool
check(struct snapshot_body *b, struct stock_piece *p)
{
	struct snapshot_reader *r;
	char step[4096 + sizeof(last_line)];
	size_t keep = 0;
	ssize_t got;
	bool good = true;

	r = snapshot_reader_new(NULL, b);
	if (r == NULL)
		return false;
	/* the end of one step stands before the next, for the last line */
	while ((got = snapshot_pull(r, step + keep, 4096)) > 0) {
		if (p->len == 0)
			good = (size_t)got > sizeof(first_line) &&
			       memcmp(step, first_line,
				   sizeof(first_line) - 1) == 0;
		p->crc = (uint32_t)crc32_z(
		    p->crc, (const Bytef *)step + keep, (size_t)got);
		p->len += (size_t)got;
		keep += (size_t)got;
		if (keep >= sizeof(last_line)) {
			memmove(step, step + keep - (sizeof(last_line) - 1),
			    sizeof(last_line) - 1);
			keep = sizeof(last_line) - 1;
		}
	}
	talloc_free(r);
	return good && got == 0 && keep == sizeof(last_line) - 1 &&
	       memcmp(step, last_line, keep) == 0;
}

/* parse - a file of snapshot_save() as a body of one piece */
static enum rc
parse(struct snapshot *s, struct slice file, struct err *e)
{
	struct snapshot_body *b = s->body = body_new(1);
	size_t start = sizeof(gzip_head), tag;
	uint8_t foot[FOOT];
	struct stock_piece *p;

	if (b == NULL)
		return err_nomem(e);
	talloc_set_destructor(s, snapshot_gone);
	tag = strnlen(file.at + (file.len > start ? start : 0),
	    file.len > start ? file.len - start : 0);
	if (file.len < start + FOOT || file.at[3] != COMMENT || tag < 3 ||
	    tag + 4 > sizeof(s->etag) || file.len < start + tag + 1 + FOOT)
		return err_set(e, RC_BADINPUT, "not a calendar of ours");
	(void)snprintf(s->etag, sizeof(s->etag), "%s", file.at + start);
	(void)snprintf(s->etag_gzip, sizeof(s->etag_gzip), "%.*s-gz\"",
	    (int)tag - 1, s->etag);
	start += tag + 1;
	memcpy(foot, file.at + file.len - FOOT, FOOT);
	p = talloc_size(NULL, sizeof(*p) + file.len - start - FOOT);
	if (p == NULL)
		return err_nomem(e);
	*p = (struct stock_piece){ .holders = 1,
		.deflated_len = file.len - start - FOOT };
	memcpy(p->deflated, file.at + start, p->deflated_len);
	b->pieces[0] = p;
	stitch(b);
	if (!check(b, p))
		return err_set(e, RC_BADINPUT, "not a whole calendar");
	b->len = 0;
	stitch(b);
	if (memcmp(foot, b->foot, FOOT) != 0)
		return err_set(e, RC_BADINPUT, "not a whole calendar");
	return RC_OK;
}

enum rc
snapshot_load(
    TALLOC_CTX *mem, const char *path, struct snapshot **out, struct err *e)
{
	struct snapshot *s = talloc_zero(mem, struct snapshot);
	struct slice bytes;
	enum rc rc;

	if (s == NULL)
		return err_nomem(e);
	rc = file_read(s, path, SNAPSHOT_MAX_BYTES, &bytes, &s->modified_at, e);
	if (rc == RC_OK)
		rc = parse(s, bytes, e);
	if (rc == RC_BADINPUT)
		(void)err_context(e, "'%s'", path);
	if (rc != RC_OK) {
		talloc_free(s);
		return rc;
	}
	talloc_free((char *)(uintptr_t)bytes.at);
	*out = s;
	return RC_OK;
}
