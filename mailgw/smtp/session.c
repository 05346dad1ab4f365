/*
 * session.c - life, time-outs, and the loop over both buffers
 */
#include "core/core.h"

#include "core/log/log.h"
#include "mailgw/smtp/session_priv.h"

/* add - or end: a mail with a hole in it must not go on */
static void
add(struct evbuffer *b, struct slice bytes)
{
	if (evbuffer_add(b, bytes.at, bytes.len) != 0)
		abort();
}

void
session_relay(struct session *s, struct slice reply)
{
	add(s->to_client, reply);
}

void
session_reply(struct session *s, const char *line)
{
	add(s->to_client, slice_of(line));
	add(s->to_client, SLICE("\r\n"));
}

void
session_close(struct session *s, const char *line)
{
	if (s->phase == PHASE_CLOSING)
		return;
	if (line != NULL && s->phase != PHASE_TLS)
		session_reply(s, line);
	if (s->hop_state == HOP_READY && s->n_sent == 0 &&
	    s->phase == PHASE_COMMANDS)
		session_to_hop_add(s, SLICE("QUIT\r\n"));
	mail_abandon(
	    s, s->phase == PHASE_FINAL ? SPOOL_UNKNOWN : SPOOL_REFUSED);
	s->phase = PHASE_CLOSING;
	s->is_held = false;
	s->close_deadline = s->now + WAIT_CLOSE_MS;
}

void
session_error(struct session *s, const char *line)
{
	session_reply(s, line);
	if (++s->errors >= SESSION_ERRORS)
		session_close(s, "421 4.7.0 Too many errors");
}

void
session_to_hop_add(struct session *s, struct slice bytes)
{
	add(s->to_hop, bytes);
	s->hop_octets += bytes.len;
}

void
session_awaits_client(struct session *s)
{
	s->client_deadline = s->now + s->cf->wait_client_ms;
}

/* session_free - what is begun gets an outcome */
static int
session_free(struct session *s)
{
	mail_abandon(
	    s, s->phase == PHASE_FINAL ? SPOOL_UNKNOWN : SPOOL_REFUSED);
	session_wipe(s->from_client, evbuffer_get_length(s->from_client));
	session_wipe(s->to_hop, evbuffer_get_length(s->to_hop));
	server_forget(&s->server);
	evbuffer_free(s->from_client);
	evbuffer_free(s->to_client);
	evbuffer_free(s->from_hop);
	evbuffer_free(s->to_hop);
	return 0;
}

struct session *
session_new(TALLOC_CTX *mem, const struct session_config *cf, uint64_t number,
    const char *client, int64_t now_ms)
{
	struct session *s;

	s = talloc_zero(mem, struct session);
	if (s == NULL)
		return NULL;
	s->cf = cf;
	s->number = number;
	s->now = now_ms;
	s->client = talloc_strdup(s, client);
	s->from_client = evbuffer_new();
	s->to_client = evbuffer_new();
	s->from_hop = evbuffer_new();
	s->to_hop = evbuffer_new();
	assert(s->client && s->from_client && s->to_client && s->from_hop &&
	       s->to_hop);
	talloc_set_destructor(s, session_free);
	server_init(&s->server, s);
	client_init(&s->hop);
	if (cf->client_tls == TLS_IMPLICIT)
		tls_begin(s);
	else
		session_greet(s);
	return s;
}

void
session_greet(struct session *s)
{
	add(s->to_client, SLICE("220 "));
	add(s->to_client, slice_of(s->cf->hostname));
	session_reply(s, " ESMTP");
	session_awaits_client(s);
}

void
session_set_near(struct session *s)
{
	s->is_near = true;
}

void
session_wipe(struct evbuffer *b, size_t n)
{
	struct evbuffer_iovec v[8];
	size_t i, pieces, left;

	while (n > 0) {
		pieces = (size_t)evbuffer_peek(
		    b, (ev_ssize_t)n, NULL, v, ARRAY_LEN(v));
		if (pieces > ARRAY_LEN(v))
			pieces = ARRAY_LEN(v);
		left = n;
		for (i = 0; i < pieces && n > 0; i++) {
			if (v[i].iov_len > n)
				v[i].iov_len = n;
			explicit_bzero(v[i].iov_base, v[i].iov_len);
			n -= v[i].iov_len;
		}
		assert(left > n);
		(void)evbuffer_drain(b, left - n);
	}
}

void
session_trust(struct session *s)
{
	s->is_trusted = true;
}

void
session_set_owner(struct session *s, void *owner)
{
	s->owner = owner;
}

