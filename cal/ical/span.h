/*
 * span.h - where a dated promise stands in a calendar, and when it rings
 *
 *   deadline with an hour      the half hour before it
 *   deadline, date only        the half hour before the working day ends
 *   window                     the window; dates alone by working hours
 *   appointment, date only     the working hours of the day
 *
 * It rings one working day before and two hours before, or as asked: before the end of a
 * deadline, before the start of a window. On a closed day the date stands and
 * the bells aim at the end of the last working day before. What would have
 * rung before the mail was sent is replaced by the start of the event.
 */
#ifndef CAL_ICAL_SPAN_H
#define CAL_ICAL_SPAN_H

#include "core/ahead/ahead.h"
#include "core/core.h"
#include "core/promise/promise.h"

#define SPAN_DEADLINE_S (30 * 60)
#define SPAN_SHORTLY_S  (2 * 60 * 60)
#define SPAN_BELLS      (AHEAD_MAX + 1)

struct span_bell {
	int64_t at;    /* UTC seconds */
	bool from_end; /* counted from the end of the event */
};

struct span {
	int64_t start, end; /* UTC seconds, start < end */
	struct civil aim;   /* civil moment the bells count from */
	struct span_bell bells[SPAN_BELLS];
	size_t bell_count; /* 0 only where nothing was asked for */
};

/* span_of - false where the promise has no date; ahead NULL: as above */
bool span_of(const struct promise *p, const struct calendar *c,
    const struct zone *z, const struct ahead *ahead, struct span *out);

/*
 * span_late - how often a promise has been called late at an instant
 *
 * 0: not open, undated or in time; else promise_lateness(): a late event
 * repeats PROMISE_LATE_DAYS days and is then renewed. *since: UTC, when that
 * round began; *day: its first civil day.
 */
int span_late(
    const struct promise *p, int64_t at, int64_t *since, int32_t *day);

/*
 * span_changes_at - the next instant after `at` at which a promise looks
 * different though nobody touched it; INT64_MAX: never
 */
int64_t span_changes_at(const struct promise *p, int64_t at);

#endif
