/*
 * when_resolve.c - the second pass: one expression against a moment
 *
 * A range is due at its upper end; between two usual readings the earlier
 * wins (promises(7)). Lengths of time are added here, hours are read here;
 * which day a name means is in when_days.c and when_period.c.
 */
#include "core/core.h"

#include <stdarg.h>

#include "core/when/when_span.h"

#define DAY_MIN         1440
#define WINDOW_MAX_DAYS 180   /* a longer one was none */
#define MAX_LENGTH      40000 /* of any unit */
#define LAST_MIN        (DAY_MIN - 1)

/* the end of each part of the day, in minutes; enum order of keys.def */
static const int16_t part_min[] = { 0, 12 * 60, 10 * 60, 12 * 60, 14 * 60,
	18 * 60, 15 * 60, 20 * 60, 20 * 60, 8 * 60, LAST_MIN, CIVIL_NO_MINUTE };

void
when_step(struct resolver *r, const char *fmt, ...)
{
	char line[160];
	va_list ap;

	if (r->ref->is_silent)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (r->steps != NULL)
		r->steps = talloc_asprintf_append_buffer(
		    r->steps, "%s%s", r->steps[0] == '\0' ? "" : "\n", line);
}

/* is_afternoon - does a part of the day turn 3 into 15:00? */
static bool
is_afternoon(int part, int hour)
{
	switch (part) {
	case PART_afternoon:
	case PART_early_afternoon:
	case PART_evening:
	case PART_lunch:
		return true;
	case PART_night:
		return hour >= 6;
	default:
		return false;
	}
}

/* read_hour - the minute of the day that an hour means */
static int
read_hour(struct resolver *r, const struct when_keys *k)
{
	int hour = k->v[KEY_hour];
	int minute = keys_get(k, KEY_minute, 0);
	int before = keys_get(k, KEY_to, 0);
	int half = keys_get(k, KEY_half, 0);
	int part = keys_get(k, KEY_part, 0);
	int start = calendar_start_min(r->ref->calendar);
	int end = calendar_end_min(r->ref->calendar);
	int early, late;

	if (half == 0 && part != 0 && hour <= 12 && part != PART_day &&
	    (!keys_has(k, BIT(exact)) || is_afternoon(part, hour)))
		half = is_afternoon(part, hour) ? AMPM_pm : AMPM_am;
	if (half != 0 && hour <= 12)
		return hour % 12 * 60 + minute - before +
		       (half == AMPM_pm ? 12 * 60 : 0);
	if (hour == 24)
		return LAST_MIN;
	early = hour * 60 + minute - before;
	if (hour > 12 || hour == 0 || keys_has(k, BIT(exact)))
		return early;
	if (hour == 12)
		return early;
	late = early + 12 * 60;
	if (early >= start && early <= end)
		return early;
	if (late >= start && late <= end) {
		when_step(r, "the reading inside working hours");
		return late;
	}
	return early;
}

/* minute_of - the minute of a moment that names one */
static int
minute_of(struct resolver *r, const struct when_keys *k)
{
	int part = keys_get(k, KEY_part, 0), edge = keys_get(k, KEY_edge, 0);

	if (keys_has(k, BIT(hour)))
		return read_hour(r, k);
	if (edge != 0 && !keys_has(k, BIT(period) | BIT(month))) {
		if (edge == EDGE_start)
			switch (part) {
			case PART_morning:
			case PART_day:
				part = PART_first;
				break;
			case PART_afternoon:
				part = PART_early_afternoon;
				break;
			case PART_evening:
				return 19 * 60;
			default:
				break;
			}
		else if (edge == EDGE_mid)
			switch (part) {
			case PART_morning:
				return 11 * 60;
			case PART_afternoon:
				return 16 * 60;
			case PART_day:
				part = PART_noon;
				break;
			default:
				break;
			}
	}
	when_step(r, "a part of the day, due at its end");
	return part_min[part];
}

