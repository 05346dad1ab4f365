/*
 * milter_main.c - promised-milter: watches the mail that a server takes
 */
#include "core/core.h"

#include "mailgw/sources/door.h"
#include "mailgw/sources/milter.h"

/* a server keeps its connection for as long as its client does, and longer */
#define MILTER_IDLE_MS (7210 * 1000)

static const struct door_kind milter = {
	.name = "milter",
	.listen_name = "milter-listen",
	.listen_at = offsetof(struct settings, milter_listen),
	.way = SPOOL_MILTER,
	.protocol = &milter_protocol,
	.idle_ms = MILTER_IDLE_MS,
	.stranger = "",
	.busy = "",
	.is_quick = true,
};

int
main(int argc, char **argv)
{
	return door_main(&milter, argc, argv);
}
