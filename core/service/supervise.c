/*
 * supervise.c - one poll(2) loop over signals and the children's ready pipes
 */
#include "core/core.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include "core/log/log.h"
#include "core/service/child.h"
#include "core/service/home.h"
#include "core/service/notify.h"
#include "core/service/supervise.h"

/* those that take mail come first: they end before the rest does */
enum {
	GATEWAY,
	JOURNAL,
	MILTER,
	IMAP,
	DOORS,
	READER = DOORS,
	FEED,
	REMIND,
	CHILDREN
};

static const struct child programs[CHILDREN] = {
	[GATEWAY] = { .name = "gateway",
	    .listen_setting = "gateway-listen",
	    .has_test = true },
	[JOURNAL] = { .name = "journal", .listen_setting = "journal-listen" },
	[MILTER] = { .name = "milter", .listen_setting = "milter-listen" },
	[IMAP] = { .name = "imap" },
	[READER] = { .name = "reader" },
	[FEED] = { .name = "feed", .listen_setting = "feed-listen" },
	[REMIND] = { .name = "remind" },
};

enum phase {
	RUNNING,
	STOP_DOORS, /* they alone were told to end */
	STOP_OTHERS,
};

struct supervisor {
	TALLOC_CTX *mem;
	struct supervise_orders *orders;
	struct child child[CHILDREN];
	enum phase phase;
	bool is_reloading;  /* start again once all have ended */
	bool keeps_gateway; /* it reads its certificates again, and goes on */
	bool is_announced;  /* the ready line for this start was written */
	bool has_worked;    /* every program worked once */
	bool has_failed;
	struct err failure;
	int signal_fd;
	int64_t now_ms;
};

/* monotonic_ms - milliseconds since some start */
static int64_t
monotonic_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* listens_at - the text of its setting, NULL: it has none */
static const char *
listens_at(int program, const struct settings *s)
{
	switch (program) {
	case GATEWAY:
		return s->gateway_listen.text;
	case JOURNAL:
		return s->journal_listen.text;
	case MILTER:
		return s->milter_listen.text;
	case FEED:
		return s->feed_listen;
	default:
		return NULL;
	}
}

/* want - which programs do the settings ask for? */
static void
want(struct supervisor *s)
{
	const struct settings *set = s->orders->settings;
	int i;

	for (i = 0; i < CHILDREN; i++)
		s->child[i].is_wanted = true;
	s->child[JOURNAL].is_wanted = set->journal_listen.n > 0;
	s->child[MILTER].is_wanted = set->milter_listen.n > 0;
	s->child[IMAP].is_wanted = set->imap.n > 0;
}

/* has_ended - or need not */
static bool
has_ended(const struct supervisor *s, int i)
{
	return s->child[i].pid == 0 || (i == GATEWAY && s->keeps_gateway);
}

/* stop - begin to end everything, what takes mail first */
static void
stop(struct supervisor *s)
{
	int i;

	if (s->phase != RUNNING)
		return;
	s->phase = STOP_DOORS;
	for (i = 0; i < DOORS; i++)
		if (!has_ended(s, i))
			child_stop(
			    &s->child[i], s->now_ms, SUPERVISE_GATEWAY_MS);
}

/* give_up - it never worked: end with the reason */
static void
give_up(struct supervisor *s, const struct err *why)
{
	if (!s->has_failed)
		s->failure = *why;
	s->has_failed = true;
	stop(s);
}

/* retry - start it again later */
static int64_t
retry(struct supervisor *s, struct child *c)
{
	int64_t delay_ms = backoff_next(&c->backoff, s->now_ms - c->started_ms);

	c->start_at_ms = s->now_ms + delay_ms;
	return delay_ms;
}

