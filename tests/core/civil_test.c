/* civil_test.c - dates, zones, working days and hours, holidays */
#include "tests/unit.h"

#include "core/civil/civil.h"

#define DAY_S 86400

/* day_of - the day number of "YYYY-MM-DD" */
static int32_t
day_of(const char *text)
{
	struct civil c;

	assert_true(civil_parse(text, &c));
	return c.day;
}

static void
assert_day(int32_t got, const char *want)
{
	char text[CIVIL_TEXT_MAX];

	civil_format((struct civil){ got, CIVIL_NO_MINUTE, true }, text);
	assert_string_equal(text, want);
}

static void
days_follow_each_other(void **state)
{
	int32_t day = civil_day(1899, 12, 31);

	(void)state;
	assert_int_equal(civil_day(1970, 1, 1), 0);
	assert_int_equal(civil_weekday(0), CIVIL_THU);
	assert_int_equal(civil_weekday(-4), CIVIL_SUN);
	for (int y = 1900; y < 2105; y++)
		for (int m = 1; m <= 12; m++)
			for (int d = 1; d <= civil_month_days(y, m); d++) {
				struct civil_ymd c;

				assert_int_equal(civil_day(y, m, d), ++day);
				c = civil_ymd(day);
				assert_true(
				    c.year == y && c.month == m && c.day == d);
			}
	assert_int_equal(civil_month_days(2000, 2), 29);
	assert_int_equal(civil_month_days(2100, 2), 28);
	assert_false(civil_is_date(2026, 2, 29));
	assert_false(civil_is_date(2026, 13, 1));
	assert_false(civil_is_date(0, 1, 1));
	assert_true(civil_is_date(2028, 2, 29));
}

static void
months_end_where_they_end(void **state)
{
	(void)state;
	assert_day(civil_add_months(day_of("2026-01-31"), 1), "2026-02-28");
	assert_day(civil_add_months(day_of("2026-11-30"), 3), "2027-02-28");
	assert_day(civil_add_months(day_of("2028-02-29"), 12), "2029-02-28");
	assert_day(civil_add_months(day_of("2026-03-31"), -1), "2026-02-28");
	assert_day(civil_add_months(day_of("2026-12-15"), 1), "2027-01-15");
}

static void
weeks_are_iso(void **state)
{
	static const struct {
		const char *day;
		int year, week;
	} rows[] = { { "2026-01-01", 2026, 1 }, { "2027-01-01", 2026, 53 },
		{ "2021-01-03", 2020, 53 }, { "2024-12-30", 2025, 1 },
		{ "2026-11-23", 2026, 48 } };
	int year;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(
		    civil_week(day_of(rows[i].day), &year), rows[i].week);
		assert_int_equal(year, rows[i].year);
	}
	assert_day(civil_week_monday(2026, 48), "2026-11-23");
	assert_day(civil_week_monday(2026, 1), "2025-12-29");
}

static void
easter_falls_as_published(void **state)
{
	(void)state;
	assert_day(civil_easter(2000), "2000-04-23");
	assert_day(civil_easter(2008), "2008-03-23");
	assert_day(civil_easter(2024), "2024-03-31");
	assert_day(civil_easter(2026), "2026-04-05");
	assert_day(civil_easter(2027), "2027-03-28");
	assert_day(civil_easter(2038), "2038-04-25");
}

static void
texts_go_there_and_back(void **state)
{
	static const char *const bad[] = { "", "2026-1-01", "2026-02-30",
		"2026-01-01T24:00", "2026-01-01 10:00", "2026-01-01T10:0x",
		"2026-01-01T10:00:00", "x026-01-01" };
	struct civil c;
	char text[CIVIL_TEXT_MAX];

	(void)state;
	assert_true(civil_parse("2026-11-21T09:05", &c));
	assert_int_equal(c.minute, 545);
	civil_format(c, text);
	assert_string_equal(text, "2026-11-21T09:05");
	c.is_set = false;
	civil_format(c, text);
	assert_string_equal(text, "");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(civil_parse(bad[i], &c));
}

/* instant - UTC seconds of a local time in a zone by name */
static int64_t
instant(const char *zone, const char *local)
{
	struct zone *z = NULL;
	struct civil c;
	struct err e;
	int64_t at;

	assert_rc(RC_OK, &e, zone_open(NULL, zone, &z, &e));
	assert_true(civil_parse(local, &c));
	at = zone_instant(z, c);
	talloc_free(z);
	return at;
}

