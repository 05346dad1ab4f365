/*
 * ical_test.c - promises as calendar components: times, alarms, words, and
 * what a hostile mail can and cannot put there
 */
#include "tests/unit.h"

#include <utf8proc.h>

#include "cal/ical/clean.h"
#include "cal/ical/ical.h"
#include "cal/ical/ical_priv.h"
#include "cal/ical/span.h"
#include "tests/cal/sample.h"

struct fixture {
	TALLOC_CTX *mem;
	struct calendar *calendar;
	struct ical *ical;
	struct err e;
};

static int
begin(void **state)
{
	struct fixture *f = talloc_zero(NULL, struct fixture);

	f->mem = f;
	f->calendar = sample_calendar(f);
	assert_rc(RC_OK, &f->e,
	    ical_new(
		f, f->calendar, SAMPLE_UUID, "Europe/Paris", &f->ical, &f->e));
	*state = f;
	return 0;
}

static int
end(void **state)
{
	talloc_free(*state);
	return 0;
}

/* shown - the event of a promise, lines unfolded, LF at their ends */
static char *
shown(struct fixture *f, const struct promise *p, int64_t at)
{
	struct slice s;
	char *out;
	size_t i, n = 0;

	assert_rc(RC_OK, &f->e, ical_event(f->ical, p, at, &s, &f->e));
	out = talloc_zero_array(f, char, s.len + 1);
	for (i = 0; i < s.len; i++) {
		if (s.at[i] == '\r' && s.at[i + 1] == '\n') {
			if (s.at[i + 2] == ' ') {
				i += 2;
				continue;
			}
			continue;
		}
		out[n++] = s.at[i];
	}
	return out;
}

#define NB "\xc2\xa0"
#define has(text, want)                                                        \
	do {                                                                   \
		if (strstr((text), (want)) == NULL)                            \
			fail_msg("no \"%s\" in:\n%s", (want), (text));         \
	} while (0)
#define has_not(text, want)                                                    \
	do {                                                                   \
		if (strstr((text), (want)) != NULL)                            \
			fail_msg("\"%s\" in:\n%s", (want), (text));            \
	} while (0)

static int
count_of(const char *text, const char *what)
{
	int n = 0;

	for (; (text = strstr(text, what)) != NULL; text += strlen(what))
		n++;
	return n;
}

static void
a_deadline_is_the_half_hour_before(void **state)
{
	struct fixture *f = *state;
	struct promise *p = sample_promise(f, 1842, "2026-11-20T17:00");
	const char *t = shown(f, p, p->sent_at);

	has(t, "BEGIN:VEVENT\n");
	has(t, "UID:promise-1842@" SAMPLE_UUID "\n");
	has(t, "DTSTART:20261120T153000Z\n");
	has(t, "DTEND:20261120T160000Z\n");
	has(t, "DTSTAMP:20261119T081202Z\n");
	has(t, "LAST-MODIFIED:20261119T081202Z\n");
	has(t, "CREATED:20261119T081202Z\n");
	has(t, "SEQUENCE:0\n");
	has(t,
	    "SUMMARY:Promesse à j.muller@client.example" NB ": Je vous envoie");
	has(t, "vendredi 20 novembre 2026 à 17" NB "h");
	has(t, "TRANSP:TRANSPARENT\n");
	has(t, "STATUS:CONFIRMED\n");
	has(t, "CLASS:CONFIDENTIAL\n");
	has(t, "CATEGORIES:Promesse\n");
	has(t, "ORGANIZER;CN=Hélène Dupont:mailto:helene.dupont@acme.example");
	has(t, "CONTACT:j.muller@client.example\n");
	has(t, "RELATED-TO;RELTYPE=PARENT:thread-");
	has(t, "X-PROMISED-STATE:open\n");
	has(t, "X-PROMISED-DUE:20261120T160000Z\n");
	has(t, "TRIGGER:-PT23H30M\n");
	has(t, "TRIGGER:-PT1H30M\n");
	assert_int_equal(count_of(t, "BEGIN:VALARM"), 2);
	assert_int_equal(count_of(t, "UID:"), 1);
	has_not(t, "X-LIC-ERROR");
}

