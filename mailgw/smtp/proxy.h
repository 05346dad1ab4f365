/*
 * proxy.h - the header of HAProxy's PROXY protocol, version 1 and 2
 *
 * Who speaks for others (a load balancer) begins each connection with it: it
 * names the client that it speaks for. Bytes in, an address out; no socket.
 * Specification: proxy-protocol.txt of HAProxy, sections 2.1 and 2.2.
 */
#ifndef MAILGW_SMTP_PROXY_H
#define MAILGW_SMTP_PROXY_H

#include "core/core.h"

#include <sys/socket.h>

#define PROXY_V1_MAX 107  /* with CRLF, as the specification counts */
#define PROXY_V2_MAX 2048 /* header, addresses and what is added to them */

enum proxy_result {
	PROXY_NEED,  /* more octets are needed */
	PROXY_FOUND, /* *client is who it is about */
	PROXY_LOCAL, /* the peer speaks for itself */
	PROXY_BAD    /* no such header: close */
};

/*
 * proxy_read - look at the first octets of a connection
 *
 * in      all that has come so far; nothing is consumed
 * used    length of the header, on FOUND and LOCAL
 * client  filled on FOUND: AF_INET or AF_INET6
 */
enum proxy_result proxy_read(
    struct slice in, size_t *used, struct sockaddr_storage *client) must_check;

#endif
