/*
 * imap_wire.h - the connection under libetpan's IMAP, and what shields it
 *
 * libetpan 1.9.4 allocates what a server's literal says before a byte of it
 * has come, goes on after the end of a literal's connection, frees twice on
 * some errors and verifies no certificate. So it never sees the connection:
 * here are connect, TLS and time-outs, every octet is counted before it gets
 * it, and any trouble ends the process with a word about it instead of an
 * error that libetpan would have to clean up after.
 */
#ifndef MAILGW_SOURCES_IMAP_WIRE_H
#define MAILGW_SOURCES_IMAP_WIRE_H

#include "core/core.h"

#include <libetpan/libetpan.h>

#include "core/settings/settings.h"

#define WIRE_CONNECT_MS  (30 * 1000)
#define WIRE_SILENT_MS   (60 * 1000)      /* inside an answer */
#define WIRE_ANSWER_MS   (10 * 60 * 1000) /* a whole answer */
#define WIRE_MAX_LITERAL (2U << 20)       /* octets */
#define WIRE_MAX_LINE    (8U << 20)
#define WIRE_MAX_ANSWER  (32U << 20)

struct wire;

/* wire_failed_fn - tell why and end the process; never returns */
typedef void (*wire_failed_fn)(const char *why);

/*
 * wire_connect - to the folder's server, in clear as yet; owned by mem
 *
 * What TLS needs is read now, so that the process may be locked up next.
 */
struct wire *wire_connect(TALLOC_CTX *mem, const struct settings_imap *a,
    wire_failed_fn failed) must_check;

/* wire_tls - from the next octet on; what came in clear before is an attack */
void wire_tls(struct wire *w);

/* wire_stream - for mailimap_connect(); never to be closed */
mailstream *wire_stream(struct wire *w) must_check;

/* wire_command - an answer begins: it has its time and size from now on */
void wire_command(struct wire *w);

/* wire_wait - has the server something to say, before wait_ms are over? */
bool wire_wait(struct wire *w, int64_t wait_ms);

#endif
