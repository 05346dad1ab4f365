/*
 * gateway_conn.c - octets between descriptors and sessions
 *
 * Does what sessions want: connect to the next hop, drop it, hang up. Replies
 * that belong together leave in one write, without Nagle's delay.
 */
#include "core/core.h"

#include <sys/socket.h>

#include "core/log/log.h"
#include "mailgw/smtp/gateway.h"
#include "mailgw/smtp/net.h"

#define SPOOL_AGAIN_MS 1000

int64_t
gateway_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
gateway_utc(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec;
}

/* --- the spool, as sessions see it */

static void
on_committed(evutil_socket_t fd, short what, void *arg)
{
	struct gateway *gw = arg;

	(void)fd;
	(void)what;
	spool_poll(gw->spool);
}

enum rc
gateway_spool_open(struct gateway *gw, struct err *e)
{
	enum rc rc;

	if (gw->spool != NULL)
		return RC_OK;
	if (gateway_ms() < gw->spool_next_try)
		return err_set(e, RC_INTERNAL, "spool: not open");
	gw->spool_next_try = gateway_ms() + SPOOL_AGAIN_MS;
	rc = spool_writer_open(
	    gw, gw->spool_dir, gw->settings->segment_bytes, &gw->spool, e);
	if (rc != RC_OK)
		return rc;
	gw->committed = event_new(gw->base, spool_fd(gw->spool),
	    EV_READ | EV_PERSIST, on_committed, gw);
	assert(gw->committed != NULL);
	(void)event_add(gw->committed, NULL);
	return RC_OK;
}

static enum rc
gw_spool_begin(
    void *arg, const struct spool_envelope *env, uint64_t *id, struct err *e)
{
	struct gateway *gw = arg;
	enum rc rc = gateway_spool_open(gw, e);

	return rc == RC_OK ? spool_begin(gw->spool, env, id, e) : rc;
}

static enum rc
gw_spool_data(void *arg, uint64_t id, struct slice bytes, struct err *e)
{
	struct gateway *gw = arg;

	return spool_data(gw->spool, id, bytes, e);
}

static void
on_durable(void *arg, enum rc rc, const struct err *e)
{
	struct conn *c = arg;

	session_clock(c->session, gateway_ms(), gateway_utc());
	session_spooled(c->session, rc, e);
	conn_step(c);
}

static enum rc
gw_spool_end(void *arg, uint64_t id, struct session *s, struct err *e)
{
	struct gateway *gw = arg;

	return spool_end(gw->spool, id, on_durable, session_owner(s), e);
}

static enum rc
gw_spool_outcome(
    void *arg, uint64_t id, enum spool_outcome outcome, struct err *e)
{
	struct gateway *gw = arg;

	return spool_outcome(gw->spool, id, outcome, e);
}

struct session_spool
gateway_spool(struct gateway *gw)
{
	return (struct session_spool){ gw, gw_spool_begin, gw_spool_data,
		gw_spool_end, gw_spool_outcome };
}

/* --- connections */

void
conn_free(struct conn *c)
{
	bool did;

	/* a QUIT, perhaps */
	if (!c->is_connecting)
		(void)peer_write(
		    c->gw, &c->hop, session_to_hop(c->session), &did);
	peer_close(&c->hop);
	peer_close(&c->client);
	*c->at = c->next;
	if (c->next != NULL)
		c->next->at = c->at;
	c->gw->n_conns--;
	talloc_free(c);
}

/* shake_client - go on with the handshake; true: something happened */
static bool
shake_client(struct conn *c)
{
	struct session *s = c->session;
	const char *why = NULL;

	if (c->client.fd < 0 ||
	    !(c->client.is_shaking ||
		(c->wants_tls &&
		    evbuffer_get_length(session_to_client(s)) == 0)))
		return false;
	c->wants_tls = false;
	switch (peer_shake(c, &c->client, c->gw->server_side, &why)) {
	case TLS_GOES_ON:
		return false;
	case TLS_STANDS:
		session_tls_up(s, tls_version(c->client.tls));
		if (peer_decrypt(c->gw, &c->client, session_from_client(s)) ==
		    0)
			session_client_eof(s);
		return true;
	default:
		log_event(EV_GATEWAY_TLS,
		    LOG_NUMBER("session", (int64_t)session_number(s)),
		    LOG_TEXT("client", c->from), LOG_TEXT("reason", why));
		peer_close(&c->client);
		session_client_gone(s);
		return true;
	}
}

/* shake_hop - the same with the next hop */
static bool
shake_hop(struct conn *c)
{
	struct session *s = c->session;
	const char *why = NULL;

	if (c->hop.fd < 0 || !(c->hop.is_shaking || c->wants_tls_hop))
		return false;
	c->wants_tls_hop = false;
	switch (peer_shake(c, &c->hop, c->gw->hop_side, &why)) {
	case TLS_GOES_ON:
		return false;
	case TLS_STANDS:
		session_tls_hop_up(s, tls_version(c->hop.tls));
		if (peer_decrypt(c->gw, &c->hop, session_from_hop(s)) == 0)
			session_hop_gone(s, "closed by the next hop");
		return true;
	default:
		session_tls_hop_gone(s, why);
		return true;
	}
}

