/*
 * promise.c - the command: what was promised, what is late, what became of it
 *
 * Reads the command line, the clock, the locale and the terminal into struct
 * cli, opens what the subcommand needs, runs it, and turns its answer into an
 * exit status. A name that is no row of the table may be a program of another
 * room, promise-NAME.
 */
#include "core/core.h"

#include <sys/ioctl.h>
#include <time.h>

#include "core/cli/cli.h"
#include "core/cli/table.h"

static const struct cmd *const commands[] = {
	&cmd_list,
	&cmd_overdue,
	&cmd_today,
	&cmd_week,
	&cmd_customer,
	&cmd_show,
	&cmd_why,
	&cmd_kept,
	&cmd_moved,
	&cmd_withdrawn,
	&cmd_not,
	&cmd_reopen,
	&cmd_export,
	&cmd_feed,
	&cmd_caldav,
	&cmd_add,
	&cmd_scan,
	&cmd_unread,
	&cmd_away,
	&cmd_outbox,
	&cmd_forget,
	&cmd_closures,
	&cmd_config,
	&cmd_when,
	&cmd_lang,
};

/* read_world - terminal, colours, language of the locale, clock */
static enum rc
read_world(struct cli *c, struct err *e)
{
	const char *text = getenv("COLUMNS"), *term = getenv("TERM");
	const char *no_colour = getenv("NO_COLOR");
	struct winsize size;
	struct timespec now;
	int n = 0;

	c->is_terminal = isatty(STDOUT_FILENO) == 1;
	c->has_colour = c->is_terminal &&
			(no_colour == NULL || *no_colour == '\0') &&
			term != NULL && strcmp(term, "dumb") != 0;
	if (c->is_terminal) {
		while (
		    text != NULL && *text >= '0' && *text <= '9' && n < 10000)
			n = n * 10 + (*text++ - '0');
		if (n == 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
			n = size.ws_col;
		c->columns = n;
	}
	c->lang = cli_lang_of_locale();
	if (clock_gettime(CLOCK_REALTIME, &now) != 0)
		return err_errno(e, "the clock");
	c->at = now.tv_sec;
	return RC_OK;
}

/* find_command - the row of a name, or NULL */
static const struct cmd *
find_command(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(commands); i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

/* distance - edits that lead from one short word to another */
static size_t
distance(const char *a, const char *b)
{
	size_t row[32], n = strlen(b), i, j, corner, up;

	if (n + 1 > ARRAY_LEN(row) || strlen(a) + 1 > ARRAY_LEN(row))
		return SIZE_MAX;
	for (j = 0; j <= n; j++)
		row[j] = j;
	for (i = 1; a[i - 1] != '\0'; i++) {
		corner = row[0];
		row[0] = i;
		for (j = 1; j <= n; j++) {
			up = row[j];
			row[j] = corner + (a[i - 1] != b[j - 1]);
			if (up + 1 < row[j])
				row[j] = up + 1;
			if (row[j - 1] + 1 < row[j])
				row[j] = row[j - 1] + 1;
			corner = up;
		}
	}
	return row[n];
}

/* unknown - name is no command; say which one is near */
static enum rc
unknown(struct cli *c, const char *name, struct err *e)
{
	const char *best = NULL;
	size_t least = strlen(name) < 4 ? 2 : 3, d, i; /* most of it is right */
	char *shown = table_clean(c->mem, name);

	for (i = 0; i < ARRAY_LEN(commands); i++) {
		d = strncmp(commands[i]->name, name, strlen(name)) == 0
			? 1
			: distance(name, commands[i]->name);
		if (d < least) {
			least = d;
			best = commands[i]->name;
		}
	}
	if (best != NULL)
		return cli_wrong(c, e, W_MEANT, CLI_ARGS(shown, best));
	return cli_wrong(c, e, W_UNKNOWN, CLI_ARGS(shown));
}

/* help_all - the commands, a line each */
static void
help_all(const struct cli *c, FILE *out)
{
	size_t i;

	(void)fprintf(out, "%s: promise [OPTION…] COMMAND [ARGUMENT…]\n\n%s\n",
	    cli_word(c, W_USAGE), cli_word(c, W_INTRO));
	(void)fprintf(out, "\n%s:\n", cli_word(c, W_COMMANDS));
	for (i = 0; i < ARRAY_LEN(commands); i++)
		(void)fprintf(out, "  %-10s  %s\n", commands[i]->name,
		    cli_word(c, commands[i]->summary));
	(void)fprintf(out, "  %-10s  %s\n", "help", cli_word(c, W_S_HELP));
	(void)fprintf(out, "\n%s:\n", cli_word(c, W_OPTIONS));
	options_help(c, 0, out);
	(void)fprintf(out, "\n%s\n", cli_word(c, W_MORE));
}

/* help_one - one command */
static void
help_one(const struct cli *c, const struct cmd *cmd, FILE *out)
{
	const char *details = cli_word(c, cmd->details);

	(void)fprintf(out, "%s: promise %s%s%s%s\n\n  %s\n",
	    cli_word(c, W_USAGE), cmd->name, cmd->opts != 0 ? " [OPTION…]" : "",
	    *cmd->synopsis != '\0' ? " " : "", cmd->synopsis,
	    cli_word(c, cmd->summary));
	if (*details != '\0')
		(void)fprintf(out, "  %s\n", details);
	if (cmd->opts != 0) {
		(void)fprintf(out, "\n%s:\n", cli_word(c, W_OPTIONS));
		options_help(c, cmd->opts, out);
	}
}

/* prepare - what the command needs: settings, zone, instant, ledger */
static enum rc
prepare(struct cli *c, struct err *e)
{
	enum rc rc;

	if (c->cmd->need != NEED_NOTHING) {
		rc = settings_read(
		    c->mem, c->file, c->overrides, &c->settings, e);
		if (rc != RC_OK)
			return rc;
		if (strcmp(c->settings->lang, "fr") == 0)
			c->lang = CLI_FR;
		else if (strcmp(c->settings->lang, "en") == 0)
			c->lang = CLI_EN;
	}
	rc = times_zone(c, e);
	if (rc != RC_OK)
		return rc;
	if (c->at_text != NULL && !times_parse(c->at_text, c->zone, &c->at))
		return cli_wrong(c, e, W_E_AT, CLI_ARGS(c->at_text));
	if (c->cmd->need < NEED_READ)
		return RC_OK;
	return show_ledger(
	    c, c->cmd->need == NEED_READ ? LEDGER_READ : LEDGER_WRITE, e);
}

/* run_other - a name that is no row: promise-NAME, where it is there */
static enum rc
run_other(struct cli *c, struct err *e)
{
	const char *name = c->args[0];
	char *program, *found = NULL;

	if (strspn(name, "abcdefghijklmnopqrstuvwxyz-") == strlen(name)) {
		program = talloc_asprintf(c->mem, "promise-%s", name);
		found = program_path(c->mem, program);
	}
	if (found == NULL)
		return unknown(c, name, e);
	if (times_zone(c, e) != RC_OK)
		return e->rc;
	return program_exec(c, program, c->args + 1, e);
}

/* run_help - "help", "help COMMAND", "--help" */
static enum rc
run_help(struct cli *c, const char *name, struct err *e)
{
	const struct cmd *cmd;

	if (name == NULL || strcmp(name, "help") == 0 ||
	    strcmp(name, "--help") == 0) {
		help_all(c, stdout);
		return RC_OK;
	}
	cmd = find_command(name);
	if (cmd == NULL)
		return unknown(c, name, e);
	help_one(c, cmd, stdout);
	return RC_OK;
}

/* run_command - c->args begins with its name */
static enum rc
run_command(struct cli *c, struct err *e)
{
	char wants;
	enum rc rc;

	c->cmd = find_command(c->args[0]);
	if (c->cmd == NULL)
		return run_other(c, e);
	if (c->cmd->program != NULL && c->arg_count > 1 &&
	    (strcmp(c->args[1], "--help") == 0 ||
		strcmp(c->args[1], "-h") == 0))
		return run_help(c, c->cmd->name, e);
	if (c->cmd->program != NULL) {
		if (times_zone(c, e) != RC_OK)
			return e->rc;
		return program_exec(c, c->cmd->program, c->args + 1, e);
	}
	rc = options_command(c, &wants, e);
	if (rc != RC_OK)
		return rc;
	if (wants == 'h')
		return run_help(c, c->cmd->name, e);
	if (c->arg_count < c->cmd->min_args)
		return cli_wrong(
		    c, e, W_E_NEEDS, CLI_ARGS(c->cmd->name, c->cmd->synopsis));
	if (c->cmd->max_args >= 0 && c->arg_count > c->cmd->max_args)
		return cli_wrong(c, e, W_E_TOO_MUCH,
		    CLI_ARGS(c->cmd->name, c->args[c->cmd->max_args]));
	rc = prepare(c, e);
	if (rc == RC_OK)
		rc = c->cmd->run(c, e);
	return rc;
}

/* run - the whole command line */
static enum rc
run(struct cli *c, int argc, char **argv, struct err *e)
{
	char wants = 0;
	enum rc rc;

	rc = read_world(c, e);
	if (rc == RC_OK)
		rc = options_global(c, argc, argv, &wants, e);
	if (rc != RC_OK)
		return rc;
	if (wants == 'V') {
		(void)printf("promise %s\n", PACKAGE_VERSION);
		return RC_OK;
	}
	if (wants == 'h')
		return run_help(c, c->arg_count > 0 ? c->args[0] : NULL, e);
	if (c->arg_count == 0) {
		help_all(c, stderr);
		return cli_wrong(c, e, W_E_NO_COMMAND, CLI_NONE);
	}
	if (strcmp(c->args[0], "help") == 0)
		return run_help(c, c->args[1], e);
	return run_command(c, e);
}

/* status_of - what to exit with */
static int
status_of(const struct cli *c, enum rc rc)
{
	if (rc == RC_OK)
		return c->status;
	if (c->is_usage)
		return CLI_USAGE;
	if (rc == RC_RETRY)
		return CLI_RETRY;
	return c->cmd != NULL && c->cmd->is_check ? CLI_UNKNOWN : CLI_FAILED;
}

int
main(int argc, char **argv)
{
	struct cli *c = talloc_zero(NULL, struct cli);
	struct err e = { RC_OK, "" };
	const char *about;
	int status;
	enum rc rc;

	assert(c != NULL);
	c->mem = c;
	rc = run(c, argc, argv, &e);
	if (rc == RC_OK && (fflush(stdout) != 0 || ferror(stdout) != 0))
		rc = err_errno(&e, "standard output");
	status = status_of(c, rc);
	if (rc != RC_OK) {
		(void)fflush(stdout);
		(void)fprintf(stderr, "promise: %s\n", table_clean(c, e.text));
	}
	if (status == CLI_USAGE) {
		about = c->cmd ? talloc_asprintf(c, " %s", c->cmd->name) : "";
		(void)fprintf(stderr, "promise: %s\n",
		    cli_say(c, c, W_TRY, CLI_ARGS(about)));
	}
	talloc_free(c);
	return status;
}
