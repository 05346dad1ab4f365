/*
 * lang_test.c - language files: what is refused, and what matches where
 */
#include "tests/unit.h"

#include "core/lang/lang.h"

static const char words[] = "lang xx\n"
			    "class day\n"
			    "	lundi | lun = 1\n"
			    "	mardi = 2\n"
			    "	après-demain = 9\n"
			    "class num\n"
			    "	deux = 2\n"
			    "conj er\n"
			    "	inf er\n"
			    "	pres e es e ons ez ent\n"
			    "	pp é/ée\n"
			    "verbs er deliver\n"
			    "	livrer\n"
			    "part hour\n"
			    "	match <h:num 0-24> h [<m:num 0-59>]\n";

/* with - the language above and these lines more */
static struct lang *
with(const char *more)
{
	struct lang *l;
	struct err e;

	assert_rc(RC_OK, &e, lang_new(NULL, "xx", &l, &e));
	assert_rc(RC_OK, &e, lang_add_text(l, "w", slice_of(words), &e));
	assert_rc(RC_OK, &e, lang_add_text(l, "m", slice_of(more), &e));
	assert_rc(RC_OK, &e, lang_finish(l, &e));
	return l;
}

/* hits - what a pattern matches, as "first+count x=value" joined by "; " */
static const char *
hits(const char *pattern, const char *text, enum lang_how how)
{
	static char out[1000];
	char rule[500];
	struct lang_match *m;
	struct lang_text *lt;
	struct text *t;
	struct lang *l;
	struct err e;
	size_t count, i, n = 0;
	uint8_t c;

	(void)snprintf(rule, sizeof(rule), "rule t.one\n match %s\n", pattern);
	l = with(rule);
	assert_rc(RC_OK, &e, text_new(l, slice_of(text), &t, &e));
	assert_rc(RC_OK, &e, lang_read(l, l, t, &lt, &e));
	assert_rc(RC_OK, &e,
	    lang_find(l, lt, "t", 0, (uint32_t)t->count, how, &m, &count, &e));
	out[0] = '\0';
	for (i = 0; i < count; i++) {
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%u+%u",
		    i ? "; " : "", m[i].first, m[i].count);
		for (c = 0; c < m[i].capture_count; c++)
			n +=
			    (size_t)snprintf(out + n, sizeof(out) - n, " %s=%d",
				m[i].captures[c].name, m[i].captures[c].value);
	}
	talloc_free(l);
	return out;
}

static void
patterns_match(void **state)
{
	(void)state;
	assert_string_equal(hits("le <d:day>", "le lundi, le mardi", LANG_ALL),
	    "0+2 d=1; 3+2 d=2");
	assert_string_equal(
	    hits("[le] <d:day>", "le lun", LANG_LONGEST), "0+2 d=1");
	assert_string_equal(
	    hits("<d:day>", "apres-demain", LANG_ALL), "0+3 d=9");
	assert_string_equal(hits("<d:day>", "àprès-demain", LANG_ALL), "");
	assert_string_equal(
	    hits("{hour}", "14 h 30, 25 h", LANG_LONGEST), "0+3 h=14 m=30");
	assert_string_equal(hits("{hour}", "deux h", LANG_ALL), "0+2 h=2");
	assert_string_equal(hits("<num> _ h", "14 h 14h", LANG_ALL), "2+2");
	assert_string_equal(hits("a|b c", "a c b c c", LANG_ALL), "0+2; 2+2");
	assert_string_equal(
	    hits("(a b | c) d", "a b d c d", LANG_ALL), "0+3; 3+2");
	assert_string_equal(
	    hits("a ..2 d", "a b c d a b c e d", LANG_ALL), "0+4");
	assert_string_equal(hits("a ..2 d", "a b. d", LANG_ALL), "");
	assert_string_equal(hits("a !(b) <word>", "a b a c", LANG_ALL), "2+2");
	assert_string_equal(
	    hits("<verb p1 deliver>", "je livre", LANG_ALL), "1+1");
	assert_string_equal(
	    hits("<verb !pp>", "livré livrons", LANG_ALL), "1+1");
	assert_string_equal(
	    hits("a <!day> c", "a lundi c a x c", LANG_ALL), "3+3");
	assert_string_equal(hits("^ a $", "a\na b\na", LANG_ALL), "0+1; 3+1");
	assert_string_equal(hits("a b", "a\n\nb", LANG_ALL), "");
	assert_string_equal(hits("(x: a b) c", "a b c", LANG_ALL), "0+3 x=0");
	assert_string_equal(hits("a|b|c d", "c d a d", LANG_ALL), "0+2; 2+2");
	assert_string_equal(
	    hits("a b | c [e | f g] d", "c f g d a b c d", LANG_ALL),
	    "0+4; 4+2; 6+2");
}

