/*
 * decode.c - transfer encodings and lines
 */
#include "core/core.h"

#include "mailgw/message/decode.h"

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool
decode_starts(struct slice s, const char *want)
{
	size_t i;

	for (i = 0; want[i] != '\0'; i++)
		if (i >= s.len || lower(s.at[i]) != want[i])
			return false;
	return true;
}

bool
decode_same(struct slice s, const char *want)
{
	return s.len == strlen(want) && decode_starts(s, want);
}

struct slice
decode_trim(struct slice s)
{
	while (s.len > 0 && strchr(" \t\r\n", s.at[0]) && s.at[0] != '\0') {
		s.at++;
		s.len--;
	}
	while (s.len > 0 && strchr(" \t\r\n", s.at[s.len - 1]) &&
	       s.at[s.len - 1] != '\0')
		s.len--;
	return s;
}

enum decode_cte
decode_cte_named(struct slice name)
{
	name = decode_trim(name);
	if (decode_starts(name, "quoted-printable"))
		return DECODE_QP;
	if (decode_starts(name, "base64"))
		return DECODE_BASE64;
	return DECODE_PLAIN;
}

/* base64_value - 0..63, or -1 for what is passed over */
static int
base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	if (c == '/' || c == '_')
		return 63;
	return -1;
}

void
decode_base64(struct slice in, struct buf *out)
{
	uint32_t bits = 0;
	int have = 0, v;
	size_t i;

	(void)buf_grow(out, in.len / 4 * 3 + 3);
	for (i = 0; i < in.len; i++) {
		if (in.at[i] == '=') {
			have = 0; /* padding: a new run may follow */
			continue;
		}
		v = base64_value(in.at[i]);
		if (v < 0)
			continue;
		bits = bits << 6 | (uint32_t)v;
		have += 6;
		if (have >= 8) {
			have -= 8;
			buf_putc(out, (char)(bits >> have & 0xff));
		}
	}
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void
decode_qp(struct slice in, bool is_header, struct buf *out)
{
	size_t i = 0, j;
	int hi, lo;

	(void)buf_grow(out, in.len);
	while (i < in.len) {
		if (in.at[i] == '_' && is_header) {
			buf_putc(out, ' ');
			i++;
			continue;
		}
		if (in.at[i] != '=') {
			buf_putc(out, in.at[i++]);
			continue;
		}
		hi = i + 2 < in.len ? hex_value(in.at[i + 1]) : -1;
		lo = i + 2 < in.len ? hex_value(in.at[i + 2]) : -1;
		if (hi >= 0 && lo >= 0) {
			buf_putc(out, (char)(hi << 4 | lo));
			i += 3;
			continue;
		}
		/* a soft break: "=", blanks, end of line */
		for (j = i + 1; j < in.len && strchr(" \t\r", in.at[j]) &&
				in.at[j] != '\0';
		     j++)
			;
		if (j >= in.len || in.at[j] == '\n')
			i = j + 1;
		else
			buf_putc(out, in.at[i++]);
	}
}

size_t
decode_lines(char *s, size_t len)
{
	size_t i, o = 0;
	unsigned char c;

	for (i = 0; i < len; i++) {
		c = (unsigned char)s[i];
		if (c == '\r') {
			if (i + 1 < len && s[i + 1] == '\n')
				continue;
			c = '\n';
		} else if (c == '\f' || c == '\v') {
			c = '\n';
		} else if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f) {
			continue;
		}
		s[o++] = (char)c;
	}
	return o;
}

void
decode_flowed(struct slice in, bool is_delsp, struct buf *out)
{
	size_t at = 0, end, depth, last_depth = 0, start;
	bool open = false, flows;

	(void)buf_grow(out, in.len);
	for (; at < in.len; at = end + 1) {
		const char *nl = memchr(in.at + at, '\n', in.len - at);

		end = nl ? (size_t)(nl - in.at) : in.len;
		start = at;
		for (depth = 0; at < end && in.at[at] == '>'; at++)
			depth++;
		if (at < end && in.at[at] == ' ')
			at++; /* stuffed */
		flows = end > at && in.at[end - 1] == ' ' &&
			!(end - at == 3 && memcmp(in.at + at, "-- ", 3) == 0);
		if (open && depth == last_depth) {
			buf_put(out, in.at + at, end - at);
		} else {
			if (start > 0)
				buf_putc(out, '\n');
			for (start = 0; start < depth; start++)
				buf_putc(out, '>');
			if (depth > 0)
				buf_putc(out, ' ');
			buf_put(out, in.at + at, end - at);
		}
		if (flows && is_delsp && out->len > 0 && !out->failed)
			out->len--;
		open = flows;
		last_depth = depth;
	}
	buf_putc(out, '\n');
}