void *
session_owner(const struct session *s)
{
	return s->owner;
}

uint64_t
session_number(const struct session *s)
{
	return s->number;
}

struct evbuffer *
session_from_client(struct session *s)
{
	return s->from_client;
}

struct evbuffer *
session_to_client(struct session *s)
{
	return s->to_client;
}

struct evbuffer *
session_from_hop(struct session *s)
{
	return s->from_hop;
}

struct evbuffer *
session_to_hop(struct session *s)
{
	return s->to_hop;
}

void
session_clock(struct session *s, int64_t now_ms, int64_t utc)
{
	s->now = now_ms;
	s->utc = utc;
}

/* head - the first piece of a buffer, without moving anything */
static struct slice
head(struct evbuffer *b)
{
	size_t n = evbuffer_get_contiguous_space(b);

	return (
	    struct slice){ (const char *)evbuffer_pullup(b, (ssize_t)n), n };
}

/* run_hop - take the next hop's replies; true: something happened */
static bool
run_hop(struct session *s)
{
	struct client_event ev;
	bool did = false;
	size_t n;

	while (s->hop_state >= HOP_GREETING &&
	       evbuffer_get_length(s->from_hop) > 0) {
		if (s->phase == PHASE_CLOSING) {
			(void)evbuffer_drain(
			    s->from_hop, evbuffer_get_length(s->from_hop));
			break;
		}
		n = client_push(&s->hop, s, head(s->from_hop), &ev);
		(void)evbuffer_drain(s->from_hop, n);
		if (ev.kind == CLIENT_NEED)
			continue;
		hop_take(s, &ev);
		did = true;
	}
	return did;
}

/* take - one event of the client */
static void
take(struct session *s)
{
	switch (s->ev.kind) {
	case SERVER_NEED:
		break;
	case SERVER_COMMAND:
	case SERVER_ANSWER:
	case SERVER_BAD_LINE:
	case SERVER_FLOOD:
		s->is_held = true;
		session_awaits_client(s);
		break;
	case SERVER_BODY:
		mail_body(s, &s->ev);
		if (s->ev.is_end)
			mail_chunk_end(s);
		break;
	case SERVER_LOOKALIKE:
		mail_lookalike(s);
		break;
	case SERVER_END:
		mail_end(s);
		break;
	}
}

/* at_eof - the client has sent all it will, and all of it was looked at */
static void
at_eof(struct session *s)
{
	if (s->phase == PHASE_BODY || s->phase == PHASE_SWALLOW) {
		log_event(EV_GATEWAY_VANISHED,
		    LOG_NUMBER("session", (int64_t)s->number),
		    LOG_NUMBER("octets", (int64_t)s->octets));
		hop_drop(s);
	}
	if (s->phase != PHASE_COMMANDS || s->n_sent == 0)
		session_close(s, NULL);
}

/* may_parse - is there room for what the next octets may cause? */
static bool
may_parse(const struct session *s)
{
	if (evbuffer_get_length(s->to_client) > SESSION_HIGH)
		return false;
	switch (s->phase) {
	case PHASE_COMMANDS:
	case PHASE_ANSWER:
	case PHASE_SWALLOW:
		return true;
	case PHASE_BODY:
		return evbuffer_get_length(s->to_hop) < SESSION_HIGH;
	default:
		return false;
	}
}

/* run_client - take the client's octets; true: something happened */
static bool
run_client(struct session *s)
{
	bool did = false;
	size_t n;

	while (s->phase != PHASE_CLOSING) {
		if (s->is_held) {
			if (!session_command(s))
				break;
			s->is_held = false;
			did = true;
			continue;
		}
		if (!may_parse(s))
			break;
		if (evbuffer_get_length(s->from_client) == 0) {
			if (s->has_eof)
				at_eof(s);
			break;
		}
		n = server_push(&s->server, head(s->from_client), &s->ev);
		take(s); /* a body is still in the buffer */
		session_wipe(s->from_client, n);
		did = true;
	}
	if (s->phase == PHASE_CLOSING)
		session_wipe(
		    s->from_client, evbuffer_get_length(s->from_client));
	return did;
}

void
session_run(struct session *s)
{
	bool did;

	do {
		did = run_hop(s);
		did = run_client(s) || did;
	} while (did);
}

