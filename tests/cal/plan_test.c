/*
 * plan_test.c - what is to be said about a promise, and from when
 */
#include "tests/unit.h"

#include "cal/remind/plan.h"
#include "tests/cal/sample.h"

static struct calendar *calendar;
static struct zone *zone;

static int
begin(void **state)
{
	struct err e;

	calendar = sample_calendar(NULL);
	*state = NULL;
	return zone_open(NULL, "Europe/Paris", &zone, &e) != RC_OK;
}

static int
end(void **state)
{
	(void)state;
	talloc_free(zone);
	talloc_free(calendar);
	return 0;
}

/* moments - "ahead 2026-11-20T09:00; …" */
static char *
moments(struct promise *p)
{
	struct plan_moment all[PLAN_MOMENTS];
	size_t i, n = plan_moments(p, calendar, zone, 1, all);
	char civil[CIVIL_TEXT_MAX], *out = talloc_strdup(p, "");

	for (i = 0; i < n; i++) {
		civil_format(zone_civil(zone, all[i].at), civil);
		out = talloc_asprintf_append(out, "%s%s %s", i ? "; " : "",
		    plan_why_name(all[i].why), civil);
	}
	return out;
}

static void
plans(void **state)
{
	static const struct {
		const char *from, *due, *want;
	} rows[] = {
		/* an hour on a Tuesday */
		{ "", "2026-11-24T17:00",
		    "ahead 2026-11-23T09:00; morning 2026-11-24T09:00; "
		    "soon 2026-11-24T15:00; due 2026-11-24T17:00; "
		    "late 2026-11-25T09:00" },
		/* a Monday: one working day before is Friday */
		{ "", "2026-11-23",
		    "ahead 2026-11-20T09:00; morning 2026-11-23T09:00; "
		    "due 2026-11-23T17:30; late 2026-11-24T09:00" },
		/* a Sunday is anticipated on Friday */
		{ "", "2026-11-29",
		    "ahead 2026-11-26T09:00; morning 2026-11-27T09:00; "
		    "due 2026-11-27T17:30; late 2026-11-30T09:00" },
		/* Christmas, a Friday */
		{ "", "2026-12-25T12:00",
		    "ahead 2026-12-23T09:00; morning 2026-12-24T09:00; "
		    "due 2026-12-24T17:30; "
		    "late 2026-12-28T09:00" },
		/* early in the morning, late in the evening */
		{ "", "2026-11-24T09:00",
		    "ahead 2026-11-23T09:00; soon 2026-11-23T17:30; "
		    "due 2026-11-24T09:00; late 2026-11-25T09:00" },
		{ "", "2026-11-24T23:59",
		    "ahead 2026-11-23T09:00; morning 2026-11-24T09:00; "
		    "due 2026-11-24T17:30; late 2026-11-25T09:00" },
		/* overnight: late at the same morning's start */
		{ "", "2026-11-24T08:00",
		    "ahead 2026-11-23T09:00; due 2026-11-23T17:30; "
		    "late 2026-11-24T09:00" },
		/* a window of an hour's kind, and one of days */
		{ "2026-11-24T14:00", "2026-11-24T16:00",
		    "ahead 2026-11-23T09:00; morning 2026-11-24T09:00; "
		    "soon 2026-11-24T12:00; due 2026-11-24T16:00; "
		    "late 2026-11-25T09:00" },
		{ "2026-11-23", "2026-11-26",
		    "ahead 2026-11-20T09:00; morning 2026-11-23T09:00; "
		    "due 2026-11-26T17:30; late 2026-11-27T09:00" },
		/* the day of the mail, sent at 09:12 */
		{ "", "2026-11-19",
		    "due 2026-11-19T17:30; late 2026-11-20T09:00" },
		/* after the nights that are 23 and 25 hours long */
		{ "", "2027-03-30T10:00",
		    "ahead 2027-03-26T09:00; soon 2027-03-26T17:30; "
		    "morning 2027-03-30T09:00; due 2027-03-30T10:00; "
		    "late 2027-03-31T09:00" },
		{ "", "2027-10-31T10:00",
		    "ahead 2027-10-28T09:00; morning 2027-10-29T09:00; "
		    "due 2027-10-29T17:30; "
		    "late 2027-11-02T09:00" },
		{ "", "", "" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		struct promise *p = sample_promise(NULL, 1, rows[i].due);

		p->from = sample_civil(rows[i].from);
		print_message("# due %s\n", rows[i].due);
		assert_string_equal(moments(p), rows[i].want);
		talloc_free(p);
	}
}

static void
now_is_the_last_that_lies_behind(void **state)
{
	struct promise *p = sample_promise(NULL, 1, "2026-11-24T17:00");
	struct plan_moment m;

	(void)state;
#define AT(text)                                                               \
	plan_now(p, calendar, zone, (struct plan_pace){ 1, 0 },                \
	    sample_at(text), &m)
	assert_false(AT("2026-11-23T08:59"));
	assert_true(AT("2026-11-23T09:00"));
	assert_int_equal(m.why, PLAN_AHEAD);
	assert_true(AT("2026-11-24T08:59"));
	assert_int_equal(m.why, PLAN_AHEAD);
	assert_true(AT("2026-11-24T14:59"));
	assert_int_equal(m.why, PLAN_MORNING);
	assert_true(AT("2026-11-24T16:59"));
	assert_int_equal(m.why, PLAN_SOON);
	assert_true(AT("2026-11-24T17:30"));
	assert_int_equal(m.why, PLAN_DUE);
	assert_true(AT("2027-06-01T12:00"));
	assert_int_equal(m.why, PLAN_LATE);
	p->state = PROMISE_KEPT;
	assert_false(AT("2027-06-01T12:00"));
	talloc_free(p);
}

/* every due of two years: in order, in working hours, none too far ahead */
static void
all_inside_working_hours(void **state)
{
	static const int minutes[] = { CIVIL_NO_MINUTE, 0, 150, 480, 540, 600,
		720, 1080, 1200, 1439 };
	struct promise *p = sample_promise(NULL, 1, "2026-11-24");
	struct plan_moment all[PLAN_MOMENTS];
	int32_t day;
	size_t i, k, n;

	(void)state;
	for (day = p->due.day + 10; day < p->due.day + 740; day++)
		for (k = 0; k < ARRAY_LEN(minutes); k++) {
			struct promise q = *p;

			q.due.day = day;
			q.due.minute = (int16_t)minutes[k];
			q.due_at = promise_due_at(q.due, zone);
			n = plan_moments(&q, calendar, zone, 1, all);
			assert_true(n >= 3);
			for (i = 0; i < n; i++) {
				struct civil c = zone_civil(zone, all[i].at);

				assert_true(
				    calendar_is_working(calendar, c.day));
				assert_true(c.minute >= 540);
				assert_true(c.minute <= 1080);
				assert_true(
				    i == 0 || all[i].at >= all[i - 1].at);
				assert_true(all[i].at >
					    q.due_at - PLAN_AHEAD_DAYS * 86400);
				if (all[i].why == PLAN_LATE)
					assert_true(all[i].at > q.due_at);
				else
					assert_true(all[i].at <= q.due_at);
			}
		}
	talloc_free(p);
}

static void
an_offer_is_never_late(void **state)
{
	struct promise *p = sample_promise(NULL, 1, "2026-11-24");
	enum note_why why;
	struct plan_moment m;

	(void)state;
	p->kind = PROMISE_OFFER;
	assert_string_equal(moments(p),
	    "ahead 2026-11-23T09:00; morning 2026-11-24T09:00; "
	    "due 2026-11-24T17:30");
	assert_true(AT("2026-11-24T18:00"));
	assert_false(AT("2026-11-25T00:00"));
	assert_false(plan_digest(p, calendar, 1, sample_civil("2026-11-25").day,
	    sample_at("2026-11-25T09:00"), &why));
	talloc_free(p);
}

static void
ahead_is_a_setting(void **state)
{
	struct promise *p = sample_promise(NULL, 1, "2026-11-27");
	struct plan_moment all[PLAN_MOMENTS];

	(void)state;
	assert_int_equal(plan_moments(p, calendar, zone, 0, all), 3);
	assert_int_equal(all[0].why, PLAN_MORNING);
	assert_int_equal(plan_moments(p, calendar, zone, 4, all), 4);
	assert_int_equal(all[0].why, PLAN_AHEAD);
	assert_int_equal(all[0].at, sample_at("2026-11-23T09:00"));
	talloc_free(p);
}

static void
digests(void **state)
{
	static const struct {
		const char *due, *today;
		int want; /* -1: not in it */
	} rows[] = {
		{ "2026-11-26", "2026-11-24", -1 },
		{ "2026-11-25", "2026-11-24", NOTE_AHEAD },
		{ "2026-11-24T17:00", "2026-11-24", NOTE_MORNING },
		{ "2026-11-23", "2026-11-24", NOTE_LATE },
		{ "2026-11-30", "2026-11-27", NOTE_AHEAD },
		{ "2026-11-29", "2026-11-27", NOTE_MORNING }, /* a Sunday */
		{ "", "2026-11-27", -1 },
	};
	enum note_why why;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		struct promise *p = sample_promise(NULL, 1, rows[i].due);
		struct civil day = sample_civil(rows[i].today);
		bool is_in;

		day.minute = 9 * 60;
		is_in = plan_digest(
		    p, calendar, 1, day.day, zone_instant(zone, day), &why);
		assert_int_equal(is_in ? (int)why : -1, rows[i].want);
		talloc_free(p);
	}
}

