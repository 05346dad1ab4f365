/*
 * secret.c - a password, from a file or a command
 */
#include "core/core.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "core/secret/secret.h"

static int64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* wait_for - something to read before the deadline? */
static bool
wait_for(int fd, int64_t deadline_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int64_t left_ms;
	int n;

	do {
		left_ms = deadline_ms - now_ms();
		n = poll(&p, 1, left_ms > 0 ? (int)left_ms : 0);
	} while (n < 0 && errno == EINTR);
	return n > 0;
}

/* first_line - of what a descriptor gives; closes it */
static enum rc
first_line(TALLOC_CTX *mem, int fd, const char *name, char **out, struct err *e)
{
	int64_t deadline_ms = now_ms() + SECRET_MAX_WAIT_MS;
	char buf[SECRET_MAX + 1];
	size_t used = 0, len;
	ssize_t n = 1;

	while (used < sizeof(buf) && n != 0 && wait_for(fd, deadline_ms)) {
		n = read(fd, buf + used, sizeof(buf) - used);
		if (n < 0 && errno != EINTR)
			break;
		used += n > 0 ? (size_t)n : 0;
	}
	(void)close(fd);
	for (len = 0; len < used && buf[len] != '\n' && buf[len] != '\r' &&
		      buf[len] != '\0';)
		len++;
	if (len > 0 && len <= SECRET_MAX)
		*out = talloc_strndup(mem, buf, len);
	explicit_bzero(buf, sizeof(buf));
	if (len == 0 || len > SECRET_MAX)
		return err_set(e, RC_RETRY, "%s: there is none", name);
	return *out ? RC_OK : err_nomem(e);
}

static enum rc
from_file(TALLOC_CTX *mem, const char *name, const char *path, char **out,
    struct err *e)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0) {
		(void)err_errno(e, "%s-file '%s'", name, path);
		return e->rc = RC_RETRY;
	}
	if (fstat(fd, &st) != 0 || (st.st_mode & 07) != 0) {
		(void)close(fd);
		return err_set(e, RC_RETRY,
		    "%s-file '%s' can be read by others: chmod o= it", name,
		    path);
	}
	return first_line(mem, fd, name, out, e);
}

/* run - the child: its own process group, the signals as they were at first */
static _Noreturn void
run(const char *command, int to)
{
	int null = open("/dev/null", O_RDONLY);
	sigset_t none;

	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)setpgid(0, 0);
	if (null < 0 || dup2(null, 0) < 0 || dup2(to, 1) < 0)
		_exit(127);
	(void)execl("/bin/sh", "sh", "-c", command, (const char *)NULL);
	_exit(127);
}

static enum rc
from_command(TALLOC_CTX *mem, const char *name, const char *command, char **out,
    struct err *e)
{
	int fds[2], status = 0;
	enum rc rc;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) != 0) {
		(void)err_errno(e, "%s-command", name);
		return e->rc = RC_RETRY;
	}
	pid = fork();
	if (pid == 0)
		run(command, fds[1]);
	(void)close(fds[1]);
	rc = first_line(mem, fds[0], name, out, e);
	if (rc != RC_OK && pid > 0)
		(void)kill(-pid, SIGKILL); /* it may hang */
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		rc = err_set(e, RC_RETRY, "%s-command failed", name);
	return rc;
}

enum rc
secret_read(TALLOC_CTX *mem, const char *name, const char *file,
    const char *command, char **out, struct err *e)
{
	*out = NULL;
	return command != NULL && *command != '\0'
		   ? from_command(mem, name, command, out, e)
		   : from_file(mem, name, file, out, e);
}
