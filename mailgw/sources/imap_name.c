/*
 * imap_name.c - names of watched folders: ours, and as IMAP writes them
 */
#include "core/core.h"

#include <utf8proc.h>

#include "mailgw/sources/imap.h"

static const char digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

char *
imap_name(TALLOC_CTX *mem, const struct settings_imap *a)
{
	return talloc_asprintf(
	    mem, "%s@%s/%s", a->user, a->address, a->folder ? a->folder : "");
}

/* put - 16 bits into the base 64 at *to; those left over wait in *bits */
static char *
put(char *to, uint32_t unit, uint32_t *bits, unsigned *n_bits)
{
	*bits = *bits << 16 | unit;
	for (*n_bits += 16; *n_bits >= 6; *n_bits -= 6)
		*to++ = digits[*bits >> (*n_bits - 6) & 63];
	*bits &= (1U << *n_bits) - 1;
	return to;
}

char *
imap_utf7(TALLOC_CTX *mem, const char *name)
{
	/* an octet of UTF-8 becomes "&" and less than three digits, "-" */
	char *out = talloc_array(mem, char, (unsigned)strlen(name) * 5 + 1);
	char *to = out;
	uint32_t bits = 0;
	unsigned n_bits = 0;
	bool is_open = false;
	utf8proc_int32_t c = 0;
	utf8proc_ssize_t len;

	for (; out != NULL && *name != '\0'; name += len) {
		len = utf8proc_iterate((const utf8proc_uint8_t *)name, -1, &c);
		if (len <= 0) {
			talloc_free(out);
			return NULL;
		}
		if (c < ' ' || c > '~') {
			if (!is_open)
				*to++ = '&';
			is_open = true;
			if (c > 0xffff)
				to = put(to,
				    0xd800U + ((uint32_t)(c - 0x10000) >> 10),
				    &bits, &n_bits);
			to = put(to,
			    c > 0xffff ? 0xdc00U + ((uint32_t)c & 0x3ff)
				       : (uint32_t)c,
			    &bits, &n_bits);
			continue;
		}
		if (is_open && n_bits > 0)
			*to++ = digits[bits << (6 - n_bits) & 63];
		if (is_open)
			*to++ = '-';
		is_open = false;
		bits = n_bits = 0;
		*to++ = (char)c;
		if (c == '&')
			*to++ = '-';
	}
	if (is_open && n_bits > 0)
		*to++ = digits[bits << (6 - n_bits) & 63];
	if (is_open)
		*to++ = '-';
	if (out != NULL)
		*to = '\0';
	return out;
}
