/*
 * address.c - address lists, dates, and the facts of a message's header
 */
#include "core/core.h"

#include "mailgw/message/decode.h"
#include "mailgw/message/header.h"

/* add - one address with its phrase; what has no "@" is passed over */
static enum rc
add(TALLOC_CTX *mem, struct slice address, struct slice phrase,
    struct message_address **list, size_t *n, struct err *e)
{
	struct message_address *grown, *a;
	char *c;

	address = decode_trim(address);
	/* a source route, "@a,@b:x@y" */
	if (address.len > 0 && address.at[0] == '@') {
		const char *colon = memchr(address.at, ':', address.len);

		if (colon != NULL) {
			address.len -= (size_t)(colon + 1 - address.at);
			address.at = colon + 1;
		}
	}
	if (address.len < 3 || address.len > 500 || *n >= HEADER_MAX_ADDRESSES)
		return RC_OK;
	if (memrchr(address.at, '@', address.len) == NULL)
		return RC_OK;
	grown = talloc_realloc(mem, *list, struct message_address, *n + 2);
	if (grown == NULL)
		return err_nomem(e);
	*list = grown;
	a = &grown[*n];
	a->address = header_text(mem, address);
	a->name = header_text(mem, phrase);
	if (a->address == NULL || a->name == NULL)
		return err_nomem(e);
	if (a->name[0] == '\0')
		a->name = NULL;
	for (c = strrchr(a->address, '@'); c != NULL && *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c + 32);
	if (strpbrk(a->address, " \"<>()") == NULL)
		(*n)++;
	grown[*n] = (struct message_address){ NULL, NULL };
	return RC_OK;
}

/* what is known of the address being read */
struct item {
	struct buf phrase, comment, angle;
	bool has_angle;
};

static enum rc
finish(TALLOC_CTX *mem, struct item *it, struct message_address **list,
    size_t *n, struct err *e)
{
	struct slice address =
	    buf_slice(it->has_angle ? &it->angle : &it->phrase);
	struct slice phrase =
	    buf_slice(it->has_angle ? &it->phrase : &it->comment);
	enum rc rc = RC_OK;
	size_t i;

	if (it->phrase.failed || it->comment.failed || it->angle.failed)
		return err_nomem(e);
	/* "Bob b@x": the last word is the address */
	if (!it->has_angle) {
		address = decode_trim(address);
		for (i = address.len; i > 0 && address.at[i - 1] > ' '; i--)
			;
		if (i > 0 && phrase.len == 0)
			phrase = (struct slice){ address.at, i };
		address.at += i;
		address.len -= i;
	}
	rc = add(mem, address, phrase, list, n, e);
	it->phrase.len = it->comment.len = it->angle.len = 0;
	it->has_angle = false;
	return rc;
}

/* ends_angle - a comma ends an address whose '>' is missing, but not a route */
static bool
ends_angle(const struct buf *angle)
{
	return angle->len > 0 && angle->at[0] != '@' &&
	       memchr(angle->at, '@', angle->len) != NULL;
}

enum rc
header_addresses(TALLOC_CTX *mem, struct slice v, struct message_address **list,
    size_t *n, struct err *e)
{
	struct item it = { { .mem = mem }, { .mem = mem }, { .mem = mem },
		false };
	struct buf *to = &it.phrase;
	bool quoted = false, in_angle = false;
	size_t i, depth = 0;
	enum rc rc = RC_OK;
	char c;

	for (i = 0; i < v.len && rc == RC_OK; i++) {
		c = v.at[i];
		if (depth > 0) {
			depth += c == '(';
			depth -= c == ')';
			if (c == '\\' && i + 1 < v.len)
				i++;
			else if (depth > 0 && c != '(' && c != ')')
				buf_putc(&it.comment, c);
			continue;
		}
		if (quoted) {
			if (c == '\\' && i + 1 < v.len)
				c = v.at[++i];
			else if (c == '"') {
				quoted = false;
				continue;
			}
			buf_putc(to, c);
			continue;
		}
		if (c == '"') {
			quoted = true;
		} else if (c == '(' && !in_angle) {
			depth = 1;
		} else if (c == '<') {
			in_angle = it.has_angle = true;
			it.angle.len = 0;
			to = &it.angle;
		} else if (c == '>') {
			in_angle = false;
			to = &it.phrase;
		} else if (c == ';' ||
			   (c == ',' && (!in_angle || ends_angle(&it.angle)))) {
			rc = finish(mem, &it, list, n, e);
			in_angle = false;
			to = &it.phrase;
		} else if (c == ':' && !in_angle) {
			it.phrase.len = 0; /* the name of a group */
		} else {
			buf_putc(to, c);
		}
	}
	if (rc == RC_OK)
		rc = finish(mem, &it, list, n, e);
	talloc_free(it.phrase.at);
	talloc_free(it.comment.at);
	talloc_free(it.angle.at);
	return rc;
}

