/*
 * text.c - UTF-8 in, folded tokens with a map back out
 *
 * One pass over the octets cuts the tokens; each is folded when it ends.
 * ASCII, nearly all of a mail, is folded here; the rest by utf8proc. Folded
 * forms lie in blocks that never move. Time is linear in the input.
 */
#include "core/core.h"

#include <utf8proc.h>

#include "core/text/text.h"
#include "core/text/text_priv.h"

#define BLOCK_BYTES 32768

enum sort {
	SORT_BLANK,
	SORT_BREAK,
	SORT_LETTER,
	SORT_DIGIT,
	SORT_OTHER,
	SORT_JOIN /* belongs to the token before it */
};

struct cutter {
	struct text *t;
	size_t room; /* tokens allocated */
	char *block; /* where folded forms go */
	size_t block_used, block_size;
};

/* single characters of ours, before NFKC would see them */
static const struct {
	utf8proc_int32_t from;
	const char *to;
} rows[] = {
	{ 0x2019, "'" },
	{ 0x2018, "'" },
	{ 0x02BC, "'" },
	{ 0x00B4, "'" },
	{ 0x0060, "'" },
	{ 0x2032, "'" },
	{ 0x201B, "'" },
	{ 0x00AB, "\"" },
	{ 0x00BB, "\"" },
	{ 0x201C, "\"" },
	{ 0x201D, "\"" },
	{ 0x201E, "\"" },
	{ 0x2039, "\"" },
	{ 0x203A, "\"" },
	{ 0x2010, "-" },
	{ 0x2011, "-" },
	{ 0x2012, "-" },
	{ 0x2013, "-" },
	{ 0x2014, "-" },
	{ 0x2015, "-" },
	{ 0x2212, "-" },
	{ 0x2026, "." },
	{ 0x2022, "*" },
	{ 0x00B7, "*" },
	{ 0x25CF, "*" },
	{ 0x25AA, "*" },
	{ 0x2023, "*" },
	{ 0x25E6, "*" },
	{ 0x2043, "-" },
	{ 0xFF1A, ":" },
};

static const char *
row_of(utf8proc_int32_t c)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].from == c)
			return rows[i].to;
	return NULL;
}

static enum sort
sort_of(utf8proc_int32_t c)
{
	if (c < 0x80) {
		if (c == '\n' || c == '\r' || c == '\v' || c == '\f')
			return SORT_BREAK;
		if (c == ' ' || c == '\t')
			return SORT_BLANK;
		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
			return SORT_LETTER;
		if (c >= '0' && c <= '9')
			return SORT_DIGIT;
		return SORT_OTHER;
	}
	if (row_of(c) != NULL)
		return SORT_OTHER;
	switch (utf8proc_category(c)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
		return SORT_LETTER;
	case UTF8PROC_CATEGORY_ND:
		return SORT_DIGIT;
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_MC:
	case UTF8PROC_CATEGORY_ME:
	case UTF8PROC_CATEGORY_CF:
		return SORT_JOIN;
	case UTF8PROC_CATEGORY_ZS:
		return SORT_BLANK;
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
		return SORT_BREAK;
	default:
		return c == 0x85 ? SORT_BREAK : SORT_OTHER;
	}
}

/* next_char - decode one character; broken input is U+FFFD, one octet long */
static size_t
next_char(struct slice s, size_t at, utf8proc_int32_t *c)
{
	unsigned char b = (unsigned char)s.at[at];
	utf8proc_ssize_t n;

	if (b < 0x80) {
		*c = b == 0 ? 0xFFFD : b;
		return 1;
	}
	n = utf8proc_iterate((const utf8proc_uint8_t *)s.at + at,
	    (utf8proc_ssize_t)(s.len - at), c);
	if (n > 0)
		return (size_t)n;
	*c = 0xFFFD;
	return 1;
}

uint32_t
text_hash(const char *fold)
{
	uint32_t h = 2166136261u;

	for (; *fold != '\0'; fold++)
		h = (h ^ (unsigned char)*fold) * 16777619u;
	return h;
}

