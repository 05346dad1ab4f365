/*
 * when_main.c - `when`: shows what core/when understands, for its own tests
 *
 *	when [--at YYYY-MM-DDTHH:MM] [--zone Z] [--lang L] TEXT
 *	when [--zone Z] --batch < lines of id, lang, reference, text by tabs
 */
#include "core/core.h"

#include <getopt.h>

#include <jansson.h>

#include "core/when/when.h"

struct tool {
	TALLOC_CTX *mem;
	struct lang *langs[2];
	struct zone *zone;
	struct calendar *calendar;
};

static int
fail(const struct err *e)
{
	(void)fprintf(stderr, "when: %s\n", e->text);
	return 1;
}

/* reference - the instant and place of a civil text in the tool's zone */
static bool
reference(const struct tool *w, const char *text, struct when_ref *ref)
{
	char head[17];
	struct civil c;

	(void)snprintf(head, sizeof(head), "%s", text);
	if (!civil_parse(head, &c))
		return false;
	memset(ref, 0, sizeof(*ref));
	ref->zone = w->zone;
	ref->calendar = w->calendar;
	ref->sent_at = zone_instant(w->zone, c);
	ref->offset_min = zone_offset_min(w->zone, ref->sent_at);
	return true;
}

static bool
is_later(struct civil a, struct civil b)
{
	if (a.day != b.day)
		return a.day > b.day;
	return a.minute > b.minute;
}

/* deadline - the last moment that a text names; not set: none */
static enum rc
deadline(const struct tool *w, const char *text, const struct lang *lang,
    const struct when_ref *ref, bool is_explained, struct civil *out,
    struct err *e)
{
	TALLOC_CTX *mem = talloc_new(w->mem);
	struct civil named = { 0 };
	struct when_scan *s;
	struct text *t;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	if (mem == NULL)
		return err_nomem(e);
	rc = text_new(mem, slice_of(text), &t, e);
	if (rc == RC_OK)
		rc = when_scan(mem, t, &lang, 1, &s, e);
	for (size_t i = 0; rc == RC_OK && i < s->count; i++) {
		const struct when_expr *x = &s->exprs[i];
		const struct text_token *a = &t->tokens[x->first];
		const struct text_token *z =
		    &t->tokens[x->first + x->count - 1];
		struct when_result r;
		char due[CIVIL_TEXT_MAX], from[CIVIL_TEXT_MAX];

		if (when_resolve(mem, x, ref, named, &r, e) != RC_OK) {
			if (is_explained)
				printf("%.*s: refused: %s\n",
				    (int)(z->at + z->len - a->at), text + a->at,
				    e->text);
			continue;
		}
		civil_format(r.due, due);
		civil_format(r.from, from);
		if (is_explained)
			printf(
			    "\"%.*s\" due %s from %s after %s%s%s%s%s%s\n%s\n",
			    (int)(z->at + z->len - a->at), text + a->at, due,
			    from, r.after, x->is_deadline ? " deadline" : "",
			    x->is_start ? " start" : "",
			    x->is_attribute ? " attribute" : "",
			    x->is_duration ? " duration" : "",
			    x->is_past ? " past" : "", r.steps);
		if (r.due.is_set)
			named = r.due;
		if (r.due.is_set && (!out->is_set || is_later(r.due, *out)))
			*out = r.due;
	}
	talloc_free(mem);
	return rc;
}

static int
batch(const struct tool *w)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t n;

	while ((n = getline(&line, &room, stdin)) > 0) {
		char *id = line, *lang, *ref_text, *text, due[CIVIL_TEXT_MAX];
		struct when_ref ref;
		struct civil out;
		struct err e;

		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		if ((lang = strchr(id, '\t')) == NULL ||
		    (ref_text = strchr(lang + 1, '\t')) == NULL ||
		    (text = strchr(ref_text + 1, '\t')) == NULL)
			continue;
		*lang++ = *ref_text++ = *text++ = '\0';
		if (!reference(w, ref_text, &ref) ||
		    (strcmp(lang, "fr") != 0 && strcmp(lang, "en") != 0))
			continue;
		if (deadline(w, text, w->langs[strcmp(lang, "en") == 0], &ref,
			false, &out, &e) != RC_OK)
			continue;
		civil_format(out, due);
		{
			json_t *o = json_pack("{s:s, s:o}", "id", id, "due",
			    out.is_set ? json_string(due) : json_null());
			char *s = json_dumps(o, 0);

			puts(s);
			free(s);
			json_decref(o);
		}
	}
	free(line);
	return 0;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = { { "at", 1, NULL, 'a' },
		{ "zone", 1, NULL, 'z' }, { "lang", 1, NULL, 'l' },
		{ "batch", 0, NULL, 'b' }, { NULL, 0, NULL, 0 } };
	const char *const sets[] = { "fr", NULL };
	const char *at = "2026-11-25T09:00", *zone = "Europe/Paris";
	bool is_batch = false, is_en = false;
	struct tool w = { .mem = talloc_new(NULL) };
	struct when_ref ref;
	struct civil out;
	struct err e;
	int c;

	while ((c = getopt_long(argc, argv, "a:z:l:b", options, NULL)) != -1)
		switch (c) {
		case 'a':
			at = optarg;
			break;
		case 'z':
			zone = optarg;
			break;
		case 'l':
			is_en = strcmp(optarg, "en") == 0;
			break;
		case 'b':
			is_batch = true;
			break;
		default:
			return 2;
		}
	if (lang_open(w.mem, NULL, "fr", &w.langs[0], &e) != RC_OK ||
	    lang_open(w.mem, NULL, "en", &w.langs[1], &e) != RC_OK ||
	    zone_open(w.mem, zone, &w.zone, &e) != RC_OK ||
	    calendar_new(w.mem, 0x1f, 540, 1080, sets, &w.calendar, &e) !=
		RC_OK)
		return fail(&e);
	if (is_batch)
		c = batch(&w);
	else if (optind >= argc || !reference(&w, at, &ref))
		c = 2;
	else
		c = deadline(&w, argv[optind], w.langs[is_en], &ref, true, &out,
			&e) == RC_OK
			? 0
			: fail(&e);
	talloc_free(w.mem);
	return c;
}
