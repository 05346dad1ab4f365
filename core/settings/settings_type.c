/*
 * settings_type.c - what a value of each type may be, both ways
 *
 * Text arrives valid as text (settings.c has refused control characters and
 * quotes); each parse function says what is wrong with the value and leaves
 * setting, file and line to its caller.
 */
#include "core/core.h"

#include <arpa/inet.h>

#include "core/civil/civil.h"
#include "core/settings/settings_priv.h"

static const char *const week_names[] = { "mon", "tue", "wed", "thu", "fri",
	"sat", "sun" };

/* is_name_char - of a host name; octets above 127 are IDN in UTF-8 */
static bool
is_name_char(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
	       c >= 0x80;
}

/* is_host - a host name or an IPv4 address */
static bool
is_host(const char *at, size_t len)
{
	size_t i;

	if (len == 0 || len > 253 || *at == '.' || *at == '-')
		return false;
	for (i = 0; i < len; i++)
		if (!is_name_char((unsigned char)at[i]))
			return false;
	return true;
}

/* number - decimal digits to their end; false where there is anything else */
static bool
number(const char *text, const char **end, uint64_t *out)
{
	uint64_t n = 0;

	if (*text < '0' || *text > '9')
		return false;
	for (; *text >= '0' && *text <= '9'; text++)
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, (uint64_t)(*text - '0'), &n))
			return false;
	*end = text;
	*out = n;
	return true;
}

enum rc
settings_replace(TALLOC_CTX *mem, void *at, const char *value, struct err *e)
{
	char **to = at, *copy = talloc_strdup(mem, value);

	if (copy == NULL)
		return err_nomem(e);
	talloc_free(*to);
	*to = copy;
	return RC_OK;
}

static enum rc
text_parse(TALLOC_CTX *mem, const struct settings_row *row, const char *value,
    void *at, struct err *e)
{
	(void)row;
	return settings_replace(mem, at, value, e);
}

static char *
text_show(TALLOC_CTX *mem, const struct settings_row *row, const void *at)
{
	(void)row;
	return talloc_strdup(mem, *(char *const *)at);
}

static enum rc
folder_parse(TALLOC_CTX *mem, const struct settings_row *row, const char *value,
    void *at, struct err *e)
{
	size_t len = strlen(value);
	char *cut;
	enum rc rc;

	if (*value == '\0' && *row->def == '\0')
		return settings_replace(mem, at, value, e);
	if (*value != '/')
		return err_set(
		    e, RC_BADINPUT, "'%s' does not begin with '/'", value);
	while (len > 1 && value[len - 1] == '/')
		len--;
	cut = talloc_strndup(mem, value, len);
	if (cut == NULL)
		return err_nomem(e);
	rc = settings_replace(mem, at, cut, e);
	talloc_free(cut);
	return rc;
}

enum rc
settings_address_check(
    const struct settings_row *row, const char *value, struct err *e)
{
	const char *colon = strrchr(value, ':'), *end;
	unsigned char in6[16];
	char inner[64];
	uint64_t port;
	size_t len;

	if (colon == NULL)
		return err_set(e, RC_BADINPUT, "'%s' has no ':PORT'", value);
	len = (size_t)(colon - value);
	if (!number(colon + 1, &end, &port) || *end != '\0' ||
	    port < row->min || port > row->max)
		return err_set(e, RC_BADINPUT,
		    "'%s': the port is no number from %" PRIu64 " to %" PRIu64,
		    value, row->min, row->max);
	if (*value == '[') {
		if (len < 3 || len - 2 >= sizeof(inner) ||
		    value[len - 1] != ']')
			return err_set(e, RC_BADINPUT,
			    "'%s' is not [ADDRESS]:PORT", value);
		memcpy(inner, value + 1, len - 2);
		inner[len - 2] = '\0';
		if (inet_pton(AF_INET6, inner, in6) != 1)
			return err_set(
			    e, RC_BADINPUT, "'%s' is no IPv6 address", inner);
	} else if (!is_host(value, len)) {
		return err_set(e, RC_BADINPUT,
		    "'%s' is not HOST:PORT or [ADDRESS]:PORT", value);
	}
	return RC_OK;
}

