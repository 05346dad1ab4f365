/*
 * server.c - lines, verbs and the end of data
 *
 * A body is scanned for dots only. Of each dot that stands behind CR, LF or
 * NUL the scanner holds back the dot, and a CR behind it, until the octet that
 * decides has come: so nothing that might be read as an end of data is ever
 * given out, however the octets are cut into packets.
 */
#include "core/core.h"

#include "mailgw/smtp/server.h"

static const struct {
	const char *name;
	enum smtp_verb verb;
} verbs[] = {
	{ "MAIL", SMTP_MAIL },
	{ "RCPT", SMTP_RCPT },
	{ "DATA", SMTP_DATA },
	{ "EHLO", SMTP_EHLO },
	{ "HELO", SMTP_HELO },
	{ "RSET", SMTP_RSET },
	{ "NOOP", SMTP_NOOP },
	{ "QUIT", SMTP_QUIT },
	{ "VRFY", SMTP_VRFY },
	{ "EXPN", SMTP_EXPN },
	{ "HELP", SMTP_HELP },
	{ "AUTH", SMTP_AUTH },
	{ "STARTTLS", SMTP_STARTTLS },
	{ "BDAT", SMTP_BDAT },
	{ "ETRN", SMTP_ETRN },
	{ "XCLIENT", SMTP_XCLIENT },
	{ "XFORWARD", SMTP_XFORWARD },
	{ "PROXY", SMTP_PROXY },
	{ "GET", SMTP_FOREIGN },
	{ "POST", SMTP_FOREIGN },
	{ "PUT", SMTP_FOREIGN },
	{ "HEAD", SMTP_FOREIGN },
	{ "CONNECT", SMTP_FOREIGN },
	{ "OPTIONS", SMTP_FOREIGN },
	{ "HOST:", SMTP_FOREIGN },
	{ "USER-AGENT:", SMTP_FOREIGN },
};

/* upper - ASCII only: no locale decides what a verb is */
static char
upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* is_word - are these octets that word, in any case? */
static bool
is_word(struct slice s, const char *word)
{
	size_t i;

	for (i = 0; i < s.len && word[i] != '\0'; i++)
		if (upper(s.at[i]) != word[i])
			return false;
	return i == s.len && word[i] == '\0';
}

/* is_junk - what some server somewhere takes for part of a line end */
static bool
is_junk(char c)
{
	return c == '\r' || c == '\n' || c == '\0';
}

void
server_init(struct server *s, TALLOC_CTX *mem)
{
	memset(s, 0, sizeof(*s));
	s->mem = mem;
}

void
server_ask(struct server *s)
{
	assert(s->mode == SERVER_COMMANDS && s->len == 0);
	s->mode = SERVER_AUTH;
}

void
server_forget(struct server *s)
{
	if (s->line != NULL)
		explicit_bzero(s->line, s->size);
	TALLOC_FREE(s->line);
	s->size = s->len = 0;
	s->is_bad = false;
}

/* grow - room for n octets and a NUL; no copy of a secret stays behind */
static void
grow(struct server *s, size_t n)
{
	size_t size = s->size ? s->size : 512;
	char *line;

	while (size < n + 1)
		size *= 2;
	if (size == s->size)
		return;
	line = talloc_size(s->mem, size);
	if (line == NULL)
		abort(); /* lines are capped: it is the machine's end */
	if (s->line != NULL) {
		memcpy(line, s->line, s->size);
		explicit_bzero(s->line, s->size);
		talloc_free(s->line);
	}
	s->line = line;
	s->size = size;
}

void
server_body(struct server *s)
{
	assert(s->mode == SERVER_COMMANDS && s->len == 0);
	s->mode = SERVER_DATA;
	s->before[0] = '\r';
	s->before[1] = '\n';
	s->dot = DOT_NONE;
	s->is_discarding = false;
}

void
server_chunk(struct server *s, uint64_t octets)
{
	assert(s->mode == SERVER_COMMANDS && s->len == 0 && octets > 0);
	s->mode = SERVER_CHUNK;
	s->left = octets;
}

/* cut - without blanks at both ends */
static struct slice
cut(struct slice s)
{
	while (s.len > 0 && (s.at[0] == ' ' || s.at[0] == '\t')) {
		s.at++;
		s.len--;
	}
	while (s.len > 0 && (s.at[s.len - 1] == ' ' || s.at[s.len - 1] == '\t'))
		s.len--;
	return s;
}

