/*
 * spool_writer.c - the gateway's side of the spool
 *
 * Each message has a small buffer of its own; its frames are written when the
 * buffer is full and when the message ends, so an ordinary mail is one
 * pwritev() of ENVELOPE, DATA and END, and a failed write concerns one message
 * only. After a write that failed the segment is left as it is, torn, and the
 * next frame goes to a new one: a reader may have seen half of it already.
 */
#include "core/core.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <dirent.h>

#include "mailgw/spool/spool.h"
#include "mailgw/spool/spool_commit.h"
#include "mailgw/spool/spool_frame.h"

#define BUFFER_BYTES (32U << 10)
#define BUCKETS      256U
#define OWED_MAX     4096U

struct message {
	struct commit_job job; /* first: a job is cast back to its message */
	struct message *next;  /* in its bucket */
	struct spool_writer *writer;
	uint64_t id;
	struct slice envelope; /* payload of its frame */
	bool is_begun;         /* the envelope is in a segment */
	bool is_ended, is_committing, is_dropped;
	char *buffer;
	size_t buffered;
	uint64_t octets;
	uint32_t crc;
	spool_done_fn done;
	void *arg;
};

struct owed {
	uint64_t id;
	enum spool_outcome outcome;
};

struct spool_writer {
	int dirfd, lockfd;
	struct commit *commit;
	size_t segment_bytes;
	int fd; /* of the current segment; the commit owns it */
	struct segment_header segment;
	uint64_t last; /* number given to a segment, whatever became of it */
	uint64_t offset, counter;
	struct message *buckets[BUCKETS];
	struct owed *owed; /* outcomes that could not be written yet */
	size_t n_owed;
};

ssize_t (*spool_pwritev)(
    int fd, const struct iovec *iov, int n, off_t at) = pwritev;

/* disk_error - the rc a caller can act on, from errno */
static enum rc
disk_error(struct err *e, int error, const char *what)
{
	errno = error;
	(void)err_errno(e, "spool: %s", what);
	if (error == ENOSPC || error == EDQUOT || error == EFBIG)
		e->rc = RC_RETRY;
	return e->rc;
}

