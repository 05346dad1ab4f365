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

/* ---- marks ---- */

static const struct lang_mark every = { { UINT64_MAX, UINT64_MAX } };

static void
add_bit(struct lang_mark *m, uint32_t number)
{
	/* Fibonacci hashing (Knuth, TAOCP 3, 6.4); bit 0 is kept free */
	uint32_t bit = (number * 2654435761u >> 16) % 127 + 1;

	m->bits[bit / 64] |= 1ull << (bit % 64);
}

static void
add_literal(struct lang_mark *m, uint32_t literal)
{
	add_bit(m, LANG_MAX_FEATURES + literal);
}

static void
add_mark(struct lang_mark *m, const struct lang_mark *more)
{
	m->bits[0] |= more->bits[0];
	m->bits[1] |= more->bits[1];
}

static void
add_features(struct lang_mark *m, const uint64_t *has)
{
	for (uint32_t i = 0; i < LANG_MAX_FEATURES / 64; i++)
		for (uint64_t w = has[i]; w != 0; w &= w - 1)
			add_bit(m, i * 64 + (uint32_t)__builtin_ctzll(w));
}

struct lang_mark
lang_mark_token(const struct lang_text *lt, uint32_t token)
{
	struct lang_mark m = { { 1, 0 } };
	const struct lang_word *w = lt->words[token];
	uint64_t has[LANG_MAX_FEATURES / 64] = { lang_shape(
	    &lt->text->tokens[token], w) };
	const struct lang_reading *r;
	size_t n = 0;
	uint32_t i;

	if (w != NULL)
		for (i = 0; i < w->literal_count; i++)
			add_literal(&m, w->literals[i]);
	while ((r = lang_reading_at(lt, token, &n)) != NULL)
		for (i = 0; i < LANG_MAX_FEATURES / 64; i++)
			has[i] |= r->has[i];
	add_features(&m, has);
	return m;
}

/* one_wanted - one class that a test wants: no shape where there is another;
 * -1 where it wants none */
static int
one_wanted(const struct lang_test *t)
{
	for (int i = LANG_MAX_FEATURES / 64; i-- > 0;)
		if (t->want[i] != 0)
			return i * 64 + 63 - __builtin_clzll(t->want[i]);
	return -1;
}

static struct lang_mark
test_mark(const struct lang_test *t)
{
	struct lang_mark m = { { 0, 0 } };
	int wanted = one_wanted(t);

	if (wanted < 0)
		return every;
	add_bit(&m, (uint32_t)wanted);
	return m;
}

bool
lang_one_of(const struct lang_word *w, const struct lang_words *set)
{
	for (uint32_t i = 0; i < w->literal_count; i++) {
		size_t low = 0, high = set->count;

		while (low < high) {
			size_t mid = (low + high) / 2;

			if (set->literals[mid] == w->literals[i])
				return true;
			if (set->literals[mid] < w->literals[i])
				low = mid + 1;
			else
				high = mid;
		}
	}
	return false;
}

void
lang_mark_rule(struct lang_rule *r)
{
	/* every jump leads forward: what comes later is known first */
	for (size_t pc = r->step_count; pc-- > 0;) {
		struct lang_step *s = &r->steps[pc];
		const struct lang_words *set;
		size_t i;

		s->first = (struct lang_mark){ { 0, 0 } };
		switch ((enum lang_op)s->op) {
		case OP_LITERAL:
			add_literal(&s->first, s->literal);
			break;
		case OP_WORDS:
			set = &r->words[s->literal];
			for (i = 0; i < set->count; i++)
				add_literal(&s->first, set->literals[i]);
			break;
		case OP_FEATURES:
			s->first = test_mark(&r->tests[s->a]);
			break;
		case OP_GAP:
		case OP_END:
		case OP_MATCH:
			s->first = every;
			break;
		case OP_START:
		case OP_GLUED:
		case OP_OPEN:
		case OP_CLOSE:
			s->first = s[1].first;
			break;
		case OP_SPLIT:
			s->first = r->steps[s->a].first;
			add_mark(&s->first, &r->steps[s->b].first);
			break;
		case OP_JUMP:
		case OP_NOT:
			s->first = r->steps[s->a].first;
			break;
		}
	}
}

/* ---- the index ---- */

/* the steps a rule may test first */
struct heads {
	size_t *steps;
	size_t count;
	bool any, digits;
	bool *seen;
	TALLOC_CTX *mem;
};

struct numbers {
	uint32_t *list;
	size_t count;
};

/* from what a word is to the rules that it may begin: the words are many and
 * most are nothing that a rule asks for */
