/*
 * cmd_when.c - promise when: what words of time are understood to mean
 *
 * One text with its explanation, or lines of "id, language, reference, text"
 * set apart by tabs, answered by {"id", "due"}: the last moment that the text
 * names, for scoring against labelled expressions.
 */
#include "core/core.h"

#include <jansson.h>

#include "core/cli/cli.h"
#include "core/cli/table.h"
#include "core/when/when.h"

#define MAX_LANGS 8
#define MAX_LINE  (1u << 20)
#define LINE_POOL 32768 /* octets: what a line of a mail takes */

struct asker {
	struct cli *c;
	struct zone *zone;
	struct calendar *calendar;
	struct lang *langs[MAX_LANGS];
	size_t lang_count;
};

/* answer to one text */
struct found {
	struct text *text;
	struct when_scan *scan;
	struct when_result *results; /* as many as scan->count */
	bool *is_refused;
	char (*faults)[80];
};

/* language - by its code, opened once; NULL where there is none */
static const struct lang *
language(struct asker *a, const char *code, struct err *e)
{
	struct lang *l;

	for (size_t i = 0; i < a->lang_count; i++)
		if (strcmp(lang_code(a->langs[i]), code) == 0)
			return a->langs[i];
	if (a->lang_count == MAX_LANGS ||
	    strspn(code, "abcdefghijklmnopqrstuvwxyz") != strlen(code) ||
	    lang_open(a->c->mem, NULL, code, &l, e) != RC_OK)
		return NULL;
	a->langs[a->lang_count++] = l;
	return l;
}

/* place - the reference: an instant in a zone; a text with an offset brings
 * its own where no --zone is given */
static bool
place(const struct asker *a, TALLOC_CTX *mem, const char *at,
    struct when_ref *ref)
{
	const char *tail = strlen(at) > 16 ? at + 16 : "";
	const char *offset = strpbrk(tail, "+-Z");
	struct zone *own = NULL;
	struct err e;

	memset(ref, 0, sizeof(*ref));
	ref->zone = a->zone;
	if (offset != NULL && a->c->zone_text == NULL &&
	    zone_open(mem, offset, &own, &e) == RC_OK)
		ref->zone = own;
	if (!times_parse(at, ref->zone, &ref->sent_at))
		return false;
	ref->offset_min = zone_offset_min(ref->zone, ref->sent_at);
	ref->calendar = a->calendar;
	ref->is_silent = !(a->c->opts & OPT_EXPLAIN);
	return true;
}

/* ask - find and resolve all expressions of a text */
static enum rc
ask(TALLOC_CTX *mem, const char *words, const struct lang *const *langs,
    size_t count, const struct when_ref *ref, struct found *f, struct err *e)
{
	struct civil named = { 0 };
	enum rc rc;

	memset(f, 0, sizeof(*f));
	rc = text_new(mem, slice_of(words), &f->text, e);
	if (rc == RC_OK)
		rc = when_scan(mem, f->text, langs, count, &f->scan, e);
	if (rc != RC_OK)
		return rc;
	f->results = talloc_zero_array(mem, struct when_result, f->scan->count);
	f->is_refused = talloc_zero_array(mem, bool, f->scan->count);
	f->faults =
	    talloc_zero_size(mem, sizeof(*f->faults) * f->scan->count + 1);
	if (f->results == NULL || f->is_refused == NULL || f->faults == NULL)
		return err_nomem(e);
	for (size_t i = 0; i < f->scan->count; i++) {
		rc = when_resolve(
		    mem, &f->scan->exprs[i], ref, named, &f->results[i], e);
		if (rc == RC_BADINPUT) {
			f->is_refused[i] = true;
			(void)snprintf(f->faults[i], sizeof(f->faults[i]),
			    "%.79s", e->text);
			continue;
		}
		if (rc != RC_OK)
			return rc;
		if (f->results[i].due.is_set)
			named = f->results[i].due;
	}
	return RC_OK;
}

