/*
 * dlg_test.c - play SMTP dialogues (*.dlg) on the relay, without sockets
 *
 * Each dialogue is played whole, then with every piece of octets cut at each
 * position near both of its ends, then one octet at a time: nothing may depend
 * on how octets come in packets. One line is one step:
 *
 *     # text        a remark
 *     C: text       the client sends a line
 *     C< octets     the client sends octets: \r \n \0 \t \\ \xHH, no CRLF added
 *     C* N octets   the same, N times
 *     C!  C!!       the client sends no more (FIN); is gone (RST)
 *     S: glob       the client gets a line
 *     S.            the client has got nothing more
 *     S!            we hang up on the client
 *     H: H< H* H!   as C, from the next hop
 *     N+  N-        we connect to the next hop, it works, or is refused
 *     N: glob       the next hop gets a line
 *     N< octets     the next hop gets exactly these
 *     N* N octets   the same, N times
 *     N.            the next hop has got nothing more
 *     N~ octets     the next hop has never got these on this connection
 *     N!            we drop the connection to the next hop
 *     C^            TLS is wanted with the client, and stands now
 *     H^ H^-        the same with the next hop; it does not work
 *     P+ P- P% P.   the copy is durable now; it fails; the disk is full; it is
 *                   not to be made durable yet
 *     P= outcome    last outcome: accepted, refused, unknown; none: no copy
 *     P< octets     the copy of the last message holds exactly these
 *     P@ from to…   its envelope
 *     P! client     whose address stands in it
 *     T N           N seconds go by
 *     set NAME V    hold 1: the copy is durable by P+ only; pass 1: on-failure;
 *                   bare 1: bare-newlines = reject; rcpts N: max-recipients;
 *                   max N: max-message; spool begin|data|end: that call fails;
 *                   full …: the same, disk full; whole 1: play it uncut only;
 *                   trusted 1: XCLIENT is believed;
 *                   tls, hop-tls no|auto|offered|required|implicit; auth no|tls|
 *                   near|required; near 1: the client, hop-near 1: the next
 *                   hop is on this machine; before all other steps
 *     hello         greeting, EHLO, next hop with PIPELINING, both replies
 *     chunking      the same, with CHUNKING and BINARYMIME
 *     envelope      MAIL, RCPT
 *     letter        MAIL, RCPT, DATA, 354
 *     drain         the service is told to end
 */
#include "core/core.h"

#include <fnmatch.h>

#include "core/log/log.h"
#include "mailgw/smtp/session.h"

#define STEPS_MAX 20000

struct step {
	int line;
	char *verb, *text;
};

struct dlg {
	struct step steps[STEPS_MAX];
	size_t n;
};

struct play {
	TALLOC_CTX *mem;
	struct session_config cf;
	struct session *s;
	int64_t now;
	int cut; /* 0: whole, < 0: one octet at a time, else position */
	int line;
	bool failed, only_whole;
	/* the world */
	bool hold, has_commit, is_connecting, was_dropped, is_hop_near;
	bool wants_tls, wants_tls_hop;
	struct evbuffer *hop; /* what came there, not asked for yet */
	char *all;            /* all that ever came there */
	size_t all_len;
	const char *fail_at;
	enum rc fail_rc;
	char *from, **rcpts, *client;
	char *body;
	size_t body_len;
	const char *outcome;
	uint64_t next_id;
	unsigned n_open;
};

static const char *
on_one_line(TALLOC_CTX *mem, const char *at, size_t len)
{
	char *out = talloc_strdup(mem, "");
	size_t i;

	for (i = 0; i < len && i < 200; i++)
		out = at[i] >= ' ' && at[i] < 0x7f
			  ? talloc_asprintf_append(out, "%c", at[i])
			  : talloc_asprintf_append(
				out, "\\x%02x", (unsigned char)at[i]);
	return out;
}

static void
fault(struct play *p, const char *what, const char *want, const char *at,
    size_t len)
{
	if (!p->failed)
		printf("# line %d (cut %d): %s%s%s; there is '%s'\n", p->line,
		    p->cut, what, *want ? " " : "", want,
		    on_one_line(p->mem, at, len));
	p->failed = true;
}

