/*
 * event.c - one promise as a VEVENT or a VTODO
 */
#include "core/core.h"

#include "cal/ical/clean.h"
#include "cal/ical/ical_priv.h"
#include "cal/ical/span.h"

#define NAME_MAX_BYTES  120
#define TITLE_MAX_BYTES 220
#define NOTE_MAX_BYTES  500
#define CONTACTS_MAX    10
#define LATE_ALARM_S    (9 * 60 * 60)
#define DAY_S           (24 * 60 * 60)

static const struct ical_look usual;

/* what the steps below share; every text is clean */
struct draft {
	struct ical *ical;
	const struct ical_look *look;
	const struct promise *p;
	const struct words *w;
	const struct zone *zone;
	TALLOC_CTX *mem;
	icalcomponent *event;
	bool is_todo;
	struct span span; /* of a dated one */
	int late;         /* rounds of being late, 0: in time */
	int64_t late_since;
	int32_t late_day;
	char *text, *author, *customers;
	const struct ical_invite *invite; /* NULL: for a feed */
};

/* customers_of - "a@x.example and 2 others" */
static char *
customers_of(const struct draft *d)
{
	int count = 0;
	char number[16], *first;

	while (d->p->customers != NULL && d->p->customers[count] != NULL)
		count++;
	if (count == 0)
		return talloc_strdup(d->mem, "?");
	first = clean_text(d->mem, d->p->customers[0], NAME_MAX_BYTES);
	if (count == 1 || first == NULL)
		return first;
	(void)snprintf(number, sizeof(number), "%d", count - 1);
	return talloc_asprintf_append(first, "%s",
	    WORDS_FILL(
		d->mem, d->w->others[words_plural(d->w, count - 1)], number));
}

/* author_of - "Hélène Dupont <helene@acme.example>" */
static char *
author_of(const struct draft *d)
{
	char *name = clean_text(d->mem, d->p->author_name, NAME_MAX_BYTES);
	char *address = clean_text(d->mem, d->p->author, 254);

	if (name == NULL || address == NULL || *name == '\0')
		return address;
	return talloc_asprintf(d->mem, "%s <%s>", name, address);
}

/* what_of - what was promised, in one line: its words, or its number */
static const char *
what_of(const struct draft *d)
{
	char number[24], *words;

	(void)snprintf(number, sizeof(number), "%" PRId64, d->p->id);
	words = d->look->is_private
		    ? WORDS_FILL(d->mem, d->w->number, number)
		    : clean_text(d->mem, d->p->text, TITLE_MAX_BYTES);
	return words != NULL ? words : "";
}

/* put_title - SUMMARY: state, to whom, what */
static void
put_title(struct draft *d)
{
	char *title;

	title = talloc_asprintf(d->mem, "%s%s%s",
	    d->late ? d->w->late : d->w->settled[d->p->state],
	    WORDS_FILL(d->mem, d->w->title[d->p->kind], d->customers),
	    what_of(d));
	part_add(d->event, icalproperty_new_summary(title ? title : "?"));
}

/* due_lines - when it is to be kept, when it first was, what to mind */
static char *
due_lines(const struct draft *d, char *out)
{
	const struct promise *p = d->p;
	const struct words *w = d->w;
	char *due = words_date(d->mem, w, p->due);
	const char *zone = zone_name(d->zone), *holiday;

	if (p->from.is_set)
		out = talloc_asprintf_append(out, "%s\n",
		    WORDS_FILL(d->mem, w->window,
			words_date(d->mem, w, p->from), due, zone));
	else
		out = talloc_asprintf_append(
		    out, "%s\n", WORDS_FILL(d->mem, w->due, due, zone));
	if (p->due_first.is_set && (p->due_first.day != p->due.day ||
				       p->due_first.minute != p->due.minute))
		out = talloc_asprintf_append(out, "%s\n",
		    WORDS_FILL(
			d->mem, w->first, words_date(d->mem, w, p->due_first)));
	holiday = calendar_holiday(d->ical->calendar, p->due.day);
	if (holiday != NULL)
		out = talloc_asprintf_append(
		    out, "%s\n", WORDS_FILL(d->mem, w->holiday, holiday));
	else if (!calendar_is_working(d->ical->calendar, p->due.day))
		out = talloc_asprintf_append(out, "%s\n", w->warn_closed);
	if (p->warnings & WARN_WEEKDAY)
		out = talloc_asprintf_append(out, "%s\n", w->warn_weekday);
	if (p->warnings & WARN_PAST)
		out = talloc_asprintf_append(out, "%s\n", w->warn_past);
	return out;
}

