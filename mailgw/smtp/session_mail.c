/*
 * session_mail.c - one message through the relay
 *
 * The order is the point: body to next hop and spool, the copy durable, the
 * dot to the next hop, its reply behind the copy, the reply to the client.
 */
#include "core/core.h"

#include "core/log/log.h"
#include "mailgw/smtp/session_priv.h"

#define NUMBER(s) LOG_NUMBER("session", (int64_t)(s)->number)

void
mail_reset(struct session *s)
{
	TALLOC_FREE(s->mail);
	s->has_mail = false;
	s->mail_from = NULL;
	s->rcpts = NULL;
	s->n_rcpts = s->rcpt_octets = s->n_ours = 0;
	s->is_ours = s->in_chunks = s->is_last_chunk = false;
	s->has_end_octet = s->was_refused = s->ends_in_cr = false;
	TALLOC_FREE(s->verdict);
	s->octets = 0;
}

/* drop_copy - the record gets its outcome and is out of our hands */
static void
drop_copy(struct session *s, enum spool_outcome outcome)
{
	struct err e = { .rc = RC_OK };

	if (!s->has_copy)
		return;
	s->has_copy = false;
	if (s->cf->spool.outcome(s->cf->spool.arg, s->id, outcome, &e) != RC_OK)
		log_event(
		    EV_GATEWAY_SPOOL, NUMBER(s), LOG_TEXT("reason", e.text));
}

void
mail_abandon(struct session *s, enum spool_outcome outcome)
{
	drop_copy(s, outcome);
	mail_reset(s);
}

/* resume - back to commands, in the same transaction */
static void
resume(struct session *s)
{
	s->was_refused = false;
	TALLOC_FREE(s->verdict);
	s->phase = PHASE_COMMANDS;
	session_awaits_client(s);
}

/* finish - back to commands */
static void
finish(struct session *s)
{
	mail_reset(s);
	s->idle_talk = 0;
	s->phase = PHASE_COMMANDS;
	s->hop_deadline = 0;
	session_awaits_client(s);
	if (s->is_draining)
		session_close(s, "421 4.3.2 Service shuts down");
}

void
mail_fail(struct session *s, const char *verdict)
{
	drop_copy(s, s->phase == PHASE_FINAL ? SPOOL_UNKNOWN : SPOOL_REFUSED);
	hop_drop(s);
	if (s->phase == PHASE_BODY) {
		s->phase = PHASE_SWALLOW;
		s->verdict = talloc_strdup(s, verdict);
		return;
	}
	session_reply(s, verdict);
	finish(s);
}

/* spool_failed - true: the mail goes on all the same */
static bool
spool_failed(struct session *s, enum rc rc, const struct err *e)
{
	log_event(EV_GATEWAY_SPOOL, NUMBER(s), LOG_TEXT("reason", e->text),
	    LOG_TEXT("mail",
		s->cf->pass_unspooled && !s->is_ours ? "passed" : "refused"));
	if (s->cf->pass_unspooled && !s->is_ours)
		return true;
	mail_fail(s, rc == RC_RETRY ? "452 4.3.1 Insufficient storage"
				    : "451 4.3.0 The copy cannot be written");
	return false;
}

bool
mail_open(struct session *s)
{
	struct spool_envelope env = { s->utc, s->client, s->mail_from,
		s->rcpts };
	struct err e = { .rc = RC_OK };
	enum rc rc;

	s->octets = 0;
	rc = s->cf->spool.begin(s->cf->spool.arg, &env, &s->id, &e);
	s->has_copy = rc == RC_OK;
	return rc == RC_OK || spool_failed(s, rc, &e);
}

void
mail_start_body(struct session *s)
{
	s->phase = PHASE_BODY;
	s->window_octets = 0;
	s->hop_deadline = 0;
	s->body_deadline = s->now + WAIT_BODY_MS;
	session_awaits_client(s);
}

void
mail_begin(struct session *s, struct slice reply)
{
	s->at_data = s->now;
	if (!mail_open(s)) {
		if (s->is_early)
			session_close(s, NULL);
		return;
	}
	session_relay(s, reply);
	server_body(&s->server);
	mail_start_body(s);
}

/* to_hop - the body goes on, but for the octet that would end it */
static void
to_hop(struct session *s, const struct server_event *ev)
{
	struct slice body = ev->body;

	if (ev->is_end && s->has_end_octet)
		s->end_octet = body.at[--body.len];
	session_to_hop_add(s, body);
}

/* has_bare - is there a CR or an LF without the other, in DATA? */
static bool
has_bare(struct session *s, struct slice body)
{
	bool cr = s->ends_in_cr;
	size_t i;

	for (i = 0; i < body.len; i++) {
		if ((body.at[i] == '\n') != cr)
			return true;
		cr = body.at[i] == '\r';
	}
	s->ends_in_cr = cr;
	return false;
}

