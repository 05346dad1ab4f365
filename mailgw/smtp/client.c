/*
 * client.c - the next hop's replies
 */
#include "core/core.h"

#include "mailgw/smtp/client.h"

/* what both sides can do; the rest of an EHLO reply is left out */
static const char *const passed[] = { "PIPELINING", "SIZE", "8BITMIME",
	"SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES", "DELIVERBY", "LIMITS",
	"CHUNKING" };

/* for who may speak for others */
static const char *const names[] = { "XCLIENT", "XFORWARD" };

/* mechanisms of SASL that know nothing of the connection they travel on */
static const char *const mechanisms[] = { "PLAIN", "LOGIN", "CRAM-MD5",
	"SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512", "XOAUTH2",
	"OAUTHBEARER", "NTLM" };

void
client_init(struct client *c)
{
	memset(c, 0, sizeof(*c));
}

void
client_reset(struct client *c)
{
	talloc_free(c->text);
	memset(c, 0, sizeof(*c));
}

/* grow - room for n more octets and a NUL */
static bool
grow(struct client *c, TALLOC_CTX *mem, size_t n)
{
	size_t size = c->size ? c->size : 512;

	while (size < c->len + n + 1)
		size *= 2;
	if (size == c->size)
		return true;
	c->text = talloc_realloc(mem, c->text, char, size);
	c->size = c->text ? size : 0;
	return c->text != NULL;
}

/* fault - the reply cannot be understood */
static void
fault(struct client_event *ev, const char *why)
{
	ev->kind = CLIENT_FAULT;
	ev->fault = why;
}

/* end_line - a line is whole; is the reply? */
static void
end_line(struct client *c, struct client_event *ev)
{
	char *at = c->text + c->line, *p;
	size_t n;
	int code;

	while (c->len > c->line && at[c->len - c->line - 1] == '\r')
		c->len--;
	n = c->len - c->line;
	if (n < 3 || at[0] < '2' || at[0] > '5' || at[1] < '0' || at[1] > '9' ||
	    at[2] < '0' || at[2] > '9' ||
	    (n > 3 && at[3] != ' ' && at[3] != '-')) {
		fault(ev, "a reply is no SMTP");
		return;
	}
	code = (at[0] - '0') * 100 + (at[1] - '0') * 10 + (at[2] - '0');
	if (c->line > 0 && code != c->code) {
		fault(ev, "the code changes inside a reply");
		return;
	}
	c->code = code;
	for (p = at; p < c->text + c->len; p++)
		if (((unsigned char)*p < 0x20 && *p != '\t') || *p == 0x7f)
			*p = '?';
	c->text[c->len++] = '\r';
	c->text[c->len++] = '\n';
	c->text[c->len] = '\0';
	if (n > 3 && at[3] == '-') {
		c->line = c->len;
		return;
	}
	ev->kind = CLIENT_REPLY;
	ev->code = code;
	ev->text = (struct slice){ c->text, c->len };
	c->len = c->line = 0;
}

size_t
client_push(
    struct client *c, TALLOC_CTX *mem, struct slice in, struct client_event *ev)
{
	const char *lf;
	size_t n, used = 0;

	memset(ev, 0, sizeof(*ev));
	while (used < in.len && ev->kind == CLIENT_NEED) {
		lf = memchr(in.at + used, '\n', in.len - used);
		n = lf ? (size_t)(lf - in.at) - used : in.len - used;
		if (c->len + n > CLIENT_REPLY_MAX) {
			fault(ev, "a reply is too long");
			return in.len;
		}
		if (!grow(c, mem, n + 2)) {
			fault(ev, "no memory for a reply");
			return in.len;
		}
		memcpy(c->text + c->len, in.at + used, n);
		c->len += n;
		used += n;
		if (lf != NULL) {
			used++;
			end_line(c, ev);
		}
	}
	return used;
}