/* --- the spool */

static enum rc
fails(struct play *p, const char *at, struct err *e)
{
	if (p->fail_at != NULL && strcmp(p->fail_at, at) == 0)
		return err_set(e, p->fail_rc, "told to fail");
	return RC_OK;
}

static enum rc
fake_begin(
    void *arg, const struct spool_envelope *env, uint64_t *id, struct err *e)
{
	struct play *p = arg;
	size_t i;

	if (fails(p, "begin", e) != RC_OK)
		return e->rc;
	*id = ++p->next_id;
	p->n_open++;
	p->outcome = "none";
	p->body_len = 0;
	p->from = talloc_strdup(p->mem, env->mail_from);
	p->client = talloc_strdup(p->mem, env->client);
	p->rcpts = talloc_zero_array(p->mem, char *, 2000);
	for (i = 0; env->rcpts[i] != NULL; i++)
		p->rcpts[i] = talloc_strdup(p->rcpts, env->rcpts[i]);
	return RC_OK;
}

static enum rc
fake_data(void *arg, uint64_t id, struct slice bytes, struct err *e)
{
	struct play *p = arg;

	assert(id == p->next_id);
	if (fails(p, "data", e) != RC_OK)
		return e->rc;
	p->body =
	    talloc_realloc(p->mem, p->body, char, p->body_len + bytes.len + 1);
	memcpy(p->body + p->body_len, bytes.at, bytes.len);
	p->body_len += bytes.len;
	return RC_OK;
}

static enum rc
fake_end(void *arg, uint64_t id, struct session *s, struct err *e)
{
	struct play *p = arg;

	(void)s;
	assert(id == p->next_id);
	if (fails(p, "end", e) != RC_OK)
		return e->rc;
	p->has_commit = true;
	return RC_OK;
}

static enum rc
fake_outcome(void *arg, uint64_t id, enum spool_outcome outcome, struct err *e)
{
	static const char *const names[] = { "accepted", "refused", "unknown" };
	struct play *p = arg;

	(void)e;
	assert(id == p->next_id);
	p->n_open--;
	p->has_commit = false;
	p->outcome = names[outcome];
	return RC_OK;
}

/* --- the world around the session */

/* send_on - as the network does: at once, whatever comes later */
static void
send_on(struct play *p)
{
	struct evbuffer *b = session_to_hop(p->s);
	size_t n = evbuffer_get_length(b);

	if (n == 0)
		return;
	p->all = talloc_realloc(p->mem, p->all, char, p->all_len + n);
	(void)evbuffer_copyout(b, p->all + p->all_len, n);
	p->all_len += n;
	(void)evbuffer_remove_buffer(b, p->hop, n);
	session_run(p->s);
}

/* look - what does the session want now? */
static void
look(struct play *p)
{
	unsigned wants = session_take_wants(p->s);
	struct err e = { .rc = RC_OK };

	if (wants & SESSION_DROP_HOP) {
		p->was_dropped = true;
		p->is_connecting = false;
	}
	if (wants & SESSION_CONNECT)
		p->is_connecting = true;
	if (wants & SESSION_TLS)
		p->wants_tls = true;
	if (wants & SESSION_TLS_HOP)
		p->wants_tls_hop = true;
	send_on(p);
	if (p->has_commit && !p->hold) {
		p->has_commit = false;
		session_spooled(p->s, RC_OK, &e);
		look(p);
	}
}

static void
committed(struct play *p, enum rc rc)
{
	struct err e = { .rc = RC_OK };

	if (!p->has_commit) {
		fault(p, "no copy waits", "", "", 0);
		return;
	}
	p->has_commit = false;
	if (rc != RC_OK)
		(void)err_set(&e, rc, "told to fail");
	session_spooled(p->s, rc, &e);
	look(p);
}

static void
feed_piece(struct play *p, bool client, const char *at, size_t len)
{
	if (len == 0)
		return;
	(void)evbuffer_add(
	    client ? session_from_client(p->s) : session_from_hop(p->s), at,
	    len);
	session_run(p->s);
	look(p);
}