static enum rc
address_parse(TALLOC_CTX *mem, const struct settings_row *row,
    const char *value, void *at, struct err *e)
{
	if (settings_address_check(row, value, e) != RC_OK)
		return e->rc;
	return settings_replace(mem, at, value, e);
}

static enum rc
url_parse(TALLOC_CTX *mem, const struct settings_row *row, const char *value,
    void *at, struct err *e)
{
	const char *host = NULL;
	size_t len;
	char *cut;
	enum rc rc;

	(void)row;
	if (strncmp(value, "http://", 7) == 0)
		host = value + 7;
	else if (strncmp(value, "https://", 8) == 0)
		host = value + 8;
	if (*value != '\0' && (host == NULL || *host == '\0' || *host == '/' ||
				  strpbrk(value, " <>?#") != NULL))
		return err_set(e, RC_BADINPUT,
		    "'%s' is not http://HOST… or https://HOST…", value);
	len = strlen(value);
	while (len > 0 && value[len - 1] == '/')
		len--;
	cut = talloc_strndup(mem, value, len);
	if (cut == NULL)
		return err_nomem(e);
	rc = settings_replace(mem, at, cut, e);
	talloc_free(cut);
	return rc;
}

static enum rc
host_parse(TALLOC_CTX *mem, const struct settings_row *row, const char *value,
    void *at, struct err *e)
{
	(void)row;
	if (*value != '\0' && !is_host(value, strlen(value)))
		return err_set(e, RC_BADINPUT, "'%s' is no host name", value);
	return settings_replace(mem, at, value, e);
}

enum rc
settings_list_parse(TALLOC_CTX *mem, const char *value, void *at,
    settings_item_fn check, const char *what, struct err *e)
{
	char ***to = at, **list;
	size_t count = 0, len;

	list = talloc_zero_array(mem, char *, SETTINGS_MAX_ITEMS + 1);
	if (list == NULL)
		return err_nomem(e);
	for (value += strspn(value, " ,"); *value != '\0';
	     value += len + strspn(value + len, " ,")) {
		len = strcspn(value, " ,");
		if (count == SETTINGS_MAX_ITEMS) {
			talloc_free(list);
			return err_set(e, RC_BADINPUT, "more than %d items",
			    SETTINGS_MAX_ITEMS);
		}
		list[count] = talloc_strndup(list, value, len);
		if (list[count] == NULL) {
			talloc_free(list);
			return err_nomem(e);
		}
		if (!check(list[count])) {
			(void)err_set(e, RC_BADINPUT, "'%.*s' is no %s",
			    (int)len, value, what);
			talloc_free(list);
			return RC_BADINPUT;
		}
		count++;
	}
	talloc_free(*to);
	*to = list;
	return RC_OK;
}

char *
settings_list_show(
    TALLOC_CTX *mem, const struct settings_row *row, const void *at)
{
	char *const *list = *(char *const *const *)at;
	char *out = talloc_strdup(mem, "");
	size_t i;

	(void)row;
	for (i = 0; out != NULL && list[i] != NULL; i++)
		out = talloc_asprintf_append(
		    out, "%s%s", i > 0 ? ", " : "", list[i]);
	return out;
}

