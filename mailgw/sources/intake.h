/*
 * intake.h - what a protocol that takes mail sees of the world
 *
 * A protocol (journal.h, milter.h) is pushed octets and gives octets back; it
 * has no descriptor, no clock and no spool of its own. Here is what it calls
 * instead; the program behind it (door.h), or a test, fills it.
 *
 * One message at a time: begin, data…, end, and once done() has been told that
 * it is on disk, keep. drop gives it up before that.
 */
#ifndef MAILGW_SOURCES_INTAKE_H
#define MAILGW_SOURCES_INTAKE_H

#include "core/core.h"

#include <event2/buffer.h>

#include "core/settings/settings.h"
#include "mailgw/spool/spool.h"

struct intake {
	const struct settings *settings;
	const char *hostname, *client;
	uint64_t number; /* of the connection, for the log */
	int64_t utc;     /* seconds, when it was called last */
	bool is_draining;
	/* the protocol's: it wants no more, close once all is sent */
	bool is_over;

	struct evbuffer *in, *out;
	enum rc (*begin)(
	    struct intake *i, const struct spool_envelope *env, struct err *e);
	enum rc (*data)(struct intake *i, struct slice bytes, struct err *e);
	enum rc (*end)(struct intake *i, struct err *e);
	void (*keep)(struct intake *i);
	void (*drop)(struct intake *i);
};

/* a protocol; its session hangs below mem and ends with talloc_free() */
struct intake_protocol {
	void *(*open)(TALLOC_CTX *mem, struct intake *i);
	/* there is more in i->in; what is not taken now stays there */
	void (*take)(void *session);
	/* what end() was called for is on disk, or cannot be put there */
	void (*done)(void *session, enum rc rc, const struct err *e);
	/* the program ends: end too, or after the message in progress */
	void (*drain)(void *session);
	/* no octet has come for as long as it may take; NULL: close */
	void (*time_out)(void *session);
};

#endif
