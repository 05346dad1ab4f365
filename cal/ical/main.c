/*
 * main.c - promise-ics: the calendar of promises on stdout
 *
 * Run by `promise export --format ics`, since the command itself knows
 * nothing of calendars.
 */
#include "core/core.h"

#include <getopt.h>

#include "cal/ical/ical.h"
#include "cal/start.h"
#include "core/ledger/ledger.h"

struct wish {
	struct start start;
	struct ledger_query query;
	const char *lang; /* of the head, or NULL */
};

/* lang_of - of the head: as asked, the setting, else the environment's */
static const char *
lang_of(const struct wish *w)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	const char *value;
	size_t i;

	if (w->lang != NULL)
		return w->lang;
	if (*w->start.settings->lang != '\0')
		return w->start.settings->lang;
	for (i = 0; i < ARRAY_LEN(names); i++) {
		value = getenv(names[i]);
		if (value != NULL && *value != '\0')
			return strncmp(value, "fr", 2) == 0 ? "fr" : "en";
	}
	return "en";
}

static enum rc
add(const struct promise *p, void *arg, struct err *e)
{
	return ical_sheet_add(arg, p, e);
}

/* write_out - the whole calendar, or an error */
static enum rc
write_out(const struct ical_result *r, struct err *e)
{
	if (fwrite(r->bytes, 1, r->len, stdout) != r->len ||
	    fflush(stdout) != 0)
		return err_errno(e, "writing the calendar");
	if (r->tally.faults > 0)
		return err_set(e, RC_INTERNAL,
		    "%zu promises could not be written as events",
		    r->tally.faults);
	return RC_OK;
}

static enum rc
run(TALLOC_CTX *mem, struct wish *w, struct err *e)
{
	struct ical_sheet *sheet;
	struct ical_result result;
	struct ledger *l;
	struct ical *ical;
	enum rc rc;

	rc = start_read(mem, &w->start, e);
	if (rc == RC_OK)
		rc = ledger_open(mem,
		    settings_path(mem, w->start.settings, LEDGER_FILE),
		    LEDGER_READ, &l, e);
	if (rc == RC_OK)
		rc = ical_new(mem, w->start.calendar, ledger_uuid(l),
		    start_zone(w->start.settings), &ical, e);
	if (rc == RC_OK)
		rc = ical_sheet_new(
		    ical, NULL, lang_of(w), w->start.at, &sheet, e);
	if (rc == RC_OK)
		rc = ledger_each(l, &w->query, add, sheet, e);
	if (rc == RC_OK)
		rc = ical_sheet_end(sheet, mem, &result, e);
	if (rc == RC_OK)
		rc = write_out(&result, e);
	return rc;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "at", required_argument, NULL, 'a' },
		{ "all", no_argument, NULL, 'A' },
		{ "customer", required_argument, NULL, 'C' },
		{ "author", required_argument, NULL, 'W' },
		{ "lang", required_argument, NULL, 'L' },
		{ NULL, 0, NULL, 0 },
	};
	TALLOC_CTX *mem = talloc_new(NULL);
	struct wish w = { .query.states = 1u << PROMISE_OPEN };
	int option, status;
	struct err e;

	while (
	    (option = getopt_long(argc, argv, "+c:o:", options, NULL)) != -1) {
		if (option == 'c')
			w.start.file = optarg;
		else if (option == 'a')
			w.start.at_text = optarg;
		else if (option == 'A')
			w.query.states = 0;
		else if (option == 'C')
			w.query.customer = optarg;
		else if (option == 'L')
			w.lang = optarg;
		else if (option == 'W')
			w.query.author = optarg;
		else if (option != 'o' || !start_override(&w.start, optarg))
			goto usage;
	}
	if (optind != argc || (w.lang != NULL && strcmp(w.lang, "fr") != 0 &&
				  strcmp(w.lang, "en") != 0))
		goto usage;
	status = start_status(&w.start, run(mem, &w, &e), "promise-ics", &e);
	talloc_free(mem);
	return status;
usage:
	(void)fputs("usage: promise-ics [-c file] [-o name=value]... "
		    "[--at instant] [--all]\n"
		    "           [--customer address|domain] "
		    "[--author address] [--lang fr|en]\n",
	    stderr);
	talloc_free(mem);
	return START_USAGE;
}
