/*
 * message_test.c - headers, encodings, charsets, the look before the parser
 */
#include "tests/unit.h"

#include "mailgw/message/decode.h"
#include "mailgw/message/header.h"
#include "mailgw/message/message.h"
#include "mailgw/message/prescan.h"

static struct err e;

static void
text_is(const char *raw, const char *want)
{
	char *got = header_text(NULL, slice_of(raw));

	assert_string_equal(got, want);
	talloc_free(got);
}

static void
encoded_words(void **state)
{
	(void)state;
	text_is("plain", "plain");
	text_is("", "");
	text_is("=?utf-8?Q?caf=C3=A9_noir?=", "café noir");
	text_is("=?UTF-8?B?Y2Fmw6k=?=", "café");
	text_is("=?iso-8859-1?q?caf=E9?= noir", "café noir");
	/* blanks between encoded words are none */
	text_is("=?utf-8?Q?a?=\r\n =?utf-8?Q?b?= c", "ab c");
	/* a character cut in two by its encoder */
	text_is("=?utf-8?Q?caf=C3?= =?utf-8?Q?=A9?=", "café");
	text_is("=?utf-8?B?Y2Fmww==?=\r\n =?utf-8?B?qQ==?=", "café");
	text_is("=?utf-8?Q?=C3=A9?= =?iso-8859-1?Q?=E9?=", "éé");
	/* with a language (RFC 2231) */
	text_is("=?utf-8*fr?Q?=C3=A9?=", "é");
	/* no encoded words */
	text_is("=?utf-8?X?a?=", "=?utf-8?X?a?=");
	text_is("=?utf-8?Q?a", "=?utf-8?Q?a");
	text_is("a =?", "a =?");
	/* raw octets: UTF-8, else windows-1252 */
	text_is("caf\303\251", "café");
	text_is("caf\351 \2231\224", "café “1”");
	/* folds and tabs */
	text_is("a\r\n\t b", "a b");
}

static void
addresses_are(const char *raw, const char *want)
{
	struct message_address *list = NULL;
	TALLOC_CTX *mem = talloc_new(NULL);
	char *got = talloc_strdup(mem, "");
	size_t n = 0, i;

	assert_rc(
	    RC_OK, &e, header_addresses(mem, slice_of(raw), &list, &n, &e));
	for (i = 0; i < n; i++)
		got = talloc_asprintf_append(got, "[%s|%s]", list[i].address,
		    list[i].name ? list[i].name : "");
	assert_string_equal(got, want);
	talloc_free(mem);
}

static void
addresses(void **state)
{
	(void)state;
	addresses_are("a@x.example", "[a@x.example|]");
	addresses_are("A B <a@X.Example>, c@y.example",
	    "[a@x.example|A B][c@y.example|]");
	addresses_are("\"B, A\" <a@x.example>", "[a@x.example|B, A]");
	addresses_are("\"a \\\"q\\\"\" <a@x.example>", "[a@x.example|a \"q\"]");
	addresses_are("a@x.example (Anna (x))", "[a@x.example|Anna x]");
	addresses_are("g: a@x.example, b@x.example;, c@x.example",
	    "[a@x.example|][b@x.example|][c@x.example|]");
	addresses_are(
	    "=?utf-8?Q?Ren=C3=A9?= <r@x.example>", "[r@x.example|René]");
	/* what trips others */
	addresses_are(
	    "b@x.example, ,, c@x.example;", "[b@x.example|][c@x.example|]");
	addresses_are("Bob <b@x.example", "[b@x.example|Bob]");
	addresses_are("Bob b@x.example", "[b@x.example|Bob]");
	addresses_are("<@r1,@r2:a@x.example>", "[a@x.example|]");
	addresses_are("undisclosed-recipients:;", "");
	addresses_are("nobody", "");
	addresses_are("", "");
	addresses_are("((((((((((a@x.example", "");
}

