/*
 * archive.c - the messages in files: single ones, mboxes, Maildirs, folders
 */
#include "core/core.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "mailgw/sources/archive.h"
#include "mailgw/sources/mbox.h"

#define MAX_FILES    10000000 /* of one call; more are a mistake */
#define STATUS_BYTES 4096     /* where Mozilla's marks stand, if at all */
#define IS_EXPUNGED  0x0008   /* bit of X-Mozilla-Status */

struct file {
	char *path;
	const char *fault; /* it cannot be read: why */
	int error;
	uint64_t size;
};

struct archive {
	struct file *files;
	size_t count, room, next;
	size_t max_bytes, discarded;
	int64_t now;
	uint64_t done, total;
	bool has_unknown; /* a file of no known size: standard input */
	/* the file being read; fd -1: none */
	int fd;
	struct mbox *mbox;
	const char *path;
	int64_t at;
};

static enum rc
add_file(struct archive *a, const char *path, uint64_t size, const char *fault,
    int error, struct err *e)
{
	struct file *grown;

	if (a->count == MAX_FILES)
		return err_set(e, RC_TOOBIG, "too many files");
	if (a->count == a->room) {
		a->room = a->room ? a->room * 2 : 64;
		grown = talloc_realloc(a, a->files, struct file, a->room);
		if (grown == NULL)
			return err_nomem(e);
		a->files = grown;
	}
	a->files[a->count] = (struct file){ .path = talloc_strdup(a, path),
		.fault = fault,
		.error = error,
		.size = size };
	if (a->files[a->count].path == NULL)
		return err_nomem(e);
	a->total += size;
	a->count++;
	return RC_OK;
}

/* is_kept - by the flags in a Maildir name: no draft, not deleted */
static bool
is_kept(const char *name)
{
	const char *flags = strstr(name, ":2,");

	return flags == NULL || strpbrk(flags + 3, "DT") == NULL;
}

static int
by_path(const void *x, const void *y)
{
	const struct file *a = x, *b = y;

	return strcmp(a->path, b->path);
}

/* add_entries - the plain files of one folder, by name */
static enum rc
add_entries(struct archive *a, const char *dir, struct err *e)
{
	size_t first = a->count;
	enum rc rc = RC_OK;
	struct dirent *d;
	struct stat st;
	char *path;
	DIR *dp = opendir(dir);

	if (dp == NULL)
		return add_file(a, dir, 0, "cannot be read", errno, e);
	while (rc == RC_OK && (d = readdir(dp)) != NULL) {
		if (d->d_name[0] == '.')
			continue;
		if (!is_kept(d->d_name)) {
			a->discarded++;
			continue;
		}
		path = talloc_asprintf(a, "%s/%s", dir, d->d_name);
		if (path == NULL)
			rc = err_nomem(e);
		else if (stat(path, &st) != 0)
			rc = add_file(a, path, 0, "cannot be read", errno, e);
		else if (S_ISREG(st.st_mode))
			rc =
			    add_file(a, path, (uint64_t)st.st_size, NULL, 0, e);
		talloc_free(path);
	}
	(void)closedir(dp);
	if (a->count > first + 1)
		qsort(a->files + first, a->count - first, sizeof(*a->files),
		    by_path);
	return rc;
}

/* add_folder - a Maildir, or any folder of files */
static enum rc
add_folder(struct archive *a, const char *dir, struct err *e)
{
	static const char *const parts[] = { "cur", "new" };
	bool is_maildir = false;
	size_t before = a->count, i;
	enum rc rc = RC_OK;
	struct stat st;
	char *path;

	for (i = 0; rc == RC_OK && i < ARRAY_LEN(parts); i++) {
		path = talloc_asprintf(a, "%s/%s", dir, parts[i]);
		if (path == NULL)
			return err_nomem(e);
		if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
			is_maildir = true;
			rc = add_entries(a, path, e);
		}
		talloc_free(path);
	}
	if (rc == RC_OK && !is_maildir) {
		rc = add_entries(a, dir, e);
		if (rc == RC_OK && a->count == before)
			rc = add_file(a, dir, 0, "holds no mail", 0, e);
	}
	return rc;
}

static int
destroy(struct archive *a)
{
	if (a->fd > STDIN_FILENO)
		(void)close(a->fd);
	return 0;
}

