/*
 * ledger_post.c - the outbox: what is to be said, and what was
 *
 * A letter and the rows of what it says are written in the transaction that
 * decides to say it; it is marked as sent once the next hop has taken it.
 */
#include "core/core.h"

#include "core/ledger/ledger_priv.h"

#define SUPERSEDED "a later letter says more"

#define LETTER_COLUMNS                                                         \
	"id, kind, recipient, message_id, posted_at, try_at, tries, sent_at,"  \
	" given_up_at, reason"

/* one_change - do it; RC_NOTFOUND where no row was changed */
static enum rc
one_change(struct ledger *l, sqlite3_stmt *stmt, const char *what,
    const char *missing, int64_t id, struct err *e)
{
	enum rc rc = ledger_do(l, stmt, what, e);

	if (rc == RC_OK && sqlite3_changes(l->db) == 0)
		rc = err_set(
		    e, RC_NOTFOUND, "there is no %s %" PRId64, missing, id);
	return rc;
}

enum rc
ledger_post(struct ledger *l, const char *kind, const char *recipient,
    const char *message_id, int64_t at, int64_t *id, struct err *e)
{
	sqlite3_stmt *stmt;
	enum rc rc;

	stmt = ledger_take(l,
	    "INSERT INTO outbox (kind, recipient, message_id, posted_at,"
	    " try_at, tries, sent_at, given_up_at)"
	    " VALUES (?1, ?2, ?3, ?4, ?4, 0, 0, 0)",
	    e);
	if (stmt == NULL)
		return e->rc;
	ledger_bind_text(stmt, 1, kind);
	ledger_bind_text(stmt, 2, recipient);
	ledger_bind_text(stmt, 3, message_id);
	(void)sqlite3_bind_int64(stmt, 4, at);
	rc = ledger_do(l, stmt, "posting a letter", e);
	*id = sqlite3_last_insert_rowid(l->db);
	return rc;
}

enum rc
ledger_post_write(
    struct ledger *l, int64_t id, struct slice bytes, struct err *e)
{
	sqlite3_stmt *stmt;

	stmt = ledger_take(l, "UPDATE outbox SET bytes = ?2 WHERE id = ?1", e);
	if (stmt == NULL)
		return e->rc;
	(void)sqlite3_bind_int64(stmt, 1, id);
	(void)sqlite3_bind_blob64(
	    stmt, 2, bytes.at, bytes.len, SQLITE_TRANSIENT);
	return one_change(l, stmt, "writing a letter", "letter", id, e);
}

enum rc
ledger_said(struct ledger *l, int64_t promise, const char *topic,
    int64_t moment, int64_t letter, struct err *e)
{
	sqlite3_stmt *stmt;
	enum rc rc;

	stmt = ledger_take(l,
	    "INSERT INTO said (promise, topic, at, letter)"
	    " VALUES (?, ?, ?, ?)",
	    e);
	if (stmt == NULL)
		return e->rc;
	(void)sqlite3_bind_int64(stmt, 1, promise);
	ledger_bind_text(stmt, 2, topic);
	(void)sqlite3_bind_int64(stmt, 3, moment);
	(void)sqlite3_bind_int64(stmt, 4, letter);
	rc = ledger_do(l, stmt, "noting what is said", e);
	if (rc != RC_OK &&
	    (sqlite3_extended_errcode(l->db) & 0xff) == SQLITE_CONSTRAINT)
		rc = err_set(e, RC_BADINPUT,
		    "promise %" PRId64 ": '%s' was said before", promise,
		    topic);
	return rc;
}

/* ask - whether a statement has a row */
static enum rc
ask(struct ledger *l, sqlite3_stmt *stmt, bool *out, struct err *e)
{
	int step = sqlite3_step(stmt);
	enum rc rc = RC_OK;

	*out = step == SQLITE_ROW;
	if (step != SQLITE_ROW && step != SQLITE_DONE)
		rc = ledger_fault(l->db, e, "reading what was said");
	ledger_give(l, stmt);
	return rc;
}

enum rc
ledger_is_said(struct ledger *l, int64_t promise, const char *topic,
    int64_t moment, bool *out, struct err *e)
{
	sqlite3_stmt *stmt;

	stmt = ledger_take(l,
	    "SELECT 1 FROM said WHERE promise = ? AND topic = ? AND at = ?", e);
	if (stmt == NULL)
		return e->rc;
	(void)sqlite3_bind_int64(stmt, 1, promise);
	ledger_bind_text(stmt, 2, topic);
	(void)sqlite3_bind_int64(stmt, 3, moment);
	return ask(l, stmt, out, e);
}

