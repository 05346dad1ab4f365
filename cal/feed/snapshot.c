/*
 * snapshot.c - a finished calendar: its bytes, the same gzipped, validators
 */
#include "core/core.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <glib.h>
#include <zlib.h>

#include "cal/feed/snapshot.h"

#define GZIP_WINDOW (15 + 16) /* with a gzip header, without a time */
#define GZIP_LEVEL  6

/* is_whole - begins and ends as a calendar does */
static bool
is_whole(struct slice s)
{
	static const char head[] = "BEGIN:VCALENDAR\r\n";
	static const char tail[] = "\r\nEND:VCALENDAR\r\n";

	return s.len > sizeof(head) + sizeof(tail) &&
	       memcmp(s.at, head, sizeof(head) - 1) == 0 &&
	       memcmp(s.at + s.len - (sizeof(tail) - 1), tail,
		   sizeof(tail) - 1) == 0;
}

/* compress_body - gzip without name or time: same bytes, same gzip */
static enum rc
compress_body(struct snapshot *s, struct err *e)
{
	z_stream z = { .next_in = (Bytef *)s->body, .avail_in = (uInt)s->len };
	enum rc rc = RC_OK;
	size_t room;

	if (deflateInit2(&z, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, 8,
		Z_DEFAULT_STRATEGY) != Z_OK)
		return err_set(e, RC_INTERNAL, "zlib does not start");
	room = deflateBound(&z, s->len);
	s->gzip = talloc_array(s, char, room);
	if (s->gzip == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	z.next_out = (Bytef *)s->gzip;
	z.avail_out = (uInt)room;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END) {
		rc = err_set(e, RC_INTERNAL, "zlib does not finish");
		goto out;
	}
	s->gzip_len = z.total_out;
out:
	(void)deflateEnd(&z);
	return rc;
}

enum rc
snapshot_new(TALLOC_CTX *mem, struct slice body, int64_t modified_at,
    struct snapshot **out, struct err *e)
{
	struct snapshot *s;
	char *hex;
	enum rc rc;

	if (!is_whole(body))
		return err_set(e, RC_BADINPUT, "not a whole calendar");
	if (body.len > SNAPSHOT_MAX_BYTES)
		return err_set(e, RC_TOOBIG, "calendar of %zu bytes", body.len);
	s = talloc_zero(mem, struct snapshot);
	if (s == NULL)
		return err_nomem(e);
	s->body = talloc_memdup(s, body.at, body.len);
	if (s->body == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	s->len = body.len;
	s->modified_at = modified_at;
	rc = compress_body(s, e);
	if (rc != RC_OK)
		goto out;
	hex = g_compute_checksum_for_data(
	    G_CHECKSUM_SHA256, (const guchar *)s->body, s->len);
	(void)snprintf(s->etag, sizeof(s->etag), "\"%.32s\"", hex);
	(void)snprintf(s->etag_gzip, sizeof(s->etag_gzip), "\"%.32s-gz\"", hex);
	g_free(hex);
	*out = s;
	return RC_OK;
out:
	talloc_free(s);
	return rc;
}

/* write_all - RC_OK once every byte is written */
static enum rc
write_all(int fd, struct slice s, struct err *e)
{
	while (s.len > 0) {
		ssize_t n = write(fd, s.at, s.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, "write");
		s.at += n;
		s.len -= (size_t)n;
	}
	return RC_OK;
}

enum rc
snapshot_write(
    const char *path, struct slice bytes, int64_t modified_at, struct err *e)
{
	struct timespec times[2] = { { .tv_sec = (time_t)modified_at },
		{ .tv_sec = (time_t)modified_at } };
	char *part = talloc_asprintf(NULL, "%s.new", path);
	enum rc rc;
	int fd;

	if (part == NULL)
		return err_nomem(e);
	fd = open(
	    part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		rc = err_errno(e, "'%s'", part);
		goto out;
	}
	rc = write_all(fd, bytes, e);
	if (rc == RC_OK && (futimens(fd, times) != 0 || fdatasync(fd) != 0))
		rc = err_errno(e, "'%s'", part);
	if (close(fd) != 0 && rc == RC_OK)
		rc = err_errno(e, "'%s'", part);
	if (rc == RC_OK && rename(part, path) != 0)
		rc = err_errno(e, "'%s'", path);
	if (rc != RC_OK)
		(void)unlink(part);
out:
	talloc_free(part);
	return rc;
}

enum rc
snapshot_save(const struct snapshot *s, const char *path, struct err *e)
{
	return snapshot_write(
	    path, (struct slice){ s->body, s->len }, s->modified_at, e);
}

enum rc
snapshot_read(TALLOC_CTX *mem, const char *path, struct slice *out,
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
	if (st.st_size < 0 || st.st_size > SNAPSHOT_MAX_BYTES) {
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

enum rc
snapshot_load(
    TALLOC_CTX *mem, const char *path, struct snapshot **out, struct err *e)
{
	TALLOC_CTX *own = talloc_new(NULL);
	struct slice bytes;
	int64_t modified_at;
	enum rc rc;

	rc = snapshot_read(own, path, &bytes, &modified_at, e);
	if (rc == RC_OK)
		rc = snapshot_new(mem, bytes, modified_at, out, e);
	if (rc == RC_BADINPUT)
		(void)err_context(e, "'%s'", path);
	talloc_free(own);
	return rc;
}
