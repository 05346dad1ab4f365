/*
 * door.c - a program that listens, lets in, and puts what comes into a spool
 */
#include "core/core.h"

#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <event2/event.h>

#include "core/log/log.h"
#include "core/rights/rights.h"
#include "mailgw/smtp/net.h"
#include "mailgw/sources/door.h"

#define ACCEPTS_A_ROUND 64
#define READ_BYTES      (64U << 10)
#define READ_AHEAD      (1U << 20) /* then the peer waits */
#define SPARE_FILES     64
#define OVERRIDES_MAX   64
#define SPOOL_AGAIN_MS  1000
#define EXIT_USAGE      2
#define EXIT_TRY_AGAIN  75

struct place {
	struct door *door;
	const struct settings_listener *set;
	char *const *clients; /* NULL: anybody */
	int fd;
	struct event *event;
	char bound[NET_BOUND_MAX];
};

/* one connection */
struct guest {
	struct intake intake; /* first: cast back in its functions */
	struct guest *next, **at;
	struct door *door;
	void *session;
	int fd;
	struct event *readable, *writable;
	bool is_reading, is_writing, is_eof;
	int64_t heard_ms;
	uint64_t id;   /* of the message begun; 0: none */
	bool is_ended; /* end() was called for it */
	char client[80];
};

struct door {
	const struct door_kind *kind;
	struct settings *settings;
	const struct settings_listen *listen;
	struct event_base *base;
	struct place *places;
	struct event *tick, *term, *interrupt, *committed;
	char *spool_dir, *hostname;
	struct spool_writer *spool; /* NULL: it could not be opened */
	int64_t spool_next_ms, drain_until_ms;
	struct guest *guests;
	unsigned n_guests, max_guests;
	uint64_t n_accepted;
	char buffer[READ_BYTES];
};