/* number - up to `most` digits; -1: none */
static int
number(struct slice *s, int most)
{
	int n = 0, digits = 0;

	while (
	    s->len > 0 && digits < most && s->at[0] >= '0' && s->at[0] <= '9') {
		n = n * 10 + (s->at[0] - '0');
		s->at++;
		s->len--;
		digits++;
	}
	return digits ? n : -1;
}

static void
blanks(struct slice *s)
{
	while (s->len > 0 &&
	       (s->at[0] == ' ' || s->at[0] == '\t' || s->at[0] == '\r' ||
		   s->at[0] == '\n' || s->at[0] == ',' || s->at[0] == '-')) {
		s->at++;
		s->len--;
	}
}

static int
zone_minutes(struct slice s)
{
	static const struct {
		const char *name;
		int min;
	} zones[] = { { "est", -300 }, { "edt", -240 }, { "cst", -360 },
		{ "cdt", -300 }, { "mst", -420 }, { "mdt", -360 },
		{ "pst", -480 }, { "pdt", -420 }, { "cet", 60 },
		{ "cest", 120 }, { "bst", 60 }, { "met", 60 } };
	int sign, hh, mm;
	size_t i;

	if (s.len > 0 && (s.at[0] == '+' || s.at[0] == '-')) {
		sign = s.at[0] == '-' ? -1 : 1;
		s.at++;
		s.len--;
		hh = number(&s, 2);
		if (s.len > 0 && s.at[0] == ':') {
			s.at++;
			s.len--;
		}
		mm = number(&s, 2);
		return hh >= 0 && hh <= 14 && mm >= 0 && mm < 60
			   ? sign * (hh * 60 + mm)
			   : 0;
	}
	for (i = 0; i < ARRAY_LEN(zones); i++)
		if (decode_starts(s, zones[i].name))
			return zones[i].min;
	return 0;
}

bool
header_date(struct slice v, int64_t *at, int *offset_min)
{
	static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	struct tm tm = { 0 };
	char mon[4] = "";
	int i;

	v = decode_trim(v);
	/* the day's name, in any language */
	while (v.len > 0 && (v.at[0] < '0' || v.at[0] > '9')) {
		v.at++;
		v.len--;
	}
	tm.tm_mday = number(&v, 2);
	blanks(&v);
	for (i = 0; i < 3 && (size_t)i < v.len; i++)
		mon[i] = (char)(v.at[i] | 0x20);
	for (tm.tm_mon = 0; tm.tm_mon < 12; tm.tm_mon++)
		if (memcmp(months + 3 * tm.tm_mon, mon, 3) == 0)
			break;
	while (v.len > 0 && ((v.at[0] | 0x20) >= 'a') &&
	       ((v.at[0] | 0x20) <= 'z')) {
		v.at++;
		v.len--;
	}
	if (v.len > 0 && v.at[0] == '.') {
		v.at++;
		v.len--;
	}
	blanks(&v);
	tm.tm_year = number(&v, 4);
	if (tm.tm_mon == 12 || tm.tm_mday < 1 || tm.tm_mday > 31 ||
	    tm.tm_year < 0)
		return false;
	if (tm.tm_year < 50)
		tm.tm_year += 2000;
	else if (tm.tm_year < 1000)
		tm.tm_year += 1900;
	if (tm.tm_year < 1970 || tm.tm_year > 2200)
		return false;
	tm.tm_year -= 1900;
	blanks(&v);
	tm.tm_hour = number(&v, 2);
	if (v.len == 0 || tm.tm_hour < 0 || tm.tm_hour > 23 ||
	    (v.at[0] != ':' && v.at[0] != '.'))
		return false;
	v.at++;
	v.len--;
	tm.tm_min = number(&v, 2);
	if (tm.tm_min < 0 || tm.tm_min > 59)
		return false;
	if (v.len > 0 && (v.at[0] == ':' || v.at[0] == '.')) {
		v.at++;
		v.len--;
		tm.tm_sec = number(&v, 2);
		if (tm.tm_sec < 0 || tm.tm_sec > 60)
			tm.tm_sec = 0;
	}
	*offset_min = zone_minutes(decode_trim(v));
	*at = (int64_t)timegm(&tm) - 60 * (int64_t)*offset_min;
	return true;
}

