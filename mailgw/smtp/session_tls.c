/*
 * session_tls.c - STARTTLS on both sides, and AUTH
 *
 * The handshake itself is made by whoever owns the sockets. Here is what it
 * means: nothing that was said before it counts behind it (RFC 3207 4.2), in
 * neither direction.
 *
 * AUTH is a dialogue of the client with the next hop (RFC 4954). Its lines go
 * through and are wiped; nothing of them is kept, and the log has the reply's
 * code alone.
 */
#include "core/core.h"

#include "core/log/log.h"
#include "mailgw/smtp/session_priv.h"

/* --- with the client */

bool
tls_offered(const struct session *s)
{
	return s->tls == NULL && (s->cf->client_tls == TLS_OFFERED ||
				     s->cf->client_tls == TLS_REQUIRED);
}

const char *
tls_bar(const struct session *s)
{
	if (s->cf->client_tls == TLS_REQUIRED && s->tls == NULL)
		return "530 5.7.0 STARTTLS comes first";
	if (s->cf->auth == AUTH_REQUIRED && !s->is_authed)
		return "530 5.7.0 AUTH comes first";
	return NULL;
}

void
tls_begin(struct session *s)
{
	session_wipe(s->from_client, evbuffer_get_length(s->from_client));
	s->phase = PHASE_TLS;
	s->want_tls = true;
	s->client_deadline = s->now + WAIT_TLS_MS;
}

bool
tls_command(struct session *s)
{
	if (s->cf->client_tls == TLS_NO) {
		session_error(s, "502 5.5.1 Not offered here");
	} else if (s->tls != NULL) {
		session_error(s, "503 5.5.1 TLS is on already");
	} else if (s->ev.args.len > 0) {
		session_error(s, "501 5.5.4 STARTTLS takes no argument");
	} else if (s->has_mail || s->is_authed) {
		session_error(s, "503 5.5.1 It is too late for that");
	} else {
		session_reply(s, "220 2.0.0 Ready for TLS");
		tls_begin(s);
	}
	return true;
}

void
session_tls_up(struct session *s, const char *version)
{
	if (s->phase != PHASE_TLS)
		return;
	session_wipe(s->from_client, evbuffer_get_length(s->from_client));
	s->tls = version;
	s->phase = PHASE_COMMANDS;
	s->has_greeted = s->is_esmtp = false;
	session_awaits_client(s);
	if (s->cf->client_tls == TLS_IMPLICIT)
		session_greet(s);
	session_run(s);
}

/* --- with the next hop */

void
tls_hop_begin(struct session *s)
{
	(void)evbuffer_drain(s->from_hop, evbuffer_get_length(s->from_hop));
	s->hop_state = HOP_TLS;
	s->want_tls_hop = true;
	s->hop_deadline = s->now + WAIT_TLS_MS;
}

void
session_tls_hop_up(struct session *s, const char *version)
{
	if (s->hop_state != HOP_TLS)
		return;
	(void)evbuffer_drain(s->from_hop, evbuffer_get_length(s->from_hop));
	s->hop_tls = version;
	if (s->cf->hop_tls == TLS_IMPLICIT) {
		s->hop_state = HOP_GREETING;
		s->hop_deadline = s->now + WAIT_REPLY_MS;
	} else {
		hop_hello(s);
	}
	session_run(s);
}

void
session_tls_hop_gone(struct session *s, const char *why)
{
	log_event(EV_GATEWAY_HOP, LOG_NUMBER("session", (int64_t)s->number),
	    LOG_TEXT("reason", why));
	hop_drop(s);
	session_close(s, "421 4.7.5 No TLS with the next hop");
}

/* --- AUTH */

bool
auth_offered(const struct session *s)
{
	bool from_near = s->cf->auth == AUTH_LOOPBACK && s->is_near;

	return s->cf->auth != AUTH_NO && s->hop_state == HOP_READY &&
	       (s->tls != NULL || from_near) &&
	       (s->hop_tls != NULL || s->is_hop_near) &&
	       client_offers(slice_of(s->ehlo), "AUTH");
}

/* pass_on - the line in hand goes on, and is forgotten */
static void
pass_on(struct session *s, struct slice line)
{
	hop_send(s, SENT_AUTH, line, (struct slice){ NULL, 0 });
	s->phase = PHASE_AUTH;
	server_forget(&s->server);
}

/* why_not - a reply, where AUTH cannot be now; NULL: it can */
static const char *
why_not(const struct session *s)
{
	struct slice word = s->ev.args;
	const char *blank;

	if (s->cf->auth == AUTH_NO)
		return "502 5.5.1 Not offered here";
	if (tls_offered(s) && s->cf->auth != AUTH_LOOPBACK)
		return "538 5.7.11 STARTTLS comes first";
	if (!s->has_greeted || !s->is_esmtp)
		return "503 5.5.1 EHLO comes first";
	if (s->is_authed || s->has_mail)
		return "503 5.5.1 Not now";
	if (!auth_offered(s))
		return "502 5.5.1 Not offered here";
	blank = memchr(word.at, ' ', word.len);
	if (blank != NULL)
		word.len = (size_t)(blank - word.at);
	if (!client_passes_auth(word))
		return "504 5.5.4 No such mechanism";
	return NULL;
}

bool
auth_command(struct session *s)
{
	const char *reply;

	if (s->cf->auth != AUTH_NO && s->has_greeted && !hop_needed(s))
		return false;
	reply = why_not(s);
	if (reply == NULL) {
		pass_on(s, s->ev.line);
		return true;
	}
	session_error(s, reply);
	server_forget(&s->server);
	return true;
}

bool
auth_answer(struct session *s)
{
	/* what cannot go on as it is ends the dialogue; its reply is a 501 */
	pass_on(s, s->ev.kind == SERVER_ANSWER ? s->ev.line : SLICE("*"));
	return true;
}

void
auth_answered(struct session *s, const struct client_event *ev)
{
	session_relay(s, ev->text);
	if (ev->code == 334) {
		s->phase = PHASE_ANSWER;
		server_ask(&s->server);
		return;
	}
	s->phase = PHASE_COMMANDS;
	s->is_authed = ev->code < 300;
	log_event(EV_GATEWAY_AUTH, LOG_NUMBER("session", (int64_t)s->number),
	    LOG_TEXT("client", s->client), LOG_NUMBER("reply", ev->code));
	if (!s->is_authed && ++s->errors >= SESSION_ERRORS)
		session_close(s, "421 4.7.0 Too many errors");
}