static void
a_date_alone_ends_with_the_working_day(void **state)
{
	struct fixture *f = *state;
	struct promise *p = sample_promise(f, 1, "2026-11-23");
	const char *t = shown(f, p, p->sent_at);

	has(t, "DTSTART:20261123T163000Z\n");
	has(t, "DTEND:20261123T170000Z\n");
	/* Monday: one working day before is Friday, same hour */
	has(t, "TRIGGER:-PT71H30M\n");
	has(t, "X-PROMISED-PRECISION:day\n");
	has(t, "X-PROMISED-DUE:20261123\n");
}

static void
a_closed_day_rings_on_the_last_working_day(void **state)
{
	struct fixture *f = *state;
	struct promise *p = sample_promise(f, 1, "2026-12-25T12:00");
	const char *t = shown(f, p, p->sent_at);

	/* Friday 25th is closed: Thursday 24th 18:00 is aimed at */
	has(t, "DTEND:20261225T110000Z\n");
	has(t, "TRIGGER:-PT41H30M\n"); /* Wednesday 18:00 */
	has(t, "TRIGGER:-PT19H30M\n"); /* Thursday 16:00 */
	has(t, "jour férié (Noël)");
	p = sample_promise(f, 2, "2026-11-29");
	t = shown(f, p, p->sent_at);
	has(t, "DTEND:20261129T170000Z\n");
	has(t, "TRIGGER:-PT49H30M\n"); /* Friday 16:00 */
	has(t, "jour non ouvré");
}

static void
windows_are_their_window(void **state)
{
	struct fixture *f = *state;
	struct promise *p = sample_promise(f, 1, "2026-11-24T12:00");
	const char *t;

	p->kind = PROMISE_APPOINTMENT;
	p->from = sample_civil("2026-11-24T09:00");
	t = shown(f, p, p->sent_at);
	has(t, "DTSTART:20261124T080000Z\n");
	has(t, "DTEND:20261124T110000Z\n");
	has(t, "TRIGGER:-PT24H\n");
	has(t, "TRIGGER:-PT2H\n");
	has(t, "SUMMARY:Rendez-vous avec");

	p = sample_promise(f, 2, "2026-11-25");
	p->from = sample_civil("2026-11-23");
	t = shown(f, p, p->sent_at);
	has(t, "DTSTART:20261123T080000Z\n");
	has(t, "DTEND:20261125T170000Z\n");
	has(t, "TRIGGER;RELATED=END:-PT2H\n");

	p = sample_promise(f, 3, "2026-11-24");
	p->kind = PROMISE_APPOINTMENT;
	t = shown(f, p, p->sent_at);
	has(t, "DTSTART:20261124T080000Z\n");
	has(t, "DTEND:20261124T170000Z\n");

	/* a window that ends before it begins is a deadline */
	p = sample_promise(f, 4, "2026-11-24T12:00");
	p->from = sample_civil("2026-11-24T15:00");
	t = shown(f, p, p->sent_at);
	has(t, "DTSTART:20261124T103000Z\n");
}

static void
nothing_rings_before_the_mail(void **state)
{
	struct fixture *f = *state;
	struct promise *p = sample_promise(f, 1, "2026-11-19T18:00");
	const char *t = shown(f, p, p->sent_at);

	has(t, "TRIGGER:-PT1H30M\n");
	has(t, "TRIGGER:PT0S\n");
	assert_int_equal(count_of(t, "TRIGGER"), 2);
	p = sample_promise(f, 2, "2026-11-19T09:30");
	t = shown(f, p, p->sent_at);
	assert_int_equal(count_of(t, "TRIGGER"), 1);
	has(t, "TRIGGER:PT0S\n");
}

static void
days_of_23_and_25_hours(void **state)
{
	struct fixture *f = *state;
	struct promise *p = sample_promise(f, 1, "2027-03-29T10:00");
	const char *t;

	/* Easter Monday, the day after the jump: aimed at Friday 26th 18:00 */
	t = shown(f, p, p->sent_at);
	has(t, "DTEND:20270329T080000Z\n");
	has(t, "TRIGGER:-PT64H30M\n"); /* Friday 16:00 +0100 = 15:00Z */

	p = sample_promise(f, 2, "2026-10-26T10:00");
	p->sent_at = sample_at("2026-10-01T10:00");
	t = shown(f, p, p->sent_at);
	has(t, "DTEND:20261026T090000Z\n");
	has(t, "TRIGGER:-PT72H30M\n"); /* Friday 10:00 +0200 = 08:00Z */

	/* year's end */
	p = sample_promise(f, 3, "2026-12-31T23:59");
	t = shown(f, p, p->sent_at);
	has(t, "DTEND:20261231T225900Z\n");
	has(t, "TRIGGER:-PT29H29M\n"); /* Wednesday 18:00 */
	p = sample_promise(f, 4, "2027-01-01");
	t = shown(f, p, p->sent_at);
	has(t, "DTEND:20270101T170000Z\n");
	has(t, "vendredi 1er janvier 2027");
	has(t, "TRIGGER:-PT25H30M\n"); /* Thursday 16:00 */
}

