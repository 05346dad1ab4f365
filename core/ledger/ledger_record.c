/*
 * ledger_record.c - one message in, and what becomes of its promises
 */
#include "core/core.h"

#include "core/ledger/ledger_priv.h"

/* domain_of - behind the last '@', or the whole */
static const char *
domain_of(const char *address)
{
	const char *at = strrchr(address, '@');

	return at ? at + 1 : address;
}

/* find_message - the row this mail already has; *id 0 where it is new */
static enum rc
find_message(struct ledger *l, const struct ledger_mail *mail, int64_t *id,
    bool *is_uncertain, struct err *e)
{
	sqlite3_stmt *stmt;
	enum rc rc = RC_OK;
	int step;

	*id = 0;
	if (mail->message_id != NULL) {
		stmt = ledger_take(l,
		    "SELECT id, is_uncertain FROM message"
		    " WHERE message_id = ?1 AND digest = ?2"
		    " AND message_id IS NOT NULL",
		    e);
		if (stmt == NULL)
			return e->rc;
		ledger_bind_text(stmt, 1, mail->message_id);
	} else {
		stmt = ledger_take(l,
		    "SELECT id, is_uncertain FROM message"
		    " WHERE digest = ?2 AND author IN (?3, '" ERASED "')"
		    " AND sent_at = ?4"
		    " AND message_id IS NULL",
		    e);
		if (stmt == NULL)
			return e->rc;
		ledger_bind_text(stmt, 3, mail->author);
		(void)sqlite3_bind_int64(stmt, 4, mail->sent_at);
	}
	(void)sqlite3_bind_blob(
	    stmt, 2, mail->digest, sizeof(mail->digest), SQLITE_TRANSIENT);
	step = sqlite3_step(stmt);
	if (step == SQLITE_ROW) {
		*id = sqlite3_column_int64(stmt, 0);
		*is_uncertain = sqlite3_column_int(stmt, 1) != 0;
	} else if (step != SQLITE_DONE) {
		rc = ledger_fault(l->db, e, "looking for a message");
	}
	ledger_give(l, stmt);
	return rc;
}

/* add_message - its row */
static enum rc
add_message(struct ledger *l, const struct ledger_mail *mail, int64_t *id,
    struct err *e)
{
	sqlite3_stmt *stmt;
	enum rc rc;

	stmt = ledger_take(l,
	    "INSERT INTO message (message_id, digest, author, author_name,"
	    " thread, zone, sent_at, recorded_at, is_uncertain)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
	    e);
	if (stmt == NULL)
		return e->rc;
	ledger_bind_text(stmt, 1, mail->message_id);
	(void)sqlite3_bind_blob(
	    stmt, 2, mail->digest, sizeof(mail->digest), SQLITE_TRANSIENT);
	ledger_bind_text(stmt, 3, mail->author);
	ledger_bind_text(stmt, 4, mail->author_name);
	ledger_bind_text(stmt, 5, mail->thread);
	ledger_bind_text(stmt, 6, mail->zone);
	(void)sqlite3_bind_int64(stmt, 7, mail->sent_at);
	(void)sqlite3_bind_int64(stmt, 8, mail->recorded_at);
	(void)sqlite3_bind_int(stmt, 9, mail->is_uncertain);
	rc = ledger_do(l, stmt, "recording a message", e);
	*id = sqlite3_last_insert_rowid(l->db);
	return rc;
}

/* add_customers - those that the message does not have yet */
static enum rc
add_customers(struct ledger *l, int64_t message, const char *const *customers,
    bool *has_added, struct err *e)
{
	sqlite3_stmt *stmt;
	enum rc rc = RC_OK;

	for (; rc == RC_OK && customers != NULL && *customers != NULL;
	     customers++) {
		stmt = ledger_take(l,
		    "INSERT OR IGNORE INTO customer (message, address, domain)"
		    " SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM message"
		    "  WHERE id = ?1 AND author <> '" ERASED "')",
		    e);
		if (stmt == NULL)
			return e->rc;
		(void)sqlite3_bind_int64(stmt, 1, message);
		ledger_bind_text(stmt, 2, *customers);
		ledger_bind_text(stmt, 3, domain_of(*customers));
		rc = ledger_do(l, stmt, "recording a customer", e);
		if (rc == RC_OK && sqlite3_changes(l->db) > 0)
			*has_added = true;
	}
	return rc;
}

enum rc
ledger_history_add(struct ledger *l, int64_t promise, int64_t at,
    enum promise_move move, const char *by, const char *note,
    struct civil before, struct civil after, struct err *e)
{
	sqlite3_stmt *stmt;

	stmt = ledger_take(l,
	    "INSERT INTO history (promise, at, move, who, note, due_before,"
	    " due_after) VALUES (?, ?, ?, ?, ?, ?, ?)",
	    e);
	if (stmt == NULL)
		return e->rc;
	(void)sqlite3_bind_int64(stmt, 1, promise);
	(void)sqlite3_bind_int64(stmt, 2, at);
	ledger_bind_text(stmt, 3, promise_move_name(move));
	ledger_bind_text(stmt, 4, by);
	ledger_bind_text(stmt, 5, note);
	ledger_bind_civil(stmt, 6, before);
	ledger_bind_civil(stmt, 7, after);
	return ledger_do(l, stmt, "writing history", e);
}

