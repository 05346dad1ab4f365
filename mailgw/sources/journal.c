/*
 * journal.c - takes copies of mail by LMTP or SMTP, and passes nothing on
 *
 * What a client sends is cut into commands and bodies by the gateway's own
 * server.c. There is no next hop that could take a look-alike for the end of
 * a message, so these are let through here.
 */
#include "core/core.h"

#include "core/log/log.h"
#include "mailgw/smtp/server.h"
#include "mailgw/sources/journal.h"

#define MAX_ERRORS  20
#define MAX_OCTETS  (SPOOL_ENVELOPE_MAX / 2) /* of recipients */
#define MAX_RCPTS   10000
#define HIGH_OCTETS (64U << 10) /* replies that nobody reads */

enum phase {
	COMMANDS,
	BODY,    /* to the spool */
	SWALLOW, /* to nowhere: `verdict` comes at its end */
	COMMIT   /* it becomes durable */
};

struct journal_session {
	struct intake *intake;
	struct server server;
	enum phase phase;
	bool is_lmtp, has_greeted, is_draining;
	unsigned errors;
	/* the transaction; its memory */
	TALLOC_CTX *mail;
	char *mail_from; /* NULL: there is none */
	const char **rcpts;
	size_t n_rcpts, rcpt_octets;
	uint64_t octets;
	bool has_copy;
	const char *verdict;
};

static void
say(struct journal_session *s, const char *line)
{
	if (evbuffer_add_printf(s->intake->out, "%s\r\n", line) < 0)
		abort();
}

/* say_each - the reply to a message: in LMTP one for each recipient */
static void
say_each(struct journal_session *s, const char *line)
{
	size_t n = s->is_lmtp ? s->n_rcpts : 1;

	for (; n > 0; n--)
		say(s, line);
}

static void
hang_up(struct journal_session *s, const char *line)
{
	say(s, line);
	s->intake->is_over = true;
}

/* refuse - a bad command; too many are too many */
static void
refuse(struct journal_session *s, const char *line)
{
	say(s, line);
	if (++s->errors >= MAX_ERRORS)
		hang_up(s, "421 4.7.0 Too many errors");
}

/* reset - no transaction */
static void
reset(struct journal_session *s)
{
	if (s->has_copy)
		s->intake->drop(s->intake);
	TALLOC_FREE(s->mail);
	s->has_copy = false;
	s->mail_from = NULL;
	s->rcpts = NULL;
	s->n_rcpts = s->rcpt_octets = 0;
	s->octets = 0;
	s->verdict = NULL;
	s->phase = COMMANDS;
}

/* over - a message has its reply */
static void
over(struct journal_session *s, const char *reply)
{
	say_each(s, reply);
	reset(s);
	if (s->is_draining)
		hang_up(s, "421 4.3.2 Service shuts down");
}

/* failed - the copy cannot be kept now: what the client hears at the end */
static void
failed(struct journal_session *s, enum rc rc, const struct err *e)
{
	log_event(EV_DOOR_SPOOL, LOG_TEXT("way", "journal"),
	    LOG_NUMBER("session", (int64_t)s->intake->number),
	    LOG_TEXT("reason", e->text));
	if (s->has_copy)
		s->intake->drop(s->intake);
	s->has_copy = false;
	s->verdict = rc == RC_RETRY ? "452 4.3.1 Insufficient storage"
				    : "451 4.3.0 The copy cannot be written";
}

/* --- commands */

static void
run_hello(struct journal_session *s, const struct server_event *ev, bool lmtp)
{
	bool is_plain = ev->verb == SMTP_HELO;

	if (ev->args.len == 0) {
		refuse(s, "501 5.5.4 A name is needed");
		return;
	}
	reset(s);
	s->has_greeted = true;
	s->is_lmtp = lmtp;
	if (evbuffer_add_printf(s->intake->out,
		is_plain ? "250 %s\r\n"
			 : "250-%s\r\n250-PIPELINING\r\n250-8BITMIME\r\n"
			   "250-SMTPUTF8\r\n250-DSN\r\n"
			   "250 ENHANCEDSTATUSCODES\r\n",
		s->intake->hostname) < 0)
		abort();
}

