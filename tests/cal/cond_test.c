/*
 * cond_test.c - the headers of a request, and snapshots on disk
 */
#include "tests/unit.h"

#include <sys/stat.h>
#include <zlib.h>

#include "cal/feed/cond.h"
#include "cal/feed/snapshot.h"

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

static const char whole[] =
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-N:é\r\nEND:VCALENDAR\r\n";

static void
snapshots_are_whole_or_refused(void **state)
{
	struct slice all = SLICE(whole), cut;
	char plain[256];
	struct snapshot *s, *again;
	z_stream z = { .next_in = NULL };
	struct err e;

	(void)state;
	assert_rc(RC_OK, &e, snapshot_new(NULL, all, 1000, &s, &e));
	assert_rc(RC_OK, &e, snapshot_new(NULL, all, 2000, &again, &e));
	assert_string_equal(s->etag, again->etag);
	assert_string_not_equal(s->etag, s->etag_gzip);
	assert_int_equal(s->gzip_len, again->gzip_len);
	assert_memory_equal(s->gzip, again->gzip, s->gzip_len);
	z.next_in = (Bytef *)s->gzip;
	z.avail_in = (uInt)s->gzip_len;
	z.next_out = (Bytef *)plain;
	z.avail_out = sizeof(plain);
	assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.total_out, all.len);
	assert_memory_equal(plain, whole, all.len);
	(void)inflateEnd(&z);
	talloc_free(again);
	for (cut = all; cut.len-- > 0;)
		assert_rc(
		    RC_BADINPUT, &e, snapshot_new(NULL, cut, 1000, &again, &e));
	talloc_free(s);
}

static void
snapshots_survive_on_disk(void **state)
{
	char folder[] = "/tmp/promised-snapshot-XXXXXX", path[64];
	struct snapshot *s, *back;
	struct stat st;
	struct err e;
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/1.ics", folder);
	assert_rc(RC_NOTFOUND, &e, snapshot_load(NULL, path, &back, &e));
	assert_rc(RC_OK, &e,
	    snapshot_new(NULL, (struct slice)SLICE(whole), 1795291200, &s, &e));
	assert_rc(RC_OK, &e, snapshot_save(s, path, &e));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_rc(RC_OK, &e, snapshot_load(NULL, path, &back, &e));
	assert_string_equal(back->etag, s->etag);
	assert_int_equal(back->modified_at, 1795291200);
	talloc_free(back);
	/* a file that was cut short is no calendar */
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fwrite(whole, 1, 40, f) == 40);
	assert_int_equal(fclose(f), 0);
	assert_rc(RC_BADINPUT, &e, snapshot_load(NULL, path, &back, &e));
	assert_rc(RC_INTERNAL, &e, snapshot_save(s, "/nowhere/x/1.ics", &e));
	(void)unlink(path);
	assert_int_equal(rmdir(folder), 0);
	talloc_free(s);
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
		cmocka_unit_test(snapshots_are_whole_or_refused),
		cmocka_unit_test(snapshots_survive_on_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
