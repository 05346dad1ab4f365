/*
 * post_way.c - the way to the next hop: TLS, and who logs in
 */
#include "core/core.h"

#include "cal/remind/post.h"
#include "core/secret/secret.h"

/* is_near - does the hop's name say that it is this machine? */
static bool
is_near(const char *hop)
{
	return strncmp(hop, "127.", 4) == 0 || strncmp(hop, "[::1]:", 6) == 0 ||
	       strncasecmp(hop, "localhost:", 10) == 0;
}

static enum settings_tls
tls_of(const struct settings *s)
{
	const char *port = strrchr(s->next_hop, ':');
	bool is_near_hop = is_near(s->next_hop);

	if (s->next_hop_tls == TLS_IMPLICIT ||
	    (s->next_hop_tls != TLS_NO && port != NULL &&
		strcmp(port, ":465") == 0))
		return TLS_IMPLICIT;
	if (*s->remind_user != '\0' && !is_near_hop)
		return TLS_REQUIRED; /* no password in clear */
	if (s->next_hop_tls == TLS_AUTO)
		return is_near_hop ? TLS_NO : TLS_OFFERED;
	return s->next_hop_tls;
}

enum rc
post_way(TALLOC_CTX *mem, const struct settings *s, const char *hostname,
    struct post_way *out, struct err *e)
{
	char *password = NULL;
	enum rc rc = RC_OK;

	*out = (struct post_way){ .hop = s->next_hop,
		.hostname = hostname,
		.tls = tls_of(s),
		.verifies = s->next_hop_verify,
		.ca = s->next_hop_ca,
		.name = s->next_hop_name,
		.user = s->remind_user };
	if (*s->remind_user == '\0')
		return RC_OK;
	rc = secret_read(mem, "remind-password", s->remind_password_file,
	    s->remind_password_command, &password, e);
	out->password = password;
	return rc;
}