/* command - a whole line is there */
static void
command(struct server *s, struct server_event *ev)
{
	struct slice word;
	size_t i;

	ev->kind = SERVER_COMMAND;
	ev->line = (struct slice){ s->line, s->len - 2 };
	s->line[ev->line.len] = '\0';
	for (i = 0; i < ev->line.len; i++)
		if ((unsigned char)s->line[i] < 0x20 && s->line[i] != '\t')
			s->is_bad = true;
	word = ev->line;
	for (i = 0; i < word.len && word.at[i] != ' ' && word.at[i] != '\t';)
		i++;
	word.len = i;
	ev->args = cut((struct slice){ ev->line.at + i, ev->line.len - i });
	for (i = 0; i < ARRAY_LEN(verbs); i++)
		if (is_word(word, verbs[i].name))
			ev->verb = verbs[i].verb;
	if (s->is_bad) {
		ev->kind = SERVER_BAD_LINE;
		ev->fault = "501 5.5.2 Control characters are not allowed";
	}
}

/* answer - a whole line of an AUTH dialogue is there */
static void
answer(struct server *s, struct server_event *ev)
{
	size_t i;

	ev->kind = SERVER_ANSWER;
	ev->line = (struct slice){ s->line, s->len - 2 };
	for (i = 0; i < ev->line.len; i++)
		if (s->line[i] <= ' ' || s->line[i] == 0x7f)
			ev->kind = SERVER_BAD_LINE;
	ev->fault = "501 5.5.2 That is no base64";
}

/* line_max - by its first octets, how long may this line be? */
static size_t
line_max(const struct server *s)
{
	if (s->mode == SERVER_AUTH ||
	    (s->len >= 5 && is_word((struct slice){ s->line, 5 }, "AUTH ")))
		return SERVER_AUTH_MAX;
	return SERVER_LINE_MAX;
}

/* push_line - octets of commands */
static size_t
push_line(struct server *s, struct slice in, struct server_event *ev)
{
	const char *lf = memchr(in.at, '\n', in.len);
	size_t used = lf ? (size_t)(lf - in.at) + 1 : in.len, room;

	room = s->len < SERVER_AUTH_MAX ? SERVER_AUTH_MAX - s->len : 0;
	if (room > used)
		room = used;
	if (room > 0) {
		grow(s, s->len + room);
		memcpy(s->line + s->len, in.at, room);
	}
	s->len += used;
	if (s->len > SERVER_LINE_FLOOD) {
		ev->kind = SERVER_FLOOD;
		s->len = 0;
		return used;
	}
	if (lf == NULL)
		return used;
	if (s->len > line_max(s)) {
		ev->kind = SERVER_BAD_LINE;
		ev->fault = "500 5.5.2 Line too long";
	} else if (s->len < 2 || s->line[s->len - 2] != '\r') {
		ev->kind = SERVER_BAD_LINE;
		ev->fault = "500 5.5.2 Lines must end with CR LF";
	} else if (s->mode == SERVER_AUTH) {
		answer(s, ev);
	} else {
		command(s, ev);
	}
	s->len = 0;
	s->is_bad = false;
	s->mode = SERVER_COMMANDS;
	return used;
}

/* pass - give out octets of the body, unless they are thrown away */
static void
pass(struct server *s, struct slice body, bool is_stuffing,
    struct server_event *ev)
{
	if (body.len >= 2)
		s->before[0] = body.at[body.len - 2];
	else
		s->before[0] = s->before[1];
	s->before[1] = body.at[body.len - 1];
	if (s->is_discarding)
		return;
	ev->kind = SERVER_BODY;
	ev->body = body;
	ev->is_stuffing = is_stuffing;
}

/* lookalike - once for each body; then as if the dot were a letter */
static void
lookalike(struct server *s, struct server_event *ev)
{
	s->before[0] = s->dot == DOT_CR ? '.' : s->before[1];
	s->before[1] = s->dot == DOT_CR ? '\r' : '.';
	s->dot = DOT_NONE;
	if (!s->is_discarding)
		ev->kind = SERVER_LOOKALIKE;
	s->is_discarding = true;
}

