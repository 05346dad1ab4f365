/*
 * find_verb.c - who does what in a clause, and in which form it is said
 *
 * A verb group is read from its finite verb on: auxiliaries are followed to
 * the word that carries the sense ("we are going to send", « nous allons vous
 * faire livrer », "will be shipped"), and what they make of it is named in
 * terms that no language owns.
 */
#include "core/core.h"

#include "core/find/find_priv.h"

#define REACH 6 /* tokens between an auxiliary and what it goes with */

static bool
has_form(const struct find_word *x, unsigned forms)
{
	return x->is_verb && (x->forms & forms) != 0;
}

/* next_form - the next word of one of these forms, nothing finite between */
static uint32_t
next_form(const struct find_work *w, uint32_t i, uint32_t end, unsigned forms)
{
	const struct find_word *x;
	uint32_t j;

	for (j = i + 1; j < end && j <= i + REACH; j++) {
		x = &w->words[j];
		if (x->in_condition)
			return 0;
		if (x->time != FIND_NO_TIME)
			continue;
		if (has_form(x, forms))
			return j;
		if (x->is_finite ||
		    (x->classes & (CLASS_BIT(COORD) | CLASS_BIT(SUBORD))))
			return 0;
	}
	return 0;
}

static bool
is_not(const struct find_word *x)
{
	/* « je ne manquerai pas de » */
	if (x->classes & CLASS_BIT(PERFORM))
		return false;
	return (x->classes &
		   (CLASS_BIT(NOT) | CLASS_BIT(WONT) | CLASS_BIT(CANT))) != 0;
}

/* negated - a word of refusal close to the finite verb */
static bool
negated(const struct find_work *w, const struct find_clause *c, uint32_t i,
    uint32_t verb)
{
	uint32_t j, from = i > c->first + 3 ? i - 3 : c->first;
	uint32_t to = verb + 4 < c->end ? verb + 4 : c->end;

	for (j = from; j < to; j++) {
		if (w->words[j].in_condition)
			continue;
		if (is_not(&w->words[j]))
			return true;
		if (j > verb &&
		    (w->words[j].is_finite || w->words[j].time != FIND_NO_TIME))
			break;
	}
	return false;
}

/* pronoun - the nearest before the verb that it agrees with */
static enum find_who
pronoun(const struct find_work *w, const struct find_clause *c, uint32_t verb)
{
	const struct find_word *x = &w->words[verb];
	uint32_t i, low = verb > c->first + REACH ? verb - REACH : c->first;
	uint64_t cl;

	for (i = verb; i > low; i--) {
		cl = w->words[i - 1].classes;
		if (cl & CLASS_BIT(I))
			return WHO_US;
		if ((cl & CLASS_BIT(WE)) && (x->persons == 0 || x->persons & 5))
			return WHO_US;
		if ((cl & CLASS_BIT(YOU)) &&
		    (x->persons == 0 || (x->persons & 2 && x->persons != 7)))
			return WHO_YOU;
		if ((cl & CLASS_BIT(HE)) && (x->persons == 0 || x->persons & 4))
			return WHO_HE;
		if (w->words[i - 1].is_finite)
			break;
	}
	return WHO_NONE;
}

#define HEADS                                                                  \
	(CLASS_BIT(THIRD) | CLASS_BIT(WORLD) | CLASS_BIT(STAFF) |              \
	    CLASS_BIT(DEED) | CLASS_BIT(THING) | CLASS_BIT(OFFERNOUN) |        \
	    CLASS_BIT(FIRSTNAME))

/* head - who a noun stands for; whose: the possessive before it */
static enum find_who
head(uint64_t noun, uint64_t whose)
{
	if (noun & CLASS_BIT(THIRD))
		return whose & CLASS_BIT(OUR) ? WHO_STAFF : WHO_THIRD;
	if (noun & CLASS_BIT(STAFF))
		return whose & CLASS_BIT(YOUR) ? WHO_YOURS : WHO_STAFF;
	if (noun & CLASS_BIT(FIRSTNAME))
		return WHO_NAME;
	if (noun & (CLASS_BIT(DEED) | CLASS_BIT(THING) | CLASS_BIT(OFFERNOUN)))
		return WHO_THING;
	if (noun & CLASS_BIT(WORLD))
		return WHO_WORLD;
	return WHO_NONE;
}

/* is_name - a capital inside a sentence, on a word that says nothing else */
static bool
is_name(const struct find_work *w, uint32_t i)
{
	return w->text->tokens[i].is_title && !w->words[i].is_verb &&
	       (w->words[i].classes &
		   ~(CLASS_BIT(FUNCTION) | CLASS_BIT(ABBR))) == 0;
}

