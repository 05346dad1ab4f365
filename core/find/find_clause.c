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
	bool is_leading;  /* "…; and if": of what follows it */
	bool is_temporal; /* "when": of an undated clause only */
	bool is_ours;     /* "when I am in" */
	bool is_gap;      /* "and the map", once …: a promise of its own */
	bool after_semicolon, opens_bracket, asks, corrects;
	bool shares_subject; /* "… and let you know": no subject of its own */
};

static bool
is_char(const struct text_token *k, char c)
{
	return k->kind == TEXT_OTHER && k->fold[0] == c && k->fold[1] == '\0';
}

bool
find_is_break(const struct find_work *w, uint32_t i, uint32_t end)
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
	if (is_char(&k[i], '.') && i > 0 && k[i].is_glued &&
	    ((w->words[i - 1].classes & CLASS_BIT(ABBR)) ||
		(k[i - 1].kind == TEXT_WORD && k[i - 1].len == 1)))
		return false;
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
		return !(before & CLASS_BIT(CONDWORD)) &&
		       !(i == first + 1 && (before & CLASS_BIT(COORD)));
	return (c & CLASS_BIT(COORD)) != 0;
}

/* opening - the first word of a chunk that counts: not "and", of "and if" */
static uint32_t
opening(const struct find_work *w, uint32_t first, uint32_t end)
{
	return first + 1 < end &&
		       (w->words[first].classes & CLASS_BIT(COORD)) &&
		       (w->words[first + 1].classes & CLASS_BIT(CONDWORD))
		   ? first + 1
		   : first;
}

/* softens - « si tout va bien », "if possible": no condition, a caution */
static bool
softens(struct find_work *w, const struct chunk *c)
{
	bool all_open = true;
	uint32_t i;

	for (i = c->first; i < c->end; i++) {
		if (w->text->tokens[i].kind == TEXT_OTHER)
			continue;
		if (!(w->words[i].classes & CLASS_BIT(HEDGE)))
			return false;
		all_open &= (w->words[i].classes & CLASS_BIT(CONDWORD)) != 0;
	}
	if (all_open)
		return false; /* "weather permitting" is one */
	for (i = c->first; i < c->end; i++)
		w->words[i].is_finite = false;
	return true;
}

/* weigh_opening - whether a chunk opens as a condition, and which */
static void
weigh_opening(struct find_work *w, struct chunk *c)
{
	const uint64_t us = CLASS_BIT(I) | CLASS_BIT(WE);
	uint32_t i = opening(w, c->first, c->end);

	c->is_condition =
	    (w->words[i].classes & CLASS_BIT(CONDWORD)) && !softens(w, c);
	if (!c->is_condition)
		return;
	c->is_leading = i != c->first || c->after_semicolon;
	c->is_temporal = (w->words[i].classes & CLASS_BIT(TEMPORAL)) != 0;
	/* "when I'm in on Monday": our own doing, a time and no condition */
	c->is_ours =
	    c->is_temporal && i + 1 < c->end && (w->words[i + 1].classes & us);
}

static void
weigh_chunk(struct find_work *w, struct chunk *c)
{
	const struct when_expr *x;
	uint32_t i;

	weigh_opening(w, c);
	c->corrects = (w->words[c->first].classes & CLASS_BIT(CORRECT)) != 0;
	if (w->words[c->first].classes & CLASS_BIT(COORD))
		for (i = c->first + 1; i < c->end && i < c->first + 4; i++) {
			if (w->words[i].is_finite)
				break;
			if (w->words[i].is_verb &&
			    (w->words[i].forms & FORM_BIT(INF)))
				c->shares_subject = true;
		}
	/* « …, merci de laisser le volet levé » */
	c->asks = (w->words[c->first].classes & CLASS_BIT(REQUEST)) &&
		  !c->is_condition;
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
}

/* finite_behind - a finite verb within a few words, nothing else between */
static bool
finite_behind(
    const struct find_work *w, uint32_t i, uint32_t end, uint64_t not )
{
	uint32_t j;

	for (j = i + 1; j < end && j < i + 5; j++) {
		if (w->words[j].is_finite)
			return true;
		if (w->words[j].classes & not )
			return false;
	}
	return false;
}

/* new_subject - « once you have chosen | I'll send it », "subject to their
 * consent | the team will come": no comma needed */
