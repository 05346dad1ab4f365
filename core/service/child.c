/*
 * child.c - start, hear and stop one program
 */
#include "core/core.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "core/log/log.h"
#include "core/rights/rights.h"
#include "core/service/child.h"

enum rc
child_find(TALLOC_CTX *mem, struct child *c, struct err *e)
{
	char self[PATH_MAX];
	const char *folders[3] = { getenv(CHILD_LIBEXEC_ENV), NULL,
		LIBEXECDIR };
	ssize_t n;
	size_t i;

	n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (n > 0) {
		self[n] = '\0';
		*strrchr(self, '/') = '\0';
		folders[1] = self;
	}
	for (i = 0; i < ARRAY_LEN(folders); i++) {
		if (folders[i] == NULL)
			continue;
		c->path =
		    talloc_asprintf(mem, "%s/promised-%s", folders[i], c->name);
		if (access(c->path, X_OK) == 0)
			return RC_OK;
		talloc_free(c->path);
		c->path = NULL;
	}
	return err_set(e, RC_NOTFOUND,
	    "program 'promised-%s' is not in '%s', nor in %s", c->name,
	    LIBEXECDIR, CHILD_LIBEXEC_ENV);
}

/* is_for - does an override "name=value" set this name? */
static bool
is_for(const char *override, const char *name)
{
	size_t len = strcspn(override, "=");

	while (len > 0 && override[len - 1] == ' ')
		len--;
	return len == strlen(name) && memcmp(override, name, len) == 0;
}

/* arguments - the child's argv, owned by mem */
static char **
arguments(
    TALLOC_CTX *mem, const struct child *c, const struct child_orders *orders)
{
	const char *const *o = orders->overrides;
	size_t rows = 0, n = 0, i;
	char **argv;

	while (o != NULL && o[rows] != NULL)
		rows++;
	argv = talloc_zero_array(mem, char *, 2 * rows + 6);
	argv[n++] = talloc_strdup(argv, c->path);
	if (orders->file != NULL) {
		argv[n++] = talloc_strdup(argv, "-c");
		argv[n++] = talloc_strdup(argv, orders->file);
	}
	for (i = 0; i < rows; i++) {
		if (c->address != NULL && is_for(o[i], c->listen_setting))
			continue;
		argv[n++] = talloc_strdup(argv, "-o");
		argv[n++] = talloc_strdup(argv, o[i]);
	}
	if (c->address != NULL) {
		argv[n++] = talloc_strdup(argv, "-o");
		argv[n++] = talloc_asprintf(
		    argv, "%s=%s", c->listen_setting, c->address);
	}
	return argv;
}

/* become - in the child, after fork (promised has one thread) */
static _Noreturn void
become(char **argv, pid_t parent, int ready_fd, const char *ready_text,
    bool listens)
{
	sigset_t none;
	struct err e;

	(void)setpgid(0, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1); /* it died between fork and prctl */
	/* who listens does it behind bind(2) */
	if (!listens && rights_drop(&e) != RC_OK)
		_exit(1);
	sigemptyset(&none);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)fcntl(ready_fd, F_SETFD, 0);
	(void)dup2(STDERR_FILENO, STDOUT_FILENO);
	if (setenv(CHILD_READY_ENV, ready_text, 1) == 0 &&
	    unsetenv("NOTIFY_SOCKET") == 0)
		(void)execv(argv[0], argv);
	_exit(127);
}

enum rc
child_test(
    const struct child *c, const struct child_orders *orders, struct err *e)
{
	char **argv = arguments(NULL, c, orders);
	size_t n = 0;
	int status = -1;
	pid_t pid;

	while (argv[n] != NULL)
		n++;
	argv[n] = talloc_strdup(argv, "-t"); /* there is room */
	pid = fork();
	if (pid == 0) {
		(void)execv(argv[0], argv);
		_exit(127);
	}
	talloc_free(argv);
	if (pid < 0)
		return err_errno(e, "fork");
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return err_set(e, RC_BADINPUT,
		    "promised-%s would not work with these settings", c->name);
	return RC_OK;
}