/* timed - the day and the minute of a moment without a length */
static bool
timed(struct resolver *r, const struct when_keys *k, struct span *s,
    struct civil *out)
{
	int minute = CIVIL_NO_MINUTE, part = keys_get(k, KEY_part, 0);

	memset(s, 0, sizeof(*s));
	memset(out, 0, sizeof(*out));
	if (keys_has(k, TIME_KEYS))
		minute = minute_of(r, k);
	if (keys_has(k, DAY_KEYS)) {
		struct when_keys day = *k;

		/* "the end of" was of the part of the day */
		if (keys_has(k, TIME_KEYS) &&
		    !keys_has(k, BIT(period) | BIT(month)))
			day.has &= ~BIT(edge);
		if (!when_days(r, &day, s))
			return false;
		if (s->is_null)
			return true;
	} else {
		s->first = s->last = s->due = r->today;
		if (minute != CIVIL_NO_MINUTE && part != PART_overnight &&
		    r->today == r->sent_day && minute < r->now_min) {
			when_step(r, "past today, so tomorrow");
			s->first = s->last = s->due = r->today + 1;
		}
	}
	if (part == PART_overnight && !keys_has(k, BIT(hour)))
		s->due++;
	if (minute < 0 && minute != CIVIL_NO_MINUTE) {
		minute += DAY_MIN; /* "ten to midnight" */
		s->due--;
	}
	out->day = s->due;
	out->minute = (int16_t)minute;
	out->is_set = true;
	return true;
}

/* length_days - a length in whole days, or -1 where it is no number of days */
static int
length_days(int unit, int n, int tenths)
{
	switch (unit) {
	case UNIT_day:
		return n + (tenths != 0);
	case UNIT_week:
	case UNIT_weekend:
		return n * 7 + (tenths * 7 + 9) / 10;
	case UNIT_fortnight:
		return n * 14 + (tenths * 14 + 9) / 10;
	default:
		return -1;
	}
}

static int
length_months(int unit, int n)
{
	return n * (unit == UNIT_month        ? 1
		       : unit == UNIT_quarter ? 3
		       : unit == UNIT_half    ? 6
					      : 12);
}

/* add_elapsed - minutes of real time, or of working time */
static bool
add_elapsed(struct resolver *r, int unit, int64_t minutes, struct civil *at)
{
	const struct when_ref *ref = r->ref;

	if (unit == UNIT_business_hour) {
		int64_t span = minutes < 0 ? -minutes : minutes;

		if (minutes < 0 || span > (int64_t)MAX_LENGTH * 60)
			return false;
		if (minutes % DAY_MIN == 0) {
			at->day = calendar_add(
			    ref->calendar, at->day, (int)(minutes / DAY_MIN));
			at->minute = CIVIL_NO_MINUTE;
			when_step(r, "as many working days");
		} else {
			*at = calendar_add_minutes(
			    ref->calendar, *at, (int)minutes);
			when_step(r, "counted inside working hours");
		}
		return true;
	}
	*at =
	    zone_civil(ref->zone, zone_instant(ref->zone, *at) + minutes * 60);
	when_step(r, "time that passes, to the minute");
	return true;
}

/* add_length - one length of time on a civil moment; sign -1: before it */
static bool
add_length(
    struct resolver *r, const struct when_keys *k, int sign, struct civil *at)
{
	int unit = k->v[KEY_unit], n = keys_get(k, KEY_n, 1);
	int tenths = keys_get(k, KEY_tenths, 0), whole;
	int more = keys_get(k, KEY_more, 0);

