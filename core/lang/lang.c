/*
 * lang.c - the tables of a language: words, features, readings
 *
 * A word is entered under its folded form and, where it has accents, under
 * the form without them as well: so a text that lacks the accents finds it,
 * and a text that has others does not.
 */
#include "core/core.h"

#include <stdarg.h>

#include "core/lang/lang_priv.h"

static const char *const shapes[SHAPE_COUNT] = { "num", "word", "punct",
	"title", "upper", "unknown", "initial" };

enum rc
lang_fault(const struct lang_at *at, struct err *e, const char *fmt, ...)
{
	char head[180];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(head, sizeof(head), fmt, ap);
	va_end(ap);
	return err_set(e, RC_BADINPUT, "%s:%d: %s", at->file, at->line, head);
}

enum rc
lang_new(TALLOC_CTX *mem, const char *code, struct lang **out, struct err *e)
{
	struct lang *l = talloc_zero(mem, struct lang);
	unsigned i;

	*out = NULL;
	if (l == NULL)
		return err_nomem(e);
	if (strlen(code) >= sizeof(l->code)) {
		talloc_free(l);
		return err_set(
		    e, RC_BADINPUT, "language '%s' is no code", code);
	}
	memcpy(l->code, code, strlen(code) + 1);
	/* shapes first: their numbers are those of enum lang_shape */
	for (i = 0; i < SHAPE_COUNT; i++)
		if (lang_add_feature(l, shapes[i]) != (int)i) {
			talloc_free(l);
			return err_nomem(e);
		}
	*out = l;
	return RC_OK;
}

const char *
lang_code(const struct lang *l)
{
	return l->code;
}

/* feature_slot - where a name stands in feature_slots, or would */
static size_t
feature_slot(const struct lang *l, const char *name)
{
	size_t mask = ARRAY_LEN(l->feature_slots) - 1;
	size_t i = text_hash(name) & mask;

	/* never full: there are twice as many slots as features */
	while (l->feature_slots[i] != 0 &&
	       strcmp(l->features[l->feature_slots[i] - 1], name) != 0)
		i = (i + 1) & mask;
	return i;
}

int
lang_feature(const struct lang *l, const char *name)
{
	return (int)l->feature_slots[feature_slot(l, name)] - 1;
}

int
lang_add_feature(struct lang *l, const char *name)
{
	int n = lang_feature(l, name);

	if (n >= 0)
		return n;
	if (l->feature_count == LANG_MAX_FEATURES)
		return -1;
	l->features[l->feature_count] = talloc_strdup(l, name);
	if (l->features[l->feature_count] == NULL)
		return -1;
	n = (int)l->feature_count++;
	l->feature_slots[feature_slot(l, name)] = (uint16_t)(n + 1);
	return n;
}

struct lang_word *
lang_word_find(const struct lang *l, const char *fold, uint32_t hash)
{
	size_t i;

	if (l->table_size == 0)
		return NULL;
	for (i = hash & (l->table_size - 1); l->table[i] != NULL;
	     i = (i + 1) & (l->table_size - 1))
		if (l->table[i]->hash == hash &&
		    strcmp(l->table[i]->fold, fold) == 0)
			return l->table[i];
	return NULL;
}

static void
put(struct lang_word **table, size_t size, struct lang_word *w)
{
	size_t i = w->hash & (size - 1);

	while (table[i] != NULL)
		i = (i + 1) & (size - 1);
	table[i] = w;
}

/* word_of - find or make the row of a folded form; NULL: no memory */
static struct lang_word *
word_of(struct lang *l, const char *fold)
{
	uint32_t hash = text_hash(fold);
	struct lang_word *w = lang_word_find(l, fold, hash);
	struct lang_word **wider;
	size_t size, i;

	if (w != NULL)
		return w;
	if (l->word_count * 2 >= l->table_size) {
		size = l->table_size ? l->table_size * 2 : 1024;
		wider = talloc_zero_array(l, struct lang_word *, size);
		if (wider == NULL)
			return NULL;
		for (i = 0; i < l->table_size; i++)
			if (l->table[i] != NULL)
				put(wider, size, l->table[i]);
		talloc_free(l->table);
		l->table = wider;
		l->table_size = size;
	}
	w = talloc_zero(l, struct lang_word);
	if (w == NULL || (w->fold = talloc_strdup(w, fold)) == NULL)
		return NULL;
	w->hash = hash;
	put(l->table, l->table_size, w);
	l->word_count++;
	return w;
}

static bool
has_literal(const struct lang_word *w, uint32_t literal)
{
	uint32_t i;

	for (i = 0; i < w->literal_count; i++)
		if (w->literals[i] == literal)
			return true;
	return false;
}

