/*
 * net.h - addresses of the settings: where to listen, whom to let in
 */
#ifndef MAILGW_SMTP_NET_H
#define MAILGW_SMTP_NET_H

#include "core/core.h"

#include <sys/socket.h>

/*
 * net_resolve - "HOST:PORT" or "[ADDRESS]:PORT" to socket addresses
 *
 * Blocks where HOST is a name. *out is a list for freeaddrinfo(3).
 * RC_OK; RC_RETRY the name does not resolve now
 */
struct addrinfo;
enum rc net_resolve(const char *text, bool is_passive, struct addrinfo **out,
    struct err *e) must_check;

/* net_listen - a listening descriptor, nonblocking; *bound as net_print() */
enum rc net_listen(
    const char *text, int *fd, char bound[80], struct err *e) must_check;

/* net_print - "192.0.2.1" or "2001:db8::1"; with the port "[2001:db8::1]:25" */
void net_print(const struct sockaddr_storage *at, bool with_port, char out[80]);

/* net_allowed - is the address in one of ADDRESS or ADDRESS/BITS? */
bool net_allowed(char **list, const struct sockaddr_storage *at);

#endif
