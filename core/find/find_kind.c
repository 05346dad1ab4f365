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

/* grain - how finely a promise is dated, and whether that is a limit */
static const char *
grain(const struct find_work *w, const struct find_clause *c)
{
	const struct when_expr *x;

	if (c->time == FIND_NO_TIME)
		return "none";
	x = &w->in->times->exprs[c->time];
	if (x->is_vague)
		return "soon";
	if (x->is_until)
		return "until";
	if (x->is_duration)
		return x->has_hour ? "hours" : "days";
	if (x->has_hour || c->hour != FIND_NO_TIME)
		return x->is_deadline ? "by-hour" : "hour";
	if (x->has_day)
		return x->is_deadline ? "by-day" : "day";
	return "period";
}

/* sense - the first sense of a verb */
static const char *
sense(const struct find_word *x)
{
	size_t v;

	for (v = 0; v < VERB_COUNT; v++)
		if (x->verbs >> v & 1)
			return find_verb_names[v];
	return "verb";
}

/* said - the classes of a clause's words, its condition left out */
static uint64_t
said(const struct find_work *w, const struct find_clause *c)
{
	uint64_t seen = 0;
	uint32_t i;

	for (i = c->first; i < c->end; i++)
		if (!w->words[i].in_condition)
			seen |= w->words[i].classes;
	return seen;
}

/* put_acts - who does what, and when; « passe prendre » is two verbs */
static void
put_acts(const struct find_work *w, const struct find_clause *c, const char *t,
    const char *place, struct find_sink *s)
{
	char key[100];
	struct find_act a;
	const char *who = "none", *first = NULL;
	uint32_t i;

	for (i = c->first; i < c->end; i++) {
		const struct find_word *x = &w->words[i];

		if (x->in_condition || x->time != FIND_NO_TIME || !x->is_verb)
			continue;
		if (find_act(w, c, i, &a)) {
			who = find_who_names[a.who];
			if (a.verb != i && (x->verbs & VERB_BIT(VISIT)))
				find_put(s, "k:come.", who, ".", t);
			i = a.verb > i ? a.verb : i;
			x = &w->words[i];
		}
		find_put(s, "k:do.", sense(x), "", "");
		if (first != NULL) {
			find_put(s, "k:then.", first, ".", sense(x));
			continue;
		}
		first = sense(x);
		find_put(s, "k:do.", first, ".", t);
		(void)snprintf(key, sizeof(key), "%s.%s", who, first);
		find_put(s, "k:who.", key, "", "");
		find_put(s, "k:who.", key, ".", t);
		find_put(s, "k:who.", who, ".", place);
		find_put(s, "k:do.", first, ".", place);
	}
	find_put(s, "k:who.", who, ".", t);
	if (first == NULL)
		find_put(s, "k:verbless.", t, ".", place);
}

/* put_words - the words themselves, and pairs of them */
static void
put_words(
    const struct find_work *w, const struct find_clause *c, struct find_sink *s)
{
	const struct text_token *k = w->text->tokens;
	const char *last = "^";
	uint32_t i;

	for (i = c->first; i < c->end; i++) {
		if (w->words[i].time != FIND_NO_TIME) {
			last = "T";
			continue;
		}
		if (w->words[i].in_condition)
			continue;
		if (k[i].kind == TEXT_NUMBER) {
			last = "N";
			continue;
		}
		if (text_is(&k[i], "%"))
			find_put(s, "k:percent", "", "", "");
		if (k[i].kind != TEXT_WORD)
			continue;
		find_put(s, "k:w.", k[i].fold, "", "");
		find_put(s, "k:w2.", last, ".", k[i].fold);
		last = k[i].fold;
	}
}

void
find_kind_features(
    const struct find_work *w, const struct find_clause *c, struct find_sink *s)
{
	const char *t = grain(w, c), *place = "";
	const struct when_expr *x;
	uint64_t seen = said(w, c);
	uint32_t i;

	if (seen & CLASS_BIT(REMOTE))
		place = "remote";
	else if (seen & CLASS_BIT(ONSITE))
		place = "onsite";
	find_put(s, "k:t.", t, "", "");
	find_put(s, "k:place.", place, ".", t);
	if (seen & CLASS_BIT(VALIDLABEL))
		find_put(s, "k:valid.", t, "", "");
	if (seen & CLASS_BIT(FETCH))
		find_put(s, "k:fetch", "", "", "");
	if (seen & CLASS_BIT(MEETING))
		find_put(s, "k:meeting.", t, "", "");
	if (seen & CLASS_BIT(DEED))
		find_put(s, "k:deed.", t, ".", place);
	put_acts(w, c, t, place, s);
	put_words(w, c, s);
	i = condition_time(w, c);
	if (i == FIND_NO_TIME)
		return;
	/* "if you order by the 30th": what is held open until then */
	x = &w->in->times->exprs[i];
	find_put(s, "k:if.", x->is_deadline ? "by" : "at", ".", t);
	if (seen & CLASS_BIT(VALIDLABEL))
		find_put(s, "k:if.valid.", t, "", "");
}

/* brings - whether something is sent, brought or fetched: no appointment */
static bool
brings(const struct find_work *w, const struct find_clause *c, uint64_t verbs)
{
	uint64_t seen = said(w, c);

	if (seen & CLASS_BIT(MEETING))
		return false;
	return (seen & CLASS_BIT(FETCH)) || (verbs & VERB_BIT(DELIVER)) ||
	       ((verbs & VERB_BIT(SEND)) && !(seen & CLASS_BIT(ONSITE)));
}