static int64_t
clock_ms(clockid_t which)
{
	struct timespec t;

	(void)clock_gettime(which, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* --- the spool, as protocols see it */

static void
on_committed(evutil_socket_t fd, short what, void *arg)
{
	struct door *d = arg;

	(void)fd;
	(void)what;
	spool_poll(d->spool);
}

/* spool_open - where that has not worked before, once a second */
static enum rc
spool_open(struct door *d, struct err *e)
{
	int64_t now = clock_ms(CLOCK_MONOTONIC);
	enum rc rc;

	if (d->spool != NULL)
		return RC_OK;
	if (now < d->spool_next_ms)
		return err_set(e, RC_INTERNAL, "spool: not open");
	d->spool_next_ms = now + SPOOL_AGAIN_MS;
	rc = spool_writer_open(
	    d, d->spool_dir, d->settings->segment_bytes, &d->spool, e);
	if (rc != RC_OK)
		return rc;
	d->committed = event_new(
	    d->base, spool_fd(d->spool), EV_READ | EV_PERSIST, on_committed, d);
	assert(d->committed != NULL);
	(void)event_add(d->committed, NULL);
	return RC_OK;
}

static enum rc
begin(struct intake *i, const struct spool_envelope *env, struct err *e)
{
	struct guest *g = (struct guest *)i;
	enum rc rc = spool_open(g->door, e);

	assert(g->id == 0);
	if (rc == RC_OK)
		rc = spool_begin(g->door->spool, env, &g->id, e);
	g->is_ended = false;
	if (rc != RC_OK)
		g->id = 0;
	return rc;
}

static enum rc
data(struct intake *i, struct slice bytes, struct err *e)
{
	struct guest *g = (struct guest *)i;

	return spool_data(g->door->spool, g->id, bytes, e);
}

static void guest_step(struct guest *g);

static void
on_durable(void *arg, enum rc rc, const struct err *e)
{
	struct guest *g = arg;

	g->door->kind->protocol->done(g->session, rc, e);
	guest_step(g);
}

static enum rc
end(struct intake *i, struct err *e)
{
	struct guest *g = (struct guest *)i;
	enum rc rc;

	rc = spool_end(g->door->spool, g->id, on_durable, g, e);
	g->is_ended = rc == RC_OK;
	return rc;
}

/* outcome - of the message at hand; it is out of our hands then */
static void
outcome(struct guest *g, enum spool_outcome what)
{
	struct err e;

	if (g->id != 0 &&
	    spool_outcome(g->door->spool, g->id, what, &e) != RC_OK)
		log_event(EV_DOOR_SPOOL, LOG_TEXT("way", g->door->kind->name),
		    LOG_TEXT("reason", e.text));
	g->id = 0;
	g->is_ended = false;
}

static void
keep(struct intake *i)
{
	outcome((struct guest *)i, SPOOL_ACCEPTED);
}

static void
drop(struct intake *i)
{
	outcome((struct guest *)i, SPOOL_REFUSED);
}

/* --- connections */

static void
guest_free(struct guest *g)
{
	/* whose copy was being made safe may have let it go on meanwhile */
	outcome(g, g->is_ended ? SPOOL_UNKNOWN : SPOOL_REFUSED);
	event_free(g->readable);
	event_free(g->writable);
	close(g->fd);
	talloc_free(g->session);
	evbuffer_free(g->intake.in);
	evbuffer_free(g->intake.out);
	*g->at = g->next;
	if (g->next != NULL)
		g->next->at = g->at;
	g->door->n_guests--;
	talloc_free(g);
}

/* watch - what we want to hear of */
static void
watch(struct event *event, bool *is_watched, bool wanted)
{
	if (wanted != *is_watched)
		(void)(wanted ? event_add(event, NULL) : event_del(event));
	*is_watched = wanted;
}

/* flush - as much as goes now; false: nobody takes it any more */
static bool
flush(struct guest *g)
{
	while (evbuffer_get_length(g->intake.out) > 0)
		if (evbuffer_write(g->intake.out, g->fd) <= 0)
			return errno == EAGAIN || errno == EINTR;
	return true;
}

/* guest_step - let the protocol work; g may be gone afterwards */
static void
guest_step(struct guest *g)
{
	size_t left, before;

	g->intake.utc = clock_ms(CLOCK_REALTIME) / 1000;
	do {
		before = evbuffer_get_length(g->intake.in);
		if (before > 0 && !g->intake.is_over)
			g->door->kind->protocol->take(g->session);
		left = evbuffer_get_length(g->intake.in);
	} while (left > 0 && left < before && !g->intake.is_over);
	if (!flush(g)) {
		guest_free(g);
		return;
	}
	/* what a peer left behind that has gone is not waited for */
	if ((g->intake.is_over || (g->is_eof && !g->is_ended)) &&
	    evbuffer_get_length(g->intake.out) == 0) {
		guest_free(g);
		return;
	}
	watch(g->readable, &g->is_reading,
	    !g->is_eof && !g->intake.is_over && left < READ_AHEAD);
	watch(g->writable, &g->is_writing,
	    evbuffer_get_length(g->intake.out) > 0);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	static const int one = 1;
	struct guest *g = arg;
	ssize_t n;

	(void)what;
	n = read(fd, g->door->buffer, READ_BYTES);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		guest_free(g);
		return;
	}
	if (g->door->kind->is_quick)
		(void)setsockopt(
		    fd, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof(one));
	g->heard_ms = clock_ms(CLOCK_MONOTONIC);
	g->is_eof = n == 0;
	if (n > 0 && evbuffer_add(g->intake.in, g->door->buffer, (size_t)n))
		abort(); /* better than a mail with a hole in it */
	guest_step(g);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	guest_step(arg);
}

static void
guest_new(struct door *d, int fd, const char *client)
{
	static const int one = 1;
	struct guest *g = talloc_zero(d, struct guest);

	assert(g != NULL);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
	g->door = d;
	g->fd = fd;
	g->heard_ms = clock_ms(CLOCK_MONOTONIC);
	(void)snprintf(g->client, sizeof(g->client), "%s", client);
	g->intake = (struct intake){
		.settings = d->settings,
		.hostname = d->hostname,
		.client = g->client,
		.number = ++d->n_accepted,
		.utc = clock_ms(CLOCK_REALTIME) / 1000,
		.in = evbuffer_new(),
		.out = evbuffer_new(),
		.begin = begin,
		.data = data,
		.end = end,
		.keep = keep,
		.drop = drop,
	};
	g->readable =
	    event_new(d->base, fd, EV_READ | EV_PERSIST, on_readable, g);
	g->writable =
	    event_new(d->base, fd, EV_WRITE | EV_PERSIST, on_writable, g);
	assert(g->intake.in && g->intake.out && g->readable && g->writable);
	g->next = d->guests;
	g->at = &d->guests;
	if (g->next != NULL)
		g->next->at = &g->next;
	d->guests = g;
	d->n_guests++;
	g->session = d->kind->protocol->open(NULL, &g->intake);
	assert(g->session != NULL);
	guest_step(g);
}

/* turn_away - a word to somebody who gets no session; closes fd */
static void
turn_away(int fd, const char *line)
{
	(void)!send(fd, line, strlen(line), MSG_DONTWAIT | MSG_NOSIGNAL);
	(void)shutdown(fd, SHUT_WR);
	close(fd);
}

static void
on_accept(evutil_socket_t listener, short what, void *arg)
{
	struct place *p = arg;
	struct door *d = p->door;
	struct sockaddr_storage at;
	char text[80];
	const char *client = text;
	socklen_t len;
	int fd, i;

	(void)what;
	for (i = 0; i < ACCEPTS_A_ROUND; i++) {
		len = sizeof(at);
		fd = accept4(listener, (struct sockaddr *)&at, &len,
		    SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0 && (errno == EMFILE || errno == ENFILE))
			(void)event_del(p->event); /* until the next tick */
		if (fd < 0 && errno != ECONNABORTED && errno != EINTR)
			return;
		if (fd < 0)
			continue;
		net_print(&at, false, text);
		if (p->clients != NULL && !net_allowed(p->clients, &at)) {
			log_event(EV_DOOR_STRANGER,
			    LOG_TEXT("way", d->kind->name),
			    LOG_TEXT("client", client));
			turn_away(fd, d->kind->stranger);
		} else if (d->n_guests >= d->max_guests) {
			log_event(EV_DOOR_FULL, LOG_TEXT("way", d->kind->name),
			    LOG_TEXT("client", client),
			    LOG_NUMBER("sessions", d->n_guests));
			turn_away(fd, d->kind->busy);
		} else {
			guest_new(d, fd, client);
		}
	}
}

/* --- life of the program */

static enum rc
listen_all(struct door *d, struct err *e)
{
	struct place *p;
	size_t i;
	enum rc rc;

	d->places = talloc_zero_array(d, struct place, d->listen->n + 1);
	assert(d->places != NULL);
	for (i = 0; i < d->listen->n; i++)
		d->places[i].fd = -1;
	for (i = 0; i < d->listen->n; i++) {
		p = &d->places[i];
		p->door = d;
		p->set = d->listen->items[i];
		p->clients = p->set->clients;
		if (p->clients == NULL &&
		    settings_unix_path(p->set->address) == NULL)
			p->clients = d->settings->gateway_clients;
		rc = net_listen(p->set, &p->fd, p->bound, e);
		if (rc != RC_OK)
			return err_context(e, "%s", d->kind->listen_name);
		p->event = event_new(
		    d->base, p->fd, EV_READ | EV_PERSIST, on_accept, p);
		assert(p->event != NULL);
		(void)event_add(p->event, NULL);
	}
	return RC_OK;
}

/* listen_no_more - what waits in a backlog is not ours any more */
static void
listen_no_more(struct door *d)
{
	const char *path;
	struct place *p;
	size_t i;

	for (i = 0; d->places != NULL && i < d->listen->n; i++) {
		p = &d->places[i];
		if (p->event != NULL)
			event_free(p->event);
		p->event = NULL;
		if (p->fd < 0)
			continue;
		path = settings_unix_path(p->bound);
		if (path != NULL)
			(void)unlink(path);
		close(p->fd);
		p->fd = -1;
	}
}

/* look_at - once a second: has it been silent for too long? */
static void
look_at(struct guest *g, int64_t now_ms)
{
	const struct door_kind *kind = g->door->kind;

	if (g->is_ended && g->id != 0)
		return; /* it is the disk that takes its time */
	if (now_ms - g->heard_ms < kind->idle_ms)
		return;
	if (g->intake.is_over || kind->protocol->time_out == NULL) {
		guest_free(g);
		return;
	}
	g->heard_ms = now_ms;
	kind->protocol->time_out(g->session);
	g->intake.is_over = true;
	guest_step(g);
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	int64_t now_ms = clock_ms(CLOCK_MONOTONIC);
	struct door *d = arg;
	struct guest *g, *next;
	size_t i;

	(void)fd;
	(void)what;
	for (i = 0; d->drain_until_ms == 0 && i < d->listen->n; i++)
		(void)event_add(d->places[i].event, NULL);
	for (g = d->guests; g != NULL; g = next) {
		next = g->next;
		look_at(g, now_ms);
	}
	if (d->drain_until_ms > 0 &&
	    (d->guests == NULL || now_ms >= d->drain_until_ms))
		(void)event_base_loopbreak(d->base);
}

static void
on_signal(evutil_socket_t number, short what, void *arg)
{
	static const struct timeval often = { 0, 50000 };
	struct door *d = arg;
	struct guest *g, *next;

	(void)number;
	(void)what;
	if (d->drain_until_ms > 0)
		return;
	d->drain_until_ms = clock_ms(CLOCK_MONOTONIC) + DOOR_DRAIN_MS;
	listen_no_more(d);
	for (g = d->guests; g != NULL; g = next) {
		next = g->next;
		g->intake.is_draining = true;
		d->kind->protocol->drain(g->session);
		guest_step(g);
	}
	(void)event_add(d->tick, &often);
}

/* say_ready - to the supervisor, or to whoever started us */
static void
say_ready(struct door *d)
{
	const char *text = getenv("PROMISED_READY_FD");
	char *line = talloc_asprintf(d, "%s ", d->kind->name);
	long fd = text ? strtol(text, NULL, 10) : STDOUT_FILENO;
	size_t i;

	for (i = 0; i < d->listen->n; i++) {
		line = talloc_asprintf_append(line, "%s%s%s", i > 0 ? "; " : "",
		    d->places[i].bound, d->places[i].set->words);
		log_event(EV_DOOR_READY, LOG_TEXT("way", d->kind->name),
		    LOG_TEXT("listen", d->places[i].bound));
	}
	line = talloc_asprintf_append(line, "%s\n", d->listen->n ? "" : "-");
	assert(line != NULL);
	(void)!write((int)fd, line, strlen(line));
	if (text != NULL && fd > STDERR_FILENO)
		close((int)fd);
	talloc_free(line);
}

/* set_limits - as many files as we may, and connections for which they last */
static void
set_limits(struct door *d)
{
	struct rlimit files;

	d->max_guests = d->settings->max_sessions;
	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return;
	files.rlim_cur = files.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &files) == 0 &&
	    files.rlim_cur != RLIM_INFINITY && files.rlim_cur > SPARE_FILES &&
	    d->max_guests > files.rlim_cur - SPARE_FILES)
		d->max_guests = (unsigned)(files.rlim_cur - SPARE_FILES);
}

