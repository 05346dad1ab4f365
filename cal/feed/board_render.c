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
	size_t i;

	if (b->uuid != NULL && strcmp(b->uuid, ledger_uuid(b->ledger)) == 0)
		return RC_OK;
	rc = ical_new(b, b->calendar, ledger_uuid(b->ledger),
	    b->settings->timezone, &b->ical, e);
	if (rc != RC_OK)
		return rc;
	talloc_free(old);
	/* what the old one rendered is another ledger's */
	for (i = 0; i < b->stand_count; i++) {
		talloc_free(b->stands[i]->shelf);
		b->stands[i]->shelf =
		    shelf_new(b->stands[i], &b->stands[i]->choice, NULL, NULL);
	}
	TALLOC_FREE(b->collection);
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

	/* they come in the order they were listed in before */
	if (b->cursor < b->count && b->feeds[b->cursor]->id == id)
		return b->feeds[b->cursor++];
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

/* copy - a text that may be missing */
static char *
copy(TALLOC_CTX *mem, const char *text)
{
	return text ? talloc_strdup(mem, text) : NULL;
}

/* team_of - the addresses of a team, by the settings */
static const char *const *
team_of(TALLOC_CTX *mem, const struct settings *s, const char *team)
{
	const char **out = talloc_zero_array(mem, const char *, 1);
	size_t i, count = 0, len = strlen(team);

	for (i = 0; out != NULL && s->teams[i] != NULL; i++) {
		if (strncmp(s->teams[i], team, len) != 0 ||
		    s->teams[i][len] != ':')
			continue;
		out = talloc_realloc(mem, out, const char *, count + 2);
		if (out == NULL)
			break;
		out[count++] = s->teams[i] + len + 1;
		out[count] = NULL;
	}
	return out;
}

/* stand_new - what a row of the ledger chooses */
static struct board_stand *
stand_new(struct board *b, const struct ledger_feed *row, const char *key)
{
	struct board_stand *d = talloc_zero(b, struct board_stand);

	if (d == NULL)
		return NULL;
	d->key = talloc_strdup(d, key);
	d->choice.customer = copy(d, row->customer);
	d->choice.author = copy(d, row->author);
	if (row->team != NULL)
		d->choice.team = team_of(d, b->settings, row->team);
	if (row->kind != NULL && promise_kind_parse(row->kind, &d->kind))
		d->choice.kind = &d->kind;
	if (row->form != NULL && strcmp(row->form, "todos") == 0)
		d->choice.look.form = ICAL_AS_TODOS;
	d->choice.look.is_private = row->is_private;
	/* whoever watches others sees what was kept; one's own list is short */
	d->choice.look.kept_days = row->author ? 0 : BOARD_KEPT_DAYS;
	if (row->alarms != NULL && ahead_parse(row->alarms, &d->ahead))
		d->choice.look.ahead = &d->ahead;
	d->shelf = shelf_new(d, &d->choice, NULL, NULL);
	if (d->key == NULL || d->shelf == NULL)
		TALLOC_FREE(d);
	return d;
}

/* text - of a choice that may be missing */
static const char *
text(const char *t)
{
	return t ? t : "";
}

/* stand_of - the shelf of a subscription, shared with those alike */
static struct board_stand *
stand_of(
    struct board *b, struct board_stand *last, const struct ledger_feed *row)
{
	char *key = talloc_asprintf(NULL, "%s\n%s\n%s\n%s\n%s\n%s\n%d",
	    text(row->customer), text(row->author), text(row->team),
	    text(row->kind), text(row->form), text(row->alarms),
	    row->is_private);
	struct board_stand *d = NULL;
	size_t i;

	if (last != NULL && key != NULL && strcmp(last->key, key) == 0)
		d = last;
	for (i = 0; key != NULL && d == NULL && i < b->stand_count; i++)
		if (strcmp(b->stands[i]->key, key) == 0)
			d = b->stands[i];
	if (key != NULL && d == NULL) {
		d = stand_new(b, row, key);
		b->stands = talloc_realloc(
		    b, b->stands, struct board_stand *, b->stand_count + 1);
		if (d != NULL)
			b->stands[b->stand_count++] = d;
	}
	talloc_free(key);
	return d;
}

/* sweep - shelves that no subscription uses any more */
static void
sweep(struct board *b)
{
	size_t i, kept = 0;

	for (i = 0; i < b->stand_count; i++)
		b->stands[i]->is_used = false;
	for (i = 0; i < b->count; i++)
		if (b->feeds[i]->stand != NULL)
			b->feeds[i]->stand->is_used = true;
	for (i = 0; i < b->stand_count; i++) {
		if (b->stands[i]->is_used)
			b->stands[kept++] = b->stands[i];
		else
			talloc_free(b->stands[i]);
	}
	b->stand_count = kept;
}

