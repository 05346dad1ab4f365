/*
 * note.c - the words of a reminder: subject and text
 */
#include "core/core.h"

#include "cal/ical/clean.h"
#include "cal/ical/words.h"
#include "cal/remind/letter.h"
#include "cal/remind/note.h"
#include "cal/remind/note_words.h"

#define SENTENCE_MAX 600 /* octets shown */
#define NAME_MAX_    120
#define UNRESERVED   "-._~" /* beside letters and digits */
#define SHOWN        3      /* customers */

/* the formats stand in note_words.c alone */
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

const char *
note_lang(const struct note *n)
{
	size_t fr = 0, i;

	for (i = 0; i < n->count; i++)
		fr += strcmp(n->items[i].promise->lang, "fr") == 0;
	return fr * 2 >= n->count && fr > 0 ? "fr" : "en";
}

char *
note_to(TALLOC_CTX *mem, const struct promise *p, const char *lang)
{
	const struct note_words *w = note_words_of(lang);
	char *out = talloc_strdup(mem, "");
	size_t i;

	for (i = 0; p->customers != NULL && p->customers[i] != NULL; i++)
		if (i < SHOWN)
			out = talloc_asprintf_append(out, "%s%s",
			    i > 0 ? ", " : "",
			    clean_text(mem, p->customers[i], 254));
	if (i > SHOWN)
		out = talloc_asprintf_append(
		    out, w->others[i - SHOWN > 1], i - SHOWN);
	return out;
}

/* escape - percent-encoded for a mailto: (RFC 6068), but for what is in `bare`
 * too; owned by mem */
static char *
escape(TALLOC_CTX *mem, const char *s, const char *bare)
{
	static const char hex[] = "0123456789ABCDEF";
	char *out = talloc_array(mem, char, strlen(s) * 3 + 1);
	size_t n = 0;

	for (; out != NULL && *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || strchr(bare, c) != NULL) {
			out[n++] = (char)c;
			continue;
		}
		out[n++] = '%';
		out[n++] = hex[c >> 4];
		out[n++] = hex[c & 15];
	}
	if (out != NULL)
		out[n] = '\0';
	return out;
}

/* day_of - an instant as a person says it, without the hour */
static char *
day_of(TALLOC_CTX *mem, const struct promise *p, int64_t at, const char *lang)
{
	struct civil c;
	struct zone *z;
	struct err e;

	if (zone_open(mem, p->zone ? p->zone : "UTC", &z, &e) != RC_OK)
		return talloc_strdup(mem, "?");
	c = zone_civil(z, at);
	talloc_free(z);
	c.minute = CIVIL_NO_MINUTE;
	return words_date(mem, words_of(lang), c);
}

char *
note_mailto(TALLOC_CTX *mem, const struct promise *p)
{
	const struct note_words *w = note_words_of(p->lang);
	char *to = talloc_strdup(mem, ""), *body, *said, *sentence;
	size_t i, n = 0;

	for (i = 0; p->customers != NULL && p->customers[i] != NULL; i++) {
		if (!letter_is_address(p->customers[i]) || n == SHOWN)
			continue;
		to = talloc_asprintf_append(to, "%s%s", n++ > 0 ? "," : "",
		    escape(mem, p->customers[i], UNRESERVED "@"));
	}
	if (n == 0)
		return NULL;
	said = day_of(mem, p, p->sent_at, w->lang);
	sentence = clean_text(mem, p->text, SENTENCE_MAX);
	if (p->due.is_set)
		body = talloc_asprintf(mem, w->delay_body, said, sentence,
		    words_date(mem, words_of(w->lang), p->due));
	else
		body =
		    talloc_asprintf(mem, w->delay_body_undated, said, sentence);
	if (body == NULL)
		return NULL;
	return talloc_asprintf(mem, "mailto:%s?subject=%s&body=%s", to,
	    escape(mem, w->delay_subject, UNRESERVED),
	    escape(mem, body, UNRESERVED));
}

/* line - one indented line, behind what is there */
static char *
line(char *text, const char *s)
{
	return talloc_asprintf_append(text, "   %s\n", s ? s : "");
}

/* doubts - what is wrong with its date */
static char *
doubts(char *text, const struct promise *p, const struct note_words *w)
{
	if (p->warnings & WARN_WEEKDAY)
		text = line(text, w->warn_weekday);
	if (p->warnings & WARN_PAST)
		text = line(text, w->warn_past);
	if (p->warnings & WARN_CLOSED)
		text = line(text, w->warn_closed);
	if (p->warnings & WARN_NEXT)
		text = line(text, w->warn_next);
	if (!p->due.is_set && p->after == NULL)
		text = line(text, w->warn_undated);
	return text;
}

