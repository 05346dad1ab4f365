/*
 * tls.c - one TLS connection, and what a direction's connections share
 */
#include "core/core.h"

#include <arpa/inet.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "mailgw/smtp/tls.h"

struct tls_side {
	const struct tls_orders *orders;
	SSL_CTX *ctx;
	SSL_SESSION *last; /* client: of the last handshake; saves the next */
};

struct tls {
	SSL *ssl;
	BIO *in;
	char why[160];
};

/* fault - what OpenSSL has to say, for e and for a person */
static enum rc
fault(struct err *e, const char *what)
{
	char text[120];

	ERR_error_string_n(ERR_peek_error(), text, sizeof(text));
	(void)err_set(e, RC_BADINPUT, "%s: %s", what,
	    ERR_reason_error_string(ERR_peek_error())
		? ERR_reason_error_string(ERR_peek_error())
		: text);
	ERR_clear_error();
	return RC_BADINPUT;
}

static int
side_free(struct tls_side *side)
{
	SSL_SESSION_free(side->last);
	SSL_CTX_free(side->ctx);
	return 0;
}

struct tls_side *
tls_side_new(TALLOC_CTX *mem, const struct tls_orders *orders)
{
	struct tls_side *side = talloc_zero(mem, struct tls_side);

	if (side == NULL)
		return NULL;
	side->orders = orders;
	talloc_set_destructor(side, side_free);
	return side;
}

/* no_password - nobody is there to type one */
static int
no_password(char *buf, int size, int writing, void *arg)
{
	(void)writing;
	(void)arg;
	if (size > 0)
		buf[0] = '\0';
	return -1;
}

/* keep_session - the next handshake with the same next hop is shorter */
static int
keep_session(SSL *ssl, SSL_SESSION *session)
{
	struct tls_side *side = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));

	if (side->ctx != SSL_get_SSL_CTX(ssl))
		return 0; /* of older orders */
	SSL_SESSION_free(side->last);
	side->last = session;
	return 1;
}

