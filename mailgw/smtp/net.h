/*
 * net.h - addresses of the settings: where to listen, whom to let in
 */
#ifndef MAILGW_SMTP_NET_H
#define MAILGW_SMTP_NET_H

#include "core/core.h"

#include <sys/socket.h>

#include "core/settings/settings.h"

/*
 * net_resolve - "HOST:PORT" or "[ADDRESS]:PORT" to socket addresses
 *
 * Blocks where HOST is a name. *out is a list for freeaddrinfo(3).
 * RC_OK; RC_RETRY the name does not resolve now
 */
struct addrinfo;
enum rc net_resolve(const char *text, bool is_passive, struct addrinfo **out,
    struct err *e) must_check;

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
void net_print(const struct sockaddr_storage *at, bool with_port, char out[80]);

/* net_allowed - is the address in one of ADDRESS, ADDRESS/BITS or "unix"? */
bool net_allowed(char *const *list, const struct sockaddr_storage *at);

#endif
