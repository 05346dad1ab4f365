/*
 * ledger_erase.c - what is taken out of the ledger for good
 *
 * A promise goes with its history and with what was said about it. Its message
 * stays as an empty row without names, so that the same mail, read again, does
 * not bring it back. Letters that have left and answers that were taken go by
 * themselves after a while (ledger_prune).
 */
#include "core/core.h"

#include "core/ledger/ledger_priv.h"

/* one statement; ?1 is a text, ?2 a number, ?3 the instant */
struct step {
	const char *sql;
	size_t count; /* offset of a counter in struct ledger_erased, or NONE */
};

#define NONE      SIZE_MAX
#define COUNT(of) offsetof(struct ledger_erased, of)

/* which promises: one of these fills the table `gone` */
static const struct step by_author[] = {
	{ "INSERT INTO gone SELECT p.id FROM promise p JOIN message m"
	  " ON m.id = p.message WHERE m.author = ?1 COLLATE NOCASE",
	    NONE },
	/* in what is not theirs their name goes */
	{ "UPDATE promise SET owner = NULL, sequence = sequence + 1,"
	  " changed_at = max(changed_at, ?3)"
	  " WHERE owner = ?1 COLLATE NOCASE",
	    COUNT(mentions) },
	{ "UPDATE history SET note = NULL WHERE note = ?1 COLLATE NOCASE",
	    COUNT(mentions) },
	{ "UPDATE history SET who = '" ERASED "' WHERE who = ?1 COLLATE NOCASE",
	    COUNT(mentions) },
	{ "UPDATE away SET deputy = NULL WHERE deputy = ?1", COUNT(mentions) },
	{ "DELETE FROM away WHERE who = ?1", COUNT(mentions) },
	{ "DELETE FROM inbox WHERE sender = ?1 COLLATE NOCASE",
	    COUNT(mentions) },
	{ "UPDATE feed SET author = '" ERASED "'"
	  " WHERE author = ?1 COLLATE NOCASE",
	    COUNT(mentions) },
	{ "DELETE FROM invite WHERE attendee = ?1", COUNT(mentions) },
	{ "UPDATE outbox SET recipient = '" ERASED "', bytes = NULL,"
	  " given_up_at = iif(sent_at = 0 AND given_up_at = 0, ?3,"
	  " given_up_at), reason = NULL WHERE recipient = ?1",
	    COUNT(mentions) },
};
#define THEIRS "(address = ?1 COLLATE NOCASE OR domain = ?1 COLLATE NOCASE)"
static const struct step by_customer[] = {
	{ "INSERT INTO gone SELECT p.id FROM promise p"
	  " WHERE EXISTS (SELECT 1 FROM customer"
	  "  WHERE message = p.message AND " THEIRS ")"
	  " AND NOT EXISTS (SELECT 1 FROM customer"
	  "  WHERE message = p.message AND NOT " THEIRS ")",
	    NONE },
	/* what was promised to others as well stays with those */
	{ "UPDATE promise SET sequence = sequence + 1,"
	  " changed_at = max(changed_at, ?3)"
	  " WHERE id NOT IN (SELECT id FROM gone) AND message IN"
	  " (SELECT message FROM customer WHERE " THEIRS ")",
	    COUNT(mentions) },
	{ "DELETE FROM customer WHERE " THEIRS, NONE },
};
static const struct step by_id[] = {
	{ "INSERT INTO gone SELECT id FROM promise WHERE id = ?2", NONE },
};
static const struct step by_age[] = {
	{ "INSERT INTO gone SELECT id FROM promise"
	  " WHERE state <> 'open' AND changed_at < ?2",
	    NONE },
};

static const struct step begin[] = {
	{ "CREATE TEMP TABLE IF NOT EXISTS gone (id INTEGER PRIMARY KEY)",
	    NONE },
	{ "CREATE TEMP TABLE IF NOT EXISTS spoken (id INTEGER PRIMARY KEY)",
	    NONE },
	{ "DELETE FROM gone", NONE },
	{ "DELETE FROM spoken", NONE },
	{ "PRAGMA defer_foreign_keys = ON", NONE },
};

static const struct step erase[] = {
	{ "INSERT INTO spoken SELECT DISTINCT letter FROM said"
	  " WHERE promise IN (SELECT id FROM gone)",
	    NONE },
	/* a letter that waits has the sentence in it: what else it says is
	 * said anew */
	{ "DELETE FROM said WHERE promise IN (SELECT id FROM gone)"
	  " OR letter IN (SELECT o.id FROM outbox o JOIN spoken USING (id)"
	  "  WHERE o.sent_at = 0 AND o.given_up_at = 0)",
	    NONE },
	{ "DELETE FROM invite WHERE promise IN (SELECT id FROM gone)", NONE },
	{ "DELETE FROM outbox WHERE id IN (SELECT id FROM spoken)"
	  " AND id NOT IN (SELECT letter FROM said)",
	    COUNT(letters) },
	{ "DELETE FROM promise WHERE id IN (SELECT id FROM gone)",
	    COUNT(promises) },
	{ "DELETE FROM history WHERE promise IN (SELECT id FROM gone)", NONE },
	{ "DELETE FROM customer WHERE message NOT IN"
	  " (SELECT message FROM promise)",
	    NONE },
	{ "UPDATE message SET author = '" ERASED "', author_name = NULL,"
	  " thread = NULL WHERE author <> '" ERASED "'"
	  " AND id NOT IN (SELECT message FROM promise)",
	    COUNT(messages) },
};

