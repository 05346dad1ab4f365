/*
 * added.h - which messages were added already, so that adding again is quick
 *
 * A file of hashes of whole messages, kept from one run to the next: a run
 * that was interrupted goes on where it stopped, and an archive that has grown
 * is read only where it is new. It is a help, not the truth: the ledger itself
 * knows a message that comes twice. It counts for one ledger and one set of
 * settings, and is forgotten when either changes or the ledger is an older
 * copy.
 */
#ifndef MAILGW_SOURCES_ADDED_H
#define MAILGW_SOURCES_ADDED_H

#include "core/core.h"
#include "core/ledger/ledger.h"
#include "core/settings/settings.h"

#define ADDED_FILE       "run/added"
#define ADDED_HASH_BYTES 16

struct added;

/* added_open - is_fresh: forget what the file says */
enum rc added_open(TALLOC_CTX *mem, const struct settings *s, struct ledger *l,
    bool is_fresh, struct added **out, struct err *e) must_check;

/* added_has - was it added? hash: filled, for added_put() and names */
bool added_has(
    struct added *a, struct slice message, uint8_t hash[ADDED_HASH_BYTES]);

/* added_put - it was, and the ledger has it; on disk with added_flush() */
enum rc added_put(struct added *a, const uint8_t hash[ADDED_HASH_BYTES],
    struct err *e) must_check;
enum rc added_flush(struct added *a, struct err *e) must_check;

#endif
