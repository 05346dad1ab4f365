/*
 * board_render.c - what the ledger holds, as calendars
 */
#include "core/core.h"

#include <sys/stat.h>
#include <time.h>

#include "cal/feed/board_priv.h"
#include "core/log/log.h"

#define REST_FACTOR 4 /* rendering takes at most a fifth of the time */

/* lose - the ledger cannot be read: what there is goes on being served */
static void
lose(struct board *b, struct board_now now, const char *reason)
{
	talloc_free(b->ledger);
	b->ledger = NULL;
	b->version = -1;
	b->retry_ms = now.mono_ms + BOARD_RETRY_MS;
	if (!b->is_stale)
		log_event(EV_FEED_STALE, LOG_TEXT("reason", reason));
	b->is_stale = true;
}

/* renderer - for the ledger that is open now */
static enum rc
renderer(struct board *b, struct err *e)
{
	struct ical *old = b->ical;
	enum rc rc;

	if (b->uuid != NULL && strcmp(b->uuid, ledger_uuid(b->ledger)) == 0)
		return RC_OK;
	rc = ical_new(b, b->calendar, ledger_uuid(b->ledger),
	    b->settings->timezone, &b->ical, e);
	if (rc != RC_OK)
		return rc;
	talloc_free(old);
	talloc_free(b->uuid);
	b->uuid = talloc_strdup(b, ledger_uuid(b->ledger));
	return RC_OK;
}

/* find_feed - by id; a subscription the index does not know is new */
static struct board_feed *
find_feed(struct board *b, int64_t id)
{
	struct board_feed *f;
	size_t i;

	for (i = 0; i < b->count; i++)
		if (b->feeds[i]->id == id)
			return b->feeds[i];
	if (b->count == BOARD_FEEDS_MAX)
		return NULL;
	f = board_feed_new(b, id);
	if (f == NULL)
		return NULL;
	b->feeds =
	    talloc_realloc(b, b->feeds, struct board_feed *, b->count + 1);
	b->feeds[b->count++] = f;
	return f;
}

/* put - a text of a subscription; true where it changed */
static bool
put(struct board_feed *f, char **at, const char *text)
{
	if ((*at == NULL) == (text == NULL) &&
	    (text == NULL || strcmp(*at, text) == 0))
		return false;
	talloc_free(*at);
	*at = text ? talloc_strdup(f, text) : NULL;
	return true;
}

/* list_feed - one row of the ledger's subscriptions */
static enum rc
list_feed(const struct ledger_feed *row, void *arg, struct err *e)
{
	struct board *b = arg;
	struct board_feed *f = find_feed(b, row->id);
	bool changed = false;

	if (f == NULL)
		return err_set(e, RC_TOOBIG, "more than %d subscriptions",
		    BOARD_FEEDS_MAX);
	f->is_listed = true;
	if (memcmp(f->hash, row->token_hash, sizeof(f->hash)) != 0) {
		/* another ledger's: the file is not this one's calendar */
		memcpy(f->hash, row->token_hash, sizeof(f->hash));
		TALLOC_FREE(f->snapshot);
		changed = true;
	}
	if (f->is_revoked != (row->revoked_at != 0)) {
		f->is_revoked = row->revoked_at != 0;
		b->is_dirty = changed = true;
	}
	changed |= put(f, &f->name, row->name);
	changed |= put(f, &f->lang, row->lang);
	changed |= put(f, &f->customer, row->customer);
	changed |= put(f, &f->author, row->author);
	if (changed)
		f->version = -1;
	return RC_OK;
}

/*
 * list_feeds - read the subscriptions again; those not there any more go
 *
 * A ledger of another name without any subscription is one that was begun
 * anew after a loss: whoever subscribed before keeps what there was.
 */
static enum rc
list_feeds(struct board *b, struct err *e)
{
	size_t i, kept = 0;
	enum rc rc;

	for (i = 0; i < b->count; i++)
		b->feeds[i]->is_listed = false;
	rc = ledger_feed_each(b->ledger, list_feed, b, e);
	if (rc != RC_OK)
		return rc;
	for (i = 0; i < b->count; i++)
		kept += b->feeds[i]->is_listed;
	if (kept == 0 && b->count > 0 && b->index_uuid != NULL &&
	    strcmp(b->index_uuid, b->uuid) != 0)
		return err_set(e, RC_NOTFOUND,
		    "this ledger is another one, without subscriptions");
	kept = 0;
	for (i = 0; i < b->count; i++) {
		struct board_feed *f = b->feeds[i];

		if (f->is_listed) {
			b->feeds[kept++] = f;
			continue;
		}
		(void)unlink(f->path);
		talloc_free(f);
	}
	b->count = kept;
	b->is_index_dirty = true;
	if (b->index_uuid == NULL || strcmp(b->index_uuid, b->uuid) != 0) {
		talloc_free(b->index_uuid);
		b->index_uuid = talloc_strdup(b, b->uuid);
	}
	return RC_OK;
}