/* put_description - who, when, the sentence, the due, the state */
static void
put_description(struct draft *d)
{
	const struct promise *p = d->p;
	const struct words *w = d->w;
	char *sent, *out, id[24];

	sent = words_date(d->mem, w, zone_civil(d->zone, p->sent_at));
	out = talloc_asprintf(d->mem, "%s\n",
	    WORDS_FILL(d->mem, w->by, d->author, d->customers, sent));
	if (!d->look->is_private)
		out = talloc_asprintf_append(
		    out, "%s%s%s\n", w->quote[0], d->text, w->quote[1]);
	if (p->owner != NULL)
		out = talloc_asprintf_append(out, "%s\n",
		    WORDS_FILL(
			d->mem, w->owner, clean_text(d->mem, p->owner, 254)));
	if (p->due.is_set)
		out = due_lines(d, out);
	if (p->condition != NULL && *p->condition != '\0' &&
	    !d->look->is_private)
		out = talloc_asprintf_append(out, "%s\n",
		    WORDS_FILL(d->mem, w->condition,
			clean_text(d->mem, p->condition, NOTE_MAX_BYTES)));
	if (p->is_hedged)
		out = talloc_asprintf_append(out, "%s\n", w->hedged);
	if (p->is_uncertain)
		out = talloc_asprintf_append(out, "%s\n", w->uncertain);
	(void)snprintf(id, sizeof(id), "%" PRId64, p->id);
	out = talloc_asprintf_append(out, "%s",
	    WORDS_FILL(d->mem, w->state_is,
		d->late ? w->state_late : w->state[p->state], id));
	part_add(d->event, icalproperty_new_description(out ? out : "?"));
}

/* put_name - CN of an organizer or attendee, where there is a name */
static void
put_name(const struct draft *d, icalproperty *p, const char *name)
{
	char *clean = clean_text(d->mem, name, NAME_MAX_BYTES), *s;

	assert(p != NULL);
	for (s = clean; s != NULL && *s != '\0'; s++)
		if (*s == '"' || *s == '^')
			*s = '\'';
	if (clean != NULL && *clean != '\0')
		icalproperty_add_parameter(p, icalparameter_new_cn(clean));
}

/* put_guest - of an invitation: we ask, its owner is asked */
static void
put_guest(struct draft *d, const char *organizer, const char *attendee)
{
	icalproperty *p = icalproperty_new_organizer(organizer);

	put_name(d, p, d->invite->organizer_name);
	part_add(d->event, p);
	p = icalproperty_new_attendee(attendee);
	put_name(d, p, d->invite->attendee_name);
	icalproperty_add_parameter(
	    p, icalparameter_new_cutype(ICAL_CUTYPE_INDIVIDUAL));
	icalproperty_add_parameter(
	    p, icalparameter_new_role(ICAL_ROLE_REQPARTICIPANT));
	icalproperty_add_parameter(
	    p, icalparameter_new_partstat(ICAL_PARTSTAT_NEEDSACTION));
	if (!d->invite->is_cancelled)
		icalproperty_add_parameter(
		    p, icalparameter_new_rsvp(ICAL_RSVP_TRUE));
	part_add(d->event, p);
}

/* put_parties - ORGANIZER and CONTACT, from validated addresses only */
static void
put_parties(struct draft *d)
{
	const char *owner = d->p->owner;
	icalproperty *p;
	char *to;
	int n;

	to = clean_mailto(d->mem, owner ? owner : d->p->author);
	/* PUBLISH asks for an organizer: where there is none, say so */
	p = icalproperty_new_organizer(to ? to : "invalid:nomail");
	if (to != NULL && owner == NULL)
		put_name(d, p, d->p->author_name);
	part_add(d->event, p);
	for (n = 0; d->p->customers != NULL && d->p->customers[n] != NULL &&
		    n < CONTACTS_MAX;
	     n++) {
		if (clean_mailto(d->mem, d->p->customers[n]) == NULL)
			continue;
		part_add(d->event, icalproperty_new_contact(clean_text(
				       d->mem, d->p->customers[n], 254)));
	}
}

