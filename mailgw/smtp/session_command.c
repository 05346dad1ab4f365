/*
 * session_command.c - what each verb of the client does
 *
 * MAIL, RCPT, RSET, NOOP and VRFY go on at once, with others still on their
 * way, where the next hop offers PIPELINING. All others, and every reply of
 * our own, wait until those before them are answered: replies keep their
 * order, and DATA knows which recipients there are.
 */
#include "core/core.h"

#include "core/log/log.h"
#include "core/ticket/ticket.h"
#include "mailgw/smtp/session_priv.h"

/* addresses of one envelope; the spool's record has a limit */
#define RCPT_OCTETS_MAX (SPOOL_ENVELOPE_MAX - 3 * SERVER_LINE_MAX)

/* refuse - a reply of our own, in its turn */
static bool
refuse(struct session *s, const char *line)
{
	if (s->n_sent > 0)
		return false;
	session_error(s, line);
	return true;
}

/* forward - the line as it was written */
static bool
forward(struct session *s, enum sent_kind kind, struct slice address)
{
	if (s->n_sent == SESSION_QUEUE)
		return false;
	if (s->n_sent > 0 && !s->has_pipelining)
		return false;
	hop_send(s, kind, s->ev.line, address);
	return true;
}

/* talks_idly - commands that move no mail, on and on, are errors */
static bool
talks_idly(const struct session *s)
{
	return !s->has_mail && s->idle_talk >= SESSION_IDLE_TALK;
}

/* talk - a reply of our own while there is no next hop */
static bool
talk(struct session *s, const char *line)
{
	s->idle_talk++;
	session_reply(s, line);
	return true;
}

/* greet - the reply to HELO and EHLO */
static void
greet(struct session *s)
{
	char *text;

	s->idle_talk++;
	s->has_greeted = true;
	s->is_esmtp = s->ev.verb == SMTP_EHLO;
	text = s->is_esmtp && s->ehlo
		   ? client_filter(s, s->cf->hostname, slice_of(s->ehlo),
			 (tls_offered(s) ? CLIENT_STARTTLS : 0) |
			     (auth_offered(s) ? CLIENT_AUTH : 0) |
			     (s->is_trusted ? CLIENT_TRUSTED : 0))
		   : talloc_asprintf(s, "250 %s\r\n", s->cf->hostname);
	if (text == NULL) {
		session_close(s, "421 4.3.0 Out of memory");
		return;
	}
	session_relay(s, slice_of(text));
	talloc_free(text);
}

static bool
run_hello(struct session *s)
{
	if (s->ev.args.len == 0)
		return refuse(s, "501 5.5.4 A name is needed");
	if (talks_idly(s))
		return refuse(s, "450 4.7.0 Nothing but talk");
	if (!hop_needed(s))
		return false;
	if (s->has_mail) {
		/* a hello in between ends the transaction over there, too */
		hop_send(
		    s, SENT_HELLO, SLICE("RSET"), (struct slice){ NULL, 0 });
		return false;
	}
	greet(s);
	return true;
}

static bool
run_mail(struct session *s)
{
	struct slice path;

	if (s->is_draining) {
		if (s->n_sent > 0)
			return false;
		session_close(s, "421 4.3.2 Service shuts down");
		return true;
	}
	if (tls_bar(s) != NULL)
		return refuse(s, tls_bar(s));
	if (!s->has_greeted)
		return refuse(s, "503 5.5.1 HELO or EHLO comes first");
	if (smtp_path(s->ev.args, "FROM", &path) != RC_OK)
		return refuse(s, "501 5.1.7 Syntax: MAIL FROM:<address>");
	if (!hop_needed(s))
		return false;
	return forward(s, SENT_MAIL, path);
}

/* take_ours - a recipient that the next hop does not hear of */
static bool
take_ours(struct session *s, struct slice path)
{
	char *address;

	if (s->n_sent > 0)
		return false;
	if (!s->has_mail) {
		session_error(s, "503 5.5.1 MAIL comes first");
		return true;
	}
	address = slice_dup(s, path);
	hop_accept_rcpt(s, &address);
	if (address != NULL) { /* it was not taken */
		talloc_free(address);
		session_error(s, "451 4.3.0 Out of memory");
		return true;
	}
	s->n_ours++;
	session_reply(s, "250 2.1.5 Ok");
	return true;
}

