/*
 * promised.c - the service: settings, home, ledger, then the programs
 *
 *	promised [-c FILE] [-o name=value]… [-t] [--print-ports]
 *
 * Stays in the foreground; systemd, a container or a terminal is its parent.
 */
#include "core/core.h"

#include <getopt.h>
#include <sys/stat.h>

#include "core/ledger/ledger.h"
#include "core/log/log.h"
#include "core/rights/rights.h"
#include "core/service/home.h"
#include "core/service/notify.h"
#include "core/service/supervise.h"

enum { EXIT_USAGE = 2, EXIT_AGAIN = 75 };

struct options {
	const char *file;
	const char **overrides; /* NULL at the end */
	size_t override_count;
	bool is_test;
};

static const char usage_text[] =
    "usage: promised [-t] [-c FILE] [-o name=value]... [--print-ports]\n"
    "       promised --help | --version\n";

/* read_options - false: usage was printed, *status says how to end */
static bool
read_options(int argc, char **argv, struct options *o, int *status)
{
	static const struct option longs[] = {
		{ "print-ports", no_argument, NULL, 'p' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	*status = EXIT_SUCCESS;
	while ((c = getopt_long(argc, argv, "c:o:th", longs, NULL)) != -1) {
		switch (c) {
		case 'c':
			o->file = optarg;
			break;
		case 'o':
			o->overrides[o->override_count++] = optarg;
			break;
		case 't':
			o->is_test = true;
			break;
		case 'p': /* the ready line is always printed */
			break;
		case 'h':
			fputs(usage_text, stdout);
			return false;
		case 'V':
			puts("promised " PACKAGE_VERSION);
			return false;
		default:
			fputs(usage_text, stderr);
			*status = EXIT_USAGE;
			return false;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "promised: what is '%s'?\n%s", argv[optind],
		    usage_text);
		*status = EXIT_USAGE;
		return false;
	}
	return true;
}

/* make_ledger - before the programs start, so that none races to make it */
static enum rc
make_ledger(const struct settings *s, struct err *e)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct ledger *l;
	enum rc rc;

	rc = ledger_open(
	    mem, settings_path(mem, s, LEDGER_FILE), LEDGER_CREATE, &l, e);
	talloc_free(mem);
	return rc;
}

/* serve - from settings to the end of the service */
static enum rc
serve(TALLOC_CTX *mem, struct supervise_orders *orders, struct err *e)
{
	struct settings *s = orders->settings;
	struct rights_user user;
	int lock = -1;
	enum rc rc;

	(void)umask(077);
	rc = rights_find(s->user, s->group, &user, e);
	if (rc == RC_OK && user.is_given)
		rc = home_give(s, user.uid, user.gid, e);
	if (rc == RC_OK)
		rc = rights_become(&user, true, e);
	if (rc == RC_OK)
		rc = home_make(s, e);
	if (rc == RC_OK)
		rc = home_hold(orders->settings, &lock, e);
	if (rc != RC_OK)
		return rc;
	log_event(EV_SERVICE_START, LOG_TEXT("version", PACKAGE_VERSION),
	    LOG_TEXT("home", orders->settings->home),
	    LOG_TEXT("file", orders->settings->file));
	rc = make_ledger(orders->settings, e);
	if (rc == RC_OK)
		rc = supervise_run(mem, orders, e);
	log_event(EV_SERVICE_STOP,
	    LOG_TEXT("reason", rc == RC_OK ? "asked to" : e->text));
	close(lock);
	return rc;
}

/* fits - does one setting ask for another, or for a file that is not there? */
static enum rc
fits(const struct settings *s, struct err *e)
{
	const struct settings_imap *imap;
	size_t i;

	if (*s->feed_folder != '\0' && *s->feed_url == '\0')
		return err_set(
		    e, RC_BADINPUT, "'feed-folder' wants 'feed-url', too");
	if (*s->remind_user != '\0' && *s->remind_password_file == '\0' &&
	    *s->remind_password_command == '\0')
		return err_set(e, RC_BADINPUT,
		    "'remind-user' wants 'remind-password-file' or "
		    "'remind-password-command', too");
	if (*s->feed_folder != '\0' && access(s->feed_folder, F_OK) != 0)
		return err_errno(e, "feed-folder: '%s'", s->feed_folder);
	if (*s->remind_password_file != '\0' &&
	    access(s->remind_password_file, F_OK) != 0)
		return err_errno(
		    e, "remind-password-file: '%s'", s->remind_password_file);
	for (i = 0; i < s->imap.n; i++) {
		imap = s->imap.items[i];
		if (imap->password_file != NULL &&
		    access(imap->password_file, F_OK) != 0)
			return err_errno(e, "imap: '%s': password-file '%s'",
			    imap->address, imap->password_file);
	}
	return RC_OK;
}

/* test - say whether the service could start */
static enum rc
test(const struct supervise_orders *orders, struct err *e)
{
	const struct settings *s = orders->settings;
	struct calendar *calendar = NULL;
	enum rc rc = supervise_check(orders, e);

	if (rc == RC_OK)
		rc = settings_calendar(NULL, s, &calendar, e);
	talloc_free(calendar);
	if (rc == RC_OK)
		rc = fits(s, e);
	if (rc == RC_OK)
		printf(
		    "promised: %s: good\n", s->file ? s->file : "the defaults");
	return rc;
}

int
main(int argc, char **argv)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct options o = { .file = NULL };
	struct supervise_orders orders = { .file = NULL };
	struct err e = { .rc = RC_OK };
	int status;
	enum rc rc;

	o.overrides = talloc_zero_array(mem, const char *, (size_t)argc + 1);
	if (!read_options(argc, argv, &o, &status))
		goto out;
	orders.file = o.file;
	orders.overrides = o.overrides;
	rc = settings_read(mem, o.file, o.overrides, &orders.settings, &e);
	if (rc != RC_OK) {
		fprintf(stderr, "promised: %s\n", e.text);
		status = EXIT_USAGE;
		goto out;
	}
	if (o.is_test)
		rc = test(&orders, &e);
	else
		rc = serve(mem, &orders, &e);
	if (rc != RC_OK) {
		fprintf(stderr, "promised: %s\n", e.text);
		status = rc == RC_RETRY ? EXIT_AGAIN : EXIT_FAILURE;
	}
out:
	talloc_free(mem);
	return status;
}
