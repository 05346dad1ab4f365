/*
 * gateway_tls.c - from settings to certificates, and their second reading
 */
#include "core/core.h"

#include "core/log/log.h"
#include "mailgw/smtp/gateway.h"

#define SOON_DAYS 14

/* words of the settings; "auto" is gone afterwards, but for the next hop */
static enum settings_tls
listener_tls(const struct gateway *gw, const struct settings_listener *l)
{
	enum settings_tls tls = l->has_tls ? l->tls : gw->settings->gateway_tls;
	bool is_unix = settings_unix_path(l->address) != NULL;

	if (tls == TLS_AUTO &&
	    (*gw->settings->tls_certificate == '\0' || is_unix))
		return TLS_NO;
	if (tls != TLS_NO && !is_unix && net_port_of(l->address) == 465)
		return TLS_IMPLICIT;
	return tls == TLS_AUTO ? TLS_OFFERED : tls;
}

enum rc
gateway_tls_listener(struct listener *l, struct err *e)
{
	struct gateway *gw = l->gw;

	l->session = gw->session;
	l->session.client_tls = listener_tls(gw, l->set);
	l->session.auth =
	    l->set->has_auth ? l->set->auth : gw->settings->gateway_auth;
	if (l->session.client_tls != TLS_NO &&
	    *gw->settings->tls_certificate == '\0')
		return err_set(e, RC_BADINPUT,
		    "TLS at '%s' needs tls-certificate and tls-key",
		    l->set->address);
	if (l->session.auth == AUTH_REQUIRED && l->session.client_tls == TLS_NO)
		return err_set(e, RC_BADINPUT,
		    "'%s' asks for AUTH and has no TLS for it: set "
		    "tls-certificate and tls-key",
		    l->set->address);
	return RC_OK;
}

/* load - one side; a certificate that ends soon is said */
static enum rc
load(struct tls_side *side, struct err *e)
{
	int days = INT_MAX;
	enum rc rc = tls_side_load(side, &days, e);

	if (rc == RC_OK && days < SOON_DAYS)
		log_event(EV_FAULT,
		    LOG_TEXT("reason", days < 0
					   ? "the certificate has expired"
					   : "the certificate expires soon"),
		    LOG_NUMBER("days", days));
	return rc;
}

/* host - "HOST" of "HOST:PORT" or "[HOST]:PORT" */
static char *
host(TALLOC_CTX *mem, const char *text)
{
	size_t len = (size_t)(strrchr(text, ':') - text);

	return *text == '[' ? talloc_strndup(mem, text + 1, len - 2)
			    : talloc_strndup(mem, text, len);
}

enum rc
gateway_tls(struct gateway *gw, struct err *e)
{
	const struct settings *s = gw->settings;
	enum rc rc = RC_OK;

	gw->session.hop_tls = s->next_hop_tls;
	if (s->next_hop_tls != TLS_NO && net_port_of(s->next_hop) == 465)
		gw->session.hop_tls = TLS_IMPLICIT;
	gw->server_orders = (struct tls_orders){ .is_server = true,
		.certificate = s->tls_certificate,
		.key = s->tls_key };
	gw->hop_orders = (struct tls_orders){ .ca = s->next_hop_ca,
		.name = *s->next_hop_name ? s->next_hop_name
					  : host(gw, s->next_hop),
		.verifies = s->next_hop_verify };
	if (*s->tls_certificate != '\0') {
		gw->server_side = tls_side_new(gw, &gw->server_orders);
		assert(gw->server_side != NULL);
		rc = load(gw->server_side, e);
		if (rc != RC_OK)
			(void)err_context(e, "tls-certificate, tls-key");
	}
	if (rc == RC_OK && gw->session.hop_tls != TLS_NO) {
		gw->hop_side = tls_side_new(gw, &gw->hop_orders);
		assert(gw->hop_side != NULL);
		rc = load(gw->hop_side, e);
		if (rc != RC_OK)
			(void)err_context(e, "next-hop-ca");
	}
	return rc;
}

void
gateway_tls_again(struct gateway *gw)
{
	struct tls_side *sides[] = { gw->server_side, gw->hop_side };
	struct err e = { .rc = RC_OK };
	bool fine = true;
	size_t i;

	for (i = 0; i < ARRAY_LEN(sides); i++) {
		if (sides[i] == NULL || load(sides[i], &e) == RC_OK)
			continue;
		fine = false;
		log_event(EV_FAULT, LOG_TEXT("reason", e.text),
		    LOG_TEXT(
			"effect", "what was read before goes on being used"));
	}
	if (fine)
		log_event(EV_GATEWAY_CERTIFICATES,
		    LOG_TEXT("certificate", gw->settings->tls_certificate));
}