/* start_due - start the children whose time has come */
static void
start_due(struct supervisor *s)
{
	struct child_orders orders = { s->orders->file, s->orders->overrides };
	struct err e = { .rc = RC_OK };
	struct child *c;
	int i;

	for (i = 0; s->phase == RUNNING && i < CHILDREN; i++) {
		c = &s->child[i];
		if (c->state != CHILD_DOWN || !c->is_wanted ||
		    s->now_ms < c->start_at_ms)
			continue;
		if (child_start(c, &orders, s->now_ms, &e) == RC_OK)
			continue;
		log_event(EV_FAULT, LOG_TEXT("child", c->name),
		    LOG_TEXT("reason", e.text));
		(void)retry(s, c);
	}
}

/* kill_due - end by force what was asked to end, or hangs at the start */
static void
kill_due(struct supervisor *s)
{
	struct child *c;
	int i;

	for (i = 0; i < CHILDREN; i++) {
		c = &s->child[i];
		if (c->state == CHILD_STARTING)
			c->kill_at_ms = c->started_ms + SUPERVISE_READY_MAX_MS;
		else if (c->state != CHILD_STOPPING)
			continue;
		if (s->now_ms < c->kill_at_ms)
			continue;
		log_event(EV_CHILD_STUCK, LOG_TEXT("child", c->name),
		    LOG_NUMBER("pid", c->pid));
		(void)kill(c->pid, SIGKILL);
		c->kill_at_ms = INT64_MAX;
		c->started_ms = s->now_ms;
	}
}

/* how_it_ended - "exit 1", "signal 9" */
static const char *
how_it_ended(int status, char *out, size_t size)
{
	if (WIFSIGNALED(status))
		(void)snprintf(out, size, "signal %d", WTERMSIG(status));
	else
		(void)snprintf(out, size, "exit %d", WEXITSTATUS(status));
	return out;
}

/* died - a child ended; by itself unless we were stopping it */
static void
died(struct supervisor *s, struct child *c, int status)
{
	bool by_itself = c->state != CHILD_STOPPING;
	bool is_usage = WIFEXITED(status) && WEXITSTATUS(status) == 2;
	char text[32];
	const char *how = how_it_ended(status, text, sizeof(text));
	struct err e;
	pid_t pid = c->pid;
	int64_t delay_ms;

	child_ended(c);
	if (!by_itself || s->phase != RUNNING)
		return;
	delay_ms = retry(s, c);
	log_event(EV_CHILD_DIED, LOG_TEXT("child", c->name),
	    LOG_NUMBER("pid", pid), LOG_TEXT("how", how),
	    LOG_NUMBER("delay_ms", delay_ms));
	if (!s->has_worked &&
	    (is_usage || c->backoff.deaths >= SUPERVISE_FIRST_DEATHS)) {
		(void)err_set(&e, RC_INTERNAL,
		    "promised-%s does not start (%s): its reason is above",
		    c->name, how);
		give_up(s, &e);
	}
}

/* reap - wait for every process that ended, inherited ones too */
static void
reap(struct supervisor *s)
{
	int status, i;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (i = 0; i < CHILDREN; i++)
			if (s->child[i].pid == pid)
				died(s, &s->child[i], status);
	}
}

/* announce - once all work: the line on stdout, the file, systemd */
static void
announce(struct supervisor *s)
{
	struct err e;
	char *text, *gateway, *feed;
	int i;

	for (i = 0; i < CHILDREN; i++)
		if (s->child[i].is_wanted && s->child[i].state != CHILD_READY)
			return;
	if (s->is_announced)
		return;
	s->is_announced = s->has_worked = true;
	text = talloc_strdup(s->mem, "");
	gateway = child_places(text, &s->child[GATEWAY]);
	feed = child_places(text, &s->child[FEED]);
	text =
	    talloc_asprintf_append(text, "gateway=%s feed=%s", gateway, feed);
	for (i = JOURNAL; i < DOORS; i++)
		if (s->child[i].is_wanted)
			text = talloc_asprintf_append(text, " %s=%s",
			    s->child[i].name, child_places(text, &s->child[i]));
	if (home_publish(s->orders->settings, text, &e) != RC_OK)
		log_event(EV_FAULT, LOG_TEXT("reason", e.text));
	printf("promised ready %s\n", text);
	(void)fflush(stdout);
	notify_systemd("READY=1\nSTATUS=every program works");
	log_event(EV_SERVICE_READY, LOG_TEXT("gateway", gateway),
	    LOG_TEXT("feed", feed));
	talloc_free(text);
}

