/*
 * settings_imap.c - folders that are watched by IMAP, and the words for each
 *
 *     imap.acme.example:993 user=anna@acme.example password-file=/etc/…/anna;
 *     mail.example:143 user=ben password-command='pass ben' folder='Sent Items'
 *
 * A semicolon ends one folder, blanks stand between its words; single quotes
 * hold blanks and semicolons. A value that is a path names a file with a folder
 * on each line instead. What a word does is said in promised.conf(5).
 */
#include "core/core.h"

#include "core/settings/settings_priv.h"

#define IMAP_MAX 256

/* a word's name, and what takes its value */
struct word {
	const char *name;
	enum rc (*set)(
	    struct settings_imap *a, const char *value, struct err *e);
};

static enum rc
some(struct settings_imap *a, char **at, const char *value, struct err *e)
{
	if (*value == '\0')
		return err_set(e, RC_BADINPUT, "nothing stands behind '='");
	return settings_replace(a, at, value, e);
}

static enum rc
path(struct settings_imap *a, char **at, const char *value, struct err *e)
{
	if (*value != '/')
		return err_set(
		    e, RC_BADINPUT, "'%s' does not begin with '/'", value);
	return settings_replace(a, at, value, e);
}

static enum rc
set_user(struct settings_imap *a, const char *value, struct err *e)
{
	return some(a, &a->user, value, e);
}

static enum rc
set_password_file(struct settings_imap *a, const char *value, struct err *e)
{
	return path(a, &a->password_file, value, e);
}

static enum rc
set_password_command(struct settings_imap *a, const char *value, struct err *e)
{
	return some(a, &a->password_command, value, e);
}

static enum rc
set_folder(struct settings_imap *a, const char *value, struct err *e)
{
	return some(a, &a->folder, value, e);
}

static enum rc
set_ca(struct settings_imap *a, const char *value, struct err *e)
{
	return path(a, &a->ca, value, e);
}

static enum rc
set_name(struct settings_imap *a, const char *value, struct err *e)
{
	return some(a, &a->name, value, e);
}

static enum rc
set_verify(struct settings_imap *a, const char *value, struct err *e)
{
	a->verifies = strcmp(value, "no") != 0;
	if (a->verifies && strcmp(value, "yes") != 0)
		return err_set(e, RC_BADINPUT,
		    "'%s' is neither \"yes\" nor \"no\"", value);
	return RC_OK;
}

static enum rc
set_tls(struct settings_imap *a, const char *value, struct err *e)
{
	if (settings_tls_word(value, &a->tls, e) != RC_OK)
		return e->rc;
	if (a->tls == TLS_OFFERED)
		return err_set(e, RC_BADINPUT,
		    "'offered' would send a password in clear to who takes the "
		    "offer away");
	return RC_OK;
}

static enum rc
set_auth(struct settings_imap *a, const char *value, struct err *e)
{
	a->is_token = strcmp(value, "xoauth2") == 0;
	if (!a->is_token && strcmp(value, "login") != 0)
		return err_set(e, RC_BADINPUT,
		    "'%s' is neither \"login\" nor \"xoauth2\"", value);
	return RC_OK;
}

static enum rc
set_since(struct settings_imap *a, const char *value, struct err *e)
{
	struct tm tm = { 0 };
	const char *end = strptime(value, "%Y-%m-%d", &tm);

	if (end == NULL || *end != '\0' || strlen(value) != 10)
		return err_set(
		    e, RC_BADINPUT, "'%s' is no day such as 2026-03-31", value);
	a->since = (int64_t)timegm(&tm);
	return RC_OK;
}

static enum rc
set_poll(struct settings_imap *a, const char *value, struct err *e)
{
	char *end;
	unsigned long s = strtoul(value, &end, 10);

	if (*value < '0' || *value > '9' || *end != '\0' || s < 1 || s > 3600)
		return err_set(e, RC_BADINPUT,
		    "'%s' is no number of seconds from 1 to 3600", value);
	a->poll_s = (unsigned)s;
	return RC_OK;
}

static const struct word words[] = {
	{ "auth", set_auth },
	{ "ca", set_ca },
	{ "folder", set_folder },
	{ "name", set_name },
	{ "password-command", set_password_command },
	{ "password-file", set_password_file },
	{ "poll", set_poll },
	{ "since", set_since },
	{ "tls", set_tls },
	{ "user", set_user },
	{ "verify", set_verify },
};

/* set_word - one "name=value" */
static enum rc
set_word(struct settings_imap *a, const char *text, struct err *e)
{
	size_t len = strcspn(text, "="), i;

	for (i = 0; i < ARRAY_LEN(words); i++)
		if (strlen(words[i].name) == len &&
		    memcmp(words[i].name, text, len) == 0)
			break;
	if (i == ARRAY_LEN(words) || text[len] != '=')
		return err_set(e, RC_BADINPUT,
		    "'%.*s': there is no such word for an IMAP folder",
		    (int)len, text); /* not its value: it may be a password */
	if (words[i].set(a, text + len + 1, e) != RC_OK)
		return err_context(e, "%s", words[i].name);
	return RC_OK;
}

/* cut - text up to one of `ends` outside quotes; *at: behind it, or NULL */
static char *
cut(char **at, const char *ends)
{
	char *text = *at, *c;
	bool is_quoted = false;

	for (c = text; *c != '\0'; c++) {
		if (*c == '\'')
			is_quoted = !is_quoted;
		if (!is_quoted && strchr(ends, *c) != NULL)
			break;
	}
	*at = *c != '\0' ? c + 1 : NULL;
	*c = '\0';
	return text;
}

