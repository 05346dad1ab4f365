/*
 * find_kind.c - what kind of promise a clause is, and whether it is softened
 */
#include "core/core.h"

#include "core/find/find_priv.h"

/* condition_time - a time that the condition names */
static uint32_t
condition_time(const struct find_work *w, const struct find_clause *c)
{
	uint32_t i;

	for (i = c->condition; i < c->condition_end; i++)
		if (w->words[i].time != FIND_NO_TIME &&
		    !w->in->times->exprs[w->words[i].time].is_past)
			return w->words[i].time;
	return FIND_NO_TIME;
}

/* brings - whether something is sent or delivered: that is no appointment */
static bool
brings(const struct find_work *w, const struct find_clause *c)
{
	const unsigned bring = VERB_BIT(DELIVER) | VERB_BIT(SEND);
	struct find_act a;
	uint32_t i;

	for (i = c->first; i < c->end; i++)
		if (find_act(w, c, i, &a))
			return (w->words[a.verb].verbs & bring) != 0;
	return false;
}

/* refuses - "we won't charge you until March" */
static bool
refuses(const struct find_work *w, const struct find_clause *c)
{
	struct find_act a;
	uint32_t i;

	for (i = c->first; i < c->end; i++)
		if (find_act(w, c, i, &a) && a.is_negated)
			return true;
	return false;
}

void
find_kind(const struct find_work *w, const struct find_model *m,
    const struct find_sink *s, struct find_clause *c)
{
	int32_t appointment = find_score(m, ASK_APPOINTMENT, s);
	int32_t offer = find_score(m, ASK_OFFER, s);
	const struct when_expr *t;

	/* « 5 % si vous commandez d'ici le 30 »: open until that date */
	if (c->time == FIND_NO_TIME && offer > 0)
		c->time = condition_time(w, c);
	t = c->time == FIND_NO_TIME ? NULL : &w->in->times->exprs[c->time];

	/* an appointment is on a named day or finer, an offer has an end */
	if (t == NULL || t->is_vague)
		appointment = offer = -1;
	else if (!t->has_day && !t->has_hour)
		appointment = -1;
	else if (brings(w, c))
		appointment = -1;
	c->kind = PROMISE_ACTION;
	if (offer > 0 && offer >= appointment)
		c->kind = PROMISE_OFFER;
	else if (appointment > 0)
		c->kind = PROMISE_APPOINTMENT;
	c->is_hedged = find_score(m, ASK_HEDGED, s) > 0;
	c->is_not_before = t != NULL && t->is_until && refuses(w, c);
}