/* what is late is said again every so many days, on working days, in hours,
 * across changes of the clock and the years */
static void
late_is_said_again(void **state)
{
	struct promise *p = sample_promise(NULL, 1, "2026-12-18");
	struct plan_moment m;
	int days[] = { 1, 7, 30 };
	int64_t at, last, count;
	struct civil c;
	size_t i;

	(void)state;
#define LATE(n, text)                                                          \
	plan_now(p, calendar, zone, (struct plan_pace){ 1, n },                \
	    sample_at(text), &m)
	/* first on Monday 21 December, then a week later; New Year's Day of a
	 * Friday is no working day */
	assert_true(LATE(7, "2026-12-28T08:59"));
	assert_int_equal(m.at, sample_at("2026-12-21T09:00"));
	assert_true(LATE(7, "2026-12-28T09:00"));
	assert_int_equal(m.at, sample_at("2026-12-28T09:00"));
	assert_true(LATE(11, "2027-01-01T12:00"));
	assert_int_equal(m.at, sample_at("2026-12-21T09:00"));
	assert_true(LATE(11, "2027-01-04T09:00"));
	assert_int_equal(m.at, sample_at("2027-01-04T09:00"));
	assert_true(LATE(0, "2027-06-01T12:00"));
	assert_int_equal(m.at, sample_at("2026-12-21T09:00"));
	for (i = 0; i < ARRAY_LEN(days); i++) {
		last = count = 0;
		for (at = sample_at("2026-12-21T09:00");
		     at < sample_at("2028-12-21T09:00"); at += 1800) {
			assert_true(plan_now(p, calendar, zone,
			    (struct plan_pace){ 1, days[i] }, at, &m));
			assert_true(m.at <= at && m.at >= last);
			count += m.at > last;
			last = m.at;
			c = zone_civil(zone, m.at);
			assert_true(calendar_is_working(calendar, c.day));
			assert_int_equal(c.minute, 540);
		}
		print_message("# %d days: %d times\n", days[i], (int)count);
		assert_true(
		    count * days[i] > 500 && count * days[i] < 740 + days[i]);
	}
	talloc_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plans),
		cmocka_unit_test(now_is_the_last_that_lies_behind),
		cmocka_unit_test(an_offer_is_never_late),
		cmocka_unit_test(ahead_is_a_setting),
		cmocka_unit_test(digests),
		cmocka_unit_test(all_inside_working_hours),
		cmocka_unit_test(late_is_said_again),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
