/*
 * log_test.c - a value cannot break out of its line
 */
#include "tests/unit.h"

#include "core/log/log.h"

#include <fcntl.h>

/* logged - what one call writes to stderr */
static void
logged(const char *text, char *out, size_t size)
{
	int fds[2], saved = dup(STDERR_FILENO);
	ssize_t n;

	assert_int_equal(pipe(fds), 0);
	assert_true(dup2(fds[1], STDERR_FILENO) >= 0);
	log_event(EV_FAULT, LOG_TEXT("reason", text), LOG_NUMBER("n", -3));
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	close(fds[1]);
	close(saved);
	n = read(fds[0], out, size - 1);
	assert_true(n > 0);
	out[n] = '\0';
	close(fds[0]);
}

static void
values_are_escaped(void **state)
{
	char out[4096], longer[5000];

	(void)state;
	logged("plain", out, sizeof(out));
	assert_string_equal(out, "<3>event=fault reason=plain n=-3\n");
	logged("a b\n<3>event=x \"q\"", out, sizeof(out));
	assert_string_equal(out,
	    "<3>event=fault reason=\"a b\\x0a<3>event=x \\\"q\\\"\" n=-3\n");
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	logged(longer, out, sizeof(out));
	assert_int_equal(out[strlen(out) - 1], '\n');
	assert_true(strlen(out) < 2100);
}

static void
every_event_is_documented(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < LOG_EVENT_COUNT; i++) {
		assert_true(strlen(log_event_name(i)) > 2);
		assert_true(strlen(log_event_doc(i)) > 10);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_escaped),
		cmocka_unit_test(every_event_is_documented),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
