/*
 * lang_match.c - where the rules of a language match in a text
 *
 * A backtracking machine over lang_compile's programs, tried only at tokens
 * a rule can begin with (lang_index). It explores all ways and keeps the
 * longest, within MATCH_BUDGET steps: steps, not time, so that load cannot
 * change an answer, and a text costs linear time whatever stands in it.
 */
#include "core/core.h"

#include "core/lang/lang_priv.h"

#define MATCH_DEPTH 400

struct machine {
	const struct lang_text *lt;
	const struct lang_rule *r;
	uint32_t first, end; /* the range */
	uint32_t from;       /* where this match begins */
	uint32_t budget;
	int depth;
	bool found;
	uint32_t found_end;
	struct lang_capture open[LANG_MAX_CAPTURES];
	struct lang_capture best[LANG_MAX_CAPTURES];
};

static bool run(struct machine *m, size_t pc, uint32_t at, bool inside_not);

/* is_border - whether nothing may be matched across the left of a token */
static bool
is_border(const struct machine *m, uint32_t at)
{
	return at > m->from && at < m->lt->text->count &&
	       m->lt->text->tokens[at].starts_unit;
}

/* may_pass - whether a step has a chance with what stands at a token */
static inline bool
share(const struct machine *m, const struct lang_mark *want, uint32_t at)
{
	const struct lang_mark *is = &m->lt->marks[at];

	if (at >= m->end)
		return want->bits[0] & 1;
	return ((want->bits[0] & is->bits[0]) |
		   (want->bits[1] & is->bits[1])) != 0;
}

static inline bool
may_pass(const struct machine *m, size_t pc, uint32_t at)
{
	return share(m, &m->r->steps[pc].first, at);
}

static bool
is_start(const struct machine *m, uint32_t at)
{
	const struct text_token *k = m->lt->text->tokens;

	if (at == m->first || at >= m->lt->text->count)
		return at == m->first;
	if (k[at].starts_line || k[at].starts_unit)
		return true;
	return text_ends_sentence(&k[at - 1]) && !k[at].is_glued;
}

static bool
is_end(const struct machine *m, uint32_t at)
{
	const struct text_token *k = m->lt->text->tokens;

	if (at >= m->end)
		return true;
	if (k[at].starts_line || k[at].starts_unit)
		return true;
	return text_ends_sentence(&k[at]) &&
	       (at + 1 >= m->end || !k[at + 1].is_glued);
}

static bool
holds(const uint64_t *has, uint64_t shape, const struct lang_test *t)
{
	unsigned words = t->words;

	/* nearly every test is of one class: one word of eight */
	for (; words != 0; words &= words - 1) {
		int i = __builtin_ctz(words);
		uint64_t bits = has[i] | (i == 0 ? shape : 0);

		if ((bits & t->want[i]) != t->want[i] || (bits & t->refuse[i]))
			return false;
	}
	return true;
}

static bool
in_range(const struct lang_test *t, int64_t value)
{
	return t->low > t->high || (value >= t->low && value <= t->high);
}

/* take - go on behind a token or phrase that passed */
static bool
take(struct machine *m, size_t pc, uint32_t at, uint32_t count, int32_t value,
    bool inside_not)
{
	const struct lang_step *s = &m->r->steps[pc];
	struct lang_capture before = { 0 };
	bool hit;

	if (!may_pass(m, pc + 1, at + count))
		return false;
	if (s->b != 0) {
		before = m->open[s->b - 1];
		m->open[s->b - 1] =
		    (struct lang_capture){ m->r->captures[s->b - 1], at, count,
			    value };
	}
	hit = run(m, pc + 1, at + count, inside_not);
	if (s->b != 0)
		m->open[s->b - 1] = before;
	return hit;
}

static const uint64_t nothing[LANG_MAX_FEATURES / 64];

static bool
features(struct machine *m, size_t pc, uint32_t at, bool inside_not)
{
	const struct lang_test *t = &m->r->tests[m->r->steps[pc].a];
	const struct text_token *k = &m->lt->text->tokens[at];
	const struct lang_word *w = m->lt->words[at];
	uint64_t shape = lang_shape(k, w), own;
	const struct lang_reading *r;
	uint64_t lengths = 0;
	int32_t value = 0;
	bool hit = false;
	size_t n = 0;

	if (t->is_negative) {
		while ((r = lang_reading_at(m->lt, at, &n)) != NULL)
			if (!holds(r->has, shape, t))
				return false;
		return holds(nothing, shape, t) &&
		       take(m, pc, at, 1, 0, inside_not);
	}
	if (k->kind == TEXT_NUMBER)
		value = k->number > INT32_MAX ? INT32_MAX : (int32_t)k->number;
	if (holds(nothing, shape, t) && in_range(t, value)) {
		lengths |= 1u << 1;
		hit = take(m, pc, at, 1, value, inside_not);
	}
	while ((r = lang_reading_at(m->lt, at, &n)) != NULL) {
		/* "2e" is no number, though it begins with digits */
		own = r->tokens > 1 ? shape & ~(1ull << SHAPE_NUM) : shape;
		if (!holds(r->has, own, t) || !in_range(t, r->value) ||
		    (lengths >> r->tokens & 1) != 0 || at + r->tokens > m->end)
			continue;
		lengths |= 1ull << r->tokens;
		hit |= take(m, pc, at, r->tokens, r->value, inside_not);
		if (hit && inside_not)
			return true;
	}
	return hit;
}

