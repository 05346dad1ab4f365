/*
 * gateway_conn.c - octets between descriptors and sessions
 *
 * Does what sessions want: connect to the next hop, drop it, hang up. Replies
 * that belong together leave in one write, without Nagle's delay.
 */
#include "core/core.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "core/log/log.h"
#include "mailgw/smtp/gateway.h"
#include "mailgw/smtp/net.h"

#define RESOLVE_AGAIN_MS 60000
#define SPOOL_AGAIN_MS   1000

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

/* --- descriptors */

static void
peer_close(struct peer *p)
{
	if (p->fd < 0)
		return;
	event_free(p->in);
	event_free(p->out);
	close(p->fd);
	memset(p, 0, sizeof(*p));
	p->fd = -1;
}

/* peer_open - the descriptor is ours now */
static void
peer_open(struct conn *c, struct peer *p, int fd, event_callback_fn in,
    event_callback_fn out)
{
	static const int one = 1;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
	p->fd = fd;
	p->in = event_new(c->gw->base, fd, EV_READ | EV_PERSIST, in, c);
	p->out = event_new(c->gw->base, fd, EV_WRITE | EV_PERSIST, out, c);
	assert(p->in != NULL && p->out != NULL);
	p->is_reading = p->is_writing = false;
}

/* peer_watch - what we want to hear of */
static void
peer_watch(struct peer *p, bool reading, bool writing)
{
	if (p->fd < 0)
		return;
	if (reading != p->is_reading)
		(void)(reading ? event_add(p->in, NULL) : event_del(p->in));
	if (writing != p->is_writing)
		(void)(writing ? event_add(p->out, NULL) : event_del(p->out));
	p->is_reading = reading;
	p->is_writing = writing;
}

/* peer_write - as much as goes now; false: the other side is gone */
static bool
peer_write(struct peer *p, struct evbuffer *b, bool *did)
{
	if (p->fd < 0 || evbuffer_get_length(b) == 0)
		return true;
	if (evbuffer_write(b, p->fd) > 0) {
		*did = true;
		return true;
	}
	return errno == EAGAIN || errno == EINTR;
}

/* peer_read - 0: end, -1: error or nothing now */
static ssize_t
peer_read(struct gateway *gw, struct peer *p, struct evbuffer *b)
{
	ssize_t n = read(p->fd, gw->buffer, sizeof(gw->buffer));

	if (n > 0 && evbuffer_add(b, gw->buffer, (size_t)n) != 0)
		abort(); /* better than a mail with a hole in it */
	return n;
}

void
conn_free(struct conn *c)
{
	bool did;

	/* a QUIT, perhaps */
	if (!c->is_connecting)
		(void)peer_write(&c->hop, session_to_hop(c->session), &did);
	peer_close(&c->hop);
	peer_close(&c->client);
	*c->at = c->next;
	if (c->next != NULL)
		c->next->at = c->at;
	c->gw->n_conns--;
	talloc_free(c);
}

/* hop_try - begin to connect to the next address in the list */
static void
hop_try(struct conn *c, event_callback_fn in, event_callback_fn out)
{
	struct addrinfo *ai;
	int fd;

	for (; (ai = c->hop_address) != NULL; c->hop_address = ai->ai_next) {
		fd = socket(ai->ai_family,
		    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		if (fd < 0)
			continue;
		if (connect(fd, ai->ai_addr, ai->ai_addrlen) == 0 ||
		    errno == EINPROGRESS) {
			c->is_connecting = true;
			peer_open(c, &c->hop, fd, in, out);
			return;
		}
		close(fd);
	}
	session_hop_gone(c->session, "no connection");
}

static void on_hop_in(evutil_socket_t fd, short what, void *arg);
static void on_hop_out(evutil_socket_t fd, short what, void *arg);

/* hop_connect - a session needs its next hop */
static void
hop_connect(struct conn *c)
{
	struct gateway *gw = c->gw;
	struct err e = { .rc = RC_OK };

	/* nobody may hold on to a list that is freed */
	if (gw->hop == NULL ||
	    gateway_ms() - gw->resolved_at > RESOLVE_AGAIN_MS) {
		struct addrinfo *fresh = NULL;
		struct conn *other;

		gw->resolved_at = gateway_ms();
		if (net_resolve(gw->settings->next_hop, false, &fresh, &e) !=
		    RC_OK) {
			log_event(EV_FAULT, LOG_TEXT("reason", e.text));
		} else {
			for (other = gw->conns; other; other = other->next)
				other->hop_address = NULL;
			if (gw->hop != NULL)
				freeaddrinfo(gw->hop);
			gw->hop = fresh;
		}
	}
	c->hop_address = gw->hop;
	hop_try(c, on_hop_in, on_hop_out);
}

void
conn_step(struct conn *c)
{
	struct session *s = c->session;
	unsigned wants;
	bool did;

	session_clock(s, gateway_ms(), gateway_utc());
	do {
		did = false;
		session_run(s);
		wants = session_take_wants(s);
		if (wants & SESSION_DROP_HOP) {
			peer_close(&c->hop);
			c->is_connecting = false;
		}
		if (wants & SESSION_CONNECT) {
			hop_connect(c);
			did = true;
		}
		if (!c->is_connecting &&
		    !peer_write(&c->hop, session_to_hop(s), &did)) {
			peer_close(&c->hop);
			session_hop_gone(s, strerror(errno));
			did = true;
		}
		if (!peer_write(&c->client, session_to_client(s), &did)) {
			peer_close(&c->client);
			session_client_gone(s);
			did = true;
		}
	} while (did);
	wants = session_wants(s);
	if (wants & SESSION_OVER) {
		conn_free(c);
		return;
	}
	if ((wants & SESSION_HANG_UP) && !c->is_shut && c->client.fd >= 0 &&
	    evbuffer_get_length(session_to_client(s)) == 0) {
		(void)shutdown(c->client.fd, SHUT_WR);
		c->is_shut = true;
	}
	peer_watch(&c->client, wants & SESSION_READ,
	    evbuffer_get_length(session_to_client(s)) > 0);
	peer_watch(&c->hop, !c->is_connecting && (wants & SESSION_READ_HOP),
	    c->is_connecting || evbuffer_get_length(session_to_hop(s)) > 0);
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

static void
on_hop_in(evutil_socket_t fd, short what, void *arg)
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

static void
on_hop_out(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;
	socklen_t len = sizeof(int);
	int error = 0;

	(void)what;
	if (c->is_connecting) {
		(void)getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);
		c->is_connecting = false;
		session_clock(c->session, gateway_ms(), gateway_utc());
		if (error == 0) {
			c->hop_address = NULL;
			session_hop_up(c->session);
		} else {
			peer_close(&c->hop);
			if (c->hop_address != NULL)
				c->hop_address = c->hop_address->ai_next;
			hop_try(c, on_hop_in, on_hop_out);
		}
	}
	conn_step(c);
}

void
conn_new(struct gateway *gw, int fd, const char *client)
{
	struct conn *c = talloc_zero(gw, struct conn);

	assert(c != NULL);
	c->gw = gw;
	c->client.fd = c->hop.fd = -1;
	c->session = session_new(
	    c, &gw->session, ++gw->n_accepted, client, gateway_ms());
	assert(c->session != NULL);
	session_set_owner(c->session, c);
	c->next = gw->conns;
	c->at = &gw->conns;
	if (c->next != NULL)
		c->next->at = &c->next;
	gw->conns = c;
	gw->n_conns++;
	peer_open(c, &c->client, fd, on_client_in, on_client_out);
	conn_step(c);
}
