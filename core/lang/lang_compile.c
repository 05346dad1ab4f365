/*
 * lang_compile.c - a rule's pattern into the small program the matcher runs
 *
 * Recursive descent over the pattern's octets, straight into steps. A part's
 * source is compiled in place as a group. The grammar stands in lang.h.
 */
#include "core/core.h"

#include "core/lang/lang_priv.h"

struct compiler {
	const struct lang_at *at;
	struct lang *l;
	struct lang_rule *r;
	const char *p;
	int depth; /* groups within groups */
	int parts; /* parts within parts */
	struct err *e;
};

static enum rc alternatives(struct compiler *c, char close);

static enum rc
emit(struct compiler *c, struct lang_step step)
{
	struct lang_rule *r = c->r;

	if (r->step_count >= LANG_MAX_PROGRAM)
		return lang_fault(c->at, c->e, "rule is too long");
	if (r->step_count % 16 == 0) {
		r->steps = talloc_realloc(
		    c->l, r->steps, struct lang_step, r->step_count + 16);
		if (r->steps == NULL)
			return err_nomem(c->e);
	}
	r->steps[r->step_count++] = step;
	return RC_OK;
}

/* open_gap - make room for one step at an index, jumps behind it moved */
static enum rc
insert(struct compiler *c, size_t where, struct lang_step step)
{
	struct lang_rule *r = c->r;
	enum rc rc = emit(c, step);
	size_t i;

	if (rc != RC_OK)
		return rc;
	memmove(&r->steps[where + 1], &r->steps[where],
	    (r->step_count - 1 - where) * sizeof(r->steps[0]));
	r->steps[where] = step;
	for (i = where + 1; i < r->step_count; i++) {
		struct lang_step *s = &r->steps[i];

		if (s->op != OP_SPLIT && s->op != OP_JUMP && s->op != OP_NOT)
			continue;
		if (s->a >= where)
			s->a++;
		if (s->op == OP_SPLIT && s->b >= where)
			s->b++;
	}
	return RC_OK;
}

static void
skip_blanks(struct compiler *c)
{
	while (*c->p == ' ' || *c->p == '\t')
		c->p++;
}

static bool
is_name(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
	       (ch >= '0' && ch <= '9') || ch == '_' || ch == '-' || ch == '.';
}

/* name - letters, digits, - _ . into buf; empty where there is none */
static void
name(struct compiler *c, char *buf, size_t size)
{
	size_t n = 0;

	while (is_name(*c->p)) {
		if (n + 1 < size)
			buf[n++] = *c->p;
		c->p++;
	}
	buf[n] = '\0';
}

static enum rc
capture(struct compiler *c, const char *text, uint16_t *out)
{
	struct lang_rule *r = c->r;
	uint8_t i;

	for (i = 0; i < r->capture_count; i++)
		if (strcmp(r->captures[i], text) == 0) {
			*out = (uint16_t)(i + 1);
			return RC_OK;
		}
	if (i == LANG_MAX_CAPTURES)
		return lang_fault(
		    c->at, c->e, "more than %d captures", LANG_MAX_CAPTURES);
	r->captures[i] = talloc_strdup(c->l, text);
	if (r->captures[i] == NULL)
		return err_nomem(c->e);
	r->capture_count++;
	*out = (uint16_t)(i + 1);
	return RC_OK;
}

/* words - what is written plainly, cut as a text would be */
static enum rc
words(struct compiler *c)
{
	char buf[200];
	size_t n = 0;
	struct text *t = NULL;
	enum rc rc;
	size_t i;

	while (*c->p != '\0' && strchr(" \t[]()<>|{}", *c->p) == NULL &&
	       n + 2 < sizeof(buf)) {
		if (*c->p == '\\' && c->p[1] != '\0')
			c->p++;
		buf[n++] = *c->p++;
	}
	buf[n] = '\0';
	rc = text_new(NULL, slice_of(buf), &t, c->e);
	if (rc != RC_OK)
		return rc;
	if (t->count == 0)
		rc = lang_fault(
		    c->at, c->e, "'%c' is not understood here", *c->p);
	for (i = 0; rc == RC_OK && i < t->count; i++) {
		struct lang_step s = { .op = OP_LITERAL };

		s.literal = lang_literal(c->l, t->tokens[i].fold, c->e);
		rc = s.literal == 0 ? c->e->rc : emit(c, s);
	}
	talloc_free(t);
	return rc;
}

