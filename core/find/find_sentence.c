/*
 * find_sentence.c - units into sentences, words into their grammar
 *
 * A sentence ends at . ! ? before a blank, not behind an abbreviation, and at
 * the end of its unit. Its language is the mail's, unless the other one's
 * function words clearly prevail.
 */
#include "core/core.h"

#include "core/find/find_priv.h"

const char *const find_class_names[CLASS_COUNT] = {
#define X(id, name) name,
	FIND_CLASSES(X)
#undef X
};

const char *const find_form_names[FORM_COUNT] = {
#define X(id, name) name,
	FIND_FORMS(X)
#undef X
};

const char *const find_who_names[WHO_COUNT] = {
#define X(id, name) name,
	FIND_WHO(X)
#undef X
};

const char *const find_how_names[HOW_COUNT] = {
#define X(id, name) name,
	FIND_HOW(X)
#undef X
};

const char *const find_verb_names[VERB_COUNT] = {
#define X(id, name) name,
	FIND_VERBS(X)
#undef X
};

static void
fill_names(const struct lang *l, struct find_names *n)
{
	size_t i;

	for (i = 0; i < CLASS_COUNT; i++)
		n->classes[i] = lang_feature(l, find_class_names[i]);
	for (i = 0; i < FORM_COUNT; i++)
		n->forms[i] = lang_feature(l, find_form_names[i]);
	for (i = 0; i < VERB_COUNT; i++)
		n->verbs[i] = lang_feature(l, find_verb_names[i]);
	n->verb = lang_feature(l, "verb");
	n->p1 = lang_feature(l, "p1");
	n->p2 = lang_feature(l, "p2");
	n->p3 = lang_feature(l, "p3");
}

static bool
is_char(const struct text_token *k, char c)
{
	return k->kind == TEXT_OTHER && k->fold[0] == c && k->fold[1] == '\0';
}

/* is_abbreviation - whether the dot at token i belongs to the word before */
static bool
is_abbreviation(const struct find_work *w, uint32_t i, uint32_t first)
{
	const struct text_token *k = w->text->tokens;
	size_t l;

	if (i == first || !k[i].is_glued || !is_char(&k[i], '.'))
		return false;
	if (k[i - 1].kind == TEXT_WORD && k[i - 1].len == 1 &&
	    k[i - 1].is_title)
		return true;
	for (l = 0; l < w->in->lang_count; l++)
		if (lang_has(w->read[l], i - 1, w->names[l].classes[CLASS_ABBR],
			NULL))
			return true;
	return false;
}

/* is_trailing - "by 3... scrap that, by 4": dots that go on in small letters */
static bool
is_trailing(const struct find_work *w, uint32_t i, uint32_t first)
{
	const struct text_token *k = w->text->tokens;
	uint32_t n = (uint32_t)w->text->count;

	return i >= first + 2 && is_char(&k[i], '.') &&
	       is_char(&k[i - 1], '.') && is_char(&k[i - 2], '.') &&
	       i + 1 < n && !k[i + 1].starts_unit &&
	       k[i + 1].kind == TEXT_WORD && !k[i + 1].is_title &&
	       !k[i + 1].is_upper;
}

/* sentence_end - the token behind the sentence that begins at first */
static uint32_t
sentence_end(const struct find_work *w, uint32_t first)
{
	const struct text_token *k = w->text->tokens;
	uint32_t n = (uint32_t)w->text->count, i;

	for (i = first; i < n; i++) {
		if (i > first && k[i].starts_unit)
			return i;
		if (i - first >= SENTENCE_MAX)
			return i;
		if (!text_ends_sentence(&k[i]) ||
		    (i + 1 < n && k[i + 1].is_glued &&
			!(k[i + 1].kind == TEXT_WORD && k[i + 1].is_title &&
			    i > first && k[i - 1].kind == TEXT_WORD &&
			    k[i - 1].len > 2 && is_char(&k[i], '.'))))
			continue;
		if (is_char(&k[i], '.') && i + 1 < n && !k[i + 1].starts_unit &&
		    (is_abbreviation(w, i, first) ||
			(k[i + 1].kind == TEXT_WORD && !k[i + 1].is_title &&
			    i > first && k[i - 1].kind == TEXT_NUMBER)))
			continue;
		if (is_trailing(w, i, first))
			continue;
		/* closing marks belong to the sentence they close */
		while (i + 1 < n && !k[i + 1].starts_unit &&
		       (text_ends_sentence(&k[i + 1]) ||
			   (k[i + 1].is_glued && (is_char(&k[i + 1], ')') ||
						     is_char(&k[i + 1], '"')))))
			i++;
		return i + 1;
	}
	return n;
}

