/*
 * sheet.c - renderers, what they keep, and calendars put together
 */
#include "core/core.h"

#include "cal/ical/clean.h"
#include "cal/ical/ical_priv.h"
#include "cal/ical/span.h"

#define KEPT_MAX          20000 /* about 40 MB of rendered components */
#define ZONES_MAX         64
#define DAY_S             (24 * 60 * 60)
#define CALENDAR_NAME_MAX 120

/* a rendered component, and what it was rendered from */
struct kept {
	int64_t id, changed_at;
	int sequence, late;
	char *text;
	size_t len;
};

struct ical_sheet {
	struct ical *ical;
	const struct words *w;
	char *name;
	int64_t at, day_at, until;
	int32_t day;
	int64_t changed_at; /* of anything counted, since the day began */
	struct ical_result count;
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

static void
kept_free(gpointer kept)
{
	talloc_free(kept);
}

static int
ical_gone(struct ical *i)
{
	g_hash_table_destroy(i->kept);
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
	i->kept =
	    g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, kept_free);
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

enum rc
ical_event(struct ical *i, const struct promise *p, int64_t at,
    struct slice *text, struct err *e)
{
	struct kept *k;
	int64_t since;
	int32_t day;
	int late = span_late(p, at, &since, &day);
	enum rc rc;

	k = g_hash_table_lookup(i->kept, &p->id);
	if (k == NULL || k->changed_at != p->changed_at ||
	    k->sequence != p->sequence || k->late != late) {
		k = talloc_zero(NULL, struct kept);
		if (k == NULL)
			return err_nomem(e);
		rc = event_render(i, k, p, at, &k->text, e);
		if (rc != RC_OK) {
			talloc_free(k);
			return rc;
		}
		*k = (struct kept){ p->id, p->changed_at, p->sequence, late,
			k->text, strlen(k->text) };
		if (g_hash_table_size(i->kept) >= KEPT_MAX)
			g_hash_table_remove_all(i->kept);
		g_hash_table_replace(i->kept, &k->id, k);
	}
	*text = (struct slice){ k->text, k->len };
	return RC_OK;
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
	struct civil today, tomorrow;

