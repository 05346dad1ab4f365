/*
 * lang_index.c - which rules can begin with which word
 *
 * The first things a rule's program can test are followed to its words and
 * classes, so that the matcher tries a rule only where it has a chance. A
 * rule that can begin with a token no table knows (a gap, <word>, <!neg>) is
 * tried everywhere: such rules are best kept few.
 */
#include "core/core.h"

#include "core/lang/lang_priv.h"

struct starts {
	uint32_t *literals;
	size_t literal_count, literal_room;
	uint16_t *tests;
	size_t test_count, test_room;
	uint64_t want[LANG_MAX_FEATURES / 64]; /* of all tests together */
	bool any, digits;
	bool *seen;
	TALLOC_CTX *mem;
};

/* follow - collect what step pc may test first */
static bool
follow(const struct lang_rule *r, struct starts *st, size_t pc)
{
	for (;; pc++) {
		const struct lang_step *s = &r->steps[pc];

		if (st->seen[pc])
			return true;
		st->seen[pc] = true;
		switch ((enum lang_op)s->op) {
		case OP_LITERAL:
			st->literals = talloc_realloc(st->mem, st->literals,
			    uint32_t, st->literal_count + 1);
			if (st->literals == NULL)
				return false;
			st->literals[st->literal_count++] = s->literal;
			return true;
		case OP_FEATURES:
			st->tests = talloc_realloc(
			    st->mem, st->tests, uint16_t, st->test_count + 1);
			if (st->tests == NULL)
				return false;
			st->tests[st->test_count++] = s->a;
			return true;
		case OP_GAP:
		case OP_MATCH:
			st->any = true;
			return true;
		case OP_SPLIT:
			if (!follow(r, st, s->a))
				return false;
			pc = (size_t)s->b - 1;
			continue;
		case OP_NOT:
		case OP_JUMP:
			pc = (size_t)s->a - 1;
			continue;
		case OP_START:
		case OP_END:
		case OP_GLUED:
		case OP_OPEN:
		case OP_CLOSE:
			continue;
		}
	}
}

/* shapes_only - a test that a token without readings may pass */
static bool
shapes_only(const struct lang_test *t)
{
	size_t i;

	for (i = 1; i < LANG_MAX_FEATURES / 64; i++)
		if (t->want[i] != 0)
			return false;
	return (t->want[0] >> SHAPE_COUNT) == 0;
}

static bool
wants_number(const struct lang_test *t)
{
	return t->want[0] >> SHAPE_NUM & 1;
}

/* has_all - what a test wants, but for the shape that only a text can show */
static bool
has_all(const uint64_t *has, const struct lang_test *t)
{
	unsigned words = t->words;

	for (; words != 0; words &= words - 1) {
		int i = __builtin_ctz(words);
		uint64_t shapes = i == 0 ? (1u << SHAPE_COUNT) - 1 : 0;

		if (((has[i] | shapes) & t->want[i]) != t->want[i])
			return false;
	}
	return true;
}

/* may_begin - whether a word of the table passes one of the tests */
static bool
may_begin(const struct lang_word *w, const struct lang_rule *r,
    const struct starts *st)
{
	size_t i;
	uint32_t j;

	for (i = 0; i < st->literal_count; i++)
		for (j = 0; j < w->literal_count; j++)
			if (w->literals[j] == st->literals[i])
				return true;
	for (i = 0; i < st->test_count; i++) {
		const struct lang_test *t = &r->tests[st->tests[i]];

		/* most words have none of what most tests want */
		if (!has_all(w->any, t))
			continue;
		for (j = 0; j < w->reading_count; j++) {
			const uint64_t *has = w->readings[j].has;

			/* digits are no word's: a class must say num */
			if (has_all(has, t) &&
			    (!wants_number(t) || (has[0] >> SHAPE_NUM & 1)))
				return true;
		}
	}
	return false;
}

static bool
append(TALLOC_CTX *mem, uint32_t **list, size_t *count, uint32_t rule)
{
	*list = talloc_realloc(mem, *list, uint32_t, *count + 1);
	if (*list == NULL)
		return false;
	(*list)[(*count)++] = rule;
	return true;
}

/* look_at - what a rule may begin with */
static enum rc
look_at(struct lang *l, uint32_t number, struct starts *st, struct err *e)
{
	const struct lang_rule *r = &l->rules[number];
	bool ok = true;
	size_t i, k;

	st->seen = talloc_zero_array(st->mem, bool, r->step_count);
	if (st->seen == NULL || !follow(r, st, 0))
		return err_nomem(e);
	for (i = 0; i < st->test_count; i++) {
		const struct lang_test *t = &r->tests[st->tests[i]];

		if (t->is_negative || (shapes_only(t) && !wants_number(t)))
			st->any = true;
		st->digits |= wants_number(t);
		for (k = 0; k < LANG_MAX_FEATURES / 64; k++)
			st->want[k] |= t->want[k];
	}
	if (st->any)
		ok = append(l, &l->rules_any, &l->rules_any_count, number);
	else if (st->digits)
		ok =
		    append(l, &l->rules_number, &l->rules_number_count, number);
	return ok ? RC_OK : err_nomem(e);
}

/* is_worth - a cheap look before may_begin */
static bool
is_worth(const struct lang_word *w, const struct starts *st)
{
	size_t k;

	if (st->any)
		return false;
	if (st->literal_count > 0 && w->literal_count > 0)
		return true;
	for (k = 0; k < LANG_MAX_FEATURES / 64; k++)
		if ((w->any[k] & st->want[k]) != 0)
			return true;
	return false;
}

/* index_word - the rules that may begin with one word, in their order */
static enum rc
index_word(struct lang *l, struct lang_word *w, const struct starts *all,
    struct err *e)
{
	uint32_t i;
	size_t n;
	bool ok;

	for (i = 0; i < l->rule_count; i++) {
		if (!is_worth(w, &all[i]) ||
		    !may_begin(w, &l->rules[i], &all[i]))
			continue;
		/* a number a literal names is looked up in both lists */
		if (all[i].digits && w->fold[0] >= '0' && w->fold[0] <= '9')
			continue;
		n = w->rule_count;
		ok = append(w, &w->rules, &n, i);
		w->rule_count = (uint32_t)n;
		if (!ok)
			return err_nomem(e);
	}
	return RC_OK;
}

enum rc
lang_index(struct lang *l, struct err *e)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct starts *all =
	    talloc_zero_array(mem, struct starts, l->rule_count);
	enum rc rc = all == NULL ? err_nomem(e) : RC_OK;
	uint32_t r;
	size_t i;

	TALLOC_FREE(l->rules_any);
	TALLOC_FREE(l->rules_number);
	l->rules_any_count = l->rules_number_count = 0;
	for (r = 0; rc == RC_OK && r < l->rule_count; r++) {
		all[r].mem = mem;
		rc = look_at(l, r, &all[r], e);
	}
	/* words outside, rules inside: the words are many and far apart */
	for (i = 0; rc == RC_OK && i < l->table_size; i++) {
		if (l->table[i] == NULL)
			continue;
		TALLOC_FREE(l->table[i]->rules);
		l->table[i]->rule_count = 0;
		rc = index_word(l, l->table[i], all, e);
	}
	talloc_free(mem);
	return rc;
}
