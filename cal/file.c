/*
 * file.c - a file that is there whole or not at all
 */
#include "core/core.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "cal/file.h"

enum rc
file_begin(struct file *f, const char *path, unsigned mode, struct err *e)
{
	const char *slash = strrchr(path, '/');
	int folder = slash ? (int)(slash - path) + 1 : 0;

	/* a dot in front: web servers and Radicale pass over it */
	f->path = path;
	f->is_cheap = false;
	f->part =
	    talloc_asprintf(NULL, "%.*s.%s.new", folder, path, path + folder);
	if (f->part == NULL)
		return err_nomem(e);
	f->fd = open(f->part,
	    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (f->fd >= 0 && fchmod(f->fd, mode) == 0)
		return RC_OK;
	(void)err_errno(e, "'%s'", f->part);
	if (f->fd >= 0)
		(void)close(f->fd);
	TALLOC_FREE(f->part);
	return e->rc;
}

enum rc
file_put(struct file *f, const void *at, size_t len, struct err *e)
{
	const char *from = at;

	while (len > 0) {
		ssize_t n = write(f->fd, from, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, "'%s'", f->part);
		from += n;
		len -= (size_t)n;
	}
	return RC_OK;
}

enum rc
file_end(struct file *f, enum rc rc, int64_t modified_at, struct err *e)
{
	struct timespec times[2] = { { .tv_sec = (time_t)modified_at },
		{ .tv_sec = (time_t)modified_at } };

	if (rc == RC_OK && (futimens(f->fd, times) != 0 ||
			       (!f->is_cheap && fdatasync(f->fd) != 0)))
		rc = err_errno(e, "'%s'", f->part);
	if (close(f->fd) != 0 && rc == RC_OK)
		rc = err_errno(e, "'%s'", f->part);
	if (rc == RC_OK && rename(f->part, f->path) != 0)
		rc = err_errno(e, "'%s'", f->path);
	if (rc != RC_OK)
		(void)unlink(f->part);
	TALLOC_FREE(f->part);
	return rc;
}

enum rc
file_write(const char *path, unsigned mode, struct slice bytes,
    int64_t modified_at, struct err *e)
{
	struct file f;
	enum rc rc;

	rc = file_begin(&f, path, mode, e);
	if (rc != RC_OK)
		return rc;
	rc = file_put(&f, bytes.at, bytes.len, e);
	return file_end(&f, rc, modified_at, e);
}

enum rc
file_read(TALLOC_CTX *mem, const char *path, size_t max, struct slice *out,
    int64_t *modified_at, struct err *e)
{
	struct stat st;
	size_t len = 0;
	char *bytes = NULL;
	enum rc rc = RC_OK;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT)
		return err_set(e, RC_NOTFOUND, "no file '%s'", path);
	if (fd < 0 || fstat(fd, &st) != 0) {
		rc = err_errno(e, "'%s'", path);
		goto out;
	}
	if (st.st_size < 0 || (size_t)st.st_size > max) {
		rc = err_set(e, RC_TOOBIG, "'%s' is too big", path);
		goto out;
	}
	bytes = talloc_array(mem, char, (size_t)st.st_size + 1);
	if (bytes == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	while (len < (size_t)st.st_size) {
		ssize_t n = read(fd, bytes + len, (size_t)st.st_size - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	bytes[len] = '\0';
	*out = (struct slice){ bytes, len };
	*modified_at = st.st_mtime;
out:
	if (fd >= 0)
		(void)close(fd);
	return rc;
}
