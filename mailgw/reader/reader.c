/*
 * reader.c - spool → parser → core/read → ledger
 *
 * home/run/reading holds the id of the message being read and how often the
 * reader has died over it, so that one that kills the reader itself is met
 * with care, then put aside.
 */
#include "core/core.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "core/ledger/ledger.h"
#include "core/log/log.h"
#include "core/ticket/ticket.h"
#include "core/unread/unread.h"
#include "mailgw/reader/parser.h"
#include "mailgw/reader/reader.h"
#include "mailgw/reader/record.h"
#include "mailgw/reader/understand.h"
#include "mailgw/spool/spool.h"

#define MARK_FILE "run/reading"

static const char *const ways[SPOOL_WAYS] = { "gateway", "journal", "milter",
	"imap" };

struct mark {
	uint64_t id;
	uint64_t deaths; /* as of now, should we die again: one more */
};

struct reader {
	const struct settings *settings;
	struct understand *understand;
	struct parser *parser;
	struct spool_reader *spools[SPOOL_WAYS];
	int epoll_fd;          /* of them all */
	struct ledger *ledger; /* NULL: not open */
	char *ledger_path, *unread_dir;
	int mark_fd;       /* -1: cannot be had, done without */
	struct mark found; /* what the last reader left */
	bool is_marked;
	/* a message taken from the spool and not done yet */
	TALLOC_CTX *mem;
	struct spool_message *message;
	enum spool_way way; /* that it came by */
};

static int
destroy(struct reader *r)
{
	if (r->mark_fd >= 0)
		(void)close(r->mark_fd);
	if (r->epoll_fd >= 0)
		(void)close(r->epoll_fd);
	return 0;
}

static void
open_mark(struct reader *r)
{
	char *dir = settings_path(r, r->settings, "run");
	char *path = settings_path(r, r->settings, MARK_FILE);

	r->mark_fd = -1;
	if (dir == NULL || path == NULL)
		return;
	(void)mkdir(dir, 0700);
	r->mark_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (r->mark_fd < 0 || pread(r->mark_fd, &r->found, sizeof(r->found),
				  0) != (ssize_t)sizeof(r->found))
		r->found = (struct mark){ 0, 0 };
	r->is_marked = r->found.deaths > 0;
}

static void
put_mark(struct reader *r, struct mark m)
{
	if (r->mark_fd >= 0)
		(void)!pwrite(r->mark_fd, &m, sizeof(m), 0);
	r->is_marked = m.deaths > 0;
}

void
reader_rest(struct reader *r)
{
	if (r->is_marked)
		put_mark(r, (struct mark){ 0, 0 });
}

/* open_spools - all ways, and one descriptor for their news */
static enum rc
open_spools(struct reader *r, struct err *e)
{
	struct epoll_event news = { .events = EPOLLIN };
	enum rc rc = RC_OK;
	char *dir;
	size_t i;

	r->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (r->epoll_fd < 0)
		return err_errno(e, "epoll");
	for (i = 0; rc == RC_OK && i < SPOOL_WAYS; i++) {
		dir = settings_path(r, r->settings, spool_folders[i]);
		if (dir == NULL)
			return err_nomem(e);
		rc = spool_reader_open(r, dir, &r->spools[i], e);
		if (rc == RC_OK &&
		    epoll_ctl(r->epoll_fd, EPOLL_CTL_ADD,
			spool_reader_fd(r->spools[i]), &news) != 0)
			rc = err_errno(e, "epoll");
	}
	return rc;
}

enum rc
reader_new(TALLOC_CTX *mem, const struct settings *s, struct reader **out,
    struct err *e)
{
	struct reader *r = talloc_zero(mem, struct reader);
	enum rc rc;

