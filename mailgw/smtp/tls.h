/*
 * tls.h - TLS 1.2 and later for one connection (OpenSSL)
 *
 * What comes from the other side is pushed in, so that one read(2) may hold
 * half a record or many. What goes there is written to the descriptor at once:
 * octets are either on their way or still with the caller, as with write(2).
 *
 * A side is what all new connections of one direction share: certificate and
 * key where we are the server, whom to trust where we are the client.
 * tls_side_load() may be called again at any time; connections that stand keep
 * what they began with.
 */
#ifndef MAILGW_SMTP_TLS_H
#define MAILGW_SMTP_TLS_H

#include "core/core.h"

struct tls_side;
struct tls;

/* borrowed; outlives its side */
struct tls_orders {
	bool is_server;
	const char *certificate, *key; /* server: PEM; key "": the same file */
	const char *ca;                /* client: PEM; "": the system's */
	const char *name;              /* client: host name or address */
	bool verifies;                 /* client: the chain, and the name */
};

/* tls_side_new - with nothing loaded yet; owned by mem */
struct tls_side *tls_side_new(
    TALLOC_CTX *mem, const struct tls_orders *orders) must_check;

/*
 * tls_side_load - read its files
 *
 * expires_days  server: how long the certificate is valid from now on, below
 *               0 where it is not any more; else INT_MAX. May be NULL.
 *
 * RC_OK: used from now on; RC_BADINPUT: what was loaded before stays
 */
enum rc tls_side_load(
    struct tls_side *side, int *expires_days, struct err *e) must_check;

/*
 * tls_open - begin TLS on a connected, nonblocking descriptor
 *
 * talloc_free() ends it and leaves fd open. NULL: no memory.
 */
struct tls *tls_open(TALLOC_CTX *mem, struct tls_side *side, int fd) must_check;

/* tls_put - octets that came from the other side */
void tls_put(struct tls *t, struct slice cipher);

enum tls_step { TLS_STANDS, TLS_GOES_ON, TLS_FAILED };

/* tls_shake - go on with the handshake; FAILED: *why is static or t's */
enum tls_step tls_shake(struct tls *t, const char **why) must_check;

/* tls_wants_write - the handshake waits for room in the descriptor */
bool tls_wants_write(const struct tls *t);

/* tls_version - "TLSv1.3", static */
const char *tls_version(const struct tls *t);

/* as read(2) of what was put, and write(2): EAGAIN, or EPROTO */
ssize_t tls_read(struct tls *t, void *at, size_t size) must_check;
ssize_t tls_write(struct tls *t, const void *at, size_t len) must_check;

/* tls_end - we write no more; the other side may go on */
void tls_end(struct tls *t);

#endif
