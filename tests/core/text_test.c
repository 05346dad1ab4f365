/*
 * text_test.c - folding, tokens with their place in the original, units
 */
#include "tests/unit.h"

#include "core/text/text.h"

/* cut - the tokens of a text as "fold fold|fold", '_' where glued and '|'
 * where a unit starts */
static const char *
cut(const char *text)
{
	static char out[2000];
	struct text *t;
	struct err e;
	size_t i, n = 0;

	assert_rc(RC_OK, &e, text_new(NULL, slice_of(text), &t, &e));
	out[0] = '\0';
	for (i = 0; i < t->count; i++) {
		const struct text_token *k = &t->tokens[i];

		assert_true(k->at + k->len <= t->original.len);
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%s",
		    i == 0           ? ""
		    : k->starts_unit ? " | "
		    : k->is_glued    ? "_"
				     : " ",
		    k->fold);
	}
	talloc_free(t);
	return out;
}

static void
words_are_folded(void **state)
{
	(void)state;
	assert_string_equal(cut("J’envoie « l’Œuvre » à 14h30"),
	    "j_'_envoie \" l_'_oeuvre \" à 14_h_30");
	assert_string_equal(
	    cut("PRÉVU pre\xCC\x81vu e\xCC\x81te\xCC\x81"), "prévu prévu été");
	assert_string_equal(cut("10\xC2\xA0%\xE2\x80\xAF!"), "10 % !");
	assert_string_equal(cut("S48 1\xCA\xB3 co\xC2\xADop"), "s_48 1_r coop");
	assert_string_equal(cut("9h\xE2\x80\x93"
				"12h\xE2\x80\xA6"),
	    "9_h_-_12_h_.");
	assert_string_equal(cut(""), "");
}

static void
broken_input_is_matched(void **state)
{
	struct text *t;
	struct err e;

	(void)state;
	assert_string_equal(
	    cut("a\xFFz \xC3"), "a_\xEF\xBF\xBD_z \xEF\xBF\xBD");
	assert_rc(
	    RC_OK, &e, text_new(NULL, (struct slice){ "a\0b", 3 }, &t, &e));
	assert_int_equal(t->count, 3);
	talloc_free(t);
	assert_rc(RC_TOOBIG, &e,
	    text_new(NULL, (struct slice){ "", TEXT_MAX_BYTES + 1u }, &t, &e));
}

static void
units_follow_the_lines(void **state)
{
	(void)state;
	/* wrapped at its width */
	assert_string_equal(
	    cut("Bonjour Madame, votre meuble sera livré mardi entre huit\n"
		"heures et midi."),
	    "bonjour madame_, votre meuble sera livré mardi entre huit "
	    "heures et midi_.");
	/* broken on purpose */
	assert_string_equal(cut("Bonjour\nJe passe lundi\nMarc"),
	    "bonjour | je passe lundi | marc");
	assert_string_equal(cut("un\n\ndeux"), "un | deux");
	assert_string_equal(
	    cut("- le devis\n- la facture"), "- | le devis | - | la facture");
	assert_string_equal(cut("1) le devis\n2) la facture"),
	    "1_) | le devis | 2_) | la facture");
	assert_string_equal(
	    cut("Produit   Prix\nChaise    12"), "produit prix | chaise 12");
	assert_string_equal(cut("10.30 works"), "10_._30 works");
}

static void
markers_are_marked(void **state)
{
	struct text *t;
	struct err e;

	(void)state;
	assert_rc(RC_OK, &e, text_new(NULL, slice_of("• un\na) deux"), &t, &e));
	assert_true(t->tokens[0].is_marker);
	assert_false(t->tokens[1].is_marker);
	assert_true(t->tokens[2].is_marker && t->tokens[3].is_marker);
	talloc_free(t);
}

static void
squeeze_folds_blanks(void **state)
{
	const char *s = "  un\xC2\xA0 deux\n\ttrois ";
	struct text *t;
	struct err e;
	char *out;

	(void)state;
	assert_rc(RC_OK, &e, text_new(NULL, slice_of(s), &t, &e));
	out = text_squeeze(t, t, 0, strlen(s));
	assert_string_equal(out, "un deux trois");
	talloc_free(t);
}

static void
fold_gives_the_bare_form(void **state)
{
	char *fold, *bare;
	struct err e;

	(void)state;
	assert_rc(
	    RC_OK, &e, text_fold(NULL, slice_of("Prévu"), &fold, &bare, &e));
	assert_string_equal(fold, "prévu");
	assert_string_equal(bare, "prevu");
	talloc_free(fold);
	talloc_free(bare);
	assert_rc(
	    RC_OK, &e, text_fold(NULL, slice_of("Lundi"), &fold, &bare, &e));
	assert_string_equal(fold, "lundi");
	assert_null(bare);
	talloc_free(fold);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_folded),
		cmocka_unit_test(broken_input_is_matched),
		cmocka_unit_test(units_follow_the_lines),
		cmocka_unit_test(markers_are_marked),
		cmocka_unit_test(squeeze_folds_blanks),
		cmocka_unit_test(fold_gives_the_bare_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
