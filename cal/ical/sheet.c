/*
 * sheet.c - renderers, the frame of a calendar, and one put together whole
 */
#include "core/core.h"

#include "cal/ical/clean.h"
#include "cal/ical/ical_priv.h"
#include "cal/ical/span.h"

#define ZONES_MAX         64
#define CALENDAR_NAME_MAX 120
#define DAY_S             (24 * 60 * 60)

struct ical_sheet {
	struct ical *ical;
	const char *name, *lang;
	int64_t at;
	struct ical_tally tally;
	FILE *body;
	char *bytes;
	size_t len;
};

void
ical_digest(const char *text, char out[17])
{
	char *hex = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);

	memcpy(out, hex, 16);
	out[16] = '\0';
	g_free(hex);
}

char *
words_fill(TALLOC_CTX *mem, const char *template, const char *const *values)
{
	char *out = talloc_strdup(mem, "");
	const char *hole;

	while (out != NULL && (hole = strchr(template, '%')) != NULL) {
		out = talloc_asprintf_append(out, "%.*s%s",
		    (int)(hole - template), template,
		    *values != NULL ? *values : "");
		values += *values != NULL;
		template = hole + 1;
		while (*template != '\0' && strchr("dls", *template) != NULL) {
			if (*template ++ != 'l')
				break;
		}
	}
	return out ? talloc_strdup_append(out, template) : NULL;
}

static int
ical_gone(struct ical *i)
{
	g_hash_table_destroy(i->shapes);
	return 0;
}

