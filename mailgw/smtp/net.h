/*
 * net.h - addresses of the settings: where to listen, whom to let in
 */
#ifndef MAILGW_SMTP_NET_H
#define MAILGW_SMTP_NET_H

#include "core/core.h"

#include <sys/socket.h>

#include "core/settings/settings.h"

/* a few addresses of one name, the first to be tried first */
#define NET_PLACES_MAX 8
struct net_places {
	size_t n;
	struct sockaddr_storage at[NET_PLACES_MAX];
};

/*
 * net_places - "HOST:PORT" or "[ADDRESS]:PORT" to addresses
 *
 * Blocks where HOST is a name.
 * flags  NET_NUMERIC: an address only, and do not block
 *
 * RC_OK; RC_RETRY the name does not resolve now
 */
enum { NET_NUMERIC = 1 };
enum rc net_places(const char *text, unsigned flags, struct net_places *out,
    struct err *e) must_check;

/* net_len - of an address, for connect(2) */
socklen_t net_len(const struct sockaddr_storage *at);

/* net_port - of an address, or of "HOST:PORT"; 0: none */
unsigned net_port(const struct sockaddr_storage *at);
unsigned net_port_of(const char *text);

/* net_is_near - does it stay on this machine? */
bool net_is_near(const struct sockaddr_storage *at);

/* net_leads_to - would a connection to `at` come out at what net_listen()
 * bound? */
bool net_leads_to(const struct sockaddr_storage *at, const char *bound);

/*
 * net_listen - a listening descriptor, nonblocking
 *
 * A Unix socket that nobody listens on any more is replaced.
 * bound  ADDRESS:PORT as net_print(), or unix:/PATH
 */
#define NET_BOUND_MAX 128
enum rc net_listen(const struct settings_listener *l, int *fd,
    char bound[NET_BOUND_MAX], struct err *e) must_check;

/*
 * net_print - "192.0.2.1", "2001:db8::1", or "unix" for a Unix socket; with
 * the port "[2001:db8::1]:25"
 */
#define NET_TEXT_MAX 80
void net_print(
    const struct sockaddr_storage *at, bool with_port, char out[NET_TEXT_MAX]);

/* net_allowed - is the address in one of ADDRESS, ADDRESS/BITS or "unix"? */
bool net_allowed(char *const *list, const struct sockaddr_storage *at);

#endif
