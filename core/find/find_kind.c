/*
 * find_kind.c - what kind of promise a clause is, and whether it is softened
 */
#include "core/core.h"

#include "core/find/find_priv.h"

struct seen {
	uint64_t classes;
	uint32_t verbs;
};

static struct seen
look(const struct find_work *w, const struct find_clause *c)
{
	struct seen s = { 0 };
	uint32_t i;

	for (i = c->first; i < c->end; i++) {
		if (w->words[i].in_condition ||
		    w->words[i].time != FIND_NO_TIME)
			continue;
		s.classes |= w->words[i].classes;
		s.verbs |= w->words[i].verbs;
	}
	return s;
}

void
find_kind(const struct find_work *w, struct find_clause *c)
{
	const struct find_sentence *x = &w->sentences[c->sentence];
	const struct when_expr *t = NULL;
	struct seen s = look(w, c);

	if (c->time != FIND_NO_TIME)
		t = &w->in->times->exprs[c->time];
	c->is_hedged = (s.classes & CLASS_BIT(HEDGE)) != 0;
	c->kind = PROMISE_ACTION;
	if ((s.classes & CLASS_BIT(VALIDLABEL)) &&
	    (s.classes & (CLASS_BIT(OFFERNOUN) | CLASS_BIT(VALIDLABEL))) &&
	    t != NULL && !(s.verbs & (VERB_BIT(DELIVER) | VERB_BIT(VISIT)))) {
		c->kind = PROMISE_OFFER;
	} else if (t != NULL && t->has_day &&
		   !(s.verbs & (VERB_BIT(DELIVER) | VERB_BIT(SEND))) &&
		   (s.verbs & VERB_BIT(VISIT))) {
		c->kind = PROMISE_APPOINTMENT;
	} else if (t != NULL && t->has_hour && (s.verbs & VERB_BIT(CALL))) {
		c->kind = PROMISE_APPOINTMENT;
	}
	(void)x;
}
