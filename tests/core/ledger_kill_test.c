/*
 * ledger_kill_test.c - a writer killed at any instant loses nothing it said
 *
 * A child records messages, each of two promises, moves some, and says on a
 * pipe which it has recorded. It is killed at random instants; afterwards the
 * ledger is whole, holds all that was said and at most one message more, and
 * no message without both its promises.
 */
#include "tests/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "core/ledger/ledger_priv.h"

#define KILLS       20
#define MAX_WAIT_US 40000

/* write_for_ever - the child: message n, then its number on the pipe */
static void __attribute__((noreturn))
write_for_ever(const char *path, uint32_t n, int fd)
{
	static const char *const to[] = { "k@client.example", NULL };
	char text[] = "some words of a promise";
	struct civil due = {
		.day = 20777, .minute = CIVIL_NO_MINUTE, .is_set = true
	};
	struct promise p[2] = {
		{ .text = text, .due = due, .lang = "fr" },
		{ .text = text, .lang = "en" },
	};
	struct ledger_mail m = {
		.author = "a@acme.example",
		.customers = to,
		.zone = "Europe/Paris",
		.sent_at = 1,
		.recorded_at = 2,
	};
	struct ledger *l;
	char id[32];
	struct err e;
	size_t got;

	if (ledger_open(NULL, path, LEDGER_CREATE, &l, &e) != RC_OK)
		_exit(1);
	for (;; n++) {
		(void)snprintf(id, sizeof(id), "%" PRIu32 "@a", n);
		m.message_id = id;
		memcpy(m.digest, &n, sizeof(n));
		if (ledger_record(l, &m, p, 2, &got, &e) != RC_OK)
			_exit(2);
		if (write(fd, &n, sizeof(n)) != sizeof(n))
			_exit(3);
		if (n % 3 == 0 && ledger_move(l, 2 * (int64_t)n, MOVE_KEPT, due,
				      3, "a", NULL, &e) != RC_OK)
			_exit(4);
	}
}

/*
 * one_life - start a child, kill it, take the last number it said
 *
 * With waits_for_word the time counts from its first message, else from its
 * start, so that some die while they open or make the file.
 */
static uint32_t
one_life(const char *path, uint32_t next, unsigned wait_us, bool waits_for_word)
{
	uint32_t said, last = next - 1;
	int fds[2], status;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(fds[0]);
		write_for_ever(path, next, fds[1]);
	}
	close(fds[1]);
	if (waits_for_word) {
		assert_int_equal(
		    read(fds[0], &said, sizeof(said)), sizeof(said));
		last = said;
	}
	(void)usleep(wait_us);
	assert_int_equal(kill(pid, SIGKILL), 0);
	while (read(fds[0], &said, sizeof(said)) == sizeof(said))
		last = said;
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	return last;
}

/* number - the one integer a statement returns */
static int64_t
number(struct ledger *l, const char *sql)
{
	sqlite3_stmt *stmt;
	int64_t n;

	assert_int_equal(
	    sqlite3_prepare_v2(l->db, sql, -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	n = sqlite3_column_int64(stmt, 0);
	(void)sqlite3_finalize(stmt);
	return n;
}

static void
killed_writers_lose_nothing(void **state)
{
	char dir[] = "/tmp/ledger_kill.XXXXXX", path[64], command[64];
	uint32_t last = 0;
	int64_t messages = 0;
	struct ledger *l;
	struct err e;
	unsigned seed = 7;
	int i;

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/ledger.db", dir);
	for (i = 0; i < KILLS; i++) {
		seed = seed * 1103515245 + 12345;
		last = one_life(path, (uint32_t)messages + 1,
		    seed / 65536 % MAX_WAIT_US, i % 2 == 1);
		if (ledger_open(NULL, path, LEDGER_WRITE, &l, &e) != RC_OK) {
			/* killed before the file had its name */
			assert_int_equal(e.rc, RC_NOTFOUND);
			assert_int_equal(last, 0);
			continue;
		}
		assert_rc(RC_OK, &e, ledger_check(l, &e));
		messages = number(l, "SELECT count(*) FROM message");
		assert_true(messages == last || messages == last + 1);
		assert_int_equal(
		    messages * 2, number(l, "SELECT count(*) FROM promise"));
		assert_int_equal(
		    messages * 2, number(l, "SELECT count(*) FROM history"
					    " WHERE move = 'recorded'"));
		assert_int_equal(number(l, "SELECT count(*) FROM promise"
					   " WHERE state = 'kept'"),
		    number(l, "SELECT count(*) FROM history"
			      " WHERE move = 'kept'"));
		talloc_free(l);
	}
	print_message("# %" PRId64 " messages, %d kills\n", messages, KILLS);
	assert_true(messages > 0);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	assert_int_equal(system(command), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(killed_writers_lose_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
