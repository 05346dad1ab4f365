/*
 * lang_file.c - a language file, line by line, into the tables
 *
 * A block begins at the left margin (class, conj, verbs, rule, part, lang);
 * its lines are indented. Rules are kept as source and compiled when all
 * files of the language are read, so that the order of files is free.
 */
#include "core/core.h"

#include "core/lang/lang_priv.h"

enum block {
	BLOCK_NONE,
	BLOCK_CLASS,
	BLOCK_CONJ,
	BLOCK_VERBS,
	BLOCK_RULE,
	BLOCK_PART
};

struct reader {
	struct lang_at at;
	enum block block;
	uint64_t has[LANG_MAX_FEATURES / 64]; /* of a class or verbs block */
	size_t conj;                          /* of a verbs block */
	struct err *e;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct slice
trim(struct slice s)
{
	while (s.len > 0 && is_blank(s.at[0])) {
		s.at++;
		s.len--;
	}
	while (s.len > 0 && is_blank(s.at[s.len - 1]))
		s.len--;
	return s;
}

/* next_word - cut the first blank-separated word off *s; empty at the end */
static struct slice
next_word(struct slice *s)
{
	struct slice w;

	*s = trim(*s);
	w = *s;
	w.len = 0;
	while (w.len < s->len && !is_blank(s->at[w.len]))
		w.len++;
	s->at += w.len;
	s->len -= w.len;
	return w;
}

static enum rc
set_feature(struct reader *r, struct slice name, uint64_t *has)
{
	char buf[64];
	int f;

	if (name.len == 0 || name.len >= sizeof(buf))
		return lang_fault(&r->at, r->e, "'%.*s' is no class name",
		    (int)(name.len > 60 ? 60 : name.len), name.at);
	memcpy(buf, name.at, name.len);
	buf[name.len] = '\0';
	f = lang_add_feature(r->at.lang, buf);
	if (f < 0)
		return lang_fault(
		    &r->at, r->e, "more than %d classes", LANG_MAX_FEATURES);
	has[f / 64] |= 1ull << (f % 64);
	return RC_OK;
}

static enum rc
set_features(struct reader *r, struct slice rest, uint64_t *has)
{
	struct slice w;
	enum rc rc;

	while ((w = next_word(&rest)).len > 0) {
		rc = set_feature(r, w, has);
		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

/* number - a whole slice as a number; false: it is none, or too large */
static bool
number(struct slice s, int32_t *out)
{
	char digits[16], *end;
	long value;

	s = trim(s);
	if (s.len == 0 || s.len >= sizeof(digits))
		return false;
	memcpy(digits, s.at, s.len);
	digits[s.len] = '\0';
	value = strtol(digits, &end, 10);
	if (end != digits + s.len || value < INT32_MIN || value > INT32_MAX)
		return false;
	*out = (int32_t)value;
	return true;
}

/* class_line - "lundi | lun = 1" */
static enum rc
class_line(struct reader *r, struct slice s)
{
	int32_t value = 0;
	struct slice one;
	const char *lemma = NULL;
	size_t i, from = 0, eq = s.len;
	enum rc rc;

	for (i = s.len; i > 0; i--)
		if (s.at[i - 1] == '=') {
			eq = i - 1;
			if (!number(
				(struct slice){ s.at + i, s.len - i }, &value))
				return lang_fault(&r->at, r->e,
				    "a number is expected behind '='");
			break;
		}
	s.len = eq;
	for (i = 0; i <= s.len; i++) {
		if (i < s.len && s.at[i] != '|')
			continue;
		one = trim((struct slice){ s.at + from, i - from });
		from = i + 1;
		if (one.len == 0)
			return lang_fault(&r->at, r->e, "an entry is empty");
		if (lemma == NULL) {
			lemma = slice_dup(r->at.lang, one);
			if (lemma == NULL)
				return err_nomem(r->e);
		}
		rc = lang_add_phrase(&r->at, one, r->has, value, lemma, r->e);
		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

static enum rc
add_ending(struct reader *r, struct lang_conj *c, struct slice text,
    const char *const *features, size_t count)
{
	struct lang_ending *one;
	size_t i;
	int f;

	c->endings = talloc_realloc(
	    r->at.lang, c->endings, struct lang_ending, c->ending_count + 1);
	if (c->endings == NULL)
		return err_nomem(r->e);
	one = &c->endings[c->ending_count++];
	one->feature_count = 0;
	one->text = slice_dup(r->at.lang, text);
	if (one->text == NULL)
		return err_nomem(r->e);
	for (i = 0; i < count; i++) {
		f = lang_add_feature(r->at.lang, features[i]);
		if (f < 0)
			return lang_fault(&r->at, r->e, "too many classes");
		one->features[one->feature_count++] = (uint16_t)f;
	}
	return RC_OK;
}

/* conj_line - a tense and its endings: six by person, or one for all */
static enum rc
conj_line(struct reader *r, struct slice s)
{
	static const char *const person[6] = { "p1", "p2", "p3", "p1", "p2",
		"p3" };
	static const char *const number[6] = { "sg", "sg", "sg", "pl", "pl",
		"pl" };
	struct lang_conj *c = &r->at.lang->conjs[r->conj];
	struct slice tense = next_word(&s), w[7], one;
	const char *features[4] = { "verb" };
	size_t n = 0, i, k, from, fn;
	enum rc rc;

	while (n < 7 && (w[n] = next_word(&s)).len > 0)
		n++;
	features[1] = slice_dup(r->at.lang, tense);
	if (features[1] == NULL)
		return err_nomem(r->e);
	if (slice_is(tense, "inf")) {
		if (n != 1)
			return lang_fault(&r->at, r->e, "inf has one ending");
		c->inf = slice_is(w[0], "-") ? "" : slice_dup(r->at.lang, w[0]);
		if (c->inf == NULL)
			return err_nomem(r->e);
	}
	if (n != 1 && n != 6)
		return lang_fault(
		    &r->at, r->e, "a tense has one ending or six, not %zu", n);
	for (i = 0; i < n; i++) {
		if (slice_is(w[i], "."))
			continue;
		fn = 2;
		if (n == 6) {
			features[fn++] = person[i];
			features[fn++] = number[i];
		}
		for (k = 0, from = 0; k <= w[i].len; k++) {
			if (k < w[i].len && w[i].at[k] != '/')
				continue;
			one = (struct slice){ w[i].at + from, k - from };
			from = k + 1;
			if (slice_is(one, "-"))
				one.len = 0;
			rc = add_ending(r, c, one, features, fn);
			if (rc != RC_OK)
				return rc;
		}
	}
	return RC_OK;
}

/* conjugate - every form of one infinitive; what a '+' joins to it stays */
static enum rc
conjugate(struct reader *r, struct slice inf)
{
	const struct lang_conj *c = &r->at.lang->conjs[r->conj];
	uint64_t has[LANG_MAX_FEATURES / 64];
	struct slice all = inf;
	size_t stem = 0, i, k, n, rest;
	char form[100];
	const char *lemma;
	enum rc rc;

	while (inf.len > 0 && memchr(inf.at, '+', inf.len) != NULL)
		inf.len--;
	rest = all.len - inf.len;
	n = c->inf == NULL ? 0 : strlen(c->inf);
	if (c->inf == NULL || inf.len < n || all.len > 60 ||
	    memcmp(inf.at + inf.len - n, c->inf, n) != 0)
		return lang_fault(&r->at, r->e,
		    "'%.*s' does not end in '%s' as model %s asks",
		    (int)(inf.len > 60 ? 60 : inf.len), inf.at,
		    c->inf ? c->inf : "", c->name);
	stem = inf.len - n;
	lemma = slice_dup(r->at.lang, all);
	if (lemma == NULL)
		return err_nomem(r->e);
	for (i = 0; i < c->ending_count; i++) {
		memcpy(has, r->has, sizeof(has));
		for (k = 0; k < c->endings[i].feature_count; k++)
			has[c->endings[i].features[k] / 64] |=
			    1ull << (c->endings[i].features[k] % 64);
		n = strlen(c->endings[i].text);
		if (stem + n + rest >= sizeof(form))
			return lang_fault(&r->at, r->e, "a form is too long");
		memcpy(form, inf.at, stem);
		memcpy(form + stem, c->endings[i].text, n);
		for (k = 0; k < rest; k++)
			form[stem + n + k] = all.at[inf.len + k] == '+'
						 ? ' '
						 : all.at[inf.len + k];
		rc = lang_add_phrase(&r->at,
		    (struct slice){ form, stem + n + rest }, has, 0, lemma,
		    r->e);
		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

static enum rc
verbs_line(struct reader *r, struct slice s)
{
	struct slice w;
	enum rc rc;

	while ((w = next_word(&s)).len > 0) {
		rc = conjugate(r, w);
		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

/* add_source - one more alternative of a rule or part */
static enum rc
add_source(struct reader *r, char **source, struct slice s)
{
	char *joined;

	joined = *source == NULL ? slice_dup(r->at.lang, s)
				 : talloc_asprintf(r->at.lang, "%s | %.*s",
				       *source, (int)s.len, s.at);
	if (joined == NULL)
		return err_nomem(r->e);
	talloc_free(*source);
	*source = joined;
	return RC_OK;
}

static enum rc
set_line(struct reader *r, struct lang_rule *rule, struct slice s)
{
	struct slice w, key, value;
	struct lang_set *set;
	char *end;
	size_t i;

	while ((w = next_word(&s)).len > 0) {
		for (i = 0; i < w.len && w.at[i] != '='; i++)
			;
		if (i == 0 || i + 1 >= w.len)
			return lang_fault(&r->at, r->e,
			    "'%.*s' is not key=value",
			    (int)(w.len > 60 ? 60 : w.len), w.at);
		if (rule->set_count == LANG_MAX_SETS)
			return lang_fault(&r->at, r->e, "more than %d settings",
			    LANG_MAX_SETS);
		key = (struct slice){ w.at, i };
		value = (struct slice){ w.at + i + 1, w.len - i - 1 };
		set = &rule->sets[rule->set_count++];
		*set = (struct lang_set){ .capture = -1 };
		set->key = slice_dup(r->at.lang, key);
		set->text = slice_dup(r->at.lang, value);
		if (set->key == NULL || set->text == NULL)
			return err_nomem(r->e);
		set->value = (int32_t)strtol(set->text, &end, 10);
		if (*end == '\0')
			set->text = NULL;
	}
	return RC_OK;
}

static enum rc
rule_line(struct reader *r, struct slice s)
{
	struct lang *l = r->at.lang;
	struct lang_rule *rule = &l->rules[l->rule_count - 1];
	struct slice word = next_word(&s);
	struct lang_example *x;

	s = trim(s);
	if (slice_is(word, "match"))
		return add_source(r, &rule->source, s);
	if (slice_is(word, "set"))
		return set_line(r, rule, s);
	if (!slice_is(word, "yes") && !slice_is(word, "no"))
		return lang_fault(&r->at, r->e,
		    "a rule has match, set, yes and no, not '%.*s'",
		    (int)(word.len > 60 ? 60 : word.len), word.at);
	rule->examples = talloc_realloc(
	    l, rule->examples, struct lang_example, rule->example_count + 1);
	if (rule->examples == NULL)
		return err_nomem(r->e);
	x = &rule->examples[rule->example_count++];
	x->text = slice_dup(l, s);
	x->line = r->at.line;
	x->must_match = slice_is(word, "yes");
	return x->text == NULL ? err_nomem(r->e) : RC_OK;
}

static enum rc
part_line(struct reader *r, struct slice s)
{
	struct lang_part *p = &r->at.lang->parts[r->at.lang->part_count - 1];
	struct slice word = next_word(&s);

	if (!slice_is(word, "match"))
		return lang_fault(&r->at, r->e, "a part has match lines only");
	return add_source(r, &p->source, trim(s));
}

static enum rc
begin_rule(struct reader *r, struct slice name)
{
	struct lang *l = r->at.lang;
	struct lang_rule *rule;
	char *full = slice_dup(l, name), *group, *dot;
	unsigned g;

	if (full == NULL)
		return err_nomem(r->e);
	dot = strchr(full, '.');
	if (dot == NULL || dot == full || dot[1] == '\0')
		return lang_fault(&r->at, r->e, "'%s' is not group.name", full);
	group = talloc_strndup(l, full, (size_t)(dot - full));
	if (group == NULL)
		return err_nomem(r->e);
	for (g = 0; g < l->group_count; g++)
		if (strcmp(l->groups[g], group) == 0)
			break;
	if (g == LANG_MAX_GROUPS)
		return lang_fault(
		    &r->at, r->e, "more than %d rule groups", LANG_MAX_GROUPS);
	if (g == l->group_count)
		l->groups[l->group_count++] = group;
	l->rules =
	    talloc_realloc(l, l->rules, struct lang_rule, l->rule_count + 1);
	if (l->rules == NULL)
		return err_nomem(r->e);
	rule = &l->rules[l->rule_count++];
	*rule = (struct lang_rule){
		.name = full, .line = r->at.line, .group = (uint8_t)g
	};
	rule->file = talloc_strdup(l, r->at.file);
	return rule->file == NULL ? err_nomem(r->e) : RC_OK;
}

static enum rc
begin_conj(struct reader *r, struct slice name)
{
	struct lang *l = r->at.lang;

	l->conjs =
	    talloc_realloc(l, l->conjs, struct lang_conj, l->conj_count + 1);
	if (l->conjs == NULL)
		return err_nomem(r->e);
	r->conj = l->conj_count++;
	l->conjs[r->conj] = (struct lang_conj){ .name = slice_dup(l, name) };
	return l->conjs[r->conj].name == NULL ? err_nomem(r->e) : RC_OK;
}

static enum rc
begin_verbs(struct reader *r, struct slice s)
{
	struct lang *l = r->at.lang;
	struct slice model = next_word(&s);

	for (r->conj = 0; r->conj < l->conj_count; r->conj++)
		if (slice_is(model, l->conjs[r->conj].name))
			return set_features(r, s, r->has);
	return lang_fault(&r->at, r->e, "no model called '%.*s'",
	    (int)(model.len > 60 ? 60 : model.len), model.at);
}

static enum rc
begin_part(struct reader *r, struct slice name)
{
	struct lang *l = r->at.lang;

	l->parts =
	    talloc_realloc(l, l->parts, struct lang_part, l->part_count + 1);
	if (l->parts == NULL)
		return err_nomem(r->e);
	l->parts[l->part_count] =
	    (struct lang_part){ .name = slice_dup(l, name) };
	return l->parts[l->part_count++].name == NULL ? err_nomem(r->e) : RC_OK;
}

static enum rc
begin(struct reader *r, struct slice s)
{
	struct slice word = next_word(&s);
	enum rc rc = RC_OK;

	s = trim(s);
	memset(r->has, 0, sizeof(r->has));
	r->block = BLOCK_NONE;
	if (s.len == 0)
		return lang_fault(&r->at, r->e, "'%.*s' lacks its name",
		    (int)(word.len > 60 ? 60 : word.len), word.at);
	if (slice_is(word, "lang"))
		return slice_is(s, r->at.lang->code)
			   ? RC_OK
			   : lang_fault(&r->at, r->e,
				 "language '%.*s' in a file of "
				 "'%s'",
				 (int)(s.len > 20 ? 20 : s.len), s.at,
				 r->at.lang->code);
	if (slice_is(word, "class")) {
		r->block = BLOCK_CLASS;
		rc = set_features(r, s, r->has);
	} else if (slice_is(word, "conj")) {
		r->block = BLOCK_CONJ;
		rc = begin_conj(r, s);
	} else if (slice_is(word, "verbs")) {
		r->block = BLOCK_VERBS;
		rc = begin_verbs(r, s);
	} else if (slice_is(word, "rule")) {
		r->block = BLOCK_RULE;
		rc = begin_rule(r, s);
	} else if (slice_is(word, "part")) {
		r->block = BLOCK_PART;
		rc = begin_part(r, s);
	} else {
		rc = lang_fault(&r->at, r->e, "no block called '%.*s'",
		    (int)(word.len > 60 ? 60 : word.len), word.at);
	}
	return rc;
}

/* uncomment - the line up to a '#' that begins it or follows a blank */
static struct slice
uncomment(struct slice s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (s.at[i] == '#' && (i == 0 || is_blank(s.at[i - 1])))
			s.len = i;
	return s;
}

static enum rc
one_line(struct reader *r, struct slice s)
{
	bool indented = s.len > 0 && is_blank(s.at[0]);

	s = trim(uncomment(s));
	if (s.len == 0)
		return RC_OK;
	if (!indented)
		return begin(r, s);
	switch (r->block) {
	case BLOCK_CLASS:
		return class_line(r, s);
	case BLOCK_CONJ:
		return conj_line(r, s);
	case BLOCK_VERBS:
		return verbs_line(r, s);
	case BLOCK_RULE:
		return rule_line(r, s);
	case BLOCK_PART:
		return part_line(r, s);
	case BLOCK_NONE:
		break;
	}
	return lang_fault(&r->at, r->e, "an indented line outside a block");
}

enum rc
lang_add_text(
    struct lang *l, const char *name, struct slice text, struct err *e)
{
	struct reader r = { .at = { l, name, 0 }, .e = e };
	size_t from = 0, i;
	struct slice line;
	enum rc rc;

	l->is_finished = false;
	for (i = 0; i <= text.len; i++) {
		if (i < text.len && text.at[i] != '\n')
			continue;
		line = (struct slice){ text.at + from, i - from };
		if (line.len > 0 && line.at[line.len - 1] == '\r')
			line.len--;
		from = i + 1;
		r.at.line++;
		rc = one_line(&r, line);
		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

enum rc
lang_finish(struct lang *l, struct err *e)
{
	struct lang_at at = { l, NULL, 0 };
	struct lang_rule *r;
	size_t i;
	enum rc rc;

	for (i = 0; i < l->rule_count; i++) {
		r = &l->rules[i];
		if (r->steps != NULL)
			continue;
		at.file = r->file;
		at.line = r->line;
		if (r->source == NULL)
			return lang_fault(
			    &at, e, "rule %s has no match", r->name);
		rc = lang_compile(&at, r, e);
		if (rc != RC_OK)
			return rc;
	}
	rc = lang_index(l, e);
	l->is_finished = rc == RC_OK;
	return rc;
}
