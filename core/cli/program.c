/*
 * program.c - subcommands that are programs of another room
 */
#include "core/cli/cli.h"

#define PROGRAM_MAX_ARGS 4096

enum rc
program_exec(struct cli *c, const char *name, char *const *args, struct err *e)
{
	char at[TIMES_UTC_MAX], *path;
	const char *argv[PROGRAM_MAX_ARGS + 1];
	size_t n = 0, i;
	int64_t when;

	path = program_path(c->mem, name);
	if (path == NULL)
		return cli_fault(
		    c, e, RC_INTERNAL, W_E_PROGRAM, CLI_ARGS(name));
	argv[n++] = name;
	if (c->at_text != NULL) {
		if (!times_parse(c->at_text, c->zone, &when))
			return cli_wrong(c, e, W_E_AT, CLI_ARGS(c->at_text));
		times_utc(when, at);
		argv[n++] = "--at";
		argv[n++] = at;
	}
	for (i = 0; c->overrides[i] != NULL; i++) {
		if (n + 2 >= PROGRAM_MAX_ARGS)
			return cli_wrong(c, e, W_E_TOO_MANY, CLI_NONE);
		argv[n++] = "-o";
		argv[n++] = c->overrides[i];
	}
	for (i = 0; args[i] != NULL; i++) {
		if (n >= PROGRAM_MAX_ARGS)
			return cli_wrong(c, e, W_E_TOO_MANY, CLI_NONE);
		argv[n++] = args[i];
	}
	argv[n] = NULL;
	if (c->file != NULL && setenv(SETTINGS_ENV, c->file, 1) != 0)
		return err_errno(e, "setenv");
	(void)fflush(stdout);
	(void)execv(path, (char *const *)(uintptr_t)argv);
	return err_errno(e, "%s", path);
}
