/*
 * note.h - the words of a reminder: subject and text, French or English
 *
 * Pure: promises and what is to be said about each in, text out. Sentences,
 * names and addresses come from mails and are cleaned here.
 */
#ifndef CAL_REMIND_NOTE_H
#define CAL_REMIND_NOTE_H

#include "core/core.h"
#include "core/promise/promise.h"

#define NOTE_MAX_ITEMS 50 /* more are counted, not shown */

/* why a promise stands in the note */
enum note_why {
	NOTE_AHEAD,   /* some days before */
	NOTE_MORNING, /* the day, or the last working day before */
	NOTE_SOON,    /* an hour is near */
	NOTE_DUE,     /* now */
	NOTE_LATE,
	NOTE_CHECK,   /* just recorded, its date is doubtful or missing */
	NOTE_HANDED,  /* the reader is its owner from now on */
	NOTE_INVITED, /* in the reader's own calendar */
	NOTE_GONE     /* not there any more */
};
#define NOTE_WHYS 9

/* what kind of mail it is */
enum note_kind {
	NOTE_REMIND,
	NOTE_DIGEST,
	NOTE_RECEIPT,
	NOTE_TEAM,
	NOTE_INVITE,
	NOTE_CANCEL
};
#define NOTE_KINDS 6

struct note_item {
	const struct promise *promise; /* borrowed */
	enum note_why why;
	bool is_for_another; /* its owner is somebody else than the reader */
};

struct note {
	enum note_kind kind;
	const struct note_item *items;
	size_t count;
	bool has_answers; /* answers by mail are understood */
};

/* note_lang - the language of most of them: "fr" or "en" */
const char *note_lang(const struct note *n);

/* note_write - both owned by mem; lines end with LF */
enum rc note_write(TALLOC_CTX *mem, const struct note *n, char **subject,
    char **text, struct err *e) must_check;

/* note_mailto - "mailto:…" that tells the customers of a delay, in the
 * promise's language; owned by mem; NULL where none can be written to */
char *note_mailto(TALLOC_CTX *mem, const struct promise *p);

/* note_to - the customers, the first few by name; owned by mem */
char *note_to(TALLOC_CTX *mem, const struct promise *p, const char *lang);

#endif
