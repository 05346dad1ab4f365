/*
 * find_clause.c - sentences into clauses, with their times and conditions
 *
 * First into chunks, at commas, brackets, dashes, conjunctions and words that
 * open a condition. Then chunks are put together again: a clause has one
 * finite verb, or stands on a noun of doing with a time of its own. What a
 * condition says, its times too, is kept apart from what is promised.
 */
#include "core/core.h"

#include "core/find/find_priv.h"

#define CHUNKS_MAX 64 /* of one sentence; the last takes the rest */

struct chunk {
	uint32_t first, end;
	bool has_finite, has_time, has_deed, is_condition;
	bool after_semicolon, opens_bracket;
	bool shares_subject; /* "… and let you know": no subject of its own */
};

static bool
is_char(const struct text_token *k, char c)
{
	return k->kind == TEXT_OTHER && k->fold[0] == c && k->fold[1] == '\0';
}

/* is_break - whether the token itself stands between two chunks */
static bool
is_break(const struct find_work *w, uint32_t i, uint32_t end)
{
	const struct text_token *k = w->text->tokens;

	if (k[i].kind != TEXT_OTHER || w->words[i].time != FIND_NO_TIME)
		return false;
	if (is_char(&k[i], ','))
		return !(k[i].is_glued && i + 1 < end && k[i + 1].is_glued);
	if (is_char(&k[i], ';') || is_char(&k[i], '(') || is_char(&k[i], ')') ||
	    is_char(&k[i], '|'))
		return true;
	if (is_char(&k[i], '-'))
		return !k[i].is_glued && i + 1 < end && !k[i + 1].is_glued;
	if (is_char(&k[i], '.') || is_char(&k[i], '!') || is_char(&k[i], '?'))
		return i + 1 < end && !k[i + 1].is_glued;
	return false;
}

/* opens - whether a new chunk begins with this word */
static bool
opens(const struct find_work *w, uint32_t i, uint32_t first)
{
	uint64_t c = w->words[i].classes, before;

	if (i == first || w->words[i].time != FIND_NO_TIME)
		return false;
	before = w->words[i - 1].classes;
	if (c & CLASS_BIT(CONDWORD))
		return !(before & CLASS_BIT(CONDWORD));
	return (c & CLASS_BIT(COORD)) != 0;
}

static void
weigh_chunk(struct find_work *w, struct chunk *c, uint32_t sentence_end)
{
	const struct when_expr *x;
	uint32_t i;

	c->is_condition = c->first < c->end &&
			  (w->words[c->first].classes & CLASS_BIT(CONDWORD));
	/* "and if", "or once" */
	if (!c->is_condition && c->first + 1 < c->end &&
	    (w->words[c->first].classes & CLASS_BIT(COORD)) &&
	    (w->words[c->first + 1].classes & CLASS_BIT(CONDWORD)))
		c->is_condition = true;
	if (w->words[c->first].classes & CLASS_BIT(COORD))
		for (i = c->first + 1; i < c->end && i < c->first + 4; i++) {
			if (w->words[i].is_finite)
				break;
			if (w->words[i].is_verb &&
			    (w->words[i].forms & FORM_BIT(INF)))
				c->shares_subject = true;
		}
	for (i = c->first; i < c->end; i++) {
		if (w->words[i].is_finite)
			c->has_finite = true;
		if (w->words[i].classes & CLASS_BIT(DEED))
			c->has_deed = true;
		if (w->words[i].time != FIND_NO_TIME) {
			x = &w->in->times->exprs[w->words[i].time];
			if (!x->is_past && !x->is_attribute)
				c->has_time = true;
		}
	}
	(void)sentence_end;
}