static void
zones_jump_twice_a_year(void **state)
{
	struct zone *z = NULL;
	struct err e;
	char text[CIVIL_TEXT_MAX];
	int64_t noon = instant("UTC", "2026-07-01T12:00");

	(void)state;
	/* spring: 02:00 to 03:00 does not exist; it counts from before */
	assert_int_equal(instant("Europe/Paris", "2026-03-29T02:30"),
	    instant("UTC", "2026-03-29T01:30"));
	assert_int_equal(instant("Europe/Paris", "2026-03-29T01:59"),
	    instant("UTC", "2026-03-29T00:59"));
	assert_int_equal(instant("Europe/Paris", "2026-03-29T03:00"),
	    instant("UTC", "2026-03-29T01:00"));
	/* autumn: 02:00 to 03:00 comes twice; the first */
	assert_int_equal(instant("Europe/Paris", "2026-10-25T02:30"),
	    instant("UTC", "2026-10-25T00:30"));
	assert_int_equal(instant("Europe/Paris", "2026-10-25T03:00"),
	    instant("UTC", "2026-10-25T02:00"));
	assert_int_equal(instant("America/New_York", "2026-03-08T02:30"),
	    instant("UTC", "2026-03-08T07:30"));
	assert_int_equal(
	    instant("+0530", "2026-01-01T05:30"), instant("UTC", "2026-01-01"));

	assert_rc(RC_OK, &e, zone_open(NULL, "Europe/Paris", &z, &e));
	assert_string_equal(zone_name(z), "Europe/Paris");
	assert_int_equal(zone_offset_min(z, noon), 120);
	civil_format(zone_civil(z, noon), text);
	assert_string_equal(text, "2026-07-01T14:00");
	talloc_free(z);

	assert_rc(RC_OK, &e, zone_open(NULL, "-05:00", &z, &e));
	assert_int_equal(zone_offset_min(z, noon), -300);
	civil_format(zone_civil(z, 0), text);
	assert_string_equal(text, "1969-12-31T19:00");
	talloc_free(z);
}

static void
unknown_zones_are_refused(void **state)
{
	static const char *const bad[] = { "", "Europe/Pari", "/etc/passwd",
		"../../etc/localtime", "+1", "+25:00", "+01:60", "+0100x",
		"Europe/Paris\n" };
	struct zone *z = NULL;
	struct err e;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_rc(RC_BADINPUT, &e, zone_open(NULL, bad[i], &z, &e));
}

/* calendar - Monday to Friday, 09:00-18:00, with one set of holidays */
static struct calendar *
calendar(const char *set)
{
	const char *const sets[] = { set, NULL };
	struct calendar *c = NULL;
	struct err e;

	assert_rc(RC_OK, &e, calendar_new(NULL, 0x1f, 540, 1080, sets, &c, &e));
	return c;
}

static void
working_days_skip_weekends_and_feasts(void **state)
{
	struct calendar *c = calendar("fr");

	(void)state;
	assert_int_equal(calendar_start_min(c), 540);
	assert_int_equal(calendar_end_min(c), 1080);
	assert_string_equal(calendar_holiday(c, day_of("2026-12-25")), "Noël");
	assert_string_equal(
	    calendar_holiday(c, day_of("2026-04-06")), "lundi de Pâques");
	assert_string_equal(
	    calendar_holiday(c, day_of("2026-05-14")), "Ascension");
	assert_null(calendar_holiday(c, day_of("2026-04-03")));
	assert_false(calendar_is_working(c, day_of("2026-11-11")));
	assert_false(calendar_is_working(c, day_of("2026-11-14")));
	assert_true(calendar_is_working(c, day_of("2026-11-13")));
	/* Tue 10 Nov 2026, the 11th is closed */
	assert_day(calendar_add(c, day_of("2026-11-10"), 1), "2026-11-12");
	assert_day(calendar_add(c, day_of("2026-11-10"), 3), "2026-11-16");
	assert_day(
	    calendar_add_ouvrables(c, day_of("2026-11-10"), 3), "2026-11-14");
	assert_day(calendar_add(c, day_of("2026-12-24"), 1), "2026-12-28");
	assert_day(calendar_add(c, day_of("2026-12-31"), 1), "2027-01-04");
	assert_day(calendar_add(c, day_of("2026-11-12"), -1), "2026-11-10");
	assert_day(calendar_add(c, day_of("2026-11-12"), 0), "2026-11-12");
	talloc_free(c);
}