/* note_reading - add one meaning to the tokens it covers */
static void
note_reading(struct find_work *w, const struct find_names *n, uint32_t at,
    const struct lang_reading *r)
{
	uint64_t classes = 0;
	uint32_t i;
	size_t c;

	/* "must" and "can" are verbs here, not classes */
	if (lang_reading_has(r, n->verb))
		return;
	for (c = 0; c < CLASS_COUNT; c++)
		if (lang_reading_has(r, n->classes[c]))
			classes |= 1ull << c;
	if (!w->text->tokens[at].is_title)
		classes &= ~CLASS_BIT(FIRSTNAME);
	for (i = 0; i < r->tokens; i++)
		w->words[at + i].classes |= classes;
}

/* note_verb - add one meaning of a verb */
static void
note_verb(struct find_word *x, const struct find_names *n,
    const struct lang_reading *r)
{
	size_t c;

	x->is_verb = true;
	for (c = 0; c < FORM_COUNT; c++)
		if (lang_reading_has(r, n->forms[c]))
			x->forms |= (uint16_t)(1u << c);
	for (c = 0; c < VERB_COUNT; c++)
		if (lang_reading_has(r, n->verbs[c]))
			x->verbs |= 1ull << c;
	if (lang_reading_has(r, n->p1))
		x->persons |= 1;
	if (lang_reading_has(r, n->p2))
		x->persons |= 2;
	if (lang_reading_has(r, n->p3))
		x->persons |= 4;
}

/* bare_is_finite - whether a language's verbs have no present of their own */
static bool
bare_is_finite(const struct find_work *w, const struct find_sentence *s)
{
	return w->names[s->lang].p1 < 0;
}

/* finite - a form that can carry a clause, and no noun */
static void
mark_finite(struct find_work *w, const struct find_sentence *s)
{
	const uint64_t subjects =
	    CLASS_BIT(I) | CLASS_BIT(WE) | CLASS_BIT(YOU) | CLASS_BIT(HE);
	struct find_word *x;
	uint32_t i;

	for (i = s->first; i < s->end; i++) {
		x = &w->words[i];
		if (!x->is_verb || x->time != FIND_NO_TIME)
			continue;
		x->is_finite =
		    (x->forms &
			(FORM_BIT(FUT) | FORM_BIT(COND) | FORM_BIT(PRES) |
			    FORM_BIT(S3) | FORM_BIT(IMPF) | FORM_BIT(PASTF) |
			    FORM_BIT(SUBJ))) != 0;
		if (x->is_finite && i > s->first &&
		    !(x->forms & (FORM_BIT(FUT) | FORM_BIT(COND))) &&
		    (x->classes &
			(CLASS_BIT(THING) | CLASS_BIT(DEED) | CLASS_BIT(STAFF) |
			    CLASS_BIT(OFFERNOUN))) &&
		    (w->words[i - 1].classes &
			(CLASS_BIT(DET) | CLASS_BIT(OUR) | CLASS_BIT(YOUR) |
			    CLASS_BIT(HIS))) &&
		    !(w->words[i - 1].classes &
			(CLASS_BIT(YOU) | CLASS_BIT(CLITIC))))
			x->is_finite = false;
	}
	/* a word nobody knows, behind a pronoun: a verb, what else */
	for (i = s->first + 1; i < s->end; i++) {
		x = &w->words[i];
		if (x->is_verb || x->classes != 0 || x->time != FIND_NO_TIME ||
		    w->text->tokens[i].kind != TEXT_WORD ||
		    w->text->tokens[i].is_title)
			continue;
		if (!(w->words[i - 1].classes &
			(subjects | CLASS_BIT(CLITIC))) ||
		    (w->words[i - 1].classes & CLASS_BIT(DET) &&
			!(i > s->first + 1 &&
			    w->words[i - 2].classes & subjects)))
			continue;
		x->is_verb = x->is_finite = true;
		x->forms = FORM_BIT(PRES);
		x->persons = 7;
	}
	/* "will regrout": a word nobody knows behind an auxiliary */
	for (i = s->first + 1; i < s->end; i++) {
		x = &w->words[i];
		if (x->is_verb || x->classes != 0 || x->time != FIND_NO_TIME ||
		    w->text->tokens[i].kind != TEXT_WORD ||
		    w->text->tokens[i].is_title ||
		    !(w->words[i - 1].classes &
			(CLASS_BIT(WILL) | CLASS_BIT(WONT))))
			continue;
		x->is_verb = true;
		x->forms = FORM_BIT(INF);
	}
	/* "we deliver": a bare form behind its pronoun is finite */
	for (i = s->first + 1; i < s->end; i++) {
		x = &w->words[i];
		if (!x->is_verb || x->is_finite || x->time != FIND_NO_TIME ||
		    !(x->forms & FORM_BIT(INF)) || x->persons != 0)
			continue;
		if ((w->words[i - 1].classes & subjects) &&
		    !(w->words[i - 1].classes & CLASS_BIT(WILL)))
			x->is_finite = bare_is_finite(w, s);
	}
	for (i = s->first; i < s->end; i++)
		if (w->words[i].classes &
		    (CLASS_BIT(WOULD) | CLASS_BIT(MUST) | CLASS_BIT(CANT)))
			w->words[i].is_finite = true;
	for (i = s->first; i + 1 < s->end; i++)
		if (w->words[i].classes & (CLASS_BIT(WILL) | CLASS_BIT(WONT)))
			w->words[i].is_finite = true;
}

