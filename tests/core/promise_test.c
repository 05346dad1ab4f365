/*
 * promise_test.c - names both ways, which move leads where, when it is late
 */
#include "tests/unit.h"

#include "core/promise/promise.h"

static void
names_go_both_ways(void **state)
{
	enum promise_kind k;
	enum promise_state s;
	enum promise_move m;
	int i;

	(void)state;
	for (i = PROMISE_ACTION; i <= PROMISE_OFFER; i++) {
		assert_true(promise_kind_parse(promise_kind_name(i), &k));
		assert_int_equal(k, i);
	}
	for (i = PROMISE_OPEN; i <= PROMISE_NOT; i++) {
		assert_true(promise_state_parse(promise_state_name(i), &s));
		assert_int_equal(s, i);
	}
	for (i = MOVE_RECORDED; i <= MOVE_REOPENED; i++) {
		assert_true(promise_move_parse(promise_move_name(i), &m));
		assert_int_equal(m, i);
	}
	assert_false(promise_state_parse("Open", &s));
	assert_string_equal(promise_warning_name(WARN_CLOSED), "closed");
}

static void
moves_lead(void **state)
{
	static const char letters[] = { 'o', 'k', 'w', 'n' };
	/* columns: moves in their order; '-': not possible */
	static const char *const want[] = { "-kown-", "----no", "----no",
		"-----o" };
	enum promise_state from, to;
	enum promise_move m;
	struct err e;

	(void)state;
	for (from = PROMISE_OPEN; from <= PROMISE_NOT; from++) {
		char got[8] = "------";

		for (m = MOVE_RECORDED; m <= MOVE_REOPENED; m++)
			if (promise_next_state(from, m, &to, &e) == RC_OK)
				got[m] = letters[to];
		assert_string_equal(got, want[from]);
	}
}

static void
offers_lapse(void **state)
{
	struct promise p = { .kind = PROMISE_OFFER, .due_at = 1000 };

	(void)state;
	p.due.is_set = true;
	assert_false(promise_has_lapsed(&p, 1000));
	assert_true(promise_has_lapsed(&p, 1001));
	assert_false(promise_is_late(&p, 1001));
	assert_int_equal(promise_lateness(&p, 1001), 0);
	p.kind = PROMISE_ACTION;
	assert_false(promise_has_lapsed(&p, 1001));
	assert_false(promise_is_late(&p, 1000));
	assert_true(promise_is_late(&p, 1001));
	assert_int_equal(promise_lateness(&p, 1001), 1);
	p.state = PROMISE_KEPT;
	assert_false(promise_is_late(&p, 1001));
}

static void
late_from_when(void **state)
{
	struct civil day = { .minute = CIVIL_NO_MINUTE }, hour, none = { 0 };
	struct zone *z;
	struct err e;

	(void)state;
	assert_rc(RC_OK, &e, zone_open(NULL, "Europe/Paris", &z, &e));
	assert_int_equal(promise_due_at(none, z), INT64_MAX);
	assert_true(civil_parse("2026-11-20T14:00", &hour));
	assert_int_equal(promise_due_at(hour, z), 1795179600);
	/* a day ends with its last second: 23:59:59 in Paris */
	assert_true(civil_parse("2026-11-20", &day));
	assert_int_equal(promise_due_at(day, z), 1795179600 + 36000 - 1);
	/* also the day of 25 hours */
	assert_true(civil_parse("2026-10-25", &day));
	assert_int_equal(promise_due_at(day, z), 1792969199);
	talloc_free(z);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_go_both_ways),
		cmocka_unit_test(moves_lead),
		cmocka_unit_test(offers_lapse),
		cmocka_unit_test(late_from_when),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
