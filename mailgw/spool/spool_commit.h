/*
 * spool_commit.h - the thread that makes segments durable; private to the spool
 *
 * One fdatasync serves every message that ended before it began. The thread
 * allocates nothing and calls nobody back: finished jobs are taken by the
 * thread that owns the writer, when commit_fd() is readable.
 */
#ifndef MAILGW_SPOOL_COMMIT_H
#define MAILGW_SPOOL_COMMIT_H

#include "core/core.h"

struct commit;

struct commit_job {
	struct commit_job *next;
	uint64_t first_segment; /* the message's frames begin in this one */
	int error;              /* out: 0 or an errno */
};

/* dirfd is borrowed; ends with talloc_free(), which waits for the thread */
enum rc commit_open(
    TALLOC_CTX *mem, int dirfd, struct commit **out, struct err *e) must_check;

/*
 * commit_segment - from now on frames go to fd, owned by the commit from here;
 * the one before it is synced and closed. The folder is synced as well.
 */
enum rc commit_segment(struct commit *c, int fd, uint64_t number) must_check;

/* commit_add - job is borrowed until commit_take() gives it back */
void commit_add(struct commit *c, struct commit_job *job);

/* commit_take - finished jobs, first finished first; NULL: none */
struct commit_job *commit_take(struct commit *c);

/* commit_failed - the highest segment that could not be synced; 0: none */
uint64_t commit_failed(struct commit *c);

int commit_fd(const struct commit *c);

/* what makes a descriptor durable: fdatasync(2), or what a test puts here */
extern int (*commit_sync)(int fd);

/* how frames are written, in spool_writer.c: pwritev(2), or a test's */
struct iovec;
extern ssize_t (*spool_pwritev)(
    int fd, const struct iovec *iov, int n, off_t at);

#endif