/* read_word - all that one token means; of verbs the longest phrase */
static void
read_word(struct find_work *w, const struct find_sentence *s, uint32_t i)
{
	const struct lang_text *lt = w->read[s->lang];
	const struct find_names *n = &w->names[s->lang];
	const struct text_token *k = &w->text->tokens[i];
	const struct lang_reading *r;
	uint16_t longest = 0;
	size_t next = 0;

	if (lt->words[i] == NULL) {
		if (k->kind == TEXT_WORD && !k->is_title &&
		    w->words[i].time == FIND_NO_TIME &&
		    (r = lang_suffix(lt->lang, k->fold)) != NULL)
			note_verb(&w->words[i], n, r);
		return;
	}
	while ((r = lang_reading_at(lt, i, &next)) != NULL)
		if (i + r->tokens <= s->end) {
			note_reading(w, n, i, r);
			if (r->tokens > longest && lang_reading_has(r, n->verb))
				longest = r->tokens;
		}
	for (next = 0;
	     longest > 0 && (r = lang_reading_at(lt, i, &next)) != NULL;)
		if (r->tokens == longest && lang_reading_has(r, n->verb))
			note_verb(&w->words[i], n, r);
}

/* read_words - the grammar of one sentence in its language */
static void
read_words(struct find_work *w, struct find_sentence *s)
{
	uint32_t i;

	for (i = s->first; i < s->end; i++)
		read_word(w, s, i);
	for (i = s->first; i < s->end; i++)
		s->classes |= w->words[i].classes;
	mark_finite(w, s);
}

/* language - the mail's, or the one that prevails in this sentence */
static void
count_function_words(
    const struct find_work *w, uint32_t first, uint32_t end, uint32_t *counts)
{
	uint32_t i;
	size_t l;

	for (i = first; i < end; i++)
		for (l = 0; l < w->in->lang_count; l++)
			counts[l] += lang_has(w->read[l], i,
			    w->names[l].classes[CLASS_FUNCTION], NULL);
}

static uint8_t
language(const struct find_work *w, uint32_t first, uint32_t end, uint8_t usual)
{
	uint32_t counts[FIND_MAX_LANGS] = { 0 };
	uint8_t l, best = usual;

	count_function_words(w, first, end, counts);
	for (l = 0; l < w->in->lang_count; l++)
		if (counts[l] >= counts[best] + 2 &&
		    counts[l] > 2 * counts[usual])
			best = l;
	return best;
}

static uint8_t
usual_language(const struct find_work *w)
{
	uint32_t counts[FIND_MAX_LANGS] = { 0 };
	uint8_t l, best = 0;

	count_function_words(w, 0, (uint32_t)w->text->count, counts);
	for (l = 1; l < w->in->lang_count; l++)
		if (counts[l] > counts[best])
			best = l;
	return best;
}

/* is_row - a sentence with cells: bars, tabs or wide gaps inside */
static bool
is_row(const struct text *t, uint32_t first, uint32_t end)
{
	uint32_t i;
	size_t at, n;

	for (i = first + 1; i < end; i++) {
		if (is_char(&t->tokens[i], '|'))
			return true;
		n = 0;
		for (at = t->tokens[i - 1].at + t->tokens[i - 1].len;
		     at < t->tokens[i].at; at++) {
			if (t->original.at[at] == '\t')
				return true;
			n += t->original.at[at] == ' ';
		}
		if (n >= 3 && !t->tokens[i].starts_line)
			return true;
	}
	return false;
}