	if (r == NULL)
		return err_nomem(e);
	r->settings = s;
	r->mark_fd = r->epoll_fd = -1;
	r->unread_dir = settings_path(r, s, "unread");
	r->ledger_path = settings_path(r, s, LEDGER_FILE);
	if (r->unread_dir == NULL || r->ledger_path == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	talloc_set_destructor(r, destroy);
	open_mark(r);
	rc = understand_new(r, s, NULL, &r->understand, e);
	if (rc == RC_OK)
		rc = parser_new(r, NULL, 0, &r->parser, e);
	if (rc == RC_OK)
		rc = parser_start(r->parser, e);
	if (rc == RC_OK)
		rc = open_spools(r, e);
out:
	if (rc == RC_OK)
		*out = r;
	else
		talloc_free(r);
	return rc;
}

int
reader_fd(const struct reader *r)
{
	return r->epoll_fd;
}

static int64_t
now_ms(clockid_t clock)
{
	struct timespec t;

	(void)clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* name_of - of the message at hand, among those of every way */
static void
name_of(const struct reader *r, char out[32])
{
	(void)snprintf(out, 32, "%s%s%012" PRIu64,
	    r->way == SPOOL_GATEWAY ? "" : ways[r->way],
	    r->way == SPOOL_GATEWAY ? "" : "-", r->message->id);
}

/* mark_of - a number for it; ids have some bits to spare */
static uint64_t
mark_of(const struct reader *r)
{
	return r->message->id ^ (uint64_t)r->way << 62;
}

/* put_aside - a copy in unread/ with the reason */
static enum rc
put_aside(struct reader *r, const char *reason, struct err *e)
{
	char id[32];

	name_of(r, id);
	if (unread_put(r->unread_dir, id, r->message->bytes, reason, e) !=
	    RC_OK)
		return e->rc = RC_RETRY;
	log_event(EV_READER_UNREAD, LOG_NUMBER("id", (int64_t)r->message->id),
	    LOG_TEXT("way", ways[r->way]), LOG_TEXT("reason", reason));
	return RC_OK;
}

/* drop_ledger - opened anew next time: it may be another file by then */
static enum rc
drop_ledger(struct reader *r, struct err *e)
{
	talloc_free(r->ledger);
	r->ledger = NULL;
	(void)err_context(e, "ledger");
	return e->rc = RC_RETRY;
}

/* need_ledger - open it where it is not */
static enum rc
need_ledger(struct reader *r, struct err *e)
{
	if (r->ledger != NULL || ledger_open(r, r->ledger_path, LEDGER_WRITE,
				     &r->ledger, e) == RC_OK)
		return RC_OK;
	return drop_ledger(r, e);
}

/*
 * envelope_of - what is known of the message from outside it
 *
 * A journal copy was sent to us, not to the customers: those are in its
 * report, or else in its header. One in a folder has nothing but its header.
 */
static struct understand_from
envelope_of(const struct reader *r, const struct message *m)
{
	const struct spool_envelope *env = &r->message->envelope;
	struct understand_from from = { env->mail_from, env->rcpts,
		env->received_at };

	if (r->way == SPOOL_JOURNAL || r->way == SPOOL_IMAP) {
		from.mail_from = r->way == SPOOL_IMAP ? NULL : from.mail_from;
		from.rcpts = NULL;
	}
	if (m->envelope != NULL) {
		from.mail_from = m->envelope->from;
		from.rcpts = (const char *const *)m->envelope->rcpts;
	}
	return from;
}

/* answered_address - the ticket that a message was sent to, or NULL */
static const char *
answered_address(const struct reader *r, const struct message *m,
    const struct understand_from *from)
{
	const char *const *rcpt = from->rcpts;
	struct ticket t;
	size_t i;

	for (i = 0; rcpt == NULL && m->to[i].address != NULL; i++)
		if (ticket_parse(r->settings->remind_from,
			slice_of(m->to[i].address), &t))
			return m->to[i].address;
	for (; rcpt != NULL && *rcpt != NULL; rcpt++)
		if (ticket_parse(r->settings->remind_from, slice_of(*rcpt), &t))
			return *rcpt;
	return NULL;
}

/* keep_answer - its words go into the ledger's inbox; it promises nothing */
static enum rc
keep_answer(struct reader *r, const struct message *m, const char *address,
    struct err *e)
{
	struct ledger_answer a = {
		.address = address,
		.sender = m->from.address,
		.message_id = m->message_id,
		.sent_at = r->message->envelope.received_at,
		.is_automatic = m->is_automatic,
		.words = m->words ? m->words : "",
		.calendar = m->calendar,
	};
	bool is_new = false;
	enum rc rc = need_ledger(r, e);

	if (rc != RC_OK)
		return rc;
	if (ledger_inbox_put(r->ledger, &a, &is_new, e) != RC_OK)
		return drop_ledger(r, e);
	log_event(EV_READER_ANSWER, LOG_NUMBER("id", (int64_t)r->message->id),
	    LOG_NUMBER("new", is_new));
	return RC_OK;
}

/* record - what was understood, in one transaction */
static enum rc
record(struct reader *r, const struct message *m, struct understood *o,
    size_t *recorded, struct err *e)
{
	struct record_how how = {
		.at = now_ms(CLOCK_REALTIME) / 1000,
		.is_uncertain = r->message->outcome == SPOOL_UNKNOWN &&
				r->way != SPOOL_IMAP,
		.is_past_kept =
		    strcmp(r->message->envelope.client, SPOOL_OLD_MAIL) == 0,
	};
	struct record_count count;
	enum rc rc;

	*recorded = 0;
	if (o->why != UNDERSTAND_READ)
		return RC_OK;
	rc = need_ledger(r, e);
	if (rc != RC_OK)
		return rc;
	rc = record_message(r->ledger, m, o, &how, &count, e);
	*recorded = count.recorded;
	if (rc == RC_OK || rc == RC_BADINPUT || rc == RC_TOOBIG)
		return rc;
	return drop_ledger(r, e);
}

/* parse - as what the way it came by says that it is */
static enum rc
parse(struct reader *r, struct parser *p, struct message **m, struct err *e)
{
	struct slice bytes = r->message->bytes;

	return r->way == SPOOL_JOURNAL
		   ? parser_read_journal(p, r->mem, bytes, m, e)
		   : parser_read(p, r->mem, bytes, 0, m, e);
}

/* understand_and_record - RC_BADINPUT, RC_TOOBIG: the message is at fault */
static enum rc
understand_and_record(struct reader *r, const char **fault, struct err *e)
{
	struct understand_from from;
	struct understood *o;
	struct message *m;
	const char *address;
	int64_t started = now_ms(CLOCK_MONOTONIC);
	size_t recorded;
	enum rc rc;

	rc = parse(r, r->parser, &m, e);
	if (rc == RC_INTERNAL)
		return e->rc = RC_RETRY;
	if (rc != RC_OK)
		return rc;
	*fault = m->is_partial ? m->fault : NULL;
	from = envelope_of(r, m);
	address = answered_address(r, m, &from);
	if (address != NULL) {
		reader_rest(r);
		return keep_answer(r, m, address, e);
	}
	rc = understand_mail(r->understand, r->mem, m, &from, &o, e);
	/* from here on a death is not the message's doing */
	reader_rest(r);
	if (rc == RC_OK)
		rc = record(r, m, o, &recorded, e);
	if (rc == RC_OK)
		log_event(EV_READER_MESSAGE,
		    LOG_NUMBER("id", (int64_t)r->message->id),
		    LOG_TEXT("way", ways[r->way]),
		    LOG_TEXT("outcome", understand_why_name(o->why)),
		    LOG_NUMBER("found", (int64_t)o->read->count),
		    LOG_NUMBER("recorded", (int64_t)recorded),
		    LOG_NUMBER("beyond", (int64_t)o->read->beyond),
		    LOG_NUMBER("ms", now_ms(CLOCK_MONOTONIC) - started));
	return rc;
}

/* try_alone - in the trial's process: read, record nothing */
static _Noreturn void
try_alone(struct reader *r)
{
	struct understand_from from;
	struct understood *o;
	struct parser *p;
	struct message *m;
	struct err e;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (parser_new(r->mem, NULL, 0, &p, &e) != RC_OK ||
	    parse(r, p, &m, &e) != RC_OK)
		_exit(0);
	from = envelope_of(r, m);
	_exit(
	    understand_mail(r->understand, r->mem, m, &from, &o, &e) != RC_OK);
}

/*
 * survives - whether a process of its own lives through the message
 *
 * The mark alone cannot tell a message that kills from a reader that was
 * killed: being killed from outside (SIGKILL) says nothing against it.
 * false with *rc not RC_OK: the trial could not be made now
 */
static bool
survives(struct reader *r, enum rc *rc, struct err *e)
{
	struct pollfd p = { .events = POLLIN };
	bool is_late;
	int status = 0;
	pid_t pid = fork();

	*rc = RC_RETRY;
	if (pid < 0) {
		(void)err_errno(e, "process for a trial");
		return false;
	}
	if (pid == 0)
		try_alone(r);
	p.fd = pidfd_open(pid, 0);
	is_late = p.fd >= 0 && poll(&p, 1, READER_TRIAL_MS) == 0;
	if (is_late)
		(void)kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (p.fd >= 0)
		(void)close(p.fd);
	*rc = RC_OK;
	return !is_late &&
	       !(WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL);
}

/* read_message - the one at hand; RC_OK: it may leave the spool */
static enum rc
read_message(struct reader *r, struct err *e)
{
	struct mark m = { mark_of(r), 1 };
	const char *fault = NULL;
	char reason[300];
	enum rc rc;

	if (r->found.id == m.id && r->found.deaths > 0)
		m.deaths = r->found.deaths + 1;
	if (m.deaths > READER_DEATHS_TRIAL && !survives(r, &rc, e)) {
		if (rc != RC_OK)
			return rc;
		return put_aside(r, "reading it ends the reader", e);
	}
	put_mark(r, m);
	rc = understand_and_record(r, &fault, e);
	reader_rest(r);
	if (rc == RC_RETRY || rc == RC_INTERNAL)
		return e->rc = RC_RETRY;
	if (rc != RC_OK) {
		(void)snprintf(reason, sizeof(reason), "%s", e->text);
		return put_aside(r, reason, e);
	}
	if (fault == NULL && r->message->is_damaged)
		fault = "the disk lost some of it";
	if (fault == NULL)
		return RC_OK;
	(void)snprintf(reason, sizeof(reason), "read in part: %s", fault);
	return put_aside(r, reason, e);
}

/* take - the next message of any way, each in its turn */
static enum rc
take(struct reader *r, struct err *e)
{
	enum rc rc = RC_NOTFOUND;
	size_t i;

	for (i = 0; rc == RC_NOTFOUND && i < SPOOL_WAYS; i++) {
		r->way = (r->way + 1) % SPOOL_WAYS;
		rc = spool_next(r->spools[r->way], r->mem, &r->message, e);
	}
	return rc;
}

enum rc
reader_step(struct reader *r, struct err *e)
{
	enum rc rc;

	if (r->message == NULL) {
		if (r->mem == NULL)
			r->mem = talloc_new(r);
		rc = take(r, e);
		if (rc != RC_OK) {
			r->message = NULL;
			return rc == RC_NOTFOUND ? rc : (e->rc = RC_RETRY);
		}
	}
	rc = read_message(r, e);
	if (rc != RC_OK)
		return rc;
	rc = spool_done(r->spools[r->way], r->message->id, e);
	if (rc != RC_OK)
		return e->rc = RC_RETRY;
	talloc_free(r->mem);
	r->mem = NULL;
	r->message = NULL;
	return RC_OK;
}
