/*
 * calendar.c - the working week, hours and holidays of one company
 *
 * Holidays are computed from rows (holiday.h) for the year that is asked for;
 * the last years asked for are kept, so that counting days costs little.
 */
#include "core/core.h"

#include "core/civil/civil.h"
#include "core/civil/holiday.h"

#define CACHE_YEARS  4 /* a power of two is not needed */
#define WEEK_MON_SAT 0x3fu

struct year_cache {
	int year; /* 0: empty */
	struct holiday_list list;
};

struct closed_day {
	int32_t day;
	const char *name;
};

struct calendar {
	unsigned week; /* bit 0 = Monday */
	int start_min, end_min;
	unsigned sets; /* how many, in set[] */
	int set[HOLIDAY_MAX_SETS];
	struct year_cache *cache;  /* CACHE_YEARS of them */
	struct closed_day *closed; /* by day, each once */
	size_t closed_count;
};

enum rc
calendar_new(TALLOC_CTX *mem, unsigned week, int start_min, int end_min,
    const char *const *holidays, struct calendar **out, struct err *e)
{
	struct calendar *c;
	int set;

	if (start_min < 0 || end_min > 24 * 60 || start_min >= end_min)
		return err_set(
		    e, RC_BADINPUT, "working hours must begin before they end");
	c = talloc_zero(mem, struct calendar);
	if (c == NULL)
		return err_nomem(e);
	c->cache = talloc_zero_array(c, struct year_cache, CACHE_YEARS);
	if (c->cache == NULL) {
		talloc_free(c);
		return err_nomem(e);
	}
	c->week = week & 0x7f;
	c->start_min = start_min;
	c->end_min = end_min;
	for (; holidays != NULL && *holidays != NULL; holidays++) {
		if (strcmp(*holidays, "none") == 0)
			continue;
		set = holiday_set(*holidays);
		if (set < 0 || c->sets == HOLIDAY_MAX_SETS) {
			talloc_free(c);
			return err_set(e, RC_BADINPUT,
			    set < 0 ? "no holidays called '%.40s'"
				    : "too many sets of holidays at '%.40s'",
			    *holidays);
		}
		c->set[c->sets++] = set;
	}
	*out = c;
	return RC_OK;
}

/* holidays_of - the holidays of one year, from the cache where they are */
static const struct holiday_list *
holidays_of(const struct calendar *c, int year)
{
	struct year_cache *y = &c->cache[(unsigned)year % CACHE_YEARS];

	if (y->year != year) {
		y->year = year;
		y->list.count = 0;
		for (unsigned i = 0; i < c->sets; i++)
			holiday_year(c->set[i], year, &y->list);
	}
	return &y->list;
}

/* closed_at - the first closed day not before this one */
static size_t
closed_at(const struct calendar *c, int32_t day)
{
	size_t low = 0, high = c->closed_count, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (c->closed[mid].day < day)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

enum rc
calendar_close(struct calendar *c, int32_t day, const char *name, struct err *e)
{
	size_t at = closed_at(c, day);
	struct closed_day *days;

	if (at < c->closed_count && c->closed[at].day == day)
		return RC_OK;
	if (c->closed_count == CALENDAR_MAX_CLOSED)
		return err_set(e, RC_TOOBIG, "more than %d closed days",
		    CALENDAR_MAX_CLOSED);
	if (c->closed_count % 256 == 0) {
		days = talloc_realloc(
		    c, c->closed, struct closed_day, c->closed_count + 256);
		if (days == NULL)
			return err_nomem(e);
		c->closed = days;
	}
	name = talloc_strdup(c, name);
	if (name == NULL)
		return err_nomem(e);
	memmove(&c->closed[at + 1], &c->closed[at],
	    (c->closed_count - at) * sizeof(*c->closed));
	c->closed[at] = (struct closed_day){ day, name };
	c->closed_count++;
	return RC_OK;
}

const char *
calendar_holiday(const struct calendar *c, int32_t day)
{
	const struct holiday_list *l;
	size_t at;

	if (c->closed_count > 0) {
		at = closed_at(c, day);
		if (at < c->closed_count && c->closed[at].day == day)
			return c->closed[at].name;
	}
	if (c->sets == 0)
		return NULL;
	l = holidays_of(c, civil_ymd(day).year);
	for (size_t i = 0; i < l->count; i++)
		if (l->days[i].day == day)
			return l->days[i].name;
	return NULL;
}

static bool
is_open(const struct calendar *c, unsigned week, int32_t day)
{
	return (week >> (civil_weekday(day) - 1) & 1) != 0 &&
	       calendar_holiday(c, day) == NULL;
}

bool
calendar_is_working(const struct calendar *c, int32_t day)
{
	return is_open(c, c->week, day);
}

int
calendar_start_min(const struct calendar *c)
{
	return c->start_min;
}

int
calendar_end_min(const struct calendar *c)
{
	return c->end_min;
}

/* add_days - n open days of a week on (or back); day where there is none */
static int32_t
add_days(const struct calendar *c, unsigned week, int32_t day, int n)
{
	int step = n < 0 ? -1 : 1;
	int left = n < 0 ? -n : n;
	int32_t d = day;

	for (int i = 0; left > 0; i++) {
		if (i == CALENDAR_MAX_DAYS)
			return day;
		d += step;
		left -= is_open(c, week, d);
	}
	return d;
}

int32_t
calendar_add(const struct calendar *c, int32_t day, int n)
{
	return add_days(c, c->week, day, n);
}

int32_t
calendar_add_ouvrables(const struct calendar *c, int32_t day, int n)
{
	return add_days(c, WEEK_MON_SAT, day, n);
}

struct civil
calendar_add_minutes(const struct calendar *c, struct civil from, int n)
{
	struct civil at = from;
	int minute = from.minute == CIVIL_NO_MINUTE ? 0 : from.minute;
	int left = n, room;

	assert(n >= 0);
	for (int i = 0; i < CALENDAR_MAX_DAYS; i++) {
		if (minute < c->start_min)
			minute = c->start_min;
		room = calendar_is_working(c, at.day) && minute < c->end_min
			   ? c->end_min - minute
			   : 0;
		if (room > 0 && left <= room) {
			at.minute = (int16_t)(minute + left);
			if (at.minute > 1439)
				at.minute = 1439;
			return at;
		}
		left -= room;
		at.day++;
		minute = 0;
	}
	return from; /* a week without a working day */
}