/* fill - a row of LETTER_COLUMNS; borrowed from the statement */
static void
fill(sqlite3_stmt *stmt, struct ledger_letter *t)
{
	*t = (struct ledger_letter){
		.id = sqlite3_column_int64(stmt, 0),
		.kind = (const char *)sqlite3_column_text(stmt, 1),
		.recipient = (const char *)sqlite3_column_text(stmt, 2),
		.message_id = (const char *)sqlite3_column_text(stmt, 3),
		.posted_at = sqlite3_column_int64(stmt, 4),
		.try_at = sqlite3_column_int64(stmt, 5),
		.tries = sqlite3_column_int(stmt, 6),
		.sent_at = sqlite3_column_int64(stmt, 7),
		.given_up_at = sqlite3_column_int64(stmt, 8),
		.reason = (const char *)sqlite3_column_text(stmt, 9),
	};
}

enum rc
ledger_post_each(struct ledger *l, int64_t try_before, ledger_letter_fn visit,
    void *arg, struct err *e)
{
	struct ledger_letter t;
	sqlite3_stmt *stmt;
	enum rc rc = RC_OK;
	int step;

	stmt = try_before != 0
		   ? ledger_take(l,
			 "SELECT " LETTER_COLUMNS ", bytes FROM outbox"
			 " WHERE sent_at = 0 AND given_up_at = 0"
			 " AND try_at < ? ORDER BY id",
			 e)
		   : ledger_take(l,
			 "SELECT " LETTER_COLUMNS ", bytes FROM outbox"
			 " ORDER BY id",
			 e);
	if (stmt == NULL)
		return e->rc;
	if (try_before != 0)
		(void)sqlite3_bind_int64(stmt, 1, try_before);
	while (rc == RC_OK && (step = sqlite3_step(stmt)) == SQLITE_ROW) {
		fill(stmt, &t);
		t.bytes.at = sqlite3_column_blob(stmt, 10);
		t.bytes.len = (size_t)sqlite3_column_bytes(stmt, 10);
		rc = visit(&t, arg, e);
	}
	if (rc == RC_OK && step != SQLITE_DONE)
		rc = ledger_fault(l->db, e, "reading the outbox");
	ledger_give(l, stmt);
	return rc;
}

enum rc
ledger_post_get(struct ledger *l, TALLOC_CTX *mem, int64_t id,
    struct ledger_letter **out, struct err *e)
{
	struct ledger_letter *t = talloc_zero(mem, struct ledger_letter);
	sqlite3_stmt *stmt;
	enum rc rc = RC_OK;
	int step;

	stmt = ledger_take(
	    l, "SELECT " LETTER_COLUMNS " FROM outbox WHERE id = ?", e);
	if (stmt == NULL)
		return e->rc;
	(void)sqlite3_bind_int64(stmt, 1, id);
	step = sqlite3_step(stmt);
	if (t == NULL) {
		rc = err_nomem(e);
	} else if (step == SQLITE_ROW) {
		fill(stmt, t);
		t->kind = talloc_strdup(t, t->kind);
		t->recipient = talloc_strdup(t, t->recipient);
		t->message_id = talloc_strdup(t, t->message_id);
		t->reason = talloc_strdup(t, t->reason);
		*out = t;
	} else if (step == SQLITE_DONE) {
		rc = err_set(e, RC_NOTFOUND, "there is no letter %" PRId64, id);
	} else {
		rc = ledger_fault(l->db, e, "reading the outbox");
	}
	ledger_give(l, stmt);
	if (rc != RC_OK)
		talloc_free(t);
	return rc;
}

enum rc
ledger_post_promises(
    struct ledger *l, TALLOC_CTX *mem, int64_t id, int64_t **out, struct err *e)
{
	int64_t *list = talloc_zero_array(mem, int64_t, 1);
	sqlite3_stmt *stmt;
	enum rc rc = RC_OK;
	size_t count = 0;
	int step;

	stmt = ledger_take(l,
	    "SELECT DISTINCT promise FROM said WHERE letter = ?"
	    " ORDER BY promise",
	    e);
	if (stmt == NULL)
		return e->rc;
	(void)sqlite3_bind_int64(stmt, 1, id);
	while (list != NULL && (step = sqlite3_step(stmt)) == SQLITE_ROW) {
		list = talloc_realloc(mem, list, int64_t, count + 2);
		if (list == NULL)
			break;
		list[count++] = sqlite3_column_int64(stmt, 0);
		list[count] = 0;
	}
	if (list == NULL)
		rc = err_nomem(e);
	else if (step != SQLITE_DONE)
		rc = ledger_fault(l->db, e, "reading what was said");
	ledger_give(l, stmt);
	if (rc == RC_OK)
		*out = list;
	return rc;
}

enum rc
ledger_post_sent(struct ledger *l, int64_t id, int64_t at, struct err *e)
{
	sqlite3_stmt *stmt;

	stmt = ledger_take(l,
	    "UPDATE outbox SET sent_at = ?2, tries = tries + 1, bytes = NULL,"
	    " reason = NULL WHERE id = ?1",
	    e);
	if (stmt == NULL)
		return e->rc;
	(void)sqlite3_bind_int64(stmt, 1, id);
	(void)sqlite3_bind_int64(stmt, 2, at);
	return one_change(l, stmt, "marking a letter", "letter", id, e);
}