/* keyword - the first word of a line of an EHLO reply, behind "250-" */
static struct slice
keyword(struct slice line)
{
	struct slice word = { line.at + 4, 0 };

	if (line.len < 4)
		return (struct slice){ line.at, 0 };
	while (4 + word.len < line.len && word.at[word.len] != ' ' &&
	       word.at[word.len] != '=')
		word.len++;
	return word;
}

/* next_line - cut one line off *text; CRLF is not part of it */
static bool
next_line(struct slice *text, struct slice *line)
{
	const char *lf = memchr(text->at, '\n', text->len);

	if (text->len == 0 || lf == NULL)
		return false;
	*line = (struct slice){ text->at, (size_t)(lf - text->at) - 1 };
	text->len -= (size_t)(lf - text->at) + 1;
	text->at = lf + 1;
	return true;
}

/* same_word - ASCII, in any case; word is upper case */
static bool
same_word(struct slice s, const char *word)
{
	size_t i;
	char c;

	if (s.len != strlen(word))
		return false;
	for (i = 0; i < s.len; i++) {
		c = s.at[i];
		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if (c != word[i])
			return false;
	}
	return true;
}

bool
client_offers(struct slice ehlo, const char *word)
{
	struct slice line;
	bool first = true;

	while (next_line(&ehlo, &line)) {
		if (!first && same_word(keyword(line), word))
			return true;
		first = false;
	}
	return false;
}

/* one_of - is the word in the list? */
static bool
one_of(struct slice word, const char *const *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (same_word(word, list[i]))
			return true;
	return false;
}

bool
client_passes_auth(struct slice mechanism)
{
	return one_of(mechanism, mechanisms, ARRAY_LEN(mechanisms));
}

/* auth_line - of "250-AUTH A B" the mechanisms that pass; NULL: none */
static char *
auth_line(TALLOC_CTX *mem, struct slice line)
{
	const char *at = line.at + 9, *end = line.at + line.len;
	char *out = NULL;
	struct slice word;

	while (at < end) {
		word = (struct slice){ at, 0 };
		while (at < end && *at != ' ')
			at++;
		word.len = (size_t)(at - word.at);
		at++;
		if (client_passes_auth(word))
			out = talloc_asprintf_append(
			    out ? out : talloc_strdup(mem, "AUTH"), " %.*s",
			    (int)word.len, word.at);
	}
	return out;
}

/* filter_line - what goes out for one line of the next hop's; len 0: nothing */
static struct slice
filter_line(TALLOC_CTX *mem, struct slice line, unsigned offer, bool has_chunks)
{
	struct slice word = keyword(line);

	if (one_of(word, passed, ARRAY_LEN(passed)) ||
	    (has_chunks && same_word(word, "BINARYMIME")) ||
	    ((offer & CLIENT_TRUSTED) && one_of(word, names, ARRAY_LEN(names))))
		return (struct slice){ line.at + 4, line.len - 4 };
	if ((offer & CLIENT_AUTH) && same_word(word, "AUTH") && line.len > 9) {
		char *auth = auth_line(mem, line);

		return auth ? slice_of(auth) : (struct slice){ NULL, 0 };
	}
	return (struct slice){ NULL, 0 };
}

char *
client_filter(
    TALLOC_CTX *mem, const char *hostname, struct slice ehlo, unsigned offer)
{
	struct slice line, item, last = slice_of(hostname);
	char *out = talloc_strdup(mem, "");
	bool first = true, has_chunks = client_offers(ehlo, "CHUNKING");

	if (out == NULL)
		return NULL;
	while (next_line(&ehlo, &line)) {
		item = filter_line(out, line, offer, has_chunks);
		if (!first && item.len > 0) {
			out = talloc_asprintf_append(
			    out, "250-%.*s\r\n", (int)last.len, last.at);
			last = item;
		}
		first = false;
	}
	if (offer & CLIENT_STARTTLS) {
		out = talloc_asprintf_append(
		    out, "250-%.*s\r\n", (int)last.len, last.at);
		last = SLICE("STARTTLS");
	}
	return talloc_asprintf_append(
	    out, "250 %.*s\r\n", (int)last.len, last.at);
}
