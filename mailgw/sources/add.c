/*
 * add.c - promise add: messages in files, to the ledger
 *
 * Reads the way promised-reader does, parser child included, straight into the
 * ledger and not by way of the spool: the files themselves are what is kept
 * until a message is recorded, and whoever asked wants to hear what came of
 * it. A message has no envelope any more: author and recipients are those of
 * its header.
 */
#include "core/core.h"

#include <getopt.h>
#include <signal.h>

#include "core/unread/unread.h"
#include "mailgw/reader/parser.h"
#include "mailgw/reader/record.h"
#include "mailgw/sources/add.h"
#include "mailgw/sources/added.h"
#include "mailgw/sources/archive.h"
#include "mailgw/sources/progress.h"

#define OVERRIDES_MAX  64
#define EXIT_USAGE     2
#define EXIT_TRY_AGAIN 75
#define FLUSH_MS       1000
#define BATCH_COUNT    64          /* messages in one transaction */
#define BATCH_BYTES    (16U << 20) /* and octets of them */

/* a message that was understood and is not in the ledger yet */
struct item {
	TALLOC_CTX *mem; /* of all of it */
	struct archive_message in;
	uint8_t hash[ADDED_HASH_BYTES];
	bool is_known;     /* it was added before */
	const char *fault; /* it was read in part, or NULL */
	struct message *message;
	struct understood *understood;
	struct record_count count;
	char *refused; /* by the ledger: why */
};

struct add {
	struct settings *settings;
	struct understand *understand;
	struct parser *parser;
	struct ledger *ledger; /* NULL: a dry run */
	struct added *added;   /* NULL: nothing is remembered */
	struct archive *archive;
	struct progress progress;
	struct add_manner how;
	struct add_counts n;
	struct item batch[BATCH_COUNT];
	size_t batch_count, batch_bytes;
	const char *file, *at_text, *unread_dir;
	bool is_late_open, is_again;
	int64_t now, since, flushed_ms;
};

static volatile sig_atomic_t is_asked_to_end;

static void
on_signal(int number)
{
	(void)number;
	is_asked_to_end = 1;
}

static int
usage(FILE *to)
{
	(void)fputs(
	    "usage: promise add [-n] [--json] [--since DATE] [--late] "
	    "[--again] [-c FILE]\n"
	    "                   [-o name=value] FILE... (messages, mboxes, "
	    "Maildirs; - for standard input)\n",
	    to);
	return to == stdout ? 0 : EXIT_USAGE;
}

