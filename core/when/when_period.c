/*
 * when_period.c - weeks, weekends, months, quarters, seasons and years
 *
 * A period that was named without a number or "next" is the one at hand, or
 * the next to come where the due of this one has passed.
 */
#include "core/core.h"

#include "core/when/when_span.h"

#define EARLY_MDAY 10 /* "early December" */
#define MID_MDAY   15
#define MAX_OFFSET 1200

static void
days(struct span *s, int32_t first, int32_t last, int32_t due)
{
	s->first = first;
	s->last = last;
	s->due = due;
	s->is_period = true;
}

static int32_t
month_end(int year, int month)
{
	return civil_day(year, month, civil_month_days(year, month));
}

int32_t
when_in_week(const struct when_keys *k, int32_t monday)
{
	switch (keys_get(k, KEY_edge, EDGE_end)) {
	case EDGE_start:
		return monday + 1;
	case EDGE_mid:
		return monday + 2;
	default:
		return monday + 4;
	}
}

/* is_open_ended - neither "next" nor a number: this one, or the next to come */
static bool
may_move(const struct when_keys *k)
{
	return keys_get(k, KEY_offset, 0) == 0;
}

static void
week(struct resolver *r, const struct when_keys *k, struct span *s)
{
	int32_t monday = r->today - civil_weekday(r->today) + 1;
	int year, n;

	if (keys_has(k, BIT(number))) {
		n = k->v[KEY_number];
		(void)civil_week(r->today, &year);
		if (keys_has(k, BIT(year)))
			year = k->v[KEY_year] < 100 ? k->v[KEY_year] + 2000
						    : k->v[KEY_year];
		monday = civil_week_monday(year, n);
		if (monday + 4 < r->today && !keys_has(k, BIT(year)))
			monday = civil_week_monday(year + 1, n);
		when_step(r, "ISO week %d, the next to come", n);
	} else {
		monday += 7 * keys_get(k, KEY_offset, 0);
		if (may_move(k) && when_in_week(k, monday) < r->today)
			monday += 7;
		when_step(r, "that week, due on its Friday");
	}
	days(s, monday, monday + 6, when_in_week(k, monday));
}

static void
weekend(struct resolver *r, const struct when_keys *k, struct span *s)
{
	int32_t monday = r->today - civil_weekday(r->today) + 1 +
			 7 * keys_get(k, KEY_offset, 0);

	when_step(r, "that weekend, due on its Sunday");
	days(s, monday + 5, monday + 6, monday + 6);
}

/* month_due - the day of a month that is due, by its edge */
static int32_t
month_due(const struct when_keys *k, int year, int month)
{
	switch (keys_get(k, KEY_edge, EDGE_end)) {
	case EDGE_start:
		return civil_day(year, month, EARLY_MDAY);
	case EDGE_mid:
	case EDGE_half1:
		return civil_day(year, month, MID_MDAY);
	default:
		return month_end(year, month);
	}
}

static void
month(struct resolver *r, const struct when_keys *k, struct span *s)
{
	struct civil_ymd c = civil_ymd(r->today);
	int32_t first;

	if (keys_has(k, BIT(month))) {
		int m = k->v[KEY_month], year = c.year;

		if (keys_has(k, BIT(year)))
			year = k->v[KEY_year] < 100 ? k->v[KEY_year] + 2000
						    : k->v[KEY_year];
		else if (keys_get(k, KEY_period, 0) == PERIOD_year)
			year += keys_get(k, KEY_offset, 0);
		else if (month_due(k, year, m) < r->today ||
			 (keys_get(k, KEY_which, 0) == WHICH_next &&
			     m == c.month))
			year++;
		c.year = year;
		c.month = m;
	} else {
		first = civil_add_months(
		    civil_day(c.year, c.month, 1), keys_get(k, KEY_offset, 0));
		c = civil_ymd(first);
		if (may_move(k) && month_due(k, c.year, c.month) < r->today)
			c = civil_ymd(civil_add_months(first, 1));
	}
	if (keys_has(k, BIT(year)) &&
	    month_end(c.year, c.month) < r->sent_day && !r->is_start)
		r->warnings |= WHEN_WARN_PAST;
	when_step(r, "that month, %s",
	    keys_has(k, BIT(edge)) ? "by the part of it that is named"
				   : "due on its last day");
	days(s, civil_day(c.year, c.month, 1), month_end(c.year, c.month),
	    month_due(k, c.year, c.month));
}

