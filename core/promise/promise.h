/*
 * promise.h - the record, its states and the moves between them
 *
 * What counts as a promise and what each field means is written down in the
 * manual page promises(7). This room neither stores, parses nor prints.
 */
#ifndef CORE_PROMISE_PROMISE_H
#define CORE_PROMISE_PROMISE_H

#include "core/civil/civil.h"
#include "core/core.h"

enum promise_kind { PROMISE_ACTION, PROMISE_APPOINTMENT, PROMISE_OFFER };

/*
 * Overdue is no state: it is open and past due, asked at an instant.
 * PROMISE_NOT: the author says it never was a promise.
 */
enum promise_state {
	PROMISE_OPEN,
	PROMISE_KEPT,
	PROMISE_WITHDRAWN,
	PROMISE_NOT
};

/* moves; MOVE_MOVED sets a new due and leaves the promise open, MOVE_HANDED
 * gives it another owner (ledger_hand), MOVE_CONFIRMED: its author says that it
 * is one */
enum promise_move {
	MOVE_RECORDED,
	MOVE_KEPT,
	MOVE_MOVED,
	MOVE_WITHDRAWN,
	MOVE_NOT,
	MOVE_REOPENED,
	MOVE_HANDED,
	MOVE_CONFIRMED
};

/* bits of promise.warnings */
enum promise_warning {
	WARN_WEEKDAY = 1 << 0, /* weekday and date of one expression disagree */
	WARN_PAST = 1 << 1, /* a date written with its year lies in the past */
	WARN_CLOSED = 1 << 2,  /* due on a holiday or other closed day */
	WARN_UNDATED = 1 << 3, /* reserved: a follow-up without a date */
	WARN_NEXT = 1 << 4     /* "next Friday" of a day of this week: some mean
			      the one after */
};

#define PROMISE_TEXT_MAX 2000 /* octets of text kept, cut at a character */

struct promise {
	int64_t id; /* ledger's; 0 before it is recorded */
	char *text; /* the sentence, white space folded */
	enum promise_kind kind;
	struct civil due;  /* last moment at which it is still kept */
	struct civil from; /* start of the window; not set: none */
	char *after;       /* ISO 8601 duration ("P3W", "P10BD") or NULL */
	char *condition;   /* the clause it depends on, or NULL */
	bool is_hedged;
	char lang[4];      /* "fr", "en" */
	unsigned warnings; /* enum promise_warning bits */
	char *why;         /* lines of explanation: words, rule, date steps */

	/* filled by the ledger, from the mail it stood in */
	enum promise_state state;
	struct civil due_first; /* as first promised */
	int64_t due_at;         /* UTC: the instant after which it is late;
				   INT64_MAX where undated */
	char *zone;             /* name the dues are civil in */
	char *author;           /* address, lower case domain */
	char *author_name;      /* display name or NULL */
	char *owner; /* who is to keep it now, where not the author; or NULL */
	char **customers;     /* external recipients; ends with NULL */
	char *subject_thread; /* root Message-ID of the conversation or NULL */
	char *message_id;     /* without angle brackets */
	int64_t sent_at;      /* UTC seconds, the mail's Date: */
	int64_t recorded_at;  /* UTC seconds */
	int64_t changed_at;   /* UTC seconds of the last change shown */
	int sequence;         /* +1 at each change shown (RFC 5545 SEQUENCE) */
	bool is_uncertain;    /* the next hop's answer was never seen */
};

const char *promise_kind_name(enum promise_kind k);   /* "action", … */
const char *promise_state_name(enum promise_state s); /* "open", … */
const char *promise_move_name(enum promise_move m);
bool promise_kind_parse(const char *name, enum promise_kind *out);
bool promise_state_parse(const char *name, enum promise_state *out);
bool promise_move_parse(const char *name, enum promise_move *out);

/* the code of one warning bit ("weekday", "past", "closed"), for JSON */
const char *promise_warning_name(enum promise_warning w);

/*
 * promise_next_state - where a move leads
 *
 * RC_OK with *to filled; RC_BADINPUT where the move is not possible from
 * there (a kept promise cannot be moved; reopening takes it back).
 */
enum rc promise_next_state(enum promise_state from, enum promise_move m,
    enum promise_state *to, struct err *e) must_check;

/* promise_due_at - UTC instant after which a due is late: the hour itself, or
 * the last second of the civil day; INT64_MAX where due is not set */
int64_t promise_due_at(struct civil due, const struct zone *z);

/*
 * promise_is_late - open and past its due at an instant
 *
 * An offer is never late: when its day is over it was kept open as promised.
 * It has lapsed then, and nobody needs to be told any more.
 */
bool promise_is_late(const struct promise *p, int64_t at);
bool promise_has_lapsed(const struct promise *p, int64_t at);

/*
 * promise_lateness - 0 not late, else 1, and one more every PROMISE_LATE_DAYS
 *
 * A calendar shows a late promise otherwise, and again after that many days,
 * though nobody changed it: what it shows as RFC 5545 SEQUENCE is `sequence`
 * plus this, so a change adds it to `sequence` before it starts from 0 again.
 */
#define PROMISE_LATE_DAYS 30
int promise_lateness(const struct promise *p, int64_t at);

#endif
