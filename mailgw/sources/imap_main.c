/*
 * imap_main.c - promised-imap: folders of sent mail, watched, into the spool
 *
 * One poll(2) loop. Each folder has a process that talks to its server
 * (imap.h) and a pipe from it. A message goes into the spool as it comes; no
 * more is read from that pipe until it is on disk, and only then the folder's
 * mark moves. A process that ends, or says nothing for too long, is started
 * again, later each time.
 */
#include "core/core.h"

#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "core/log/log.h"
#include "core/program/program.h"
#include "core/rights/rights.h"
#include "mailgw/sources/imap.h"
#include "mailgw/sources/imap_mark.h"
#include "mailgw/spool/spool.h"

#define OVERRIDES_MAX  64
#define EXIT_USAGE     2
#define EXIT_TRY_AGAIN 75
#define FIRST_MS       2000   /* to wait after a failure, then twice that */
#define LAST_MS        300000 /* … up to this */
#define GOOD_MS        60000  /* it lived so long: failures are forgotten */
#define SPOOL_AGAIN_MS 5000
#define CLOCKS_APART_S 600 /* of two machines that mean the same moment */
#define NO_MARK_DAYS   31  /* to go back where a mark is damaged */

struct watcher;

struct folder {
	struct watcher *watcher;
	const struct settings_imap *set;
	char *name, *path;
	struct imap_mark mark;
	pid_t pid; /* 0: does not run */
	int fd;    /* -1: closed */
	int64_t start_at_ms, started_ms, heard_ms;
	unsigned failures; /* in a row */
	char why[200];     /* what it said last */
	/* the message at hand */
	uint64_t id; /* 0: none */
	uint64_t uid;
	size_t octets;
	bool is_ended; /* on its way to the disk: nothing is read meanwhile */
	size_t held;   /* octets in buffer */
	char buffer[sizeof(struct imap_word) + IMAP_TEXT_MAX];
};

struct watcher {
	struct settings *settings;
	const char *file, **overrides;
	char *program;
	struct spool_writer *spool; /* NULL: could not be opened */
	char *spool_dir;
	int64_t spool_next_ms;
	struct folder *folders;
	size_t n;
	int signal_fd;
	bool is_ending;
};

