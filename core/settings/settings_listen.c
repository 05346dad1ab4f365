/*
 * settings_listen.c - where a program listens, and the words behind each place
 *
 *     127.0.0.1:2525; [::]:25 clients=10.0.0.0/8,2001:db8::/32; unix:/run/in
 *
 * A semicolon ends one place, blanks stand between its words, commas between
 * the items of a word's list. What a word does is said in promised.conf(5).
 */
#include "core/core.h"

#include <sys/un.h>

#include "core/settings/settings_priv.h"

#define LISTEN_MAX 32

/* a word's name, and what takes its value */
struct word {
	const char *name;
	enum rc (*set)(
	    struct settings_listener *l, const char *value, struct err *e);
};

/* peer_check - an address, a network, or whoever comes by a Unix socket */
static bool
peer_check(char *item)
{
	return strcmp(item, "unix") == 0 || settings_net_check(item);
}

/* nets - a list of addresses and networks, one at least */
static enum rc
nets(struct settings_listener *l, char ***at, const char *value, struct err *e)
{
	if (*value == '\0')
		return err_set(e, RC_BADINPUT, "an empty list");
	return settings_list_parse(
	    l, value, at, peer_check, "address or network", e);
}

static enum rc
set_clients(struct settings_listener *l, const char *value, struct err *e)
{
	return nets(l, &l->clients, value, e);
}

static enum rc
set_proxy(struct settings_listener *l, const char *value, struct err *e)
{
	return nets(l, &l->proxies, value, e);
}

static enum rc
set_xclient(struct settings_listener *l, const char *value, struct err *e)
{
	return nets(l, &l->trusted, value, e);
}

static enum rc
set_mode(struct settings_listener *l, const char *value, struct err *e)
{
	char *end;
	unsigned long mode = strtoul(value, &end, 8);

	if (*value < '0' || *value > '7' || *end != '\0' || mode == 0 ||
	    mode > 0777)
		return err_set(
		    e, RC_BADINPUT, "'%s' is no mode such as 660", value);
	l->mode = (unsigned)mode;
	return RC_OK;
}

static enum rc
set_owner(struct settings_listener *l, const char *value, struct err *e)
{
	return settings_replace(l, &l->owner, value, e);
}

static enum rc
set_group(struct settings_listener *l, const char *value, struct err *e)
{
	return settings_replace(l, &l->group, value, e);
}

static enum rc
set_tls(struct settings_listener *l, const char *value, struct err *e)
{
	l->has_tls = true;
	return settings_tls_word(value, &l->tls, e);
}

static enum rc
set_auth(struct settings_listener *l, const char *value, struct err *e)
{
	l->has_auth = true;
	return settings_auth_word(value, &l->auth, e);
}

static const struct word words[] = {
	{ "auth", set_auth },
	{ "clients", set_clients },
	{ "group", set_group },
	{ "mode", set_mode },
	{ "owner", set_owner },
	{ "proxy", set_proxy },
	{ "tls", set_tls },
	{ "xclient", set_xclient },
};

/* set_word - one "name=value" */
static enum rc
set_word(struct settings_listener *l, const char *text, struct err *e)
{
	size_t len = strcspn(text, "="), i;

	for (i = 0; i < ARRAY_LEN(words); i++)
		if (strlen(words[i].name) == len &&
		    memcmp(words[i].name, text, len) == 0)
			break;
	if (i == ARRAY_LEN(words) || text[len] != '=')
		return err_set(e, RC_BADINPUT,
		    "'%s': there is no such word for a place to listen", text);
	if (words[i].set(l, text + len + 1, e) != RC_OK)
		return err_context(e, "%s", words[i].name);
	return RC_OK;
}

