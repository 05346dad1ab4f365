/*
 * find_feature.c - what is known of a clause, as named features
 *
 * Names are made of grammar (forms, persons, classes, kinds of time) and, at
 * the lowest level, of words as the text has them. A feature is carried as
 * the hash of its name; names are put together only where somebody reads
 * them.
 */
#include "core/core.h"

#include "core/find/find_priv.h"

#define SYMBOL_MAX FIND_SYMBOL_MAX

static uint64_t
hash_more(uint64_t h, const char *s)
{
	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 1099511628211ull;
	return h;
}

void
find_put(struct find_sink *s, const char *a, const char *b, const char *c,
    const char *d)
{
	uint64_t h = 14695981039346656037ull;
	size_t i;

	h = hash_more(hash_more(hash_more(hash_more(h, a), b), c), d);
	for (i = 0; i < s->count; i++)
		if (s->hashes[i] == h)
			return;
	if (s->count == s->room) {
		s->room = s->room ? s->room * 2 : 256;
		s->hashes =
		    talloc_realloc(s->mem, s->hashes, uint64_t, s->room);
		s->names = talloc_realloc(s->mem, s->names, char *, s->room);
		if (s->hashes == NULL || s->names == NULL) {
			s->failed = true;
			s->count = s->room = 0;
			return;
		}
	}
	s->hashes[s->count] = h;
	s->names[s->count] =
	    s->wants_names ? talloc_asprintf(s->mem, "%s%s%s%s", a, b, c, d)
			   : NULL;
	s->count++;
}

static const char *
bucket(size_t n)
{
	return n <= 2    ? "2"
	       : n <= 4  ? "4"
	       : n <= 8  ? "8"
	       : n <= 16 ? "16"
	       : n <= 32 ? "32"
			 : "more";
}

/* the kinds of time that weigh alike */
static const char *
time_group(const char *timed)
{
	static const char *const same[] = { "none", "Tpast", "Tof", "Tevent",
		"Tsoon", "Tevery", "Tlength", "Tfrom" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(same); i++)
		if (strcmp(same[i], timed) == 0)
			return same[i];
	return "dated";
}

/* verb_group - doing something for somebody, or being and thinking */
static const char *
verb_group(const struct find_word *x)
{
	if (x->verbs & (VERB_BIT(SEND) | VERB_BIT(DELIVER) | VERB_BIT(VISIT) |
			   VERB_BIT(CALL) | VERB_BIT(ANSWER) |
			   VERB_BIT(INFORM) | VERB_BIT(GIVE) | VERB_BIT(PAY) |
			   VERB_BIT(KEEP) | VERB_BIT(FIT)))
		return "serve";
	if (x->verbs & (VERB_BIT(DO) | VERB_BIT(FOLLOW) | VERB_BIT(PLAN) |
			   VERB_BIT(ENGAGE)))
		return "do";
	if (x->verbs & (VERB_BIT(GET) | VERB_BIT(HAVE)))
		return "get";
	if (x->verbs & (VERB_BIT(BE) | VERB_BIT(STAY)))
		return "be";
	if (x->verbs & (VERB_BIT(CAN) | VERB_BIT(MUSTV) | VERB_BIT(WANT) |
			   VERB_BIT(HOPE) | VERB_BIT(ASK) | VERB_BIT(SAY) |
			   VERB_BIT(WAIT) | VERB_BIT(KNOW) | VERB_BIT(FEEL)))
		return "mind";
	if (x->verbs & (VERB_BIT(STATE) | VERB_BIT(LOSE)))
		return "state";
	if (x->verbs & VERB_BIT(CHARGE))
		return "charge";
	return x->verbs == 0 ? "?" : "other";
}

/* to_you - whether the recipient is named */
static bool
to_you(const struct find_work *w, const struct find_clause *c)
{
	uint32_t i;

	for (i = c->first; i < c->end; i++)
		if (!w->words[i].in_condition &&
		    (w->words[i].classes & (CLASS_BIT(YOU) | CLASS_BIT(YOUR))))
			return true;
	return false;
}

