/*
 * gateway.h - connections of promised-gateway; private to gateway*.c
 *
 * gateway.c       starts, listens, lets in, ends
 * gateway_conn.c  moves octets between descriptors and sessions
 */
#ifndef MAILGW_SMTP_GATEWAY_H
#define MAILGW_SMTP_GATEWAY_H

#include "core/core.h"

#include <event2/event.h>

#include "core/settings/settings.h"
#include "mailgw/smtp/net.h"
#include "mailgw/smtp/session.h"
#include "mailgw/spool/spool.h"

#define GATEWAY_READ_BYTES (64U << 10)

struct peer {
	int fd; /* -1: none */
	struct event *in, *out;
	bool is_reading, is_writing;
};

struct conn {
	struct conn *next, **at; /* in gateway.conns */
	struct gateway *gw;
	struct session *session;
	struct peer client, hop;
	struct addrinfo *hop_address; /* being tried, or NULL */
	bool is_connecting, is_shut;
};

/* one place where we listen */
struct listener {
	struct gateway *gw;
	const struct settings_listener *set;
	char *const *clients; /* who may come in here; NULL: anybody */
	int fd;
	struct event *event;
	char bound[NET_BOUND_MAX];
};

struct gateway {
	struct settings *settings;
	struct event_base *base;
	struct listener *listeners; /* as many as settings->gateway_listen */
	struct event *tick, *term, *interrupt, *committed;
	int spare_fd;
	char *spool_dir;
	struct spool_writer *spool; /* NULL: it could not be opened */
	int64_t spool_next_try, resolved_at, drain_until;
	struct addrinfo *hop;
	struct session_config session;
	struct conn *conns;
	unsigned n_conns, max_conns;
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

/* conn_new - a client that may come in; fd is taken over */
void conn_new(struct gateway *gw, int fd, const char *client);

/* conn_free - close all of it, at once */
void conn_free(struct conn *c);

/*
 * conn_step - let the session work and carry out what comes of it
 *
 * c may be gone afterwards.
 */
void conn_step(struct conn *c);

#endif