/* quote - the words of an expression, folded to one line */
static char *
quote(TALLOC_CTX *mem, const struct found *f, size_t i)
{
	const struct when_expr *x = &f->scan->exprs[i];
	const struct text_token *a = &f->text->tokens[x->first];
	const struct text_token *z = &f->text->tokens[x->first + x->count - 1];

	return table_clean(
	    mem, text_squeeze(mem, f->text, a->at, z->at + z->len - a->at));
}

static void
show(const struct cli *c, const struct found *f, size_t i)
{
	const struct when_result *r = &f->results[i];
	char due[CIVIL_TEXT_MAX], from[CIVIL_TEXT_MAX];
	const char *line, *end;

	civil_format(r->due, due);
	civil_format(r->from, from);
	(void)printf("%s%s%s  \"%s\"\n", from, from[0] ? " " : "",
	    f->is_refused[i]      ? f->faults[i]
	    : r->after[0] != '\0' ? r->after
	    : due[0] != '\0'      ? due
				  : "-",
	    quote(c->mem, f, i));
	if (!(c->opts & OPT_EXPLAIN) || r->steps == NULL)
		return;
	for (line = r->steps; *line != '\0'; line = *end ? end + 1 : end) {
		end = line + strcspn(line, "\n");
		(void)printf("    %.*s\n", (int)(end - line), line);
	}
}

static enum rc
show_as_json(
    const struct cli *c, const struct found *f, size_t i, struct err *e)
{
	const struct when_result *r = &f->results[i];
	char due[CIVIL_TEXT_MAX], from[CIVIL_TEXT_MAX], *text;
	json_t *o, *warnings = json_array();

	civil_format(r->due, due);
	civil_format(r->from, from);
	for (unsigned bit = 1; bit <= WARN_NEXT; bit <<= 1)
		if (r->warnings & bit)
			(void)json_array_append_new(
			    warnings, json_string(promise_warning_name(
					  (enum promise_warning)bit)));
	o = json_pack("{s:s, s:s*, s:s*, s:s*, s:o, s:s*}", "text",
	    quote(c->mem, f, i), "due", due[0] ? due : NULL, "from",
	    from[0] ? from : NULL, "after", r->after[0] ? r->after : NULL,
	    "warnings", warnings, "refused",
	    f->is_refused[i] ? f->faults[i] : NULL);
	text = o == NULL ? NULL : json_dumps(o, 0);
	json_decref(o);
	if (text == NULL)
		return err_nomem(e);
	(void)puts(text);
	free(text);
	return RC_OK;
}

static bool
is_later(struct civil a, struct civil b)
{
	return !b.is_set || a.day > b.day ||
	       (a.day == b.day && a.minute > b.minute);
}

/* deadline - the last due; what only names a thing ("your mail of 12 May")
 * counts where there is no other, a bare length ("5 days") never */
static struct civil
deadline(const struct found *f)
{
	struct civil due = { 0 }, named = { 0 };

	for (size_t i = 0; i < f->scan->count; i++) {
		const struct when_expr *x = &f->scan->exprs[i];
		struct civil *best = x->is_attribute ? &named : &due;

		if (x->is_duration && !x->is_deadline && !x->is_counted)
			continue;
		if (f->results[i].due.is_set &&
		    is_later(f->results[i].due, *best))
			*best = f->results[i].due;
	}
	return due.is_set ? due : named;
}

