/* backoff_test.c - the delays before a program is started again */
#include "tests/unit.h"

#include "core/service/backoff.h"

static void
doubles_to_the_ceiling(void **state)
{
	static const int64_t want[] = { 100, 200, 400, 800, 1600, 3200, 6400,
		12800, 25600, 30000, 30000 };
	struct backoff b = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(want); i++)
		assert_int_equal(backoff_next(&b, 0), want[i]);
}

static void
a_long_life_forgives(void **state)
{
	struct backoff b = { 0 };

	(void)state;
	(void)backoff_next(&b, 0);
	(void)backoff_next(&b, 0);
	assert_int_equal(backoff_next(&b, BACKOFF_RESET_MS - 1), 400);
	assert_int_equal(backoff_next(&b, BACKOFF_RESET_MS), 100);
	assert_int_equal(backoff_next(&b, 0), 200);
}

static void
counts_without_wrapping(void **state)
{
	struct backoff b = { .deaths = UINT_MAX };

	(void)state;
	assert_int_equal(backoff_next(&b, 0), BACKOFF_MAX_MS);
	assert_int_equal(b.deaths, UINT_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(doubles_to_the_ceiling),
		cmocka_unit_test(a_long_life_forgives),
		cmocka_unit_test(counts_without_wrapping),
	};

	return cmocka_run_group_tests_name("backoff", tests, NULL, NULL);
}
