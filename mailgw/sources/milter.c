/*
 * milter.c - the mail filter protocol of Sendmail and Postfix, observing only
 *
 * A packet is 4 octets of length, a command, its data. Texts in it end with
 * NUL. Answers have the same form.
 */
#include "core/core.h"

#include "core/log/log.h"
#include "mailgw/sources/milter.h"

#define VERSION_LEAST 2
#define VERSION_MOST  6
#define MAX_RCPTS     10000
#define MAX_OCTETS    (SPOOL_ENVELOPE_MAX / 2) /* of recipients */

/* commands of the server */
enum {
	CMD_ABORT = 'A',
	CMD_BODY = 'B',
	CMD_CONNECT = 'C',
	CMD_MACRO = 'D',
	CMD_END = 'E',
	CMD_HELO = 'H',
	CMD_QUIT_NEW = 'K', /* another connection follows in this one */
	CMD_HEADER = 'L',
	CMD_MAIL = 'M',
	CMD_EOH = 'N',
	CMD_NEGOTIATE = 'O',
	CMD_QUIT = 'Q',
	CMD_RCPT = 'R',
	CMD_DATA = 'T',
	CMD_UNKNOWN = 'U'
};

/* what may be asked of the server: not to send, or not to wait for an answer */
enum {
	SKIP_HELO = 0x2,
	SKIP_EOH = 0x40,
	QUIET_HEADER = 0x80,
	SKIP_UNKNOWN = 0x100,
	SKIP_DATA = 0x200,
	QUIET_CONNECT = 0x1000,
	QUIET_HELO = 0x2000,
	QUIET_MAIL = 0x4000,
	QUIET_RCPT = 0x8000,
	QUIET_DATA = 0x10000,
	QUIET_UNKNOWN = 0x20000,
	QUIET_EOH = 0x40000,
	QUIET_BODY = 0x80000,
	LEADING_BLANKS = 0x100000 /* of header values are kept */
};
#define WISHES                                                                 \
	(SKIP_HELO | SKIP_EOH | SKIP_UNKNOWN | SKIP_DATA | QUIET_HEADER |      \
	    QUIET_CONNECT | QUIET_MAIL | QUIET_RCPT | QUIET_BODY |             \
	    LEADING_BLANKS)

struct milter_session {
	struct intake *intake;
	bool has_negotiated, is_committing, is_draining;
	uint32_t granted; /* of WISHES */
	char client[80];  /* of the server, "" where it is not known */
	/* the message; its memory */
	TALLOC_CTX *mail;
	char *mail_from;
	const char **rcpts;
	size_t n_rcpts, rcpt_octets;
	bool has_copy, is_begun, has_body;
	uint64_t octets;
	const char *trouble; /* the reply when its copy cannot be kept */
};

