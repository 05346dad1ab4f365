/*
 * plan.c - what is to be said about a promise, and from when
 */
#include "core/core.h"

#include "cal/remind/plan.h"

static const char *const names[] = {
	[PLAN_AHEAD] = "ahead",
	[PLAN_MORNING] = "morning",
	[PLAN_SOON] = "soon",
	[PLAN_DUE] = "due",
	[PLAN_LATE] = "late",
};

const char *
plan_why_name(enum plan_why why)
{
	return names[why];
}

/* open_day - the day itself, or the last working day before it */
static int32_t
open_day(const struct calendar *c, int32_t day)
{
	return calendar_is_working(c, day) ? day : calendar_add(c, day, -1);
}

static struct civil
at_minute(int32_t day, int minute)
{
	return (struct civil){
		.day = day, .minute = (int16_t)minute, .is_set = true
	};
}

/* into_hours - the last moment inside working hours, not after m */
static struct civil
into_hours(const struct calendar *c, struct civil m)
{
	int evening = calendar_end_min(c) - PLAN_EVENING_MIN;

	if (!calendar_is_working(c, m.day) || m.minute < calendar_start_min(c))
		return at_minute(calendar_add(c, m.day, -1), evening);
	if (m.minute > calendar_end_min(c))
		m.minute = (int16_t)evening;
	return m;
}

/* minutes_before - civil, across midnight */
static struct civil
minutes_before(struct civil m, int minutes)
{
	int minute = m.minute - minutes;

	if (minute < 0)
		return at_minute(m.day - 1, minute + 24 * 60);
	return at_minute(m.day, minute);
}

/* late_at - when work begins for the first time after the due */
static int64_t
late_at(const struct promise *p, const struct calendar *c, const struct zone *z)
{
	int32_t day = zone_civil(z, p->due_at).day;
	int64_t at;

	if (calendar_is_working(c, day)) {
		at = zone_instant(z, at_minute(day, calendar_start_min(c)));
		if (at > p->due_at)
			return at;
	}
	day = calendar_add(c, day, 1);
	return zone_instant(z, at_minute(day, calendar_start_min(c)));
}

/* put - a moment in its place; of two at once the more pressing stays */
static size_t
put(struct plan_moment *out, size_t n, int64_t at, enum plan_why why)
{
	size_t i;

	while (n > 0 && out[n - 1].at == at && out[n - 1].why < why)
		n--;
	for (i = n; i > 0 && out[i - 1].at > at; i--)
		out[i] = out[i - 1];
	out[i] = (struct plan_moment){ at, why };
	return n + 1;
}

size_t
plan_moments(const struct promise *p, const struct calendar *c,
    const struct zone *z, int ahead_days, struct plan_moment out[PLAN_MOMENTS])
{
	struct civil first = p->from.is_set ? p->from : p->due, due = p->due;
	struct civil moment[PLAN_LATE];
	bool is_meant[PLAN_LATE] = { ahead_days > 0, true, true, true };
	int32_t day;
	size_t n = 0;
	int why;

	if (!p->due.is_set)
		return 0;
	day = open_day(c, first.day);
	moment[PLAN_AHEAD] =
	    at_minute(calendar_add(c, day, -ahead_days), calendar_start_min(c));
	moment[PLAN_MORNING] = at_minute(day, calendar_start_min(c));
	is_meant[PLAN_SOON] = first.minute != CIVIL_NO_MINUTE;
	if (is_meant[PLAN_SOON])
		moment[PLAN_SOON] =
		    into_hours(c, minutes_before(first, PLAN_SOON_MIN));
	if (due.minute == CIVIL_NO_MINUTE)
		due.minute = (int16_t)(calendar_end_min(c) - PLAN_EVENING_MIN);
	moment[PLAN_DUE] = into_hours(c, due);
	for (why = PLAN_AHEAD; why < PLAN_LATE; why++) {
		int64_t at;

		if (!is_meant[why])
			continue;
		at = zone_instant(z, moment[why]);
		if (at >= p->sent_at && at <= p->due_at)
			n = put(out, n, at, (enum plan_why)why);
	}
	if (p->kind == PROMISE_OFFER)
		return n;
	return put(out, n, late_at(p, c, z), PLAN_LATE);
}

/* again - the last repetition of a late moment that lies behind: so many days
 * later, or when work begins for the first time after that */
static int64_t
again(const struct calendar *c, const struct zone *z, int64_t first, int days,
    int64_t at)
{
	int32_t from = zone_civil(z, first).day, day;
	int64_t moment;
	int n;

	if (days == 0)
		return first;
	for (n = (zone_civil(z, at).day - from) / days; n > 0; n--) {
		day = from + n * days;
		if (!calendar_is_working(c, day))
			day = calendar_add(c, day, 1);
		moment = zone_instant(z, at_minute(day, calendar_start_min(c)));
		if (moment <= at)
			return moment;
	}
	return first;
}

bool
plan_now(const struct promise *p, const struct calendar *c,
    const struct zone *z, struct plan_pace pace, int64_t at,
    struct plan_moment *out)
{
	struct plan_moment all[PLAN_MOMENTS];
	size_t n;

	if (p->state != PROMISE_OPEN || promise_has_lapsed(p, at))
		return false;
	for (n = plan_moments(p, c, z, pace.ahead_days, all); n > 0; n--) {
		if (all[n - 1].at > at)
			continue;
		*out = all[n - 1];
		if (out->why == PLAN_LATE)
			out->at = again(c, z, out->at, pace.late_days, at);
		return true;
	}
	return false;
}

bool
plan_digest(const struct promise *p, const struct calendar *c, int ahead_days,
    int32_t today, int64_t at, enum note_why *out)
{
	int32_t first = p->from.is_set ? p->from.day : p->due.day;

	if (p->state != PROMISE_OPEN || !p->due.is_set ||
	    promise_has_lapsed(p, at))
		return false;
	if (promise_is_late(p, at))
		*out = NOTE_LATE;
	else if (open_day(c, first) <= today)
		*out = NOTE_MORNING;
	else if (ahead_days > 0 &&
		 open_day(c, first) <= calendar_add(c, today, ahead_days))
		*out = NOTE_AHEAD;
	else
		return false;
	return true;
}