/* months_due - of a span of n months: by its edge, as late as it may be */
static int32_t
months_due(const struct when_keys *k, int32_t first, int n)
{
	int32_t last = civil_add_months(first, n) - 1;

	switch (keys_get(k, KEY_edge, EDGE_end)) {
	case EDGE_start:
		return civil_add_months(first, 1) - 1;
	case EDGE_mid:
	case EDGE_half1:
		return civil_add_months(first, n < 4 ? (n + 1) / 2 : n / 2) - 1;
	default:
		return last;
	}
}

/* part_of_year - the nth stretch of n months: quarters and halves */
static void
part_of_year(
    struct resolver *r, const struct when_keys *k, int n, struct span *s)
{
	struct civil_ymd c = civil_ymd(r->today);
	int number, year = c.year;
	int32_t first;

	if (keys_has(k, BIT(year)))
		year = k->v[KEY_year] < 100 ? k->v[KEY_year] + 2000
					    : k->v[KEY_year];
	number = keys_has(k, BIT(number))
		     ? k->v[KEY_number] - 1
		     : (c.month - 1) / n + keys_get(k, KEY_offset, 0);
	first = civil_add_months(civil_day(year, 1, 1), number * n);
	if (!keys_has(k, BIT(year)) && may_move(k) &&
	    months_due(k, first, n) < r->today)
		first =
		    civil_add_months(first, keys_has(k, BIT(number)) ? 12 : n);
	when_step(r, "that part of the year, due on its last day");
	days(s, first, civil_add_months(first, n) - 1, months_due(k, first, n));
}

static void
year(struct resolver *r, const struct when_keys *k, struct span *s)
{
	int y = civil_ymd(r->today).year + keys_get(k, KEY_offset, 0);
	int32_t first;

	if (keys_has(k, BIT(number)))
		y = k->v[KEY_number] < 100 ? k->v[KEY_number] + 2000
					   : k->v[KEY_number];
	first = civil_day(y, 1, 1);
	if (!keys_has(k, BIT(number)) && may_move(k) &&
	    months_due(k, first, 12) < r->today)
		first = civil_day(y + 1, 1, 1);
	when_step(r, "that year, due on its last day");
	days(s, first, civil_add_months(first, 12) - 1,
	    months_due(k, first, 12));
}

/* season - 1 spring … 4 winter, as the almanac has them */
static void
season(struct resolver *r, const struct when_keys *k, struct span *s)
{
	static const struct {
		int from_month, from_day, to_month, to_day;
	} seasons[] = { { 3, 20, 6, 20 }, { 6, 21, 9, 22 }, { 9, 23, 12, 20 },
		{ 12, 21, 3, 19 } };
	int n = (keys_get(k, KEY_number, 1) - 1) & 3;
	int y = civil_ymd(r->today).year;
	int32_t first, last;

	if (keys_has(k, BIT(year)))
		y = k->v[KEY_year];
	for (;; y++) {
		first =
		    civil_day(y, seasons[n].from_month, seasons[n].from_day);
		last = civil_day(
		    n == 3 ? y + 1 : y, seasons[n].to_month, seasons[n].to_day);
		if (keys_has(k, BIT(year)) || last >= r->today)
			break;
	}
	when_step(r, "that season, due on its last day");
	switch (keys_get(k, KEY_edge, EDGE_end)) {
	case EDGE_start:
		days(s, first, last, first + 20);
		break;
	case EDGE_mid:
		days(s, first, last, first + (last - first) / 2);
		break;
	default:
		days(s, first, last, last);
	}
}

bool
when_period(struct resolver *r, const struct when_keys *k, struct span *s)
{
	int offset = keys_get(k, KEY_offset, 0);
	int number = keys_get(k, KEY_number, 1);
	int y = keys_get(k, KEY_year, 1);

	if (offset < -MAX_OFFSET || offset > MAX_OFFSET || number < 1 ||
	    number > 9999 || y < 1 || y > 9999)
		goto refused;
	if (keys_has(k, BIT(month))) {
		month(r, k, s);
		return true;
	}
	switch (keys_get(k, KEY_period, 0)) {
	case PERIOD_week:
		if (number > 53)
			goto refused;
		week(r, k, s);
		return true;
	case PERIOD_weekend:
		weekend(r, k, s);
		return true;
	case PERIOD_month:
		month(r, k, s);
		return true;
	case PERIOD_quarter:
		if (number > 4)
			goto refused;
		part_of_year(r, k, 3, s);
		return true;
	case PERIOD_half:
		if (number > 2)
			goto refused;
		part_of_year(r, k, 6, s);
		return true;
	case PERIOD_year:
		year(r, k, s);
		return true;
	case PERIOD_season:
		season(r, k, s);
		return true;
	default:
		break;
	}
refused:
	(void)err_set(r->e, RC_BADINPUT, "no such period");
	return false;
}
