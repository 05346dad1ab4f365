/*
 * when_test.c - plays the tables tests/when/<language>-*.tab on core/when
 *
 *	# sent 2026-11-25T09:00 Europe/Paris	for the rows that follow
 *	# named 2026-12-01			the date named before; "none"
 *	text ==> due=… [from=…] [after=…] [warn=weekday,past,closed]
 *	text ==> none				no expression with a due
 *	text ==> null				an expression, undated
 *
 * Of several expressions the one with the last due counts, those that only
 * name something ("your mail of 12 May") last of all. Each row is played
 * as written, then with typographic apostrophes, with no-break spaces and
 * with decomposed accents: the answer must stay the same.
 */
#include "core/core.h"

#include <dirent.h>

#include <utf8proc.h>

#include "core/promise/promise.h"
#include "core/when/when.h"

struct player {
	TALLOC_CTX *mem;
	struct lang *lang;
	struct calendar *calendar;
	struct zone *zone;
	struct when_ref ref;
	struct civil named;
	unsigned rows, failed, tests;
};

/* answer - what a text says, in the words of the tables */
static void
answer(struct player *p, const char *line, char *out, size_t size)
{
	TALLOC_CTX *mem = talloc_new(p->mem);
	const struct lang *lang = p->lang;
	struct when_result best = { 0 }, r;
	bool is_any = false, is_named = false;
	struct when_scan *s;
	struct text *t;
	struct err e;
	char due[CIVIL_TEXT_MAX], from[CIVIL_TEXT_MAX];

	(void)snprintf(out, size, "none");
	if (text_new(mem, slice_of(line), &t, &e) != RC_OK ||
	    when_scan(mem, t, &lang, 1, &s, &e) != RC_OK) {
		(void)snprintf(out, size, "failed: %s", e.text);
		goto out;
	}
	for (size_t i = 0; i < s->count; i++) {
		if (s->exprs[i].is_past ||
		    when_resolve(
			mem, &s->exprs[i], &p->ref, p->named, &r, &e) != RC_OK)
			continue;
		is_any = true;
		if (s->exprs[i].is_attribute && best.due.is_set && !is_named)
			continue;
		if (is_named)
			memset(&best, 0, sizeof(best));
		is_named = s->exprs[i].is_attribute;
		if (r.after[0] != '\0' ||
		    (r.due.is_set &&
			(!best.due.is_set || r.due.day > best.due.day ||
			    (r.due.day == best.due.day &&
				r.due.minute > best.due.minute))))
			best = r;
	}
	if (!is_any)
		goto out;
	(void)snprintf(out, size, "null");
	if (best.after[0] != '\0')
		(void)snprintf(out, size, "after=%s", best.after);
	if (!best.due.is_set)
		goto out;
	civil_format(best.due, due);
	civil_format(best.from, from);
	(void)snprintf(out, size, "due=%s%s%s%s%s%s", due,
	    best.from.is_set ? " from=" : "", from,
	    best.warnings & WARN_WEEKDAY ? " warn=weekday" : "",
	    best.warnings & WARN_PAST ? " warn=past" : "",
	    best.warnings & WARN_CLOSED ? " warn=closed" : "");
out:
	talloc_free(mem);
}

/* replaced - every `what` in a text replaced; owned by mem */
static char *
replaced(TALLOC_CTX *mem, const char *text, const char *what, const char *with)
{
	char *out = talloc_strdup(mem, ""), *hit;

	while ((hit = strstr(text, what)) != NULL) {
		out = talloc_asprintf_append(
		    out, "%.*s%s", (int)(hit - text), text, with);
		text = hit + strlen(what);
	}
	return talloc_strdup_append(out, text);
}