static void
late_repeats_every_day(void **state)
{
	struct fixture *f = *state;
	struct promise *p = sample_promise(f, 7, "2026-11-20T17:00");
	const char *t = shown(f, p, p->due_at);

	has_not(t, "RRULE");
	t = shown(f, p, p->due_at + 1);
	has(t, "UID:promise-7@" SAMPLE_UUID "\n");
	has(t, "DTSTART;VALUE=DATE:20261120\n");
	has(t, "RRULE:FREQ=DAILY;COUNT=30\n");
	has(t, "TRIGGER:PT9H\n");
	assert_int_equal(count_of(t, "TRIGGER"), 1);
	has(t, "SUMMARY:EN RETARD · Promesse à");
	has(t, "DTSTAMP:20261120T160000Z\n");
	has(t, "LAST-MODIFIED:20261120T160000Z\n");
	has(t, "SEQUENCE:1\n");
	has(t, "X-PROMISED-STATE:late\n");
	/* renewed when the thirty days are over */
	t = shown(f, p, p->due_at + 31 * 86400);
	has(t, "DTSTART;VALUE=DATE:20261220\n");
	has(t, "SEQUENCE:2\n");
	assert_int_equal(span_changes_at(p, p->due_at), p->due_at + 1);
	assert_int_equal(
	    span_changes_at(p, p->due_at + 1), p->due_at + 30 * 86400);

	p = sample_promise(f, 8, "2026-11-20");
	t = shown(f, p, sample_at("2026-11-21T08:00"));
	has(t, "DTSTART;VALUE=DATE:20261121\n");
}

static void
a_move_grows_what_clients_look_at(void **state)
{
	struct fixture *f = *state;
	struct promise *p = sample_promise(f, 9, "2026-11-20T17:00");
	const char *t;

	(void)shown(f, p, p->sent_at);
	sample_due(p, "2026-11-27T17:00");
	p->sequence = 3;
	p->changed_at = sample_at("2026-11-20T10:00");
	t = shown(f, p, p->changed_at);
	has(t, "SEQUENCE:3\n");
	has(t, "DTSTAMP:20261120T090000Z\n");
	has(t, "LAST-MODIFIED:20261120T090000Z\n");
	has(t, "CREATED:20261119T081202Z\n");
	has(t, "DTEND:20261127T160000Z\n");
	has(t,
	    "Promis d’abord pour" NB ": vendredi 20 novembre 2026 à 17" NB "h");
}

static void
settled_ones_are_silent(void **state)
{
	struct fixture *f = *state;
	struct promise *p = sample_promise(f, 9, "2026-11-20T17:00");
	const char *t;

	p->state = PROMISE_WITHDRAWN;
	p->changed_at++;
	t = shown(f, p, p->due_at + 86400);
	has(t, "STATUS:CANCELLED\n");
	has(t, "SUMMARY:Retirée · ");
	has_not(t, "VALARM");
	has_not(t, "RRULE");
	p->state = PROMISE_KEPT;
	p->changed_at++;
	t = shown(f, p, p->due_at + 86400);
	has(t, "STATUS:CONFIRMED\n");
	has(t, "SUMMARY:Tenue · ");
}

static void
english_and_unknown_languages(void **state)
{
	struct fixture *f = *state;
	struct promise *p = sample_promise(f, 9, "2026-11-20T17:00");
	const char *t;

	memcpy(p->lang, "en", 3);
	p->customers[1] = talloc_strdup(p, "b@client.example");
	p->text = talloc_strdup(p, "I'll send it by Friday, 5pm.");
	t = shown(f, p, p->sent_at);
	has(t, "SUMMARY:Promised to j.muller@client.example and 1 other: I'll "
	       "send it by Friday\\, 5pm.\n");
	has(t, "Friday 20 November 2026 at 17:00 (Europe/Paris)");
	has(t, "CATEGORIES:Promise\n");
	memcpy(p->lang, "de", 3);
	p->changed_at++;
	has(shown(f, p, p->sent_at), "SUMMARY:Promised to");
	memcpy(p->lang, "fr", 3);
	p->changed_at++;
	has(shown(f, p, p->sent_at), " et 1 autre");
}