static void
closures_are_closed(void **state)
{
	struct calendar *c = calendar("fr");
	struct err e;

	(void)state;
	assert_rc(
	    RC_OK, &e, calendar_close(c, day_of("2026-11-13"), "pont", &e));
	assert_rc(
	    RC_OK, &e, calendar_close(c, day_of("2026-11-12"), "pont", &e));
	assert_rc(
	    RC_OK, &e, calendar_close(c, day_of("2026-11-12"), "twice", &e));
	assert_string_equal(calendar_holiday(c, day_of("2026-11-12")), "pont");
	assert_false(calendar_is_working(c, day_of("2026-11-13")));
	assert_true(calendar_is_working(c, day_of("2026-11-10")));
	assert_day(calendar_add(c, day_of("2026-11-10"), 1), "2026-11-16");
	assert_day(
	    calendar_add_ouvrables(c, day_of("2026-11-10"), 1), "2026-11-14");
	for (int32_t i = 0; i < CALENDAR_MAX_CLOSED - 2; i++)
		assert_rc(RC_OK, &e,
		    calendar_close(c, day_of("2027-01-01") + i, "x", &e));
	assert_rc(RC_TOOBIG, &e,
	    calendar_close(c, day_of("2026-01-01"), "one too many", &e));
	talloc_free(c);
}

static void
working_minutes_stay_inside_hours(void **state)
{
	static const struct {
		const char *from;
		int n;
		const char *want;
	} rows[] = {
		{ "2026-11-20T16:00", 240, "2026-11-23T11:00" },
		{ "2026-11-20T16:00", 120, "2026-11-20T18:00" },
		{ "2026-11-20T07:00", 60, "2026-11-20T10:00" },
		{ "2026-11-20T19:00", 60, "2026-11-23T10:00" },
		{ "2026-11-21T12:00", 30, "2026-11-23T09:30" },
		{ "2026-11-10T17:30", 60, "2026-11-12T09:30" },
		{ "2026-11-20T09:00", 9 * 60 * 2, "2026-11-23T18:00" },
	};
	struct calendar *c = calendar("fr");
	struct civil from;
	char text[CIVIL_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_true(civil_parse(rows[i].from, &from));
		civil_format(calendar_add_minutes(c, from, rows[i].n), text);
		assert_string_equal(text, rows[i].want);
	}
	talloc_free(c);
}

static void
odd_calendars_end(void **state)
{
	const char *const none[] = { "none", NULL };
	const char *const bad[] = { "atlantis", NULL };
	struct calendar *c = NULL;
	struct civil at = { day_of("2026-11-20"), 600, true };
	struct err e;

	(void)state;
	assert_rc(
	    RC_BADINPUT, &e, calendar_new(NULL, 0x1f, 540, 1080, bad, &c, &e));
	assert_non_null(strstr(e.text, "atlantis"));
	assert_rc(
	    RC_BADINPUT, &e, calendar_new(NULL, 0x1f, 540, 540, none, &c, &e));
	assert_rc(RC_OK, &e, calendar_new(NULL, 0, 540, 1080, none, &c, &e));
	assert_int_equal(calendar_add(c, at.day, 5), at.day);
	assert_int_equal(calendar_add_minutes(c, at, 5).day, at.day);
	assert_null(calendar_holiday(c, day_of("2026-12-25")));
	talloc_free(c);
}

