/*
 * collection.h - open promises as files of a Radicale collection
 *
 * Alarms of a subscription are dropped by many clients; those of a CalDAV
 * calendar are the user's own. Radicale keeps a calendar as a folder with a
 * file for each entry and takes files that appear in it, so that nothing of
 * CalDAV is needed here:
 *
 *   DIR/promise-ID.ics    a dated open promise, replaced by rename
 *   DIR/.Radicale.props   what the collection is, where it is missing
 *
 * A file is written when the SEQUENCE in it is another: what a client added,
 * such as when an alarm was dismissed, stays until the promise changes. One
 * that is settled goes; files of other names are not touched.
 */
#ifndef CAL_CALDAV_COLLECTION_H
#define CAL_CALDAV_COLLECTION_H

#include "cal/feed/shelf.h"
#include "core/core.h"

#define COLLECTION_MODE 0640 /* of its files: Radicale reads by its group */

struct collection;

/*
 * collection_new - the last folder is made where it is missing
 *
 * choice  borrowed; must outlive the collection
 * lang    of its name, "fr" or "en"; borrowed as well
 */
enum rc collection_new(TALLOC_CTX *mem, const char *folder,
    const struct shelf_choice *choice, const char *lang,
    struct collection **out, struct err *e) must_check;

/* collection_follow - the files as the ledger is at a version and an instant;
 * see shelf_follow() */
enum rc collection_follow(struct collection *c, struct ledger *l,
    struct ical *i, int64_t version, int64_t at, struct err *e) must_check;

/* collection_count - files that it keeps; written and removed since it began */
void collection_count(
    const struct collection *c, size_t *kept, size_t *written, size_t *removed);

#endif
