/*
 * span.c - where a dated promise stands in a calendar, and when it rings
 */
#include "core/core.h"

#include "cal/ical/span.h"

#define DAY_S (24 * 60 * 60)

/* at_minute - a civil moment, the given minute where it has no hour */
static struct civil
at_minute(struct civil c, int minute)
{
	if (c.minute == CIVIL_NO_MINUTE)
		c.minute = (int16_t)minute;
	return c;
}

/* days_before - n working days before, inside working hours */
static struct civil
days_before(struct civil c, const struct calendar *cal, int n)
{
	c.day = calendar_add(cal, c.day, -n);
	if (c.minute < calendar_start_min(cal))
		c.minute = (int16_t)calendar_start_min(cal);
	if (c.minute > calendar_end_min(cal))
		c.minute = (int16_t)calendar_end_min(cal);
	return c;
}

/* ring - one more bell, unless the mail did not exist then */
static void
ring(struct span *s, const struct promise *p, int64_t at, bool from_end)
{
	size_t i;

	if (at < p->sent_at || s->bell_count == ARRAY_LEN(s->bells))
		return;
	for (i = 0; i < s->bell_count; i++)
		if (s->bells[i].at == at)
			return;
	s->bells[s->bell_count++] = (struct span_bell){ at, from_end };
}

/* ring_all - as asked, and at least once where anything was asked for */
static void
ring_all(struct span *s, const struct promise *p, const struct calendar *c,
    const struct zone *z, const struct ahead *ahead)
{
	int64_t aim = zone_instant(z, s->aim);
	size_t i;

	for (i = 0; i < ahead->count; i++)
		ring(s, p,
		    ahead->at[i].is_working_days
			? zone_instant(
			      z, days_before(s->aim, c, ahead->at[i].n))
			: aim - (int64_t)ahead->at[i].n * 60,
		    false);
}

bool
span_of(const struct promise *p, const struct calendar *c, const struct zone *z,
    const struct ahead *ahead, struct span *out)
{
	static const struct ahead usual = { 2,
		{ { true, 1 }, { false, SPAN_SHORTLY_S / 60 } } };
	bool window = false, days = false;
	struct civil from, due;

	*out = (struct span){ .start = 0 };
	if (!p->due.is_set)
		return false;
	due = at_minute(p->due, calendar_end_min(c));
	from = p->from;
	if (p->kind == PROMISE_APPOINTMENT && !from.is_set &&
	    p->due.minute == CIVIL_NO_MINUTE)
		from = p->due;
	out->end = zone_instant(z, due);
	if (from.is_set) {
		days = from.day != due.day;
		from = at_minute(from, calendar_start_min(c));
		out->start = zone_instant(z, from);
		window = out->start < out->end;
	}
	if (!window)
		out->start = out->end - SPAN_DEADLINE_S;

	out->aim = window ? from : due;
	if (!calendar_is_working(c, out->aim.day)) {
		out->aim.day = calendar_add(c, out->aim.day, -1);
		out->aim.minute = (int16_t)calendar_end_min(c);
	}
	ring_all(out, p, c, z, ahead ? ahead : &usual);
	if (ahead != NULL && ahead->count == 0)
		return true;
	if (window && days)
		ring(out, p, out->end - SPAN_SHORTLY_S, true);
	if (out->bell_count < (ahead != NULL ? 1 : 2))
		ring(out, p, out->start, false);
	if (out->bell_count == 0)
		out->bells[out->bell_count++] =
		    (struct span_bell){ out->start, false };
	return true;
}

int
span_late(const struct promise *p, int64_t at, int64_t *since, int32_t *day)
{
	int late, rounds;

	late = promise_lateness(p, at);
	if (late == 0)
		return 0;
	rounds = late - 1;
	*since = p->due_at + (int64_t)rounds * PROMISE_LATE_DAYS * DAY_S;
	/* late within the day it was due, or from the day after */
	*day = p->due.day + (p->due.minute == CIVIL_NO_MINUTE) +
	       rounds * PROMISE_LATE_DAYS;
	return late;
}

int64_t
span_changes_at(const struct promise *p, int64_t at)
{
	int64_t since;
	int32_t day;

	if (p->state != PROMISE_OPEN || !p->due.is_set ||
	    promise_has_lapsed(p, at))
		return INT64_MAX;
	if (span_late(p, at, &since, &day) == 0)
		return p->due_at + 1;
	return since + PROMISE_LATE_DAYS * DAY_S;
}