static bool
literal(const struct machine *m, uint32_t at, uint32_t number)
{
	const struct lang_word *w = m->lt->words[at];
	uint32_t i;

	if (w == NULL)
		return false;
	for (i = 0; i < w->literal_count; i++)
		if (w->literals[i] == number)
			return true;
	return false;
}

/* group - open or close a captured group */
static bool
group(struct machine *m, size_t pc, uint32_t at, bool inside_not)
{
	const struct lang_step *s = &m->r->steps[pc];
	struct lang_capture *c = &m->open[s->b - 1], before = *c;
	bool hit;

	if (s->op == OP_OPEN)
		*c = (struct lang_capture){ NULL, at, 0, 0 };
	else {
		c->name = m->r->captures[s->b - 1];
		c->count = at - c->first;
	}
	hit = run(m, pc + 1, at, inside_not);
	*c = before;
	return hit;
}

static bool
gap(struct machine *m, size_t pc, uint32_t at, bool inside_not)
{
	uint32_t i, most = m->r->steps[pc].a;
	bool hit = false;

	for (i = 0; i <= most; i++) {
		hit |= run(m, pc + 1, at + i, inside_not);
		if (at + i >= m->end || (hit && inside_not) ||
		    (text_ends_sentence(&m->lt->text->tokens[at + i]) &&
			is_end(m, at + i)) ||
		    (i > 0 && is_border(m, at + i)))
			break;
	}
	return hit;
}

static bool
matched(struct machine *m, uint32_t at, bool inside_not)
{
	if (inside_not)
		return true;
	if (!m->found || at > m->found_end) {
		m->found = true;
		m->found_end = at;
		memcpy(
		    m->best, m->open, m->r->capture_count * sizeof(m->best[0]));
	}
	return true;
}

/* run - from one step and one token on; true: some way led to a match */
static bool
run(struct machine *m, size_t pc, uint32_t at, bool inside_not)
{
	const struct lang_step *s;
	bool hit = false;

	if (m->depth >= MATCH_DEPTH)
		return false;
	m->depth++;
	for (;; pc++) {
		if (m->budget == 0)
			break;
		m->budget--;
		s = &m->r->steps[pc];
		switch ((enum lang_op)s->op) {
		case OP_LITERAL:
			if (at >= m->end || is_border(m, at) ||
			    !literal(m, at, s->literal))
				goto out;
			at++;
			if (!may_pass(m, pc + 1, at))
				goto out;
			continue;
		case OP_WORDS:
			if (at >= m->end || is_border(m, at) ||
			    m->lt->words[at] == NULL ||
			    !lang_one_of(
				m->lt->words[at], &m->r->words[s->literal]))
				goto out;
			at++;
			if (!may_pass(m, s->a, at))
				goto out;
			pc = (size_t)s->a - 1;
			continue;
		case OP_FEATURES:
			if (at < m->end && !is_border(m, at))
				hit |= features(m, pc, at, inside_not);
			goto out;
		case OP_GAP:
			hit |= gap(m, pc, at, inside_not);
			goto out;
		case OP_START:
			if (!is_start(m, at))
				goto out;
			continue;
		case OP_END:
			if (!is_end(m, at))
				goto out;
			continue;
		case OP_GLUED:
			if (at >= m->end || !m->lt->text->tokens[at].is_glued)
				goto out;
			continue;
		case OP_SPLIT:
			if (may_pass(m, s->a, at))
				hit |= run(m, s->a, at, inside_not);
			if ((hit && inside_not) || !may_pass(m, s->b, at))
				goto out;
			pc = (size_t)s->b - 1;
			continue;
		case OP_JUMP:
			pc = (size_t)s->a - 1;
			continue;
		case OP_OPEN:
		case OP_CLOSE:
			hit |= group(m, pc, at, inside_not);
			goto out;
		case OP_NOT:
			if (run(m, pc + 1, at, true))
				goto out;
			pc = (size_t)s->a - 1;
			continue;
		case OP_MATCH:
			hit |= matched(m, at, inside_not);
			goto out;
		}
	}
out:
	m->depth--;
	return hit;
}

