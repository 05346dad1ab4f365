/*
 * main.c - promise-caldav: open promises into a Radicale collection, once
 *
 * Run by `promise caldav`; the setting `caldav` has promised-feed do the same
 * all the time.
 */
#include "core/core.h"

#include <getopt.h>

#include "cal/caldav/collection.h"
#include "cal/start.h"

struct wish {
	struct start start;
	const char *folder;
	struct shelf_choice choice;
};

static enum rc
run(TALLOC_CTX *mem, struct wish *w, struct err *e)
{
	size_t kept, written, removed;
	struct collection *c;
	struct ledger *l;
	struct ical *ical;
	int64_t version;
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
		rc = collection_new(
		    mem, w->folder, &w->choice, w->start.settings->lang, &c, e);
	if (rc == RC_OK)
		rc = ledger_version(l, &version, e);
	if (rc == RC_OK)
		rc = collection_follow(c, l, ical, version, w->start.at, e);
	if (rc != RC_OK)
		return rc;
	collection_count(c, &kept, &written, &removed);
	(void)printf(
	    "%zu kept, %zu written, %zu removed\n", kept, written, removed);
	return fflush(stdout) == 0 ? RC_OK : err_errno(e, "standard output");
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "at", required_argument, NULL, 'a' },
		{ "customer", required_argument, NULL, 'C' },
		{ "author", required_argument, NULL, 'W' },
		{ "private", no_argument, NULL, 'p' },
		{ NULL, 0, NULL, 0 },
	};
	TALLOC_CTX *mem = talloc_new(NULL);
	struct wish w = { .folder = NULL };
	int option, status;
	struct err e;

	while (
	    (option = getopt_long(argc, argv, "c:o:", options, NULL)) != -1) {
		if (option == 'c')
			w.start.file = optarg;
		else if (option == 'a')
			w.start.at_text = optarg;
		else if (option == 'C')
			w.choice.customer = optarg;
		else if (option == 'W')
			w.choice.author = optarg;
		else if (option == 'p')
			w.choice.look.is_private = true;
		else if (option != 'o' || !start_override(&w.start, optarg))
			goto usage;
	}
	if (optind + 1 != argc)
		goto usage;
	w.folder = argv[optind];
	status = start_status(&w.start, run(mem, &w, &e), "promise-caldav", &e);
	talloc_free(mem);
	return status;
usage:
	(void)fputs("usage: promise-caldav [-c file] [-o name=value]... "
		    "[--at instant]\n"
		    "           [--customer address|domain] "
		    "[--author address] [--private] folder\n",
	    stderr);
	talloc_free(mem);
	return START_USAGE;
}
