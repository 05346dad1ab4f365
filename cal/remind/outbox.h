/*
 * outbox.h - sends what stands in the ledger's outbox
 *
 * A letter is marked as sent once the next hop has said 250 to it. Between
 * the two it may be sent again after a crash, under the same Message-ID;
 * never is one lost. What is refused for good, or was tried for too long, is
 * given up: the log says so, and what it said is said to the team instead.
 */
#ifndef CAL_REMIND_OUTBOX_H
#define CAL_REMIND_OUTBOX_H

#include "cal/remind/desk.h"

#define OUTBOX_PATIENCE_DAYS 5

/* outbox_send - all that is due to be tried; stop as post_send(). RC_OK also
 * where the next hop took none of it; else the ledger's fault */
enum rc outbox_send(const struct desk *d, struct ledger *l, int64_t at,
    int stop, struct err *e) must_check;

#endif
