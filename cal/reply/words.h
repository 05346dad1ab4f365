/*
 * words.h - what a line of an answer asks for
 *
 *	[number] [filler] phrase [date | address] [filler]
 *
 * "12 fait", "n° 12 : reporté au 3 décembre", "not a promise", "à paul@…". The
 * phrases are one table, French and English at once, without accents or case.
 * A line that says anything beside is not understood: a wrong move is worse
 * than a question.
 */
#ifndef CAL_REPLY_WORDS_H
#define CAL_REPLY_WORDS_H

#include "core/core.h"

enum reply_act {
	REPLY_NONE, /* nothing is said: empty, a greeting */
	REPLY_KEPT,
	REPLY_MOVED, /* rest: the words of a date */
	REPLY_WITHDRAWN,
	REPLY_NOT,
	REPLY_HAND, /* rest: an address */
	REPLY_UNCLEAR
};

struct reply_line {
	enum reply_act act;
	int64_t number; /* of a promise; 0: none given */
	bool is_all;    /* "all", "tout" */
	char *rest;     /* as it was written; owned by mem */
};

/* reply_line - read one line, without its end */
enum rc reply_line(TALLOC_CTX *mem, struct slice line, struct reply_line *out,
    struct err *e) must_check;

#endif