static int64_t
now_ms(clockid_t clock)
{
	struct timespec t;

	(void)clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* say - to the person, past the progress line */
static void printf_like(2, 3) say(struct add *a, const char *fmt, ...)
{
	va_list ap;

	progress_clear(&a->progress);
	(void)fputs("promise add: ", stderr);
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fputc('\n', stderr);
}

/* put_aside - a copy in unread/ with the reason */
static enum rc
put_aside(struct add *a, const struct archive_message *in,
    const uint8_t hash[ADDED_HASH_BYTES], const char *reason, struct err *e)
{
	char id[4 + 2 * ADDED_HASH_BYTES + 1] = "add-", text[600];
	size_t i;

	a->n.unread++;
	if (a->ledger == NULL) {
		say(a, "%s: %s", in->path, reason);
		return RC_OK;
	}
	for (i = 0; i < ADDED_HASH_BYTES; i++)
		(void)snprintf(id + 4 + 2 * i, 3, "%02x", hash[i]);
	(void)snprintf(
	    text, sizeof(text), "%s (added from %.200s)", reason, in->path);
	if (unread_put(a->unread_dir, id, in->bytes, text, e) != RC_OK)
		return e->rc = RC_RETRY;
	return RC_OK;
}

/* count_why - a message of which nothing is recorded */
static void
count_why(struct add *a, enum understand_why why)
{
	switch (why) {
	case UNDERSTAND_READ:
		a->n.read++;
		break;
	case UNDERSTAND_PRIVATE:
		a->n.private ++;
		break;
	case UNDERSTAND_INTERNAL:
		a->n.internal++;
		break;
	case UNDERSTAND_FOREIGN:
		a->n.foreign++;
		break;
	case UNDERSTAND_NO_AUTHOR:
		a->n.nobody++;
		break;
	}
}

/* remember - that it was added; what was left out for its age may be wanted
 * the next time */
static enum rc
remember(struct add *a, const struct item *it, struct err *e)
{
	if (a->added == NULL || it->is_known || a->since != INT64_MIN)
		return RC_OK;
	return added_put(a->added, it->hash, e);
}

/* settle - one message is done with: in the ledger, or passed over */
static enum rc
settle(struct add *a, struct item *it, struct err *e)
{
	char reason[400];
	enum rc rc = RC_OK;

	if (it->refused != NULL) {
		rc = put_aside(a, &it->in, it->hash, it->refused, e);
	} else {
		count_why(a, it->understood->why);
		a->n.promises += it->count.recorded;
		a->n.past += it->count.past;
	}
	if (rc == RC_OK && it->refused == NULL && it->fault != NULL) {
		(void)snprintf(
		    reason, sizeof(reason), "read in part: %s", it->fault);
		rc = put_aside(a, &it->in, it->hash, reason, e);
	}
	return rc == RC_OK ? remember(a, it, e) : rc;
}

/* record_batch - ledger_together()'s part */
static enum rc
record_batch(struct ledger *l, void *arg, struct err *e)
{
	struct add *a = arg;
	struct record_how how = { .at = a->now,
		.is_past_kept = !a->is_late_open };
	struct item *it;
	enum rc rc = RC_OK;
	size_t i;

	for (i = 0; i < a->batch_count; i++) {
		it = &a->batch[i];
		rc = record_message(
		    l, it->message, it->understood, &how, &it->count, e);
		if (rc == RC_BADINPUT || rc == RC_TOOBIG)
			it->refused = talloc_strdup(it->mem, e->text);
		else if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

/* commit - the batch is in the ledger, or nothing of it is */
static enum rc
commit(struct add *a, struct err *e)
{
	enum rc rc = RC_OK;
	size_t i;

	if (a->batch_count == 0)
		return RC_OK;
	rc = a->ledger ? ledger_together(a->ledger, record_batch, a, e)
		       : record_batch(NULL, a, e);
	for (i = 0; i < a->batch_count; i++) {
		if (rc == RC_OK)
			rc = settle(a, &a->batch[i], e);
		talloc_free(a->batch[i].mem);
	}
	a->batch_count = a->batch_bytes = 0;
	return rc == RC_OK && a->added != NULL ? added_flush(a->added, e) : rc;
}

/* enqueue - into the batch, with a copy of its octets */
static enum rc
enqueue(struct add *a, struct item *it, struct err *e)
{
	char *copy = talloc_memdup(it->mem, it->in.bytes.at, it->in.bytes.len);

	if (copy == NULL)
		return err_nomem(e);
	it->in.bytes.at = copy;
	a->batch[a->batch_count++] = *it;
	a->batch_bytes += it->in.bytes.len;
	it->mem = NULL; /* the batch's now */
	if (a->batch_count == BATCH_COUNT || a->batch_bytes > BATCH_BYTES)
		return commit(a, e);
	return RC_OK;
}

/* understand - RC_BADINPUT, RC_TOOBIG: the message is at fault */
static enum rc
understand(struct add *a, struct item *it, struct err *e)
{
	struct understand_from from = { .received_at = it->in.at };
	enum rc rc;

	/* a folder may hold journal reports, with an envelope each */
	rc = parser_read_journal(
	    a->parser, it->mem, it->in.bytes, &it->message, e);
	if (rc != RC_OK)
		return rc == RC_INTERNAL ? (e->rc = RC_RETRY) : rc;
	if (it->message->envelope != NULL) {
		from.mail_from = it->message->envelope->from;
		from.rcpts = (const char *const *)it->message->envelope->rcpts;
	}
	it->fault = it->message->is_partial ? it->message->fault : NULL;
	return understand_mail(
	    a->understand, it->mem, it->message, &from, &it->understood, e);
}

/* read_one - a message that is neither known nor too big */
static enum rc
read_one(struct add *a, struct item *it, struct err *e)
{
	enum rc rc = understand(a, it, e);

	if (rc == RC_BADINPUT || rc == RC_TOOBIG) {
		rc = put_aside(a, &it->in, it->hash, e->text, e);
		return rc == RC_OK ? remember(a, it, e) : rc;
	}
	if (rc != RC_OK)
		return rc;
	if (it->understood->sent_at < a->since) {
		a->n.older++;
		return RC_OK;
	}
	return enqueue(a, it, e);
}

/* one - a message of the archive; RC_RETRY: stop, and go on another time */
static enum rc
one(struct add *a, const struct archive_message *in, bool is_too_big,
    struct err *e)
{
	struct item it = { .mem = talloc_new(a), .in = *in };
	char reason[100];
	enum rc rc;

	if (it.mem == NULL)
		return err_nomem(e);
	it.is_known =
	    a->added != NULL && added_has(a->added, in->bytes, it.hash);
	if (it.is_known && !a->is_again) {
		a->n.known++;
		rc = RC_OK;
	} else if (is_too_big) {
		(void)snprintf(reason, sizeof(reason),
		    "larger than max-message (%" PRIu64
		    " octets); this is its beginning",
		    in->size_bytes);
		rc = put_aside(a, in, it.hash, reason, e);
		if (rc == RC_OK)
			rc = remember(a, &it, e);
	} else if (in->is_discarded) {
		a->n.discarded++;
		rc = remember(a, &it, e);
	} else {
		rc = read_one(a, &it, e);
	}
	talloc_free(it.mem);
	return rc;
}

/* show - the progress line, and what was added on disk now and then */
static enum rc
show(struct add *a, struct err *e)
{
	int64_t ms = now_ms(CLOCK_MONOTONIC);
	char words[100];
	enum rc rc;

	add_short(&a->n, words, sizeof(words));
	progress_draw(&a->progress, ms, archive_done(a->archive),
	    archive_total(a->archive), words);
	if (ms - a->flushed_ms < FLUSH_MS)
		return RC_OK;
	a->flushed_ms = ms;
	rc = commit(a, e);
	return rc == RC_OK && a->added != NULL ? added_flush(a->added, e) : rc;
}

/* run - every message there is, or until asked to end */
static enum rc
run(struct add *a, struct err *e)
{
	struct archive_message in;
	enum rc rc = RC_OK;

	while (rc == RC_OK && !is_asked_to_end) {
		rc = archive_next(a->archive, &in, e);
		if (rc == RC_NOTFOUND)
			break;
		if (rc == RC_RETRY) { /* a signal: was it for us? */
			rc = RC_OK;
			continue;
		}
		if (rc == RC_INTERNAL) {
			a->n.failed++;
			say(a, "%s", e->text);
			rc = RC_OK;
			continue;
		}
		rc = one(a, &in, rc == RC_TOOBIG, e);
		if (rc == RC_OK)
			rc = show(a, e);
	}
	a->how.is_interrupted = is_asked_to_end != 0;
	a->n.discarded += archive_discarded(a->archive);
	progress_clear(&a->progress);
	if (rc == RC_NOTFOUND)
		rc = RC_OK;
	if (rc == RC_OK)
		rc = commit(a, e);
	if (rc == RC_OK && a->added != NULL)
		rc = added_flush(a->added, e);
	return rc;
}

/* options - false: wrong usage */
static bool
options(struct add *a, int argc, char **argv, const char **overrides)
{
	enum { JSON = 256, SINCE, LATE, AGAIN, AT };
	static const struct option names[] = {
		{ "json", no_argument, NULL, JSON },
		{ "since", required_argument, NULL, SINCE },
		{ "late", no_argument, NULL, LATE },
		{ "again", no_argument, NULL, AGAIN },
		{ "dry-run", no_argument, NULL, 'n' },
		{ "at", required_argument, NULL, AT },
		{ NULL, 0, NULL, 0 },
	};
	size_t n = 0;
	int opt;

	while ((opt = getopt_long(argc, argv, "c:o:n", names, NULL)) != -1) {
		switch (opt) {
		case JSON:
			a->how.is_json = true;
			break;
		case SINCE:
			a->how.since_text = optarg;
			break;
		case LATE:
			a->is_late_open = true;
			break;
		case AGAIN:
			a->is_again = true;
			break;
		case AT:
			a->at_text = optarg;
			break;
		case 'n':
			a->how.is_dry = true;
			break;
		case 'c':
			a->file = optarg;
			break;
		case 'o':
			if (n >= OVERRIDES_MAX)
				return false;
			overrides[n++] = optarg;
			break;
		default:
			return false;
		}
	}
	return optind < argc;
}

/* instants - now, and the day of --since in the settings' zone, else UTC */
static enum rc
instants(struct add *a, struct err *e)
{
	struct civil day;
	struct zone *z;
	struct tm tm = { 0 };
	const char *end;
	enum rc rc;

	a->now = now_ms(CLOCK_REALTIME) / 1000;
	a->since = INT64_MIN;
	if (a->at_text != NULL) { /* as promise(1) passes it on */
		end = strptime(a->at_text, "%Y-%m-%dT%H:%M:%SZ", &tm);
		if (end == NULL || *end != '\0')
			return err_set(e, RC_BADINPUT,
			    "--at %s: not YYYY-MM-DDTHH:MM:SSZ", a->at_text);
		a->now = (int64_t)timegm(&tm);
	}
	if (a->how.since_text == NULL)
		return RC_OK;
	if (!civil_parse(a->how.since_text, &day))
		return err_set(e, RC_BADINPUT, "--since %s: not YYYY-MM-DD",
		    a->how.since_text);
	rc = zone_open(a,
	    *a->settings->timezone ? a->settings->timezone : "+00:00", &z, e);
	if (day.minute == CIVIL_NO_MINUTE)
		day.minute = 0;
	if (rc == RC_OK)
		a->since = zone_instant(z, day);
	return rc;
}

/* set_up - everything but the archive */
static enum rc
set_up(struct add *a, const char *const *overrides, struct err *e)
{
	char *path;
	enum rc rc;

	rc = settings_read(a, a->file, overrides, &a->settings, e);
	if (rc == RC_OK)
		rc = instants(a, e);
	if (rc != RC_OK)
		return rc;
	if (a->settings->own_domains == NULL ||
	    *a->settings->own_domains == NULL)
		say(a, "own-domains is not set: everybody who wrote one of "
		       "these messages counts as one of ours");
	a->unread_dir = settings_path(a, a->settings, "unread");
	path = settings_path(a, a->settings, LEDGER_FILE);
	if (a->unread_dir == NULL || path == NULL)
		return err_nomem(e);
	rc = understand_new(a, a->settings, NULL, &a->understand, e);
	if (rc == RC_OK)
		rc = parser_new(a, NULL, 0, &a->parser, e);
	if (rc == RC_OK)
		rc = parser_start(a->parser, e);
	if (rc != RC_OK || a->how.is_dry)
		return rc;
	rc = ledger_open(a, path, LEDGER_WRITE, &a->ledger, e);
	if (rc == RC_NOTFOUND)
		return err_set(e, RC_INTERNAL,
		    "there is no ledger at '%s': start promised once, or try "
		    "-n",
		    path);
	if (rc != RC_OK)
		return rc;
	if (added_open(a, a->settings, a->ledger, false, &a->added, e) != RC_OK)
		say(a, "%s: everything is read again", e->text);
	return RC_OK;
}

/* status_of - what to exit with, a word about it where it needs one */
static int
status_of(struct add *a, enum rc rc, const struct err *e)
{
	if (rc != RC_OK)
		say(a, "%s", e->text);
	if (rc == RC_RETRY || a->how.is_interrupted) {
		say(a, "not all was added: the same command goes on from here");
		return EXIT_TRY_AGAIN;
	}
	return rc != RC_OK || a->n.failed > 0;
}

int
main(int argc, char **argv)
{
	const char *overrides[OVERRIDES_MAX + 1] = { NULL };
	struct sigaction end = { .sa_handler = on_signal };
	struct add *a = talloc_zero(NULL, struct add);
	struct err e = { .rc = RC_OK }, ignored;
	int status;
	enum rc rc;

	assert(a != NULL);
	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return usage(stdout);
	if (!options(a, argc, argv, overrides)) {
		talloc_free(a);
		return usage(stderr);
	}
	(void)sigaction(SIGINT, &end, NULL);
	(void)sigaction(SIGTERM, &end, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	rc = set_up(a, overrides, &e);
	if (rc == RC_OK)
		rc = archive_new(a, argv + optind, (size_t)(argc - optind),
		    a->settings->max_message_bytes, a->now, &a->archive, &e);
	if (rc != RC_OK) {
		say(a, "%s", e.text);
		status = rc == RC_BADINPUT ? EXIT_USAGE
			 : rc == RC_RETRY  ? EXIT_TRY_AGAIN
					   : 1;
		talloc_free(a);
		return status;
	}
	progress_start(&a->progress, now_ms(CLOCK_MONOTONIC));
	rc = run(a, &e);
	if (add_say(&a->n, &a->how, &ignored) != RC_OK || fflush(stdout) != 0 ||
	    ferror(stdout))
		a->n.failed++;
	status = status_of(a, rc, &e);
	talloc_free(a);
	return status;
}
