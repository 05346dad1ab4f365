/*
 * find.c - weigh every clause of a text and say what each promise is
 */
#include "core/core.h"

#include "core/find/find_priv.h"

/* is_candidate - a clause that could promise anything at all */
static bool
is_candidate(const struct find_work *w, const struct find_clause *c)
{
	uint32_t i;

	if (c->time != FIND_NO_TIME)
		return true;
	if (c->condition != c->condition_end && c->first > c->from)
		return true;
	for (i = c->first; i < c->end; i++)
		if (w->words[i].is_finite ||
		    (w->words[i].is_verb &&
			(w->words[i].forms & FORM_BIT(INF))) ||
		    (w->words[i].classes &
			(CLASS_BIT(PERFORM) | CLASS_BIT(ACCEPT) |
			    CLASS_BIT(SOON) | CLASS_BIT(DEED))))
			return true;
	return false;
}

/* settle - of the clauses of one sentence, those that are one promise */
static void
settle(struct find_work *w, size_t first, size_t end)
{
	struct find_clause *a, *b;
	size_t i, k;

	for (i = first; i < end; i++) {
		a = &w->clauses[i];
		if (!a->is_promise)
			continue;
		for (k = first; k < end; k++) {
			b = &w->clauses[k];
			if (k == i || !b->is_promise)
				continue;
			/* several verbs under one time, or under none */
			if (a->time == FIND_NO_TIME &&
			    (k < i || b->time != FIND_NO_TIME) &&
			    a->condition == a->condition_end)
				a->is_promise = false;
		}
	}
}

static enum rc
weigh(struct find_work *w, const struct find_model *m, find_dump_fn *dump,
    void *arg)
{
	struct find_sink s = { .wants_names = dump != NULL };
	int32_t best = INT32_MIN;
	struct find_clause *c;
	size_t i, k;

	s.mem = talloc_new(w->mem);
	if (s.mem == NULL)
		return err_nomem(w->e);
	for (i = 0; i < w->clause_count; i++) {
		c = &w->clauses[i];
		if (c->verdict != FIND_PROMISE && !is_candidate(w, c))
			continue;
		find_features(w, i, &s);
		if (s.failed)
			return err_nomem(w->e);
		c->score = find_score(m, ASK_PROMISE, &s);
		c->is_promise = c->verdict == FIND_WEIGHED
				    ? c->score > FIND_BESIDE
				    : c->verdict == FIND_PROMISE;
		if (c->verdict == FIND_WEIGHED && c->score > best)
			best = c->score;
		if (c->is_promise || dump != NULL)
			find_kind_features(w, c, &s);
		if (s.failed)
			return err_nomem(w->e);
		for (k = 0; dump != NULL && k < s.count; k++)
			dump(arg, i, s.names[k]);
		if (c->is_promise)
			find_kind(w, m, &s, c);
	}
	for (i = 0; best <= FIND_SURE && i < w->clause_count; i++)
		w->clauses[i].is_promise =
		    w->clauses[i].verdict == FIND_PROMISE;
	talloc_free(s.mem);
	return RC_OK;
}

enum rc
find_promises(TALLOC_CTX *mem, const struct find_model *model,
    const struct find_input *in, find_dump_fn *dump, void *arg,
    struct find_result **out, struct err *e)
{
	struct find_result *r = talloc_zero(mem, struct find_result);
	struct find_work w = { .mem = r, .in = in, .text = in->text, .e = e };
	size_t i, k;
	enum rc rc;

	*out = NULL;
	if (r == NULL)
		return err_nomem(e);
	if (in->lang_count == 0 || in->lang_count > FIND_MAX_LANGS) {
		talloc_free(r);
		return err_set(e, RC_INTERNAL, "%zu languages", in->lang_count);
	}
	rc = find_sentences(&w);
	if (rc == RC_OK)
		rc = find_clauses(&w);
	if (rc == RC_OK)
		rc = find_rules(&w);
	if (rc == RC_OK)
		rc = weigh(&w, model, dump, arg);
	if (rc != RC_OK) {
		talloc_free(r);
		return rc;
	}
	for (i = 0; i < w.clause_count; i = k) {
		for (k = i + 1; k < w.clause_count &&
				w.clauses[k].sentence == w.clauses[i].sentence;
		     k++)
			;
		settle(&w, i, k);
	}
	for (i = 0; i < w.clause_count; i++) {
		if (w.clauses[i].is_promise) {
			w.clauses[i].why = find_explain(&w, model, i);
			if (w.clauses[i].why == NULL) {
				talloc_free(r);
				return err_nomem(e);
			}
		}
	}
	r->clauses = w.clauses;
	r->count = w.clause_count;
	*out = r;
	return RC_OK;
}
