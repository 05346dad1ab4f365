/*
 * text.h - UTF-8 folding with a map back to the original; lines and tokens
 *
 * The matcher sees a folded copy: case, NFKC and our own rows (’ → ', « » → ",
 * œ → oe, dashes → -, … → ., no-break spaces → space), accents kept, and
 * beside it the same with the accents taken off. What is stored and quoted is
 * always the original. Broken UTF-8 and NUL are matched as U+FFFD, never cut
 * at. No language here.
 *
 * Tokens are runs of letters, runs of digits, and single other characters;
 * "14h30" is 14 h 30, "j'envoie" is j ' envoie, "S48" is s 48, with `is_glued`
 * saying that no blank stood before. Line breaks are no tokens: `breaks` counts
 * them. Rule files are cut by the same function, so what they write matches
 * what mails hold.
 *
 * Structure that needs no language is marked on the tokens: `starts_unit` is
 * set where a line begins that does not continue the one before (after a blank
 * line, at a list item or a table row, after a line that was broken on
 * purpose). Lines wrapped by a mail program do not start a unit. Nothing that
 * is matched crosses the start of a unit.
 */
#ifndef CORE_TEXT_TEXT_H
#define CORE_TEXT_TEXT_H

#include "core/core.h"

#define TEXT_MAX_BYTES (16u << 20) /* longer input: RC_TOOBIG */

enum text_kind { TEXT_WORD, TEXT_NUMBER, TEXT_OTHER };

struct text_token {
	uint32_t at, len; /* octets in the original */
	const char *fold; /* folded, accents kept, NUL-terminated */
	uint32_t hash;    /* of fold, for lookups (text_hash) */
	uint32_t number;  /* TEXT_NUMBER: value, UINT32_MAX if too large */
	uint8_t kind;     /* enum text_kind */
	uint8_t breaks;   /* line breaks before it; 2 = blank line */
	bool is_glued;    /* no blank between this and the one before */
	bool starts_line; /* first of its line */
	bool starts_unit; /* see above */
	bool is_marker;   /* part of a list marker: -, *, 1), a) */
	bool is_upper;    /* ALL CAPITALS of two letters or more */
	bool is_title;    /* First letter capital */
};

struct text {
	struct slice original; /* borrowed; must outlive the struct */
	struct text_token *tokens;
	size_t count;
};

/* text_new - fold and cut; everything owned by *out, which mem owns */
enum rc text_new(TALLOC_CTX *mem, struct slice original, struct text **out,
    struct err *e) must_check;

/*
 * text_squeeze - original octets [at, at+len) with every run of white space
 * (no-break spaces too) as one space, ends trimmed; owned by mem; NULL at the
 * memory limit
 */
char *text_squeeze(
    TALLOC_CTX *mem, const struct text *t, size_t at, size_t len);

/* text_fold - one word folded as tokens are, and without its accents too;
 * both owned by mem, *bare NULL where the word has no accent */
enum rc text_fold(TALLOC_CTX *mem, struct slice word, char **fold, char **bare,
    struct err *e) must_check;

/* text_hash - of a folded word */
uint32_t text_hash(const char *fold);

/* text_is - whether a token's folded form is this word */
static inline bool
text_is(const struct text_token *k, const char *fold)
{
	return strcmp(k->fold, fold) == 0;
}

/* text_ends_sentence - whether a token is one of . ! ? */
static inline bool
text_ends_sentence(const struct text_token *k)
{
	return k->kind == TEXT_OTHER && k->fold[1] == '\0' &&
	       (k->fold[0] == '.' || k->fold[0] == '!' || k->fold[0] == '?');
}

#endif
