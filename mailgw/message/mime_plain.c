/*
 * mime_plain.c - the texts of a hostile message, without libetpan
 *
 * Flat: every boundary named by a header seen so far cuts, whatever its level.
 * Plain text parts are joined; where there are none, HTML with its tags off.
 */
#include "core/core.h"

#include "mailgw/message/header.h"
#include "mailgw/message/mime.h"

#define MAX_BOUNDARIES   20
#define MAX_PARTS        200
#define PLAIN_MAX_HEADER (256u << 10)

struct plain {
	TALLOC_CTX *mem;
	char *boundaries[MAX_BOUNDARIES];
	size_t boundary_count, parts;
	struct buf text, html;
};

static void
name_boundary(struct plain *p, struct slice type)
{
	char *b = header_param(p->mem, type, "boundary");

	if (b == NULL || *b == '\0' || strlen(b) > 70 ||
	    p->boundary_count >= MAX_BOUNDARIES)
		return;
	p->boundaries[p->boundary_count++] = b;
}

/* is_boundary - a line "--NAME" or "--NAME--" */
static bool
is_boundary(const struct plain *p, struct slice line)
{
	size_t i, n;

	if (line.len < 3 || line.at[0] != '-' || line.at[1] != '-')
		return false;
	for (i = 0; i < p->boundary_count; i++) {
		n = strlen(p->boundaries[i]);
		if (line.len - 2 >= n &&
		    memcmp(line.at + 2, p->boundaries[i], n) == 0)
			return true;
	}
	return false;
}

/* body_end - where the next boundary line begins, from `at` */
static size_t
body_end(const struct plain *p, struct slice s, size_t at, size_t *next)
{
	const char *nl;
	size_t end;

	for (; at < s.len; at = end + 1) {
		nl = memchr(s.at + at, '\n', s.len - at);
		end = nl ? (size_t)(nl - s.at) : s.len;
		if (is_boundary(p, (struct slice){ s.at + at, end - at })) {
			*next = end < s.len ? end + 1 : s.len;
			return at;
		}
	}
	*next = s.len;
	return s.len;
}

static enum rc
one_part(
    struct plain *p, const struct header *h, struct slice body, struct err *e)
{
	struct slice type = header_get(h, "content-type");
	struct mime_part part = { .raw = body, .charset = SLICE("") };
	char *charset;
	struct buf *out;

	part.is_html = decode_starts(type, "text/html");
	if (type.len > 0 && !part.is_html && !decode_starts(type, "text/plain"))
		return RC_OK;
	if (decode_starts(header_get(h, "content-disposition"), "attachment") ||
	    header_param(p->mem, type, "name") != NULL)
		return RC_OK;
	part.cte = decode_cte_named(header_get(h, "content-transfer-encoding"));
	charset = header_param(p->mem, type, "charset");
	if (charset != NULL)
		part.charset = slice_of(charset);
	out = part.is_html ? &p->html : &p->text;
	buf_put(out, "\n\n", out->len > 0 ? 2 : 0);
	return mime_part_text(p->mem, &part, true, out, e);
}

enum rc
mime_texts_plain(
    TALLOC_CTX *mem, struct slice bytes, struct buf *out, struct err *e)
{
	struct plain p = {
		.mem = mem, .text = { .mem = mem }, .html = { .mem = mem }
	};
	struct header h;
	size_t at, next, end, from;
	bool is_multi;
	enum rc rc;

	for (at = 0; p.parts < MAX_PARTS; p.parts++) {
		struct slice rest = { bytes.at + at, bytes.len - at };

		if (at > 0 && rest.len > PLAIN_MAX_HEADER)
			rest.len = PLAIN_MAX_HEADER;
		rc = header_split(mem, rest, &h, e);
		if (rc != RC_OK)
			return rc;
		is_multi =
		    decode_starts(header_get(&h, "content-type"), "multipart/");
		if (is_multi)
			name_boundary(&p, header_get(&h, "content-type"));
		from = at + h.body_at;
		end = body_end(&p, bytes, from, &next);
		if (!is_multi && from < end)
			rc = one_part(&p, &h,
			    (struct slice){ bytes.at + from, end - from }, e);
		talloc_free(h.fields);
		if (rc != RC_OK)
			return rc;
		at = next;
		if (at >= bytes.len)
			break;
	}
	if (p.text.len > 0)
		buf_put(out, p.text.at, p.text.len);
	else
		buf_put(out, p.html.at, p.html.len);
	return p.text.failed || p.html.failed || out->failed ? err_nomem(e)
							     : RC_OK;
}