/* range - " 1-31" behind a class name */
static bool
range(struct compiler *c, struct lang_test *t)
{
	char *end;
	long low, high;

	if (*c->p < '0' || *c->p > '9')
		return false;
	low = high = strtol(c->p, &end, 10);
	c->p = end;
	if (*c->p == '-' && c->p[1] >= '0' && c->p[1] <= '9') {
		high = strtol(c->p + 1, &end, 10);
		c->p = end;
	}
	t->low = (int32_t)low;
	t->high = (int32_t)high;
	return true;
}

/* features - <x:verb fut !past 1-31>; the '<' is read */
static enum rc
features(struct compiler *c)
{
	struct lang_rule *r = c->r;
	struct lang_test t = { .low = 1, .high = 0, .is_negative = true };
	struct lang_step s = { .op = OP_FEATURES };
	char buf[64];
	bool refuse, first = true;
	enum rc rc;
	int f;

	for (;; first = false) {
		skip_blanks(c);
		if (*c->p == '>')
			break;
		if (!first && range(c, &t))
			continue;
		refuse = *c->p == '!';
		if (refuse)
			c->p++;
		name(c, buf, sizeof(buf));
		if (buf[0] == '\0')
			return lang_fault(c->at, c->e,
			    "a class name is missing before '%.10s'", c->p);
		if (first && *c->p == ':') {
			c->p++;
			rc = capture(c, buf, &s.b);
			if (rc != RC_OK)
				return rc;
			refuse = *c->p == '!';
			if (refuse)
				c->p++;
			name(c, buf, sizeof(buf));
		}
		f = lang_feature(c->l, buf);
		if (f < 0)
			return lang_fault(
			    c->at, c->e, "no class called '%s'", buf);
		if (refuse)
			t.refuse[f / 64] |= 1ull << (f % 64);
		else {
			t.want[f / 64] |= 1ull << (f % 64);
			t.is_negative = false;
		}
	}
	c->p++;
	if (r->test_count % 8 == 0) {
		r->tests = talloc_realloc(
		    c->l, r->tests, struct lang_test, r->test_count + 8);
		if (r->tests == NULL)
			return err_nomem(c->e);
	}
	for (size_t i = 0; i < LANG_MAX_FEATURES / 64; i++)
		if ((t.want[i] | t.refuse[i]) != 0)
			t.words |= (uint8_t)(1u << i);
	s.a = (uint16_t)r->test_count;
	r->tests[r->test_count++] = t;
	return emit(c, s);
}

/* part - {name}: its source compiled here as a group */
static enum rc
part(struct compiler *c)
{
	const char *back;
	char buf[64];
	enum rc rc;
	size_t i;

	name(c, buf, sizeof(buf));
	if (*c->p != '}')
		return lang_fault(c->at, c->e, "'{%s' is not closed", buf);
	c->p++;
	for (i = 0; i < c->l->part_count; i++)
		if (strcmp(c->l->parts[i].name, buf) == 0)
			break;
	if (i == c->l->part_count)
		return lang_fault(c->at, c->e, "no part called '%s'", buf);
	if (c->l->parts[i].source == NULL)
		return lang_fault(c->at, c->e, "part '%s' has no match", buf);
	if (++c->parts > LANG_MAX_PARTS)
		return lang_fault(
		    c->at, c->e, "parts within parts at '%s'", buf);
	back = c->p;
	c->p = c->l->parts[i].source;
	rc = alternatives(c, '\0');
	c->p = back;
	c->parts--;
	return rc;
}

