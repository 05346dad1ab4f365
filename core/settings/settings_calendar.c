/*
 * settings_calendar.c - the working calendar that the settings describe
 *
 * Closures of the company's own stand in .ics files. These are read by a
 * program of the calendar's room, promise-closures, which answers a line for
 * each closed day: "YYYY-MM-DD name".
 */
#include "core/core.h"

#include "core/program/program.h"
#include "core/settings/settings.h"

#define CLOSURES_PROGRAM   "promise-closures"
#define CLOSURES_MAX_BYTES (8u << 20)

/* close_days - a day for each line */
static enum rc
close_days(struct calendar *c, char *lines, struct err *e)
{
	struct civil day;
	char *line, *name;
	enum rc rc;

	while ((line = strsep(&lines, "\n")) != NULL) {
		name = line;
		(void)strsep(&name, " ");
		if (*line == '\0')
			continue;
		if (name == NULL || !civil_parse(line, &day) ||
		    day.minute != CIVIL_NO_MINUTE)
			return err_set(e, RC_INTERNAL,
			    CLOSURES_PROGRAM " said '%.80s'", line);
		rc = calendar_close(c, day.day, name, e);
		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

/* add_file - the closures of one file */
static enum rc
add_file(struct calendar *c, char *path, struct err *e)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	char *argv[3] = { NULL, path, NULL }, *lines;
	enum rc rc;

	if (mem == NULL)
		return err_nomem(e);
	argv[0] = program_path(mem, CLOSURES_PROGRAM);
	if (access(path, R_OK) != 0)
		rc = err_set(
		    e, RC_BADINPUT, "closures: %s: %s", path, strerror(errno));
	else if (argv[0] == NULL)
		rc = err_set(e, RC_INTERNAL,
		    "closures: no program '" CLOSURES_PROGRAM "'");
	else
		rc = program_output(mem, argv, CLOSURES_MAX_BYTES, &lines, e);
	if (rc == RC_OK)
		rc = close_days(c, lines, e);
	talloc_free(mem);
	return rc;
}

enum rc
settings_calendar(TALLOC_CTX *mem, const struct settings *s,
    struct calendar **out, struct err *e)
{
	struct calendar *c;
	enum rc rc;

	*out = NULL;
	rc = calendar_new(mem, s->work_week, s->work_start_min, s->work_end_min,
	    (const char *const *)s->holidays, &c, e);
	if (rc != RC_OK)
		return rc;
	for (char **path = s->closures; rc == RC_OK && *path != NULL; path++)
		rc = add_file(c, *path, e);
	if (rc != RC_OK) {
		talloc_free(c);
		return rc;
	}
	*out = c;
	return RC_OK;
}