/* be_nobody - all is bound: root and capabilities are of no more use */
static enum rc
be_nobody(struct door *d, struct err *e)
{
	struct rights_user user;
	enum rc rc;

	rc = rights_find(d->settings->user, d->settings->group, &user, e);
	if (rc == RC_OK)
		rc = rights_become(&user, false, e);
	if (rc == RC_OK)
		rc = rights_drop(e);
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM); /* forgotten by setuid(2) */
	return rc;
}

/* set_up - everything but the event loop's first round */
static enum rc
set_up(struct door *d, struct err *e)
{
	static const struct timeval second = { 1, 0 };
	char name[256];
	enum rc rc;

	if (gethostname(name, sizeof(name)) != 0)
		memcpy(name, "localhost", sizeof("localhost"));
	name[sizeof(name) - 1] = '\0';
	d->hostname = talloc_strdup(
	    d, *d->settings->hostname ? d->settings->hostname : name);
	d->listen =
	    (const void *)((const char *)d->settings + d->kind->listen_at);
	d->spool_dir =
	    settings_path(d, d->settings, spool_folders[d->kind->way]);
	assert(d->hostname != NULL && d->spool_dir != NULL);
	rc = listen_all(d, e);
	if (rc == RC_OK)
		rc = be_nobody(d, e);
	if (rc != RC_OK)
		return rc;
	rc = spool_open(d, e);
	if (rc == RC_BADINPUT)
		return rc;
	if (rc != RC_OK)
		log_event(EV_DOOR_SPOOL, LOG_TEXT("way", d->kind->name),
		    LOG_TEXT("reason", e->text));
	d->tick = event_new(d->base, -1, EV_PERSIST, on_tick, d);
	d->term = evsignal_new(d->base, SIGTERM, on_signal, d);
	d->interrupt = evsignal_new(d->base, SIGINT, on_signal, d);
	assert(d->tick && d->term && d->interrupt);
	(void)event_add(d->tick, &second);
	(void)event_add(d->term, NULL);
	(void)event_add(d->interrupt, NULL);
	return RC_OK;
}