/* domain_check - a host name, put into lower case */
static bool
domain_check(char *item)
{
	char *c;

	for (c = item; *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	return is_host(item, strlen(item));
}

static enum rc
domains_parse(TALLOC_CTX *mem, const struct settings_row *row,
    const char *value, void *at, struct err *e)
{
	(void)row;
	return settings_list_parse(mem, value, at, domain_check, "domain", e);
}

/* holiday_check - the name of a built-in set, or "none" */
static bool
holiday_check(char *item)
{
	const char *const sets[] = { item, NULL };
	struct calendar *calendar = NULL;
	struct err e;

	if (calendar_new(NULL, 1, 0, 1, sets, &calendar, &e) != RC_OK)
		return false;
	talloc_free(calendar);
	return true;
}

static enum rc
holidays_parse(TALLOC_CTX *mem, const struct settings_row *row,
    const char *value, void *at, struct err *e)
{
	(void)row;
	return settings_list_parse(
	    mem, value, at, holiday_check, "set of holidays that we have", e);
}

/* file_check - a path from the root on */
static bool
file_check(char *item)
{
	return *item == '/';
}

static enum rc
files_parse(TALLOC_CTX *mem, const struct settings_row *row, const char *value,
    void *at, struct err *e)
{
	(void)row;
	return settings_list_parse(
	    mem, value, at, file_check, "path that begins with '/'", e);
}

bool
settings_net_check(char *item)
{
	char address[64];
	unsigned char raw[16];
	char *slash = strchr(item, '/');
	const char *end;
	size_t len = slash ? (size_t)(slash - item) : strlen(item);
	uint64_t bits = 0, most;

	if (len >= sizeof(address))
		return false;
	memcpy(address, item, len);
	address[len] = '\0';
	if (inet_pton(AF_INET, address, raw) == 1)
		most = 32;
	else if (inet_pton(AF_INET6, address, raw) == 1)
		most = 128;
	else
		return false;
	return slash == NULL ||
	       (number(slash + 1, &end, &bits) && *end == '\0' && bits <= most);
}

static enum rc
nets_parse(TALLOC_CTX *mem, const struct settings_row *row, const char *value,
    void *at, struct err *e)
{
	(void)row;
	return settings_list_parse(
	    mem, value, at, settings_net_check, "address or network", e);
}

static enum rc
zone_parse(TALLOC_CTX *mem, const struct settings_row *row, const char *value,
    void *at, struct err *e)
{
	struct zone *zone = NULL;

	(void)row;
	if (*value != '\0' && zone_open(mem, value, &zone, e) != RC_OK)
		return err_set(e, RC_BADINPUT,
		    "'%s' is no zone that this machine knows", value);
	talloc_free(zone);
	return settings_replace(mem, at, value, e);
}

/* week_day - 0..6 of a name at the start of text, -1 for none */
static int
week_day(const char *text)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(week_names); i++)
		if (strncmp(text, week_names[i], 3) == 0)
			return (int)i;
	return -1;
}

static enum rc
week_parse(TALLOC_CTX *mem, const struct settings_row *row, const char *value,
    void *at, struct err *e)
{
	const char *t = value + strspn(value, " ,");
	unsigned bits = 0;
	int from, to, i;

	(void)mem;
	(void)row;
	while (*t != '\0') {
		from = to = week_day(t);
		if (from < 0)
			goto bad;
		t += 3;
		if (*t == '-') {
			to = week_day(t + 1);
			if (to < 0)
				goto bad;
			t += 4;
		}
		if (*t != '\0' && *t != ' ' && *t != ',')
			goto bad;
		for (i = from; i != to; i = (i + 1) % 7)
			bits |= 1u << i;
		bits |= 1u << to;
		t += strspn(t, " ,");
	}
	if (bits == 0)
		goto bad;
	*(unsigned *)at = bits;
	return RC_OK;
bad:
	return err_set(e, RC_BADINPUT,
	    "'%s' is no list of days such as \"mon-fri\" or \"mon-thu, sat\"",
	    value);
}