/* cut_text - at most PROMISE_TEXT_MAX octets, whole characters; owned by mem */
static char *
cut_text(TALLOC_CTX *mem, const char *text)
{
	size_t len = strlen(text);

	if (len > PROMISE_TEXT_MAX) {
		len = PROMISE_TEXT_MAX;
		while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
	}
	return talloc_strndup(mem, text, len);
}

/* add_promise - its row and the first of its history */
static enum rc
add_promise(struct ledger *l, const struct ledger_mail *mail, int64_t message,
    const struct promise *p, struct err *e)
{
	struct civil none = { .minute = CIVIL_NO_MINUTE };
	sqlite3_stmt *stmt;
	struct zone *zone;
	int64_t id;
	char *text;
	enum rc rc;

	assert(p->state == PROMISE_OPEN || p->state == PROMISE_KEPT);
	rc = ledger_zone(l, mail->zone, &zone, e);
	if (rc != RC_OK)
		return rc;
	text = cut_text(NULL, p->text);
	if (text == NULL)
		return err_nomem(e);
	stmt = ledger_take(l,
	    "INSERT INTO promise (message, text, kind, due, due_from,"
	    " due_first, due_at, after, condition, is_hedged, lang, warnings,"
	    " why, state, changed_at, sequence)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?4, ?6, ?7, ?8, ?9, ?10, ?11, ?12,"
	    " ?14, ?13, 0)",
	    e);
	if (stmt == NULL) {
		talloc_free(text);
		return e->rc;
	}
	(void)sqlite3_bind_int64(stmt, 1, message);
	ledger_bind_text(stmt, 2, text);
	ledger_bind_text(stmt, 3, promise_kind_name(p->kind));
	ledger_bind_civil(stmt, 4, p->due);
	ledger_bind_civil(stmt, 5, p->from);
	(void)sqlite3_bind_int64(stmt, 6, promise_due_at(p->due, zone));
	ledger_bind_text(stmt, 7, p->after);
	ledger_bind_text(stmt, 8, p->condition);
	(void)sqlite3_bind_int(stmt, 9, p->is_hedged);
	ledger_bind_text(stmt, 10, p->lang);
	(void)sqlite3_bind_int64(stmt, 11, p->warnings);
	ledger_bind_text(stmt, 12, p->why);
	(void)sqlite3_bind_int64(stmt, 13, mail->recorded_at);
	ledger_bind_text(stmt, 14, promise_state_name(p->state));
	talloc_free(text);
	rc = ledger_do(l, stmt, "recording a promise", e);
	if (rc != RC_OK)
		return rc;
	id = sqlite3_last_insert_rowid(l->db);
	rc = ledger_history_add(l, id, mail->recorded_at, MOVE_RECORDED,
	    mail->author, NULL, none, p->due, e);
	if (rc == RC_OK && p->state == PROMISE_KEPT)
		rc = ledger_history_add(l, id, mail->recorded_at, MOVE_KEPT,
		    "promised", mail->settled_note, p->due, p->due, e);
	return rc;
}

/* clear_uncertain - the next hop's answer is known now */
static enum rc
clear_uncertain(struct ledger *l, int64_t message, struct err *e)
{
	sqlite3_stmt *stmt;

	stmt = ledger_take(
	    l, "UPDATE message SET is_uncertain = 0 WHERE id = ?", e);
	if (stmt == NULL)
		return e->rc;
	(void)sqlite3_bind_int64(stmt, 1, message);
	return ledger_do(l, stmt, "recording a message", e);
}

/* touch_promises - something that all promises of a message show changed */
static enum rc
touch_promises(struct ledger *l, int64_t message, int64_t at, struct err *e)
{
	sqlite3_stmt *stmt;

	stmt = ledger_take(l,
	    "UPDATE promise SET sequence = sequence + 1,"
	    " changed_at = max(changed_at, ?2) WHERE message = ?1",
	    e);
	if (stmt == NULL)
		return e->rc;
	(void)sqlite3_bind_int64(stmt, 1, message);
	(void)sqlite3_bind_int64(stmt, 2, at);
	return ledger_do(l, stmt, "recording a change", e);
}

/* record_again - a further copy of a message that is known */
static enum rc
record_again(struct ledger *l, const struct ledger_mail *mail, int64_t id,
    bool is_uncertain, bool *has_changed, struct err *e)
{
	enum rc rc;

	rc = add_customers(l, id, mail->customers, has_changed, e);
	if (rc == RC_OK && is_uncertain && !mail->is_uncertain) {
		*has_changed = true;
		rc = clear_uncertain(l, id, e);
	}
	if (rc == RC_OK && *has_changed)
		rc = touch_promises(l, id, mail->recorded_at, e);
	return rc;
}

