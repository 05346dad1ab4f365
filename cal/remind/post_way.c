/*
 * post_way.c - the way to the next hop: TLS, and who logs in
 */
#include "core/core.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "cal/remind/post.h"

#define PASSWORD_MAX 512

/* is_near - does the hop's name say that it is this machine? */
static bool
is_near(const char *hop)
{
	return strncmp(hop, "127.", 4) == 0 || strncmp(hop, "[::1]:", 6) == 0 ||
	       strncasecmp(hop, "localhost:", 10) == 0;
}

static enum settings_tls
tls_of(const struct settings *s)
{
	const char *port = strrchr(s->next_hop, ':');
	bool is_near_hop = is_near(s->next_hop);

	if (s->next_hop_tls == TLS_IMPLICIT ||
	    (s->next_hop_tls != TLS_NO && port != NULL &&
		strcmp(port, ":465") == 0))
		return TLS_IMPLICIT;
	if (*s->remind_user != '\0' && !is_near_hop)
		return TLS_REQUIRED; /* no password in clear */
	if (s->next_hop_tls == TLS_AUTO)
		return is_near_hop ? TLS_NO : TLS_OFFERED;
	return s->next_hop_tls;
}

/* first_line - of what a descriptor gives; closes it */
static enum rc
first_line(TALLOC_CTX *mem, int fd, char **out, struct err *e)
{
	char buf[PASSWORD_MAX + 1];
	size_t used = 0, len;
	ssize_t n;

	while (used < sizeof(buf) &&
	       ((n = read(fd, buf + used, sizeof(buf) - used)) > 0 ||
		   (n < 0 && errno == EINTR)))
		used += n > 0 ? (size_t)n : 0;
	(void)close(fd);
	for (len = 0; len < used && buf[len] != '\n' && buf[len] != '\r' &&
		      buf[len] != '\0';)
		len++;
	if (len == 0 || len > PASSWORD_MAX)
		return err_set(e, RC_RETRY, "there is no password");
	*out = talloc_strndup(mem, buf, len);
	explicit_bzero(buf, sizeof(buf));
	return *out ? RC_OK : err_nomem(e);
}

static enum rc
from_file(TALLOC_CTX *mem, const char *path, char **out, struct err *e)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		(void)err_errno(e, "remind-password-file '%s'", path);
		return e->rc = RC_RETRY;
	}
	if (fstat(fd, &st) != 0 || (st.st_mode & 07) != 0) {
		(void)close(fd);
		return err_set(e, RC_RETRY,
		    "remind-password-file '%s' can be read by others: "
		    "chmod o= it",
		    path);
	}
	return first_line(mem, fd, out, e);
}

/* from_command - by the shell, with nothing on its input */
static enum rc
from_command(TALLOC_CTX *mem, const char *command, char **out, struct err *e)
{
	int fds[2], status = 0;
	enum rc rc;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) != 0) {
		(void)err_errno(e, "remind-password-command");
		return e->rc = RC_RETRY;
	}
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDONLY);

		if (null < 0 || dup2(null, 0) < 0 || dup2(fds[1], 1) < 0)
			_exit(127);
		(void)execl("/bin/sh", "sh", "-c", command, (const char *)NULL);
		_exit(127);
	}
	(void)close(fds[1]);
	rc = first_line(mem, fds[0], out, e);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		rc = err_set(e, RC_RETRY, "remind-password-command failed");
	return rc;
}

enum rc
post_way(TALLOC_CTX *mem, const struct settings *s, const char *hostname,
    struct post_way *out, struct err *e)
{
	char *password = NULL;
	enum rc rc = RC_OK;

	*out = (struct post_way){ .hop = s->next_hop,
		.hostname = hostname,
		.tls = tls_of(s),
		.verifies = s->next_hop_verify,
		.ca = s->next_hop_ca,
		.name = s->next_hop_name,
		.user = s->remind_user };
	if (*s->remind_user == '\0')
		return RC_OK;
	rc = *s->remind_password_command != '\0'
		 ? from_command(mem, s->remind_password_command, &password, e)
		 : from_file(mem, s->remind_password_file, &password, e);
	out->password = password;
	return rc;
}
