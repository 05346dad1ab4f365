/*
 * gateway.c - promised-gateway: starts and ends
 *
 * One event loop for all who listen (gateway_listen.c) and all connections
 * (gateway_conn.c).
 */
#include "core/core.h"

#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "core/log/log.h"
#include "core/rights/rights.h"
#include "mailgw/smtp/gateway.h"
#include "mailgw/smtp/net.h"

#define DRAIN_MS       20000
#define SPARE_FILES    64
#define OVERRIDES_MAX  64
#define EXIT_TRY_AGAIN 75

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct gateway *gw = arg;
	struct conn *c, *next;

	(void)fd;
	(void)what;
	listen_again(gw);
	for (c = gw->conns; c != NULL; c = next) {
		next = c->next;
		conn_tick(c);
	}
	if (gw->drain_until > 0 &&
	    (gw->conns == NULL || gateway_ms() >= gw->drain_until))
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
	gw->drain_until = gateway_ms() + DRAIN_MS;
	listen_no_more(gw);
	for (c = gw->conns; c != NULL; c = next) {
		next = c->next;
		session_clock(c->session, gateway_ms(), gateway_utc());
		session_drain(c->session);
		conn_step(c);
	}
	(void)event_add(gw->tick, &often);
}

static void
on_hangup(evutil_socket_t number, short what, void *arg)
{
	(void)number;
	(void)what;
	gateway_tls_again(arg);
}

/*
 * say_ready - to the supervisor, or to whoever started us: where we listen,
 * as gateway-listen would say it, so that a restart comes to the same places
 */
static void
say_ready(struct gateway *gw)
{
	const char *text = getenv("PROMISED_READY_FD");
	char *line = talloc_strdup(gw, "gateway ");
	long fd = text ? strtol(text, NULL, 10) : STDOUT_FILENO;
	struct listener *l;
	size_t i, n = gw->settings->gateway_listen.n;

	for (i = 0; i < n; i++) {
		l = &gw->listeners[i];
		line = talloc_asprintf_append(
		    line, "%s%s%s", i > 0 ? "; " : "", l->bound, l->set->words);
		log_event(EV_GATEWAY_READY, LOG_TEXT("listen", l->bound));
	}
	line = talloc_asprintf_append(line, "%s\n", n > 0 ? "" : "-");
	assert(line != NULL);
	(void)!write((int)fd, line, strlen(line));
	if (text != NULL && fd > STDERR_FILENO)
		close((int)fd);
	talloc_free(line);
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

/* be_nobody - all is bound: root and capabilities are of no more use */
static enum rc
be_nobody(struct gateway *gw, struct err *e)
{
	struct rights_user user;
	enum rc rc;

	rc = rights_find(gw->settings->user, gw->settings->group, &user, e);
	if (rc == RC_OK)
		rc = rights_become(&user, false, e);
	if (rc == RC_OK)
		rc = rights_drop(e);
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM); /* forgotten by setuid(2) */
	return rc;
}

/* set_up - everything but the event loop's first round */
static enum rc
set_up(struct gateway *gw, struct err *e)
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
		.reply_base = gw->settings->remind_from,
		.pass_unspooled = gw->settings->on_failure == ON_FAILURE_PASS,
		.max_rcpts = gw->settings->max_recipients,
		.wait_client_ms =
		    gw->settings->client_timeout_s * INT64_C(1000),
		.refuse_bare =
		    gw->settings->bare_newlines == BARE_NEWLINES_REJECT,
		.spool = gateway_spool(gw),
	};
	gw->base = event_base_new();
	assert(gw->base != NULL);
	gw->spool_dir = settings_path(gw, gw->settings, "spool");
	rc = gateway_tls(gw, e);
	if (rc != RC_OK)
		return rc;
	rc = listen_all(gw, e);
	if (rc == RC_OK)
		rc = be_nobody(gw, e);
	if (rc != RC_OK)
		return rc;
	rc = gateway_spool_open(gw, e);
	if (rc == RC_BADINPUT)
		return rc;
	if (rc != RC_OK)
		log_event(EV_GATEWAY_SPOOL, LOG_TEXT("reason", e->text));
	gw->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	gw->tick = event_new(gw->base, -1, EV_PERSIST, on_tick, gw);
	gw->resolver = resolver_new(
	    gw, gw->base, gw->settings->next_hop, hop_resolved, gw);
	gw->hangup = evsignal_new(gw->base, SIGHUP, on_hangup, gw);
	gw->term = evsignal_new(gw->base, SIGTERM, on_signal, gw);
	gw->interrupt = evsignal_new(gw->base, SIGINT, on_signal, gw);
	assert(gw->resolver && gw->tick && gw->hangup && gw->term &&
	       gw->interrupt);
	(void)event_add(gw->hangup, NULL);
	(void)event_add(gw->tick, &second);
	(void)event_add(gw->term, NULL);
	(void)event_add(gw->interrupt, NULL);
	return RC_OK;
}

