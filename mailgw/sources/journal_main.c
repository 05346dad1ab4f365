/*
 * journal_main.c - promised-journal: copies of mail in, by LMTP or SMTP
 */
#include "core/core.h"

#include "mailgw/sources/door.h"
#include "mailgw/sources/journal.h"

static const struct door_kind journal = {
	.name = "journal",
	.listen_name = "journal-listen",
	.listen_at = offsetof(struct settings, journal_listen),
	.way = SPOOL_JOURNAL,
	.protocol = &journal_protocol,
	.idle_ms = DOOR_IDLE_MS,
	.stranger = "554 5.7.1 Not from your address\r\n",
	.busy = "421 4.7.0 Too many connections\r\n",
};

int
main(int argc, char **argv)
{
	return door_main(&journal, argc, argv);
}