enum rc
ledger_post_failed(struct ledger *l, int64_t id, int64_t try_at,
    const char *reason, struct err *e)
{
	sqlite3_stmt *stmt;

	stmt = ledger_take(l,
	    "UPDATE outbox SET try_at = ?2, tries = tries + 1, reason = ?3"
	    " WHERE id = ?1",
	    e);
	if (stmt == NULL)
		return e->rc;
	(void)sqlite3_bind_int64(stmt, 1, id);
	(void)sqlite3_bind_int64(stmt, 2, try_at);
	ledger_bind_text(stmt, 3, reason);
	return one_change(l, stmt, "marking a letter", "letter", id, e);
}

/* unsay - the rows of what a letter says */
static enum rc
unsay(struct ledger *l, int64_t id, struct err *e)
{
	sqlite3_stmt *stmt;

	stmt = ledger_take(l, "DELETE FROM said WHERE letter = ?", e);
	if (stmt == NULL)
		return e->rc;
	(void)sqlite3_bind_int64(stmt, 1, id);
	return ledger_do(l, stmt, "taking back what was said", e);
}

enum rc
ledger_post_give_up(struct ledger *l, int64_t id, int64_t at,
    const char *reason, bool is_unsaid, struct err *e)
{
	sqlite3_stmt *stmt;
	enum rc rc;

	rc = ledger_begin(l, e);
	if (rc != RC_OK)
		return rc;
	stmt = ledger_take(l,
	    "UPDATE outbox SET given_up_at = ?2, tries = tries + 1,"
	    " bytes = NULL, reason = ?3 WHERE id = ?1",
	    e);
	if (stmt == NULL)
		return ledger_end(l, e->rc, e);
	(void)sqlite3_bind_int64(stmt, 1, id);
	(void)sqlite3_bind_int64(stmt, 2, at);
	ledger_bind_text(stmt, 3, reason);
	rc = one_change(l, stmt, "marking a letter", "letter", id, e);
	if (rc == RC_OK && is_unsaid)
		rc = unsay(l, id, e);
	return ledger_end(l, rc, e);
}

enum rc
ledger_post_supersede(struct ledger *l, int64_t id, int64_t at, struct err *e)
{
	sqlite3_stmt *stmt;

	stmt = ledger_take(l,
	    "UPDATE outbox SET given_up_at = ?2, bytes = NULL,"
	    " reason = '" SUPERSEDED "'"
	    " WHERE id = ?1 AND sent_at = 0 AND given_up_at = 0",
	    e);
	if (stmt == NULL)
		return e->rc;
	(void)sqlite3_bind_int64(stmt, 1, id);
	(void)sqlite3_bind_int64(stmt, 2, at);
	return ledger_do(l, stmt, "marking a letter", e);
}

enum rc
ledger_is_dead(struct ledger *l, const char *address, int64_t since, bool *out,
    struct err *e)
{
	sqlite3_stmt *stmt;

	stmt = ledger_take(l,
	    "SELECT 1 FROM outbox o WHERE recipient = ?1 AND given_up_at >= ?2"
	    " AND given_up_at > 0 AND reason IS NOT '" SUPERSEDED
	    "' AND NOT EXISTS (SELECT 1 FROM outbox n"
	    " WHERE n.recipient = ?1 AND n.sent_at > o.given_up_at)",
	    e);
	if (stmt == NULL)
		return e->rc;
	ledger_bind_text(stmt, 1, address);
	(void)sqlite3_bind_int64(stmt, 2, since);
	return ask(l, stmt, out, e);
}

enum rc
ledger_hand(struct ledger *l, int64_t id, const char *to, int64_t at,
    const char *by, struct err *e)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	enum promise_state state;
	sqlite3_stmt *stmt;
	struct promise *p;
	enum rc rc;

	if (mem == NULL)
		return err_nomem(e);
	rc = ledger_begin(l, e);
	if (rc != RC_OK)
		goto out;
	rc = ledger_get(l, mem, id, &p, e);
	if (rc == RC_OK)
		rc = promise_next_state(p->state, MOVE_HANDED, &state, e);
	if (rc == RC_OK) {
		stmt = ledger_take(
		    l, "UPDATE promise SET owner = ?2 WHERE id = ?1", e);
		if (stmt != NULL) {
			(void)sqlite3_bind_int64(stmt, 1, id);
			ledger_bind_text(stmt, 2, to);
		}
		rc = ledger_do(l, stmt, "handing over a promise", e);
	}
	if (rc == RC_OK)
		rc = ledger_touch(l, id, at, e);
	if (rc == RC_OK)
		rc = ledger_history_add(
		    l, id, at, MOVE_HANDED, by, to, p->due, p->due, e);
	if (rc == RC_OK)
		rc = ledger_bump(l, e);
	rc = ledger_end(l, rc, e);
out:
	talloc_free(mem);
	return rc;
}
