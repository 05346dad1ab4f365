/*
 * header.c - fields, parameters, encoded words, ids
 */
#include "core/core.h"

#include "mailgw/message/decode.h"
#include "mailgw/message/header.h"

/* line_end - the index of the line's LF, or the end */
static size_t
line_end(struct slice s, size_t at)
{
	const char *nl = memchr(s.at + at, '\n', s.len - at);

	return nl ? (size_t)(nl - s.at) : s.len;
}

/* name_len - length of a field name before its colon; 0: no field */
static size_t
name_len(struct slice line)
{
	size_t i, n;

	for (i = 0; i < line.len && line.at[i] > ' ' && line.at[i] < 0x7f &&
		    line.at[i] != ':';
	     i++)
		;
	n = i;
	while (i < line.len && (line.at[i] == ' ' || line.at[i] == '\t'))
		i++;
	return n > 0 && n <= 200 && i < line.len && line.at[i] == ':' ? n : 0;
}

size_t
header_start(struct slice bytes)
{
	size_t at = 0, end, next;
	int passed;
	struct slice line;

	if (bytes.len >= 3 && memcmp(bytes.at, "\xef\xbb\xbf", 3) == 0)
		at = 3;
	for (passed = 0; passed < 20 && at < bytes.len; passed++) {
		end = line_end(bytes, at);
		line = decode_trim((struct slice){ bytes.at + at, end - at });
		if (line.len > 0 && name_len(line) > 0 &&
		    !decode_starts(line, ">from "))
			return at;
		next = end < bytes.len ? end + 1 : bytes.len;
		/* junk counts as such only where a field follows it */
		if (line.len > 0 && !decode_starts(line, "from ") &&
		    !decode_starts(line, ">from ") &&
		    (next >= bytes.len ||
			name_len((struct slice){ bytes.at + next,
			    line_end(bytes, next) - next }) == 0))
			return at;
		at = next;
	}
	return at < bytes.len ? at : 0;
}

enum rc
header_split(
    TALLOC_CTX *mem, struct slice bytes, struct header *out, struct err *e)
{
	size_t at = 0, end, next, room = 0, colon;
	struct slice line;
	struct header_field *grown, *f = NULL;

	out->fields = NULL;
	out->count = 0;
	while (at < bytes.len) {
		end = line_end(bytes, at);
		next = end < bytes.len ? end + 1 : bytes.len;
		line = (struct slice){ bytes.at + at, end - at };
		if (line.len > 0 && line.at[line.len - 1] == '\r')
			line.len--;
		if (line.len == 0) {
			at = next;
			break;
		}
		if (line.at[0] == ' ' || line.at[0] == '\t') {
			if (f != NULL)
				f->value.len =
				    (size_t)(line.at + line.len - f->value.at);
			at = next;
			continue;
		}
		f = NULL;
		if (name_len(line) == 0 || out->count >= HEADER_MAX_FIELDS) {
			at = next;
			continue;
		}
		if (out->count == room) {
			room = room ? room * 2 : 32;
			grown = talloc_realloc(
			    mem, out->fields, struct header_field, room);
			if (grown == NULL)
				return err_nomem(e);
			out->fields = grown;
		}
		f = &out->fields[out->count++];
		colon = (size_t)((const char *)memchr(line.at, ':', line.len) -
				 line.at);
		f->name = (struct slice){ line.at, name_len(line) };
		f->value =
		    (struct slice){ line.at + colon + 1, line.len - colon - 1 };
		at = next;
	}
	out->body_at = at;
	return RC_OK;
}

struct slice
header_get(const struct header *h, const char *name)
{
	size_t i;
	struct slice v;

	for (i = 0; i < h->count; i++)
		if (decode_same(h->fields[i].name, name)) {
			v = decode_trim(h->fields[i].value);
			if (v.len > HEADER_MAX_VALUE)
				v.len = HEADER_MAX_VALUE;
			return v;
		}
	return (struct slice){ NULL, 0 };
}

char *
header_param(TALLOC_CTX *mem, struct slice value, const char *name)
{
	struct slice key, val;
	struct buf out = { .mem = mem };
	size_t i = 0, start;

	while (i < value.len && value.at[i] != ';')
		i++;
	while (i < value.len) {
		i++; /* ';' */
		start = i;
		while (
		    i < value.len && value.at[i] != '=' && value.at[i] != ';')
			i++;
		key =
		    decode_trim((struct slice){ value.at + start, i - start });
		if (i >= value.len || value.at[i] == ';')
			continue;
		i++;
		while (i < value.len && strchr(" \t\r\n", value.at[i]) &&
		       value.at[i] != '\0')
			i++;
		out.len = 0;
		if (i < value.len && value.at[i] == '"') {
			for (i++; i < value.len && value.at[i] != '"'; i++) {
				if (value.at[i] == '\\' && i + 1 < value.len)
					i++;
				buf_putc(&out, value.at[i]);
			}
			while (i < value.len && value.at[i] != ';')
				i++;
			val = buf_slice(&out);
		} else {
			start = i;
			while (i < value.len && value.at[i] != ';')
				i++;
			val = decode_trim(
			    (struct slice){ value.at + start, i - start });
		}
		if (decode_same(key, name) ||
		    (decode_starts(key, name) && key.len > strlen(name) &&
			key.at[strlen(name)] == '*'))
			return slice_dup(mem, val);
	}
	return NULL;
}