/* put_thread - RELATED-TO: the same value for one conversation */
static void
put_thread(struct draft *d)
{
	icalproperty *p;
	char hash[17], *uid;

	if (d->p->subject_thread == NULL || *d->p->subject_thread == '\0')
		return;
	ical_digest(d->p->subject_thread, hash);
	uid = talloc_asprintf(d->mem, "thread-%s@%s", hash, d->ical->uuid);
	if (uid == NULL)
		return;
	p = icalproperty_new_relatedto(uid);
	assert(p != NULL);
	icalproperty_add_parameter(
	    p, icalparameter_new_reltype(ICAL_RELTYPE_PARENT));
	part_add(d->event, p);
}

/* put_mail - URL: the mail itself, for clients that can open one by its
 * Message-ID (RFC 2392) */
static void
put_mail(struct draft *d)
{
	char *mid;

	/* a Message-ID has the form of an address */
	mid = clean_mailto(d->mem, d->p->message_id);
	if (mid == NULL)
		return;
	mid = talloc_asprintf(d->mem, "mid:%s", mid + strlen("mailto:"));
	part_add(d->event, icalproperty_new_url(mid));
}

/* put_term - of a to-do: from the mail on, up to the due; what became of it */
static void
put_term(struct draft *d)
{
	int64_t from = d->p->sent_at;

	if (d->p->due.is_set && from >= d->span.end)
		from = d->span.end - SPAN_DEADLINE_S;
	part_add(d->event, icalproperty_new_dtstart(part_instant(from)));
	if (d->p->due.is_set)
		part_add(
		    d->event, icalproperty_new_due(part_instant(d->span.end)));
	part_add(d->event, icalproperty_new_percentcomplete(
			       d->p->state == PROMISE_KEPT ? 100 : 0));
	if (d->p->state == PROMISE_KEPT)
		part_add(d->event,
		    icalproperty_new_completed(part_instant(d->p->changed_at)));
}

/* put_times - the event itself: a span, or every day where it is late */
static void
put_times(struct draft *d)
{
	struct icalrecurrencetype r;

	if (d->is_todo) {
		put_term(d);
		return;
	}
	if (d->late == 0) {
		part_add(d->event,
		    icalproperty_new_dtstart(part_instant(d->span.start)));
		part_add(d->event,
		    icalproperty_new_dtend(part_instant(d->span.end)));
		return;
	}
	part_add(d->event, icalproperty_new_dtstart(part_day(d->late_day)));
	part_add(d->event, icalproperty_new_dtend(part_day(d->late_day + 1)));
	icalrecurrencetype_clear(&r);
	r.freq = ICAL_DAILY_RECURRENCE;
	r.count = PROMISE_LATE_DAYS;
	part_add(d->event, icalproperty_new_rrule(r));
}

/* put_alarms - open promises ring; settled ones are silent */
static void
put_alarms(struct draft *d)
{
	char *due, *text;
	size_t i;

	if (d->p->state != PROMISE_OPEN || !d->p->due.is_set ||
	    (d->look->ahead != NULL && d->look->ahead->count == 0))
		return;
	due = words_date(d->mem, d->w, d->p->due);
	text = talloc_asprintf(d->mem, "%s%s%s", d->late ? d->w->late : "",
	    WORDS_FILL(d->mem, d->w->bell[d->p->kind], d->customers, due),
	    what_of(d));
	if (text == NULL)
		return;
	if (d->late && !d->is_todo) {
		part_alarm(d->event, text, LATE_ALARM_S, false);
		return;
	}
	for (i = 0; i < d->span.bell_count; i++) {
		const struct span_bell *b = &d->span.bells[i];
		bool from_end = b->from_end || d->is_todo;

		part_alarm(d->event, text,
		    b->at - (from_end ? d->span.end : d->span.start), from_end);
	}
}

