/*
 * server.c - HTTP for calendar subscriptions, the one file with sockets
 *
 * The answers of one calendar (gzipped, unchanged) are made once and
 * hang below its snapshot; libmicrohttpd counts who still sends them.
 */
#include "core/core.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <microhttpd.h>

#include "cal/feed/cond.h"
#include "cal/feed/server.h"
#include "core/log/log.h"

#define BACKLOG    128
#define PLAIN_STEP (64 * 1024)

struct server {
	struct MHD_Daemon *daemon;
	struct board *board;
	server_clock_fn clock;
	char *address;
	int fd;
	struct MHD_Response *unknown, *revoked, *method;
};

/* the ready answers of one snapshot */
struct served {
	struct MHD_Response *gzip, *same, *same_gzip;
};

/* one request's memory between libmicrohttpd's calls */
struct request {
	size_t uploaded;
};

static int
served_gone(struct served *v)
{
	MHD_destroy_response(v->gzip);
	MHD_destroy_response(v->same);
	MHD_destroy_response(v->same_gzip);
	return 0;
}

static void
add(struct MHD_Response *r, const char *name, const char *value)
{
	enum MHD_Result done = MHD_add_response_header(r, name, value);

	assert(done == MHD_YES);
}

/* dress - the headers that every answer about a calendar carries */
static void
dress(struct MHD_Response *r, const struct snapshot *s, const char *etag)
{
	char date[COND_DATE_MAX];

	cond_date(s->modified_at, date);
	add(r, MHD_HTTP_HEADER_ETAG, etag);
	add(r, MHD_HTTP_HEADER_LAST_MODIFIED, date);
	add(r, MHD_HTTP_HEADER_CACHE_CONTROL, "private, no-cache");
	add(r, MHD_HTTP_HEADER_VARY, "Accept-Encoding");
}

/* dress_body - and those of a calendar itself */
static void
dress_body(struct MHD_Response *r, const struct snapshot *s, const char *etag)
{
	dress(r, s, etag);
	add(r, MHD_HTTP_HEADER_CONTENT_TYPE, "text/calendar; charset=utf-8");
	add(r, "X-Content-Type-Options", "nosniff");
}

static void
drop_body(void *body)
{
	snapshot_drop(body);
}

static void
free_bytes(void *bytes)
{
	talloc_free(bytes);
}

/* flat_of - the parts in one, where they are too many to be sent together */
static struct MHD_Response *
flat_of(const struct snapshot_body *b)
{
	char *bytes = talloc_size(NULL, b->gzip_len);
	size_t i, n = 0;

	assert(bytes != NULL);
	for (i = 0; i < b->count; n += b->parts[i++].len)
		memcpy(bytes + n, b->parts[i].at, b->parts[i].len);
	return MHD_create_response_from_buffer_with_free_callback(
	    b->gzip_len, bytes, free_bytes);
}

/* parts_of - the parts as they stand; the answer holds them, since a slow
 * client may outlive the snapshot */
static struct MHD_Response *
parts_of(const struct snapshot *s)
{
	struct MHD_IoVec *iov;
	struct MHD_Response *r;
	size_t i;

	iov = talloc_array(NULL, struct MHD_IoVec, s->body->count);
	assert(iov != NULL);
	for (i = 0; i < s->body->count; i++)
		iov[i] = (struct MHD_IoVec){ s->body->parts[i].at,
			s->body->parts[i].len };
	r = MHD_create_response_from_iovec(
	    iov, (unsigned)s->body->count, drop_body, snapshot_hold(s->body));
	talloc_free(iov);
	return r;
}

