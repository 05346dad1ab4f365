/*
 * ledger_priv.h - what the files of the ledger share; SQLite is known here
 *
 * Every write is one transaction: ledger_begin(), statements, then
 * ledger_end(), which commits on RC_OK and rolls back on anything else. One
 * within another (ledger_together) is a part that can fail by itself.
 */
#ifndef CORE_LEDGER_PRIV_H
#define CORE_LEDGER_PRIV_H

#include "core/core.h"

#include <sqlite3.h>

#include "core/ledger/ledger.h"

#define LEDGER_APPLICATION_ID    0x50726d73 /* "Prms" */
#define ERASED                   "erased"   /* where a name was */
#define LEDGER_STATEMENTS        48         /* kept prepared */
#define LEDGER_QUICK_CHECK_BYTES (64 << 20)

struct ledger_stmt {
	const char *sql; /* the literal it was prepared from */
	sqlite3_stmt *stmt;
	bool is_taken;
};

struct ledger {
	sqlite3 *db;
	char *path;
	char *uuid;
	enum ledger_mode mode;
	struct ledger_stmt stmts[LEDGER_STATEMENTS];
	struct zone *zone; /* the last one used, kept */
	int depth;         /* transactions begun and not ended */
};

/* one step forward of the schema; step i leads from version i to i + 1 */
struct ledger_step {
	const char *sql;
};
extern const struct ledger_step ledger_steps[];
extern const size_t ledger_step_count;

/* ledger_create - an empty ledger under path, whole or not at all; somebody
 * else's, made at the same time, is as good */
enum rc ledger_create(const char *path, const struct ledger_step *steps,
    size_t count, struct err *e) must_check;

/* ledger_migrate - run the steps that db still lacks, each with its number in
 * one transaction; RC_BADINPUT for a version beyond count */
enum rc ledger_migrate(sqlite3 *db, const struct ledger_step *steps,
    size_t count, struct err *e) must_check;

/* ledger_configure - what every connection needs before its first statement */
enum rc ledger_configure(sqlite3 *db, struct err *e) must_check;

/* ledger_fault - SQLite's last error as ours, "what: reason" */
enum rc ledger_fault(sqlite3 *db, struct err *e, const char *what);

/*
 * ledger_take - a prepared statement for a literal, NULL with e filled where
 * it cannot be had; ledger_give() resets it. Inside a visit the same text may
 * be taken again: it then is another statement.
 */
sqlite3_stmt *ledger_take(struct ledger *l, const char *sql, struct err *e);
void ledger_give(struct ledger *l, sqlite3_stmt *stmt);

/* ledger_do - step a statement that returns no row, then give it back */
enum rc ledger_do(struct ledger *l, sqlite3_stmt *stmt, const char *what,
    struct err *e) must_check;

enum rc ledger_begin(struct ledger *l, struct err *e) must_check;
enum rc ledger_end(struct ledger *l, enum rc rc, struct err *e) must_check;

/* ledger_bump - within a transaction: what is shown has changed */
enum rc ledger_bump(struct ledger *l, struct err *e) must_check;

/* ledger_zone - an opened zone, kept for the next call; owned by l */
enum rc ledger_zone(struct ledger *l, const char *name, struct zone **out,
    struct err *e) must_check;

/* ledger_history_add - one row of a promise's history; within a transaction */
enum rc ledger_history_add(struct ledger *l, int64_t promise, int64_t at,
    enum promise_move move, const char *by, const char *note,
    struct civil before, struct civil after, struct err *e) must_check;

/* ledger_touch - within a transaction: a promise shows something else */
enum rc ledger_touch(
    struct ledger *l, int64_t promise, int64_t at, struct err *e) must_check;

/* binders; text is copied, made valid UTF-8, NULL becomes null */
void ledger_bind_text(sqlite3_stmt *stmt, int at, const char *text);
void ledger_bind_civil(sqlite3_stmt *stmt, int at, struct civil c);

/* readers of a column; strings owned by mem */
char *ledger_text(TALLOC_CTX *mem, sqlite3_stmt *stmt, int at);
struct civil ledger_civil(sqlite3_stmt *stmt, int at);

#endif
