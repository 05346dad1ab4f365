/*
 * record.h - what was understood of a message, into the ledger
 *
 * What promised-reader and promise add share.
 */
#ifndef MAILGW_READER_RECORD_H
#define MAILGW_READER_RECORD_H

#include "core/core.h"
#include "core/ledger/ledger.h"
#include "mailgw/reader/understand.h"

/* an undated promise of a mail older than this is past */
#define RECORD_UNDATED_DAYS 31

struct record_how {
	int64_t at;        /* UTC seconds: now */
	bool is_uncertain; /* the next hop's answer was never seen */
	bool is_past_kept; /* promises that are past count as kept: they come
			      long after they were made, and nobody wants to
			      hear of them now */
};

/* what became of it */
struct record_count {
	size_t recorded; /* promises that are new */
	size_t past;     /* of them, those that count as kept */
};

/*
 * record_message - in one transaction; nothing where o->why is not READ
 *
 * l  NULL: nothing is written, and all that is found counts as new
 *
 * Codes of ledger_record(). o's promises get the state they are recorded in.
 */
enum rc record_message(struct ledger *l, const struct message *m,
    struct understood *o, const struct record_how *how,
    struct record_count *out, struct err *e) must_check;

#endif
