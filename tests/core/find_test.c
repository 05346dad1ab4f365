/*
 * find_test.c - sentences that promise and sentences that do not
 *
 * The tables tests/find/LANG.tab: sentence ==> kind or "none"; and fields.tab:
 * sentence ==> the fields of its last promise, "|" standing for a new line.
 * Besides: input made to cost much costs little, and changes of typography
 * change nothing.
 */
#include "tests/unit.h"

#include "core/civil/civil.h"
#include "core/read/read.h"

static struct read_langs *langs;
static struct when_ref ref;

static int
open_all(void **state)
{
	static const char *const holidays[] = { "fr", NULL };
	struct calendar *calendar;
	struct zone *zone;
	struct err e;

	(void)state;
	assert_rc(RC_OK, &e, read_langs_open(NULL, NULL, &langs, &e));
	assert_rc(RC_OK, &e, zone_open(langs, "+01:00", &zone, &e));
	assert_rc(RC_OK, &e,
	    calendar_new(langs, 31, 540, 1080, holidays, &calendar, &e));
	ref.zone = zone;
	ref.calendar = calendar;
	ref.offset_min = 60;
	ref.sent_at = (int64_t)civil_day(2026, 3, 10) * 86400 + 8 * 3600;
	return 0;
}

static int
close_all(void **state)
{
	(void)state;
	talloc_free(langs);
	return 0;
}

/* kind - what is found in a text: "none" or the kind of the first */
static const char *
kind(struct slice words)
{
	struct read_mail m = { .words = words, .subject = { "", 0 } };
	struct read_result *r;
	const char *name = "none";
	struct err e;

	assert_rc(RC_OK, &e, read_promises(NULL, langs, &m, &ref, &r, &e));
	if (r->count > 0)
		name = promise_kind_name(r->promises[0].kind);
	talloc_free(r);
	return name;
}

/* fields - the last promise of a text: kind, due and what else is not null */
static const char *
fields(struct slice words)
{
	static char out[1000];
	struct read_mail m = { .words = words, .subject = { "", 0 } };
	char due[CIVIL_TEXT_MAX], from[CIVIL_TEXT_MAX];
	const struct promise *p;
	struct read_result *r;
	struct err e;

	assert_rc(RC_OK, &e, read_promises(NULL, langs, &m, &ref, &r, &e));
	(void)snprintf(out, sizeof(out), "none");
	if (r->count > 0) {
		p = &r->promises[r->count - 1];
		civil_format(p->due, due);
		civil_format(p->from, from);
		(void)snprintf(out, sizeof(out), "%s %s%s%s%s%s%s%s%s",
		    promise_kind_name(p->kind), p->due.is_set ? due : "null",
		    p->from.is_set ? " from " : "", from,
		    p->after ? " after " : "", p->after ? p->after : "",
		    p->is_hedged ? " hedged" : "", p->condition ? " if " : "",
		    p->condition ? p->condition : "");
	}
	talloc_free(r);
	return out;
}

static void
table(const char *code, const char *read(struct slice words))
{
	const char *src = getenv("srcdir");
	char path[1000], line[1000], *arrow, *end;
	int n = 0, bad = 0;
	FILE *f;

	(void)snprintf(
	    path, sizeof(path), "%s/tests/find/%s.tab", src ? src : ".", code);
	f = fopen(path, "re");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		n++;
		arrow = strstr(line, "==>");
		if (line[0] == '#' || arrow == NULL)
			continue;
		*arrow = '\0';
		arrow += 4;
		arrow[strcspn(arrow, "\n")] = '\0';
		for (end = arrow - 4; end > line && end[-1] == ' '; end--)
			end[-1] = '\0';
		while ((end = strchr(line, '|')) != NULL)
			*end = '\n';
		if (strcmp(read(slice_of(line)), arrow) != 0) {
			print_message("# %s:%d: wanted %s, got %s: %s\n", path,
			    n, arrow, read(slice_of(line)), line);
			bad++;
		}
	}
	(void)fclose(f);
	assert_int_equal(bad, 0);
}

static void
french_sentences(void **state)
{
	(void)state;
	table("fr", kind);
}

static void
english_sentences(void **state)
{
	(void)state;
	table("en", kind);
}

static void
fields_of_promises(void **state)
{
	(void)state;
	table("fields", fields);
}

static void
typography_changes_nothing(void **state)
{
	(void)state;
	assert_string_equal(kind(slice_of("Je vous envoie l'accord signé "
					  "demain à 14 h.")),
	    kind(slice_of("Je vous envoie l’accord signe\xCC\x81 demain "
			  "a\xCC\x80 14\xC2\xA0h.")));
}

/* repeat - a piece again and again, up to some 300 kB */
static struct slice
repeat(const char *piece)
{
	size_t n = strlen(piece), total = 300000 / n * n, i;
	char *out = talloc_array(langs, char, total);

	assert_non_null(out);
	for (i = 0; i < total; i += n)
		memcpy(out + i, piece, n);
	return (struct slice){ out, total };
}

static void
hostile_input_is_read(void **state)
{
	(void)state;
	(void)kind(repeat("le "));
	(void)kind(repeat("7"));
	(void)kind(repeat("si "));
	(void)kind(repeat("> "));
	(void)kind(repeat("je vous envoie demain, "));
	(void)kind(repeat("\xFF\n"));
	assert_string_equal(kind((struct slice){ "", 0 }), "none");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(french_sentences),
		cmocka_unit_test(english_sentences),
		cmocka_unit_test(fields_of_promises),
		cmocka_unit_test(typography_changes_nothing),
		cmocka_unit_test(hostile_input_is_read),
	};

	return cmocka_run_group_tests(tests, open_all, close_all);
}
