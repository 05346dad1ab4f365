/*
 * civil.c - civil dates as day numbers, and their text
 *
 * Day numbers are computed in eras of 400 years that begin on 1 March, so
 * that the leap day is the last of its year. Years 0001 to 9999 are exact.
 */
#include "core/core.h"

#include "core/civil/civil.h"

#define ERA_DAYS   146097 /* days in 400 Gregorian years */
#define EPOCH_DAYS 719468 /* 0000-03-01 to 1970-01-01 */

int32_t
civil_day(int year, int month, int day)
{
	int y = month <= 2 ? year - 1 : year;
	int era = (y >= 0 ? y : y - 399) / 400;
	int in_era = y - era * 400;
	int in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * ERA_DAYS + in_era * 365 + in_era / 4 - in_era / 100 +
	       in_year - EPOCH_DAYS;
}

struct civil_ymd
civil_ymd(int32_t day)
{
	int32_t d = day + EPOCH_DAYS;
	int32_t era = (d >= 0 ? d : d - (ERA_DAYS - 1)) / ERA_DAYS;
	int32_t in_era = d - era * ERA_DAYS;
	int32_t y =
	    (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	int32_t in_year = in_era - (365 * y + y / 4 - y / 100);
	int32_t m = (5 * in_year + 2) / 153;
	struct civil_ymd out;

	out.day = in_year - (153 * m + 2) / 5 + 1;
	out.month = m < 10 ? m + 3 : m - 9;
	out.year = y + era * 400 + (out.month <= 2);
	return out;
}

enum civil_weekday
civil_weekday(int32_t day)
{
	int32_t w = (day + 3) % 7; /* 1970-01-01 was a Thursday */

	return (enum civil_weekday)((w < 0 ? w + 7 : w) + 1);
}

static bool
is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int
civil_month_days(int year, int month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };

	assert(month >= 1 && month <= 12);
	return days[month - 1] + (month == 2 && is_leap(year));
}

bool
civil_is_date(int year, int month, int day)
{
	return year >= 1 && year <= 9999 && month >= 1 && month <= 12 &&
	       day >= 1 && day <= civil_month_days(year, month);
}

int32_t
civil_add_months(int32_t day, int months)
{
	struct civil_ymd c = civil_ymd(day);
	int m = c.year * 12 + c.month - 1 + months;
	int year = m / 12;
	int month = m % 12 + 1;
	int last = civil_month_days(year, month);

	return civil_day(year, month, c.day < last ? c.day : last);
}

int
civil_week(int32_t day, int *year)
{
	/* the Thursday of a week decides the year it belongs to */
	int32_t thursday = day - civil_weekday(day) + CIVIL_THU;
	struct civil_ymd c = civil_ymd(thursday);

	if (year != NULL)
		*year = c.year;
	return (thursday - civil_day(c.year, 1, 1)) / 7 + 1;
}

int32_t
civil_week_monday(int year, int week)
{
	int32_t fourth = civil_day(year, 1, 4); /* always in week 1 */

	return fourth - civil_weekday(fourth) + CIVIL_MON + (week - 1) * 7;
}

/* Gauss's rule in the form of Meeus, Jones and Butcher */
int32_t
civil_easter(int year)
{
	int a = year % 19, b = year / 100, c = year % 100;
	int d = b / 4, e = b % 4, f = (b + 8) / 25, g = (b - f + 1) / 3;
	int h = (19 * a + b - d - g + 15) % 30;
	int i = c / 4, k = c % 4, l = (32 + 2 * e + 2 * i - h - k) % 7;
	int m = (a + 11 * h + 22 * l) / 451;
	int n = h + l - 7 * m + 114;

	return civil_day(year, n / 31, n % 31 + 1);
}

void
civil_format(struct civil c, char out[CIVIL_TEXT_MAX])
{
	struct civil_ymd d;

	out[0] = '\0';
	if (!c.is_set)
		return;
	d = civil_ymd(c.day);
	if (c.minute == CIVIL_NO_MINUTE)
		(void)snprintf(out, CIVIL_TEXT_MAX, "%04u-%02u-%02u",
		    (unsigned)d.year % 10000, (unsigned)d.month % 100,
		    (unsigned)d.day % 100);
	else
		(void)snprintf(out, CIVIL_TEXT_MAX, "%04u-%02u-%02uT%02u:%02u",
		    (unsigned)d.year % 10000, (unsigned)d.month % 100,
		    (unsigned)d.day % 100, (unsigned)c.minute / 60 % 100,
		    (unsigned)c.minute % 60);
}

/* digits - n decimal digits; -1 where one is none */
static int
digits(const char *s, int n)
{
	int v = 0;

	for (int i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		v = v * 10 + (s[i] - '0');
	}
	return v;
}

bool
civil_parse(const char *text, struct civil *out)
{
	size_t len = strlen(text);
	int y, mo, d, h = 0, mi = 0;

	if (len != 10 && len != 16)
		return false;
	y = digits(text, 4);
	mo = digits(text + 5, 2);
	d = digits(text + 8, 2);
	if (text[4] != '-' || text[7] != '-' || !civil_is_date(y, mo, d))
		return false;
	if (len == 16) {
		h = digits(text + 11, 2);
		mi = digits(text + 14, 2);
		if (text[10] != 'T' || text[13] != ':' || h < 0 || h > 23 ||
		    mi < 0 || mi > 59)
			return false;
	}
	out->day = civil_day(y, mo, d);
	out->minute = len == 16 ? (int16_t)(h * 60 + mi) : CIVIL_NO_MINUTE;
	out->is_set = true;
	return true;
}