/* noun - what the words before the verb are about: their first noun is the
 * head, what follows belongs to it */
static enum find_who
noun(const struct find_work *w, const struct find_clause *c, uint32_t verb)
{
	const struct text_token *k = w->text->tokens;
	enum find_who who = WHO_NONE;
	uint64_t whose = 0;
	bool name = false, any = false;
	uint32_t i;

	for (i = c->first; i < verb; i++) {
		const struct find_word *x = &w->words[i];

		if (x->time != FIND_NO_TIME || x->in_condition ||
		    k[i].kind == TEXT_OTHER)
			continue;
		if (x->is_finite) {
			who = WHO_NONE;
			whose = 0;
			name = any = false;
		}
		if (who == WHO_NONE && x->classes & HEADS)
			who = head(x->classes, whose);
		whose |= x->classes & (CLASS_BIT(OUR) | CLASS_BIT(YOUR));
		if (!(x->classes & CLASS_BIT(COORD)))
			any = true;
		name |= is_name(w, i);
	}
	if (who != WHO_NONE)
		return who;
	if (whose & CLASS_BIT(OUR))
		return WHO_OURS;
	if (name)
		return WHO_NAME;
	if (whose & CLASS_BIT(YOUR))
		return WHO_YOURS;
	return any ? WHO_OTHER : WHO_NONE;
}

#define BACK 60 /* tokens that "he" and "it" look back over */

/* before - who was named last before a clause */
static enum find_who
before(const struct find_work *w, const struct find_clause *c)
{
	uint32_t i, low = c->first > BACK ? c->first - BACK : 0;
	enum find_who who;

	for (i = c->first; i > low; i--) {
		if (w->words[i - 1].time != FIND_NO_TIME)
			continue;
		who = head(w->words[i - 1].classes,
		    i > 1 ? w->words[i - 2].classes : 0);
		if (who != WHO_NONE)
			return who;
	}
	return WHO_NONE;
}

static enum find_who
subject(const struct find_work *w, const struct find_clause *c, uint32_t verb)
{
	const struct find_word *x = &w->words[verb];
	enum find_who who = pronoun(w, c, verb);

	if (who != WHO_NONE)
		return who;
	if (x->persons == 1)
		return WHO_US;
	if (x->persons == 2)
		return WHO_YOU;
	return noun(w, c, verb);
}

#define PARTICIPLE (FORM_BIT(PP) | FORM_BIT(PPR))
#define NOW        (FORM_BIT(PRES) | FORM_BIT(S3))

/* modal - « peut », "must": what the verb behind them is worth */
static enum find_how
modal(const struct find_word *x)
{
	if (x->classes & CLASS_BIT(MUST))
		return x->classes & CLASS_BIT(HEDGE) ? HOW_SHOULD : HOW_MUST;
	if (x->classes & CLASS_BIT(CANT))
		return HOW_CAN;
	if (x->classes & CLASS_BIT(WOULD))
		return HOW_WOULD;
	if (x->verbs & VERB_BIT(MUSTV))
		return HOW_MUST;
	if (x->verbs & VERB_BIT(CAN))
		return HOW_CAN;
	if (x->verbs & VERB_BIT(WANT))
		return HOW_WANT;
	return HOW_NONE;
}

/* is_able - "able to" between two tokens */
static bool
is_able(const struct find_work *w, uint32_t from, uint32_t to)
{
	uint32_t i;

	for (i = from + 1; i < to; i++)
		if (w->words[i].classes & CLASS_BIT(ABLE))
			return true;
	return false;
}

/* next_able - the infinitive behind "be able to"; 0: none */
static uint32_t
next_able(const struct find_work *w, uint32_t i, uint32_t end)
{
	uint32_t verb = next_form(w, i, end, FORM_BIT(INF));

	return verb != 0 && is_able(w, i, verb) ? verb : 0;
}

/* follow - from an auxiliary to the word with the sense; *how is refined */
static uint32_t
follow(const struct find_work *w, const struct find_clause *c, uint32_t i,
    struct find_act *a)
{
	const struct find_word *x = &w->words[i];
	uint32_t next;

