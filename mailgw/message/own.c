/*
 * own.c - the author's own words: lines in, kept lines out
 *
 * Every line is folded and its phrases looked up once. own_quote.c then marks
 * what others wrote; each run of lines left between is searched for a signature
 * (own_sign.c). Each step looks at a line a bounded number of times.
 */
#include "core/core.h"

#include "mailgw/message/decode.h"
#include "mailgw/message/html.h"
#include "mailgw/message/own_priv.h"

#define SHARP_S 0xdf /* becomes two */

/* U+00C0 to U+017F without accents; '*' stays as it is */
static const char bare[] =
    "aaaaaaaceeeeiiiidnooooo*ouuuuyt*aaaaaaaceeeeiiiidnooooo*ouuuuyty"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
    "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

/* fold_rune - what a character becomes; 0: nothing */
static uint32_t
fold_rune(uint32_t c)
{
	if (c < 0x80) {
		if (c >= 'A' && c <= 'Z')
			return c + 32;
		if (c == '*' || c == '_')
			return 0;
		return c <= ' ' ? ' ' : c;
	}
	if (c >= 0xc0 && c < 0x180)
		return bare[c - 0xc0] == '*' ? c : (uint32_t)bare[c - 0xc0];
	switch (c) {
	case 0xa0:
	case 0x2007:
	case 0x202f:
	case 0x2002:
	case 0x2003:
	case 0x2009:
		return ' ';
	case 0xad:
	case 0x200b:
	case 0x200c:
	case 0x200d:
	case 0x200e:
	case 0x200f:
	case 0x202a:
	case 0x202c:
	case 0x2060:
	case 0xfeff:
		return 0;
	case 0x2018:
	case 0x2019:
	case 0x2032:
	case 0xb4:
		return '\'';
	case 0x2010:
	case 0x2011:
	case 0x2012:
	case 0x2013:
	case 0x2014:
	case 0x2015:
		return '-';
	default:
		return c;
	}
}

void
own_fold(struct slice text, struct buf *out)
{
	const char *at = text.at, *end = text.at + text.len;
	size_t start = out->len;
	uint32_t c;
	bool blank = false;

	while (at < end) {
		/* a combining accent goes, its letter stays */
		c = fold_rune((unsigned char)*at < 0x80
				  ? (uint32_t)(unsigned char)*at++
				  : decode_rune(&at, end));
		if (c == 0 || (c >= 0x300 && c < 0x370))
			continue;
		if (c == ' ') {
			blank = true;
			continue;
		}
		if (blank && out->len > start)
			buf_putc(out, ' ');
		blank = false;
		if (c == SHARP_S)
			buf_putc(out, 's');
		buf_rune(out, c == SHARP_S ? 's' : c);
	}
}

/* quote_depth - '>' in front, blanks between; *at: where the text begins */
static size_t
quote_depth(struct slice line, size_t *at)
{
	size_t i = 0, depth = 0, spaces;

	for (;;) {
		for (spaces = 0;
		     i < line.len && line.at[i] == ' ' && spaces < 2; spaces++)
			i++;
		if (i >= line.len || line.at[i] != '>')
			break;
		depth++;
		i++;
		*at = i;
	}
	return depth;
}

static enum rc
cut_lines(TALLOC_CTX *mem, struct slice text, struct own *o, struct buf *fold,
    struct err *e)
{
	size_t n = 1, i, end, at;
	size_t *offsets;
	const char *nl;
	struct own_line *l;

	for (i = 0; i < text.len; i++)
		n += text.at[i] == '\n';
	o->lines = talloc_zero_array(mem, struct own_line, n);
	offsets = talloc_array(mem, size_t, n + 1);
	if (o->lines == NULL || offsets == NULL)
		return err_nomem(e);
	for (i = 0; i < text.len; i = end + 1) {
		nl = memchr(text.at + i, '\n', text.len - i);
		end = nl ? (size_t)(nl - text.at) : text.len;
		l = &o->lines[o->count];
		l->text = (struct slice){ text.at + i, end - i };
		at = 0;
		if (l->text.len >= 2 && l->text.at[0] == HTML_MARK) {
			l->mark = l->text.at[1];
			l->text.at += 2;
			l->text.len -= 2;
		} else {
			size_t d = quote_depth(l->text, &at);

			l->depth = (uint16_t)(d > UINT16_MAX ? UINT16_MAX : d);
		}
		offsets[o->count++] = fold->len;
		if (l->depth == 0)
			own_fold(l->text, fold);
	}
	offsets[o->count] = fold->len;
	if (fold->failed)
		return err_nomem(e);
	for (i = 0; i < o->count; i++) {
		o->lines[i].fold =
		    (struct slice){ buf_slice(fold).at + offsets[i],
			    offsets[i + 1] - offsets[i] };
		o->lines[i].kinds = own_kinds(o->lines[i].fold);
	}
	talloc_free(offsets);
	return RC_OK;
}

