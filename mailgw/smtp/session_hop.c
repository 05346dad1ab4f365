/*
 * session_hop.c - the next hop: greeting, replies in order, loss
 *
 * Whatever breaks on that side, the client is told to try again (421, 451):
 * it still has the mail.
 */
#include "core/core.h"

#include "core/log/log.h"
#include "mailgw/smtp/session_priv.h"

bool
hop_needed(struct session *s)
{
	if (s->hop_state == HOP_READY)
		return true;
	if (s->hop_state == HOP_NONE) {
		s->hop_state = HOP_CONNECTING;
		s->want_connect = true;
		s->connect_ms = -s->now;
		s->hop_deadline = s->now + WAIT_CONNECT_MS;
	}
	return false;
}

void
session_hop_up(struct session *s, bool is_near)
{
	if (s->hop_state != HOP_CONNECTING)
		return;
	s->is_hop_near = is_near;
	s->hop_state = HOP_GREETING;
	s->hop_deadline = s->now + WAIT_REPLY_MS;
	if (s->cf->hop_tls == TLS_IMPLICIT)
		tls_hop_begin(s);
	session_run(s);
}

void
hop_send(struct session *s, enum sent_kind kind, struct slice line,
    struct slice address)
{
	struct sent *sent;

	assert(s->n_sent < SESSION_QUEUE && s->hop_state == HOP_READY);
	sent = &s->queue[(s->first + s->n_sent++) % SESSION_QUEUE];
	sent->kind = kind;
	if (kind == SENT_RSET || kind == SENT_OTHER)
		s->idle_talk++;
	sent->address = address.at ? slice_dup(s, address) : NULL;
	assert(address.at == NULL || sent->address != NULL);
	session_to_hop_add(s, line);
	session_to_hop_add(s, SLICE("\r\n"));
	s->hop_deadline = s->now + (kind == SENT_DOT       ? WAIT_FINAL_MS
				       : kind == SENT_DATA ? WAIT_DATA_MS
							   : WAIT_REPLY_MS);
}

/* forget - the connection is no more */
static void
forget(struct session *s)
{
	while (s->n_sent > 0) {
		talloc_free(s->queue[s->first].address);
		s->first = (s->first + 1) % SESSION_QUEUE;
		s->n_sent--;
	}
	s->hop_state = HOP_NONE;
	s->hop_deadline = 0;
	s->want_connect = s->want_tls_hop = false;
	s->hop_tls = NULL;
	client_reset(&s->hop);
	(void)evbuffer_drain(s->from_hop, evbuffer_get_length(s->from_hop));
	session_wipe(s->to_hop, evbuffer_get_length(s->to_hop));
	s->hop_octets = s->hop_seen = 0;
}

void
hop_drop(struct session *s)
{
	if (s->hop_state != HOP_NONE)
		s->want_drop = true;
	forget(s);
}

void
hop_lost(struct session *s, const char *why)
{
	bool was_ready = s->hop_state == HOP_READY;
	/* a connection that the client has logged in on cannot be replaced */
	bool is_missed = s->n_sent > 0 || s->has_mail || s->is_authed ||
			 s->phase == PHASE_ANSWER;

	if (s->phase != PHASE_CLOSING && (is_missed || !was_ready))
		log_event(EV_GATEWAY_HOP,
		    LOG_NUMBER("session", (int64_t)s->number),
		    LOG_TEXT("reason", why));
	switch (s->phase) {
	case PHASE_BODY:
	case PHASE_COMMIT:
	case PHASE_FINAL:
		mail_fail(s, "451 4.4.2 Connection to the next hop lost");
		break;
	case PHASE_COMMANDS:
	case PHASE_AUTH:
	case PHASE_ANSWER:
	case PHASE_DATA:
		hop_drop(s);
		if (!was_ready)
			session_close(
			    s, "421 4.4.1 The next hop cannot be reached");
		else if (is_missed)
			session_close(
			    s, "421 4.4.2 Connection to the next hop lost");
		break;
	case PHASE_TLS:
	case PHASE_SWALLOW:
	case PHASE_CLOSING:
		hop_drop(s);
		break;
	}
}

void
session_hop_gone(struct session *s, const char *why)
{
	/* what it said before it went counts */
	session_run(s);
	if (s->hop_state != HOP_NONE && !s->want_connect) {
		hop_lost(s, why);
		s->want_drop = true;
	}
	session_run(s);
}

