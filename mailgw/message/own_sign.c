/*
 * own_sign.c - where the signature begins, and boilerplate
 *
 * In a run of kept lines, the first of these begins it: the line "-- "; the
 * line behind a closing ("Cordialement,"); a line that is the author's name; a
 * name with nothing but short lines behind it. What stands behind is not read,
 * but a postscript is. The closing itself stays: « à mardi 9 h » may be in it.
 */
#include "core/core.h"

#include "mailgw/message/own_priv.h"

#define CLOSE_WORDS 7 /* a closing has no more words */
#define NAME_WORDS  5
#define TAIL_LINES  10 /* of a signature that only its form shows */

static bool
is_word_octet(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       (unsigned char)c >= 0x80;
}

static bool
next_word(struct slice *rest, struct slice *word)
{
	size_t i = 0;

	while (i < rest->len && !is_word_octet(rest->at[i]))
		i++;
	word->at = rest->at + i;
	word->len = 0;
	while (i < rest->len && is_word_octet(rest->at[i])) {
		i++;
		word->len++;
	}
	rest->at += i;
	rest->len -= i;
	return word->len > 0;
}

static size_t
count_words(struct slice fold)
{
	struct slice word;
	size_t n = 0;

	while (n < 100 && next_word(&fold, &word))
		n++;
	return n;
}

static size_t
count_digits(struct slice s)
{
	size_t i, n = 0;

	for (i = 0; i < s.len; i++)
		n += s.at[i] >= '0' && s.at[i] <= '9';
	return n;
}

/* has_phone - nine digits or more with nothing but marks between */
static bool
has_phone(struct slice s)
{
	size_t i, n = 0;

	for (i = 0; i < s.len; i++) {
		if (s.at[i] >= '0' && s.at[i] <= '9') {
			if (++n >= 9)
				return true;
		} else if (!strchr(" .-()/+", s.at[i])) {
			n = 0;
		}
	}
	return false;
}

static bool
has_text(struct slice s, const char *text)
{
	return memmem(s.at, s.len, text, strlen(text)) != NULL;
}

static char
last_char(struct slice s)
{
	return s.len ? s.at[s.len - 1] : '\0';
}

static bool
ends_sentence(struct slice s)
{
	char c = last_char(s);

	return c == '.' || c == '!' || c == '?';
}

/* has_word - one of the words of a folded name, or their initial */
static bool
has_word(struct slice name, struct slice word)
{
	struct slice w;

	while (next_word(&name, &w)) {
		if (w.len == word.len && memcmp(w.at, word.at, w.len) == 0)
			return true;
		if (word.len == 1 && w.at[0] == word.at[0])
			return true;
	}
	return false;
}

static bool
is_title(struct slice w)
{
	static const char *const titles[] = { "m", "mr", "mrs", "ms", "mme",
		"mlle", "dr", "me", "maitre", "pr", "prof", "et", "and", "la",
		"le", "les", "l", "team", "equipe", "votre", "your", "the",
		"service", "de", "du" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(titles); i++)
		if (slice_is(w, titles[i]))
			return true;
	return false;
}

/* is_author - the line is the author's name, or part of it, and no more */
static bool
is_author(const struct own *o, const struct own_line *l)
{
	struct slice rest = l->fold, word;
	size_t n = 0, named = 0;

	if (l->is_table || l->fold.len > 60 || ends_sentence(l->fold) ||
	    last_char(l->fold) == ':')
		return false;
	while (next_word(&rest, &word)) {
		if (++n > NAME_WORDS + 1)
			return false;
		if (has_word(o->name, word))
			named += word.len > 1;
		else if (has_word(o->user, word) && word.len > 2)
			named++;
		else if (!is_title(word))
			return false;
	}
	return named > 0;
}

/* is_name - one to five words, each with a capital, and nothing else */
static bool
is_name(const struct own_line *l)
{
	static const char *const small[] = { "de", "du", "des", "la", "le",
		"et", "and", "von", "van", "der", "di", "&", "x", "l", "d" };
	size_t i = 0, start, k, words = 0;
	struct slice t = l->text, w;
	unsigned char c;

	if (l->is_table ||
	    (l->kinds & (OWN_CLOSE | OWN_CLOSE_WEAK | OWN_SAID)) ||
	    l->fold.len == 0 || l->fold.len > 50 ||
	    strchr(".?!:;)", last_char(l->fold)))
		return false;
	if (strchr("-*", t.at[0]) && t.len > 1 && t.at[1] == ' ' &&
	    l->fold.at[0] != '-')
		return false;
	while (i < t.len) {
		while (i < t.len && strchr(" ,-/|*.\t", t.at[i]))
			i++;
		start = i;
		while (i < t.len && !strchr(" ,-/|*.\t", t.at[i])) {
			if (t.at[i] >= '0' && t.at[i] <= '9')
				return false;
			i++;
		}
		if (i == start)
			continue;
		words++;
		w = (struct slice){ t.at + start, i - start };
		c = (unsigned char)w.at[0];
		if (c >= 'A' && c <= 'Z')
			continue;
		/* É, Ö and the like: U+00C0 to U+00DE */
		if (c == 0xc3 && w.len > 1 && (unsigned char)w.at[1] < 0x9f)
			continue;
		for (k = 0; k < ARRAY_LEN(small); k++)
			if (slice_is(w, small[k]) ||
			    (w.len > 2 && w.at[1] == '\'' && w.at[2] >= 'A' &&
				w.at[2] <= 'Z'))
				break;
		if (k == ARRAY_LEN(small))
			return false;
	}
	return words > 0 && words <= NAME_WORDS &&
	       memchr(t.at, '\t', t.len) == NULL;
}

