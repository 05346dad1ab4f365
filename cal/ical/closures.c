/*
 * closures.c - all-day events of an .ics file, with libical
 */
#include "core/core.h"

#include <libical/ical.h>

#include "cal/ical/clean.h"
#include "cal/ical/closures.h"
#include "core/civil/civil.h"

#define STEPS_MAX 40000 /* occurrences looked at, of one rule */

struct reader {
	struct closures *out;
	size_t room, events;
	struct err *e;
};

static int32_t
day_of(struct icaltimetype t)
{
	return civil_day(t.year, t.month, t.day);
}

static bool
is_day(struct icaltimetype t)
{
	return !icaltime_is_null_time(t) && t.year >= 1 && t.year <= 9999 &&
	       civil_is_date(t.year, t.month, t.day);
}

static bool
is_midnight(struct icaltimetype t)
{
	return t.is_date || (t.hour == 0 && t.minute == 0 && t.second == 0);
}

/* length - of an all-day event in days; 0: it is none */
static int32_t
length(icalcomponent *event, struct icaltimetype start)
{
	icalproperty *p;
	struct icaltimetype end;
	struct icaldurationtype d;

	if (!is_day(start) || !is_midnight(start))
		return 0;
	p = icalcomponent_get_first_property(event, ICAL_DTEND_PROPERTY);
	if (p != NULL) {
		end = icalproperty_get_dtend(p);
		if (!is_day(end) || !is_midnight(end) ||
		    day_of(end) < day_of(start))
			return 0;
		/* an end on the day of the start: some mean that day */
		return day_of(end) > day_of(start) ? day_of(end) - day_of(start)
						   : start.is_date;
	}
	p = icalcomponent_get_first_property(event, ICAL_DURATION_PROPERTY);
	if (p == NULL)
		return start.is_date ? 1 : 0;
	d = icalproperty_get_duration(p);
	if (d.is_neg || d.minutes != 0 || d.seconds != 0 || d.hours % 24 != 0 ||
	    d.days > CLOSURES_MAX_DAYS + 1 || d.weeks > CLOSURES_MAX_DAYS)
		return d.is_neg ? 0 : CLOSURES_MAX_DAYS + 1;
	return (int32_t)(d.weeks * 7 + d.days + d.hours / 24);
}

static enum rc
add_days(struct reader *r, int32_t first, int32_t count, const char *name)
{
	struct closures *c = r->out;
	int32_t low = civil_day(CLOSURES_FIRST_YEAR, 1, 1);
	int32_t high = civil_day(CLOSURES_LAST_YEAR, 12, 31);

	for (int32_t day = first; day < first + count; day++) {
		if (day < low || day > high)
			continue;
		if (c->count == CALENDAR_MAX_CLOSED)
			return err_set(r->e, RC_TOOBIG,
			    "more than %d closed days", CALENDAR_MAX_CLOSED);
		if (c->count == r->room) {
			r->room = r->room != 0 ? r->room * 2 : 64;
			c->days = talloc_realloc(
			    c, c->days, struct closures_day, r->room);
			if (c->days == NULL)
				return err_nomem(r->e);
		}
		c->days[c->count++] = (struct closures_day){ day, name };
	}
	return RC_OK;
}

/* is_excepted - whether an EXDATE takes an occurrence out */
static bool
is_excepted(icalcomponent *event, int32_t day)
{
	icalproperty *p;

	for (p = icalcomponent_get_first_property(event, ICAL_EXDATE_PROPERTY);
	     p != NULL;
	     p = icalcomponent_get_next_property(event, ICAL_EXDATE_PROPERTY)) {
		struct icaltimetype t = icalproperty_get_exdate(p);

		if (is_day(t) && day_of(t) == day)
			return true;
	}
	return false;
}

/* add_rule - the occurrences of a rule behind the first */
static enum rc
add_rule(struct reader *r, icalcomponent *event, icalproperty *rule,
    struct icaltimetype start, int32_t count, const char *name)
{
	icalrecur_iterator *i;
	struct icaltimetype t;
	enum rc rc = RC_OK;
	int steps = 0;