static void
feed(struct play *p, bool client, const char *at, size_t len)
{
	size_t i, cut;

	if (p->cut < 0) {
		for (i = 0; i < len; i++)
			feed_piece(p, client, at + i, 1);
		return;
	}
	/* 1…40 from the front, 41…80 from the back */
	cut = p->cut <= 40                ? (size_t)p->cut
	      : (size_t)p->cut - 40 < len ? len - ((size_t)p->cut - 40)
					  : 0;
	if (cut > len)
		cut = len;
	feed_piece(p, client, at, cut);
	feed_piece(p, client, at + cut, len - cut);
}

/* --- the script */

/* unescape - in a copy; *len may hold NULs */
static char *
unescape(TALLOC_CTX *mem, const char *text, size_t *len)
{
	char *out = talloc_size(mem, strlen(text) + 1), *at = out;
	char hex[3] = "";

	for (; *text != '\0'; text++) {
		if (*text != '\\') {
			*at++ = *text;
			continue;
		}
		switch (*++text) {
		case 'r':
			*at++ = '\r';
			break;
		case 'n':
			*at++ = '\n';
			break;
		case 't':
			*at++ = '\t';
			break;
		case '0':
			*at++ = '\0';
			break;
		case 'x':
			hex[0] = text[1];
			hex[1] = text[2];
			*at++ = (char)strtol(hex, NULL, 16);
			text += 2;
			break;
		default:
			*at++ = *text;
		}
	}
	*len = (size_t)(at - out);
	*at = '\0';
	return out;
}

/* octets - of "C: text", "C< octets" and "C* N octets" */
static char *
octets(TALLOC_CTX *mem, char kind, const char *text, size_t *len)
{
	size_t n = 1, one, i;
	char *end, *out, *all;

	if (kind == ':') {
		out = talloc_asprintf(mem, "%s\r\n", text);
		*len = strlen(out);
		return out;
	}
	if (kind == '*') {
		n = strtoul(text, &end, 10);
		text = end + (*end == ' ');
	}
	out = unescape(mem, text, &one);
	all = talloc_size(mem, n * one + 1);
	for (i = 0; i < n; i++)
		memcpy(all + i * one, out, one);
	*len = n * one;
	return all;
}

static void
want_line(struct play *p, struct evbuffer *b, const char *glob)
{
	size_t len = 0;
	char *line = evbuffer_readln(b, &len, EVBUFFER_EOL_CRLF_STRICT);

	if (line == NULL)
		fault(p, "no line like", glob, "", 0);
	else if (fnmatch(glob, line, 0) != 0)
		fault(p, "not a line like", glob, line, len);
	free(line);
}

static void
want_octets(struct play *p, struct evbuffer *b, const char *at, size_t len)
{
	size_t have = evbuffer_get_length(b), i;
	char *got = talloc_size(p->mem, len + 1);

	if (have > len)
		have = len;
	(void)evbuffer_remove(b, got, have);
	for (i = 0; i < have && got[i] == at[i]; i++)
		;
	if (i < len)
		fault(p, "other octets than", on_one_line(p->mem, at, len),
		    got + i, have - i);
}

static void
want_nothing(struct play *p, struct evbuffer *b, const char *who)
{
	size_t n = evbuffer_get_length(b);

	if (n > 0)
		fault(p, "nothing expected for", who,
		    (const char *)evbuffer_pullup(b, -1), n);
}

static void
play_copy(struct play *p, char kind, const char *text)
{
	size_t len = 0, i;
	char *want, *have;

	switch (kind) {
	case '+':
		committed(p, RC_OK);
		break;
	case '-':
		committed(p, RC_INTERNAL);
		break;
	case '%':
		committed(p, RC_RETRY);
		break;
	case '.':
		if (p->has_commit)
			fault(p, "the copy waits already", "", "", 0);
		break;
	case '=':
		if (strcmp(p->outcome, text) != 0)
			fault(
			    p, "outcome", text, p->outcome, strlen(p->outcome));
		break;
	case '<':
		want = unescape(p->mem, text, &len);
		if (len != p->body_len ||
		    (len > 0 && memcmp(want, p->body, len) != 0))
			fault(p, "copy", text, p->body, p->body_len);
		break;
	case '@':
		have = talloc_strdup(p->mem, p->from ? p->from : "?");
		for (i = 0; p->rcpts != NULL && p->rcpts[i] != NULL; i++)
			have = talloc_asprintf_append(have, " %s", p->rcpts[i]);
		if (strcmp(have, text) != 0)
			fault(p, "envelope", text, have, strlen(have));
		break;
	case '!':
		if (p->client == NULL || strcmp(p->client, text) != 0)
			fault(p, "client", text, "", 0);
		break;
	default:
		fault(p, "no such step", text, "", 0);
	}
}

