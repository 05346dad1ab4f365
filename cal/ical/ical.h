/*
 * ical.h - promises as a calendar (RFC 5545, 5546 PUBLISH, 7986)
 *
 * A calendar is a head, one rendered VEVENT for each dated promise, and one
 * all-day entry for the day that says how many are open, so that a calendar
 * nobody refreshes any more shows. Every component is built and checked by
 * libical alone; a calendar is their concatenation, and what was rendered is
 * kept, so that a change renders one component again.
 *
 * Pure: the same promises, working calendar and instant give the same bytes.
 * What clients force (CALENDAR-NOTES in words): times in UTC only; no UID on
 * VCALENDAR or VALARM; DTSTAMP = LAST-MODIFIED = the last change of anything
 * shown, SEQUENCE growing with it; two relative alarms; a late promise
 * becomes an all-day event that repeats every day under the same UID.
 */
#ifndef CAL_ICAL_ICAL_H
#define CAL_ICAL_ICAL_H

#include "core/core.h"
#include "core/promise/promise.h"

/* the name of one kind of output in PRODID; the version is the package's */
#define ICAL_PRODID      "-//promised//promised " PACKAGE_VERSION "//EN"
#define ICAL_REFRESH_MIN 15

/* a renderer: working calendar, ledger, zones, components already rendered */
struct ical;

/*
 * ical_new - owned by mem, talloc_free() ends it
 *
 * c     borrowed; must outlive the renderer
 * uuid  ledger_uuid(); copied
 * zone  IANA name of the company, for its day and for promises whose own
 *       zone is not known; "" or NULL: UTC
 */
enum rc ical_new(TALLOC_CTX *mem, const struct calendar *c, const char *uuid,
    const char *zone, struct ical **out, struct err *e) must_check;

/*
 * ical_event - the VEVENT of one promise as it looks at an instant
 *
 * text  on RC_OK BEGIN:VEVENT … END:VEVENT with CRLF; borrowed from the
 *       renderer, good until its next call
 *
 * RC_NOTFOUND the promise has no date; RC_INTERNAL libical found a fault
 */
enum rc ical_event(struct ical *i, const struct promise *p, int64_t at,
    struct slice *text, struct err *e) must_check;

/* an invitation: we ask the owner of a promise whether it is one */
struct ical_invite {
	const char *uid; /* the same for all mails about one event */
	int sequence;    /* one more in each of them */
	const char *organizer, *organizer_name; /* ours: answers go there */
	const char *attendee, *attendee_name;   /* names may be NULL */
	bool is_cancelled;
	int64_t at; /* UTC seconds, when this is said */
};

/*
 * ical_invite - a whole calendar, METHOD:REQUEST or CANCEL (RFC 5546)
 *
 * out  owned by mem, lines end with CRLF
 *
 * RC_NOTFOUND the promise has no date; RC_BADINPUT an address that cannot
 * stand there; RC_INTERNAL libical found a fault
 */
enum rc ical_invite(struct ical *i, TALLOC_CTX *mem, const struct promise *p,
    const struct ical_invite *v, char **out, struct err *e) must_check;

/* ical_span - where it stands in a calendar, UTC; false: it has no date */
bool ical_span(
    struct ical *i, const struct promise *p, int64_t *start, int64_t *end);

/* one calendar being put together; talloc_free() drops it */
struct ical_sheet;

/*
 * ical_sheet_new - begin a calendar for an instant
 *
 * name  of the calendar, shown by clients; NULL: one in the language
 * lang  "fr" or "en": of the head and of the entry of the day
 */
enum rc ical_sheet_new(struct ical *i, const char *name, const char *lang,
    int64_t at, struct ical_sheet **out, struct err *e) must_check;

/*
 * ical_sheet_add - count a promise, and show it where it is dated
 *
 * A promise that cannot be rendered is left out and counted in the result's
 * `faults`: one odd mail must not take the calendar away.
 */
enum rc ical_sheet_add(
    struct ical_sheet *s, const struct promise *p, struct err *e) must_check;

/* ical_sheet_touch - a promise that is not shown changed then: the entry of
 * the day is newer */
void ical_sheet_touch(struct ical_sheet *s, int64_t changed_at);

/* ical_sheet_day - UTC, when the day of the sheet began in its zone */
int64_t ical_sheet_day(const struct ical_sheet *s);

struct ical_result {
	char *bytes; /* owned by the mem of ical_sheet_end() */
	size_t len;
	int64_t until; /* first instant at which it looks different
				   though the ledger has not changed */
	size_t events, open, late, undated, faults;
};

enum rc ical_sheet_end(struct ical_sheet *s, TALLOC_CTX *mem,
    struct ical_result *out, struct err *e) must_check;

#endif
