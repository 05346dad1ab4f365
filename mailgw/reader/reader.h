/*
 * reader.h - spool → parser → core/read → ledger, one message at a time
 *
 * A message leaves the spool in the wake of the ledger's commit, or of its
 * place in unread/. Whatever fails in between leaves it in the spool: reading
 * it twice changes nothing.
 */
#ifndef MAILGW_READER_READER_H
#define MAILGW_READER_READER_H

#include "core/core.h"
#include "core/settings/settings.h"

/* a message over which so many readers died is first read on trial, in a
 * process of its own; it is put aside where that one dies of it */
#define READER_DEATHS_TRIAL 3
#define READER_TRIAL_MS     60000

struct reader;

/* reader_new - RC_RETRY or RC_INTERNAL: the spool cannot be opened now */
enum rc reader_new(TALLOC_CTX *mem, const struct settings *s,
    struct reader **out, struct err *e) must_check;

/*
 * reader_step - read one message
 *
 * RC_OK one is done; RC_NOTFOUND none is there now; RC_RETRY something is not
 * to be had now (ledger, disk): call again later, the same message comes
 */
enum rc reader_step(struct reader *r, struct err *e) must_check;

/* reader_fd - readable when reader_step() may have something */
int reader_fd(const struct reader *r);

/* reader_rest - nothing is being read: a death now is no message's fault */
void reader_rest(struct reader *r);

#endif
