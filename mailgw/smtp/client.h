/*
 * client.h - what the next hop answers: bytes in, whole replies out
 *
 * Also what its EHLO reply offers, and which of that we pass on: keywords we
 * do not know change the dialogue in ways we would not see, so only those in
 * one table go through. No socket, no state of a transaction.
 */
#ifndef MAILGW_SMTP_CLIENT_H
#define MAILGW_SMTP_CLIENT_H

#include "core/core.h"

#define CLIENT_REPLY_MAX (64U << 10) /* octets of one reply, all its lines */

enum client_event_kind {
	CLIENT_NEED,  /* all is consumed, no whole reply yet */
	CLIENT_REPLY, /* code, text */
	CLIENT_FAULT  /* not SMTP, or too long: the connection is of no use */
};

struct client_event {
	enum client_event_kind kind;
	int code;          /* 200…599 */
	struct slice text; /* all lines with CRLF, control characters as
				'?'; valid until the next call */
	const char *fault;
};

struct client {
	char *text;
	size_t len, size, line; /* line: where the current one begins */
	int code;
};

void client_init(struct client *c);
void client_reset(struct client *c); /* frees what it holds */

/* client_push - as server_push(); text hangs below mem */
size_t client_push(struct client *c, TALLOC_CTX *mem, struct slice in,
    struct client_event *ev) must_check;

/* client_offers - does this reply to EHLO hold the keyword (upper case)? */
bool client_offers(struct slice ehlo, const char *keyword);

/*
 * client_filter - the reply we give to EHLO
 *
 * offer  CLIENT_STARTTLS, which is ours; CLIENT_AUTH: let the mechanisms pass
 *        that client_passes_auth() knows; CLIENT_TRUSTED: XCLIENT, XFORWARD
 *
 * Returns "250-HOSTNAME" and the keywords of ehlo that may pass, as lines with
 * CRLF; owned by mem; NULL at the memory limit.
 */
enum { CLIENT_STARTTLS = 1, CLIENT_AUTH = 2, CLIENT_TRUSTED = 4 };
char *client_filter(TALLOC_CTX *mem, const char *hostname, struct slice ehlo,
    unsigned offer) must_check;

/*
 * client_passes_auth - may this mechanism of SASL go through us?
 *
 * Not those that would encrypt what follows (GSSAPI), that are bound to the
 * TLS connection (…-PLUS), or that would prove who we are (EXTERNAL).
 */
bool client_passes_auth(struct slice mechanism);

#endif