/* tear_down - what talloc does not know */
static void
tear_down(struct gateway *gw)
{
	struct event *events[] = { gw->tick, gw->hangup, gw->term,
		gw->interrupt, gw->committed };
	size_t i;

	while (gw->conns != NULL)
		conn_free(gw->conns);
	listen_no_more(gw);
	for (i = 0; i < ARRAY_LEN(events); i++)
		if (events[i] != NULL)
			event_free(events[i]);
	TALLOC_FREE(gw->resolver);
	if (gw->spare_fd >= 0)
		close(gw->spare_fd);
	if (gw->base != NULL)
		event_base_free(gw->base);
}

/* leads_back - is the next hop one of the places where we would listen? */
static enum rc
leads_back(const struct gateway *gw, struct err *e)
{
	const struct settings *s = gw->settings;
	struct net_places hop;
	size_t i, k;

	if (net_places(s->next_hop, 0, &hop, e) != RC_OK) {
		(void)fprintf(
		    stderr, "promised-gateway: next-hop: %s\n", e->text);
		return RC_OK; /* it may by and by */
	}
	for (i = 0; i < hop.n; i++)
		for (k = 0; k < s->gateway_listen.n; k++)
			if (net_leads_to(&hop.at[i],
				s->gateway_listen.items[k]->address))
				return err_set(e, RC_BADINPUT,
				    "next-hop '%s' is the gateway itself: mail "
				    "would go round for ever",
				    s->next_hop);
	return RC_OK;
}

/* test - -t: are the files and hosts of the settings good? */
static enum rc
test(struct gateway *gw, struct err *e)
{
	struct listener l = { .gw = gw };
	struct rights_user user;
	enum rc rc;
	size_t i;

	rc = rights_find(gw->settings->user, gw->settings->group, &user, e);
	if (rc == RC_OK)
		rc = rights_become(&user, false, e);
	if (rc == RC_OK)
		rc = gateway_tls(gw, e);
	for (i = 0; rc == RC_OK && i < gw->settings->gateway_listen.n; i++) {
		l.set = gw->settings->gateway_listen.items[i];
		rc = gateway_tls_listener(&l, e);
	}
	return rc == RC_OK ? leads_back(gw, e) : rc;
}

static int
usage(void)
{
	(void)fprintf(stderr,
	    "usage: promised-gateway [-t] [-c FILE] [-o name=value]...\n");
	return 2;
}

int
main(int argc, char **argv)
{
	const char *overrides[OVERRIDES_MAX + 1] = { NULL };
	const char *file = NULL;
	struct gateway *gw;
	struct err e = { .rc = RC_OK };
	bool is_test = false;
	size_t n = 0;
	int opt;
	enum rc rc;

	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);
	while ((opt = getopt(argc, argv, "c:o:t")) != -1) {
		if (opt == 'c')
			file = optarg;
		else if (opt == 'o' && n < OVERRIDES_MAX)
			overrides[n++] = optarg;
		else if (opt == 't')
			is_test = true;
		else
			return usage();
	}
	if (optind != argc)
		return usage();
	gw = talloc_zero(NULL, struct gateway);
	assert(gw != NULL);
	gw->spare_fd = -1;
	rc = settings_read(gw, file, overrides, &gw->settings, &e);
	if (rc == RC_OK && is_test)
		rc = test(gw, &e);
	if (rc == RC_OK && !is_test) {
		set_limits(gw);
		rc = set_up(gw, &e);
	}
	if (is_test) {
		if (rc != RC_OK)
			(void)fprintf(stderr, "promised-gateway: %s\n", e.text);
	} else if (rc == RC_OK) {
		say_ready(gw);
		(void)event_base_dispatch(gw->base);
	} else {
		log_event(EV_FAULT, LOG_TEXT("reason", e.text));
	}
	tear_down(gw);
	talloc_free(gw);
	return rc == RC_OK ? 0 : e.rc == RC_BADINPUT ? 1 : EXIT_TRY_AGAIN;
}
