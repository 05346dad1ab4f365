/*
 * ledger_inbox.c - what people answer, and who stands in for whom
 */
#include "core/core.h"

#include <glib.h>

#include "core/ledger/ledger_priv.h"

/* digest - by which the same answer is known again */
static void
digest(const struct ledger_answer *a, uint8_t out[32])
{
	const char *const parts[] = { a->address, a->sender, a->message_id,
		a->words, a->calendar };
	GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
	gsize len = 32;
	size_t i;

	for (i = 0; i < ARRAY_LEN(parts); i++) {
		if (parts[i] != NULL)
			g_checksum_update(sum, (const guchar *)parts[i], -1);
		g_checksum_update(sum, (const guchar *)"", 1);
	}
	g_checksum_get_digest(sum, out, &len);
	g_checksum_free(sum);
}

enum rc
ledger_inbox_put(struct ledger *l, const struct ledger_answer *a, bool *is_new,
    struct err *e)
{
	uint8_t sum[32];
	sqlite3_stmt *stmt;
	enum rc rc;

	digest(a, sum);
	stmt = ledger_take(l,
	    "INSERT OR IGNORE INTO inbox (digest, address, sender, message_id,"
	    " sent_at, is_automatic, words, calendar, taken_at)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)",
	    e);
	if (stmt == NULL)
		return e->rc;
	(void)sqlite3_bind_blob(stmt, 1, sum, sizeof(sum), SQLITE_TRANSIENT);
	ledger_bind_text(stmt, 2, a->address);
	ledger_bind_text(stmt, 3, a->sender);
	ledger_bind_text(stmt, 4, a->message_id);
	(void)sqlite3_bind_int64(stmt, 5, a->sent_at);
	(void)sqlite3_bind_int(stmt, 6, a->is_automatic);
	ledger_bind_text(stmt, 7, a->words);
	ledger_bind_text(stmt, 8, a->calendar);
	rc = ledger_do(l, stmt, "keeping an answer", e);
	if (rc == RC_OK)
		*is_new = sqlite3_changes(l->db) > 0;
	return rc;
}

enum rc
ledger_inbox_each(
    struct ledger *l, ledger_answer_fn visit, void *arg, struct err *e)
{
	struct ledger_answer a;
	sqlite3_stmt *stmt;
	enum rc rc = RC_OK;
	int step;

	stmt = ledger_take(l,
	    "SELECT id, address, sender, message_id, sent_at, is_automatic,"
	    " words, calendar FROM inbox WHERE taken_at = 0 ORDER BY id",
	    e);
	if (stmt == NULL)
		return e->rc;
	while (rc == RC_OK && (step = sqlite3_step(stmt)) == SQLITE_ROW) {
		a = (struct ledger_answer){
			.id = sqlite3_column_int64(stmt, 0),
			.address = (const char *)sqlite3_column_text(stmt, 1),
			.sender = (const char *)sqlite3_column_text(stmt, 2),
			.message_id =
			    (const char *)sqlite3_column_text(stmt, 3),
			.sent_at = sqlite3_column_int64(stmt, 4),
			.is_automatic = sqlite3_column_int(stmt, 5) != 0,
			.words = (const char *)sqlite3_column_text(stmt, 6),
			.calendar = (const char *)sqlite3_column_text(stmt, 7),
		};
		rc = visit(&a, arg, e);
	}
	if (rc == RC_OK && step != SQLITE_DONE)
		rc = ledger_fault(l->db, e, "reading answers");
	ledger_give(l, stmt);
	return rc;
}

enum rc
ledger_inbox_taken(struct ledger *l, int64_t id, int64_t at,
    const char *outcome, struct err *e)
{
	sqlite3_stmt *stmt;
	enum rc rc;

	stmt = ledger_take(l,
	    "UPDATE inbox SET taken_at = ?2, outcome = ?3, words = NULL,"
	    " calendar = NULL WHERE id = ?1 AND taken_at = 0",
	    e);
	if (stmt == NULL)
		return e->rc;
	(void)sqlite3_bind_int64(stmt, 1, id);
	(void)sqlite3_bind_int64(stmt, 2, at);
	ledger_bind_text(stmt, 3, outcome);
	rc = ledger_do(l, stmt, "taking an answer", e);
	if (rc == RC_OK && sqlite3_changes(l->db) == 0)
		rc = err_set(e, RC_NOTFOUND,
		    "there is no answer %" PRId64 " to take", id);
	return rc;
}