	start.is_date = 1;
	start.hour = start.minute = start.second = 0;
	start.zone = NULL;
	i = icalrecur_iterator_new(icalproperty_get_rrule(rule), start);
	if (i == NULL)
		return err_set(r->e, RC_BADINPUT,
		    "'%s': a recurrence that cannot be followed", name);
	while (rc == RC_OK && steps++ < STEPS_MAX) {
		t = icalrecur_iterator_next(i);
		if (!is_day(t) || t.year > CLOSURES_LAST_YEAR)
			break;
		if (!is_excepted(event, day_of(t)))
			rc = add_days(r, day_of(t), count, name);
	}
	icalrecur_iterator_free(i);
	return rc;
}

static enum rc
add_event(struct reader *r, icalcomponent *event)
{
	struct icaltimetype start = icalcomponent_get_dtstart(event);
	int32_t count = length(event, start);
	enum rc rc = RC_OK;
	icalproperty *p;
	char *name;

	if (count == 0 ||
	    icalcomponent_get_status(event) == ICAL_STATUS_CANCELLED)
		return RC_OK;
	name = clean_text(
	    r->out, icalcomponent_get_summary(event), CLOSURES_MAX_NAME);
	if (name == NULL)
		return err_nomem(r->e);
	if (count > CLOSURES_MAX_DAYS)
		return err_set(r->e, RC_BADINPUT, "'%s' is longer than %d days",
		    name, CLOSURES_MAX_DAYS);
	r->events++;
	if (!is_excepted(event, day_of(start)))
		rc = add_days(r, day_of(start), count, name);
	for (p = icalcomponent_get_first_property(event, ICAL_RRULE_PROPERTY);
	     rc == RC_OK && p != NULL;
	     p = icalcomponent_get_next_property(event, ICAL_RRULE_PROPERTY))
		rc = add_rule(r, event, p, start, count, name);
	for (p = icalcomponent_get_first_property(event, ICAL_RDATE_PROPERTY);
	     rc == RC_OK && p != NULL;
	     p = icalcomponent_get_next_property(event, ICAL_RDATE_PROPERTY)) {
		struct icaltimetype t = icalproperty_get_rdate(p).time;

		if (is_day(t))
			rc = add_days(r, day_of(t), count, name);
	}
	return rc;
}

/* add_all - the events of a component and of those inside it */
static enum rc
add_all(struct reader *r, icalcomponent *c)
{
	icalcomponent *inner;
	enum rc rc = RC_OK;

	if (icalcomponent_isa(c) == ICAL_VEVENT_COMPONENT)
		return add_event(r, c);
	if (icalcomponent_isa(c) != ICAL_VCALENDAR_COMPONENT &&
	    icalcomponent_isa(c) != ICAL_XROOT_COMPONENT)
		return RC_OK;
	for (inner = icalcomponent_get_first_component(c, ICAL_ANY_COMPONENT);
	     rc == RC_OK && inner != NULL;
	     inner = icalcomponent_get_next_component(c, ICAL_ANY_COMPONENT))
		rc = add_all(r, inner);
	return rc;
}

static int
by_day(const void *a, const void *b)
{
	int32_t x = ((const struct closures_day *)a)->day;
	int32_t y = ((const struct closures_day *)b)->day;

	return x < y ? -1 : x > y;
}

/* put_in_order - by day, each once */
static void
put_in_order(struct closures *c)
{
	size_t kept = 0;

	if (c->count == 0)
		return;
	qsort(c->days, c->count, sizeof(*c->days), by_day);
	for (size_t i = 1; i < c->count; i++)
		if (c->days[i].day != c->days[kept].day)
			c->days[++kept] = c->days[i];
	c->count = kept + 1;
}

enum rc
closures_read(
    TALLOC_CTX *mem, const char *text, struct closures **out, struct err *e)
{
	struct reader r = { .e = e };
	icalcomponent *root;
	enum rc rc;

	*out = NULL;
	icalerror_set_errors_are_fatal(0);
	r.out = talloc_zero(mem, struct closures);
	if (r.out == NULL)
		return err_nomem(e);
	root = strstr(text, "BEGIN:VCALENDAR") != NULL
		   ? icalparser_parse_string(text)
		   : NULL;
	if (root == NULL) {
		rc = err_set(e, RC_BADINPUT, "this is no iCalendar file");
		goto out;
	}
	rc = add_all(&r, root);
	icalcomponent_free(root);
	if (rc == RC_OK && r.events == 0)
		rc = err_set(e, RC_BADINPUT, "there is no all-day event in it");
	if (rc != RC_OK)
		goto out;
	put_in_order(r.out);
	*out = r.out;
	return RC_OK;
out:
	talloc_free(r.out);
	return rc;
}
