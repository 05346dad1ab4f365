/*
 * cmd_lang.c - promise lang check: is a language file well formed, and do its
 * examples hold
 *
 * A file is read together with the other files of its language, as it will be
 * in service. Faults name file, line and reason.
 */
#include "core/core.h"

#include <limits.h>

#include "core/cli/cli.h"
#include "core/lang/lang.h"

#define LINE_MAX_BYTES 4096

/* language - the code that a file's first `lang` line names */
static enum rc
language(const char *path, char code[8], struct err *e)
{
	char line[LINE_MAX_BYTES];
	FILE *f = fopen(path, "re");

	code[0] = '\0';
	if (f == NULL)
		return err_errno(e, "cannot read '%s'", path);
	while (fgets(line, sizeof(line), f) != NULL && code[0] == '\0')
		if (sscanf(line, "lang %7[a-z]", code) != 1)
			code[0] = '\0';
	(void)fclose(f);
	return code[0] != '\0'
		   ? RC_OK
		   : err_set(e, RC_BADINPUT, "%s:1: no line 'lang CODE'", path);
}

/* is_in - whether a file is one of a folder's */
static bool
is_in(const char *file, const char *folder)
{
	char dir[PATH_MAX], path[PATH_MAX], *slash;

	if (folder == NULL || realpath(folder, dir) == NULL ||
	    realpath(file, path) == NULL)
		return false;
	slash = strrchr(path, '/');
	if (slash == NULL)
		return false;
	*slash = '\0';
	return strcmp(dir, path) == 0;
}

static void
say(void *arg, const char *line)
{
	(void)arg;
	(void)printf("%s\n", line);
}

static enum rc
check(struct cli *c, const char *path, size_t *bad, struct err *e)
{
	size_t failed, ran;
	struct lang *l;
	char code[8];
	enum rc rc;

	rc = language(path, code, e);
	if (rc == RC_OK)
		rc = lang_open(c->mem, NULL, code, &l, e);
	if (rc == RC_OK && !is_in(path, lang_dir(c->mem)) &&
	    !is_in(path, lang_site_dir()))
		rc = lang_add_file(l, path, e);
	if (rc == RC_OK)
		rc = lang_check(l, say, NULL, &failed, &ran, e);
	if (rc != RC_OK)
		return rc;
	(void)printf("%s: %zu/%zu\n", path, ran - failed, ran);
	*bad += failed;
	return RC_OK;
}

static enum rc
run(struct cli *c, struct err *e)
{
	size_t bad = 0;
	enum rc rc = RC_OK;
	int i;

	if (strcmp(c->args[0], "check") != 0)
		return cli_usage(c, e, "lang takes 'check' and files");
	for (i = 1; rc == RC_OK && i < c->arg_count; i++)
		rc = check(c, c->args[i], &bad, e);
	if (rc == RC_OK && bad > 0)
		rc = err_set(e, RC_BADINPUT, "%zu examples do not hold", bad);
	return rc;
}

const struct cmd cmd_lang = {
	.name = "lang",
	.synopsis = "check FILE…",
	.summary = W_S_LANG,
	.need = NEED_NOTHING,
	.min_args = 2,
	.max_args = -1,
	.run = run,
};