static const struct step prune[] = {
	{ "DELETE FROM inbox WHERE taken_at > 0 AND taken_at < ?3", NONE },
	{ "DELETE FROM invite WHERE is_active = 0 AND last IN"
	  " (SELECT id FROM outbox WHERE max(sent_at, given_up_at) > 0"
	  "  AND max(sent_at, given_up_at) < ?3)",
	    NONE },
	/* what is never asked for again: the moments of settled promises, and
	 * of mornings that have gone by */
	{ "DELETE FROM said WHERE letter IN (SELECT id FROM outbox"
	  "  WHERE max(sent_at, given_up_at) > 0"
	  "  AND max(sent_at, given_up_at) < ?3)"
	  " AND letter NOT IN (SELECT first FROM invite)"
	  " AND letter NOT IN (SELECT last FROM invite)"
	  " AND (topic IN ('digest', 'team digest', 'receipt', 'handed')"
	  "  OR promise IN (SELECT id FROM promise WHERE state <> 'open'))",
	    NONE },
	{ "DELETE FROM outbox WHERE max(sent_at, given_up_at) > 0"
	  " AND max(sent_at, given_up_at) < ?3"
	  " AND id NOT IN (SELECT letter FROM said)"
	  " AND id NOT IN (SELECT first FROM invite)"
	  " AND id NOT IN (SELECT last FROM invite)",
	    COUNT(letters) },
};

struct job {
	const char *text;
	int64_t number, at;
	const struct step *which;
	size_t which_count;
	bool is_trial;
	struct ledger_erased *out;
};

/* run - statements one after the other; what is not theirs is not bound */
static enum rc
run(struct ledger *l, const struct job *j, const struct step *steps,
    size_t count, struct err *e)
{
	sqlite3_stmt *stmt;
	enum rc rc = RC_OK;
	size_t i;
	int step;

	for (i = 0; rc == RC_OK && i < count; i++) {
		stmt = NULL;
		if (sqlite3_prepare_v2(l->db, steps[i].sql, -1, &stmt, NULL) !=
		    SQLITE_OK)
			return ledger_fault(l->db, e, "erasing");
		(void)sqlite3_bind_text(stmt, 1, j->text, -1, SQLITE_STATIC);
		(void)sqlite3_bind_int64(stmt, 2, j->number);
		(void)sqlite3_bind_int64(stmt, 3, j->at);
		while ((step = sqlite3_step(stmt)) == SQLITE_ROW)
			;
		if (step != SQLITE_DONE)
			rc = ledger_fault(l->db, e, "erasing");
		else if (steps[i].count != NONE)
			*(size_t *)(void *)((char *)j->out + steps[i].count) +=
			    (size_t)sqlite3_changes(l->db);
		(void)sqlite3_finalize(stmt);
	}
	return rc;
}

/* work - all of it in one transaction, which a trial takes back */
static enum rc
work(struct ledger *l, const struct job *j, struct err *e)
{
	struct err ignored;
	enum rc rc = ledger_begin(l, e);

	if (rc != RC_OK)
		return rc;
	rc = run(l, j, begin, ARRAY_LEN(begin), e);
	if (rc == RC_OK)
		rc = run(l, j, j->which, j->which_count, e);
	if (rc == RC_OK && j->which != prune)
		rc = run(l, j, erase, ARRAY_LEN(erase), e);
	if (rc == RC_OK && j->which != prune)
		rc = ledger_bump(l, e);
	if (rc == RC_OK && j->is_trial)
		return ledger_end(l, RC_BADINPUT, &ignored) == RC_BADINPUT
			   ? RC_OK
			   : err_set(e, RC_INTERNAL, "taking back a trial");
	return ledger_end(l, rc, e);
}

enum rc
ledger_erase(struct ledger *l, const struct ledger_erase *what, int64_t at,
    bool is_trial, struct ledger_erased *out, struct err *e)
{
	struct job j = { .at = at, .is_trial = is_trial, .out = out };
	enum rc rc;

	*out = (struct ledger_erased){ 0 };
#define WHICH(list) (j.which = (list), j.which_count = ARRAY_LEN(list))
	if (what->author != NULL)
		WHICH(by_author);
	else if (what->customer != NULL)
		WHICH(by_customer);
	else if (what->id != 0)
		WHICH(by_id);
	else
		WHICH(by_age);
	j.text = what->author ? what->author : what->customer;
	j.number = what->id ? what->id : what->settled_before;
	/* the octets themselves go too, of the pages and of the log */
	(void)sqlite3_exec(
	    l->db, "PRAGMA secure_delete = ON", NULL, NULL, NULL);
	rc = work(l, &j, e);
	if (rc == RC_OK && !is_trial && out->promises + out->mentions > 0)
		(void)sqlite3_exec(
		    l->db, "PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL);
	return rc;
}

enum rc
ledger_prune(struct ledger *l, int64_t before, size_t *letters, struct err *e)
{
	struct ledger_erased out = { 0 };
	struct job j = { .at = before, .out = &out };
	enum rc rc;

	WHICH(prune);
	rc = work(l, &j, e);
	*letters = out.letters;
	return rc;
}