/* put_core - who, which form, which sense, to you, by when, refused, asked */
static void
put_core(const struct find_work *w, const struct find_clause *c,
    const struct find_act *a, const char *timed, struct find_sink *s)
{
	const struct find_sentence *x = &w->sentences[c->sentence];
	const char *group = verb_group(&w->words[a->verb]);
	const char *you = to_you(w, c) ? ".you" : "";
	const char *sense = w->words[a->verb].is_verb
				? find_verb_symbol(&w->words[a->verb])
				: "?";
	char key[2 * SYMBOL_MAX], act[SYMBOL_MAX], time[SYMBOL_MAX];

	(void)snprintf(act, sizeof(act), "%s.%s%s%s%s%s",
	    find_who_names[a->who], find_how_names[a->how],
	    a->is_passive ? ".by" : "", a->is_hoped ? ".hope" : "",
	    a->is_negated ? ".not" : "", x->is_question ? ".ask" : "");
	(void)snprintf(time, sizeof(time), ".%s", time_group(timed));
	find_put(s, "core:", act, time, "");
	find_put(s, "core:", act, time, you);
	(void)snprintf(key, sizeof(key), ".%s%s", group, you);
	find_put(s, "core:", act, time, key);
	(void)snprintf(key, sizeof(key), ".%s", sense);
	find_put(s, "core:", act, time, key);
	find_put(s, "act:", act, key, "");
	find_put(s, "act:", act, "", "");
	find_put(s, "what:", find_how_names[a->how], key, time);
	find_put(s, "what:", sense, time, "");
	find_put(s, "what:", sense, you, a->is_negated ? ".not" : "");
	(void)snprintf(key, sizeof(key), ".%s", timed);
	find_put(s, "act&t:", act, key, "");
}

/* put_verbless - "Invoice Monday.", « V2 demain soir »: what kind of noun,
 * participle or nothing stands beside the time */
static void
put_verbless(const struct find_work *w, const struct find_clause *c,
    const char *timed, struct find_sink *s)
{
	const struct find_sentence *x = &w->sentences[c->sentence];
	const char *what = "-", *unit = x->is_row     ? "row"
					: x->is_item  ? "item"
					: x->is_alone ? "alone"
						      : "text";
	char key[3 * SYMBOL_MAX];
	uint64_t seen = 0;
	bool pp = false, colon = false;
	uint32_t i, before = 0, n = 0;

	for (i = c->first; i < c->end; i++) {
		if (w->words[i].in_condition ||
		    w->words[i].time != FIND_NO_TIME)
			continue;
		seen |= w->words[i].classes;
		pp |= w->words[i].is_verb &&
		      (w->words[i].forms & (FORM_BIT(PP) | FORM_BIT(PPR))) != 0;
		colon |= text_is(&w->text->tokens[i], ":");
		n += w->text->tokens[i].kind != TEXT_OTHER;
		if (c->time != FIND_NO_TIME &&
		    i < w->in->times->exprs[c->time].first)
			before++;
	}
	if (seen & CLASS_BIT(THREAT))
		what = "threat";
	else if (seen & CLASS_BIT(BYYOU))
		what = "byyou";
	else if (seen & CLASS_BIT(BYUS))
		what = "byus";
	else if (seen & CLASS_BIT(THIRD))
		what = "third";
	else if (seen & CLASS_BIT(REQUEST))
		what = "request";
	else if (seen & CLASS_BIT(VALIDLABEL))
		what = "valid";
	else if (seen & CLASS_BIT(LEADLABEL))
		what = "lead";
	else if (seen & CLASS_BIT(PAYLABEL))
		what = "pay";
	else if (seen & CLASS_BIT(DEED))
		what = "deed";
	else if (seen & CLASS_BIT(ACCEPT))
		what = "accept";
	else if (seen & CLASS_BIT(THING))
		what = "thing";
	(void)snprintf(key, sizeof(key), "%s%s%s.%s", what,
	    seen & CLASS_BIT(PLANNED) ? ".planned"
	    : pp                      ? ".pp"
				      : "",
	    colon ? ".colon" : "", time_group(timed));
	find_put(s, "core:none.", key, "", "");
	find_put(s, "core:none.", key, ".", unit);
	find_put(s, "core:none.", key, ".", bucket(n));
	find_put(s, "core:none.", key, ".", timed);
	find_put(s, "core:none.", timed, ".", before ? "behind" : "ahead");
}

