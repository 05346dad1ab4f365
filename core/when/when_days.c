/*
 * when_days.c - which day the keys of a moment mean, seen from a day
 *
 * The table of promises(7), a function for each group of its rows. Each fills
 * a span: the day that is due by the table, and the first and last day of
 * what was named, for "before" and for windows.
 */
#include "core/core.h"

#include "core/when/when_span.h"

#define LAST       9 /* nth=9 in the rule files */
#define LATEST_NTH 5

static bool
one_day(struct span *s, int32_t day)
{
	s->first = s->last = s->due = day;
	return true;
}

static bool
days(struct span *s, int32_t first, int32_t last, int32_t due)
{
	s->first = first;
	s->last = last;
	s->due = due;
	s->is_period = true;
	return true;
}

static int
full_year(int year)
{
	return year < 100 ? 2000 + year : year;
}

/* refuse - there is no such day */
static bool
refuse(struct resolver *r, const char *why)
{
	(void)err_set(r->e, RC_BADINPUT, "%s", why);
	return false;
}

/* check_weekday - a warning where weekday and date disagree */
static void
check_weekday(struct resolver *r, const struct when_keys *k, int32_t day)
{
	int want = keys_get(k, KEY_weekday, 0);

	if (want == 0 || want == (int)civil_weekday(day))
		return;
	r->warnings |= WHEN_WARN_WEEKDAY;
	when_step(r, "the weekday written beside it is another one");
}

/* fits - whether a date with its year is on the weekday beside it */
static bool
fits(const struct when_keys *k, int mday, int month)
{
	int year = full_year(k->v[KEY_year]);

	return civil_is_date(year, month, mday) &&
	       (int)civil_weekday(civil_day(year, month, mday)) ==
		   k->v[KEY_weekday];
}

/* written_date - month, day and year as numbers, dd/mm or mm/dd */
static bool
written_date(
    struct resolver *r, const struct when_keys *k, int *month, int *mday)
{
	int a = k->v[KEY_num1], b = k->v[KEY_num2];
	bool is_us = keys_has(k, BIT(us)) && r->ref->offset_min <= -240 &&
		     r->ref->offset_min >= -480;

	/* "Tuesday 11/3": the weekday may know better */
	if (keys_has(k, BIT(us)) && keys_has(k, BIT(weekday)) &&
	    keys_has(k, BIT(year)) &&
	    fits(k, is_us ? b : a, is_us ? a : b) !=
		fits(k, is_us ? a : b, is_us ? b : a))
		is_us = fits(k, b, a);
	if ((is_us && a <= 12 && b <= 31) || b > 12) {
		*month = a;
		*mday = b;
	} else {
		*month = b;
		*mday = a;
	}
	if (*month < 1 || *month > 12 || *mday < 1 ||
	    *mday > civil_month_days(2024, *month))
		return refuse(r, "no such day in any month");
	return true;
}

/* dated - a day and a month, with or without the year */
static bool
dated(struct resolver *r, const struct when_keys *k, int month, int mday,
    struct span *s)
{
	int want = keys_get(k, KEY_weekday, 0);
	int year = civil_ymd(r->today).year;
	int32_t day, past;

	if (keys_has(k, BIT(year))) {
		year = full_year(k->v[KEY_year]);
		if (!civil_is_date(year, month, mday))
			return refuse(r, "no such day in that year");
		day = civil_day(year, month, mday);
		if (day < r->sent_day && !r->is_start) {
			r->warnings |= WHEN_WARN_PAST;
			when_step(r, "a date written with its year, past");
		}
		check_weekday(r, k, day);
		return one_day(s, day);
	}
	if (!civil_is_date(year, month, mday) ||
	    civil_day(year, month, mday) < r->today)
		year++;
	if (!civil_is_date(year, month, mday))
		return refuse(r, "no such day in the coming year");
	day = civil_day(year, month, mday);
	when_step(r, "the first such date not before the day of sending");
	if (want != 0 && want != (int)civil_weekday(day) &&
	    civil_is_date(year - 1, month, mday)) {
		past = civil_day(year - 1, month, mday);
		/* "just past": nearer than the one to come */
		if (want == (int)civil_weekday(past) &&
		    r->today - past < day - r->today) {
			r->warnings |= WHEN_WARN_PAST;
			when_step(r, "the weekday fits the year just past");
			return one_day(s, past);
		}
	}
	check_weekday(r, k, day);
	return one_day(s, day);
}