static char *
week_show(TALLOC_CTX *mem, const struct settings_row *row, const void *at)
{
	unsigned bits = *(const unsigned *)at;
	char *out = talloc_strdup(mem, "");
	int i, last;

	(void)row;
	for (i = 0; i < 7 && out != NULL; i = last + 1) {
		last = i;
		if ((bits & 1u << i) == 0)
			continue;
		while (last < 6 && (bits & 1u << (last + 1)) != 0)
			last++;
		out = talloc_asprintf_append(
		    out, "%s%s", *out != '\0' ? ", " : "", week_names[i]);
		if (out != NULL && last > i)
			out = talloc_asprintf_append(
			    out, "-%s", week_names[last]);
	}
	return out;
}

bool
settings_clock_parse(const char **text, int *min)
{
	uint64_t hour, minute;

	if (!number(*text, text, &hour) || **text != ':')
		return false;
	(*text)++;
	if (!number(*text, text, &minute) || hour > 24 || minute > 59)
		return false;
	*min = (int)(hour * 60 + minute);
	return *min <= 24 * 60;
}

static enum rc
hours_parse(TALLOC_CTX *mem, const struct settings_row *row, const char *value,
    void *at, struct err *e)
{
	const char *t = value;
	int *to = at; /* work_start_min, then work_end_min */
	int start, end;

	(void)mem;
	(void)row;
	_Static_assert(
	    offsetof(struct settings, work_end_min) ==
		offsetof(struct settings, work_start_min) + sizeof(int),
	    "the two stand side by side");
	if (!settings_clock_parse(&t, &start) || *t != '-')
		goto bad;
	t++;
	if (!settings_clock_parse(&t, &end) || *t != '\0' || start >= end)
		goto bad;
	to[0] = start;
	to[1] = end;
	return RC_OK;
bad:
	return err_set(
	    e, RC_BADINPUT, "'%s' is not like \"09:00-18:00\"", value);
}

static char *
hours_show(TALLOC_CTX *mem, const struct settings_row *row, const void *at)
{
	const int *min = at;

	(void)row;
	return talloc_asprintf(mem, "%02d:%02d-%02d:%02d", min[0] / 60,
	    min[0] % 60, min[1] / 60, min[1] % 60);
}

static enum rc
count_parse(TALLOC_CTX *mem, const struct settings_row *row, const char *value,
    void *at, struct err *e)
{
	const char *end;
	uint64_t n;

	(void)mem;
	if (!number(value, &end, &n) || *end != '\0' || n < row->min ||
	    n > row->max)
		return err_set(e, RC_BADINPUT,
		    "'%s' is no number from %" PRIu64 " to %" PRIu64, value,
		    row->min, row->max);
	*(unsigned *)at = (unsigned)n;
	return RC_OK;
}

static char *
count_show(TALLOC_CTX *mem, const struct settings_row *row, const void *at)
{
	(void)row;
	return talloc_asprintf(mem, "%u", *(const unsigned *)at);
}

/* bytes_text - a size in the largest unit that leaves it whole */
static char *
bytes_text(TALLOC_CTX *mem, uint64_t n)
{
	static const char units[] = "KMG";
	int i = -1;

	while (i < 2 && n != 0 && n % 1024 == 0) {
		n /= 1024;
		i++;
	}
	return talloc_asprintf(
	    mem, "%" PRIu64 "%.*s", n, i < 0 ? 0 : 1, i < 0 ? "" : &units[i]);
}

static enum rc
bytes_parse(TALLOC_CTX *mem, const struct settings_row *row, const char *value,
    void *at, struct err *e)
{
	const char *end;
	char *low, *high;
	int shift = 0;
	uint64_t n;

	if (!number(value, &end, &n))
		goto bad;
	if (*end != '\0')
		shift = *end == 'K'   ? 10
			: *end == 'M' ? 20
			: *end == 'G' ? 30
				      : -1;
	if (shift < 0 || (*end != '\0' && end[1] != '\0') ||
	    __builtin_mul_overflow(n, UINT64_C(1) << shift, &n) ||
	    n < row->min || n > row->max)
		goto bad;
	*(size_t *)at = (size_t)n;
	return RC_OK;
bad:
	low = bytes_text(mem, row->min);
	high = bytes_text(mem, row->max);
	(void)err_set(e, RC_BADINPUT,
	    "'%s' is no size from %s to %s, such as \"500K\" or \"10M\"", value,
	    low ? low : "?", high ? high : "?");
	talloc_free(low);
	talloc_free(high);
	return RC_BADINPUT;
}

