/*
 * parser.c - the parent's side of promised-parser
 */
#include "core/core.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "mailgw/reader/frame.h"
#include "mailgw/reader/parser.h"

struct parser {
	char *program;
	int wall_ms;
	pid_t pid; /* 0: none runs */
	int fd;
	unsigned deaths;
};

static int64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* stop - kill the child and bury it; its wait status */
static int
stop(struct parser *p)
{
	int status = 0;

	if (p->pid == 0)
		return 0;
	(void)close(p->fd);
	(void)kill(p->pid, SIGKILL);
	while (waitpid(p->pid, &status, 0) < 0 && errno == EINTR)
		;
	p->pid = 0;
	p->fd = -1;
	return status;
}

static int
destroy(struct parser *p)
{
	(void)stop(p);
	return 0;
}

enum rc
parser_new(TALLOC_CTX *mem, const char *program, int wall_ms,
    struct parser **out, struct err *e)
{
	struct parser *p = talloc_zero(mem, struct parser);
	char self[PATH_MAX];
	ssize_t n;
	char *slash;

	if (p == NULL)
		return err_nomem(e);
	p->fd = -1;
	p->wall_ms = wall_ms > 0 ? wall_ms : PARSER_WALL_MS;
	if (program != NULL) {
		p->program = talloc_strdup(p, program);
	} else {
		n = readlink("/proc/self/exe", self, sizeof(self) - 1);
		self[n > 0 ? n : 0] = '\0';
		slash = strrchr(self, '/');
		if (slash != NULL)
			*slash = '\0';
		p->program = talloc_asprintf(p, "%s/" PARSER_PROGRAM, self);
		if (p->program != NULL && access(p->program, X_OK) != 0)
			p->program =
			    talloc_strdup(p, LIBEXECDIR "/" PARSER_PROGRAM);
	}
	if (p->program == NULL) {
		talloc_free(p);
		return err_nomem(e);
	}
	talloc_set_destructor(p, destroy);
	*out = p;
	return RC_OK;
}

unsigned
parser_deaths(const struct parser *p)
{
	return p->deaths;
}

/* child - becomes the parser; never returns */
static _Noreturn void
child(const struct parser *p, int fd, pid_t parent)
{
	char *const argv[] = { p->program, NULL };
	char *const env[] = { NULL };
	sigset_t none;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	/* the parent may be gone already */
	if (getppid() == parent && dup2(fd, FRAME_FD) == FRAME_FD) {
		if (fd == FRAME_FD)
			(void)fcntl(fd, F_SETFD, 0);
		(void)close_range(FRAME_FD + 1, ~0U, 0);
		(void)execve(p->program, argv, env);
	}
	_exit(127);
}

/* transfer - all of it before the deadline; false: the child is no use */
static bool
transfer(int fd, void *data, size_t size, bool out, int64_t deadline)
{
	char *at = data;
	struct pollfd pfd = { .fd = fd, .events = out ? POLLOUT : POLLIN };
	int64_t left;
	ssize_t n;

	while (size > 0) {
		n = out ? send(fd, at, size, MSG_NOSIGNAL | MSG_DONTWAIT)
			: recv(fd, at, size, MSG_DONTWAIT);
		if (n > 0) {
			at += n;
			size -= (size_t)n;
			continue;
		}
		if (n == 0 || (errno != EAGAIN && errno != EINTR))
			return false;
		left = deadline - now_ms();
		if (left <= 0)
			return false;
		if (poll(&pfd, 1, (int)left) < 0 && errno != EINTR)
			return false;
	}
	return true;
}