static void
settings_are_given(void **state)
{
	struct lang *l = with("rule t.one\n match <d:day> [{hour}]\n"
			      " set day=$d hour=$h part=noon n=7\n");
	struct lang_match *m;
	struct lang_text *lt;
	const char *key, *word;
	struct text *t;
	struct err e;
	size_t count;
	int32_t v;
	bool there;

	(void)state;
	assert_rc(RC_OK, &e, text_new(l, SLICE("mardi"), &t, &e));
	assert_rc(RC_OK, &e, lang_read(l, l, t, &lt, &e));
	assert_rc(
	    RC_OK, &e, lang_find(l, lt, "t", 0, 1, LANG_ALL, &m, &count, &e));
	assert_int_equal(count, 1);
	assert_true(lang_sets(&m[0], 0, &key, &v, &word, &there));
	assert_true(there && v == 2 && strcmp(key, "day") == 0);
	assert_true(lang_sets(&m[0], 1, &key, &v, &word, &there));
	assert_false(there);
	assert_true(lang_sets(&m[0], 2, &key, &v, &word, &there));
	assert_string_equal(word, "noon");
	assert_true(lang_sets(&m[0], 3, &key, &v, &word, &there));
	assert_true(word == NULL && v == 7);
	assert_false(lang_sets(&m[0], 4, &key, &v, &word, &there));
	talloc_free(l);
}

/* bad files, and the line and reason each is refused with */
static const struct {
	const char *file, *says;
} bad[] = {
	{ "rule t.a\n match <nosuch>\n", "f:1: no class called 'nosuch'" },
	{ "rule t.a\n", "f:1: rule t.a has no match" },
	{ "rule ta\n match a\n", "f:1: 'ta' is not group.name" },
	{ "\nnosuch x\n", "f:2: no block called 'nosuch'" },
	{ " lundi\n", "f:1: an indented line outside a block" },
	{ "class a\n b || c\n", "f:2: an entry is empty" },
	{ "class a\n b = x\n", "f:2: a number is expected behind '='" },
	{ "verbs none\n", "f:1: no model called 'none'" },
	{ "conj a\n inf re\nverbs a\n livrer\n",
	    "f:4: 'livrer' does not end in 're' as model a asks" },
	{ "conj a\n pres e es\n", "f:2: a tense has one ending or six, not 2" },
	{ "rule t.a\n match (a b\n", "f:1: a group is not closed: ')'" },
	{ "rule t.a\n match a ]\n", "f:1: ']' closes nothing" },
	{ "rule t.a\n match {none}\n", "f:1: no part called 'none'" },
	{ "part p\n match {p}\nrule t.a\n match {p}\n",
	    "f:3: parts within parts at 'p'" },
	{ "rule t.a\n match a\n set x=$q\n", "f:1: no capture called '$q'" },
	{ "rule t.a\n match a\n set x\n", "f:3: 'x' is not key=value" },
	{ "rule t.a\n then b\n",
	    "f:2: a rule has match, set, yes and no, not 'then'" },
	{ "lang yy\n", "f:1: language 'yy' in a file of 'xx'" },
};

static void
faults_have_line_and_reason(void **state)
{
	struct lang *l;
	struct err e;
	size_t i;
	enum rc rc;

	(void)state;
	for (i = 0; i < ARRAY_LEN(bad); i++) {
		assert_rc(RC_OK, &e, lang_new(NULL, "xx", &l, &e));
		rc = lang_add_text(l, "f", slice_of(bad[i].file), &e);
		if (rc == RC_OK)
			rc = lang_finish(l, &e);
		if (rc != RC_BADINPUT || strcmp(e.text, bad[i].says) != 0)
			fail_msg("wanted '%s', got %d '%s'", bad[i].says, rc,
			    e.text);
		talloc_free(l);
	}
}

static void
keep_line(void *arg, const char *line)
{
	(void)snprintf(arg, 100, "%s", line);
}

static void
examples_run(void **state)
{
	struct lang *l = with("rule t.one\n match a b\n yes a b\n no c a b\n");
	size_t failed, run;
	char last[100];
	struct err e;

	(void)state;
	assert_rc(RC_OK, &e, lang_check(l, keep_line, last, &failed, &run, &e));
	assert_int_equal(failed, 1);
	assert_int_equal(run, 2);
	assert_string_equal(last, "m:4: rule t.one matches what it must not: "
				  "c a b");
	talloc_free(l);
}

static void
shipped_files_pass(void **state)
{
	static const char *const codes[] = { "fr", "en" };
	size_t failed, run, i;
	char last[400] = "";
	struct lang *l;
	struct err e;

	(void)state;
	for (i = 0; i < ARRAY_LEN(codes); i++) {
		assert_rc(RC_OK, &e, lang_open(NULL, NULL, codes[i], &l, &e));
		assert_rc(RC_OK, &e,
		    lang_check(l, keep_line, last, &failed, &run, &e));
		if (failed > 0)
			fail_msg("%zu of %zu: %s", failed, run, last);
		assert_true(run > 0);
		talloc_free(l);
	}
	assert_rc(RC_NOTFOUND, &e, lang_open(NULL, NULL, "zz", &l, &e));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_match),
		cmocka_unit_test(settings_are_given),
		cmocka_unit_test(faults_have_line_and_reason),
		cmocka_unit_test(examples_run),
		cmocka_unit_test(shipped_files_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
