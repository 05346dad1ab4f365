/*
 * spool_commit.c - group commit
 *
 * After a failed fdatasync the kernel may call the lost pages clean, so a
 * second call that succeeds proves nothing: a segment that failed once is
 * never trusted again, and the writer goes on in a new one.
 */
#include "core/core.h"

#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>

#include "mailgw/spool/spool_commit.h"

#define RETIRED_MAX 64

struct commit {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	int dirfd, eventfd;
	bool has_thread, stop;
	/* below: under the lock */
	struct commit_job *todo, **todo_end;
	struct commit_job *finished, **finished_end;
	int fd, retired[RETIRED_MAX];
	uint64_t number, retired_number[RETIRED_MAX];
	size_t n_retired;
	bool dir_dirty;
	uint64_t failed;
};

int (*commit_sync)(int fd) = fdatasync;

/* what the thread works on between two looks at the shared state */
struct batch {
	struct commit_job *jobs;
	int fd, retired[RETIRED_MAX];
	uint64_t number, retired_number[RETIRED_MAX];
	size_t n_retired;
	bool dir_dirty;
	/* out */
	uint64_t failed;
	int error;
	bool dir_failed;
};

/* batch_sync - everything the batch's jobs may depend on */
static void
batch_sync(struct batch *b, int dirfd)
{
	size_t i;

	for (i = 0; i < b->n_retired; i++) {
		if (commit_sync(b->retired[i]) != 0) {
			b->error = errno;
			b->failed = b->retired_number[i];
		}
		close(b->retired[i]);
	}
	if (b->dir_dirty && fsync(dirfd) != 0) {
		b->error = errno;
		b->failed = b->number;
		b->dir_failed = true;
	}
	if (b->fd >= 0 && b->jobs != NULL && commit_sync(b->fd) != 0) {
		b->error = errno;
		b->failed = b->number;
	}
}

/* commit_main - take a batch, sync, hand it back, until told to stop */
static void *
commit_main(void *arg)
{
	static const uint64_t one = 1;
	struct commit *c = arg;
	struct commit_job *job;
	struct batch b;

	(void)pthread_mutex_lock(&c->lock);
	for (;;) {
		while (c->todo == NULL && c->n_retired == 0 && !c->stop)
			(void)pthread_cond_wait(&c->wake, &c->lock);
		if (c->todo == NULL && c->n_retired == 0)
			break;
		memset(&b, 0, sizeof(b));
		b.jobs = c->todo;
		b.fd = c->fd;
		b.number = c->number;
		b.dir_dirty = c->dir_dirty;
		b.n_retired = c->n_retired;
		memcpy(b.retired, c->retired, sizeof(b.retired));
		memcpy(b.retired_number, c->retired_number,
		    sizeof(b.retired_number));
		c->todo = NULL;
		c->todo_end = &c->todo;
		c->n_retired = 0;
		c->dir_dirty = false;
		(void)pthread_mutex_unlock(&c->lock);

		batch_sync(&b, c->dirfd);

		(void)pthread_mutex_lock(&c->lock);
		if (b.failed > c->failed)
			c->failed = b.failed;
		if (b.dir_failed)
			c->dir_dirty = true;
		for (job = b.jobs; job != NULL; job = job->next)
			if (job->first_segment <= c->failed)
				job->error = b.error ? b.error : EIO;
		if (b.jobs != NULL) {
			*c->finished_end = b.jobs;
			while (*c->finished_end != NULL)
				c->finished_end = &(*c->finished_end)->next;
		}
		/* who is woken finds the lock free */
		(void)pthread_mutex_unlock(&c->lock);
		(void)!write(c->eventfd, &one, sizeof(one));
		(void)pthread_mutex_lock(&c->lock);
	}
	(void)pthread_mutex_unlock(&c->lock);
	return NULL;
}

/* commit_free - let the thread finish what it has, then end it */
static int
commit_free(struct commit *c)
{
	size_t i;

	if (c->has_thread) {
		(void)pthread_mutex_lock(&c->lock);
		c->stop = true;
		(void)pthread_cond_broadcast(&c->wake);
		(void)pthread_mutex_unlock(&c->lock);
		(void)pthread_join(c->thread, NULL);
	}
	for (i = 0; i < c->n_retired; i++)
		close(c->retired[i]);
	if (c->fd >= 0) {
		(void)commit_sync(c->fd);
		close(c->fd);
	}
	if (c->eventfd >= 0)
		close(c->eventfd);
	(void)pthread_cond_destroy(&c->wake);
	(void)pthread_mutex_destroy(&c->lock);
	return 0;
}

enum rc
commit_open(TALLOC_CTX *mem, int dirfd, struct commit **out, struct err *e)
{
	sigset_t all, before;
	struct commit *c;

	c = talloc_zero(mem, struct commit);
	if (c == NULL)
		return err_nomem(e);
	c->dirfd = dirfd;
	c->fd = -1;
	c->todo_end = &c->todo;
	c->finished_end = &c->finished;
	(void)pthread_mutex_init(&c->lock, NULL);
	(void)pthread_cond_init(&c->wake, NULL);
	c->eventfd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	talloc_set_destructor(c, commit_free);
	if (c->eventfd < 0) {
		(void)err_errno(e, "eventfd");
		talloc_free(c);
		return e->rc;
	}
	/* signals are the main thread's */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, &before);
	errno = pthread_create(&c->thread, NULL, commit_main, c);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (errno != 0) {
		(void)err_errno(e, "commit thread");
		talloc_free(c);
		return e->rc;
	}
	c->has_thread = true;
	*out = c;
	return RC_OK;
}

enum rc
commit_segment(struct commit *c, int fd, uint64_t number)
{
	enum rc rc = RC_OK;

	(void)pthread_mutex_lock(&c->lock);
	if (c->n_retired == RETIRED_MAX) {
		rc = RC_RETRY; /* the disk is that far behind */
	} else {
		if (c->fd >= 0) {
			c->retired[c->n_retired] = c->fd;
			c->retired_number[c->n_retired++] = c->number;
		}
		c->fd = fd;
		c->number = number;
		c->dir_dirty = true;
		(void)pthread_cond_signal(&c->wake);
	}
	(void)pthread_mutex_unlock(&c->lock);
	return rc;
}

void
commit_add(struct commit *c, struct commit_job *job)
{
	job->next = NULL;
	job->error = 0;
	(void)pthread_mutex_lock(&c->lock);
	*c->todo_end = job;
	c->todo_end = &job->next;
	(void)pthread_mutex_unlock(&c->lock);
	(void)pthread_cond_signal(&c->wake);
}

struct commit_job *
commit_take(struct commit *c)
{
	struct commit_job *jobs;
	uint64_t count;

	(void)!read(c->eventfd, &count, sizeof(count));
	(void)pthread_mutex_lock(&c->lock);
	jobs = c->finished;
	c->finished = NULL;
	c->finished_end = &c->finished;
	(void)pthread_mutex_unlock(&c->lock);
	return jobs;
}

uint64_t
commit_failed(struct commit *c)
{
	uint64_t failed;

	(void)pthread_mutex_lock(&c->lock);
	failed = c->failed;
	(void)pthread_mutex_unlock(&c->lock);
	return failed;
}

int
commit_fd(const struct commit *c)
{
	return c->eventfd;
}