enum rc
child_start(struct child *c, const struct child_orders *orders, int64_t now_ms,
    struct err *e)
{
	char **argv = arguments(NULL, c, orders);
	char ready_text[16];
	enum rc rc = RC_OK;
	pid_t parent = getpid();
	int fds[2];

	assert(c->pid == 0);
	if (pipe2(fds, O_CLOEXEC) < 0) {
		rc = err_errno(e, "pipe");
		goto out;
	}
	(void)snprintf(ready_text, sizeof(ready_text), "%d", fds[1]);
	c->pid = fork();
	if (c->pid == 0)
		become(argv, parent, fds[1], ready_text,
		    c->listen_setting != NULL);
	close(fds[1]);
	if (c->pid < 0) {
		c->pid = 0;
		rc = err_errno(e, "fork");
		close(fds[0]);
		goto out;
	}
	c->ready_fd = fds[0];
	(void)fcntl(c->ready_fd, F_SETFL, O_NONBLOCK);
	c->line_len = 0;
	c->state = CHILD_STARTING;
	c->started_ms = now_ms;
out:
	talloc_free(argv);
	return rc;
}

/* stop_hearing - close the pipe */
static void
stop_hearing(struct child *c)
{
	if (c->ready_fd >= 0)
		close(c->ready_fd);
	c->ready_fd = -1;
}

/* said - its line is whole: "NAME ADDRESS:PORT" or "NAME -" */
static void
said(TALLOC_CTX *mem, struct child *c)
{
	size_t len = strlen(c->name);
	const char *where = c->line + len + 1;

	if (strncmp(c->line, c->name, len) != 0 || c->line[len] != ' ' ||
	    *where == '\0') {
		log_event(EV_FAULT, LOG_TEXT("child", c->name),
		    LOG_TEXT("reason", "its ready line cannot be understood"),
		    LOG_TEXT("line", c->line));
		return;
	}
	if (c->listen_setting != NULL && strcmp(where, "-") != 0) {
		talloc_free(c->address);
		c->address = talloc_strdup(mem, where);
	}
	c->state = CHILD_READY;
}

void
child_hear(TALLOC_CTX *mem, struct child *c)
{
	char *end;
	ssize_t n;

	n = read(c->ready_fd, c->line + c->line_len,
	    sizeof(c->line) - 1 - c->line_len);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n > 0) {
		c->line_len += (size_t)n;
		c->line[c->line_len] = '\0';
		end = strchr(c->line, '\n');
		if (end == NULL && c->line_len < sizeof(c->line) - 1)
			return;
		if (end != NULL)
			*end = '\0';
		if (c->state == CHILD_STARTING)
			said(mem, c);
	}
	stop_hearing(c);
}

char *
child_places(TALLOC_CTX *mem, const struct child *c)
{
	const char *at = c->address ? c->address : "-";
	char *out = talloc_strdup(mem, "");

	for (;;) {
		at += strspn(at, "; ");
		if (*at == '\0')
			return out;
		out = talloc_asprintf_append(
		    out, "%s%.*s", *out ? "," : "", (int)strcspn(at, "; "), at);
		at += strcspn(at, ";");
	}
}

void
child_stop(struct child *c, int64_t now_ms, int64_t grace_ms)
{
	stop_hearing(c);
	if (c->pid == 0) {
		c->state = CHILD_DOWN;
		c->start_at_ms = INT64_MAX;
		return;
	}
	if (c->state == CHILD_STOPPING)
		return;
	(void)kill(c->pid, SIGTERM);
	c->state = CHILD_STOPPING;
	c->kill_at_ms = now_ms + grace_ms;
}

void
child_ended(struct child *c)
{
	stop_hearing(c);
	c->pid = 0;
	c->state = CHILD_DOWN;
	c->start_at_ms = INT64_MAX;
}