unsigned
session_wants(const struct session *s)
{
	bool closing = s->phase == PHASE_CLOSING;
	bool flushed = s->is_lost || evbuffer_get_length(s->to_client) == 0;
	unsigned wants = 0;

	if (s->want_connect)
		wants |= SESSION_CONNECT;
	if (s->want_drop)
		wants |= SESSION_DROP_HOP;
	if (s->want_tls)
		wants |= SESSION_TLS;
	if (s->want_tls_hop)
		wants |= SESSION_TLS_HOP;
	if (closing)
		wants |= SESSION_HANG_UP;
	if (!s->has_eof && (closing || evbuffer_get_length(s->from_client) <
					   SESSION_READ_AHEAD))
		wants |= SESSION_READ;
	if (evbuffer_get_length(s->to_client) <= SESSION_HIGH || closing)
		wants |= SESSION_READ_HOP;
	if (s->phase == PHASE_COMMIT &&
	    evbuffer_get_length(s->to_hop) < SESSION_HIGH / 2)
		wants |= SESSION_HOLD_HOP;
	if (closing && ((flushed && s->has_eof) || s->now >= s->close_deadline))
		wants |= SESSION_OVER;
	return wants;
}

unsigned
session_take_wants(struct session *s)
{
	unsigned wants = session_wants(s);

	s->want_connect = s->want_drop = false;
	s->want_tls = s->want_tls_hop = false;
	return wants;
}

void
session_client_eof(struct session *s)
{
	s->has_eof = true;
	if (s->phase == PHASE_TLS)
		session_client_gone(s);
	else
		session_run(s);
}

void
session_client_gone(struct session *s)
{
	s->has_eof = s->is_lost = true;
	(void)evbuffer_drain(s->to_client, evbuffer_get_length(s->to_client));
	session_wipe(s->from_client, evbuffer_get_length(s->from_client));
	/* what was sent before the dot went on is not carried out any more */
	if (s->phase != PHASE_FINAL) {
		if (s->phase != PHASE_COMMANDS && s->phase != PHASE_CLOSING)
			hop_drop(s);
		session_close(s, NULL);
	}
	session_run(s);
}

/* tick_body - is there enough of a body in its window? */
static bool
tick_body(struct session *s)
{
	if (s->body_deadline > 0 && s->now >= s->body_deadline)
		return false;
	if (s->now < s->client_deadline)
		return true;
	if (s->window_octets < WINDOW_OCTETS && may_parse(s))
		return false;
	s->window_octets = 0;
	session_awaits_client(s);
	return true;
}

/* tick_hop - does the next hop take what we have for it? */
static void
tick_hop(struct session *s)
{
	uint64_t sent = s->hop_octets - evbuffer_get_length(s->to_hop);

	if (s->phase != PHASE_BODY || s->hop_state != HOP_READY)
		return;
	if (evbuffer_get_length(s->to_hop) == 0)
		s->hop_deadline = 0;
	else if (s->hop_deadline == 0 || sent != s->hop_seen)
		s->hop_deadline = s->now + WAIT_BLOCK_MS;
	s->hop_seen = sent;
}

/* tick_client - does the client take what we have for it? */
static void
tick_client(struct session *s)
{
	size_t left = evbuffer_get_length(s->to_client);

	if (s->phase == PHASE_CLOSING) {
		if (left == 0 && s->close_deadline > s->now + WAIT_LINGER_MS)
			s->close_deadline = s->now + WAIT_LINGER_MS;
		return;
	}
	if (left > 0 && left != s->client_left)
		session_awaits_client(s);
	s->client_left = left;
}

void
session_tick(struct session *s)
{
	bool asks = s->phase == PHASE_COMMANDS || s->phase == PHASE_ANSWER;
	bool idle = asks && s->n_sent == 0 && !s->is_held;

	if (s->is_draining)
		session_drain(s);
	tick_hop(s);
	tick_client(s);
	if (s->hop_deadline > 0 && s->now >= s->hop_deadline) {
		hop_lost(s, "time-out");
		session_run(s);
		return;
	}
	if (s->phase == PHASE_BODY || s->phase == PHASE_SWALLOW) {
		if (tick_body(s))
			return;
		hop_drop(s);
		session_close(s, "421 4.4.2 The message came too slowly");
	} else if (asks && (idle || s->client_left > 0) &&
		   s->now >= s->client_deadline) {
		session_close(s, "421 4.4.2 Time-out");
	} else if (s->phase == PHASE_TLS && s->now >= s->client_deadline) {
		session_client_gone(s);
	}
}

void
session_drain(struct session *s)
{
	s->is_draining = true;
	if (s->phase == PHASE_TLS)
		session_client_gone(s);
	else if ((s->phase == PHASE_COMMANDS || s->phase == PHASE_ANSWER) &&
		 s->n_sent == 0 && !s->in_chunks)
		session_close(s, "421 4.3.2 Service shuts down");
}
