/*
 * desk.h - decides what is said to whom, and puts it into the outbox
 *
 * What is to be said follows from the open promises (plan.h) and from what
 * was said before (the ledger's). A letter, its place in the outbox and the
 * rows that say so are one transaction. Nothing is said outside working hours.
 *
 * To whom: the owner; while they are away, who stands in for them, and who
 * stands in for those; where that leads nowhere or in a circle, or where the
 * next hop refused their letters, the team.
 */
#ifndef CAL_REMIND_DESK_H
#define CAL_REMIND_DESK_H

#include "cal/remind/plan.h"
#include "core/civil/civil.h"
#include "core/core.h"
#include "core/ledger/ledger.h"
#include "core/settings/settings.h"
#include "core/ticket/ticket.h"

#define DESK_DEAD_DAYS    7 /* a refused address is left out so long */
#define DESK_RECEIPT_DAYS 7 /* older promises get no receipt */

struct desk {
	const struct settings *settings;
	const struct calendar *calendar;
	const struct zone *zone; /* of promises that name none we know */
	const char *hostname;    /* in Message-IDs */
	uint8_t key[TICKET_KEY_BYTES];
};

/* desk_decide - at this instant; *posted: letters put into the outbox */
enum rc desk_decide(const struct desk *d, struct ledger *l, int64_t at,
    size_t *posted, struct err *e) must_check;

/* desk_reader - who reads what is meant for who on that day; owned by mem */
enum rc desk_reader(const struct desk *d, struct ledger *l, TALLOC_CTX *mem,
    const char *who, struct civil day, int64_t at, char **out,
    struct err *e) must_check;

/* desk_hand - tell a promise's new owner; within ledger_together() */
enum rc desk_hand(const struct desk *d, struct ledger *l, int64_t id,
    int64_t at, struct err *e) must_check;

/* desk_pace - how often the settings want things said */
struct plan_pace desk_pace(const struct desk *d);

/* desk_message_id - a new one, without brackets; owned by mem */
char *desk_message_id(const struct desk *d, TALLOC_CTX *mem);

#endif