static uint32_t
number_at(const char *at)
{
	const unsigned char *u = (const unsigned char *)at;

	return (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 |
	       (uint32_t)u[2] << 8 | u[3];
}

static void
put_number(char *at, uint32_t n)
{
	at[0] = (char)(n >> 24);
	at[1] = (char)(n >> 16);
	at[2] = (char)(n >> 8);
	at[3] = (char)n;
}

/* answer - one packet */
static void
answer(struct milter_session *s, char command, struct slice data)
{
	char head[5];

	put_number(head, (uint32_t)data.len + 1);
	head[4] = command;
	if (evbuffer_add(s->intake->out, head, sizeof(head)) != 0 ||
	    evbuffer_add(s->intake->out, data.at, data.len) != 0)
		abort();
}

/* go_on - "continue", where the server waits for it */
static void
go_on(struct milter_session *s, uint32_t no_answer)
{
	if ((s->granted & no_answer) == 0)
		answer(s, 'c', SLICE(""));
}

static void
fault(struct milter_session *s, const char *reason)
{
	log_event(EV_DOOR_FAULT, LOG_TEXT("way", "milter"),
	    LOG_NUMBER("session", (int64_t)s->intake->number),
	    LOG_TEXT("reason", reason));
	s->intake->is_over = true;
}

/* reset - no message */
static void
reset(struct milter_session *s)
{
	if (s->has_copy)
		s->intake->drop(s->intake);
	TALLOC_FREE(s->mail);
	s->mail_from = NULL;
	s->rcpts = NULL;
	s->n_rcpts = s->rcpt_octets = 0;
	s->has_copy = s->is_begun = s->has_body = false;
	s->octets = 0;
	s->trouble = NULL;
}

/* over - the server gets its answer to the message */
static void
over(struct milter_session *s)
{
	if (s->trouble == NULL || *s->trouble == '\0')
		answer(s, 'c', SLICE(""));
	else /* a reply of SMTP, with its NUL */
		answer(s, 'y',
		    (struct slice){ s->trouble, strlen(s->trouble) + 1 });
	reset(s);
	s->is_committing = false;
	s->intake->is_over = s->is_draining;
}

/* failed - the copy cannot be kept: what the server hears at the end */
static void
failed(struct milter_session *s, enum rc rc, const struct err *e)
{
	bool passes = s->intake->settings->on_failure == ON_FAILURE_PASS;

	log_event(EV_DOOR_SPOOL, LOG_TEXT("way", "milter"),
	    LOG_NUMBER("session", (int64_t)s->intake->number),
	    LOG_TEXT("reason", e->text),
	    LOG_TEXT("mail", passes ? "passed" : "refused"));
	if (s->has_copy)
		s->intake->drop(s->intake);
	s->has_copy = false;
	s->trouble = passes           ? ""
		     : rc == RC_RETRY ? "452 4.3.1 Insufficient storage"
				      : "451 4.3.0 The copy cannot be written";
}

/* put - octets of the message into its copy */
static void
put(struct milter_session *s, struct slice bytes)
{
	struct err e;
	enum rc rc;

	s->octets += bytes.len;
	if (!s->has_copy)
		return;
	if (s->octets > s->intake->settings->max_message_bytes) {
		log_event(EV_DOOR_TOO_BIG, LOG_TEXT("way", "milter"),
		    LOG_NUMBER("session", (int64_t)s->intake->number));
		s->intake->drop(s->intake);
		s->has_copy = false;
		s->trouble = ""; /* it passes, unread */
		return;
	}
	rc = s->intake->data(s->intake, bytes, &e);
	if (rc != RC_OK)
		failed(s, rc, &e);
}

/* begin - the first of the message itself: now the envelope is known */
static void
begin(struct milter_session *s)
{
	static const char *nobody[] = { NULL };
	struct spool_envelope env = { s->intake->utc,
		*s->client ? s->client : s->intake->client,
		s->mail_from ? s->mail_from : "",
		s->rcpts ? s->rcpts : nobody };
	struct err e;
	enum rc rc;

	if (s->is_begun)
		return;
	s->is_begun = true;
	rc = s->intake->begin(s->intake, &env, &e);
	s->has_copy = rc == RC_OK;
	if (rc != RC_OK)
		failed(s, rc, &e);
}

/* text_at - the next NUL-ended text; false: there is none */
static bool
text_at(struct slice *data, struct slice *text)
{
	const char *nul = memchr(data->at, '\0', data->len);

	if (nul == NULL)
		return false;
	*text = (struct slice){ data->at, (size_t)(nul - data->at) };
	data->len -= text->len + 1;
	data->at = nul + 1;
	return true;
}

/* path - an address without its brackets; owned by the message */
static char *
path(struct milter_session *s, struct slice text)
{
	if (text.len >= 2 && text.at[0] == '<' &&
	    text.at[text.len - 1] == '>') {
		text.at++;
		text.len -= 2;
	}
	return slice_dup(s->mail, text);
}

/* --- commands */

static void
run_negotiate(struct milter_session *s, struct slice data)
{
	char ours[12];
	uint32_t version;

	if (data.len < sizeof(ours)) {
		fault(s, "a negotiation cut short");
		return;
	}
	version = number_at(data.at);
	if (version < VERSION_LEAST) {
		fault(s, "a version of the protocol before 2");
		return;
	}
	reset(s);
	s->granted = number_at(data.at + 8) & WISHES;
	s->has_negotiated = true;
	put_number(
	    ours, version < VERSION_MOST ? version : (uint32_t)VERSION_MOST);
	put_number(ours + 4, 0); /* nothing is ever changed */
	put_number(ours + 8, s->granted);
	answer(s, CMD_NEGOTIATE, (struct slice){ ours, sizeof(ours) });
}

static void
run_connect(struct milter_session *s, struct slice data)
{
	struct slice host, address;

	s->client[0] = '\0';
	/* family, port, address */
	if (text_at(&data, &host) && data.len > 3 &&
	    (data.at[0] == '4' || data.at[0] == '6')) {
		data.at += 3;
		data.len -= 3;
		if (text_at(&data, &address) &&
		    address.len < sizeof(s->client)) {
			memcpy(s->client, address.at, address.len);
			s->client[address.len] = '\0';
		}
	}
	go_on(s, QUIET_CONNECT);
}

static void
run_mail(struct milter_session *s, struct slice data)
{
	struct slice sender;

	reset(s);
	s->mail = talloc_new(s);
	if (s->mail != NULL && text_at(&data, &sender))
		s->mail_from = path(s, sender);
	go_on(s, QUIET_MAIL);
}

static void
run_rcpt(struct milter_session *s, struct slice data)
{
	struct slice rcpt;
	const char **list;

	go_on(s, QUIET_RCPT);
	if (s->mail == NULL || s->n_rcpts >= MAX_RCPTS ||
	    !text_at(&data, &rcpt) || s->rcpt_octets + rcpt.len > MAX_OCTETS)
		return;
	list = talloc_realloc(s->mail, s->rcpts, const char *, s->n_rcpts + 2);
	if (list == NULL)
		return;
	s->rcpts = list;
	list[s->n_rcpts] = path(s, rcpt);
	if (list[s->n_rcpts] != NULL)
		list[++s->n_rcpts] = NULL;
	s->rcpt_octets += rcpt.len + 1;
}

/* run_header - "NAME NUL VALUE NUL"; folds come with a bare LF */
static void
run_header(struct milter_session *s, struct slice data)
{
	struct slice name, value;
	const char *lf;
	size_t n;

	begin(s);
	go_on(s, QUIET_HEADER);
	if (!text_at(&data, &name) || !text_at(&data, &value))
		return;
	put(s, name);
	put(s, s->granted & LEADING_BLANKS ? SLICE(":") : SLICE(": "));
	while ((lf = memchr(value.at, '\n', value.len)) != NULL) {
		n = (size_t)(lf - value.at);
		put(s, (struct slice){
			   value.at, n > 0 && lf[-1] == '\r' ? n - 1 : n });
		put(s, SLICE("\r\n"));
		value.at += n + 1;
		value.len -= n + 1;
	}
	put(s, value);
	put(s, SLICE("\r\n"));
}

static void
put_body(struct milter_session *s, struct slice data)
{
	begin(s);
	if (!s->has_body)
		put(s, SLICE("\r\n"));
	s->has_body = true;
	put(s, data);
}

static void
run_end(struct milter_session *s, struct slice data)
{
	struct err e;
	enum rc rc;

	put_body(s, data);
	if (s->has_copy) {
		rc = s->intake->end(s->intake, &e);
		if (rc == RC_OK) {
			s->is_committing = true;
			return;
		}
		failed(s, rc, &e);
	}
	over(s);
}

static void
done(void *session, enum rc rc, const struct err *e)
{
	struct milter_session *s = session;

	assert(s->is_committing);
	if (rc != RC_OK) {
		failed(s, rc, e);
	} else {
		s->has_copy = false;
		s->intake->keep(s->intake);
		log_event(EV_DOOR_MESSAGE, LOG_TEXT("way", "milter"),
		    LOG_NUMBER("session", (int64_t)s->intake->number),
		    LOG_NUMBER("octets", (int64_t)s->octets),
		    LOG_NUMBER("rcpts", (int64_t)s->n_rcpts));
	}
	over(s);
}

static void
run_command(struct milter_session *s, char command, struct slice data)
{
	if (!s->has_negotiated && command != CMD_NEGOTIATE &&
	    command != CMD_QUIT) {
		fault(s, "a command before the negotiation");
		return;
	}
	switch (command) {
	case CMD_NEGOTIATE:
		run_negotiate(s, data);
		break;
	case CMD_MACRO:
		break;
	case CMD_CONNECT:
		run_connect(s, data);
		break;
	case CMD_HELO:
		go_on(s, QUIET_HELO);
		break;
	case CMD_MAIL:
		run_mail(s, data);
		break;
	case CMD_RCPT:
		run_rcpt(s, data);
		break;
	case CMD_DATA:
		go_on(s, QUIET_DATA);
		break;
	case CMD_HEADER:
		run_header(s, data);
		break;
	case CMD_EOH:
		go_on(s, QUIET_EOH);
		break;
	case CMD_BODY:
		put_body(s, data);
		go_on(s, QUIET_BODY);
		break;
	case CMD_END:
		run_end(s, data);
		break;
	case CMD_ABORT:
		reset(s);
		break;
	case CMD_QUIT_NEW:
		reset(s);
		s->client[0] = '\0';
		break;
	case CMD_UNKNOWN:
		go_on(s, QUIET_UNKNOWN);
		break;
	case CMD_QUIT:
		s->intake->is_over = true;
		break;
	default:
		fault(s, "a command that is none");
	}
}

static void
take(void *session)
{
	struct milter_session *s = session;
	struct evbuffer *in = s->intake->in;
	const char *packet;
	char head[4];
	uint32_t len;

	while (!s->is_committing && !s->intake->is_over &&
	       evbuffer_copyout(in, head, sizeof(head)) ==
		   (ev_ssize_t)sizeof(head)) {
		len = number_at(head);
		if (len == 0 || len > MILTER_PACKET_MAX) {
			fault(s, "a packet of no sensible length");
			return;
		}
		if (evbuffer_get_length(in) < 4 + (size_t)len)
			return;
		packet = (const char *)evbuffer_pullup(in, 4 + (ev_ssize_t)len);
		if (packet == NULL)
			abort();
		run_command(
		    s, packet[4], (struct slice){ packet + 5, len - 1 });
		(void)evbuffer_drain(in, 4 + (size_t)len);
	}
}

/* drain - a message in progress may end; the server opens a new connection
 * for the next one, or does without us as it was told */
static void
drain(void *session)
{
	struct milter_session *s = session;

	s->is_draining = true;
	if (s->mail == NULL)
		s->intake->is_over = true;
}

static void *
open_session(TALLOC_CTX *mem, struct intake *i)
{
	struct milter_session *s = talloc_zero(mem, struct milter_session);

	if (s != NULL)
		s->intake = i;
	return s;
}

const struct intake_protocol milter_protocol = {
	.open = open_session,
	.take = take,
	.done = done,
	.drain = drain,
};
