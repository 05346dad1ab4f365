/*
 * cmd_export.c - promise export: csv (RFC 4180), json (an object a line), ics
 *
 * A file is written beside its place and renamed when it is whole. Calendars
 * are made by a program of the calendar's room.
 */
#include "core/core.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "core/cli/cli.h"
#include "core/cli/table.h"

static const char csv_head[] =
    "id,state,kind,text,due,due_first,from,after,condition,hedged,lang,"
    "warnings,author,customers,message_id,sent_at,recorded_at,late,zone\r\n";

/* put - one cell behind a comma; what a spreadsheet would run is quoted */
static void
put(const char *text, bool is_last)
{
	char *clean = table_clean(NULL, text ? text : "");
	bool is_formula = *clean != '\0' && strchr("=+-@", *clean) != NULL;
	const char *s = clean;

	if (is_formula || strpbrk(s, ",\"") != NULL) {
		(void)fputs(is_formula ? "\"'" : "\"", stdout);
		for (; *s != '\0'; s++) {
			if (*s == '"')
				(void)putchar('"');
			(void)putchar(*s);
		}
		(void)putchar('"');
	} else {
		(void)fputs(s, stdout);
	}
	(void)fputs(is_last ? "\r\n" : ",", stdout);
	talloc_free(clean);
}

static void
put_civil(struct civil c)
{
	char text[CIVIL_TEXT_MAX];

	civil_format(c, text);
	put(text, false);
}

static void
put_instant(int64_t at)
{
	char text[TIMES_UTC_MAX];

	times_utc(at, text);
	put(text, false);
}

/* csv_row - ledger_each()'s visitor */
static enum rc
csv_row(const struct promise *p, void *arg, struct err *e)
{
	const struct cli *c = arg;
	TALLOC_CTX *mem = talloc_new(NULL);
	char *warnings = talloc_strdup(mem, "");
	unsigned bit;

	(void)e;
	for (bit = 1; bit <= WARN_UNDATED; bit <<= 1)
		if ((p->warnings & bit) != 0)
			warnings = talloc_asprintf_append(warnings, "%s%s",
			    *warnings != '\0' ? " " : "",
			    promise_warning_name(bit));
	(void)printf("%" PRId64 ",", p->id);
	put(promise_state_name(p->state), false);
	put(promise_kind_name(p->kind), false);
	put(p->text, false);
	put_civil(p->due);
	put_civil(p->due_first);
	put_civil(p->from);
	put(p->after, false);
	put(p->condition, false);
	put(p->is_hedged ? "true" : "false", false);
	put(p->lang, false);
	put(warnings, false);
	put(p->author, false);
	put(show_customers(mem, p, " "), false);
	put(p->message_id, false);
	put_instant(p->sent_at);
	put_instant(p->recorded_at);
	put(show_is_late(c, p) ? "true" : "false", false);
	put(p->zone, true);
	talloc_free(mem);
	return RC_OK;
}

/* json_row - ledger_each()'s visitor */
static enum rc
json_row(const struct promise *p, void *arg, struct err *e)
{
	return show_json(arg, p, e);
}

/* export_ics - become the program that makes calendars */
static enum rc
export_ics(struct cli *c, struct err *e)
{
	const char *args[10];
	size_t n = 0;

	if ((c->opts & OPT_STATE) != 0)
		return cli_wrong(c, e, W_E_ICS_STATE, CLI_NONE);
	if (c->author != NULL) {
		args[n++] = "--author";
		args[n++] = c->author;
	}
	if (c->customer != NULL) {
		args[n++] = "--customer";
		args[n++] = c->customer;
	}
	if (c->lang_text != NULL) {
		args[n++] = "-o";
		args[n++] = talloc_asprintf(c->mem, "lang=%s", c->lang_text);
	}
	if ((c->opts & OPT_ALL) != 0)
		args[n++] = "--all";
	args[n] = NULL;
	return program_exec(
	    c, "promise-ics", (char *const *)(uintptr_t)args, e);
}

/* write_out - in the format asked for, on stdout */
static enum rc
write_out(struct cli *c, struct err *e)
{
	struct ledger_query q = { 0 };
	enum rc rc;

	if (strcmp(c->format, "ics") == 0)
		return export_ics(c, e);
	listing_query(c, &q);
	q.states = c->states;
	rc = show_ledger(c, LEDGER_READ, e);
	if (rc != RC_OK)
		return rc;
	if (strcmp(c->format, "json") == 0)
		return ledger_each(c->ledger, &q, json_row, c, e);
	(void)fputs(csv_head, stdout);
	return ledger_each(c->ledger, &q, csv_row, c, e);
}

/* to_file - run write_out() in a child whose stdout is the file */
static enum rc
to_file(struct cli *c, struct err *e)
{
	char *tmp = talloc_asprintf(c->mem, "%s.XXXXXX", c->output);
	int fd = mkostemp(tmp, O_CLOEXEC), status = -1;
	mode_t mask = umask(0);
	enum rc rc = RC_OK;
	pid_t pid;

	(void)umask(mask);
	if (fd < 0)
		return err_errno(e, "%s", c->output);
	if (fchmod(fd, 0666 & ~mask) != 0)
		rc = err_errno(e, "%s", tmp);
	(void)fflush(stdout);
	pid = rc == RC_OK ? fork() : -1;
	if (pid == 0) {
		if (dup2(fd, STDOUT_FILENO) < 0)
			_exit(CLI_FAILED);
		c->output = NULL;
		rc = write_out(c, e);
		if (rc == RC_OK && fflush(stdout) == 0)
			_exit(CLI_DONE);
		(void)fprintf(stderr, "promise: %s\n", e->text);
		_exit(c->is_usage      ? CLI_USAGE
		      : rc == RC_RETRY ? CLI_RETRY
				       : CLI_FAILED);
	}
	if (pid > 0)
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	if (pid < 0 && rc == RC_OK)
		rc = err_errno(e, "fork");
	else if (status != 0)
		rc = err_set(e, RC_INTERNAL, "'%s' is not written", c->output);
	if (rc == RC_OK && (fsync(fd) != 0 || rename(tmp, c->output) != 0))
		rc = err_errno(e, "%s", c->output);
	close(fd);
	if (rc != RC_OK)
		(void)unlink(tmp);
	if (WIFEXITED(status) && WEXITSTATUS(status) == CLI_USAGE)
		c->is_usage = true;
	if (WIFEXITED(status) && WEXITSTATUS(status) == CLI_RETRY)
		rc = e->rc = RC_RETRY;
	return rc;
}

static enum rc
run(struct cli *c, struct err *e)
{
	static const char *const formats[] = { "ics", "csv", "json" };
	size_t i;

	if (c->format == NULL)
		return cli_wrong(c, e, W_E_NO_FORMAT, CLI_NONE);
	for (i = 0; i < ARRAY_LEN(formats); i++)
		if (strcmp(formats[i], c->format) == 0)
			break;
	if (i == ARRAY_LEN(formats))
		return cli_wrong(c, e, W_E_FORMAT, CLI_ARGS(c->format));
	if (c->output != NULL && strcmp(c->output, "-") != 0)
		return to_file(c, e);
	return write_out(c, e);
}

const struct cmd cmd_export = {
	.name = "export",
	.synopsis = "--format ics|csv|json",
	.summary = W_S_EXPORT,
	.details = W_D_EXPORT,
	.opts = OPT_FORMAT | OPT_OUTPUT | OPT_ALL | OPT_STATE | OPT_AUTHOR |
		OPT_CUSTOMER | OPT_LANG,
	.need = NEED_SETTINGS,
	.run = run,
};
