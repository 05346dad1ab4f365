/*
 * ledger.c - opening, closing, statements and transactions
 *
 * A file that does not say it is a ledger is not touched. Connections are
 * hardened alike: no trust in the schema, defensive, foreign keys on, every
 * commit on disk before it returns.
 */
#include "core/core.h"

#include <glib.h>
#include <sys/stat.h>

#include "core/ledger/ledger_priv.h"

enum rc
ledger_fault(sqlite3 *db, struct err *e, const char *what)
{
	int code = db ? sqlite3_extended_errcode(db) : SQLITE_NOMEM;
	const char *text = db ? sqlite3_errmsg(db) : "out of memory";
	enum rc rc = RC_INTERNAL;

	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_FULL:
	case SQLITE_NOMEM:
		rc = RC_RETRY;
		break;
	/* never the fault of what is being written: that must wait */
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
		return err_set(e, RC_INTERNAL,
		    "%s: %s; the ledger is damaged, put a good copy in its "
		    "place",
		    what, text);
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
		return err_set(e, RC_INTERNAL,
		    "%s: %s; are these the rights of the service's user?", what,
		    text);
	}
	return err_set(e, rc, "%s: %s", what, text);
}

enum rc
ledger_configure(sqlite3 *db, struct err *e)
{
	static const struct {
		int what, to;
	} switches[] = {
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
		{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_ENABLE_FKEY, 1 },
		{ SQLITE_DBCONFIG_ENABLE_TRIGGER, 1 },
		{ SQLITE_DBCONFIG_DQS_DDL, 0 },
		{ SQLITE_DBCONFIG_DQS_DML, 0 },
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(switches); i++)
		if (sqlite3_db_config(db, switches[i].what, switches[i].to,
			NULL) != SQLITE_OK)
			return ledger_fault(db, e, "setting up");
	if (sqlite3_busy_timeout(db, LEDGER_BUSY_MS) != SQLITE_OK ||
	    sqlite3_exec(db,
		"PRAGMA synchronous = FULL; PRAGMA cell_size_check = ON;", NULL,
		NULL, NULL) != SQLITE_OK)
		return ledger_fault(db, e, "setting up");
	return RC_OK;
}

void
ledger_patience(struct ledger *l, int wait_ms)
{
	(void)sqlite3_busy_timeout(l->db, wait_ms);
}

/* ledger_close - talloc's destructor */
static int
ledger_close(struct ledger *l)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(l->stmts); i++)
		(void)sqlite3_finalize(l->stmts[i].stmt);
	(void)sqlite3_close_v2(l->db);
	return 0;
}

/*
 * look - what is at path, without opening it: to close a descriptor of a file
 * drops every POSIX lock that this process holds on it, SQLite's too
 */
static enum rc
look(const char *path, off_t *size, struct err *e)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return errno == ENOENT
			   ? err_set(e, RC_NOTFOUND, "there is no ledger yet")
			   : err_set(e, RC_INTERNAL, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return err_set(e, RC_BADINPUT, "not a file");
	*size = st.st_size;
	return RC_OK;
}

/* refuse - damage found at the door is the file's fault */
static enum rc
refuse(sqlite3 *db, enum rc rc, struct err *e)
{
	int code = sqlite3_errcode(db) & 0xff;

	if (rc == RC_INTERNAL &&
	    (code == SQLITE_NOTADB || code == SQLITE_CORRUPT))
		rc = e->rc = RC_BADINPUT;
	return rc;
}

/* check_ours - the file says that it is a ledger; nothing is written to it */
static enum rc
check_ours(struct ledger *l, struct err *e)
{
	sqlite3_stmt *stmt = NULL;
	enum rc rc = RC_OK;

	if (sqlite3_prepare_v2(
		l->db, "PRAGMA application_id", -1, &stmt, NULL) != SQLITE_OK ||
	    sqlite3_step(stmt) != SQLITE_ROW)
		rc = refuse(l->db, ledger_fault(l->db, e, "looking at it"), e);
	else if (sqlite3_column_int64(stmt, 0) != LEDGER_APPLICATION_ID)
		rc = RC_BADINPUT;
	if (rc == RC_BADINPUT)
		rc = err_set(e, rc, "not a ledger of promises");
	(void)sqlite3_finalize(stmt);
	return rc;
}

