/*
 * when_fuzz.c - any octets as a text in which times are looked for
 *
 * The first octet chooses the language, the second the instant and zone. With
 * libFuzzer it is a target (--enable-fuzz); without, it plays the files and
 * folders it is given, and some texts of its own that were hard once.
 */
#include "core/core.h"

#include "core/when/when.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct lang *langs[2];
static struct zone *zones[2];
static struct calendar *calendar;

static void
open_all(void)
{
	const char *const sets[] = { "fr", "de-by", NULL };
	struct err e;

	if (calendar != NULL)
		return;
	if (lang_open(NULL, NULL, "fr", &langs[0], &e) != RC_OK ||
	    lang_open(NULL, NULL, "en", &langs[1], &e) != RC_OK ||
	    zone_open(NULL, "Europe/Paris", &zones[0], &e) != RC_OK ||
	    zone_open(NULL, "-0500", &zones[1], &e) != RC_OK ||
	    calendar_new(NULL, 0x1f, 540, 1080, sets, &calendar, &e) != RC_OK) {
		(void)fprintf(stderr, "%s\n", e.text);
		abort();
	}
}

/* look - every expression of a text is resolved; what it says must be sane */
static void
look(TALLOC_CTX *mem, struct slice words, const struct lang *const *l,
    size_t count, const struct when_ref *ref)
{
	struct civil named = { 0 }, back;
	char text[CIVIL_TEXT_MAX];
	struct when_scan *s;
	struct text *t;
	struct err e;
	uint32_t last = 0;

	if (text_new(mem, words, &t, &e) != RC_OK ||
	    when_scan(mem, t, l, count, &s, &e) != RC_OK)
		return;
	for (size_t i = 0; i < s->count; i++) {
		const struct when_expr *x = &s->exprs[i];
		struct when_result r;

		assert(x->count > 0 && x->first >= last);
		assert(x->first + x->count <= t->count);
		last = x->first + x->count;
		if (when_resolve(mem, x, ref, named, &r, &e) != RC_OK)
			continue;
		assert(!r.from.is_set || r.due.is_set);
		assert(!r.due.is_set || r.after[0] == '\0');
		if (!r.due.is_set)
			continue;
		civil_format(r.due, text);
		assert(civil_parse(text, &back));
		assert(back.day == r.due.day && back.minute == r.due.minute);
		assert(!r.from.is_set || r.from.day <= r.due.day);
		named = r.due;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	const struct lang *both[2];
	struct when_ref ref;

	open_all();
	if (size < 2 || mem == NULL)
		goto out;
	memset(&ref, 0, sizeof(ref));
	ref.zone = zones[data[1] & 1];
	ref.calendar = calendar;
	ref.sent_at = 1764000000 + (int64_t)(data[1] >> 1) * 86400 * 3 + 34567;
	ref.offset_min = zone_offset_min(ref.zone, ref.sent_at);
	both[0] = langs[data[0] & 1];
	both[1] = langs[1 - (data[0] & 1)];
	look(mem, (struct slice){ (const char *)data + 2, size - 2 }, both,
	    data[0] & 2 ? 2 : 1, &ref);
out:
	talloc_free(mem);
	return 0;
}

#ifndef FUZZ_TARGET

/* repeated - one unit again and again; doubled, it must stay affordable: the
 * matcher counts steps, so this ends whatever the machine does */
static void
repeated(const char *unit, uint8_t lang)
{
	size_t len = strlen(unit), size = 16000;
	uint8_t *data = talloc_array(NULL, uint8_t, size);

	assert(data != NULL);
	data[0] = lang;
	data[1] = 7;
	for (size_t i = 2; i < size; i++)
		data[i] = (uint8_t)unit[(i - 2) % len];
	(void)LLVMFuzzerTestOneInput(data, size);
	talloc_free(data);
}

/* random_words - pieces of expressions in any order, from a fixed seed */
static void
random_words(uint32_t seed)
{
	static const char *const words[] = { "lundi", "monday", "le", "the",
		"27", "novembre", "november", "à", "at", "14", "h", "30", ":",
		"pm", "avant", "before", "sous", "within", "3", "jours", "days",
		"ouvrés", "business", "fin", "end", "of", "de", "la", "semaine",
		"week", "prochaine", "next", "et", "and", "entre", "between",
		"ou", "or", "-", "/", ",", ".", "\n", "après", "after", "2026",
		"9999", "0", "99999999999", "noël", "easter", "first",
		"premier", "2", "31", "février", "semestre", "Q", "S", "48",
		"(", ")", "dans", "in", "un", "a", "demi", "half", "chaque",
		"every", "hier", "ago", "\xff", "\xe2\x80\x99" };
	uint8_t data[600];
	size_t at = 2;

	data[0] = (uint8_t)seed;
	data[1] = (uint8_t)(seed >> 8);
	for (int n = 0; n < 60; n++) {
		const char *w;

		seed = seed * 1664525u + 1013904223u;
		w = words[(seed >> 12) % ARRAY_LEN(words)];
		if (at + strlen(w) + 1 >= sizeof(data))
			break;
		memcpy(data + at, w, strlen(w));
		at += strlen(w);
		if ((seed >> 28) != 0)
			data[at++] = ' ';
	}
	(void)LLVMFuzzerTestOneInput(data, at);
}

/* file - one input from a file */
static void
file(const char *path)
{
	FILE *f = fopen(path, "rb");
	static uint8_t data[1 << 16];
	size_t n;

	if (f == NULL) {
		perror(path);
		exit(1);
	}
	n = fread(data, 1, sizeof(data), f);
	(void)fclose(f);
	(void)LLVMFuzzerTestOneInput(data, n);
}

int
main(int argc, char **argv)
{
	static const char *const units[] = { "1", "le ", "lundi ", "1 ", "a ",
		"entre le 3 et ", "du 1 au ", "sous 3 jours ", "9h à ", "1/",
		"fin de ", "the first ", "in the next ", "between ", "- ",
		"on the ", "\xc3", "le 27/11 ", "2026-11-27T10:00 " };

	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		for (uint8_t lang = 0; lang < 2; lang++)
			repeated(units[i], lang);
	printf("ok 1 - what repeats ends\n");
	for (uint32_t seed = 1; seed <= 1500; seed++)
		random_words(seed * 2654435761u);
	printf("ok 2 - pieces in any order\n");
	for (int i = 1; i < argc; i++)
		file(argv[i]);
	printf("1..2\n");
	for (int i = 0; i < 2; i++) {
		talloc_free(langs[i]);
		talloc_free(zones[i]);
	}
	talloc_free(calendar);
	return 0;
}

#endif
