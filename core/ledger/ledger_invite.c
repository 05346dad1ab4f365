/*
 * ledger_invite.c - what owners' own calendars were told by invitations
 */
#include "core/core.h"

#include "core/ledger/ledger_priv.h"

#define COLUMNS                                                                \
	"promise, attendee, sequence, organizer, first, last,"                 \
	" start_at, end_at, is_active, answered_at"

enum rc
ledger_invite_put(
    struct ledger *l, const struct ledger_invite *v, struct err *e)
{
	sqlite3_stmt *stmt;

	stmt = ledger_take(l,
	    "INSERT OR REPLACE INTO invite (" COLUMNS ")"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	    e);
	if (stmt == NULL)
		return e->rc;
	(void)sqlite3_bind_int64(stmt, 1, v->promise);
	ledger_bind_text(stmt, 2, v->attendee);
	(void)sqlite3_bind_int(stmt, 3, v->sequence);
	ledger_bind_text(stmt, 4, v->organizer);
	(void)sqlite3_bind_int64(stmt, 5, v->first);
	(void)sqlite3_bind_int64(stmt, 6, v->last);
	(void)sqlite3_bind_int64(stmt, 7, v->start_at);
	(void)sqlite3_bind_int64(stmt, 8, v->end_at);
	(void)sqlite3_bind_int(stmt, 9, v->is_active);
	(void)sqlite3_bind_int64(stmt, 10, v->answered_at);
	return ledger_do(l, stmt, "noting an invitation", e);
}

/* fill - a row of COLUMNS; borrowed from the statement */
static void
fill(sqlite3_stmt *stmt, struct ledger_invite *v)
{
	*v = (struct ledger_invite){
		.promise = sqlite3_column_int64(stmt, 0),
		.attendee = (const char *)sqlite3_column_text(stmt, 1),
		.sequence = sqlite3_column_int(stmt, 2),
		.organizer = (const char *)sqlite3_column_text(stmt, 3),
		.first = sqlite3_column_int64(stmt, 4),
		.last = sqlite3_column_int64(stmt, 5),
		.start_at = sqlite3_column_int64(stmt, 6),
		.end_at = sqlite3_column_int64(stmt, 7),
		.is_active = sqlite3_column_int(stmt, 8) != 0,
		.answered_at = sqlite3_column_int64(stmt, 9),
	};
}

/* one - the row of a statement, owned by mem; gives the statement back */
static enum rc
one(struct ledger *l, sqlite3_stmt *stmt, TALLOC_CTX *mem,
    struct ledger_invite **out, struct err *e)
{
	struct ledger_invite *v = talloc_zero(mem, struct ledger_invite);
	int step = sqlite3_step(stmt);
	enum rc rc = RC_OK;

	if (v == NULL) {
		rc = err_nomem(e);
	} else if (step == SQLITE_ROW) {
		fill(stmt, v);
		v->attendee = talloc_strdup(v, v->attendee);
		v->organizer = talloc_strdup(v, v->organizer);
		*out = v;
	} else if (step == SQLITE_DONE) {
		rc = err_set(e, RC_NOTFOUND, "there is no such invitation");
	} else {
		rc = ledger_fault(l->db, e, "reading an invitation");
	}
	ledger_give(l, stmt);
	if (rc != RC_OK)
		talloc_free(v);
	return rc;
}

enum rc
ledger_invite_get(struct ledger *l, TALLOC_CTX *mem, int64_t promise,
    const char *attendee, struct ledger_invite **out, struct err *e)
{
	sqlite3_stmt *stmt;

	stmt = ledger_take(l,
	    "SELECT " COLUMNS " FROM invite WHERE promise = ? AND attendee = ?",
	    e);
	if (stmt == NULL)
		return e->rc;
	(void)sqlite3_bind_int64(stmt, 1, promise);
	ledger_bind_text(stmt, 2, attendee);
	return one(l, stmt, mem, out, e);
}

enum rc
ledger_invite_of(struct ledger *l, TALLOC_CTX *mem, int64_t letter,
    struct ledger_invite **out, struct err *e)
{
	sqlite3_stmt *stmt;

	stmt =
	    ledger_take(l, "SELECT " COLUMNS " FROM invite WHERE first = ?", e);
	if (stmt == NULL)
		return e->rc;
	(void)sqlite3_bind_int64(stmt, 1, letter);
	return one(l, stmt, mem, out, e);
}

enum rc
ledger_invite_each(
    struct ledger *l, ledger_invite_fn visit, void *arg, struct err *e)
{
	struct ledger_invite v;
	sqlite3_stmt *stmt;
	enum rc rc = RC_OK;
	int step;

	stmt = ledger_take(l,
	    "SELECT " COLUMNS " FROM invite WHERE is_active = 1"
	    " ORDER BY promise, attendee",
	    e);
	if (stmt == NULL)
		return e->rc;
	while (rc == RC_OK && (step = sqlite3_step(stmt)) == SQLITE_ROW) {
		fill(stmt, &v);
		rc = visit(&v, arg, e);
	}
	if (rc == RC_OK && step != SQLITE_DONE)
		rc = ledger_fault(l->db, e, "reading invitations");
	ledger_give(l, stmt);
	return rc;
}
