/*
 * ticket_test.c - addresses that nobody but us can make
 */
#include "tests/unit.h"

#include <sys/stat.h>

#include "core/ticket/ticket.h"

#define NOON 1794830400
#define DAY  86400
#define BASE "promises@acme.example"
#define ANNE "anne@acme.example"

static const uint8_t key[TICKET_KEY_BYTES] = { 1, 2, 3 };
static const uint8_t other[TICKET_KEY_BYTES] = { 1, 2, 4 };

static void
an_address_is_good_for_one(void **state)
{
	char *a = ticket_address(NULL, BASE, key, 42, ANNE, NOON);
	struct ticket t;

	(void)state;
	assert_true(ticket_parse(BASE, slice_of(a), &t));
	assert_int_equal(t.letter, 42);
	assert_true(ticket_is_good(&t, ANNE, key, NOON));
	assert_true(ticket_is_good(&t, "Anne@ACME.example", key, NOON));
	assert_false(ticket_is_good(&t, "tom@acme.example", key, NOON));
	assert_false(ticket_is_good(&t, ANNE, other, NOON));
	assert_true(ticket_is_good(&t, ANNE, key, NOON + TICKET_DAYS * DAY));
	assert_false(
	    ticket_is_good(&t, ANNE, key, NOON + (TICKET_DAYS + 1) * DAY));
	t.letter++;
	assert_false(ticket_is_good(&t, ANNE, key, NOON));
	t.letter--;
	t.last_day++;
	assert_false(ticket_is_good(&t, ANNE, key, NOON));
	talloc_free(a);
}

static void
forms(void **state)
{
	static const struct {
		const char *address;
		bool want;
	} rows[] = {
		{ "promises+1.2.0123456789abcdef01234567@acme.example", true },
		{ "Promises+1.2.0123456789ABCDEF01234567@Acme.Example", true },
		{ "promises+1.2.0123456789abcdef0123456@acme.example", false },
		{ "promises+1.2.0123456789abcdef0123456g@acme.example", false },
		{ "promises+1.2.0123456789abcdef012345678@acme.example",
		    false },
		{ "promises+1..0123456789abcdef01234567@acme.example", false },
		{ "promises+.2.0123456789abcdef01234567@acme.example", false },
		{ "promises+-1.2.0123456789abcdef01234567@acme.example",
		    false },
		{ "promises+99999999999999999999.2."
		  "0123456789abcdef01234567@acme.example",
		    false },
		{ "promises+1.2.0123456789abcdef01234567@evil.example", false },
		{ "promises@acme.example", false },
		{ "promises+sales@acme.example", false },
		{ "promises+@acme.example", false },
		{ "", false },
	};
	struct ticket t;
	size_t i, n;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		print_message("# %s\n", rows[i].address);
		assert_int_equal(
		    ticket_parse(BASE, slice_of(rows[i].address), &t),
		    rows[i].want);
	}
	assert_false(ticket_parse("", slice_of(rows[0].address), &t));
	/* cut anywhere it is none */
	for (n = 0; n < strlen(rows[0].address); n++)
		assert_false(ticket_parse(
		    BASE, (struct slice){ rows[0].address, n }, &t));
}

static void
the_key_is_made_once(void **state)
{
	uint8_t one[TICKET_KEY_BYTES], two[TICKET_KEY_BYTES];
	char dir[] = "/tmp/ticket.XXXXXX", path[64];
	struct stat st;
	struct err e;

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/key", dir);
	assert_rc(RC_OK, &e, ticket_key(path, one, &e));
	assert_rc(RC_OK, &e, ticket_key(path, two, &e));
	assert_memory_equal(one, two, sizeof(one));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(chmod(path, 0640), 0);
	assert_rc(RC_BADINPUT, &e, ticket_key(path, two, &e));
	assert_int_equal(truncate(path, 3), 0);
	assert_int_equal(chmod(path, 0600), 0);
	assert_rc(RC_BADINPUT, &e, ticket_key(path, two, &e));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_good_for_one),
		cmocka_unit_test(forms),
		cmocka_unit_test(the_key_is_made_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
