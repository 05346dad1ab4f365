/*
 * zone.c - local time and UTC, through the system's tz database
 *
 * GLib reads the database; it looks at files, so zones are opened before a
 * process gives up its right to. Fixed offsets need no file.
 */
#include "core/core.h"

#include <glib.h>

#include "core/civil/civil.h"

#define DAY_S         86400
#define ZONE_NAME_MAX 64

struct zone {
	char *name;
	GTimeZone *tz; /* NULL: the fixed offset below */
	int offset_min;
};

static int
zone_close(struct zone *z)
{
	if (z->tz != NULL)
		g_time_zone_unref(z->tz);
	return 0;
}

/* two_digits - the value of two decimal digits, or -1 */
static int
two_digits(const char *s)
{
	if (s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9')
		return -1;
	return (s[0] - '0') * 10 + (s[1] - '0');
}

/* parse_offset - "+0100", "-05:00", "+02", "UTC", "Z" */
static bool
parse_offset(const char *name, int *offset_min)
{
	int h, m = 0;
	const char *p = name + 1;

	if (strcmp(name, "UTC") == 0 || strcmp(name, "Z") == 0 ||
	    strcmp(name, "GMT") == 0) {
		*offset_min = 0;
		return true;
	}
	if (name[0] != '+' && name[0] != '-')
		return false;
	h = two_digits(p);
	if (h < 0 || h > 23)
		return false;
	p += 2;
	if (*p == ':')
		p++;
	if (*p != '\0') {
		m = two_digits(p);
		if (m < 0 || m > 59 || p[2] != '\0')
			return false;
	}
	*offset_min = (name[0] == '-' ? -1 : 1) * (h * 60 + m);
	return true;
}

/* is_plain_name - what an IANA name may hold; no path out of the folder */
static bool
is_plain_name(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > ZONE_NAME_MAX || name[0] == '/')
		return false;
	if (strstr(name, "..") != NULL)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!g_ascii_isalnum(name[i]) &&
		    strchr("_+-/", name[i]) == NULL)
			return false;
	return true;
}

enum rc
zone_open(TALLOC_CTX *mem, const char *name, struct zone **out, struct err *e)
{
	struct zone *z = talloc_zero(mem, struct zone);

	if (z == NULL)
		return err_nomem(e);
	z->name = talloc_strdup(z, name);
	if (z->name == NULL)
		goto nomem;
	if (!parse_offset(name, &z->offset_min)) {
		if (is_plain_name(name) && name[0] != '+' && name[0] != '-')
			z->tz = g_time_zone_new_identifier(name);
		if (z->tz == NULL) {
			talloc_free(z);
			return err_set(e, RC_BADINPUT,
			    "no time zone called '%.64s'", name);
		}
		talloc_set_destructor(z, zone_close);
	}
	*out = z;
	return RC_OK;
nomem:
	talloc_free(z);
	return err_nomem(e);
}

const char *
zone_name(const struct zone *z)
{
	return z->name;
}

/* offset_s - seconds east of UTC in force at an instant */
static int
offset_s(const struct zone *z, int64_t at)
{
	int interval;

	if (z->tz == NULL)
		return z->offset_min * 60;
	interval = g_time_zone_find_interval(z->tz, G_TIME_TYPE_UNIVERSAL, at);
	return g_time_zone_get_offset(z->tz, interval);
}

int
zone_offset_min(const struct zone *z, int64_t at)
{
	return offset_s(z, at) / 60;
}

struct civil
zone_civil(const struct zone *z, int64_t at)
{
	int64_t local = at + offset_s(z, at);
	int64_t day = local / DAY_S;
	int64_t s = local % DAY_S;

	if (s < 0) {
		s += DAY_S;
		day--;
	}
	return (struct civil){
		.day = (int32_t)day, .minute = (int16_t)(s / 60), .is_set = true
	};
}

int64_t
zone_instant(const struct zone *z, struct civil c)
{
	int minute = c.minute == CIVIL_NO_MINUTE ? 0 : c.minute;
	int64_t local = (int64_t)c.day * DAY_S + minute * 60;
	int before = offset_s(z, local - DAY_S);
	int after = offset_s(z, local + DAY_S);

	/* of a time that comes twice the first: it has the older offset */
	if (offset_s(z, local - before) == before)
		return local - before;
	if (offset_s(z, local - after) == after)
		return local - after;
	return local - before; /* skipped by a jump */
}