/* day_of_month - "the 15th": the first strictly after the day of sending */
static bool
day_of_month(struct resolver *r, const struct when_keys *k, struct span *s)
{
	int mday = k->v[KEY_mday], want = keys_get(k, KEY_weekday, 0);
	struct civil_ymd c = civil_ymd(r->today);
	int32_t first = civil_day(c.year, c.month, 1), day, past;

	if (keys_get(k, KEY_period, 0) == PERIOD_month) {
		first = civil_add_months(first, keys_get(k, KEY_offset, 0));
		c = civil_ymd(first);
		if (!civil_is_date(c.year, c.month, mday))
			return refuse(r, "no such day in that month");
		return one_day(s, first + mday - 1);
	}
	for (int i = 0; i < 3; i++) {
		day = civil_add_months(first, i) + mday - 1;
		c = civil_ymd(civil_add_months(first, i));
		if (!civil_is_date(c.year, c.month, mday) || day < r->today ||
		    (day == r->today && want != (int)civil_weekday(day)))
			continue;
		past = civil_add_months(first, i - 1) + mday - 1;
		if (want != 0 && want != (int)civil_weekday(day) &&
		    want == (int)civil_weekday(past) &&
		    past >= r->sent_day - 7 && civil_ymd(past).day == mday) {
			r->warnings |= WHEN_WARN_PAST;
			when_step(r, "the weekday fits the month just past");
			return one_day(s, past);
		}
		when_step(r, "the first such day of a month to come");
		check_weekday(r, k, day);
		return one_day(s, day);
	}
	return refuse(r, "no such day in the coming months");
}

static bool
weekday(struct resolver *r, const struct when_keys *k, struct span *s)
{
	int want = k->v[KEY_weekday];
	int32_t monday = r->today - civil_weekday(r->today) + 1;
	int32_t day =
	    r->today + (want - (int)civil_weekday(r->today) + 6) % 7 + 1;
	int weeks = keys_get(k, KEY_weeks, 0) + keys_get(k, KEY_times, 1) - 1;

	if (want < 1 || want > 7)
		return refuse(r, "no such day of the week");
	if (keys_get(k, KEY_period, 0) == PERIOD_week &&
	    keys_has(k, BIT(offset) | BIT(number))) {
		struct when_keys week = *k;
		struct span w = { 0 };

		week.has &= ~(BIT(weekday) | BIT(edge));
		if (!when_period(r, &week, &w))
			return false;
		when_step(r, "that day of that week");
		if (keys_get(k, KEY_offset, -1) == 0)
			return one_day(s, monday + want - 1);
		return one_day(s, w.first + want - 1);
	}
	if (keys_get(k, KEY_which, 0) == WHICH_this) {
		day = r->today + (want - (int)civil_weekday(r->today) + 7) % 7;
		when_step(r, "this one: the day of sending counts");
	} else if (keys_get(k, KEY_which, 0) == WHICH_next) {
		if (day == r->today + 1)
			day += 7;
		when_step(r, "the next one, never tomorrow");
		if (day < monday + 7)
			r->warnings |= WHEN_WARN_NEXT;
	} else {
		when_step(r, "the first such day after the day of sending");
	}
	if (weeks != 0)
		when_step(r, "and %d week(s) on", weeks);
	return one_day(s, day + 7 * weeks);
}

/* feast - a fixed or movable one, the next to come */
static bool
feast(struct resolver *r, const struct when_keys *k, struct span *s)
{
	int year = keys_has(k, BIT(year)) ? full_year(k->v[KEY_year])
					  : civil_ymd(r->today).year;

	for (int i = 0; i < 2; i++) {
		int32_t day;

		if (keys_has(k, BIT(easter)))
			day = civil_easter(year + i) + k->v[KEY_easter] - 100;
		else if (civil_is_date(year + i, k->v[KEY_feast] / 100,
			     k->v[KEY_feast] % 100))
			day = civil_day(year + i, k->v[KEY_feast] / 100,
			    k->v[KEY_feast] % 100);
		else
			continue;
		if (day < r->today && !keys_has(k, BIT(year)))
			continue;
		when_step(r, "that feast, the next to come");
		return one_day(s, day);
	}
	return refuse(r, "no such feast");
}