/* one encoded word as found: charset, encoding, octets */
struct word {
	struct slice charset, text;
	bool is_base64;
	size_t len; /* octets it takes in the value */
};

/* word_at - an encoded word that starts at s.at */
static bool
word_at(struct slice s, struct word *w)
{
	size_t i = 2, start;
	const char *star;

	if (s.len < 8 || s.at[0] != '=' || s.at[1] != '?')
		return false;
	while (i < s.len && i < 80 && s.at[i] > ' ' && s.at[i] != '?')
		i++;
	w->charset = (struct slice){ s.at + 2, i - 2 };
	star = memchr(w->charset.at, '*', w->charset.len);
	if (star != NULL)
		w->charset.len = (size_t)(star - w->charset.at);
	if (i + 2 >= s.len || s.at[i] != '?' || s.at[i + 2] != '?')
		return false;
	if (s.at[i + 1] == 'B' || s.at[i + 1] == 'b')
		w->is_base64 = true;
	else if (s.at[i + 1] == 'Q' || s.at[i + 1] == 'q')
		w->is_base64 = false;
	else
		return false;
	start = i + 3;
	/* blanks inside are wrong but seen; a word has no end of line */
	for (i = start; i + 1 < s.len && i < start + 2000; i++) {
		if (s.at[i] == '?' && s.at[i + 1] == '=') {
			w->text = (struct slice){ s.at + start, i - start };
			w->len = i + 2;
			return true;
		}
		if (s.at[i] == '\n')
			return false;
	}
	return false;
}

/* put_plain - what stands between encoded words: 8-bit octets guessed */
static void
put_plain(struct buf *out, struct slice s)
{
	decode_charset(s, SLICE(""), out);
}

/* put_words - encoded words joined while their charset stays the same */
static size_t
put_words(TALLOC_CTX *mem, struct slice s, struct word w, struct buf *out)
{
	struct buf octets = { .mem = mem };
	struct word next;
	size_t at = 0, gap;
	bool more = true;

	while (more) {
		if (w.is_base64)
			decode_base64(w.text, &octets);
		else
			decode_qp(w.text, true, &octets);
		at += w.len;
		gap = at;
		while (gap < s.len && strchr(" \t\r\n", s.at[gap]) &&
		       s.at[gap] != '\0')
			gap++;
		more =
		    word_at((struct slice){ s.at + gap, s.len - gap }, &next);
		if (more)
			at = gap;
		if (!more || next.charset.len != w.charset.len ||
		    strncasecmp(next.charset.at, w.charset.at, w.charset.len) !=
			0) {
			decode_charset(buf_slice(&octets), w.charset, out);
			octets.len = 0;
		}
		if (more)
			w = next;
	}
	talloc_free(octets.at);
	if (octets.failed)
		out->failed = true;
	return at;
}

char *
header_text(TALLOC_CTX *mem, struct slice value)
{
	struct buf out = { .mem = mem };
	struct word w;
	size_t i = 0, plain = 0, o, k;

	value = value.at == NULL ? SLICE("") : decode_trim(value);
	while (i < value.len) {
		struct slice rest = { value.at + i, value.len - i };

		if (value.at[i] != '=' || !word_at(rest, &w)) {
			i++;
			continue;
		}
		put_plain(&out, (struct slice){ value.at + plain, i - plain });
		i += put_words(mem, rest, w, &out);
		plain = i;
	}
	put_plain(&out, (struct slice){ value.at + plain, value.len - plain });
	if (buf_text(&out) == NULL)
		return NULL;
	/* folds and control characters to single spaces */
	for (k = 0, o = 0; k < out.len; k++) {
		unsigned char c = (unsigned char)out.at[k];

		if (c > ' ' && c != 0x7f)
			out.at[o++] = (char)c;
		else if (o > 0 && out.at[o - 1] != ' ')
			out.at[o++] = ' ';
	}
	while (o > 0 && out.at[o - 1] == ' ')
		o--;
	out.at[o] = '\0';
	return out.at;
}

char *
header_id(TALLOC_CTX *mem, struct slice value)
{
	const char *open, *close;
	size_t i;

	open = value.at ? memchr(value.at, '<', value.len) : NULL;
	if (open == NULL) {
		value = decode_trim(value);
		for (i = 0; i < value.len && value.at[i] > ' '; i++)
			;
		value.len = i;
	} else {
		open++;
		value.len -= (size_t)(open - value.at);
		value.at = open;
		close = memchr(value.at, '>', value.len);
		if (close != NULL)
			value.len = (size_t)(close - value.at);
		value = decode_trim(value);
	}
	if (value.len == 0 || value.len > 998)
		return NULL;
	for (i = 0; i < value.len; i++)
		if (value.at[i] <= ' ' || (unsigned char)value.at[i] >= 0x7f)
			return NULL;
	return slice_dup(mem, value);
}
