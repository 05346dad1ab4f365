/*
 * text_units.c - which lines continue the line before, and which stand alone
 *
 * A mail program wraps a paragraph at its width: the first word of the next
 * line would not have fitted. A person breaks a line with room to spare. List
 * items, table rows and what follows a blank line always begin anew.
 */
#include "core/core.h"

#include "core/text/text_priv.h"

#define WIDTH_MIN 48  /* narrower texts are not taken as wrapped */
#define WIDTH_MAX 200 /* wider lines are whole paragraphs */

struct line {
	size_t first, end; /* tokens [first, end) */
	uint32_t cols;     /* characters, roughly, blanks included */
};

/* columns - characters between two octets, continuation octets not counted */
static uint32_t
columns(const struct text *t, size_t from, size_t to)
{
	uint32_t n = 0;

	for (; from < to; from++)
		n += ((unsigned char)t->original.at[from] & 0xC0) != 0x80;
	return n;
}

static bool
is_char(const struct text_token *k, char c)
{
	return k->kind == TEXT_OTHER && k->fold[0] == c && k->fold[1] == '\0';
}

static bool
glued_after(const struct text *t, size_t i)
{
	return i + 1 < t->count && t->tokens[i + 1].is_glued;
}

/* marker - tokens of a list marker at the start of a line; 0: none */
static size_t
marker(const struct text *t, const struct line *l)
{
	const struct text_token *k = &t->tokens[l->first];
	size_t left = l->end - l->first;

	if (left < 2)
		return 0;
	if (is_char(k, '*') || is_char(k, '-') || is_char(k, '+') ||
	    (k->kind == TEXT_OTHER && k->len >= 3 && k->fold[0] != '"'))
		return glued_after(t, l->first) && !is_char(k, '*') &&
			       !is_char(k, '-')
			   ? 0
			   : 1;
	if (left < 3)
		return 0;
	/* "1) ", "1. ", "a) ", "(1) " */
	if (is_char(k, '(') && left > 3 && k[1].is_glued &&
	    (k[1].kind == TEXT_NUMBER || k[1].len == 1) && is_char(&k[2], ')'))
		return 3;
	if ((k->kind == TEXT_NUMBER && k->len <= 2) ||
	    (k->kind == TEXT_WORD && k->len == 1)) {
		if (is_char(&k[1], ')') && !glued_after(t, l->first + 1))
			return 2;
		if (k->kind == TEXT_NUMBER && is_char(&k[1], '.') &&
		    k[1].is_glued && !glued_after(t, l->first + 1))
			return 2;
		if (k->kind == TEXT_NUMBER &&
		    (is_char(&k[1], '/') || is_char(&k[1], '-')) &&
		    !glued_after(t, l->first + 1) && k[1].is_glued)
			return 2;
	}
	return 0;
}

/* is_row - a line of a table: a bar, or cells set apart by wide gaps */
static bool
is_row(const struct text *t, const struct line *l)
{
	const struct text_token *k = t->tokens;
	size_t i, n, at;

	for (i = l->first + 1; i < l->end; i++) {
		if (is_char(&k[i], '|'))
			return true;
		if (k[i].is_glued)
			continue;
		n = 0;
		for (at = k[i - 1].at + k[i - 1].len; at < k[i].at; at++) {
			if (t->original.at[at] == '\t')
				return true;
			n += t->original.at[at] == ' ';
		}
		if (n >= 3)
			return true;
	}
	return false;
}

/* continues - whether line b goes on where line a was wrapped */
static bool
continues(const struct text *t, const struct line *a, const struct line *b,
    uint32_t width)
{
	const struct text_token *last = &t->tokens[a->end - 1];
	const struct text_token *next = &t->tokens[b->first];
	size_t i = b->first;
	uint32_t word;

	while (i + 1 < b->end && t->tokens[i + 1].is_glued)
		i++;
	word = columns(t, next->at, t->tokens[i].at + t->tokens[i].len);
	if (is_char(last, ',') || is_char(last, '('))
		return a->cols >= 20 ||
		       (next->kind == TEXT_WORD && !next->is_title);
	if (width >= WIDTH_MIN && a->cols + 1 + word > width - width / 12)
		return true;
	if (next->kind == TEXT_WORD && !next->is_title && a->cols >= 40 &&
	    !text_ends_sentence(last))
		return true;
	return false;
}

/* next_line - the tokens of the line that begins at token i */
static struct line
next_line(const struct text *t, size_t i)
{
	struct line l = { i, i + 1, 0 };

	while (l.end < t->count && !t->tokens[l.end].starts_line)
		l.end++;
	l.cols = columns(t, t->tokens[i].at,
	    t->tokens[l.end - 1].at + t->tokens[l.end - 1].len);
	return l;
}

/* width_of - the width a text was wrapped at: its widest usual line */
static uint32_t
width_of(const struct text *t)
{
	uint32_t width = 0;
	struct line l;
	size_t i;

	for (i = 0; i < t->count; i = l.end) {
		l = next_line(t, i);
		if (l.cols > width && l.cols <= WIDTH_MAX && !is_row(t, &l))
			width = l.cols;
	}
	return width;
}

void
text_mark_units(struct text *t)
{
	uint32_t width = width_of(t);
	struct line before = { 0 }, l;
	size_t i, n, m;
	bool row, row_before = false;

	for (i = 0; i < t->count; i = l.end) {
		l = next_line(t, i);
		m = marker(t, &l);
		for (n = 0; n < m; n++)
			t->tokens[i + n].is_marker = true;
		row = is_row(t, &l);
		t->tokens[i].starts_unit = i == 0 || m > 0 || row ||
					   row_before ||
					   t->tokens[i].breaks >= 2 ||
					   !continues(t, &before, &l, width);
		if (m > 0 && l.first + m < l.end)
			t->tokens[l.first + m].starts_unit = true;
		before = l;
		row_before = row;
	}
}
