/*
 * find_time.c - which time belongs to which clause
 *
 * Of the times of a clause one is promised: a day before a length, a deadline
 * before either, what is said last where somebody corrects himself. What that
 * one lacks stands elsewhere in the sentence: the hour of a day, the day of an
 * hour, where a recurrence starts. What a condition says is never promised.
 */
#include "core/core.h"

#include "core/find/find_priv.h"

#define CORRECTION_REACH 3 /* tokens between "sorry" and the time meant */

/* rank - how likely a time is the one promised */
static int
rank(const struct when_expr *x)
{
	if (x->is_past || x->is_attribute)
		return 0;
	if (x->is_vague)
		return 1;
	if (x->is_event_delay)
		return 7;
	if (x->is_recurrence)
		return 6;
	if (x->has_day)
		return x->is_deadline || x->has_hour ? 6 : 5;
	if (x->is_deadline)
		return x->is_duration ? 4 : 5;
	if (x->has_hour || !x->is_duration)
		return 3;
	return 2;
}

/* next_time - the next time behind token *i, outside of conditions */
static uint32_t
next_time(const struct find_work *w, uint32_t *i, uint32_t end, uint32_t last)
{
	for (; *i < end; (*i)++)
		if (w->words[*i].time != FIND_NO_TIME &&
		    w->words[*i].time != last && !w->words[*i].in_condition)
			return w->words[*i].time;
	return FIND_NO_TIME;
}

/* choose_time - the one promised */
static void
choose_time(struct find_work *w, struct find_clause *c)
{
	uint32_t i, last = FIND_NO_TIME, corrected = 0;
	int best = 0, r;

	for (i = c->first; i < c->end; i++) {
		if (w->words[i].classes & CLASS_BIT(CORRECT))
			corrected = i + CORRECTION_REACH;
		if (w->words[i].time == FIND_NO_TIME ||
		    w->words[i].time == last || w->words[i].in_condition)
			continue;
		last = w->words[i].time;
		r = rank(&w->in->times->exprs[last]);
		if (r > best || (best > 1 && i <= corrected && r > 1)) {
			best = r;
			c->time = last;
		}
	}
}

/* lone_hour - "at 9": an hour that no day stands beside */
static bool
lone_hour(const struct when_expr *x)
{
	return x->has_hour && !x->has_day && !x->is_past && !x->is_attribute &&
	       !x->is_duration && !x->is_recurrence;
}

/* add_hour - « vendredi, je passerai à 9 h »: a day, and its hour apart */
static void
add_hour(struct find_work *w, struct find_clause *c)
{
	const struct when_expr *x, *day = &w->in->times->exprs[c->time];
	uint32_t i = c->first, t = FIND_NO_TIME;

	if (day->has_hour || day->is_event_delay ||
	    (day->is_duration && !day->is_counted) ||
	    !(day->has_day || day->is_duration))
		return;
	while ((t = next_time(w, &i, c->end, t)) != FIND_NO_TIME) {
		x = &w->in->times->exprs[t];
		if (t != c->time && lone_hour(x)) {
			c->hour = t;
			return;
		}
	}
}

/* add_day - « jeudi me va, je serai chez vous à 9 h »: the day of an hour is
 * the last named before it in the sentence */
static void
add_day(struct find_work *w, struct find_clause *c)
{
	const struct when_expr *x;
	uint32_t i = c->from, t = FIND_NO_TIME;

	if (!lone_hour(&w->in->times->exprs[c->time]))
		return;
	while ((t = next_time(w, &i, c->end, t)) != FIND_NO_TIME) {
		x = &w->in->times->exprs[t];
		if (t != c->time && x->has_day && !x->is_past &&
		    !x->is_duration && (c->day == FIND_NO_TIME || i < c->first))
			c->day = t;
	}
}

/* add_start - « à partir du 22, chaque jeudi » */
static void
add_start(struct find_work *w, struct find_clause *c)
{
	const struct when_expr *x;
	uint32_t i = c->from, t = FIND_NO_TIME;

	if (!w->in->times->exprs[c->time].is_recurrence)
		return;
	while ((t = next_time(w, &i, c->to, t)) != FIND_NO_TIME) {
		x = &w->in->times->exprs[t];
		if (t != c->time && x->is_start && !x->is_duration &&
		    !lone_hour(x))
			c->start = t;
	}
}

/* event_condition - « 3 semaines à réception »: what starts the clock */
static void
event_condition(struct find_work *w, struct find_clause *c)
{
	const struct when_expr *x = &w->in->times->exprs[c->time];
	uint32_t i, end;

	if (c->condition != c->condition_end) {
		/* "on receipt of the deposit, within 3 days" */
		c->is_after = x->is_duration && !x->is_counted &&
			      !x->is_event_delay && c->condition < x->first;
		return;
	}
	if (!x->is_event_delay)
		return;
	end = x->event_first;
	for (i = x->event_first; i < c->to && !find_is_break(w, i, c->to); i++)
		end = i + 1;
	c->condition = x->event_first;
	c->condition_end = end;
}

void
find_time(struct find_work *w, struct find_clause *c)
{
	uint32_t i;

	choose_time(w, c);
	for (i = c->aside; i < c->aside_end && c->time == FIND_NO_TIME; i++)
		if (w->words[i].time != FIND_NO_TIME &&
		    w->in->times->exprs[w->words[i].time].has_day)
			c->time = w->words[i].time;
	if (c->time == FIND_NO_TIME)
		return;
	add_hour(w, c);
	add_day(w, c);
	add_start(w, c);
	event_condition(w, c);
}