/* put_against - what speaks for or against a promise, with who does what */
static void
put_against(const struct find_work *w, const struct find_clause *c,
    const struct find_act *a, struct find_sink *s)
{
	const uint64_t telling =
	    CLASS_BIT(AWAY) | CLASS_BIT(REQUEST) | CLASS_BIT(WISH) |
	    CLASS_BIT(REPORT) | CLASS_BIT(THREAT) | CLASS_BIT(THIRD) |
	    CLASS_BIT(POLITE) | CLASS_BIT(BOILER) | CLASS_BIT(HABIT) |
	    CLASS_BIT(PAST) | CLASS_BIT(PERFORM) | CLASS_BIT(PLANNED) |
	    CLASS_BIT(POSTED) | CLASS_BIT(NEED) | CLASS_BIT(PAYLABEL) |
	    CLASS_BIT(BYUS) | CLASS_BIT(BYYOU) | CLASS_BIT(FREE) |
	    CLASS_BIT(ATTACHED) | CLASS_BIT(REGRET) | CLASS_BIT(WORLD) |
	    CLASS_BIT(ACCEPT) | CLASS_BIT(HEDGE) | CLASS_BIT(VALIDLABEL);
	uint64_t seen = 0;
	char key[SYMBOL_MAX];
	uint32_t i;
	size_t k;

	for (i = c->first; i < c->end; i++)
		if (!w->words[i].in_condition)
			seen |= w->words[i].classes;
	(void)snprintf(key, sizeof(key), "%s.%s", find_who_names[a->who],
	    find_how_names[a->how]);
	for (k = 0; k < CLASS_COUNT; k++)
		if (seen & telling & (1ull << k))
			find_put(s, "core:", key, ".", find_class_names[k]);
}

/* last_act - the last verb group of a clause; false: it has none */
static bool
last_act(
    const struct find_work *w, const struct find_clause *c, struct find_act *a)
{
	struct find_act one;
	bool any = false;
	uint32_t i;

	for (i = c->first; i < c->end; i++)
		if (find_act(w, c, i, &one)) {
			*a = one;
			any = true;
			if (one.verb > i)
				i = one.verb;
		}
	return any;
}

/* go_on - "and let you know": subject and form are those of the clause before
 * in the same sentence */
static void
go_on(const struct find_work *w, size_t number, struct find_act *a)
{
	const struct find_clause *c = &w->clauses[number];
	struct find_act b = { 0 };

	if (a->who != WHO_NONE || number == 0 ||
	    w->clauses[number - 1].sentence != c->sentence ||
	    !(w->words[c->first].classes & CLASS_BIT(COORD)) ||
	    !last_act(w, c - 1, &b))
		return;
	a->who = b.who;
	a->he = b.he;
	if ((a->how == HOW_ORDER || a->how == HOW_PRES) &&
	    w->words[a->finite].forms & FORM_BIT(INF))
		a->how = b.how;
}

/* put_he - who "he" or "it" is, with the form and the time */
static void
put_he(const struct find_act *a, const char *timed, struct find_sink *s)
{
	char key[SYMBOL_MAX];

	if (a->who != WHO_HE)
		return;
	(void)snprintf(key, sizeof(key), "%s.%s%s%s", find_who_names[a->he],
	    find_how_names[a->how], a->is_passive ? ".by" : "",
	    a->is_negated ? ".not" : "");
	find_put(s, "core:he.", key, "", "");
	find_put(s, "core:he.", key, ".", time_group(timed));
}