static bool
new_subject(
    const struct find_work *w, uint32_t i, const struct chunk *c, uint32_t end)
{
	const uint64_t third = CLASS_BIT(YOU) | CLASS_BIT(HE);
	const uint64_t ours = CLASS_BIT(I) | CLASS_BIT(WE);
	uint64_t is = w->words[i].classes;
	bool finite = false;
	uint32_t j;

	if (!(w->words[opening(w, c->first, i)].classes &
		CLASS_BIT(CONDWORD)) ||
	    i < c->first + 3 || w->words[i].time != FIND_NO_TIME)
		return false;
	for (j = c->first; j < i; j++)
		finite |=
		    w->words[j].is_finite ||
		    (w->words[j].is_verb && w->words[j].forms & FORM_BIT(INF));
	/* "how many of you have" */
	if ((is & CLASS_BIT(YOU)) && !w->words[i - 1].is_verb &&
	    (w->words[i - 1].classes & CLASS_BIT(FUNCTION)))
		return false;
	if (is & (third | ours))
		return (finite || (is & CLASS_BIT(I)) ||
			   ((is & CLASS_BIT(WE)) && i + 1 < end &&
			       (w->words[i + 1].classes &
				   (CLASS_BIT(YOU) | CLASS_BIT(WILL))))) &&
		       finite_behind(w, i, end < i + 4 ? end : i + 4, 0);
	return !finite && (is & (CLASS_BIT(DET) | CLASS_BIT(OUR))) &&
	       !(w->words[i - 1].classes &
		   (CLASS_BIT(FUNCTION) | CLASS_BIT(CONDWORD))) &&
	       finite_behind(
		   w, i, end, third | ours | CLASS_BIT(DET) | CLASS_BIT(COORD));
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
		if (find_is_break(w, i, s->end)) {
			c.end = i;
			if (c.end > c.first) {
				weigh_chunk(w, &c);
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
				weigh_chunk(w, &c);
				out[n++] = c;
			}
			c = (struct chunk){ .first = i };
		}
	}
	c.end = s->end;
	if (c.end > c.first) {
		weigh_chunk(w, &c);
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
	c->time = c->hour = c->day = c->start = FIND_NO_TIME;
	return c;
}

/* mark_aside - the chunk says when the clause is done, not whether */
static void
mark_aside(
    struct find_work *w, struct find_clause *c, uint32_t first, uint32_t end)
{
	uint32_t i;

	c->aside = first;
	c->aside_end = end;
	for (i = first; i < end; i++)
		w->words[i].in_condition = true;
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
		while (
		    c->condition_end > first + 1 &&
		    text_ends_sentence(&w->text->tokens[c->condition_end - 1]))
			c->condition_end--;
	}
	for (i = first; i < end; i++)
		w->words[i].in_condition = true;
}

struct builder {
	struct find_clause *open;
	bool has_finite, has_time;
	uint32_t pending, pending_end; /* a condition that came first */
};

/* leads - whether a clause comes behind chunk i that it can belong to */
static bool
leads(const struct chunk *chunks, size_t n, size_t i)
{
	while (++i < n)
		if (!chunks[i].is_condition &&
		    (chunks[i].has_finite || chunks[i].has_time))
			return true;
	return false;
}

/* condition - give a condition to the clause before it or behind it; false:
 * it is a clause by itself, for want of others */
static bool
condition(struct find_work *w, struct builder *b, const struct chunk *chunks,
    size_t n, size_t i)
{
	const struct chunk *c = &chunks[i];
	bool is_bare = b->open == NULL || !(b->has_finite || b->has_time);

	if ((is_bare || c->is_leading) && leads(chunks, n, i)) {
		b->pending = opening(w, c->first, c->end);
		b->pending_end = c->end;
		if (b->open != NULL && is_bare)
			b->open->end = c->end;
		return true;
	}
	if (b->open == NULL) {
		b->pending = b->pending_end = 0;
		return false;
	}
	b->open->end = c->end;
	if (c->is_ours || (c->is_temporal && b->has_time))
		mark_aside(w, b->open, c->first, c->end);
	else
		mark_condition(w, b->open, c->first, c->end);
	return true;
}

/* starts_clause - whether a chunk cannot join the open clause */
static bool
starts_clause(const struct builder *b, const struct chunk *c)
{
	if (b->open == NULL)
		return true;
	if (c->corrects && b->has_time)
		return false;
	if (c->is_gap && b->has_finite && b->has_time)
		return true;
	if (c->shares_subject && b->has_finite)
		return c->has_time && b->has_time;
	if (c->has_finite && b->has_finite)
		return true;
	if (c->asks && (b->has_finite || b->has_time))
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
		find_time(w, b->open);
}

static enum rc
build(struct find_work *w, uint32_t number)
{
	const struct find_sentence *s = &w->sentences[number];
	struct chunk chunks[CHUNKS_MAX];
	size_t n = cut_chunks(w, s, chunks), i;
	struct builder b = { 0 };

	for (i = 0; i + 1 < n; i++)
		chunks[i].is_gap =
		    (w->words[chunks[i].first].classes & CLASS_BIT(COORD)) &&
		    chunks[i].end > chunks[i].first + 1 &&
		    !chunks[i].has_finite && !chunks[i].has_time &&
		    !chunks[i].is_condition && chunks[i + 1].is_condition &&
		    !chunks[i + 1].is_leading;
	for (i = 0; i < n; i++) {
		const struct chunk *c = &chunks[i];

		if (c->is_condition && condition(w, &b, chunks, n, i))
			continue;
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
