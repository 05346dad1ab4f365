/*
 * cost.c - what a long text costs, for bench/linear
 *
 *	cost WHAT UNIT OCTETS [BEFORE]
 *
 * Reads BEFORE and then UNIT again and again, OCTETS in all, as WHAT says:
 * read (own words to promises), message (a whole mail), html. Prints the processor time in milliseconds.
 */
#include "core/core.h"

#include <time.h>

#include "mailgw/message/html.h"
#include "mailgw/message/message.h"
#include "tests/fuzz/place.h"

/* run - false: refused, which is fine as long as it is cheap */
static bool
run(TALLOC_CTX *mem, const struct place *p, const char *what, struct slice s)
{
	struct read_mail m = { .subject = { "", 0 }, .words = s };
	struct buf out = { .mem = mem };
	struct read_result *r;
	struct message *msg;
	struct err e;

	if (strcmp(what, "read") == 0)
		return read_promises(mem, p->langs, &m, &p->ref, &r, &e) ==
		       RC_OK;
	if (strcmp(what, "message") == 0)
		return message_read(mem, s, false, &msg, &e) == RC_OK;
	return html_text(mem, s, &out, &e) == RC_OK;
}

int
main(int argc, char **argv)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	const struct place *p = place_of(0, 0);
	struct timespec from, to;
	size_t size, before, unit;
	char *text;
	bool ok;

	if (argc < 4) {
		(void)fprintf(
		    stderr, "usage: cost WHAT UNIT OCTETS [BEFORE]\n");
		return 2;
	}
	size = strtoul(argv[3], NULL, 10);
	before = argc > 4 ? strlen(argv[4]) : 0;
	unit = strlen(argv[2]);
	text = talloc_size(mem, size + before + 1);
	assert(text != NULL && unit > 0);
	if (before > 0)
		memcpy(text, argv[4], before);
	for (size_t i = 0; i < size; i++)
		text[before + i] = argv[2][i % unit];
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	ok = run(mem, p, argv[1], (struct slice){ text, before + size });
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	printf("%.1f%s\n",
	    (double)(to.tv_sec - from.tv_sec) * 1e3 +
		(double)(to.tv_nsec - from.tv_nsec) / 1e6,
	    ok ? "" : " refused");
	talloc_free(mem);
	return 0;
}