/* days as the places themselves publish them */
static void
holidays_fall_as_published(void **state)
{
	static const struct {
		const char *set, *day, *name; /* NULL: no holiday */
	} rows[] = {
		{ "fr-alsace-moselle", "2026-04-03", "Vendredi saint" },
		{ "fr-alsace-moselle", "2026-12-26", "Saint-Étienne" },
		{ "fr-alsace-moselle", "2026-07-14", "fête nationale" },
		{ "fr-reunion", "2026-12-20", "abolition de l'esclavage" },
		{ "fr-martinique", "2026-05-22", "abolition de l'esclavage" },
		{ "fr-martinique", "2026-05-27", NULL },
		{ "be", "2026-07-21", "fête nationale" },
		{ "be", "2026-07-14", NULL },
		{ "lu", "2026-05-09", "journée de l'Europe" },
		{ "lu", "2018-05-09", NULL },
		{ "lu", "2026-06-23", "fête nationale" },
		{ "ch-ge", "2026-09-10", "Jeûne genevois" },
		{ "ch-ge", "2024-09-05", "Jeûne genevois" },
		{ "ch-ge", "2026-08-01", "Fête nationale" },
		{ "ch-vd", "2026-09-21", "Lundi du Jeûne fédéral" },
		{ "ch-vd", "2025-09-22", "Lundi du Jeûne fédéral" },
		{ "ch-ne", "2026-03-01", "Instauration de la République" },
		{ "ch-zh", "2026-05-01", "Tag der Arbeit" },
		{ "ch-ti", "2026-06-29", "Santi Pietro e Paolo" },
		{ "ca-qc", "2026-05-18", "Journée nationale des patriotes" },
		{ "ca-qc", "2027-05-24", "Journée nationale des patriotes" },
		{ "ca-qc", "2026-10-12", "Action de grâces" },
		{ "ca-qc", "2029-07-02", "fête du Canada" },
		{ "gb-england-wales", "2026-12-28", "Boxing Day" },
		{ "gb-england-wales", "2022-12-27", "Christmas Day" },
		{ "gb-england-wales", "2021-12-27", "Christmas Day" },
		{ "gb-england-wales", "2021-12-28", "Boxing Day" },
		{ "gb-england-wales", "2026-08-31", "Summer bank holiday" },
		{ "gb-england-wales", "2023-01-02", "New Year's Day" },
		{ "gb-england-wales", "2026-01-02", NULL },
		{ "gb", "2026-05-25", "Spring bank holiday" },
		{ "gb-scotland", "2026-08-03", "Summer bank holiday" },
		{ "gb-scotland", "2026-08-31", NULL },
		{ "gb-scotland", "2022-01-03", "New Year's Day" },
		{ "gb-scotland", "2022-01-04", "2nd January" },
		{ "gb-scotland", "2023-01-03", "New Year's Day" },
		{ "gb-scotland", "2024-12-02", "St Andrew's Day" },
		{ "gb-scotland", "2026-04-06", NULL },
		{ "gb-northern-ireland", "2026-07-13", "Battle of the Boyne" },
		{ "gb-northern-ireland", "2024-03-18", "St Patrick's Day" },
		{ "ie", "2026-02-02", "St Brigid's Day" },
		{ "ie", "2030-02-01", "St Brigid's Day" },
		{ "ie", "2030-02-04", NULL },
		{ "ie", "2026-10-26", "October Holiday" },
		{ "us", "2026-07-03", "Independence Day" },
		{ "us", "2021-12-31", "New Year's Day" },
		{ "us", "2027-12-31", "New Year's Day" },
		{ "us", "2026-11-26", "Thanksgiving Day" },
		{ "us", "2027-07-05", "Independence Day" },
		{ "us", "2026-05-25", "Memorial Day" },
		{ "us", "2020-06-19", NULL },
		{ "de", "2026-10-03", "Tag der Deutschen Einheit" },
		{ "de", "2026-10-31", NULL },
		{ "de-sn", "2026-11-18", "Buß- und Bettag" },
		{ "de-by", "2026-06-04", "Fronleichnam" },
		{ "de-hh", "2026-10-31", "Reformationstag" },
		{ "de-hh", "2016-10-31", NULL },
		{ "de-be", "2026-03-08", "Internationaler Frauentag" },
		{ "de-th", "2026-09-20", "Weltkindertag" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct calendar *c = calendar(rows[i].set);
		const char *got = calendar_holiday(c, day_of(rows[i].day));

		if ((got == NULL) != (rows[i].name == NULL) ||
		    (got != NULL && strcmp(got, rows[i].name) != 0))
			fail_msg("%s %s: %s", rows[i].set, rows[i].day,
			    got == NULL ? "none" : got);
		talloc_free(c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_follow_each_other),
		cmocka_unit_test(months_end_where_they_end),
		cmocka_unit_test(weeks_are_iso),
		cmocka_unit_test(easter_falls_as_published),
		cmocka_unit_test(texts_go_there_and_back),
		cmocka_unit_test(zones_jump_twice_a_year),
		cmocka_unit_test(unknown_zones_are_refused),
		cmocka_unit_test(working_days_skip_weekends_and_feasts),
		cmocka_unit_test(closures_are_closed),
		cmocka_unit_test(working_minutes_stay_inside_hours),
		cmocka_unit_test(odd_calendars_end),
		cmocka_unit_test(holidays_fall_as_published),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