static void
run_mail(struct journal_session *s, struct slice args)
{
	struct slice path;

	if (!s->has_greeted) {
		refuse(s, "503 5.5.1 LHLO or EHLO comes first");
	} else if (s->mail_from != NULL) {
		refuse(s, "503 5.5.1 There is a sender already");
	} else if (smtp_path(args, "FROM", &path) != RC_OK) {
		refuse(s, "501 5.1.7 Syntax: MAIL FROM:<address>");
	} else {
		s->mail = talloc_new(s);
		s->mail_from = s->mail ? slice_dup(s->mail, path) : NULL;
		say(s,
		    s->mail_from ? "250 2.1.0 Ok" : "451 4.3.0 Out of memory");
	}
}

/* add_rcpt - false: there is no room for it now */
static bool
add_rcpt(struct journal_session *s, struct slice path)
{
	const char **list;
	char *copy;

	if (s->n_rcpts >= MAX_RCPTS || s->rcpt_octets + path.len >= MAX_OCTETS)
		return false;
	list = talloc_realloc(s->mail, s->rcpts, const char *, s->n_rcpts + 2);
	copy = slice_dup(s->mail, path);
	if (list == NULL || copy == NULL)
		return false;
	s->rcpts = list;
	s->rcpts[s->n_rcpts++] = copy;
	s->rcpts[s->n_rcpts] = NULL;
	s->rcpt_octets += path.len + 1;
	return true;
}

static void
run_rcpt(struct journal_session *s, struct slice args)
{
	struct slice path;

	if (s->mail_from == NULL)
		refuse(s, "503 5.5.1 MAIL comes first");
	else if (smtp_path(args, "TO", &path) != RC_OK || path.len == 0)
		refuse(s, "501 5.1.3 Syntax: RCPT TO:<address>");
	else
		say(s, add_rcpt(s, path) ? "250 2.1.5 Ok"
					 : "452 4.5.3 Too many recipients");
}

static void
run_data(struct journal_session *s, struct slice args)
{
	struct spool_envelope env = { s->intake->utc, s->intake->client,
		s->mail_from, s->rcpts };
	struct err e;
	enum rc rc;

	if (args.len > 0) {
		refuse(s, "501 5.5.4 DATA takes no argument");
		return;
	}
	if (s->n_rcpts == 0) {
		refuse(s, "503 5.5.1 There is no recipient");
		return;
	}
	rc = s->intake->begin(s->intake, &env, &e);
	s->has_copy = rc == RC_OK;
	if (rc != RC_OK) {
		failed(s, rc, &e);
		say(s, s->verdict);
		s->verdict = NULL;
		return;
	}
	say(s, "354 End data with <CR><LF>.<CR><LF>");
	server_body(&s->server);
	s->phase = BODY;
}

/* is_lhlo - server.c does not know it: it is no command of SMTP */
static bool
is_lhlo(struct server_event *ev)
{
	if (ev->verb != SMTP_UNKNOWN || ev->line.len < 4 ||
	    strncasecmp(ev->line.at, "LHLO", 4) != 0)
		return false;
	return ev->line.len == 4 || ev->line.at[4] == ' ';
}

static void
run_command(struct journal_session *s, struct server_event *ev)
{
	switch (ev->verb) {
	case SMTP_HELO:
	case SMTP_EHLO:
		run_hello(s, ev, false);
		break;
	case SMTP_MAIL:
		run_mail(s, ev->args);
		break;
	case SMTP_RCPT:
		run_rcpt(s, ev->args);
		break;
	case SMTP_DATA:
		run_data(s, ev->args);
		break;
	case SMTP_RSET:
		reset(s);
		say(s, "250 2.0.0 Ok");
		break;
	case SMTP_NOOP:
		say(s, "250 2.0.0 Ok");
		break;
	case SMTP_VRFY:
		say(s, "252 2.5.0 Send it and see");
		break;
	case SMTP_HELP:
		say(s, "214 2.0.0 See RFC 2033 and RFC 5321");
		break;
	case SMTP_QUIT:
		hang_up(s, "221 2.0.0 Bye");
		break;
	case SMTP_BDAT: /* a payload follows that is no list of commands */
		hang_up(s, "503 5.5.1 CHUNKING is not offered");
		break;
	case SMTP_FOREIGN:
		hang_up(s, "421 4.7.0 This is SMTP or LMTP");
		break;
	default:
		if (is_lhlo(ev))
			run_hello(s, ev, true);
		else
			refuse(s, "500 5.5.2 No such command");
	}
}

