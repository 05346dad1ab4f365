/*
 * civil.h - civil dates and times, zones, working days and hours, holidays
 *
 * Dates are proleptic Gregorian, as day numbers (0 = 1970-01-01). Nothing here
 * knows words or reads the clock. Zones come from the system's tz database
 * through GLib; an offset such as "+0100" is a zone too.
 */
#ifndef CORE_CIVIL_CIVIL_H
#define CORE_CIVIL_CIVIL_H

#include "core/core.h"

#define CIVIL_NO_MINUTE (-1) /* a date without an hour */

/* a civil date with or without an hour: what `due` and `from` hold */
struct civil {
	int32_t day;    /* days since 1970-01-01 */
	int16_t minute; /* 0..1439 after midnight; CIVIL_NO_MINUTE */
	bool is_set;    /* false: null */
};

struct civil_ymd {
	int year, month, day; /* 1-based month and day */
};

enum civil_weekday {
	CIVIL_MON = 1,
	CIVIL_TUE,
	CIVIL_WED,
	CIVIL_THU,
	CIVIL_FRI,
	CIVIL_SAT,
	CIVIL_SUN
}; /* ISO 8601 numbers */

int32_t civil_day(int year, int month, int day);
struct civil_ymd civil_ymd(int32_t day);
enum civil_weekday civil_weekday(int32_t day);
int civil_month_days(int year, int month);
bool civil_is_date(int year, int month, int day);

/* n months later (n < 0: earlier); the month's last day where the day does
 * not exist in it */
int32_t civil_add_months(int32_t day, int n);

/* the ISO 8601 week of a day, and the year that the week belongs to (may be
 * NULL); the Monday of such a week */
int civil_week(int32_t day, int *year);
int32_t civil_week_monday(int year, int week);

/* Easter Sunday of the Gregorian calendar */
int32_t civil_easter(int year);

/* civil_format - "YYYY-MM-DD" or "YYYY-MM-DDTHH:MM"; "" where not set */
#define CIVIL_TEXT_MAX 20
void civil_format(struct civil c, char out[CIVIL_TEXT_MAX]);

/* civil_parse - the reverse; false where text is neither form */
bool civil_parse(const char *text, struct civil *out);

/*
 * zone_open - a zone by IANA name ("Europe/Paris"), or an offset ("+01:00",
 * "-0500", "UTC"); owned by mem. RC_BADINPUT for a name tzdata lacks.
 */
struct zone;
enum rc zone_open(TALLOC_CTX *mem, const char *name, struct zone **out,
    struct err *e) must_check;
const char *zone_name(const struct zone *z);

/* zone_civil - local date and minute of a UTC instant (seconds) */
struct civil zone_civil(const struct zone *z, int64_t at);

/*
 * zone_instant - UTC seconds of a local time. A time that a jump skips counts
 * from before the jump; of one that comes twice the first. With
 * CIVIL_NO_MINUTE: the start of the day.
 */
int64_t zone_instant(const struct zone *z, struct civil c);

/* zone_offset_min - minutes east of UTC in force at an instant */
int zone_offset_min(const struct zone *z, int64_t at);

/*
 * struct calendar - the working week, hours and holidays of one company
 *
 * calendar_new: week bit 0 = Monday; holidays are names of built-in sets
 * ("fr", "fr-alsace-moselle", "gb", …) or "none". RC_BADINPUT names the set
 * that is not known.
 */
struct calendar;
enum rc calendar_new(TALLOC_CTX *mem, unsigned week, int start_min, int end_min,
    const char *const *holidays, struct calendar **out,
    struct err *e) must_check;

/*
 * calendar_close - one day more is closed, under this name (copied)
 *
 * RC_OK; RC_TOOBIG more than CALENDAR_MAX_CLOSED, or no memory
 */
#define CALENDAR_MAX_CLOSED 40000
enum rc calendar_close(struct calendar *c, int32_t day, const char *name,
    struct err *e) must_check;

bool calendar_is_working(const struct calendar *c, int32_t day);
/* a public holiday's name in its own language ("Noël"), that of a closure,
 * or NULL */
const char *calendar_holiday(const struct calendar *c, int32_t day);
int calendar_start_min(const struct calendar *c);
int calendar_end_min(const struct calendar *c);
/* n working days after (n < 0: before) day; counting starts the next day. A
 * week without a working day, or none within CALENDAR_MAX_DAYS, stays put. */
#define CALENDAR_MAX_DAYS 20000
int32_t calendar_add(const struct calendar *c, int32_t day, int n);
/* the same over Monday to Saturday less holidays (jours ouvrables) */
int32_t calendar_add_ouvrables(const struct calendar *c, int32_t day, int n);
/* n minutes counted inside working hours; n >= 0 */
struct civil calendar_add_minutes(
    const struct calendar *c, struct civil from, int n);

#endif
