/*
 * imap_wire.c - the connection under libetpan's IMAP, and what shields it
 */
#include "core/core.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include "mailgw/smtp/net.h"
#include "mailgw/smtp/tls.h"
#include "mailgw/sources/imap_wire.h"

#define BUFFER_BYTES (32U << 10)
#define TAIL_LEN     24 /* of a line: "{18446744073709551615+}\r" */

struct wire {
	int fd;
	wire_failed_fn failed;
	struct tls_orders orders;
	struct tls_side *side;
	struct tls *tls; /* NULL: in clear */
	mailstream *stream;
	bool is_near, has_ahead;
	char ahead; /* an octet that wire_wait() came across */
	/* of the answer at hand */
	int64_t deadline_ms;
	size_t octets;
	/* of the line at hand */
	size_t line_len;
	uint64_t literal_left; /* octets that are no lines */
	char tail[TAIL_LEN];
	size_t tail_len;
	char buffer[BUFFER_BYTES]; /* what the descriptor gave, encrypted */
};

/* the files that systems keep all authorities in; OpenSSL's own default on
 * Debian is a folder that it looks into only when it must, too late for us */
static const char *const bundles[] = {
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/etc/ssl/cert.pem",
};

static int64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static _Noreturn void printf_like(2, 3)
    fail(struct wire *w, const char *fmt, ...)
{
	char why[200];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	w->failed(why);
	abort();
}

/* ready - poll(2) one descriptor; false: not in time */
static bool
ready(int fd, short events, int64_t wait_ms)
{
	struct pollfd p = { .fd = fd, .events = events };
	int64_t until_ms = now_ms() + wait_ms;
	int n;

	do {
		n = poll(&p, 1, wait_ms > 0 ? (int)wait_ms : 0);
		wait_ms = until_ms - now_ms();
	} while (n < 0 && errno == EINTR);
	return n > 0;
}

/* wait_more - for octets inside an answer, or room to send */
static void
wait_more(struct wire *w, short events)
{
	int64_t wait_ms = w->deadline_ms - now_ms();

	if (wait_ms > WIRE_SILENT_MS)
		wait_ms = WIRE_SILENT_MS;
	if (!ready(w->fd, events, wait_ms))
		fail(w, "the server takes too long");
}

/* fill - what the descriptor has now, to TLS; false: nothing just now */
static bool
fill(struct wire *w)
{
	ssize_t n = read(w->fd, w->buffer, sizeof(w->buffer));

	if (n == 0)
		fail(w, "the server closed the connection");
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		fail(w, "connection: %s", strerror(errno));
	if (n > 0)
		tls_put(w->tls, (struct slice){ w->buffer, (size_t)n });
	return n > 0;
}

/* take - octets in clear, without waiting; -1: none now */
static ssize_t
take(struct wire *w, void *at, size_t size)
{
	ssize_t n;

	do {
		n = w->tls ? tls_read(w->tls, at, size) : read(w->fd, at, size);
		if (n > 0)
			return n;
		if (n == 0)
			fail(w, "the server closed the connection");
		if (errno != EAGAIN && errno != EINTR)
			fail(w, "connection: %s", strerror(errno));
	} while (w->tls != NULL && fill(w));
	return -1;
}

/* literal - the number that ends a line as "{NUMBER}", or 0 */
static uint64_t
literal(const struct wire *w)
{
	size_t i = w->tail_len;
	uint64_t n = 0, unit = 1;

	if (i > 0 && w->tail[i - 1] == '\r')
		i--;
	if (i == 0 || w->tail[--i] != '}')
		return 0;
	if (i > 0 && w->tail[i - 1] == '+')
		i--;
	for (; i > 0 && w->tail[i - 1] >= '0' && w->tail[i - 1] <= '9'; i--) {
		if (n <= WIRE_MAX_LITERAL)
			n += unit * (uint64_t)(w->tail[i - 1] - '0');
		if (unit <= WIRE_MAX_LITERAL)
			unit *= 10;
	}
	/* a number longer than what is kept of a line has no '{' here */
	return i == 0 || w->tail[i - 1] == '{' ? n : 0;
}