/* again - a session from its start, as the settings are now */
static void
again(struct play *p)
{
	TALLOC_FREE(p->s);
	p->s = session_new(p, &p->cf, 1, "192.0.2.1", p->now);
	session_clock(p->s, p->now, p->now / 1000);
	look(p);
}

static void
play_tls(struct play *p, enum settings_tls *to, const char *value)
{
	*to = *value == 'n'   ? TLS_NO
	      : *value == 'a' ? TLS_AUTO
	      : *value == 'o' ? TLS_OFFERED
	      : *value == 'r' ? TLS_REQUIRED
			      : TLS_IMPLICIT;
	again(p);
}

/* play_handshake - it is wanted, and ends now */
static void
play_handshake(struct play *p, bool *wanted, const char *verb)
{
	if (!*wanted)
		fault(p, "no TLS is wanted", "", "", 0);
	*wanted = false;
	if (verb[0] == 'C')
		session_tls_up(p->s, "TLSv1.3");
	else if (verb[2] == '-')
		session_tls_hop_gone(p->s, "told to fail");
	else
		session_tls_hop_up(p->s, "TLSv1.3");
	look(p);
}

static void
play_set(struct play *p, const char *text)
{
	const char *value = strchr(text, ' ');

	assert(value != NULL);
	value++;
	if (strncmp(text, "hold ", 5) == 0)
		p->hold = *value == '1';
	else if (strncmp(text, "pass ", 5) == 0)
		p->cf.pass_unspooled = *value == '1';
	else if (strncmp(text, "trusted ", 8) == 0)
		session_trust(p->s);
	else if (strncmp(text, "bare ", 5) == 0)
		p->cf.refuse_bare = *value == '1';
	else if (strncmp(text, "rcpts ", 6) == 0)
		p->cf.max_rcpts = strtoul(value, NULL, 10);
	else if (strncmp(text, "max ", 4) == 0)
		p->cf.max_message_bytes = strtoul(value, NULL, 10);
	else if (strncmp(text, "tls ", 4) == 0)
		play_tls(p, &p->cf.client_tls, value);
	else if (strncmp(text, "hop-tls ", 8) == 0)
		play_tls(p, &p->cf.hop_tls, value);
	else if (strncmp(text, "auth ", 5) == 0)
		p->cf.auth = *value == 'n' && value[1] == 'o' ? AUTH_NO
			     : *value == 't'                  ? AUTH_TLS
			     : *value == 'n'                  ? AUTH_LOOPBACK
							      : AUTH_REQUIRED;
	else if (strncmp(text, "near ", 5) == 0)
		session_set_near(p->s);
	else if (strncmp(text, "hop-near ", 9) == 0)
		p->is_hop_near = true;
	else if (strncmp(text, "whole ", 6) == 0)
		p->only_whole = *value == '1';
	else {
		p->fail_at = talloc_strdup(p->mem, value);
		p->fail_rc = text[0] == 'f' ? RC_RETRY : RC_INTERNAL;
	}
}

static void play_step(struct play *p, const char *verb, const char *text);

static void
play_all(struct play *p, const char *const (*steps)[2], size_t n)
{
	size_t i;

	for (i = 0; i < n && !p->failed; i++)
		play_step(p, steps[i][0], steps[i][1]);
}

