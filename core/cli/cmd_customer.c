/*
 * cmd_customer.c - promise customer: all that we promised to one customer
 */
#include "core/cli/cli.h"

static enum rc
run(struct cli *c, struct err *e)
{
	struct listing l = { .nothing = W_NOTHING, .has_states = true };
	size_t count = 0;
	enum rc rc;

	if (*c->args[0] == '\0')
		return cli_wrong(c, e, W_E_EMPTY, CLI_NONE);
	l.q.author = c->author;
	l.q.customer = *c->args[0] == '@' ? c->args[0] + 1 : c->args[0];
	l.open_first = true;
	rc = listing_run(c, &l, &count, e);
	return rc;
}

const struct cmd cmd_customer = {
	.name = "customer",
	.synopsis = "ADDRESS|DOMAIN",
	.summary = W_S_CUSTOMER,
	.details = W_D_CUSTOMER,
	.opts = OPT_JSON | OPT_AUTHOR,
	.need = NEED_READ,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
