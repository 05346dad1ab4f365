/*
 * note_words.h - what reminders say, one row a language
 */
#ifndef CAL_REMIND_NOTE_WORDS_H
#define CAL_REMIND_NOTE_WORDS_H

#include "cal/remind/note.h"

struct note_words {
	const char *lang;
	const char *sender;           /* display name of ours */
	const char *why[NOTE_WHYS];   /* "Late" */
	const char *one;              /* why, customer, date */
	const char *one_undated;      /* why, customer */
	const char *many[NOTE_KINDS]; /* how many */
	const char *many_late;        /* behind it: how many of them */
	const char *hello[NOTE_KINDS];
	const char *number; /* "%s (no. %lld)" */
	const char *quote[2];
	const char *to, *by, *due, *window, *first, *undated, *condition;
	const char *hedged, *uncertain;
	const char *warn_weekday, *warn_past, *warn_closed, *warn_undated,
	    *warn_next;
	const char *delay; /* in front of the mailto */
	const char *more;  /* how many are not shown */
	const char *answer_one, *answer_many;
	const char *others[2];
	const char *delay_subject, *delay_body, *delay_body_undated;
};

/* note_words_of - never NULL */
const struct note_words *note_words_of(const char *lang);

#endif
