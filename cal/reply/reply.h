/*
 * reply.h - an answer to a reminder becomes a move in the ledger
 *
 * An answer counts by the address it was sent to (ticket.h): made by us, for
 * the person the letter went to, not expired. Who sent it is not asked. What
 * was done is said in a letter to that person, in the same transaction; an
 * answer that is forged, expired or automatic changes nothing and is not
 * answered.
 */
#ifndef CAL_REPLY_REPLY_H
#define CAL_REPLY_REPLY_H

#include "cal/remind/desk.h"
#include "cal/reply/words.h"

/* reply_take - every answer in the ledger's inbox; langs are loaded when the
 * first one comes, and kept below mem */
enum rc reply_take(const struct desk *d, struct ledger *l, TALLOC_CTX *mem,
    struct reply_langs *langs, int64_t at, struct err *e) must_check;

#endif
