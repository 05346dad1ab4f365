/*
 * text.h - UTF-8 folding with a map back to the original; lines and tokens
 *
 * The matcher sees a folded copy: case, NFKC and our own rows (’ → ', « » → ",
 * œ → oe, no-break spaces → space), accents kept, and beside it the same with
 * the accents taken off. What is stored and quoted is always the original.
 * Broken UTF-8 and NUL are matched as U+FFFD, never cut at. No language here.
 *
 * Tokens are runs of letters, runs of digits, and single other characters;
 * "14h30" is 14 h 30, "j'envoie" is j ' envoie, "S48" is s 48, with `is_glued`
 * saying that no blank stood before. Rule files are cut by the same function,
 * so what they write matches what mails hold.
 */
#ifndef CORE_TEXT_TEXT_H
#define CORE_TEXT_TEXT_H

#include "core/core.h"

#define TEXT_MAX_BYTES (16u << 20)	/* longer input: RC_TOOBIG */

enum text_kind { TEXT_WORD, TEXT_NUMBER, TEXT_OTHER, TEXT_NEWLINE };

struct text_token {
	uint32_t at, len;	/* octets in the original */
	const char *fold;	/* folded, accents kept, NUL-terminated */
	const char *bare;	/* folded, accents off; == fold where none */
	uint32_t number;	/* TEXT_NUMBER: value, UINT32_MAX if too large */
	uint8_t kind;		/* enum text_kind */
	bool is_glued;		/* no blank between this and the one before */
	bool starts_line;	/* first of its line */
	bool is_upper;		/* ALL CAPITALS of two letters or more */
	bool is_title;		/* First letter capital */
};

struct text {
	struct slice original;	/* borrowed; must outlive the struct */
	struct text_token *tokens;
	size_t count;
};

/* text_new - fold and cut; everything owned by *out, which mem owns */
enum rc text_new(TALLOC_CTX *mem, struct slice original, struct text **out,
    struct err *e) must_check;

/* text_squeeze - original octets [at, at+len) with every run of white space
 * (no-break spaces too) as one space, ends trimmed; owned by mem */
char *text_squeeze(TALLOC_CTX *mem, const struct text *t, size_t at,
    size_t len);

#endif