/* dates - due, window, first due */
static char *
dates(TALLOC_CTX *mem, char *text, const struct promise *p,
    const struct note_words *w)
{
	const struct words *names = words_of(w->lang);

	if (p->from.is_set)
		text = line(text, talloc_asprintf(mem, w->window,
				      words_date(mem, names, p->from)));
	if (!p->due.is_set)
		return line(text, w->undated);
	text = line(
	    text, talloc_asprintf(mem, w->due, words_date(mem, names, p->due)));
	if (p->due_first.is_set && (p->due_first.day != p->due.day ||
				       p->due_first.minute != p->due.minute))
		text = line(text, talloc_asprintf(mem, w->first,
				      words_date(mem, names, p->due_first)));
	return text;
}

/* paragraph - one promise */
static char *
paragraph(TALLOC_CTX *mem, char *text, const struct note_item *item,
    const struct note_words *w)
{
	const struct promise *p = item->promise;
	char *sentence = clean_text(mem, p->text, SENTENCE_MAX);
	char *who = clean_text(mem,
	    p->author_name && *p->author_name ? p->author_name : p->author,
	    NAME_MAX_);
	char *mailto = note_mailto(mem, p);

	text =
	    talloc_asprintf_append(text, w->number, w->why[item->why], p->id);
	text = talloc_asprintf_append(text, "\n   %s%s%s\n", w->quote[0],
	    sentence ? sentence : "", w->quote[1]);
	text =
	    line(text, talloc_asprintf(mem, w->to, note_to(mem, p, w->lang)));
	text = line(text, talloc_asprintf(mem, w->by, who ? who : "?",
			      day_of(mem, p, p->sent_at, w->lang)));
	text = dates(mem, text, p, w);
	if (p->condition != NULL)
		text = line(text, talloc_asprintf(mem, w->condition,
				      clean_text(mem, p->condition, 300)));
	if (p->is_hedged)
		text = line(text, w->hedged);
	if (p->is_uncertain)
		text = line(text, w->uncertain);
	if (item->why == NOTE_CHECK)
		text = doubts(text, p, w);
	else if (mailto != NULL && item->why != NOTE_GONE)
		text = talloc_asprintf_append(
		    text, "   %s\n   %s\n", w->delay, mailto);
	return talloc_asprintf_append(text, "\n");
}

/* subject_of - one line */
static char *
subject_of(TALLOC_CTX *mem, const struct note *n, const struct note_words *w)
{
	const struct promise *p = n->items[0].promise;
	char *out, *to = note_to(mem, p, w->lang);
	size_t late = 0, i;

	if (n->count == 1 && p->due.is_set)
		return talloc_asprintf(mem, w->one, w->why[n->items[0].why], to,
		    words_date(mem, words_of(w->lang), p->due));
	if (n->count == 1)
		return talloc_asprintf(
		    mem, w->one_undated, w->why[n->items[0].why], to);
	for (i = 0; i < n->count; i++)
		late += n->items[i].why == NOTE_LATE;
	out = talloc_asprintf(mem, w->many[n->kind], n->count);
	if (late > 0 && n->kind != NOTE_TEAM)
		out = talloc_asprintf_append(out, w->many_late, late);
	return out;
}

enum rc
note_write(TALLOC_CTX *mem, const struct note *n, char **subject, char **text,
    struct err *e)
{
	const struct note_words *w = note_words_of(note_lang(n));
	int64_t id = n->items[0].promise->id;
	char *out;
	size_t i;

	out = talloc_asprintf(mem, "%s\n\n", w->hello[n->kind]);
	for (i = 0; i < n->count && i < NOTE_MAX_ITEMS; i++)
		out = paragraph(mem, out, &n->items[i], w);
	if (n->count > i) {
		out = talloc_asprintf_append(out, w->more, n->count - i);
		out = talloc_asprintf_append(out, "\n\n");
	}
	if (n->has_answers && n->count == 1)
		out = talloc_asprintf_append(out, "%s\n", w->answer_one);
	else if (n->has_answers) {
		out = talloc_asprintf_append(
		    out, w->answer_many, id, id, id, id, id);
		out = talloc_asprintf_append(out, "\n");
	}
	*subject = subject_of(mem, n, w);
	*text = out;
	return out && *subject ? RC_OK : err_nomem(e);
}