	if (n < 0 || n > MAX_LENGTH || more > MAX_LENGTH)
		goto refused;
	if (keys_has(k, BIT(usual)) && unit == UNIT_day) {
		when_step(r, "by usage %d days", k->v[KEY_usual]);
		n = k->v[KEY_usual];
	}
	/* "48 h after Monday": no hour to count from */
	if (unit == UNIT_hour && at->minute == CIVIL_NO_MINUTE && n % 24 == 0 &&
	    tenths == 0 && more == 0) {
		at->day += sign * n / 24;
		return true;
	}
	switch (unit) {
	case UNIT_minute:
		return add_elapsed(r, unit, (int64_t)sign * n, at);
	case UNIT_hour:
	case UNIT_business_hour:
		return add_elapsed(
		    r, unit, (int64_t)sign * (n * 60 + tenths * 6 + more), at);
	case UNIT_business_day:
		at->day = calendar_add(
		    r->ref->calendar, at->day, sign * (n + (tenths != 0)));
		when_step(r, "%d working days, from the next day", n);
		break;
	case UNIT_ouvrable:
		at->day =
		    calendar_add_ouvrables(r->ref->calendar, at->day, sign * n);
		when_step(r, "%d days Monday to Saturday less holidays", n);
		break;
	case UNIT_day:
	case UNIT_week:
	case UNIT_weekend:
	case UNIT_fortnight:
		whole = length_days(unit, n, tenths);
		at->day += sign * whole;
		when_step(r, "%d day(s) on", sign * whole);
		break;
	default:
		if (length_months(unit, n) > MAX_LENGTH / 12)
			goto refused;
		at->day =
		    civil_add_months(at->day, sign * length_months(unit, n));
		if (tenths != 0) /* half a month, half a year */
			at->day = unit == UNIT_month
				      ? at->day + sign * 15
				      : civil_add_months(at->day,
					    sign * length_months(unit, 1) *
						tenths / 10);
		when_step(r, "%d month(s) on", sign * length_months(unit, n));
	}
	at->minute = CIVIL_NO_MINUTE;
	return true;
refused:
	(void)err_set(r->e, RC_BADINPUT, "a length of time out of bounds");
	return false;
}

/* length - "within 3 days", "two weeks after Easter", "in 2 days at 3 pm" */
static bool
length(struct resolver *r, const struct when_field *f, struct civil *out)
{
	const struct when_keys *k = &f->to;
	int sign = f->base.has != 0 && f->link == LINK_before ? -1 : 1;
	struct span s;

	*out = (struct civil){ r->today, (int16_t)r->now_min, true };
	if (f->base.has != 0) {
		when_step(r, "counted from what is named:");
		if (!timed(r, &f->base, &s, out))
			return false;
		if (!out->is_set)
			return true;
		/* hours are counted from the hour, where there is one */
		if (sign < 0 && s.is_period)
			out->day = s.first;
	}
	if (!add_length(r, k, sign, out))
		return false;
	if (keys_has(k, BIT(plus_months)))
		out->day =
		    civil_add_months(out->day, sign * k->v[KEY_plus_months]);
	out->day += sign * keys_get(k, KEY_plus_days, 0);
	if (keys_has(k, BIT(plus_minutes))) {
		if (out->minute == CIVIL_NO_MINUTE)
			out->minute = (int16_t)r->now_min;
		if (!add_elapsed(r, UNIT_minute,
			(int64_t)sign * k->v[KEY_plus_minutes], out))
			return false;
	}
	if (keys_has(k, TIME_KEYS))
		out->minute = (int16_t)minute_of(r, k);
	return true;
}