	if (x->verbs & VERB_BIT(HAVE) &&
	    (next = next_form(w, i, c->end, PARTICIPLE)) != 0) {
		if (a->how == HOW_PRES)
			a->how = HOW_PERF;
		if (w->words[next].verbs & VERB_BIT(BE) && next + 1 < c->end)
			return follow(w, c, next, a);
		return next;
	}
	if (x->verbs & VERB_BIT(BE)) {
		next = next_form(w, i, c->end, PARTICIPLE | FORM_BIT(GER));
		if (next == 0 || is_able(w, i, next))
			next = next_able(w, i, c->end);
		if (next == 0)
			return i;
		if (w->words[next].forms & FORM_BIT(INF) &&
		    !has_form(&w->words[next], PARTICIPLE | FORM_BIT(GER)))
			return next;
		if (has_form(&w->words[next], FORM_BIT(GER)) &&
		    !has_form(&w->words[next], PARTICIPLE)) {
			if (a->how == HOW_PRES)
				a->how = HOW_PROG;
			return next;
		}
		a->is_passive = true;
		if (a->how == HOW_PRES &&
		    (w->words[next].verbs &
			(VERB_BIT(VISIT) | VERB_BIT(GET) | VERB_BIT(LEAVE) |
			    VERB_BIT(GO) | VERB_BIT(STAY))) &&
		    (w->words[next].forms & FORM_BIT(PP)))
			a->how = HOW_PERF;
		return next;
	}
	if ((x->verbs &
		(VERB_BIT(GO) | VERB_BIT(HOPE) | VERB_BIT(DO) |
		    VERB_BIT(ENGAGE) | VERB_BIT(PLAN) | VERB_BIT(VISIT) |
		    VERB_BIT(KNOW) | VERB_BIT(ASK))) &&
	    (next = next_form(w, i, c->end, FORM_BIT(INF))) != 0) {
		if (a->how == HOW_PRES && x->verbs & VERB_BIT(GO))
			a->how = HOW_FUT;
		if (x->verbs & (VERB_BIT(HOPE) | VERB_BIT(ASK)))
			a->is_hoped = true;
		if (next + 1 < c->end &&
		    (w->words[next].verbs & (VERB_BIT(BE) | VERB_BIT(HAVE))))
			return follow(w, c, next, a);
		return next;
	}
	return i;
}

/* plain_form - what the finite verb itself says */
static enum find_how
plain_form(const struct find_word *x)
{
	if (x->forms & FORM_BIT(FUT))
		return HOW_FUT;
	if (x->forms & FORM_BIT(COND))
		return HOW_COND;
	if (x->forms & FORM_BIT(IMPF))
		return HOW_PAST;
	if (x->forms & NOW)
		return HOW_PRES;
	if (x->forms & FORM_BIT(PASTF))
		return x->forms & FORM_BIT(INF) ? HOW_PRES : HOW_PAST;
	if (x->forms & FORM_BIT(SUBJ))
		return HOW_PRES;
	return x->forms & FORM_BIT(INF) ? HOW_PRES : HOW_NONE;
}

bool
find_act(const struct find_work *w, const struct find_clause *c, uint32_t i,
    struct find_act *a)
{
	const struct find_word *x = &w->words[i];
	uint32_t next;

	*a = (struct find_act){ .finite = i, .verb = i };
	if (x->in_condition || x->time != FIND_NO_TIME || !x->is_finite)
		return false;
	/* the auxiliary before has already led here */
	if (x->classes & (CLASS_BIT(WILL) | CLASS_BIT(WONT))) {
		if (i > c->first && (w->words[i - 1].classes &
					(CLASS_BIT(WILL) | CLASS_BIT(WONT))))
			return false;
		a->how = HOW_FUT;
		a->who = subject(w, c, i);
		for (next = i + 1; next < c->end && next <= i + REACH; next++)
			if (has_form(&w->words[next], FORM_BIT(INF)) &&
			    !(w->words[next].classes & CLASS_BIT(WILL)))
				break;
		if (next < c->end && next <= i + REACH)
			a->verb = follow(w, c, next, a);
		if (next < c->end && (w->words[next].classes & CLASS_BIT(MUST)))
			a->how = HOW_MUST;
	} else {
		a->how = modal(x);
		a->who = subject(w, c, i);
		if (a->how != HOW_NONE) {
			if (x->forms & FORM_BIT(COND) && a->how != HOW_MUST)
				a->how = HOW_WOULD;
			else if (x->forms & FORM_BIT(COND))
				a->how = HOW_SHOULD;
			next = next_form(w, i, c->end, FORM_BIT(INF));
			a->verb = next ? follow(w, c, next, a) : i;
		} else {
			a->how = plain_form(x);
			a->verb = follow(w, c, i, a);
		}
		if (a->who == WHO_NONE && a->how == HOW_PRES && i == c->first)
			a->how = x->persons == 0 || x->persons & 2 ? HOW_ORDER
								   : a->how;
	}
	if (a->who == WHO_YOU && a->how == HOW_PRES && x->persons & 2 &&
	    pronoun(w, c, i) == WHO_NONE)
		a->how = HOW_ORDER;
	a->is_negated = negated(w, c, i, a->verb);
	if (a->who == WHO_HE)
		a->he = before(w, c);
	return true;
}
