/*
 * times.c - instants and dues, from the command line and for people
 */
#include "core/cli/cli.h"

#define DAY_S 86400

/* two_digits - of text, or -1 */
static int
two_digits(const char *t)
{
	if (t[0] < '0' || t[0] > '9' || t[1] < '0' || t[1] > '9')
		return -1;
	return (t[0] - '0') * 10 + (t[1] - '0');
}

/* offset_parse - "Z", "+01", "-0500", "+05:30" in seconds */
static bool
offset_parse(const char *t, int *out_s)
{
	int hours, minutes = 0, sign = *t == '-' ? -1 : 1;

	if (strcmp(t, "Z") == 0) {
		*out_s = 0;
		return true;
	}
	if (*t != '+' && *t != '-')
		return false;
	hours = two_digits(t + 1);
	if (hours < 0 || hours > 23)
		return false;
	t += 3;
	if (*t == ':')
		t++;
	if (*t != '\0') {
		minutes = two_digits(t);
		if (minutes < 0 || minutes > 59 || t[2] != '\0')
			return false;
	}
	*out_s = sign * (hours * 3600 + minutes * 60);
	return true;
}

bool
times_parse(const char *text, const struct zone *zone, int64_t *out)
{
	char head[17];
	size_t len = strlen(text);
	int seconds = 0, offset_s;
	struct civil c;

	if (len < 16) {
		if (!civil_parse(text, &c))
			return false;
		*out = zone_instant(zone, c);
		return true;
	}
	memcpy(head, text, 16);
	head[16] = '\0';
	if (head[10] == ' ')
		head[10] = 'T';
	if (!civil_parse(head, &c))
		return false;
	text += 16;
	if (*text == ':') {
		seconds = two_digits(text + 1);
		if (seconds < 0 || seconds > 59)
			return false;
		text += 3;
	}
	if (*text == '\0')
		*out = zone_instant(zone, c) + seconds;
	else if (offset_parse(text, &offset_s))
		*out =
		    (int64_t)c.day * DAY_S + c.minute * 60 + seconds - offset_s;
	else
		return false;
	return true;
}

void
times_utc(int64_t at, char out[TIMES_UTC_MAX])
{
	int64_t day = at / DAY_S, second = at % DAY_S;
	struct civil_ymd d;

	if (second < 0) {
		second += DAY_S;
		day--;
	}
	d = civil_ymd((int32_t)day);
	(void)snprintf(out, TIMES_UTC_MAX, "%04d-%02d-%02dT%02d:%02d:%02dZ",
	    d.year, d.month, d.day, (int)(second / 3600),
	    (int)(second / 60 % 60), (int)(second % 60));
}

/* machine_zone - the name the machine's own zone goes by; owned by mem */
static char *
machine_zone(TALLOC_CTX *mem)
{
	const char *tz = getenv("TZ"), *found;
	char link[256];
	ssize_t n;

	if (tz != NULL && *tz != '\0')
		return talloc_strdup(mem, *tz == ':' ? tz + 1 : tz);
	n = readlink("/etc/localtime", link, sizeof(link) - 1);
	if (n > 0) {
		link[n] = '\0';
		found = strstr(link, "zoneinfo/");
		if (found != NULL)
			return talloc_strdup(mem, found + 9);
	}
	return talloc_strdup(mem, "UTC");
}

enum rc
times_zone(struct cli *c, struct err *e)
{
	const char *name = c->settings ? c->settings->timezone : "";
	struct err ignored;

	c->has_zone = *name != '\0';
	c->recent_zone = talloc_zero(c->mem, struct zone *);
	if (c->recent_zone == NULL)
		return err_nomem(e);
	if (zone_open(c->mem, "UTC", &c->utc, e) != RC_OK)
		return e->rc;
	if (c->has_zone)
		return zone_open(c->mem, name, &c->zone, e);
	name = machine_zone(c->mem);
	if (name == NULL)
		return err_nomem(e);
	if (zone_open(c->mem, name, &c->zone, &ignored) != RC_OK)
		c->zone = c->utc;
	return RC_OK;
}

