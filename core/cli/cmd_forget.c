/*
 * cmd_forget.c - promise forget: take promises, or a person, out for good
 *
 * Without --yes nothing is changed, and what would go is counted.
 */
#include "core/core.h"

#include "core/cli/cli.h"

/* number_of - owned by mem */
static char *
number_of(TALLOC_CTX *mem, size_t n)
{
	return talloc_asprintf(mem, "%zu", n);
}

/* erase - one wish; adds to the counts */
static enum rc
erase(struct cli *c, const struct ledger_erase *what, struct ledger_erased *sum,
    struct err *e)
{
	bool is_trial = (c->opts & OPT_YES) == 0;
	struct ledger_erased one;
	enum rc rc;

	rc = ledger_erase(c->ledger, what, c->at, is_trial, &one, e);
	if (rc != RC_OK)
		return rc;
	if (what->id != 0 && one.promises == 0)
		return show_missing(c, what->id, RC_NOTFOUND, e);
	sum->promises += one.promises;
	sum->letters += one.letters;
	sum->mentions += one.mentions;
	return RC_OK;
}

/* erase_ids - those named by number */
static enum rc
erase_ids(struct cli *c, struct ledger_erased *sum, struct err *e)
{
	struct ledger_erase what = { 0 };
	enum rc rc = RC_OK;
	int i;

	for (i = 0; i < c->arg_count; i++) /* usage first: all or nothing */
		if (cli_id(c, c->args[i], &what.id, e) != RC_OK)
			return RC_BADINPUT;
	for (i = 0; rc == RC_OK && i < c->arg_count; i++) {
		rc = cli_id(c, c->args[i], &what.id, e);
		if (rc == RC_OK)
			rc = erase(c, &what, sum, e);
	}
	return rc;
}

static enum rc
run(struct cli *c, struct err *e)
{
	struct ledger_erased sum = { 0 };
	struct ledger_erase what = { .author = c->author,
		.customer = c->customer };
	int wishes =
	    (c->arg_count > 0) + (c->author != NULL) + (c->customer != NULL);
	enum rc rc;

	if (wishes != 1 || (c->author != NULL && *c->author == '\0') ||
	    (c->customer != NULL && *c->customer == '\0'))
		return cli_wrong(c, e, W_E_FORGET, CLI_NONE);
	rc =
	    c->arg_count > 0 ? erase_ids(c, &sum, e) : erase(c, &what, &sum, e);
	if (rc != RC_OK)
		return rc;
	(void)printf(
	    "%s\n", cli_say(c->mem, c,
			(c->opts & OPT_YES) != 0 ? W_FORGOTTEN : W_WOULD_FORGET,
			CLI_ARGS(number_of(c->mem, sum.promises),
			    number_of(c->mem, sum.letters),
			    number_of(c->mem, sum.mentions))));
	return RC_OK;
}

const struct cmd cmd_forget = {
	.name = "forget",
	.synopsis = "ID… | --customer WHO | --author ADDRESS",
	.summary = W_S_FORGET,
	.details = W_D_FORGET,
	.opts = OPT_AUTHOR | OPT_CUSTOMER | OPT_YES,
	.need = NEED_WRITE,
	.max_args = -1,
	.run = run,
};
