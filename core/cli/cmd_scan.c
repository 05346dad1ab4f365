/*
 * cmd_scan.c - promise scan: a program of the mail's room
 */
#include "core/cli/cli.h"

const struct cmd cmd_scan = {
	.name = "scan",
	.synopsis = "[-v] [--json] [--explain] [--words] [--zone ZONE] FILE…",
	.summary = W_S_SCAN,
	.details = W_D_SCAN,
	.program = "promise-scan",
};