enum rc
parser_start(struct parser *p, struct err *e)
{
	struct frame_reply hello;
	pid_t parent = getpid();
	int pair[2], status;

	if (p->pid != 0)
		return RC_OK;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return err_errno(e, "socket for the parser");
	p->pid = fork();
	if (p->pid < 0) {
		p->pid = 0;
		(void)close(pair[0]);
		(void)close(pair[1]);
		return err_errno(e, "process for the parser");
	}
	if (p->pid == 0)
		child(p, pair[1], parent);
	(void)close(pair[1]);
	p->fd = pair[0];
	if (transfer(
		p->fd, &hello, sizeof(hello), false, now_ms() + p->wall_ms) &&
	    hello.magic == FRAME_REPLY && hello.size == 0)
		return RC_OK;
	status = stop(p);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return err_set(e, RC_INTERNAL, "cannot run '%s'", p->program);
	return err_set(e, RC_INTERNAL, "'%s' does not start (status %d)",
	    p->program, status);
}

/* ask - one request to the running child; false: it is no use any more */
static bool
ask(struct parser *p, TALLOC_CTX *mem, struct slice bytes, bool is_plain,
    bool is_journal, enum rc *rc, struct message **out, struct err *e)
{
	struct frame_request req = { FRAME_REQUEST, is_plain, is_journal,
		bytes.len };
	struct frame_reply reply;
	int64_t deadline = now_ms() + p->wall_ms;
	union {
		const char *in;
		void *var; /* transfer() only reads when it sends */
	} data = { bytes.at };
	char *answer;

	if (!transfer(p->fd, &req, sizeof(req), true, deadline) ||
	    !transfer(p->fd, data.var, bytes.len, true, deadline) ||
	    !transfer(p->fd, &reply, sizeof(reply), false, deadline)) {
		(void)err_set(e, RC_BADINPUT,
		    now_ms() >= deadline ? "the parser took too long"
					 : "the parser crashed");
		return false;
	}
	if (reply.magic != FRAME_REPLY || reply.size > FRAME_MAX_REPLY) {
		(void)err_set(e, RC_BADINPUT, "the parser answered nonsense");
		return false;
	}
	answer = talloc_size(mem, reply.size + 1);
	if (answer == NULL) {
		*rc = err_nomem(e);
		return false;
	}
	if (!transfer(p->fd, answer, reply.size, false, deadline)) {
		talloc_free(answer);
		(void)err_set(e, RC_BADINPUT, "the parser's answer broke off");
		return false;
	}
	if (reply.rc == RC_OK) {
		*rc = frame_unpack(
		    mem, (struct slice){ answer, reply.size }, out, e);
		talloc_free(answer);
		return *rc != RC_BADINPUT;
	}
	answer[reply.size] = '\0';
	*rc = err_set(e, RC_BADINPUT, "%s", answer);
	talloc_free(answer);
	return true;
}

static enum rc
read_one(struct parser *p, TALLOC_CTX *mem, struct slice bytes, unsigned tries,
    bool is_journal, struct message **out, struct err *e)
{
	char why[sizeof(e->text)] = "";
	enum rc rc;

	if (bytes.len > FRAME_MAX_MESSAGE)
		return err_set(e, RC_BADINPUT, "the message is too big");
	for (; tries <= PARSER_TRIES; tries++) {
		rc = parser_start(p, e);
		if (rc != RC_OK)
			return rc;
		rc = RC_BADINPUT;
		if (ask(p, mem, bytes, tries == PARSER_TRIES, is_journal, &rc,
			out, e)) {
			if (rc != RC_OK)
				continue;
			if (tries == PARSER_TRIES && (*out)->fault == NULL)
				(*out)->fault = talloc_strdup(
				    *out, why[0] ? why : "the parser crashed");
			return rc; /* refused: the plain one may do */
		}
		(void)snprintf(why, sizeof(why), "%s", e->text);
		p->deaths++;
		(void)stop(p);
	}
	e->rc = RC_BADINPUT;
	return RC_BADINPUT;
}

enum rc
parser_read(struct parser *p, TALLOC_CTX *mem, struct slice bytes,
    unsigned tries, struct message **out, struct err *e)
{
	return read_one(p, mem, bytes, tries, false, out, e);
}

enum rc
parser_read_journal(struct parser *p, TALLOC_CTX *mem, struct slice bytes,
    struct message **out, struct err *e)
{
	return read_one(p, mem, bytes, 0, true, out, e);
}
