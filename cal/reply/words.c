/*
 * words.c - what a line of an answer asks for
 */
#include "core/core.h"

#include <glib.h>

#include "cal/reply/words.h"

#define LINE_MAX_OCTETS 400

/* by the value of `act` in the languages' files */
static const struct {
	const char *name;
	enum reply_act act;
} acts[] = {
	{ "none", REPLY_NONE },
	{ "kept", REPLY_KEPT },
	{ "moved", REPLY_MOVED },
	{ "withdrawn", REPLY_WITHDRAWN },
	{ "not", REPLY_NOT },
	{ "confirmed", REPLY_CONFIRMED },
	{ "hand", REPLY_HAND },
};

/* number - "12", "n° 12", "no. 12" at the start of a line as it was written;
 * how many octets */
static size_t
number(const char *line, int64_t *out)
{
	const char *t = line;

	t += strspn(t, " \t#([*-");
	if (strncasecmp(t, "n°", strlen("n°")) == 0)
		t += strlen("n°");
	else if (strncasecmp(t, "no. ", 4) == 0 ||
		 strncasecmp(t, "nr. ", 4) == 0)
		t += 4;
	while (*t == ' ' || strncmp(t, "\xc2\xa0", 2) == 0)
		t += *t == ' ' ? 1 : 2;
	*out = 0;
	if (*t < '0' || *t > '9')
		return 0;
	for (; *t >= '0' && *t <= '9'; t++)
		if (__builtin_mul_overflow(*out, 10, out) ||
		    __builtin_add_overflow(*out, *t - '0', out)) {
			*out = 0;
			return 0;
		}
	if (*t != '\0' && strchr(" \t:.,)]-", *t) == NULL &&
	    strncmp(t, "\xc2\xa0", 2) != 0) {
		*out = 0;
		return 0;
	}
	t += strspn(t, " \t:.,)]-");
	if (strncmp(t, "\xc2\xa0", 2) == 0)
		t += 2 + strspn(t + 2, " :");
	return (size_t)(t - line);
}

/* cut_address - the one word that holds an '@', out of a text; NULL: there is
 * none, or several */
static char *
cut_address(TALLOC_CTX *mem, char *text)
{
	char *at = strchr(text, '@'), *from, *to, *end, *out;

	if (at == NULL || strchr(at + 1, '@') != NULL)
		return NULL;
	for (from = at; from > text && strchr(" \t<(,;:\"", from[-1]) == NULL;)
		from--;
	for (to = at; *to != '\0' && strchr(" \t>),;:\"!?", *to) == NULL;)
		to++;
	for (end = to; to > at && to[-1] == '.';)
		to--;
	out = talloc_strndup(mem, from, (size_t)(to - from));
	while (from > text && strchr("<(\"", from[-1]) != NULL)
		from--;
	end += strspn(end, ">)\"");
	memmove(from, end, strlen(end) + 1);
	return out;
}

/* act_of - of a rule; answer.doubt has none */
static bool
act_of(const struct lang_match *m, enum reply_act *out)
{
	const char *key, *name = NULL;
	bool is_there;
	int32_t value;
	size_t i;

	for (i = 0; lang_sets(m, i, &key, &value, &name, &is_there); i++)
		if (strcmp(key, "act") == 0 && name != NULL)
			break;
	for (i = 0; name != NULL && i < ARRAY_LEN(acts); i++)
		if (strcmp(acts[i].name, name) == 0) {
			*out = acts[i].act;
			return true;
		}
	return false;
}

/* is_whole - nothing but marks between where it ends and the line's end */
static bool
is_whole(const struct lang_match *m, const struct text *t)
{
	size_t i;

	for (i = m->first + m->count; i < t->count; i++)
		if (t->tokens[i].kind != TEXT_OTHER ||
		    strchr(".,!;:-", t->tokens[i].fold[0]) == NULL)
			return false;
	return true;
}

/* in_lang - what one language reads in a text; REPLY_UNCLEAR: nothing */
static enum rc
in_lang(TALLOC_CTX *mem, const struct lang *lang, const struct text *text,
    struct reply_line *out, struct err *e)
{
	enum reply_act act, found = REPLY_UNCLEAR;
	bool is_doubtful = false;
	struct lang_match *m;
	struct lang_text *lt;
	size_t count, i;
	enum rc rc;

	rc = lang_read(mem, lang, text, &lt, e);
	if (rc == RC_OK)
		rc = lang_find(mem, lt, "answer", 0, (uint32_t)text->count,
		    LANG_ALL, &m, &count, e);
	for (i = 0; rc == RC_OK && i < count; i++) {
		if (!act_of(&m[i], &act)) {
			is_doubtful = true;
			continue;
		}
		if (m[i].first != 0 ||
		    (act != REPLY_MOVED && !is_whole(&m[i], text)))
			continue;
		if (found != REPLY_UNCLEAR && found != act) {
			found = REPLY_UNCLEAR; /* two things at once */
			break;
		}
		found = act;
		out->is_all |= lang_captured(&m[i], "all") != NULL;
	}
	/* the others match the whole line */
	if (is_doubtful && found == REPLY_MOVED)
		found = REPLY_UNCLEAR;
	out->act = found;
	return rc;
}

/* has_words - more than marks? */
static bool
has_words(const struct text *t)
{
	size_t i;

	for (i = 0; i < t->count; i++)
		if (t->tokens[i].kind != TEXT_OTHER ||
		    (unsigned char)t->tokens[i].fold[0] >= 0x80)
			return true;
	return false;
}

enum rc
reply_line(TALLOC_CTX *mem, const struct reply_langs *langs, struct slice line,
    struct reply_line *out, struct err *e)
{
	char *said, *left, *address;
	struct reply_line one;
	struct text *text;
	gchar *valid;
	enum rc rc;
	size_t i;

	*out = (struct reply_line){ .act = REPLY_UNCLEAR };
	if (line.len > LINE_MAX_OCTETS)
		return RC_OK;
	valid = g_utf8_make_valid(line.at, (gssize)line.len);
	said = talloc_strdup(mem, valid);
	g_free(valid);
	if (said == NULL)
		return err_nomem(e);
	said += number(said, &out->number);
	left = talloc_strdup(mem, said);
	if (left == NULL)
		return err_nomem(e);
	address = cut_address(mem, left);
	rc = text_new(mem, slice_of(left), &text, e);
	if (rc == RC_OK && address == NULL && !has_words(text) &&
	    out->number == 0)
		out->act = REPLY_NONE;
	for (i = 0;
	     rc == RC_OK && out->act == REPLY_UNCLEAR && i < langs->count;
	     i++) {
		one = *out;
		rc = in_lang(mem, langs->langs[i], text, &one, e);
		if (one.act != REPLY_UNCLEAR)
			*out = one;
	}
	if ((out->act == REPLY_HAND) != (address != NULL) ||
	    (out->act == REPLY_NONE && out->number != 0))
		out->act = REPLY_UNCLEAR;
	if (out->act == REPLY_HAND)
		out->rest = address;
	if (out->act == REPLY_MOVED)
		out->rest = said;
	return rc;
}