/* nth_day - of the nth (or last) thing of a kind in [first, last] */
static bool
nth_day(struct resolver *r, const struct when_keys *k, int32_t first,
    int32_t last, int32_t *out)
{
	int nth = k->v[KEY_nth];
	int unit = keys_get(k, KEY_unit, UNIT_day);
	const struct calendar *c = r->ref->calendar;
	int32_t d;
	int want;

	if (keys_has(k, BIT(weekday)))
		want = k->v[KEY_weekday];
	else if (unit == UNIT_week)
		want = CIVIL_THU; /* as ISO 8601 shares weeks out */
	else if (unit == UNIT_weekend)
		want = CIVIL_SAT;
	else
		want = 0;
	if (want == 0 && unit == UNIT_business_day) {
		*out = nth == LAST ? calendar_add(c, last + 1, -1)
				   : calendar_add(c, first - 1, nth);
		return true;
	}
	if (want == 0 && unit == UNIT_ouvrable) {
		*out = nth == LAST ? calendar_add_ouvrables(c, last + 1, -1)
				   : calendar_add_ouvrables(c, first - 1, nth);
		return true;
	}
	if (want == 0) {
		*out = nth == LAST ? last : first + nth - 1;
		return *out <= last;
	}
	if (nth == LAST)
		d = last - ((int)civil_weekday(last) - want + 7) % 7;
	else
		d = first + (want - (int)civil_weekday(first) + 7) % 7 +
		    7 * (nth - 1);
	*out = d;
	if (!keys_has(k, BIT(weekday)) &&
	    (unit == UNIT_weekend || (unit == UNIT_week && d < last)))
		*out = d + 1;
	return d <= last || nth > LATEST_NTH;
}

/* nth - "the first Tuesday in October", "le dernier jour ouvré du mois" */
static bool
nth(struct resolver *r, const struct when_keys *k, struct span *s)
{
	struct when_keys of = *k;
	struct span in;
	int32_t day = 0;

	of.has &= ~(BIT(nth) | BIT(weekday) | BIT(unit) | BIT(n) | BIT(edge));
	if (!keys_has(&of, BIT(month) | BIT(period))) {
		keys_put(&of, KEY_period, PERIOD_month);
		keys_put(&of, KEY_offset, 0);
	}
	for (int i = 0; i < 3; i++) {
		memset(&in, 0, sizeof(in));
		if (!when_period(r, &of, &in))
			return false;
		if (nth_day(r, k, in.first, in.last, &day) &&
		    (day >= r->today || keys_has(k, BIT(year)))) {
			when_step(r, "counted inside that period");
			return one_day(s, day);
		}
		if (keys_has(k, BIT(year)))
			break;
		if (keys_has(&of, BIT(month)))
			keys_put(&of, KEY_year, civil_ymd(in.first).year + 1);
		else
			keys_put(
			    &of, KEY_offset, keys_get(&of, KEY_offset, 0) + 1);
	}
	return refuse(r, "no such day in that period");
}

static bool
anaphor(struct resolver *r, const struct when_keys *k, struct span *s)
{
	int32_t day = r->named.day;

	if (!r->named.is_set) {
		s->is_null = true;
		when_step(r, "no date is named before it: undated");
		return true;
	}
	if (k->v[KEY_anaphor] == ANAPHOR_before)
		day--;
	else if (k->v[KEY_anaphor] == ANAPHOR_after)
		day++;
	when_step(r, "against the date named before it");
	return one_day(s, day);
}

/* week_of - the week that holds a day: "la semaine du 7" */
static bool
week_of(struct resolver *r, const struct when_keys *k, struct span *s)
{
	struct when_keys day = *k;
	int32_t monday;

	day.has &= ~(BIT(period) | BIT(of_day) | BIT(edge) | BIT(offset));
	if (!when_days(r, &day, s))
		return false;
	monday = s->due - civil_weekday(s->due) + 1;
	when_step(r, "the week that holds it");
	return days(s, monday, monday + 6, when_in_week(k, monday));
}

bool
when_days(struct resolver *r, const struct when_keys *k, struct span *s)
{
	int month = 0, mday = 0;

	if (keys_has(k, BIT(of_day)) && keys_has(k, DAY_KEYS & ~BIT(period)))
		return week_of(r, k, s);
	if (keys_has(k, BIT(anaphor)))
		return anaphor(r, k, s);
	if (keys_has(k, BIT(day))) {
		when_step(
		    r, "%d day(s) after the day of sending", k->v[KEY_day]);
		check_weekday(r, k, r->today + k->v[KEY_day]);
		return one_day(s, r->today + k->v[KEY_day]);
	}
	if (keys_has(k, BIT(nth)))
		return nth(r, k, s);
	if (keys_has(k, BIT(feast) | BIT(easter)))
		return feast(r, k, s);
	if (keys_has(k, BIT(num1))) {
		if (!written_date(r, k, &month, &mday))
			return false;
		return dated(r, k, month, mday, s);
	}
	if (keys_has(k, BIT(mday)) && keys_has(k, BIT(month)))
		return dated(r, k, k->v[KEY_month], k->v[KEY_mday], s);
	if (keys_has(k, BIT(mday)))
		return day_of_month(r, k, s);
	if (keys_has(k, BIT(weekday)))
		return weekday(r, k, s);
	return when_period(r, k, s);
}
