/*
 * cmd_move.c - promise kept, moved, withdrawn, not, reopen: what became of it
 *
 * Several numbers are several changes: those that are possible are made, the
 * others are named, and the exit status says that there were such.
 */
#include "core/core.h"

#include <pwd.h>

#include "core/cli/cli.h"

/* who - the login that makes the change; owned by mem */
static char *
who(TALLOC_CTX *mem)
{
	const char *name = getenv("USER");
	const struct passwd *pw;

	if (name == NULL || *name == '\0')
		name = getenv("LOGNAME");
	if (name == NULL || *name == '\0') {
		pw = getpwuid(getuid());
		name = pw ? pw->pw_name : NULL;
	}
	if (name != NULL && *name != '\0')
		return talloc_strndup(mem, name, 100);
	return talloc_asprintf(mem, "uid %d", (int)getuid());
}

/* say_done - one line on stdout */
static void
say_done(struct cli *c, int64_t id, enum promise_move m, struct civil due)
{
	char *number = talloc_asprintf(c->mem, "%" PRId64, id);
	char *line;

	if (m == MOVE_MOVED)
		line = cli_say(c->mem, c, W_MOVED_TO,
		    CLI_ARGS(number, times_day(c->mem, c, due,
					 zone_civil(c->zone, c->at).day)));
	else
		line = cli_say(
		    c->mem, c, W_NOW, CLI_ARGS(number, show_move(c, m)));
	(void)printf("%s\n", line);
}

/* new_date - what the words mean for one promise, in its own zone */
static enum rc
new_date(struct cli *c, int64_t id, const char *words, struct civil *due,
    struct err *e)
{
	struct promise *p;
	enum rc rc;

	rc = ledger_get(c->ledger, c->mem, id, &p, e);
	if (rc != RC_OK)
		return rc;
	return dates_parse(c, words, show_zone(c, p), due, e);
}

/* explain - why a move was refused, in the user's language */
static enum rc
explain(struct cli *c, int64_t id, enum rc rc, struct err *e)
{
	char number[24];
	struct promise *p;
	struct err ignored;

	if (rc == RC_NOTFOUND)
		return show_missing(c, id, rc, e);
	if (rc != RC_BADINPUT || c->is_usage ||
	    ledger_get(c->ledger, c->mem, id, &p, &ignored) != RC_OK)
		return rc;
	(void)snprintf(number, sizeof(number), "%" PRId64, id);
	return cli_fault(c, e, rc,
	    p->state == PROMISE_OPEN ? W_E_REOPEN : W_E_MOVE,
	    CLI_ARGS(number, show_state(c, p->state)));
}

/* move_one - words: the new date of MOVE_MOVED, else NULL */
static enum rc
move_one(struct cli *c, int64_t id, enum promise_move m, const char *words,
    const char *by, struct err *e)
{
	struct civil due = { .minute = CIVIL_NO_MINUTE };
	enum rc rc = RC_OK;

	if (words != NULL)
		rc = new_date(c, id, words, &due, e);
	if (rc == RC_OK)
		rc = ledger_move(c->ledger, id, m, due, c->at, by, c->note, e);
	if (rc != RC_OK)
		return explain(c, id, rc, e);
	say_done(c, id, m, due);
	return RC_OK;
}

/* move_all - the first count arguments are numbers */
static enum rc
move_all(struct cli *c, int count, enum promise_move m, const char *words,
    struct err *e)
{
	char *by = who(c->mem);
	enum rc rc = RC_OK, worst = RC_OK;
	struct err one;
	int64_t id;
	int i;

	for (i = 0; i < count; i++) /* usage first: all or nothing */
		if (cli_id(c, c->args[i], &id, e) != RC_OK)
			return RC_BADINPUT;
	for (i = 0; i < count; i++) {
		rc = cli_id(c, c->args[i], &id, &one);
		if (rc == RC_OK)
			rc = move_one(c, id, m, words, by, &one);
		if (rc == RC_OK)
			continue;
		if (worst != RC_OK) /* the last is said by main() */
			(void)fprintf(stderr, "promise: %s\n", e->text);
		worst = rc;
		*e = one;
		if (c->is_usage)
			break;
	}
	return worst;
}

/* is_number - digits only */
static bool
is_number(const char *text)
{
	return *text != '\0' && strspn(text, "0123456789") == strlen(text);
}

/* join - the arguments from the nth on, with blanks between */
static char *
join(const struct cli *c, int from)
{
	char *out = talloc_strdup(c->mem, c->args[from]);
	int i;

	for (i = from + 1; i < c->arg_count; i++)
		out = talloc_asprintf_append(out, " %s", c->args[i]);
	return out;
}

static enum rc
run_moved(struct cli *c, struct err *e)
{
	int ids = 0;

	while (ids < c->arg_count && is_number(c->args[ids]))
		ids++;
	if (ids == 0)
		return cli_wrong(c, e, W_E_ID, CLI_ARGS(c->args[0]));
	if (ids == c->arg_count)
		return cli_wrong(c, e, W_E_WHICH_DATE, CLI_NONE);
	return move_all(c, ids, MOVE_MOVED, join(c, ids), e);
}

/* run_plain - a move without a date */
static enum rc
run_plain(struct cli *c, enum promise_move m, struct err *e)
{
	return move_all(c, c->arg_count, m, NULL, e);
}

static enum rc
run_kept(struct cli *c, struct err *e)
{
	return run_plain(c, MOVE_KEPT, e);
}

static enum rc
run_withdrawn(struct cli *c, struct err *e)
{
	return run_plain(c, MOVE_WITHDRAWN, e);
}

static enum rc
run_not(struct cli *c, struct err *e)
{
	return run_plain(c, MOVE_NOT, e);
}

static enum rc
run_reopen(struct cli *c, struct err *e)
{
	return run_plain(c, MOVE_REOPENED, e);
}

#define MOVE(id, text, words, help, function)                                  \
	const struct cmd id = {                                                \
		.name = text,                                                  \
		.synopsis = words,                                             \
		.summary = help,                                               \
		.opts = OPT_NOTE,                                              \
		.need = NEED_WRITE,                                            \
		.min_args = 1,                                                 \
		.max_args = -1,                                                \
		.run = function,                                               \
	}

MOVE(cmd_kept, "kept", "ID…", W_S_KEPT, run_kept);
MOVE(cmd_withdrawn, "withdrawn", "ID…", W_S_WITHDRAWN, run_withdrawn);
MOVE(cmd_not, "not", "ID…", W_S_NOT, run_not);
MOVE(cmd_reopen, "reopen", "ID…", W_S_REOPEN, run_reopen);

const struct cmd cmd_moved = {
	.name = "moved",
	.synopsis = "ID… DATE…",
	.summary = W_S_MOVED,
	.details = W_D_MOVED,
	.opts = OPT_NOTE,
	.need = NEED_WRITE,
	.min_args = 2,
	.max_args = -1,
	.run = run_moved,
};
