/*
 * charset.c - any charset to UTF-8
 *
 * UTF-8 and windows-1252 (which is also what mail calls iso-8859-1 and
 * us-ascii) are done here; the others by iconv(3). glibc loads a module for
 * most of them at iconv_open(), so all are opened before the parser's sandbox
 * closes and stay open: the list is closed.
 */
#include "core/core.h"

#include "mailgw/message/decode.h"

#include <iconv.h>

/* the names of mail, lower case, and what iconv calls them; NULL: ours */
static const struct charset_name {
	const char *name, *iconv;
} names[] = {
	{ "utf-8", "" },
	{ "utf8", "" },
	{ "unicode-1-1-utf-8", "" },
	{ "us-ascii", NULL },
	{ "ascii", NULL },
	{ "ansi_x3.4-1968", NULL },
	{ "iso-8859-1", NULL },
	{ "iso8859-1", NULL },
	{ "iso_8859-1", NULL },
	{ "latin1", NULL },
	{ "windows-1252", NULL },
	{ "cp1252", NULL },
	{ "x-ansi", NULL },
	{ "iso-8859-15", "ISO-8859-15" },
	{ "iso8859-15", "ISO-8859-15" },
	{ "latin-9", "ISO-8859-15" },
	{ "iso-8859-2", "ISO-8859-2" },
	{ "iso-8859-3", "ISO-8859-3" },
	{ "iso-8859-4", "ISO-8859-4" },
	{ "iso-8859-5", "ISO-8859-5" },
	{ "iso-8859-6", "ISO-8859-6" },
	{ "iso-8859-7", "ISO-8859-7" },
	{ "iso-8859-8", "ISO-8859-8" },
	{ "iso-8859-8-i", "ISO-8859-8" },
	{ "iso-8859-9", "ISO-8859-9" },
	{ "iso-8859-10", "ISO-8859-10" },
	{ "iso-8859-13", "ISO-8859-13" },
	{ "iso-8859-14", "ISO-8859-14" },
	{ "iso-8859-16", "ISO-8859-16" },
	{ "windows-1250", "WINDOWS-1250" },
	{ "cp1250", "WINDOWS-1250" },
	{ "windows-1251", "WINDOWS-1251" },
	{ "cp1251", "WINDOWS-1251" },
	{ "windows-1253", "WINDOWS-1253" },
	{ "windows-1254", "WINDOWS-1254" },
	{ "windows-1255", "WINDOWS-1255" },
	{ "windows-1256", "WINDOWS-1256" },
	{ "windows-1257", "WINDOWS-1257" },
	{ "windows-1258", "WINDOWS-1258" },
	{ "macintosh", "MACINTOSH" },
	{ "mac", "MACINTOSH" },
	{ "x-mac-roman", "MACINTOSH" },
	{ "ibm850", "IBM850" },
	{ "cp850", "IBM850" },
	{ "koi8-r", "KOI8-R" },
	{ "koi8-u", "KOI8-U" },
	{ "iso-2022-jp", "ISO-2022-JP" },
	{ "shift_jis", "CP932" },
	{ "cp932", "CP932" },
	{ "euc-jp", "EUC-JP" },
	{ "euc-kr", "EUC-KR" },
	{ "ks_c_5601-1987", "CP949" },
	{ "gb2312", "GB18030" },
	{ "gbk", "GB18030" },
	{ "gb18030", "GB18030" },
	{ "big5", "BIG5" },
	{ "utf-16", "UTF-16" },
	{ "utf-16le", "UTF-16LE" },
	{ "utf-16be", "UTF-16BE" },
	{ "utf-7", "UTF-7" },
};

static iconv_t opened[ARRAY_LEN(names)];
static bool is_sealed;

/* 0x80 to 0x9f of windows-1252; 0: none, kept as it is */
static const uint16_t cp1252[32] = { 0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026,
	0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0, 0,
	0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122,
	0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178 };

