/*
 * spool_put.c - put messages into a spool as the gateway does, for tests
 *
 *	spool_put DIR MAIL-FROM RCPT[,RCPT...] accepted|unknown|refused FILE...
 *
 * Prints the id of each.
 */
#include "core/core.h"

#include <poll.h>

#include "mailgw/message/buf.h"
#include "mailgw/spool/spool.h"

#define MAX_RCPTS 100

static void
on_done(void *arg, enum rc rc, const struct err *e)
{
	if (rc != RC_OK)
		(void)fprintf(stderr, "spool_put: %s\n", e->text);
	*(int *)arg = (int)rc;
}

static enum rc
put(struct spool_writer *w, const struct spool_envelope *env,
    enum spool_outcome outcome, const char *path, struct err *e)
{
	struct pollfd p = { .fd = spool_fd(w), .events = POLLIN };
	FILE *f = fopen(path, "rb");
	char room[8192];
	int done = -1;
	uint64_t id;
	size_t n;
	enum rc rc;

	if (f == NULL)
		return err_errno(e, "%s", path);
	rc = spool_begin(w, env, &id, e);
	while (rc == RC_OK && (n = fread(room, 1, sizeof(room), f)) > 0)
		rc = spool_data(w, id, (struct slice){ room, n }, e);
	(void)fclose(f);
	if (rc == RC_OK)
		rc = spool_end(w, id, on_done, &done, e);
	while (rc == RC_OK && done < 0) {
		(void)poll(&p, 1, 10000);
		spool_poll(w);
	}
	if (rc == RC_OK)
		rc = spool_outcome(w, id, outcome, e);
	if (rc == RC_OK)
		printf("%012" PRIu64 "\n", id);
	return rc;
}

int
main(int argc, char **argv)
{
	const char *rcpts[MAX_RCPTS + 1] = { NULL };
	struct spool_envelope env = { 1797000000, "192.0.2.1", NULL, rcpts };
	enum spool_outcome outcome;
	struct spool_writer *w;
	struct err e;
	char *save = NULL, *r;
	size_t n = 0;
	int i;

	if (argc < 6)
		return 2;
	env.mail_from = argv[2];
	for (r = strtok_r(argv[3], ",", &save); r != NULL && n < MAX_RCPTS;
	     r = strtok_r(NULL, ",", &save))
		rcpts[n++] = r;
	outcome = strcmp(argv[4], "accepted") == 0  ? SPOOL_ACCEPTED
		  : strcmp(argv[4], "unknown") == 0 ? SPOOL_UNKNOWN
						    : SPOOL_REFUSED;
	if (spool_writer_open(NULL, argv[1], 1U << 20, &w, &e) != RC_OK)
		goto fail;
	for (i = 5; i < argc; i++)
		if (put(w, &env, outcome, argv[i], &e) != RC_OK)
			goto fail;
	talloc_free(w);
	return 0;
fail:
	(void)fprintf(stderr, "spool_put: %s\n", e.text);
	return 1;
}
