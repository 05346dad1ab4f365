/*
 * html_strip.c - tags out, without a parser: what is left when libxml2 fails
 *
 * One pass, no state but "inside style or script" and the depth of quotes.
 */
#include "core/core.h"

#include "mailgw/message/decode.h"
#include "mailgw/message/html.h"

static const struct {
	const char *name;
	uint32_t rune;
} entities[] = { { "amp;", '&' }, { "lt;", '<' }, { "gt;", '>' },
	{ "quot;", '"' }, { "apos;", '\'' }, { "nbsp;", 0xa0 },
	{ "rsquo;", 0x2019 }, { "eacute;", 0xe9 }, { "egrave;", 0xe8 },
	{ "agrave;", 0xe0 }, { "ecirc;", 0xea }, { "ccedil;", 0xe7 },
	{ "ocirc;", 0xf4 }, { "ucirc;", 0xfb }, { "euro;", 0x20ac },
	{ "laquo;", 0xab }, { "raquo;", 0xbb }, { "ndash;", 0x2013 } };

/* entity - octets taken, 0: none */
static size_t
entity(struct slice s, struct buf *out)
{
	uint32_t c = 0;
	size_t i;
	bool hex;

	if (s.len > 2 && s.at[1] == '#') {
		hex = (s.at[2] | 0x20) == 'x';
		for (i = hex ? 3 : 2; i < s.len && i < 10; i++) {
			char d = (char)(s.at[i] | 0x20);

			if (s.at[i] >= '0' && s.at[i] <= '9')
				c = c * (hex ? 16 : 10) +
				    (uint32_t)(s.at[i] - '0');
			else if (hex && d >= 'a' && d <= 'f')
				c = c * 16 + (uint32_t)(d - 'a' + 10);
			else
				break;
		}
		if (c == 0)
			return 0;
		buf_rune(out, c);
		return i < s.len && s.at[i] == ';' ? i + 1 : i;
	}
	for (i = 0; i < ARRAY_LEN(entities); i++)
		if (decode_starts((struct slice){ s.at + 1, s.len - 1 },
			entities[i].name)) {
			buf_rune(out, entities[i].rune);
			return strlen(entities[i].name) + 1;
		}
	return 0;
}

static bool
is_break(struct slice tag)
{
	static const char *const blocks[] = { "br", "p", "div", "tr", "li",
		"table", "h1", "h2", "h3", "ul", "ol", "blockquote", "hr" };
	size_t i, n;

	if (tag.len > 0 && tag.at[0] == '/')
		tag = (struct slice){ tag.at + 1, tag.len - 1 };
	for (i = 0; i < ARRAY_LEN(blocks); i++) {
		n = strlen(blocks[i]);
		if (decode_starts(tag, blocks[i]) &&
		    (tag.len == n || !strchr("abcdefghijklmnopqrstuvwxyz",
					 tag.at[n] | 0x20)))
			return true;
	}
	return false;
}

void
html_strip(struct slice s, struct buf *out)
{
	size_t i = 0, j, quotes = 0;
	bool off = false, bol = true, blank = false;
	struct slice tag;

	while (i < s.len) {
		if (s.at[i] == '<') {
			const char *gt = memchr(s.at + i, '>', s.len - i);

			if (gt == NULL)
				break;
			tag = (struct slice){ s.at + i + 1,
				(size_t)(gt - s.at) - i - 1 };
			i = (size_t)(gt - s.at) + 1;
			if (decode_starts(tag, "style") ||
			    decode_starts(tag, "script") ||
			    decode_starts(tag, "head"))
				off = !decode_starts(tag, "header");
			if (decode_starts(tag, "/style") ||
			    decode_starts(tag, "/script") ||
			    decode_starts(tag, "/head") ||
			    decode_starts(tag, "body"))
				off = false;
			if (decode_starts(tag, "blockquote"))
				quotes++;
			if (decode_starts(tag, "/blockquote") && quotes > 0)
				quotes--;
			if (is_break(tag)) {
				buf_putc(out, '\n');
				bol = true;
			}
			continue;
		}
		if (off || strchr(" \t\r\n", s.at[i])) {
			blank = true;
			i++;
			continue;
		}
		for (j = 0; bol && j < quotes && j < 8; j++)
			buf_put(out, "> ", 2);
		if (blank && !bol)
			buf_putc(out, ' ');
		bol = blank = false;
		j = s.at[i] == '&'
			? entity((struct slice){ s.at + i, s.len - i }, out)
			: 0;
		if (j == 0)
			buf_putc(out, s.at[i++]);
		i += j;
	}
	buf_putc(out, '\n');
}
