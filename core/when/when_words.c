/*
 * when_words.c - from the matches of a language's rules to pieces
 *
 * The names of keys and of their words are those of keys.def. A rule that
 * says something else has no meaning here and gives no piece.
 */
#include "core/core.h"

#include "core/when/when_priv.h"

static const struct {
	const char *name;
	enum when_set set;
} keys[] = {
#define KEY(name, set) { #name, SET_##set },
#define WORD(set, word)
#include "core/when/keys.def"
#undef KEY
#undef WORD
};

static const struct {
	enum when_set set;
	const char *name;
} words[] = {
#define KEY(name, set)
#define WORD(set, word) { SET_##set, #word },
#include "core/when/keys.def"
#undef KEY
#undef WORD
};

bool
when_key_parse(const char *name, enum when_key *key)
{
	for (size_t i = 0; i < KEY_COUNT; i++)
		if (keys[i].name[0] == name[0] &&
		    strcmp(keys[i].name, name) == 0) {
			*key = (enum when_key)i;
			return true;
		}
	return false;
}

bool
when_word_parse(enum when_key key, const char *word, int *value)
{
	int n = 0;

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (words[i].set != keys[key].set)
			continue;
		n++;
		if (strcmp(words[i].name, word) == 0) {
			*value = n;
			return true;
		}
	}
	return false;
}

/* is_padded - whether digits say "05": a clock of 24 hours */
static bool
is_padded(const struct text *t, const struct lang_match *m, const char *name)
{
	const struct lang_capture *c = lang_captured(m, name);
	const struct text_token *k;

	if (c == NULL)
		return false;
	k = &t->tokens[c->first];
	return k->kind == TEXT_NUMBER && k->fold[0] == '0';
}

/* is_ratio - ':' and a single digit is "4:3", not a time */
static bool
is_ratio(const struct text *t, const struct lang_match *m)
{
	for (uint8_t i = 0; i < m->capture_count; i++) {
		uint32_t at = m->captures[i].first;

		if (at > m->first && t->tokens[at].kind == TEXT_NUMBER &&
		    t->tokens[at].len == 1 && text_is(&t->tokens[at - 1], ":"))
			return true;
	}
	return false;
}

/* fill - the keys of one match; false where the rule says nothing of ours */
static bool
fill(const struct text *t, const struct lang_match *m, struct when_piece *p)
{
	const char *name, *word;
	enum when_key key;
	bool is_there;
	int32_t value;
	int n;

	memset(p, 0, sizeof(*p));
	p->first = m->first;
	p->count = m->count;
	for (size_t i = 0; lang_sets(m, i, &name, &value, &word, &is_there);
	     i++) {
		if (!is_there || !when_key_parse(name, &key))
			continue;
		n = value;
		if (word != NULL && !when_word_parse(key, word, &n))
			continue;
		keys_put(&p->k, key, n);
	}
	if (keys_has(&p->k, BIT(hour)) &&
	    (is_padded(t, m, "h") || keys_get(&p->k, KEY_hour, 0) > 12))
		keys_put(&p->k, KEY_exact, 1);
	if (keys_has(&p->k, BIT(hhmm))) {
		n = p->k.v[KEY_hhmm];
		keys_put(&p->k, KEY_hour, n / 100);
		keys_put(&p->k, KEY_minute, n % 100);
		p->k.has &= ~BIT(hhmm);
	}
	return p->k.has != 0;
}

/* is_possible - refuse what no calendar or clock has: 31 February, 25:12 */
static bool
is_possible(const struct when_keys *k)
{
	int month = keys_get(k, KEY_month, 1);
	int mday = keys_get(k, KEY_mday, 1);
	int hour = keys_get(k, KEY_hour, 0);

	if (month < 1 || month > 12 || mday < 1 ||
	    mday > civil_month_days(2024, month))
		return false;
	if (hour < 0 || hour > 24 || keys_get(k, KEY_minute, 0) > 59 ||
	    keys_get(k, KEY_to, 0) > 59)
		return false;
	if (keys_has(k, BIT(half)) && hour > 12 &&
	    keys_get(k, KEY_half, 0) == AMPM_am)
		return false;
	return true;
}

enum rc
when_pieces(TALLOC_CTX *mem, const struct lang_text *lt, uint32_t first,
    uint32_t end, struct when_piece **out, size_t *count, struct err *e)
{
	struct lang_match *found = NULL;
	struct when_piece *p;
	size_t n = 0, kept = 0;
	enum rc rc;

	*out = NULL;
	*count = 0;
	rc =
	    lang_find(mem, lt, "when", first, end, LANG_LONGEST, &found, &n, e);
	if (rc != RC_OK || n == 0)
		return rc;
	p = talloc_array(mem, struct when_piece, n);
	if (p == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	for (size_t i = 0; i < n; i++) {
		if (!fill(lt->text, &found[i], &p[kept]))
			continue;
		if (!is_possible(&p[kept].k) || is_ratio(lt->text, &found[i])) {
			p[kept].k.has = 0;
			keys_put(&p[kept].k, KEY_none, 1);
		}
		kept++;
	}
	*out = p;
	*count = kept;
out:
	talloc_free(found);
	return rc;
}