/* carry_out - what the session wants; true: something happened */
static bool
carry_out(struct conn *c)
{
	unsigned wants = session_take_wants(c->session);

	if (wants & SESSION_DROP_HOP) {
		peer_close(&c->hop);
		hop_forget(c);
	}
	if (wants & SESSION_TLS)
		c->wants_tls = true;
	c->wants_tls_hop = wants & SESSION_TLS_HOP;
	if (wants & SESSION_CONNECT)
		hop_connect(c);
	return wants & SESSION_CONNECT;
}

void
conn_step(struct conn *c)
{
	struct session *s = c->session;
	unsigned wants;
	bool did;

	session_clock(s, gateway_ms(), gateway_utc());
	do {
		session_run(s);
		did = carry_out(c);
		did = shake_hop(c) || did;
		if (!c->is_connecting &&
		    !(session_wants(s) & SESSION_HOLD_HOP) &&
		    !peer_write(c->gw, &c->hop, session_to_hop(s), &did)) {
			peer_close(&c->hop);
			session_hop_gone(s, strerror(errno));
			did = true;
		}
		if (!peer_write(
			c->gw, &c->client, session_to_client(s), &did)) {
			peer_close(&c->client);
			session_client_gone(s);
			did = true;
		}
		did = shake_client(c) || did;
	} while (did);
	wants = session_wants(s);
	if (wants & SESSION_OVER) {
		conn_free(c);
		return;
	}
	if ((wants & SESSION_HANG_UP) && !c->is_shut && c->client.fd >= 0 &&
	    evbuffer_get_length(session_to_client(s)) == 0) {
		peer_end(&c->client);
		c->is_shut = true;
	}
	peer_watch(&c->client, (wants & SESSION_READ) && !c->wants_tls,
	    evbuffer_get_length(session_to_client(s)) > 0);
	peer_watch(&c->hop, !c->is_connecting && (wants & SESSION_READ_HOP),
	    c->is_connecting || (evbuffer_get_length(session_to_hop(s)) > 0 &&
				    !(wants & SESSION_HOLD_HOP)));
}

static void
on_client_in(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;
	ssize_t n;

	(void)fd;
	(void)what;
	n = peer_read(c->gw, &c->client, session_from_client(c->session));
	session_clock(c->session, gateway_ms(), gateway_utc());
	if (n == 0) {
		session_client_eof(c->session);
	} else if (n < 0 && errno != EAGAIN && errno != EINTR) {
		peer_close(&c->client);
		session_client_gone(c->session);
	}
	conn_step(c);
}

static void
on_client_out(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	conn_step(arg);
}

void
conn_hop_in(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;
	ssize_t n;
	int error;

	(void)fd;
	(void)what;
	n = peer_read(c->gw, &c->hop, session_from_hop(c->session));
	error = errno;
	session_clock(c->session, gateway_ms(), gateway_utc());
	if (n == 0 || (n < 0 && error != EAGAIN && error != EINTR)) {
		peer_close(&c->hop);
		session_hop_gone(c->session,
		    n == 0 ? "closed by the next hop" : strerror(error));
	}
	conn_step(c);
}

void
conn_hop_out(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;
	socklen_t len = sizeof(int);
	int error = 0;

	(void)what;
	if (c->is_connecting) {
		(void)getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);
		session_clock(c->session, gateway_ms(), gateway_utc());
		if (error == 0)
			hop_connected(c);
		else
			hop_failed(c);
	}
	conn_step(c);
}

void
conn_tick(struct conn *c)
{
	session_clock(c->session, gateway_ms(), gateway_utc());
	if (c->is_connecting && gateway_ms() >= c->try_until)
		hop_failed(c);
	session_tick(c->session);
	conn_step(c);
}

void
conn_new(struct listener *l, int fd, const struct sockaddr_storage *client)
{
	struct gateway *gw = l->gw;
	struct conn *c = talloc_zero(gw, struct conn);

	assert(c != NULL);
	c->gw = gw;
	c->client.fd = c->hop.fd = -1;
	net_print(client, false, c->from);
	c->session = session_new(
	    c, &l->session, ++gw->n_accepted, c->from, gateway_ms());
	assert(c->session != NULL);
	if (net_is_near(client))
		session_set_near(c->session);
	session_set_owner(c->session, c);
	if (l->set->trusted != NULL && net_allowed(l->set->trusted, client))
		session_trust(c->session);
	c->next = gw->conns;
	c->at = &gw->conns;
	if (c->next != NULL)
		c->next->at = &c->next;
	gw->conns = c;
	gw->n_conns++;
	peer_open(c, &c->client, fd, on_client_in, on_client_out);
	conn_step(c);
}
