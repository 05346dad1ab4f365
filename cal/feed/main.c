/*
 * main.c - promised-feed: calendar subscriptions over HTTP
 */
#include "core/core.h"

#include <getopt.h>
#include <poll.h>

#include "cal/feed/board.h"
#include "cal/feed/server.h"
#include "cal/start.h"
#include "core/log/log.h"
#include "core/rights/rights.h"

#define TICK_MS   15000 /* what nobody asks for is kept fresh this often */
#define FOLDER_MS 2000  /* where others serve what we write */
#define WAIT_MS   2000  /* files wait to be written no longer */

static struct board_now
now(void)
{
	return (struct board_now){ start_now(), start_mono_ms() };
}

/* tick_of - how often everything is looked at */
static int
tick_of(const struct settings *s)
{
	return *s->feed_folder || *s->caldav ? FOLDER_MS : TICK_MS;
}

/* work - until a signal says to end */
static enum rc
work(
    struct server *s, struct board *b, int every_ms, int signals, struct err *e)
{
	struct pollfd fds[] = { { .fd = signals, .events = POLLIN },
		{ .fd = server_fd(s), .events = POLLIN } };
	int64_t tick_ms = start_mono_ms();

	for (;;) {
		if (start_mono_ms() >= tick_ms) {
			board_tick(b, now());
			tick_ms = start_mono_ms() + every_ms;
		}
		board_settle(b, now(), false);
		if (poll(fds, ARRAY_LEN(fds), server_wait_ms(s, WAIT_MS)) < 0 &&
		    errno != EINTR)
			return err_errno(e, "poll");
		if (fds[0].revents != 0) {
			board_settle(b, now(), true);
			return RC_OK;
		}
		server_run(s);
	}
}

/* serve - as a child of promised */
static enum rc
serve(TALLOC_CTX *mem, struct start *start, struct err *e)
{
	struct server *server;
	struct board *board;
	const char *address;
	int signals;
	enum rc rc;

	rc = start_read(mem, start, e);
	if (rc == RC_OK)
		rc = start_service(&signals, e);
	if (rc == RC_OK)
		rc =
		    board_new(mem, start->settings, start->calendar, &board, e);
	if (rc == RC_OK)
		rc = server_new(
		    mem, start->settings->feed_listen, board, now, &server, e);
	if (rc != RC_OK)
		return rc;
	address = server_address(server);
	rc = rights_drop(e);
	if (rc == RC_OK)
		rc = start_ready(start->settings, "feed", address, e);
	if (rc == RC_OK) {
		log_event(EV_FEED_START, LOG_TEXT("address", address));
		rc = work(server, board, tick_of(start->settings), signals, e);
	}
	talloc_free(server); /* before the calendars it sends */
	(void)close(signals);
	return rc;
}

int
main(int argc, char **argv)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct start start = { .file = NULL };
	int option, status;
	struct err e;
	enum rc rc;

	while ((option = getopt(argc, argv, "+c:o:")) != -1) {
		if (option == 'c')
			start.file = optarg;
		else if (option != 'o' || !start_override(&start, optarg))
			goto usage;
	}
	if (optind != argc)
		goto usage;
	rc = serve(mem, &start, &e);
	status = start_status(&start, rc, "promised-feed", &e);
	talloc_free(mem);
	return status;
usage:
	(void)fputs(
	    "usage: promised-feed [-c file] [-o name=value]...\n", stderr);
	talloc_free(mem);
	return START_USAGE;
}
