/*
 * ledger_schema.c - the tables, and how a ledger of an older version gets them
 *
 * Steps are never changed once released: a change is one more step at the end.
 * PRAGMA user_version counts the steps taken. Names of states, kinds and moves
 * are stored as words (promise.h), dues as civil text, instants as seconds.
 */
#include "core/core.h"

#include <fcntl.h>
#include <glib.h>
#include <sys/stat.h>

#include "core/ledger/ledger_priv.h"

const struct ledger_step ledger_steps[] = {
	/* 1: messages, their promises, what became of them */
	{ "CREATE TABLE meta ("
	  " one INTEGER PRIMARY KEY CHECK (one = 1),"
	  " uuid TEXT NOT NULL,"
	  " version INTEGER NOT NULL) STRICT;"

	  "CREATE TABLE message ("
	  " id INTEGER PRIMARY KEY,"
	  " message_id TEXT,"
	  " digest BLOB NOT NULL CHECK (length(digest) = 32),"
	  " author TEXT NOT NULL COLLATE NOCASE,"
	  " author_name TEXT,"
	  " thread TEXT,"
	  " zone TEXT NOT NULL,"
	  " sent_at INTEGER NOT NULL,"
	  " recorded_at INTEGER NOT NULL,"
	  " is_uncertain INTEGER NOT NULL CHECK (is_uncertain IN (0, 1))"
	  ") STRICT;"
	  "CREATE UNIQUE INDEX message_known ON message (message_id, digest)"
	  " WHERE message_id IS NOT NULL;"
	  "CREATE UNIQUE INDEX message_unnamed"
	  " ON message (digest, author, sent_at) WHERE message_id IS NULL;"
	  "CREATE INDEX message_author ON message (author);"

	  "CREATE TABLE customer ("
	  " message INTEGER NOT NULL REFERENCES message (id),"
	  " address TEXT NOT NULL COLLATE NOCASE,"
	  " domain TEXT NOT NULL COLLATE NOCASE,"
	  " PRIMARY KEY (message, address)) STRICT, WITHOUT ROWID;"
	  "CREATE INDEX customer_address ON customer (address);"
	  "CREATE INDEX customer_domain ON customer (domain);"

	  "CREATE TABLE promise ("
	  " id INTEGER PRIMARY KEY AUTOINCREMENT,"
	  " message INTEGER NOT NULL REFERENCES message (id),"
	  " text TEXT NOT NULL,"
	  " kind TEXT NOT NULL"
	  "  CHECK (kind IN ('action', 'appointment', 'offer')),"
	  " due TEXT,"
	  " due_from TEXT,"
	  " due_first TEXT,"
	  " due_at INTEGER NOT NULL,"
	  " after TEXT,"
	  " condition TEXT,"
	  " is_hedged INTEGER NOT NULL CHECK (is_hedged IN (0, 1)),"
	  " lang TEXT NOT NULL,"
	  " warnings INTEGER NOT NULL,"
	  " why TEXT,"
	  " state TEXT NOT NULL"
	  "  CHECK (state IN ('open', 'kept', 'withdrawn', 'not')),"
	  " changed_at INTEGER NOT NULL,"
	  " sequence INTEGER NOT NULL) STRICT;"
	  "CREATE INDEX promise_message ON promise (message);"
	  "CREATE INDEX promise_due ON promise (state, due_at, id);"
	  "CREATE INDEX promise_changed ON promise (changed_at);"

	  "CREATE TABLE history ("
	  " id INTEGER PRIMARY KEY AUTOINCREMENT,"
	  " promise INTEGER NOT NULL REFERENCES promise (id),"
	  " at INTEGER NOT NULL,"
	  " move TEXT NOT NULL,"
	  " who TEXT NOT NULL,"
	  " note TEXT,"
	  " due_before TEXT,"
	  " due_after TEXT) STRICT;"
	  "CREATE INDEX history_promise ON history (promise, id);"
	  "CREATE TRIGGER history_no_update BEFORE UPDATE ON history BEGIN"
	  " SELECT RAISE (ABORT, 'history is append-only'); END;"
	  "CREATE TRIGGER history_no_delete BEFORE DELETE ON history BEGIN"
	  " SELECT RAISE (ABORT, 'history is append-only'); END;"
	  "CREATE TRIGGER promise_first_due BEFORE UPDATE OF due_first"
	  " ON promise BEGIN"
	  " SELECT RAISE (ABORT, 'the first due never changes'); END;" },

	/* 2: calendar feeds; used_at is no change of what is shown */
	{ "CREATE TABLE feed ("
	  " id INTEGER PRIMARY KEY AUTOINCREMENT,"
	  " name TEXT NOT NULL,"
	  " lang TEXT NOT NULL,"
	  " customer TEXT,"
	  " author TEXT,"
	  " token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),"
	  " created_at INTEGER NOT NULL,"
	  " used_at INTEGER NOT NULL,"
	  " revoked_at INTEGER NOT NULL) STRICT;" },

	/* 3: what is said to authors, what they answer, who stands in for
	 * whom; a promise may be handed over to another owner */
	{ "ALTER TABLE promise ADD COLUMN owner TEXT COLLATE NOCASE;"

	  "CREATE TABLE outbox ("
	  " id INTEGER PRIMARY KEY AUTOINCREMENT,"
	  " kind TEXT NOT NULL,"
	  " recipient TEXT NOT NULL COLLATE NOCASE,"
	  " message_id TEXT NOT NULL UNIQUE,"
	  " bytes BLOB,"
	  " posted_at INTEGER NOT NULL,"
	  " try_at INTEGER NOT NULL,"
	  " tries INTEGER NOT NULL,"
	  " sent_at INTEGER NOT NULL,"
	  " given_up_at INTEGER NOT NULL,"
	  " reason TEXT) STRICT;"
	  "CREATE INDEX outbox_due ON outbox (try_at)"
	  " WHERE sent_at = 0 AND given_up_at = 0;"
	  "CREATE INDEX outbox_recipient ON outbox (recipient, given_up_at);"

	  "CREATE TABLE said ("
	  " promise INTEGER NOT NULL REFERENCES promise (id),"
	  " topic TEXT NOT NULL,"
	  " at INTEGER NOT NULL,"
	  " letter INTEGER NOT NULL REFERENCES outbox (id),"
	  " PRIMARY KEY (promise, topic, at)) STRICT, WITHOUT ROWID;"
	  "CREATE INDEX said_letter ON said (letter);"

	  "CREATE TABLE inbox ("
	  " id INTEGER PRIMARY KEY AUTOINCREMENT,"
	  " digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),"
	  " address TEXT NOT NULL,"
	  " sender TEXT,"
	  " message_id TEXT,"
	  " sent_at INTEGER NOT NULL,"
	  " is_automatic INTEGER NOT NULL CHECK (is_automatic IN (0, 1)),"
	  " words TEXT,"
	  " calendar TEXT,"
	  " taken_at INTEGER NOT NULL,"
	  " outcome TEXT) STRICT;"
	  "CREATE INDEX inbox_new ON inbox (id) WHERE taken_at = 0;"

	  "CREATE TABLE away ("
	  " id INTEGER PRIMARY KEY AUTOINCREMENT,"
	  " who TEXT NOT NULL COLLATE NOCASE,"
	  " first TEXT NOT NULL,"
	  " last TEXT NOT NULL,"
	  " deputy TEXT COLLATE NOCASE,"
	  " created_at INTEGER NOT NULL,"
	  " cancelled_at INTEGER NOT NULL) STRICT;"
	  "CREATE INDEX away_who ON away (who);" },

	/* 4: invitations (iMIP): what an owner's own calendar was told last */
	{ "CREATE TABLE invite ("
	  " promise INTEGER NOT NULL REFERENCES promise (id),"
	  " attendee TEXT NOT NULL COLLATE NOCASE,"
	  " sequence INTEGER NOT NULL,"
	  " organizer TEXT NOT NULL,"
	  " first INTEGER NOT NULL REFERENCES outbox (id),"
	  " last INTEGER NOT NULL REFERENCES outbox (id),"
	  " start_at INTEGER NOT NULL,"
	  " end_at INTEGER NOT NULL,"
	  " is_active INTEGER NOT NULL CHECK (is_active IN (0, 1)),"
	  " answered_at INTEGER NOT NULL,"
	  " PRIMARY KEY (promise, attendee)) STRICT, WITHOUT ROWID;"
	  "CREATE INDEX invite_first ON invite (first);"
	  "CREATE INDEX invite_active ON invite (promise) WHERE is_active = "
	  "1;" },

	/* 5: what a feed holds and how; the version in which each promise
	 * changed last, so that a calendar follows without reading them all */
	{ "ALTER TABLE feed ADD COLUMN team TEXT;"
	  "ALTER TABLE feed ADD COLUMN kind TEXT;"
	  "ALTER TABLE feed ADD COLUMN form TEXT NOT NULL DEFAULT 'events';"
	  "ALTER TABLE feed ADD COLUMN alarms TEXT;"
	  "ALTER TABLE feed ADD COLUMN is_private INTEGER NOT NULL DEFAULT 0;"

	  "ALTER TABLE meta ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;"
	  "ALTER TABLE promise ADD COLUMN version INTEGER NOT NULL DEFAULT 0;"
	  "CREATE INDEX promise_version ON promise (version);"
	  "CREATE TRIGGER promise_added AFTER INSERT ON promise BEGIN"
	  " UPDATE promise SET version = (SELECT version + 1 FROM meta)"
	  " WHERE id = NEW.id; END;"
	  "CREATE TRIGGER promise_changes AFTER UPDATE OF text, due, condition,"
	  " state, sequence, owner ON promise BEGIN"
	  " UPDATE promise SET version = (SELECT version + 1 FROM meta)"
	  " WHERE id = NEW.id; END;"
	  "CREATE TRIGGER promise_erased AFTER DELETE ON promise BEGIN"
	  " UPDATE meta SET version = version + 1, erased = version + 1;"
	  " END;" },

	/* 6: history goes with its promise, and names in it may be erased;
	 * else it is append-only as before */
	{ "DROP TRIGGER history_no_update;"
	  "DROP TRIGGER history_no_delete;"
	  "CREATE TRIGGER history_no_update BEFORE UPDATE ON history WHEN"
	  " NEW.id <> OLD.id OR NEW.promise <> OLD.promise"
	  " OR NEW.at <> OLD.at OR NEW.move <> OLD.move"
	  " OR (NEW.who <> OLD.who AND NEW.who <> 'erased')"
	  " OR (NEW.note IS NOT OLD.note AND NEW.note IS NOT NULL)"
	  " OR NEW.due_before IS NOT OLD.due_before"
	  " OR NEW.due_after IS NOT OLD.due_after BEGIN"
	  " SELECT RAISE (ABORT, 'history is append-only'); END;"
	  "CREATE TRIGGER history_no_delete BEFORE DELETE ON history"
	  " WHEN EXISTS (SELECT 1 FROM promise WHERE id = OLD.promise) BEGIN"
	  " SELECT RAISE (ABORT, 'history is append-only'); END;" },
};
const size_t ledger_step_count = ARRAY_LEN(ledger_steps);

