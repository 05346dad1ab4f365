/*
 * ledger_test.c - what goes in comes out, once, with its whole history
 */
#include "tests/unit.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "core/ledger/ledger_priv.h"

#define NOON 1794830400 /* 2026-11-16T12:00Z, a Monday */

struct fixture {
	char dir[32];
	char *path;
	struct ledger *l;
	struct err e;
	char *seen; /* what the visitors below wrote */
};

static int
setup(void **state)
{
	struct fixture *f = talloc_zero(NULL, struct fixture);

	(void)snprintf(f->dir, sizeof(f->dir), "/tmp/ledger.XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	f->path = talloc_asprintf(f, "%s/home/" LEDGER_FILE, f->dir);
	f->seen = talloc_strdup(f, "");
	assert_rc(
	    RC_OK, &f->e, ledger_open(f, f->path, LEDGER_CREATE, &f->l, &f->e));
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;
	char *command = talloc_asprintf(f, "rm -rf '%s'", f->dir);

	talloc_free(f->l);
	assert_int_equal(system(command), 0);
	talloc_free(f);
	return 0;
}

static struct civil
civil(const char *text)
{
	struct civil c = { .minute = CIVIL_NO_MINUTE };

	if (*text != '\0')
		assert_true(civil_parse(text, &c));
	return c;
}

static const char *const one_customer[] = { "Kunde@Client.example", NULL };

/* mail - a mail with this Message-ID and one octet of digest */
static struct ledger_mail
mail(const char *message_id, int digest)
{
	struct ledger_mail m = {
		.message_id = message_id,
		.author = "anne@acme.example",
		.author_name = "Anne Müller",
		.customers = one_customer,
		.zone = "Europe/Paris",
		.sent_at = NOON,
		.recorded_at = NOON + 5,
	};

	m.digest[0] = (uint8_t)digest;
	return m;
}

/* promise - due then, or undated for "" */
static struct promise
promise(const char *text, const char *due)
{
	struct promise p = {
		.kind = PROMISE_ACTION,
		.due = civil(due),
		.from = civil(""),
		.lang = "fr",
	};

	p.text = talloc_strdup(NULL, text);
	return p;
}

/* record - one mail with one promise; how many were new */
static size_t
record(
    struct fixture *f, struct ledger_mail m, const char *text, const char *due)
{
	struct promise p = promise(text, due);
	size_t n = 99;

	assert_rc(RC_OK, &f->e, ledger_record(f->l, &m, &p, 1, &n, &f->e));
	talloc_free(p.text);
	return n;
}

/* see - append "id:text:due:state:sequence:customers;" */
static enum rc
see(const struct promise *p, void *arg, struct err *e)
{
	struct fixture *f = arg;
	char due[CIVIL_TEXT_MAX];
	size_t i;

	(void)e;
	civil_format(p->due, due);
	f->seen =
	    talloc_asprintf_append(f->seen, "%" PRId64 ":%s:%s:%s:%d:", p->id,
		p->text, due, promise_state_name(p->state), p->sequence);
	for (i = 0; p->customers[i] != NULL; i++)
		f->seen = talloc_asprintf_append(
		    f->seen, "%s%s", i > 0 ? "," : "", p->customers[i]);
	f->seen = talloc_asprintf_append(f->seen, ";");
	return RC_OK;
}

/* seen - what a query finds must be want */
static void
seen(struct fixture *f, const struct ledger_query *q, const char *want)
{
	talloc_free(f->seen);
	f->seen = talloc_strdup(f, "");
	assert_rc(RC_OK, &f->e, ledger_each(f->l, q, see, f, &f->e));
	assert_string_equal(f->seen, want);
}

static void
what_goes_in_comes_out(void **state)
{
	struct fixture *f = *state;
	struct ledger_mail m = mail("1@acme.example", 1);
	struct promise p = promise("Le devis\xff demain", "2026-11-17T14:00");
	struct promise *q;
	size_t n;

	m.thread = "0@acme.example";
	p.kind = PROMISE_APPOINTMENT;
	p.from = civil("2026-11-17T09:00");
	p.after = talloc_strdup(p.text, "P10BD");
	p.condition = talloc_strdup(p.text, "si vous confirmez");
	p.is_hedged = true;
	p.warnings = WARN_CLOSED | WARN_PAST;
	p.why = talloc_strdup(p.text, "a\nb");
	assert_rc(RC_OK, &f->e, ledger_record(f->l, &m, &p, 1, &n, &f->e));
	assert_int_equal(n, 1);
	assert_rc(RC_OK, &f->e, ledger_get(f->l, f, 1, &q, &f->e));
	assert_string_equal(q->text, "Le devis\xef\xbf\xbd demain");
	assert_int_equal(q->kind, PROMISE_APPOINTMENT);
	assert_int_equal(q->due_at, NOON + 25 * 3600); /* 14:00 in Paris */
	assert_memory_equal(&q->due, &p.due, sizeof(p.due));
	assert_int_equal(q->from.minute, 540);
	assert_int_equal(q->due_first.minute, 840);
	assert_string_equal(q->after, "P10BD");
	assert_string_equal(q->condition, "si vous confirmez");
	assert_true(q->is_hedged);
	assert_int_equal(q->warnings, WARN_CLOSED | WARN_PAST);
	assert_string_equal(q->why, "a\nb");
	assert_string_equal(q->lang, "fr");
	assert_string_equal(q->zone, "Europe/Paris");
	assert_string_equal(q->author_name, "Anne Müller");
	assert_string_equal(q->subject_thread, "0@acme.example");
	assert_string_equal(q->message_id, "1@acme.example");
	assert_int_equal(q->sent_at, NOON);
	assert_int_equal(q->recorded_at, NOON + 5);
	assert_int_equal(q->changed_at, NOON + 5);
	assert_rc(RC_NOTFOUND, &f->e, ledger_get(f->l, f, 2, &q, &f->e));
	assert_string_equal(f->e.text, "there is no promise 2");
	talloc_free(p.text);
}

static void
a_message_is_recorded_once(void **state)
{
	static const char *const two[] = { "kunde@client.example",
		"b@other.example", NULL };
	struct fixture *f = *state;
	struct ledger_mail m = mail("1@acme.example", 1);
	struct ledger_query all = { 0 };
	int64_t before, after;

	m.is_uncertain = true;
	assert_int_equal(record(f, m, "x", "2026-11-20"), 1);
	assert_rc(RC_OK, &f->e, ledger_version(f->l, &before, &f->e));
	assert_int_equal(record(f, m, "x", "2026-11-20"), 0);
	assert_rc(RC_OK, &f->e, ledger_version(f->l, &after, &f->e));
	assert_int_equal(before, after);
	seen(f, &all, "1:x:2026-11-20:open:0:Kunde@Client.example;");

	/* one more customer, and now certain: one change each time */
	m.customers = two;
	assert_int_equal(record(f, m, "x", "2026-11-20"), 0);
	seen(f, &all,
	    "1:x:2026-11-20:open:1:b@other.example,Kunde@Client.example;");
	m.is_uncertain = false;
	assert_int_equal(record(f, m, "x", "2026-11-20"), 0);
	assert_int_equal(record(f, m, "x", "2026-11-20"), 0);
	seen(f, &all,
	    "1:x:2026-11-20:open:2:b@other.example,Kunde@Client.example;");
	assert_rc(RC_OK, &f->e, ledger_version(f->l, &after, &f->e));
	assert_int_equal(before + 2, after);

	/* other words under the same id, or no id: other messages */
	assert_int_equal(record(f, mail("1@acme.example", 2), "y", ""), 1);
	assert_int_equal(record(f, mail(NULL, 1), "z", ""), 1);
	assert_int_equal(record(f, mail(NULL, 1), "z", ""), 0);
	m = mail(NULL, 1);
	m.sent_at++;
	assert_int_equal(record(f, m, "z", ""), 1);
}

static void
a_message_is_recorded_whole_or_not(void **state)
{
	struct fixture *f = *state;
	struct ledger_mail m = mail("1@acme.example", 1);
	struct promise p[2] = { promise("a", ""), promise("b", "") };
	struct ledger_query all = { 0 };
	size_t n;

	p[1].kind = PROMISE_OFFER;
	assert_int_equal(
	    sqlite3_exec(f->l->db,
		"CREATE TEMP TRIGGER t BEFORE INSERT ON main.promise"
		" WHEN new.kind = 'offer'"
		" BEGIN SELECT RAISE (ABORT, 'as if the disk failed'); END",
		NULL, NULL, NULL),
	    SQLITE_OK);
	assert_rc(RC_INTERNAL, &f->e, ledger_record(f->l, &m, p, 2, &n, &f->e));
	assert_int_equal(n, 0);
	seen(f, &all, "");
	assert_int_equal(
	    sqlite3_exec(f->l->db, "DROP TRIGGER temp.t", NULL, NULL, NULL),
	    SQLITE_OK);
	assert_rc(RC_OK, &f->e, ledger_record(f->l, &m, p, 2, &n, &f->e));
	assert_int_equal(n, 2);

	m = mail("2@acme.example", 1);
	m.zone = "Nowhere/Land";
	assert_rc(RC_BADINPUT, &f->e, ledger_record(f->l, &m, p, 2, &n, &f->e));
	m = mail("3@acme.example", 1);
	assert_rc(RC_OK, &f->e, ledger_record(f->l, &m, NULL, 0, &n, &f->e));
	assert_int_equal(n, 0);
	talloc_free(p[0].text);
	talloc_free(p[1].text);
}

/* countdown - SQLite's progress handler: fail at step 0, or from there on */
struct countdown {
	int left;
	bool goes_on;
};

static int
countdown(void *arg)
{
	struct countdown *c = arg;

	c->left--;
	return c->goes_on ? c->left <= 0 : c->left == 0;
}

/* whole - every message has its customer, its two promises and their history;
 * how many messages there are */
static int64_t
whole(struct fixture *f)
{
	static const char sql[] =
	    "SELECT (SELECT count(*) FROM message),"
	    " (SELECT count(*) FROM customer), (SELECT count(*) FROM promise),"
	    " (SELECT count(*) FROM history),"
	    " (SELECT count(*) FROM history WHERE move = 'kept'),"
	    " (SELECT count(*) FROM promise WHERE state = 'kept')";
	sqlite3_stmt *stmt;
	int64_t n, kept;

	assert_int_equal(
	    sqlite3_prepare_v2(f->l->db, sql, -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	n = sqlite3_column_int64(stmt, 0);
	kept = sqlite3_column_int64(stmt, 5);
	assert_int_equal(sqlite3_column_int64(stmt, 1), n);
	assert_int_equal(sqlite3_column_int64(stmt, 2), n * 2);
	assert_int_equal(sqlite3_column_int64(stmt, 3), n * 2 + kept);
	assert_int_equal(sqlite3_column_int64(stmt, 4), kept);
	(void)sqlite3_finalize(stmt);
	return n;
}

/* next_begins - no transaction stays open, even one whose end failed */
static void
next_begins(struct fixture *f)
{
	assert_rc(RC_OK, &f->e, ledger_begin(f->l, &f->e));
	assert_rc(RC_OK, &f->e, ledger_end(f->l, RC_OK, &f->e));
}

/* fail_every_step - of a record and a move, until they pass untouched */
static void
fail_every_step(struct fixture *f, int nth, bool goes_on)
{
	char *id = talloc_asprintf(f, "%d@acme.example", nth);
	struct ledger_mail m = mail(id, nth);
	struct promise p[2] = { promise("a", "2026-11-20"), promise("b", "") };
	struct countdown c;
	enum rc rc;
	size_t got;
	int n;

	/* a commit may be done and yet fail: the message then is known when it
	 * comes again, as it will */
	for (n = 1, rc = RC_INTERNAL; rc != RC_OK; n++) {
		c = (struct countdown){ n, goes_on };
		sqlite3_progress_handler(f->l->db, 1, countdown, &c);
		rc = ledger_record(f->l, &m, p, 2, &got, &f->e);
		sqlite3_progress_handler(f->l->db, 0, NULL, NULL);
		assert_true(rc == RC_OK || got == 0);
		next_begins(f);
		assert_in_range(whole(f), nth - 1, nth);
		assert_true(n < 5000);
	}
	assert_true(n > 50);
	assert_int_equal(whole(f), nth);
	for (n = 1, rc = RC_INTERNAL; rc == RC_INTERNAL; n++) {
		c = (struct countdown){ n, goes_on };
		sqlite3_progress_handler(f->l->db, 1, countdown, &c);
		rc = ledger_move(f->l, 2 * nth - 1, MOVE_KEPT, civil(""),
		    NOON + 9, "anne", NULL, &f->e);
		sqlite3_progress_handler(f->l->db, 0, NULL, NULL);
		next_begins(f);
		assert_int_equal(whole(f), nth);
		assert_true(n < 5000);
	}
	assert_true(rc == RC_OK || rc == RC_BADINPUT); /* kept already */
	assert_true(n > 30);
	talloc_free(p[0].text);
	talloc_free(p[1].text);
}

static void
a_fault_at_any_step_leaves_nothing_half_done(void **state)
{
	fail_every_step(*state, 1, false);
	fail_every_step(*state, 2, true);
}

static void
a_full_disk_asks_for_another_try(void **state)
{
	struct fixture *f = *state;
	struct ledger_mail m = mail(NULL, 1);
	struct promise p = promise("words that need room", "2026-11-20");
	enum rc rc = RC_OK;
	size_t n;
	int i;

	assert_int_equal(sqlite3_exec(f->l->db, "PRAGMA max_page_count = 24",
			     NULL, NULL, NULL),
	    SQLITE_OK);
	for (i = 0; rc == RC_OK && i < 2000; i++) {
		m.sent_at++;
		rc = ledger_record(f->l, &m, &p, 1, &n, &f->e);
	}
	assert_int_equal(rc, RC_RETRY);
	assert_int_equal(n, 0);
	assert_int_equal(sqlite3_exec(f->l->db, "PRAGMA max_page_count = 1000",
			     NULL, NULL, NULL),
	    SQLITE_OK);
	assert_rc(RC_OK, &f->e, ledger_record(f->l, &m, &p, 1, &n, &f->e));
	talloc_free(p.text);
}

static void
queries_choose(void **state)
{
	static const char *const other[] = { "x@mail.other.example", NULL };
	struct fixture *f = *state;
	struct ledger_mail m = mail("2@acme.example", 1);
	struct ledger_query q = { 0 };

	assert_int_equal(record(f, mail("1@a", 1), "a", "2026-11-20"), 1);
	m.customers = other;
	m.author = "Bob@acme.example";
	m.recorded_at = NOON + 100;
	assert_int_equal(record(f, m, "b", "2026-11-18T10:00"), 1);
	assert_int_equal(record(f, mail("3@a", 1), "c", ""), 1);
	assert_rc(RC_OK, &f->e,
	    ledger_move(
		f->l, 3, MOVE_KEPT, civil(""), NOON + 50, "anne", NULL, &f->e));
#define A "1:a:2026-11-20:open:0:Kunde@Client.example;"
#define B "2:b:2026-11-18T10:00:open:0:x@mail.other.example;"
#define C "3:c::kept:1:Kunde@Client.example;"
	seen(f, &q, B A C);
	q.states = 1 << PROMISE_OPEN;
	seen(f, &q, B A);
	q.states = 1 << PROMISE_KEPT | 1 << PROMISE_NOT;
	seen(f, &q, C);
	q = (struct ledger_query){ .due_before = NOON + 3 * 86400 };
	seen(f, &q, B);
	q = (struct ledger_query){ .due_from = NOON + 3 * 86400 };
	seen(f, &q, A C);
	q = (struct ledger_query){ .changed_from = NOON + 50 };
	seen(f, &q, B C);
	q = (struct ledger_query){ .customer = "client.EXAMPLE" };
	seen(f, &q, A C);
	q = (struct ledger_query){ .customer = "KUNDE@client.example" };
	seen(f, &q, A C);
	q = (struct ledger_query){ .customer = "other.example" };
	seen(f, &q, "");
	q = (struct ledger_query){ .author = "bob@ACME.example" };
	seen(f, &q, B);
	q = (struct ledger_query){ .id = 1 };
	seen(f, &q, A);
	q = (struct ledger_query){ .customer = "' OR 1 --" };
	seen(f, &q, "");
}

/* see_event - append "move by due>due note;" */
static enum rc
see_event(const struct ledger_event *ev, void *arg, struct err *e)
{
	char before[CIVIL_TEXT_MAX], after[CIVIL_TEXT_MAX];
	struct fixture *f = arg;

	(void)e;
	civil_format(ev->due_before, before);
	civil_format(ev->due_after, after);
	f->seen = talloc_asprintf_append(f->seen, "%" PRId64 " %s %s %s>%s %s;",
	    ev->at - NOON, promise_move_name(ev->move), ev->by, before, after,
	    ev->note ? ev->note : "-");
	return RC_OK;
}

static void
moves_are_kept_for_ever(void **state)
{
	struct fixture *f = *state;
	struct promise *p;

	assert_int_equal(record(f, mail("1@a", 1), "a", "2026-11-20"), 1);
	assert_rc(RC_OK, &f->e,
	    ledger_move(f->l, 1, MOVE_MOVED, civil("2026-11-24T09:30"),
		NOON + 60, "anne", "late truck", &f->e));
	assert_rc(RC_BADINPUT, &f->e,
	    ledger_move(f->l, 1, MOVE_MOVED, civil(""), NOON + 61, "anne", NULL,
		&f->e));
	assert_rc(RC_OK, &f->e,
	    ledger_move(
		f->l, 1, MOVE_KEPT, civil(""), NOON + 70, "anne", NULL, &f->e));
	assert_rc(RC_BADINPUT, &f->e,
	    ledger_move(
		f->l, 1, MOVE_KEPT, civil(""), NOON + 71, "anne", NULL, &f->e));
	assert_string_equal(f->e.text,
	    "promise 1: not possible: 'kept' on a promise that is kept");
	assert_rc(RC_OK, &f->e,
	    ledger_move(f->l, 1, MOVE_REOPENED, civil(""), NOON + 80, "bob",
		NULL, &f->e));
	assert_rc(RC_NOTFOUND, &f->e,
	    ledger_move(
		f->l, 9, MOVE_KEPT, civil(""), NOON, "anne", NULL, &f->e));
	assert_rc(RC_OK, &f->e, ledger_history(f->l, 1, see_event, f, &f->e));
	assert_string_equal(f->seen,
	    "5 recorded anne@acme.example >2026-11-20 -;"
	    "60 moved anne 2026-11-20>2026-11-24T09:30 late truck;"
	    "70 kept anne 2026-11-24T09:30>2026-11-24T09:30 -;"
	    "80 reopened bob 2026-11-24T09:30>2026-11-24T09:30 -;");
	assert_rc(RC_OK, &f->e, ledger_get(f->l, f, 1, &p, &f->e));
	assert_int_equal(p->state, PROMISE_OPEN);
	assert_int_equal(p->due_first.day, civil("2026-11-20").day);
	assert_int_equal(p->due_at, NOON + 8 * 86400 - 12600);
	assert_int_equal(p->sequence, 3);
	assert_int_equal(p->changed_at, NOON + 80);

	/* neither history nor the first due can be changed, by anybody */
	assert_int_not_equal(
	    sqlite3_exec(
		f->l->db, "UPDATE history SET note = 'x'", NULL, NULL, NULL),
	    SQLITE_OK);
	assert_int_not_equal(
	    sqlite3_exec(f->l->db, "DELETE FROM history", NULL, NULL, NULL),
	    SQLITE_OK);
	assert_int_not_equal(sqlite3_exec(f->l->db,
				 "UPDATE promise SET due_first = '2027-01-01'",
				 NULL, NULL, NULL),
	    SQLITE_OK);
	assert_int_not_equal(
	    sqlite3_exec(f->l->db, "DELETE FROM promise", NULL, NULL, NULL),
	    SQLITE_OK);
}

/* move_inside - a visitor that writes while it is being told */
static enum rc
move_inside(const struct promise *p, void *arg, struct err *e)
{
	struct fixture *f = arg;

	return ledger_move(
	    f->l, p->id, MOVE_KEPT, civil(""), NOON, "a", NULL, e);
}

static void
a_visitor_may_use_the_ledger(void **state)
{
	struct fixture *f = *state;
	struct ledger_query q = { .states = 1 << PROMISE_OPEN };

	assert_int_equal(record(f, mail("1@a", 1), "a", ""), 1);
	assert_int_equal(record(f, mail("2@a", 1), "b", ""), 1);
	assert_rc(RC_OK, &f->e, ledger_each(f->l, &q, move_inside, f, &f->e));
	seen(f, &q, "");
}

/* see_feed - append "id name lang customer used revoked hash;" */
static enum rc
see_feed(const struct ledger_feed *feed, void *arg, struct err *e)
{
	struct fixture *f = arg;

	(void)e;
	f->seen = talloc_asprintf_append(f->seen,
	    "%" PRId64 " %s %s %s %" PRId64 " %" PRId64 " %d;", feed->id,
	    feed->name, feed->lang, feed->customer ? feed->customer : "-",
	    feed->used_at, feed->revoked_at, feed->token_hash[31]);
	return RC_OK;
}

static void
feeds(void **state)
{
	struct fixture *f = *state;
	struct ledger_feed a = {
		.name = "Équipe", .lang = "fr", .created_at = NOON
	};
	int64_t id, before, after;

	a.token_hash[31] = 7;
	assert_rc(RC_OK, &f->e, ledger_feed_add(f->l, &a, &id, &f->e));
	assert_int_equal(id, 1);
	assert_rc(RC_INTERNAL, &f->e, ledger_feed_add(f->l, &a, &id, &f->e));
	a.token_hash[31] = 8;
	a.customer = "client.example";
	assert_rc(RC_OK, &f->e, ledger_feed_add(f->l, &a, &id, &f->e));
	assert_rc(RC_OK, &f->e, ledger_version(f->l, &before, &f->e));
	assert_rc(RC_OK, &f->e, ledger_feed_used(f->l, 1, 55, &f->e));
	assert_rc(RC_OK, &f->e, ledger_version(f->l, &after, &f->e));
	assert_int_equal(before, after);
	assert_rc(RC_OK, &f->e, ledger_feed_revoke(f->l, 1, 66, &f->e));
	assert_rc(RC_NOTFOUND, &f->e, ledger_feed_revoke(f->l, 1, 67, &f->e));
	assert_rc(RC_NOTFOUND, &f->e, ledger_feed_revoke(f->l, 9, 67, &f->e));
	assert_rc(RC_OK, &f->e, ledger_feed_each(f->l, see_feed, f, &f->e));
	assert_string_equal(
	    f->seen, "1 Équipe fr - 55 66 7;2 Équipe fr client.example 0 0 8;");
}

/* reopen - close, then open in this mode */
static enum rc
reopen(struct fixture *f, enum ledger_mode mode)
{
	talloc_free(f->l);
	f->l = NULL;
	return ledger_open(f, f->path, mode, &f->l, &f->e);
}

static void
names_and_rights(void **state)
{
	struct fixture *f = *state;
	char *uuid = talloc_strdup(f, ledger_uuid(f->l)), *home;
	struct stat st;

	assert_int_equal(strlen(uuid), 36);
	assert_rc(RC_OK, &f->e, reopen(f, LEDGER_READ));
	assert_string_equal(ledger_uuid(f->l), uuid);
	assert_rc(RC_OK, &f->e, reopen(f, LEDGER_CREATE));
	assert_string_equal(ledger_uuid(f->l), uuid);
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	home = talloc_asprintf(f, "%s/home", f->dir);
	assert_int_equal(stat(home, &st), 0);
	assert_int_equal(st.st_mode & 07, 0);
	assert_int_equal(st.st_nlink, 2);
}

static void
a_reader_cannot_write(void **state)
{
	struct fixture *f = *state;
	struct ledger_mail m = mail("1@a", 1);
	size_t n;

	assert_rc(RC_OK, &f->e, reopen(f, LEDGER_READ));
	assert_rc(
	    RC_INTERNAL, &f->e, ledger_record(f->l, &m, NULL, 0, &n, &f->e));
}

static void
nothing_there(void **state)
{
	struct fixture *f = *state;
	struct ledger *l;
	char *other = talloc_asprintf(f, "%s/none.db", f->dir);

	assert_rc(
	    RC_NOTFOUND, &f->e, ledger_open(f, other, LEDGER_READ, &l, &f->e));
	assert_rc(
	    RC_NOTFOUND, &f->e, ledger_open(f, other, LEDGER_WRITE, &l, &f->e));
	assert_rc(RC_BADINPUT, &f->e,
	    ledger_open(f, f->dir, LEDGER_CREATE, &l, &f->e));

	/* a journal without its ledger would be poured into the new one */
	assert_int_equal(close(open(talloc_asprintf(f, "%s-wal", other),
			     O_CREAT | O_WRONLY, 0600)),
	    0);
	assert_rc(RC_BADINPUT, &f->e,
	    ledger_open(f, other, LEDGER_CREATE, &l, &f->e));
	assert_int_not_equal(access(other, F_OK), 0);
}

/* untouched - this file is refused in every mode and keeps every octet */
static void
untouched(struct fixture *f, const char *content, size_t len)
{
	static const enum ledger_mode modes[] = { LEDGER_READ, LEDGER_WRITE,
		LEDGER_CREATE };
	char *other = talloc_asprintf(f, "%s/other.db", f->dir);
	char *back = talloc_size(f, len + 1);
	struct ledger *l;
	size_t i;
	int fd;

	fd = open(other, O_CREAT | O_TRUNC | O_WRONLY, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, len), len);
	close(fd);
	for (i = 0; i < ARRAY_LEN(modes); i++)
		assert_rc(RC_BADINPUT, &f->e,
		    ledger_open(f, other, modes[i], &l, &f->e));
	fd = open(other, O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(read(fd, back, len + 1), len);
	assert_memory_equal(back, content, len);
	close(fd);
}

static void
other_files_are_left_alone(void **state)
{
	struct fixture *f = *state;
	char *page = talloc_zero_size(f, 4096);
	sqlite3 *db;
	int fd;

	untouched(f, "", 0);
	untouched(f, "hello\n", 6);
	untouched(f, page, 4096);

	/* somebody else's database */
	assert_int_equal(
	    sqlite3_open(talloc_asprintf(f, "%s/x.db", f->dir), &db),
	    SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(db, "CREATE TABLE t (a)", NULL, NULL, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	fd = open(talloc_asprintf(f, "%s/x.db", f->dir), O_RDONLY);
	assert_int_equal(read(fd, page, 4096), 4096);
	close(fd);
	untouched(f, page, 4096);
}

static void
damage_is_seen(void **state)
{
	struct fixture *f = *state;
	char junk[512];
	struct stat st;
	int fd, i;

	for (i = 0; i < 200; i++)
		assert_int_equal(
		    record(f, mail(talloc_asprintf(f, "%d@a", i), 1),
			"some words that fill the pages", "2026-11-20"),
		    1);
	talloc_free(f->l);
	f->l = NULL;
	memset(junk, 0x5a, sizeof(junk));
	fd = open(f->path, O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(
	    pwrite(fd, junk, sizeof(junk), st.st_size / 2 / 4096 * 4096),
	    sizeof(junk));
	close(fd);
	assert_rc(RC_BADINPUT, &f->e, reopen(f, LEDGER_CREATE));
	assert_non_null(strstr(f->e.text, f->path));

	/* cut short */
	assert_int_equal(truncate(f->path, 4096), 0);
	assert_rc(RC_BADINPUT, &f->e, reopen(f, LEDGER_WRITE));
	assert_rc(RC_BADINPUT, &f->e, reopen(f, LEDGER_READ));
}

static void
a_lock_asks_for_another_try(void **state)
{
	struct fixture *f = *state;
	struct ledger_mail m = mail("1@a", 1);
	sqlite3 *db;
	size_t n;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	ledger_patience(f->l, 20);
	assert_rc(RC_RETRY, &f->e, ledger_record(f->l, &m, NULL, 0, &n, &f->e));
	assert_int_equal(
	    sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	assert_rc(RC_OK, &f->e, ledger_record(f->l, &m, NULL, 0, &n, &f->e));
}

/* set_version - as if another release had written the file */
static void
set_version(struct fixture *f, int version)
{
	char *sql = talloc_asprintf(f, "PRAGMA user_version = %d", version);
	sqlite3 *db;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void
newer_versions_are_refused(void **state)
{
	struct fixture *f = *state;

	set_version(f, (int)ledger_step_count + 1);
	assert_rc(RC_BADINPUT, &f->e, reopen(f, LEDGER_WRITE));
	assert_non_null(strstr(f->e.text, "knows only up to"));
	assert_rc(RC_BADINPUT, &f->e, reopen(f, LEDGER_READ));
}

static void
older_versions_are_migrated(void **state)
{
	static const char fill[] =
	    "INSERT INTO message VALUES (1, 'm@a', zeroblob(32), 'a@b', NULL,"
	    " NULL, 'UTC', 1, 2, 0);"
	    "INSERT INTO customer VALUES (1, 'k@c.example', 'c.example');"
	    "INSERT INTO promise (id, message, text, kind, due, due_from,"
	    " due_first, due_at, after, condition, is_hedged, lang, warnings,"
	    " why, state, changed_at, sequence)"
	    " VALUES (1, 1, 'old', 'offer', '2026-11-20',"
	    " NULL, '2026-11-20', 5, NULL, NULL, 0, 'fr', 0, NULL, 'open', 2,"
	    " 0);"
	    "INSERT INTO history VALUES (1, 1, 2, 'recorded', 'a@b', NULL,"
	    " NULL, '2026-11-20');";
	struct fixture *f = *state;
	struct ledger_query all = { 0 };
	size_t version;
	sqlite3 *db;

	for (version = 1; version < ledger_step_count; version++) {
		f->path = talloc_asprintf(f, "%s/v%zu.db", f->dir, version);
		assert_rc(RC_OK, &f->e,
		    ledger_create(f->path, ledger_steps, version, &f->e));
		assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
		assert_int_equal(
		    sqlite3_exec(db, fill, NULL, NULL, NULL), SQLITE_OK);
		assert_int_equal(sqlite3_close(db), SQLITE_OK);
		assert_rc(RC_RETRY, &f->e, reopen(f, LEDGER_READ));
		assert_rc(RC_OK, &f->e, reopen(f, LEDGER_WRITE));
		assert_rc(RC_OK, &f->e, ledger_check(f->l, &f->e));
		seen(f, &all, "1:old:2026-11-20:open:0:k@c.example;");
		assert_rc(RC_OK, &f->e, reopen(f, LEDGER_READ));
	}
}

static void
a_step_that_fails_changes_nothing(void **state)
{
	static const struct ledger_step steps[] = {
		{ "CREATE TABLE a (x)" },
		{ "CREATE TABLE b (x); INSERT INTO nowhere VALUES (1)" },
	};
	struct fixture *f = *state;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_rc(RC_OK, &f->e, ledger_migrate(db, steps, 1, &f->e));
	assert_rc(RC_INTERNAL, &f->e, ledger_migrate(db, steps, 2, &f->e));
	assert_int_equal(sqlite3_exec(db, "SELECT * FROM b", NULL, NULL, NULL),
	    SQLITE_ERROR);
	assert_rc(RC_OK, &f->e, ledger_migrate(db, steps, 1, &f->e));
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(what_goes_in_comes_out),
		WITH(a_message_is_recorded_once),
		WITH(a_message_is_recorded_whole_or_not),
		WITH(a_fault_at_any_step_leaves_nothing_half_done),
		WITH(a_full_disk_asks_for_another_try),
		WITH(queries_choose),
		WITH(moves_are_kept_for_ever),
		WITH(a_visitor_may_use_the_ledger),
		WITH(feeds),
		WITH(names_and_rights),
		WITH(a_reader_cannot_write),
		WITH(nothing_there),
		WITH(other_files_are_left_alone),
		WITH(damage_is_seen),
		WITH(a_lock_asks_for_another_try),
		WITH(newer_versions_are_refused),
		WITH(older_versions_are_migrated),
		WITH(a_step_that_fails_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
