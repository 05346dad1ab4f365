/*
 * words.h - what a calendar says about promises, in French and in English
 *
 * One row a language; a language without a row is spoken to in English.
 * Texts are NUL-terminated UTF-8. Nothing here depends on a locale.
 */
#ifndef CAL_ICAL_WORDS_H
#define CAL_ICAL_WORDS_H

#include "core/core.h"
#include "core/promise/promise.h"

#define WORDS_KINDS  3
#define WORDS_STATES 4

struct words {
	const char *lang;
	const char *title[WORDS_KINDS]; /* "Promised to %s: " by kind */
	const char *bell[WORDS_KINDS];  /* the same in an alarm */
	const char *others[2];          /* " and %d other", " and %d others" */
	const char *late;               /* in front of a late title */
	const char *settled[WORDS_STATES]; /* in front of a settled one */
	const char *state[WORDS_STATES];
	const char *state_late;
	const char *category;
	const char *kind[WORDS_KINDS];
	const char *number; /* in place of a sentence that is not shown */
	const char *by;     /* who, to whom, when */
	const char *owner;  /* who is to keep it now */
	const char *due;    /* "To be kept by %s" */
	const char *window; /* "Between %s and %s" */
	const char *first;  /* "First promised for %s" */
	const char *condition;
	const char *hedged;
	const char *uncertain;
	const char *warn_weekday, *warn_past, *warn_closed, *holiday;
	const char *state_is; /* "State: %s (promise %lld)" */
	const char *quote[2];
	const char *name;  /* of a feed without a name */
	const char *about; /* what a feed holds */
	const char *beat_open[2], *beat_late[2], *beat_undated[2];
	const char *beat, *beat_about;
};

/* words_of - never NULL */
const struct words *words_of(const char *lang);

/* words_plural - 0 or 1: the form for n things */
int words_plural(const struct words *w, int64_t n);

/* words_date - "vendredi 20 novembre 2026 à 17 h 30"; owned by mem, NULL at
 * the memory limit */
char *words_date(TALLOC_CTX *mem, const struct words *w, struct civil c);

#endif
