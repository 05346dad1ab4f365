/*
 * closures.h - the days that an .ics file says a company is closed
 *
 * All-day events count, of one day or several, once or again and again
 * (RRULE, RDATE, EXDATE), and those from midnight to midnight; events with
 * hours are meetings and say nothing of the day. Recurrences are followed
 * from CLOSURES_FIRST_YEAR to CLOSURES_LAST_YEAR.
 */
#ifndef CAL_ICAL_CLOSURES_H
#define CAL_ICAL_CLOSURES_H

#include "core/core.h"

#define CLOSURES_FIRST_YEAR 2000
#define CLOSURES_LAST_YEAR  2099
#define CLOSURES_MAX_BYTES  (4u << 20) /* of a file */
#define CLOSURES_MAX_DAYS   400        /* of one event */
#define CLOSURES_MAX_NAME   120        /* octets */

struct closures_day {
	int32_t day;
	const char *name; /* one line of UTF-8 */
};

struct closures {
	struct closures_day *days; /* in order, each day once */
	size_t count;
};

/*
 * closures_read - the closed days of a calendar file's text
 *
 * out  owned by mem
 *
 * RC_OK; RC_BADINPUT it is no calendar, has no all-day event, or one that is
 * longer than CLOSURES_MAX_DAYS; RC_TOOBIG more than CALENDAR_MAX_CLOSED days
 */
enum rc closures_read(TALLOC_CTX *mem, const char *text, struct closures **out,
    struct err *e) must_check;

#endif
