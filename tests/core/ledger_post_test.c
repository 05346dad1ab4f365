/*
 * ledger_post_test.c - the outbox, the inbox, absences, parts of transactions
 */
#include "tests/unit.h"

#include "core/ledger/ledger_priv.h"

#define NOON 1794830400 /* 2026-11-16T12:00Z, a Monday */

struct fixture {
	char dir[32];
	struct ledger *l;
	struct err e;
	char *seen;
	int64_t letter;
	enum rc want;
};

static int
setup(void **state)
{
	static const char *const customers[] = { "k@client.example", NULL };
	struct fixture *f = talloc_zero(NULL, struct fixture);
	struct ledger_mail mail = { .message_id = "m@acme.example",
		.author = "anne@acme.example",
		.customers = customers,
		.zone = "Europe/Paris",
		.sent_at = NOON,
		.recorded_at = NOON };
	struct promise p = { .text = talloc_strdup(f, "Demain."),
		.due = { .minute = CIVIL_NO_MINUTE },
		.lang = "fr" };
	size_t n;

	(void)snprintf(f->dir, sizeof(f->dir), "/tmp/post.XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	assert_rc(RC_OK, &f->e,
	    ledger_open(f, talloc_asprintf(f, "%s/ledger.db", f->dir),
		LEDGER_CREATE, &f->l, &f->e));
	assert_rc(RC_OK, &f->e, ledger_record(f->l, &mail, &p, 1, &n, &f->e));
	f->seen = talloc_strdup(f, "");
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

/* post - a part: a letter about promise 1, then f->want */
static enum rc
post(struct ledger *l, void *arg, struct err *e)
{
	struct fixture *f = arg;
	enum rc rc;

	rc = ledger_post(l, "remind", "Anne@acme.example",
	    f->want == RC_OK ? "a@x" : "b@x", NOON, &f->letter, e);
	if (rc == RC_OK)
		rc = ledger_said(l, 1, "late", NOON, f->letter, e);
	if (rc == RC_OK)
		rc = ledger_post_write(l, f->letter, SLICE("octets"), e);
	return rc == RC_OK ? f->want : rc;
}

static enum rc
see(const struct ledger_letter *t, void *arg, struct err *e)
{
	struct fixture *f = arg;

	(void)e;
	f->seen = talloc_asprintf_append(f->seen, "%s:%s:%.*s:%d;", t->kind,
	    t->message_id, (int)t->bytes.len, t->bytes.at ? t->bytes.at : "",
	    t->tries);
	return RC_OK;
}

/* outbox - what is to be tried before an instant */
static void
outbox(struct fixture *f, int64_t before, const char *want)
{
	f->seen = talloc_strdup(f, "");
	assert_rc(RC_OK, &f->e, ledger_post_each(f->l, before, see, f, &f->e));
	assert_string_equal(f->seen, want);
}

static void
a_letter_is_posted_whole_or_not(void **state)
{
	struct fixture *f = *state;
	bool is_said;

	f->want = RC_INTERNAL;
	assert_rc(RC_INTERNAL, &f->e, ledger_together(f->l, post, f, &f->e));
	outbox(f, 0, "");
	assert_rc(RC_OK, &f->e,
	    ledger_is_said(f->l, 1, "late", NOON, &is_said, &f->e));
	assert_false(is_said);
	f->want = RC_OK;
	assert_rc(RC_OK, &f->e, ledger_together(f->l, post, f, &f->e));
	outbox(f, NOON + 1, "remind:a@x:octets:0;");
	outbox(f, NOON, "");
	assert_rc(RC_OK, &f->e,
	    ledger_is_said(f->l, 1, "late", NOON, &is_said, &f->e));
	assert_true(is_said);
	/* the same again is refused, and leaves no letter */
	f->want = RC_INTERNAL;
	assert_rc(RC_BADINPUT, &f->e, ledger_together(f->l, post, f, &f->e));
	outbox(f, 0, "remind:a@x:octets:0;");
}

static void
a_letter_leaves_the_outbox(void **state)
{
	struct fixture *f = *state;
	struct ledger_letter *t;
	bool is_dead, is_said;
	int64_t *about;

	assert_rc(RC_OK, &f->e, ledger_together(f->l, post, f, &f->e));
	assert_rc(RC_OK, &f->e,
	    ledger_post_failed(f->l, f->letter, NOON + 60, "451", &f->e));
	outbox(f, NOON + 60, "");
	outbox(f, NOON + 61, "remind:a@x:octets:1;");
	assert_rc(RC_OK, &f->e,
	    ledger_post_promises(f->l, f, f->letter, &about, &f->e));
	assert_int_equal(about[0], 1);
	assert_int_equal(about[1], 0);
	assert_rc(RC_OK, &f->e,
	    ledger_post_give_up(
		f->l, f->letter, NOON + 70, "550", true, &f->e));
	outbox(f, INT64_C(2) * NOON, "");
	outbox(f, 0, "remind:a@x::2;");
	assert_rc(RC_OK, &f->e,
	    ledger_is_said(f->l, 1, "late", NOON, &is_said, &f->e));
	assert_false(is_said);
	assert_rc(RC_OK, &f->e,
	    ledger_is_dead(f->l, "ANNE@acme.example", NOON, &is_dead, &f->e));
	assert_true(is_dead);
	assert_rc(RC_OK, &f->e,
	    ledger_is_dead(
		f->l, "anne@acme.example", NOON + 71, &is_dead, &f->e));
	assert_false(is_dead);
	assert_rc(RC_OK, &f->e, ledger_post_get(f->l, f, f->letter, &t, &f->e));
	assert_int_equal(t->given_up_at, NOON + 70);
	assert_string_equal(t->reason, "550");
	assert_rc(RC_NOTFOUND, &f->e,
	    ledger_post_sent(f->l, f->letter + 1, NOON, &f->e));
}

/* parts - a part whose first half fails by itself */
static enum rc
parts(struct ledger *l, void *arg, struct err *e)
{
	struct fixture *f = arg;
	struct civil none = { .minute = CIVIL_NO_MINUTE };
	struct err inner;

	f->want = RC_INTERNAL;
	assert_rc(RC_INTERNAL, &inner, ledger_together(l, post, f, &inner));
	return ledger_move(l, 1, MOVE_KEPT, none, NOON + 9, "anne", NULL, e);
}

static void
a_part_fails_by_itself(void **state)
{
	struct fixture *f = *state;
	struct promise *p;

	assert_rc(RC_OK, &f->e, ledger_together(f->l, parts, f, &f->e));
	outbox(f, 0, "");
	assert_rc(RC_OK, &f->e, ledger_get(f->l, f, 1, &p, &f->e));
	assert_int_equal(p->state, PROMISE_KEPT);
}

static enum rc
see_answer(const struct ledger_answer *a, void *arg, struct err *e)
{
	struct fixture *f = arg;

	(void)e;
	f->seen = talloc_asprintf_append(f->seen, "%s:%s:%s;", a->address,
	    a->words, a->calendar ? a->calendar : "-");
	return RC_OK;
}

static void
answers_are_kept_once(void **state)
{
	struct fixture *f = *state;
	struct ledger_answer a = { .address = "p+1.2.3@acme.example",
		.sender = "anne@acme.example",
		.message_id = "r@acme.example",
		.sent_at = NOON,
		.words = "fait" };
	bool is_new;

	assert_rc(RC_OK, &f->e, ledger_inbox_put(f->l, &a, &is_new, &f->e));
	assert_true(is_new);
	assert_rc(RC_OK, &f->e, ledger_inbox_put(f->l, &a, &is_new, &f->e));
	assert_false(is_new);
	a.words = "annulé";
	assert_rc(RC_OK, &f->e, ledger_inbox_put(f->l, &a, &is_new, &f->e));
	assert_true(is_new);
	assert_rc(
	    RC_OK, &f->e, ledger_inbox_taken(f->l, 1, NOON, "kept", &f->e));
	assert_rc(RC_NOTFOUND, &f->e,
	    ledger_inbox_taken(f->l, 1, NOON, "kept", &f->e));
	assert_rc(RC_OK, &f->e, ledger_inbox_each(f->l, see_answer, f, &f->e));
	assert_string_equal(f->seen, "p+1.2.3@acme.example:annulé:-;");
}

static struct civil
day(const char *text)
{
	struct civil c;

	assert_true(civil_parse(text, &c));
	return c;
}

static void
absences_say_who_stands_in(void **state)
{
	struct fixture *f = *state;
	struct ledger_away a = { .who = "anne@acme.example",
		.first = day("2026-12-21"),
		.last = day("2026-12-31"),
		.deputy = "tom@acme.example",
		.created_at = NOON };
	char *deputy = NULL;
	int64_t id;

	assert_rc(RC_OK, &f->e, ledger_away_add(f->l, &a, &id, &f->e));
	assert_rc(RC_NOTFOUND, &f->e,
	    ledger_away_of(f->l, f, "anne@acme.example", day("2026-12-20"),
		&deputy, &f->e));
	assert_rc(RC_OK, &f->e,
	    ledger_away_of(f->l, f, "ANNE@acme.example",
		day("2026-12-31T09:00"), &deputy, &f->e));
	assert_string_equal(deputy, "tom@acme.example");
	assert_rc(RC_OK, &f->e, ledger_away_cancel(f->l, id, NOON, &f->e));
	assert_rc(RC_NOTFOUND, &f->e,
	    ledger_away_of(f->l, f, "anne@acme.example", day("2026-12-31"),
		&deputy, &f->e));
	a.last = day("2026-12-20");
	assert_rc(RC_BADINPUT, &f->e, ledger_away_add(f->l, &a, &id, &f->e));
}

static void
a_promise_is_handed_over(void **state)
{
	struct fixture *f = *state;
	struct promise *p;

	assert_rc(RC_OK, &f->e,
	    ledger_hand(f->l, 1, "paul@acme.example", NOON + 9,
		"anne@acme.example", &f->e));
	assert_rc(RC_OK, &f->e, ledger_get(f->l, f, 1, &p, &f->e));
	assert_string_equal(p->owner, "paul@acme.example");
	assert_string_equal(p->author, "anne@acme.example");
	assert_int_equal(p->sequence, 1);
	assert_rc(RC_NOTFOUND, &f->e,
	    ledger_hand(f->l, 2, "paul@acme.example", NOON, "x", &f->e));
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(a_letter_is_posted_whole_or_not),
		WITH(a_letter_leaves_the_outbox),
		WITH(a_part_fails_by_itself),
		WITH(answers_are_kept_once),
		WITH(absences_say_who_stands_in),
		WITH(a_promise_is_handed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
