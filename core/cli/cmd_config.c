/*
 * cmd_config.c - promise config: every setting, its value and its meaning
 */
#include "core/cli/cli.h"

static enum rc
run(struct cli *c, struct err *e)
{
	(void)e;
	settings_print(c->settings, stdout);
	return RC_OK;
}

const struct cmd cmd_config = {
	.name = "config",
	.synopsis = "",
	.summary = W_S_CONFIG,
	.need = NEED_SETTINGS,
	.run = run,
};