/* has_columns - cells with bars, tabs or runs of blanks between */
static bool
has_columns(struct slice s)
{
	size_t i, blanks = 0;

	for (i = 0; i < s.len; i++) {
		if (s.at[i] == '|' || (s.at[i] == '\t' && i > 0))
			return true;
		blanks = s.at[i] == ' ' ? blanks + 1 : 0;
		if (blanks >= 3 && blanks < i)
			return true;
	}
	return false;
}

static void
mark_tables(struct own *o)
{
	size_t i;
	bool is, was = false;

	for (i = 0; i < o->count; i++) {
		is = o->lines[i].depth == 0 && has_columns(o->lines[i].text);
		if (is && was)
			o->lines[i - 1].is_table = o->lines[i].is_table = true;
		was = is;
	}
}

/* company_of - "chauffage-leroux.example" → "chauffageleroux" */
static void
company_of(const char *address, char *out, size_t size)
{
	static const char *const public[] = { "gmail", "orange", "wanadoo",
		"free", "hotmail", "outlook", "yahoo", "laposte", "sfr",
		"icloud", "gmx", "mail" };
	const char *at = strrchr(address, '@'), *dot;
	size_t o = 0, i;

	out[0] = '\0';
	if (at == NULL)
		return;
	/* the longest label but the last */
	dot = strrchr(at, '.');
	for (at++; dot != NULL && at < dot && o + 1 < size; at++) {
		if (*at == '.') {
			if (o >= 5)
				break;
			o = 0;
		} else if (*at != '-') {
			out[o++] =
			    *at >= 'A' && *at <= 'Z' ? (char)(*at + 32) : *at;
		}
	}
	out[o] = '\0';
	for (i = 0; i < ARRAY_LEN(public); i++)
		if (strcmp(out, public[i]) == 0)
			out[0] = '\0';
	if (o < 4)
		out[0] = '\0';
}

/* put_kept - kept lines, at most one blank line in a row, none at the ends */
static void
put_kept(const struct own *o, struct buf *out)
{
	size_t i, len;
	bool blank = false;
	const struct own_line *l;

	for (i = 0; i < o->count; i++) {
		l = &o->lines[i];
		if (l->fate != OWN_KEEP || own_is_blank(l) || l->mark) {
			blank = true;
			continue;
		}
		if (blank && out->len > 0)
			buf_putc(out, '\n');
		blank = false;
		len = l->text.len;
		while (len > 0 && (l->text.at[len - 1] == ' ' ||
				      l->text.at[len - 1] == '\t'))
			len--;
		buf_put(out, l->text.at, len);
		buf_putc(out, '\n');
	}
}

enum rc
own_words(TALLOC_CTX *mem, struct slice text, const char *name,
    const char *address, struct buf *out, struct err *e)
{
	TALLOC_CTX *tmp = talloc_new(mem);
	struct own o = { .lines = NULL };
	struct buf fold = { .mem = tmp }, who = { .mem = tmp };
	size_t i, from;
	const char *at;
	enum rc rc;

	if (tmp == NULL)
		return err_nomem(e);
	rc = cut_lines(tmp, text, &o, &fold, e);
	if (rc != RC_OK)
		goto out;
	if (name != NULL)
		own_fold(slice_of(name), &who);
	from = who.len;
	if (address != NULL && (at = strrchr(address, '@')) != NULL) {
		own_fold(
		    (struct slice){ address, (size_t)(at - address) }, &who);
		company_of(address, o.company, sizeof(o.company));
	}
	if (who.failed) {
		rc = err_nomem(e);
		goto out;
	}
	o.name = (struct slice){ buf_slice(&who).at, from };
	o.user = (struct slice){ buf_slice(&who).at + from, who.len - from };
	mark_tables(&o);
	own_quotes(&o);
	for (i = 0; i < o.count; i++) {
		if (o.lines[i].fate != OWN_KEEP)
			continue;
		for (from = i; i < o.count && o.lines[i].fate == OWN_KEEP; i++)
			;
		own_signature(&o, from, i);
	}
	put_kept(&o, out);
	if (out->failed)
		rc = err_nomem(e);
out:
	talloc_free(tmp);
	return rc;
}
