/*
 * board_test.c - when a subscription's calendar is made again, and what is
 * served when it cannot be; the clock is the test's
 */
#include "tests/unit.h"

#include <fcntl.h>
#include <glib.h>
#include <sys/stat.h>

#include "cal/feed/board.h"
#include "core/ledger/ledger.h"
#include "tests/cal/sample.h"

#define TOKEN "0123456789abcdefghijklmnopqrstuv"

struct fixture {
	char home[64];
	char *ledger_path;
	struct settings *settings;
	struct calendar *calendar;
	struct ledger *ledger;
	struct board *board;
	int64_t mono_ms;
	int64_t feed;
	int mails;
	struct err e;
};

static void
sha256(const char *text, uint8_t out[32])
{
	GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
	gsize len = 32;

	g_checksum_update(sum, (const guchar *)text, -1);
	g_checksum_get_digest(sum, out, &len);
	g_checksum_free(sum);
}

static void
new_board(struct fixture *f)
{
	talloc_free(f->board);
	assert_rc(RC_OK, &f->e,
	    board_new(f, f->settings, f->calendar, &f->board, &f->e));
}

static int
begin(void **state)
{
	struct ledger_feed feed = {
		.name = "N", .lang = "fr", .created_at = 1
	};
	struct fixture *f = talloc_zero(NULL, struct fixture);
	const char *overrides[] = { NULL, "timezone=Europe/Paris", NULL };
	char *conf;
	int fd;

	(void)snprintf(f->home, sizeof(f->home), "/tmp/promised-board-XXXXXX");
	assert_non_null(mkdtemp(f->home));
	conf = talloc_asprintf(f, "%s/conf", f->home);
	fd = open(conf, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	(void)close(fd);
	overrides[0] = talloc_asprintf(f, "home=%s", f->home);
	assert_rc(RC_OK, &f->e,
	    settings_read(f, conf, overrides, &f->settings, &f->e));
	f->calendar = sample_calendar(f);
	f->ledger_path = settings_path(f, f->settings, LEDGER_FILE);
	assert_rc(RC_OK, &f->e,
	    ledger_open(f, f->ledger_path, LEDGER_CREATE, &f->ledger, &f->e));
	sha256(TOKEN, feed.token_hash);
	assert_rc(
	    RC_OK, &f->e, ledger_feed_add(f->ledger, &feed, &f->feed, &f->e));
	new_board(f);
	*state = f;
	return 0;
}

static int
end(void **state)
{
	struct fixture *f = *state;
	char *command = talloc_asprintf(f, "rm -rf '%s'", f->home);

	talloc_free(f->board);
	f->board = NULL;
	talloc_free(f->ledger);
	f->ledger = NULL;
	assert_int_equal(system(command), 0);
	talloc_free(f);
	return 0;
}

/* promise - one more in the ledger */
static void
promise(struct fixture *f, const char *due)
{
	static const char *const customers[] = { "j@client.example", NULL };
	struct promise p = { .text = (char[]){ "Je vous rappelle." },
		.due = sample_civil(due),
		.from = sample_civil(""),
		.lang = "fr",
		.why = (char[]){ "" } };
	struct ledger_mail mail = { .author = "a@acme.example",
		.customers = customers,
		.zone = "Europe/Paris",
		.sent_at = sample_at("2026-11-19T09:00"),
		.recorded_at = sample_at("2026-11-19T09:00") };
	size_t recorded;
	char id[32];

	(void)snprintf(id, sizeof(id), "%d@acme.example", ++f->mails);
	mail.message_id = id;
	mail.digest[0] = (uint8_t)f->mails;
	assert_rc(RC_OK, &f->e,
	    ledger_record(f->ledger, &mail, &p, 1, &recorded, &f->e));
	assert_int_equal(recorded, 1);
}

/* find_at - a second later by the clock that goes forward */
static enum board_answer
find_at(struct fixture *f, const char *at, struct snapshot **s)
{
	f->mono_ms += 2000;
	*s = NULL;
	return board_find(f->board, (struct slice)SLICE(TOKEN),
	    (struct board_now){ sample_at(at), f->mono_ms }, s);
}

static bool
holds(const struct snapshot *s, const char *text)
{
	struct snapshot_reader *r = snapshot_reader_new(NULL, s->body);
	char *plain = talloc_size(r, s->body->len + 1);
	bool found;

	assert_int_equal(
	    snapshot_pull(r, plain, s->body->len + 1), s->body->len);
	found = memmem(plain, s->body->len, text, strlen(text)) != NULL;
	talloc_free(r);
	return found;
}

static void
settle(struct fixture *f, const char *at)
{
	board_settle(
	    f->board, (struct board_now){ sample_at(at), f->mono_ms }, true);
}

static void
lateness_and_the_day_need_no_change(void **state)
{
	struct fixture *f = *state;
	struct snapshot *s;
	char first[SNAPSHOT_ETAG_MAX], last[SNAPSHOT_ETAG_MAX];

	promise(f, "2026-11-20T17:00");
	assert_int_equal(find_at(f, "2026-11-20T16:00", &s), BOARD_HERE);
	memcpy(first, s->etag, sizeof(first));
	assert_false(holds(s, "RRULE"));
	assert_int_equal(s->modified_at, sample_at("2026-11-20T16:00"));
	assert_int_equal(find_at(f, "2026-11-20T17:00", &s), BOARD_HERE);
	assert_string_equal(s->etag, first);
	assert_int_equal(s->modified_at, sample_at("2026-11-20T16:00"));
	assert_int_equal(find_at(f, "2026-11-20T17:01", &s), BOARD_HERE);
	assert_true(holds(s, "RRULE:FREQ=DAILY;COUNT=30"));
	assert_true(holds(s, "1 en retard"));
	assert_int_equal(s->modified_at, sample_at("2026-11-20T17:01"));
	memcpy(last, s->etag, sizeof(last));
	assert_int_equal(find_at(f, "2026-11-20T23:59", &s), BOARD_HERE);
	assert_string_equal(s->etag, last);
	assert_int_equal(find_at(f, "2026-11-21T00:00", &s), BOARD_HERE);
	assert_string_not_equal(s->etag, last);
	assert_true(holds(s, "UID:day-20261121@"));
	assert_false(holds(s, "UID:day-20261120@"));
}

static void
two_changes_in_a_second_have_two_dates(void **state)
{
	struct fixture *f = *state;
	struct snapshot *s;
	int64_t modified_at;

	promise(f, "2026-11-20T17:00");
	assert_int_equal(find_at(f, "2026-11-20T16:00", &s), BOARD_HERE);
	modified_at = s->modified_at;
	promise(f, "2026-11-24");
	assert_int_equal(find_at(f, "2026-11-20T16:00", &s), BOARD_HERE);
	assert_true(s->modified_at > modified_at);
}

static void
the_ledger_is_not_looked_at_too_often(void **state)
{
	struct fixture *f = *state;
	struct snapshot *s;
	struct board_now now;
	char tag[SNAPSHOT_ETAG_MAX];

	assert_int_equal(find_at(f, "2026-11-20T16:00", &s), BOARD_HERE);
	memcpy(tag, s->etag, sizeof(tag));
	promise(f, "2026-11-24");
	now = (struct board_now){ sample_at("2026-11-20T16:00"),
		f->mono_ms + BOARD_LOOK_MS - 1 };
	assert_int_equal(
	    board_find(f->board, (struct slice)SLICE(TOKEN), now, &s),
	    BOARD_HERE);
	assert_string_equal(s->etag, tag);
	now.mono_ms += 2000;
	assert_int_equal(
	    board_find(f->board, (struct slice)SLICE(TOKEN), now, &s),
	    BOARD_HERE);
	assert_string_not_equal(s->etag, tag);
}

static void
wrong_tokens_and_revoked_ones(void **state)
{
	struct fixture *f = *state;
	struct snapshot *s;

	assert_int_equal(
	    board_find(f->board,
		(struct slice)SLICE("0123456789abcdefghijklmnopqrstuw"),
		(struct board_now){ 1, 1 }, &s),
	    BOARD_UNKNOWN);
	assert_int_equal(find_at(f, "2026-11-20T16:00", &s), BOARD_HERE);
	assert_rc(
	    RC_OK, &f->e, ledger_feed_revoke(f->ledger, f->feed, 5, &f->e));
	assert_int_equal(find_at(f, "2026-11-20T16:00", &s), BOARD_REVOKED);
}

static void
a_ledger_that_goes_and_comes(void **state)
{
	struct fixture *f = *state;
	char *away = talloc_asprintf(f, "%s.away", f->ledger_path);
	struct snapshot *s;
	char tag[SNAPSHOT_ETAG_MAX];

	promise(f, "2026-11-20T17:00");
	assert_int_equal(find_at(f, "2026-11-20T16:00", &s), BOARD_HERE);
	memcpy(tag, s->etag, sizeof(tag));
	settle(f, "2026-11-20T16:00");
	assert_int_equal(rename(f->ledger_path, away), 0);
	/* nothing new, not even lateness: it is the last good calendar */
	assert_int_equal(find_at(f, "2026-11-20T18:00", &s), BOARD_HERE);
	assert_string_equal(s->etag, tag);
	new_board(f);
	assert_int_equal(find_at(f, "2026-11-20T18:00", &s), BOARD_HERE);
	assert_string_equal(s->etag, tag);
	assert_int_equal(s->modified_at, sample_at("2026-11-20T16:00"));
	assert_int_equal(rename(away, f->ledger_path), 0);
	assert_int_equal(find_at(f, "2026-11-20T18:00", &s), BOARD_HERE);
	assert_string_not_equal(s->etag, tag);
}

static void
a_folder_that_cannot_be_written(void **state)
{
	struct fixture *f = *state;
	char *folder = settings_path(f, f->settings, "feed");
	char *command =
	    talloc_asprintf(f, "rm -rf '%s' && : >'%s'", folder, folder);
	struct snapshot *s;

	assert_int_equal(system(command), 0);
	promise(f, "2026-11-20T17:00");
	assert_int_equal(find_at(f, "2026-11-20T16:00", &s), BOARD_HERE);
	settle(f, "2026-11-20T16:00");
	promise(f, "2026-11-24");
	assert_int_equal(find_at(f, "2026-11-20T16:01", &s), BOARD_HERE);
	assert_true(holds(s, "UID:promise-2@"));
	settle(f, "2026-11-20T16:01");
	/* it can be written again: so it is, after the next tick */
	assert_int_equal(unlink(folder), 0);
	assert_int_equal(mkdir(folder, 0700), 0);
	f->mono_ms += 2000;
	board_tick(f->board,
	    (struct board_now){ sample_at("2026-11-20T16:02"), f->mono_ms });
	settle(f, "2026-11-20T16:02");
	assert_int_equal(
	    access(talloc_asprintf(f, "%s/1.ics.gz", folder), R_OK), 0);
	assert_int_equal(
	    access(talloc_asprintf(f, "%s/index", folder), R_OK), 0);
}

static void
a_damaged_snapshot_is_not_served(void **state)
{
	struct fixture *f = *state;
	char *path =
	    talloc_asprintf(f, "%s/feed/%d.ics.gz", f->home, (int)f->feed);
	struct snapshot *s;

	assert_int_equal(find_at(f, "2026-11-20T16:00", &s), BOARD_HERE);
	settle(f, "2026-11-20T16:00");
	assert_int_equal(truncate(path, 100), 0);
	assert_int_equal(unlink(f->ledger_path), 0);
	new_board(f);
	assert_int_equal(find_at(f, "2026-11-20T16:00", &s), BOARD_NOT_YET);
}

static void
use_is_noted_once_a_minute(void **state)
{
	struct fixture *f = *state;
	struct snapshot *s;
	struct stat before, after;

	(void)find_at(f, "2026-11-20T16:00", &s);
	settle(f, "2026-11-20T16:00");
	assert_int_equal(find_at(f, "2026-11-20T16:00", &s), BOARD_HERE);
	assert_int_equal(
	    stat(talloc_asprintf(f, "%s-wal", f->ledger_path), &before), 0);
	settle(f, "2026-11-20T16:00");
	assert_int_equal(find_at(f, "2026-11-20T16:00", &s), BOARD_HERE);
	settle(f, "2026-11-20T16:00");
	assert_int_equal(
	    stat(talloc_asprintf(f, "%s-wal", f->ledger_path), &after), 0);
	assert_int_equal(before.st_size, after.st_size);
	(void)find_at(f, "2026-11-20T16:01", &s);
	settle(f, "2026-11-20T16:01");
	assert_int_equal(
	    stat(talloc_asprintf(f, "%s-wal", f->ledger_path), &after), 0);
	assert_true(after.st_size > before.st_size);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		T(lateness_and_the_day_need_no_change),
		T(two_changes_in_a_second_have_two_dates),
		T(the_ledger_is_not_looked_at_too_often),
		T(wrong_tokens_and_revoked_ones),
		T(a_ledger_that_goes_and_comes),
		T(a_folder_that_cannot_be_written),
		T(a_damaged_snapshot_is_not_served),
		T(use_is_noted_once_a_minute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
