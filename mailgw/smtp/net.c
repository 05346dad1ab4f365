/*
 * net.c - addresses of the settings
 */
#include "core/core.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "mailgw/smtp/net.h"

/* a short backlog leaves clients with a connection that nobody greets */
#define NET_BACKLOG 1024

/* resolve - "HOST:PORT" or "[ADDRESS]:PORT" to a list for freeaddrinfo(3) */
static enum rc
resolve(const char *text, int flags, struct addrinfo **out, struct err *e)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICSERV | flags };
	const char *colon = strrchr(text, ':');
	char host[256];
	size_t n;
	int rc;

	assert(colon != NULL);
	n = (size_t)(colon - text);
	if (n >= 2 && text[0] == '[') {
		text++;
		n -= 2;
	}
	if (n >= sizeof(host))
		return err_set(e, RC_BADINPUT, "'%s' is too long", text);
	memcpy(host, text, n);
	host[n] = '\0';
	rc = getaddrinfo(host, colon + 1, &hints, out);
	if (rc != 0)
		return err_set(e, RC_RETRY, "'%s': %s", host, gai_strerror(rc));
	return RC_OK;
}

enum rc
net_places(
    const char *text, unsigned flags, struct net_places *out, struct err *e)
{
	struct addrinfo *list = NULL, *ai;
	enum rc rc;

	rc = resolve(text, flags & NET_NUMERIC ? AI_NUMERICHOST : 0, &list, e);
	if (rc != RC_OK)
		return rc;
	out->n = 0;
	for (ai = list; ai != NULL && out->n < NET_PLACES_MAX; ai = ai->ai_next)
		if (ai->ai_addrlen <= sizeof(out->at[0]))
			memcpy(&out->at[out->n++], ai->ai_addr, ai->ai_addrlen);
	freeaddrinfo(list);
	return RC_OK;
}

socklen_t
net_len(const struct sockaddr_storage *at)
{
	return at->ss_family == AF_INET ? sizeof(struct sockaddr_in)
					: sizeof(struct sockaddr_in6);
}

unsigned
net_port(const struct sockaddr_storage *at)
{
	const void *p = at;
	const struct sockaddr_in *in = p;
	const struct sockaddr_in6 *in6 = p;

	return at->ss_family == AF_INET    ? ntohs(in->sin_port)
	       : at->ss_family == AF_INET6 ? ntohs(in6->sin6_port)
					   : 0;
}

unsigned
net_port_of(const char *text)
{
	const char *colon = strrchr(text, ':');

	return colon ? (unsigned)strtoul(colon + 1, NULL, 10) : 0;
}

void
net_print(
    const struct sockaddr_storage *at, bool with_port, char out[NET_TEXT_MAX])
{
	const void *p = at;
	const struct sockaddr_in *in = p;
	const struct sockaddr_in6 *in6 = p;
	char host[INET6_ADDRSTRLEN] = "?";

	if (at->ss_family == AF_INET6) {
		(void)inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host));
		(void)snprintf(out, NET_TEXT_MAX, with_port ? "[%s]:%u" : "%s",
		    host, ntohs(in6->sin6_port));
	} else if (at->ss_family == AF_UNIX) {
		(void)snprintf(out, NET_TEXT_MAX, "unix");
	} else {
		if (at->ss_family == AF_INET)
			(void)inet_ntop(
			    AF_INET, &in->sin_addr, host, sizeof(host));
		(void)snprintf(out, NET_TEXT_MAX, with_port ? "%s:%u" : "%s",
		    host, ntohs(in->sin_port));
	}
}

/* listen_tcp - bind, with the IPv6 address for itself */
static enum rc
listen_tcp(const char *text, int *fd, char bound[NET_BOUND_MAX], struct err *e)
{
	static const int one = 1;
	struct sockaddr_storage at;
	socklen_t len = sizeof(at);
	struct addrinfo *list;
	enum rc rc;

	rc = resolve(text, AI_PASSIVE, &list, e);
	if (rc != RC_OK)
		return e->rc;
	*fd = socket(
	    list->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (*fd >= 0 && list->ai_family == AF_INET6)
		(void)setsockopt(
		    *fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if (*fd < 0 ||
	    setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) != 0 ||
	    bind(*fd, list->ai_addr, list->ai_addrlen) != 0 ||
	    listen(*fd, NET_BACKLOG) != 0 ||
	    getsockname(*fd, (struct sockaddr *)&at, &len) != 0)
		rc = err_errno(e, "cannot listen at '%s'", text);
	else
		net_print(&at, true, bound);
	freeaddrinfo(list);
	return rc;
}

/* sweep - a socket file that nobody listens on is removed */
static void
sweep(const struct sockaddr_un *at)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	if (connect(fd, (const struct sockaddr *)at, sizeof(*at)) != 0 &&
	    errno == ECONNREFUSED)
		(void)unlink(at->sun_path);
	close(fd);
}

/* give - the socket file to the owner and group that were asked for */
static enum rc
give(const struct settings_listener *l, const char *path, struct err *e)
{
	struct passwd *user = l->owner ? getpwnam(l->owner) : NULL;
	struct group *group = l->group ? getgrnam(l->group) : NULL;

	if (l->owner != NULL && user == NULL)
		return err_set(
		    e, RC_BADINPUT, "there is no user '%s'", l->owner);
	if (l->group != NULL && group == NULL)
		return err_set(
		    e, RC_BADINPUT, "there is no group '%s'", l->group);
	if ((user != NULL || group != NULL) &&
	    chown(path, user ? user->pw_uid : (uid_t)-1,
		group ? group->gr_gid : (gid_t)-1) != 0)
		return err_errno(e, "owner and group of '%s'", path);
	if (chmod(path, l->mode ? l->mode : 0600) != 0)
		return err_errno(e, "mode of '%s'", path);
	return RC_OK;
}