static void
undated_is_no_event(void **state)
{
	struct fixture *f = *state;
	struct promise *p = sample_promise(f, 9, "");
	struct slice s;

	assert_rc(
	    RC_NOTFOUND, &f->e, ical_event(f->ical, p, p->sent_at, &s, &f->e));
}

/* lines_are_sound - CRLF, 75 octets, whole characters, known names */
static void
lines_are_sound(struct slice s)
{
	size_t at = 0;

	while (at < s.len) {
		const char *line = s.at + at, *eol;
		utf8proc_int32_t c;
		size_t len, k;

		eol = memmem(line, s.len - at, "\r\n", 2);
		assert_non_null(eol);
		len = (size_t)(eol - line);
		assert_true(len <= 75);
		for (k = 0; k < len;) {
			utf8proc_ssize_t n;

			n = utf8proc_iterate((const unsigned char *)line + k,
			    (utf8proc_ssize_t)(len - k), &c);
			assert_true(n > 0);
			assert_true(c >= 0x20 && c != 0x7f);
			k += (size_t)n;
		}
		if (line[0] != ' ')
			assert_non_null(memchr(line, ':', len) ?: memchr(line,
			    ';', len) ?: (len > 20 ? line : NULL));
		assert_false(len >= 6 && memcmp(line, "X-EVIL", 6) == 0);
		at += len + 2;
	}
}

static void
no_field_breaks_out(void **state)
{
	static const char *const evil[] = {
		"a\r\nX-EVIL:1",
		"a\nX-EVIL:1",
		"a\rX-EVIL:1",
		"a\r\n X-EVIL:1\r\nEND:VEVENT\r\nBEGIN:VEVENT",
		"a\"\r\nX-EVIL:1",
		"a\x07\x1b[31m",
		"\xff\xfe\xc3(\xe2\x82",
		"a\xe2\x80\xa8X-EVIL:1\xe2\x80\xae",
		"\\n\\;\\,;:\"^n^'",
		"x@y.example\r\nX-EVIL:1",
		"mailto:x@y.example\nX-EVIL:1",
		"\"\r\nX-EVIL\"@y.example",
		"%0d%0aX-EVIL:1@y.example",
		"x@y.example?cc=z@z.example&body=1",
		"",
		"@",
		"a@",
		"@b",
		"\xc2\x85X-EVIL:1\xc2\x9b",
		"X-EVIL:1",
	};
	struct fixture *f = *state;
	size_t i, field;

	for (i = 0; i < ARRAY_LEN(evil); i++)
		for (field = 0; field < 8; field++) {
			struct promise *p =
			    sample_promise(f, 1, "2026-11-20T17:00");
			char *text = talloc_strdup(p, evil[i]);
			struct slice s;

			p->changed_at += (int64_t)(i * 8 + field);
			switch (field) {
			case 0:
				p->text = text;
				break;
			case 1:
				p->author = text;
				break;
			case 2:
				p->author_name = text;
				break;
			case 3:
				p->customers[0] = text;
				break;
			case 4:
				p->subject_thread = text;
				break;
			case 5:
				p->message_id = text;
				break;
			case 6:
				p->condition = text;
				break;
			default:
				p->zone = text;
			}
			assert_rc(RC_OK, &f->e,
			    ical_event(f->ical, p, p->sent_at, &s, &f->e));
			lines_are_sound(s);
			assert_int_equal(count_of(s.at, "\nEND:VEVENT\r"), 1);
			assert_int_equal(count_of(s.at, "\nBEGIN:VEVENT"), 0);
			talloc_free(p);
		}
}

static void
addresses_are_encoded(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(
	    clean_mailto(f, "a.b+c@x.example"), "mailto:a.b+c@x.example");
	assert_string_equal(
	    clean_mailto(f, "é@x.example"), "mailto:%C3%A9@x.example");
	assert_string_equal(
	    clean_mailto(f, "a?cc=b@x.example"), "mailto:a%3Fcc=b@x.example");
	assert_null(clean_mailto(f, "a\r\n@x.example"));
	assert_null(clean_mailto(f, "a b@x.example"));
	assert_null(clean_mailto(f, "a@b@x.example"));
	assert_null(clean_mailto(f, "a@\xff.example"));
	assert_null(clean_mailto(f, NULL));
}