/* is_same - do they say the same? */
static bool
is_same(const struct settings *a, const struct settings *b)
{
	const struct settings *both[] = { a, b };
	char *text[2] = { NULL, NULL };
	size_t len[2] = { 0, 0 };
	bool same;
	FILE *f;
	int i;

	for (i = 0; i < 2; i++) {
		f = open_memstream(&text[i], &len[i]);
		assert(f != NULL);
		settings_print(both[i], f);
		(void)fclose(f);
	}
	same = len[0] == len[1] && memcmp(text[0], text[1], len[0]) == 0;
	free(text[0]);
	free(text[1]);
	return same;
}

/*
 * reload - SIGHUP: where the settings are good, everything starts again
 *
 * But for the gateway where they are the same: it is told to read its
 * certificates, so that no session is cut for a renewed one.
 */
static void
reload(struct supervisor *s)
{
	struct settings *old = s->orders->settings, *new = NULL;
	struct err e = { .rc = RC_OK };
	enum rc rc;
	int i;

	if (s->phase != RUNNING)
		return;
	rc = settings_read(
	    s->mem, s->orders->file, s->orders->overrides, &new, &e);
	if (rc == RC_OK && strcmp(old->home, new->home) != 0)
		rc = err_set(
		    &e, RC_BADINPUT, "'home' changes with a restart only");
	if (rc != RC_OK) {
		log_event(EV_FAULT, LOG_TEXT("reason", e.text),
		    LOG_TEXT("effect", "the settings stay as they were"));
		talloc_free(new);
		return;
	}
	for (i = 0; i < CHILDREN; i++)
		if (listens_at(i, new) != NULL &&
		    strcmp(listens_at(i, old), listens_at(i, new)) != 0)
			TALLOC_FREE(s->child[i].address);
	s->keeps_gateway =
	    s->child[GATEWAY].state == CHILD_READY && is_same(old, new);
	if (s->keeps_gateway)
		(void)kill(s->child[GATEWAY].pid, SIGHUP);
	s->orders->settings = new;
	want(s);
	talloc_free(old);
	s->is_reloading = true;
	log_event(EV_SERVICE_RELOAD, LOG_TEXT("file", new->file));
	stop(s);
}

/* read_signals - false: none was waiting */
static bool
read_signals(struct supervisor *s)
{
	struct signalfd_siginfo info;
	int i;

	if (read(s->signal_fd, &info, sizeof(info)) != sizeof(info))
		return false;
	if (info.ssi_signo == SIGHUP)
		reload(s);
	if (info.ssi_signo != SIGTERM && info.ssi_signo != SIGINT)
		return true;
	if (s->phase == RUNNING || s->is_reloading) {
		s->is_reloading = false;
		notify_systemd("STOPPING=1");
		if (s->keeps_gateway)
			child_stop(&s->child[GATEWAY], s->now_ms,
			    SUPERVISE_GATEWAY_MS);
		s->keeps_gateway = false;
		stop(s);
		return true;
	}
	for (i = 0; i < CHILDREN; i++) /* asked twice */
		if (s->child[i].pid != 0)
			(void)kill(s->child[i].pid, SIGKILL);
	return true;
}

/* go_on_stopping - true: everything has ended, for good */
static bool
go_on_stopping(struct supervisor *s)
{
	bool is_all_down = true;
	int i;

	for (i = 0; i < DOORS && has_ended(s, i);)
		i++;
	if (s->phase == STOP_DOORS && i == DOORS) {
		s->phase = STOP_OTHERS;
		for (i = DOORS; i < CHILDREN; i++)
			child_stop(
			    &s->child[i], s->now_ms, SUPERVISE_OTHERS_MS);
	}
	for (i = 0; i < CHILDREN; i++)
		if (!has_ended(s, i))
			is_all_down = false;
	if (s->phase != STOP_OTHERS || !is_all_down)
		return false;
	if (!s->is_reloading)
		return true;
	s->is_reloading = s->is_announced = s->keeps_gateway = false;
	s->phase = RUNNING;
	for (i = 0; i < CHILDREN; i++)
		s->child[i].start_at_ms = 0;
	return false;
}