enum rc
ledger_away_add(
    struct ledger *l, const struct ledger_away *a, int64_t *id, struct err *e)
{
	sqlite3_stmt *stmt;
	enum rc rc;

	if (!a->first.is_set || !a->last.is_set || a->last.day < a->first.day)
		return err_set(
		    e, RC_BADINPUT, "an absence ends before it begins");
	stmt = ledger_take(l,
	    "INSERT INTO away (who, first, last, deputy, created_at,"
	    " cancelled_at) VALUES (?, ?, ?, ?, ?, 0)",
	    e);
	if (stmt == NULL)
		return e->rc;
	ledger_bind_text(stmt, 1, a->who);
	ledger_bind_civil(stmt, 2, a->first);
	ledger_bind_civil(stmt, 3, a->last);
	ledger_bind_text(stmt, 4, a->deputy);
	(void)sqlite3_bind_int64(stmt, 5, a->created_at);
	rc = ledger_do(l, stmt, "noting an absence", e);
	*id = sqlite3_last_insert_rowid(l->db);
	return rc;
}

enum rc
ledger_away_each(
    struct ledger *l, ledger_away_fn visit, void *arg, struct err *e)
{
	struct ledger_away a;
	sqlite3_stmt *stmt;
	enum rc rc = RC_OK;
	int step;

	stmt = ledger_take(l,
	    "SELECT id, who, first, last, deputy, created_at FROM away"
	    " WHERE cancelled_at = 0 ORDER BY first, id",
	    e);
	if (stmt == NULL)
		return e->rc;
	while (rc == RC_OK && (step = sqlite3_step(stmt)) == SQLITE_ROW) {
		a = (struct ledger_away){
			.id = sqlite3_column_int64(stmt, 0),
			.who = (const char *)sqlite3_column_text(stmt, 1),
			.first = ledger_civil(stmt, 2),
			.last = ledger_civil(stmt, 3),
			.deputy = (const char *)sqlite3_column_text(stmt, 4),
			.created_at = sqlite3_column_int64(stmt, 5),
		};
		rc = visit(&a, arg, e);
	}
	if (rc == RC_OK && step != SQLITE_DONE)
		rc = ledger_fault(l->db, e, "reading absences");
	ledger_give(l, stmt);
	return rc;
}

enum rc
ledger_away_cancel(struct ledger *l, int64_t id, int64_t at, struct err *e)
{
	sqlite3_stmt *stmt;
	enum rc rc;

	stmt = ledger_take(l,
	    "UPDATE away SET cancelled_at = ?2"
	    " WHERE id = ?1 AND cancelled_at = 0",
	    e);
	if (stmt == NULL)
		return e->rc;
	(void)sqlite3_bind_int64(stmt, 1, id);
	(void)sqlite3_bind_int64(stmt, 2, at);
	rc = ledger_do(l, stmt, "cancelling an absence", e);
	if (rc == RC_OK && sqlite3_changes(l->db) == 0)
		rc = err_set(e, RC_NOTFOUND,
		    "there is no absence %" PRId64 " to cancel", id);
	return rc;
}

enum rc
ledger_away_of(struct ledger *l, TALLOC_CTX *mem, const char *who,
    struct civil day, char **deputy, struct err *e)
{
	sqlite3_stmt *stmt;
	enum rc rc = RC_OK;
	int step;

	day.minute = CIVIL_NO_MINUTE;
	/* of several, the one told last */
	stmt = ledger_take(l,
	    "SELECT deputy FROM away WHERE who = ?1 AND first <= ?2"
	    " AND last >= ?2 AND cancelled_at = 0 ORDER BY id DESC LIMIT 1",
	    e);
	if (stmt == NULL)
		return e->rc;
	ledger_bind_text(stmt, 1, who);
	ledger_bind_civil(stmt, 2, day);
	step = sqlite3_step(stmt);
	if (step == SQLITE_ROW)
		*deputy = ledger_text(mem, stmt, 0);
	else if (step == SQLITE_DONE)
		rc = err_set(e, RC_NOTFOUND, "'%s' is not away", who);
	else
		rc = ledger_fault(l->db, e, "reading absences");
	ledger_give(l, stmt);
	return rc;
}