static void
date_is(const char *raw, int64_t want, int offset)
{
	int64_t at;
	int min;

	assert_true(header_date(slice_of(raw), &at, &min));
	assert_int_equal(at, want);
	assert_int_equal(min, offset);
}

static void
dates(void **state)
{
	int64_t at;
	int min;

	(void)state;
	date_is("Mon, 7 Dec 2026 10:00:00 +0100", 1796634000, 60);
	date_is("7 Dec 2026 09:00 GMT", 1796634000, 0);
	date_is("Mon, 07 Dec 26 04:00:00 EST", 1796634000, -300);
	date_is("lun., 7 Dec 2026 10:00:00 +01:00", 1796634000, 60);
	date_is("Mon, 7-Dec-2026 14:30:00 +0530 (IST)", 1796634000, 330);
	assert_false(header_date(SLICE(""), &at, &min));
	assert_false(header_date(SLICE("yesterday"), &at, &min));
	assert_false(header_date(SLICE("32 Dec 2026 10:00"), &at, &min));
	assert_false(header_date(SLICE("7 Foo 2026 10:00"), &at, &min));
	assert_false(header_date(SLICE("7 Dec 2026 25:00"), &at, &min));
}

static void
charset_is(const char *name, struct slice in, const char *want)
{
	struct buf out = { .mem = talloc_new(NULL) };

	decode_charset(in, slice_of(name), &out);
	assert_string_equal(buf_text(&out), want);
	talloc_free(out.mem);
}

static void
charsets(void **state)
{
	(void)state;
	charset_is("utf-8", SLICE("\303\251"), "é");
	charset_is("UTF8", SLICE("\303\251"), "é");
	charset_is("iso-8859-1", SLICE("\351\2001"), "é€1");
	charset_is("windows-1252", SLICE("l\222\340"), "l’à");
	charset_is("iso-8859-15", SLICE("\244"), "€");
	charset_is("koi8-r", SLICE("\304\301"), "да");
	charset_is("utf-16le", SLICE("a\0\351\0"), "aé");
	charset_is("iso-2022-jp", SLICE("\033$B$\"\033(B"), "あ");
	charset_is("made-up", SLICE("\351"), "é");
	charset_is("", SLICE("\303\251"), "é");
	/* labelled wrong */
	charset_is("us-ascii", SLICE("\303\251"), "é");
	charset_is("us-ascii", SLICE("\351"), "é");
	charset_is("utf-8", SLICE("caf\351"), "café");
	charset_is("iso-8859-1", SLICE("\303\251"), "é");
	/* broken in places */
	charset_is("utf-8", SLICE("\303\251\303\251\377a"), "éé\357\277\275a");
	charset_is("shift_jis", SLICE("\202\240\201"), "あ\357\277\275");
}

static void
decoded_is(enum decode_cte cte, const char *in, const char *want)
{
	struct buf out = { .mem = talloc_new(NULL) };

	if (cte == DECODE_QP)
		decode_qp(slice_of(in), false, &out);
	else
		decode_base64(slice_of(in), &out);
	assert_string_equal(buf_text(&out), want);
	talloc_free(out.mem);
}

static void
encodings(void **state)
{
	(void)state;
	decoded_is(DECODE_QP, "a=3Db=\r\nc=\nd= \t\r\ne", "a=bcde");
	decoded_is(DECODE_QP, "a=c3=a9", "aé");
	decoded_is(DECODE_QP, "broken =X1 =", "broken =X1 ");
	decoded_is(DECODE_QP, "a_b", "a_b");
	decoded_is(DECODE_BASE64, "YWJj\r\nZGU=", "abcde");
	decoded_is(DECODE_BASE64, "YWJjZG", "abcd");
	decoded_is(DECODE_BASE64, "YW!Jj", "abc");
	decoded_is(DECODE_BASE64, "YQ==YWI=", "aab");
	decoded_is(DECODE_BASE64, "", "");
}

