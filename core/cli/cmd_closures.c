/*
 * cmd_closures.c - promise closures: a program of the calendars' room
 */
#include "core/cli/cli.h"

const struct cmd cmd_closures = {
	.name = "closures",
	.synopsis = "FILE.ics",
	.summary = W_S_CLOSURES,
	.details = W_D_CLOSURES,
	.program = "promise-closures",
};
