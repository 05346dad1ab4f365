/*
 * board.c - every subscription with its latest good calendar
 */
#include "core/core.h"

#include <glib.h>
#include <sys/stat.h>

#include "cal/feed/board_priv.h"
#include "cal/feed/cond.h"
#include "cal/file.h"
#include "core/log/log.h"

#define INDEX_MAX_BYTES (4 << 20)
#define PUBLIC_MODE     0640 /* of what a web server reads, by its group */

/* feed_path - home/feed/ID.ics.gz, owned by mem */
static char *
feed_path(TALLOC_CTX *mem, const struct board *b, int64_t id)
{
	return talloc_asprintf(mem, "%s/%" PRId64 ".ics.gz", b->folder, id);
}

struct board_feed *
board_feed_new(struct board *b, int64_t id)
{
	struct board_feed *f = talloc_zero(b, struct board_feed);

	if (f != NULL) {
		f->id = id;
		f->version = -1;
		f->path = feed_path(f, b, id);
	}
	return f;
}

/* load_line - one subscription of the index, with its calendar */
static void
load_line(struct board *b, char *line)
{
	struct board_feed *f;
	char hex[65], state[16];
	int64_t id;
	struct err e;
	size_t i;

	if (strncmp(line, "ledger ", 7) == 0)
		b->index_uuid = talloc_strdup(b, line + 7);
	if (b->count == BOARD_FEEDS_MAX ||
	    sscanf(line, "%" SCNd64 " %64[0-9a-f] %15s", &id, hex, state) !=
		3 ||
	    strlen(hex) != 64)
		return;
	f = board_feed_new(b, id);
	if (f == NULL)
		return;
	for (i = 0; i < 32; i++) {
		unsigned octet = 0;

		(void)sscanf(hex + 2 * i, "%2x", &octet);
		f->hash[i] = (uint8_t)octet;
	}
	f->is_revoked = strcmp(state, "revoked") == 0;
	if (!f->is_revoked &&
	    snapshot_load(f, f->path, &f->snapshot, &e) == RC_BADINPUT)
		log_event(EV_FEED_FILE, LOG_TEXT("reason", e.text));
	b->feeds =
	    talloc_realloc(b, b->feeds, struct board_feed *, b->count + 1);
	b->feeds[b->count++] = f;
}

/* load_index - what an earlier process left in home/feed */
static void
load_index(struct board *b)
{
	char *path = talloc_asprintf(NULL, "%s/index", b->folder);
	struct slice all;
	struct err e;
	char *line, *next;
	int64_t at;
	enum rc rc;

	rc = file_read(path, path, INDEX_MAX_BYTES, &all, &at, &e);
	if (rc == RC_OK) {
		b->index = talloc_strndup(b, all.at, all.len);
		for (line = talloc_strdup(path, b->index); *line != '\0';
		     line = next) {
			next = line + strcspn(line, "\n");
			if (*next != '\0')
				*next++ = '\0';
			load_line(b, line);
		}
	} else if (rc != RC_NOTFOUND) {
		log_event(EV_FEED_FILE, LOG_TEXT("reason", e.text));
	}
	talloc_free(path);
}

enum rc
board_new(TALLOC_CTX *mem, const struct settings *s, const struct calendar *c,
    struct board **out, struct err *e)
{
	struct board *b = talloc_zero(mem, struct board);
	enum rc rc;

	if (b == NULL)
		return err_nomem(e);
	b->settings = s;
	b->calendar = c;
	b->checked_ms = b->retry_ms = INT64_MIN;
	b->version = -1;
	b->folder = settings_path(b, s, "feed");
	b->ledger_path = settings_path(b, s, LEDGER_FILE);
	if (b->folder == NULL || b->ledger_path == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	(void)mkdir(s->home, 0700);
	if (mkdir(b->folder, 0700) != 0 && errno != EEXIST) {
		rc = err_errno(e, "'%s'", b->folder);
		goto out;
	}
	load_index(b);
	*out = b;
	return RC_OK;
out:
	talloc_free(b);
	return rc;
}

enum board_answer
board_find(struct board *b, struct slice token, struct board_now now,
    struct snapshot **out)
{
	GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
	struct board_feed *f = NULL;
	gsize len = 32;
	uint8_t hash[32];
	size_t i;