/* end_line - its literal, if it ends with one, may be so long and no longer */
static void
end_line(struct wire *w)
{
	w->literal_left = literal(w);
	w->line_len = 0;
	w->tail_len = 0;
	if (w->literal_left > WIRE_MAX_LITERAL)
		fail(w, "the server announces a literal of more than %u octets",
		    WIRE_MAX_LITERAL);
}

/* inspect - count what the server says before libetpan sees it */
static void
inspect(struct wire *w, const char *at, size_t len)
{
	size_t i, n;

	w->octets += len;
	if (w->octets > WIRE_MAX_ANSWER)
		fail(w, "an answer of more than %u octets", WIRE_MAX_ANSWER);
	for (i = 0; i < len; i++) {
		if (w->literal_left > 0) {
			n = len - i < w->literal_left ? len - i
						      : w->literal_left;
			w->literal_left -= n;
			i += n - 1;
			continue;
		}
		if (at[i] == '\n') {
			end_line(w);
			continue;
		}
		if (++w->line_len > WIRE_MAX_LINE)
			fail(w, "a line of more than %u octets", WIRE_MAX_LINE);
		if (w->tail_len == TAIL_LEN)
			memmove(w->tail, w->tail + 1, --w->tail_len);
		w->tail[w->tail_len++] = at[i];
	}
}

/* --- as libetpan sees it */

static ssize_t
low_read(mailstream_low *low, void *at, size_t size)
{
	struct wire *w = low->data;
	ssize_t n;

	n = w->has_ahead && size > 0;
	if (n == 1)
		*(char *)at = w->ahead;
	else
		while ((n = take(w, at, size)) < 0)
			wait_more(w, POLLIN);
	w->has_ahead = false;
	inspect(w, at, (size_t)n);
	return n;
}

static ssize_t
low_write(mailstream_low *low, const void *at, size_t len)
{
	struct wire *w = low->data;
	ssize_t n;

	for (;;) {
		n = w->tls ? tls_write(w->tls, at, len)
			   : send(w->fd, at, len, MSG_NOSIGNAL);
		if (n > 0 || len == 0)
			return n;
		if (n == 0 || (errno != EAGAIN && errno != EINTR))
			fail(w, "connection: %s", strerror(errno));
		wait_more(w, POLLOUT);
	}
}

static int
low_fd(mailstream_low *low)
{
	return ((struct wire *)low->data)->fd;
}

static int
low_nothing(mailstream_low *low)
{
	(void)low;
	return 0;
}

static void
low_ignore(mailstream_low *low)
{
	(void)low;
}

static struct mailstream_cancel *
low_cancel(mailstream_low *low)
{
	(void)low;
	return NULL;
}

static carray *
low_chain(mailstream_low *low)
{
	(void)low;
	return NULL;
}

static mailstream_low_driver driver = {
	.mailstream_read = low_read,
	.mailstream_write = low_write,
	.mailstream_close = low_nothing,
	.mailstream_get_fd = low_fd,
	.mailstream_free = low_ignore,
	.mailstream_cancel = low_ignore,
	.mailstream_get_cancel = low_cancel,
	.mailstream_get_certificate_chain = low_chain,
	.mailstream_setup_idle = low_nothing,
	.mailstream_unsetup_idle = low_nothing,
	.mailstream_interrupt_idle = low_nothing,
};

mailstream *
wire_stream(struct wire *w)
{
	mailstream_low *low = mailstream_low_new(w, &driver);

	w->stream = low ? mailstream_new(low, BUFFER_BYTES) : NULL;
	if (w->stream == NULL)
		fail(w, "out of memory");
	return w->stream;
}

/* --- to the server */

