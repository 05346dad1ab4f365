/*
 * words.h - what a line of an answer asks for
 *
 *	[number] order [date | address]
 *
 * "12 fait", "n° 12 : reporté au 3 décembre", "not a promise", "à paul@…". The
 * words are data: the rules answer.* of every language (LANG-answers.lang),
 * with their examples. A line that says anything beside is not understood: a
 * wrong move is worse than a question.
 */
#ifndef CAL_REPLY_WORDS_H
#define CAL_REPLY_WORDS_H

#include "core/core.h"
#include "core/lang/lang.h"

enum reply_act {
	REPLY_NONE, /* nothing is said: empty, a greeting */
	REPLY_KEPT,
	REPLY_MOVED, /* rest: the words of a date */
	REPLY_WITHDRAWN,
	REPLY_NOT,
	REPLY_CONFIRMED,
	REPLY_HAND, /* rest: an address */
	REPLY_UNCLEAR
};

struct reply_line {
	enum reply_act act;
	int64_t number; /* of a promise; 0: none given */
	bool is_all;    /* "all", "tout" */
	char *rest;     /* as it was written; owned by mem */
};

/* the languages of answers; lang_open_all() fills it */
struct reply_langs {
	const struct lang *langs[LANG_MAX_OPEN];
	size_t count;
};

/* reply_line - read one line, without its end; langs is borrowed */
enum rc reply_line(TALLOC_CTX *mem, const struct reply_langs *langs,
    struct slice line, struct reply_line *out, struct err *e) must_check;

#endif