/* wait_ms - until the next start or kill; -1: nothing is due */
static int
wait_ms(const struct supervisor *s)
{
	int64_t next_ms = INT64_MAX;
	const struct child *c;
	int i;

	for (i = 0; i < CHILDREN; i++) {
		c = &s->child[i];
		if (c->state == CHILD_DOWN && c->is_wanted &&
		    s->phase == RUNNING && c->start_at_ms < next_ms)
			next_ms = c->start_at_ms;
		if (c->state == CHILD_STOPPING && c->kill_at_ms < next_ms)
			next_ms = c->kill_at_ms;
		if (c->state == CHILD_STARTING &&
		    c->started_ms + SUPERVISE_READY_MAX_MS < next_ms)
			next_ms = c->started_ms + SUPERVISE_READY_MAX_MS;
	}
	if (next_ms == INT64_MAX)
		return -1;
	next_ms -= s->now_ms;
	return next_ms < 0 ? 0 : (int)(next_ms < 60000 ? next_ms : 60000);
}

/* turn - wait for something, and take it in */
static void
turn(struct supervisor *s)
{
	struct pollfd fds[1 + CHILDREN];
	int i;

	fds[0] = (struct pollfd){ .fd = s->signal_fd, .events = POLLIN };
	for (i = 0; i < CHILDREN; i++)
		fds[1 + i] = (struct pollfd){ .fd = s->child[i].ready_fd,
			.events = POLLIN };
	(void)poll(fds, ARRAY_LEN(fds), wait_ms(s));
	s->now_ms = monotonic_ms();
	for (i = 0; i < CHILDREN; i++)
		if (s->child[i].ready_fd >= 0)
			child_hear(s->mem, &s->child[i]);
	while (read_signals(s))
		;
	reap(s);
}

enum rc
supervise_check(const struct supervise_orders *orders, struct err *e)
{
	struct child_orders told = { orders->file, orders->overrides };
	TALLOC_CTX *mem = talloc_new(NULL);
	enum rc rc = RC_OK;
	struct child c;
	int i;

	for (i = 0; rc == RC_OK && i < CHILDREN; i++) {
		c = programs[i];
		rc = child_find(mem, &c, e);
		if (rc == RC_OK && c.has_test)
			rc = child_test(&c, &told, e);
	}
	talloc_free(mem);
	return rc;
}

/* prepare - find the programs, take the signals */
static enum rc
prepare(struct supervisor *s, struct err *e)
{
	sigset_t set;
	enum rc rc;
	int i;

	for (i = 0; i < CHILDREN; i++) {
		s->child[i] = programs[i];
		s->child[i].ready_fd = -1;
		rc = child_find(s->mem, &s->child[i], e);
		if (rc != RC_OK)
			return rc;
	}
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	(void)signal(SIGPIPE, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return err_errno(e, "sigprocmask");
	s->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s->signal_fd < 0)
		return err_errno(e, "signalfd");
	return RC_OK;
}

enum rc
supervise_run(TALLOC_CTX *mem, struct supervise_orders *orders, struct err *e)
{
	struct supervisor s = { .mem = mem, .orders = orders };
	enum rc rc;

	rc = prepare(&s, e);
	if (rc != RC_OK)
		return rc;
	want(&s);
	s.now_ms = monotonic_ms();
	for (;;) {
		start_due(&s);
		kill_due(&s);
		if (s.phase == RUNNING)
			announce(&s);
		else if (go_on_stopping(&s))
			break;
		if (wait_ms(&s) != 0)
			turn(&s);
	}
	home_unpublish(orders->settings);
	close(s.signal_fd);
	if (s.has_failed) {
		*e = s.failure;
		return e->rc;
	}
	return RC_OK;
}