static bool
run_rcpt(struct session *s)
{
	struct slice path;
	struct ticket t;
	size_t i, octets = s->rcpt_octets, n_rcpts = s->n_rcpts;

	if (s->hop_state != HOP_READY || (!s->has_mail && s->n_sent == 0))
		return refuse(s, "503 5.5.1 MAIL comes first");
	if (s->in_chunks)
		return refuse(s, "503 5.5.1 RCPT has no place behind BDAT");
	if (smtp_path(s->ev.args, "TO", &path) != RC_OK || path.len == 0)
		return refuse(s, "501 5.1.3 Syntax: RCPT TO:<address>");
	for (i = 0; i < s->n_sent; i++) {
		if (s->queue[(s->first + i) % SESSION_QUEUE].kind != SENT_RCPT)
			continue;
		octets += SERVER_LINE_MAX;
		n_rcpts++;
	}
	if (octets + path.len >= RCPT_OCTETS_MAX || n_rcpts >= s->cf->max_rcpts)
		return refuse(s, "452 4.5.3 Too many recipients");
	if (s->cf->reply_base != NULL &&
	    ticket_parse(s->cf->reply_base, path, &t))
		return take_ours(s, path);
	return forward(s, SENT_RCPT, path);
}

static bool
run_data(struct session *s)
{
	const char *why = NULL;

	s->is_early = evbuffer_get_length(s->from_client) > 0;
	if (s->ev.args.len > 0)
		why = "501 5.5.4 DATA takes no argument";
	else if (!s->has_mail)
		why = "503 5.5.1 MAIL comes first";
	else if (s->in_chunks)
		why = "503 5.5.1 DATA has no place behind BDAT";
	else if (s->n_rcpts == 0)
		why = "554 5.5.1 No valid recipients";
	if (why == NULL && s->n_ours == s->n_rcpts) {
		s->is_ours = true;
		mail_begin(s, SLICE("354 End data with <CR><LF>.<CR><LF>\r\n"));
		return true;
	}
	if (why == NULL) {
		s->phase = PHASE_DATA;
		return forward(s, SENT_DATA, (struct slice){ NULL, 0 });
	}
	session_error(s, why);
	if (s->is_early && s->phase != PHASE_CLOSING)
		session_close(s, NULL); /* a body is no list of commands */
	return true;
}

static bool
run_rset(struct session *s)
{
	if (talks_idly(s))
		return refuse(s, "450 4.7.0 Nothing but talk");
	if (s->hop_state == HOP_READY)
		return forward(s, SENT_RSET, (struct slice){ NULL, 0 });
	return talk(s, "250 2.0.0 Ok");
}

static bool
run_noop(struct session *s)
{
	if (talks_idly(s))
		return refuse(s, "450 4.7.0 Nothing but talk");
	if (s->hop_state == HOP_READY)
		return forward(s, SENT_OTHER, (struct slice){ NULL, 0 });
	return talk(s, "250 2.0.0 Ok");
}

static bool
run_vrfy(struct session *s)
{
	if (talks_idly(s))
		return refuse(s, "450 4.7.0 Nothing but talk");
	if (s->hop_state == HOP_READY)
		return forward(s, SENT_OTHER, (struct slice){ NULL, 0 });
	return talk(s, "252 2.5.0 Send it and see");
}

static bool
run_quit(struct session *s)
{
	session_close(s, "221 2.0.0 Bye");
	return true;
}

static bool
run_help(struct session *s)
{
	session_reply(s, "214 2.0.0 See RFC 5321");
	return true;
}

static bool
run_not_here(struct session *s)
{
	return refuse(s, "502 5.5.1 Not offered here");
}

static bool
run_unknown(struct session *s)
{
	return refuse(s, "500 5.5.2 No such command");
}

