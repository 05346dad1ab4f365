/*
 * invite.c - a promise as an invitation to its owner (RFC 5546 REQUEST, CANCEL)
 */
#include "core/core.h"

#include "cal/ical/ical_priv.h"

enum rc
ical_invite(struct ical *i, TALLOC_CTX *mem, const struct promise *p,
    const struct ical_invite *v, char **out, struct err *e)
{
	icalcomponent *event, *calendar;
	enum rc rc;

	rc = event_invite(i, mem, p, v, &event, e);
	if (rc != RC_OK)
		return rc;
	calendar = part_calendar(
	    v->is_cancelled ? ICAL_METHOD_CANCEL : ICAL_METHOD_REQUEST, event);
	rc = part_write(i, calendar, NULL, mem, out, e);
	return rc == RC_OK ? rc : err_context(e, "promise %" PRId64, p->id);
}