/* set_address - HOST:PORT, [ADDRESS]:PORT or unix:/PATH */
static enum rc
set_address(struct settings_listener *l, const struct settings_row *row,
    const char *text, struct err *e)
{
	const char *path = settings_unix_path(text);

	if (path == NULL) {
		if (settings_address_check(row, text, e) != RC_OK)
			return e->rc;
	} else if (*path != '/' ||
		   strlen(path) >=
		       sizeof(((struct sockaddr_un *)0)->sun_path)) {
		return err_set(e, RC_BADINPUT,
		    "'%s' is not unix: and a path that begins with '/'", text);
	}
	return settings_replace(l, &l->address, text, e);
}

/* place - one address and its words; text is changed */
static enum rc
place(struct settings_listener *l, const struct settings_row *row, char *text,
    struct err *e)
{
	char *save = NULL, *word;
	enum rc rc;

	word = strtok_r(text, " \t", &save);
	rc = set_address(l, row, word, e);
	while (rc == RC_OK && (word = strtok_r(NULL, " \t", &save)) != NULL) {
		rc = set_word(l, word, e);
		if (rc == RC_OK)
			l->words =
			    talloc_asprintf_append(l->words, " %s", word);
	}
	if (rc == RC_OK && settings_unix_path(l->address) == NULL &&
	    (l->mode != 0 || l->owner != NULL || l->group != NULL))
		return err_set(e, RC_BADINPUT,
		    "'%s' is no file: it has no mode, owner or group",
		    l->address);
	if (rc == RC_OK && settings_unix_path(l->address) != NULL &&
	    l->clients != NULL && l->proxies == NULL)
		return err_set(e, RC_BADINPUT,
		    "'%s' knows no client by its address: its mode, owner and "
		    "group say who may connect",
		    l->address);
	return rc;
}

static enum rc
listen_parse(TALLOC_CTX *mem, const struct settings_row *row, const char *value,
    void *at, struct err *e)
{
	struct settings_listen *to = at, new = { .n = 0 };
	char *copy, *save = NULL, *one;
	enum rc rc = RC_OK;

	new.items =
	    talloc_zero_array(mem, struct settings_listener *, LISTEN_MAX + 1);
	new.text = talloc_strdup(new.items, value);
	copy = talloc_strdup(new.items, value);
	if (new.items == NULL || new.text == NULL || copy == NULL)
		return err_nomem(e);
	for (one = strtok_r(copy, ";", &save); rc == RC_OK && one != NULL;
	     one = strtok_r(NULL, ";", &save)) {
		struct settings_listener *l;

		if (one[strspn(one, " \t")] == '\0')
			continue;
		if (new.n == LISTEN_MAX) {
			rc = err_set(e, RC_BADINPUT,
			    "more than %d places to listen", LISTEN_MAX);
			break;
		}
		l = talloc_zero(new.items, struct settings_listener);
		if (l == NULL || (l->words = talloc_strdup(l, "")) == NULL) {
			rc = err_nomem(e);
			break;
		}
		new.items[new.n++] = l;
		rc = place(l, row, one, e);
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
listen_show(TALLOC_CTX *mem, const struct settings_row *row, const void *at)
{
	(void)row;
	return talloc_strdup(mem, ((const struct settings_listen *)at)->text);
}

const char *
settings_unix_path(const char *address)
{
	return strncmp(address, "unix:", 5) == 0 ? address + 5 : NULL;
}

/* door_parse - of a place that takes copies: fewer words fit */
static enum rc
door_parse(TALLOC_CTX *mem, const struct settings_row *row, const char *value,
    void *at, struct err *e)
{
	const struct settings_listen *to = at;
	const struct settings_listener *l;
	enum rc rc = listen_parse(mem, row, value, at, e);
	size_t i;

	for (i = 0; rc == RC_OK && i < to->n; i++) {
		l = to->items[i];
		if (l->proxies != NULL || l->trusted != NULL || l->has_tls ||
		    l->has_auth)
			rc = err_set(e, RC_BADINPUT,
			    "'%s': only clients=, mode=, owner= and group= "
			    "have a place here",
			    l->address);
	}
	return rc;
}

const struct settings_type settings_listen = { listen_parse, listen_show };
const struct settings_type settings_door = { door_parse, listen_show };
