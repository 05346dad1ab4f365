/*
 * cmd_overdue.c - promise overdue: what is late, for people, cron and monitors
 *
 * Late is a question put at an instant: open, and due before it. The exit
 * status is the answer, so failures have statuses of their own.
 */
#include "core/cli/cli.h"

/* is_late - what lapsed, an offer, is not */
static bool
is_late(const struct cli *c, const struct promise *p, void *arg)
{
	(void)arg;
	return show_is_late(c, p);
}

static enum rc
run(struct cli *c, struct err *e)
{
	struct listing l = { .accept = is_late, .nothing = W_NOTHING_LATE };
	size_t count = 0;
	enum rc rc;

	listing_query(c, &l.q);
	l.q.due_before = c->at;
	rc = listing_run(c, &l, &count, e);
	c->status = count > 0 ? CLI_FAILED : CLI_DONE;
	return rc;
}

const struct cmd cmd_overdue = {
	.name = "overdue",
	.synopsis = "",
	.summary = W_S_OVERDUE,
	.details = W_D_OVERDUE,
	.opts = OPT_JSON | OPT_AUTHOR | OPT_CUSTOMER,
	.need = NEED_READ,
	.run = run,
	.is_check = true,
};