/* load_name - the uuid; also the first touch of the file's content */
static enum rc
load_name(struct ledger *l, struct err *e)
{
	sqlite3_stmt *stmt;
	enum rc rc = RC_OK;

	stmt = ledger_take(l, "SELECT uuid FROM meta", e);
	if (stmt == NULL)
		return e->rc;
	if (sqlite3_step(stmt) != SQLITE_ROW)
		rc = ledger_fault(l->db, e, "reading its name");
	else
		l->uuid = ledger_text(l, stmt, 0);
	if (rc == RC_OK && l->uuid == NULL)
		rc = err_nomem(e);
	ledger_give(l, stmt);
	return rc;
}

/* check_version - of a ledger that we may only read */
static enum rc
check_version(struct ledger *l, struct err *e)
{
	sqlite3_stmt *stmt;
	int64_t version;

	stmt = ledger_take(l, "PRAGMA user_version", e);
	if (stmt == NULL)
		return e->rc;
	if (sqlite3_step(stmt) != SQLITE_ROW) {
		ledger_give(l, stmt);
		return ledger_fault(l->db, e, "its version");
	}
	version = sqlite3_column_int64(stmt, 0);
	ledger_give(l, stmt);
	if (version > (int64_t)ledger_step_count)
		return err_set(e, RC_BADINPUT,
		    "it is of version %" PRId64
		    ", this program knows only up to %zu",
		    version, ledger_step_count);
	if (version < (int64_t)ledger_step_count)
		return err_set(e, RC_RETRY,
		    "it is of version %" PRId64
		    " and waits for the service to bring it to %zu",
		    version, ledger_step_count);
	return RC_OK;
}

enum rc
ledger_check(struct ledger *l, struct err *e)
{
	sqlite3_stmt *stmt;
	enum rc rc = RC_OK;
	const char *said;

	stmt = ledger_take(l, "PRAGMA quick_check(1)", e);
	if (stmt == NULL)
		return e->rc;
	if (sqlite3_step(stmt) != SQLITE_ROW) {
		rc = refuse(l->db, ledger_fault(l->db, e, "damaged"), e);
		goto out;
	}
	said = (const char *)sqlite3_column_text(stmt, 0);
	if (said == NULL || strcmp(said, "ok") != 0)
		rc = err_set(e, RC_BADINPUT, "damaged: %s", said ? said : "?");
out:
	ledger_give(l, stmt);
	return rc;
}

/* connect_to - SQLite's part of opening */
static enum rc
connect_to(struct ledger *l, off_t size, struct err *e)
{
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
		    (l->mode == LEDGER_READ ? SQLITE_OPEN_READONLY
					    : SQLITE_OPEN_READWRITE);
	enum rc rc;

	if (sqlite3_open_v2(l->path, &l->db, flags, NULL) != SQLITE_OK)
		return ledger_fault(l->db, e, "cannot be opened");
	(void)sqlite3_busy_timeout(l->db, LEDGER_BUSY_MS);
	rc = check_ours(l, e);
	if (rc == RC_OK)
		rc = ledger_configure(l->db, e);
	if (rc != RC_OK)
		return rc;
	rc = l->mode == LEDGER_READ
		 ? check_version(l, e)
		 : ledger_migrate(l->db, ledger_steps, ledger_step_count, e);
	if (rc == RC_OK)
		rc = load_name(l, e);
	if (rc == RC_OK && l->mode == LEDGER_CREATE &&
	    size <= LEDGER_QUICK_CHECK_BYTES)
		rc = ledger_check(l, e);
	return rc;
}