/* new_subject - « once you have chosen | I'll send it »: no comma needed */
static bool
new_subject(
    const struct find_work *w, uint32_t i, const struct chunk *c, uint32_t end)
{
	uint64_t subjects =
	    CLASS_BIT(I) | CLASS_BIT(WE) | CLASS_BIT(YOU) | CLASS_BIT(HE);
	bool finite = false;
	uint32_t j;

	if (!(w->words[c->first].classes & CLASS_BIT(CONDWORD)) ||
	    !(w->words[i].classes & subjects) || i < c->first + 3)
		return false;
	for (j = c->first; j < i; j++)
		finite |=
		    w->words[j].is_finite ||
		    (w->words[j].is_verb && w->words[j].forms & FORM_BIT(INF));
	if (!finite)
		return false;
	for (j = i + 1; j < end && j < i + 4; j++)
		if (w->words[j].is_finite)
			return true;
	return false;
}

static size_t
cut_chunks(
    struct find_work *w, const struct find_sentence *s, struct chunk *out)
{
	const struct text_token *k = w->text->tokens;
	struct chunk c = { .first = s->first };
	size_t n = 0;
	uint32_t i;

	for (i = s->first; i < s->end && n + 1 < CHUNKS_MAX; i++) {
		if (is_break(w, i, s->end)) {
			c.end = i;
			if (c.end > c.first) {
				weigh_chunk(w, &c, s->end);
				out[n++] = c;
			}
			c = (struct chunk){ .first = i + 1 };
			c.after_semicolon = is_char(&k[i], ';') ||
					    is_char(&k[i], '|') ||
					    text_ends_sentence(&k[i]);
			c.opens_bracket = is_char(&k[i], '(');
		} else if (opens(w, i, c.first) ||
			   new_subject(w, i, &c, s->end)) {
			c.end = i;
			if (c.end > c.first) {
				weigh_chunk(w, &c, s->end);
				out[n++] = c;
			}
			c = (struct chunk){ .first = i };
		}
	}
	c.end = s->end;
	if (c.end > c.first) {
		weigh_chunk(w, &c, s->end);
		out[n++] = c;
	}
	return n;
}

static struct find_clause *
add_clause(struct find_work *w)
{
	struct find_clause *c;

	if (w->clause_count >= FIND_MAX_CLAUSES)
		return NULL;
	if (w->clause_count % 32 == 0) {
		c = talloc_realloc(w->mem, w->clauses, struct find_clause,
		    w->clause_count + 32);
		if (c == NULL)
			return NULL;
		w->clauses = c;
	}
	c = &w->clauses[w->clause_count++];
	memset(c, 0, sizeof(*c));
	c->time = c->time2 = FIND_NO_TIME;
	return c;
}

/* rank - how likely a time is the one promised */
static int
rank(const struct when_expr *x)
{
	if (x->is_past || x->is_attribute)
		return 0;
	if (x->is_event_delay)
		return 6;
	if (x->is_vague)
		return 1;
	if (x->has_day)
		return 5;
	if (x->is_deadline)
		return 4;
	if (x->has_hour)
		return 3;
	return 2;
}

/* choose_time - the time of a clause, out of those not in its condition; who
 * corrects himself means what he says last */
static void
choose_time(struct find_work *w, struct find_clause *c)
{
	const struct when_expr *x;
	uint32_t i, last = FIND_NO_TIME;
	bool corrected = false;
	int best = 0, r;

	for (i = c->first; i < c->end; i++) {
		if (w->words[i].classes & CLASS_BIT(CORRECT))
			corrected = best > 1;
		if (w->words[i].time == FIND_NO_TIME ||
		    w->words[i].time == last || w->words[i].in_condition)
			continue;
		last = w->words[i].time;
		x = &w->in->times->exprs[last];
		r = rank(x);
		if (r > best || (corrected && r > 1)) {
			best = r;
			c->time = last;
		}
		corrected = false;
	}
}

/* add_hour - « vendredi, je passerai à 9 h »: a day, and its hour apart */
static void
add_hour(struct find_work *w, struct find_clause *c)
{
	const struct when_expr *x, *day;
	uint32_t i, last = FIND_NO_TIME;

	if (c->time == FIND_NO_TIME)
		return;
	day = &w->in->times->exprs[c->time];
	if (!day->has_day || day->has_hour || day->is_duration ||
	    day->is_event_delay)
		return;
	for (i = c->first; i < c->end; i++) {
		if (w->words[i].time == FIND_NO_TIME ||
		    w->words[i].time == last || w->words[i].in_condition)
			continue;
		last = w->words[i].time;
		x = &w->in->times->exprs[last];
		if (last != c->time && x->has_hour && !x->has_day &&
		    !x->is_past && !x->is_attribute && !x->is_duration) {
			c->time2 = last;
			return;
		}
	}
}

