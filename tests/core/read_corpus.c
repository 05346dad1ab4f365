/*
 * read_corpus.c - read a labelled corpus as promise scan would read its mails
 *
 *	read_corpus [-f] CORPUS.jsonl
 *
 * Without -f: what promise scan --json prints, an object a line, for the
 * scorer. With -f: the features of every clause, for contrib/train-find:
 *
 *	mail <tab> sentence <tab> due <tab> words of the sentence
 *	<tab> feature …                     one line behind it per feature
 *
 * Quotes and signatures are taken off only crudely here (lines of ">", what
 * follows "-- "): the corpora are read without their dress.
 */
#include "core/core.h"

#include <jansson.h>

#include "core/civil/civil.h"
#include "core/read/read_priv.h"

static const char *const months = "JanFebMarAprMayJunJulAugSepOctNovDec";

/* date - "Mon, 09 Nov 2026 07:41:00 +0100" */
static bool
date(const char *s, int64_t *at, int *offset)
{
	char month[4] = "", sign;
	int d, y, h, m, sec, zone, i;

	s = strchr(s, ',');
	if (s == NULL || sscanf(s + 1, "%d %3s %d %d:%d:%d %c%d", &d, month, &y,
			     &h, &m, &sec, &sign, &zone) != 8)
		return false;
	for (i = 0; i < 12; i++)
		if (memcmp(months + i * 3, month, 3) == 0)
			break;
	*offset = (zone / 100 * 60 + zone % 100) * (sign == '-' ? -1 : 1);
	*at = (int64_t)civil_day(y, i + 1, d) * 86400 + h * 3600 + m * 60 +
	      sec - (int64_t)*offset * 60;
	return true;
}

/* is_quote_head - what the usual clients put above a quoted message */
static bool
is_quote_head(const char *line)
{
	static const char *const heads[] = { "-----Message d", "-----Original",
		"----- Original", "----- Mail original", "________________",
		"Begin forwarded", "Début du message", "-------- Message tr",
		"---------- Forwarded", "-------- Forwarded",
		"---------- Message" };
	const char *next;
	size_t i;

	for (i = 0; i < ARRAY_LEN(heads); i++)
		if (strncmp(line, heads[i], strlen(heads[i])) == 0)
			return true;
	next = strchr(line, '\n');
	if (next == NULL ||
	    (strncmp(line, "De", 2) != 0 && strncmp(line, "From:", 5) != 0))
		return false;
	next++;
	return strncmp(next, "Envoy", 5) == 0 ||
	       strncmp(next, "Sent:", 5) == 0 ||
	       strncmp(next, "Date", 4) == 0 || strncmp(next, "To:", 3) == 0;
}

/* own_words - the body without quoted lines and marked signature */
static char *
own_words(TALLOC_CTX *mem, const char *body)
{
	char *out = talloc_strdup(mem, body), *from, *to, *line, *end;

	for (from = to = out; *from != '\0'; from = end) {
		line = from;
		end = strchr(line, '\n');
		end = end ? end + 1 : line + strlen(line);
		if (strncmp(line, "-- \n", 4) == 0 || is_quote_head(line))
			break;
		if (*line == '>')
			continue;
		memmove(to, line, (size_t)(end - line));
		to += end - line;
	}
	*to = '\0';
	return out;
}

static bool
is_automatic(json_t *mail)
{
	json_t *h = json_object_get(mail, "headers");
	const char *s = json_string_value(json_object_get(h, "Auto-Submitted"));

	return (s != NULL && strcmp(s, "no") != 0) ||
	       json_object_get(h, "Precedence") != NULL ||
	       json_object_get(h, "List-Unsubscribe") != NULL;
}

struct dump {
	const struct text *text;
	size_t clause;
	char *features;
	struct dump_one {
		size_t clause;
		char *features;
	} * all;
	size_t count;
	TALLOC_CTX *mem;
};

static void
dump(void *arg, size_t clause, const char *feature)
{
	struct dump *d = arg;

	if (d->count == 0 || d->all[d->count - 1].clause != clause) {
		d->all = talloc_realloc(
		    d->mem, d->all, struct dump_one, d->count + 1);
		d->all[d->count++] =
		    (struct dump_one){ clause, talloc_strdup(d->mem, "") };
	}
	d->all[d->count - 1].features = talloc_asprintf_append(
	    d->all[d->count - 1].features, "\t%s", feature);
}