/* put_condition - what the clause depends on: whom, what, by when */
static void
put_condition(const struct find_work *w, const struct find_clause *c,
    const struct find_act *a, struct find_sink *s)
{
	const char *who = "it", *what = "";
	bool is_timed = false;
	uint64_t seen = 0;
	uint32_t i;

	if (c->condition == c->condition_end)
		return;
	for (i = c->condition; i < c->condition_end; i++) {
		seen |= w->words[i].classes;
		is_timed |= w->words[i].time != FIND_NO_TIME;
	}
	if (seen & (CLASS_BIT(YOU) | CLASS_BIT(YOUR)))
		who = "you";
	else if (seen & (CLASS_BIT(I) | CLASS_BIT(WE) | CLASS_BIT(OUR)))
		who = "us";
	if (a != NULL)
		what = find_who_names[a->who];
	find_put(s, "cond:", who, is_timed ? ".timed." : ".", what);
	find_put(
	    s, "cond:", who, ".", a == NULL ? "none" : find_how_names[a->how]);
	find_put(s, "cond:", w->text->tokens[c->condition].fold, "", "");
}

/* put_verbs - each verb group of the clause */
static void
put_verbs(const struct find_work *w, size_t number, const char *timed,
    struct find_sink *s)
{
	const struct find_clause *c = &w->clauses[number];
	struct find_act a;
	bool first = true;
	uint32_t i;

	for (i = c->first; i < c->end; i++) {
		if (!find_act(w, c, i, &a))
			continue;
		go_on(w, number, &a);
		put_core(w, c, &a, timed, s);
		put_he(&a, timed, s);
		if (first) {
			put_against(w, c, &a, s);
			put_condition(w, c, &a, s);
		}
		if (first)
			find_put(s, "first:", find_who_names[a.who], ".",
			    find_how_names[a.how]);
		first = false;
		if (a.verb > i)
			i = a.verb;
	}
	if (first) {
		find_put(s, "noverb", ".", timed, "");
		put_verbless(w, c, timed, s);
		put_condition(w, c, NULL, s);
	}
}

static void
put_classes(struct find_sink *s, const char *prefix, uint64_t classes)
{
	size_t i;

	for (i = 0; i < CLASS_COUNT; i++)
		if (classes >> i & 1)
			find_put(s, prefix, find_class_names[i], "", "");
}

/* telling - classes that say something of a whole sentence or mail */
#define TELLING                                                                \
	(CLASS_BIT(REQUEST) | CLASS_BIT(WISH) | CLASS_BIT(REPORT) |            \
	    CLASS_BIT(THREAT) | CLASS_BIT(THIRD) | CLASS_BIT(POLITE) |         \
	    CLASS_BIT(BOILER) | CLASS_BIT(NEGATION) | CLASS_BIT(HABIT) |       \
	    CLASS_BIT(PAST) | CLASS_BIT(PERFORM) | CLASS_BIT(ACCEPT) |         \
	    CLASS_BIT(HEDGE) | CLASS_BIT(WOULD) | CLASS_BIT(MUST) |            \
	    CLASS_BIT(CANT) | CLASS_BIT(LEADLABEL) | CLASS_BIT(VALIDLABEL) |   \
	    CLASS_BIT(PAYLABEL) | CLASS_BIT(OFFERNOUN) | CLASS_BIT(DEED) |     \
	    CLASS_BIT(BYUS) | CLASS_BIT(BYYOU) | CLASS_BIT(FREE) |             \
	    CLASS_BIT(ATTACHED) | CLASS_BIT(REGRET) | CLASS_BIT(WORLD) |       \
	    CLASS_BIT(YOU) | CLASS_BIT(WE) | CLASS_BIT(I) | CLASS_BIT(QUAND))

/* column - the words at the head of the table column a time stands in */
static void
put_column(const struct find_work *w, const struct find_clause *c,
    struct find_sink *s, const char *lang)
{
	const struct find_sentence *row = &w->sentences[c->sentence], *head;
	const struct text_token *k = w->text->tokens;
	const struct when_expr *x;
	size_t row_start, head_start, from, to, at, end;
	uint32_t i;