/* group - what stands in ( ), captured where it begins with "name:" */
static enum rc
group(struct compiler *c)
{
	struct lang_step s = { .op = OP_OPEN };
	const char *back = c->p;
	char buf[64];
	enum rc rc;

	name(c, buf, sizeof(buf));
	if (*c->p == ':' && buf[0] != '\0') {
		c->p++;
		rc = capture(c, buf, &s.b);
		if (rc == RC_OK)
			rc = emit(c, s);
		if (rc == RC_OK)
			rc = alternatives(c, ')');
		s.op = OP_CLOSE;
		return rc == RC_OK ? emit(c, s) : rc;
	}
	c->p = back;
	return alternatives(c, ')');
}

/* negative - !( ), of which nothing is consumed */
static enum rc
negative(struct compiler *c)
{
	struct lang_step s = { .op = OP_NOT };
	size_t where = c->r->step_count;
	enum rc rc = emit(c, s);

	if (rc == RC_OK)
		rc = alternatives(c, ')');
	s.op = OP_MATCH;
	if (rc == RC_OK)
		rc = emit(c, s);
	c->r->steps[where].a = (uint16_t)c->r->step_count;
	return rc;
}

static enum rc
optional(struct compiler *c)
{
	struct lang_step s = { .op = OP_SPLIT };
	size_t where = c->r->step_count;
	enum rc rc = emit(c, s);

	if (rc == RC_OK)
		rc = alternatives(c, ']');
	if (rc == RC_OK) {
		c->r->steps[where].a = (uint16_t)(where + 1);
		c->r->steps[where].b = (uint16_t)c->r->step_count;
	}
	return rc;
}

/* element - one, without the tight alternatives */
static enum rc
element(struct compiler *c)
{
	struct lang_step s = { .op = OP_GAP };

	if (++c->depth > 40)
		return lang_fault(c->at, c->e, "groups within groups");
	switch (*c->p) {
	case '<':
		c->p++;
		c->depth--;
		return features(c);
	case '{':
		c->p++;
		c->depth--;
		return part(c);
	case '(':
		c->p++;
		c->depth--;
		return group(c);
	case '[':
		c->p++;
		c->depth--;
		return optional(c);
	case '^':
		s.op = OP_START;
		c->p++;
		break;
	case '$':
		s.op = OP_END;
		c->p++;
		break;
	case '_':
		s.op = OP_GLUED;
		c->p++;
		break;
	default:
		c->depth--;
		if (c->p[0] == '!' && c->p[1] == '(') {
			c->p += 2;
			return negative(c);
		}
		if (c->p[0] == '.' && c->p[1] == '.' && c->p[2] >= '1' &&
		    c->p[2] <= '9') {
			char *end;

			s.a = (uint16_t)strtol(c->p + 2, &end, 10);
			c->p = end;
			if (s.a > 20)
				return lang_fault(c->at, c->e,
				    "a gap of %u tokens is over 20", s.a);
			return emit(c, s);
		}
		return words(c);
	}
	c->depth--;
	return emit(c, s);
}

/* choice - from where on: this much so far, or what comes next */
static enum rc
choice(struct compiler *c, size_t where, size_t *jump)
{
	struct lang_step split = { .op = OP_SPLIT }, over = { .op = OP_JUMP };
	enum rc rc = insert(c, where, split);

	if (rc != RC_OK)
		return rc;
	*jump = c->r->step_count;
	rc = emit(c, over);
	c->r->steps[where].a = (uint16_t)(where + 1);
	c->r->steps[where].b = (uint16_t)c->r->step_count;
	return rc;
}

/* tight - a|b|c with no blanks around the bars */
static enum rc
tight(struct compiler *c)
{
	size_t where = c->r->step_count, jump, last;
	enum rc rc = element(c);

	if (rc != RC_OK || c->p[0] != '|' || c->p[1] == ' ')
		return rc;
	c->p++;
	rc = choice(c, where, &jump);
	last = c->r->step_count;
	if (rc == RC_OK)
		rc = tight(c);
	/* what was inserted further on did not move this jump */
	(void)last;
	if (rc == RC_OK)
		c->r->steps[jump].a = (uint16_t)c->r->step_count;
	return rc;
}

