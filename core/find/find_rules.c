/*
 * find_rules.c - what rules of a language say outright about a clause
 *
 * The model weighs; a rule of the group "find" decides: it sets
 * verdict=promise or verdict=silent, and stands in a language file with its
 * examples. The shipped ones are few: what reads like a promise and never is
 * one. Most are a site's own. Where two touch a clause, silence wins.
 */
#include "core/core.h"

#include "core/find/find_priv.h"

/* verdict - what a match says */
static enum find_verdict
verdict(const struct lang_match *m)
{
	const char *key, *text;
	bool is_there;
	int32_t value;

	for (size_t i = 0; lang_sets(m, i, &key, &value, &text, &is_there); i++)
		if (strcmp(key, "verdict") == 0 && text != NULL) {
			if (strcmp(text, "silent") == 0)
				return FIND_SILENT;
			if (strcmp(text, "promise") == 0)
				return FIND_PROMISE;
		}
	return FIND_WEIGHED;
}

static void
apply(struct find_work *w, uint8_t lang, const struct lang_match *m)
{
	enum find_verdict v = verdict(m);
	struct find_clause *c;

	for (size_t i = 0; v != FIND_WEIGHED && i < w->clause_count; i++) {
		c = &w->clauses[i];
		if (c->lang == lang && m->first < c->end &&
		    m->first + m->count > c->first && v > c->verdict) {
			c->verdict = v;
			c->rule = lang_rule_name(m->rule);
		}
	}
}

enum rc
find_rules(struct find_work *w)
{
	struct lang_match *found;
	size_t count, i;
	uint8_t l;
	enum rc rc;

	for (l = 0; l < w->in->lang_count; l++) {
		rc = lang_find(w->mem, w->read[l], "find", 0, w->text->count,
		    LANG_ALL, &found, &count, w->e);
		if (rc != RC_OK)
			return rc;
		for (i = 0; i < count; i++)
			apply(w, l, &found[i]);
		talloc_free(found);
	}
	return RC_OK;
}
