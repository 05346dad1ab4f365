/*
 * cmd_caldav.c - promise caldav: a program of the calendars' room
 */
#include "core/cli/cli.h"

const struct cmd cmd_caldav = {
	.name = "caldav",
	.synopsis = "[--author ADDRESS] [--customer WHO] [--private] FOLDER",
	.summary = W_S_CALDAV,
	.details = W_D_CALDAV,
	.program = "promise-caldav",
};
