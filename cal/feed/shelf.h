/*
 * shelf.h - the promises of one choice and one look, as the ledger has them
 *
 * Subscriptions that choose alike share a shelf. It follows the ledger: after
 * the first reading only what changed is read and rendered again, and what
 * looks different because time has passed.
 */
#ifndef CAL_FEED_SHELF_H
#define CAL_FEED_SHELF_H

#include "cal/feed/stock.h"
#include "cal/ical/ical.h"
#include "core/core.h"
#include "core/ledger/ledger.h"

/* what is chosen, and how it looks; borrowed, must outlive the shelf */
struct shelf_choice {
	const char *customer, *author; /* as in struct ledger_query */
	const char *const *team;       /* addresses, ends with NULL; or NULL */
	const enum promise_kind *kind; /* or NULL */
	struct ical_look look;
};

struct shelf;

/*
 * shelf_put_fn - a promise's component has changed; text empty: it has none
 *
 * What a shelf does with components; the usual is to put them into its stock.
 * Number 0: everything is told again from the beginning.
 */
typedef enum rc (*shelf_put_fn)(
    int64_t id, struct slice text, void *arg, struct err *e);

/* shelf_new - owned by mem; put NULL: into a stock of its own */
struct shelf *shelf_new(TALLOC_CTX *mem, const struct shelf_choice *choice,
    shelf_put_fn put, void *arg);

/*
 * shelf_follow - what the ledger holds at a version and an instant
 *
 * On failure the shelf begins anew the next time.
 */
enum rc shelf_follow(struct shelf *s, struct ledger *l, struct ical *i,
    int64_t version, int64_t at, struct err *e) must_check;

/* shelf_edition - grows with each change of what it shows or counts */
int64_t shelf_edition(const struct shelf *s);
const struct ical_tally *shelf_tally(const struct shelf *s);
const struct stock *shelf_stock(const struct shelf *s);

#endif
