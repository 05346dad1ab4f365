/*
 * child.h - one program that promised keeps running
 *
 * Started as
 *
 *	promised-NAME [-c FILE] [-o name=value]…
 *
 * with PROMISED_READY_FD naming a pipe, on which it writes one line when it
 * works: "NAME WHERE\n", or "NAME -\n" where it does not listen. WHERE is
 * its setting with the addresses really bound, "ADDRESS:PORT words; …". Its
 * stdout is our stderr. It is killed when promised dies (PR_SET_PDEATHSIG),
 * and is the leader of a process group of its own, so that Ctrl-C reaches
 * promised alone, which ends things in order.
 */
#ifndef CORE_SERVICE_CHILD_H
#define CORE_SERVICE_CHILD_H

#include "core/core.h"
#include "core/service/backoff.h"

#define CHILD_LIBEXEC_ENV "PROMISED_LIBEXECDIR"
#define CHILD_READY_ENV   "PROMISED_READY_FD"
#define CHILD_LINE_MAX    4608 /* NAME and a whole setting */

enum child_state {
	CHILD_DOWN,     /* start_at_ms says when it starts */
	CHILD_STARTING, /* runs, has not said that it works */
	CHILD_READY,
	CHILD_STOPPING /* was sent SIGTERM; SIGKILL at kill_at_ms */
};

/* zero-filled but for name and listen_setting; instants are monotonic ms */
struct child {
	const char *name;           /* "gateway": promised-gateway */
	const char *listen_setting; /* "gateway-listen", or NULL */
	bool has_test;              /* knows -t: say what is wrong, and end */
	bool is_wanted;             /* by the settings */
	enum child_state state;
	pid_t pid;     /* 0: does not run */
	int ready_fd;  /* while CHILD_STARTING, else -1 */
	char *path;    /* of the program, owned by the context given */
	char *address; /* WHERE, or NULL; owned likewise */
	char line[CHILD_LINE_MAX];
	size_t line_len;
	int64_t started_ms, start_at_ms, kill_at_ms;
	struct backoff backoff;
};

/* what every child is told */
struct child_orders {
	const char *file;             /* -c, or NULL */
	const char *const *overrides; /* -o, NULL at the end, or NULL */
};

/*
 * child_find - set c->path: $PROMISED_LIBEXECDIR, the folder of our own
 * executable (a build tree), the installed folder: the first that has it
 *
 * RC_OK; RC_NOTFOUND
 */
enum rc child_find(TALLOC_CTX *mem, struct child *c, struct err *e) must_check;

/*
 * child_start - fork and run it; CHILD_STARTING
 *
 * A child that listened before is told the address it had, so that port 0
 * stays the same port for as long as promised runs.
 */
enum rc child_start(struct child *c, const struct child_orders *orders,
    int64_t now_ms, struct err *e) must_check;

/* child_test - run it with -t and wait for it: RC_OK; RC_BADINPUT it said no */
enum rc child_test(const struct child *c, const struct child_orders *orders,
    struct err *e) must_check;

/* child_hear - read c->ready_fd; CHILD_READY once its line is whole */
void child_hear(TALLOC_CTX *mem, struct child *c);

/* child_places - the addresses alone, with commas between; owned by mem */
char *child_places(TALLOC_CTX *mem, const struct child *c);

/* child_stop - SIGTERM now, SIGKILL after grace_ms; one that is down stays */
void child_stop(struct child *c, int64_t now_ms, int64_t grace_ms);

/* child_ended - its process has been waited for */
void child_ended(struct child *c);

#endif