	g_checksum_update(sum, (const guchar *)token.at, (gssize)token.len);
	g_checksum_get_digest(sum, hash, &len);
	g_checksum_free(sum);
	board_look(b, now);
	/* every subscription is looked at, found or not */
	for (i = 0; i < b->count; i++)
		if (cond_same(b->feeds[i]->hash, hash))
			f = b->feeds[i];
	if (f == NULL)
		return BOARD_UNKNOWN;
	if (f->is_revoked)
		return BOARD_REVOKED;
	board_render(b, f, now);
	if (f->snapshot == NULL)
		return BOARD_NOT_YET;
	if (now.at - f->used_at >= BOARD_USED_S || now.at < f->used_at) {
		f->used_at = now.at;
		f->is_used = b->has_used = true;
	}
	*out = f->snapshot;
	return BOARD_HERE;
}

void
board_tick(struct board *b, struct board_now now)
{
	size_t i;

	board_look(b, now);
	for (i = 0; i < b->count; i++)
		if (!b->feeds[i]->is_revoked)
			board_render(b, b->feeds[i], now);
	board_collect(b, now);
	b->is_dirty = b->is_index_dirty = true;
}

/* public_path - of a calendar in the web server's folder, NULL: there is none;
 * owned by mem */
static char *
public_path(TALLOC_CTX *mem, const struct board *b, const struct board_feed *f)
{
	const char *folder = b->settings->feed_folder;
	char *out = *folder ? talloc_asprintf(mem, "%s/", folder) : NULL;
	size_t i;

	for (i = 0; out != NULL && i < sizeof(f->hash); i++)
		out = talloc_asprintf_append_buffer(out, "%02x", f->hash[i]);
	return out ? talloc_asprintf_append_buffer(out, ".ics") : NULL;
}

void
board_forget(const struct board *b, const struct board_feed *f)
{
	char *path = public_path(NULL, b, f);

	(void)unlink(f->path);
	if (path == NULL)
		return;
	(void)unlink(path);
	path = talloc_asprintf_append(path, ".gz");
	if (path != NULL)
		(void)unlink(path);
	talloc_free(path);
}

/* publish - for the web server: a client that takes gzip gets the one, the
 * others the other */
static enum rc
publish(const struct board *b, const struct board_feed *f, struct err *e)
{
	char *path = public_path(NULL, b, f), *gzip;
	enum rc rc;

	if (path == NULL)
		return RC_OK;
	gzip = talloc_asprintf(path, "%s.gz", path);
	rc = snapshot_save(f->snapshot, gzip, PUBLIC_MODE, e);
	if (rc == RC_OK)
		rc = snapshot_save_plain(f->snapshot, path, PUBLIC_MODE, e);
	talloc_free(path);
	return rc;
}

/* save_feeds - calendars that changed become files, of revoked ones none; what
 * could not be written is tried again after the next tick */
static void
save_feeds(struct board *b)
{
	struct err e;
	enum rc rc;
	size_t i;

	for (i = 0; i < b->count; i++) {
		struct board_feed *f = b->feeds[i];

		if (f->is_revoked)
			board_forget(b, f);
		if (f->is_revoked || !f->is_dirty || f->snapshot == NULL)
			continue;
		rc = snapshot_save(f->snapshot, f->path, 0600, &e);
		if (rc == RC_OK)
			rc = publish(b, f, &e);
		f->is_dirty = rc != RC_OK;
		if (f->is_dirty)
			log_event(EV_FEED_FILE, LOG_TEXT("reason", e.text));
	}
	b->is_dirty = false;
}

/* save_index - where it differs from what the file holds */
static void
save_index(struct board *b, struct board_now now)
{
	char *path = talloc_asprintf(NULL, "%s/index", b->folder);
	char *text = talloc_asprintf(
	    path, "ledger %s\n", b->index_uuid ? b->index_uuid : "-");
	struct err e;
	size_t i, k;

	for (i = 0; i < b->count; i++) {
		text = talloc_asprintf_append_buffer(
		    text, "%" PRId64 " ", b->feeds[i]->id);
		for (k = 0; k < 32; k++)
			text = talloc_asprintf_append_buffer(
			    text, "%02x", b->feeds[i]->hash[k]);
		text = talloc_asprintf_append_buffer(text, " %s\n",
		    b->feeds[i]->is_revoked ? "revoked" : "open");
	}
	b->is_index_dirty = false;
	if (text != NULL && (b->index == NULL || strcmp(b->index, text) != 0)) {
		if (file_write(path, 0600, slice_of(text), now.at, &e) !=
		    RC_OK) {
			log_event(EV_FEED_FILE, LOG_TEXT("reason", e.text));
		} else {
			talloc_free(b->index);
			b->index = talloc_steal(b, text);
		}
	}
	talloc_free(path);
}

/* note_each - ledger_together()'s part of note_uses() */
static enum rc
note_each(struct ledger *l, void *arg, struct err *e)
{
	struct board *b = arg;
	enum rc rc = RC_OK;
	size_t i;

	for (i = 0; rc == RC_OK && i < b->count; i++)
		if (b->feeds[i]->is_used)
			rc = ledger_feed_used(
			    l, b->feeds[i]->id, b->feeds[i]->used_at, e);
	return rc;
}

/*
 * note_uses - "last used" of subscriptions; of no weight where it fails
 *
 * The connection for reading is closed first and opened again at the next
 * look: SQLite's locks are the process's, and opening a file a second time
 * may let go of those of the first.
 */
static void
note_uses(struct board *b)
{
	struct ledger *l = NULL;
	struct err e;
	enum rc rc;
	size_t i;

	b->has_used = false;
	if (b->ledger == NULL)
		return;
	TALLOC_FREE(b->ledger);
	b->checked_ms = INT64_MIN;
	rc = ledger_open(b, b->ledger_path, LEDGER_WRITE, &l, &e);
	if (rc == RC_OK) {
		ledger_patience(l, BOARD_PATIENCE_MS);
		rc = ledger_together(l, note_each, b, &e);
	}
	for (i = 0; i < b->count; i++)
		b->feeds[i]->is_used = false;
	if (rc != RC_OK)
		log_event(EV_FEED_FACT, LOG_TEXT("reason", e.text));
	talloc_free(l);
}

/* is_time - has it been long enough since *last_ms; it is now then */
static bool
is_time(int64_t *last_ms, struct board_now now, int64_t every_ms)
{
	if (*last_ms != 0 && now.mono_ms - *last_ms < every_ms)
		return false;
	*last_ms = now.mono_ms;
	return true;
}

void
board_settle(struct board *b, struct board_now now, bool is_end)
{
	if (b->is_index_dirty)
		save_index(b, now);
	if (b->is_dirty &&
	    (is_time(&b->saved_ms, now, BOARD_SAVE_MS) || is_end))
		save_feeds(b);
	if (b->has_used &&
	    (is_time(&b->noted_ms, now, BOARD_NOTE_MS) || is_end))
		note_uses(b);
}
