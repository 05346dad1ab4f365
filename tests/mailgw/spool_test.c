/*
 * spool_test.c - what was ended is read, whatever happened to the files
 */
#include "tests/unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "core/log/log.h"
#include "mailgw/spool/spool.h"
#include "mailgw/spool/spool_commit.h"
#include "mailgw/spool/spool_frame.h"

struct world {
	TALLOC_CTX *mem;
	char *dir;
	struct err e;
};

static const char *const rcpts[] = { "kunde@customer.example", "b@b.example",
	NULL };
static const struct spool_envelope env = { 1234567890, "192.0.2.1",
	"anna@acme.example", rcpts };

static int
world_open(void **state)
{
	struct world *w = talloc_zero(NULL, struct world);
	char path[] = "/tmp/spool_test.XXXXXX";

	w->mem = w;
	w->dir = talloc_asprintf(w, "%s/spool", mkdtemp(path));
	*state = w;
	return 0;
}

static int
world_close(void **state)
{
	struct world *w = *state;
	char *cmd = talloc_asprintf(
	    w, "rm -rf '%.*s'", (int)(strlen(w->dir) - 6), w->dir);

	assert_int_equal(system(cmd), 0);
	talloc_free(w);
	return 0;
}

static void
on_done(void *arg, enum rc rc, const struct err *e)
{
	(void)e;
	*(int *)arg = (int)rc;
}

/* wait_done - poll until the callback has been made */
static enum rc
wait_done(struct spool_writer *sw, int *done)
{
	struct pollfd p = { .fd = spool_fd(sw), .events = POLLIN };

	while (*done < 0) {
		assert_true(poll(&p, 1, 10000) > 0);
		spool_poll(sw);
	}
	return (enum rc) * done;
}

/* put - one message up to END, durable */
static uint64_t
put(struct world *w, struct spool_writer *sw, const char *body)
{
	int done = -1;
	uint64_t id;

	assert_rc(RC_OK, &w->e, spool_begin(sw, &env, &id, &w->e));
	assert_rc(RC_OK, &w->e, spool_data(sw, id, slice_of(body), &w->e));
	assert_rc(RC_OK, &w->e, spool_end(sw, id, on_done, &done, &w->e));
	assert_int_equal(wait_done(sw, &done), RC_OK);
	return id;
}

static struct spool_writer *
writer(struct world *w, size_t segment)
{
	struct spool_writer *sw = NULL;

	assert_rc(
	    RC_OK, &w->e, spool_writer_open(w, w->dir, segment, &sw, &w->e));
	return sw;
}

static struct spool_reader *
reader(struct world *w)
{
	struct spool_reader *r = NULL;

	assert_rc(RC_OK, &w->e, spool_reader_open(w, w->dir, &r, &w->e));
	return r;
}

static void
expect(struct world *w, struct spool_reader *r, const char *body,
    enum spool_outcome outcome)
{
	struct spool_message *m = NULL;

	assert_rc(RC_OK, &w->e, spool_next(r, w, &m, &w->e));
	assert_int_equal(m->bytes.len, strlen(body));
	assert_memory_equal(m->bytes.at, body, m->bytes.len);
	assert_int_equal(m->outcome, outcome);
	assert_false(m->is_damaged);
	assert_int_equal(m->envelope.received_at, env.received_at);
	assert_string_equal(m->envelope.client, env.client);
	assert_string_equal(m->envelope.mail_from, env.mail_from);
	assert_string_equal(m->envelope.rcpts[0], rcpts[0]);
	assert_string_equal(m->envelope.rcpts[1], rcpts[1]);
	assert_null(m->envelope.rcpts[2]);
	assert_rc(RC_OK, &w->e, spool_done(r, m->id, &w->e));
	talloc_free(m);
}

static void
expect_none(struct world *w, struct spool_reader *r)
{
	struct spool_message *m = NULL;

	assert_rc(RC_NOTFOUND, &w->e, spool_next(r, w, &m, &w->e));
}

static int
count_segments(struct world *w)
{
	struct dirent *entry;
	DIR *d = opendir(w->dir);
	int n = 0;

	assert_non_null(d);
	while ((entry = readdir(d)) != NULL)
		n += segment_number(entry->d_name) > 0;
	closedir(d);
	return n;
}