static int64_t
clock_ms(clockid_t which)
{
	struct timespec t;

	(void)clock_gettime(which, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* --- a folder's process */

static void
drop_message(struct folder *f)
{
	struct err e;

	if (f->id != 0 &&
	    spool_outcome(f->watcher->spool, f->id, SPOOL_REFUSED, &e) != RC_OK)
		log_event(EV_IMAP_SPOOL, LOG_TEXT("folder", f->name),
		    LOG_TEXT("reason", e.text));
	f->id = 0;
	f->is_ended = false;
}

/* end_talk - for whatever reason; it is started again in its time */
static void
end_talk(struct folder *f, const char *why)
{
	int64_t wait_ms = FIRST_MS;
	unsigned i;

	drop_message(f);
	if (f->pid > 0) {
		(void)kill(f->pid, SIGKILL);
		while (waitpid(f->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	f->pid = 0;
	if (f->fd >= 0)
		(void)close(f->fd);
	f->fd = -1;
	f->held = 0;
	if (f->watcher->is_ending)
		return;
	if (clock_ms(CLOCK_MONOTONIC) - f->started_ms >= GOOD_MS)
		f->failures = 0;
	for (i = 0; i < f->failures && wait_ms < LAST_MS; i++)
		wait_ms *= 2;
	if (wait_ms > LAST_MS)
		wait_ms = LAST_MS;
	f->failures++;
	f->start_at_ms = clock_ms(CLOCK_MONOTONIC) + wait_ms;
	log_event(EV_IMAP_LOST, LOG_TEXT("folder", f->name),
	    LOG_TEXT("reason", why), LOG_NUMBER("delay_ms", wait_ms));
}

/* arguments - of promised-imap-talk; owned by mem */
static char **
arguments(TALLOC_CTX *mem, const struct folder *f)
{
	const struct watcher *w = f->watcher;
	char **argv = talloc_zero_array(mem, char *, 2 * OVERRIDES_MAX + 8);
	size_t n = 0, i;

	assert(argv != NULL);
	argv[n++] = w->program;
	if (w->file != NULL) {
		argv[n++] = talloc_strdup(argv, "-c");
		argv[n++] = talloc_strdup(argv, w->file);
	}
	for (i = 0; w->overrides[i] != NULL; i++) {
		argv[n++] = talloc_strdup(argv, "-o");
		argv[n++] = talloc_strdup(argv, w->overrides[i]);
	}
	argv[n++] = talloc_strdup(argv, "--");
	argv[n++] = f->name;
	argv[n++] = talloc_asprintf(argv, "%" PRIu32, f->mark.uidvalidity);
	argv[n++] = talloc_asprintf(argv, "%" PRIu32, f->mark.uid);
	argv[n++] = talloc_asprintf(argv, "%" PRId64, f->mark.from);
	return argv;
}

static void
start_talk(struct folder *f)
{
	char **argv = arguments(NULL, f);
	sigset_t none;
	int fds[2];

	f->why[0] = '\0';
	f->started_ms = f->heard_ms = clock_ms(CLOCK_MONOTONIC);
	if (pipe2(fds, O_CLOEXEC) != 0) {
		end_talk(f, strerror(errno));
		goto out;
	}
	f->pid = fork();
	if (f->pid == 0) {
		sigemptyset(&none);
		(void)sigprocmask(SIG_SETMASK, &none, NULL);
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (dup2(fds[1], STDOUT_FILENO) >= 0)
			(void)execv(argv[0], argv);
		_exit(127);
	}
	(void)close(fds[1]);
	f->fd = fds[0];
	if (f->pid < 0)
		end_talk(f, strerror(errno));
out:
	talloc_free(argv);
}

/* --- what it says */

/* move_mark - the message is in the spool, or is none of ours */
static void
move_mark(struct folder *f, uint64_t uid)
{
	struct err e;

	if (uid > f->mark.uid)
		f->mark.uid = (uint32_t)uid;
	if (imap_mark_write(f->path, &f->mark, &e) != RC_OK)
		log_event(EV_IMAP_SPOOL, LOG_TEXT("folder", f->name),
		    LOG_TEXT("reason", e.text));
}

/* spool_open - where that has not worked before, every few seconds */
static enum rc
spool_open(struct watcher *w, struct err *e)
{
	int64_t now_ms = clock_ms(CLOCK_MONOTONIC);

	if (w->spool != NULL)
		return RC_OK;
	if (now_ms < w->spool_next_ms)
		return err_set(e, RC_INTERNAL, "spool: not open");
	w->spool_next_ms = now_ms + SPOOL_AGAIN_MS;
	return spool_writer_open(
	    w, w->spool_dir, w->settings->segment_bytes, &w->spool, e);
}

static void
spool_failed(struct folder *f, const struct err *e)
{
	log_event(EV_IMAP_SPOOL, LOG_TEXT("folder", f->name),
	    LOG_TEXT("reason", e->text));
	end_talk(f, "the spool cannot be written");
}

static void
on_durable(void *arg, enum rc rc, const struct err *e)
{
	struct folder *f = arg;
	struct err ignored;

	if (rc != RC_OK) {
		spool_failed(f, e);
		return;
	}
	if (spool_outcome(f->watcher->spool, f->id, SPOOL_ACCEPTED, &ignored) !=
	    RC_OK)
		log_event(EV_IMAP_SPOOL, LOG_TEXT("folder", f->name),
		    LOG_TEXT("reason", ignored.text));
	f->id = 0;
	f->is_ended = false;
	log_event(EV_IMAP_MESSAGE, LOG_TEXT("folder", f->name),
	    LOG_NUMBER("uid", (int64_t)f->uid),
	    LOG_NUMBER("octets", (int64_t)f->octets));
	move_mark(f, f->uid);
}

/* begin_mail - its envelope is in its header; when it was sent, the server
 * knows */
static enum rc
begin_mail(struct folder *f, const struct imap_word *word, struct err *e)
{
	static const char *const nobody[] = { NULL };
	int64_t now = clock_ms(CLOCK_REALTIME) / 1000;
	int64_t at = word->b > 0 && word->b < now ? word->b : now;
	struct spool_envelope env = { .received_at = at,
		.client = at < f->mark.began ? SPOOL_OLD_MAIL : f->set->address,
		.mail_from = "",
		.rcpts = nobody };
	enum rc rc = spool_open(f->watcher, e);

	f->uid = word->a;
	f->octets = 0;
	if (rc == RC_OK)
		rc = spool_begin(f->watcher->spool, &env, &f->id, e);
	if (rc != RC_OK)
		f->id = 0;
	return rc;
}

/* passed - a message that is not read */
static void
passed(struct folder *f, const struct imap_word *word, struct slice text)
{
	char buffer[100];
	const char *why = buffer;

	drop_message(f);
	(void)snprintf(buffer, sizeof(buffer), "%.*s", (int)text.len, text.at);
	log_event(EV_IMAP_PASSED, LOG_TEXT("folder", f->name),
	    LOG_NUMBER("uid", (int64_t)word->a), LOG_TEXT("reason", why));
	move_mark(f, word->a);
}

static void
opened(struct folder *f, const struct imap_word *word, struct slice text)
{
	char buffer[100];
	const char *name = buffer;

	(void)snprintf(buffer, sizeof(buffer), "%.*s", (int)text.len, text.at);
	if (f->mark.uidvalidity != 0 && f->mark.uidvalidity != word->a)
		log_event(EV_IMAP_RENUMBERED, LOG_TEXT("folder", f->name));
	if (f->mark.uidvalidity != word->a) {
		f->mark.uidvalidity = (uint32_t)word->a;
		f->mark.uid = 0;
		move_mark(f, 0);
	}
	log_event(EV_IMAP_OPEN, LOG_TEXT("folder", f->name),
	    LOG_TEXT("name", name),
	    LOG_TEXT("watch", word->b ? "idle" : "poll"));
}

/* take - one word; false: the talk was ended over it */
static bool
take(struct folder *f, const struct imap_word *word, struct slice text)
{
	const char *nonsense = "promised-imap-talk makes no sense";
	enum rc rc = RC_OK;
	struct err e;

	switch (word->verb) {
	case IMAP_OPEN:
		opened(f, word, text);
		break;
	case IMAP_ALIVE:
		break;
	case IMAP_MAIL:
		if (f->id != 0 || word->a > UINT32_MAX)
			goto nonsense;
		rc = begin_mail(f, word, &e);
		break;
	case IMAP_OCTETS:
		f->octets += text.len;
		if (f->id == 0 ||
		    f->octets > f->watcher->settings->max_message_bytes)
			goto nonsense;
		rc = spool_data(f->watcher->spool, f->id, text, &e);
		break;
	case IMAP_MAIL_END:
		if (f->id == 0)
			goto nonsense;
		rc = spool_end(f->watcher->spool, f->id, on_durable, f, &e);
		f->is_ended = rc == RC_OK;
		break;
	case IMAP_PASS:
		passed(f, word, text);
		break;
	case IMAP_FAULT:
		(void)snprintf(
		    f->why, sizeof(f->why), "%.*s", (int)text.len, text.at);
		break;
	default:
		goto nonsense;
	}
	if (rc == RC_OK)
		return true;
	spool_failed(f, &e);
	return false;
nonsense:
	end_talk(f, nonsense);
	return false;
}

/* work - the words that are whole, up to one that waits for the disk */
static void
work(struct folder *f)
{
	struct imap_word word;
	size_t at = 0;

	while (!f->is_ended && f->held - at >= sizeof(word)) {
		memcpy(&word, f->buffer + at, sizeof(word));
		if (word.len > IMAP_TEXT_MAX) {
			end_talk(f, "promised-imap-talk makes no sense");
			return;
		}
		if (f->held - at < sizeof(word) + word.len)
			break;
		at += sizeof(word) + word.len;
		if (!take(f, &word,
			(struct slice){ f->buffer + at - word.len, word.len }))
			return;
	}
	memmove(f->buffer, f->buffer + at, f->held - at);
	f->held -= at;
}

/* how_it_ended - where it said nothing itself */
static const char *
how_it_ended(struct folder *f)
{
	int status = 0;

	if (f->why[0] != '\0')
		return f->why;
	while (waitpid(f->pid, &status, 0) < 0 && errno == EINTR)
		;
	f->pid = 0;
	if (WIFSIGNALED(status))
		(void)snprintf(f->why, sizeof(f->why),
		    "promised-imap-talk died of signal %d", WTERMSIG(status));
	else
		(void)snprintf(f->why, sizeof(f->why),
		    "promised-imap-talk ended with %d", WEXITSTATUS(status));
	return f->why;
}

static void
hear(struct folder *f)
{
	ssize_t n =
	    read(f->fd, f->buffer + f->held, sizeof(f->buffer) - f->held);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		end_talk(f, how_it_ended(f));
		return;
	}
	f->heard_ms = clock_ms(CLOCK_MONOTONIC);
	f->held += (size_t)n;
	work(f);
}

/* --- the loop */

/* turn_of - start it, or end it; when to look again, in ms */
static int64_t
turn_of(struct folder *f, int64_t now_ms)
{
	if (f->pid == 0 && now_ms >= f->start_at_ms)
		start_talk(f);
	if (f->pid == 0)
		return f->start_at_ms - now_ms;
	if (!f->is_ended && now_ms - f->heard_ms >= IMAP_SILENT_MS)
		end_talk(f, "nothing was heard of the server");
	return f->heard_ms + IMAP_SILENT_MS - now_ms;
}

static void
loop(struct watcher *w)
{
	struct pollfd *fds = talloc_zero_array(w, struct pollfd, w->n + 2);
	int64_t now_ms, wait_ms, one_ms;
	size_t i;

	assert(fds != NULL);
	while (!w->is_ending) {
		now_ms = clock_ms(CLOCK_MONOTONIC);
		wait_ms = 60000;
		for (i = 0; i < w->n; i++) {
			one_ms = turn_of(&w->folders[i], now_ms);
			if (one_ms < wait_ms)
				wait_ms = one_ms > 0 ? one_ms : 0;
		}
		fds[0] =
		    (struct pollfd){ .fd = w->signal_fd, .events = POLLIN };
		fds[1] =
		    (struct pollfd){ .fd = w->spool ? spool_fd(w->spool) : -1,
			    .events = POLLIN };
		for (i = 0; i < w->n; i++)
			fds[2 + i] = (struct pollfd){ .events = POLLIN,
				.fd = w->folders[i].is_ended
					  ? -1
					  : w->folders[i].fd };
		if (poll(fds, w->n + 2, (int)wait_ms) < 0)
			continue;
		w->is_ending = fds[0].revents != 0;
		for (i = 0; i < w->n; i++)
			if (fds[2 + i].revents != 0)
				hear(&w->folders[i]);
		if (fds[1].revents != 0)
			spool_poll(w->spool);
		for (i = 0; i < w->n; i++) /* those that waited for the disk */
			if (!w->folders[i].is_ended)
				work(&w->folders[i]);
	}
}

/* --- life of the program */

/* begin_folder - its mark as it was, or a first one */
static enum rc
begin_folder(struct folder *f, const char *dir, struct err *e)
{
	int64_t now = clock_ms(CLOCK_REALTIME) / 1000;
	bool is_damaged;
	enum rc rc;

	f->fd = -1;
	f->name = imap_name(f->watcher, f->set);
	f->path = imap_mark_path(f->watcher, dir, f->name ? f->name : "");
	assert(f->name != NULL && f->path != NULL);
	rc = imap_mark_read(f->path, &f->mark, e);
	if (rc == RC_INTERNAL)
		return rc;
	if (rc == RC_NOTFOUND) {
		is_damaged = access(f->path, F_OK) == 0;
		if (is_damaged)
			log_event(EV_FAULT, LOG_TEXT("folder", f->name),
			    LOG_TEXT("reason", e->text));
		f->mark.began = is_damaged ? now - NO_MARK_DAYS * 86400
					   : now - CLOCKS_APART_S;
		f->mark.from = f->mark.began;
	}
	if (f->set->since < f->mark.from) { /* further back than before */
		f->mark.from = f->set->since;
		f->mark.uid = 0;
	} else if (rc == RC_OK) {
		return RC_OK;
	}
	return imap_mark_write(f->path, &f->mark, e);
}

static enum rc
begin_folders(struct watcher *w, struct err *e)
{
	char *dir = settings_path(w, w->settings, IMAP_MARK_FOLDER);
	enum rc rc = RC_OK;
	size_t i;

	assert(dir != NULL);
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return err_errno(e, "'%s'", dir);
	w->n = w->settings->imap.n;
	w->folders = talloc_zero_array(w, struct folder, (unsigned)w->n + 1);
	assert(w->folders != NULL);
	for (i = 0; rc == RC_OK && i < w->n; i++) {
		w->folders[i].watcher = w;
		w->folders[i].set = w->settings->imap.items[i];
		rc = begin_folder(&w->folders[i], dir, e);
	}
	return rc;
}

static enum rc
signals(struct watcher *w, struct err *e)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return err_errno(e, "sigprocmask");
	w->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return w->signal_fd < 0 ? err_errno(e, "signalfd") : RC_OK;
}

static enum rc
set_up(struct watcher *w, struct err *e)
{
	enum rc rc;

	rc = settings_read(w, w->file, w->overrides, &w->settings, e);
	if (rc == RC_OK)
		rc = rights_drop(e);
	if (rc == RC_OK)
		rc = signals(w, e);
	if (rc != RC_OK)
		return rc;
	w->program = program_path(w, "promised-imap-talk");
	if (w->program == NULL)
		return err_set(
		    e, RC_NOTFOUND, "there is no promised-imap-talk");
	w->spool_dir = settings_path(w, w->settings, spool_folders[SPOOL_IMAP]);
	assert(w->spool_dir != NULL);
	rc = spool_open(w, e);
	if (rc == RC_BADINPUT)
		return rc;
	if (rc != RC_OK)
		log_event(EV_IMAP_SPOOL, LOG_TEXT("reason", e->text));
	return begin_folders(w, e);
}

/* say_ready - servers may be reached later */
static void
say_ready(void)
{
	const char *text = getenv("PROMISED_READY_FD");
	long fd = text ? strtol(text, NULL, 10) : STDOUT_FILENO;

	(void)!write((int)fd, "imap -\n", 7);
	if (text != NULL && fd > STDERR_FILENO)
		(void)close((int)fd);
	(void)unsetenv("PROMISED_READY_FD");
}

static int
usage(FILE *to)
{
	(void)fputs("usage: promised-imap [-c FILE] [-o name=value]...\n", to);
	return to == stdout ? 0 : EXIT_USAGE;
}

int
main(int argc, char **argv)
{
	const char *overrides[OVERRIDES_MAX + 1] = { NULL };
	struct watcher *w = talloc_zero(NULL, struct watcher);
	struct err e = { .rc = RC_OK };
	size_t n = 0, i;
	int opt;
	enum rc rc;

	assert(w != NULL);
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);
	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return usage(stdout);
	while ((opt = getopt(argc, argv, "c:o:")) != -1) {
		if (opt == 'c')
			w->file = optarg;
		else if (opt == 'o' && n < OVERRIDES_MAX)
			overrides[n++] = optarg;
		else
			return usage(stderr);
	}
	if (optind != argc)
		return usage(stderr);
	w->overrides = overrides;
	rc = set_up(w, &e);
	if (rc == RC_OK) {
		say_ready();
		loop(w);
	} else {
		log_event(EV_FAULT, LOG_TEXT("reason", e.text));
	}
	w->is_ending = true;
	for (i = 0; w->folders != NULL && i < w->n; i++)
		end_talk(&w->folders[i], "");
	talloc_free(w);
	return rc == RC_OK ? 0 : rc == RC_BADINPUT ? 1 : EXIT_TRY_AGAIN;
}