/* try_rule - the longest match of one rule from one token */
static bool
try_rule(struct machine *m, uint32_t at, struct lang_match *out)
{
	uint8_t i;

	m->from = at;
	m->budget = MATCH_BUDGET;
	m->depth = 0;
	m->found = false;
	memset(m->open, 0, m->r->capture_count * sizeof(m->open[0]));
	(void)run(m, 0, at, false);
	if (!m->found || m->found_end == at)
		return false;
	out->rule = m->r;
	out->first = at;
	out->count = m->found_end - at;
	out->capture_count = 0;
	for (i = 0; i < m->r->capture_count; i++)
		if (m->best[i].name != NULL)
			out->captures[out->capture_count++] = m->best[i];
	return true;
}

struct finder {
	struct machine m;
	TALLOC_CTX *mem;
	struct lang_match *found;
	size_t count, room;
	struct err *e;
};

static enum rc
keep(struct finder *f, const struct lang_match *one)
{
	if (f->count == f->room) {
		f->room = f->room ? f->room * 2 : 8;
		f->found = talloc_realloc(
		    f->mem, f->found, struct lang_match, f->room);
		if (f->found == NULL)
			return err_nomem(f->e);
	}
	f->found[f->count++] = *one;
	return RC_OK;
}

/* at_token - the rules in one list, at one token */
static enum rc
at_token(struct finder *f, const struct lang_starts *starts, uint8_t wanted,
    uint32_t at, enum lang_how how, struct lang_match *best)
{
	const struct lang *l = f->m.lt->lang;
	const struct lang_start *s;
	struct lang_match one;
	enum rc rc;
	size_t i;

	for (i = 0; i < starts->count; i++) {
		s = &starts->list[i];
		f->m.r = &l->rules[s->rule];
		if (s->group != wanted || !share(&f->m, &s->first, at) ||
		    !share(&f->m, &s->second, at + 1) ||
		    !try_rule(&f->m, at, &one))
			continue;
		if (how == LANG_ALL) {
			rc = keep(f, &one);
			if (rc != RC_OK)
				return rc;
		} else if (best->rule == NULL || one.count > best->count ||
			   (one.count == best->count &&
			       one.rule < best->rule)) {
			*best = one;
		}
	}
	return RC_OK;
}

enum rc
lang_find(TALLOC_CTX *mem, const struct lang_text *lt, const char *group_name,
    uint32_t first, uint32_t end, enum lang_how how, struct lang_match **out,
    size_t *count, struct err *e)
{
	const struct lang *l = lt->lang;
	struct finder f = { .m = { .lt = lt, .first = first, .end = end },
		.mem = mem,
		.e = e };
	const struct lang_word *w;
	struct lang_match best;
	uint32_t at, step;
	unsigned g;
	enum rc rc = RC_OK;

	*out = NULL;
	*count = 0;
	for (g = 0; g < l->group_count; g++)
		if (strcmp(l->groups[g], group_name) == 0)
			break;
	if (g == l->group_count)
		return RC_OK;
	for (at = first; at < end; at += step) {
		step = 1;
		best.rule = NULL;
		w = lt->words[at];
		if (w != NULL)
			rc = at_token(
			    &f, &w->starts, (uint8_t)g, at, how, &best);
		if (rc == RC_OK && lt->text->tokens[at].kind == TEXT_NUMBER)
			rc = at_token(
			    &f, &l->starts_number, (uint8_t)g, at, how, &best);
		if (rc == RC_OK)
			rc = at_token(
			    &f, &l->starts_any, (uint8_t)g, at, how, &best);
		if (rc == RC_OK && best.rule != NULL) {
			rc = keep(&f, &best);
			step = best.count;
		}
		if (rc != RC_OK) {
			talloc_free(f.found);
			return rc;
		}
	}
	*out = f.found;
	*count = f.count;
	return RC_OK;
}

const struct lang_capture *
lang_captured(const struct lang_match *m, const char *name)
{
	uint8_t i;

	for (i = 0; i < m->capture_count; i++)
		if (strcmp(m->captures[i].name, name) == 0)
			return &m->captures[i];
	return NULL;
}

bool
lang_sets(const struct lang_match *m, size_t n, const char **key,
    int32_t *value, const char **text, bool *is_there)
{
	const struct lang_capture *c;
	const struct lang_set *s;

	if (n >= m->rule->set_count)
		return false;
	s = &m->rule->sets[n];
	*key = s->key;
	*text = s->text;
	*value = s->value;
	*is_there = true;
	if (s->capture >= 0) {
		c = lang_captured(m, m->rule->captures[s->capture]);
		*is_there = c != NULL;
		*value = c == NULL ? 0 : c->value;
	}
	return true;
}
