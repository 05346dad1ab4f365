/*
 * gateway.c - promised-gateway: the sockets of the relay
 *
 * One event loop moves octets between descriptors and sessions (session.h) and
 * does what sessions want: connect to the next hop, drop it, hang up. Replies
 * that belong together leave in one write, without Nagle's delay. Nothing here
 * knows SMTP, but for the two greetings of those who are not let in.
 */
#include "core/core.h"

#include <event2/event.h>
#include <fcntl.h>
#include <getopt.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "core/log/log.h"
#include "core/settings/settings.h"
#include "mailgw/smtp/net.h"
#include "mailgw/smtp/session.h"
#include "mailgw/spool/spool.h"

#define READ_BYTES       (64U << 10)
#define ACCEPTS_A_ROUND  64
#define DRAIN_MS         20000
#define RESOLVE_AGAIN_MS 60000
#define SPOOL_AGAIN_MS   1000
#define SPARE_FILES      64
#define OVERRIDES_MAX    64
#define EXIT_TRY_AGAIN   75

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

struct gateway {
	struct settings *settings;
	struct event_base *base;
	struct event *listener, *tick, *term, *interrupt, *committed;
	int listen_fd, spare_fd;
	char *spool_dir;
	struct spool_writer *spool; /* NULL: it could not be opened */
	int64_t spool_next_try, resolved_at, drain_until;
	struct addrinfo *hop;
	struct session_config session;
	struct conn *conns;
	unsigned n_conns, max_conns;
	uint64_t n_accepted;
	char buffer[READ_BYTES];
};

static void conn_step(struct conn *c);

/* clock_ms - for time-outs */
static int64_t
clock_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* clock_utc - for the record */
static int64_t
clock_utc(void)
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