char *
times_day(
    TALLOC_CTX *mem, const struct cli *c, struct civil when, int32_t today)
{
	struct civil_ymd d;
	char *out;

	if (!when.is_set)
		return talloc_strdup(mem, cli_word(c, W_UNDATED));
	d = civil_ymd(when.day);
	out = talloc_asprintf(mem, "%s %d %s",
	    cli_word(c, W_MON + civil_weekday(when.day) - CIVIL_MON), d.day,
	    cli_word(c, W_JAN + d.month - 1));
	if (d.year != civil_ymd(today).year)
		out = talloc_asprintf_append(out, " %d", d.year);
	if (when.minute != CIVIL_NO_MINUTE)
		out = talloc_asprintf_append(
		    out, " %02d:%02d", when.minute / 60, when.minute % 60);
	return out;
}

char *
times_instant(TALLOC_CTX *mem, const struct cli *c, int64_t at)
{
	char text[CIVIL_TEXT_MAX];

	civil_format(zone_civil(c->zone, at), text);
	text[10] = ' ';
	return talloc_strdup(mem, text);
}

char *
times_duration(TALLOC_CTX *mem, const struct cli *c, const char *iso)
{
	static const struct {
		const char *unit;
		enum cli_word one, many;
	} units[] = {
		{ "D", W_DAY, W_DAYS },
		{ "W", W_WEEK, W_WEEKS },
		{ "M", W_MONTH, W_MONTHS },
		{ "Y", W_YEAR, W_YEARS },
		{ "BD", W_BUSINESS_DAY, W_BUSINESS_DAYS },
		{ "WD", W_WORKING_DAY, W_WORKING_DAYS },
		{ "TH", W_HOUR, W_HOURS },
		{ "TM", W_MINUTE, W_MINUTES },
	};
	char unit[4] = "";
	const char *t = iso;
	size_t len = 0, i;
	int64_t n = 0;

	if (*t == 'P')
		t++;
	if (*t == 'T')
		unit[len++] = *t++;
	for (; *t >= '0' && *t <= '9' && n < 100000; t++)
		n = n * 10 + (*t - '0');
	while (*t != '\0' && len < sizeof(unit) - 1)
		unit[len++] = *t++;
	for (i = 0; i < ARRAY_LEN(units); i++)
		if (strcmp(unit, units[i].unit) == 0)
			return cli_count(
			    mem, c, n, units[i].one, units[i].many);
	return talloc_strdup(mem, iso);
}

/* span - minutes below an hour, hours below a day */
static char *
span(TALLOC_CTX *mem, const struct cli *c, int64_t seconds)
{
	if (seconds < 3600)
		return cli_count(mem, c, seconds / 60, W_MINUTE, W_MINUTES);
	return cli_count(mem, c, seconds / 3600, W_HOUR, W_HOURS);
}

char *
times_relative(TALLOC_CTX *mem, const struct cli *c, const struct promise *p)
{
	int32_t days;
	bool is_late;
	char *what;

	if (p->state != PROMISE_OPEN)
		return talloc_strdup(mem, show_state(c, p->state));
	if (!p->due.is_set)
		return talloc_strdup(mem, "");
	if (promise_has_lapsed(p, c->at))
		return talloc_strdup(mem, cli_word(c, W_LAPSED));
	days = p->due.day - zone_civil(show_zone(c, p), c->at).day;
	is_late = show_is_late(c, p);
	if (p->due.minute != CIVIL_NO_MINUTE && is_late &&
	    c->at - p->due_at < DAY_S)
		what = span(mem, c, c->at - p->due_at);
	else if (p->due.minute != CIVIL_NO_MINUTE && !is_late && days == 0)
		what = span(mem, c, p->due_at - c->at);
	else if (days == 0)
		return talloc_strdup(mem, cli_word(c, W_TODAY));
	else if (days == 1)
		return talloc_strdup(mem, cli_word(c, W_TOMORROW));
	else
		what = cli_count(
		    mem, c, days < 0 ? -(int64_t)days : days, W_DAY, W_DAYS);
	return cli_say(mem, c, is_late ? W_LATE : W_IN, CLI_ARGS(what));
}
