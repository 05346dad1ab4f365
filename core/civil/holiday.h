/*
 * holiday.h - public holidays, computed from rows of data
 *
 * A set is named as in the settings ("fr", "de-by") and may begin with all
 * rows of another ("fr-alsace-moselle" is "fr" and two days more).
 */
#ifndef CORE_CIVIL_HOLIDAY_H
#define CORE_CIVIL_HOLIDAY_H

#include "core/core.h"

#define HOLIDAY_MAX_SETS 8   /* in one calendar */
#define HOLIDAY_MAX_DAYS 160 /* of all sets in one year */

struct holiday {
	int32_t day;
	const char *name; /* in the language of the place; static */
};

struct holiday_list {
	struct holiday days[HOLIDAY_MAX_DAYS];
	size_t count;
};

/* holiday_set - number of a set by its name, or -1 */
int holiday_set(const char *name);

/* holiday_year - append the days of one set in one civil year; what does not
 * fit is left out */
void holiday_year(int set, int year, struct holiday_list *list);

#endif