/* refused_us - the next hop will not talk: the client hears why */
static void
refused_us(struct session *s, const struct client_event *ev)
{
	log_event(EV_GATEWAY_HOP, LOG_NUMBER("session", (int64_t)s->number),
	    LOG_TEXT("reason", "the next hop refuses the session"),
	    LOG_NUMBER("reply", ev->code));
	if (ev->code < 400) {
		hop_lost(s, "not the reply that was asked for");
		return;
	}
	session_relay(s, ev->text);
	hop_drop(s);
	session_close(s, NULL);
}

/* hello - say who we are */
static void
hello(struct session *s, const char *verb, enum hop_state state)
{
	session_to_hop_add(s, slice_of(verb));
	session_to_hop_add(s, slice_of(s->cf->hostname));
	session_to_hop_add(s, SLICE("\r\n"));
	s->hop_state = state;
	s->hop_deadline = s->now + WAIT_REPLY_MS;
}

void
hop_hello(struct session *s)
{
	hello(s, "EHLO ", HOP_EHLO);
}

/* ready - it may be used, as it is now */
static void
ready(struct session *s)
{
	if (s->cf->hop_tls == TLS_REQUIRED && s->hop_tls == NULL) {
		session_tls_hop_gone(s, "the next hop has no STARTTLS");
		return;
	}
	s->has_pipelining = client_offers(slice_of(s->ehlo), "PIPELINING");
	s->hop_state = HOP_READY;
	s->hop_deadline = 0;
	s->connect_ms += s->now;
}

/* greeted - it has said what it can do; is TLS among it? */
static void
greeted(struct session *s, struct slice ehlo)
{
	TALLOC_FREE(s->ehlo);
	s->ehlo = slice_dup(s, ehlo);
	assert(s->ehlo != NULL);
	if (s->cf->hop_tls == TLS_NO || s->hop_tls != NULL ||
	    (s->cf->hop_tls == TLS_AUTO && s->is_hop_near) ||
	    !client_offers(ehlo, "STARTTLS")) {
		ready(s);
		return;
	}
	session_to_hop_add(s, SLICE("STARTTLS\r\n"));
	s->hop_state = HOP_STARTTLS;
	s->hop_deadline = s->now + WAIT_REPLY_MS;
}

/* shake_hands - a reply before the next hop is ready */
static void
shake_hands(struct session *s, const struct client_event *ev)
{
	bool fine = ev->code >= 200 && ev->code < 300;

	if (s->hop_state == HOP_GREETING && ev->code == 220)
		hop_hello(s);
	else if (s->hop_state == HOP_EHLO && ev->code >= 500)
		hello(s, "HELO ", HOP_HELO);
	else if (s->hop_state == HOP_STARTTLS && ev->code == 220)
		tls_hop_begin(s);
	else if (s->hop_state == HOP_STARTTLS && ev->code >= 400)
		ready(s);
	else if (s->hop_state == HOP_EHLO && fine)
		greeted(s, ev->text);
	else if (s->hop_state == HOP_HELO && fine)
		greeted(s, SLICE("250 \r\n"));
	else
		refused_us(s, ev);
}

/* enough - the next hop refuses a message before it has all of it */
static void
enough(struct session *s, const struct client_event *ev)
{
	char text[512];

	if (ev->code >= 400 && ev->text.len - 2 < sizeof(text)) {
		(void)snprintf(text, sizeof(text), "%.*s",
		    (int)(ev->text.len - 2), ev->text.at);
		mail_fail(s, text);
		return;
	}
	hop_lost(s, "a reply that was not asked for");
}

/* unasked - a reply while nothing was asked */
static void
unasked(struct session *s, const struct client_event *ev)
{
	if (s->phase == PHASE_BODY || s->phase == PHASE_COMMIT)
		enough(s, ev);
	else
		hop_lost(s, "a reply that was not asked for");
}

/* is_early - the reply to a chunk that is not whole over there */
static bool
is_early(const struct session *s, enum sent_kind kind)
{
	return (kind == SENT_DOT && s->phase != PHASE_FINAL) ||
	       (kind == SENT_CHUNK && s->phase == PHASE_BODY);
}

