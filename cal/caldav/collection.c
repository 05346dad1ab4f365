/*
 * collection.c - open promises as files of a Radicale collection
 */
#include "core/core.h"

#include <dirent.h>
#include <glib.h>
#include <jansson.h>
#include <sys/stat.h>

#include "cal/caldav/collection.h"
#include "cal/file.h"
#include "cal/ical/words.h"

#define PROPS         ".Radicale.props"
#define ENTRY_MAX     (1 << 20) /* octets of a file that a client may grow to */
#define NAME_TEMPLATE "promise-%" PRId64 ".ics"

struct collection {
	char *folder;
	const char *lang;
	struct shelf *shelf;
	int64_t at;         /* of what is being written */
	GHashTable *strays; /* while all is told: files not told of yet */
	size_t kept, written, removed;
};

static int
collection_gone(struct collection *c)
{
	if (c->strays != NULL)
		g_hash_table_destroy(c->strays);
	return 0;
}

static char *
path_of(TALLOC_CTX *mem, const struct collection *c, int64_t id)
{
	return talloc_asprintf(mem, "%s/" NAME_TEMPLATE, c->folder, id);
}

/* sequence_of - the line "SEQUENCE:" of a component; -1: none */
static long
sequence_of(const char *text)
{
	const char *line = text ? strstr(text, "\nSEQUENCE:") : NULL;

	return line ? strtol(line + strlen("\nSEQUENCE:"), NULL, 10) : -1;
}

/* is_current - is the file there, of the same SEQUENCE? */
static bool
is_current(const char *path, const char *text)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct slice old;
	int64_t at;
	struct err e;
	bool same;

	same = file_read(mem, path, ENTRY_MAX, &old, &at, &e) == RC_OK &&
	       sequence_of(old.at) == sequence_of(text);
	talloc_free(mem);
	return same;
}

/* write_props - what Radicale wants to know, unless somebody said so */
static enum rc
write_props(const struct collection *c, struct err *e)
{
	char *path = talloc_asprintf(NULL, "%s/" PROPS, c->folder), *text;
	enum rc rc = RC_OK;
	json_t *o;

	if (path == NULL)
		return err_nomem(e);
	if (access(path, F_OK) == 0)
		goto out;
	o = json_pack("{s:s,s:s,s:s,s:s}", "tag", "VCALENDAR", "D:displayname",
	    words_of(c->lang)->name, "C:supported-calendar-component-set",
	    "VEVENT", "ICAL:calendar-color", "#FF8C00");
	text = json_dumps(o, JSON_COMPACT);
	json_decref(o);
	rc = text == NULL
		 ? err_nomem(e)
		 : file_write(path, COLLECTION_MODE, slice_of(text), c->at, e);
	free(text);
out:
	talloc_free(path);
	return rc;
}

/* begin_anew - everything will be told again: what is there and is not told
 * of is to go */
static enum rc
begin_anew(struct collection *c, struct err *e)
{
	DIR *d = opendir(c->folder);
	struct dirent *entry;
	int64_t id;
	enum rc rc;
	int end;

	if (d == NULL)
		return err_errno(e, "'%s'", c->folder);
	rc = write_props(c, e);
	if (rc != RC_OK) {
		(void)closedir(d);
		return rc;
	}
	if (c->strays != NULL)
		g_hash_table_destroy(c->strays);
	c->strays =
	    g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	while ((entry = readdir(d)) != NULL) {
		end = 0;
		if (sscanf(entry->d_name, NAME_TEMPLATE "%n", &id, &end) == 1 &&
		    end != 0 && entry->d_name[end] == '\0')
			(void)g_hash_table_add(
			    c->strays, g_memdup2(&id, sizeof(id)));
	}
	(void)closedir(d);
	c->kept = 0;
	return RC_OK;
}

/* take_away - the file of a promise that is settled, or not dated any more */
static enum rc
take_away(struct collection *c, int64_t id, struct err *e)
{
	char *path = path_of(NULL, c, id);
	enum rc rc = RC_OK;

	if (path == NULL)
		return err_nomem(e);
	if (unlink(path) == 0)
		c->removed++;
	else if (errno != ENOENT)
		rc = err_errno(e, "'%s'", path);
	talloc_free(path);
	return rc;
}

/* write_entry - thousands may come at once, and a file that a crash left empty
 * is written again at the next start: no sync */
static enum rc
write_entry(
    struct collection *c, const char *path, const char *text, struct err *e)
{
	struct file f;
	enum rc rc;

	rc = file_begin(&f, path, COLLECTION_MODE, e);
	if (rc != RC_OK)
		return rc;
	f.is_cheap = true;
	rc = file_put(&f, text, strlen(text), e);
	rc = file_end(&f, rc, c->at, e);
	c->written += rc == RC_OK;
	return rc;
}

/* put - the shelf's word about one promise */
static enum rc
put(int64_t id, struct slice text, void *arg, struct err *e)
{
	struct collection *c = arg;
	TALLOC_CTX *mem;
	char *path, *whole;
	enum rc rc = RC_OK;

	if (id == 0)
		return begin_anew(c, e);
	if (text.len == 0)
		return take_away(c, id, e);
	if (c->strays != NULL)
		(void)g_hash_table_remove(c->strays, &id);
	mem = talloc_new(NULL);
	path = path_of(mem, c, id);
	/* a resource of CalDAV has no METHOD (RFC 4791 4.1) */
	whole = talloc_asprintf(mem,
	    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:" ICAL_PRODID
	    "\r\nCALSCALE:GREGORIAN\r\n%.*sEND:VCALENDAR\r\n",
	    (int)text.len, text.at);
	if (path == NULL || whole == NULL) {
		rc = err_nomem(e);
	} else if (!is_current(path, whole)) {
		rc = write_entry(c, path, whole, e);
	}
	talloc_free(mem);
	return rc;
}

enum rc
collection_new(TALLOC_CTX *mem, const char *folder,
    const struct shelf_choice *choice, const char *lang,
    struct collection **out, struct err *e)
{
	struct collection *c = talloc_zero(mem, struct collection);
	enum rc rc = RC_OK;

	if (c == NULL)
		return err_nomem(e);
	talloc_set_destructor(c, collection_gone);
	c->folder = talloc_strdup(c, folder);
	c->lang = lang;
	c->shelf = shelf_new(c, choice, put, c);
	if (c->folder == NULL || c->shelf == NULL)
		rc = err_nomem(e);
	else if (mkdir(c->folder, 0750) != 0 && errno != EEXIST)
		rc = err_errno(e, "'%s'", c->folder);
	if (rc != RC_OK) {
		talloc_free(c);
		return rc;
	}
	*out = c;
	return RC_OK;
}

enum rc
collection_follow(struct collection *c, struct ledger *l, struct ical *i,
    int64_t version, int64_t at, struct err *e)
{
	GHashTableIter iter;
	gpointer id;
	enum rc rc;

	c->at = at;
	rc = shelf_follow(c->shelf, l, i, version, at, e);
	if (rc == RC_OK && c->strays != NULL) {
		g_hash_table_iter_init(&iter, c->strays);
		while (rc == RC_OK && g_hash_table_iter_next(&iter, &id, NULL))
			rc = take_away(c, *(int64_t *)id, e);
	}
	if (c->strays != NULL)
		g_hash_table_destroy(c->strays);
	c->strays = NULL;
	c->kept = shelf_tally(c->shelf)->shown;
	return rc;
}

void
collection_count(
    const struct collection *c, size_t *kept, size_t *written, size_t *removed)
{
	*kept = c->kept;
	*written = c->written;
	*removed = c->removed;
}
