/*
 * find_sequence.c - a clause as a row of symbols, and the features of that row
 *
 * Each word gives two symbols: verbs by their form in one row, by their sense
 * in the other; the rest by class, or as the text has it where it is a
 * function word. Singles, pairs and triples of symbols are features.
 */
#include "core/core.h"

#include "core/find/find_priv.h"

#define SEQUENCE_MAX 64 /* symbols of one clause that make sequences */
#define SYMBOL_MAX   FIND_SYMBOL_MAX

const char *
find_time_symbol(const struct when_expr *x)
{
	if (x->is_past)
		return "Tpast";
	if (x->is_attribute)
		return "Tof";
	if (x->is_event_delay)
		return "Tevent";
	if (x->is_vague)
		return "Tsoon";
	if (x->is_recurrence)
		return "Tevery";
	if (x->is_before)
		return "Tbefore";
	if (x->is_start)
		return "Tfrom";
	if (x->is_duration)
		return x->is_deadline ? "Twithin" : "Tlength";
	if (x->is_deadline)
		return "Tby";
	if (x->has_hour && x->has_day)
		return "Tdayhour";
	if (x->has_hour)
		return "Thour";
	return x->has_day ? "Tday" : "Tperiod";
}

/* clause_time - of a clause, with the day or the hour that stands apart */
const char *
find_clause_time(const struct find_work *w, const struct find_clause *c)
{
	if (c->time == FIND_NO_TIME)
		return "none";
	if (c->day != FIND_NO_TIME)
		return "Tdayhour";
	if (c->hour != FIND_NO_TIME &&
	    !w->in->times->exprs[c->time].is_deadline)
		return "Tdayhour";
	return find_time_symbol(&w->in->times->exprs[c->time]);
}

/* form_symbol - the most telling form of a verb with its person */
static void
form_symbol(const struct find_word *x, char *out, size_t size)
{
	size_t f;

	for (f = 0; f < FORM_COUNT; f++)
		if (x->forms >> f & 1)
			break;
	(void)snprintf(out, size, "V%s%s",
	    f < FORM_COUNT ? find_form_names[f] : "",
	    x->persons & 1   ? "1"
	    : x->persons & 2 ? "2"
	    : x->persons & 4 ? "3"
			     : "");
}

const char *
find_verb_symbol(const struct find_word *x)
{
	size_t v;

	for (v = 0; v < VERB_COUNT; v++)
		if (x->verbs >> v & 1)
			return find_verb_names[v];
	return "verb";
}

static const char *
class_symbol(uint64_t classes)
{
	size_t c;

	for (c = 0; c < CLASS_COUNT; c++)
		if (classes >> c & 1)
			return find_class_names[c];
	return NULL;
}

struct sequence {
	char tense[SEQUENCE_MAX][SYMBOL_MAX]; /* verbs by their form */
	char sense[SEQUENCE_MAX][SYMBOL_MAX]; /* verbs by their meaning */
	const char *word[SEQUENCE_MAX];
	size_t count;
};

static void
add_symbol(
    struct sequence *q, const char *tense, const char *sense, const char *word)
{
	size_t n = q->count;

	if (n == SEQUENCE_MAX)
		return;
	(void)snprintf(q->tense[n], SYMBOL_MAX, "%s", tense);
	(void)snprintf(q->sense[n], SYMBOL_MAX, "%s", sense);
	q->word[n] = word;
	q->count++;
}

/* is_noun - a word that is verb and noun stands behind an article */
static bool
is_noun(const struct find_work *w, const struct find_clause *c, uint32_t i)
{
	const struct find_word *x = &w->words[i];

	if (!(x->classes & (CLASS_BIT(THING) | CLASS_BIT(DEED) |
			       CLASS_BIT(OFFERNOUN) | CLASS_BIT(STAFF))))
		return false;
	if (i == c->first)
		return !(x->forms & (FORM_BIT(FUT) | FORM_BIT(COND)));
	return (w->words[i - 1].classes &
		   (CLASS_BIT(DET) | CLASS_BIT(OUR) | CLASS_BIT(YOUR))) &&
	       !(w->words[i - 1].classes & CLASS_BIT(YOU));
}