static char *
bytes_show(TALLOC_CTX *mem, const struct settings_row *row, const void *at)
{
	(void)row;
	return bytes_text(mem, *(const size_t *)at);
}

/* either - one of two words; *second says which */
static enum rc
either(const char *value, const char *one, const char *two, bool *second,
    struct err *e)
{
	*second = strcmp(value, two) == 0;
	if (!*second && strcmp(value, one) != 0)
		return err_set(e, RC_BADINPUT,
		    "'%s' is neither \"%s\" nor \"%s\"", value, one, two);
	return RC_OK;
}

static enum rc
failure_parse(TALLOC_CTX *mem, const struct settings_row *row,
    const char *value, void *at, struct err *e)
{
	enum settings_on_failure *to = at;
	bool pass = false;
	enum rc rc = either(value, "tempfail", "pass", &pass, e);

	(void)mem;
	(void)row;
	if (rc == RC_OK)
		*to = pass ? ON_FAILURE_PASS : ON_FAILURE_TEMPFAIL;
	return rc;
}

static enum rc
bare_parse(TALLOC_CTX *mem, const struct settings_row *row, const char *value,
    void *at, struct err *e)
{
	enum settings_bare_newlines *to = at;
	bool reject = false;
	enum rc rc = either(value, "pass", "reject", &reject, e);

	(void)mem;
	(void)row;
	if (rc == RC_OK)
		*to = reject ? BARE_NEWLINES_REJECT : BARE_NEWLINES_PASS;
	return rc;
}

static char *
bare_show(TALLOC_CTX *mem, const struct settings_row *row, const void *at)
{
	const enum settings_bare_newlines *v = at;

	(void)row;
	return talloc_strdup(
	    mem, *v == BARE_NEWLINES_REJECT ? "reject" : "pass");
}

static char *
failure_show(TALLOC_CTX *mem, const struct settings_row *row, const void *at)
{
	const enum settings_on_failure *v = at;

	(void)row;
	return talloc_strdup(mem, *v == ON_FAILURE_PASS ? "pass" : "tempfail");
}

static enum rc
lang_parse(TALLOC_CTX *mem, const struct settings_row *row, const char *value,
    void *at, struct err *e)
{
	(void)row;
	if (*value != '\0' && strcmp(value, "fr") != 0 &&
	    strcmp(value, "en") != 0)
		return err_set(
		    e, RC_BADINPUT, "'%s' is neither \"fr\" nor \"en\"", value);
	return settings_replace(mem, at, value, e);
}

const struct settings_type settings_text = { text_parse, text_show };
const struct settings_type settings_folder = { folder_parse, text_show };
const struct settings_type settings_address = { address_parse, text_show };
const struct settings_type settings_url = { url_parse, text_show };
const struct settings_type settings_host = { host_parse, text_show };
const struct settings_type settings_domains = { domains_parse,
	settings_list_show };
const struct settings_type settings_holidays = { holidays_parse,
	settings_list_show };
const struct settings_type settings_files = { files_parse, settings_list_show };
const struct settings_type settings_nets = { nets_parse, settings_list_show };
const struct settings_type settings_zone = { zone_parse, text_show };
const struct settings_type settings_week = { week_parse, week_show };
const struct settings_type settings_hours = { hours_parse, hours_show };
const struct settings_type settings_count = { count_parse, count_show };
const struct settings_type settings_bytes = { bytes_parse, bytes_show };
const struct settings_type settings_failure = { failure_parse, failure_show };
const struct settings_type settings_bare = { bare_parse, bare_show };
const struct settings_type settings_lang = { lang_parse, text_show };
