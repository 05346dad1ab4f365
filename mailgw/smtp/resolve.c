/*
 * resolve.c - one look-up at a time, in a thread
 *
 * The thread gets a job and gives it back through a pipe; it touches nothing
 * else. A job whose resolver is gone is lost with the process.
 */
#include "core/core.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>

#include "core/log/log.h"
#include "mailgw/smtp/resolve.h"

#define RESOLVE_AGAIN_MS 60000

struct job {
	const char *text;
	int fd;
	enum rc rc;
	struct net_places places;
	struct err e;
};

struct resolver {
	const char *text;
	resolver_fn ended;
	void *arg;
	struct event *answer;
	int pipe[2];
	bool is_busy;
	struct net_places *places; /* NULL: none yet */
	int64_t looked_at;
	struct err e;
};

static int
resolver_free(struct resolver *r)
{
	event_free(r->answer);
	close(r->pipe[0]);
	if (!r->is_busy)
		close(r->pipe[1]);
	return 0;
}

/* take - keep what a job found */
static void
take(struct resolver *r, struct job *job)
{
	r->e = job->e;
	if (job->rc == RC_OK) {
		talloc_free(r->places);
		r->places = talloc_memdup(r, &job->places, sizeof(job->places));
		assert(r->places != NULL);
	} else {
		log_event(EV_FAULT, LOG_TEXT("reason", job->e.text),
		    LOG_TEXT("effect",
			r->places ? "the addresses known before are used"
				  : "mail waits at the clients"));
	}
	talloc_free(job);
}

static void
on_answer(evutil_socket_t fd, short what, void *arg)
{
	struct resolver *r = arg;
	struct job *job;

	(void)what;
	if (read(fd, &job, sizeof(job)) != sizeof(job))
		return;
	r->is_busy = false;
	take(r, job);
	r->ended(r->arg);
}

struct resolver *
resolver_new(TALLOC_CTX *mem, struct event_base *base, const char *text,
    resolver_fn ended, void *arg)
{
	struct resolver *r = talloc_zero(mem, struct resolver);

	if (r == NULL || pipe2(r->pipe, O_CLOEXEC) != 0) {
		talloc_free(r);
		return NULL;
	}
	r->text = text;
	r->ended = ended;
	r->arg = arg;
	r->answer =
	    event_new(base, r->pipe[0], EV_READ | EV_PERSIST, on_answer, r);
	assert(r->answer != NULL);
	(void)event_add(r->answer, NULL);
	talloc_set_destructor(r, resolver_free);
	return r;
}

static void *
look_up(void *arg)
{
	struct job *job = arg;

	job->rc = net_places(job->text, 0, &job->places, &job->e);
	(void)!write(job->fd, &job, sizeof(job));
	return NULL;
}

/* start - false: there is no thread to be had now */
static bool
start(struct resolver *r, struct job *job)
{
	pthread_t thread;
	sigset_t all, before;
	bool fine;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	fine = pthread_create(&thread, NULL, look_up, job) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (fine)
		(void)pthread_detach(thread);
	r->is_busy = fine;
	return fine;
}

/* begin - look it up; an address needs no thread */
static void
begin(struct resolver *r, int64_t now_ms)
{
	struct job *job = talloc_zero(NULL, struct job);

	assert(job != NULL);
	r->looked_at = now_ms;
	job->text = r->text;
	job->fd = r->pipe[1];
	job->rc = net_places(job->text, NET_NUMERIC, &job->places, &job->e);
	if (job->rc == RC_OK) {
		take(r, job);
	} else if (!start(r, job)) {
		job->rc = err_set(&job->e, RC_RETRY, "no thread for names");
		take(r, job);
	}
}

enum rc
resolver_get(struct resolver *r, TALLOC_CTX *mem, int64_t now_ms,
    struct net_places **out)
{
	bool is_old =
	    r->places == NULL || now_ms - r->looked_at > RESOLVE_AGAIN_MS;

	if (is_old && !r->is_busy)
		begin(r, now_ms);
	if (r->places == NULL)
		return RC_RETRY;
	*out = talloc_memdup(mem, r->places, sizeof(*r->places));
	assert(*out != NULL);
	return RC_OK;
}

bool
resolver_known(const struct resolver *r)
{
	return r->places != NULL;
}

const char *
resolver_fault(const struct resolver *r)
{
	return r->e.text;
}
