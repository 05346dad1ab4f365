/*
 * session_fuzz.c - libFuzzer target: a client, a next hop and a spool gone mad
 *
 * Each record of the input is one octet that says what happens, one of length,
 * then octets. Whatever comes, every copy begun gets one outcome, nothing is
 * sent to the next hop behind a look-alike, and nothing waits for ever.
 */
#include "core/core.h"

#include "core/log/log.h"
#include "mailgw/smtp/session.h"

struct world {
	unsigned open;
	uint64_t id;
	bool is_ended, waits, fails;
};

static enum rc
begin(void *arg, const struct spool_envelope *env, uint64_t *id, struct err *e)
{
	struct world *w = arg;

	assert(env->rcpts != NULL && env->rcpts[0] != NULL);
	assert(env->mail_from != NULL);
	if (w->fails)
		return err_set(e, RC_RETRY, "no");
	w->open++;
	w->is_ended = false;
	*id = ++w->id;
	return RC_OK;
}

static enum rc
data(void *arg, uint64_t id, struct slice bytes, struct err *e)
{
	struct world *w = arg;

	assert(id == w->id && w->open == 1 && !w->is_ended && bytes.len > 0);
	return w->fails ? err_set(e, RC_INTERNAL, "no") : RC_OK;
}

static enum rc
end(void *arg, uint64_t id, struct session *s, struct err *e)
{
	struct world *w = arg;

	(void)s;
	assert(id == w->id && w->open == 1 && !w->is_ended);
	if (w->fails)
		return err_set(e, RC_INTERNAL, "no");
	w->is_ended = w->waits = true;
	return RC_OK;
}

static enum rc
outcome(void *arg, uint64_t id, enum spool_outcome what, struct err *e)
{
	struct world *w = arg;

	(void)e;
	assert(id == w->id && w->open == 1);
	assert(what != SPOOL_ACCEPTED || (w->is_ended && !w->waits));
	w->open--;
	w->waits = false;
	return RC_OK;
}

/* send_all - what waits goes out */
static void
send_all(struct evbuffer *b)
{
	(void)evbuffer_drain(b, evbuffer_get_length(b));
}

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *in, size_t size)
{
	static const enum settings_tls tls[] = { TLS_NO, TLS_OFFERED,
		TLS_REQUIRED, TLS_IMPLICIT };
	struct world w = { .open = 0 };
	struct session_config cf = {
		.hostname = "gw.example",
		.max_message_bytes = 2000,
		.pass_unspooled = size % 2 == 1,
		.refuse_bare = size % 3 == 1,
		.client_tls = tls[size / 2 % 4],
		.hop_tls = (enum settings_tls)(size / 8 % 5),
		.auth = (enum settings_auth)(size / 40 % 4),
		.max_rcpts = 5,
		.wait_client_ms = 300000,
		.spool = { &w, begin, data, end, outcome },
	};
	struct err e = { .rc = RC_OK };
	struct session *s;
	int64_t now = 1000;
	unsigned wants;
	bool connecting = false;
	size_t n;
	int i;

	log_threshold(0);
	s = session_new(NULL, &cf, 1, "192.0.2.1", now);
	assert(s != NULL);
	if (size % 5 == 1)
		session_set_near(s);
	while (size >= 2) {
		uint8_t what = in[0];

		n = in[1];
		in += 2;
		size -= 2;
		if (n > size)
			n = size;
		session_clock(s, now, now);
		switch (what % 16) {
		default:
			(void)evbuffer_add(session_from_client(s), in, n);
			break;
		case 8:
		case 9:
		case 10:
		case 11:
			(void)evbuffer_add(session_from_hop(s), in, n);
			break;
		case 12:
			if (n % 8 == 0)
				session_client_eof(s);
			else if (n % 8 == 1)
				session_client_gone(s);
			n = 0;
			break;
		case 13:
			if (n % 4 == 0)
				session_hop_gone(s, "fuzz");
			n = 0;
			break;
		case 14:
			w.fails = n % 8 == 0;
			if (n % 32 == 1)
				session_drain(s);
			n = 0;
			break;
		case 15:
			now += (int64_t)n * 4000;
			session_clock(s, now, now);
			session_tick(s);
			n = 0;
			break;
		}
		in += n;
		size -= n;
		session_run(s);
		for (i = 0; i < 8; i++) {
			send_all(session_to_client(s));
			send_all(session_to_hop(s));
			wants = session_take_wants(s);
			if (wants & SESSION_DROP_HOP)
				connecting = false;
			connecting = connecting || (wants & SESSION_CONNECT);
			if (connecting)
				session_hop_up(s, size % 4 < 2);
			connecting = false;
			if ((wants & SESSION_TLS) && what % 64 == 63)
				session_client_gone(s);
			else if (wants & SESSION_TLS)
				session_tls_up(s, "TLS");
			if ((wants & SESSION_TLS_HOP) && what % 64 == 62)
				session_tls_hop_gone(s, "fuzz");
			else if (wants & SESSION_TLS_HOP)
				session_tls_hop_up(s, "TLS");
			if (w.waits && what % 2 == 0) {
				w.waits = false;
				session_spooled(
				    s, w.fails ? RC_INTERNAL : RC_OK, &e);
			}
			session_run(s);
		}
	}
	/* all time-outs pass: it must come to an end */
	for (i = 0; i < 20000 && !(session_wants(s) & SESSION_OVER); i++) {
		if (w.waits) {
			w.waits = false;
			session_spooled(s, RC_OK, &e);
		}
		if (session_take_wants(s) & SESSION_CONNECT)
			session_hop_gone(s, "fuzz");
		send_all(session_to_client(s));
		send_all(session_to_hop(s));
		now += 1000;
		session_clock(s, now, now);
		session_tick(s);
		session_run(s);
	}
	assert(session_wants(s) & SESSION_OVER);
	talloc_free(s);
	assert(w.open == 0);
	return 0;
}
