/*
 * own_priv.h - the lines of a message, between the two halves of own.c
 */
#ifndef MAILGW_MESSAGE_OWN_PRIV_H
#define MAILGW_MESSAGE_OWN_PRIV_H

#include "mailgw/message/own.h"
#include "mailgw/message/own_phrases.h"

enum own_fate {
	OWN_KEEP,
	OWN_QUOTED,     /* somebody else's words */
	OWN_INTRODUCES, /* says whose words follow */
	OWN_SIGNATURE,
	OWN_BOILERPLATE
};

struct own_line {
	struct slice text; /* without its end of line */
	struct slice fold; /* own_phrases.h; empty: a blank line */
	unsigned kinds;    /* enum own_kind bits */
	uint16_t depth;    /* of '>' in front */
	uint8_t fate;      /* enum own_fate */
	char mark;         /* HTML_MARK_…, or 0 */
	bool is_table;     /* in columns, like the line above or below */
};

struct own {
	struct own_line *lines;
	size_t count;
	size_t last_quoted; /* the last line behind '>'; 0: none */
	struct slice name;  /* the author's, folded */
	struct slice user;  /* before the '@', folded */
	char company[64];   /* letters of the domain before its suffix */
};

/* own_fold - lower case, accents and emphasis off, single spaces, trimmed */
void own_fold(struct slice text, struct buf *out);

/* own_quotes - decide what others wrote and what introduces it */
void own_quotes(struct own *o);

/* own_signature - signature and boilerplate of one run of kept lines */
void own_signature(struct own *o, size_t from, size_t to);

static inline bool
own_is_blank(const struct own_line *l)
{
	return l->fold.len == 0 && l->mark == 0 && l->depth == 0;
}

#endif
