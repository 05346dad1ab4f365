/*
 * plan.h - what is to be said about a promise, and from when
 *
 * Nothing is scheduled: at any instant the moments of an open promise that
 * lie behind say what is to be said now, and who calls remembers what was
 * said. Every moment lies inside working hours of the promise's zone.
 *
 *   ahead    some working days before, when work begins
 *   morning  the day itself, when work begins
 *   soon     two hours before an hour or the start of a window
 *   due      at the hour; of a date alone, half an hour before work ends
 *   late     when work begins after the due, and again every so many days
 *
 * A day that is closed is anticipated on the last working day before. What
 * lies before the mail was sent is not said, nor what comes after the due. An
 * offer that lapsed was kept open as promised: it is never late.
 */
#ifndef CAL_REMIND_PLAN_H
#define CAL_REMIND_PLAN_H

#include "core/core.h"
#include "cal/remind/note.h"
#include "core/promise/promise.h"

#define PLAN_SOON_MIN    120
#define PLAN_EVENING_MIN 30 /* before work ends: time left to act */
#define PLAN_AHEAD_DAYS  40 /* no moment lies further before its due */

enum plan_why { PLAN_AHEAD, PLAN_MORNING, PLAN_SOON, PLAN_DUE, PLAN_LATE };
#define PLAN_MOMENTS 5

struct plan_moment {
	int64_t at; /* UTC seconds */
	enum plan_why why;
};

/* how often: settings */
struct plan_pace {
	int ahead_days; /* working days before, 0: not ahead */
	int late_days;  /* days until what is late is said again, 0: once */
};

/* plan_moments - those of a dated promise, in order of time, what is late
 * once; how many */
size_t plan_moments(const struct promise *p, const struct calendar *c,
    const struct zone *z, int ahead_days, struct plan_moment out[PLAN_MOMENTS]);

/* plan_now - the last moment that lies behind; false where there is nothing
 * to say: settled, undated, too early */
bool plan_now(const struct promise *p, const struct calendar *c,
    const struct zone *z, struct plan_pace pace, int64_t at,
    struct plan_moment *out);

/* plan_digest - does it stand in the digest of a morning, and as what: late,
 * of today, or of the working days ahead? */
bool plan_digest(const struct promise *p, const struct calendar *c,
    int ahead_days, int32_t today, int64_t at, enum note_why *out);

const char *plan_why_name(enum plan_why why); /* "ahead", … */

#endif