static void
play_word(struct play *p, const char *verb, const char *text)
{
	static const char *const hello[][2] = {
		{ "S:", "220 gw.example ESMTP" },
		{ "C:", "EHLO client.example" },
		{ "N+", "" },
		{ "H:", "220 hop.example" },
		{ "N:", "EHLO gw.example" },
		{ "H:", "250-hop.example greets you" },
		{ "H:", "250-PIPELINING" },
		{ "H:", "250 SIZE 1000" },
		{ "S:", "250-gw.example" },
		{ "S:", "250-PIPELINING" },
		{ "S:", "250 SIZE 1000" },
	};
	static const char *const chunking[][2] = {
		{ "S:", "220 gw.example ESMTP" },
		{ "C:", "EHLO client.example" },
		{ "N+", "" },
		{ "H:", "220 hop.example" },
		{ "N:", "EHLO gw.example" },
		{ "H:", "250-hop.example greets you" },
		{ "H:", "250-PIPELINING" },
		{ "H:", "250-BINARYMIME" },
		{ "H:", "250 CHUNKING" },
		{ "S:", "250-gw.example" },
		{ "S:", "250-PIPELINING" },
		{ "S:", "250-BINARYMIME" },
		{ "S:", "250 CHUNKING" },
	};
	static const char *const letter[][2] = {
		{ "C:", "MAIL FROM:<a@acme.example>" },
		{ "N:", "MAIL FROM:<a@acme.example>" },
		{ "H:", "250 2.1.0 ok" },
		{ "S:", "250 2.1.0 ok" },
		{ "C:", "RCPT TO:<b@b.example>" },
		{ "N:", "RCPT TO:<b@b.example>" },
		{ "H:", "250 2.1.5 ok" },
		{ "S:", "250 2.1.5 ok" },
		{ "C:", "DATA" },
		{ "N:", "DATA" },
		{ "H:", "354 go on" },
		{ "S:", "354 go on" },
	};

	if (strcmp(verb, "hello") == 0) {
		play_all(p, hello, ARRAY_LEN(hello));
	} else if (strcmp(verb, "letter") == 0) {
		play_all(p, letter, ARRAY_LEN(letter));
	} else if (strcmp(verb, "chunking") == 0) {
		play_all(p, chunking, ARRAY_LEN(chunking));
	} else if (strcmp(verb, "envelope") == 0) {
		play_all(p, letter, ARRAY_LEN(letter) - 4);
	} else if (strcmp(verb, "set") == 0) {
		play_set(p, text);
	} else if (strcmp(verb, "drain") == 0) {
		session_drain(p->s);
		look(p);
	} else if (strcmp(verb, "T") == 0) {
		p->now += strtol(text, NULL, 10) * 1000;
		session_clock(p->s, p->now, p->now / 1000);
		session_tick(p->s);
		look(p);
	} else {
		fault(p, "no such step", verb, "", 0);
	}
}

static void
play_hop(struct play *p, char kind, const char *text)
{
	size_t len;
	char *at;

	switch (kind) {
	case '+':
	case '-':
		if (!p->is_connecting)
			fault(p, "no connection wanted", "", "", 0);
		p->is_connecting = p->was_dropped = false;
		(void)evbuffer_drain(p->hop, evbuffer_get_length(p->hop));
		p->all_len = 0;
		if (kind == '+')
			session_hop_up(p->s, p->is_hop_near);
		else
			session_hop_gone(p->s, "refused");
		look(p);
		break;
	case '!':
		if (!p->was_dropped)
			fault(p, "the next hop is not dropped", "", "", 0);
		p->was_dropped = false;
		break;
	case ':':
		want_line(p, p->hop, text);
		break;
	case '.':
		want_nothing(p, p->hop, "the next hop");
		break;
	case '~':
		at = unescape(p->mem, text, &len);
		if (memmem(p->all, p->all_len, at, len) != NULL)
			fault(p, "the next hop got", text, p->all, p->all_len);
		break;
	default:
		at = octets(p->mem, kind, text, &len);
		want_octets(p, p->hop, at, len);
	}
}

