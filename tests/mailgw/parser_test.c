/*
 * parser_test.c - the parser's child crashes, hangs, lies; its parent goes on
 *
 * Each message that kills or stalls libetpan, or its like, is made here and
 * must end in a message or a reason, in bounded time, and leave a parser that
 * reads the next one. That is tried with promised-parser as it was built and
 * with one built without sanitizers, where the sandbox is closed.
 */
#include "tests/unit.h"

#include "mailgw/message/buf.h"
#include "mailgw/reader/parser.h"

#define GOOD                                                                   \
	"From: Claire <c@atelier.example>\r\nTo: paul@client.example\r\n"      \
	"Subject: devis\r\n\r\nJe vous envoie le devis demain.\r\n"

static struct err e;

static char *
built(TALLOC_CTX *mem, const char *name)
{
	const char *dir = getenv("builddir");

	return talloc_asprintf(mem, "%s/%s", dir ? dir : ".", name);
}

static int64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* bad - parser_read() with a child that misbehaves as named */
static void
bad(const char *name, const char *reason)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	char dir[] = "/tmp/parser_test.XXXXXX";
	char *link;
	struct parser *p;
	struct message *m;
	int64_t from = now_ms();

	assert_non_null(mkdtemp(dir));
	link = talloc_asprintf(mem, "%s/%s", dir, name);
	assert_int_equal(
	    symlink(built(mem, "tests/mailgw/bad_parser"), link), 0);
	assert_rc(RC_OK, &e, parser_new(mem, link, 300, &p, &e));
	assert_rc(RC_BADINPUT, &e, parser_read(p, mem, SLICE(GOOD), 0, &m, &e));
	assert_string_equal(e.text, reason);
	assert_int_equal(parser_deaths(p), PARSER_TRIES + 1);
	assert_true(now_ms() - from < 20000);
	talloc_free(mem);
	assert_int_equal(unlink(link), 0);
	assert_int_equal(rmdir(dir), 0);
}

static void
children_that_misbehave(void **state)
{
	(void)state;
	bad("crash", "the parser crashed");
	bad("hang", "the parser took too long");
	bad("garbage", "the parser answered nonsense");
	bad("huge", "the parser answered nonsense");
	bad("short", "the parser's answer broke off");
	bad("lies", "the parser answered with something else than a message");
}

static void
children_that_do_not_start(void **state)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct parser *p;
	struct message *m;

	(void)state;
	assert_rc(RC_OK, &e, parser_new(mem, "/nonexistent/x", 300, &p, &e));
	assert_rc(RC_INTERNAL, &e, parser_read(p, mem, SLICE(GOOD), 0, &m, &e));
	assert_string_equal(e.text, "cannot run '/nonexistent/x'");
	assert_rc(RC_OK, &e, parser_new(mem, "/bin/true", 300, &p, &e));
	assert_rc(RC_INTERNAL, &e, parser_start(p, &e));
	talloc_free(mem);
}

/* --- hostile messages */

static void
repeat(struct buf *b, const char *s, size_t times)
{
	size_t n = strlen(s), i;

	for (i = 0; i < times; i++)
		buf_put(b, s, n);
}

