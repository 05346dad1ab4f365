/*
 * supervise.h - start the programs, keep them running, end them in order
 *
 * One loop, one thread. A program that ends by itself is started again after
 * a delay (backoff.h). SIGTERM and SIGINT end what takes mail first, then the
 * rest; what has not ended in time is killed; a second one kills at once.
 * SIGHUP reads the settings again and, where they are good, ends and starts
 * every program, but for a gateway whose settings are the same.
 */
#ifndef CORE_SERVICE_SUPERVISE_H
#define CORE_SERVICE_SUPERVISE_H

#include "core/core.h"
#include "core/settings/settings.h"

#define SUPERVISE_READY_MAX_MS 60000 /* a start that takes longer has failed */
#define SUPERVISE_GATEWAY_MS   20000 /* to end its sessions, then SIGKILL */
#define SUPERVISE_OTHERS_MS    10000
#define SUPERVISE_FIRST_DEATHS 6 /* before it ever worked: then give up */

struct supervise_orders {
	const char *file;             /* the -c given, or NULL */
	const char *const *overrides; /* the -o given, NULL at the end */
	struct settings *settings;    /* read from these; replaced on SIGHUP,
					   allocated under mem */
};

/*
 * supervise_check - every program is there, and those that can look at what
 * the settings name (files, hosts) find it good; they have said what is not
 *
 * RC_OK; RC_NOTFOUND; RC_BADINPUT
 */
enum rc supervise_check(
    const struct supervise_orders *orders, struct err *e) must_check;

/*
 * supervise_run - returns when the service has ended
 *
 * When all programs work: a line on stdout, the same in home/run/addresses,
 * READY=1 to systemd.
 *
 * RC_OK it was asked to end; else it never came to work, and e says why
 */
enum rc supervise_run(
    TALLOC_CTX *mem, struct supervise_orders *orders, struct err *e) must_check;

#endif
