/*
 * settings_tls.c - what a value of a setting about TLS may be
 */
#include "core/core.h"

#include "core/settings/settings_priv.h"

static const char *const tls_words[] = {
	[TLS_NO] = "no",
	[TLS_AUTO] = "auto",
	[TLS_OFFERED] = "offered",
	[TLS_REQUIRED] = "required",
	[TLS_IMPLICIT] = "implicit",
};
static const char *const auth_words[] = {
	[AUTH_NO] = "no",
	[AUTH_TLS] = "tls",
	[AUTH_LOOPBACK] = "loopback",
	[AUTH_REQUIRED] = "required",
};
static const char *const yesno_words[] = { "no", "yes" };

/* choose - the place of a value among words */
static enum rc
choose(const char *const *words, size_t n, const char *value, unsigned *out,
    struct err *e)
{
	char all[80];
	size_t i, len = 0;

	for (i = 0; i < n; i++) {
		*out = (unsigned)i;
		if (strcmp(value, words[i]) == 0)
			return RC_OK;
		len += (size_t)snprintf(all + len, sizeof(all) - len,
		    "%s\"%s\"", i == 0 ? "" : ", ", words[i]);
		assert(len < sizeof(all));
	}
	return err_set(e, RC_BADINPUT, "'%s' is none of %s", value, all);
}

enum rc
settings_tls_word(const char *value, enum settings_tls *out, struct err *e)
{
	unsigned i = 0;
	enum rc rc = choose(tls_words, ARRAY_LEN(tls_words), value, &i, e);

	if (rc == RC_OK)
		*out = (enum settings_tls)i;
	return rc;
}

enum rc
settings_auth_word(const char *value, enum settings_auth *out, struct err *e)
{
	unsigned i = 0;
	enum rc rc = choose(auth_words, ARRAY_LEN(auth_words), value, &i, e);

	if (rc == RC_OK)
		*out = (enum settings_auth)i;
	return rc;
}

static enum rc
tls_parse(TALLOC_CTX *mem, const struct settings_row *row, const char *value,
    void *at, struct err *e)
{
	(void)mem;
	(void)row;
	return settings_tls_word(value, at, e);
}

static char *
tls_show(TALLOC_CTX *mem, const struct settings_row *row, const void *at)
{
	(void)row;
	return talloc_strdup(mem, tls_words[*(const enum settings_tls *)at]);
}

static enum rc
auth_parse(TALLOC_CTX *mem, const struct settings_row *row, const char *value,
    void *at, struct err *e)
{
	(void)mem;
	(void)row;
	return settings_auth_word(value, at, e);
}

static char *
auth_show(TALLOC_CTX *mem, const struct settings_row *row, const void *at)
{
	(void)row;
	return talloc_strdup(mem, auth_words[*(const enum settings_auth *)at]);
}

static enum rc
yesno_parse(TALLOC_CTX *mem, const struct settings_row *row, const char *value,
    void *at, struct err *e)
{
	unsigned i = 0;
	enum rc rc = choose(yesno_words, 2, value, &i, e);

	(void)mem;
	(void)row;
	if (rc == RC_OK)
		*(bool *)at = i == 1;
	return rc;
}

static char *
yesno_show(TALLOC_CTX *mem, const struct settings_row *row, const void *at)
{
	(void)row;
	return talloc_strdup(mem, yesno_words[*(const bool *)at]);
}

static enum rc
file_parse(TALLOC_CTX *mem, const struct settings_row *row, const char *value,
    void *at, struct err *e)
{
	(void)row;
	if (*value != '\0' && *value != '/')
		return err_set(
		    e, RC_BADINPUT, "'%s' does not begin with '/'", value);
	return settings_replace(mem, at, value, e);
}

static char *
file_show(TALLOC_CTX *mem, const struct settings_row *row, const void *at)
{
	(void)row;
	return talloc_strdup(mem, *(char *const *)at);
}

const struct settings_type settings_file = { file_parse, file_show };
const struct settings_type settings_yesno = { yesno_parse, yesno_show };
const struct settings_type settings_tls = { tls_parse, tls_show };
const struct settings_type settings_auth = { auth_parse, auth_show };
