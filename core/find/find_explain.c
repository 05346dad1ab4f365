/*
 * find_explain.c - why a clause was taken for a promise, in words
 *
 * First what grammar saw in it (who acts, which verb in which form, which
 * time, which condition), then the features that weighed most for it and
 * against it, by name, for whoever trains the model.
 */
#include "core/core.h"

#include "core/find/find_priv.h"

#define SHOWN_FEATURES 4 /* on each side */

static const char *const who_words[WHO_COUNT] = {
	[WHO_NONE] = "nobody is named",
	[WHO_US] = "the author or the company",
	[WHO_STAFF] = "one of the company's people",
	[WHO_OURS] = "something or somebody of ours",
	[WHO_NAME] = "a person who is named",
	[WHO_HE] = "somebody named before",
	[WHO_THING] = "the thing that is to come",
	[WHO_YOU] = "the recipient, who is to get something",
	[WHO_YOURS] = "something of the recipient's",
	[WHO_THIRD] = "a third party",
	[WHO_WORLD] = "the world at large",
	[WHO_OTHER] = "somebody or something else",
};

static const char *const how_words[HOW_COUNT] = {
	[HOW_NONE] = "no form of its own",
	[HOW_FUT] = "future",
	[HOW_PRES] = "present",
	[HOW_PROG] = "going on",
	[HOW_PERF] = "done",
	[HOW_PAST] = "past",
	[HOW_COND] = "conditional",
	[HOW_WOULD] = "would",
	[HOW_CAN] = "can",
	[HOW_MUST] = "must",
	[HOW_SHOULD] = "should",
	[HOW_WANT] = "wish",
	[HOW_ORDER] = "imperative",
};

/* words - the original text of tokens [first, end) */
static const char *
words(TALLOC_CTX *mem, const struct find_work *w, uint32_t first, uint32_t end)
{
	const struct text_token *k = w->text->tokens;

	return text_squeeze(mem, w->text, k[first].at,
	    k[end - 1].at + k[end - 1].len - k[first].at);
}

/* put_act - who acts and with which verb; false: the clause has no verb */
static bool
put_act(FILE *out, TALLOC_CTX *mem, const struct find_work *w,
    const struct find_clause *c)
{
	struct find_act a;
	uint32_t i, from, to;

	for (i = c->first; i < c->end; i++)
		if (!w->words[i].in_condition && find_act(w, c, i, &a))
			break;
	if (i == c->end)
		return false;
	from = a.finite < a.verb ? a.finite : a.verb;
	to = a.finite < a.verb ? a.verb : a.finite;
	(void)fprintf(out, "\nwho acts: %s", who_words[a.who]);
	(void)fprintf(out, "\nverb: \"%s\", %s%s%s%s",
	    words(mem, w, from, to + 1), how_words[a.how],
	    a.is_passive ? ", passive" : "", a.is_negated ? ", negated" : "",
	    a.is_hoped ? ", hoped" : "");
	return true;
}

/* put_features - the heaviest on one side, heaviest first */
static void
put_features(FILE *out, const struct find_model *m, const struct find_sink *s,
    int sign, const char *head)
{
	int32_t weight, best, bound = INT32_MAX;
	size_t i, pick;
	int n;

	for (n = 0; n < SHOWN_FEATURES; n++) {
		best = 0;
		pick = s->count;
		for (i = 0; i < s->count; i++) {
			weight =
			    sign * find_weight(m, ASK_PROMISE, s->hashes[i]);
			if (weight > best && weight < bound) {
				best = weight;
				pick = i;
			}
		}
		if (pick == s->count)
			break;
		bound = best;
		(void)fprintf(out, "%s%s %+.2f", n == 0 ? head : ", ",
		    s->names[pick], sign * best / 1000.0);
	}
}

char *
find_explain(
    const struct find_work *w, const struct find_model *m, size_t number)
{
	const struct find_clause *c = &w->clauses[number];
	struct find_sink s = { .wants_names = true };
	TALLOC_CTX *mem = talloc_new(w->mem);
	char *text = NULL, *out = NULL;
	const struct when_expr *x;
	size_t len = 0;
	FILE *f;

	if (mem == NULL)
		return NULL;
	f = open_memstream(&text, &len);
	if (f == NULL)
		goto out;
	s.mem = mem;
	find_features(w, number, &s);
	(void)fprintf(f, "clause: \"%s\"", words(mem, w, c->first, c->end));
	if (!put_act(f, mem, w, c))
		(void)fputs("\nverb: none, as in a note or a table", f);
	if (c->time != FIND_NO_TIME) {
		x = &w->in->times->exprs[c->time];
		(void)fprintf(f, "\ntime: \"%s\"",
		    words(mem, w, x->first, x->first + x->count));
	}
	if (c->condition != c->condition_end)
		(void)fprintf(f, "\ncondition: \"%s\"",
		    words(mem, w, c->condition, c->condition_end));
	if (c->is_hedged)
		(void)fputs("\nsoftened", f);
	if (c->rule != NULL)
		(void)fprintf(f, "\nrule: %s", c->rule);
	(void)fprintf(f,
	    "\nweight: %+.2f; one above %+.2f makes a text promise, then above "
	    "%+.2f counts",
	    c->score / 1000.0, FIND_SURE / 1000.0, FIND_BESIDE / 1000.0);
	if (!s.failed) {
		put_features(f, m, &s, 1, "\nmost for it: ");
		put_features(f, m, &s, -1, "\nmost against it: ");
	}
	if (fclose(f) == 0)
		out = talloc_strdup(w->mem, text);
	free(text);
out:
	talloc_free(mem);
	return out;
}