/* reopen - the ledger at its path, unless it is open already */
static enum rc
reopen(struct board *b, struct err *e)
{
	struct stat st;
	enum rc rc;

	if (stat(b->ledger_path, &st) != 0)
		return err_set(e, RC_NOTFOUND, "'%s': %s", b->ledger_path,
		    strerror(errno));
	if (b->ledger != NULL && st.st_dev == b->device &&
	    st.st_ino == b->inode)
		return RC_OK;
	TALLOC_FREE(b->ledger);
	b->version = -1;
	rc = ledger_open(b, b->ledger_path, LEDGER_READ, &b->ledger, e);
	if (rc != RC_OK)
		return rc;
	ledger_patience(b->ledger, BOARD_PATIENCE_MS);
	b->device = st.st_dev;
	b->inode = st.st_ino;
	return renderer(b, e);
}

void
board_look(struct board *b, struct board_now now)
{
	int64_t version;
	struct err e;
	enum rc rc;

	if (now.mono_ms < b->retry_ms ||
	    (b->checked_ms != INT64_MIN &&
		now.mono_ms - b->checked_ms < BOARD_LOOK_MS))
		return;
	b->checked_ms = now.mono_ms;
	rc = reopen(b, &e);
	if (rc == RC_OK)
		rc = ledger_version(b->ledger, &version, &e);
	if (rc == RC_OK && version != b->version) {
		rc = list_feeds(b, &e);
		if (rc == RC_OK)
			b->version = version;
	}
	if (rc != RC_OK) {
		lose(b, now, e.text);
		return;
	}
	if (b->is_stale)
		log_event(EV_FEED_FRESH, LOG_TEXT("ledger", b->ledger_path));
	b->is_stale = false;
}

static enum rc
add_promise(const struct promise *p, void *arg, struct err *e)
{
	return ical_sheet_add(arg, p, e);
}

static enum rc
touch_promise(const struct promise *p, void *arg, struct err *e)
{
	(void)e;
	ical_sheet_touch(arg, p->changed_at);
	return RC_OK;
}

/* collect - the calendar of one subscription, from the ledger */
static enum rc
collect(struct board *b, struct board_feed *f, int64_t at, TALLOC_CTX *mem,
    struct ical_result *out, struct err *e)
{
	struct ledger_query open = { .states = 1u << PROMISE_OPEN,
		.customer = f->customer,
		.author = f->author };
	struct ledger_query settled = { .states = ~(1u << PROMISE_OPEN) & 0xf,
		.customer = f->customer,
		.author = f->author };
	struct ical_sheet *s;
	enum rc rc;

	rc = ical_sheet_new(b->ical, f->name, f->lang, at, &s, e);
	if (rc != RC_OK)
		return rc;
	rc = ledger_each(b->ledger, &open, add_promise, s, e);
	settled.changed_from = ical_sheet_day(s);
	if (rc == RC_OK)
		rc = ledger_each(b->ledger, &settled, touch_promise, s, e);
	if (rc == RC_OK)
		rc = ical_sheet_end(s, mem, out, e);
	talloc_free(s);
	return rc;
}

/* replace - the new calendar, unless its bytes are those of the old one */
static enum rc
replace(struct board *b, struct board_feed *f, struct slice bytes, int64_t at,
    struct err *e)
{
	struct snapshot *s = f->snapshot, *old = s;
	enum rc rc;

	if (s != NULL && s->len == bytes.len &&
	    memcmp(s->body, bytes.at, bytes.len) == 0)
		return RC_OK;
	/* two changes within a second are still two dates to a client */
	if (old != NULL && at <= old->modified_at)
		at = old->modified_at + 1;
	rc = snapshot_new(f, bytes, at, &s, e);
	if (rc != RC_OK)
		return rc;
	f->snapshot = s;
	f->is_dirty = b->is_dirty = true;
	talloc_free(old);
	return RC_OK;
}

static int64_t
clock_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void
board_render(struct board *b, struct board_feed *f, struct board_now now)
{
	struct ical_result r = { .bytes = NULL };
	TALLOC_CTX *mem;
	int64_t begun;
	struct err e;
	enum rc rc;

	if (b->ledger == NULL || f->lang == NULL ||
	    (f->snapshot != NULL && f->version == b->version &&
		now.at < f->until) ||
	    (f->snapshot != NULL && now.mono_ms < f->not_before_ms))
		return;
	begun = clock_ms();
	mem = talloc_new(b);
	rc = collect(b, f, now.at, mem, &r, &e);
	if (rc == RC_OK)
		rc =
		    replace(b, f, (struct slice){ r.bytes, r.len }, now.at, &e);
	talloc_free(mem);
	if (rc != RC_OK) {
		lose(b, now, e.text);
		return;
	}
	f->version = b->version;
	f->until = r.until;
	f->not_before_ms =
	    now.mono_ms + (clock_ms() - begun) * (REST_FACTOR + 1);
	if (r.faults > 0)
		log_event(EV_FEED_LEFT_OUT, LOG_NUMBER("feed", f->id),
		    LOG_NUMBER("promises", (int64_t)r.faults));
	log_event(EV_FEED_RENDERED, LOG_NUMBER("feed", f->id),
	    LOG_NUMBER("events", (int64_t)r.events),
	    LOG_NUMBER("late", (int64_t)r.late),
	    LOG_NUMBER("bytes", (int64_t)r.len));
}
