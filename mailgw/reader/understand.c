/*
 * understand.c - a message read by the parser → the promises it makes to whom
 */
#include "core/core.h"

#include "core/civil/civil.h"
#include "mailgw/reader/understand.h"

#define MAX_ZONES 128 /* offsets are few; more are not kept */

struct understand {
	const struct settings *settings;
	struct read_langs *langs;
	struct calendar *calendar;
	struct zone *fixed; /* NULL: the offset in Date: */
	struct zone *zones[MAX_ZONES];
	int offsets[MAX_ZONES];
	size_t zone_count;
};

enum rc
understand_new(TALLOC_CTX *mem, const struct settings *s, const char *zone,
    struct understand **out, struct err *e)
{
	struct understand *u = talloc_zero(mem, struct understand);
	enum rc rc;

	if (u == NULL)
		return err_nomem(e);
	u->settings = s;
	if (zone == NULL && s->timezone != NULL && s->timezone[0] != '\0')
		zone = s->timezone;
	rc = read_langs_open(u, NULL, &u->langs, e);
	if (rc == RC_OK)
		rc = settings_calendar(u, s, &u->calendar, e);
	if (rc == RC_OK && zone != NULL)
		rc = zone_open(u, zone, &u->fixed, e);
	if (rc != RC_OK) {
		talloc_free(u);
		return rc;
	}
	*out = u;
	return RC_OK;
}

/* zone_of - the settings' zone, else the offset's */
static enum rc
zone_of(struct understand *u, TALLOC_CTX *mem, int offset_min,
    struct zone **out, struct err *e)
{
	char name[16];
	int min = offset_min < 0 ? -offset_min : offset_min;
	bool keep = u->zone_count < MAX_ZONES;
	size_t i;
	enum rc rc;

	*out = u->fixed;
	if (u->fixed != NULL)
		return RC_OK;
	for (i = 0; i < u->zone_count; i++)
		if (u->offsets[i] == offset_min) {
			*out = u->zones[i];
			return RC_OK;
		}
	(void)snprintf(name, sizeof(name), "%c%02d:%02d",
	    offset_min < 0 ? '-' : '+', min / 60 % 24, min % 60);
	rc = zone_open(keep ? (TALLOC_CTX *)u : mem, name, out, e);
	if (rc == RC_OK && keep) {
		u->offsets[u->zone_count] = offset_min;
		u->zones[u->zone_count++] = *out;
	}
	return rc;
}

static const char *
domain_of(const char *address)
{
	const char *at = address ? strrchr(address, '@') : NULL;

	return at ? at + 1 : "";
}

/* is_under - the same domain, or one below it */
static bool
is_under(const char *domain, const char *top)
{
	size_t n = strlen(domain), t = strlen(top);

	if (t == 0 || n < t || strcasecmp(domain + n - t, top) != 0)
		return false;
	return n == t || domain[n - t - 1] == '.';
}

static bool
is_own(const struct understand *u, const char *author, const char *address)
{
	const char *domain = domain_of(address);
	char *const *own = u->settings->own_domains;

	if (own == NULL || *own == NULL)
		return is_under(domain, domain_of(author));
	for (; *own != NULL; own++)
		if (is_under(domain, *own))
			return true;
	return false;
}

/* plain - an address of the envelope without brackets, its domain in lower
 * case; NULL where it has no "@" or is not text */
static char *
plain(TALLOC_CTX *mem, const char *address)
{
	size_t n;
	char *copy, *c;

	if (address == NULL)
		return NULL;
	address += address[0] == '<';
	n = strlen(address);
	if (n > 0 && address[n - 1] == '>')
		n--;
	copy = talloc_strndup(mem, address, n);
	c = copy ? strrchr(copy, '@') : NULL;
	if (c == NULL || c == copy || c[1] == '\0')
		return NULL;
	for (; *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c + 32);
	return copy;
}

/* add_customer - once each, external ones only */
static enum rc
add_customer(struct understand *u, struct understood *o, size_t *n,
    const char *address, struct err *e)
{
	const char **grown;
	size_t i;
	char *copy = plain(o, address);

	if (copy == NULL || is_own(u, o->author, copy))
		return RC_OK;
	for (i = 0; i < *n; i++)
		if (strcasecmp(o->customers[i], copy) == 0)
			return RC_OK;
	grown = talloc_realloc(o, o->customers, const char *, *n + 2);
	if (grown == NULL)
		return err_nomem(e);
	grown[(*n)++] = copy;
	grown[*n] = NULL;
	o->customers = grown;
	return RC_OK;
}

static enum rc
customers(struct understand *u, struct understood *o, const struct message *m,
    const struct understand_from *from, struct err *e)
{
	size_t n = 0, i;
	enum rc rc = RC_OK;

	if (from->rcpts != NULL) {
		for (i = 0; from->rcpts[i] != NULL && rc == RC_OK; i++)
			rc = add_customer(u, o, &n, from->rcpts[i], e);
		return rc;
	}
	for (i = 0; m->to[i].address != NULL && rc == RC_OK; i++)
		rc = add_customer(u, o, &n, m->to[i].address, e);
	return rc;
}

enum rc
understand_mail(struct understand *u, TALLOC_CTX *mem, const struct message *m,
    const struct understand_from *from, struct understood **out, struct err *e)
{
	struct understood *o = talloc_zero(mem, struct understood);
	struct when_ref ref = { .calendar = u->calendar };
	struct read_mail mail = { .is_automatic = m->is_automatic,
		.is_reply = m->is_reply };
	struct zone *zone;
	bool has_date = m->date_at != INT64_MIN;
	enum rc rc;

	if (o == NULL)
		return err_nomem(e);
	o->read = talloc_zero(o, struct read_result);
	o->customers = talloc_zero(o, const char *);
	o->author =
	    m->from.address ? m->from.address : plain(o, from->mail_from);
	o->author_name = m->from.name;
	if (o->read == NULL || o->customers == NULL)
		return err_nomem(e);
	ref.offset_min = has_date ? m->offset_min : 0;
	rc = zone_of(u, o, ref.offset_min, &zone, e);
	if (rc != RC_OK)
		goto out;
	o->sent_at = has_date ? m->date_at : from->received_at;
	o->zone = zone_name(zone);
	if (!has_date)
		ref.offset_min = zone_offset_min(zone, o->sent_at);
	ref.sent_at = o->sent_at;
	ref.zone = zone;
	if (m->is_private)
		o->why = UNDERSTAND_PRIVATE;
	else if (o->author == NULL)
		o->why = UNDERSTAND_NO_AUTHOR;
	else if (!is_own(u, o->author, o->author))
		o->why = UNDERSTAND_FOREIGN;
	else
		rc = customers(u, o, m, from, e);
	if (rc == RC_OK && o->why == UNDERSTAND_READ && o->customers[0] == NULL)
		o->why = UNDERSTAND_INTERNAL;
	if (rc != RC_OK || o->why != UNDERSTAND_READ)
		goto out;
	mail.subject = slice_of(m->subject);
	mail.words = slice_of(m->words);
	rc = read_promises(o, u->langs, &mail, &ref, &o->read, e);
out:
	if (rc == RC_OK)
		*out = o;
	else
		talloc_free(o);
	return rc;
}

const char *
understand_why_name(enum understand_why why)
{
	switch (why) {
	case UNDERSTAND_PRIVATE:
		return "private";
	case UNDERSTAND_INTERNAL:
		return "internal";
	case UNDERSTAND_FOREIGN:
		return "foreign";
	case UNDERSTAND_NO_AUTHOR:
		return "no-author";
	case UNDERSTAND_READ:
		break;
	}
	return "read";
}