/* asks_you - whether the condition is the customer's to meet */
static bool
asks_you(const struct find_work *w, const struct find_clause *c)
{
	uint32_t i;

	for (i = c->condition; i < c->condition_end; i++)
		if (w->words[i].classes & CLASS_BIT(YOU))
			return true;
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

/* main_act - the first verb group of a clause; false: none */
static bool
main_act(
    const struct find_work *w, const struct find_clause *c, struct find_act *a)
{
	uint32_t i;

	for (i = c->first; i < c->end; i++)
		if (find_act(w, c, i, a))
			return true;
	return false;
}

/* calls - whether the recipient is rung up */
static bool
calls(const struct find_work *w, const struct find_clause *c,
    const struct find_act *a)
{
	uint32_t before = a->finite > c->first ? a->finite - 1 : a->finite;
	uint64_t beside = w->words[before].classes;

	if (a->verb + 1 < c->end)
		beside |= w->words[a->verb + 1].classes;
	return (w->words[a->verb].verbs & VERB_BIT(CALL)) &&
	       (beside & CLASS_BIT(YOU));
}

/* moves - whether a thing is what comes: « le colis arrive chez vous » */
static bool
moves(const struct find_work *w, const struct find_clause *c,
    const struct find_act *a)
{
	uint64_t before = 0;
	uint32_t i;

	if (a->who != WHO_THING && a->who != WHO_OTHER)
		return false;
	for (i = c->first; i < a->finite; i++)
		if (!w->words[i].in_condition)
			before |= w->words[i].classes;
	return ((before & CLASS_BIT(THING)) ||
		   (w->words[a->verb].verbs & VERB_BIT(VISIT))) &&
	       !(before & CLASS_BIT(OUR)) &&
	       !(before &
		   (CLASS_BIT(DEED) | CLASS_BIT(STAFF) | CLASS_BIT(MEETING)));
}

/* phrases - « en principe », "all being well": words that only soften */
static bool
phrases(const struct find_work *w, const struct find_clause *c)
{
	uint32_t i;

	for (i = c->first; i + 1 < c->end; i++)
		if ((w->words[i].classes & w->words[i + 1].classes &
			CLASS_BIT(HEDGE)) &&
		    !(w->words[i].classes & CLASS_BIT(CONDWORD)) &&
		    !w->words[i].in_condition)
			return true;
	return false;
}

#define TELLING 2500 /* thousandths that what promises(7) says is worth */

/* settle - what promises(7) says of times: an appointment is on a named day
 * or finer, a call at an hour; what is open until a day is an offer */
static void
settle(const struct find_work *w, const struct find_clause *c,
    int32_t *appointment, int32_t *offer)
{
	const uint64_t meet = VERB_BIT(VISIT) | VERB_BIT(FIT) | VERB_BIT(SEE);
	const uint64_t yield = VERB_BIT(SEND) | VERB_BIT(DELIVER) |
			       VERB_BIT(GET) | VERB_BIT(ANSWER) |
			       VERB_BIT(PAY) | VERB_BIT(INFORM);
	const struct when_expr *t = &w->in->times->exprs[c->time];
	uint64_t seen = said(w, c);
	bool is_hour = t->has_hour || c->hour != FIND_NO_TIME;
	struct find_act a;
	uint64_t verbs = 0;
	bool is_call = false, comes = false;

	if (main_act(w, c, &a)) {
		verbs = w->words[a.verb].verbs;
		comes = ((verbs | w->words[a.finite].verbs) & meet) != 0;
		is_call = calls(w, c, &a);
		if (moves(w, c, &a))
			*appointment -= TELLING;
		else if (comes && (a.who == WHO_US || a.who == WHO_STAFF ||
				      a.who == WHO_NAME))
			*appointment += TELLING / 2;
	} else if ((seen & CLASS_BIT(VALIDLABEL)) && !(seen & CLASS_BIT(DEED)))
		*offer += TELLING / 2; /* « Validité : 31/10 » */
	else if ((seen & CLASS_BIT(DEED)) && (seen & CLASS_BIT(STAFF)))
		*appointment += TELLING / 2; /* « Pose mardi, 4 monteurs » */
	if (seen & CLASS_BIT(MEETING))
		*appointment += TELLING / 2;
	if (t->is_until && !c->is_not_before && !(verbs & yield))
		*offer += TELLING;
	if (is_call && (!is_hour || t->is_duration))
		*appointment = -1;
	else if (is_call)
		*appointment += TELLING;
	else if (t->is_deadline && !comes)
		*appointment -= TELLING / 2;
	if (!(is_hour || t->has_day) || brings(w, c, verbs))
		*appointment = -1;
}

void
find_kind(const struct find_work *w, const struct find_model *m,
    const struct find_sink *s, struct find_clause *c)
{
	int32_t appointment = find_score(m, ASK_APPOINTMENT, s);
	int32_t offer = find_score(m, ASK_OFFER, s);
	uint32_t until = condition_time(w, c);
	const struct when_expr *t;

	/* « 5 % si vous commandez d'ici le 30 »: open until that date */
	if (until != FIND_NO_TIME && asks_you(w, c))
		offer += TELLING / 2;
	if (c->time == FIND_NO_TIME && offer > 0)
		c->time = until;
	t = c->time == FIND_NO_TIME ? NULL : &w->in->times->exprs[c->time];
	c->is_not_before = t != NULL && t->is_until && refuses(w, c);
	if (t == NULL || t->is_vague)
		appointment = offer = -1;
	else
		settle(w, c, &appointment, &offer);
	c->kind = PROMISE_ACTION;
	if (offer > 0 && offer >= appointment)
		c->kind = PROMISE_OFFER;
	else if (appointment > 0)
		c->kind = PROMISE_APPOINTMENT;
	c->is_hedged = find_score(m, ASK_HEDGED, s) > 0 || phrases(w, c);
}