/* run - statements without parameters or rows */
static enum rc
run(sqlite3 *db, const char *sql, const char *what, struct err *e)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return ledger_fault(db, e, what);
	return RC_OK;
}

/* number - the one integer a statement returns */
static enum rc
number(sqlite3 *db, const char *sql, int64_t *out, struct err *e)
{
	sqlite3_stmt *stmt = NULL;
	enum rc rc = RC_OK;

	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK ||
	    sqlite3_step(stmt) != SQLITE_ROW)
		rc = ledger_fault(db, e, "its version");
	else
		*out = sqlite3_column_int64(stmt, 0);
	(void)sqlite3_finalize(stmt);
	return rc;
}

/* step_up - one step and its number, in the open transaction */
static enum rc
step_up(
    sqlite3 *db, const struct ledger_step *step, size_t version, struct err *e)
{
	char sql[64];
	enum rc rc;

	rc = run(db, step->sql, "changing its tables", e);
	if (rc != RC_OK)
		return rc;
	(void)snprintf(sql, sizeof(sql), "PRAGMA user_version = %zu", version);
	return run(db, sql, "noting its version", e);
}

enum rc
ledger_migrate(
    sqlite3 *db, const struct ledger_step *steps, size_t count, struct err *e)
{
	int64_t version;
	enum rc rc;

	rc = number(db, "PRAGMA user_version", &version, e);
	if (rc != RC_OK)
		return rc;
	if (version < 0 || (uint64_t)version > count)
		return err_set(e, RC_BADINPUT,
		    "it is of version %" PRId64
		    ", this program knows only up to %zu",
		    version, count);
	if ((uint64_t)version == count)
		return RC_OK;
	rc = run(db, "BEGIN IMMEDIATE", "starting its migration", e);
	if (rc != RC_OK)
		return rc;
	/* another process may have been faster */
	rc = number(db, "PRAGMA user_version", &version, e);
	while (rc == RC_OK && (uint64_t)version < count) {
		rc = step_up(db, &steps[version], (size_t)version + 1, e);
		version++;
	}
	if (rc == RC_OK)
		rc = run(db, "COMMIT", "ending its migration", e);
	if (rc != RC_OK)
		(void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return rc;
}

/* fill - the tables of an empty file, and its name for life */
static enum rc
fill(sqlite3 *db, const struct ledger_step *steps, size_t count, struct err *e)
{
	gchar *uuid = g_uuid_string_random();
	char sql[160];
	enum rc rc;

	(void)snprintf(sql, sizeof(sql), "PRAGMA application_id = %d",
	    LEDGER_APPLICATION_ID);
	rc = run(db, sql, "making it", e);
	if (rc == RC_OK)
		rc = ledger_migrate(db, steps, count, e);
	(void)snprintf(sql, sizeof(sql),
	    "INSERT INTO meta (one, uuid, version) VALUES (1, '%s', 1)", uuid);
	if (rc == RC_OK)
		rc = run(db, sql, "making it", e);
	/* the mode is kept in the file */
	if (rc == RC_OK)
		rc = run(db, "PRAGMA journal_mode = WAL", "making it", e);
	g_free(uuid);
	return rc;
}

/* sync_folder - make a new name in path's folder durable */
static enum rc
sync_folder(const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	char *folder;
	enum rc rc = RC_OK;
	int fd;

	folder = slash == NULL ? talloc_strdup(NULL, ".")
		 : slash == path
		     ? talloc_strdup(NULL, "/")
		     : talloc_strndup(NULL, path, (size_t)(slash - path));
	if (folder == NULL)
		return err_nomem(e);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) != 0)
		rc = err_errno(e, "%s", folder);
	if (fd >= 0)
		close(fd);
	talloc_free(folder);
	return rc;
}

