/*
 * reader_main.c - promised-reader: takes the spool, fills the ledger
 */
#include "core/core.h"

#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>

#include "core/log/log.h"
#include "mailgw/reader/reader.h"

#define OVERRIDES_MAX  64
#define EXIT_USAGE     2
#define EXIT_TRY_AGAIN 75
#define RETRY_FIRST_MS 100
#define RETRY_MOST_MS  5000
#define NICENESS       10   /* mail that passes goes before mail that is read */
#define LOOK_AGAIN_MS  1000 /* should a wake-up be missed */

static int
usage(void)
{
	(void)fputs("usage: promised-reader [--drain] [-c FILE] "
		    "[-o name=value]...\n",
	    stderr);
	return EXIT_USAGE;
}

/* say_ready - to the supervisor, where there is one */
static void
say_ready(void)
{
	static const char line[] = "reader -\n";
	const char *text = getenv("PROMISED_READY_FD");
	long fd = text ? strtol(text, NULL, 10) : -1;

	log_event(EV_READER_READY, LOG_NUMBER("pid", getpid()));
	if (fd < 0)
		return;
	(void)!write((int)fd, line, sizeof(line) - 1);
	if (fd > STDERR_FILENO)
		(void)close((int)fd);
	(void)unsetenv("PROMISED_READY_FD");
}

/* wait_for - events or time; true: we are asked to end */
static bool
wait_for(int signals, int spool, int ms)
{
	struct pollfd fds[2] = { { .fd = signals, .events = POLLIN },
		{ .fd = spool, .events = POLLIN } };

	if (poll(fds, 2, ms) < 0)
		return false;
	return fds[0].revents != 0;
}

/* serve - until asked to end, or with is_drain until nothing is left */
static enum rc
serve(struct reader *r, int signals, bool is_drain, struct err *e)
{
	int retry_ms = 0;
	bool is_ending = false, is_told = false;
	enum rc rc = RC_OK;

	while (!is_ending) {
		rc = reader_step(r, e);
		if (rc == RC_OK) {
			retry_ms = 0;
			is_told = false;
			is_ending = wait_for(signals, -1, 0);
			continue;
		}
		reader_rest(r);
		if (rc == RC_NOTFOUND) {
			if (is_drain)
				return RC_OK;
			is_ending =
			    wait_for(signals, reader_fd(r), LOOK_AGAIN_MS);
			continue;
		}
		/* said once, not each time */
		if (!is_told)
			log_event(EV_READER_WAITS, LOG_TEXT("reason", e->text));
		is_told = true;
		retry_ms = retry_ms == 0 ? RETRY_FIRST_MS : retry_ms * 2;
		if (retry_ms > RETRY_MOST_MS) {
			if (is_drain)
				return rc;
			retry_ms = RETRY_MOST_MS;
		}
		is_ending = wait_for(signals, -1, retry_ms);
	}
	return RC_OK;
}

int
main(int argc, char **argv)
{
	static const struct option names[] = {
		{ "drain", no_argument, NULL, 'd' },
		{ NULL, 0, NULL, 0 },
	};
	const char *overrides[OVERRIDES_MAX + 1] = { NULL };
	const char *file = NULL;
	struct settings *s = NULL;
	struct reader *r = NULL;
	struct err e = { .rc = RC_OK };
	TALLOC_CTX *mem;
	bool is_drain = false;
	sigset_t ends;
	size_t n = 0;
	int opt, signals;
	enum rc rc;

	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	while ((opt = getopt_long(argc, argv, "c:o:", names, NULL)) != -1) {
		if (opt == 'c')
			file = optarg;
		else if (opt == 'o' && n < OVERRIDES_MAX)
			overrides[n++] = optarg;
		else if (opt == 'd')
			is_drain = true;
		else
			return usage();
	}
	if (optind != argc)
		return usage();
	mem = talloc_new(NULL);
	(void)sigemptyset(&ends);
	(void)sigaddset(&ends, SIGTERM);
	(void)sigaddset(&ends, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &ends, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	signals = signalfd(-1, &ends, SFD_CLOEXEC);
	rc = settings_read(mem, file, overrides, &s, &e);
	if (rc == RC_OK)
		rc = reader_new(mem, s, &r, &e);
	if (rc == RC_OK) {
		if (!is_drain)
			(void)setpriority(PRIO_PROCESS, 0, NICENESS);
		say_ready();
		rc = serve(r, signals, is_drain, &e);
	} else {
		log_event(EV_FAULT, LOG_TEXT("reason", e.text));
	}
	talloc_free(mem);
	return rc == RC_OK ? 0 : rc == RC_BADINPUT ? 1 : EXIT_TRY_AGAIN;
}