/* status_of - RFC 5545's word for its state */
static enum icalproperty_status
status_of(const struct draft *d)
{
	enum promise_state state = d->p->state;

	if (state == PROMISE_WITHDRAWN || state == PROMISE_NOT ||
	    (d->invite != NULL && d->invite->is_cancelled))
		return ICAL_STATUS_CANCELLED;
	if (d->is_todo)
		return state == PROMISE_KEPT ? ICAL_STATUS_COMPLETED
					     : ICAL_STATUS_NEEDSACTION;
	return d->p->is_uncertain ? ICAL_STATUS_TENTATIVE
				  : ICAL_STATUS_CONFIRMED;
}

/* put_marks - how it looks: state, colour, class, category */
static void
put_marks(struct draft *d)
{
	const struct promise *p = d->p;

	part_add(d->event, icalproperty_new_status(status_of(d)));
	if (!d->is_todo)
		part_add(
		    d->event, icalproperty_new_transp(ICAL_TRANSP_TRANSPARENT));
	part_add(d->event, icalproperty_new_class(ICAL_CLASS_CONFIDENTIAL));
	part_add(d->event, icalproperty_new_priority(d->late ? 1 : 5));
	part_add(d->event,
	    icalproperty_new_color(d->late ? "crimson" : "darkorange"));
	/* one property each: libical does not escape a comma in them */
	part_add(d->event, icalproperty_new_categories(d->w->category));
	part_add(d->event, icalproperty_new_categories(d->w->kind[p->kind]));
}

/* put_moment - a civil moment as RFC 5545 has it: UTC, or a date */
static void
put_moment(struct draft *d, const char *name, struct civil c)
{
	struct icaltimetype t;
	char *text;

	if (!c.is_set)
		return;
	t = c.minute == CIVIL_NO_MINUTE
		? part_day(c.day)
		: part_instant(zone_instant(d->zone, c));
	text = icaltime_as_ical_string_r(t);
	part_x(d->event, name, text);
	icalmemory_free_buffer(text);
}

/* put_own - what no standard property holds, for programs */
static void
put_own(struct draft *d)
{
	const struct promise *p = d->p;

	part_x(d->event, "X-PROMISED-STATE",
	    d->late ? "late" : promise_state_name(p->state));
	part_x(d->event, "X-PROMISED-KIND", promise_kind_name(p->kind));
	put_moment(d, "X-PROMISED-DUE", p->due);
	if (p->due.is_set)
		part_x(d->event, "X-PROMISED-PRECISION",
		    p->due.minute == CIVIL_NO_MINUTE ? "day" : "minute");
	put_moment(d, "X-PROMISED-FROM", p->from);
	put_moment(d, "X-PROMISED-DUE-FIRST", p->due_first);
	part_x(d->event, "X-PROMISED-MESSAGE-ID",
	    clean_text(d->mem, p->message_id, NOTE_MAX_BYTES));
	part_x(d->event, "X-PROMISED-OWNER",
	    p->owner ? clean_text(d->mem, p->owner, 254) : NULL);
	if (!d->look->is_private)
		part_x(d->event, "X-PROMISED-QUOTE", d->text);
	if (!d->is_todo)
		part_x(d->event, "X-MICROSOFT-CDO-BUSYSTATUS", "FREE");
}

/* put_all - every property, once the texts are clean */
static void
put_all(struct draft *d, const char *uid)
{
	const struct promise *p = d->p;
	int64_t changed = p->changed_at;

	if (d->late && d->late_since > changed)
		changed = d->late_since;
	part_add(d->event, icalproperty_new_uid(uid));
	put_times(d);
	part_stamp(d->event, p->recorded_at, changed, p->sequence + d->late);
	put_title(d);
	put_description(d);
	put_marks(d);
	put_parties(d);
	put_thread(d);
	put_mail(d);
	put_own(d);
	put_alarms(d);
}

