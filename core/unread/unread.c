/*
 * unread.c - messages that could not be read, kept with the reason
 *
 * The reason is written last: a message without one is a write that was cut
 * short, and is not shown. The time is the reason's own in the file system,
 * so that nothing here reads the clock.
 */
#include "core/core.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "core/unread/unread.h"

#define UNREAD_MAX_SHOWN  100000
#define UNREAD_REASON_MAX 1000 /* octets */

/* is_id - a name that cannot leave the folder nor hide in it */
static bool
is_id(const char *id)
{
	size_t len = strlen(id);

	return len > 0 && len < 200 && id[0] != '.' && id[0] != '-' &&
	       strpbrk(id, "/\n\r") == NULL;
}

/* write_all - every octet, whatever write(2) takes at once */
static bool
write_all(int fd, const char *at, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = write(fd, at, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		at += n;
		len -= (size_t)n;
	}
	return true;
}

/* put_file - name in the folder: written beside it, synced, renamed */
static enum rc
put_file(int dirfd, const char *name, struct slice text, struct err *e)
{
	char tmp[256];
	enum rc rc = RC_OK;
	int fd;

	(void)snprintf(tmp, sizeof(tmp), ".%s.tmp", name);
	fd = openat(dirfd, tmp,
	    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0)
		return err_errno(e, "%s", name);
	if (!write_all(fd, text.at, text.len) || fsync(fd) != 0 ||
	    renameat(dirfd, tmp, dirfd, name) != 0) {
		rc = err_errno(e, "%s", name);
		(void)unlinkat(dirfd, tmp, 0);
	}
	close(fd);
	return rc;
}

enum rc
unread_put(const char *dir, const char *id, struct slice message,
    const char *reason, struct err *e)
{
	char name[240], line[UNREAD_REASON_MAX + 2];
	struct slice text = { line, 0 };
	enum rc rc;
	int dirfd;
	size_t i;

	if (!is_id(id))
		return err_set(
		    e, RC_BADINPUT, "'%s' is no name for a file", id);
	if (mkdir(dir, 0750) != 0 && errno != EEXIST)
		return err_errno(e, "%s", dir);
	dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dirfd < 0)
		return err_errno(e, "%s", dir);
	for (i = 0; reason[i] != '\0' && i < UNREAD_REASON_MAX; i++)
		line[i] = (unsigned char)reason[i] < 0x20 ? ' ' : reason[i];
	line[i++] = '\n';
	text.len = i;
	(void)snprintf(name, sizeof(name), "%s.eml", id);
	rc = put_file(dirfd, name, message, e);
	if (rc != RC_OK)
		goto out;
	(void)snprintf(name, sizeof(name), "%s.reason", id);
	rc = put_file(dirfd, name, text, e);
	if (rc == RC_OK && fsync(dirfd) != 0)
		rc = err_errno(e, "%s", dir);
out:
	close(dirfd);
	return rc == RC_OK ? rc : err_context(e, "%s", dir);
}

/* get_line - the first line of a file, owned by mem; NULL where unreadable */
static char *
get_line(TALLOC_CTX *mem, int dirfd, const char *name)
{
	char text[UNREAD_REASON_MAX + 1];
	ssize_t n;
	int fd;

	fd =
	    openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return NULL;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n < 0)
		return NULL;
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return talloc_strdup(mem, text);
}

/* take_entry - fill *u from one folder entry; false: it is none of ours */
static bool
take_entry(TALLOC_CTX *mem, int dirfd, const char *name, struct unread *u)
{
	static const char tail[] = ".reason";
	size_t len = strlen(name);
	struct stat st;
	char *message;

	if (name[0] == '.' || len < sizeof(tail) ||
	    strcmp(name + len - (sizeof(tail) - 1), tail) != 0 ||
	    fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    !S_ISREG(st.st_mode))
		return false;
	u->id = talloc_strndup(mem, name, len - (sizeof(tail) - 1));
	u->reason = get_line(mem, dirfd, name);
	u->at = st.st_mtim.tv_sec;
	u->size_bytes = 0;
	message = talloc_asprintf(mem, "%s.eml", u->id);
	if (u->id == NULL || u->reason == NULL || message == NULL)
		return false;
	if (fstatat(dirfd, message, &st, AT_SYMLINK_NOFOLLOW) == 0)
		u->size_bytes = (uint64_t)st.st_size;
	return true;
}

/* by_time - oldest first, then by name */
static int
by_time(const void *a, const void *b)
{
	const struct unread *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return strcmp(x->id, y->id);
}

enum rc
unread_each(const char *dir, unread_visit_fn visit, void *arg, struct err *e)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct unread *list = NULL, *grown;
	size_t count = 0, room = 0, i;
	enum rc rc = RC_OK;
	struct dirent *d;
	DIR *dp;

	if (mem == NULL)
		return err_nomem(e);
	dp = opendir(dir);
	if (dp == NULL) {
		rc = errno == ENOENT ? RC_OK : err_errno(e, "%s", dir);
		goto out;
	}
	while (count < UNREAD_MAX_SHOWN && (d = readdir(dp)) != NULL) {
		if (count == room) {
			room = room ? room * 2 : 64;
			grown = talloc_realloc(mem, list, struct unread, room);
			if (grown == NULL) {
				rc = err_nomem(e);
				goto out;
			}
			list = grown;
		}
		if (take_entry(mem, dirfd(dp), d->d_name, &list[count]))
			count++;
	}
	if (count > 0)
		qsort(list, count, sizeof(*list), by_time);
	for (i = 0; i < count && rc == RC_OK; i++)
		rc = visit(&list[i], arg, e);
out:
	if (dp != NULL)
		closedir(dp);
	talloc_free(mem);
	return rc;
}
