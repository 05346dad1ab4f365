/*
 * clean.c - what mail supplied, made safe for a calendar
 */
#include "core/core.h"

#include <utf8proc.h>

#include "cal/ical/clean.h"

#define ADDRESS_MAX 254
static const char ellipsis[] = "\xe2\x80\xa6";

/* is_blank - what becomes one space: blanks, controls, line separators */
static bool
is_blank(utf8proc_int32_t c)
{
	return c <= 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 ||
	       c == 0x2029;
}

/* is_dropped - invisible marks that can turn what is read around */
static bool
is_dropped(utf8proc_int32_t c)
{
	return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
	       c == 0xfeff;
}

/* next - one character at s; U+FFFD and one octet further where broken */
static utf8proc_ssize_t
next(const unsigned char *s, size_t len, utf8proc_int32_t *c)
{
	utf8proc_ssize_t n;

	n = utf8proc_iterate(s, (utf8proc_ssize_t)len, c);
	if (n <= 0) {
		*c = 0xfffd;
		return 1;
	}
	if ((*c & 0xfffe) == 0xfffe || (*c >= 0xfdd0 && *c <= 0xfdef))
		*c = 0xfffd;
	return n;
}

char *
clean_text(TALLOC_CTX *mem, const char *s, size_t max_bytes)
{
	const unsigned char *u = (const unsigned char *)(s ? s : "");
	size_t left = strlen((const char *)u), len = 0, fits = 0;
	unsigned char one[4];
	utf8proc_int32_t c;
	utf8proc_ssize_t n;
	bool gap = false;
	char *out;

	assert(max_bytes > sizeof(ellipsis));
	out = talloc_array(mem, char, max_bytes + 1);
	if (out == NULL)
		return NULL;
	while (left > 0) {
		n = next(u, left, &c);
		u += n;
		left -= (size_t)n;
		if (is_dropped(c))
			continue;
		if (is_blank(c)) {
			gap = len > 0;
			continue;
		}
		n = utf8proc_encode_char(c, one);
		if (len + gap + (size_t)n > max_bytes) {
			memcpy(out + fits, ellipsis, sizeof(ellipsis) - 1);
			len = fits + sizeof(ellipsis) - 1;
			break;
		}
		if (gap)
			out[len++] = ' ';
		gap = false;
		memcpy(out + len, one, (size_t)n);
		len += (size_t)n;
		if (len + sizeof(ellipsis) - 1 <= max_bytes)
			fits = len;
	}
	out[len] = '\0';
	return out;
}

/* is_plain - an octet that stands in a mailto: as it is */
static bool
is_plain(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || strchr("-._~!$'*+=", c) != NULL;
}

/* is_address - one '@' between two parts, and only characters of addresses */
static bool
is_address(const char *s)
{
	const char *at = s ? strchr(s, '@') : NULL;
	const unsigned char *u;
	utf8proc_int32_t c;
	size_t left;

	if (at == NULL || at == s || at[1] == '\0' || strchr(at + 1, '@') ||
	    strlen(s) > ADDRESS_MAX)
		return false;
	left = strlen(s);
	for (u = (const unsigned char *)s; left > 0;) {
		utf8proc_ssize_t n;

		n = utf8proc_iterate(u, (utf8proc_ssize_t)left, &c);
		if (n <= 0 || is_blank(c) || is_dropped(c) ||
		    (c < 0x80 && strchr("\"\\<>()[],;:", c) != NULL))
			return false;
		u += n;
		left -= (size_t)n;
	}
	return true;
}

char *
clean_mailto(TALLOC_CTX *mem, const char *s)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t len = sizeof("mailto:") - 1;
	char *out;

	if (!is_address(s))
		return NULL;
	out = talloc_array(mem, char, len + 3 * strlen(s) + 1);
	if (out == NULL)
		return NULL;
	memcpy(out, "mailto:", len);
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '@' || is_plain(c)) {
			out[len++] = (char)c;
			continue;
		}
		out[len++] = '%';
		out[len++] = hex[c >> 4];
		out[len++] = hex[c & 15];
	}
	out[len] = '\0';
	return out;
}