/* gzip_of - the whole, gzipped */
static struct MHD_Response *
gzip_of(const struct snapshot *s)
{
	struct MHD_Response *r =
	    s->body->count > SERVER_PARTS_MAX ? flat_of(s->body) : parts_of(s);

	assert(r != NULL);
	dress_body(r, s, s->etag_gzip);
	add(r, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
	return r;
}

static ssize_t
pull(void *reader, uint64_t at, char *out, size_t max)
{
	ssize_t got = snapshot_pull(reader, out, max);

	(void)at; /* always where the last call ended */
	return got > 0 ? got : MHD_CONTENT_READER_END_WITH_ERROR;
}

static void
free_reader(void *reader)
{
	talloc_free(reader);
}

/* answer_plain - for those who do not take gzip: inflated as it goes out */
static enum MHD_Result
answer_plain(struct MHD_Connection *c, const struct snapshot *s)
{
	struct snapshot_reader *reader = snapshot_reader_new(NULL, s->body);
	struct MHD_Response *r;
	enum MHD_Result done;

	if (reader == NULL)
		return MHD_NO;
	r = MHD_create_response_from_callback(
	    s->body->len, PLAIN_STEP, pull, reader, free_reader);
	assert(r != NULL);
	dress_body(r, s, s->etag);
	done = MHD_queue_response(c, MHD_HTTP_OK, r);
	MHD_destroy_response(r);
	return done;
}

/* same_of - "you have it already" */
static struct MHD_Response *
same_of(const struct snapshot *s, const char *etag)
{
	static char nothing[1] = "";
	struct MHD_Response *r;

	r = MHD_create_response_from_buffer(0, nothing, MHD_RESPMEM_PERSISTENT);
	assert(r != NULL);
	dress(r, s, etag);
	return r;
}

/* serve - the ready answers of a snapshot, made at the first request */
static struct served *
serve(struct snapshot *s)
{
	struct served *v = s->served;

	if (v != NULL)
		return v;
	v = talloc_zero(s, struct served);
	if (v == NULL)
		return NULL;
	v->gzip = gzip_of(s);
	v->same = same_of(s, s->etag);
	v->same_gzip = same_of(s, s->etag_gzip);
	talloc_set_destructor(v, served_gone);
	s->served = v;
	return v;
}

static const char *
header(struct MHD_Connection *c, const char *name)
{
	return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

/* is_same - does the client have this snapshot, in either coding; the tag
 * decides where one is given, else the date */
static bool
is_same(struct MHD_Connection *c, const struct snapshot *s)
{
	const char *tags = header(c, MHD_HTTP_HEADER_IF_NONE_MATCH);
	int64_t since;

	if (tags != NULL)
		return cond_etag_matches(tags, s->etag) ||
		       cond_etag_matches(tags, s->etag_gzip);
	return cond_date_parse(
		   header(c, MHD_HTTP_HEADER_IF_MODIFIED_SINCE), &since) &&
	       since >= s->modified_at;
}

/* answer_feed - 200 or 304 */
static enum MHD_Result
answer_feed(struct MHD_Connection *c, struct snapshot *s)
{
	bool gzip = cond_wants_gzip(header(c, MHD_HTTP_HEADER_ACCEPT_ENCODING));
	struct served *v = serve(s);

	if (v == NULL)
		return MHD_NO;
	if (is_same(c, s))
		return MHD_queue_response(
		    c, MHD_HTTP_NOT_MODIFIED, gzip ? v->same_gzip : v->same);
	return gzip ? MHD_queue_response(c, MHD_HTTP_OK, v->gzip)
		    : answer_plain(c, s);
}

/* answer_get - GET and HEAD */
static enum MHD_Result
answer_get(struct server *s, struct MHD_Connection *c, const char *path)
{
	struct snapshot *snapshot;
	struct slice token;

	if (strlen(path) > SERVER_PATH_MAX || !cond_token(path, &token))
		return MHD_queue_response(c, MHD_HTTP_NOT_FOUND, s->unknown);
	switch (board_find(s->board, token, s->clock(), &snapshot)) {
	case BOARD_HERE:
		return answer_feed(c, snapshot);
	case BOARD_REVOKED:
		return MHD_queue_response(c, MHD_HTTP_GONE, s->revoked);
	case BOARD_NOT_YET:
		return MHD_NO;
	case BOARD_UNKNOWN:
		break;
	}
	return MHD_queue_response(c, MHD_HTTP_NOT_FOUND, s->unknown);
}

/* take_request - libmicrohttpd's call: once for the head, once for each piece
 * of an upload, once at its end */
static enum MHD_Result
take_request(void *arg, struct MHD_Connection *c, const char *path,
    const char *method, const char *version, const char *upload,
    size_t *upload_len, void **state)
{
	struct server *s = arg;
	struct request *r = *state;

	(void)version;
	(void)upload;
	if (r == NULL) {
		r = talloc_zero(s, struct request);
		*state = r;
		return r != NULL ? MHD_YES : MHD_NO;
	}
	if (*upload_len != 0) {
		r->uploaded += *upload_len;
		*upload_len = 0;
		return r->uploaded <= SERVER_UPLOAD_MAX ? MHD_YES : MHD_NO;
	}
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 &&
	    strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
		return MHD_queue_response(
		    c, MHD_HTTP_METHOD_NOT_ALLOWED, s->method);
	return answer_get(s, c, path);
}

static void
end_request(void *arg, struct MHD_Connection *c, void **state,
    enum MHD_RequestTerminationCode why)
{
	(void)arg;
	(void)c;
	(void)why;
	talloc_free(*state);
	*state = NULL;
}

/* text_of - a short answer that never changes */
static struct MHD_Response *
text_of(char *text)
{
	struct MHD_Response *r;

	r = MHD_create_response_from_buffer(
	    strlen(text), text, MHD_RESPMEM_PERSISTENT);
	assert(r != NULL);
	add(r, MHD_HTTP_HEADER_CONTENT_TYPE, "text/plain; charset=utf-8");
	add(r, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	return r;
}

/* resolve - "ADDRESS:PORT", numbers only: no name service */
static enum rc
resolve(const char *text, struct addrinfo **out, struct err *e)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE };
	const char *colon = strrchr(text, ':');
	char host[64];
	size_t len;

	if (colon == NULL || colon == text)
		return err_set(e, RC_BADINPUT, "'%s' is no ADDRESS:PORT", text);
	len = (size_t)(colon - text);
	if (*text == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	if (len >= sizeof(host))
		return err_set(e, RC_BADINPUT, "'%s' is too long", text);
	memcpy(host, text, len);
	host[len] = '\0';
	if (strcmp(host, "localhost") == 0)
		memcpy(host, "127.0.0.1", sizeof("127.0.0.1"));
	if (getaddrinfo(host, colon + 1, &hints, out) != 0)
		return err_set(e, RC_BADINPUT, "'%s' is no ADDRESS:PORT", text);
	return RC_OK;
}

/* bind_to - a listening socket and the address it really has */
static enum rc
bind_to(struct server *s, const char *text, struct err *e)
{
	struct sockaddr_storage bound;
	socklen_t len = sizeof(bound);
	char host[64], port[8];
	struct addrinfo *a;
	int on = 1;
	enum rc rc;

	rc = resolve(text, &a, e);
	if (rc != RC_OK)
		return rc;
	s->fd =
	    socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->fd < 0 ||
	    setsockopt(s->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	    bind(s->fd, a->ai_addr, a->ai_addrlen) != 0 ||
	    listen(s->fd, BACKLOG) != 0 ||
	    getsockname(s->fd, (struct sockaddr *)&bound, &len) != 0) {
		rc = err_errno(e, "listen on '%s'", text);
		goto out;
	}
	if (getnameinfo((struct sockaddr *)&bound, len, host, sizeof(host),
		port, sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
		rc = err_set(e, RC_INTERNAL, "'%s' has no address", text);
		goto out;
	}
	s->address = bound.ss_family == AF_INET6
			 ? talloc_asprintf(s, "[%s]:%s", host, port)
			 : talloc_asprintf(s, "%s:%s", host, port);
	if (s->address == NULL)
		rc = err_nomem(e);
out:
	freeaddrinfo(a);
	return rc;
}

/* as_sent - paths are compared as they came: no "%00", no "%2e" */
static size_t
as_sent(void *arg, struct MHD_Connection *c, char *text)
{
	(void)arg;
	(void)c;
	return strlen(text);
}

/* ignore - libmicrohttpd's own words about broken requests are not events */
static void
ignore(void *arg, const char *format, va_list ap)
{
	(void)arg;
	(void)format;
	(void)ap;
}

static int
server_gone(struct server *s)
{
	if (s->daemon != NULL)
		MHD_stop_daemon(s->daemon); /* closes the socket too */
	else if (s->fd >= 0)
		(void)close(s->fd);
	if (s->unknown != NULL)
		MHD_destroy_response(s->unknown);
	if (s->revoked != NULL)
		MHD_destroy_response(s->revoked);
	if (s->method != NULL)
		MHD_destroy_response(s->method);
	return 0;
}

enum rc
server_new(TALLOC_CTX *mem, const char *listen, struct board *board,
    server_clock_fn clock, struct server **out, struct err *e)
{
	static char unknown[] = "There is no calendar here.\n";
	static char revoked[] = "This subscription has been ended.\n";
	static char method[] = "A calendar can only be read.\n";
	struct server *s = talloc_zero(mem, struct server);
	enum rc rc;

	if (s == NULL)
		return err_nomem(e);
	s->fd = -1;
	s->board = board;
	s->clock = clock;
	talloc_set_destructor(s, server_gone);
	rc = bind_to(s, listen, e);
	if (rc != RC_OK)
		goto out;
	s->unknown = text_of(unknown);
	s->revoked = text_of(revoked);
	s->method = text_of(method);
	add(s->method, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	/* the logger is read from the options in order: it comes first */
	s->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_ERROR_LOG, 0, NULL,
	    NULL, take_request, s, MHD_OPTION_EXTERNAL_LOGGER, ignore, NULL,
	    MHD_OPTION_LISTEN_SOCKET, s->fd, MHD_OPTION_CONNECTION_LIMIT,
	    (unsigned)SERVER_CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
	    (unsigned)SERVER_TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
	    (size_t)SERVER_MEMORY_BYTES, MHD_OPTION_UNESCAPE_CALLBACK, as_sent,
	    NULL, MHD_OPTION_NOTIFY_COMPLETED, end_request, NULL,
	    MHD_OPTION_END);
	if (s->daemon == NULL) {
		rc = err_set(e, RC_INTERNAL, "libmicrohttpd does not start");
		goto out;
	}
	*out = s;
	return RC_OK;
out:
	talloc_free(s);
	return rc;
}

const char *
server_address(const struct server *s)
{
	return s->address;
}

int
server_fd(const struct server *s)
{
	const union MHD_DaemonInfo *i;

	i = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	assert(i != NULL);
	return i->epoll_fd;
}

int
server_wait_ms(const struct server *s, int most)
{
	MHD_UNSIGNED_LONG_LONG wait;

	if (MHD_get_timeout(s->daemon, &wait) == MHD_YES &&
	    wait < (MHD_UNSIGNED_LONG_LONG)most)
		return (int)wait;
	return most;
}

void
server_run(struct server *s)
{
	(void)MHD_run(s->daemon);
}
