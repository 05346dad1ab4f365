/*
 * desk.c - decides what is said to whom, and puts it into the outbox
 */
#include "core/core.h"

#include <glib.h>

#include "cal/remind/desk.h"
#include "cal/remind/letter.h"
#include "cal/remind/note.h"
#include "cal/remind/note_words.h"
#include "cal/remind/plan.h"
#include "core/log/log.h"

#define DAY_S     86400
#define HOPS_MAX  16 /* deputies of deputies */
#define TOPIC_MAX 24

/* one thing to be said */
struct item {
	struct promise *promise; /* owned */
	char *reader;
	enum note_kind kind;
	enum note_why why;
	char topic[TOPIC_MAX];
	int64_t moment;
	bool is_for_another;
};

/* what one decision works on */
struct work {
	const struct desk *desk;
	struct ledger *ledger;
	TALLOC_CTX *mem;
	struct zone *zone; /* of the last promise */
	int64_t at;
	struct item *items;
	size_t count;
	/* one letter */
	size_t first, many;
	int64_t letter; /* its number */
	size_t posted;
};

struct plan_pace
desk_pace(const struct desk *d)
{
	return (struct plan_pace){ (int)d->settings->remind_ahead_days,
		(int)d->settings->remind_late_days };
}

char *
desk_message_id(const struct desk *d, TALLOC_CTX *mem)
{
	const char *domain = strrchr(d->settings->remind_from, '@');
	gchar *random = g_uuid_string_random();
	char *out = talloc_asprintf(
	    mem, "promised.%s@%s", random, domain ? domain + 1 : d->hostname);

	g_free(random);
	return out;
}

/* team_or - the team, or where there is none the person after all */
static char *
team_or(const struct desk *d, TALLOC_CTX *mem, const char *who)
{
	const char *team = settings_manager(d->settings, who);

	return talloc_strdup(mem, *team ? team : who);
}

enum rc
desk_reader(const struct desk *d, struct ledger *l, TALLOC_CTX *mem,
    const char *who, struct civil day, int64_t at, char **out, struct err *e)
{
	char *deputy = NULL, *now = talloc_strdup(mem, who);
	bool is_dead;
	enum rc rc = RC_OK;
	int hop;

	for (hop = 0; now != NULL && hop < HOPS_MAX; hop++) {
		rc = ledger_away_of(l, mem, now, day, &deputy, e);
		if (rc != RC_OK)
			break;
		now = deputy;
	}
	if (rc != RC_OK && rc != RC_NOTFOUND)
		return rc;
	if (rc == RC_OK || now == NULL) {
		*out = team_or(d, mem, who);
		return *out ? RC_OK : err_nomem(e);
	}
	rc = ledger_is_dead(
	    l, now, at - (int64_t)DESK_DEAD_DAYS * DAY_S, &is_dead, e);
	*out = is_dead ? team_or(d, mem, now) : now;
	return rc;
}

/* zone_of - the promise's, opened once for many */
static const struct zone *
zone_of(struct work *w, const struct promise *p)
{
	struct zone *z;
	struct err e;

	if (p->zone == NULL || *p->zone == '\0')
		return w->desk->zone;
	if (w->zone != NULL && strcmp(zone_name(w->zone), p->zone) == 0)
		return w->zone;
	if (zone_open(w->mem, p->zone, &z, &e) != RC_OK)
		return w->desk->zone;
	talloc_free(w->zone);
	return w->zone = z;
}

/* is_in_hours - does anybody work there now? */
static bool
is_in_hours(const struct work *w, struct civil now, int from_min)
{
	const struct calendar *c = w->desk->calendar;

	return calendar_is_working(c, now.day) && now.minute >= from_min &&
	       now.minute <= calendar_end_min(c);
}

/* digest_min - when the morning's mail goes out */
static int
digest_min(const struct work *w)
{
	int min = w->desk->settings->digest_min;

	return min >= 0 ? min : calendar_start_min(w->desk->calendar);
}

