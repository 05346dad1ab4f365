/*
 * gateway.h - connections of promised-gateway; private to gateway*.c
 *
 * gateway.c         starts and ends
 * gateway_listen.c  listens, lets in
 * gateway_conn.c    does what sessions want
 * gateway_hop.c     connects to the next hop
 * gateway_peer.c    octets in and out of a descriptor, with TLS or without
 * gateway_tls.c     certificates, from the settings
 */
#ifndef MAILGW_SMTP_GATEWAY_H
#define MAILGW_SMTP_GATEWAY_H

#include "core/core.h"

#include <event2/event.h>

#include "core/settings/settings.h"
#include "mailgw/smtp/net.h"
#include "mailgw/smtp/resolve.h"
#include "mailgw/smtp/session.h"
#include "mailgw/smtp/tls.h"
#include "mailgw/spool/spool.h"

#define GATEWAY_READ_BYTES (64U << 10)

struct peer {
	int fd; /* -1: none */
	struct event *in, *out;
	bool is_reading, is_writing;
	struct tls *tls; /* NULL: none */
	bool is_shaking; /* hands; no octets of the session pass */
};

struct conn {
	struct conn *next, **at; /* in gateway.conns */
	struct gateway *gw;
	struct session *session;
	struct peer client, hop;
	char from[NET_TEXT_MAX];   /* the client's address */
	struct net_places *places; /* of the next hop, while connecting */
	size_t place;              /* the one to be tried next */
	int64_t try_until;
	bool is_resolving, is_connecting, is_shut;
	bool wants_tls, wants_tls_hop; /* as soon as it can begin */
};

/* one place where we listen */
struct listener {
	struct gateway *gw;
	const struct settings_listener *set;
	char *const *clients; /* who may come in here; NULL: anybody */
	int fd;
	struct event *event;
	char bound[NET_BOUND_MAX];
	struct session_config session; /* of those who come in here */
};

struct gateway {
	struct settings *settings;
	struct event_base *base;
	struct listener *listeners; /* as many as settings->gateway_listen */
	struct event *tick, *hangup, *term, *interrupt, *committed;
	int spare_fd;
	char *spool_dir;
	struct spool_writer *spool; /* NULL: it could not be opened */
	int64_t spool_next_try, drain_until;
	struct resolver *resolver;
	struct session_config session;
	struct tls_orders server_orders, hop_orders;
	struct tls_side *server_side, *hop_side; /* NULL: not needed */
	struct conn *conns;
	struct newcomer *newcomers; /* have not said whom they speak for */
	unsigned n_conns, n_newcomers, max_conns;
	uint64_t n_accepted;
	char buffer[GATEWAY_READ_BYTES];
};

/* gateway_ms, gateway_utc - the clocks: monotonic, and for the record */
int64_t gateway_ms(void);
int64_t gateway_utc(void);

/* gateway_spool - what sessions call; gw outlives them */
struct session_spool gateway_spool(struct gateway *gw);

/*
 * gateway_spool_open - open the spool where that has not worked before
 *
 * RC_OK; RC_BADINPUT another gateway has it; RC_RETRY, RC_INTERNAL: it is
 * tried again with the next message, once a second
 */
enum rc gateway_spool_open(struct gateway *gw, struct err *e) must_check;

/* gateway_tls - certificates and trust; then what each listener does with them
 * RC_OK; RC_BADINPUT */
enum rc gateway_tls(struct gateway *gw, struct err *e) must_check;
enum rc gateway_tls_listener(struct listener *l, struct err *e) must_check;

/* gateway_tls_again - read them again; what cannot be read stays as it was */
void gateway_tls_again(struct gateway *gw);

/* listen_all - every place of the settings */
enum rc listen_all(struct gateway *gw, struct err *e) must_check;

/* listen_again - where it was given up because there were no files left */
void listen_again(struct gateway *gw);

/* listen_no_more - close them all; what waits in a backlog is not ours */
void listen_no_more(struct gateway *gw);

/* conn_new - a client that may come in at l; fd is taken over */
void conn_new(
    struct listener *l, int fd, const struct sockaddr_storage *client);
void conn_tick(struct conn *c); /* once a second; c may be gone afterwards */

/* conn_free - close all of it, at once */
void conn_free(struct conn *c);

/*
 * conn_step - let the session work and carry out what comes of it
 *
 * c may be gone afterwards.
 */
void conn_step(struct conn *c);

/* conn_hop_in, conn_hop_out - something happened at the next hop's */
void conn_hop_in(evutil_socket_t fd, short what, void *arg);
void conn_hop_out(evutil_socket_t fd, short what, void *arg);

/* gateway_hop.c: each ends in session_hop_up() or session_hop_gone() */
void hop_connect(struct conn *c);   /* begin */
void hop_connected(struct conn *c); /* the address that was tried works */
void hop_failed(struct conn *c);    /* it does not: take the next one */
void hop_forget(struct conn *c);    /* nothing is tried any more */
void hop_resolved(void *gw);        /* a resolver_fn */

/* gateway_peer.c */
void peer_open(struct conn *c, struct peer *p, int fd, event_callback_fn in,
    event_callback_fn out); /* fd is taken over */
void peer_close(struct peer *p);
void peer_end(struct peer *p); /* we send no more */
void peer_watch(struct peer *p, bool reading, bool writing);

/* peer_write - as much as goes now; false: the other side is gone, see errno */
bool peer_write(
    struct gateway *gw, struct peer *p, struct evbuffer *b, bool *did);

/* peer_read - 0: end, -1: error or nothing now */
ssize_t peer_read(
    struct gateway *gw, struct peer *p, struct evbuffer *b) must_check;

/* peer_shake - begin or go on with a TLS handshake */
enum tls_step peer_shake(struct conn *c, struct peer *p, struct tls_side *side,
    const char **why) must_check;

/* peer_decrypt - what came behind the handshake in one go; as peer_read() */
ssize_t peer_decrypt(
    struct gateway *gw, struct peer *p, struct evbuffer *b) must_check;

#endif