	if (s == NULL)
		return err_nomem(e);
	s->ical = i;
	s->w = words_of(lang);
	s->at = at;
	today = zone_civil(i->zone, at);
	today.minute = CIVIL_NO_MINUTE;
	tomorrow = today;
	tomorrow.day++;
	s->day = today.day;
	s->day_at = zone_instant(i->zone, today);
	s->until = zone_instant(i->zone, tomorrow);
	s->changed_at = s->day_at;
	s->name =
	    clean_text(s, name && *name ? name : s->w->name, CALENDAR_NAME_MAX);
	s->body = open_memstream(&s->bytes, &s->len);
	talloc_set_destructor(s, sheet_gone);
	if (s->name == NULL || s->body == NULL) {
		talloc_free(s);
		return err_nomem(e);
	}
	*out = s;
	return RC_OK;
}

void
ical_sheet_touch(struct ical_sheet *s, int64_t changed_at)
{
	if (changed_at > s->changed_at)
		s->changed_at = changed_at;
}

int64_t
ical_sheet_day(const struct ical_sheet *s)
{
	return s->day_at;
}

enum rc
ical_sheet_add(struct ical_sheet *s, const struct promise *p, struct err *e)
{
	int64_t since, changes = span_changes_at(p, s->at);
	struct slice text;
	int32_t day;
	enum rc rc;

	if (changes < s->until)
		s->until = changes;
	if (promise_has_lapsed(p, s->at)) { /* leaves the calendar */
		ical_sheet_touch(s, p->due_at + 1);
		return RC_OK;
	}
	if (p->state == PROMISE_OPEN) {
		s->count.open++;
		s->count.undated += !p->due.is_set;
		if (span_late(p, s->at, &since, &day) > 0) {
			s->count.late++;
			ical_sheet_touch(s, since);
		}
	}
	ical_sheet_touch(s, p->changed_at);
	rc = ical_event(s->ical, p, s->at, &text, e);
	if (rc == RC_NOTFOUND)
		return RC_OK;
	if (rc == RC_INTERNAL) {
		s->count.faults++;
		return RC_OK;
	}
	if (rc != RC_OK)
		return rc;
	if (fwrite(text.at, 1, text.len, s->body) != text.len)
		return err_nomem(e);
	s->count.events++;
	return RC_OK;
}

/* count_text - "12 ouvertes", "2 en retard" */
static char *
count_text(struct ical_sheet *s, const char *const form[2], size_t n)
{
	char number[24];

	(void)snprintf(number, sizeof(number), "%zu", n);
	return WORDS_FILL(s, form[words_plural(s->w, (int64_t)n)], number);
}

/* put_beat - the entry of the day: how many are open, how many late */
static enum rc
put_beat(struct ical_sheet *s, struct err *e)
{
	icalcomponent *c = part_new(ICAL_VEVENT_COMPONENT);
	struct civil_ymd d = civil_ymd(s->day);
	char *uid, *title, *text;
	int64_t seconds = s->changed_at - s->day_at;
	enum rc rc;

	uid = talloc_asprintf(
	    s, "day-%04d%02d%02d@%s", d.year, d.month, d.day, s->ical->uuid);
	title = talloc_asprintf(s, "%s%s, %s", s->w->beat,
	    count_text(s, s->w->beat_open, s->count.open),
	    count_text(s, s->w->beat_late, s->count.late));
	if (s->count.undated > 0)
		title = talloc_asprintf_append(title, ", %s",
		    count_text(s, s->w->beat_undated, s->count.undated));
	assert(uid != NULL && title != NULL);
	part_add(c, icalproperty_new_uid(uid));
	part_add(c, icalproperty_new_dtstart(part_day(s->day)));
	part_add(c, icalproperty_new_dtend(part_day(s->day + 1)));
	part_stamp(c, s->day_at, s->changed_at, (int)(seconds % INT_MAX));
	part_add(c, icalproperty_new_summary(title));
	part_add(c, icalproperty_new_description(s->w->beat_about));
	part_add(c, icalproperty_new_status(ICAL_STATUS_CONFIRMED));
	part_add(c, icalproperty_new_transp(ICAL_TRANSP_TRANSPARENT));
	part_add(c, icalproperty_new_class(ICAL_CLASS_CONFIDENTIAL));
	part_add(c, icalproperty_new_categories(s->w->category));
	part_add(c, icalproperty_new_organizer("invalid:nomail"));
	part_x(c, "X-PROMISED-STATE", "day");
	part_x(c, "X-MICROSOFT-CDO-BUSYSTATUS", "FREE");
	rc = part_render(s->ical, c, s, &text, e);
	if (rc != RC_OK)
		return rc;
	if (fputs(text, s->body) < 0)
		return err_nomem(e);
	return RC_OK;
}

/* head_of - everything of the calendar before its first component */
static char *
head_of(struct ical_sheet *s)
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
	cut = talloc_strdup(s, text);
	icalmemory_free_buffer(text);
	icalcomponent_free(c);
	return cut;
}

enum rc
ical_sheet_end(struct ical_sheet *s, TALLOC_CTX *mem, struct ical_result *out,
    struct err *e)
{
	char *head;
	enum rc rc;

	rc = put_beat(s, e);
	if (rc != RC_OK)
		return rc;
	head = head_of(s);
	if (fflush(s->body) != 0 || head == NULL)
		return err_nomem(e);
	*out = s->count;
	out->until = s->until;
	out->bytes =
	    talloc_asprintf(mem, "%s%sEND:VCALENDAR\r\n", head, s->bytes);
	if (out->bytes == NULL)
		return err_nomem(e);
	out->len = strlen(out->bytes);
	return RC_OK;
}