/* try - one of its addresses; -1 and errno: it does not answer */
static int
try(const struct sockaddr_storage *at)
{
	static const int one = 1;
	int error = 0, fd;
	socklen_t len = sizeof(error);

	fd = socket(
	    at->ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(fd, (const struct sockaddr *)at, net_len(at)) == 0)
		return fd;
	if (errno != EINPROGRESS)
		error = errno;
	else if (!ready(fd, POLLOUT, WIRE_CONNECT_MS))
		error = ETIMEDOUT;
	else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		error = errno;
	if (error == 0)
		return fd;
	(void)close(fd);
	errno = error;
	return -1;
}

/* prepare_tls - read the authorities */
static void
prepare_tls(struct wire *w, const struct settings_imap *a)
{
	char *host = talloc_strdup(w, a->address);
	struct err e;
	size_t i;

	if (host == NULL)
		fail(w, "out of memory");
	*strrchr(host, ':') = '\0';
	if (*host == '[') {
		host++;
		host[strcspn(host, "]")] = '\0';
	}
	w->orders = (struct tls_orders){ .name = a->name ? a->name : host,
		.ca = a->ca ? a->ca : "",
		.verifies = a->verifies };
	for (i = 0; *w->orders.ca == '\0' && i < ARRAY_LEN(bundles); i++)
		if (access(bundles[i], R_OK) == 0)
			w->orders.ca = bundles[i];
	w->side = tls_side_new(w, &w->orders);
	if (w->side == NULL)
		fail(w, "out of memory");
	if (tls_side_load(w->side, NULL, &e) != RC_OK)
		fail(w, "TLS: %s", e.text);
}

struct wire *
wire_connect(
    TALLOC_CTX *mem, const struct settings_imap *a, wire_failed_fn failed)
{
	struct wire *w = talloc_zero(mem, struct wire);
	struct net_places places;
	struct err e;
	size_t i;

	assert(w != NULL);
	w->failed = failed;
	w->fd = -1;
	if (net_places(a->address, 0, &places, &e) != RC_OK)
		fail(w, "%s", e.text);
	errno = EHOSTUNREACH;
	for (i = 0; w->fd < 0 && i < places.n; i++) {
		w->fd = try(&places.at[i]);
		w->is_near = w->fd >= 0 && net_is_near(&places.at[i]);
	}
	if (w->fd < 0)
		fail(w, "no connection: %s", strerror(errno));
	if (a->tls == TLS_NO && !w->is_near)
		fail(w, "tls=no would send the password in clear to another "
			"machine");
	if (a->tls != TLS_NO)
		prepare_tls(w, a);
	wire_command(w);
	return w;
}

void
wire_tls(struct wire *w)
{
	const char *why = "out of memory";
	enum tls_step step = TLS_FAILED;

	if (w->stream != NULL && w->stream->read_buffer_len > 0)
		fail(w, "the server said more behind its answer to STARTTLS");
	w->tls = tls_open(w, w->side, w->fd);
	while (
	    w->tls != NULL && (step = tls_shake(w->tls, &why)) == TLS_GOES_ON)
		if (tls_wants_write(w->tls))
			wait_more(w, POLLOUT);
		else if (!fill(w))
			wait_more(w, POLLIN);
	if (step != TLS_STANDS)
		fail(w, "TLS: %s", why);
}

void
wire_command(struct wire *w)
{
	w->deadline_ms = now_ms() + WIRE_ANSWER_MS;
	w->octets = 0;
}

bool
wire_wait(struct wire *w, int64_t wait_ms)
{
	int64_t until_ms = now_ms() + wait_ms;

	/* POLLIN may be of TLS's own, or the octets may have come before */
	for (;;) {
		if (w->stream->read_buffer_len > 0 || w->has_ahead)
			return true;
		w->has_ahead = take(w, &w->ahead, 1) == 1;
		if (!w->has_ahead && !ready(w->fd, POLLIN, until_ms - now_ms()))
			return false;
	}
}