/* segment_open - close the current segment, begin the next */
static enum rc
segment_open(struct spool_writer *w, struct err *e)
{
	struct segment_header h = { .number = ++w->last };
	unsigned char head[SEGMENT_HEADER], floor[8];
	char name[SEGMENT_NAME_MAX];
	int fd, error;

	h.epoch = w->segment.epoch ? w->segment.epoch : h.number;
	if (getrandom(&h.mark, sizeof(h.mark), 0) != (ssize_t)sizeof(h.mark))
		return disk_error(e, errno, "getrandom");
	/* numbers are not used again, whatever the reader removes: it may have
	 * a segment open that failed here and was taken back */
	put_u64(floor, h.number);
	if (pwrite(w->lockfd, floor, sizeof(floor), 0) !=
	    (ssize_t)sizeof(floor))
		return disk_error(e, errno ? errno : ENOSPC, "lock");
	segment_name(name, h.number);
	fd =
	    openat(w->dirfd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return disk_error(e, errno, name);
	segment_header_put(head, &h);
	errno = 0;
	if (pwrite(fd, head, sizeof(head), 0) != (ssize_t)sizeof(head) ||
	    commit_segment(w->commit, fd, h.number) != RC_OK) {
		error = errno ? errno : ENOSPC;
		(void)unlinkat(w->dirfd, name, 0);
		close(fd);
		return disk_error(e, error, name);
	}
	w->fd = fd;
	w->segment = h;
	w->offset = SEGMENT_HEADER;
	w->counter = 0;
	return RC_OK;
}

/* segment_ready - is there a segment to write to? */
static enum rc
segment_ready(struct spool_writer *w, struct err *e)
{
	if (w->fd >= 0 && w->offset < w->segment_bytes &&
	    w->counter < (1U << SPOOL_ID_SHIFT) - 1 &&
	    commit_failed(w->commit) < w->segment.number)
		return RC_OK;
	return segment_open(w, e);
}

/* append - write whole frames; where that fails the segment ends here */
static enum rc
append(struct spool_writer *w, struct iovec *iov, int n, struct err *e)
{
	uint64_t at = w->offset;
	ssize_t got;
	int error;

	while (n > 0) {
		got = spool_pwritev(w->fd, iov, n, (off_t)at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			error = got < 0 ? errno : ENOSPC;
			w->fd = -1; /* the commit has it still */
			return disk_error(e, error, "write");
		}
		at += (uint64_t)got;
		while (n > 0 && (size_t)got >= iov->iov_len) {
			got -= (ssize_t)iov->iov_len;
			iov++;
			n--;
		}
		if (n > 0) {
			iov->iov_base = (char *)iov->iov_base + got;
			iov->iov_len -= (size_t)got;
		}
	}
	w->offset = at;
	return RC_OK;
}

/* outcome_write - one OUTCOME frame */
static enum rc
outcome_write(struct spool_writer *w, uint64_t id, enum spool_outcome outcome,
    struct err *e)
{
	unsigned char head[FRAME_HEADER + 1];
	struct iovec iov = { head, sizeof(head) };
	enum rc rc;

	rc = segment_ready(w, e);
	if (rc != RC_OK)
		return rc;
	head[FRAME_HEADER] = (unsigned char)outcome;
	frame_put(head, w->segment.mark, FRAME_OUTCOME, id,
	    (struct slice){ (const char *)head + FRAME_HEADER, 1 });
	return append(w, &iov, 1, e);
}

/* pay_owed - outcomes from when the disk was full */
static enum rc
pay_owed(struct spool_writer *w, struct err *e)
{
	enum rc rc;

	while (w->n_owed > 0) {
		rc = outcome_write(w, w->owed[w->n_owed - 1].id,
		    w->owed[w->n_owed - 1].outcome, e);
		if (rc != RC_OK)
			return rc;
		w->n_owed--;
	}
	return RC_OK;
}

/* add_frame - header and payload into the next two places of iov */
static int
add_frame(struct iovec *iov, int n, unsigned char head[FRAME_HEADER],
    uint64_t mark, enum frame_type type, uint64_t id, struct slice payload)
{
	union {
		const char *in;
		char *out;
	} u = { .in = payload.at };

	frame_put(head, mark, type, id, payload);
	iov[n++] = (struct iovec){ head, FRAME_HEADER };
	if (payload.len > 0)
		iov[n++] = (struct iovec){ u.out, payload.len };
	return n;
}

/* message_write - the buffer, the envelope before it and END behind it */
static enum rc
message_write(struct message *m, bool ended, struct err *e)
{
	struct spool_writer *w = m->writer;
	unsigned char head[3][FRAME_HEADER], end[12];
	struct iovec iov[6];
	enum rc rc;
	int n = 0;

	rc = pay_owed(w, e);
	if (rc == RC_OK)
		rc = segment_ready(w, e);
	if (rc != RC_OK)
		return rc;
	if (m->is_begun && commit_failed(w->commit) >= m->job.first_segment)
		return err_set(
		    e, RC_INTERNAL, "spool: the segment could not be synced");
	if (!m->is_begun)
		n = add_frame(iov, n, head[0], w->segment.mark, FRAME_ENVELOPE,
		    m->id, m->envelope);
	if (m->buffered > 0)
		n = add_frame(iov, n, head[1], w->segment.mark, FRAME_DATA,
		    m->id, (struct slice){ m->buffer, m->buffered });
	if (ended) {
		put_u64(end, m->octets);
		put_u32(end + 8, m->crc);
		n = add_frame(iov, n, head[2], w->segment.mark, FRAME_END,
		    m->id, (struct slice){ (const char *)end, sizeof(end) });
	}
	if (!m->is_begun)
		m->job.first_segment = w->segment.number;
	m->is_begun = true; /* even a failed write may have left something */
	rc = append(w, iov, n, e);
	if (rc == RC_OK)
		m->buffered = 0;
	return rc;
}

/* bucket_of - where a message hangs */
static struct message **
bucket_of(struct spool_writer *w, uint64_t id)
{
	struct message **at = &w->buckets[id % BUCKETS];

	while (*at != NULL && (*at)->id != id)
		at = &(*at)->next;
	return at;
}

/* envelope_pack - the payload of ENVELOPE, owned by m */
static enum rc
envelope_pack(
    struct message *m, const struct spool_envelope *env, struct err *e)
{
	size_t size = 12, n = 0, i;
	unsigned char *at;

	size += strlen(env->client) + 1 + strlen(env->mail_from) + 1;
	for (i = 0; env->rcpts[i] != NULL; i++) {
		size += strlen(env->rcpts[i]) + 1;
		n++;
	}
	if (size > SPOOL_ENVELOPE_MAX)
		return err_set(
		    e, RC_TOOBIG, "spool: envelope of %zu octets", size);
	at = talloc_size(m, size);
	if (at == NULL)
		return err_nomem(e);
	m->envelope = (struct slice){ (const char *)at, size };
	put_u64(at, (uint64_t)env->received_at);
	put_u32(at + 8, (uint32_t)n);
	at += 12;
	at = (unsigned char *)stpcpy((char *)at, env->client) + 1;
	at = (unsigned char *)stpcpy((char *)at, env->mail_from) + 1;
	for (i = 0; i < n; i++)
		at = (unsigned char *)stpcpy((char *)at, env->rcpts[i]) + 1;
	return RC_OK;
}

enum rc
spool_begin(struct spool_writer *w, const struct spool_envelope *env,
    uint64_t *id, struct err *e)
{
	struct message *m;
	enum rc rc;

	rc = segment_ready(w, e);
	if (rc != RC_OK)
		return rc;
	m = talloc_zero(w, struct message);
	if (m == NULL)
		return err_nomem(e);
	m->writer = w;
	m->buffer = talloc_size(m, BUFFER_BYTES);
	rc = m->buffer ? envelope_pack(m, env, e) : err_nomem(e);
	if (rc != RC_OK) {
		talloc_free(m);
		return rc;
	}
	m->id = w->segment.number << SPOOL_ID_SHIFT | ++w->counter;
	*bucket_of(w, m->id) = m;
	*id = m->id;
	return RC_OK;
}

enum rc
spool_data(
    struct spool_writer *w, uint64_t id, struct slice bytes, struct err *e)
{
	struct message *m = *bucket_of(w, id);
	size_t n;
	enum rc rc;

	assert(m != NULL && !m->is_ended);
	m->octets += bytes.len;
	m->crc = frame_crc(m->crc, bytes.at, bytes.len);
	while (bytes.len > 0) {
		if (m->buffered == BUFFER_BYTES) {
			rc = message_write(m, false, e);
			if (rc != RC_OK)
				return rc;
		}
		n = BUFFER_BYTES - m->buffered;
		if (n > bytes.len)
			n = bytes.len;
		memcpy(m->buffer + m->buffered, bytes.at, n);
		m->buffered += n;
		bytes.at += n;
		bytes.len -= n;
	}
	return RC_OK;
}

enum rc
spool_end(struct spool_writer *w, uint64_t id, spool_done_fn done, void *arg,
    struct err *e)
{
	struct message *m = *bucket_of(w, id);
	enum rc rc;

	assert(m != NULL && !m->is_ended);
	rc = message_write(m, true, e);
	if (rc != RC_OK)
		return rc;
	TALLOC_FREE(m->buffer);
	m->is_ended = m->is_committing = true;
	m->done = done;
	m->arg = arg;
	commit_add(w->commit, &m->job);
	return RC_OK;
}

enum rc
spool_outcome(struct spool_writer *w, uint64_t id, enum spool_outcome outcome,
    struct err *e)
{
	struct message **at = bucket_of(w, id), *m = *at;
	enum rc rc = RC_OK;

	assert(m != NULL);
	*at = m->next;
	if (m->is_begun) {
		rc = pay_owed(w, e);
		if (rc == RC_OK)
			rc = outcome_write(w, id, outcome, e);
		if (rc != RC_OK && w->n_owed < OWED_MAX)
			w->owed[w->n_owed++] = (struct owed){ id, outcome };
	}
	if (m->is_committing)
		m->is_dropped = true; /* freed when the commit gives it back */
	else
		talloc_free(m);
	return rc;
}

int
spool_fd(const struct spool_writer *w)
{
	return commit_fd(w->commit);
}

void
spool_poll(struct spool_writer *w)
{
	struct commit_job *job, *next;
	struct message *m;
	struct err e = { .rc = RC_OK };

	for (job = commit_take(w->commit); job != NULL; job = next) {
		next = job->next;
		m = (struct message *)job;
		m->is_committing = false;
		if (m->is_dropped) {
			talloc_free(m);
			continue;
		}
		e.rc = RC_OK;
		e.text[0] = '\0';
		if (job->error != 0)
			(void)disk_error(&e, job->error, "fdatasync");
		m->done(m->arg, e.rc, &e);
	}
}

/* writer_free - the thread first: it uses the folder */
static int
writer_free(struct spool_writer *w)
{
	TALLOC_FREE(w->commit);
	if (w->lockfd >= 0)
		close(w->lockfd);
	if (w->dirfd >= 0)
		close(w->dirfd);
	return 0;
}

/* lock_take - become the one writer, and learn the last number used */
static enum rc
lock_take(struct spool_writer *w, const char *dir, struct err *e)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	unsigned char floor[8];

	w->lockfd =
	    openat(w->dirfd, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (w->lockfd < 0)
		return disk_error(e, errno, "lock");
	if (fcntl(w->lockfd, F_OFD_SETLK, &lock) != 0)
		return err_set(e, RC_BADINPUT,
		    "spool: another gateway writes to '%s'", dir);
	if (pread(w->lockfd, floor, sizeof(floor), 0) == (ssize_t)sizeof(floor))
		w->last = get_u64(floor);
	return RC_OK;
}

/* last_segment - numbers go on behind what is in the folder */
static enum rc
last_segment(struct spool_writer *w, struct err *e)
{
	struct dirent *entry;
	uint64_t number;
	int fd;
	DIR *d;

	fd = openat(w->dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	d = fd < 0 ? NULL : fdopendir(fd);
	if (d == NULL) {
		if (fd >= 0)
			close(fd);
		return disk_error(e, errno, "folder");
	}
	while ((entry = readdir(d)) != NULL) {
		number = segment_number(entry->d_name);
		if (number > w->last)
			w->last = number;
	}
	closedir(d);
	return RC_OK;
}

enum rc
spool_writer_open(TALLOC_CTX *mem, const char *dir, size_t segment_bytes,
    struct spool_writer **out, struct err *e)
{
	struct spool_writer *w;
	enum rc rc;

	w = talloc_zero(mem, struct spool_writer);
	if (w == NULL)
		return err_nomem(e);
	w->fd = w->lockfd = -1;
	w->segment_bytes = segment_bytes;
	if (mkdir(dir, 0700) != 0 && errno != EEXIST) {
		rc = disk_error(e, errno, dir);
		talloc_free(w);
		return rc;
	}
	w->dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	talloc_set_destructor(w, writer_free);
	w->owed = talloc_array(w, struct owed, OWED_MAX);
	if (w->owed == NULL)
		rc = err_nomem(e);
	else if (w->dirfd < 0)
		rc = disk_error(e, errno, dir);
	else
		rc = lock_take(w, dir, e);
	if (rc == RC_OK)
		rc = last_segment(w, e);
	if (rc == RC_OK)
		rc = commit_open(w, w->dirfd, &w->commit, e);
	if (rc == RC_OK)
		rc = segment_open(w, e);
	if (rc != RC_OK) {
		talloc_free(w);
		return rc;
	}
	*out = w;
	return RC_OK;
}