/* chunk_answered - to a chunk that was not the last */
static void
chunk_answered(struct session *s, const struct client_event *ev)
{
	session_relay(s, ev->text);
	if (ev->code < 300)
		return;
	/* the message has failed; what it left over there goes, too */
	mail_abandon(s, SPOOL_REFUSED);
	hop_send(s, SENT_HELLO, SLICE("RSET"), (struct slice){ NULL, 0 });
}

/* hop_accept_rcpt - it belongs to the envelope */
void
hop_accept_rcpt(struct session *s, char **address)
{
	const char **list;

	list = talloc_realloc(
	    s->mail, s->rcpts, const char *, (unsigned)s->n_rcpts + 2);
	assert(list != NULL && *address != NULL);
	s->rcpts = list;
	s->rcpt_octets += strlen(*address) + 1;
	s->rcpts[s->n_rcpts++] = talloc_steal(s->mail, *address);
	s->rcpts[s->n_rcpts] = NULL;
	*address = NULL;
}

/* data_answered - 354, or no body */
static void
data_answered(struct session *s, const struct client_event *ev)
{
	s->phase = PHASE_COMMANDS;
	if (evbuffer_get_length(s->from_client) > 0)
		s->is_early = true;
	if (ev->code == 354) {
		mail_begin(s, ev->text);
		return;
	}
	session_relay(s, ev->text);
	if (s->is_early)
		session_close(s, NULL); /* a body is no list of commands */
}

/* fits - is this a reply that the command can have? */
static bool
fits(enum sent_kind kind, int code)
{
	if (kind == SENT_DATA)
		return code == 354 || code >= 400;
	if (kind == SENT_AUTH && code == 334)
		return true;
	return code < 300 || code >= 400;
}

/* xclient_answered - where it was taken, all begins anew over there */
static void
xclient_answered(
    struct session *s, struct sent *sent, const struct client_event *ev)
{
	session_relay(s, ev->text);
	if (ev->code >= 300)
		return;
	if (sent->address != NULL) {
		talloc_free(s->client);
		s->client = sent->address;
		sent->address = NULL;
	}
	mail_reset(s);
	s->has_greeted = false;
	s->is_authed = false;
	hop_hello(s);
}

/* answered - the oldest command on its way has its reply */
static void
answered(struct session *s, const struct client_event *ev)
{
	struct sent sent = s->queue[s->first];
	bool fine = ev->code < 300;

	if (!fits(sent.kind, ev->code)) {
		hop_lost(s, "a reply that makes no sense");
		return;
	}
	s->first = (s->first + 1) % SESSION_QUEUE;
	s->n_sent--;
	s->hop_deadline = s->n_sent > 0 ? s->now + WAIT_REPLY_MS : 0;
	if (s->n_sent == 0)
		session_awaits_client(s);
	if (is_early(s, sent.kind)) {
		enough(s, ev);
	} else if (sent.kind == SENT_DOT) {
		mail_final(s, ev->code, ev->text);
	} else if (sent.kind == SENT_CHUNK) {
		chunk_answered(s, ev);
	} else if (sent.kind == SENT_DATA) {
		data_answered(s, ev);
	} else if (sent.kind == SENT_AUTH) {
		auth_answered(s, ev);
	} else if (sent.kind == SENT_XCLIENT) {
		xclient_answered(s, &sent, ev);
	} else if (sent.kind == SENT_HELLO) {
		mail_abandon(s, SPOOL_REFUSED);
	} else {
		session_relay(s, ev->text);
		if (fine && sent.kind == SENT_RSET)
			mail_abandon(s, SPOOL_REFUSED);
		if (fine && sent.kind == SENT_MAIL) {
			mail_abandon(s, SPOOL_REFUSED);
			s->mail = talloc_new(s);
			s->has_mail = true;
			s->mail_from = talloc_steal(s->mail, sent.address);
			s->at_mail = s->now;
			sent.address = NULL;
		}
		if (fine && sent.kind == SENT_RCPT && s->has_mail)
			hop_accept_rcpt(s, &sent.address);
	}
	talloc_free(sent.address);
	if (ev->code == 421 && s->phase != PHASE_CLOSING) {
		hop_drop(s);
		session_close(s, NULL);
	}
}

void
hop_take(struct session *s, const struct client_event *ev)
{
	if (ev->kind == CLIENT_FAULT)
		hop_lost(s, ev->fault);
	else if (s->hop_state != HOP_READY)
		shake_hands(s, ev);
	else if (s->n_sent == 0)
		unasked(s, ev);
	else
		answered(s, ev);
}
