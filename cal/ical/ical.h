/*
 * ical.h - promises as a calendar (RFC 5545, 5546 PUBLISH, 7986)
 *
 * A calendar is a head, one rendered component for each promise that it shows,
 * and one all-day entry for the day that says how many are open, so that a
 * calendar nobody refreshes any more shows. Every component is built and
 * checked by libical alone; a calendar is their concatenation, so that a
 * change renders one component again (cal/feed/stock.h keeps them).
 * Events and to-dos are never mixed: a to-do is due, an event is its span.
 *
 * Pure: the same promises, working calendar and instant give the same bytes.
 * What clients force (CALENDAR-NOTES in words): times in UTC only; no UID on
 * VCALENDAR or VALARM; DTSTAMP = LAST-MODIFIED = the last change of anything
 * shown, SEQUENCE growing with it; two relative alarms; a late promise
 * becomes an all-day event that repeats every day under the same UID.
 */
#ifndef CAL_ICAL_ICAL_H
#define CAL_ICAL_ICAL_H

#include "core/ahead/ahead.h"
#include "core/core.h"
#include "core/promise/promise.h"

/* the name of one kind of output in PRODID; the version is the package's */
#define ICAL_PRODID      "-//promised//promised " PACKAGE_VERSION "//EN"
#define ICAL_REFRESH_MIN 15

/* a renderer: working calendar, ledger, zones, what libical has checked */
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

enum ical_form { ICAL_AS_EVENTS, ICAL_AS_TODOS };

/* how a calendar shows promises; zero-filled: events, whole, open ones only */
struct ical_look {
	enum ical_form form;
	bool is_private;           /* nothing that stood in the mail */
	int kept_days;             /* what was kept stays that long, silent */
	const struct ahead *ahead; /* when it rings; NULL: as usual, span.h */
};

/*
 * ical_show - the component of one promise as it looks at an instant
 *
 * text  on RC_OK BEGIN:… to END:… with CRLF; owned by mem
 *
 * RC_NOTFOUND an event needs a date; RC_INTERNAL libical found a fault
 */
enum rc ical_show(struct ical *i, TALLOC_CTX *mem, const struct ical_look *look,
    const struct promise *p, int64_t at, char **text, struct err *e) must_check;

/* ical_event - the usual look of an open promise; borrowed, good until the
 * next call */
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

/* what a promise is to a calendar at an instant */
struct ical_fact {
	bool is_shown, is_open, is_late, is_undated;
	int64_t changed_at; /* UTC: when it began to look or count like this */
	int64_t until;      /* it looks or counts otherwise from then on, though
			  nobody touches it; INT64_MAX: never */
};
struct ical_fact ical_fact_of(
    const struct ical_look *look, const struct promise *p, int64_t at);

/* all facts of one calendar */
struct ical_tally {
	size_t shown, open, late, undated, faults;
	int64_t changed_at, until;
};
void ical_tally_begin(struct ical_tally *t);
void ical_tally_add(struct ical_tally *t, const struct ical_fact *f);

/* the day of an instant in the renderer's zone */
struct ical_day {
	int32_t day;
	int64_t begin, end; /* UTC seconds, end excluded */
};
struct ical_day ical_day_of(const struct ical *i, int64_t at);

/*
 * ical_frame - what stands before the components of a calendar and behind
 *
 * name  of the calendar, shown by clients; NULL: one in the language
 * lang  "fr" or "en": of the head and of the entry of the day
 * head, tail  owned by mem
 */
enum rc ical_frame(struct ical *i, TALLOC_CTX *mem, const char *name,
    const char *lang, enum ical_form form, int64_t at,
    const struct ical_tally *t, char **head, char **tail,
    struct err *e) must_check;

/* one calendar of everything it is given; talloc_free() drops it */
struct ical_sheet;

/* ical_sheet_new - begin a calendar for an instant; name, lang as above */
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

struct ical_result {
	char *bytes; /* owned by the mem of ical_sheet_end() */
	size_t len;
	struct ical_tally tally;
};

enum rc ical_sheet_end(struct ical_sheet *s, TALLOC_CTX *mem,
    struct ical_result *out, struct err *e) must_check;

#endif