/* store - room for n octets that stays where it is */
static char *
store(struct cutter *c, size_t n)
{
	char *at;

	if (c->block == NULL || c->block_size - c->block_used < n) {
		c->block_size = n > BLOCK_BYTES ? n : BLOCK_BYTES;
		c->block = talloc_array(c->t, char, c->block_size);
		c->block_used = 0;
		if (c->block == NULL)
			return NULL;
	}
	at = c->block + c->block_used;
	c->block_used += n;
	return at;
}

/* fold_wide - the folded form of a piece that is not all ASCII */
static enum rc
fold_wide(
    TALLOC_CTX *mem, struct slice s, bool strip, char **out, struct err *e)
{
	utf8proc_option_t how = UTF8PROC_STABLE | UTF8PROC_COMPAT |
				UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
	utf8proc_uint8_t *mapped = NULL;
	utf8proc_ssize_t n;
	char *p, *q;

	how |=
	    strip ? UTF8PROC_DECOMPOSE | UTF8PROC_STRIPMARK : UTF8PROC_COMPOSE;
	n = utf8proc_map((const utf8proc_uint8_t *)s.at,
	    (utf8proc_ssize_t)s.len, &mapped, how);
	if (n < 0) {
		*out = talloc_strdup(mem, "\xEF\xBF\xBD");
		return *out == NULL ? err_nomem(e) : RC_OK;
	}
	/* œ → oe is longer in no encoding: two octets either way */
	p = talloc_strndup(mem, (const char *)mapped, (size_t)n);
	free(mapped);
	if (p == NULL)
		return err_nomem(e);
	for (q = p; *q != '\0'; q++) {
		if ((unsigned char)q[0] == 0xC5 && (unsigned char)q[1] == 0x93)
			memcpy(q, "oe", 2);
		else if ((unsigned char)q[0] == 0xC3 &&
			 (unsigned char)q[1] == 0xA6)
			memcpy(q, "ae", 2);
	}
	*out = p;
	return RC_OK;
}

static bool
is_ascii(struct slice s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if ((unsigned char)s.at[i] >= 0x80 || s.at[i] == '\0')
			return false;
	return true;
}