	if (row->head == UINT32_MAX || row->head == c->sentence ||
	    c->time == FIND_NO_TIME)
		return;
	head = &w->sentences[row->head];
	x = &w->in->times->exprs[c->time];
	row_start = k[row->first].at;
	head_start = k[head->first].at;
	while (row_start > 0 && w->text->original.at[row_start - 1] != '\n')
		row_start--;
	while (head_start > 0 && w->text->original.at[head_start - 1] != '\n')
		head_start--;
	from = k[x->first].at - row_start;
	to = k[x->first + x->count - 1].at + k[x->first + x->count - 1].len -
	     row_start;
	for (i = head->first; i < head->end; i++) {
		at = k[i].at - head_start;
		end = at + k[i].len;
		if (k[i].kind != TEXT_WORD || end + 3 < from || at > to + 3)
			continue;
		find_put(s, "col:", lang, ":", k[i].fold);
		put_classes(
		    s, "colc:", w->words[i].classes & ~CLASS_BIT(FUNCTION));
	}
}

/* put_place - where in the mail the clause stands */
static void
put_place(const struct find_work *w, const struct find_clause *c,
    const char *timed, struct find_sink *s)
{
	const struct find_sentence *x = &w->sentences[c->sentence], *y;
	const char *unit = x->is_row     ? "row"
			   : x->is_item  ? "item"
			   : x->is_alone ? "alone"
					 : "text";

	find_put(s, "unit:", unit, timed ? "." : "", timed ? timed : "");
	find_put(s, "unit:", unit, x->after_signoff ? ".signed" : "", "");
	if (x->after_signoff)
		find_put(s, "signed", timed ? "." : "", timed ? timed : "", "");
	if (x->is_question)
		find_put(s, "question", "", "", "");
	if (x->is_exclaim)
		find_put(s, "exclaim", "", "", "");
	if (x->ends_colon)
		find_put(s, "colon", "", "", "");
	if (w->in->is_subject)
		find_put(s, "subject", "", "", "");
	if (w->in->is_automatic)
		find_put(s, "automatic", "", "", "");
	if (w->in->is_reply)
		find_put(s, "reply", "", "", "");
	find_put(s, "length:", bucket(c->end - c->first), "", "");
	if (c->first > c->from)
		find_put(s, "later-clause", "", "", "");
	if (c->condition != c->condition_end)
		find_put(s, "if", timed ? "." : "", timed ? timed : "", "");
	put_classes(s, "s:", x->classes & TELLING);
	if (x->intro != UINT32_MAX) {
		y = &w->sentences[x->intro];
		put_classes(s, "intro:", y->classes & ~CLASS_BIT(FUNCTION));
	}
	if (c->sentence == 0)
		find_put(s, "place:first", "", "", "");
	else {
		y = &w->sentences[c->sentence - 1];
		put_classes(s, "before:", y->classes & TELLING);
		if (y->is_question)
			find_put(s, "before:question", "", "", "");
	}
	if (c->sentence + 1 == w->sentence_count)
		find_put(s, "place:last", "", "", "");
	put_classes(s, "mail:",
	    w->mail_classes &
		(CLASS_BIT(BOILER) | CLASS_BIT(THREAT) | CLASS_BIT(OFFERNOUN)));
}

/* put_ahead - how far ahead the due lies, coarsely */
static void
put_ahead(const struct find_work *w, const struct find_clause *c,
    const char *timed, struct find_sink *s)
{
	const char *far;
	int32_t n;

	if (c->time == FIND_NO_TIME || w->in->ahead == NULL)
		return;
	n = w->in->ahead[c->time];
	if (n == FIND_NO_DAY)
		return;
	far = n < 0      ? "past"
	      : n == 0   ? "today"
	      : n <= 21  ? "weeks"
	      : n <= 95  ? "months"
	      : n <= 270 ? "year"
			 : "far";
	find_put(s, "t:ahead.", far, "", "");
	find_put(s, "t:ahead.", far, ".", timed);
	find_put(s, "core:ahead.", far, ".", c->first == c->from ? "" : "on");
}

