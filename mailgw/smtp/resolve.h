/*
 * resolve.h - where the next hop is: its addresses, looked up beside the loop
 *
 * getaddrinfo(3) blocks, so it runs in a thread of its own, one at a time.
 * Addresses are used for a minute; while they are looked up again, and when
 * that fails, the old ones go on being used.
 */
#ifndef MAILGW_SMTP_RESOLVE_H
#define MAILGW_SMTP_RESOLVE_H

#include "core/core.h"

#include <event2/event.h>

#include "mailgw/smtp/net.h"

struct resolver;

/* a look-up has ended, well or not; the loop calls it */
typedef void (*resolver_fn)(void *arg);

/* resolver_new - for "HOST:PORT"; nothing is looked up yet; owned by mem */
struct resolver *resolver_new(TALLOC_CTX *mem, struct event_base *base,
    const char *text, resolver_fn ended, void *arg) must_check;

/*
 * resolver_get - the addresses as they are known now
 *
 * out  a copy, owned by mem
 *
 * RC_OK; RC_RETRY: they are being looked up, resolver_fn is called
 */
enum rc resolver_get(struct resolver *r, TALLOC_CTX *mem, int64_t now_ms,
    struct net_places **out) must_check;

/* resolver_known - are there addresses? */
bool resolver_known(const struct resolver *r);

/* resolver_fault - why there are none, after resolver_fn */
const char *resolver_fault(const struct resolver *r);

#endif
