/*
 * home.c - folders with mode 0700, a lock file, the addresses bound
 *
 * The lock is flock(2) on a file that stays: its holder's death frees it, so
 * a promised that was killed is in nobody's way. Children do not inherit it.
 */
#include "core/core.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "core/log/log.h"
#include "core/service/home.h"

#define HOLD_MAX_MS  2000
#define HOLD_STEP_MS 20

/* make_folder - mkdir -p with mode 0700 for what is made */
static enum rc
make_folder(char *path, struct err *e)
{
	struct stat st;
	char *slash;

	for (slash = strchr(path + 1, '/'); slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			return err_errno(e, "cannot make '%s'", path);
		*slash = '/';
	}
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return err_errno(e, "cannot make '%s'", path);
	if (stat(path, &st) < 0)
		return err_errno(e, "cannot look at '%s'", path);
	if (!S_ISDIR(st.st_mode))
		return err_set(e, RC_BADINPUT, "'%s' is not a folder", path);
	if ((st.st_mode & 077) != 0)
		log_event(EV_HOME_OPEN, LOG_TEXT("folder", path));
	return RC_OK;
}

enum rc
home_make(const struct settings *s, struct err *e)
{
	static const char *const folders[] = { "spool", "unread", "feed",
		"run" };
	TALLOC_CTX *mem = talloc_new(NULL);
	enum rc rc;
	size_t i;

	rc = make_folder(talloc_strdup(mem, s->home), e);
	for (i = 0; rc == RC_OK && i < ARRAY_LEN(folders); i++)
		rc = make_folder(settings_path(mem, s, folders[i]), e);
	talloc_free(mem);
	return rc;
}

enum rc
home_give(const struct settings *s, uid_t uid, gid_t gid, struct err *e)
{
	char *path = talloc_strdup(NULL, s->home);
	struct stat st;
	enum rc rc = RC_OK;

	if (geteuid() == 0)
		rc = make_folder(path, e);
	if (rc == RC_OK && geteuid() == 0 && stat(path, &st) == 0 &&
	    st.st_uid == 0 && chown(path, uid, gid) != 0)
		rc = err_errno(e, "cannot give '%s' away", path);
	talloc_free(path);
	return rc;
}

/*
 * hold - take the lock; RC_RETRY: somebody has it
 *
 * A promised that was killed may have left a child between fork(2) and
 * execve(2), which holds the lock until it notices: a moment's patience.
 */
static enum rc
hold(int fd, struct err *e)
{
	const struct timespec pause = { .tv_nsec = HOLD_STEP_MS * 1000000 };
	int waited;

	for (waited = 0; flock(fd, LOCK_EX | LOCK_NB) != 0;
	     waited += HOLD_STEP_MS) {
		if (errno != EWOULDBLOCK)
			return err_errno(e, "cannot lock");
		if (waited >= HOLD_MAX_MS)
			return RC_RETRY;
		(void)nanosleep(&pause, NULL);
	}
	return RC_OK;
}

enum rc
home_hold(const struct settings *s, int *fd, struct err *e)
{
	char *path = settings_path(NULL, s, HOME_LOCK);
	char pid[16] = "";
	enum rc rc = RC_OK;
	ssize_t n;

	*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (*fd < 0) {
		rc = err_errno(e, "cannot open '%s'", path);
		goto out;
	}
	rc = hold(*fd, e);
	if (rc == RC_OK) {
		if (ftruncate(*fd, 0) < 0 || dprintf(*fd, "%d\n", getpid()) < 0)
			rc = err_errno(e, "cannot write '%s'", path);
	} else if (rc == RC_RETRY) {
		n = read(*fd, pid, sizeof(pid) - 1);
		pid[n > 0 ? strcspn(pid, "\n") : 0] = '\0';
		rc = err_set(e, RC_RETRY,
		    "another promised (process %s) holds '%s'",
		    *pid ? pid : "unknown", s->home);
	} else
		rc = err_context(e, "'%s'", path);
out:
	if (rc != RC_OK && *fd >= 0) {
		close(*fd);
		*fd = -1;
	}
	talloc_free(path);
	return rc;
}

enum rc
home_publish(const struct settings *s, const char *text, struct err *e)
{
	char *path = settings_path(NULL, s, HOME_ADDRESSES);
	char *new = talloc_asprintf(path, "%s.new", path);
	enum rc rc = RC_OK;
	int fd;

	fd = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || dprintf(fd, "%s\n", text) < 0 || rename(new, path) < 0)
		rc = err_errno(e, "cannot write '%s'", path);
	if (fd >= 0)
		close(fd);
	talloc_free(path);
	return rc;
}

void
home_unpublish(const struct settings *s)
{
	char *path = settings_path(NULL, s, HOME_ADDRESSES);

	(void)unlink(path);
	talloc_free(path);
}