/* put_gap - « le devis demain et la facture lundi »: a clause without a verb
 * of its own goes by the verb before */
static void
put_gap(const struct find_work *w, size_t number, const char *timed,
    struct find_sink *s)
{
	const struct find_clause *c = &w->clauses[number], *b;
	char key[3 * SYMBOL_MAX];
	struct find_act a;
	uint32_t i;

	for (i = c->first; i < c->end; i++)
		if (find_act(w, c, i, &a))
			return;
	while (number-- > 0 && w->clauses[number].sentence == c->sentence) {
		b = &w->clauses[number];
		for (i = b->first; i < b->end; i++) {
			if (!find_act(w, b, i, &a))
				continue;
			(void)snprintf(key, sizeof(key), "%s.%s%s",
			    find_who_names[a.who], find_how_names[a.how],
			    a.is_negated ? ".not" : "");
			find_put(s, "core:gap.", key, ".", time_group(timed));
			find_put(s, "core:gap.", key, ".",
			    verb_group(&w->words[a.verb]));
			for (i = c->first; i < c->end; i++)
				if (w->words[i].forms & FORM_BIT(INF))
					find_put(s, "core:gap.inf.", key, ".",
					    verb_group(&w->words[i]));
			return;
		}
	}
	find_put(s, "core:gap.none.", time_group(timed), ".",
	    c->first == c->from ? "first" : "later");
}

/* put_neighbour - the clause before it in the same sentence, and how this
 * one hangs on it */
static void
put_neighbour(const struct find_work *w, size_t number, struct find_sink *s)
{
	const struct find_clause *c = &w->clauses[number], *b;
	const char *link = "";
	struct find_act a;
	uint32_t i;

	if (number == 0 || w->clauses[number - 1].sentence != c->sentence)
		return;
	b = &w->clauses[number - 1];
	if (w->words[c->first].classes & CLASS_BIT(COORD))
		link = ".and";
	for (i = c->first; i < c->end && i < c->first + 3; i++)
		if (w->words[i].classes & CLASS_BIT(SUBORD))
			link = ".that";
	for (i = b->first; i < b->end; i++) {
		if (!find_act(w, b, i, &a))
			continue;
		find_put(
		    s, "p:", find_who_names[a.who], ".", find_how_names[a.how]);
		find_put(s, "p:", verb_group(&w->words[a.verb]), link, "");
		find_put(s, "p:", find_who_names[a.who], ".",
		    verb_group(&w->words[a.verb]));
	}
	find_put(
	    s, "p:link", link, b->time == FIND_NO_TIME ? "" : ".timed", "");
}

void
find_features(const struct find_work *w, size_t number, struct find_sink *s)
{
	const struct find_clause *c = &w->clauses[number];
	const char *lang = lang_code(w->in->langs[c->lang]);
	const char *timed = find_clause_time(w, c);
	uint64_t classes = 0;
	uint32_t i;

	s->count = 0;
	find_put(s, "t:", timed, "", "");
	find_put(s, "lang:", lang, "", "");
	for (i = c->first; i < c->end; i++)
		if (!w->words[i].in_condition)
			classes |= w->words[i].classes;
	put_classes(s, "c:", classes & ~CLASS_BIT(FUNCTION));
	for (i = 0; i < CLASS_COUNT; i++)
		if (classes >> i & 1 & (TELLING >> i))
			find_put(s, "c&t:", find_class_names[i], ".", timed);
	find_put_sequence(w, c, s);
	put_verbs(w, number, timed, s);
	put_place(w, c, timed, s);
	put_neighbour(w, number, s);
	put_ahead(w, c, timed, s);
	put_gap(w, number, timed, s);
	if (w->sentences[c->sentence].is_row)
		put_column(w, c, s, lang);
}