/* make_folder - the last folder of path, where it is missing */
static enum rc
make_folder(const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	char *folder;
	enum rc rc = RC_OK;

	if (slash == NULL || slash == path)
		return RC_OK;
	folder = talloc_strndup(NULL, path, (size_t)(slash - path));
	if (folder == NULL)
		return err_nomem(e);
	if (mkdir(folder, 0750) != 0 && errno != EEXIST)
		rc = err_errno(e, "%s", folder);
	talloc_free(folder);
	return rc;
}

/* build - a whole ledger in the empty file tmp */
static enum rc
build(const char *tmp, const struct ledger_step *steps, size_t count,
    struct err *e)
{
	sqlite3 *db = NULL;
	enum rc rc;

	if (sqlite3_open_v2(tmp, &db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
		    SQLITE_OPEN_EXRESCODE,
		NULL) != SQLITE_OK)
		rc = ledger_fault(db, e, "making it");
	else
		rc = ledger_configure(db, e);
	if (rc == RC_OK)
		rc = fill(db, steps, count, e);
	if (sqlite3_close(db) != SQLITE_OK && rc == RC_OK)
		rc = ledger_fault(db, e, "making it");
	return rc;
}

enum rc
ledger_create(const char *path, const struct ledger_step *steps, size_t count,
    struct err *e)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	char *tmp, *wal;
	enum rc rc;
	int fd;

	tmp = talloc_asprintf(mem, "%s.new.XXXXXX", path);
	wal = talloc_asprintf(mem, "%s-wal", path);
	if (tmp == NULL || wal == NULL) {
		talloc_free(mem);
		return err_nomem(e);
	}
	if (access(wal, F_OK) == 0) {
		rc = err_set(e, RC_BADINPUT,
		    "it is gone, but '%s' is still there: bring back the one "
		    "or take away the other",
		    wal);
		goto out;
	}
	rc = make_folder(path, e);
	if (rc != RC_OK)
		goto out;
	fd = mkostemp(tmp, O_CLOEXEC);
	if (fd < 0) {
		rc = err_errno(e, "%s", tmp);
		goto out;
	}
	if (fchmod(fd, 0640) != 0)
		rc = err_errno(e, "%s", tmp);
	close(fd);
	if (rc == RC_OK)
		rc = build(tmp, steps, count, e);
	if (rc == RC_OK && link(tmp, path) != 0 && errno != EEXIST)
		rc = err_errno(e, "%s", path);
	(void)unlink(tmp);
	if (rc == RC_OK)
		rc = sync_folder(path, e);
out:
	talloc_free(mem);
	return rc;
}
