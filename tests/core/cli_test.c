/*
 * cli_test.c - tables, times and words of the command
 */
#include "tests/unit.h"

#include "core/cli/cli.h"
#include "core/cli/table.h"

static const struct table_column columns[] = {
	{ .head = "N", .is_number = true },
	{ .head = "WHO", .floor = 4 },
	{ .head = "AUTHOR", .floor = 4, .is_spare = true },
	{ .head = "TEXT", .floor = 6, .is_main = true },
};

/* printed - a table of two rows at this width, owned by t */
static char *
printed(int width)
{
	static const char *const a[] = { "1", "é́", "anne", "日本語 text" };
	static const char *const b[] = { "20", "a long name", "b",
		"and many more words" };
	struct table *t = table_new(NULL, columns, ARRAY_LEN(columns));
	char *text = NULL, *copy;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(t);
	assert_non_null(out);
	table_row(t, a, TABLE_LATE);
	table_row(t, b, TABLE_PLAIN);
	table_print(t, out, width, false);
	assert_int_equal(fclose(out), 0);
	copy = talloc_strdup(NULL, text);
	free(text);
	talloc_free(t);
	return copy;
}

/* looks - the table at this width is want */
static void
looks(int width, const char *want)
{
	char *got = printed(width);

	assert_string_equal(got, want);
	talloc_free(got);
}

static void
tables_fit(void **state)
{
	(void)state;
	looks(0, " N  WHO          AUTHOR  TEXT\n"
		 " 1  é́            anne    日本語 text\n"
		 "20  a long name  b       and many more words\n");
	looks(40, " N  WHO       AUTHOR  TEXT\n"
		  " 1  é́         anne    日本語 text\n"
		  "20  a long …  b       and many more wor…\n");
	looks(26, " N  WHO   AUT…  TEXT\n"
		  " 1  é́     anne  日本語 te…\n"
		  "20  a l…  b     and many …\n");
	/* too narrow for all: the spare column goes, the text gets its room */
	looks(19, " N  WHO   TEXT\n"
		  " 1  é́     日本語 t…\n"
		  "20  a l…  and many…\n");
	/* too narrow for anything: the floors stay */
	looks(5, " N  WHO   TEXT\n"
		 " 1  é́     日本…\n"
		 "20  a l…  and m…\n");
}

static void
hostile_text_is_cleaned(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "plain é 日本", "plain é 日本" },
		{ "\033[31mred\033[0m", "�[31mred�[0m" },
		{ "a\nb\tc\r", "a b c " },
		{ "\x01\x7f", "��" },
		{ "\xc2\x9b"
		  "31m",
		    "�31m" }, /* C1: one-octet CSI */
		{ "\xe2\x80\xae"
		  "evil",
		    "�evil" }, /* turns the writing */
		{ "\xe2\x81\xa6x\xe2\x80\x8f", "�x�" },
		{ "bad \xff\xc3", "bad ��" },
		{ "\xe2\x80\xa8", " " },
		{ "", "" },
	};
	char *got;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		got = table_clean(NULL, rows[i].in);
		assert_string_equal(got, rows[i].out);
		talloc_free(got);
	}
	assert_int_equal(table_width("é日本"), 5);
	assert_int_equal(table_width("e\xcc\x81"), 1);
}

/* open_zone - by name, owned by c */
static struct zone *
open_zone(struct cli *c, const char *name)
{
	struct zone *z;
	struct err e;

	assert_rc(RC_OK, &e, zone_open(c, name, &z, &e));
	return z;
}

static struct cli *
make_cli(enum cli_lang lang)
{
	struct cli *c = talloc_zero(NULL, struct cli);

	c->mem = c;
	c->lang = lang;
	c->recent_zone = talloc_zero(c, struct zone *);
	c->utc = open_zone(c, "UTC");
	c->zone = open_zone(c, "Europe/Paris");
	return c;
}

static void
instants_are_read(void **state)
{
	static const struct {
		const char *text, *utc; /* NULL: refused */
	} rows[] = {
		{ "2026-11-19", "2026-11-18T23:00:00Z" },
		{ "2026-11-19T10:00", "2026-11-19T09:00:00Z" },
		{ "2026-11-19 10:00", "2026-11-19T09:00:00Z" },
		{ "2026-07-19T10:00:30", "2026-07-19T08:00:30Z" },
		{ "2026-11-19T10:00Z", "2026-11-19T10:00:00Z" },
		{ "2026-11-19T10:00:05-0530", "2026-11-19T15:30:05Z" },
		{ "2026-11-19T10:00+02", "2026-11-19T08:00:00Z" },
		{ "1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z" },
		/* skipped by the jump of spring: from before it */
		{ "2026-03-29T02:30", "2026-03-29T01:30:00Z" },
		{ "2026-10-25T02:30", "2026-10-25T00:30:00Z" },
		{ "", NULL },
		{ "tomorrow", NULL },
		{ "2026-11-31", NULL },
		{ "2026-11-19T24:01", NULL },
		{ "2026-11-19T10:00+", NULL },
		{ "2026-11-19T10:00+1", NULL },
		{ "2026-11-19T10:00:60", NULL },
		{ "2026-11-19T10:00:5", NULL },
		{ "2026-11-19T10:00Zx", NULL },
		{ "2026-11-19T10:00+25:00", NULL },
		{ "2026-11-19T10:00+01:000", NULL },
	};
	struct cli *c = make_cli(CLI_EN);
	char text[TIMES_UTC_MAX];
	int64_t at;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		if (times_parse(rows[i].text, c->zone, &at) !=
		    (rows[i].utc != NULL))
			fail_msg("'%s'", rows[i].text);
		if (rows[i].utc == NULL)
			continue;
		times_utc(at, text);
		assert_string_equal(text, rows[i].utc);
	}
	talloc_free(c);
}

