/*
 * invite.h - promises in their owners' own calendars (RFC 6047, iMIP)
 *
 * Owners that the setting `invite` names are asked to each dated promise of
 * theirs while it lies ahead; asked again when it moves, and told when it is
 * settled, handed over, or not theirs to see any more. What is to be said
 * follows from the promises and from what was said last (ledger_invite). A
 * letter, its place in the outbox and what it says are one transaction.
 *
 * From and ORGANIZER are an address of ours that nobody else can make
 * (ticket.h), the same for one event: its answers come back there.
 */
#ifndef CAL_REMIND_INVITE_H
#define CAL_REMIND_INVITE_H

#include "cal/remind/desk.h"

/* invite_decide - at this instant; *posted grows by the letters */
enum rc invite_decide(const struct desk *d, struct ledger *l, int64_t at,
    size_t *posted, struct err *e) must_check;

/* invite_uid - of the event that a letter asked to; owned by mem */
char *invite_uid(TALLOC_CTX *mem, struct ledger *l, int64_t first);

#endif