/* every length of accented words, so that a fold falls at every place */
static void
long_accented_lines_fold_between_characters(void **state)
{
	static const char *const words[] = { "é", "€", "😀", "à ", "né; ",
		"日本語", "x" };
	struct fixture *f = *state;
	size_t n, w;

	for (n = 1; n <= 150; n++) {
		struct promise *p = sample_promise(f, 1, "2026-11-20T17:00");
		struct slice s;

		p->text = talloc_strdup(p, "");
		for (w = 0; w < n * 3; w++)
			p->text = talloc_strdup_append(
			    p->text, words[(w * 5 + n) % ARRAY_LEN(words)]);
		p->changed_at += (int64_t)n;
		assert_rc(RC_OK, &f->e,
		    ical_event(f->ical, p, p->sent_at, &s, &f->e));
		lines_are_sound(s);
		talloc_free(p);
	}
}

static void
a_cut_keeps_characters_whole(void **state)
{
	struct fixture *f = *state;
	const char *text = "éà€ç ñ";
	size_t max;

	for (max = 5; max < 20; max++) {
		char *s = clean_text(f, text, max);
		struct slice all = { s, strlen(s) };
		utf8proc_int32_t c;
		size_t k;

		assert_true(all.len <= max);
		for (k = 0; k < all.len;) {
			utf8proc_ssize_t n;

			n = utf8proc_iterate((const unsigned char *)s + k,
			    (utf8proc_ssize_t)(all.len - k), &c);
			assert_true(n > 0);
			k += (size_t)n;
		}
		if (max < strlen(text))
			has(s, "…");
		else
			assert_string_equal(s, text);
	}
	assert_string_equal(clean_text(f, "  a \t\r\n b ", 50), "a b");
	assert_string_equal(clean_text(f, NULL, 50), "");
}

/* sheet - a calendar of n promises, some late, some undated */
static struct ical_result
sheet(struct fixture *f, struct ical *i, int n, int64_t at, const char *lang)
{
	struct ical_sheet *s;
	struct ical_result r;
	int k;

	assert_rc(RC_OK, &f->e, ical_sheet_new(i, NULL, lang, at, &s, &f->e));
	for (k = 1; k <= n; k++) {
		struct promise *p;

		p = sample_promise(f, k, k % 5 == 0 ? "" : "2026-11-20T17:00");
		if (k % 3 == 0)
			sample_due(p, "2026-11-24");
		assert_rc(RC_OK, &f->e, ical_sheet_add(s, p, &f->e));
		talloc_free(p);
	}
	assert_rc(RC_OK, &f->e, ical_sheet_end(s, f, &r, &f->e));
	talloc_free(s);
	return r;
}

static void
a_calendar_is_whole(void **state)
{
	struct fixture *f = *state;
	int64_t at = sample_at("2026-11-21T10:00");
	struct ical_result r = sheet(f, f->ical, 10, at, "fr");

	lines_are_sound((struct slice){ r.bytes, r.len });
	assert_int_equal(r.len, strlen(r.bytes));
	assert_true(memcmp(r.bytes, "BEGIN:VCALENDAR\r\n", 17) == 0);
	has(r.bytes, "\r\nEND:VCALENDAR\r\n");
	assert_int_equal(count_of(r.bytes, "BEGIN:VCALENDAR"), 1);
	assert_int_equal(
	    count_of(r.bytes, "BEGIN:VEVENT"), (int)r.tally.shown + 1);
	assert_int_equal(r.tally.open, 10);
	assert_int_equal(r.tally.undated, 2);
	assert_int_equal(r.tally.late, 5);
	assert_int_equal(r.tally.faults, 0);
	has(r.bytes, "METHOD:PUBLISH\r\n");
	has(r.bytes, "CALSCALE:GREGORIAN\r\n");
	has(r.bytes, "X-WR-CALNAME:Promesses aux clients\r\n");
	has(r.bytes, "NAME:Promesses aux clients\r\n");
	has(r.bytes, "REFRESH-INTERVAL;VALUE=DURATION:PT15M\r\n");
	has(r.bytes, "X-PUBLISHED-TTL:PT15M\r\n");
	has(r.bytes, "UID:day-20261121@" SAMPLE_UUID "\r\n");
	has(r.bytes, "DTSTART;VALUE=DATE:20261121\r\n");
	has(r.bytes, "10 ouvertes\\, 5 en retard\\, ");
	has(r.bytes, "SUMMARY:Promesses" NB ": ");
	/* no UID before the first component */
	assert_true(strstr(r.bytes, "UID:") > strstr(r.bytes, "BEGIN:VEVENT"));
	assert_int_equal(r.tally.until, sample_at("2026-11-22"));

	/* the next due comes before the next day */
	r = sheet(f, f->ical, 10, sample_at("2026-11-20T10:00"), "en");
	assert_int_equal(r.tally.until, sample_at("2026-11-20T17:00") + 1);
	has(r.bytes, "SUMMARY:Promises: 10 open\\, 0 late\\, 2 undated\r\n");
	has(r.bytes, "X-WR-CALNAME:Promises to customers\r\n");
}

