/*
 * when_span.h - what the files of the second pass share
 *
 * A resolver is one when_resolve() at work: the day it sees things from, and
 * where its explanation and its faults go.
 */
#ifndef CORE_WHEN_WHEN_SPAN_H
#define CORE_WHEN_WHEN_SPAN_H

#include "core/promise/promise.h"
#include "core/when/when_priv.h"

#define WHEN_WARN_WEEKDAY WARN_WEEKDAY
#define WHEN_WARN_PAST    WARN_PAST
#define WHEN_WARN_NEXT    WARN_NEXT

struct span {
	int32_t first, last; /* days of what was named */
	int32_t due;         /* by the table */
	bool is_period;      /* more than one day */
	bool is_null;        /* no day can be told */
};

struct resolver {
	const struct when_ref *ref;
	int32_t sent_day, now_min; /* local */
	int32_t today; /* seen from here: sent_day, or a window's start */
	struct civil named;
	unsigned warnings;
	bool is_start; /* the start of a window is at hand */
	char *steps;   /* talloc string, grows a line a step */
	struct err *e;
};

/* when_step - add a line to the explanation */
void when_step(struct resolver *r, const char *fmt, ...) printf_like(2, 3);

/* when_days - the day a moment means; false: refused, r->e is filled */
bool when_days(struct resolver *r, const struct when_keys *k, struct span *s);

/* when_period - the same for weeks, months, quarters, years */
bool when_period(struct resolver *r, const struct when_keys *k, struct span *s);

/* when_in_week - the day of a week that is due, by its edge */
int32_t when_in_week(const struct when_keys *k, int32_t monday);

#endif