static bool
add_literal(struct lang_word *w, uint32_t literal)
{
	if (has_literal(w, literal))
		return true;
	w->literals =
	    talloc_realloc(w, w->literals, uint32_t, w->literal_count + 1);
	if (w->literals == NULL)
		return false;
	w->literals[w->literal_count++] = literal;
	return true;
}

uint32_t
lang_literal(struct lang *l, const char *fold, struct err *e)
{
	struct lang_word *w = word_of(l, fold), *plain;
	char *again, *bare;
	uint32_t i, number = 0;

	if (w == NULL)
		goto nomem;
	for (i = 0; i < w->literal_count; i++)
		if (strcmp(l->literals[w->literals[i]], fold) == 0)
			return w->literals[i];
	if (l->literal_count % 256 == 0) {
		l->literals = talloc_realloc(
		    l, l->literals, const char *, l->literal_count + 257);
		if (l->literals == NULL)
			goto nomem;
	}
	number = ++l->literal_count;
	l->literals[number] = w->fold;
	if (!add_literal(w, number))
		goto nomem;
	if (text_fold(w, slice_of(fold), &again, &bare, e) != RC_OK)
		return 0;
	if (bare != NULL &&
	    ((plain = word_of(l, bare)) == NULL || !add_literal(plain, number)))
		goto nomem;
	talloc_free(again);
	talloc_free(bare);
	return number;
nomem:
	(void)err_nomem(e);
	return 0;
}

static enum rc
add_reading(struct lang_word *w, const struct lang_reading *r, struct err *e)
{
	uint32_t i;

	for (i = 0; i < w->reading_count; i++)
		if (memcmp(w->readings[i].has, r->has, sizeof(r->has)) == 0 &&
		    w->readings[i].value == r->value &&
		    w->readings[i].tokens == r->tokens &&
		    strcmp(w->readings[i].lemma, r->lemma) == 0 &&
		    memcmp(w->readings[i].rest, r->rest,
			sizeof(uint32_t) * (size_t)(r->tokens - 1)) == 0)
			return RC_OK;
	w->readings = talloc_realloc(
	    w, w->readings, struct lang_reading, w->reading_count + 1);
	if (w->readings == NULL)
		return err_nomem(e);
	w->readings[w->reading_count++] = *r;
	for (i = 0; i < LANG_MAX_FEATURES / 64; i++)
		w->any[i] |= r->has[i];
	return RC_OK;
}