uint32_t
decode_rune(const char **at, const char *end)
{
	const unsigned char *s = (const unsigned char *)*at;
	size_t have = (size_t)(end - *at), need, i;
	uint32_t c, least;

	assert(have > 0);
	*at += 1;
	if (s[0] < 0x80)
		return s[0];
	if (s[0] >= 0xc2 && s[0] < 0xe0) {
		need = 1;
		c = s[0] & 0x1f;
		least = 0x80;
	} else if (s[0] >= 0xe0 && s[0] < 0xf0) {
		need = 2;
		c = s[0] & 0x0f;
		least = 0x800;
	} else if (s[0] >= 0xf0 && s[0] < 0xf5) {
		need = 3;
		c = s[0] & 0x07;
		least = 0x10000;
	} else {
		return 0xfffd;
	}
	if (have <= need)
		return 0xfffd;
	for (i = 1; i <= need; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0xfffd;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < least || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0xfffd;
	*at += need;
	return c;
}

/* count_utf8 - characters beyond ASCII that are well formed, and that are not */
static void
count_utf8(struct slice s, size_t *good, size_t *bad)
{
	const char *at = s.at, *end = s.at + s.len, *was;

	*good = *bad = 0;
	while (at < end) {
		if ((unsigned char)*at < 0x80) {
			at++;
			continue;
		}
		was = at;
		if (decode_rune(&at, end) == 0xfffd && at - was == 1)
			(*bad)++;
		else
			(*good)++;
	}
}

bool
decode_is_utf8(struct slice s)
{
	size_t good, bad;

	count_utf8(s, &good, &bad);
	return bad == 0;
}

static void
from_utf8(struct slice in, bool is_whole, struct buf *out)
{
	const char *at = in.at, *end = in.at + in.len;

	if (is_whole) {
		buf_put(out, in.at, in.len);
		return;
	}
	while (at < end)
		buf_rune(out, decode_rune(&at, end));
}

static void
from_1252(struct slice in, struct buf *out)
{
	size_t i;
	unsigned char c;

	(void)buf_grow(out, in.len + in.len / 8);
	for (i = 0; i < in.len; i++) {
		c = (unsigned char)in.at[i];
		if (c < 0x80)
			buf_putc(out, (char)c);
		else if (c < 0xa0 && cp1252[c - 0x80] != 0)
			buf_rune(out, cp1252[c - 0x80]);
		else
			buf_rune(out, c);
	}
}

/* from_iconv - what cannot be read is U+FFFD, and one octet is passed over */
static void
from_iconv(iconv_t cd, struct slice in, struct buf *out)
{
	union {
		const char *in;
		char *var; /* iconv() does not write through it */
	} src = { in.at };
	char room[4096], *dst;
	size_t left = in.len, space, r;

	(void)iconv(cd, NULL, NULL, NULL, NULL);
	while (left > 0 && !out->failed) {
		dst = room;
		space = sizeof(room);
		r = iconv(cd, &src.var, &left, &dst, &space);
		buf_put(out, room, sizeof(room) - space);
		if (r != (size_t)-1)
			break;
		if (errno == E2BIG && space < sizeof(room))
			continue;
		buf_rune(out, 0xfffd);
		src.in++;
		left--;
	}
}

static void
open_one(size_t i)
{
	if (opened[i] != NULL || is_sealed)
		return;
	opened[i] = iconv_open("UTF-8", names[i].iconv);
	if (opened[i] == (iconv_t)-1)
		opened[i] = NULL;
}

void
decode_open_charsets(void)
{
	char probe[4] = "a";
	char *in, *out;
	size_t i, left, space;
	char room[16];

	for (i = 0; i < ARRAY_LEN(names); i++) {
		if (names[i].iconv == NULL || names[i].iconv[0] == '\0')
			continue;
		open_one(i);
		if (opened[i] == NULL)
			continue;
		in = probe;
		out = room;
		left = 1;
		space = sizeof(room);
		(void)iconv(opened[i], &in, &left, &out, &space);
	}
	is_sealed = true;
}

void
decode_charset(struct slice in, struct slice name, struct buf *out)
{
	size_t good, bad, i;

	name = decode_trim(name);
	for (i = 0; i < ARRAY_LEN(names); i++)
		if (decode_same(name, names[i].name))
			break;
	if (i < ARRAY_LEN(names) && names[i].iconv && names[i].iconv[0]) {
		open_one(i);
		if (opened[i] != NULL) {
			from_iconv(opened[i], in, out);
			return;
		}
		i = ARRAY_LEN(names);
	}
	count_utf8(in, &good, &bad);
	/* well-formed beyond chance, whatever the label says */
	if (bad == 0) {
		from_utf8(in, true, out);
		return;
	}
	/* said to be UTF-8 and mostly so: the broken characters are marked */
	if (i < ARRAY_LEN(names) && names[i].iconv && good > bad) {
		from_utf8(in, false, out);
		return;
	}
	from_1252(in, out);
}
