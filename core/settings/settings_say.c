/*
 * settings_say.c - what a value of a setting about reminders may be
 */
#include "core/core.h"

#include "core/settings/settings_priv.h"

#define ADDRESS_MAX 254

/* is_address - local@domain without blanks, quotes or brackets */
static bool
is_address(const char *text)
{
	const char *at = strrchr(text, '@'), *c;

	if (at == NULL || at == text || strchr(at + 1, '.') == at + 1 ||
	    at[1] == '\0' || strlen(text) > ADDRESS_MAX)
		return false;
	for (c = text; *c != '\0'; c++)
		if ((unsigned char)*c <= 0x20 || strchr("<>()\",;:\\", *c) ||
		    (*c == '@' && c != at))
			return false;
	return true;
}

static enum rc
mailbox_parse(TALLOC_CTX *mem, const struct settings_row *row,
    const char *value, void *at, struct err *e)
{
	(void)row;
	if (*value != '\0' && !is_address(value))
		return err_set(e, RC_BADINPUT, "'%s' is no address", value);
	return settings_replace(mem, at, value, e);
}

static char *
mailbox_show(TALLOC_CTX *mem, const struct settings_row *row, const void *at)
{
	(void)row;
	return talloc_strdup(mem, *(char *const *)at);
}

/* people_check - an address or a domain, put into lower case */
static bool
people_check(char *item)
{
	char *c;

	for (c = item; *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	if (strchr(item, '@') != NULL)
		return is_address(item);
	return strpbrk(item, "<>()\",;:\\") == NULL;
}

static enum rc
people_parse(TALLOC_CTX *mem, const struct settings_row *row, const char *value,
    void *at, struct err *e)
{
	(void)row;
	return settings_list_parse(
	    mem, value, at, people_check, "address or domain", e);
}

/* team_check - NAME:ADDRESS */
static bool
team_check(char *item)
{
	const char *colon = strchr(item, ':');

	return colon != NULL && colon > item && is_address(colon + 1);
}

static enum rc
teams_parse(TALLOC_CTX *mem, const struct settings_row *row, const char *value,
    void *at, struct err *e)
{
	(void)row;
	return settings_list_parse(
	    mem, value, at, team_check, "NAME:ADDRESS", e);
}

static enum rc
clock_of(TALLOC_CTX *mem, const struct settings_row *row, const char *value,
    void *at, struct err *e)
{
	const char *t = value;
	int min = -1;

	(void)mem;
	(void)row;
	if (*value != '\0' &&
	    (!settings_clock_parse(&t, &min) || *t != '\0' || min >= 24 * 60))
		return err_set(
		    e, RC_BADINPUT, "'%s' is no hour such as \"08:30\"", value);
	*(int *)at = min;
	return RC_OK;
}

static char *
clock_show(TALLOC_CTX *mem, const struct settings_row *row, const void *at)
{
	int min = *(const int *)at;

	(void)row;
	if (min < 0)
		return talloc_strdup(mem, "");
	return talloc_asprintf(mem, "%02d:%02d", min / 60, min % 60);
}

static const char *const remind_words[] = {
	[REMIND_MAIL] = "mail",
	[REMIND_DIGEST] = "digest",
	[REMIND_LOG] = "log",
};
static const char *const receipts_words[] = {
	[RECEIPTS_NOW] = "now",
	[RECEIPTS_DIGEST] = "digest",
	[RECEIPTS_NEVER] = "never",
};

/* choose - one of three words */
static enum rc
choose(
    const char *const words[3], const char *value, unsigned *out, struct err *e)
{
	for (*out = 0; *out < 3; (*out)++)
		if (strcmp(value, words[*out]) == 0)
			return RC_OK;
	return err_set(e, RC_BADINPUT,
	    "'%s' is neither \"%s\", \"%s\" nor \"%s\"", value, words[0],
	    words[1], words[2]);
}

static enum rc
remind_parse(TALLOC_CTX *mem, const struct settings_row *row, const char *value,
    void *at, struct err *e)
{
	unsigned i = 0;
	enum rc rc = choose(remind_words, value, &i, e);

	(void)mem;
	(void)row;
	if (rc == RC_OK)
		*(enum settings_remind *)at = (enum settings_remind)i;
	return rc;
}

static char *
remind_show(TALLOC_CTX *mem, const struct settings_row *row, const void *at)
{
	(void)row;
	return talloc_strdup(
	    mem, remind_words[*(const enum settings_remind *)at]);
}

static enum rc
receipts_parse(TALLOC_CTX *mem, const struct settings_row *row,
    const char *value, void *at, struct err *e)
{
	unsigned i = 0;
	enum rc rc = choose(receipts_words, value, &i, e);

	(void)mem;
	(void)row;
	if (rc == RC_OK)
		*(enum settings_receipts *)at = (enum settings_receipts)i;
	return rc;
}

static char *
receipts_show(TALLOC_CTX *mem, const struct settings_row *row, const void *at)
{
	(void)row;
	return talloc_strdup(
	    mem, receipts_words[*(const enum settings_receipts *)at]);
}

const struct settings_type settings_mailbox = { mailbox_parse, mailbox_show };
const struct settings_type settings_people = { people_parse,
	settings_list_show };
const struct settings_type settings_teams = { teams_parse, settings_list_show };
const struct settings_type settings_clock = { clock_of, clock_show };
const struct settings_type settings_remind = { remind_parse, remind_show };
const struct settings_type settings_receipts = { receipts_parse,
	receipts_show };

bool
settings_names(char *const *people, const char *address)
{
	const char *at = strrchr(address, '@');

	for (; people != NULL && *people != NULL; people++)
		if (strcasecmp(*people, address) == 0 ||
		    (at != NULL && strcasecmp(*people, at + 1) == 0))
			return true;
	return false;
}

/* is_in_team - does `teams` name this person there? */
static bool
is_in_team(
    const struct settings *s, const char *team, size_t len, const char *address)
{
	char *const *t;

	for (t = s->teams; t != NULL && *t != NULL; t++)
		if (strncmp(*t, team, len) == 0 && (*t)[len] == ':' &&
		    strcasecmp(*t + len + 1, address) == 0)
			return true;
	return false;
}

const char *
settings_manager(const struct settings *s, const char *address)
{
	const char *at = strrchr(address, '@');
	char *const *m;
	size_t len;

	for (m = s->managers; m != NULL && *m != NULL; m++) {
		len = strcspn(*m, ":");
		if ((strlen(address) == len &&
			strncasecmp(*m, address, len) == 0) ||
		    (at != NULL && strlen(at + 1) == len &&
			strncasecmp(*m, at + 1, len) == 0) ||
		    is_in_team(s, *m, len, address))
			return *m + len + 1;
	}
	return s->team_address;
}
