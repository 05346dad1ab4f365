/*
 * gateway_peer.c - one descriptor: octets in and out, with TLS or without
 *
 * Octets that went out are wiped, and so is what they were read into: they may
 * hold a password on its way through.
 */
#include "core/core.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "mailgw/smtp/gateway.h"

#define RECORD_BYTES (16U << 10) /* of text in one record of TLS */

void
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

void
peer_close(struct peer *p)
{
	if (p->fd < 0)
		return;
	if (p->tls != NULL)
		tls_end(p->tls);
	talloc_free(p->tls);
	event_free(p->in);
	event_free(p->out);
	close(p->fd);
	memset(p, 0, sizeof(*p));
	p->fd = -1;
}

void
peer_end(struct peer *p)
{
	if (p->tls != NULL)
		tls_end(p->tls);
	(void)shutdown(p->fd, SHUT_WR);
}

void
peer_watch(struct peer *p, bool reading, bool writing)
{
	if (p->fd < 0)
		return;
	if (p->is_shaking)
		writing = tls_wants_write(p->tls);
	if (reading != p->is_reading)
		(void)(reading ? event_add(p->in, NULL) : event_del(p->in));
	if (writing != p->is_writing)
		(void)(writing ? event_add(p->out, NULL) : event_del(p->out));
	p->is_reading = reading;
	p->is_writing = writing;
}

/* write_plain - as writev(2); what went is wiped */
static ssize_t
write_plain(struct peer *p, struct evbuffer *b)
{
	struct evbuffer_iovec v[16];
	int pieces = evbuffer_peek(b, -1, NULL, v, ARRAY_LEN(v));

	if (pieces > (int)ARRAY_LEN(v))
		pieces = ARRAY_LEN(v);
	return writev(p->fd, v, pieces);
}

/* write_tls - one record */
static ssize_t
write_tls(struct gateway *gw, struct peer *p, struct evbuffer *b)
{
	ssize_t len = evbuffer_copyout(b, gw->buffer, RECORD_BYTES), n;
	int error;

	n = tls_write(p->tls, gw->buffer, (size_t)len);
	error = errno;
	explicit_bzero(gw->buffer, (size_t)len);
	errno = error;
	return n;
}

bool
peer_write(struct gateway *gw, struct peer *p, struct evbuffer *b, bool *did)
{
	ssize_t n;

	if (p->fd < 0 || p->is_shaking || evbuffer_get_length(b) == 0)
		return true;
	n = p->tls ? write_tls(gw, p, b) : write_plain(p, b);
	if (n > 0) {
		session_wipe(b, (size_t)n);
		*did = true;
		return true;
	}
	return errno == EAGAIN || errno == EINTR;
}

/* keep - octets for the session */
static void
keep(struct gateway *gw, struct evbuffer *b, size_t n)
{
	if (evbuffer_add(b, gw->buffer, n) != 0)
		abort(); /* better than a mail with a hole in it */
	explicit_bzero(gw->buffer, n);
}

ssize_t
peer_decrypt(struct gateway *gw, struct peer *p, struct evbuffer *b)
{
	ssize_t n;

	while ((n = tls_read(p->tls, gw->buffer, sizeof(gw->buffer))) > 0)
		keep(gw, b, (size_t)n);
	return n;
}

ssize_t
peer_read(struct gateway *gw, struct peer *p, struct evbuffer *b)
{
	ssize_t n = read(p->fd, gw->buffer, sizeof(gw->buffer));

	if (n <= 0)
		return n;
	if (p->tls == NULL) {
		keep(gw, b, (size_t)n);
		return n;
	}
	tls_put(p->tls, (struct slice){ gw->buffer, (size_t)n });
	if (!p->is_shaking)
		return peer_decrypt(gw, p, b);
	errno = EAGAIN;
	return -1;
}

enum tls_step
peer_shake(
    struct conn *c, struct peer *p, struct tls_side *side, const char **why)
{
	enum tls_step step;

	if (p->tls == NULL) {
		p->tls = tls_open(c, side, p->fd);
		p->is_shaking = true;
		if (p->tls == NULL) {
			p->is_shaking = false;
			*why = "no memory";
			return TLS_FAILED;
		}
	}
	step = tls_shake(p->tls, why);
	p->is_shaking = step == TLS_GOES_ON;
	return step;
}
