/*
 * door.h - a program that listens, lets in, and puts what comes into a spool
 *
 * What promised-journal and promised-milter have in common: settings, places
 * to listen, connections, one event loop, the spool, signals. What is spoken
 * on a connection is the protocol's.
 */
#ifndef MAILGW_SOURCES_DOOR_H
#define MAILGW_SOURCES_DOOR_H

#include "core/core.h"
#include "mailgw/sources/intake.h"

#define DOOR_IDLE_MS  (300 * 1000) /* without an octet, unless told otherwise */
#define DOOR_DRAIN_MS 15000        /* to end what is in progress */

struct door_kind {
	const char *name; /* "journal": promised-journal, and its ready line */
	const char *listen_name; /* of its setting */
	size_t listen_at;        /* offsetof(struct settings, …) */
	enum spool_way way;
	const struct intake_protocol *protocol;
	int64_t idle_ms;
	/* said to who may not come in, and to one too many; "": nothing */
	const char *stranger, *busy;
	bool is_quick; /* acknowledge at once: a peer waits for it */
};

/* door_main - main() of such a program; the exit status */
int door_main(const struct door_kind *kind, int argc, char **argv);

#endif
