/*
 * imap_test.c - names of folders, and marks on disk
 */
#include "tests/unit.h"

#include <sys/stat.h>

#include "mailgw/sources/imap.h"
#include "mailgw/sources/imap_mark.h"

static void
names_as_imap_writes_them(void **state)
{
	/* the second is an example of RFC 3501 section 5.1.3 */
	static const char *const rows[][2] = {
		{ "Sent Items", "Sent Items" },
		{ "~peter/mail/台北/日本語",
		    "~peter/mail/&U,BTFw-/&ZeVnLIqe-" },
		{ "Éléments envoyés", "&AMk-l&AOk-ments envoy&AOk-s" },
		{ "R&D", "R&-D" },
		{ "é&", "&AOk-&-" },
		{ "😀x", "&2D3eAA-x" },
		{ "a\tb", "a&AAk-b" },
		{ "", "" },
	};
	char *got;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		got = imap_utf7(NULL, rows[i][0]);
		assert_string_equal(got, rows[i][1]);
		talloc_free(got);
	}
	assert_null(imap_utf7(NULL, "\xc3\x28"));
}

static void
a_mark_is_read_as_it_was_written(void **state)
{
	struct imap_mark m = { 4294967295U, 4294967294U, 1790000000, -1 }, got;
	char dir[] = "/tmp/imap_test.XXXXXX";
	struct err e;
	char *path, *other;
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(dir));
	path = imap_mark_path(NULL, dir, "anna@[::1]:993/Sent/../x y");
	other = imap_mark_path(NULL, dir, "anna@[::1]:993/Sent/../x_y");
	assert_string_not_equal(path, other);
	assert_null(strchr(path + strlen(dir) + 1, '/'));
	assert_rc(RC_NOTFOUND, &e, imap_mark_read(path, &got, &e));
	assert_rc(RC_OK, &e, imap_mark_write(path, &m, &e));
	assert_rc(RC_OK, &e, imap_mark_read(path, &got, &e));
	assert_memory_equal(&got, &m, sizeof(m));
	m.uid = 7;
	assert_rc(RC_OK, &e, imap_mark_write(path, &m, &e));
	assert_rc(RC_OK, &e, imap_mark_read(path, &got, &e));
	assert_int_equal(got.uid, 7);

	f = fopen(path, "w"); /* torn */
	assert_non_null(f);
	fputs("imap 1 5 7 179", f);
	fclose(f);
	assert_rc(RC_NOTFOUND, &e, imap_mark_read(path, &got, &e));
	assert_int_equal(got.uid, 0);
	(void)unlink(path);
	(void)rmdir(dir);
	assert_rc(RC_INTERNAL, &e, imap_mark_write(path, &m, &e));
	talloc_free(path);
	talloc_free(other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_as_imap_writes_them),
		cmocka_unit_test(a_mark_is_read_as_it_was_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
