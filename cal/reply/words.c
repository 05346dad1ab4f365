/*
 * words.c - what a line of an answer asks for
 */
#include "core/core.h"

#include <glib.h>

#include "cal/reply/words.h"

#define LINE_MAX_OCTETS 400

/* the longest that fits is taken */
static const struct {
	const char *phrase; /* lower case, no accents, single blanks */
	enum reply_act act;
} phrases[] = {
	{ "fait", REPLY_KEPT },
	{ "faite", REPLY_KEPT },
	{ "c'est fait", REPLY_KEPT },
	{ "envoye", REPLY_KEPT },
	{ "envoyee", REPLY_KEPT },
	{ "c'est envoye", REPLY_KEPT },
	{ "livre", REPLY_KEPT },
	{ "tenu", REPLY_KEPT },
	{ "tenue", REPLY_KEPT },
	{ "termine", REPLY_KEPT },
	{ "terminee", REPLY_KEPT },
	{ "regle", REPLY_KEPT },
	{ "done", REPLY_KEPT },
	{ "it's done", REPLY_KEPT },
	{ "sent", REPLY_KEPT },
	{ "it's sent", REPLY_KEPT },
	{ "kept", REPLY_KEPT },
	{ "delivered", REPLY_KEPT },
	{ "completed", REPLY_KEPT },
	{ "reporte", REPLY_MOVED },
	{ "reportee", REPLY_MOVED },
	{ "reporter", REPLY_MOVED },
	{ "repousse", REPLY_MOVED },
	{ "decale", REPLY_MOVED },
	{ "deplace", REPLY_MOVED },
	{ "nouvelle date", REPLY_MOVED },
	{ "moved", REPLY_MOVED },
	{ "move", REPLY_MOVED },
	{ "postponed", REPLY_MOVED },
	{ "rescheduled", REPLY_MOVED },
	{ "new date", REPLY_MOVED },
	{ "annule", REPLY_WITHDRAWN },
	{ "annulee", REPLY_WITHDRAWN },
	{ "annuler", REPLY_WITHDRAWN },
	{ "c'est annule", REPLY_WITHDRAWN },
	{ "abandonne", REPLY_WITHDRAWN },
	{ "cancelled", REPLY_WITHDRAWN },
	{ "canceled", REPLY_WITHDRAWN },
	{ "cancel", REPLY_WITHDRAWN },
	{ "withdrawn", REPLY_WITHDRAWN },
	{ "dropped", REPLY_WITHDRAWN },
	{ "pas une promesse", REPLY_NOT },
	{ "ce n'est pas une promesse", REPLY_NOT },
	{ "c'est pas une promesse", REPLY_NOT },
	{ "not a promise", REPLY_NOT },
	{ "this is not a promise", REPLY_NOT },
	{ "it's not a promise", REPLY_NOT },
	{ "a", REPLY_HAND },
	{ "pour", REPLY_HAND },
	{ "confie a", REPLY_HAND },
	{ "confiee a", REPLY_HAND },
	{ "transmis a", REPLY_HAND },
	{ "to", REPLY_HAND },
	{ "for", REPLY_HAND },
	{ "hand over to", REPLY_HAND },
	{ "handed over to", REPLY_HAND },
};

/* words that say nothing here */
static const char *const fillers[] = { "ok", "oui", "yes", "merci", "thanks",
	"thank you", "bonjour", "hello", "hi", "bonsoir", "deja", "already",
	"bien", "cordialement", "regards", "best regards", "bonne journee",
	"bonne soiree", "cdlt" };

/* plain - lower case, no accents, ' for ’, single blanks; owned by mem */
static char *
plain(TALLOC_CTX *mem, const char *s)
{
	gchar *lower = g_utf8_casefold(s, -1);
	gchar *apart = g_utf8_normalize(lower, -1, G_NORMALIZE_ALL);
	char *out = talloc_array(mem, char, strlen(apart) + 1);
	const char *c;
	size_t n = 0;

	for (c = apart; out != NULL && *c != '\0';
	     c += g_utf8_skip[(unsigned char)*c]) {
		gunichar u = g_utf8_get_char(c);

		if (g_unichar_ismark(u))
			continue;
		if (u == 0x2019)
			u = '\'';
		if (g_unichar_isspace(u) ||
		    (u < 0x80 && strchr(".,;:!?()#*<>\"-", (int)u) != NULL) ||
		    u == 0xab || u == 0xbb || u == 0x2013 || u == 0x2026)
			u = ' ';
		if (u == ' ' && (n == 0 || out[n - 1] == ' '))
			continue;
		n += (size_t)g_unichar_to_utf8(u, out + n);
	}
	if (out != NULL) {
		while (n > 0 && out[n - 1] == ' ')
			n--;
		out[n] = '\0';
	}
	g_free(apart);
	g_free(lower);
	return out;
}