static void
text(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

#define HEAD  "From: c@atelier.example\r\nTo: paul@client.example\r\n"
#define BODY  "\r\nJe vous envoie le devis demain.\r\n"
#define MIXED HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n"

static void
make(struct buf *b, unsigned which)
{
	size_t i;
	char line[200];

	switch (which) {
	case 0:
		text(b, HEAD "Content-Type: multipart/mixed; "
			     "boundary=\"\\\"\"\r\n" BODY);
		break;
	case 1:
		text(b, HEAD "Cc: ");
		repeat(b, "(", 300000);
		text(b, "\r\n" BODY);
		break;
	case 2:
		text(b, HEAD "Content-Type: text/plain; ");
		repeat(b, "(\r\n ", 300000);
		text(b, "\r\n" BODY);
		break;
	case 3:
		text(b, HEAD);
		repeat(b, "Content-Type: message/rfc822\r\n\r\n", 30000);
		text(b, BODY);
		break;
	case 4:
		text(b, HEAD);
		for (i = 0; i < 10000; i++) {
			(void)snprintf(line, sizeof(line),
			    "Content-Type: multipart/mixed; boundary=b%zu\r\n"
			    "\r\n--b%zu\r\n",
			    i, i);
			text(b, line);
		}
		text(b, BODY);
		break;
	case 5:
		text(b, "From: c@atelier.example\r\nTo: ");
		repeat(b, "g: ", 40000);
		text(b, "\r\n" BODY);
		break;
	case 6:
		text(b, HEAD "Subject: ");
		repeat(b, "=?utf-8?Q?x ", 5000);
		text(b, "\r\n" BODY);
		break;
	case 7:
		text(b, MIXED);
		repeat(b, "--b\r\n\r\n", 300000);
		text(b, BODY);
		break;
	case 8:
		text(b, HEAD);
		repeat(b, "X: y\r\n", 300000);
		text(b, BODY);
		break;
	case 9:
		text(b, HEAD "X: ");
		repeat(b, "0123456789", 1000000);
		text(b, "\r\n" BODY);
		break;
	case 10:
		text(b, HEAD BODY);
		repeat(b, "le ", 3000000);
		break;
	case 11:
		text(b, HEAD "\r\n");
		repeat(b, ">", 10000);
		text(b, " x\r\nJe vous envoie le devis demain.\r\n");
		break;
	case 12:
		text(b, HEAD "Content-Type: text/html\r\n\r\n");
		repeat(b, "<div><b>", 200000);
		text(b, "Je vous envoie le devis demain.");
		break;
	case 13:
		text(b, HEAD "Content-Type: text/html\r\n\r\n");
		repeat(b, "<b>", 50000);
		repeat(b, "</i>", 50000);
		text(b, "Je vous envoie le devis demain.");
		break;
	case 14:
		text(b, HEAD "Content-Type: text/html\r\n\r\n");
		repeat(b, "<table><tr><td>", 30000);
		text(b, "Je vous envoie le devis demain.");
		break;
	case 15:
		text(b, HEAD "\r\n");
		repeat(b, "On 1.1.2026 at 10:00 a@b.example wrote:\r\n", 50000);
		text(b, "> x\r\nJe vous envoie le devis demain.\r\n");
		break;
	case 16:
		text(b, MIXED "--b\r\nContent-Type: multipart/digest; "
			      "boundary=c\r\n\r\n--c\r\n\r\nTo: ");
		repeat(b, "(", 300000);
		text(b, "\r\n\r\nx\r\n--c--\r\n--b--\r\n");
		break;
	case 17:
		buf_put(b, "\0\0\r\r\0\n", 6);
		text(b, HEAD BODY);
		break;
	case 18:
		text(b, HEAD "Content-Type: text/plain; charset=utf-7\r\n"
			     "Content-Transfer-Encoding: base64\r\n\r\n");
		repeat(b, "/+//=A=", 100000);
		break;
	default:
		text(b, "\r\n\r\n\r\n");
		break;
	}
}

#define KINDS 20

static void
hostile(const char *program)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct parser *p;
	struct message *m;
	int64_t from;
	unsigned i;
	enum rc rc;

	assert_rc(RC_OK, &e, parser_new(mem, built(mem, program), 0, &p, &e));
	for (i = 0; i < KINDS; i++) {
		struct buf b = { .mem = talloc_new(mem) };

		make(&b, i);
		from = now_ms();
		rc = parser_read(p, b.mem, buf_slice(&b), 0, &m, &e);
		if (rc == RC_OK)
			assert_non_null(m->words);
		else
			assert_true(rc == RC_BADINPUT && e.text[0] != '\0');
		if (now_ms() - from > 3 * PARSER_WALL_MS + 5000)
			fail_msg(
			    "message %u took %d ms", i, (int)(now_ms() - from));
		print_message("# %u: %s, %d ms\n", i,
		    rc != RC_OK ? e.text
		    : m->fault  ? m->fault
				: "read",
		    (int)(now_ms() - from));
		assert_rc(
		    RC_OK, &e, parser_read(p, b.mem, SLICE(GOOD), 0, &m, &e));
		assert_string_equal(
		    m->words, "Je vous envoie le devis demain.\n");
		talloc_free(b.mem);
	}
	talloc_free(mem);
}

static void
hostile_messages(void **state)
{
	(void)state;
	hostile("promised-parser");
}

static void
hostile_messages_in_the_sandbox(void **state)
{
	(void)state;
	hostile("tests/mailgw/parser_plain");
}

/* field - the number behind a name in /proc/PID/status */
static long
field(const char *status, const char *name)
{
	const char *at = strstr(status, name);

	return at ? strtol(at + strlen(name), NULL, 10) : -1;
}

/* child_status - of this process's only child */
static void
child_status(char *out, size_t size)
{
	char path[64];
	FILE *f;
	long pid = 0;

	(void)snprintf(
	    path, sizeof(path), "/proc/self/task/%d/children", getpid());
	f = fopen(path, "r");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%ld", &pid), 1);
	(void)fclose(f);
	(void)snprintf(path, sizeof(path), "/proc/%ld/status", pid);
	f = fopen(path, "r");
	assert_non_null(f);
	out[fread(out, 1, size - 1, f)] = '\0';
	(void)fclose(f);
}

static void
the_sandbox_is_closed(void **state)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	char status[8192];
	struct parser *p;

	(void)state;
	assert_rc(RC_OK, &e,
	    parser_new(
		mem, built(mem, "tests/mailgw/parser_plain"), 0, &p, &e));
	assert_rc(RC_OK, &e, parser_start(p, &e));
	child_status(status, sizeof(status));
	assert_int_equal(field(status, "Seccomp:\t"), 2);
	assert_int_equal(field(status, "NoNewPrivs:\t"), 1);
	talloc_free(mem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(children_that_misbehave),
		cmocka_unit_test(children_that_do_not_start),
		cmocka_unit_test(the_sandbox_is_closed),
		cmocka_unit_test(hostile_messages),
		cmocka_unit_test(hostile_messages_in_the_sandbox),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
