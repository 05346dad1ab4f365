/*
 * part.c - small steps of building with libical
 */
#include "core/core.h"

#include "cal/ical/ical_priv.h"

icalcomponent *
part_new(icalcomponent_kind kind)
{
	icalcomponent *c = icalcomponent_new(kind);

	assert(c != NULL);
	return c;
}

void
part_add(icalcomponent *c, icalproperty *p)
{
	assert(p != NULL);
	icalcomponent_add_property(c, p);
}

void
part_x(icalcomponent *c, const char *name, const char *value)
{
	icalproperty *p;

	if (value == NULL || *value == '\0')
		return;
	p = icalproperty_new_x(value);
	assert(p != NULL);
	icalproperty_set_x_name(p, name);
	part_add(c, p);
}

/* UTC only: with any other zone libical marks local times as UTC */
struct icaltimetype
part_instant(int64_t at)
{
	return icaltime_from_timet_with_zone(
	    (time_t)at, 0, icaltimezone_get_utc_timezone());
}

struct icaltimetype
part_day(int32_t day)
{
	struct icaltimetype t = icaltime_null_date();
	struct civil_ymd d = civil_ymd(day);

	t.year = d.year;
	t.month = d.month;
	t.day = d.day;
	t.is_date = 1;
	return t;
}

void
part_stamp(icalcomponent *c, int64_t created, int64_t changed, int sequence)
{
	part_add(c, icalproperty_new_dtstamp(part_instant(changed)));
	part_add(c, icalproperty_new_created(part_instant(created)));
	part_add(c, icalproperty_new_lastmodified(part_instant(changed)));
	part_add(c, icalproperty_new_sequence(sequence));
}

void
part_alarm(
    icalcomponent *event, const char *text, int64_t offset_s, bool from_end)
{
	icalcomponent *a = part_new(ICAL_VALARM_COMPONENT);
	struct icaltriggertype t = { .time = icaltime_null_time() };
	uint64_t s = (uint64_t)(offset_s < 0 ? -offset_s : offset_s);
	icalproperty *p;

	/* hours, not days: a day of a duration may be 23 hours to a client */
	t.duration.is_neg = offset_s < 0;
	t.duration.hours = (unsigned)(s / 3600);
	t.duration.minutes = (unsigned)(s % 3600 / 60);
	t.duration.seconds = (unsigned)(s % 60);
	part_add(a, icalproperty_new_action(ICAL_ACTION_DISPLAY));
	part_add(a, icalproperty_new_description(text));
	p = icalproperty_new_trigger(t);
	assert(p != NULL);
	if (from_end)
		icalproperty_add_parameter(
		    p, icalparameter_new_related(ICAL_RELATED_END));
	part_add(a, p);
	icalcomponent_add_component(event, a);
}

/* add_shape - the properties of one component, STATUS with its value, since
 * that is what the checks look at */
static void
add_shape(GString *shape, icalcomponent *c)
{
	icalproperty *p;

	g_string_append_printf(shape, "(%d:", (int)icalcomponent_isa(c));
	for (p = icalcomponent_get_first_property(c, ICAL_ANY_PROPERTY);
	     p != NULL;
	     p = icalcomponent_get_next_property(c, ICAL_ANY_PROPERTY)) {
		g_string_append_printf(shape, "%d,", (int)icalproperty_isa(p));
		if (icalproperty_isa(p) == ICAL_STATUS_PROPERTY)
			g_string_append_printf(
			    shape, "=%d,", (int)icalproperty_get_status(p));
	}
	g_string_append_c(shape, ')');
}

/* part_shape - an event and its alarms; g_free() it */
static char *
part_shape(icalcomponent *event)
{
	GString *shape = g_string_new(NULL);
	icalcomponent *c;

	add_shape(shape, event);
	for (c = icalcomponent_get_first_component(event, ICAL_ANY_COMPONENT);
	     c != NULL;
	     c = icalcomponent_get_next_component(event, ICAL_ANY_COMPONENT))
		add_shape(shape, c);
	return g_string_free(shape, FALSE);
}

/* is_valid - by libical's checks; they are those of a method, so the event
 * stands inside a calendar for them */
static bool
is_valid(struct ical *i, icalcomponent *calendar, icalcomponent *event)
{
	char *shape = part_shape(event);

	if (g_hash_table_contains(i->shapes, shape)) {
		g_free(shape);
		return icalcomponent_count_errors(calendar) == 0;
	}
	if (icalrestriction_check(calendar) == 0 ||
	    icalcomponent_count_errors(calendar) != 0) {
		g_free(shape);
		return false;
	}
	(void)g_hash_table_add(i->shapes, shape);
	return true;
}

enum rc
part_write(struct ical *i, icalcomponent *calendar, icalcomponent *event,
    TALLOC_CTX *mem, char **out, struct err *e)
{
	bool is_whole = event == NULL;
	enum rc rc = RC_OK;
	char *text = NULL;

	if (is_whole)
		event = icalcomponent_get_first_component(
		    calendar, ICAL_VEVENT_COMPONENT);
	if (!is_valid(i, calendar, event)) {
		rc = err_set(e, RC_INTERNAL,
		    "a component does not pass libical's checks");
		goto out;
	}
	text = icalcomponent_as_ical_string_r(is_whole ? calendar : event);
	if (text == NULL) {
		rc = err_set(e, RC_INTERNAL, "libical wrote nothing");
		goto out;
	}
	*out = talloc_strdup(mem, text);
	if (*out == NULL)
		rc = err_nomem(e);
out:
	icalmemory_free_buffer(text);
	icalcomponent_free(calendar);
	return rc;
}

enum rc
part_render(struct ical *i, icalcomponent *event, TALLOC_CTX *mem, char **out,
    struct err *e)
{
	return part_write(
	    i, part_calendar(ICAL_METHOD_PUBLISH, event), event, mem, out, e);
}

icalcomponent *
part_calendar(enum icalproperty_method method, icalcomponent *event)
{
	icalcomponent *c = part_new(ICAL_VCALENDAR_COMPONENT);

	part_add(c, icalproperty_new_version("2.0"));
	part_add(c, icalproperty_new_prodid(ICAL_PRODID));
	part_add(c, icalproperty_new_method(method));
	icalcomponent_add_component(c, event);
	return c;
}