struct index {
	struct heads *heads;        /* by rule */
	struct numbers *of_literal; /* rules, by literal */
	struct numbers of_feature[LANG_MAX_FEATURES];
	uint32_t *last_word; /* by rule: it was looked at for */
	uint32_t word;
	TALLOC_CTX *mem;
};

/* follow - collect what step pc may test first */
static bool
follow(const struct lang_rule *r, struct heads *h, size_t pc)
{
	for (;; pc++) {
		const struct lang_step *s = &r->steps[pc];

		if (h->seen[pc])
			return true;
		h->seen[pc] = true;
		switch ((enum lang_op)s->op) {
		case OP_LITERAL:
		case OP_WORDS:
		case OP_FEATURES:
			h->steps = talloc_realloc(
			    h->mem, h->steps, size_t, h->count + 1);
			if (h->steps == NULL)
				return false;
			h->steps[h->count++] = pc;
			return true;
		case OP_GAP:
		case OP_MATCH:
			h->any = true;
			return true;
		case OP_SPLIT:
			if (!follow(r, h, s->a))
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

/* passes - whether a word of the table passes a step; adds what may follow */
static bool
passes(const struct lang_word *w, const struct lang_rule *r, size_t pc,
    struct lang_mark *second)
{
	const struct lang_step *s = &r->steps[pc];
	const struct lang_test *t;
	bool hit = false;
	uint32_t i;

	if (s->op == OP_WORDS) {
		hit = lang_one_of(w, &r->words[s->literal]);
		if (hit)
			add_mark(second, &r->steps[s->a].first);
		return hit;
	}
	if (s->op == OP_LITERAL) {
		for (i = 0; i < w->literal_count && !hit; i++)
			hit = w->literals[i] == s->literal;
		if (hit)
			add_mark(second, &s[1].first);
		return hit;
	}
	t = &r->tests[s->a];
	for (i = 0; i < w->reading_count; i++) {
		const uint64_t *has = w->readings[i].has;

		/* digits are no word's: a class must say num */
		if (!has_all(has, t) ||
		    (wants_number(t) && !(has[0] >> SHAPE_NUM & 1)))
			continue;
		hit = true;
		add_mark(
		    second, w->readings[i].tokens == 1 ? &s[1].first : &every);
	}
	return hit;
}

static bool
may_begin(const struct lang_word *w, const struct lang_rule *r,
    const struct heads *h, struct lang_mark *second)
{
	bool hit = false;
	size_t i;

	*second = (struct lang_mark){ { 0, 0 } };
	for (i = 0; i < h->count; i++)
		hit |= passes(w, r, h->steps[i], second);
	return hit;
}

static bool
append(TALLOC_CTX *mem, struct lang_starts *to, const struct lang *l,
    uint32_t rule, struct lang_mark second)
{
	to->list =
	    talloc_realloc(mem, to->list, struct lang_start, to->count + 1);
	if (to->list == NULL)
		return false;
	to->list[to->count++] = (struct lang_start){ rule, l->rules[rule].group,
		l->rules[rule].steps[0].first, second };
	return true;
}

static bool
note(TALLOC_CTX *mem, struct numbers *n, uint32_t rule)
{
	if (n->count % 8 == 0) {
		n->list = talloc_realloc(mem, n->list, uint32_t, n->count + 8);
		if (n->list == NULL)
			return false;
	}
	n->list[n->count++] = rule;
	return true;
}

/* note_step - what a word must be to pass one of a rule's first steps */
static bool
note_step(struct index *x, const struct lang_rule *r, size_t pc, uint32_t rule)
{
	const struct lang_step *s = &r->steps[pc];
	const struct lang_words *set;
	const struct lang_test *t;
	int wanted;
	size_t i;

	if (s->op == OP_LITERAL)
		return note(x->mem, &x->of_literal[s->literal], rule);
	if (s->op == OP_WORDS) {
		set = &r->words[s->literal];
		for (i = 0; i < set->count; i++)
			if (!note(
				x->mem, &x->of_literal[set->literals[i]], rule))
				return false;
		return true;
	}
	t = &r->tests[s->a];
	wanted = shapes_only(t) && wants_number(t) ? SHAPE_NUM : one_wanted(t);
	return wanted < 0 || note(x->mem, &x->of_feature[wanted], rule);
}

/* look_at - what a rule may begin with */
static enum rc
look_at(struct lang *l, uint32_t number, struct index *x, struct err *e)
{
	const struct lang_rule *r = &l->rules[number];
	struct lang_mark second = { { 0, 0 } };
	struct heads *h = &x->heads[number];
	bool ok = true;
	size_t i;

	h->seen = talloc_zero_array(x->mem, bool, r->step_count);
	h->mem = x->mem;
	if (h->seen == NULL || !follow(r, h, 0))
		return err_nomem(e);
	for (i = 0; i < h->count; i++) {
		const struct lang_step *s = &r->steps[h->steps[i]];
		const struct lang_test *t;

		if (s->op != OP_FEATURES)
			continue;
		t = &r->tests[s->a];
		if (t->is_negative || (shapes_only(t) && !wants_number(t)))
			h->any = true;
		if (wants_number(t)) {
			h->digits = true;
			add_mark(&second, &s[1].first);
		}
	}
	if (h->any)
		ok = append(l, &l->starts_any, l, number, every);
	else if (h->digits)
		ok = append(l, &l->starts_number, l, number, second);
	for (i = 0; ok && !h->any && i < h->count; i++)
		ok = note_step(x, r, h->steps[i], number);
	return ok ? RC_OK : err_nomem(e);
}

/* widen - let a rule that begins with any number begin with this one too */
static void
widen(struct lang *l, uint32_t rule, const struct lang_mark *second)
{
	for (size_t i = 0; i < l->starts_number.count; i++)
		if (l->starts_number.list[i].rule == rule)
			add_mark(&l->starts_number.list[i].second, second);
}

static int
by_rule(const void *a, const void *b)
{
	uint32_t x = ((const struct lang_start *)a)->rule;
	uint32_t y = ((const struct lang_start *)b)->rule;

	return (x > y) - (x < y);
}

/* offer - the rules of one list to a word */
static bool
offer(struct lang *l, struct lang_word *w, struct index *x,
    const struct numbers *rules)
{
	struct lang_mark second;
	uint32_t rule;
	size_t i;

	for (i = 0; i < rules->count; i++) {
		rule = rules->list[i];
		if (x->last_word[rule] == x->word)
			continue;
		x->last_word[rule] = x->word;
		if (!may_begin(w, &l->rules[rule], &x->heads[rule], &second))
			continue;
		/* a number a literal names is looked up in both lists */
		if (x->heads[rule].digits && w->fold[0] >= '0' &&
		    w->fold[0] <= '9')
			widen(l, rule, &second);
		else if (!append(w, &w->starts, l, rule, second))
			return false;
	}
	return true;
}

/* index_word - the rules that may begin with one word, in their order */
static enum rc
index_word(struct lang *l, struct lang_word *w, struct index *x, struct err *e)
{
	uint32_t i;

	x->word++;
	for (i = 0; i < w->literal_count; i++)
		if (!offer(l, w, x, &x->of_literal[w->literals[i]]))
			return err_nomem(e);
	for (i = 0; i < LANG_MAX_FEATURES / 64; i++)
		for (uint64_t b = w->any[i]; b != 0; b &= b - 1)
			if (!offer(l, w, x,
				&x->of_feature[i * 64 +
					       (uint32_t)__builtin_ctzll(b)]))
				return err_nomem(e);
	if (w->starts.count > 1)
		qsort(w->starts.list, w->starts.count,
		    sizeof(w->starts.list[0]), by_rule);
	return RC_OK;
}

enum rc
lang_index(struct lang *l, struct err *e)
{
	struct index *x = talloc_zero(NULL, struct index);
	enum rc rc = RC_OK;
	uint32_t r;
	size_t i;

	if (x == NULL)
		return err_nomem(e);
	x->mem = x;
	x->heads = talloc_zero_array(x, struct heads, l->rule_count);
	x->last_word = talloc_zero_array(x, uint32_t, l->rule_count);
	x->of_literal =
	    talloc_zero_array(x, struct numbers, l->literal_count + 1);
	if (x->heads == NULL || x->last_word == NULL || x->of_literal == NULL)
		rc = err_nomem(e);
	TALLOC_FREE(l->starts_any.list);
	TALLOC_FREE(l->starts_number.list);
	l->starts_any.count = l->starts_number.count = 0;
	for (r = 0; rc == RC_OK && r < l->rule_count; r++)
		rc = look_at(l, r, x, e);
	for (i = 0; rc == RC_OK && i < l->table_size; i++) {
		if (l->table[i] == NULL)
			continue;
		TALLOC_FREE(l->table[i]->starts.list);
		l->table[i]->starts.count = 0;
		rc = index_word(l, l->table[i], x, e);
	}
	talloc_free(x);
	return rc;
}
