/*
 * itip.c - what a calendar program answers to an invitation
 *
 * Lines are unfolded in a copy, then read one by one: a stack of names is a
 * number, since only what stands directly in VCALENDAR and in its first VEVENT
 * counts.
 */
#include "core/core.h"

#include "cal/reply/itip.h"
#include "core/civil/civil.h"

/* where a line stands */
enum place { OUTSIDE, CALENDAR, EVENT, ELSEWHERE };

struct reading {
	struct itip *out;
	const char *attendee;
	enum place place;
	int deeper; /* components within one that does not count */
	int events;
	bool is_whole;
};

/* one line: NAME;PARAM=VALUE;…:VALUE */
struct line {
	struct slice name, params, value;
};

/* unfold - a line break and one blank behind it are nothing */
static struct slice
unfold(TALLOC_CTX *mem, struct slice text)
{
	char *out = talloc_array(mem, char, text.len + 1);
	size_t i, n = 0;

	for (i = 0; out != NULL && i < text.len; i++) {
		size_t end = i + (text.at[i] == '\r');

		if (end + 1 < text.len && text.at[end] == '\n' &&
		    (text.at[end + 1] == ' ' || text.at[end + 1] == '\t')) {
			i = end + 1;
			continue;
		}
		out[n++] = text.at[i];
	}
	return (struct slice){ out, n };
}

/* same - equal, ASCII case aside */
static bool
same(struct slice s, const char *text)
{
	return s.len == strlen(text) && strncasecmp(s.at, text, s.len) == 0;
}

/* next_line - false at the end; a CR before the LF belongs to it */
static bool
next_line(struct slice *rest, struct slice *line)
{
	const char *end;

	if (rest->len == 0)
		return false;
	end = memchr(rest->at, '\n', rest->len);
	line->at = rest->at;
	line->len = end ? (size_t)(end - rest->at) : rest->len;
	rest->at += line->len + (end != NULL);
	rest->len -= line->len + (end != NULL);
	if (line->len > 0 && line->at[line->len - 1] == '\r')
		line->len--;
	return true;
}

/* split - false where it is no content line; a colon in quotes is text */
static bool
split(struct slice s, struct line *out)
{
	bool is_quoted = false;
	size_t i, name = 0;

	for (i = 0; i < s.len; i++) {
		if (s.at[i] == '"')
			is_quoted = !is_quoted;
		else if (s.at[i] == ';' && name == 0)
			name = i;
		else if (s.at[i] == ':' && !is_quoted)
			break;
	}
	if (i == s.len || i == 0)
		return false;
	if (name == 0)
		name = i;
	out->name = (struct slice){ s.at, name };
	out->params = (struct slice){ s.at + name, i - name };
	out->value = (struct slice){ s.at + i + 1, s.len - i - 1 };
	return true;
}