enum rc
ical_new(TALLOC_CTX *mem, const struct calendar *c, const char *uuid,
    const char *zone, struct ical **out, struct err *e)
{
	struct ical *i = talloc_zero(mem, struct ical);
	enum rc rc;

	if (i == NULL)
		return err_nomem(e);
	icalerror_set_errors_are_fatal(0);
	i->calendar = c;
	i->uuid = clean_text(i, uuid, 64);
	i->zones = talloc_array(i, struct zone *, ZONES_MAX);
	if (i->uuid == NULL || i->zones == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	rc = zone_open(i, zone && *zone ? zone : "UTC", &i->zone, e);
	if (rc != RC_OK)
		goto out;
	i->shapes =
	    g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	talloc_set_destructor(i, ical_gone);
	*out = i;
	return RC_OK;
out:
	talloc_free(i);
	return rc;
}

const struct zone *
ical_zone(struct ical *i, const char *name)
{
	struct zone *z = NULL;
	struct err e;
	size_t n;

	if (name == NULL || *name == '\0')
		return i->zone;
	for (n = 0; n < i->zone_count; n++)
		if (strcmp(zone_name(i->zones[n]), name) == 0)
			return i->zones[n];
	if (n == ZONES_MAX || zone_open(i, name, &z, &e) != RC_OK)
		return i->zone;
	i->zones[i->zone_count++] = z;
	return z;
}

struct ical_day
ical_day_of(const struct ical *i, int64_t at)
{
	struct civil today = zone_civil(i->zone, at), tomorrow;

	today.minute = CIVIL_NO_MINUTE;
	tomorrow = today;
	tomorrow.day++;
	return (struct ical_day){ today.day, zone_instant(i->zone, today),
		zone_instant(i->zone, tomorrow) };
}

/* settled_fact - what was kept may stay a while; the rest is gone */
static void
settled_fact(struct ical_fact *f, const struct ical_look *look,
    const struct promise *p, int64_t at)
{
	int64_t end = p->changed_at + (int64_t)look->kept_days * DAY_S;

	if (p->state != PROMISE_KEPT || look->kept_days == 0)
		return;
	f->is_shown = at < end;
	if (f->is_shown)
		f->until = end;
	else
		f->changed_at = end;
}

struct ical_fact
ical_fact_of(const struct ical_look *look, const struct promise *p, int64_t at)
{
	struct ical_fact f = { .changed_at = p->changed_at,
		.until = span_changes_at(p, at) };
	int64_t since;
	int32_t day;

	if (p->state != PROMISE_OPEN) {
		settled_fact(&f, look, p, at);
	} else if (promise_has_lapsed(p, at)) { /* leaves the calendar */
		if (p->due_at + 1 > f.changed_at)
			f.changed_at = p->due_at + 1;
	} else {
		f.is_open = true;
		f.is_undated = !p->due.is_set;
		f.is_shown = p->due.is_set || look->form == ICAL_AS_TODOS;
		f.is_late = span_late(p, at, &since, &day) > 0;
		if (f.is_late && since > f.changed_at)
			f.changed_at = since;
	}
	return f;
}

void
ical_tally_begin(struct ical_tally *t)
{
	*t = (struct ical_tally){ .changed_at = INT64_MIN, .until = INT64_MAX };
}

void
ical_tally_add(struct ical_tally *t, const struct ical_fact *f)
{
	t->shown += f->is_shown;
	t->open += f->is_open;
	t->late += f->is_late;
	t->undated += f->is_undated;
	if (f->changed_at > t->changed_at)
		t->changed_at = f->changed_at;
	if (f->until < t->until)
		t->until = f->until;
}

/* a frame being made */
struct frame {
	struct ical *ical;
	TALLOC_CTX *mem;
	const struct words *w;
	const char *name;
	enum ical_form form;
	struct ical_day day;
	int64_t changed_at; /* of anything counted, since the day began */
	const struct ical_tally *tally;
};

/* count_text - "12 ouvertes", "2 en retard" */
static char *
count_text(const struct frame *s, const char *const form[2], size_t n)
{
	char number[24];

	(void)snprintf(number, sizeof(number), "%zu", n);
	return WORDS_FILL(s->mem, form[words_plural(s->w, (int64_t)n)], number);
}

/* beat_of - the entry of the day: how many are open, how many late */
static enum rc
beat_of(const struct frame *s, char **out, struct err *e)
{
	icalcomponent *c = part_new(ICAL_VEVENT_COMPONENT);
	const struct ical_tally *t = s->tally;
	struct civil_ymd d = civil_ymd(s->day.day);
	int64_t seconds = s->changed_at - s->day.begin;
	char *uid, *title;

	uid = talloc_asprintf(s->mem, "day-%04d%02d%02d@%s", d.year, d.month,
	    d.day, s->ical->uuid);
	title = talloc_asprintf(s->mem, "%s%s, %s", s->w->beat,
	    count_text(s, s->w->beat_open, t->open),
	    count_text(s, s->w->beat_late, t->late));
	if (t->undated > 0)
		title = talloc_asprintf_append(title, ", %s",
		    count_text(s, s->w->beat_undated, t->undated));
	assert(uid != NULL && title != NULL);
	part_add(c, icalproperty_new_uid(uid));
	part_add(c, icalproperty_new_dtstart(part_day(s->day.day)));
	part_add(c, icalproperty_new_dtend(part_day(s->day.day + 1)));
	part_stamp(c, s->day.begin, s->changed_at, (int)(seconds % INT_MAX));
	part_add(c, icalproperty_new_summary(title));
	part_add(c, icalproperty_new_description(s->w->beat_about));
	part_add(c, icalproperty_new_status(ICAL_STATUS_CONFIRMED));
	part_add(c, icalproperty_new_transp(ICAL_TRANSP_TRANSPARENT));
	part_add(c, icalproperty_new_class(ICAL_CLASS_CONFIDENTIAL));
	part_add(c, icalproperty_new_categories(s->w->category));
	part_add(c, icalproperty_new_organizer("invalid:nomail"));
	part_x(c, "X-PROMISED-STATE", "day");
	part_x(c, "X-MICROSOFT-CDO-BUSYSTATUS", "FREE");
	return part_render(s->ical, c, s->mem, out, e);
}

/* head_of - everything of the calendar before its first component */
static char *
head_of(const struct frame *s)
{
	static const char end[] = "END:VCALENDAR\r\n";
	icalcomponent *c = part_new(ICAL_VCALENDAR_COMPONENT);
	struct icaldurationtype refresh = icaldurationtype_null_duration();
	char *text, *cut, minutes[16];

	(void)snprintf(minutes, sizeof(minutes), "PT%dM", ICAL_REFRESH_MIN);
	refresh.minutes = ICAL_REFRESH_MIN;
	part_add(c, icalproperty_new_version("2.0"));
	part_add(c, icalproperty_new_prodid(ICAL_PRODID));
	part_add(c, icalproperty_new_calscale("GREGORIAN"));
	part_add(c, icalproperty_new_method(ICAL_METHOD_PUBLISH));
	part_add(c, icalproperty_new_name(s->name));
	part_x(c, "X-WR-CALNAME", s->name);
	part_add(c, icalproperty_new_description(s->w->about));
	part_x(c, "X-WR-CALDESC", s->w->about);
	part_x(c, "X-WR-TIMEZONE", zone_name(s->ical->zone));
	part_add(c, icalproperty_new_lastmodified(part_instant(s->changed_at)));
	part_add(c, icalproperty_new_refreshinterval(refresh));
	part_x(c, "X-PUBLISHED-TTL", minutes);
	part_add(c, icalproperty_new_color("darkorange"));
	part_x(c, "X-APPLE-CALENDAR-COLOR", "#FF8C00");
	text = icalcomponent_as_ical_string_r(c);
	assert(text != NULL);
	cut = text + strlen(text) - (sizeof(end) - 1);
	assert(cut > text && strcmp(cut, end) == 0);
	*cut = '\0';
	cut = talloc_strdup(s->mem, text);
	icalmemory_free_buffer(text);
	icalcomponent_free(c);
	return cut;
}

enum rc
ical_frame(struct ical *i, TALLOC_CTX *mem, const char *name, const char *lang,
    enum ical_form form, int64_t at, const struct ical_tally *t, char **head,
    char **tail, struct err *e)
{
	struct frame f = { .ical = i,
		.mem = talloc_new(mem),
		.w = words_of(lang),
		.form = form,
		.day = ical_day_of(i, at),
		.tally = t };
	char *beat = NULL;
	enum rc rc = RC_OK;

	if (f.mem == NULL)
		return err_nomem(e);
	f.changed_at =
	    t->changed_at > f.day.begin ? t->changed_at : f.day.begin;
	f.name = clean_text(
	    f.mem, name && *name ? name : f.w->name, CALENDAR_NAME_MAX);
	if (f.name == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	if (form == ICAL_AS_EVENTS)
		rc = beat_of(&f, &beat, e);
	if (rc != RC_OK)
		goto out;
	*head = talloc_steal(mem, head_of(&f));
	*tail = talloc_asprintf(mem, "%sEND:VCALENDAR\r\n", beat ? beat : "");
	if (*head == NULL || *tail == NULL)
		rc = err_nomem(e);
out:
	talloc_free(f.mem);
	return rc;
}

static int
sheet_gone(struct ical_sheet *s)
{
	if (s->body != NULL)
		(void)fclose(s->body);
	free(s->bytes);
	return 0;
}

enum rc
ical_sheet_new(struct ical *i, const char *name, const char *lang, int64_t at,
    struct ical_sheet **out, struct err *e)
{
	struct ical_sheet *s = talloc_zero(i, struct ical_sheet);

	if (s == NULL)
		return err_nomem(e);
	s->ical = i;
	s->name = name ? talloc_strdup(s, name) : NULL;
	s->lang = talloc_strdup(s, lang);
	s->at = at;
	ical_tally_begin(&s->tally);
	s->body = open_memstream(&s->bytes, &s->len);
	talloc_set_destructor(s, sheet_gone);
	if (s->lang == NULL || s->body == NULL) {
		talloc_free(s);
		return err_nomem(e);
	}
	*out = s;
	return RC_OK;
}

enum rc
ical_sheet_add(struct ical_sheet *s, const struct promise *p, struct err *e)
{
	static const struct ical_look usual;
	struct ical_fact f = ical_fact_of(&usual, p, s->at);
	char *text;
	enum rc rc;

	/* what was settled is shown to whoever gives it */
	f.is_shown |= p->state != PROMISE_OPEN && p->due.is_set;
	ical_tally_add(&s->tally, &f);
	if (!f.is_shown)
		return RC_OK;
	rc = ical_show(s->ical, s, &usual, p, s->at, &text, e);
	if (rc == RC_INTERNAL) {
		s->tally.faults++;
		s->tally.shown--;
		return RC_OK;
	}
	if (rc != RC_OK)
		return rc;
	if (fputs(text, s->body) < 0)
		rc = err_nomem(e);
	talloc_free(text);
	return rc;
}

enum rc
ical_sheet_end(struct ical_sheet *s, TALLOC_CTX *mem, struct ical_result *out,
    struct err *e)
{
	struct ical_day day = ical_day_of(s->ical, s->at);
	char *head, *tail;
	enum rc rc;

	rc = ical_frame(s->ical, s, s->name, s->lang, ICAL_AS_EVENTS, s->at,
	    &s->tally, &head, &tail, e);
	if (rc != RC_OK)
		return rc;
	if (fflush(s->body) != 0)
		return err_nomem(e);
	if (day.end < s->tally.until)
		s->tally.until = day.end;
	out->tally = s->tally;
	out->bytes = talloc_asprintf(mem, "%s%s%s", head, s->bytes, tail);
	if (out->bytes == NULL)
		return err_nomem(e);
	out->len = strlen(out->bytes);
	return RC_OK;
}