/* after_text - "P3W", "P10BD", "PT48H": a length that awaits its event */
static void
after_text(const struct when_keys *k, char out[24])
{
	int unit = k->v[KEY_unit], n = keys_get(k, KEY_n, 1);
	int tenths = keys_get(k, KEY_tenths, 0);
	int more = keys_get(k, KEY_more, 0);

	if (n < 0 || n > MAX_LENGTH)
		return;
	if (tenths != 0 && unit >= UNIT_day && unit != UNIT_business_day &&
	    unit != UNIT_ouvrable) {
		if (length_days(unit, n, tenths) >= 0)
			(void)snprintf(
			    out, 24, "P%dD", length_days(unit, n, tenths));
		else
			(void)snprintf(out, 24, "P%dM",
			    length_months(unit, n) +
				length_months(unit, 1) * tenths / 10);
		return;
	}
	switch (unit) {
	case UNIT_minute:
		(void)snprintf(out, 24, "PT%dM", n);
		break;
	case UNIT_business_hour:
		if (n % 24 == 0) {
			(void)snprintf(out, 24, "P%dBD", n / 24);
			break;
		}
		__attribute__((fallthrough));
	case UNIT_hour:
		more += tenths * 6;
		if (more != 0)
			(void)snprintf(out, 24, "PT%dH%dM", n, more);
		else
			(void)snprintf(out, 24, "PT%dH", n);
		break;
	case UNIT_day:
		(void)snprintf(out, 24, "P%dD", n);
		break;
	case UNIT_business_day:
		(void)snprintf(out, 24, "P%dBD", n);
		break;
	case UNIT_ouvrable:
		(void)snprintf(out, 24, "P%dWD", n);
		break;
	case UNIT_week:
	case UNIT_weekend:
		(void)snprintf(out, 24, "P%dW", n);
		break;
	case UNIT_fortnight:
		(void)snprintf(out, 24, "P%dW", 2 * n);
		break;
	case UNIT_year:
		(void)snprintf(out, 24, "P%dY", n);
		break;
	default:
		(void)snprintf(out, 24, "P%dM", length_months(unit, n));
	}
}

/* before - "before Friday" is the day before; an hour or an end stays */
static void
before(struct resolver *r, const struct when_keys *k, const struct span *s,
    struct civil *due)
{
	int edge = keys_get(k, KEY_edge, 0);

	if (keys_has(k, TIME_KEYS | BIT(owner)) || edge == EDGE_end) {
		when_step(r, "before that moment");
		return;
	}
	due->day = s->first - 1;
	if (keys_get(k, KEY_period, 0) == PERIOD_week &&
	    !keys_has(k, BIT(weekday)))
		due->day -= 2;
	if (s->is_period && edge == EDGE_mid)
		due->day = s->due - 1;
	when_step(r, "before it: the day before");
}

/* quebec - there the end of the week is the weekend */
static void
quebec(const struct when_ref *ref, struct when_keys *k)
{
	if (!keys_has(k, BIT(quebec)) ||
	    (ref->offset_min != -300 && ref->offset_min != -240))
		return;
	keys_put(k, KEY_period, PERIOD_weekend);
	k->has &= ~BIT(edge);
}

/* window - the start first; the end is looked for from there */
static bool
window(struct resolver *r, const struct when_field *f, struct civil *from,
    struct civil *due)
{
	int32_t seen_from = r->today;
	struct civil near;
	struct when_keys to = f->to, start = f->from;
	struct span s;

	quebec(r->ref, &to);
	quebec(r->ref, &start);
	r->is_start = true;
	if (!timed(r, &start, &s, from))
		return false;
	r->is_start = false;
	if (!timed(r, &to, &s, due))
		return false;
	if (!from->is_set || !due->is_set)
		return true;
	if (from->minute > due->minute && due->minute != CIVIL_NO_MINUTE &&
	    !keys_has(&start, BIT(half) | BIT(exact) | BIT(part)) &&
	    start.v[KEY_hour] < 12 && from->minute >= DAY_MIN / 2 &&
	    from->minute - DAY_MIN / 2 < due->minute)
		from->minute -= DAY_MIN / 2; /* "6 to 11": of the morning */
	if (!keys_has(&start, DAY_KEYS) && !keys_has(&to, DAY_KEYS)) {
		/* both today, or both tomorrow; or over midnight */
		from->day = due->day = r->today + (from->minute < due->minute &&
						      due->minute < r->now_min);
	}
	if (due->day < from->day && !keys_has(&to, BIT(year))) {
		/* weekdays are strictly after the day they are seen from */
		r->today = from->day -
			   !keys_has(&to, BIT(month) | BIT(num1) | BIT(period));
		when_step(r, "the end, seen from the start of the window:");
		near = *due;
		if (!timed(r, &to, &s, due))
			return false;
		r->today = seen_from;
		/* "the date of 19 June, until 31 January" is no window */
		if (due->day - from->day > WINDOW_MAX_DAYS) {
			*due = near;
			from->is_set = false;
			return true;
		}
	}
	if (due->day == from->day && due->minute != CIVIL_NO_MINUTE &&
	    due->minute < from->minute) {
		if (!keys_has(&to, BIT(half) | BIT(part)) &&
		    due->minute + DAY_MIN / 2 < DAY_MIN &&
		    due->minute + DAY_MIN / 2 > from->minute)
			due->minute += DAY_MIN / 2;
		else
			due->day++;
	}
	if (f->is_or || from->day > due->day ||
	    (s.is_period && from->minute == CIVIL_NO_MINUTE))
		from->is_set = false;
	if (from->is_set && from->day == due->day &&
	    from->minute == due->minute)
		from->is_set = false;
	return true;
}