/* listen_unix - closed to everybody until its mode is set */
static enum rc
listen_unix(const struct settings_listener *l, const char *path, int *fd,
    char bound[NET_BOUND_MAX], struct err *e)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	mode_t mask;
	int rc;

	assert(strlen(path) < sizeof(at.sun_path));
	memcpy(at.sun_path, path, strlen(path));
	*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return err_errno(e, "cannot listen at '%s'", l->address);
	sweep(&at);
	mask = umask(0777);
	rc = bind(*fd, (struct sockaddr *)&at, sizeof(at));
	(void)umask(mask);
	if (rc != 0 || listen(*fd, NET_BACKLOG) != 0)
		return err_errno(e, "cannot listen at '%s'", l->address);
	(void)snprintf(bound, NET_BOUND_MAX, "%s", l->address);
	if (give(l, path, e) != RC_OK)
		return e->rc;
	return RC_OK;
}

enum rc
net_listen(const struct settings_listener *l, int *fd,
    char bound[NET_BOUND_MAX], struct err *e)
{
	const char *path = settings_unix_path(l->address);
	enum rc rc;

	*fd = -1;
	rc = path ? listen_unix(l, path, fd, bound, e)
		  : listen_tcp(l->address, fd, bound, e);
	if (rc != RC_OK && *fd >= 0) {
		close(*fd);
		*fd = -1;
	}
	return rc;
}

/* octets_of - the 4 or 16 octets of an address; a mapped IPv4 is IPv4 */
static size_t
octets_of(const struct sockaddr_storage *at, unsigned char out[16])
{
	static const unsigned char mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0xff, 0xff };
	const void *p = at;
	const struct sockaddr_in *in = p;
	const struct sockaddr_in6 *in6 = p;

	if (at->ss_family == AF_INET) {
		memcpy(out, &in->sin_addr, 4);
		return 4;
	}
	if (at->ss_family != AF_INET6)
		return 0;
	memcpy(out, &in6->sin6_addr, 16);
	if (memcmp(out, mapped, 12) != 0)
		return 16;
	memcpy(out, (const unsigned char *)&in6->sin6_addr + 12, 4);
	return 4;
}

bool
net_is_near(const struct sockaddr_storage *at)
{
	unsigned char octets[16];
	size_t len = octets_of(at, octets);

	return at->ss_family == AF_UNIX || (len == 4 && octets[0] == 127) ||
	       (len == 16 &&
		   memcmp(octets, &in6addr_loopback, sizeof(octets)) == 0);
}

/* is_ours - is it an address of this machine? */
static bool
is_ours(const struct sockaddr_storage *at)
{
	unsigned char octets[16], other[16];
	size_t len = octets_of(at, octets);
	struct ifaddrs *list = NULL, *i;
	struct sockaddr_storage one;
	bool found = net_is_near(at);

	if (found || getifaddrs(&list) != 0)
		return found;
	for (i = list; i != NULL && !found; i = i->ifa_next) {
		if (i->ifa_addr == NULL ||
		    (i->ifa_addr->sa_family != AF_INET &&
			i->ifa_addr->sa_family != AF_INET6))
			continue;
		memset(&one, 0, sizeof(one));
		one.ss_family = i->ifa_addr->sa_family;
		memcpy(&one, i->ifa_addr, net_len(&one));
		found = octets_of(&one, other) == len &&
			memcmp(octets, other, len) == 0;
	}
	freeifaddrs(list);
	return found;
}

bool
net_leads_to(const struct sockaddr_storage *at, const char *bound)
{
	static const unsigned char any[16];
	struct err e = { .rc = RC_OK };
	unsigned char octets[16], mine[16];
	struct net_places p;
	size_t len;

	if (settings_unix_path(bound) != NULL ||
	    net_places(bound, NET_NUMERIC, &p, &e) != RC_OK || p.n == 0 ||
	    net_port(at) != net_port(&p.at[0]))
		return false;
	len = octets_of(&p.at[0], mine);
	if (len != octets_of(at, octets))
		return false;
	if (memcmp(mine, any, len) == 0)
		return is_ours(at) || memcmp(octets, any, len) == 0;
	return memcmp(mine, octets, len) == 0;
}

/* net_holds - is the address in this ADDRESS or ADDRESS/BITS? */
static bool
net_holds(const char *net, const unsigned char *at, size_t len)
{
	const char *slash = strchr(net, '/');
	unsigned char base[16];
	unsigned long bits = len * 8, i;
	char host[64];

	if (slash != NULL)
		bits = strtoul(slash + 1, NULL, 10);
	(void)snprintf(host, sizeof(host), "%.*s",
	    slash ? (int)(slash - net) : (int)strlen(net), net);
	if (bits > len * 8 ||
	    inet_pton(len == 4 ? AF_INET : AF_INET6, host, base) != 1)
		return false;
	for (i = 0; i < bits; i++)
		if (((base[i / 8] ^ at[i / 8]) >> (7 - i % 8)) & 1)
			return false;
	return true;
}

bool
net_allowed(char *const *list, const struct sockaddr_storage *at)
{
	unsigned char octets[16];
	size_t len = octets_of(at, octets);

	for (; *list != NULL; list++)
		if (len > 0 ? net_holds(*list, octets, len)
			    : at->ss_family == AF_UNIX &&
				  strcmp(*list, "unix") == 0)
			return true;
	return false;
}
