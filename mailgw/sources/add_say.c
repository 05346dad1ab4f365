/*
 * add_say.c - what promise add says when it ends
 */
#include "core/core.h"

#include <jansson.h>

#include "mailgw/sources/add.h"

#define NUMBER_MAX 32

/* number - "1,200" */
static const char *
number(size_t n, char out[NUMBER_MAX])
{
	char digits[NUMBER_MAX];
	int len = snprintf(digits, sizeof(digits), "%zu", n), i, to = 0;

	for (i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			out[to++] = ',';
		out[to++] = digits[i];
	}
	out[to] = '\0';
	return out;
}

void
add_short(const struct add_counts *n, char *out, size_t size)
{
	char a[NUMBER_MAX], b[NUMBER_MAX];

	(void)snprintf(out, size, "%s read, %s promise%s",
	    number(n->read + n->known, a), number(n->promises, b),
	    n->promises == 1 ? "" : "s");
}

static enum rc
say_json(
    const struct add_counts *n, const struct add_manner *how, struct err *e)
{
	const struct {
		const char *name;
		size_t n;
	} rows[] = { { "read", n->read }, { "promises", n->promises },
		{ "past", n->past }, { "unread", n->unread },
		{ "known", n->known }, { "older", n->older },
		{ "discarded", n->discarded }, { "foreign", n->foreign },
		{ "internal", n->internal }, { "private", n->private },
		{ "no_author", n->nobody }, { "failed", n->failed } };
	json_t *o = json_object();
	int failed = o == NULL;
	size_t i;

	for (i = 0; i < ARRAY_LEN(rows) && !failed; i++)
		failed = json_object_set_new(
		    o, rows[i].name, json_integer((json_int_t)rows[i].n));
	failed =
	    failed ||
	    json_object_set_new(o, "dry_run", json_boolean(how->is_dry)) != 0 ||
	    json_object_set_new(
		o, "interrupted", json_boolean(how->is_interrupted)) != 0 ||
	    json_dumpf(o, stdout, JSON_PRESERVE_ORDER | JSON_COMPACT) != 0;
	(void)putchar('\n');
	json_decref(o);
	return failed ? err_set(e, RC_INTERNAL, "the summary cannot be written")
		      : RC_OK;
}

enum rc
add_say(const struct add_counts *n, const struct add_manner *how, struct err *e)
{
	const struct {
		size_t n;
		const char *words;
	} rows[] = { { n->known, "were added before" },
		{ n->foreign, "are not by our people (own-domains)" },
		{ n->internal, "go to nobody outside" },
		{ n->private, "are marked private" },
		{ n->nobody, "have no author" },
		{ n->discarded, "are drafts or deleted" },
		{ n->older, "are older than the date given" } };
	char a[NUMBER_MAX], b[NUMBER_MAX], c[NUMBER_MAX];
	size_t i;

	if (how->is_json)
		return say_json(n, how, e);
	(void)printf("%s read, %s promise%s %s, %s unread\n",
	    number(n->read, a), number(n->promises, b),
	    n->promises == 1 ? "" : "s",
	    how->is_dry ? "would be recorded" : "recorded",
	    number(n->unread, c));
	if (n->past > 0)
		(void)printf("  %s of the promises %s past by now and count%s "
			     "as kept\n",
		    number(n->past, a), n->past == 1 ? "is" : "are",
		    n->past == 1 ? "s" : "");
	for (i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].n > 0)
			(void)printf("  %s passed over: %s\n",
			    number(rows[i].n, a), rows[i].words);
	if (n->unread > 0 && !how->is_dry)
		(void)printf("  promise unread says why\n");
	return RC_OK;
}