/* mark_condition - the chunk is what the clause depends on */
static void
mark_condition(
    struct find_work *w, struct find_clause *c, uint32_t first, uint32_t end)
{
	uint32_t i;

	if (c->condition == c->condition_end) {
		c->condition = first;
		c->condition_end = end;
	}
	for (i = first; i < end; i++)
		w->words[i].in_condition = true;
}

/* event_condition - « 3 semaines à réception »: what starts the clock */
static void
event_condition(struct find_work *w, struct find_clause *c)
{
	const struct when_expr *x;
	uint32_t i, end;

	if (c->time == FIND_NO_TIME)
		return;
	x = &w->in->times->exprs[c->time];
	if (!x->is_event_delay || c->condition != c->condition_end)
		return;
	end = x->event_first;
	for (i = x->event_first; i < c->to && !is_break(w, i, c->to); i++)
		end = i + 1;
	c->condition = x->event_first;
	c->condition_end = end;
}

struct builder {
	struct find_clause *open;
	bool has_finite, has_time;
	uint32_t pending, pending_end; /* a condition that came first */
};

/* starts_clause - whether a chunk cannot join the open clause */
static bool
starts_clause(const struct builder *b, const struct chunk *c)
{
	if (b->open == NULL)
		return true;
	if (c->shares_subject && b->has_finite)
		return c->has_time && b->has_time;
	if (c->has_finite && b->has_finite)
		return true;
	if (c->after_semicolon && (c->has_finite || c->has_time) &&
	    (b->has_finite || b->has_time))
		return true;
	return c->has_time && b->has_time && (c->has_deed || c->has_finite) &&
	       !c->opens_bracket;
}

static void
finish(struct find_work *w, struct builder *b)
{
	if (b->open != NULL)
		choose_time(w, b->open);
	if (b->open != NULL)
		add_hour(w, b->open);
	if (b->open != NULL)
		event_condition(w, b->open);
}

static enum rc
build(struct find_work *w, uint32_t number)
{
	const struct find_sentence *s = &w->sentences[number];
	struct chunk chunks[CHUNKS_MAX];
	size_t n = cut_chunks(w, s, chunks), i;
	struct builder b = { 0 };

	for (i = 0; i < n; i++) {
		const struct chunk *c = &chunks[i];

		if (c->is_condition && i + 1 == n && b.open == NULL)
			b.pending = b.pending_end = 0;
		else if (c->is_condition &&
			 (b.open == NULL || !(b.has_finite || b.has_time))) {
			b.pending = c->first;
			b.pending_end = c->end;
			if (b.open != NULL)
				b.open->end = c->end;
			continue;
		} else if (c->is_condition) {
			mark_condition(w, b.open, c->first, c->end);
			b.open->end = c->end;
			continue;
		}
		if (starts_clause(&b, c)) {
			finish(w, &b);
			b.open = add_clause(w);
			if (b.open == NULL)
				return w->clause_count >= FIND_MAX_CLAUSES
					   ? RC_OK
					   : err_nomem(w->e);
			b.has_finite = b.has_time = false;
			b.open->first = c->first;
			b.open->from = s->first;
			b.open->to = s->end;
			b.open->sentence = number;
			b.open->lang = s->lang;
		}
		b.open->end = c->end;
		b.has_finite |= c->has_finite;
		b.has_time |= c->has_time;
		if (b.pending_end > b.pending) {
			mark_condition(w, b.open, b.pending, b.pending_end);
			b.pending = b.pending_end = 0;
		}
	}
	finish(w, &b);
	return RC_OK;
}

enum rc
find_clauses(struct find_work *w)
{
	uint32_t i;
	enum rc rc;

	for (i = 0; i < w->sentence_count; i++) {
		rc = build(w, i);
		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}
