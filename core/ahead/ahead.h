/*
 * ahead.h - how long before: "1 working day, 2 hours", "1 jour ouvré"
 *
 * What somebody asks to be told in advance. Working days are counted by the
 * company's calendar, everything else is elapsed time.
 */
#ifndef CORE_AHEAD_AHEAD_H
#define CORE_AHEAD_AHEAD_H

#include "core/core.h"

#define AHEAD_MAX      4
#define AHEAD_MAX_DAYS 60 /* further ahead nothing is told */

struct ahead {
	size_t count; /* 0: nothing in advance */
	struct {
		bool is_working_days; /* else minutes */
		int n;
	} at[AHEAD_MAX];
};

/* ahead_parse - a list with commas, or "none"; false where it is not one */
bool ahead_parse(const char *text, struct ahead *out);

#endif