/* begin - span and texts; d->mem is to be freed whatever it returns */
static enum rc
begin(struct draft *d, TALLOC_CTX *mem, struct err *e)
{
	const struct promise *p = d->p;

	d->zone = ical_zone(d->ical, p->zone);
	d->is_todo = d->look->form == ICAL_AS_TODOS;
	if (!span_of(p, d->ical->calendar, d->zone, d->look->ahead, &d->span) &&
	    !d->is_todo)
		return err_set(
		    e, RC_NOTFOUND, "promise %" PRId64 " has no date", p->id);
	d->mem = talloc_new(mem);
	if (d->mem == NULL)
		return err_nomem(e);
	d->text = clean_text(d->mem, p->text, PROMISE_TEXT_MAX);
	d->author = author_of(d);
	d->customers = customers_of(d);
	if (d->text == NULL || d->author == NULL || d->customers == NULL)
		return err_nomem(e);
	return RC_OK;
}

enum rc
ical_show(struct ical *i, TALLOC_CTX *mem, const struct ical_look *look,
    const struct promise *p, int64_t at, char **text, struct err *e)
{
	struct draft d = {
		.ical = i, .look = look, .p = p, .w = words_of(p->lang)
	};
	enum rc rc = begin(&d, mem, e);
	char *uid;

	if (rc != RC_OK)
		goto out;
	d.late = span_late(p, at, &d.late_since, &d.late_day);
	uid = talloc_asprintf(d.mem, "%s-%" PRId64 "@%s",
	    d.is_todo ? "todo" : "promise", p->id, i->uuid);
	if (uid == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	d.event =
	    part_new(d.is_todo ? ICAL_VTODO_COMPONENT : ICAL_VEVENT_COMPONENT);
	put_all(&d, uid);
	rc = part_render(i, d.event, mem, text, e);
	if (rc != RC_OK)
		(void)err_context(e, "promise %" PRId64, p->id);
out:
	talloc_free(d.mem);
	return rc;
}

enum rc
ical_event(struct ical *i, const struct promise *p, int64_t at,
    struct slice *text, struct err *e)
{
	char *out;
	enum rc rc;

	rc = ical_show(i, i, &usual, p, at, &out, e);
	if (rc != RC_OK)
		return rc;
	talloc_free(i->last);
	i->last = out;
	*text = slice_of(out);
	return RC_OK;
}

/* put_bell - the last alarm alone, before the start: some servers take one,
 * and its minutes as if they were before the start in any case */
static void
put_bell(struct draft *d)
{
	int64_t at = d->span.bells[d->span.bell_count - 1].at - d->span.start;

	part_alarm(d->event, what_of(d), at < 0 ? at : 0, false);
}

enum rc
event_invite(struct ical *i, TALLOC_CTX *mem, const struct promise *p,
    const struct ical_invite *v, icalcomponent **out, struct err *e)
{
	struct draft d = { .ical = i,
		.look = &usual,
		.p = p,
		.w = words_of(p->lang),
		.invite = v };
	char *organizer, *attendee;
	enum rc rc = begin(&d, mem, e);

	if (rc != RC_OK)
		goto out;
	organizer = clean_mailto(d.mem, v->organizer);
	attendee = clean_mailto(d.mem, v->attendee);
	if (organizer == NULL || attendee == NULL) {
		rc = err_set(
		    e, RC_BADINPUT, "an address that no invitation can carry");
		goto out;
	}
	d.event = part_new(ICAL_VEVENT_COMPONENT);
	part_add(d.event, icalproperty_new_uid(v->uid));
	put_times(&d);
	part_stamp(d.event, p->recorded_at, v->at, v->sequence);
	put_title(&d);
	put_description(&d);
	put_marks(&d);
	put_guest(&d, organizer, attendee);
	put_own(&d);
	if (!v->is_cancelled)
		put_bell(&d);
	*out = d.event;
out:
	talloc_free(d.mem);
	return rc;
}

bool
ical_span(struct ical *i, const struct promise *p, int64_t *start, int64_t *end)
{
	struct span span;

	if (!span_of(p, i->calendar, ical_zone(i, p->zone), NULL, &span))
		return false;
	*start = span.start;
	*end = span.end;
	return true;
}
