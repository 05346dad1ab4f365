/*
 * when.h - turn "jeudi avant midi" or "by Friday" into a due
 *
 * Two passes. when_scan() finds the expressions of time in a text and fills
 * their fields from words; it does not know the date. when_resolve() applies
 * one to the moment the mail was sent. Neither reads the clock. The words are
 * in the language files (core/lang); the rules are those of promises(7).
 */
#ifndef CORE_WHEN_WHEN_H
#define CORE_WHEN_WHEN_H

#include "core/civil/civil.h"
#include "core/core.h"
#include "core/lang/lang.h"
#include "core/text/text.h"

#define WHEN_HORIZON_DAYS (366 * 30) /* further ahead is refused */

/* the moment and the place a mail speaks from */
struct when_ref {
	int64_t sent_at;         /* UTC seconds, Date: */
	const struct zone *zone; /* the author's */
	int offset_min;          /* of Date:, for mm/dd and Québec */
	const struct calendar *calendar;
	bool is_silent; /* nobody reads the steps: none are written */
};

struct when_field; /* when_priv.h: what the words said */

/* where two languages of one mail claim the same words, the longer expression
 * stands, then the one whose language knows more of the words around it, then
 * the one of the language given first */
#define WHEN_MAX_LANGS 8 /* further ones are not looked for */

/* one expression of time, as found; indexes are tokens of the text */
struct when_expr {
	uint32_t first, count; /* tokens it covers */
	uint8_t lang;          /* index into the languages given */
	bool is_deadline;      /* by, d'ici, avant, within, sous … */
	bool is_until;         /* until, jusqu'à */
	bool is_start;         /* from, à partir de */
	bool is_duration;      /* a bare or prefixed length of time */
	bool is_counted;       /* a length that is counted from a date */
	bool is_recurrence;    /* every, chaque */
	bool has_hour;         /* an hour or a part of a day is named */
	bool has_day;          /* a day is named */
	bool is_vague;         /* asap, prochainement: undated */
	bool is_event_delay;   /* counts from an event: `after` */
	bool is_past;          /* yesterday, last week: never a due */
	bool is_attribute;     /* of, du: "your mail of 12 November" */
	bool is_before;        /* before, avant */
	uint32_t event_first;  /* is_event_delay: token where the
					   clause of the event begins */
	const struct when_field *field; /* owned by the scan's mem */
};

struct when_scan {
	struct when_expr *exprs; /* in the order of the text */
	size_t count;
};

enum rc when_scan(TALLOC_CTX *mem, const struct text *t,
    const struct lang *const *langs, size_t lang_count, struct when_scan **out,
    struct err *e) must_check;

struct when_result {
	struct civil due, from;
	char after[24];    /* "P3W"; "" none */
	unsigned warnings; /* enum promise_warning bits */
	char *steps;       /* explanation, a line a step */
};

/*
 * when_resolve - one expression against a reference
 *
 * named  the last date named before it in the message, for « la veille »,
 *        "the next day"; not set where there is none
 * out    steps owned by mem
 *
 * RC_OK (due may be null: vague, or it counts from an event); RC_BADINPUT
 * fields that contradict each other or lie beyond the horizon
 */
enum rc when_resolve(TALLOC_CTX *mem, const struct when_expr *x,
    const struct when_ref *ref, struct civil named, struct when_result *out,
    struct err *e) must_check;

/*
 * when_one - the one date that a text names, in any language there is
 *
 * first  code of the language that is tried first, "fr"
 *
 * RC_NOTFOUND it names none; RC_BADINPUT it names two
 */
enum rc when_one(const char *text, const char *first,
    const struct when_ref *ref, struct civil *out, struct err *e) must_check;

#endif
