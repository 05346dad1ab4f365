/*
 * holiday.c - computes the days of a set of public holidays
 *
 * The rows are in holidays.def. A day that moves when it falls on a weekend
 * is placed after those that stand, because it must not land on one of them
 * (Christmas on a Sunday is made up for on the 27th, Boxing Day's Monday
 * being taken).
 */
#include "core/core.h"

#include "core/civil/civil.h"
#include "core/civil/holiday.h"

enum rule { FIXED, EASTER, NTH, ON_OR_AFTER, ON_OR_BEFORE, BRIGID };

/* what happens to a day that falls on a weekend */
enum moves {
	STAYS,
	NEXT_FREE, /* Saturday or Sunday: the next free weekday */
	SUN_MON,   /* Sunday: Monday instead */
	NEAREST    /* Saturday: Friday before; Sunday: Monday after */
};

struct row {
	uint8_t set;
	uint8_t rule;
	int16_t a, b, c; /* see the macros in holidays.def */
	uint8_t moves;
	int16_t first, last; /* years; 0: no bound */
	const char *name;
};

enum {
#define SET(id, name, parent) SET_##id,
#define ROW(...)
#include "core/civil/holidays.def"
#undef SET
#undef ROW
	SET_COUNT,
	SET_NONE
};

static const struct {
	const char *name;
	int parent;
} sets[] = {
#define SET(id, name, parent) { name, SET_##parent },
#define ROW(...)
#include "core/civil/holidays.def"
#undef SET
#undef ROW
};

static const struct row rows[] = {
#define SET(id, name, parent)
#define ROW(set, rule, a, b, c, moves, first, last, name)                      \
	{ SET_##set, rule, a, b, c, moves, first, last, name },
#include "core/civil/holidays.def"
#undef SET
#undef ROW
};

int
holiday_set(const char *name)
{
	for (int i = 0; i < SET_COUNT; i++)
		if (strcmp(sets[i].name, name) == 0)
			return i;
	return -1;
}

/* row_day - the day of a row in a year, before it moves */
static int32_t
row_day(const struct row *r, int year)
{
	int32_t d;

	switch ((enum rule)r->rule) {
	case FIXED:
		return civil_day(year, r->a, r->b);
	case EASTER:
		return civil_easter(year) + r->a;
	case NTH: /* month, weekday, n (-1 the last) */
		if (r->c < 0) {
			d = civil_day(year, r->a, civil_month_days(year, r->a));
			return d - (civil_weekday(d) - r->b + 7) % 7;
		}
		d = civil_day(year, r->a, 1);
		return d + (r->b - (int)civil_weekday(d) + 7) % 7 +
		       7 * (r->c - 1);
	case ON_OR_AFTER: /* month, day, weekday */
		d = civil_day(year, r->a, r->b);
		return d + (r->c - (int)civil_weekday(d) + 7) % 7;
	case ON_OR_BEFORE:
		d = civil_day(year, r->a, r->b);
		return d - ((int)civil_weekday(d) - r->c + 7) % 7;
	case BRIGID: /* the first Monday, but the 1st where it is a Friday */
		d = civil_day(year, 2, 1);
		return civil_weekday(d) == CIVIL_FRI
			   ? d
			   : d + (CIVIL_MON - (int)civil_weekday(d) + 7) % 7;
	}
	return INT32_MIN;
}

static bool
has_day(const struct holiday_list *l, size_t first, int32_t day)
{
	for (size_t i = first; i < l->count; i++)
		if (l->days[i].day == day)
			return true;
	return false;
}

static void
add(struct holiday_list *l, int32_t day, const char *name)
{
	if (l->count < HOLIDAY_MAX_DAYS)
		l->days[l->count++] = (struct holiday){ day, name };
}

/* is_in - does a set hold a row of another: itself or an ancestor */
static bool
is_in(int set, int of)
{
	for (; set != SET_NONE; set = sets[set].parent)
		if (set == of)
			return true;
	return false;
}

/* moved - where a day goes that falls on a weekend */
static int32_t
moved(enum moves how, int32_t day, const struct holiday_list *l, size_t first)
{
	int w = civil_weekday(day);

	switch (how) {
	case STAYS:
		break;
	case SUN_MON:
		return w == CIVIL_SUN ? day + 1 : day;
	case NEAREST:
		return w == CIVIL_SAT   ? day - 1
		       : w == CIVIL_SUN ? day + 1
					: day;
	case NEXT_FREE:
		if (w < CIVIL_SAT)
			break;
		while (
		    civil_weekday(day) >= CIVIL_SAT || has_day(l, first, day))
			day++;
		break;
	}
	return day;
}

/* one_year - the days whose own year is `year`, moved ones included */
static void
one_year(int set, int year, struct holiday_list *l)
{
	size_t first = l->count;

	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
			const struct row *r = &rows[i];
			int32_t d;
			bool moves;

			if (!is_in(set, r->set) ||
			    (r->first != 0 && year < r->first) ||
			    (r->last != 0 && year > r->last))
				continue;
			d = row_day(r, year);
			moves =
			    r->moves != STAYS && civil_weekday(d) >= CIVIL_SAT;
			if (moves != (pass == 1))
				continue;
			/* the day itself is still the feast; offices close
			 * on the one that makes up for it */
			add(l, d, r->name);
			if (moves)
				add(l, moved((enum moves)r->moves, d, l, first),
				    r->name);
		}
	}
}

void
holiday_year(int set, int year, struct holiday_list *list)
{
	int32_t from = civil_day(year, 1, 1), to = civil_day(year, 12, 31);
	struct holiday_list near;
	size_t kept = list->count;

	one_year(set, year, list);
	/* drop what moved out of the year, and take in what moves into it:
	 * 1 January on a Saturday can be made up for on 31 December */
	for (size_t i = kept; i < list->count; i++)
		if (list->days[i].day >= from && list->days[i].day <= to)
			list->days[kept++] = list->days[i];
	list->count = kept;
	near.count = 0;
	one_year(set, year + 1, &near);
	for (size_t i = 0; i < near.count; i++)
		if (near.days[i].day <= to)
			add(list, near.days[i].day, near.days[i].name);
}