/* spool_ready - open it where that has failed before, once a second */
static enum rc
spool_ready(struct gateway *gw, struct err *e)
{
	enum rc rc;

	if (gw->spool != NULL)
		return RC_OK;
	if (clock_ms() < gw->spool_next_try)
		return err_set(e, RC_INTERNAL, "spool: not open");
	gw->spool_next_try = clock_ms() + SPOOL_AGAIN_MS;
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
	enum rc rc = spool_ready(gw, e);

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

	session_clock(c->session, clock_ms(), clock_utc());
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

static void
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
	    clock_ms() - gw->resolved_at > RESOLVE_AGAIN_MS) {
		struct addrinfo *fresh = NULL;
		struct conn *other;

		gw->resolved_at = clock_ms();
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

/*
 * conn_step - let the session work and carry out what comes of it
 *
 * c may be gone afterwards.
 */
static void
conn_step(struct conn *c)
{
	struct session *s = c->session;
	unsigned wants;
	bool did;

	session_clock(s, clock_ms(), clock_utc());
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
	session_clock(c->session, clock_ms(), clock_utc());
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
	session_clock(c->session, clock_ms(), clock_utc());
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
		session_clock(c->session, clock_ms(), clock_utc());
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

/* --- clients come */

/* turn_away - a reply to somebody who gets no session; closes fd */
static void
turn_away(int fd, const char *line)
{
	(void)!send(fd, line, strlen(line), MSG_DONTWAIT | MSG_NOSIGNAL);
	(void)shutdown(fd, SHUT_WR);
	close(fd);
}

/* conn_new - somebody who may */
static void
conn_new(struct gateway *gw, int fd, const char *client)
{
	struct conn *c = talloc_zero(gw, struct conn);

	assert(c != NULL);
	c->gw = gw;
	c->client.fd = c->hop.fd = -1;
	c->session =
	    session_new(c, &gw->session, ++gw->n_accepted, client, clock_ms());
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

/* no_more_files - take one with the spare descriptor and send it away */
static bool
no_more_files(struct gateway *gw)
{
	int fd;

	log_event(EV_GATEWAY_FULL, LOG_NUMBER("sessions", gw->n_conns),
	    LOG_TEXT("reason", "no more files"));
	if (gw->spare_fd < 0)
		return false;
	close(gw->spare_fd);
	fd = accept4(gw->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd >= 0)
		turn_away(fd, "421 4.7.0 Too many connections\r\n");
	gw->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return fd >= 0;
}

static void
on_accept(evutil_socket_t listener, short what, void *arg)
{
	struct gateway *gw = arg;
	struct sockaddr_storage at;
	socklen_t len;
	char text[80];
	const char *client = text;
	int fd, i;

	(void)what;
	for (i = 0; i < ACCEPTS_A_ROUND; i++) {
		len = sizeof(at);
		fd = accept4(listener, (struct sockaddr *)&at, &len,
		    SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0 && (errno == EMFILE || errno == ENFILE)) {
			if (no_more_files(gw))
				continue;
			(void)event_del(gw->listener); /* until the next tick */
			return;
		}
		if (fd < 0 && errno == EAGAIN)
			return;
		if (fd < 0)
			continue;
		net_print(&at, false, text);
		if (!net_allowed(gw->settings->gateway_clients, &at)) {
			log_event(
			    EV_GATEWAY_STRANGER, LOG_TEXT("client", client));
			turn_away(fd, "554 5.7.1 Not from your address\r\n");
		} else if (gw->n_conns >= gw->max_conns) {
			log_event(EV_GATEWAY_FULL, LOG_TEXT("client", client),
			    LOG_NUMBER("sessions", gw->n_conns));
			turn_away(fd, "421 4.7.0 Too many connections\r\n");
		} else {
			conn_new(gw, fd, client);
		}
	}
}

/* --- life of the program */

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct gateway *gw = arg;
	struct conn *c, *next;

	(void)fd;
	(void)what;
	if (gw->drain_until == 0)
		(void)event_add(gw->listener, NULL);
	for (c = gw->conns; c != NULL; c = next) {
		next = c->next;
		session_clock(c->session, clock_ms(), clock_utc());
		session_tick(c->session);
		conn_step(c);
	}
	if (gw->drain_until > 0 &&
	    (gw->conns == NULL || clock_ms() >= gw->drain_until))
		(void)event_base_loopbreak(gw->base);
}

static void
on_signal(evutil_socket_t number, short what, void *arg)
{
	static const struct timeval often = { 0, 50000 };
	struct gateway *gw = arg;
	struct conn *c, *next;

	(void)number;
	(void)what;
	if (gw->drain_until > 0)
		return;
	gw->drain_until = clock_ms() + DRAIN_MS;
	(void)event_del(gw->listener);
	close(gw->listen_fd);
	for (c = gw->conns; c != NULL; c = next) {
		next = c->next;
		session_clock(c->session, clock_ms(), clock_utc());
		session_drain(c->session);
		conn_step(c);
	}
	(void)event_add(gw->tick, &often);
}

/* say_ready - to the supervisor, or to whoever started us */
static void
say_ready(const char *bound)
{
	const char *text = getenv("PROMISED_READY_FD");
	char line[100];
	long fd = text ? strtol(text, NULL, 10) : STDOUT_FILENO;
	int n;

	n = snprintf(line, sizeof(line), "gateway %s\n", bound);
	(void)!write((int)fd, line, (size_t)n);
	if (text != NULL && fd > STDERR_FILENO)
		close((int)fd);
	log_event(EV_GATEWAY_READY, LOG_TEXT("listen", bound));
}

/* set_limits - as many files as we may, and sessions for which they last */
static void
set_limits(struct gateway *gw)
{
	struct rlimit files;

	gw->max_conns = gw->settings->max_sessions;
	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return;
	files.rlim_cur = files.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &files) != 0 ||
	    files.rlim_cur == RLIM_INFINITY)
		return;
	/* a client and a next hop each */
	if (gw->max_conns > (files.rlim_cur - SPARE_FILES) / 2 &&
	    files.rlim_cur > SPARE_FILES)
		gw->max_conns = (unsigned)(files.rlim_cur - SPARE_FILES) / 2;
}

