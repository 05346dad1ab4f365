/*
 * cmd_add.c - promise add: a program of the mail's room
 */
#include "core/cli/cli.h"

const struct cmd cmd_add = {
	.name = "add",
	.synopsis = "[-n] [--json] [--since DATE] [--late] [--again] FILE…",
	.summary = W_S_ADD,
	.details = W_D_ADD,
	.program = "promise-add",
};
