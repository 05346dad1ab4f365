/*
 * session_fuzz.c - a client, a next hop, a disk and a clock gone mad
 *
 * The input is a dialogue as tests/mailgw/dlg_test.c plays it, whose files seed
 * this target; what is expected there is passed over here. Whatever comes,
 * every copy begun gets one outcome, none is called accepted before it was
 * durable and the next hop has said 2xx, each line to the client is a reply,
 * and nothing waits for ever.
 */
#include "core/core.h"

#include "core/log/log.h"
#include "mailgw/smtp/session.h"

struct world {
	struct session *s;
	int64_t now;
	unsigned open;
	uint64_t id;
	bool is_ended, waits, fails, holds, is_connecting, has_said_yes;
	enum { AT_LINE, IN_CODE, IN_TEXT, IN_END } reply;
	unsigned digits;
};

static enum rc
begin(void *arg, const struct spool_envelope *env, uint64_t *id, struct err *e)
{
	struct world *w = arg;

	assert(env->rcpts != NULL && env->rcpts[0] != NULL);
	assert(env->mail_from != NULL && w->open == 0);
	if (w->fails)
		return err_set(e, RC_RETRY, "no");
	w->open++;
	w->is_ended = w->has_said_yes = false;
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
	assert(what != SPOOL_ACCEPTED || w->has_said_yes);
	w->open--;
	w->waits = false;
	return RC_OK;
}

/* hear - as a client: lines that begin with three digits, no control octets */
static void
hear(struct world *w, char c)
{
	switch (w->reply) {
	case AT_LINE:
	case IN_CODE:
		assert(c >= '0' && c <= '9');
		w->digits = w->reply == AT_LINE ? 1 : w->digits + 1;
		w->reply = w->digits == 3 ? IN_TEXT : IN_CODE;
		break;
	case IN_TEXT:
		assert((unsigned char)c >= ' ' || c == '\t' || c == '\r');
		w->reply = c == '\r' ? IN_END : IN_TEXT;
		break;
	case IN_END:
		assert(c == '\n');
		w->reply = AT_LINE;
		break;
	}
}

/* settle - let all that is sent go out, and all that is wanted happen */
static void
settle(struct world *w)
{
	struct err e = { .rc = RC_OK };
	unsigned wants;
	char c;
	int i;

	for (i = 0; i < 8; i++) {
		session_run(w->s);
		while (evbuffer_remove(session_to_client(w->s), &c, 1) == 1)
			hear(w, c);
		(void)evbuffer_drain(session_to_hop(w->s),
		    evbuffer_get_length(session_to_hop(w->s)));
		wants = session_take_wants(w->s);
		if (wants & SESSION_DROP_HOP)
			w->is_connecting = false;
		if (wants & SESSION_CONNECT)
			w->is_connecting = true;
		if ((wants & SESSION_TLS) && w->fails)
			session_client_gone(w->s);
		else if (wants & SESSION_TLS)
			session_tls_up(w->s, "TLSv1.3");
		if ((wants & SESSION_TLS_HOP) && w->fails)
			session_tls_hop_gone(w->s, "fuzz");
		else if (wants & SESSION_TLS_HOP)
			session_tls_hop_up(w->s, "TLSv1.3");
		if (w->waits && !w->holds) {
			w->waits = false;
			session_spooled(
			    w->s, w->fails ? RC_INTERNAL : RC_OK, &e);
		}
	}
}

/* unescape - \r \n \0 \t \xHH, in place */
static size_t
unescape(char *text)
{
	char *in = text, *out = text, hex[3] = "";

	while (*in != '\0') {
		if (*in != '\\' || in[1] == '\0') {
			*out++ = *in++;
			continue;
		}
		in++;
		if (*in == 'x' && in[1] != '\0' && in[2] != '\0') {
			hex[0] = in[1];
			hex[1] = in[2];
			*out++ = (char)strtol(hex, NULL, 16);
			in += 3;
			continue;
		}
		*out++ = *in == 'r'   ? '\r'
			 : *in == 'n' ? '\n'
			 : *in == '0' ? '\0'
			 : *in == 't' ? '\t'
				      : *in;
		in++;
	}
	return (size_t)(out - text);
}

/* speak - octets of the client or of the next hop: "C: text", "C< octets" */
static void
speak(struct world *w, struct evbuffer *to, char kind, char *text)
{
	size_t n = 1, len;
	char *end;

	if (kind == '*') {
		n = strtoul(text, &end, 10) % 200;
		text = end + (*end == ' ');
	}
	len = kind == ':' ? strlen(text) : unescape(text);
	for (; n > 0; n--) {
		(void)evbuffer_add(to, text, len);
		if (kind == ':')
			(void)evbuffer_add(to, "\r\n", 2);
	}
	if (to == session_from_hop(w->s) && memchr("23", *text, 2) == NULL)
		return;
	if (to == session_from_hop(w->s))
		w->has_said_yes = true;
}

static void
wait_for(struct world *w, int64_t seconds)
{
	w->now += seconds * 1000;
	session_clock(w->s, w->now, w->now / 1000);
	session_tick(w->s);
}

static void step(struct world *w, char *line);

