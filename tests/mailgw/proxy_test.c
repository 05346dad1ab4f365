/*
 * proxy_test.c - headers of the PROXY protocol, whole and in pieces
 */
#include "tests/unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "mailgw/smtp/net.h"
#include "mailgw/smtp/proxy.h"

#define V2   "\r\n\r\n\0\r\nQUIT\n"
#define REST "EHLO x\r\n"

/* read_all - as it comes in octets: need, need, …, then this */
static enum proxy_result
read_all(struct slice in, size_t *used, char client[NET_TEXT_MAX])
{
	struct sockaddr_storage at = { .ss_family = AF_UNSPEC };
	enum proxy_result r = PROXY_NEED;
	size_t n;

	client[0] = '\0';
	for (n = 0; r == PROXY_NEED && n <= in.len; n++)
		r = proxy_read((struct slice){ in.at, n }, used, &at);
	if (r == PROXY_FOUND || r == PROXY_LOCAL) {
		assert_int_equal(n - 1, *used); /* as soon as it is whole */
		assert_int_equal(proxy_read(in, used, &at), r);
	}
	if (r == PROXY_FOUND)
		net_print(&at, true, client);
	return r;
}

static void
check(struct slice in, enum proxy_result want, size_t len, const char *client)
{
	char got[NET_TEXT_MAX];
	size_t used = 0;

	assert_int_equal(read_all(in, &used, got), want);
	assert_string_equal(got, client);
	if (want == PROXY_FOUND || want == PROXY_LOCAL)
		assert_int_equal(used, len);
}

static void
found(const char *line, const char *client)
{
	char *in = talloc_asprintf(NULL, "%s\r\n" REST, line);

	check(slice_of(in), PROXY_FOUND, strlen(line) + 2, client);
	talloc_free(in);
}

static void
bad(const char *text)
{
	check(slice_of(text), PROXY_BAD, 0, "");
}

static void
version_1(void **state)
{
	char text[200];

	(void)state;
	found("PROXY TCP4 192.0.2.7 192.0.2.1 65535 0", "192.0.2.7:65535");
	found("PROXY TCP6 2001:db8::7 ::1 4000 25", "[2001:db8::7]:4000");
	check(SLICE("PROXY UNKNOWN\r\n" REST), PROXY_LOCAL, 15, "");
	check(SLICE("PROXY UNKNOWN what ever\r\n" REST), PROXY_LOCAL, 25, "");
	check(SLICE("PROXY TCP4 192.0.2.7 192.0.2.1 1 2\r"), PROXY_NEED, 0, "");
	bad("PROXY TCP4 192.0.2.7 192.0.2.1 65536 25\r\n");
	bad("PROXY TCP4 192.0.2.7 192.0.2.1 025 25\r\n");
	bad("PROXY TCP4 192.0.2.7 192.0.2.1 +25 25\r\n");
	bad("PROXY TCP4 192.0.2.7 192.0.2.1 25\r\n");
	bad("PROXY TCP4 192.0.2.7 192.0.2.1 25 25 \r\n");
	bad("PROXY TCP4  192.0.2.7 192.0.2.1 25 25\r\n");
	bad("PROXY TCP4 2001:db8::7 ::1 25 25\r\n");
	bad("PROXY TCP6 192.0.2.7 192.0.2.1 25 25\r\n");
	bad("PROXY TCP5 192.0.2.7 192.0.2.1 25 25\r\n");
	bad("PROXY \r\n");
	bad("PROXY\r\n");
	bad("proxy TCP4 192.0.2.7 192.0.2.1 25 25\r\n");
	bad("PROXY TCP4 192.0.2.7 192.0.2.1 25 25\n");
	bad("EHLO x\r\n");
	check(SLICE("PROXY UNKNOWN \0\r\n"), PROXY_BAD, 0, "");
	memset(text, 'x', sizeof(text));
	memcpy(text, "PROXY UNKNOWN ", 14);
	check((struct slice){ text, PROXY_V1_MAX - 1 }, PROXY_NEED, 0, "");
	check((struct slice){ text, sizeof(text) }, PROXY_BAD, 0, "");
}

static void
version_2(void **state)
{
	char big[16 + PROXY_V2_MAX] = V2 "\x21\x11";

	(void)state;
	check(
	    SLICE(V2
		"\x21\x11\0\x0c\xc0\0\x02\x07\x7f\0\0\x01\x0f\xa0\0\x19" REST),
	    PROXY_FOUND, 28, "192.0.2.7:4000");
	check(SLICE(V2 "\x21\x11\0\x0f\xc0\0\x02\x07\x7f\0\0\x01\x0f\xa0\0\x19"
		       "abc" REST),
	    PROXY_FOUND, 31, "192.0.2.7:4000");
	check(SLICE(V2 "\x21\x21\0\x24 \x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07"
		       "0123456789abcdef\0\x19\0\x19" REST),
	    PROXY_FOUND, 52, "[2001:db8::7]:25");
	check(SLICE(V2 "\x20\0\0\0" REST), PROXY_LOCAL, 16, "");
	check(SLICE(V2 "\x20\x11\0\x02xy" REST), PROXY_LOCAL, 18, "");
	check(SLICE(V2 "\x21\0\0\x01z" REST), PROXY_LOCAL, 17, "");
	check(SLICE(V2 "\x21\x11\0\x0c\xc0\0\x02"), PROXY_NEED, 0, "");
	check(SLICE(V2 "\x21\x11\0\x0b"
		       "01234567890"),
	    PROXY_BAD, 0, "");
	check(SLICE(V2 "\x21\x21\0\x0c"
		       "012345678901"),
	    PROXY_BAD, 0, "");
	check(SLICE(V2 "\x21\x12\0\x0c"
		       "012345678901"),
	    PROXY_BAD, 0, "");
	check(SLICE(V2 "\x21\x31\0\x00"), PROXY_BAD, 0, "");
	check(SLICE(V2 "\x22\x11\0\x0c"
		       "012345678901"),
	    PROXY_BAD, 0, "");
	check(SLICE(V2 "\x11\x11\0\x0c"
		       "012345678901"),
	    PROXY_BAD, 0, "");
	check(SLICE("\r\n\r\n\0\r\nQUIT\r"), PROXY_BAD, 0, "");
	big[14] = (char)(PROXY_V2_MAX >> 8);
	check((struct slice){ big, sizeof(big) }, PROXY_BAD, 0, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(version_1),
		cmocka_unit_test(version_2),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
