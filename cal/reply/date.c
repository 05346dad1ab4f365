/*
 * date.c - the words of a new date in an answer, by core/when
 */
#include "core/core.h"

#include "cal/reply/date.h"
#include "core/when/when.h"

/* pick - the one due that the expressions name */
static enum rc
pick(TALLOC_CTX *mem, const struct when_scan *scan, const struct when_ref *ref,
    struct civil *out, struct err *e)
{
	struct civil none = { .minute = CIVIL_NO_MINUTE };
	struct when_result r;
	bool is_found = false;
	size_t i;

	for (i = 0; i < scan->count; i++) {
		if (when_resolve(mem, &scan->exprs[i], ref, none, &r, e) !=
			RC_OK ||
		    !r.due.is_set)
			continue;
		if (is_found &&
		    (r.due.day != out->day || r.due.minute != out->minute))
			return err_set(e, RC_BADINPUT, "two dates");
		*out = r.due;
		is_found = true;
	}
	return is_found ? RC_OK : err_set(e, RC_BADINPUT, "no date");
}

/* read_words - with both languages */
static enum rc
read_words(TALLOC_CTX *mem, const struct desk *d, const struct promise *p,
    const char *text, int64_t at, struct civil *out, struct err *e)
{
	const struct lang *langs[2];
	struct lang *fr, *en;
	struct when_ref ref = { .sent_at = at, .calendar = d->calendar };
	struct when_scan *scan;
	struct text *words;
	struct zone *zone;
	enum rc rc;

	rc = zone_open(mem, p->zone, &zone, e);
	if (rc == RC_OK)
		rc = lang_open(mem, NULL, "fr", &fr, e);
	if (rc == RC_OK)
		rc = lang_open(mem, NULL, "en", &en, e);
	if (rc == RC_OK)
		rc = text_new(mem, slice_of(text), &words, e);
	if (rc != RC_OK)
		return rc;
	ref.zone = zone;
	ref.offset_min = zone_offset_min(zone, at);
	langs[0] = strcmp(p->lang, "en") == 0 ? en : fr;
	langs[1] = langs[0] == en ? fr : en;
	rc = when_scan(mem, words, langs, 2, &scan, e);
	if (rc == RC_OK)
		rc = pick(mem, scan, &ref, out, e);
	if (rc == RC_OK && promise_due_at(*out, zone) < at)
		rc = err_set(e, RC_BADINPUT, "a date that lies behind");
	return rc;
}

enum rc
reply_date(const struct desk *d, const struct promise *p, const char *text,
    int64_t at, struct civil *out, struct err *e)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	enum rc rc;

	if (mem == NULL)
		return err_nomem(e);
	rc = read_words(mem, d, p, text, at, out, e);
	talloc_free(mem);
	return rc;
}
