/*
 * smtp_fuzz.c - the scanners of both sides, whole and octet by octet
 *
 * The first octet says what the rest is: 'C' commands, 'D' a body, 'B' a chunk
 * of as many octets as the second one says, 'A' answers of AUTH, 'P' a PROXY
 * header, 'R' replies of the next hop, 'E' its reply to EHLO. What comes out
 * must not depend on how the octets came, and what goes on of a body must hold
 * no end of data for whoever takes any CR, LF and NUL for a line end.
 */
#include "core/core.h"

#include "mailgw/smtp/client.h"
#include "mailgw/smtp/proxy.h"
#include "mailgw/smtp/server.h"

#define OUT_MAX (1U << 20)

/* what came out, as one text */
struct out {
	char *text;
	size_t len;
};

static void
add(struct out *o, const void *at, size_t len)
{
	assert(o->len + len <= OUT_MAX);
	if (len > 0)
		memcpy(o->text + o->len, at, len);
	o->len += len;
}

/* server_events - all that a server makes of it */
static void
server_events(
    char mode, const uint8_t *in, size_t size, size_t piece, struct out *o)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct server *s = talloc_zero(mem, struct server);
	struct server_event ev;
	struct slice path;
	size_t used = 0, n;

	server_init(s, mem);
	if (mode == 'D')
		server_body(s);
	if (mode == 'B' && size > 0) {
		server_chunk(s, (uint64_t)in[0] + 1);
		used = 1;
	}
	while (used < size) {
		if (mode == 'A' && s->mode == SERVER_COMMANDS)
			server_ask(s);
		n = size - used < piece ? size - used : piece;
		n = server_push(
		    s, (struct slice){ (const char *)in + used, n }, &ev);
		used += n;
		if (ev.kind == SERVER_NEED)
			continue;
		if (ev.kind != SERVER_BODY)
			add(o, &ev.kind, sizeof(ev.kind));
		if (ev.kind == SERVER_FLOOD)
			break; /* the connection ends */
		if (ev.kind == SERVER_COMMAND) {
			add(o, &ev.verb, sizeof(ev.verb));
			add(o, ev.line.at, ev.line.len);
			assert(ev.line.at[ev.line.len] == '\0');
			assert(ev.args.len <= ev.line.len);
			if (smtp_path(ev.args, "FROM", &path) == RC_OK)
				add(o, path.at, path.len);
		}
		if (ev.kind == SERVER_BODY)
			add(o, ev.body.at, ev.body.len);
	}
	talloc_free(mem);
}

static bool
junk(char c)
{
	return c == '\r' || c == '\n' || c == '\0';
}

/* harmless - a body up to its own end or look-alike */
static void
harmless(const uint8_t *in, size_t size)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct server *s = talloc_zero(mem, struct server);
	struct server_event ev = { .kind = SERVER_NEED };
	char before = '\r', dot = '\n';
	size_t used = 0, i;

	server_init(s, mem);
	server_body(s);
	while (used < size && ev.kind != SERVER_END) {
		used += server_push(s,
		    (struct slice){ (const char *)in + used, size - used },
		    &ev);
		if (ev.kind == SERVER_LOOKALIKE)
			break;
		for (i = 0; ev.kind == SERVER_BODY && i < ev.body.len; i++) {
			assert(!(
			    dot == '.' && junk(before) && junk(ev.body.at[i])));
			before = dot;
			dot = ev.body.at[i];
		}
	}
	assert(ev.kind == SERVER_END || dot != '.' || !junk(before));
	talloc_free(mem);
}

/* client_events - all that a client makes of replies */
static void
client_events(
    bool is_ehlo, const uint8_t *in, size_t size, size_t piece, struct out *o)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct client c;
	struct client_event ev;
	size_t used = 0, n, i;
	char *text;

	client_init(&c);
	while (used < size) {
		n = size - used < piece ? size - used : piece;
		n = client_push(
		    &c, mem, (struct slice){ (const char *)in + used, n }, &ev);
		used += n;
		if (ev.kind == CLIENT_NEED)
			continue;
		add(o, &ev.kind, sizeof(ev.kind));
		if (ev.kind == CLIENT_FAULT)
			break;
		assert(ev.code >= 200 && ev.code <= 599);
		assert(ev.text.len >= 5 &&
		       memcmp(ev.text.at + ev.text.len - 2, "\r\n", 2) == 0);
		for (i = 0; i < ev.text.len; i++)
			assert((unsigned char)ev.text.at[i] >= ' ' ||
			       strchr("\t\r\n", ev.text.at[i]) != NULL);
		add(o, ev.text.at, ev.text.len);
		if (!is_ehlo)
			continue;
		text = client_filter(mem, "gw.example", ev.text,
		    CLIENT_STARTTLS | CLIENT_AUTH | CLIENT_TRUSTED);
		assert(text != NULL && memcmp(text, "250", 3) == 0);
		assert(client_offers(slice_of(text), "STARTTLS"));
		assert(!client_offers(slice_of(text), "BURL"));
		assert(!client_offers(slice_of(text), "BINARYMIME") ||
		       client_offers(slice_of(text), "CHUNKING"));
		add(o, text, strlen(text));
	}
	client_reset(&c);
	talloc_free(mem);
}

/* proxy_events - how it is read, whether at once or as it comes */
static void
proxy_events(const uint8_t *in, size_t size, size_t piece, struct out *o)
{
	struct sockaddr_storage client;
	enum proxy_result r = PROXY_NEED;
	size_t used = 0, n = 0;

	memset(&client, 0, sizeof(client));
	while (r == PROXY_NEED && n < size) {
		n = size - n < piece ? size : n + piece;
		r = proxy_read(
		    (struct slice){ (const char *)in, n }, &used, &client);
		assert(used <= n);
	}
	add(o, &r, sizeof(r));
	if (r == PROXY_BAD || r == PROXY_NEED)
		return;
	add(o, &used, sizeof(used));
	add(o, &client, sizeof(client));
}

static void
events(char mode, const uint8_t *in, size_t size, size_t piece, struct out *o)
{
	if (mode == 'P')
		proxy_events(in, size, piece, o);
	else if (mode == 'R' || mode == 'E')
		client_events(mode == 'E', in, size, piece, o);
	else
		server_events(mode, in, size, piece, o);
}

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *in, size_t size)
{
	static char texts[2][OUT_MAX];
	struct out whole = { texts[0], 0 }, single = { texts[1], 0 };

	if (size < 2 || size > 100000)
		return 0;
	events((char)in[0], in + 1, size - 1, size, &whole);
	events((char)in[0], in + 1, size - 1, 1, &single);
	assert(whole.len == single.len);
	assert(memcmp(whole.text, single.text, whole.len) == 0);
	if (in[0] == 'D')
		harmless(in + 1, size - 1);
	return 0;
}