/* begins - text begins with these whole words: how many octets, else 0 */
static size_t
begins(const char *text, const char *words)
{
	size_t n = strlen(words);

	if (strncmp(text, words, n) != 0 || (text[n] != '\0' && text[n] != ' '))
		return 0;
	return text[n] == ' ' ? n + 1 : n;
}

/* skip_fillers - behind those at the start of text */
static const char *
skip_fillers(const char *text)
{
	size_t i, n = 0;

	do {
		for (i = 0, n = 0; n == 0 && i < ARRAY_LEN(fillers); i++)
			n = begins(text, fillers[i]);
		text += n;
	} while (n > 0);
	return text;
}

/* number - "12", "n° 12", "no. 12" at the start of a line as it was written;
 * how many octets */
static size_t
number(const char *line, int64_t *out)
{
	const char *t = line;

	t += strspn(t, " \t#([*-");
	if (strncasecmp(t, "n°", strlen("n°")) == 0)
		t += strlen("n°");
	else if (strncasecmp(t, "no. ", 4) == 0)
		t += 4;
	while (*t == ' ' || strncmp(t, "\xc2\xa0", 2) == 0)
		t += *t == ' ' ? 1 : 2;
	*out = 0;
	if (*t < '0' || *t > '9')
		return 0;
	for (; *t >= '0' && *t <= '9'; t++)
		if (__builtin_mul_overflow(*out, 10, out) ||
		    __builtin_add_overflow(*out, *t - '0', out))
			return 0;
	if (*t != '\0' && strchr(" \t:.,)]-", *t) == NULL &&
	    strncmp(t, "\xc2\xa0", 2) != 0) {
		*out = 0;
		return 0;
	}
	return (size_t)(t - line);
}

/* phrase - the longest one at the start of text */
static size_t
phrase(const char *text, enum reply_act *act)
{
	size_t i, n, best = 0;

	for (i = 0; i < ARRAY_LEN(phrases); i++) {
		n = begins(text, phrases[i].phrase);
		if (n > best) {
			best = n;
			*act = phrases[i].act;
		}
	}
	return best;
}

/* address - the one word of a text that holds an '@', cut out; else NULL */
static char *
address(TALLOC_CTX *mem, const char *line)
{
	const char *at = strchr(line, '@'), *from, *to;

	if (at == NULL || strchr(at + 1, '@') != NULL)
		return NULL;
	for (from = at; from > line && strchr(" \t<(,;:\"", from[-1]) == NULL;)
		from--;
	for (to = at; *to != '\0' && strchr(" \t>),;:\"!?", *to) == NULL;)
		to++;
	while (to > at && to[-1] == '.')
		to--;
	return talloc_strndup(mem, from, (size_t)(to - from));
}

enum rc
reply_line(
    TALLOC_CTX *mem, struct slice line, struct reply_line *out, struct err *e)
{
	char *text, *read, *said;
	const char *behind;
	gchar *valid;
	size_t n;

	*out = (struct reply_line){ .act = REPLY_UNCLEAR };
	if (line.len > LINE_MAX_OCTETS)
		return RC_OK;
	valid = g_utf8_make_valid(line.at, (gssize)line.len);
	text = talloc_strdup(mem, valid);
	g_free(valid);
	if (text == NULL)
		return err_nomem(e);
	text += number(text, &out->number);
	read = plain(mem, text);
	if (read == NULL)
		return err_nomem(e);
	behind = skip_fillers(read);
	n = begins(behind, "tout");
	if (n == 0)
		n = begins(behind, "all");
	out->is_all = n > 0;
	behind = skip_fillers(behind + n);
	if (*behind == '\0') {
		if (out->number == 0 && !out->is_all)
			out->act = REPLY_NONE;
		return RC_OK;
	}
	n = phrase(behind, &out->act);
	behind = skip_fillers(behind + n);
	switch (out->act) {
	case REPLY_HAND:
		out->rest = address(mem, text);
		/* nothing but the address behind it */
		said = out->rest ? plain(mem, out->rest) : NULL;
		if (said == NULL || begins(behind, said) == 0 ||
		    *skip_fillers(behind + begins(behind, said)) != '\0')
			out->act = REPLY_UNCLEAR;
		break;
	case REPLY_MOVED:
		out->rest = text;
		break;
	default:
		if (*behind != '\0')
			out->act = REPLY_UNCLEAR;
		break;
	}
	return RC_OK;
}