static void
dump_part(TALLOC_CTX *mem, const struct read_langs *langs, const char *id,
    const struct read_mail *m, bool subject, const struct when_ref *ref)
{
	struct dump d = { .mem = mem };
	struct find_result *found;
	struct when_scan *times;
	struct when_result w;
	struct civil named = { 0 };
	char due[CIVIL_TEXT_MAX];
	struct text *t;
	uint32_t next = 0;
	struct err e;
	size_t i;

	if (read_find(mem, langs, m, ref, subject, dump, &d, &t, &times, &found,
		&e) != RC_OK) {
		fprintf(stderr, "%s: %s\n", id, e.text);
		exit(1);
	}
	for (i = 0; i < d.count; i++) {
		const struct find_clause *c = &found->clauses[d.all[i].clause];
		const struct text_token *a = &t->tokens[c->from];
		const struct text_token *b = &t->tokens[c->to - 1];

		read_date(mem, times, c, ref, &named, &next, &w);
		civil_format(w.due, due);
		printf("%s\t%s%u\t%s%s\t%s\t%d-%d%s\n", id, subject ? "s" : "b",
		    c->sentence, due, w.after,
		    text_squeeze(mem, t, a->at, b->at + b->len - a->at),
		    (int)(c->first - c->from), (int)(c->end - c->from),
		    d.all[i].features);
	}
}

static void
put_civil(json_t *o, const char *key, struct civil c)
{
	char buf[CIVIL_TEXT_MAX];

	civil_format(c, buf);
	json_object_set_new(o, key, c.is_set ? json_string(buf) : json_null());
}

static void
put_text(json_t *o, const char *key, const char *s)
{
	json_object_set_new(o, key, s ? json_string(s) : json_null());
}

static void
print(const char *id, const struct read_result *r)
{
	char *file = talloc_asprintf(NULL, "%s.eml", id), *line;
	size_t i;

	for (i = 0; i < r->count; i++) {
		const struct promise *p = &r->promises[i];
		json_t *o = json_object();

		put_text(o, "file", file);
		put_text(o, "text", p->text);
		put_text(o, "kind", promise_kind_name(p->kind));
		put_civil(o, "due", p->due);
		put_civil(o, "from", p->from);
		put_text(o, "after", p->after);
		put_text(o, "condition", p->condition);
		json_object_set_new(o, "hedged", json_boolean(p->is_hedged));
		put_text(o, "lang", p->lang);
		put_text(o, "why", p->why);
		line = json_dumps(o, JSON_COMPACT);
		puts(line);
		free(line);
		json_decref(o);
	}
	talloc_free(file);
}

static void
one(const struct read_langs *langs, json_t *mail, bool features)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	const char *id = json_string_value(json_object_get(mail, "id"));
	const char *subject =
	    json_string_value(json_object_get(mail, "subject"));
	struct read_mail m = { .is_automatic = is_automatic(mail) };
	struct when_ref ref = { 0 };
	static const char *const holidays[] = { "fr", NULL };
	struct calendar *calendar;
	struct read_result *r;
	struct zone *zone;
	struct err e;
	char name[32];
	enum rc rc;

	m.subject = slice_of(subject);
	m.words = slice_of(
	    own_words(mem, json_string_value(json_object_get(mail, "body"))));
	m.is_reply = strncasecmp(subject, "re:", 3) == 0 ||
		     strncasecmp(subject, "re :", 4) == 0;
	if (!date(json_string_value(json_object_get(mail, "date")),
		&ref.sent_at, &ref.offset_min))
		exit(2);
	(void)snprintf(name, sizeof(name), "%c%02d:%02d",
	    ref.offset_min < 0 ? '-' : '+', abs(ref.offset_min) / 60,
	    abs(ref.offset_min) % 60);
	rc = zone_open(mem, name, &zone, &e);
	if (rc == RC_OK)
		rc = calendar_new(mem, 31, 540, 1080, holidays, &calendar, &e);
	if (rc == RC_OK) {
		ref.zone = zone;
		ref.calendar = calendar;
	}
	if (rc == RC_OK && features) {
		dump_part(mem, langs, id, &m, false, &ref);
		dump_part(mem, langs, id, &m, true, &ref);
	} else if (rc == RC_OK) {
		rc = read_promises(mem, langs, &m, &ref, &r, &e);
		if (rc == RC_OK)
			print(id, r);
	}
	if (rc != RC_OK) {
		fprintf(stderr, "%s: %s\n", id, e.text);
		exit(1);
	}
	talloc_free(mem);
}

int
main(int argc, char **argv)
{
	bool features = argc > 1 && strcmp(argv[1], "-f") == 0;
	struct read_langs *langs;
	char *line = NULL;
	size_t room = 0;
	struct err e;
	json_t *mail;
	FILE *f;

	if (argc != 2 + features) {
		fprintf(stderr, "usage: read_corpus [-f] CORPUS.jsonl\n");
		return 2;
	}
	if (read_langs_open(NULL, NULL, &langs, &e) != RC_OK) {
		fprintf(stderr, "%s\n", e.text);
		return 1;
	}
	f = fopen(argv[1 + features], "r");
	if (f == NULL) {
		perror(argv[1 + features]);
		return 1;
	}
	while (getline(&line, &room, f) > 0) {
		mail = json_loads(line, 0, NULL);
		if (mail == NULL)
			continue;
		one(langs, mail, features);
		json_decref(mail);
	}
	free(line);
	fclose(f);
	talloc_free(langs);
	return 0;
}