static void
an_empty_calendar_is_one_too(void **state)
{
	struct fixture *f = *state;
	struct ical_result r;

	r = sheet(f, f->ical, 0, sample_at("2026-11-21T10:00"), "fr");
	assert_int_equal(count_of(r.bytes, "BEGIN:VEVENT"), 1);
	has(r.bytes, "SUMMARY:Promesses" NB ": 0 ouverte\\, 0 en retard\r\n");
}

static void
same_input_same_bytes(void **state)
{
	struct fixture *f = *state;
	int64_t at = sample_at("2026-11-21T10:00");
	struct ical_result a, b, c;
	struct ical *other;

	assert_rc(RC_OK, &f->e,
	    ical_new(
		f, f->calendar, SAMPLE_UUID, "Europe/Paris", &other, &f->e));
	a = sheet(f, f->ical, 40, at, "fr");
	b = sheet(f, f->ical, 40, at + 3600, "fr"); /* kept, an hour on */
	c = sheet(f, other, 40, at, "fr");          /* rendered afresh */
	assert_string_equal(a.bytes, b.bytes);
	assert_string_equal(a.bytes, c.bytes);
	/* another day is another calendar */
	b = sheet(f, f->ical, 40, at + 86400, "fr");
	assert_string_not_equal(a.bytes, b.bytes);
}

/* an event without UID, one with two SUMMARYs: refused each time, also after
 * a good one of another shape */
static void
libical_has_its_say(void **state)
{
	struct fixture *f = *state;
	struct promise *p = sample_promise(f, 1, "2026-11-20T17:00");
	icalcomponent *c;
	char *text;
	int i;

	for (i = 0; i < 3; i++) {
		c = part_new(ICAL_VEVENT_COMPONENT);
		part_stamp(c, 1, 1, 0);
		part_add(c, icalproperty_new_dtstart(part_instant(1)));
		assert_rc(RC_INTERNAL, &f->e,
		    part_render(f->ical, c, f, &text, &f->e));
		(void)shown(f, p, p->sent_at);
		p->changed_at++;
	}
	c = part_new(ICAL_VEVENT_COMPONENT);
	part_stamp(c, 1, 1, 0);
	part_add(c, icalproperty_new_uid("a"));
	part_add(c, icalproperty_new_organizer("invalid:nomail"));
	part_add(c, icalproperty_new_dtstart(part_instant(1)));
	part_add(c, icalproperty_new_summary("a"));
	part_add(c, icalproperty_new_summary("b"));
	assert_rc(RC_INTERNAL, &f->e, part_render(f->ical, c, f, &text, &f->e));
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		T(a_deadline_is_the_half_hour_before),
		T(a_date_alone_ends_with_the_working_day),
		T(a_closed_day_rings_on_the_last_working_day),
		T(windows_are_their_window),
		T(nothing_rings_before_the_mail),
		T(days_of_23_and_25_hours),
		T(late_repeats_every_day),
		T(a_move_grows_what_clients_look_at),
		T(settled_ones_are_silent),
		T(english_and_unknown_languages),
		T(undated_is_no_event),
		T(no_field_breaks_out),
		T(addresses_are_encoded),
		T(long_accented_lines_fold_between_characters),
		T(a_cut_keeps_characters_whole),
		T(a_calendar_is_whole),
		T(an_empty_calendar_is_one_too),
		T(same_input_same_bytes),
		T(libical_has_its_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
