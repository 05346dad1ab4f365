/*
 * date.c - the words of a new date in an answer, by core/when
 */
#include "core/core.h"

#include "cal/reply/date.h"
#include "core/when/when.h"

enum rc
reply_date(const struct desk *d, const struct promise *p, const char *text,
    int64_t at, struct civil *out, struct err *e)
{
	struct when_ref ref = { .sent_at = at, .calendar = d->calendar };
	struct zone *zone;
	enum rc rc;

	rc = zone_open(NULL, p->zone, &zone, e);
	if (rc != RC_OK)
		return rc;
	ref.zone = zone;
	ref.offset_min = zone_offset_min(zone, at);
	rc = when_one(text, p->lang, &ref, out, e);
	if (rc == RC_NOTFOUND)
		rc = err_set(e, RC_BADINPUT, "no date");
	if (rc == RC_OK && promise_due_at(*out, zone) < at)
		rc = err_set(e, RC_BADINPUT, "a date that lies behind");
	talloc_free(zone);
	return rc;
}