/* is_company - the line spells the author's domain */
static bool
is_company(const struct own *o, const struct own_line *l)
{
	char squeezed[160];
	size_t i, n = 0;

	if (o->company[0] == '\0' || l->fold.len > 150)
		return false;
	for (i = 0; i < l->fold.len && n < sizeof(squeezed); i++)
		if (is_word_octet(l->fold.at[i]))
			squeezed[n++] = l->fold.at[i];
	return memmem(squeezed, n, o->company, strlen(o->company)) != NULL;
}

/* is_contact - a telephone, an address, a company number, and few words */
static bool
is_contact(const struct own *o, const struct own_line *l)
{
	size_t words = count_words(l->fold);
	size_t digits = count_digits(l->fold);

	if (l->is_table || l->fold.len > 140 || words > 18)
		return false;
	if ((l->kinds & OWN_CONTACT) && words <= 14 &&
	    !(ends_sentence(l->fold) && words > 7))
		return digits >= 6 || words <= 6;
	if (has_text(l->fold, "www.") || has_text(l->fold, "http") ||
	    (memchr(l->fold.at, '@', l->fold.len) && words <= 8))
		return words <= 10;
	if (words <= 9 && has_phone(l->fold) &&
	    !(ends_sentence(l->fold) && words > 4))
		return true;
	if (is_company(o, l))
		return words <= 6 || has_text(l->fold, " - ") ||
		       has_text(l->fold, "|") ||
		       has_text(l->fold, "\xe2\x80\xa2");
	return has_text(l->fold, " | ") || has_text(l->fold, " \xe2\x80\xa2 ");
}

/* is_motto - "Company - we never sleep": before the dash nothing but words of
 * the author's name or domain */
static bool
is_motto(const struct own *o, const struct own_line *l)
{
	struct slice head = l->fold, word;
	const char *dash = memmem(head.at, head.len, " - ", 3);
	size_t named = 0;

	if (dash == NULL || l->is_table || l->fold.len > 120)
		return false;
	head.len = (size_t)(dash - head.at);
	while (next_word(&head, &word)) {
		if (word.len >= 4 && (has_word(o->name, word) ||
					 memmem(o->company, strlen(o->company),
					     word.at, word.len) != NULL))
			named++;
		else if (word.len > 3 && !is_title(word))
			return false;
	}
	return named > 0;
}

static bool
is_item(const struct own_line *l)
{
	const char *at = l->fold.at;

	if (l->fold.len < 3)
		return false;
	if ((at[0] == '-' || at[0] == '+') && at[1] == ' ')
		return true;
	if (strncmp(at, "\xe2\x80\xa2", 3) == 0)
		return true;
	return at[0] >= '0' && at[0] <= '9' && (at[1] == '.' || at[1] == ')');
}

static size_t
next_shown(const struct own *o, size_t i, size_t to)
{
	while (i < to && (own_is_blank(&o->lines[i]) || o->lines[i].mark))
		i++;
	return i;
}

/* is_sig_tail - lines [i, to) have the form of a signature: short, no list,
 * no prose; company, telephone and legal lines count for it */
static bool
is_sig_tail(const struct own *o, size_t i, size_t to)
{
	size_t shown = 0;
	bool evidence = false;
	const struct own_line *l;

	for (; i < to; i++) {
		l = &o->lines[i];
		if (own_is_blank(l) || (l->kinds & OWN_MOBILE))
			continue;
		if (l->kinds & (OWN_LEGAL | OWN_PS))
			return true;
		if (is_contact(o, l) || is_company(o, l) || is_motto(o, l)) {
			evidence = true;
			continue;
		}
		/* a moment is said, where nothing shows that it is not */
		if (!evidence &&
		    ((l->kinds & OWN_SAID) || count_digits(l->fold) > 0))
			return false;
		if (++shown > TAIL_LINES || l->fold.len > 90 || is_item(l) ||
		    l->is_table)
			return false;
		if (ends_sentence(l->fold) && count_words(l->fold) > 4 &&
		    !evidence)
			return false;
		if (last_char(l->fold) == ':' || has_text(l->text, "   "))
			return false;
	}
	return true;
}

