/*
 * cond_test.c - the headers of a request
 */
#include "tests/unit.h"

#include "cal/feed/cond.h"

static void
dates_both_ways(void **state)
{
	static const int64_t at[] = { 0, 784111777, 951782400, 1795291200,
		4102444799 };
	char text[COND_DATE_MAX];
	int64_t back;
	size_t i;

	(void)state;
	cond_date(784111777, text);
	assert_string_equal(text, "Sun, 06 Nov 1994 08:49:37 GMT");
	for (i = 0; i < ARRAY_LEN(at); i++) {
		cond_date(at[i], text);
		assert_true(cond_date_parse(text, &back));
		assert_int_equal(back, at[i]);
	}
	assert_false(cond_date_parse(NULL, &back));
	assert_false(cond_date_parse("", &back));
	assert_false(cond_date_parse("Sun, 06 Nov 1994 08:49:37 CET", &back));
	assert_false(cond_date_parse("Sun, 31 Feb 1994 08:49:37 GMT", &back));
	assert_false(cond_date_parse("Sun, 06 Nov 1994 25:49:37 GMT", &back));
	assert_false(cond_date_parse("Sun, 06 Nov 1994 08:49:37 GMTx", &back));
	assert_false(cond_date_parse("Sunday, 06-Nov-94 08:49:37 GMT", &back));
}

static void
tags(void **state)
{
	(void)state;
	assert_true(cond_etag_matches("\"abc\"", "\"abc\""));
	assert_true(cond_etag_matches("W/\"abc\"", "\"abc\""));
	assert_true(cond_etag_matches("\"x\", \"abc\"", "\"abc\""));
	assert_true(cond_etag_matches("\"x,y\",W/\"abc\"", "\"abc\""));
	assert_true(cond_etag_matches("*", "\"abc\""));
	assert_false(cond_etag_matches("\"abcd\"", "\"abc\""));
	assert_false(cond_etag_matches("abc", "\"abc\""));
	assert_false(cond_etag_matches("\"x", "\"abc\""));
	assert_false(cond_etag_matches("", "\"abc\""));
	assert_false(cond_etag_matches(NULL, "\"abc\""));
	assert_false(cond_etag_matches(",,,,", "\"abc\""));
}

static void
codings(void **state)
{
	(void)state;
	assert_true(cond_wants_gzip("gzip"));
	assert_true(cond_wants_gzip("deflate, gzip;q=0.5, br"));
	assert_true(cond_wants_gzip("GZIP"));
	assert_true(cond_wants_gzip("x-gzip"));
	assert_true(cond_wants_gzip("*"));
	assert_true(cond_wants_gzip("br;q=0, *;q=0.1"));
	assert_false(cond_wants_gzip("gzip;q=0"));
	assert_false(cond_wants_gzip("gzip; q=0.000, *"));
	assert_false(cond_wants_gzip("br, deflate"));
	assert_false(cond_wants_gzip("gzipped"));
	assert_false(cond_wants_gzip("*;q=0"));
	assert_false(cond_wants_gzip(""));
	assert_false(cond_wants_gzip(NULL));
}

static void
tokens(void **state)
{
	struct slice t;

	(void)state;
	assert_true(cond_token("/feed/0123456789abcdef.ics", &t));
	assert_true(slice_is(t, "0123456789abcdef"));
	assert_true(cond_token("/feed/AbC-_6789012345678901234567.ics", &t));
	assert_false(cond_token("/feed/0123456789abcde.ics", &t));
	assert_false(cond_token("/feed/0123456789abcdef", &t));
	assert_false(cond_token("/feed/0123456789abcdef.ics/", &t));
	assert_false(cond_token("/feed/0123456789abcdef.icsx", &t));
	assert_false(cond_token("/feed/../0123456789abcdef.ics", &t));
	assert_false(cond_token("/x/feed/0123456789abcdef.ics", &t));
	assert_false(cond_token("/feed/.ics", &t));
	assert_false(cond_token("/", &t));
	assert_false(cond_token("", &t));
}

static void
hashes(void **state)
{
	uint8_t a[32] = { 0 }, b[32] = { 0 };
	int i;

	(void)state;
	assert_true(cond_same(a, b));
	for (i = 0; i < 32; i++) {
		b[i] = 0x80;
		assert_false(cond_same(a, b));
		b[i] = 0;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dates_both_ways),
		cmocka_unit_test(tags),
		cmocka_unit_test(codings),
		cmocka_unit_test(tokens),
		cmocka_unit_test(hashes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