static void
passes_on(void **state)
{
	struct world *w = *state;
	struct spool_writer *sw = writer(w, 1 << 20);
	struct spool_reader *r = reader(w);
	struct pollfd p = { .fd = spool_reader_fd(r), .events = POLLIN };
	uint64_t a, b, c;

	expect_none(w, r);
	a = put(w, sw, "eins");
	b = put(w, sw, "zwei");
	c = put(w, sw, "");
	assert_int_equal(poll(&p, 1, 10000), 1);
	expect_none(w, r); /* nobody knows yet what the next hop says */
	assert_int_equal(poll(&p, 1, 0), 0); /* looking wakes nobody */
	assert_rc(RC_OK, &w->e, spool_outcome(sw, b, SPOOL_ACCEPTED, &w->e));
	expect(w, r, "zwei", SPOOL_ACCEPTED);
	assert_rc(RC_OK, &w->e, spool_outcome(sw, a, SPOOL_REFUSED, &w->e));
	assert_rc(RC_OK, &w->e, spool_outcome(sw, c, SPOOL_ACCEPTED, &w->e));
	expect(w, r, "", SPOOL_ACCEPTED);
	expect_none(w, r);
	assert_rc(RC_NOTFOUND, &w->e, spool_done(r, a, &w->e));
	talloc_free(sw);
	expect_none(w, r);
	assert_int_equal(count_segments(w), 0);
	/* numbers go on, ids stay unique */
	sw = writer(w, 1 << 20);
	assert_true(put(w, sw, "drei") > c);
	talloc_free(sw);
}