/* is_reply_subject - starts with the mark a client puts before an answer */
static bool
is_reply_subject(struct slice s)
{
	static const char *const marks[] = { "re", "r\303\251p", "r\303\251f",
		"r\303\211p", "r\303\211f", "rep", "aw", "antw", "sv", "rif",
		"r", "rv", "tr", "fw", "fwd", "wg", "i", "doorst", "enc",
		"res" };
	size_t i, n;

	s = decode_trim(s);
	for (i = 0; i < ARRAY_LEN(marks); i++) {
		n = strlen(marks[i]);
		if (!decode_starts(s, marks[i]))
			continue;
		while (n < s.len &&
		       (s.at[n] == ' ' || memcmp(s.at + n, "\302\240",
					      s.len - n < 2 ? 1 : 2) == 0))
			n += s.at[n] == ' ' ? 1 : 2;
		if (n < s.len && s.at[n] == ':')
			return true;
	}
	return false;
}

static bool
is_automatic(const struct header *h)
{
	struct slice v = header_get(h, "auto-submitted");

	if (v.len > 0 && !decode_starts(v, "no"))
		return true;
	v = header_get(h, "precedence");
	if (decode_starts(v, "bulk") || decode_starts(v, "list") ||
	    decode_starts(v, "junk") || decode_starts(v, "auto"))
		return true;
	return header_get(h, "x-autoreply").len > 0 ||
	       header_get(h, "x-autorespond").len > 0;
}

enum rc
header_facts(
    TALLOC_CTX *mem, const struct header *h, struct message *m, struct err *e)
{
	struct message_address *from = NULL;
	struct slice v;
	size_t n = 0, i;
	enum rc rc = RC_OK;

	m->date_at = INT64_MIN;
	v = header_get(h, "date");
	if (!header_date(v, &m->date_at, &m->offset_min))
		m->date_at = INT64_MIN;
	v = header_get(h, "message-id");
	m->message_id = v.len ? header_id(mem, v) : NULL;
	m->subject = header_text(mem, header_get(h, "subject"));
	if (m->subject == NULL)
		return err_nomem(e);
	rc = header_addresses(mem, header_get(h, "from"), &from, &n, e);
	if (rc == RC_OK && n == 0)
		rc = header_addresses(
		    mem, header_get(h, "sender"), &from, &n, e);
	if (rc != RC_OK)
		return rc;
	if (n > 0)
		m->from = from[0];
	n = 0;
	m->to = talloc_zero(mem, struct message_address);
	if (m->to == NULL)
		return err_nomem(e);
	for (i = 0; i < h->count && rc == RC_OK; i++)
		if (decode_same(h->fields[i].name, "to") ||
		    decode_same(h->fields[i].name, "cc") ||
		    decode_same(h->fields[i].name, "bcc") ||
		    /* of copies that Google Workspace routes */
		    decode_same(h->fields[i].name, "x-gm-original-to")) {
			v = h->fields[i].value;
			if (v.len > HEADER_MAX_VALUE)
				v.len = HEADER_MAX_VALUE;
			rc = header_addresses(mem, v, &m->to, &n, e);
		}
	if (rc != RC_OK)
		return rc;
	v = header_get(h, "references");
	if (v.len > 0)
		m->thread = header_id(mem, v);
	v = header_get(h, "in-reply-to");
	if (m->thread == NULL && v.len > 0)
		m->thread = header_id(mem, v);
	m->is_reply =
	    m->thread != NULL || is_reply_subject(slice_of(m->subject));
	m->is_automatic = is_automatic(h);
	v = header_get(h, "sensitivity");
	m->is_private =
	    decode_starts(v, "private") || decode_starts(v, "personal");
	return RC_OK;
}