static char
lower(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

/* fold_token - fill the folded form and what the letters look like */
static enum rc
fold_token(struct cutter *c, struct text_token *k, struct err *e)
{
	struct slice s = { c->t->original.at + k->at, k->len };
	utf8proc_int32_t ch = 0;
	size_t i, n, letters = 0, capitals = 0;
	const char *row;
	char *wide = NULL;
	enum rc rc;

	for (i = 0; i < s.len; i += n) {
		n = next_char(s, i, &ch);
		if (k->kind != TEXT_WORD)
			break;
		if (ch >= 0x300 && sort_of(ch) == SORT_JOIN)
			continue;
		letters++;
		if (ch < 0x80 ? ch >= 'A' && ch <= 'Z'
			      : utf8proc_category(ch) == UTF8PROC_CATEGORY_LU) {
			capitals++;
			if (letters == 1)
				k->is_title = true;
		}
	}
	k->is_upper = letters >= 2 && capitals == letters;

	if (is_ascii(s) && row_of(ch) == NULL) {
		char *p = store(c, s.len + 1);

		if (p == NULL)
			return err_nomem(e);
		for (i = 0; i < s.len; i++)
			p[i] = lower(s.at[i]);
		p[s.len] = '\0';
		k->fold = p;
	} else if (k->kind == TEXT_OTHER && (row = row_of(ch)) != NULL) {
		k->fold = row;
	} else if (ch == 0xFFFD) {
		k->fold = "\xEF\xBF\xBD";
	} else {
		rc = fold_wide(c->t, s, false, &wide, e);
		if (rc != RC_OK)
			return rc;
		k->fold = wide;
	}
	k->hash = text_hash(k->fold);
	if (k->kind == TEXT_NUMBER) {
		uint64_t v = 0;

		for (i = 0; k->fold[i] != '\0'; i++) {
			if (k->fold[i] < '0' || k->fold[i] > '9')
				v = UINT32_MAX;
			if (v < UINT32_MAX)
				v = v * 10 + (uint64_t)(k->fold[i] - '0');
		}
		k->number = v >= UINT32_MAX ? UINT32_MAX : (uint32_t)v;
	}
	return RC_OK;
}

/* add_token - one more, zeroed; NULL at the memory limit */
static struct text_token *
add_token(struct cutter *c)
{
	struct text_token *more;
	size_t room;

	if (c->t->count == c->room) {
		room = c->room ? c->room * 2 : 64;
		more =
		    talloc_realloc(c->t, c->t->tokens, struct text_token, room);
		if (more == NULL)
			return NULL;
		c->t->tokens = more;
		c->room = room;
	}
	more = &c->t->tokens[c->t->count++];
	memset(more, 0, sizeof(*more));
	return more;
}

/* cut - the pass over the octets */
static enum rc
cut(struct cutter *c, struct err *e)
{
	struct slice s = c->t->original;
	struct text_token *k = NULL;
	enum sort sort, open = SORT_BLANK;
	bool blank = true;
	unsigned breaks = 1;
	utf8proc_int32_t ch;
	size_t i, n;
	enum rc rc;

	for (i = 0; i < s.len; i += n) {
		n = next_char(s, i, &ch);
		sort = sort_of(ch);
		if (sort == SORT_JOIN) {
			if (k != NULL)
				k->len = (uint32_t)(i + n - k->at);
			continue;
		}
		if (k != NULL && sort == open &&
		    (sort == SORT_LETTER || sort == SORT_DIGIT)) {
			k->len = (uint32_t)(i + n - k->at);
			continue;
		}
		if (k != NULL) {
			rc = fold_token(c, k, e);
			if (rc != RC_OK)
				return rc;
			k = NULL;
		}
		if (sort == SORT_BLANK || sort == SORT_BREAK) {
			blank = true;
			if (sort == SORT_BREAK &&
			    !(ch == '\n' && i > 0 && s.at[i - 1] == '\r') &&
			    breaks < 2)
				breaks++;
			continue;
		}
		k = add_token(c);
		if (k == NULL)
			return err_nomem(e);
		k->at = (uint32_t)i;
		k->len = (uint32_t)n;
		k->kind = sort == SORT_LETTER  ? TEXT_WORD
			  : sort == SORT_DIGIT ? TEXT_NUMBER
					       : TEXT_OTHER;
		k->is_glued = !blank;
		k->breaks = (uint8_t)breaks;
		k->starts_line = breaks > 0;
		open = sort;
		blank = false;
		breaks = 0;
	}
	return k == NULL ? RC_OK : fold_token(c, k, e);
}

enum rc
text_new(
    TALLOC_CTX *mem, struct slice original, struct text **out, struct err *e)
{
	struct cutter c = { 0 };
	enum rc rc;

	*out = NULL;
	if (original.len > TEXT_MAX_BYTES)
		return err_set(e, RC_TOOBIG, "text of %zu octets is over %u",
		    original.len, TEXT_MAX_BYTES);
	c.t = talloc_zero(mem, struct text);
	if (c.t == NULL)
		return err_nomem(e);
	c.t->original = original;
	rc = cut(&c, e);
	if (rc != RC_OK) {
		talloc_free(c.t);
		return rc;
	}
	text_mark_units(c.t);
	*out = c.t;
	return RC_OK;
}

enum rc
text_fold(
    TALLOC_CTX *mem, struct slice word, char **fold, char **bare, struct err *e)
{
	enum rc rc;

	*bare = NULL;
	rc = fold_wide(mem, word, false, fold, e);
	if (rc != RC_OK)
		return rc;
	rc = fold_wide(mem, slice_of(*fold), true, bare, e);
	if (rc == RC_OK && strcmp(*fold, *bare) == 0)
		TALLOC_FREE(*bare);
	return rc;
}

char *
text_squeeze(TALLOC_CTX *mem, const struct text *t, size_t at, size_t len)
{
	struct slice s = { t->original.at + at, len };
	char *out = talloc_array(mem, char, len + 1);
	size_t i, n, used = 0;
	utf8proc_int32_t ch;
	bool gap = false;
	enum sort sort;

	if (out == NULL)
		return NULL;
	for (i = 0; i < s.len; i += n) {
		n = next_char(s, i, &ch);
		sort = sort_of(ch);
		if (sort == SORT_BLANK || sort == SORT_BREAK) {
			gap = used > 0;
			continue;
		}
		if (gap)
			out[used++] = ' ';
		gap = false;
		if (s.at[i] == '\0')
			out[used++] = '?';
		else {
			memcpy(out + used, s.at + i, n);
			used += n;
		}
	}
	out[used] = '\0';
	return out;
}