static void
one_writer(void **state)
{
	struct world *w = *state;
	struct spool_writer *sw = writer(w, 1 << 20), *second;
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(spool_writer_open(w, w->dir, 1 << 20, &second, &w->e) ==
			      RC_BADINPUT
			  ? 7
			  : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(WEXITSTATUS(status), 7);
	talloc_free(sw);
}

static void
dead_writer_is_unknown(void **state)
{
	struct world *w = *state;
	struct spool_writer *sw = writer(w, 1 << 20);
	struct spool_reader *r = reader(w);
	uint64_t id;

	(void)put(w, sw, "perhaps sent");
	assert_rc(RC_OK, &w->e, spool_begin(sw, &env, &id, &w->e));
	expect_none(w, r);
	talloc_free(sw);
	expect(w, r, "perhaps sent", SPOOL_UNKNOWN);
	expect_none(w, r);
	assert_int_equal(count_segments(w), 0);
}

static void
later_writer_settles_the_earlier(void **state)
{
	struct world *w = *state;
	struct spool_writer *sw = writer(w, 1 << 20);
	struct spool_reader *r = reader(w);
	uint64_t id;

	(void)put(w, sw, "from the first");
	expect_none(w, r);
	talloc_free(sw);
	sw = writer(w, 1 << 20);
	id = put(w, sw, "from the second");
	expect(w, r, "from the first", SPOOL_UNKNOWN);
	expect_none(w, r);
	assert_rc(RC_OK, &w->e, spool_outcome(sw, id, SPOOL_ACCEPTED, &w->e));
	expect(w, r, "from the second", SPOOL_ACCEPTED);
	talloc_free(sw);
}

/* several sessions at once, small segments, large bodies */
static void
interleaved_over_segments(void **state)
{
	enum { N = 5, SIZE = 300000 };
	struct world *w = *state;
	struct spool_writer *sw = writer(w, 100000);
	struct spool_reader *r = reader(w);
	struct spool_message *m;
	uint64_t id[N];
	char *body = talloc_size(w, SIZE);
	int i, at, done[N], seen = 0;

	for (i = 0; i < SIZE; i++)
		body[i] = (char)(i * 31 + i / 256);
	for (i = 0; i < N; i++)
		assert_rc(RC_OK, &w->e, spool_begin(sw, &env, &id[i], &w->e));
	for (at = 0; at < SIZE; at += 1000)
		for (i = 0; i < N; i++) {
			body[0] = (char)(at == 0 ? i : body[0]);
			assert_rc(RC_OK, &w->e,
			    spool_data(sw, id[i],
				(struct slice){ body + at, 1000 }, &w->e));
		}
	for (i = 0; i < N; i++) {
		done[i] = -1;
		assert_rc(RC_OK, &w->e,
		    spool_end(sw, id[i], on_done, &done[i], &w->e));
	}
	for (i = 0; i < N; i++)
		assert_int_equal(wait_done(sw, &done[i]), RC_OK);
	assert_true(count_segments(w) > 10);
	expect_none(w, r);
	/* outcomes come after the rotation; one message is refused */
	for (i = 0; i < N; i++)
		assert_rc(RC_OK, &w->e,
		    spool_outcome(sw, id[i],
			i == 2 ? SPOOL_REFUSED : SPOOL_ACCEPTED, &w->e));
	while (spool_next(r, w, &m, &w->e) == RC_OK) {
		assert_int_equal(m->bytes.len, SIZE);
		assert_false(m->is_damaged);
		assert_memory_equal(m->bytes.at + 1, body + 1, SIZE - 1);
		assert_int_not_equal(m->bytes.at[0], 2);
		assert_rc(RC_OK, &w->e, spool_done(r, m->id, &w->e));
		talloc_free(m);
		seen++;
	}
	assert_int_equal(seen, N - 1);
	assert_int_equal(count_segments(w), 1); /* the open one */
	talloc_free(sw);
}

static void
a_new_reader_sees_it_again(void **state)
{
	struct world *w = *state;
	struct spool_writer *sw = writer(w, 1);
	struct spool_reader *r = reader(w);
	struct spool_message *m = NULL;
	uint64_t id[3];
	int i;

	for (i = 0; i < 3; i++) {
		id[i] = put(w, sw, i == 0 ? "a" : i == 1 ? "b" : "c");
		assert_rc(RC_OK, &w->e,
		    spool_outcome(sw, id[i], SPOOL_ACCEPTED, &w->e));
	}
	for (i = 0; i < 3; i++)
		assert_rc(RC_OK, &w->e, spool_next(r, w, &m, &w->e));
	assert_rc(RC_OK, &w->e, spool_done(r, id[1], &w->e));
	talloc_free(r);
	r = reader(w);
	expect(w, r, "a", SPOOL_ACCEPTED);
	/* b's segment was behind a's: it comes again, the ledger knows it */
	expect(w, r, "b", SPOOL_ACCEPTED);
	expect(w, r, "c", SPOOL_ACCEPTED);
	expect_none(w, r);
	talloc_free(sw);
}

/* last_segment_path - the newest file */
static char *
last_segment_path(struct world *w)
{
	char name[SEGMENT_NAME_MAX];
	struct stat st;
	char *path = NULL;
	uint64_t n;

	for (n = 1; n < 100; n++) {
		segment_name(name, n);
		path = talloc_asprintf(w, "%s/%s", w->dir, name);
		if (stat(path, &st) == 0)
			return path;
	}
	return NULL;
}

/*
 * A writer that dies at any octet: the file is cut there. What had END before
 * the cut is read, what had not is not; the outcome counts where it is whole.
 */
static void
cut_anywhere(void **state)
{
	struct world *w = *state;
	struct spool_writer *sw = writer(w, 1 << 20);
	struct spool_reader *r;
	struct spool_message *m;
	char *path, all[4096];
	size_t len, cut, marks[4];
	struct stat st;
	uint64_t a, b;
	int fd, n, accepted;

	path = last_segment_path(w);
	a = put(w, sw, "first");
	assert_int_equal(stat(path, &st), 0);
	marks[0] = (size_t)st.st_size;
	b = put(w, sw, "second");
	assert_int_equal(stat(path, &st), 0);
	marks[1] = (size_t)st.st_size;
	assert_rc(RC_OK, &w->e, spool_outcome(sw, b, SPOOL_ACCEPTED, &w->e));
	assert_int_equal(stat(path, &st), 0);
	marks[2] = (size_t)st.st_size;
	assert_rc(RC_OK, &w->e, spool_outcome(sw, a, SPOOL_REFUSED, &w->e));
	talloc_free(sw);
	fd = open(path, O_RDONLY);
	len = (size_t)read(fd, all, sizeof(all));
	close(fd);
	marks[3] = len;
	for (cut = 0; cut <= len; cut++) {
		fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
		assert_int_equal(write(fd, all, cut), cut);
		close(fd);
		r = reader(w);
		n = accepted = 0;
		while (spool_next(r, w, &m, &w->e) == RC_OK) {
			assert_false(m->is_damaged);
			accepted += m->outcome == SPOOL_ACCEPTED;
			n++;
			assert_rc(RC_OK, &w->e, spool_done(r, m->id, &w->e));
			talloc_free(m);
		}
		assert_int_equal(n,
		    (cut >= marks[0]) + (cut >= marks[1]) - (cut >= marks[3]));
		assert_int_equal(accepted, cut >= marks[2]);
		assert_int_equal(count_segments(w), 0);
		talloc_free(r);
	}
}

/* one octet changed anywhere: nothing is invented, the others are read */
static void
damage_anywhere(void **state)
{
	struct world *w = *state;
	struct spool_writer *sw = writer(w, 1 << 20);
	struct spool_reader *r;
	struct spool_message *m;
	char *path, all[4096];
	const char *want;
	size_t len, at;
	uint64_t a, b;
	int fd, intact;

	path = last_segment_path(w);
	a = put(w, sw, "first");
	assert_rc(RC_OK, &w->e, spool_outcome(sw, a, SPOOL_ACCEPTED, &w->e));
	b = put(w, sw, "second");
	assert_rc(RC_OK, &w->e, spool_outcome(sw, b, SPOOL_ACCEPTED, &w->e));
	talloc_free(sw);
	fd = open(path, O_RDONLY);
	len = (size_t)read(fd, all, sizeof(all));
	close(fd);
	for (at = SEGMENT_HEADER; at < len; at++) {
		all[at] ^= 0x20;
		fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
		assert_int_equal(write(fd, all, len), len);
		close(fd);
		all[at] ^= 0x20;
		r = reader(w);
		intact = 0;
		while (spool_next(r, w, &m, &w->e) == RC_OK) {
			want = m->id == a ? "first" : "second";
			assert_true(m->id == a || m->id == b);
			if (!m->is_damaged) {
				assert_int_equal(m->bytes.len, strlen(want));
				assert_memory_equal(
				    m->bytes.at, want, m->bytes.len);
				intact++;
			}
			assert_rc(RC_OK, &w->e, spool_done(r, m->id, &w->e));
			talloc_free(m);
		}
		assert_true(intact >= 1);
		talloc_free(r);
	}
}

/* a segment that the writer could not begin, and took back, is forgotten */
static void
taken_back(void **state)
{
	struct world *w = *state;
	struct spool_writer *sw = writer(w, 1 << 20);
	struct spool_reader *r = reader(w);
	char *seg = talloc_asprintf(w, "%s/000000000002.seg", w->dir);
	uint64_t a = put(w, sw, "one");
	int fd;

	assert_rc(RC_OK, &w->e, spool_outcome(sw, a, SPOOL_ACCEPTED, &w->e));
	fd = open(seg, O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0);
	assert_int_equal(close(fd), 0);
	expect(w, r, "one", SPOOL_ACCEPTED);
	expect_none(w, r);
	assert_int_equal(unlink(seg), 0);
	expect_none(w, r);
	/* the next one begins behind it, for this reader too */
	talloc_free(sw);
	sw = writer(w, 1 << 20);
	a = put(w, sw, "two");
	assert_rc(RC_OK, &w->e, spool_outcome(sw, a, SPOOL_ACCEPTED, &w->e));
	expect(w, r, "two", SPOOL_ACCEPTED);
	talloc_free(r);
	talloc_free(sw);
}

/* RLIMIT_FSIZE stands for a full disk: write() says EFBIG */
static void
disk_full(void **state)
{
	struct world *w = *state;
	struct rlimit before, small;
	struct spool_writer *sw = writer(w, 1 << 20);
	struct spool_reader *r = reader(w);
	char *big = talloc_zero_size(w, 200000);
	uint64_t a, b;

	(void)signal(SIGXFSZ, SIG_IGN);
	a = put(w, sw, "before");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 50000;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_rc(RC_OK, &w->e, spool_begin(sw, &env, &b, &w->e));
	assert_rc(RC_RETRY, &w->e,
	    spool_data(sw, b, (struct slice){ big, 200000 }, &w->e));
	small.rlim_cur = 4;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_rc(RC_RETRY, &w->e, spool_outcome(sw, b, SPOOL_REFUSED, &w->e));
	assert_rc(RC_RETRY, &w->e, spool_outcome(sw, a, SPOOL_ACCEPTED, &w->e));
	expect_none(w, r);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	/* room again: what is owed is written before what is new */
	b = put(w, sw, "after");
	expect(w, r, "before", SPOOL_ACCEPTED);
	assert_rc(RC_OK, &w->e, spool_outcome(sw, b, SPOOL_ACCEPTED, &w->e));
	expect(w, r, "after", SPOOL_ACCEPTED);
	expect_none(w, r);
	assert_int_equal(count_segments(w), 1);
	talloc_free(sw);
}

static int sync_failures;

static int
failing_sync(int fd)
{
	if (sync_failures-- > 0) {
		errno = EIO;
		return -1;
	}
	return fdatasync(fd);
}

static void
sync_fails(void **state)
{
	struct world *w = *state;
	struct spool_writer *sw = writer(w, 1 << 20);
	uint64_t id, old;
	int done = -1;

	assert_rc(RC_OK, &w->e, spool_begin(sw, &env, &old, &w->e));
	assert_rc(RC_OK, &w->e,
	    spool_data(sw, old,
		(struct slice){ talloc_zero_size(w, 50000), 50000 }, &w->e));
	assert_rc(RC_OK, &w->e, spool_begin(sw, &env, &id, &w->e));
	sync_failures = 1;
	commit_sync = failing_sync;
	assert_rc(RC_OK, &w->e, spool_end(sw, id, on_done, &done, &w->e));
	assert_int_equal(wait_done(sw, &done), RC_INTERNAL);
	assert_rc(RC_OK, &w->e, spool_outcome(sw, id, SPOOL_REFUSED, &w->e));
	/* the half of it that is in the lost segment is not trusted */
	assert_rc(
	    RC_INTERNAL, &w->e, spool_end(sw, old, on_done, &done, &w->e));
	assert_rc(RC_OK, &w->e, spool_outcome(sw, old, SPOOL_REFUSED, &w->e));
	/* a new segment is */
	(void)put(w, sw, "later");
	commit_sync = fdatasync;
	talloc_free(sw);
}

static int writes_left, failures_left;

/* half_write - works until it does not, and then half */
static ssize_t
half_write(int fd, const struct iovec *iov, int n, off_t at)
{
	ssize_t half;

	if (writes_left-- > 0 || failures_left == 0)
		return pwritev(fd, iov, n, at);
	failures_left--;
	half = (ssize_t)iov[0].iov_len / 2;
	if (writes_left % 2 != 0 &&
	    pwrite(fd, iov[0].iov_base, (size_t)half, at) != half)
		abort();
	errno = ENOSPC;
	return -1;
}

/*
 * The nth write fails, and the one after it, for every n: whoever was told
 * "durable" and "accepted" is read whole, once; whoever was not is not
 * invented. Five messages of two kinds in small segments.
 */
static void
nth_write_fails(void **state)
{
	enum { N = 5 };
	struct world *w = *state;
	struct spool_writer *sw;
	struct spool_reader *r = reader(w);
	struct spool_message *m;
	char *body = talloc_zero_size(w, 80000);
	bool durable[N], accepted[N];
	uint64_t id[N];
	int n, i, done, seen[N];

	for (n = 0; n < 40; n++) {
		sw = writer(w, 60000);
		writes_left = n;
		failures_left = 2;
		spool_pwritev = half_write;
		for (i = 0; i < N; i++) {
			size_t len = i % 2 == 0 ? 80000 : 10;

			done = -1;
			durable[i] = accepted[i] = false;
			seen[i] = 0;
			id[i] = 0;
			if (spool_begin(sw, &env, &id[i], &w->e) != RC_OK)
				continue;
			body[0] = (char)i;
			if (spool_data(sw, id[i], (struct slice){ body, len },
				&w->e) == RC_OK &&
			    spool_end(sw, id[i], on_done, &done, &w->e) ==
				RC_OK)
				durable[i] = wait_done(sw, &done) == RC_OK;
			accepted[i] = durable[i] && i != 3;
			(void)!spool_outcome(sw, id[i],
			    accepted[i] ? SPOOL_ACCEPTED : SPOOL_REFUSED,
			    &w->e);
		}
		spool_pwritev = pwritev;
		talloc_free(sw);
		while (spool_next(r, w, &m, &w->e) == RC_OK) {
			for (i = 0; i < N && id[i] != m->id; i++)
				;
			assert_true(i < N && durable[i]);
			assert_int_equal(m->bytes.len, i % 2 ? 10 : 80000);
			assert_int_equal(m->bytes.at[0], i);
			assert_false(m->is_damaged);
			seen[i]++;
			assert_rc(RC_OK, &w->e, spool_done(r, m->id, &w->e));
			talloc_free(m);
		}
		for (i = 0; i < N; i++)
			assert_true(accepted[i] ? seen[i] == 1 : seen[i] <= 1);
		assert_int_equal(count_segments(w), 0);
		if (failures_left == 2)
			break;
	}
	assert_true(n > 10 && n < 40);
}

static void
dropped_while_committing(void **state)
{
	struct world *w = *state;
	struct spool_writer *sw = writer(w, 1 << 20);
	struct spool_reader *r = reader(w);
	uint64_t id;
	int done = -1;

	assert_rc(RC_OK, &w->e, spool_begin(sw, &env, &id, &w->e));
	assert_rc(RC_OK, &w->e, spool_end(sw, id, on_done, &done, &w->e));
	assert_rc(RC_OK, &w->e, spool_outcome(sw, id, SPOOL_REFUSED, &w->e));
	(void)put(w, sw, "x");
	assert_int_equal(done, -1);
	talloc_free(sw);
	expect(w, r, "x", SPOOL_UNKNOWN);
	expect_none(w, r);
}

/* a child writes as fast as it can and is killed; all it announced is there */
static void
killed_under_load(void **state)
{
	struct world *w = *state;
	struct spool_writer *sw;
	struct spool_reader *r = reader(w);
	struct spool_message *m;
	int fds[2], status, round, n, i;
	uint64_t id, told[8192];
	size_t n_told, k;
	bool *seen;
	pid_t child;

	for (round = 0; round < 5; round++) {
		assert_int_equal(pipe(fds), 0);
		child = fork();
		if (child == 0) {
			close(fds[0]);
			sw = writer(w, 20000);
			for (i = 0;; i++) {
				id = put(w, sw, "load");
				(void)!write(fds[1], &id, sizeof(id));
				if (i % 3 == 0)
					continue;
				if (spool_outcome(
					sw, id, SPOOL_ACCEPTED, &w->e) != RC_OK)
					_exit(1);
			}
		}
		close(fds[1]);
		for (n_told = 0; n_told < (size_t)(50 + 37 * round); n_told++)
			assert_int_equal(
			    read(fds[0], &told[n_told], sizeof(id)),
			    sizeof(id));
		kill(child, SIGKILL);
		while (read(fds[0], &id, sizeof(id)) == (ssize_t)sizeof(id) &&
		       n_told < 8192)
			told[n_told++] = id;
		assert_int_equal(waitpid(child, &status, 0), child);
		close(fds[0]);
		seen = talloc_zero_array(w, bool, n_told);
		n = 0;
		while (spool_next(r, w, &m, &w->e) == RC_OK) {
			for (k = 0; k < n_told; k++)
				if (told[k] == m->id) {
					assert_false(seen[k]);
					seen[k] = true;
					n++;
				}
			assert_false(m->is_damaged);
			assert_rc(RC_OK, &w->e, spool_done(r, m->id, &w->e));
			talloc_free(m);
		}
		assert_int_equal(n, n_told);
		assert_int_equal(count_segments(w), 0);
	}
}

static void
names(void **state)
{
	char name[SEGMENT_NAME_MAX];

	(void)state;
	segment_name(name, 17);
	assert_string_equal(name, "000000000017.seg");
	assert_int_equal(segment_number(name), 17);
	assert_int_equal(segment_number("lock"), 0);
	assert_int_equal(segment_number("17.seg"), 0);
	assert_int_equal(segment_number("000000000017.seg~"), 0);
	assert_int_equal(segment_number(""), 0);
}

#define SPOOL_TEST(f)                                                          \
	cmocka_unit_test_setup_teardown(f, world_open, world_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		SPOOL_TEST(passes_on),
		SPOOL_TEST(one_writer),
		SPOOL_TEST(dead_writer_is_unknown),
		SPOOL_TEST(later_writer_settles_the_earlier),
		SPOOL_TEST(interleaved_over_segments),
		SPOOL_TEST(a_new_reader_sees_it_again),
		SPOOL_TEST(cut_anywhere),
		SPOOL_TEST(damage_anywhere),
		SPOOL_TEST(taken_back),
		SPOOL_TEST(disk_full),
		SPOOL_TEST(sync_fails),
		SPOOL_TEST(nth_write_fails),
		SPOOL_TEST(dropped_while_committing),
		SPOOL_TEST(killed_under_load),
	};

	log_threshold(0); /* of damage there is plenty */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