/* load_own - certificate, chain and key */
static enum rc
load_own(
    SSL_CTX *ctx, const struct tls_orders *o, int *expires_days, struct err *e)
{
	const char *key = *o->key ? o->key : o->certificate;
	int days = 0, seconds = 0;

	SSL_CTX_set_default_passwd_cb(ctx, no_password);
	if (SSL_CTX_use_certificate_chain_file(ctx, o->certificate) != 1)
		return fault(e, o->certificate);
	if (SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_check_private_key(ctx) != 1)
		return fault(e, key);
	if (ASN1_TIME_diff(&days, &seconds, NULL,
		X509_get0_notAfter(SSL_CTX_get0_certificate(ctx))) == 1)
		*expires_days = days < 0 || seconds < 0 ? days - 1 : days;
	(void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	(void)SSL_CTX_set_num_tickets(ctx, 1);
	(void)SSL_CTX_set_dh_auto(ctx, 1);
	return RC_OK;
}

/* load_trust - who may sign for the next hop */
static enum rc
load_trust(SSL_CTX *ctx, struct tls_side *side, struct err *e)
{
	const struct tls_orders *o = side->orders;

	(void)SSL_CTX_set_session_cache_mode(
	    ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
	(void)SSL_CTX_set_app_data(ctx, side);
	SSL_CTX_sess_set_new_cb(ctx, keep_session);
	if (!o->verifies)
		return RC_OK;
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	if (*o->ca ? SSL_CTX_load_verify_file(ctx, o->ca) != 1
		   : SSL_CTX_set_default_verify_paths(ctx) != 1)
		return fault(e, *o->ca ? o->ca : "the system's authorities");
	return RC_OK;
}

enum rc
tls_side_load(struct tls_side *side, int *expires_days, struct err *e)
{
	SSL_CTX *ctx;
	int days = INT_MAX;
	enum rc rc;

	ERR_clear_error();
	ctx = SSL_CTX_new(side->orders->is_server ? TLS_server_method()
						  : TLS_client_method());
	if (ctx == NULL)
		return fault(e, "OpenSSL");
	(void)SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	(void)SSL_CTX_set_options(ctx,
	    SSL_OP_NO_RENEGOTIATION | SSL_OP_CLEANSE_PLAINTEXT |
		SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
	(void)SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
					SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
					SSL_MODE_RELEASE_BUFFERS);
	rc = side->orders->is_server ? load_own(ctx, side->orders, &days, e)
				     : load_trust(ctx, side, e);
	if (rc != RC_OK) {
		SSL_CTX_free(ctx);
		return rc;
	}
	SSL_SESSION_free(side->last);
	side->last = NULL;
	SSL_CTX_free(side->ctx); /* connections hold on to theirs */
	side->ctx = ctx;
	if (expires_days != NULL)
		*expires_days = days;
	return RC_OK;
}

static int
tls_free(struct tls *t)
{
	SSL_free(t->ssl);
	return 0;
}

/* aim - say whom we want to talk to, and whose certificate it must be */
static bool
aim(SSL *ssl, struct tls_side *side)
{
	const char *name = side->orders->name;
	unsigned char raw[16];
	bool is_address = inet_pton(AF_INET, name, raw) == 1 ||
			  inet_pton(AF_INET6, name, raw) == 1;

	SSL_set_connect_state(ssl);
	if (side->last != NULL && SSL_set_session(ssl, side->last) != 1)
		return false;
	if (!is_address && SSL_set_tlsext_host_name(ssl, name) != 1)
		return false;
	if (!side->orders->verifies)
		return true;
	SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (is_address)
		return X509_VERIFY_PARAM_set1_ip_asc(
			   SSL_get0_param(ssl), name) == 1;
	return SSL_set1_host(ssl, name) == 1;
}

struct tls *
tls_open(TALLOC_CTX *mem, struct tls_side *side, int fd)
{
	struct tls *t = talloc_zero(mem, struct tls);
	BIO *out = BIO_new_socket(fd, BIO_NOCLOSE);

	assert(side->ctx != NULL);
	if (t == NULL || out == NULL)
		goto fail;
	t->ssl = SSL_new(side->ctx);
	t->in = BIO_new(BIO_s_mem());
	if (t->ssl == NULL || t->in == NULL)
		goto fail;
	SSL_set_bio(t->ssl, t->in, out);
	talloc_set_destructor(t, tls_free);
	if (side->orders->is_server)
		SSL_set_accept_state(t->ssl);
	else if (!aim(t->ssl, side))
		TALLOC_FREE(t);
	return t;
fail:
	if (t != NULL) {
		SSL_free(t->ssl);
		BIO_free(t->in);
	}
	BIO_free(out);
	talloc_free(t);
	return NULL;
}

void
tls_put(struct tls *t, struct slice cipher)
{
	if (BIO_write(t->in, cipher.at, (int)cipher.len) != (int)cipher.len)
		abort(); /* better than a mail with a hole in it */
}

/* advice - the setting that has to do with it */
static const char *
advice(long verdict)
{
	switch (verdict) {
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		return " (see next-hop-name)";
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		return " (see next-hop-ca)";
	default:
		return "";
	}
}

/* why - the reason of a failed handshake */
static const char *
why(struct tls *t)
{
	unsigned long code = ERR_peek_error();
	const char *reason = ERR_reason_error_string(code);
	long verdict = SSL_get_verify_result(t->ssl);

	if (SSL_get_verify_mode(t->ssl) != SSL_VERIFY_NONE &&
	    verdict != X509_V_OK)
		(void)snprintf(t->why, sizeof(t->why), "its certificate: %s%s",
		    X509_verify_cert_error_string(verdict), advice(verdict));
	else if (reason != NULL)
		(void)snprintf(t->why, sizeof(t->why), "%s", reason);
	else
		(void)snprintf(t->why, sizeof(t->why), "%s",
		    errno ? strerror(errno) : "closed");
	return t->why;
}

enum tls_step
tls_shake(struct tls *t, const char **reason)
{
	int n;

	ERR_clear_error();
	errno = 0;
	n = SSL_do_handshake(t->ssl);
	if (n == 1)
		return TLS_STANDS;
	switch (SSL_get_error(t->ssl, n)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return TLS_GOES_ON;
	default:
		*reason = why(t);
		ERR_clear_error();
		return TLS_FAILED;
	}
}

bool
tls_wants_write(const struct tls *t)
{
	return SSL_want_write(t->ssl);
}

const char *
tls_version(const struct tls *t)
{
	return SSL_get_version(t->ssl);
}

/* result - of SSL_read() and SSL_write(), as read(2) has it */
static ssize_t
result(struct tls *t, int n)
{
	int error = errno;

	if (n > 0)
		return n;
	switch (SSL_get_error(t->ssl, n)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		errno = EAGAIN;
		return -1;
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	case SSL_ERROR_SYSCALL:
		errno = error ? error : EPROTO;
		break;
	default:
		errno = EPROTO;
	}
	ERR_clear_error();
	return -1;
}

ssize_t
tls_read(struct tls *t, void *at, size_t size)
{
	ERR_clear_error();
	errno = 0;
	return result(
	    t, SSL_read(t->ssl, at, size > INT_MAX ? INT_MAX : (int)size));
}

ssize_t
tls_write(struct tls *t, const void *at, size_t len)
{
	ERR_clear_error();
	errno = 0;
	return result(
	    t, SSL_write(t->ssl, at, len > INT_MAX ? INT_MAX : (int)len));
}

void
tls_end(struct tls *t)
{
	ERR_clear_error();
	if (SSL_is_init_finished(t->ssl))
		(void)SSL_shutdown(t->ssl);
	ERR_clear_error();
}