/* set_up - everything but the event loop's first round */
static enum rc
set_up(struct gateway *gw, char bound[80], struct err *e)
{
	static const struct timeval second = { 1, 0 };
	char name[256];
	enum rc rc;

	if (gethostname(name, sizeof(name)) != 0)
		memcpy(name, "localhost", sizeof("localhost"));
	name[sizeof(name) - 1] = '\0';
	gw->session = (struct session_config){
		.hostname = *gw->settings->hostname ? gw->settings->hostname
						    : talloc_strdup(gw, name),
		.max_message_bytes = gw->settings->max_message_bytes,
		.pass_unspooled = gw->settings->on_failure == ON_FAILURE_PASS,
		.spool = { gw, gw_spool_begin, gw_spool_data, gw_spool_end,
		    gw_spool_outcome },
	};
	gw->base = event_base_new();
	assert(gw->base != NULL);
	gw->spool_dir = settings_path(gw, gw->settings, "spool");
	rc = spool_ready(gw, e);
	if (rc == RC_BADINPUT)
		return rc;
	if (rc != RC_OK)
		log_event(EV_GATEWAY_SPOOL, LOG_TEXT("reason", e->text));
	rc = net_listen(gw->settings->gateway_listen, &gw->listen_fd, bound, e);
	if (rc != RC_OK)
		return rc;
	if (strcmp(bound, gw->settings->next_hop) == 0)
		return err_set(e, RC_BADINPUT,
		    "next-hop is the gateway's own address '%s'", bound);
	gw->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	gw->listener = event_new(
	    gw->base, gw->listen_fd, EV_READ | EV_PERSIST, on_accept, gw);
	gw->tick = event_new(gw->base, -1, EV_PERSIST, on_tick, gw);
	gw->term = evsignal_new(gw->base, SIGTERM, on_signal, gw);
	gw->interrupt = evsignal_new(gw->base, SIGINT, on_signal, gw);
	assert(gw->listener && gw->tick && gw->term && gw->interrupt);
	(void)event_add(gw->listener, NULL);
	(void)event_add(gw->tick, &second);
	(void)event_add(gw->term, NULL);
	(void)event_add(gw->interrupt, NULL);
	return RC_OK;
}

/* tear_down - what talloc does not know */
static void
tear_down(struct gateway *gw)
{
	struct event *events[] = { gw->listener, gw->tick, gw->term,
		gw->interrupt, gw->committed };
	size_t i;

	while (gw->conns != NULL)
		conn_free(gw->conns);
	for (i = 0; i < ARRAY_LEN(events); i++)
		if (events[i] != NULL)
			event_free(events[i]);
	if (gw->hop != NULL)
		freeaddrinfo(gw->hop);
	if (gw->spare_fd >= 0)
		close(gw->spare_fd);
	if (gw->base != NULL)
		event_base_free(gw->base);
}

static int
usage(void)
{
	(void)fprintf(
	    stderr, "usage: promised-gateway [-c FILE] [-o name=value]...\n");
	return 2;
}

int
main(int argc, char **argv)
{
	const char *overrides[OVERRIDES_MAX + 1] = { NULL };
	const char *file = NULL;
	struct gateway *gw;
	struct err e = { .rc = RC_OK };
	char bound[80];
	size_t n = 0;
	int opt;
	enum rc rc;

	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);
	while ((opt = getopt(argc, argv, "c:o:")) != -1) {
		if (opt == 'c')
			file = optarg;
		else if (opt == 'o' && n < OVERRIDES_MAX)
			overrides[n++] = optarg;
		else
			return usage();
	}
	if (optind != argc)
		return usage();
	gw = talloc_zero(NULL, struct gateway);
	assert(gw != NULL);
	gw->spare_fd = gw->listen_fd = -1;
	rc = settings_read(gw, file, overrides, &gw->settings, &e);
	if (rc == RC_OK) {
		set_limits(gw);
		rc = set_up(gw, bound, &e);
	}
	if (rc == RC_OK) {
		say_ready(bound);
		(void)event_base_dispatch(gw->base);
	} else {
		log_event(EV_FAULT, LOG_TEXT("reason", e.text));
	}
	tear_down(gw);
	talloc_free(gw);
	return rc == RC_OK ? 0 : e.rc == RC_BADINPUT ? 1 : EXIT_TRY_AGAIN;
}