/* words - steps that stand for several */
static void
words(struct world *w, const char *word)
{
	static const char *const all[][9] = {
		{ "hello", "C: EHLO c", "N+", "H: 220 hop", "H: 250-hop",
		    "H: 250 PIPELINING" },
		{ "chunking", "C: EHLO c", "N+", "H: 220 hop", "H: 250-hop",
		    "H: 250-PIPELINING", "H: 250 CHUNKING" },
		{ "envelope", "C: MAIL FROM:<a@a>", "H: 250 ok",
		    "C: RCPT TO:<b@b>", "H: 250 ok" },
		{ "letter", "C: MAIL FROM:<a@a>", "H: 250 ok",
		    "C: RCPT TO:<b@b>", "H: 250 ok", "C: DATA", "H: 354 go" },
	};
	char line[80];
	size_t i, j;

	for (i = 0; i < ARRAY_LEN(all); i++) {
		for (j = 1; strcmp(word, all[i][0]) == 0 && j < 9; j++) {
			if (all[i][j] == NULL)
				break;
			(void)snprintf(line, sizeof(line), "%s", all[i][j]);
			step(w, line);
		}
	}
}

/* step - one line */
static void
step(struct world *w, char *line)
{
	struct evbuffer *to = NULL;
	struct err e = { .rc = RC_OK };

	if (line[0] == 'C')
		to = session_from_client(w->s);
	if (line[0] == 'H')
		to = session_from_hop(w->s);
	if (to != NULL && strchr(":<*", line[1]) != NULL && line[1] != '\0') {
		speak(w, to, line[1], line + 2 + (line[2] == ' '));
	} else if (strcmp(line, "C!") == 0) {
		session_client_eof(w->s);
	} else if (strcmp(line, "C!!") == 0) {
		session_client_gone(w->s);
	} else if (strcmp(line, "H!") == 0) {
		session_hop_gone(w->s, "fuzz");
	} else if (strncmp(line, "N+", 2) == 0 && w->is_connecting) {
		w->is_connecting = false;
		session_hop_up(w->s, line[2] == '\0');
	} else if (strcmp(line, "N-") == 0 && w->is_connecting) {
		w->is_connecting = false;
		session_hop_gone(w->s, "refused");
	} else if ((strcmp(line, "P+") == 0 || strcmp(line, "P-") == 0) &&
		   w->waits) {
		w->waits = false;
		session_spooled(w->s, line[1] == '+' ? RC_OK : RC_INTERNAL, &e);
	} else if (strncmp(line, "T ", 2) == 0) {
		wait_for(w, strtol(line + 2, NULL, 10) % 100000);
	} else if (strncmp(line, "set spool", 9) == 0) {
		w->fails = line[9] == ' ';
	} else if (strncmp(line, "set hold", 8) == 0) {
		w->holds = line[8] == ' ';
	} else if (strncmp(line, "set trusted", 11) == 0) {
		session_trust(w->s);
	} else if (strncmp(line, "set near", 8) == 0) {
		session_set_near(w->s);
	} else if (strcmp(line, "drain") == 0) {
		session_drain(w->s);
	} else {
		words(w, line);
	}
	settle(w);
}

/* word_of - what "set NAME …" of a dialogue says; the first word: not there */
static unsigned
word_of(const char *text, const char *name, const char *const *list, unsigned n)
{
	const char *at = strstr(text, name);
	unsigned i;

	for (i = 0; at != NULL && i < n; i++)
		if (strncmp(at + strlen(name), list[i], strlen(list[i])) == 0)
			return i;
	return 0;
}

/* tls_of - TLS and AUTH, as the dialogue wants them */
static void
tls_of(struct session_config *cf, const char *text)
{
	static const char *const tls[] = { [TLS_NO] = "no",
		[TLS_AUTO] = "auto",
		[TLS_OFFERED] = "offered",
		[TLS_REQUIRED] = "required",
		[TLS_IMPLICIT] = "implicit" };
	static const char *const auth[] = { [AUTH_NO] = "no",
		[AUTH_TLS] = "tls",
		[AUTH_LOOPBACK] = "near",
		[AUTH_REQUIRED] = "required" };

	cf->client_tls =
	    (enum settings_tls)word_of(text, "set tls ", tls, ARRAY_LEN(tls));
	if (cf->client_tls == TLS_AUTO)
		cf->client_tls = TLS_NO;
	cf->hop_tls = (enum settings_tls)word_of(
	    text, "set hop-tls ", tls, ARRAY_LEN(tls));
	cf->auth = (enum settings_auth)word_of(
	    text, "set auth ", auth, ARRAY_LEN(auth));
}

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *in, size_t size)
{
	struct world w = { .now = 1000 };
	struct session_config cf = {
		.hostname = "gw.example",
		.max_message_bytes = 2000,
		.pass_unspooled = size % 2 == 1,
		.refuse_bare = size % 3 == 1,
		.max_rcpts = 5,
		.wait_client_ms = 300000,
		.spool = { &w, begin, data, end, outcome },
	};
	TALLOC_CTX *mem = talloc_new(NULL);
	char *text = talloc_strndup(mem, (const char *)in, size), *line, *save;
	struct err e = { .rc = RC_OK };
	int i;

	log_threshold(0);
	assert(text != NULL);
	tls_of(&cf, text);
	w.s = session_new(mem, &cf, 1, "192.0.2.1", w.now);
	assert(w.s != NULL);
	settle(&w);
	for (line = strtok_r(text, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save))
		step(&w, line);
	/* all time-outs pass: it must come to an end */
	for (i = 0; i < 20000 && !(session_wants(w.s) & SESSION_OVER); i++) {
		if (w.waits) {
			w.waits = false;
			session_spooled(w.s, RC_OK, &e);
		}
		if (w.is_connecting)
			session_hop_gone(w.s, "fuzz");
		w.is_connecting = false;
		wait_for(&w, 1);
		settle(&w);
	}
	assert(session_wants(w.s) & SESSION_OVER);
	talloc_free(mem);
	assert(w.open == 0);
	return 0;
}