/* is_delimiter - "-- " and what people make of it */
static bool
is_delimiter(const struct own_line *l)
{
	struct slice t = l->text;

	while (t.len > 0 && (t.at[t.len - 1] == ' '))
		t.len--;
	return slice_is(t, "--") || slice_is(t, "---") ||
	       slice_is(t, "\xe2\x80\x94") || slice_is(t, "__") ||
	       slice_is(t, "___") || slice_is(t, "-- -");
}

static bool
is_rule(const struct own_line *l)
{
	size_t i;

	for (i = 0; i < l->text.len; i++)
		if (!strchr("-_=*~ ", l->text.at[i]))
			return false;
	return l->text.len >= 4;
}

/* closes - line i ends the letter: what follows is the signature */
static bool
closes(const struct own *o, size_t from, size_t i, size_t to)
{
	const struct own_line *l = &o->lines[i], *n;
	size_t next = next_shown(o, i + 1, to), words = count_words(l->fold);

	if ((l->kinds & OWN_CLOSE) && words <= CLOSE_WORDS)
		return true;
	if (l->kinds & OWN_FORMULA)
		return true;
	if (!(l->kinds & OWN_CLOSE_WEAK) || i == from || words > 10 ||
	    last_char(l->fold) == ':' || last_char(l->fold) == '?' ||
	    next >= to)
		return false;
	n = &o->lines[next];
	return is_author(o, n) ||
	       (is_name(n) && is_sig_tail(o, next + 1, to)) || is_contact(o, n);
}

/* signature_at - the first line of the signature in [from, to), or `to` */
static size_t
signature_at(const struct own *o, size_t from, size_t to)
{
	size_t i, shown = 0;
	bool prev_blank = true;
	const struct own_line *l, *prev = NULL;

	for (i = from; i < to; i++) {
		l = &o->lines[i];
		if (own_is_blank(l) || l->mark) {
			prev_blank = true;
			/* "--" and rules fold to text; nothing to see here */
			if (is_delimiter(l))
				return i;
			continue;
		}
		if (is_delimiter(l) && shown > 0)
			return i;
		if (closes(o, from, i, to))
			return i + 1;
		if (shown > 0 && is_author(o, l) &&
		    (prev_blank || ends_sentence(prev->fold) ||
			last_char(prev->fold) == ','))
			return i;
		if (shown > 0 && is_name(l) && is_sig_tail(o, i + 1, to) &&
		    (prev_blank || ends_sentence(prev->fold)))
			return i;
		if (is_rule(l) && shown > 0 && i + 1 < to &&
		    (is_author(o, &o->lines[i + 1]) ||
			(is_name(&o->lines[i + 1]) &&
			    is_sig_tail(o, i + 2, to))))
			return i;
		prev = l;
		prev_blank = false;
		shown++;
	}
	return to;
}

/* paragraph - mark from line i to the next blank one; the line behind */
static size_t
paragraph(struct own *o, size_t i, size_t to, enum own_fate fate)
{
	while (i < to && !own_is_blank(&o->lines[i]))
		o->lines[i++].fate = (uint8_t)fate;
	return i;
}

/* contact_tail - lines of contact at the very end, without any closing before
 * them; not where they go on a sentence */
static void
contact_tail(struct own *o, size_t from, size_t to)
{
	size_t first = next_shown(o, from, to), i, at = to;
	const struct own_line *l;

	for (i = to; i-- > first + 1;) {
		l = &o->lines[i];
		if (l->fate != OWN_KEEP || own_is_blank(l))
			continue;
		if (!is_contact(o, l) && !is_motto(o, l))
			break;
		at = i;
	}
	if (at == to)
		return;
	l = &o->lines[at - 1];
	if (!own_is_blank(l) && l->fate == OWN_KEEP && l->fold.len > 40 &&
	    !ends_sentence(l->fold))
		return;
	for (i = at; i < to; i++)
		if (o->lines[i].fate == OWN_KEEP)
			o->lines[i].fate = OWN_SIGNATURE;
}

void
own_signature(struct own *o, size_t from, size_t to)
{
	size_t sig = signature_at(o, from, to), i;
	struct own_line *l;

	/* behind the signature only a postscript is the author's */
	for (i = sig; i < to;) {
		l = &o->lines[i];
		if (l->kinds & OWN_PS) {
			while (i < to && !own_is_blank(&o->lines[i]) &&
			       !(o->lines[i].kinds & (OWN_MOBILE | OWN_LEGAL)))
				i++;
			if (l != &o->lines[i])
				continue;
		}
		l->fate = OWN_SIGNATURE;
		i++;
	}
	for (i = from; i < sig;) {
		l = &o->lines[i];
		if (l->kinds & OWN_LEGAL) {
			i = paragraph(o, i, sig, OWN_BOILERPLATE);
			continue;
		}
		if ((l->kinds & OWN_MOBILE) && l->fold.len < 80)
			l->fate = OWN_BOILERPLATE;
		i++;
	}
	contact_tail(o, from, sig);
}