/* --- a message */

static void
take_body(struct journal_session *s, struct slice bytes)
{
	struct err e;
	enum rc rc;

	s->octets += bytes.len;
	if (s->phase != BODY)
		return;
	if (s->octets > s->intake->settings->max_message_bytes) {
		/* refused, it would come back to its author */
		log_event(EV_DOOR_TOO_BIG, LOG_TEXT("way", "journal"),
		    LOG_NUMBER("session", (int64_t)s->intake->number));
		s->intake->drop(s->intake);
		s->has_copy = false;
		s->verdict = "250 2.0.0 Ok: too big to be read";
		s->phase = SWALLOW;
		return;
	}
	rc = s->intake->data(s->intake, bytes, &e);
	if (rc == RC_OK)
		return;
	failed(s, rc, &e);
	s->phase = SWALLOW;
}

static void
take_end(struct journal_session *s)
{
	struct err e;
	enum rc rc;

	if (s->phase == BODY) {
		rc = s->intake->end(s->intake, &e);
		if (rc == RC_OK) {
			s->phase = COMMIT;
			return;
		}
		failed(s, rc, &e);
	}
	over(s, s->verdict);
}

static void
done(void *session, enum rc rc, const struct err *e)
{
	struct journal_session *s = session;

	assert(s->phase == COMMIT);
	if (rc != RC_OK) {
		failed(s, rc, e);
		over(s, s->verdict);
		return;
	}
	s->has_copy = false;
	s->intake->keep(s->intake);
	log_event(EV_DOOR_MESSAGE, LOG_TEXT("way", "journal"),
	    LOG_NUMBER("session", (int64_t)s->intake->number),
	    LOG_TEXT("client", s->intake->client),
	    LOG_NUMBER("octets", (int64_t)s->octets));
	over(s, "250 2.0.0 Ok: kept");
}

static void
take_event(struct journal_session *s, struct server_event *ev)
{
	switch (ev->kind) {
	case SERVER_NEED:
	case SERVER_ANSWER: /* of AUTH, which is not offered */
		break;
	case SERVER_COMMAND:
		run_command(s, ev);
		break;
	case SERVER_BAD_LINE:
		refuse(s, ev->fault);
		break;
	case SERVER_FLOOD:
		hang_up(s, "500 5.5.2 Line too long");
		break;
	case SERVER_BODY:
		if (!ev->is_stuffing)
			take_body(s, ev->body);
		break;
	case SERVER_LOOKALIKE:
		take_body(s, server_go_on(&s->server));
		break;
	case SERVER_END:
		take_end(s);
		break;
	}
}

static void
take(void *session)
{
	struct journal_session *s = session;
	struct evbuffer *in = s->intake->in;
	struct server_event ev;
	size_t n, len;

	while (s->phase != COMMIT && !s->intake->is_over &&
	       evbuffer_get_length(in) > 0 &&
	       evbuffer_get_length(s->intake->out) < HIGH_OCTETS) {
		len = evbuffer_get_contiguous_space(in);
		n = server_push(&s->server,
		    (struct slice){
			(const char *)evbuffer_pullup(in, (ssize_t)len), len },
		    &ev);
		take_event(s, &ev);
		(void)evbuffer_drain(in, n);
	}
}

static void
drain(void *session)
{
	struct journal_session *s = session;

	s->is_draining = true;
	if (s->phase == COMMANDS)
		hang_up(s, "421 4.3.2 Service shuts down");
}

static void
time_out(void *session)
{
	hang_up(session, "421 4.4.2 Time-out");
}

static void *
open_session(TALLOC_CTX *mem, struct intake *i)
{
	struct journal_session *s = talloc_zero(mem, struct journal_session);

	if (s == NULL)
		return NULL;
	s->intake = i;
	server_init(&s->server, s);
	if (evbuffer_add_printf(
		i->out, "220 %s LMTP and ESMTP\r\n", i->hostname) < 0)
		abort();
	return s;
}

const struct intake_protocol journal_protocol = {
	.open = open_session,
	.take = take,
	.done = done,
	.drain = drain,
	.time_out = time_out,
};