/* alternatives - sequences with " | " between them, up to close */
static enum rc
alternatives(struct compiler *c, char close)
{
	size_t where = c->r->step_count, jump;
	enum rc rc = RC_OK;

	for (;;) {
		skip_blanks(c);
		if (*c->p == '\0' || *c->p == ')' || *c->p == ']' ||
		    *c->p == '|')
			break;
		rc = tight(c);
		if (rc != RC_OK)
			return rc;
	}
	if (*c->p == '|') {
		c->p++;
		rc = choice(c, where, &jump);
		if (rc == RC_OK)
			rc = alternatives(c, close);
		if (rc == RC_OK)
			c->r->steps[jump].a = (uint16_t)c->r->step_count;
		return rc;
	}
	if (*c->p != close)
		return lang_fault(c->at, c->e,
		    close == '\0' ? "'%c' closes nothing"
				  : "a group is not closed: '%c'",
		    *c->p ? *c->p : close);
	if (close != '\0')
		c->p++;
	return rc;
}

static int
ascending(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* chain - how many words a|b|c from a split on, where there is nothing else;
 * *end is where all of them lead */
static size_t
chain(const struct lang_rule *r, size_t pc, size_t *end)
{
	const struct lang_step *s = r->steps;
	size_t n = 1;

	for (; s[pc].op == OP_SPLIT && s[pc + 1].op == OP_LITERAL &&
	       s[pc + 2].op == OP_JUMP && s[pc].b == pc + 3;
	     pc = s[pc].b) {
		if (n == 1)
			*end = s[pc + 2].a;
		else if (s[pc + 2].a != *end)
			return 0;
		n++;
	}
	return s[pc].op == OP_LITERAL && n > 1 && pc + 1 == *end ? n : 0;
}

/* gather - words that stand for each other are tried in one step; what the
 * step jumps over is never run again */
static enum rc
gather(struct compiler *c)
{
	struct lang_rule *r = c->r;
	struct lang_words *set;
	size_t pc, end = 0, n, i;

	for (pc = 0; pc < r->step_count; pc++) {
		n = chain(r, pc, &end);
		if (n == 0)
			continue;
		r->words = talloc_realloc(
		    c->l, r->words, struct lang_words, r->words_count + 1);
		if (r->words == NULL)
			return err_nomem(c->e);
		set = &r->words[r->words_count];
		set->literals = talloc_array(r->words, uint32_t, n);
		if (set->literals == NULL)
			return err_nomem(c->e);
		for (i = 0; i < n; i++)
			set->literals[i] =
			    r->steps[pc + i * 3 + (i + 1 < n)].literal;
		set->count = n;
		qsort(set->literals, n, sizeof(set->literals[0]), ascending);
		r->steps[pc].op = OP_WORDS;
		r->steps[pc].a = (uint16_t)end;
		r->steps[pc].literal = (uint32_t)r->words_count++;
		pc = end - 1;
	}
	return RC_OK;
}

enum rc
lang_compile(const struct lang_at *at, struct lang_rule *r, struct err *e)
{
	struct compiler c = {
		.at = at, .l = at->lang, .r = r, .p = r->source, .e = e
	};
	struct lang_step done = { .op = OP_MATCH };
	enum rc rc = alternatives(&c, '\0');
	uint8_t i, j;

	if (rc == RC_OK)
		rc = emit(&c, done);
	if (rc == RC_OK)
		rc = gather(&c);
	if (rc == RC_OK)
		lang_mark_rule(r);
	for (i = 0; rc == RC_OK && i < r->set_count; i++) {
		struct lang_set *s = &r->sets[i];

		if (s->text == NULL || s->text[0] != '$')
			continue;
		for (j = 0; j < r->capture_count; j++)
			if (strcmp(r->captures[j], s->text + 1) == 0)
				break;
		if (j == r->capture_count)
			return lang_fault(
			    at, e, "no capture called '%s'", s->text);
		s->capture = j;
		s->text = NULL;
	}
	return rc;
}
