/*
 * when_one.c - the one date that a person wrote where a date was asked for
 */
#include "core/core.h"

#include "core/when/when.h"

/* pick - the due that all expressions of the text name */
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
	return is_found ? RC_OK : err_set(e, RC_NOTFOUND, "no date");
}

enum rc
when_one(const char *text, const char *first, const struct when_ref *ref,
    struct civil *out, struct err *e)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	const struct lang *langs[LANG_MAX_OPEN];
	struct when_scan *scan;
	struct text *words;
	size_t count;
	enum rc rc;

	if (mem == NULL)
		return err_nomem(e);
	rc = lang_open_all(mem, NULL, first, langs, &count, e);
	if (rc == RC_OK)
		rc = text_new(mem, slice_of(text), &words, e);
	if (rc == RC_OK)
		rc = when_scan(mem, words, langs, count, &scan, e);
	if (rc == RC_OK)
		rc = pick(mem, scan, ref, out, e);
	talloc_free(mem);
	return rc;
}