enum rc
ledger_record(struct ledger *l, const struct ledger_mail *mail,
    const struct promise *promises, size_t count, size_t *recorded,
    struct err *e)
{
	bool is_uncertain = false, has_changed = false;
	int64_t id;
	enum rc rc;
	size_t i;

	*recorded = 0;
	rc = ledger_begin(l, e);
	if (rc != RC_OK)
		goto out;
	rc = find_message(l, mail, &id, &is_uncertain, e);
	if (rc == RC_OK && id != 0) {
		rc = record_again(l, mail, id, is_uncertain, &has_changed, e);
		count = 0;
	} else if (rc == RC_OK) {
		rc = add_message(l, mail, &id, e);
		if (rc == RC_OK)
			rc = add_customers(
			    l, id, mail->customers, &has_changed, e);
		has_changed = count > 0;
	}
	for (i = 0; rc == RC_OK && i < count; i++)
		rc = add_promise(l, mail, id, &promises[i], e);
	if (rc == RC_OK && has_changed)
		rc = ledger_bump(l, e);
	rc = ledger_end(l, rc, e);
	if (rc == RC_OK)
		*recorded = count;
out:
	return rc == RC_OK ? rc : err_context(e, "%s", l->path);
}

/* set_state - of one promise; its sequence stays above what a calendar showed
 * while it was late */
static enum rc
set_state(struct ledger *l, const struct promise *p, enum promise_state state,
    int64_t at, struct err *e)
{
	int shown = promise_lateness(p, at);
	sqlite3_stmt *stmt;

	stmt = ledger_take(l,
	    "UPDATE promise SET state = ?2, changed_at = max(changed_at, ?3),"
	    " sequence = sequence + 1 + ?4 WHERE id = ?1",
	    e);
	if (stmt == NULL)
		return e->rc;
	(void)sqlite3_bind_int64(stmt, 1, p->id);
	ledger_bind_text(stmt, 2, promise_state_name(state));
	(void)sqlite3_bind_int64(stmt, 3, at);
	(void)sqlite3_bind_int(stmt, 4, shown);
	return ledger_do(l, stmt, "changing a promise", e);
}

enum rc
ledger_touch(struct ledger *l, int64_t promise, int64_t at, struct err *e)
{
	sqlite3_stmt *stmt;

	stmt = ledger_take(l,
	    "UPDATE promise SET sequence = sequence + 1,"
	    " changed_at = max(changed_at, ?2) WHERE id = ?1",
	    e);
	if (stmt == NULL)
		return e->rc;
	(void)sqlite3_bind_int64(stmt, 1, promise);
	(void)sqlite3_bind_int64(stmt, 2, at);
	return ledger_do(l, stmt, "changing a promise", e);
}

/* set_due - a new one; window, delay and warnings spoke of the old one */
static enum rc
set_due(
    struct ledger *l, const struct promise *p, struct civil due, struct err *e)
{
	sqlite3_stmt *stmt;
	struct zone *zone;
	enum rc rc;

	rc = ledger_zone(l, p->zone, &zone, e);
	if (rc != RC_OK)
		return rc;
	stmt = ledger_take(l,
	    "UPDATE promise SET due = ?2, due_at = ?3, due_from = NULL,"
	    " after = NULL, warnings = 0 WHERE id = ?1",
	    e);
	if (stmt == NULL)
		return e->rc;
	(void)sqlite3_bind_int64(stmt, 1, p->id);
	ledger_bind_civil(stmt, 2, due);
	(void)sqlite3_bind_int64(stmt, 3, promise_due_at(due, zone));
	return ledger_do(l, stmt, "changing a promise", e);
}

/* move_one - within the transaction */
static enum rc
move_one(struct ledger *l, TALLOC_CTX *mem, int64_t id, enum promise_move m,
    struct civil due, int64_t at, const char *by, const char *note,
    struct err *e)
{
	enum promise_state to;
	struct promise *p;
	enum rc rc;

	rc = ledger_get(l, mem, id, &p, e);
	if (rc != RC_OK)
		return rc;
	rc = promise_next_state(p->state, m, &to, e);
	if (rc != RC_OK)
		return err_context(e, "promise %" PRId64, id);
	if (m != MOVE_MOVED)
		due = p->due;
	else if (!due.is_set)
		return err_set(e, RC_BADINPUT,
		    "promise %" PRId64 ": moved to no date", id);
	else
		rc = set_due(l, p, due, e);
	if (rc == RC_OK)
		rc = set_state(l, p, to, at, e);
	if (rc == RC_OK)
		rc = ledger_history_add(l, id, at, m, by, note, p->due, due, e);
	if (rc == RC_OK)
		rc = ledger_bump(l, e);
	return rc;
}

enum rc
ledger_move(struct ledger *l, int64_t id, enum promise_move m, struct civil due,
    int64_t at, const char *by, const char *note, struct err *e)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	enum rc rc;

	if (mem == NULL)
		return err_nomem(e);
	rc = ledger_begin(l, e);
	if (rc == RC_OK) {
		rc = move_one(l, mem, id, m, due, at, by, note, e);
		rc = ledger_end(l, rc, e);
	}
	talloc_free(mem);
	return rc;
}