enum rc
archive_new(TALLOC_CTX *mem, char *const *paths, size_t count, size_t max_bytes,
    int64_t now, struct archive **out, struct err *e)
{
	struct archive *a = talloc_zero(mem, struct archive);
	struct stat st;
	enum rc rc = RC_OK;
	size_t i;

	if (a == NULL)
		return err_nomem(e);
	a->fd = -1;
	a->max_bytes = max_bytes;
	a->now = now;
	talloc_set_destructor(a, destroy);
	for (i = 0; rc == RC_OK && i < count; i++) {
		if (strcmp(paths[i], "-") == 0) {
			a->has_unknown = true;
			rc = add_file(a, paths[i], 0, NULL, 0, e);
		} else if (stat(paths[i], &st) != 0) {
			rc = add_file(
			    a, paths[i], 0, "cannot be read", errno, e);
		} else if (S_ISDIR(st.st_mode)) {
			rc = add_folder(a, paths[i], e);
		} else {
			a->has_unknown |= !S_ISREG(st.st_mode);
			rc = add_file(
			    a, paths[i], (uint64_t)st.st_size, NULL, 0, e);
		}
	}
	if (rc == RC_OK)
		*out = a;
	else
		talloc_free(a);
	return rc;
}

/* fault - of one file, for a person */
static enum rc
fault(const struct file *f, struct err *e)
{
	if (f->error == 0)
		return err_set(e, RC_INTERNAL, "%s: %s", f->path, f->fault);
	errno = f->error;
	return err_errno(e, "%s: %s", f->path, f->fault);
}

/* open_next - the next file */
static enum rc
open_next(struct archive *a, struct err *e)
{
	const struct file *f = &a->files[a->next++];
	struct stat st;

	if (f->fault != NULL)
		return fault(f, e);
	a->path = f->path;
	a->at = a->now;
	a->fd = strcmp(f->path, "-") == 0 ? STDIN_FILENO
					  : open(f->path, O_RDONLY | O_CLOEXEC);
	if (a->fd < 0)
		return err_errno(e, "%s: cannot be read", f->path);
	if (fstat(a->fd, &st) == 0 && S_ISREG(st.st_mode))
		a->at = st.st_mtim.tv_sec;
	a->mbox = mbox_new(a, a->max_bytes);
	return a->mbox ? RC_OK : err_nomem(e);
}

static void
close_file(struct archive *a)
{
	TALLOC_FREE(a->mbox);
	if (a->fd > STDIN_FILENO)
		(void)close(a->fd);
	a->fd = -1;
}

/* fill - more octets of the file for the mbox */
static enum rc
fill(struct archive *a, struct err *e)
{
	size_t room;
	char *to = mbox_room(a->mbox, &room);
	ssize_t n;

	if (to == NULL)
		return err_nomem(e);
	n = read(a->fd, to, room);
	if (n < 0 && errno == EINTR)
		return RC_RETRY;
	if (n < 0)
		return err_errno(e, "%s: cannot be read", a->path);
	a->done += (uint64_t)n;
	mbox_put(a->mbox, (size_t)n);
	return RC_OK;
}

/* is_expunged - deleted in Mozilla, and its mbox not compacted since */
static bool
is_expunged(struct slice bytes)
{
	static const char name[] = "X-Mozilla-Status: ";
	const char *at;
	size_t len = bytes.len < STATUS_BYTES ? bytes.len : STATUS_BYTES;
	char digits[5] = "";

	at = memmem(bytes.at, len, name, sizeof(name) - 1);
	if (at == NULL || (at > bytes.at && at[-1] != '\n') ||
	    (size_t)(at - bytes.at) + sizeof(name) - 1 + 4 > len)
		return false;
	memcpy(digits, at + sizeof(name) - 1, 4);
	return (strtoul(digits, NULL, 16) & IS_EXPUNGED) != 0;
}

enum rc
archive_next(struct archive *a, struct archive_message *out, struct err *e)
{
	struct mbox_message m;
	enum rc rc;

	for (;;) {
		if (a->mbox == NULL && a->next == a->count)
			return RC_NOTFOUND;
		rc = a->mbox == NULL ? open_next(a, e) : RC_OK;
		while (rc == RC_OK && (rc = mbox_next(a->mbox, &m)) == RC_RETRY)
			rc = fill(a, e);
		if (rc == RC_OK || rc == RC_TOOBIG)
			break;
		if (rc == RC_RETRY)
			return rc;
		close_file(a);
		if (rc != RC_NOTFOUND)
			return e->rc = RC_INTERNAL;
	}
	*out = (struct archive_message){
		.path = a->path,
		.bytes = m.bytes,
		.size_bytes = m.size_bytes,
		.at = m.at != 0 ? m.at : a->at,
		.is_discarded = is_expunged(m.bytes),
	};
	return rc;
}

uint64_t
archive_done(const struct archive *a)
{
	return a->done;
}

uint64_t
archive_total(const struct archive *a)
{
	return a->has_unknown ? 0 : a->total;
}

size_t
archive_discarded(const struct archive *a)
{
	return a->discarded;
}