void
mail_body(struct session *s, const struct server_event *ev)
{
	struct err e = { .rc = RC_OK };
	enum rc rc;

	s->window_octets += ev->body.len;
	if (s->phase != PHASE_BODY)
		return;
	if (s->cf->refuse_bare && !s->in_chunks && has_bare(s, ev->body)) {
		log_event(EV_GATEWAY_BARE, NUMBER(s),
		    LOG_TEXT("client", s->client),
		    LOG_NUMBER("at", (int64_t)s->octets));
		mail_fail(s, "554 5.6.0 The message has bare newlines");
		return;
	}
	if (!s->is_ours)
		to_hop(s, ev);
	if (ev->is_stuffing)
		return;
	s->octets += ev->body.len;
	if (!s->has_copy)
		return;
	if (s->octets > s->cf->max_message_bytes) {
		log_event(EV_GATEWAY_TOO_BIG, NUMBER(s),
		    LOG_NUMBER("limit", (int64_t)s->cf->max_message_bytes));
		if (s->is_ours)
			mail_fail(s, "552 5.3.4 The answer is too big");
		else
			drop_copy(s, SPOOL_REFUSED);
		return;
	}
	rc = s->cf->spool.data(s->cf->spool.arg, s->id, ev->body, &e);
	if (rc != RC_OK && spool_failed(s, rc, &e))
		drop_copy(s, SPOOL_REFUSED);
}

void
mail_lookalike(struct session *s)
{
	if (s->phase != PHASE_BODY)
		return;
	log_event(EV_GATEWAY_LOOKALIKE, NUMBER(s),
	    LOG_TEXT("client", s->client),
	    LOG_NUMBER("at", (int64_t)s->octets));
	mail_fail(s, "554 5.6.0 A line of the message looks like its end");
}

/* keep - the message is ours alone, and its copy is safe */
static void
keep(struct session *s)
{
	log_event(EV_GATEWAY_ANSWER, NUMBER(s), LOG_TEXT("client", s->client),
	    LOG_NUMBER("copy", (int64_t)s->id),
	    LOG_NUMBER("octets", (int64_t)s->octets));
	drop_copy(s, SPOOL_ACCEPTED);
	session_reply(s, "250 2.0.0 Ok: it is an answer for us");
	finish(s);
	/* the next hop still waits for recipients */
	if (s->phase == PHASE_COMMANDS && s->hop_state == HOP_READY)
		hop_send(
		    s, SENT_HELLO, SLICE("RSET"), (struct slice){ NULL, 0 });
}

/* send_dot - the copy is safe, or there is none */
static void
send_dot(struct session *s)
{
	if (s->is_ours) {
		keep(s);
		return;
	}
	s->at_durable = s->now;
	s->phase = PHASE_FINAL;
	if (s->in_chunks)
		chunk_finish(s);
	else
		hop_send(s, SENT_DOT, SLICE("."), (struct slice){ NULL, 0 });
}

void
mail_end(struct session *s)
{
	struct err e = { .rc = RC_OK };
	enum rc rc;

	s->at_end = s->at_durable = s->now;
	s->body_deadline = 0;
	if (s->phase == PHASE_SWALLOW) {
		session_reply(
		    s, s->verdict ? s->verdict : "451 4.3.0 Out of memory");
		if (s->was_refused)
			resume(s);
		else
			finish(s);
		return;
	}
	assert(s->phase == PHASE_BODY);
	s->phase = PHASE_COMMIT;
	if (!s->has_copy) {
		send_dot(s);
		return;
	}
	rc = s->cf->spool.end(s->cf->spool.arg, s->id, s, &e);
	if (rc == RC_OK || !spool_failed(s, rc, &e))
		return;
	drop_copy(s, SPOOL_REFUSED);
	send_dot(s);
}

void
mail_chunk_end(struct session *s)
{
	if (s->phase == PHASE_SWALLOW || s->is_last_chunk) {
		mail_end(s);
		return;
	}
	assert(s->phase == PHASE_BODY);
	s->phase = PHASE_COMMANDS;
	s->body_deadline = 0;
	if (s->is_ours)
		session_reply(s, "250 2.0.0 Ok");
	else
		s->hop_deadline = s->now + WAIT_REPLY_MS;
	session_awaits_client(s);
}

void
session_spooled(struct session *s, enum rc rc, const struct err *e)
{
	if (s->phase != PHASE_COMMIT)
		return;
	if (rc == RC_OK || spool_failed(s, rc, e))
		send_dot(s);
	session_run(s);
}

void
mail_final(struct session *s, int code, struct slice reply)
{
	log_event(EV_GATEWAY_MESSAGE, NUMBER(s), LOG_TEXT("client", s->client),
	    LOG_NUMBER("copy", s->has_copy ? (int64_t)s->id : 0),
	    LOG_NUMBER("octets", (int64_t)s->octets),
	    LOG_NUMBER("rcpts", (int64_t)s->n_rcpts), LOG_NUMBER("reply", code),
	    LOG_TEXT("tls", s->tls ? s->tls : "no"),
	    LOG_TEXT("hop_tls", s->hop_tls ? s->hop_tls : "no"),
	    LOG_NUMBER("connect_ms", s->connect_ms),
	    LOG_NUMBER("envelope_ms", s->at_data - s->at_mail),
	    LOG_NUMBER("body_ms", s->at_end - s->at_data),
	    LOG_NUMBER("commit_ms", s->at_durable - s->at_end),
	    LOG_NUMBER("final_ms", s->now - s->at_durable));
	drop_copy(s, code < 300 ? SPOOL_ACCEPTED : SPOOL_REFUSED);
	session_relay(s, reply);
	finish(s);
}
