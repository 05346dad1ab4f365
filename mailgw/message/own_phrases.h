/*
 * own_phrases.h - the phrases that clients, people and lawyers put around a
 * mail's own words, in seven languages
 *
 * One table (own_phrases.c), grouped by what a phrase says, then by language.
 * Phrases are folded: lower case, no accents, ' for the apostrophes, single
 * spaces. They match whole words. A '^' in front: only at the line's start; a
 * '$' behind: only at its end (punctuation aside); both: the whole line.
 */
#ifndef MAILGW_MESSAGE_OWN_PHRASES_H
#define MAILGW_MESSAGE_OWN_PHRASES_H

#include "core/core.h"

enum own_kind {
	OWN_ATTR_START = 1 << 0, /* begins a line that introduces a quote */
	OWN_ATTR_VERB = 1 << 1,  /* "wrote" */
	OWN_SEPARATOR = 1 << 2,  /* "Original message" between dashes */
	OWN_FORWARD = 1 << 3,    /* the same, needs no dashes */
	OWN_FROM = 1 << 4,       /* labels of a quoted mail's head */
	OWN_SENT = 1 << 5,
	OWN_DATE = 1 << 6,
	OWN_TO = 1 << 7,
	OWN_SUBJECT = 1 << 8,
	OWN_OTHER = 1 << 9,       /* Cc, Reply-To, Importance … */
	OWN_CLOSE = 1 << 10,      /* closes a letter */
	OWN_CLOSE_WEAK = 1 << 11, /* perhaps: where a name follows */
	OWN_FORMULA = 1 << 12,    /* the words of a long closing */
	OWN_MOBILE = 1 << 13,     /* added by a telephone or a client */
	OWN_LEGAL = 1 << 14,      /* added by a lawyer: its paragraph */
	OWN_PS = 1 << 15,
	OWN_SKIP = 1 << 16,    /* a line to pass over */
	OWN_CONTACT = 1 << 17, /* stands in signatures: tel, fax, VAT … */
	OWN_END_FORWARD = 1 << 18,
	OWN_SAID = 1 << 19 /* words that stand in no name */
};

#define OWN_LABELS                                                             \
	(OWN_FROM | OWN_SENT | OWN_DATE | OWN_TO | OWN_SUBJECT | OWN_OTHER)

/* own_kinds - every kind that a folded line shows, as bits */
unsigned own_kinds(struct slice folded);

#endif
