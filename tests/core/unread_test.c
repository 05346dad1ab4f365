/*
 * unread_test.c - messages that could not be read are kept and shown
 */
#include "tests/unit.h"

#include "core/unread/unread.h"

#include <fcntl.h>
#include <sys/stat.h>

static char dir[32];

static int
setup(void **state)
{
	(void)state;
	(void)snprintf(dir, sizeof(dir), "/tmp/unread.XXXXXX");
	assert_non_null(mkdtemp(dir));
	return 0;
}

static int
teardown(void **state)
{
	char command[64];

	(void)state;
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	assert_int_equal(system(command), 0);
	return 0;
}

/* shown - append "id|reason|size;" of each */
static enum rc
shown(const struct unread *u, void *arg, struct err *e)
{
	char **out = arg;

	(void)e;
	assert_true(u->at > 0);
	*out = talloc_asprintf_append(
	    *out, "%s|%s|%" PRIu64 ";", u->id, u->reason, u->size_bytes);
	return RC_OK;
}

/* set_time - when a file was last written */
static void
set_time(const char *path, int64_t at)
{
	struct timespec ts[2] = { { at, 0 }, { at, 0 } };

	assert_int_equal(utimensat(AT_FDCWD, path, ts, 0), 0);
}

static void
what_is_put_is_shown(void **state)
{
	char *text = talloc_strdup(NULL, ""), *home, *path;
	struct err e;

	(void)state;
	home = talloc_asprintf(text, "%s/unread", dir);
	assert_rc(RC_OK, &e, unread_each(home, shown, &text, &e));
	assert_string_equal(text, "");
	assert_rc(RC_OK, &e,
	    unread_put(home, "a1", SLICE("From: x\r\n"), "too\ndeep", &e));
	assert_rc(RC_OK, &e, unread_put(home, "b2", SLICE(""), "empty", &e));
	path = talloc_asprintf(home, "%s/b2.reason", home);
	set_time(path, 1000000000);
	assert_rc(RC_OK, &e, unread_each(home, shown, &text, &e));
	assert_string_equal(text, "b2|empty|0;a1|too deep|9;");

	/* again: replaced, not doubled */
	assert_rc(RC_OK, &e, unread_put(home, "b2", SLICE("xyz"), "other", &e));
	set_time(path, 1000000000);
	text[0] = '\0';
	assert_rc(RC_OK, &e, unread_each(home, shown, &text, &e));
	assert_non_null(strstr(text, "b2|other|3;"));
	talloc_free(text);
}

static void
half_a_write_is_not_shown(void **state)
{
	char *text = talloc_strdup(NULL, ""), *path;
	struct stat st;
	struct err e;
	int fd;

	(void)state;
	path = talloc_asprintf(text, "%s/c3.eml", dir);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_rc(RC_OK, &e, unread_each(dir, shown, &text, &e));
	assert_string_equal(text, "");
	assert_rc(RC_OK, &e, unread_put(dir, "c3", SLICE("abc"), "why", &e));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07, 0);
	talloc_free(text);
}

static void
a_name_stays_in_its_folder(void **state)
{
	static const char *const bad[] = { "", "../x", "a/b", ".hidden", "-r",
		"a\nb" };
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(bad); i++)
		assert_rc(RC_BADINPUT, &e,
		    unread_put(dir, bad[i], SLICE("x"), "r", &e));
	assert_rc(RC_INTERNAL, &e,
	    unread_put("/dev/null/x", "a", SLICE("x"), "r", &e));
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(what_is_put_is_shown),
		WITH(half_a_write_is_not_shown),
		WITH(a_name_stays_in_its_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