/* param - the value of one, without quotes; empty: there is none */
static struct slice
param(struct slice s, const char *name)
{
	struct slice value = SLICE("");
	size_t i = 0, from, len = strlen(name);
	bool is_quoted;

	while (i < s.len) {
		from = ++i; /* behind the semicolon */
		for (is_quoted = false;
		     i < s.len && (is_quoted || s.at[i] != ';'); i++)
			is_quoted ^= s.at[i] == '"';
		if (i - from <= len || s.at[from + len] != '=' ||
		    strncasecmp(s.at + from, name, len) != 0)
			continue;
		value =
		    (struct slice){ s.at + from + len + 1, i - from - len - 1 };
		if (value.len >= 2 && value.at[0] == '"')
			value = (struct slice){ value.at + 1, value.len - 2 };
		return value;
	}
	return value;
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* is_them - does a CAL-ADDRESS name this address? */
static bool
is_them(struct slice s, const char *address)
{
	size_t i;

	if (s.len < 7 || strncasecmp(s.at, "mailto:", 7) != 0)
		return false;
	for (i = 7; i < s.len; i++, address++) {
		unsigned char c = (unsigned char)s.at[i];

		if (c == '%' && i + 2 < s.len && hex(s.at[i + 1]) >= 0 &&
		    hex(s.at[i + 2]) >= 0) {
			c = (unsigned char)(hex(s.at[i + 1]) * 16 +
					    hex(s.at[i + 2]));
			i += 2;
		}
		if (lower((char)c) != lower(*address))
			return false;
	}
	return *address == '\0';
}

/* number - at most 9 digits, all of them; -1: it is none */
static int64_t
number(struct slice s)
{
	int64_t n = 0;
	size_t i;

	if (s.len == 0 || s.len > 9)
		return -1;
	for (i = 0; i < s.len; i++) {
		if (s.at[i] < '0' || s.at[i] > '9')
			return -1;
		n = n * 10 + (s.at[i] - '0');
	}
	return n;
}

/* stamp - "20261121T090000Z"; 0: not readable */
static int64_t
stamp(struct slice s)
{
	int64_t date, time, second;
	int month, day;

	if (s.len != 16 || s.at[8] != 'T' || s.at[15] != 'Z')
		return 0;
	date = number((struct slice){ s.at, 8 });
	time = number((struct slice){ s.at + 9, 6 });
	if (date < 19700101 || time < 0)
		return 0;
	month = (int)(date / 100 % 100);
	day = (int)(date % 100);
	second = time / 10000 * 3600 + time / 100 % 100 * 60 + time % 100;
	if (month < 1 || month > 12 || day < 1 || day > 31 || second > 86400)
		return 0;
	return (int64_t)civil_day((int)(date / 10000), month, day) * 86400 +
	       second;
}

static enum itip_part
part_of(struct slice s)
{
	return same(s, "ACCEPTED")    ? ITIP_ACCEPTED
	       : same(s, "DECLINED")  ? ITIP_DECLINED
	       : same(s, "TENTATIVE") ? ITIP_TENTATIVE
				      : ITIP_NONE;
}

/* enter - BEGIN */
static void
enter(struct reading *r, struct slice name)
{
	if (r->place == OUTSIDE && same(name, "VCALENDAR")) {
		r->place = CALENDAR;
	} else if (r->place == CALENDAR && same(name, "VEVENT") &&
		   r->events == 0) {
		r->place = EVENT;
		r->events = 1;
	} else {
		r->deeper++;
	}
}

/* leave - END */
static void
leave(struct reading *r, struct slice name)
{
	if (r->deeper > 0)
		r->deeper--;
	else if (r->place == EVENT && same(name, "VEVENT"))
		r->place = CALENDAR;
	else if (r->place == CALENDAR && same(name, "VCALENDAR"))
		r->place = ELSEWHERE;
	r->is_whole = r->place == ELSEWHERE && r->events == 1;
}

/* property - one that counts */
static void
property(struct reading *r, const struct line *l)
{
	struct itip *out = r->out;

	if (r->place == CALENDAR && same(l->name, "METHOD")) {
		out->method = same(l->value, "REPLY")     ? ITIP_REPLY
			      : same(l->value, "COUNTER") ? ITIP_COUNTER
							  : ITIP_OTHER;
		return;
	}
	if (r->place != EVENT)
		return;
	if (same(l->name, "UID") && l->value.len < sizeof(out->uid)) {
		memcpy(out->uid, l->value.at, l->value.len);
		out->uid[l->value.len] = '\0';
	} else if (same(l->name, "SEQUENCE")) {
		out->sequence = number(l->value);
	} else if (same(l->name, "DTSTAMP")) {
		out->stamp_at = stamp(l->value);
	} else if (same(l->name, "ATTENDEE") &&
		   is_them(l->value, r->attendee)) {
		out->part = part_of(param(l->params, "PARTSTAT"));
	}
}

enum rc
itip_read(TALLOC_CTX *mem, struct slice text, const char *attendee,
    struct itip *out, struct err *e)
{
	struct reading r = { .out = out, .attendee = attendee };
	struct slice rest, line;
	struct line l;

	*out = (struct itip){ .method = ITIP_OTHER };
	if (text.len > ITIP_MAX_BYTES || memchr(text.at, '\0', text.len))
		return err_set(e, RC_BADINPUT, "no calendar of a usual size");
	rest = unfold(mem, text);
	if (rest.at == NULL)
		return err_nomem(e);
	while (next_line(&rest, &line)) {
		if (!split(line, &l))
			continue;
		if (same(l.name, "BEGIN"))
			enter(&r, l.value);
		else if (same(l.name, "END"))
			leave(&r, l.value);
		else if (r.deeper == 0)
			property(&r, &l);
	}
	if (!r.is_whole)
		return err_set(e, RC_BADINPUT, "no calendar with an event");
	return RC_OK;
}