/* add - one more item, unless it was said */
static enum rc
add(struct work *w, const struct promise *p, enum note_kind kind,
    enum note_why why, const char *topic, int64_t moment, const char *reader,
    struct err *e)
{
	const char *owner = p->owner ? p->owner : p->author;
	struct item *item;
	bool is_said;
	enum rc rc;

	rc = ledger_is_said(w->ledger, p->id, topic, moment, &is_said, e);
	if (rc != RC_OK || is_said)
		return rc;
	w->items = talloc_realloc(w->mem, w->items, struct item, w->count + 1);
	if (w->items == NULL)
		return err_nomem(e);
	item = &w->items[w->count];
	*item = (struct item){ .kind = kind, .why = why, .moment = moment };
	(void)snprintf(item->topic, sizeof(item->topic), "%s", topic);
	item->reader = talloc_strdup(w->mem, reader);
	item->is_for_another = strcasecmp(reader, owner) != 0;
	rc = ledger_get(w->ledger, w->mem, p->id, &item->promise, e);
	if (rc == RC_OK && letter_is_address(reader))
		w->count++;
	return rc;
}

static const enum note_why whys[] = {
	[PLAN_AHEAD] = NOTE_AHEAD,
	[PLAN_MORNING] = NOTE_MORNING,
	[PLAN_SOON] = NOTE_SOON,
	[PLAN_DUE] = NOTE_DUE,
	[PLAN_LATE] = NOTE_LATE,
};

/* add_team - what is late, for the team */
static enum rc
add_team(struct work *w, const struct promise *p, const char *topic,
    int64_t moment, const char *reader, struct err *e)
{
	const char *team = settings_manager(
	    w->desk->settings, p->owner ? p->owner : p->author);

	if (*team == '\0' || strcasecmp(team, reader) == 0)
		return RC_OK;
	return add(w, p, NOTE_TEAM, NOTE_LATE, topic, moment, team, e);
}

/* add_moment - what the plan has for now */
static enum rc
add_moment(struct work *w, const struct promise *p, const struct zone *z,
    struct civil now, const char *reader, struct err *e)
{
	const struct settings *s = w->desk->settings;
	struct plan_moment m;
	enum rc rc = RC_OK;

	if (!is_in_hours(w, now, calendar_start_min(w->desk->calendar)) ||
	    !plan_now(p, w->desk->calendar, z, desk_pace(w->desk), w->at, &m))
		return RC_OK;
	if (s->remind == REMIND_MAIL)
		rc = add(w, p, NOTE_REMIND, whys[m.why], plan_why_name(m.why),
		    m.at, reader, e);
	if (rc == RC_OK && m.why == PLAN_LATE && s->remind != REMIND_DIGEST)
		rc = add_team(w, p, "team", m.at, reader, e);
	return rc;
}

/* add_digest - as of the hour of this morning's digest */
static enum rc
add_digest(struct work *w, const struct promise *p, const struct zone *z,
    struct civil now, const char *reader, struct err *e)
{
	enum note_why why;
	struct civil hour = now;
	int64_t moment;
	enum rc rc;

	if (w->desk->settings->remind != REMIND_DIGEST ||
	    !is_in_hours(w, now, digest_min(w)))
		return RC_OK;
	hour.minute = (int16_t)digest_min(w);
	moment = zone_instant(z, hour);
	if (p->recorded_at >= moment ||
	    !plan_digest(p, w->desk->calendar,
		(int)w->desk->settings->remind_ahead_days, now.day, moment,
		&why))
		return RC_OK;
	rc = add(w, p, NOTE_DIGEST, why, "digest", moment, reader, e);
	if (rc == RC_OK && why == NOTE_LATE)
		rc = add_team(w, p, "team digest", moment, reader, e);
	return rc;
}

static enum rc
reader_of(struct work *w, const struct promise *p, struct civil now, char **out,
    struct err *e)
{
	return desk_reader(w->desk, w->ledger, w->mem,
	    p->owner ? p->owner : p->author, now, w->at, out, e);
}