/* unquote - take the quotes away, in place */
static void
unquote(char *text)
{
	char *to = text;

	for (; *text != '\0'; text++)
		if (*text != '\'')
			*to++ = *text;
	*to = '\0';
}

/* complete - what must be there, and what follows from it */
static enum rc
complete(struct settings_imap *a, struct err *e)
{
	if (a->user == NULL)
		return err_set(
		    e, RC_BADINPUT, "'%s': user= is missing", a->address);
	if ((a->password_file == NULL) == (a->password_command == NULL))
		return err_set(e, RC_BADINPUT,
		    "'%s': one of password-file= and password-command= is "
		    "needed",
		    a->address);
	if (a->tls == TLS_AUTO)
		a->tls = strcmp(strrchr(a->address, ':'), ":993") == 0
			     ? TLS_IMPLICIT
			     : TLS_REQUIRED;
	return RC_OK;
}

/* folder - one address and its words; text is changed */
static enum rc
folder(struct settings_imap *a, const struct settings_row *row, char *text,
    struct err *e)
{
	enum rc rc = RC_OK;
	char *word;

	while (rc == RC_OK && text != NULL) {
		word = cut(&text, " \t");
		unquote(word);
		if (*word == '\0')
			continue;
		if (a->address != NULL)
			rc = set_word(a, word, e);
		else if ((rc = settings_address_check(row, word, e)) == RC_OK)
			rc = settings_replace(a, &a->address, word, e);
	}
	return rc == RC_OK ? complete(a, e) : rc;
}

static bool
is_same(const struct settings_imap *a, const struct settings_imap *b)
{
	return strcmp(a->address, b->address) == 0 &&
	       strcmp(a->user, b->user) == 0 &&
	       (a->folder == NULL || b->folder == NULL
		       ? a->folder == b->folder
		       : strcmp(a->folder, b->folder) == 0);
}

/* add - one more; the same twice would be fetched twice */
static enum rc
add(struct settings_imaps *to, const struct settings_row *row, char *text,
    struct err *e)
{
	struct settings_imap *a;
	enum rc rc;
	size_t i;

	if (to->n == IMAP_MAX)
		return err_set(
		    e, RC_BADINPUT, "more than %d folders", IMAP_MAX);
	a = talloc_zero(to->items, struct settings_imap);
	if (a == NULL)
		return err_nomem(e);
	a->tls = TLS_AUTO;
	a->verifies = true;
	a->poll_s = SETTINGS_IMAP_POLL_S;
	a->since = SETTINGS_IMAP_FROM_NOW;
	rc = folder(a, row, text, e);
	for (i = 0; rc == RC_OK && i < to->n; i++)
		if (is_same(to->items[i], a))
			return err_set(e, RC_BADINPUT,
			    "'%s' of '%s' is there twice", a->address, a->user);
	to->items[to->n++] = a;
	return rc;
}

/* read_file - the lines of a file, with semicolons between; owned by mem */
static enum rc
read_file(TALLOC_CTX *mem, const char *path, char **out, struct err *e)
{
	char *text = NULL, *c;
	FILE *f = fopen(path, "re");
	size_t n = 0;

	if (f == NULL) {
		(void)err_errno(e, "'%s'", path);
		return e->rc = RC_BADINPUT;
	}
	text = talloc_zero_array(mem, char, SETTINGS_MAX_BYTES + 1);
	if (text != NULL)
		n = fread(text, 1, SETTINGS_MAX_BYTES, f);
	if (text == NULL || ferror(f) || !feof(f) || memchr(text, 0, n)) {
		(void)fclose(f);
		return err_set(e, RC_BADINPUT,
		    "'%s' is no text of less than %d octets", path,
		    SETTINGS_MAX_BYTES);
	}
	(void)fclose(f);
	for (c = text; *c != '\0'; c++) {
		if (*c == '#' && (c == text || c[-1] == ';'))
			while (*c != '\n' && *c != '\0')
				*c++ = ' ';
		if (*c == '\n')
			*c = ';';
		if (*c == '\0')
			break;
	}
	*out = text;
	return RC_OK;
}

static enum rc
imap_parse(TALLOC_CTX *mem, const struct settings_row *row, const char *value,
    void *at, struct err *e)
{
	struct settings_imaps *to = at, new = { .n = 0 };
	size_t quotes = 0, i;
	char *rest, *one;
	enum rc rc = RC_OK;

	new.items =
	    talloc_zero_array(mem, struct settings_imap *, IMAP_MAX + 1);
	new.text = talloc_strdup(new.items, value);
	rest = talloc_strdup(new.items, value);
	if (new.items == NULL || new.text == NULL || rest == NULL)
		return err_nomem(e);
	if (*value == '/')
		rc = read_file(new.items, value, &rest, e);
	for (i = 0; rest[i] != '\0'; i++)
		quotes += rest[i] == '\'';
	if (rc == RC_OK && quotes % 2 != 0)
		rc = err_set(e, RC_BADINPUT, "a quote ' is not closed");
	while (rc == RC_OK && rest != NULL) {
		one = cut(&rest, ";");
		if (one[strspn(one, " \t")] != '\0')
			rc = add(&new, row, one, e);
	}
	if (rc != RC_OK) {
		talloc_free(new.items);
		return rc;
	}
	talloc_free(to->items);
	*to = new;
	return RC_OK;
}

static char *
imap_show(TALLOC_CTX *mem, const struct settings_row *row, const void *at)
{
	(void)row;
	return talloc_strdup(mem, ((const struct settings_imaps *)at)->text);
}

const struct settings_type settings_imap = { imap_parse, imap_show };
