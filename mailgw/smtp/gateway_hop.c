/*
 * gateway_hop.c - a connection to the next hop: its addresses, one by one
 */
#include "core/core.h"

#include <sys/socket.h>

#include "core/log/log.h"
#include "mailgw/smtp/gateway.h"

#define TRY_MS 15000 /* for one address; the session has a limit for all */

/* leads_back - to a place where we listen ourselves? */
static bool
leads_back(const struct gateway *gw, const struct sockaddr_storage *at)
{
	size_t i;

	for (i = 0; i < gw->settings->gateway_listen.n; i++)
		if (net_leads_to(at, gw->listeners[i].bound))
			return true;
	return false;
}

/* begin - true: the connection is on its way */
static bool
begin(struct conn *c, const struct sockaddr_storage *at)
{
	const void *address = at;
	int fd;

	if (leads_back(c->gw, at)) {
		log_event(EV_FAULT,
		    LOG_TEXT("reason", "next-hop is the gateway itself"));
		return false;
	}
	fd = socket(
	    at->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	if (connect(fd, address, net_len(at)) != 0 && errno != EINPROGRESS) {
		close(fd);
		return false;
	}
	peer_open(c, &c->hop, fd, conn_hop_in, conn_hop_out);
	return true;
}

/* try_next - the next address in the list */
static void
try_next(struct conn *c)
{
	assert(c->places != NULL);
	while (c->place < c->places->n) {
		if (!begin(c, &c->places->at[c->place++]))
			continue;
		c->is_connecting = true;
		c->try_until = gateway_ms() + TRY_MS;
		return;
	}
	hop_forget(c);
	session_hop_gone(c->session, "no connection");
}

void
hop_connect(struct conn *c)
{
	struct resolver *r = c->gw->resolver;

	hop_forget(c);
	if (resolver_get(r, c, gateway_ms(), &c->places) == RC_OK)
		try_next(c);
	else
		c->is_resolving = true;
}

void
hop_resolved(void *arg)
{
	struct gateway *gw = arg;
	struct conn *c, *next;

	for (c = gw->conns; c != NULL; c = next) {
		next = c->next;
		if (!c->is_resolving)
			continue;
		c->is_resolving = false;
		session_clock(c->session, gateway_ms(), gateway_utc());
		if (resolver_known(gw->resolver))
			hop_connect(c);
		else
			session_hop_gone(
			    c->session, resolver_fault(gw->resolver));
		conn_step(c);
	}
}

void
hop_forget(struct conn *c)
{
	c->is_connecting = c->is_resolving = false;
	TALLOC_FREE(c->places);
	c->place = 0;
}

void
hop_failed(struct conn *c)
{
	peer_close(&c->hop);
	c->is_connecting = false;
	try_next(c);
}

void
hop_connected(struct conn *c)
{
	bool is_near = net_is_near(&c->places->at[c->place - 1]);

	hop_forget(c);
	session_hop_up(c->session, is_near);
}
