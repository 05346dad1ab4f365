/*
 * read.c - an author's own words in, promises with their dues out
 *
 * The body first, then the subject: what the subject says again is not
 * recorded twice. Dates are resolved in the order of the text, so that "the
 * day before" has a date to stand against.
 */
#include "core/core.h"

#include "core/find/find.h"
#include "core/read/read_priv.h"

enum rc
read_langs_open(
    TALLOC_CTX *mem, const char *dir, struct read_langs **out, struct err *e)
{
	struct read_langs *r = talloc_zero(mem, struct read_langs);
	enum rc rc;

	*out = NULL;
	if (r == NULL)
		return err_nomem(e);
	rc = lang_open_all(r, dir, NULL, r->langs, &r->count, e);
	if (rc == RC_OK)
		rc = find_model_open(r, dir, &r->model, e);
	if (rc != RC_OK) {
		talloc_free(r);
		return rc;
	}
	*out = r;
	return RC_OK;
}

/* one text of a mail, found and dated */
struct reading {
	struct text *text;
	struct when_scan *times;
	struct find_result *found;
};

/* resolve - the due of a time; an impossible one leaves the promise undated */
static void
resolve(TALLOC_CTX *mem, const struct when_scan *times, uint32_t number,
    const struct when_ref *ref, struct civil *named, struct when_result *out)
{
	struct err ignored;

	*out = (struct when_result){ 0 };
	if (when_resolve(mem, &times->exprs[number], ref, *named, out,
		&ignored) != RC_OK)
		*out = (struct when_result){ 0 };
	if (out->due.is_set && times->exprs[number].has_day)
		*named = out->due;
}

/* ahead - days from the mail to the due of each time */
static enum rc
ahead(TALLOC_CTX *mem, const struct when_scan *times,
    const struct when_ref *ref, int32_t **out, struct err *e)
{
	int32_t today = zone_civil(ref->zone, ref->sent_at).day;
	struct when_ref quiet = *ref;
	struct civil named = { 0 };
	TALLOC_CTX *scratch;
	struct when_result r;
	size_t i;

	quiet.is_silent = true;

	*out = talloc_array(mem, int32_t, times->count + 1);
	scratch = talloc_new(mem);
	if (*out == NULL || scratch == NULL)
		return err_nomem(e);
	for (i = 0; i < times->count; i++) {
		resolve(scratch, times, (uint32_t)i, &quiet, &named, &r);
		(*out)[i] = r.due.is_set ? r.due.day - today : FIND_NO_DAY;
		talloc_free_children(scratch);
	}
	talloc_free(scratch);
	return RC_OK;
}

enum rc
read_find(TALLOC_CTX *mem, const struct read_langs *langs,
    const struct read_mail *mail, const struct when_ref *ref, bool subject,
    find_dump_fn *dump, void *arg, struct text **text, struct when_scan **times,
    struct find_result **found, struct err *e)
{
	struct find_input in = { .langs = langs->langs,
		.lang_count = langs->count,
		.is_automatic = mail->is_automatic,
		.is_reply = mail->is_reply,
		.is_subject = subject };
	int32_t *days;
	enum rc rc;

	rc = text_new(mem, subject ? mail->subject : mail->words, text, e);
	if (rc == RC_OK)
		rc =
		    when_scan(mem, *text, langs->langs, langs->count, times, e);
	if (rc == RC_OK)
		rc = ahead(mem, *times, ref, &days, e);
	if (rc != RC_OK)
		return rc;
	in.ahead = days;
	in.text = *text;
	in.times = *times;
	return find_promises(mem, langs->model, &in, dump, arg, found, e);
}

/* span - the squeezed words of a range of tokens */
static char *
span(TALLOC_CTX *mem, const struct text *t, uint32_t first, uint32_t end)
{
	const struct text_token *a = &t->tokens[first];
	const struct text_token *b = &t->tokens[end - 1];

	return text_squeeze(mem, t, a->at, b->at + b->len - a->at);
}

/* cut - to PROMISE_TEXT_MAX octets, at a character */
static void
cut(char *s)
{
	size_t n = strlen(s);

	if (n <= PROMISE_TEXT_MAX)
		return;
	n = PROMISE_TEXT_MAX;
	while (n > 0 && ((unsigned char)s[n] & 0xC0) == 0x80)
		n--;
	s[n] = '\0';
}

/* wait - a length that waits for its event */
static void
wait(TALLOC_CTX *mem, const struct when_expr *x, const struct when_ref *ref,
    struct when_result *w)
{
	struct when_expr waiting = *x;
	struct civil none = { 0 };
	struct err ignored;

	waiting.is_event_delay = true;
	if (when_resolve(mem, &waiting, ref, none, w, &ignored) != RC_OK)
		*w = (struct when_result){ 0 };
}

/* set_hour - the hour of one time on the day of another */
static void
set_hour(TALLOC_CTX *mem, const struct when_scan *times, uint32_t number,
    const struct when_ref *ref, struct when_result *w)
{
	struct civil named = w->due;
	struct when_result hour;

	resolve(mem, times, number, ref, &named, &hour);
	if (!w->due.is_set || w->due.minute != CIVIL_NO_MINUTE ||
	    !hour.due.is_set || hour.due.minute == CIVIL_NO_MINUTE)
		return;
	w->due.minute = hour.due.minute;
	if (!w->from.is_set && hour.from.is_set &&
	    hour.from.minute != CIVIL_NO_MINUTE &&
	    hour.from.minute < hour.due.minute) {
		w->from = w->due;
		w->from.minute = hour.from.minute;
	}
}

