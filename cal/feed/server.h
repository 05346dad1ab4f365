/*
 * server.h - HTTP for calendar subscriptions, the one file with sockets
 *
 *   GET, HEAD /feed/TOKEN.ics   200 the calendar, 304 where it is known
 *   a token that was revoked    410
 *   anything else               404; another method: 405
 *
 * A subscriber never gets an error or half a calendar: one 503 makes
 * Thunderbird switch a calendar off. Where there is nothing good to send yet,
 * the connection is closed without an answer, which clients take for a
 * network that is away. Driven by the caller's loop, in its thread.
 */
#ifndef CAL_FEED_SERVER_H
#define CAL_FEED_SERVER_H

#include "cal/feed/board.h"
#include "core/core.h"

#define SERVER_CONNECTIONS_MAX 512
#define SERVER_TIMEOUT_S       20 /* of a connection that says nothing */
#define SERVER_MEMORY_BYTES    (16 * 1024) /* of a request's line and head */
#define SERVER_PATH_MAX        256
#define SERVER_UPLOAD_MAX      (1 << 20) /* read and forgotten before 405 */

/* of one answer, sent as they stand; IOV_MAX is 1024 (tests have fewer) */
#ifndef SERVER_PARTS_MAX
#define SERVER_PARTS_MAX 512
#endif

struct server;

typedef struct board_now (*server_clock_fn)(void);

/*
 * server_new - bind and listen; talloc_free() stops it
 *
 * listen  "ADDRESS:PORT" or "[ADDRESS]:PORT"; port 0 lets the system choose
 * board   borrowed; must outlive the server
 *
 * RC_BADINPUT listen is no address; RC_INTERNAL it cannot be bound
 */
enum rc server_new(TALLOC_CTX *mem, const char *listen, struct board *board,
    server_clock_fn clock, struct server **out, struct err *e) must_check;

/* server_address - "ADDRESS:PORT" as really bound, owned by s */
const char *server_address(const struct server *s);

/* server_fd - readable when server_run() has work */
int server_fd(const struct server *s);

/* server_wait_ms - how long the loop may sleep, at most `most` */
int server_wait_ms(const struct server *s, int most);

/* server_run - take what came in, send what is ready; does not wait */
void server_run(struct server *s);

#endif
