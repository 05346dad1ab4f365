/*
 * reply_test.c - what a line of an answer asks for, and what asks for nothing
 */
#include "tests/unit.h"

#include "cal/reply/words.h"

static void
lines(void **state)
{
	static const struct {
		const char *line;
		enum reply_act act;
		int64_t number;
		const char *rest;
	} rows[] = {
		{ "fait", REPLY_KEPT, 0, NULL },
		{ "  Fait !", REPLY_KEPT, 0, NULL },
		{ "C’est fait, merci.", REPLY_KEPT, 0, NULL },
		{ "12 fait", REPLY_KEPT, 12, NULL },
		{ "n° 12 : envoyé", REPLY_KEPT, 12, NULL },
		{ "#12: Done, thanks", REPLY_KEPT, 12, NULL },
		{ "ENVOYEE", REPLY_KEPT, 0, NULL },
		{ "Oui, déjà fait", REPLY_KEPT, 0, NULL },
		{ "annulé", REPLY_WITHDRAWN, 0, NULL },
		{ "Cancelled.", REPLY_WITHDRAWN, 0, NULL },
		{ "pas une promesse", REPLY_NOT, 0, NULL },
		{ "3) It's not a promise", REPLY_NOT, 3, NULL },
		{ "reporté au 3 décembre", REPLY_MOVED, 0,
		    "reporté au 3 décembre" },
		{ "4 moved to Friday", REPLY_MOVED, 4, "moved to Friday" },
		{ "le 3 décembre plutôt", REPLY_MOVED, 0,
		    "le 3 décembre plutôt" },
		{ "à paul@acme.example", REPLY_HAND, 0, "paul@acme.example" },
		{ "to <paul@acme.example>, thanks", REPLY_HAND, 0,
		    "paul@acme.example" },
		{ "5: paul@acme.example s'en occupe", REPLY_HAND, 5,
		    "paul@acme.example" },
		{ "oui, c’est bien ça", REPLY_CONFIRMED, 0, NULL },
		{ "cest fiat", REPLY_KEPT, 0, NULL },
		{ "I've sent it this morning", REPLY_KEPT, 0, NULL },
		{ "Anulé.", REPLY_WITHDRAWN, 0, NULL },
		{ "", REPLY_NONE, 0, NULL },
		{ " . ", REPLY_NONE, 0, NULL },
		{ "Bonjour,", REPLY_NONE, 0, NULL },
		{ "Merci !", REPLY_NONE, 0, NULL },
		/* not understood is better than wrong */
		{ "pas encore fait", REPLY_UNCLEAR, 0, NULL },
		{ "fait pour le devis, pas pour la facture", REPLY_UNCLEAR, 0,
		    NULL },
		{ "fait-le toi-même", REPLY_UNCLEAR, 0, NULL },
		{ "not done", REPLY_UNCLEAR, 0, NULL },
		{ "done by Friday?", REPLY_UNCLEAR, 0, NULL },
		{ "à Paul", REPLY_UNCLEAR, 0, NULL },
		{ "à paul@a.example ou anne@a.example", REPLY_UNCLEAR, 0,
		    NULL },
		{ "12", REPLY_UNCLEAR, 12, NULL },
		{ "12 merci", REPLY_UNCLEAR, 12, NULL },
		{ "fait ?", REPLY_UNCLEAR, 0, NULL },
		{ "Fait. Mais pas la facture.", REPLY_UNCLEAR, 0, NULL },
		{ "Done. Not.", REPLY_UNCLEAR, 0, NULL },
		{ "reporté, mais pas au 3 décembre", REPLY_UNCLEAR, 0, NULL },
		{ "fait paul@acme.example", REPLY_UNCLEAR, 0, NULL },
		{ "fait, annulé", REPLY_UNCLEAR, 0, NULL },
		{ "99999999999999999999 fait", REPLY_UNCLEAR, 0, NULL },
		{ "\xff\xfe", REPLY_UNCLEAR, 0, NULL },
	};
	struct reply_langs langs;
	struct reply_line out;
	TALLOC_CTX *mem = talloc_new(NULL);
	struct err e;
	size_t i;

	(void)state;
	assert_rc(RC_OK, &e,
	    lang_open_all(mem, NULL, NULL, langs.langs, &langs.count, &e));
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		print_message("# %s\n", rows[i].line);
		assert_rc(RC_OK, &e,
		    reply_line(mem, &langs, slice_of(rows[i].line), &out, &e));
		assert_int_equal(out.act, rows[i].act);
		if (rows[i].act != REPLY_UNCLEAR || rows[i].number != 0)
			assert_int_equal(out.number, rows[i].number);
		if (rows[i].rest != NULL)
			assert_string_equal(out.rest, rows[i].rest);
	}
	assert_rc(
	    RC_OK, &e, reply_line(mem, &langs, SLICE("tout est"), &out, &e));
	assert_int_equal(out.act, REPLY_UNCLEAR);
	assert_rc(
	    RC_OK, &e, reply_line(mem, &langs, SLICE("tout fait"), &out, &e));
	assert_int_equal(out.act, REPLY_KEPT);
	assert_true(out.is_all);
	talloc_free(mem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(lines) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
