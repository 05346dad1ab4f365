/*
 * proxy.c - the header of the PROXY protocol
 */
#include "core/core.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "mailgw/smtp/proxy.h"

#define V1_PREFIX "PROXY "
#define V2_PREFIX "\r\n\r\n\0\r\nQUIT\n"
#define V2_HEADER 16

/* begins - is what has come so far the beginning of prefix, or longer? */
static bool
begins(struct slice in, struct slice prefix)
{
	size_t n = in.len < prefix.len ? in.len : prefix.len;

	return memcmp(in.at, prefix.at, n) == 0;
}

/* next_word - cut one off at a single blank; NULL: there is none */
static char *
next_word(char **text)
{
	char *word = *text, *blank;

	if (word == NULL || *word == '\0')
		return NULL;
	blank = strchr(word, ' ');
	if (blank != NULL)
		*blank++ = '\0';
	*text = blank;
	return *word != '\0' ? word : NULL;
}

/* is_port - 0 to 65535, digits only, no zeros in front */
static bool
is_port(const char *text, in_port_t *out)
{
	unsigned n = 0;
	const char *c;

	if (text == NULL || strlen(text) > 5 || (text[0] == '0' && text[1]))
		return false;
	for (c = text; *c >= '0' && *c <= '9'; c++)
		n = n * 10 + (unsigned)(*c - '0');
	*out = htons((in_port_t)n);
	return *c == '\0' && c > text && n <= 65535;
}

/* set_address - from the octets of one address and a port as it travels */
static void
set_address(
    struct sockaddr_storage *to, int family, const void *octets, in_port_t port)
{
	struct sockaddr_in *in = (struct sockaddr_in *)(void *)to;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)(void *)to;

	memset(to, 0, sizeof(*to));
	to->ss_family = (sa_family_t)family;
	if (family == AF_INET) {
		memcpy(&in->sin_addr, octets, 4);
		in->sin_port = port;
	} else {
		memcpy(&in6->sin6_addr, octets, 16);
		in6->sin6_port = port;
	}
}

/* read_v1 - "PROXY TCP4 192.0.2.1 192.0.2.2 56324 25" CRLF */
static enum proxy_result
read_v1(struct slice in, size_t *used, struct sockaddr_storage *client)
{
	const char *lf = memchr(in.at, '\n', in.len);
	char line[PROXY_V1_MAX + 1], *rest = line, *kind, *from, *to, *port;
	unsigned char a[16], b[16];
	in_port_t from_port, to_port;
	int family;
	size_t n;

	if (lf == NULL)
		return in.len < PROXY_V1_MAX ? PROXY_NEED : PROXY_BAD;
	n = (size_t)(lf - in.at) + 1;
	if (n > PROXY_V1_MAX || n < 2 || lf[-1] != '\r' ||
	    memchr(in.at, '\0', n) != NULL)
		return PROXY_BAD;
	memcpy(line, in.at, n - 2);
	line[n - 2] = '\0';
	*used = n;
	rest += sizeof(V1_PREFIX) - 1;
	kind = next_word(&rest);
	if (kind == NULL)
		return PROXY_BAD;
	if (strcmp(kind, "UNKNOWN") == 0)
		return PROXY_LOCAL;
	from = next_word(&rest);
	to = next_word(&rest);
	port = next_word(&rest);
	family = strcmp(kind, "TCP4") == 0   ? AF_INET
		 : strcmp(kind, "TCP6") == 0 ? AF_INET6
					     : 0;
	if (family == 0 || from == NULL || to == NULL ||
	    !is_port(port, &from_port) || !is_port(rest, &to_port) ||
	    inet_pton(family, from, a) != 1 || inet_pton(family, to, b) != 1)
		return PROXY_BAD;
	set_address(client, family, a, from_port);
	return PROXY_FOUND;
}

/* read_v2 - sixteen octets, then addresses, then what we do not look at */
static enum proxy_result
read_v2(struct slice in, size_t *used, struct sockaddr_storage *client)
{
	const unsigned char *at = (const unsigned char *)in.at;
	size_t len;
	in_port_t port;

	if (in.len < V2_HEADER)
		return PROXY_NEED;
	len = (size_t)at[14] << 8 | at[15];
	if ((at[12] != 0x20 && at[12] != 0x21) ||
	    V2_HEADER + len > PROXY_V2_MAX)
		return PROXY_BAD;
	if (in.len < V2_HEADER + len)
		return PROXY_NEED;
	*used = V2_HEADER + len;
	/* LOCAL, or a family that has no address we know */
	if (at[12] == 0x20 || at[13] == 0x00)
		return PROXY_LOCAL;
	if (at[13] == 0x11 && len >= 12) { /* TCP over IPv4 */
		memcpy(&port, at + V2_HEADER + 8, 2);
		set_address(client, AF_INET, at + V2_HEADER, port);
		return PROXY_FOUND;
	}
	if (at[13] == 0x21 && len >= 36) { /* TCP over IPv6 */
		memcpy(&port, at + V2_HEADER + 32, 2);
		set_address(client, AF_INET6, at + V2_HEADER, port);
		return PROXY_FOUND;
	}
	return PROXY_BAD;
}

enum proxy_result
proxy_read(struct slice in, size_t *used, struct sockaddr_storage *client)
{
	static const struct slice v1 = { V1_PREFIX, sizeof(V1_PREFIX) - 1 };
	static const struct slice v2 = { V2_PREFIX, sizeof(V2_PREFIX) - 1 };

	*used = 0;
	if (in.len == 0)
		return PROXY_NEED;
	if (begins(in, v2))
		return read_v2(in, used, client);
	if (!begins(in, v1))
		return PROXY_BAD;
	return in.len < v1.len ? PROXY_NEED : read_v1(in, used, client);
}