/* list_feed - one row of the ledger's subscriptions */
static enum rc
list_feed(const struct ledger_feed *row, void *arg, struct err *e)
{
	struct board *b = arg;
	struct board_feed *f = find_feed(b, row->id);
	struct board_stand *stand;
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
	stand = f->is_revoked ? NULL : stand_of(b, f->stand, row);
	if (stand == NULL && !f->is_revoked)
		return err_nomem(e);
	changed |= stand != f->stand;
	f->stand = stand;
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
	b->cursor = 0;
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
		board_forget(b, f);
		talloc_free(f);
	}
	b->count = kept;
	sweep(b);
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

/* replace - the new calendar, unless it is the old one */
static enum rc
replace(struct board *b, struct board_feed *f, const char *head,
    const char *tail, int64_t at, struct err *e)
{
	struct snapshot *s, *old = f->snapshot;
	enum rc rc;

	/* two changes within a second are still two dates to a client */
	if (old != NULL && at <= old->modified_at)
		at = old->modified_at + 1;
	rc = snapshot_new(
	    f, head, shelf_stock(f->stand->shelf), tail, at, &s, e);
	if (rc != RC_OK)
		return rc;
	if (old != NULL && strcmp(old->etag, s->etag) == 0) {
		talloc_free(s);
		return RC_OK;
	}
	f->snapshot = s;
	f->is_dirty = b->is_dirty = true;
	talloc_free(old);
	return RC_OK;
}

/* compose - the calendar of a subscription, from its shelf */
static enum rc
compose(struct board *b, struct board_feed *f, int64_t at, struct err *e)
{
	const struct ical_tally *t = shelf_tally(f->stand->shelf);
	TALLOC_CTX *mem = talloc_new(b);
	char *head, *tail;
	enum rc rc;

	rc = ical_frame(b->ical, mem, f->name, f->lang,
	    f->stand->choice.look.form, at, t, &head, &tail, e);
	if (rc == RC_OK)
		rc = replace(b, f, head, tail, at, e);
	talloc_free(mem);
	if (rc != RC_OK)
		return rc;
	if (t->faults > 0)
		log_event(EV_FEED_LEFT_OUT, LOG_NUMBER("feed", f->id),
		    LOG_NUMBER("promises", (int64_t)t->faults));
	log_event(EV_FEED_RENDERED, LOG_NUMBER("feed", f->id),
	    LOG_NUMBER("events", (int64_t)t->shown),
	    LOG_NUMBER("late", (int64_t)t->late),
	    LOG_NUMBER("bytes", (int64_t)f->snapshot->body->len));
	return RC_OK;
}

/* spent_ms - processor time so far: a busy machine is no reason to wait */
static int64_t
spent_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* refresh - follow the ledger, and compose where something is different */
static enum rc
refresh(struct board *b, struct board_feed *f, int64_t at, struct err *e)
{
	struct ical_day day = ical_day_of(b->ical, at);
	struct shelf *s = f->stand->shelf;
	bool is_new = f->version < 0 || f->snapshot == NULL;
	enum rc rc;

	rc = shelf_follow(s, b->ledger, b->ical, b->version, at, e);
	if (rc == RC_OK &&
	    (is_new || f->day != day.begin || f->edition != shelf_edition(s)))
		rc = compose(b, f, at, e);
	if (rc != RC_OK)
		return rc;
	f->version = b->version;
	f->edition = shelf_edition(s);
	f->day = day.begin;
	f->until = shelf_tally(s)->until;
	if (day.end < f->until)
		f->until = day.end;
	return RC_OK;
}

void
board_render(struct board *b, struct board_feed *f, struct board_now now)
{
	int64_t begun;
	struct err e;

	if (b->ledger == NULL || f->lang == NULL || f->stand == NULL ||
	    (f->snapshot != NULL && f->version == b->version &&
		now.at < f->until) ||
	    (f->snapshot != NULL && now.mono_ms < f->not_before_ms))
		return;
	begun = spent_ms();
	if (refresh(b, f, now.at, &e) != RC_OK) {
		lose(b, now, e.text);
		return;
	}
	f->not_before_ms =
	    now.mono_ms + (spent_ms() - begun) * (REST_FACTOR + 1);
}

void
board_collect(struct board *b, struct board_now now)
{
	const struct settings *s = b->settings;
	enum rc rc = RC_OK;
	struct err e;

	if (b->ledger == NULL || *s->caldav == '\0')
		return;
	if (b->collection == NULL)
		rc = collection_new(
		    b, s->caldav, &b->everything, s->lang, &b->collection, &e);
	if (rc == RC_OK)
		rc = collection_follow(
		    b->collection, b->ledger, b->ical, b->version, now.at, &e);
	if (rc != RC_OK)
		log_event(EV_FEED_FILE, LOG_TEXT("reason", e.text));
}