/* look_at_dated - ledger_each()'s visitor */
static enum rc
look_at_dated(const struct promise *p, void *arg, struct err *e)
{
	struct work *w = arg;
	const struct zone *z = zone_of(w, p);
	struct civil now = zone_civil(z, w->at);
	char *reader;
	enum rc rc;

	rc = reader_of(w, p, now, &reader, e);
	if (rc == RC_OK)
		rc = add_moment(w, p, z, now, reader, e);
	if (rc == RC_OK)
		rc = add_digest(w, p, z, now, reader, e);
	return rc;
}

/* look_at_new - the same: what wants a second look */
static enum rc
look_at_new(const struct promise *p, void *arg, struct err *e)
{
	struct work *w = arg;
	bool is_doubtful = p->warnings != 0 || !(p->due.is_set || p->after);
	struct civil now = zone_civil(zone_of(w, p), w->at), hour;
	int from = calendar_start_min(w->desk->calendar);
	char *reader;
	enum rc rc;

	/* nor is old mail that was added now news to its author */
	if (!is_doubtful || p->recorded_at > w->at ||
	    p->recorded_at < w->at - (int64_t)DESK_RECEIPT_DAYS * DAY_S ||
	    p->sent_at < w->at - (int64_t)DESK_RECEIPT_DAYS * DAY_S)
		return RC_OK;
	if (w->desk->settings->receipts == RECEIPTS_DIGEST) {
		from = digest_min(w);
		hour = now;
		hour.minute = (int16_t)from;
		if (p->recorded_at >= zone_instant(zone_of(w, p), hour))
			return RC_OK; /* tomorrow's */
	}
	if (!is_in_hours(w, now, from))
		return RC_OK;
	rc = reader_of(w, p, now, &reader, e);
	if (rc != RC_OK)
		return rc;
	return add(w, p, NOTE_RECEIPT, NOTE_CHECK, "receipt", p->recorded_at,
	    reader, e);
}

/* by_letter - kind, reader, due, number */
static int
by_letter(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	int order = (int)x->kind - (int)y->kind;

	if (order == 0)
		order = strcasecmp(x->reader, y->reader);
	if (order == 0 && x->promise->due_at != y->promise->due_at)
		order = x->promise->due_at < y->promise->due_at ? -1 : 1;
	if (order == 0)
		order = x->promise->id < y->promise->id ? -1 : 1;
	return order;
}

/* compose - the letter's octets */
static enum rc
compose(struct work *w, TALLOC_CTX *mem, const char *message_id, int64_t id,
    struct slice *out, struct err *e)
{
	const struct item *items = &w->items[w->first];
	const char *from = w->desk->settings->remind_from;
	struct note_item *shown = talloc_array(mem, struct note_item, w->many);
	struct note note = { items[0].kind, shown, w->many, true };
	struct letter letter = {
		.from = from,
		.to = items[0].reader,
		.message_id = message_id,
		.automatic = "auto-generated",
		.at = w->at,
		.zone = zone_of(w, items[0].promise),
	};
	char *subject, *text;
	enum rc rc;
	size_t i;

	if (shown == NULL)
		return err_nomem(e);
	for (i = 0; i < w->many; i++)
		shown[i] = (struct note_item){ items[i].promise, items[i].why,
			items[i].is_for_another };
	if (!items[0].is_for_another && items[0].promise->owner == NULL)
		letter.to_name = items[0].promise->author_name;
	rc = note_write(mem, &note, &subject, &text, e);
	if (rc != RC_OK)
		return rc;
	letter.lang = note_lang(&note);
	letter.from_name = note_words_of(letter.lang)->sender;
	letter.subject = subject;
	letter.text = text;
	letter.reply_to =
	    ticket_address(mem, from, w->desk->key, id, items[0].reader, w->at);
	return letter_write(mem, &letter, out, e);
}