/* check - beyond the horizon is refused, closed days are told */
static enum rc
check(struct resolver *r, struct when_result *out)
{
	int32_t ahead = out->due.day - r->sent_day;

	if (!out->due.is_set)
		return RC_OK;
	if (ahead > WHEN_HORIZON_DAYS || ahead < -WHEN_HORIZON_DAYS)
		return err_set(r->e, RC_BADINPUT,
		    "a date beyond the horizon of %d days", WHEN_HORIZON_DAYS);
	if (!calendar_is_working(r->ref->calendar, out->due.day)) {
		const char *name =
		    calendar_holiday(r->ref->calendar, out->due.day);

		r->warnings |= WARN_CLOSED;
		when_step(r, "that day is closed%s%s", name == NULL ? "" : ": ",
		    name == NULL ? "" : name);
	}
	return RC_OK;
}

static bool
resolve(struct resolver *r, const struct when_expr *x, struct when_result *out)
{
	const struct when_field *f = x->field;
	struct when_keys k = f->to;
	struct span s;

	if (x->is_vague || x->is_past) {
		when_step(r, x->is_past ? "in the past: no due"
					: "no time is named: undated");
		return true;
	}
	if (x->is_event_delay) {
		if (f->link != LINK_before)
			after_text(&k, out->after);
		when_step(r, "counts from an event: %s", out->after);
		return true;
	}
	if (x->is_duration)
		return length(r, f, &out->due);
	if (f->from.has != 0)
		return window(r, f, &out->from, &out->due);
	quebec(r->ref, &k);
	if (!timed(r, &k, &s, &out->due))
		return false;
	if (x->is_before && out->due.is_set)
		before(r, &k, &s, &out->due);
	return true;
}

enum rc
when_resolve(TALLOC_CTX *mem, const struct when_expr *x,
    const struct when_ref *ref, struct civil named, struct when_result *out,
    struct err *e)
{
	struct resolver r = { .ref = ref, .named = named, .e = e };
	struct civil sent = zone_civil(ref->zone, ref->sent_at);
	char due[CIVIL_TEXT_MAX];
	enum rc rc;

	memset(out, 0, sizeof(*out));
	r.sent_day = r.today = sent.day;
	r.now_min = sent.minute;
	r.steps = talloc_strdup(mem, "");
	if (r.steps == NULL)
		return err_nomem(e);
	if (!resolve(&r, x, out)) {
		rc = RC_BADINPUT;
		goto out;
	}
	rc = check(&r, out);
	if (rc != RC_OK)
		goto out;
	if (out->due.is_set) {
		civil_format(out->due, due);
		when_step(&r, "due %s", due);
	}
out:
	if (rc == RC_OK && r.steps == NULL)
		rc = err_nomem(e);
	if (rc != RC_OK) {
		talloc_free(r.steps);
		memset(out, 0, sizeof(*out));
		return rc;
	}
	out->warnings = r.warnings;
	out->steps = r.steps;
	return RC_OK;
}