void
read_date(TALLOC_CTX *mem, const struct when_scan *times,
    const struct find_clause *c, const struct when_ref *ref,
    struct civil *named, uint32_t *next, struct when_result *w)
{
	uint32_t day = c->day != FIND_NO_TIME ? c->day : c->time;
	uint32_t hour = c->day != FIND_NO_TIME ? c->time : c->hour;
	struct when_ref from = *ref;

	/* dates named before this one, for « la veille » */
	for (; c->time != FIND_NO_TIME && *next < c->time; (*next)++)
		resolve(mem, times, *next, ref, named, w);
	*w = (struct when_result){ 0 };
	if (c->start != FIND_NO_TIME) {
		/* the first occurrence is looked for from there */
		resolve(mem, times, c->start, ref, named, w);
		if (w->due.is_set) {
			w->due.minute = CIVIL_NO_MINUTE;
			from.sent_at = zone_instant(ref->zone, w->due) - 1;
		}
	}
	if (day == FIND_NO_TIME)
		return;
	if (c->is_after) {
		wait(mem, &times->exprs[day], ref, w);
		return;
	}
	resolve(mem, times, day, &from, named, w);
	if (hour != FIND_NO_TIME)
		set_hour(mem, times, hour, ref, w);
	if (c->is_not_before && w->due.is_set &&
	    w->due.minute == CIVIL_NO_MINUTE)
		w->due.day--;
}

static enum rc
fill(struct read_result *r, const struct reading *x,
    const struct find_clause *c, const struct when_result *w,
    const struct lang *l, struct promise *p, struct err *e)
{
	memset(p, 0, sizeof(*p));
	p->text = span(r, x->text, c->from, c->to);
	p->kind = c->kind;
	p->is_hedged = c->is_hedged;
	p->due = w->due;
	p->from = w->from;
	p->warnings = w->warnings;
	(void)snprintf(p->lang, sizeof(p->lang), "%.3s", lang_code(l));
	if (p->text == NULL)
		return err_nomem(e);
	cut(p->text);
	if (w->after[0] != '\0') {
		p->after = talloc_strdup(r, w->after);
		if (p->after == NULL)
			return err_nomem(e);
	}
	if (c->condition_end > c->condition) {
		p->condition = span(r, x->text, c->condition, c->condition_end);
		if (p->condition == NULL)
			return err_nomem(e);
		cut(p->condition);
	}
	p->why = talloc_asprintf(r, "%s%s%s", c->why ? c->why : "",
	    w->steps && w->steps[0] ? "\n" : "", w->steps ? w->steps : "");
	return p->why == NULL ? err_nomem(e) : RC_OK;
}

static bool
same_civil(struct civil a, struct civil b)
{
	return a.is_set == b.is_set &&
	       (!a.is_set || (a.day == b.day && a.minute == b.minute));
}

/* same_thing - whether two records of one message say one promise twice */
static bool
said_before(const struct read_result *r, const struct promise *p, bool subject)
{
	size_t i;

	for (i = 0; i < r->count; i++) {
		const struct promise *q = &r->promises[i];

		if (subject && q->due.is_set && p->due.is_set &&
		    q->due.day == p->due.day)
			return true;
		if (strcmp(q->text, p->text) == 0 &&
		    same_civil(q->due, p->due) && q->kind == p->kind &&
		    (q->condition != NULL) == (p->condition != NULL))
			return true;
	}
	return false;
}

static enum rc
take(struct read_result *r, const struct read_langs *langs,
    const struct read_mail *mail, bool subject, const struct when_ref *ref,
    struct civil *named, struct err *e)
{
	TALLOC_CTX *mem = talloc_new(r);
	const struct find_clause *c;
	struct when_result w;
	struct promise p;
	struct reading x;
	size_t i;
	uint32_t t = 0;
	enum rc rc;

	if (mem == NULL)
		return err_nomem(e);
	rc = read_find(mem, langs, mail, ref, subject, NULL, NULL, &x.text,
	    &x.times, &x.found, e);
	for (i = 0; rc == RC_OK && i < x.found->count; i++) {
		c = &x.found->clauses[i];
		if (!c->is_promise)
			continue;
		read_date(mem, x.times, c, ref, named, &t, &w);
		if (r->count == READ_MAX_PROMISES) {
			r->beyond++;
			continue;
		}
		rc = fill(r, &x, c, &w, langs->langs[c->lang], &p, e);
		if (rc == RC_OK && !said_before(r, &p, subject))
			r->promises[r->count++] = p;
	}
	talloc_free(mem);
	return rc;
}

enum rc
read_promises(TALLOC_CTX *mem, const struct read_langs *langs,
    const struct read_mail *mail, const struct when_ref *ref,
    struct read_result **out, struct err *e)
{
	struct read_result *r = talloc_zero(mem, struct read_result);
	struct civil named = { 0 };
	enum rc rc;

	*out = NULL;
	if (r == NULL)
		return err_nomem(e);
	r->promises = talloc_zero_array(r, struct promise, READ_MAX_PROMISES);
	if (r->promises == NULL) {
		talloc_free(r);
		return err_nomem(e);
	}
	rc = take(r, langs, mail, false, ref, &named, e);
	if (rc == RC_OK)
		rc = take(r, langs, mail, true, ref, &named, e);
	if (rc != RC_OK) {
		talloc_free(r);
		return rc;
	}
	*out = r;
	return RC_OK;
}
