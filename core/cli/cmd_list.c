/*
 * cmd_list.c - promise list: open promises, or those that options choose
 */
#include "core/cli/cli.h"

/* stands - an offer whose day is over no longer does */
static bool
stands(const struct cli *c, const struct promise *p, void *arg)
{
	(void)arg;
	return !promise_has_lapsed(p, c->at);
}

static enum rc
run(struct cli *c, struct err *e)
{
	struct listing l = { .nothing = W_NOTHING };
	size_t count = 0;

	listing_query(c, &l.q);
	l.has_states = l.q.states != 1u << PROMISE_OPEN;
	if (!l.has_states)
		l.accept = stands;
	return listing_run(c, &l, &count, e);
}

const struct cmd cmd_list = {
	.name = "list",
	.synopsis = "",
	.summary = W_S_LIST,
	.opts = OPT_JSON | OPT_ALL | OPT_STATE | OPT_AUTHOR | OPT_CUSTOMER,
	.need = NEED_READ,
	.run = run,
};