static const char *const kinds[] = {
	[NOTE_REMIND] = "remind",
	[NOTE_DIGEST] = "digest",
	[NOTE_RECEIPT] = "receipt",
	[NOTE_TEAM] = "team",
};

/* post_one - ledger_together()'s part: one letter */
static enum rc
post_one(struct ledger *l, void *arg, struct err *e)
{
	struct work *w = arg;
	const struct item *items = &w->items[w->first];
	TALLOC_CTX *mem = talloc_new(w->mem);
	char *message_id = desk_message_id(w->desk, mem);
	struct slice bytes;
	int64_t id = 0;
	enum rc rc;
	size_t i;

	rc = ledger_post(l, kinds[items[0].kind], items[0].reader, message_id,
	    w->at, &id, e);
	for (i = 0; rc == RC_OK && i < w->many; i++)
		rc = ledger_said(l, items[i].promise->id, items[i].topic,
		    items[i].moment, id, e);
	if (rc == RC_OK)
		rc = compose(w, mem, message_id, id, &bytes, e);
	if (rc == RC_OK)
		rc = ledger_post_write(l, id, bytes, e);
	w->letter = id;
	talloc_free(mem);
	return rc;
}

/* post_all - the items in letters */
static enum rc
post_all(struct work *w, struct err *e)
{
	enum rc rc = RC_OK;

	if (w->count > 1)
		qsort(w->items, w->count, sizeof(*w->items), by_letter);
	for (w->first = 0; rc == RC_OK && w->first < w->count;
	     w->first += w->many) {
		const struct item *a = &w->items[w->first];

		for (w->many = 1; w->first + w->many < w->count; w->many++) {
			const struct item *b = a + w->many;

			if (b->kind != a->kind ||
			    strcasecmp(b->reader, a->reader) != 0)
				break;
		}
		rc = ledger_together(w->ledger, post_one, w, e);
		if (rc != RC_OK)
			break;
		w->posted++;
		log_event(EV_REMIND_POSTED, LOG_NUMBER("letter", w->letter),
		    LOG_TEXT("kind", kinds[a->kind]),
		    LOG_NUMBER("promises", (int64_t)w->many));
	}
	return rc;
}

enum rc
desk_hand(const struct desk *d, struct ledger *l, int64_t id, int64_t at,
    struct err *e)
{
	struct work w = { .desk = d, .ledger = l, .at = at };
	struct promise *p;
	enum rc rc;

	w.mem = talloc_new(NULL);
	if (w.mem == NULL)
		return err_nomem(e);
	rc = ledger_get(l, w.mem, id, &p, e);
	if (rc == RC_OK && p->owner != NULL)
		rc = add(
		    &w, p, NOTE_REMIND, NOTE_HANDED, "handed", at, p->owner, e);
	if (rc == RC_OK && w.count == 1) {
		w.many = 1;
		rc = post_one(l, &w, e);
	}
	talloc_free(w.mem);
	return rc;
}

enum rc
desk_decide(const struct desk *d, struct ledger *l, int64_t at, size_t *posted,
    struct err *e)
{
	struct ledger_query dated = { .states = 1u << PROMISE_OPEN,
		.due_before = at + (int64_t)PLAN_AHEAD_DAYS * DAY_S };
	struct ledger_query fresh = { .states = 1u << PROMISE_OPEN,
		.changed_from = at - (int64_t)DESK_RECEIPT_DAYS * DAY_S };
	struct work w = { .desk = d, .ledger = l, .at = at };
	enum rc rc;

	w.mem = talloc_new(NULL);
	if (w.mem == NULL)
		return err_nomem(e);
	rc = ledger_each(l, &dated, look_at_dated, &w, e);
	if (rc == RC_OK && d->settings->receipts != RECEIPTS_NEVER)
		rc = ledger_each(l, &fresh, look_at_new, &w, e);
	if (rc == RC_OK)
		rc = post_all(&w, e);
	*posted = w.posted;
	talloc_free(w.mem);
	return rc;
}
