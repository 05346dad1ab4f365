/*
 * itip_test.c - answers of calendar programs, however their lines are folded
 */
#include "tests/unit.h"

#include "cal/reply/itip.h"

#define WHO "helene@acme.example"

static const char answer[] =
    "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\n"
    "ATTENDEE;CN=\"Dupont; PARTSTAT=ACCEPTED: née\";PARTSTAT=DECLINED;X=\""
    "\":mailto:helene%40acme.example\r\n"
    "UID:invite-7@x\r\nSEQUENCE:3\r\nDTSTAMP:20261121T090102Z\r\n"
    "BEGIN:VALARM\r\nUID:other\r\nEND:VALARM\r\n"
    "SUMMARY:été\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

/* is_read - as the answer above says */
static void
is_read(TALLOC_CTX *mem, struct slice text)
{
	struct itip out;
	struct err e;

	assert_rc(RC_OK, &e, itip_read(mem, text, WHO, &out, &e));
	assert_int_equal(out.method, ITIP_REPLY);
	assert_string_equal(out.uid, "invite-7@x");
	assert_int_equal(out.sequence, 3);
	assert_int_equal(out.stamp_at, 1795251662);
	assert_int_equal(out.part, ITIP_DECLINED);
}

static void
folded_at_every_octet(void **state)
{
	static const char *const folds[] = { "\r\n ", "\n\t" };
	TALLOC_CTX *mem = talloc_new(NULL);
	size_t i, f;
	char *text;

	(void)state;
	for (f = 0; f < ARRAY_LEN(folds); f++)
		for (i = 1; i < strlen(answer); i++) {
			if (answer[i - 1] == '\r' || answer[i - 1] == '\n')
				continue;
			text = talloc_asprintf(mem, "%.*s%s%s", (int)i, answer,
			    folds[f], answer + i);
			is_read(mem, slice_of(text));
			talloc_free(text);
		}
	is_read(mem, SLICE(answer));
	talloc_free(mem);
}

static void
cut_anywhere_it_is_none(void **state)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct itip out;
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < strlen(answer) - 3; i++)
		assert_rc(RC_BADINPUT, &e,
		    itip_read(mem, (struct slice){ answer, i }, WHO, &out, &e));
	talloc_free(mem);
}

/* with - a calendar around the lines of an event */
static enum rc
with(TALLOC_CTX *mem, const char *lines, struct itip *out)
{
	char *text = talloc_asprintf(mem,
	    "BEGIN:VCALENDAR\nMETHOD:reply\nBEGIN:VEVENT\n%s\nEND:VEVENT\n"
	    "END:VCALENDAR",
	    lines);
	struct err e;

	return itip_read(mem, slice_of(text), WHO, out, &e);
}

static void
odd_ones(void **state)
{
	static const struct {
		const char *lines;
		enum itip_part part;
	} rows[] = {
		{ "ATTENDEE;PARTSTAT=ACCEPTED:MAILTO:Helene@ACME.example",
		    ITIP_ACCEPTED },
		{ "attendee;partstat=\"tentative\":mailto:" WHO,
		    ITIP_TENTATIVE },
		{ "ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@acme.example",
		    ITIP_NONE },
		{ "ATTENDEE;PARTSTAT=ACCEPTED:mailto:" WHO "x", ITIP_NONE },
		{ "ATTENDEE;PARTSTAT=ACCEPTED:mailto:helene", ITIP_NONE },
		{ "ATTENDEE;PARTSTAT=ACCEPTED:" WHO, ITIP_NONE },
		{ "ATTENDEE:mailto:" WHO, ITIP_NONE },
		{ "ATTENDEE;PARTSTAT=DELEGATED:mailto:" WHO, ITIP_NONE },
		{ "ATTENDEE;XPARTSTAT=ACCEPTED:mailto:" WHO, ITIP_NONE },
		{ "ATTENDEE;PARTSTAT=ACCEPTED:mailto:%", ITIP_NONE },
		{ "BEGIN:X\nATTENDEE;PARTSTAT=ACCEPTED:mailto:" WHO "\nEND:X",
		    ITIP_NONE },
		/* a second event counts for nothing */
		{ "UID:a\nEND:VEVENT\nBEGIN:VEVENT\n"
		  "ATTENDEE;PARTSTAT=DECLINED:mailto:" WHO,
		    ITIP_NONE },
	};
	TALLOC_CTX *mem = talloc_new(NULL);
	struct itip out;
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		print_message("# %s\n", rows[i].lines);
		assert_int_equal(with(mem, rows[i].lines, &out), RC_OK);
		assert_int_equal(out.part, rows[i].part);
		assert_int_equal(out.method, ITIP_REPLY);
	}
	assert_int_equal(with(mem, "DTSTAMP:20261301T000000Z", &out), RC_OK);
	assert_int_equal(out.stamp_at, 0);
	assert_int_equal(with(mem, "SEQUENCE:99999999999", &out), RC_OK);
	assert_int_equal(out.sequence, -1);
	assert_rc(RC_BADINPUT, &e,
	    itip_read(mem, (struct slice){ answer, ITIP_MAX_BYTES + (size_t)1 },
		WHO, &out, &e));
	assert_rc(RC_BADINPUT, &e,
	    itip_read(
		mem, SLICE("BEGIN:VCALENDAR\0\nEND:VCALENDAR"), WHO, &out, &e));
	talloc_free(mem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(folded_at_every_octet),
		cmocka_unit_test(cut_anywhere_it_is_none),
		cmocka_unit_test(odd_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