/* relative - what is said at an instant of a promise due then */
static void
relative(struct cli *c, const char *at, const char *due, const char *want)
{
	char zone[] = "Europe/Paris";
	struct promise p = {
		.due = { .minute = CIVIL_NO_MINUTE },
		.zone = zone,
	};

	assert_true(times_parse(at, c->zone, &c->at));
	if (*due != '\0')
		assert_true(civil_parse(due, &p.due));
	p.due_at = promise_due_at(p.due, c->zone);
	assert_string_equal(times_relative(c, c, &p), want);
}

static void
dues_are_told(void **state)
{
	struct cli *en = make_cli(CLI_EN), *fr = make_cli(CLI_FR);
	struct civil c;

	(void)state;
	relative(en, "2026-11-19T10:00", "2026-11-19", "today");
	relative(en, "2026-11-19T10:00", "2026-11-20T08:00", "tomorrow");
	relative(en, "2026-11-19T10:00", "2026-11-21", "in 2 days");
	relative(en, "2026-11-19T10:00", "2026-11-19T10:01", "in 1 minute");
	relative(en, "2026-11-19T10:00", "2026-11-19T11:59", "in 1 hour");
	relative(en, "2026-11-19T10:00", "2026-11-19T18:00", "in 8 hours");
	relative(en, "2026-11-19T10:00", "2026-11-19T09:30", "30 minutes late");
	relative(en, "2026-11-19T10:00", "2026-11-18T12:00", "22 hours late");
	relative(en, "2026-11-19T10:00", "2026-11-18T09:00", "1 day late");
	relative(en, "2026-11-19T00:00", "2026-11-18", "1 day late");
	relative(en, "2026-11-19T10:00", "2026-11-09", "10 days late");
	relative(en, "2026-11-19T10:00", "", "");
	relative(fr, "2026-11-19T10:00", "2026-11-20", "demain");
	relative(fr, "2026-11-19T10:00", "2026-11-22", "dans 3 jours");
	relative(fr, "2026-11-19T10:00", "2026-11-17", "2 jours de retard");
	relative(fr, "2026-11-19T10:00", "2026-11-19T10:00", "dans 0 minute");

	assert_string_equal(times_duration(en, en, "P3W"), "3 weeks");
	assert_string_equal(times_duration(en, en, "P1M"), "1 month");
	assert_string_equal(times_duration(en, en, "PT48H"), "48 hours");
	assert_string_equal(
	    times_duration(en, en, "P10BD"), "10 business days");
	assert_string_equal(
	    times_duration(fr, fr, "P10WD"), "10 jours ouvrables");
	assert_string_equal(times_duration(fr, fr, "P2Y3M"), "P2Y3M");
	assert_true(civil_parse("2027-08-01T07:05", &c));
	assert_string_equal(times_day(en, en, c, civil_day(2026, 11, 19)),
	    "Sun 1 Aug 2027 07:05");
	assert_string_equal(
	    times_day(fr, fr, c, civil_day(2027, 1, 1)), "dim. 1 août 07:05");
	talloc_free(en);
	talloc_free(fr);
}

static void
languages_say_the_same(void **state)
{
	struct cli *en = make_cli(CLI_EN), *fr = make_cli(CLI_FR);
	const char *a, *b;
	char hole[] = "{0}";
	int w;

	(void)state;
	for (w = 0; w < CLI_WORD_COUNT; w++) {
		a = cli_word(en, w);
		b = cli_word(fr, w);
		assert_int_equal(*a == '\0', *b == '\0');
		for (hole[1] = '0'; hole[1] <= '3'; hole[1]++)
			if ((strstr(a, hole) == NULL) !=
			    (strstr(b, hole) == NULL))
				fail_msg("'%s' and '%s'", a, b);
	}
	talloc_free(en);
	talloc_free(fr);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_fit),
		cmocka_unit_test(hostile_text_is_cleaned),
		cmocka_unit_test(instants_are_read),
		cmocka_unit_test(dues_are_told),
		cmocka_unit_test(languages_say_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
