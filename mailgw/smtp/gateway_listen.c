/*
 * gateway_listen.c - where we listen, and who is let in
 *
 * At a place with proxy= each peer says first whom it speaks for (proxy.h);
 * until then it is a newcomer. Nothing here knows SMTP, but for the two
 * greetings of those who are not let in.
 */
#include "core/core.h"

#include <fcntl.h>
#include <sys/socket.h>

#include "core/log/log.h"
#include "mailgw/smtp/gateway.h"
#include "mailgw/smtp/proxy.h"

#define ACCEPTS_A_ROUND 64
#define NEWCOMER_MAX_S  10 /* for a PROXY header, or client-timeout */

/* a peer that has to say for whom it speaks */
struct newcomer {
	struct newcomer *next, **at; /* in gateway.newcomers */
	struct listener *l;
	int fd;
	struct event *event;
	char from[NET_TEXT_MAX];
	int64_t deadline; /* gateway_ms() */
	char header[PROXY_V2_MAX];
	size_t len;
};

/* turn_away - a reply to somebody who gets no session; closes fd */
static void
turn_away(int fd, const char *line)
{
	(void)!send(fd, line, strlen(line), MSG_DONTWAIT | MSG_NOSIGNAL);
	(void)shutdown(fd, SHUT_WR);
	close(fd);
}

/* no_more_files - take one with the spare descriptor and send it away */
static bool
no_more_files(struct listener *l)
{
	struct gateway *gw = l->gw;
	int fd;

	log_event(EV_GATEWAY_FULL, LOG_NUMBER("sessions", gw->n_conns),
	    LOG_TEXT("reason", "no more files"));
	if (gw->spare_fd < 0)
		return false;
	close(gw->spare_fd);
	fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd >= 0)
		turn_away(fd, "421 4.7.0 Too many connections\r\n");
	gw->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return fd >= 0;
}

/* has_too_many - does this client hold all that it may? */
static bool
has_too_many(const struct gateway *gw, const char *from)
{
	const struct conn *c;
	unsigned n = 0;

	if (gw->n_conns < gw->settings->max_client_sessions)
		return false;
	for (c = gw->conns; c != NULL; c = c->next)
		if (strcmp(c->from, from) == 0)
			n++;
	return n >= gw->settings->max_client_sessions;
}

/* admit - a session for it, or a word why not */
static void
admit(struct listener *l, int fd, const struct sockaddr_storage *client)
{
	char text[NET_TEXT_MAX];
	const char *from = text;

	net_print(client, false, text);
	if (l->clients != NULL && !net_allowed(l->clients, client)) {
		log_event(EV_GATEWAY_STRANGER, LOG_TEXT("client", from));
		turn_away(fd, "554 5.7.1 Not from your address\r\n");
	} else if (has_too_many(l->gw, text)) {
		log_event(EV_GATEWAY_FULL, LOG_TEXT("client", from),
		    LOG_TEXT("reason", "max-client-sessions"));
		turn_away(fd, "421 4.7.0 Too many connections from you\r\n");
	} else {
		conn_new(l, fd, client);
	}
}

/* --- who speaks for others */

/* newcomer_free - the descriptor goes on, or was closed */
static void
newcomer_free(struct newcomer *n)
{
	event_free(n->event);
	*n->at = n->next;
	if (n->next != NULL)
		n->next->at = n->at;
	n->l->gw->n_newcomers--;
	talloc_free(n);
}

/* give_up - it did not say whom it speaks for */
static void
give_up(struct newcomer *n, const char *why)
{
	log_event(EV_GATEWAY_PROXY, LOG_TEXT("peer", n->from),
	    LOG_TEXT("reason", why));
	close(n->fd);
	newcomer_free(n);
}

/* on_newcomer - more of its header; nothing behind it is taken */
static void
on_newcomer(evutil_socket_t fd, short what, void *arg)
{
	struct newcomer *n = arg;
	struct listener *l = n->l;
	struct sockaddr_storage client = { .ss_family = AF_UNSPEC };
	socklen_t size = sizeof(client);
	enum proxy_result result;
	size_t used = 0;
	ssize_t got;

	if ((what & EV_TIMEOUT) || gateway_ms() >= n->deadline) {
		give_up(n, "no header in time");
		return;
	}
	got =
	    recv(fd, n->header + n->len, sizeof(n->header) - n->len, MSG_PEEK);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		give_up(n, "closed before its header was whole");
		return;
	}
	result = proxy_read(
	    (struct slice){ n->header, n->len + (size_t)got }, &used, &client);
	if (result == PROXY_BAD) {
		give_up(n, "no header of the PROXY protocol");
		return;
	}
	used = result == PROXY_NEED ? (size_t)got : used - n->len;
	if (recv(fd, n->header + n->len, used, 0) != (ssize_t)used) {
		give_up(n, "cannot be read");
		return;
	}
	n->len += used;
	if (result == PROXY_NEED)
		return;
	newcomer_free(n);
	if (result == PROXY_LOCAL &&
	    getpeername(fd, (struct sockaddr *)&client, &size) != 0)
		close(fd);
	else
		admit(l, fd, &client);
}