struct slice
server_go_on(struct server *s)
{
	assert(s->mode == SERVER_DATA && s->is_discarding);
	s->is_discarding = false;
	return s->before[0] == '.' && s->before[1] == '\r' ? SLICE(".\r")
							   : SLICE(".");
}

/* push_dot - a dot is held back: what is it? Consumes one octet or none. */
static size_t
push_dot(struct server *s, char c, struct server_event *ev)
{
	if (s->dot == DOT_CR) {
		if (c != '\n') {
			lookalike(s, ev);
			return 0;
		}
		ev->kind = SERVER_END;
		s->mode = SERVER_COMMANDS;
		s->dot = DOT_NONE;
		return 1;
	}
	if (c == '\r' && s->is_line_start) {
		s->dot = DOT_CR;
		return 1;
	}
	if (is_junk(c)) {
		lookalike(s, ev);
		return 0;
	}
	s->dot = DOT_NONE;
	pass(s, SLICE("."), s->is_line_start, ev);
	return 0;
}

/* find_dot - the first dot behind junk; in.len where there is none */
static size_t
find_dot(const struct server *s, struct slice in)
{
	const char *at = in.at, *end = in.at + in.len;

	while ((at = memchr(at, '.', (size_t)(end - at))) != NULL) {
		if (is_junk(at > in.at ? at[-1] : s->before[1]))
			return (size_t)(at - in.at);
		at++;
	}
	return in.len;
}

/* push_body - octets of a body */
static size_t
push_body(struct server *s, struct slice in, struct server_event *ev)
{
	size_t n, used = 0;

	while (used < in.len && ev->kind == SERVER_NEED &&
	       s->mode == SERVER_DATA) {
		struct slice rest = { in.at + used, in.len - used };

		if (s->dot != DOT_NONE) {
			used += push_dot(s, rest.at[0], ev);
			continue;
		}
		n = find_dot(s, rest);
		if (n > 0) {
			pass(s, (struct slice){ rest.at, n }, false, ev);
			used += n;
			continue;
		}
		s->dot = DOT_ALONE;
		s->is_line_start = s->before[0] == '\r' && s->before[1] == '\n';
		used++;
	}
	return used;
}

/* push_chunk - octets that are counted, and looked at by nobody */
static size_t
push_chunk(struct server *s, struct slice in, struct server_event *ev)
{
	if (in.len > s->left)
		in.len = (size_t)s->left;
	s->left -= in.len;
	ev->kind = SERVER_BODY;
	ev->body = in;
	ev->is_end = s->left == 0;
	if (ev->is_end)
		s->mode = SERVER_COMMANDS;
	return in.len;
}

size_t
server_push(struct server *s, struct slice in, struct server_event *ev)
{
	memset(ev, 0, sizeof(*ev));
	if (in.len == 0)
		return 0;
	if (s->mode == SERVER_CHUNK)
		return push_chunk(s, in, ev);
	return s->mode == SERVER_DATA ? push_body(s, in, ev)
				      : push_line(s, in, ev);
}

enum rc
smtp_path(struct slice args, const char *keyword, struct slice *out)
{
	size_t n = strlen(keyword), i;
	bool quoted = false;

	if (args.len <= n || !is_word((struct slice){ args.at, n }, keyword) ||
	    args.at[n] != ':')
		return RC_BADINPUT;
	args = cut((struct slice){ args.at + n + 1, args.len - n - 1 });
	if (args.len == 0)
		return RC_BADINPUT;
	if (args.at[0] != '<') {
		for (i = 0; i < args.len && args.at[i] != ' ';)
			i++;
		*out = (struct slice){ args.at, i };
		return memchr(out->at, '>', i) ? RC_BADINPUT : RC_OK;
	}
	for (i = 1; i < args.len; i++) {
		if (quoted && args.at[i] == '\\' && i + 1 < args.len)
			i++;
		else if (args.at[i] == '"')
			quoted = !quoted;
		else if (args.at[i] == '>' && !quoted)
			break;
	}
	if (i >= args.len || (i + 1 < args.len && args.at[i + 1] != ' '))
		return RC_BADINPUT;
	*out = (struct slice){ args.at + 1, i - 1 };
	return RC_OK;
}