enum rc
ledger_open(TALLOC_CTX *mem, const char *path, enum ledger_mode mode,
    struct ledger **out, struct err *e)
{
	struct ledger *l;
	off_t size = 0;
	enum rc rc;

	l = talloc_zero(mem, struct ledger);
	if (l == NULL)
		return err_nomem(e);
	talloc_set_destructor(l, ledger_close);
	l->mode = mode;
	l->path = talloc_strdup(l, path);
	if (l->path == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	rc = look(path, &size, e);
	if (rc == RC_NOTFOUND && mode == LEDGER_CREATE) {
		rc = ledger_create(path, ledger_steps, ledger_step_count, e);
		if (rc == RC_OK)
			rc = look(path, &size, e);
	}
	if (rc == RC_OK)
		rc = refuse(l->db, connect_to(l, size, e), e);
	if (rc != RC_OK)
		goto out;
	*out = l;
	return RC_OK;
out:
	talloc_free(l);
	return err_context(e, "%s", path);
}

const char *
ledger_uuid(const struct ledger *l)
{
	return l->uuid;
}

sqlite3_stmt *
ledger_take(struct ledger *l, const char *sql, struct err *e)
{
	struct ledger_stmt *s;
	sqlite3_stmt *stmt = NULL;
	size_t i;

	for (i = 0; i < ARRAY_LEN(l->stmts); i++) {
		s = &l->stmts[i];
		if (s->stmt != NULL && s->sql == sql && !s->is_taken) {
			s->is_taken = true;
			return s->stmt;
		}
	}
	if (sqlite3_prepare_v3(l->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt,
		NULL) != SQLITE_OK) {
		(void)ledger_fault(l->db, e, "reading it");
		return NULL;
	}
	for (i = 0; i < ARRAY_LEN(l->stmts); i++) {
		s = &l->stmts[i];
		if (s->stmt == NULL) {
			*s = (struct ledger_stmt){ sql, stmt, true };
			return stmt;
		}
	}
	return stmt; /* no room to keep it: given back, it is finished */
}

void
ledger_give(struct ledger *l, sqlite3_stmt *stmt)
{
	size_t i;

	if (stmt == NULL)
		return;
	for (i = 0; i < ARRAY_LEN(l->stmts); i++) {
		if (l->stmts[i].stmt != stmt)
			continue;
		(void)sqlite3_reset(stmt);
		(void)sqlite3_clear_bindings(stmt);
		l->stmts[i].is_taken = false;
		return;
	}
	(void)sqlite3_finalize(stmt);
}

enum rc
ledger_do(struct ledger *l, sqlite3_stmt *stmt, const char *what, struct err *e)
{
	enum rc rc = RC_OK;

	if (stmt == NULL)
		return e->rc;
	if (sqlite3_step(stmt) != SQLITE_DONE)
		rc = ledger_fault(l->db, e, what);
	ledger_give(l, stmt);
	return rc;
}

/* roll_back - where a transaction is open; one that fails is tried again
 * before the next begins */
static void
roll_back(struct ledger *l)
{
	struct err ignored;

	if (sqlite3_get_autocommit(l->db) == 0)
		(void)!ledger_do(l, ledger_take(l, "ROLLBACK", &ignored),
		    "taking back a change", &ignored);
}

enum rc
ledger_begin(struct ledger *l, struct err *e)
{
	const char *sql = l->depth == 0 ? "BEGIN IMMEDIATE" : "SAVEPOINT part";
	enum rc rc;

	if (l->depth == 0)
		roll_back(l);
	rc = ledger_do(l, ledger_take(l, sql, e), "starting a change", e);
	if (rc == RC_OK)
		l->depth++;
	else if (l->depth == 0) /* it may fail with the transaction open */
		roll_back(l);
	return rc;
}

/* end_part - of a transaction within another; where that is gone (the disk
 * is full) the fault is the whole's */
static enum rc
end_part(struct ledger *l, enum rc rc, struct err *e)
{
	struct err ignored;

	l->depth--;
	if (rc != RC_OK)
		(void)!ledger_do(l,
		    ledger_take(l, "ROLLBACK TO part", &ignored),
		    "taking back a change", &ignored);
	if (ledger_do(l, ledger_take(l, "RELEASE part", &ignored),
		"ending a change", &ignored) != RC_OK) {
		*e = ignored;
		rc = e->rc;
	}
	return rc;
}

enum rc
ledger_end(struct ledger *l, enum rc rc, struct err *e)
{
	if (l->depth > 1)
		return end_part(l, rc, e);
	l->depth = 0;
	if (rc == RC_OK)
		rc = ledger_do(
		    l, ledger_take(l, "COMMIT", e), "ending a change", e);
	if (rc != RC_OK)
		roll_back(l);
	return rc;
}

enum rc
ledger_together(struct ledger *l, ledger_part_fn part, void *arg, struct err *e)
{
	enum rc rc = ledger_begin(l, e);

	if (rc != RC_OK)
		return rc;
	return ledger_end(l, part(l, arg, e), e);
}

enum rc
ledger_bump(struct ledger *l, struct err *e)
{
	return ledger_do(l,
	    ledger_take(l, "UPDATE meta SET version = version + 1", e),
	    "counting a change", e);
}

/* meta_number - one number of the ledger's own */
static enum rc
meta_number(struct ledger *l, const char *sql, int64_t *out, struct err *e)
{
	sqlite3_stmt *stmt = ledger_take(l, sql, e);
	enum rc rc = RC_OK;

	if (stmt == NULL)
		return e->rc;
	if (sqlite3_step(stmt) == SQLITE_ROW)
		*out = sqlite3_column_int64(stmt, 0);
	else
		rc = ledger_fault(l->db, e, "reading its version");
	ledger_give(l, stmt);
	return rc;
}

enum rc
ledger_version(struct ledger *l, int64_t *out, struct err *e)
{
	return meta_number(l, "SELECT version FROM meta", out, e);
}

enum rc
ledger_erased(struct ledger *l, int64_t *out, struct err *e)
{
	return meta_number(l, "SELECT erased FROM meta", out, e);
}

enum rc
ledger_zone(
    struct ledger *l, const char *name, struct zone **out, struct err *e)
{
	struct zone *z;
	enum rc rc;