enum rc
lang_add_phrase(const struct lang_at *at, struct slice phrase,
    const uint64_t *has, int32_t value, const char *lemma, struct err *e)
{
	struct lang *l = at->lang;
	struct lang_reading r = { .value = value, .lemma = lemma };
	uint32_t literals[LANG_MAX_PHRASE], *rest, i;
	struct text *t = NULL;
	const char *fold;
	char *again, *bare;
	struct lang_word *w;
	enum rc rc;

	rc = text_new(NULL, phrase, &t, e);
	if (rc != RC_OK)
		return rc;
	if (t->count == 0 || t->count > LANG_MAX_PHRASE) {
		rc = lang_fault(
		    at, e, "an entry has 1 to %d words", LANG_MAX_PHRASE);
		goto out;
	}
	rc = RC_TOOBIG;
	for (i = 0; i < t->count; i++) {
		literals[i] = lang_literal(l, t->tokens[i].fold, e);
		if (literals[i] == 0)
			goto out;
	}
	memcpy(r.has, has, sizeof(r.has));
	r.tokens = (uint16_t)t->count;
	rest = talloc_memdup(l, literals + 1,
	    sizeof(uint32_t) * LANG_MAX_PHRASE - sizeof(uint32_t));
	if (rest == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	r.rest = rest;
	fold = t->tokens[0].fold;
	w = word_of(l, fold);
	rc = w == NULL ? err_nomem(e) : add_reading(w, &r, e);
	if (rc != RC_OK)
		goto out;
	rc = text_fold(t, slice_of(fold), &again, &bare, e);
	if (rc == RC_OK && bare != NULL) {
		w = word_of(l, bare);
		rc = w == NULL ? err_nomem(e) : add_reading(w, &r, e);
	}
out:
	talloc_free(t);
	return rc;
}

/* stands - whether the words of a reading all stand at a token */
static bool
stands(const struct lang_text *lt, uint32_t token, const struct lang_reading *r)
{
	const struct lang_word *next;
	uint32_t i;

	if (token + r->tokens > lt->text->count)
		return false;
	for (i = 1; i < r->tokens; i++) {
		next = lt->words[token + i];
		if (next == NULL || !has_literal(next, r->rest[i - 1]) ||
		    lt->text->tokens[token + i].starts_unit)
			return false;
	}
	return true;
}

/* read_token - keep what stands there: of a word's many phrases few do */
static bool
read_token(struct lang_text *lt, uint32_t token, size_t *room)
{
	const struct lang_word *w = lt->words[token];
	uint32_t n = lt->first_reading[token], i;

	for (i = 0; w != NULL && i < w->reading_count; i++) {
		if (!stands(lt, token, &w->readings[i]))
			continue;
		if (n == *room) {
			*room = *room * 2 + 64;
			lt->readings = talloc_realloc(lt, lt->readings,
			    const struct lang_reading *, *room);
			if (lt->readings == NULL)
				return false;
		}
		lt->readings[n++] = &w->readings[i];
	}
	lt->first_reading[token + 1] = n;
	return true;
}

enum rc
lang_read(TALLOC_CTX *mem, const struct lang *l, const struct text *t,
    struct lang_text **out, struct err *e)
{
	struct lang_text *lt = talloc_zero(mem, struct lang_text);
	size_t room = 0;
	uint32_t i;

	*out = NULL;
	if (lt == NULL)
		return err_nomem(e);
	lt->lang = l;
	lt->text = t;
	lt->words = talloc_array(lt, const struct lang_word *, t->count + 1);
	lt->first_reading = talloc_array(lt, uint32_t, t->count + 1);
	lt->marks = talloc_array(lt, struct lang_mark, t->count + 1);
	if (lt->words == NULL || lt->first_reading == NULL || lt->marks == NULL)
		goto nomem;
	for (i = 0; i < t->count; i++)
		lt->words[i] =
		    lang_word_find(l, t->tokens[i].fold, t->tokens[i].hash);
	lt->first_reading[0] = 0;
	for (i = 0; i < t->count; i++) {
		if (!read_token(lt, i, &room))
			goto nomem;
		lt->marks[i] = lang_mark_token(lt, i);
	}
	*out = lt;
	return RC_OK;
nomem:
	talloc_free(lt);
	return err_nomem(e);
}

const struct lang_reading *
lang_reading_at(const struct lang_text *lt, uint32_t token, size_t *n)
{
	size_t i = lt->first_reading[token] + *n;

	if (i >= lt->first_reading[token + 1])
		return NULL;
	(*n)++;
	return lt->readings[i];
}

bool
lang_has(const struct lang_text *lt, uint32_t token, int feature,
    const struct lang_reading **r)
{
	const struct lang_reading *at;
	size_t n = 0;

	if (feature < 0 || token >= lt->text->count)
		return false;
	while ((at = lang_reading_at(lt, token, &n)) != NULL)
		if (lang_reading_has(at, feature)) {
			if (r != NULL)
				*r = at;
			return true;
		}
	return false;
}

uint64_t
lang_shape(const struct text_token *k, const struct lang_word *w)
{
	uint64_t bits = 0;

	if (k->kind == TEXT_NUMBER)
		bits |= 1u << SHAPE_NUM;
	if (k->kind == TEXT_WORD) {
		bits |= 1u << SHAPE_WORD;
		if (w == NULL || w->reading_count == 0)
			bits |= 1u << SHAPE_UNKNOWN;
	}
	if (k->kind == TEXT_OTHER)
		bits |= 1u << SHAPE_PUNCT;
	if (k->is_title)
		bits |= 1u << SHAPE_TITLE;
	if (k->is_upper)
		bits |= 1u << SHAPE_UPPER;
	if (k->starts_unit)
		bits |= 1u << SHAPE_INITIAL;
	return bits;
}

const char *
lang_rule_name(const struct lang_rule *r)
{
	return r->name;
}

#define SUFFIX_MAX  7 /* octets */
#define SUFFIX_STEM 3 /* octets before it at least */

const struct lang_reading *
lang_suffix(const struct lang *l, const char *fold)
{
	int suffix = lang_feature(l, "suffix");
	size_t n = strlen(fold), len;
	const struct lang_word *w;
	uint32_t i;

	if (suffix < 0 || n < SUFFIX_STEM + 2)
		return NULL;
	for (len = SUFFIX_MAX; len > 1; len--) {
		if (n < len + SUFFIX_STEM)
			continue;
		w = lang_word_find(
		    l, fold + n - len, text_hash(fold + n - len));
		for (i = 0; w != NULL && i < w->reading_count; i++)
			if (lang_reading_has(&w->readings[i], suffix))
				return &w->readings[i];
	}
	return NULL;
}