/* batch_line - cuts the line in place */
static enum rc
batch_line(struct asker *a, char *id, struct err *e)
{
	TALLOC_CTX *mem = talloc_pool(a->c->mem, LINE_POOL);
	char *code = strchr(id, '\t'), *at, *words, *text;
	const struct lang *lang;
	struct civil due = { 0 };
	char due_text[CIVIL_TEXT_MAX];
	struct when_ref ref;
	struct found f;
	enum rc rc = RC_OK;
	json_t *o;

	if (mem == NULL)
		return err_nomem(e);
	at = code == NULL ? NULL : strchr(code + 1, '\t');
	words = at == NULL ? NULL : strchr(at + 1, '\t');
	if (words == NULL) {
		rc = cli_usage(a->c, e,
		    "a line is id, language, reference, text between tabs");
		goto out;
	}
	*code++ = *at++ = *words++ = '\0';
	if (!place(a, mem, at, &ref)) {
		rc = cli_usage(a->c, e, "'%.60s' is no instant", at);
		goto out;
	}
	lang = language(a, code, e);
	if (lang != NULL)
		rc = ask(mem, words, &lang, 1, &ref, &f, e);
	if (lang != NULL && rc == RC_OK)
		due = deadline(&f);
	if (rc != RC_OK)
		goto out;
	civil_format(due, due_text);
	o = json_pack(
	    "{s:s, s:s?}", "id", id, "due", due.is_set ? due_text : NULL);
	text = o == NULL ? NULL : json_dumps(o, 0);
	json_decref(o);
	if (text == NULL)
		rc = cli_usage(a->c, e, "an id that is no UTF-8");
	else
		(void)puts(text);
	free(text);
out:
	talloc_free(mem);
	return rc;
}

static enum rc
batch(struct asker *a, struct err *e)
{
	char *line = NULL;
	size_t room = 0;
	enum rc rc = RC_OK;
	ssize_t n;

	while (rc == RC_OK && (n = getline(&line, &room, stdin)) > 0) {
		if ((size_t)n > MAX_LINE)
			rc = err_set(
			    e, RC_TOOBIG, "a line over %u octets", MAX_LINE);
		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		if (rc == RC_OK && line[0] != '\0')
			rc = batch_line(a, line, e);
	}
	free(line);
	return rc;
}

static enum rc
single(struct asker *a, struct err *e)
{
	const struct lang *langs[LANG_MAX_OPEN];
	struct when_ref ref = {
		.sent_at = a->c->at,
		.zone = a->zone,
		.calendar = a->calendar,
		.is_silent = !(a->c->opts & OPT_EXPLAIN),
	};
	const char *first = a->c->lang_text;
	struct found f;
	size_t count = 1;
	enum rc rc;

	if (first != NULL) {
		langs[0] = language(a, first, e);
		if (langs[0] == NULL)
			return cli_usage(
			    a->c, e, "there is no language '%.20s'", first);
	} else {
		rc = lang_open_all(a->c->mem, NULL,
		    a->c->lang == CLI_FR ? "fr" : "en", langs, &count, e);
		if (rc != RC_OK)
			return rc;
	}
	if (a->c->at_text != NULL && !place(a, a->c->mem, a->c->at_text, &ref))
		return cli_usage(
		    a->c, e, "'%.60s' is no instant", a->c->at_text);
	ref.offset_min = zone_offset_min(ref.zone, ref.sent_at);
	rc = ask(a->c->mem, a->c->args[0], langs, count, &ref, &f, e);
	for (size_t i = 0; rc == RC_OK && i < f.scan->count; i++)
		if (a->c->opts & OPT_JSON)
			rc = show_as_json(a->c, &f, i, e);
		else
			show(a->c, &f, i);
	return rc;
}

static enum rc
run(struct cli *c, struct err *e)
{
	struct asker a = { .c = c, .zone = c->zone };
	enum rc rc;

	rc = settings_calendar(c->mem, c->settings, &a.calendar, e);
	if (rc != RC_OK)
		return rc;
	if (c->zone_text != NULL &&
	    zone_open(c->mem, c->zone_text, &a.zone, e) != RC_OK)
		return cli_usage(
		    c, e, "there is no time zone '%.60s'", c->zone_text);
	if (c->opts & OPT_BATCH)
		return c->arg_count == 0 ? batch(&a, e)
					 : cli_usage(c, e,
					       "--batch reads its texts from "
					       "standard input");
	if (c->arg_count == 0)
		return cli_usage(c, e, "when needs a text");
	return single(&a, e);
}

const struct cmd cmd_when = {
	.name = "when",
	.synopsis = "[TEXT]",
	.summary = W_S_WHEN,
	.details = W_D_WHEN,
	.opts = OPT_LANG | OPT_ZONE | OPT_EXPLAIN | OPT_BATCH | OPT_JSON,
	.need = NEED_SETTINGS,
	.max_args = 1,
	.run = run,
};