/* read_sequence - the clause as symbols, its condition left out */
static void
read_sequence(
    const struct find_work *w, const struct find_clause *c, struct sequence *q)
{
	const struct text_token *k = w->text->tokens;
	char form[SYMBOL_MAX], sense[SYMBOL_MAX];
	const struct find_word *x;
	uint32_t i, time = FIND_NO_TIME;
	const char *symbol, *last = NULL;

	q->count = 0;
	add_symbol(q, "^", "^", NULL);
	for (i = c->first; i < c->end; i++) {
		x = &w->words[i];
		if (x->in_condition) {
			if (last == NULL || strcmp(last, "IF") != 0)
				add_symbol(q, "IF", "IF", NULL);
			last = "IF";
			continue;
		}
		if (x->time != FIND_NO_TIME) {
			if (x->time != time) {
				symbol = find_time_symbol(
				    &w->in->times->exprs[x->time]);
				add_symbol(q, symbol, "T", NULL);
			}
			time = x->time;
			last = NULL;
			continue;
		}
		if (text_is(&k[i], "'"))
			continue;
		if (x->is_verb &&
		    !(x->classes & (CLASS_BIT(WILL) | CLASS_BIT(WONT))) &&
		    !is_noun(w, c, i)) {
			form_symbol(x, form, sizeof(form));
			(void)snprintf(
			    sense, sizeof(sense), "v:%s", find_verb_symbol(x));
			add_symbol(q, form, sense, k[i].fold);
			last = NULL;
			continue;
		}
		symbol = class_symbol(x->classes & ~CLASS_BIT(FUNCTION));
		if (symbol != NULL) {
			if (symbol != last)
				add_symbol(q, symbol, symbol, k[i].fold);
			last = symbol;
			continue;
		}
		last = NULL;
		if (k[i].kind == TEXT_NUMBER)
			add_symbol(q, "N", "N", NULL);
		else if (k[i].kind == TEXT_OTHER)
			add_symbol(q, k[i].fold, k[i].fold, NULL);
		else if (x->classes & CLASS_BIT(FUNCTION))
			add_symbol(q, k[i].fold, k[i].fold, k[i].fold);
		else if (k[i].is_title && i > c->from)
			add_symbol(q, "Name", "Name", k[i].fold);
		else
			add_symbol(q, "_", "_", k[i].fold);
	}
	add_symbol(q, "$", "$", NULL);
}

static void
put_grams(struct find_sink *s, const struct sequence *q)
{
	char pair[2 * SYMBOL_MAX + 2];
	size_t i;

	for (i = 0; i < q->count; i++) {
		if (i > 0 && i + 1 < q->count) {
			find_put(s, "a:", q->tense[i], "", "");
			find_put(s, "b:", q->sense[i], "", "");
		}
		if (i + 1 < q->count) {
			find_put(s, "a2:", q->tense[i], " ", q->tense[i + 1]);
			find_put(s, "b2:", q->sense[i], " ", q->sense[i + 1]);
		}
		if (i + 2 < q->count) {
			(void)snprintf(pair, sizeof(pair), "%s %s ",
			    q->tense[i], q->tense[i + 1]);
			find_put(s, "a3:", pair, q->tense[i + 2], "");
			(void)snprintf(pair, sizeof(pair), "%s %s ",
			    q->sense[i], q->sense[i + 1]);
			find_put(s, "b3:", pair, q->sense[i + 2], "");
		}
	}
}

void
find_put_sequence(
    const struct find_work *w, const struct find_clause *c, struct find_sink *s)
{
	static _Thread_local struct sequence q;

	read_sequence(w, c, &q);
	put_grams(s, &q);
}
