/*
 * closures_main.c - promise-closures: the closed days of an .ics file
 *
 * Run by every program that needs the working calendar, since core knows
 * nothing of calendar files.
 */
#include "core/core.h"

#include "cal/ical/closures.h"
#include "core/civil/civil.h"

#define EXIT_USAGE 2

/* slurp - a whole file, with a NUL behind it */
static enum rc
slurp(TALLOC_CTX *mem, const char *path, char **out, struct err *e)
{
	FILE *f = fopen(path, "re");
	size_t len;

	if (f == NULL)
		return err_set(e, RC_BADINPUT, "%s", strerror(errno));
	*out = talloc_zero_array(mem, char, CLOSURES_MAX_BYTES + 2);
	if (*out == NULL) {
		(void)fclose(f);
		return err_nomem(e);
	}
	len = fread(*out, 1, CLOSURES_MAX_BYTES + 1, f);
	if (ferror(f) != 0) {
		(void)fclose(f);
		return err_set(e, RC_BADINPUT, "it cannot be read");
	}
	(void)fclose(f);
	if (len > CLOSURES_MAX_BYTES)
		return err_set(
		    e, RC_TOOBIG, "it is over %u octets", CLOSURES_MAX_BYTES);
	return memchr(*out, '\0', len) == NULL
		   ? RC_OK
		   : err_set(e, RC_BADINPUT, "this is no iCalendar file");
}

int
main(int argc, char **argv)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct closures *c = NULL;
	char day[CIVIL_TEXT_MAX], *text = NULL;
	struct err e;
	enum rc rc;

	if (argc != 2 || argv[1][0] == '-') {
		(void)fputs("usage: promise closures FILE.ics\n", stderr);
		talloc_free(mem);
		return EXIT_USAGE;
	}
	rc = slurp(mem, argv[1], &text, &e);
	if (rc == RC_OK)
		rc = closures_read(mem, text, &c, &e);
	for (size_t i = 0; rc == RC_OK && i < c->count; i++) {
		civil_format(
		    (struct civil){ c->days[i].day, CIVIL_NO_MINUTE, true },
		    day);
		(void)printf("%s %s\n", day, c->days[i].name);
	}
	if (rc == RC_OK && fflush(stdout) != 0)
		rc = err_errno(&e, "writing");
	if (rc != RC_OK)
		(void)fprintf(stderr, "closures: %s: %s\n", argv[1], e.text);
	talloc_free(mem);
	return rc == RC_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
