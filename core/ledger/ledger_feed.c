/*
 * ledger_feed.c - who subscribes to a calendar; tokens only as their SHA-256
 */
#include "core/core.h"

#include "core/ledger/ledger_priv.h"

enum rc
ledger_feed_add(
    struct ledger *l, const struct ledger_feed *f, int64_t *id, struct err *e)
{
	sqlite3_stmt *stmt;
	enum rc rc;

	rc = ledger_begin(l, e);
	if (rc != RC_OK)
		return rc;
	stmt = ledger_take(l,
	    "INSERT INTO feed (name, lang, customer, author, token_hash,"
	    " created_at, used_at, revoked_at, team, kind, form, alarms,"
	    " is_private) VALUES (?, ?, ?, ?, ?, ?, 0, 0, ?, ?, ?, ?, ?)",
	    e);
	if (stmt == NULL)
		return ledger_end(l, e->rc, e);
	ledger_bind_text(stmt, 1, f->name);
	ledger_bind_text(stmt, 2, f->lang);
	ledger_bind_text(stmt, 3, f->customer);
	ledger_bind_text(stmt, 4, f->author);
	(void)sqlite3_bind_blob(
	    stmt, 5, f->token_hash, sizeof(f->token_hash), SQLITE_TRANSIENT);
	(void)sqlite3_bind_int64(stmt, 6, f->created_at);
	ledger_bind_text(stmt, 7, f->team);
	ledger_bind_text(stmt, 8, f->kind);
	ledger_bind_text(stmt, 9, f->form ? f->form : "events");
	ledger_bind_text(stmt, 10, f->alarms);
	(void)sqlite3_bind_int(stmt, 11, f->is_private);
	rc = ledger_do(l, stmt, "adding a feed", e);
	*id = sqlite3_last_insert_rowid(l->db);
	if (rc == RC_OK)
		rc = ledger_bump(l, e);
	return ledger_end(l, rc, e);
}

enum rc
ledger_feed_each(
    struct ledger *l, ledger_feed_fn visit, void *arg, struct err *e)
{
	struct ledger_feed f;
	sqlite3_stmt *stmt;
	const void *hash;
	enum rc rc = RC_OK;
	int step;

	stmt = ledger_take(l,
	    "SELECT id, name, lang, customer, author, token_hash, created_at,"
	    " used_at, revoked_at, team, kind, form, alarms, is_private"
	    " FROM feed ORDER BY id",
	    e);
	if (stmt == NULL)
		return e->rc;
	while (rc == RC_OK && (step = sqlite3_step(stmt)) == SQLITE_ROW) {
		f.id = sqlite3_column_int64(stmt, 0);
		f.name = (const char *)sqlite3_column_text(stmt, 1);
		f.lang = (const char *)sqlite3_column_text(stmt, 2);
		f.customer = (const char *)sqlite3_column_text(stmt, 3);
		f.author = (const char *)sqlite3_column_text(stmt, 4);
		hash = sqlite3_column_blob(stmt, 5);
		if (hash == NULL || sqlite3_column_bytes(stmt, 5) !=
					(int)sizeof(f.token_hash)) {
			rc = err_set(e, RC_INTERNAL,
			    "feed %" PRId64 " has no token", f.id);
			break;
		}
		memcpy(f.token_hash, hash, sizeof(f.token_hash));
		f.created_at = sqlite3_column_int64(stmt, 6);
		f.used_at = sqlite3_column_int64(stmt, 7);
		f.revoked_at = sqlite3_column_int64(stmt, 8);
		f.team = (const char *)sqlite3_column_text(stmt, 9);
		f.kind = (const char *)sqlite3_column_text(stmt, 10);
		f.form = (const char *)sqlite3_column_text(stmt, 11);
		f.alarms = (const char *)sqlite3_column_text(stmt, 12);
		f.is_private = sqlite3_column_int(stmt, 13) != 0;
		rc = visit(&f, arg, e);
	}
	if (rc == RC_OK && step != SQLITE_DONE)
		rc = ledger_fault(l->db, e, "reading feeds");
	ledger_give(l, stmt);
	return rc;
}

enum rc
ledger_feed_revoke(struct ledger *l, int64_t id, int64_t at, struct err *e)
{
	sqlite3_stmt *stmt;
	enum rc rc;

	rc = ledger_begin(l, e);
	if (rc != RC_OK)
		return rc;
	stmt = ledger_take(l,
	    "UPDATE feed SET revoked_at = ?2 WHERE id = ?1 AND revoked_at = 0",
	    e);
	if (stmt == NULL)
		return ledger_end(l, e->rc, e);
	(void)sqlite3_bind_int64(stmt, 1, id);
	(void)sqlite3_bind_int64(stmt, 2, at);
	rc = ledger_do(l, stmt, "revoking a feed", e);
	if (rc == RC_OK && sqlite3_changes(l->db) == 0)
		rc = err_set(e, RC_NOTFOUND,
		    "there is no feed %" PRId64 " to revoke", id);
	if (rc == RC_OK)
		rc = ledger_bump(l, e);
	return ledger_end(l, rc, e);
}

enum rc
ledger_feed_used(struct ledger *l, int64_t id, int64_t at, struct err *e)
{
	sqlite3_stmt *stmt;

	stmt = ledger_take(l,
	    "UPDATE feed SET used_at = ?2 WHERE id = ?1 AND used_at < ?2", e);
	if (stmt == NULL)
		return e->rc;
	(void)sqlite3_bind_int64(stmt, 1, id);
	(void)sqlite3_bind_int64(stmt, 2, at);
	return ledger_do(l, stmt, "noting a feed's use", e);
}