	if (l->zone == NULL || strcmp(zone_name(l->zone), name) != 0) {
		rc = zone_open(l, name, &z, e);
		if (rc != RC_OK)
			return rc;
		talloc_free(l->zone);
		l->zone = z;
	}
	*out = l->zone;
	return RC_OK;
}

void
ledger_bind_text(sqlite3_stmt *stmt, int at, const char *text)
{
	gchar *valid;

	if (text == NULL) {
		(void)sqlite3_bind_null(stmt, at);
	} else if (g_utf8_validate(text, -1, NULL)) {
		(void)sqlite3_bind_text(stmt, at, text, -1, SQLITE_TRANSIENT);
	} else {
		valid = g_utf8_make_valid(text, -1);
		(void)sqlite3_bind_text(stmt, at, valid, -1, SQLITE_TRANSIENT);
		g_free(valid);
	}
}

void
ledger_bind_civil(sqlite3_stmt *stmt, int at, struct civil c)
{
	char text[CIVIL_TEXT_MAX];

	civil_format(c, text);
	ledger_bind_text(stmt, at, c.is_set ? text : NULL);
}

char *
ledger_text(TALLOC_CTX *mem, sqlite3_stmt *stmt, int at)
{
	const char *text = (const char *)sqlite3_column_text(stmt, at);

	return text ? talloc_strdup(mem, text) : NULL;
}

struct civil
ledger_civil(sqlite3_stmt *stmt, int at)
{
	const char *text = (const char *)sqlite3_column_text(stmt, at);
	struct civil c = { 0 };

	if (text == NULL || !civil_parse(text, &c))
		c = (struct civil){ .minute = CIVIL_NO_MINUTE };
	return c;
}