static struct message *
message_of(TALLOC_CTX *mem, struct slice raw)
{
	struct message *m;

	assert_rc(RC_OK, &e, message_read(mem, raw, false, &m, &e));
	return m;
}

static void
facts(void **state)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct message *m;

	(void)state;
	m = message_of(
	    mem, SLICE("From someone Mon Dec  7 10:00:00 2026\n"
		       "From: A <a@X.example>\nTo: b@y.example\n"
		       "Cc: c@y.example\nSubject: =?utf-8?Q?R=C3=A9p?="
		       "\nMessage-ID: <1@x>\nReferences: <r@x>\n <s@x>"
		       "\nAuto-Submitted: auto-replied\n\nHi\n"));
	assert_string_equal(m->from.address, "a@x.example");
	assert_string_equal(m->to[1].address, "c@y.example");
	assert_null(m->to[2].address);
	assert_string_equal(m->subject, "Rép");
	assert_string_equal(m->message_id, "1@x");
	assert_string_equal(m->thread, "r@x");
	assert_true(m->is_automatic && m->is_reply && !m->is_private);
	assert_true(m->date_at == INT64_MIN);
	assert_string_equal(m->words, "Hi\n");
	assert_null(m->fault);
	/* junk in front costs libetpan all headers */
	m = message_of(mem, SLICE("\r\n\r\nsome junk\r\nFrom: a@x.example\r\n"
				  "Content-Type: text/plain; charset=koi8-r"
				  "\r\n\r\n\304\301\r\n"));
	assert_string_equal(m->from.address, "a@x.example");
	assert_string_equal(m->words, "да\n");
	/* no header, no body, nothing */
	m = message_of(mem, SLICE("From: a@x.example\n"));
	assert_string_equal(m->words, "");
	m = message_of(mem, SLICE(""));
	assert_null(m->from.address);
	m = message_of(mem, SLICE("\n\nhello\n"));
	assert_null(m->from.address);
	m = message_of(mem, SLICE("From: a@x.example\nContent-Type: "
				  "multipart/encrypted; boundary=b\n\n--b\n"
				  "Content-Type: application/pgp-encrypted\n\n"
				  "Version: 1\n--b--\n"));
	assert_string_equal(m->fault, "encrypted");
	talloc_free(mem);
}

static void
refused(const char *head, const char *why)
{
	assert_rc(RC_BADINPUT, &e, prescan(slice_of(head), &e));
	assert_string_equal(e.text, why);
}

static void
the_look_before(void **state)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct message *m;
	static const char bad[] =
	    "From: a@x.example\r\nContent-Type: multipart/mixed; "
	    "boundary=\"\\\"\"\r\n\r\n--\"\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\nSGk=\r\n--\"--\r\n";

	(void)state;
	refused("Content-Type: multipart/mixed; boundary=\"\"\n\n",
	    "an empty boundary");
	refused("Content-Type: multipart/mixed; boundary=\"\\\"\"\n\n",
	    "a boundary with an escape");
	refused("Content-Type: x/y; BOUNDARY*0=a\"\n\n",
	    "a boundary with a quote inside");
	refused("X: boundary=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n\n",
	    "a boundary that is too long");
	assert_rc(RC_OK, &e,
	    prescan(SLICE("Content-Type: multipart/mixed;\n\tboundary=\"a b\""
			  "\n\n((((((((\n--a b\n\n-- \n"),
		&e));
	/* and yet its text is read, and said to be in part */
	m = message_of(mem, SLICE(bad));
	assert_string_equal(m->words, "Hi\n");
	assert_true(m->is_partial);
	assert_string_equal(m->fault, "a boundary with an escape");
	talloc_free(mem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encoded_words),
		cmocka_unit_test(addresses),
		cmocka_unit_test(dates),
		cmocka_unit_test(charsets),
		cmocka_unit_test(encodings),
		cmocka_unit_test(facts),
		cmocka_unit_test(the_look_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