static struct find_sentence *
add_sentence(struct find_work *w)
{
	struct find_sentence *s;

	if (w->sentence_count % 32 == 0) {
		w->sentences = talloc_realloc(w->mem, w->sentences,
		    struct find_sentence, w->sentence_count + 32);
		if (w->sentences == NULL)
			return NULL;
	}
	s = &w->sentences[w->sentence_count++];
	memset(s, 0, sizeof(*s));
	s->intro = s->head = UINT32_MAX;
	return s;
}

/* is_signoff - a line that is a closing formula and hardly more */
static bool
is_signoff(const struct find_work *w, const struct find_sentence *s)
{
	uint32_t i, of = 0, others = 0;

	if (!s->is_alone || !(s->classes & CLASS_BIT(SIGNOFF)) ||
	    (s->classes & CLASS_BIT(GREETING)))
		return false;
	for (i = s->first; i < s->end; i++)
		if (w->words[i].classes & CLASS_BIT(SIGNOFF))
			of++;
		else if (w->text->tokens[i].kind != TEXT_OTHER)
			others++;
	return others <= 1 || (others <= 3 && of >= others);
}

/* relate - list introductions, table heads, what follows the sign-off */
static void
relate(struct find_work *w)
{
	const struct text_token *k = w->text->tokens;
	uint32_t intro = UINT32_MAX, head = UINT32_MAX, i;
	bool signed_off = false;
	struct find_sentence *s;

	for (i = 0; i < w->sentence_count; i++) {
		s = &w->sentences[i];
		if (s->is_row) {
			if (head == UINT32_MAX)
				head = i;
			s->head = head;
		} else if (s->end - s->first > 2 ||
			   k[s->first].kind != TEXT_OTHER) {
			head = UINT32_MAX;
		}
		s->after_signoff = signed_off;
		if (is_signoff(w, s) && i > 0)
			signed_off = true;
		if (s->ends_colon)
			intro = i;
		else if (intro != UINT32_MAX && s->starts_unit && !s->is_item &&
			 !s->is_row && k[s->first].breaks >= 2 && i > intro + 1)
			intro = UINT32_MAX;
		if (intro != UINT32_MAX && intro != i)
			s->intro = intro;
		w->mail_classes |= s->classes;
	}
}

enum rc
find_sentences(struct find_work *w)
{
	const struct text_token *k = w->text->tokens;
	uint32_t n = (uint32_t)w->text->count, i, j, end;
	struct find_sentence *s;
	bool item = false;
	uint8_t usual;
	size_t l;
	enum rc rc;

	for (l = 0; l < w->in->lang_count; l++) {
		rc = lang_read(
		    w->mem, w->in->langs[l], w->text, &w->read[l], w->e);
		if (rc != RC_OK)
			return rc;
		fill_names(w->in->langs[l], &w->names[l]);
	}
	w->words = talloc_zero_array(w->mem, struct find_word, n + 1);
	if (w->words == NULL)
		return err_nomem(w->e);
	for (i = 0; i < n; i++)
		w->words[i].time = FIND_NO_TIME;
	for (l = 0; l < w->in->times->count; l++)
		for (j = 0; j < w->in->times->exprs[l].count; j++)
			w->words[w->in->times->exprs[l].first + j].time =
			    (uint32_t)l;
	usual = usual_language(w);
	for (i = 0; i < n; i = end) {
		if (k[i].is_marker) {
			item = true;
			end = i + 1;
			continue;
		}
		end = sentence_end(w, i);
		s = add_sentence(w);
		if (s == NULL)
			return err_nomem(w->e);
		s->first = i;
		s->end = end;
		s->starts_unit = k[i].starts_unit;
		s->is_item = item;
		if (end < n && k[end].starts_unit)
			item = false;
		s->is_row = is_row(w->text, i, end);
		s->is_alone =
		    s->starts_unit && (end == n || k[end].starts_unit);
		s->is_question = is_char(&k[end - 1], '?');
		s->is_exclaim = is_char(&k[end - 1], '!');
		s->ends_colon = is_char(&k[end - 1], ':');
		s->lang = language(w, i, end, usual);
		read_words(w, s);
	}
	relate(w);
	return RC_OK;
}