/* newcomer_new - a peer that may speak for others, or nobody */
static void
newcomer_new(struct listener *l, int fd, const struct sockaddr_storage *peer)
{
	struct timeval patience = { l->gw->settings->client_timeout_s, 0 };
	struct newcomer *n;

	if (patience.tv_sec > NEWCOMER_MAX_S)
		patience.tv_sec = NEWCOMER_MAX_S;
	n = talloc_zero(l->gw, struct newcomer);
	assert(n != NULL);
	n->l = l;
	n->fd = fd;
	n->deadline = gateway_ms() + patience.tv_sec * 1000;
	net_print(peer, false, n->from);
	n->event =
	    event_new(l->gw->base, fd, EV_READ | EV_PERSIST, on_newcomer, n);
	assert(n->event != NULL);
	(void)event_add(n->event, &patience);
	n->next = l->gw->newcomers;
	n->at = &l->gw->newcomers;
	if (n->next != NULL)
		n->next->at = &n->next;
	l->gw->newcomers = n;
	l->gw->n_newcomers++;
}

/* --- where we listen */

/* let_in - one connection */
static void
let_in(struct listener *l, int fd, const struct sockaddr_storage *at)
{
	struct gateway *gw = l->gw;
	char text[NET_TEXT_MAX];
	const char *from = text;

	net_print(at, false, text);
	if (gw->n_conns + gw->n_newcomers >= gw->max_conns) {
		log_event(EV_GATEWAY_FULL, LOG_TEXT("client", from),
		    LOG_NUMBER("sessions", gw->n_conns));
		turn_away(fd, "421 4.7.0 Too many connections\r\n");
	} else if (l->set->proxies == NULL) {
		admit(l, fd, at);
	} else if (net_allowed(l->set->proxies, at)) {
		newcomer_new(l, fd, at);
	} else {
		log_event(EV_GATEWAY_STRANGER, LOG_TEXT("client", from));
		turn_away(fd, "554 5.7.1 Not from your address\r\n");
	}
}

static void
on_accept(evutil_socket_t listener, short what, void *arg)
{
	struct listener *l = arg;
	struct sockaddr_storage at;
	socklen_t len;
	int fd, i;

	(void)what;
	for (i = 0; i < ACCEPTS_A_ROUND; i++) {
		memset(&at, 0, sizeof(at));
		len = sizeof(at);
		fd = accept4(listener, (struct sockaddr *)&at, &len,
		    SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0 && (errno == EMFILE || errno == ENFILE)) {
			if (no_more_files(l))
				continue;
			(void)event_del(l->event); /* until the next tick */
			return;
		}
		if (fd < 0 && errno == EAGAIN)
			return;
		if (fd >= 0)
			let_in(l, fd, &at);
	}
}

enum rc
listen_all(struct gateway *gw, struct err *e)
{
	const struct settings_listen *set = &gw->settings->gateway_listen;
	struct listener *l;
	size_t i;
	enum rc rc;

	gw->listeners = talloc_zero_array(gw, struct listener, set->n + 1);
	assert(gw->listeners != NULL);
	for (i = 0; i < set->n; i++)
		gw->listeners[i].fd = -1;
	for (i = 0; i < set->n; i++) {
		l = &gw->listeners[i];
		l->gw = gw;
		l->set = set->items[i];
		l->clients = l->set->clients;
		if (l->clients == NULL &&
		    (settings_unix_path(l->set->address) == NULL ||
			l->set->proxies != NULL))
			l->clients = gw->settings->gateway_clients;
		rc = gateway_tls_listener(l, e);
		if (rc == RC_OK)
			rc = net_listen(l->set, &l->fd, l->bound, e);
		if (rc != RC_OK)
			return rc;
		if (strcmp(l->bound, gw->settings->next_hop) == 0)
			return err_set(e, RC_BADINPUT,
			    "next-hop is the gateway's own address '%s'",
			    l->bound);
		l->event = event_new(
		    gw->base, l->fd, EV_READ | EV_PERSIST, on_accept, l);
		assert(l->event != NULL);
		(void)event_add(l->event, NULL);
	}
	return RC_OK;
}

void
listen_again(struct gateway *gw)
{
	size_t i;

	for (i = 0; i < gw->settings->gateway_listen.n; i++)
		if (gw->listeners[i].event != NULL)
			(void)event_add(gw->listeners[i].event, NULL);
}

void
listen_no_more(struct gateway *gw)
{
	const char *path;
	struct listener *l;
	size_t i;

	while (gw->newcomers != NULL)
		give_up(gw->newcomers, "the service shuts down");
	for (i = 0; gw->listeners && i < gw->settings->gateway_listen.n; i++) {
		l = &gw->listeners[i];
		if (l->event != NULL)
			event_free(l->event);
		l->event = NULL;
		if (l->fd < 0)
			continue;
		path = settings_unix_path(l->bound);
		if (path != NULL)
			(void)unlink(path);
		close(l->fd);
		l->fd = -1;
	}
}