static void
play_step(struct play *p, const char *verb, const char *text)
{
	bool client = verb[0] == 'C';
	size_t len;
	char *at;

	if (strlen(verb) < 2 || strlen(verb) > 3 || verb[0] > 'Z') {
		play_word(p, verb, text);
	} else if (verb[0] == 'P') {
		play_copy(p, verb[1], text);
	} else if (verb[0] == 'N') {
		play_hop(p, verb[1], text);
	} else if (verb[0] == 'S' && verb[1] == ':') {
		want_line(p, session_to_client(p->s), text);
		session_run(p->s);
		look(p);
	} else if (verb[0] == 'S' && verb[1] == '.') {
		want_nothing(p, session_to_client(p->s), "the client");
	} else if (verb[0] == 'S') {
		if (!(session_wants(p->s) & SESSION_HANG_UP))
			fault(p, "we do not hang up", "", "", 0);
	} else if (verb[1] == '^') {
		play_handshake(
		    p, client ? &p->wants_tls : &p->wants_tls_hop, verb);
	} else if (verb[1] == '!') {
		if (!client)
			session_hop_gone(p->s, "closed by the next hop");
		else if (verb[2] == '!')
			session_client_gone(p->s);
		else
			session_client_eof(p->s);
		look(p);
	} else {
		at = octets(p->mem, verb[1], text, &len);
		feed(p, client, at, len);
	}
}

/* play - once, cut in one way */
static bool
play(const struct dlg *d, int cut, bool *only_whole)
{
	struct play *p = talloc_zero(NULL, struct play);
	bool fine;
	size_t i;

	p->mem = p;
	p->cut = cut;
	p->now = 1000000;
	p->outcome = "none";
	p->hop = evbuffer_new();
	p->all = talloc_size(p, 1);
	p->cf.hostname = "gw.example";
	p->cf.max_message_bytes = 1 << 20;
	p->cf.max_rcpts = 10000;
	p->cf.wait_client_ms = 300000;
	p->cf.spool = (struct session_spool){ p, fake_begin, fake_data,
		fake_end, fake_outcome };
	again(p);
	for (i = 0; i < d->n && !p->failed; i++) {
		p->line = d->steps[i].line;
		play_step(p, d->steps[i].verb, d->steps[i].text);
	}
	TALLOC_FREE(p->s);
	if (p->n_open > 0)
		fault(p, "a copy was left without an outcome", "", "", 0);
	fine = !p->failed;
	*only_whole = p->only_whole;
	evbuffer_free(p->hop);
	talloc_free(p);
	return fine;
}

static struct dlg *
dlg_read(TALLOC_CTX *mem, const char *path)
{
	struct dlg *d = talloc_zero(mem, struct dlg);
	FILE *f = fopen(path, "r");
	char *line = NULL, *blank;
	size_t size = 0;
	ssize_t n;
	int number = 0;

	if (f == NULL) {
		printf("Bail out! cannot open %s\n", path);
		exit(1);
	}
	while ((n = getline(&line, &size, f)) > 0) {
		number++;
		if (line[n - 1] == '\n')
			line[--n] = '\0';
		if (n == 0 || line[0] == '#')
			continue;
		assert(d->n < STEPS_MAX);
		blank = strchr(line, ' ');
		d->steps[d->n].line = number;
		d->steps[d->n].verb = talloc_strndup(
		    d, line, blank ? (size_t)(blank - line) : (size_t)n);
		d->steps[d->n++].text =
		    talloc_strdup(d, blank ? blank + 1 : "");
	}
	free(line);
	(void)fclose(f);
	return d;
}

int
main(int argc, char **argv)
{
	bool fine, only_whole, all = true;
	struct dlg *d;
	const char *name;
	int i, cut;

	log_threshold(0);
	printf("1..%d\n", argc - 1);
	for (i = 1; i < argc; i++) {
		d = dlg_read(NULL, argv[i]);
		fine = play(d, 0, &only_whole);
		for (cut = -1; fine && !only_whole && cut <= 80; cut++)
			fine = play(d, cut, &only_whole);
		name = strrchr(argv[i], '/');
		printf("%s %d - %s\n", fine ? "ok" : "not ok", i,
		    name ? name + 1 : argv[i]);
		all = all && fine;
		talloc_free(d);
	}
	return all ? 0 : 1;
}