static void
play(struct player *p, const char *file, int line, const char *text,
    const char *want)
{
	TALLOC_CTX *mem = talloc_new(p->mem);
	utf8proc_uint8_t *apart = utf8proc_NFD((const utf8proc_uint8_t *)text);
	const char *forms[4] = { text, replaced(mem, text, "'", "\xe2\x80\x99"),
		replaced(mem, text, " ", "\xc2\xa0"), (const char *)apart };
	static const char *const names[] = { "as written",
		"with typographic apostrophes", "with no-break spaces",
		"with decomposed accents" };
	char got[300];

	p->rows++;
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		answer(p, forms[i], got, sizeof(got));
		if (strcmp(got, want) == 0)
			continue;
		p->failed++;
		printf("# %s:%d: %s, %s\n#   wanted %s\n#   got    %s\n", file,
		    line, text, names[i], want, got);
		break;
	}
	free(apart);
	talloc_free(mem);
}

/* head - "# sent …" and "# named …"; false: a plain comment */
static bool
head(struct player *p, char *line)
{
	char at[40], zone[64];
	struct civil c;
	struct err e;

	if (sscanf(line, "# sent %39s %63s", at, zone) == 2) {
		if (!civil_parse(at, &c) ||
		    zone_open(p->mem, zone, &p->zone, &e) != RC_OK)
			return false;
		p->ref.zone = p->zone;
		p->ref.calendar = p->calendar;
		p->ref.sent_at = zone_instant(p->zone, c);
		p->ref.offset_min = zone_offset_min(p->zone, p->ref.sent_at);
		memset(&p->named, 0, sizeof(p->named));
		return true;
	}
	if (sscanf(line, "# named %39s", at) == 1) {
		memset(&p->named, 0, sizeof(p->named));
		return strcmp(at, "none") == 0 || civil_parse(at, &p->named);
	}
	return true;
}

static void
play_file(struct player *p, const char *dir, const char *name)
{
	char *path = talloc_asprintf(p->mem, "%s/%s", dir, name);
	FILE *f = fopen(path, "r");
	char line[1000], *arrow, *end;
	unsigned rows = p->rows, failed = p->failed;
	int n = 0;

	if (f == NULL) {
		printf("Bail out! cannot read %s\n", path);
		exit(1);
	}
	while (fgets(line, sizeof(line), f) != NULL) {
		n++;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' && !head(p, line)) {
			printf("# %s:%d: head is not understood\n", name, n);
			p->failed++;
		}
		arrow = strstr(line, "==>");
		if (line[0] == '#' || arrow == NULL)
			continue;
		for (end = arrow; end > line && end[-1] == ' '; end--)
			;
		*end = '\0';
		play(p, name, n, line, arrow + strspn(arrow, "=> "));
	}
	(void)fclose(f);
	printf("%sok %u - %s: %u of %u rows\n",
	    p->failed == failed ? "" : "not ", ++p->tests, name,
	    p->rows - rows - (p->failed - failed), p->rows - rows);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int
main(void)
{
	const char *top = getenv("srcdir");
	const char *const sets[] = { "fr", NULL };
	struct player p = { .mem = talloc_new(NULL) };
	char *names[64];
	size_t count = 0;
	struct dirent *d;
	struct err e;
	char *dir;
	DIR *at;

	dir = talloc_asprintf(p.mem, "%s/tests/when", top ? top : ".");
	at = opendir(dir);
	if (at == NULL || calendar_new(p.mem, 0x1f, 540, 1080, sets,
			      &p.calendar, &e) != RC_OK) {
		printf("Bail out! no tables in %s\n", dir);
		return 1;
	}
	while ((d = readdir(at)) != NULL && count < ARRAY_LEN(names))
		if (strstr(d->d_name, ".tab") != NULL && d->d_name[0] != '.')
			names[count++] = talloc_strdup(p.mem, d->d_name);
	(void)closedir(at);
	qsort(names, count, sizeof(names[0]), by_name);
	for (size_t i = 0; i < count; i++) {
		char code[3] = { names[i][0], names[i][1], '\0' };

		if (p.lang == NULL || strcmp(lang_code(p.lang), code) != 0)
			if (lang_open(p.mem, NULL, code, &p.lang, &e) !=
			    RC_OK) {
				printf("Bail out! %s\n", e.text);
				return 1;
			}
		play_file(&p, dir, names[i]);
	}
	printf("1..%u\n", p.tests);
	talloc_free(p.mem);
	return p.failed != 0;
}
