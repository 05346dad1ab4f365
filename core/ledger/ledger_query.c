/*
 * ledger_query.c - promises and their history out
 */
#include "core/core.h"

#include "core/ledger/ledger_priv.h"

#define QUERY_MAX_CUSTOMERS 1000 /* of one message, shown */

/* the order of columns that fill() reads */
#define COLUMNS                                                                \
	"p.id, p.text, p.kind, p.due, p.due_from, p.after, p.condition,"       \
	" p.is_hedged, p.lang, p.warnings, p.why, p.state, p.due_first,"       \
	" p.due_at, p.changed_at, p.sequence, m.zone, m.author,"               \
	" m.author_name, m.thread, m.message_id, m.sent_at, m.recorded_at,"    \
	" m.is_uncertain, m.id, p.owner"

/* ledger_customers - those of one message, in the order of their names */
static enum rc
customers(struct ledger *l, struct promise *p, int64_t message, struct err *e)
{
	sqlite3_stmt *stmt;
	size_t count = 0;
	enum rc rc = RC_OK;
	int step;

	p->customers = talloc_zero_array(p, char *, 1);
	stmt = ledger_take(l,
	    "SELECT address FROM customer WHERE message = ?"
	    " ORDER BY address LIMIT ?",
	    e);
	if (stmt == NULL)
		return e->rc;
	(void)sqlite3_bind_int64(stmt, 1, message);
	(void)sqlite3_bind_int(stmt, 2, QUERY_MAX_CUSTOMERS);
	while ((step = sqlite3_step(stmt)) == SQLITE_ROW) {
		p->customers =
		    talloc_realloc(p, p->customers, char *, count + 2);
		if (p->customers == NULL)
			break;
		p->customers[count] = ledger_text(p, stmt, 0);
		p->customers[++count] = NULL;
	}
	if (p->customers == NULL)
		rc = err_nomem(e);
	else if (step != SQLITE_DONE)
		rc = ledger_fault(l->db, e, "reading customers");
	ledger_give(l, stmt);
	return rc;
}

/* fill - one row of COLUMNS */
static enum rc
fill(struct ledger *l, sqlite3_stmt *stmt, struct promise *p, struct err *e)
{
	const char *text;

	p->id = sqlite3_column_int64(stmt, 0);
	p->text = ledger_text(p, stmt, 1);
	text = (const char *)sqlite3_column_text(stmt, 2);
	if (text == NULL || !promise_kind_parse(text, &p->kind))
		return err_set(e, RC_INTERNAL,
		    "promise %" PRId64 " has no known kind", p->id);
	p->due = ledger_civil(stmt, 3);
	p->from = ledger_civil(stmt, 4);
	p->after = ledger_text(p, stmt, 5);
	p->condition = ledger_text(p, stmt, 6);
	p->is_hedged = sqlite3_column_int(stmt, 7) != 0;
	text = (const char *)sqlite3_column_text(stmt, 8);
	(void)snprintf(p->lang, sizeof(p->lang), "%s", text ? text : "");
	p->warnings = (unsigned)sqlite3_column_int(stmt, 9);
	p->why = ledger_text(p, stmt, 10);
	text = (const char *)sqlite3_column_text(stmt, 11);
	if (text == NULL || !promise_state_parse(text, &p->state))
		return err_set(e, RC_INTERNAL,
		    "promise %" PRId64 " has no known state", p->id);
	p->due_first = ledger_civil(stmt, 12);
	p->due_at = sqlite3_column_int64(stmt, 13);
	p->changed_at = sqlite3_column_int64(stmt, 14);
	p->sequence = sqlite3_column_int(stmt, 15);
	p->zone = ledger_text(p, stmt, 16);
	p->author = ledger_text(p, stmt, 17);
	p->author_name = ledger_text(p, stmt, 18);
	p->subject_thread = ledger_text(p, stmt, 19);
	p->message_id = ledger_text(p, stmt, 20);
	p->sent_at = sqlite3_column_int64(stmt, 21);
	p->recorded_at = sqlite3_column_int64(stmt, 22);
	p->is_uncertain = sqlite3_column_int(stmt, 23) != 0;
	p->owner = ledger_text(p, stmt, 25);
	return customers(l, p, sqlite3_column_int64(stmt, 24), e);
}

/* query_sql - the statement for a query; its values are bound by number */
static char *
query_sql(TALLOC_CTX *mem, const struct ledger_query *q)
{
	char *sql =
	    talloc_strdup(mem, "SELECT " COLUMNS " FROM promise p"
			       " JOIN message m ON m.id = p.message WHERE 1");
	const char *sep = "";
	int s;

	if (q->states != 0) {
		sql = talloc_asprintf_append(sql, " AND p.state IN (");
		for (s = PROMISE_OPEN; s <= PROMISE_NOT; s++) {
			if ((q->states & 1u << s) == 0)
				continue;
			sql = talloc_asprintf_append(sql, "%s'%s'", sep,
			    promise_state_name((enum promise_state)s));
			sep = ", ";
		}
		sql = talloc_asprintf_append(sql, ")");
	}
	if (q->due_before != 0)
		sql = talloc_asprintf_append(sql, " AND p.due_at < ?1");
	if (q->due_from != 0)
		sql = talloc_asprintf_append(sql, " AND p.due_at >= ?2");
	if (q->changed_from != 0)
		sql = talloc_asprintf_append(sql, " AND p.changed_at >= ?3");
	if (q->since != 0)
		sql = talloc_asprintf_append(sql, " AND p.version > ?7");
	if (q->settled_from != 0)
		sql = talloc_asprintf_append(
		    sql, " AND (p.state = 'open' OR p.changed_at >= ?8)");
	if (q->customer != NULL)
		sql = talloc_asprintf_append(sql,
		    " AND p.message IN (SELECT message FROM customer"
		    " WHERE %s = ?4)",
		    strchr(q->customer, '@') ? "address" : "domain");
	if (q->author != NULL)
		sql = talloc_asprintf_append(sql,
		    " AND coalesce(p.owner, m.author) = ?5 COLLATE NOCASE");
	if (q->id != 0)
		sql = talloc_asprintf_append(sql, " AND p.id = ?6");
	if (!q->is_by_id)
		return talloc_asprintf_append(sql, " ORDER BY p.due_at, p.id");
	/* few changed: by the index of versions, not all in their order */
	return talloc_asprintf_append(
	    sql, q->since != 0 ? " ORDER BY +p.id" : " ORDER BY p.id");
}

