/*
 * program.c - find and run other programs of ours
 */
#include "core/core.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "core/program/program.h"

#define CPU_S        10
#define MEMORY_BYTES (512u << 20)

char *
program_path(TALLOC_CTX *mem, const char *name)
{
	const char *folder = getenv(PROGRAM_FOLDER_ENV);
	char self[4096], *path, *slash;
	ssize_t n;

	if (folder != NULL && *folder != '\0') {
		path = talloc_asprintf(mem, "%s/%s", folder, name);
		return path != NULL && access(path, X_OK) == 0 ? path : NULL;
	}
	n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (n > 0) {
		self[n] = '\0';
		slash = strrchr(self, '/');
		if (slash != NULL)
			*slash = '\0';
		path = talloc_asprintf(mem, "%s/%s", self, name);
		if (path != NULL && access(path, X_OK) == 0)
			return path;
		talloc_free(path);
	}
	path = talloc_asprintf(mem, LIBEXECDIR "/%s", name);
	return path != NULL && access(path, X_OK) == 0 ? path : NULL;
}

/* become - in the child, after fork */
static _Noreturn void
become(char *const *argv, int out)
{
	const struct rlimit cpu = { CPU_S, CPU_S };
	const struct rlimit memory = { MEMORY_BYTES, MEMORY_BYTES };
	const struct rlimit files = { 0, 0 };

	if (dup2(out, STDOUT_FILENO) < 0 || dup2(out, STDERR_FILENO) < 0 ||
	    setrlimit(RLIMIT_CPU, &cpu) < 0 ||
	    setrlimit(RLIMIT_FSIZE, &files) < 0)
		_exit(127);
#ifndef __SANITIZE_ADDRESS__ /* which reserves terabytes */
	if (setrlimit(RLIMIT_AS, &memory) < 0)
		_exit(127);
#else
	(void)memory;
#endif
	(void)execv(argv[0], argv);
	_exit(127);
}

/* take - all that comes from a descriptor */
static enum rc
take(TALLOC_CTX *mem, int fd, size_t max_bytes, char **out, struct err *e)
{
	size_t len = 0, room = 4096;
	ssize_t n;

	*out = talloc_array(mem, char, room);
	for (;;) {
		if (*out == NULL)
			return err_nomem(e);
		n = read(fd, *out + len, room - len - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, "reading a program's answer");
		len += (size_t)n;
		(*out)[len] = '\0';
		if (n == 0)
			return RC_OK;
		if (len > max_bytes)
			return err_set(e, RC_TOOBIG,
			    "a program's answer is over %zu octets", max_bytes);
		if (room - len < 2) {
			room *= 2;
			*out = talloc_realloc(mem, *out, char, room);
		}
	}
}

enum rc
program_output(TALLOC_CTX *mem, char *const *argv, size_t max_bytes, char **out,
    struct err *e)
{
	int fds[2], status = 0;
	enum rc rc;
	pid_t pid;

	*out = NULL;
	if (pipe2(fds, O_CLOEXEC) < 0)
		return err_errno(e, "pipe");
	pid = fork();
	if (pid == 0)
		become(argv, fds[1]);
	(void)close(fds[1]);
	if (pid < 0) {
		rc = err_errno(e, "fork");
		(void)close(fds[0]);
		return rc;
	}
	rc = take(mem, fds[0], max_bytes, out, e);
	(void)close(fds[0]);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_errno(e, "waiting for '%s'", argv[0]);
	if (rc != RC_OK || (WIFEXITED(status) && WEXITSTATUS(status) == 0))
		return rc;
	(*out)[strcspn(*out, "\n")] = '\0';
	return err_set(e, RC_BADINPUT, "%s%s",
	    **out != '\0' ? *out : "no answer from ",
	    **out != '\0' ? "" : argv[0]);
}
