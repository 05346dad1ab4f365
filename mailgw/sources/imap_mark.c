/*
 * imap_mark.c - how far a folder was read, on disk
 *
 * The file is one line of text that ends with a newline; anything else is no
 * mark, and the folder is read again from its beginning in time.
 */
#include "core/core.h"

#include <fcntl.h>
#include <zlib.h>

#include "mailgw/sources/imap_mark.h"

#define NAME_LEN 160 /* of the readable part of a file's name */

char *
imap_mark_path(TALLOC_CTX *mem, const char *folder, const char *name)
{
	uLong crc = crc32(0, (const Bytef *)name, (uInt)strlen(name));
	char *path, *c;

	path = talloc_asprintf(
	    mem, "%s/%.*s-%08lx", folder, NAME_LEN, name, (unsigned long)crc);
	for (c = path + strlen(folder) + 1; path != NULL && *c != '\0'; c++)
		if (*c == '/' || *c <= ' ' || *c == 0x7f)
			*c = '_';
	return path;
}

enum rc
imap_mark_read(const char *path, struct imap_mark *out, struct err *e)
{
	char text[128];
	ssize_t n;
	int fd, used = 0;

	*out = (struct imap_mark){ 0 };
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return err_set(e, RC_NOTFOUND, "no mark yet");
	if (fd < 0)
		return err_errno(e, "'%s'", path);
	n = read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	text[n > 0 ? n : 0] = '\0';
	if (sscanf(text,
		"imap 1 %" SCNu32 " %" SCNu32 " %" SCNd64 " %" SCNd64 "\n%n",
		&out->uidvalidity, &out->uid, &out->from, &out->began,
		&used) != 4 ||
	    used != n || text[used - 1] != '\n') {
		*out = (struct imap_mark){ 0 };
		return err_set(e, RC_NOTFOUND, "'%s' is no mark", path);
	}
	return RC_OK;
}

/* put - the whole file, durable */
static bool
put(int fd, const struct imap_mark *m)
{
	char text[128];
	int len = snprintf(text, sizeof(text),
	    "imap 1 %" PRIu32 " %" PRIu32 " %" PRId64 " %" PRId64 "\n",
	    m->uidvalidity, m->uid, m->from, m->began);

	errno = ENOSPC; /* what a short write means */
	return write(fd, text, (size_t)len) == len && fdatasync(fd) == 0;
}

enum rc
imap_mark_write(const char *path, const struct imap_mark *m, struct err *e)
{
	char new[PATH_MAX], dir[PATH_MAX];
	enum rc rc = RC_OK;
	int fd, dir_fd = -1;

	if (snprintf(new, sizeof(new), "%s.new", path) >= (int)sizeof(new))
		return err_set(e, RC_INTERNAL, "'%s' is too long", path);
	(void)snprintf(
	    dir, sizeof(dir), "%.*s", (int)(strrchr(path, '/') - path), path);
	fd = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || !put(fd, m) || rename(new, path) < 0 ||
	    (dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0 ||
	    fsync(dir_fd) < 0) {
		rc =
		    errno == ENOSPC || errno == EDQUOT ? RC_RETRY : RC_INTERNAL;
		(void)err_errno(e, "'%s'", path);
		e->rc = rc;
	}
	if (fd >= 0)
		(void)close(fd);
	if (dir_fd >= 0)
		(void)close(dir_fd);
	return rc;
}