/* tear_down - what talloc does not know */
static void
tear_down(struct door *d)
{
	struct event *events[] = { d->tick, d->term, d->interrupt,
		d->committed };
	size_t i;

	while (d->guests != NULL)
		guest_free(d->guests);
	listen_no_more(d);
	for (i = 0; i < ARRAY_LEN(events); i++)
		if (events[i] != NULL)
			event_free(events[i]);
	if (d->base != NULL)
		event_base_free(d->base);
}

static int
usage(const struct door_kind *kind)
{
	(void)fprintf(stderr,
	    "usage: promised-%s [-c FILE] [-o name=value]...\n", kind->name);
	return EXIT_USAGE;
}

int
door_main(const struct door_kind *kind, int argc, char **argv)
{
	const char *overrides[OVERRIDES_MAX + 1] = { NULL };
	const char *file = NULL;
	struct err e = { .rc = RC_OK };
	struct door *d;
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
			return usage(kind);
	}
	if (optind != argc)
		return usage(kind);
	d = talloc_zero(NULL, struct door);
	assert(d != NULL);
	d->kind = kind;
	d->base = event_base_new();
	assert(d->base != NULL);
	rc = settings_read(d, file, overrides, &d->settings, &e);
	if (rc == RC_OK) {
		set_limits(d);
		rc = set_up(d, &e);
	}
	if (rc == RC_OK) {
		say_ready(d);
		(void)event_base_dispatch(d->base);
	} else {
		log_event(EV_FAULT, LOG_TEXT("reason", e.text));
	}
	tear_down(d);
	talloc_free(d);
	return rc == RC_OK ? 0 : e.rc == RC_BADINPUT ? 1 : EXIT_TRY_AGAIN;
}
