/*
 * cond.c - what a request's headers ask for: validators, coding, token
 */
#include "core/core.h"

#include "cal/feed/cond.h"
#include "core/civil/civil.h"

#define DAY_S    (24 * 60 * 60)
#define DATE_LEN 29

static const char *const days[] = { "", "Mon", "Tue", "Wed", "Thu", "Fri",
	"Sat", "Sun" };
static const char *const months[] = { "", "Jan", "Feb", "Mar", "Apr", "May",
	"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

void
cond_date(int64_t at, char out[COND_DATE_MAX])
{
	int64_t day = at / DAY_S, s = at % DAY_S;
	struct civil_ymd d;

	if (s < 0) {
		s += DAY_S;
		day--;
	}
	d = civil_ymd((int32_t)day);
	(void)snprintf(out, COND_DATE_MAX,
	    "%s, %02u %s %04u %02u:%02u:%02u GMT",
	    days[civil_weekday((int32_t)day)], (unsigned)d.day % 100,
	    months[d.month], (unsigned)d.year % 10000,
	    (unsigned)(s / 3600) % 100, (unsigned)(s / 60 % 60),
	    (unsigned)(s % 60));
}

bool
cond_date_parse(const char *text, int64_t *out)
{
	int day, year, hour, minute, second, month, end = 0;
	char weekday[4], name[4];

	if (text == NULL || strlen(text) != DATE_LEN ||
	    sscanf(text, "%3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT%n",
		weekday, &day, name, &year, &hour, &minute, &second,
		&end) != 7 ||
	    end != DATE_LEN)
		return false;
	for (month = 12; month > 0; month--)
		if (strcmp(months[month], name) == 0)
			break;
	if (month == 0 || !civil_is_date(year, month, day) || hour < 0 ||
	    hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
		return false;
	*out = (int64_t)civil_day(year, month, day) * DAY_S + hour * 3600 +
	       minute * 60 + second;
	return true;
}

bool
cond_etag_matches(const char *header, const char *etag)
{
	size_t len = strlen(etag);
	const char *s = header;

	while (s != NULL && *s != '\0') {
		s += strspn(s, " \t,");
		if (*s == '*')
			return true;
		if (s[0] == 'W' && s[1] == '/')
			s += 2;
		if (strncmp(s, etag, len) == 0)
			return true;
		if (*s == '"')
			s = strchr(s + 1, '"');
		s = s ? strchr(s, ',') : NULL;
	}
	return false;
}

/* is_refused - do the parameters of a coding say q=0 */
static bool
is_refused(const char *s, size_t len)
{
	const char *end = s + len;

	while (s < end && *s != '=')
		s++;
	if (s == end)
		return false;
	for (; s < end; s++)
		if (*s >= '1' && *s <= '9')
			return false;
	return true;
}

bool
cond_wants_gzip(const char *header)
{
	const char *s = header;
	bool any = false;

	while (s != NULL && *s != '\0') {
		size_t item, name;

		s += strspn(s, " \t,");
		item = strcspn(s, ",");
		name = strcspn(s, " \t,;");
		if ((name == 4 && strncasecmp(s, "gzip", 4) == 0) ||
		    (name == 6 && strncasecmp(s, "x-gzip", 6) == 0))
			return !is_refused(s + name, item - name);
		if (name == 1 && *s == '*')
			any = !is_refused(s + name, item - name);
		s += item;
	}
	return any;
}

bool
cond_token(const char *path, struct slice *token)
{
	static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnop"
				  "qrstuvwxyz0123456789-_";
	static const char before[] = "/feed/", after[] = ".ics";
	size_t n;

	if (strncmp(path, before, sizeof(before) - 1) != 0)
		return false;
	path += sizeof(before) - 1;
	n = strspn(path, set);
	if (n < COND_TOKEN_MIN || n > COND_TOKEN_MAX ||
	    strcmp(path + n, after) != 0)
		return false;
	*token = (struct slice){ path, n };
	return true;
}

bool
cond_same(const uint8_t a[32], const uint8_t b[32])
{
	volatile uint8_t differ = 0;
	size_t i;

	for (i = 0; i < 32; i++)
		differ = (uint8_t)(differ | (a[i] ^ b[i]));
	return differ == 0;
}