/* query_start - prepare and bind */
static enum rc
query_start(struct ledger *l, const struct ledger_query *q, sqlite3_stmt **out,
    struct err *e)
{
	char *sql = query_sql(NULL, q);
	int rc;

	if (sql == NULL)
		return err_nomem(e);
	rc = sqlite3_prepare_v2(l->db, sql, -1, out, NULL);
	talloc_free(sql);
	if (rc != SQLITE_OK)
		return ledger_fault(l->db, e, "asking for promises");
	/* a number the statement does not hold is refused: no matter */
	(void)sqlite3_bind_int64(*out, 1, q->due_before);
	(void)sqlite3_bind_int64(*out, 2, q->due_from);
	(void)sqlite3_bind_int64(*out, 3, q->changed_from);
	ledger_bind_text(*out, 4, q->customer);
	ledger_bind_text(*out, 5, q->author);
	(void)sqlite3_bind_int64(*out, 6, q->id);
	(void)sqlite3_bind_int64(*out, 7, q->since);
	(void)sqlite3_bind_int64(*out, 8, q->settled_from);
	return RC_OK;
}

enum rc
ledger_each(struct ledger *l, const struct ledger_query *q,
    ledger_visit_fn visit, void *arg, struct err *e)
{
	sqlite3_stmt *stmt = NULL;
	struct promise *p;
	int step = SQLITE_DONE;
	enum rc rc;

	rc = query_start(l, q, &stmt, e);
	while (rc == RC_OK && (step = sqlite3_step(stmt)) == SQLITE_ROW) {
		p = talloc_zero(NULL, struct promise);
		if (p == NULL) {
			rc = err_nomem(e);
			break;
		}
		rc = fill(l, stmt, p, e);
		if (rc == RC_OK)
			rc = visit(p, arg, e);
		talloc_free(p);
	}
	if (rc == RC_OK && step != SQLITE_DONE)
		rc = ledger_fault(l->db, e, "reading promises");
	(void)sqlite3_finalize(stmt);
	return rc;
}

enum rc
ledger_get(struct ledger *l, TALLOC_CTX *mem, int64_t id, struct promise **out,
    struct err *e)
{
	struct promise *p;
	sqlite3_stmt *stmt;
	enum rc rc;
	int step;

	stmt = ledger_take(l,
	    "SELECT " COLUMNS " FROM promise p"
	    " JOIN message m ON m.id = p.message WHERE p.id = ?",
	    e);
	if (stmt == NULL)
		return e->rc;
	(void)sqlite3_bind_int64(stmt, 1, id);
	p = talloc_zero(mem, struct promise);
	step = sqlite3_step(stmt);
	if (p == NULL)
		rc = err_nomem(e);
	else if (step == SQLITE_ROW)
		rc = fill(l, stmt, p, e);
	else if (step == SQLITE_DONE)
		rc =
		    err_set(e, RC_NOTFOUND, "there is no promise %" PRId64, id);
	else
		rc = ledger_fault(l->db, e, "reading a promise");
	ledger_give(l, stmt);
	if (rc == RC_OK)
		*out = p;
	else
		talloc_free(p);
	return rc;
}

enum rc
ledger_history(struct ledger *l, int64_t id, ledger_event_fn visit, void *arg,
    struct err *e)
{
	struct ledger_event ev;
	sqlite3_stmt *stmt;
	const char *move;
	enum rc rc = RC_OK;
	int step;

	stmt = ledger_take(l,
	    "SELECT at, move, who, note, due_before, due_after FROM history"
	    " WHERE promise = ? ORDER BY id",
	    e);
	if (stmt == NULL)
		return e->rc;
	(void)sqlite3_bind_int64(stmt, 1, id);
	while (rc == RC_OK && (step = sqlite3_step(stmt)) == SQLITE_ROW) {
		ev.at = sqlite3_column_int64(stmt, 0);
		move = (const char *)sqlite3_column_text(stmt, 1);
		if (move == NULL || !promise_move_parse(move, &ev.move)) {
			rc = err_set(e, RC_INTERNAL,
			    "promise %" PRId64 " has a move unknown here", id);
			break;
		}
		ev.by = (const char *)sqlite3_column_text(stmt, 2);
		ev.note = (const char *)sqlite3_column_text(stmt, 3);
		ev.due_before = ledger_civil(stmt, 4);
		ev.due_after = ledger_civil(stmt, 5);
		rc = visit(&ev, arg, e);
	}
	if (rc == RC_OK && step != SQLITE_DONE)
		rc = ledger_fault(l->db, e, "reading history");
	ledger_give(l, stmt);
	return rc;
}
