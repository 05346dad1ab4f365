/*
 * lang_check.c - the examples beside the rules, run as tests
 */
#include "core/core.h"

#include "core/lang/lang_priv.h"

/* matches - whether one rule matches somewhere in a text */
static enum rc
matches(const struct lang *l, const struct lang_rule *r, const char *example,
    bool *out, struct err *e)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct lang_match *found;
	struct lang_text *lt;
	struct text *t;
	size_t n, i;
	enum rc rc;

	if (mem == NULL)
		return err_nomem(e);
	*out = false;
	rc = text_new(mem, slice_of(example), &t, e);
	if (rc == RC_OK)
		rc = lang_read(mem, l, t, &lt, e);
	if (rc == RC_OK)
		rc = lang_find(mem, lt, l->groups[r->group], 0,
		    (uint32_t)t->count, LANG_ALL, &found, &n, e);
	for (i = 0; rc == RC_OK && i < n; i++)
		*out |= found[i].rule == r;
	talloc_free(mem);
	return rc;
}

enum rc
lang_check(const struct lang *l, lang_say_fn *say, void *arg, size_t *failed,
    size_t *run, struct err *e)
{
	const struct lang_rule *r;
	char line[400];
	size_t i, k;
	bool hit = false;
	enum rc rc;

	*failed = *run = 0;
	for (i = 0; i < l->rule_count; i++) {
		r = &l->rules[i];
		for (k = 0; k < r->example_count; k++) {
			const struct lang_example *x = &r->examples[k];

			rc = matches(l, r, x->text, &hit, e);
			if (rc != RC_OK)
				return rc;
			++*run;
			if (hit == x->must_match)
				continue;
			++*failed;
			(void)snprintf(line, sizeof(line),
			    "%s:%d: rule %s %s: %.200s", r->file, x->line,
			    r->name,
			    hit ? "matches what it must not" : "does not match",
			    x->text);
			say(arg, line);
		}
	}
	return RC_OK;
}