static bool
run_not_from_you(struct session *s)
{
	session_close(s, "550 5.7.0 Not from you");
	return true;
}

/* address_in - ADDR=… in the arguments of XCLIENT; nothing: none that we read
 */
static struct slice
address_in(struct slice args)
{
	struct slice word = { args.at, 0 }, none = { NULL, 0 };
	const char *end = args.at + args.len;
	size_t i;

	for (; word.at < end; word.at += word.len + 1) {
		for (word.len = 0;
		     word.at + word.len < end && word.at[word.len] != ' ';)
			word.len++;
		if (word.len > 5 && strncasecmp(word.at, "ADDR=", 5) == 0)
			break;
	}
	if (word.at >= end)
		return none;
	word.at += 5;
	word.len -= 5;
	if (word.len > 5 && strncasecmp(word.at, "IPV6:", 5) == 0) {
		word.at += 5;
		word.len -= 5;
	}
	for (i = 0; i < word.len; i++)
		if (strchr("0123456789abcdefABCDEF.:", word.at[i]) == NULL)
			return none;
	return word.len > 0 && word.len < 46 ? word : none;
}

/* speak_for - XCLIENT or XFORWARD, which go on as they are */
static bool
speak_for(struct session *s, const char *name, enum sent_kind kind)
{
	struct slice none = { NULL, 0 };

	if (!s->is_trusted)
		return run_not_from_you(s);
	if (s->hop_state != HOP_READY ||
	    !client_offers(slice_of(s->ehlo), name))
		return refuse(s, "502 5.5.1 The next hop does not take it");
	if (s->has_mail)
		return refuse(s, "503 5.5.1 Not inside a transaction");
	return forward(
	    s, kind, kind == SENT_XCLIENT ? address_in(s->ev.args) : none);
}

static bool
run_xclient(struct session *s)
{
	return speak_for(s, "XCLIENT", SENT_XCLIENT);
}

static bool
run_xforward(struct session *s)
{
	return speak_for(s, "XFORWARD", SENT_OTHER);
}

static bool
run_foreign(struct session *s)
{
	session_close(s, "421 4.7.0 This is SMTP");
	return true;
}

static const struct {
	bool (*run)(struct session *s);
	bool waits; /* for the replies of all before it */
} rows[SMTP_VERBS] = {
	[SMTP_UNKNOWN] = { run_unknown, true },
	[SMTP_HELO] = { run_hello, true },
	[SMTP_EHLO] = { run_hello, true },
	[SMTP_MAIL] = { run_mail, false },
	[SMTP_RCPT] = { run_rcpt, false },
	[SMTP_DATA] = { run_data, true },
	[SMTP_RSET] = { run_rset, false },
	[SMTP_NOOP] = { run_noop, false },
	[SMTP_VRFY] = { run_vrfy, false },
	[SMTP_EXPN] = { run_not_here, true },
	[SMTP_HELP] = { run_help, true },
	[SMTP_QUIT] = { run_quit, true },
	[SMTP_AUTH] = { auth_command, true },
	[SMTP_STARTTLS] = { tls_command, true },
	[SMTP_BDAT] = { chunk_run, true },
	[SMTP_ETRN] = { run_not_here, true },
	[SMTP_XCLIENT] = { run_xclient, true },
	[SMTP_XFORWARD] = { run_xforward, true },
	[SMTP_PROXY] = { run_not_from_you, true },
	[SMTP_FOREIGN] = { run_foreign, true },
};

bool
session_command(struct session *s)
{
	if (s->phase == PHASE_ANSWER && s->ev.kind != SERVER_FLOOD)
		return auth_answer(s);
	if (s->ev.kind == SERVER_BAD_LINE) {
		if (!refuse(s, s->ev.fault))
			return false;
		server_forget(&s->server); /* it may hold a password */
		return true;
	}
	if (s->ev.kind == SERVER_FLOOD) {
		if (s->n_sent > 0)
			return false;
		session_close(s, "500 5.5.2 Line too long");
		return true;
	}
	if (rows[s->ev.verb].waits && s->n_sent > 0)
		return false;
	return rows[s->ev.verb].run(s);
}
