/*
 * mbox_test.c - every kind of mbox, in pieces of every size
 */
#include "tests/unit.h"

#include "mailgw/sources/mbox.h"

#define FROM  "From anne@acme.example Mon Dec  7 10:00:00 2026\n"
#define MAX   4096
#define MORE  "From: anne@acme.example\n\n"
#define MORE2 "From: bob@acme.example\n\n"

/* all - the messages of a text given in pieces, "<message>|", "!" too big */
static char *
all(TALLOC_CTX *mem, struct slice text, size_t piece)
{
	struct mbox *b = mbox_new(mem, MAX);
	char *out = talloc_strdup(mem, ""), *to;
	struct mbox_message m;
	size_t n, room;
	enum rc rc;

	while ((rc = mbox_next(b, &m)) != RC_NOTFOUND) {
		if (rc == RC_RETRY) {
			n = text.len < piece ? text.len : piece;
			to = mbox_room(b, &room);
			assert_non_null(to);
			assert_true(room >= n);
			if (n > 0)
				memcpy(to, text.at, n);
			mbox_put(b, n);
			text.at += n;
			text.len -= n;
		} else if (rc == RC_TOOBIG) {
			assert_true(m.size_bytes > MAX);
			assert_true(m.bytes.len <= MBOX_HEAD_BYTES);
			out = talloc_strdup_append(out, "!|");
		} else {
			assert_int_equal(m.size_bytes >= m.bytes.len, 1);
			out = talloc_asprintf_append(
			    out, "%.*s|", (int)m.bytes.len, m.bytes.at);
		}
	}
	talloc_free(b);
	return out;
}

/* holds - these messages, whatever the pieces */
static void
holds(const char *text, const char *want)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	size_t piece;

	for (piece = 1; piece <= strlen(text) + 1; piece = piece * 3 / 2 + 1)
		assert_string_equal(all(mem, slice_of(text), piece), want);
	talloc_free(mem);
}

static void
test_one(void **state)
{
	(void)state;
	holds("", "");
	holds("\n\n", "");
	holds(MORE "x", MORE "x|");
	holds(MORE "x\n" FROM MORE2, MORE "x\n" FROM MORE2 "|");
}

static void
test_many(void **state)
{
	(void)state;
	holds(FROM MORE "a\n\n" FROM MORE2 "b\n", MORE "a\n|" MORE2 "b\n|");
	holds(FROM MORE "a\n" FROM MORE2 "b", MORE "a\n|" MORE2 "b|");
	holds("\n\n" FROM MORE "a\n\n" FROM MORE2 "b",
	    "\n\n" FROM MORE "a\n|" MORE2 "b|");
	holds(FROM FROM MORE, "|" MORE "|");
	/* text that begins like one */
	holds(FROM MORE "a\n\nFrom here on\n\nFrom me at 10:00 in 2026\n",
	    MORE "a\n\nFrom here on\n\nFrom me at 10:00 in 2026\n|");
	/* quoted as mboxrd does, and what is not its quoting */
	holds(FROM MORE ">From a\n>>From b\n>>> From c\n> From d\n",
	    MORE "From a\n>From b\n>>> From c\n> From d\n|");
	holds("From x Mon Dec  7 10:00:00 2026\r\nA: b\r\n\r\nc\r\n\r\n"
	      "From x Mon Dec  7 10:00:00 2026\r\nA: d\r\n\r\n>From e\r\n",
	    "A: b\r\n\r\nc\r\n|A: d\r\n\r\nFrom e\r\n|");
}

static void
test_content_length(void **state)
{
	(void)state;
	holds(FROM "Content-Length: 52\n\na\n" FROM "b\n\n" FROM MORE2,
	    "Content-Length: 52\n\na\n" FROM "b\n|" MORE2 "|");
	/* with bare lines nothing is quoted */
	holds(FROM "content-length:62\n\n>From\n" FROM ">From b\n",
	    "content-length:62\n\n>From\n" FROM ">From b\n|");
	holds(FROM "content-length: 63\n\n>From \n" FROM ">From b\n",
	    "content-length: 63\n\n>From \n" FROM ">From b\n|");
	/* without, what is quoted is mboxcl's */
	holds(FROM "Content-Length: 10\n\n>From a\nb\n", /* 10 octets */
	    "Content-Length: 10\n\nFrom a\nb\n|");
	/* too long, too short, no number, beyond the limit */
	holds(FROM "Content-Length: 900\n\na\n\n" FROM MORE,
	    "Content-Length: 900\n\na\n|" MORE "|");
	holds(FROM "Content-Length: 1\n\na\nb\n\n" FROM MORE,
	    "Content-Length: 1\n\na\nb\n|" MORE "|");
	holds(FROM "Content-Length: x\n\na\n\n" FROM MORE,
	    "Content-Length: x\n\na\n|" MORE "|");
	holds(FROM "Content-Length: 99999999999999999999999\n\na\n\n" FROM MORE,
	    "Content-Length: 99999999999999999999999\n\na\n|" MORE "|");
}

static void
test_from(void **state)
{
	static const char *const yes[] = {
		"From anne@acme.example Mon Dec  7 10:00:00 2026",
		"From - Mon Dec 07 10:00:00 2026",
		"From 1784@xxx Mon Dec 07 10:00:00 +0100 2026",
		"From a Mon Dec  7 10:00 MET 2026",
		"From a b c Mon Dec  7 10:00:00 2026 remote from x",
	};
	static const char *const no[] = { "From anne@acme.example",
		"From Mon Dec  7 10:00:00", "from a Mon Dec  7 10:00:00 2026",
		"From a Mon Dez  7 10:00:00 2026", "From a Dec 7 10:00 99",
		"From a Mon Dec  7 10:00:00 +2026", "From " };
	int64_t at;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(yes); i++) {
		at = 0;
		assert_true(mbox_is_from(slice_of(yes[i]), &at));
		assert_int_equal(at, 1796637600);
	}
	for (i = 0; i < ARRAY_LEN(no); i++)
		assert_false(mbox_is_from(slice_of(no[i]), NULL));
}

/* much - n octets of one kind between two messages */
static char *
much(TALLOC_CTX *mem, const char *what, size_t n)
{
	char *out = talloc_strdup(mem, FROM MORE);
	size_t len = strlen(out), one = strlen(what), i;

	out = talloc_realloc(mem, out, char, len + n * one + 200);
	for (i = 0; i < n; i++)
		memcpy(out + len + i * one, what, one);
	memcpy(
	    out + len + n * one, "\n\n" FROM MORE2, sizeof("\n\n" FROM MORE2));
	return out;
}

static void
test_big(void **state)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct slice text;

	(void)state;
	holds(much(mem, "x", 5000), "!|" MORE2 "|");
	holds(much(mem, "\n", 5000), "!|" MORE2 "|");
	text = slice_of(much(mem, "x", 3000000));
	assert_string_equal(all(mem, text, 100000), "!|" MORE2 "|");
	/* a line without end may hold what would be a line */
	text = slice_of(much(mem, "From a Mon Dec  7 10:00:00 2026 ", 100000));
	assert_string_equal(all(mem, text, 997), "!|" MORE2 "|");
	talloc_free(mem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_content_length),
		cmocka_unit_test(test_from),
		cmocka_unit_test(test_big),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
