/*
 * session.h - one client, one next hop, one spool: the relay, without sockets
 *
 * The client gets the next hop's own replies. A message streams to the next
 * hop and to the spool; the client's end of data makes the copy durable, then
 * goes to the next hop, whose reply is written behind the copy and given to
 * the client. We queue nothing: until the client has that reply, the mail is
 * the client's.
 *
 * Answers to reminders go no further: a recipient that is a ticket (ticket.h)
 * is accepted here, and a message that has no other is ours once its copy is
 * durable; the next hop gets a RSET. With others it is relayed to those.
 *
 * Whoever owns the sockets fills session_from_client() and session_from_hop(),
 * calls session_run(), sends what is in session_to_client() and
 * session_to_hop(), and does what session_wants() says. Time is an argument.
 */
#ifndef MAILGW_SMTP_SESSION_H
#define MAILGW_SMTP_SESSION_H

#include "core/core.h"

#include <event2/buffer.h>

#include "core/settings/settings.h"
#include "mailgw/spool/spool.h"

struct session;

/* the spool as a session sees it; see spool.h. arg goes first everywhere. */
struct session_spool {
	void *arg;
	enum rc (*begin)(void *arg, const struct spool_envelope *env,
	    uint64_t *id, struct err *e);
	enum rc (*data)(
	    void *arg, uint64_t id, struct slice bytes, struct err *e);
	/* the answer comes by session_spooled(s) */
	enum rc (*end)(
	    void *arg, uint64_t id, struct session *s, struct err *e);
	enum rc (*outcome)(
	    void *arg, uint64_t id, enum spool_outcome outcome, struct err *e);
};

/* borrowed; outlives its sessions */
struct session_config {
	const char *hostname;         /* in greetings, both ways */
	enum settings_tls client_tls; /* not TLS_AUTO */
	enum settings_tls hop_tls;    /* TLS_AUTO: not to one near by */
	enum settings_auth auth;
	size_t max_message_bytes; /* larger ones pass unread */
	bool pass_unspooled;      /* on-failure = pass */
	bool refuse_bare;         /* bare-newlines = reject */
	size_t max_rcpts;
	int64_t wait_client_ms; /* for a whole command, or WINDOW_OCTETS */
	const char *reply_base; /* remind-from: mail to its tickets ends here;
				     NULL or "": none does */
	struct session_spool spool;
};

/* what session_wants() may hold */
enum {
	SESSION_CONNECT = 1,    /* open a connection to the next hop, then
				  session_hop_up() or session_hop_gone() */
	SESSION_DROP_HOP = 2,   /* close it now, without sending what is left */
	SESSION_HANG_UP = 4,    /* close the client once all is sent */
	SESSION_READ = 8,       /* octets of the client are welcome */
	SESSION_READ_HOP = 16,  /* octets of the next hop are welcome */
	SESSION_OVER = 32,      /* nothing is left to do: free it */
	SESSION_HOLD_HOP = 256, /* what is for the next hop may wait: the end of
				   the message will follow it */
	SESSION_TLS = 64,       /* send what is there, then take octets of the
				  client for TLS: session_tls_up() or
				  session_client_gone() */
	SESSION_TLS_HOP = 128,  /* the same with the next hop:
				  session_tls_hop_up() or _gone() */
};

/*
 * session_new - a client has connected; the greeting is in session_to_client()
 *
 * number      for the log
 * client      its address, copied
 * NULL at the memory limit
 */
struct session *session_new(TALLOC_CTX *mem, const struct session_config *cf,
    uint64_t number, const char *client, int64_t now_ms) must_check;

/* session_set_near - the client is on this machine */
void session_set_near(struct session *s);

/* session_wipe - drain n octets, and leave no copy of them */
void session_wipe(struct evbuffer *b, size_t n);

/* session_trust - what this client says of others by XCLIENT is believed */
void session_trust(struct session *s);

/* session_set_owner - a pointer for whoever drives the session */
void session_set_owner(struct session *s, void *owner);
void *session_owner(const struct session *s);
uint64_t session_number(const struct session *s);

/* buffers of the session's own */
struct evbuffer *session_from_client(struct session *s);
struct evbuffer *session_to_client(struct session *s);
struct evbuffer *session_from_hop(struct session *s);
struct evbuffer *session_to_hop(struct session *s);

/* session_clock - the time now: monotonic, and UTC seconds for the record */
void session_clock(struct session *s, int64_t now_ms, int64_t utc);

/* session_run - go on with what is in the buffers, as far as that goes */
void session_run(struct session *s);
unsigned session_wants(const struct session *s);

/* session_take_wants - the same; CONNECT, DROP_HOP and both TLS are said once
 */
unsigned session_take_wants(struct session *s) must_check;

/* what happened outside; each calls session_run() itself */
void session_hop_up(struct session *s, bool is_near);
void session_hop_gone(struct session *s, const char *why);
void session_client_eof(struct session *s);  /* it sends no more */
void session_client_gone(struct session *s); /* it cannot be reached */
void session_spooled(struct session *s, enum rc rc, const struct err *e);

/* TLS stands, with this version; whatever came before it is thrown away */
void session_tls_up(struct session *s, const char *version);
void session_tls_hop_up(struct session *s, const char *version);
void session_tls_hop_gone(struct session *s, const char *why);

/* session_tick - look at the time-outs; once a second is enough */
void session_tick(struct session *s);

/* session_drain - end now, or when the message in progress has its reply */
void session_drain(struct session *s);

#endif
