/*
 * server_test.c - the end of data, for every body of a few octets
 *
 * All words over { CR, LF, NUL, dot, x } up to some length, each behind the
 * start of a body and before a real end, cut at each place: what is passed on
 * is compared with a reading that looks at the whole body at once.
 */
#include "tests/unit.h"

#include "mailgw/smtp/client.h"
#include "mailgw/smtp/server.h"

#define LONGEST 7

struct seen {
	char wire[64], plain[64];
	size_t n_wire, n_plain, end; /* end: octets used up to END, 0: none */
	unsigned lookalikes;
};

static bool
junk(char c)
{
	return c == '\r' || c == '\n' || c == '\0';
}

/* oracle - the same by the definition, at its leisure */
static void
oracle(const char *body, size_t len, struct seen *out)
{
	char t[80] = "\r\n";
	bool strict, stuffing;
	size_t i;

	memset(out, 0, sizeof(*out));
	memcpy(t + 2, body, len);
	for (i = 2; i < len + 2; i++) {
		strict = t[i - 2] == '\r' && t[i - 1] == '\n';
		stuffing = t[i] == '.' && strict;
		if (stuffing && t[i + 1] == '\r' && t[i + 2] == '\n') {
			out->end = i + 1;
			return;
		}
		if (t[i] == '.' && junk(t[i - 1]) && junk(t[i + 1]))
			out->lookalikes = 1;
		if (out->lookalikes > 0)
			continue;
		out->wire[out->n_wire++] = t[i];
		if (!stuffing)
			out->plain[out->n_plain++] = t[i];
	}
}

/* push - through the scanner, in pieces */
static void
push(const char *body, size_t len, size_t cut, struct seen *out)
{
	struct server s;
	struct server_event ev;
	size_t used = 0, piece, n;

	memset(out, 0, sizeof(*out));
	server_init(&s, NULL);
	server_body(&s);
	while (used < len && out->end == 0) {
		piece = cut == SIZE_MAX ? 1
			: used < cut    ? cut - used
					: len - used;
		n = server_push(&s, (struct slice){ body + used, piece }, &ev);
		used += n;
		if (ev.kind == SERVER_NEED)
			assert_int_equal(n, piece);
		if (ev.kind == SERVER_LOOKALIKE)
			out->lookalikes++;
		if (ev.kind == SERVER_END)
			out->end = used;
		if (ev.kind != SERVER_BODY)
			continue;
		assert_int_equal(out->lookalikes, 0);
		memcpy(out->wire + out->n_wire, ev.body.at, ev.body.len);
		out->n_wire += ev.body.len;
		if (ev.is_stuffing)
			continue;
		memcpy(out->plain + out->n_plain, ev.body.at, ev.body.len);
		out->n_plain += ev.body.len;
	}
}

/* harmless - even to whoever takes any junk for a line end */
static void
harmless(const struct seen *s)
{
	char before = '\n';
	size_t i;

	for (i = 0; i + 1 < s->n_wire; i++) {
		assert_false(
		    junk(before) && s->wire[i] == '.' && junk(s->wire[i + 1]));
		before = s->wire[i];
	}
	if (s->n_wire > 0)
		assert_false(junk(before) && s->wire[i] == '.');
}

static void
check(const char *body, size_t len, bool every_cut)
{
	struct seen want, got;
	size_t cut;

	oracle(body, len, &want);
	assert_true(want.end > 0);
	for (cut = 0; cut <= len; cut++) {
		push(body, len, cut < len ? cut : SIZE_MAX, &got);
		if (want.n_wire != got.n_wire ||
		    memcmp(want.wire, got.wire, want.n_wire) != 0 ||
		    want.n_plain != got.n_plain ||
		    memcmp(want.plain, got.plain, want.n_plain) != 0 ||
		    want.end != got.end || want.lookalikes != got.lookalikes) {
			for (size_t i = 0; i < len; i++)
				print_error("%02x ", (unsigned char)body[i]);
			fail_msg("cut at %zu: end %zu, wanted %zu", cut,
			    got.end, want.end);
		}
		harmless(&got);
		if (!every_cut && cut == 0)
			cut = len - 1;
	}
}

static void
every_short_body(void **state)
{
	static const char alphabet[5] = { '\r', '\n', '\0', '.', 'x' };
	char body[LONGEST + 8];
	size_t len, i, n, words, word;

	(void)state;
	for (len = 0; len <= LONGEST; len++) {
		for (words = 1, i = 0; i < len; i++)
			words *= 5;
		for (word = 0; word < words; word++) {
			for (n = word, i = 0; i < len; i++, n /= 5)
				body[i] = alphabet[n % 5];
			memcpy(body + len, "\r\n.\r\n", 5);
			check(body, len + 5, len < LONGEST);
		}
	}
}

static void
paths(void **state)
{
	static const struct {
		const char *args, *keyword, *want; /* NULL: refused */
	} rows[] = {
		{ "FROM:<a@b.example>", "FROM", "a@b.example" },
		{ "from:<a@b.example> SIZE=7", "FROM", "a@b.example" },
		{ "FROM:<>", "FROM", "" },
		{ "FROM: <a@b.example>", "FROM", "a@b.example" },
		{ "FROM:a@b.example BODY=8BITMIME", "FROM", "a@b.example" },
		{ "TO:<\"a >b\"@c.example>", "TO", "\"a >b\"@c.example" },
		{ "TO:<\"a\\\">\"@c.example> X", "TO", "\"a\\\">\"@c.example" },
		{ "TO:<@x.example:a@c.example>", "TO",
		    "@x.example:a@c.example" },
		{ "TO:<a@b.example", "TO", NULL },
		{ "TO:<a@b.example>x", "TO", NULL },
		{ "TO:a>b", "TO", NULL },
		{ "TO:<\"a@b.example>", "TO", NULL },
		{ "TO:<\"a\\", "TO", NULL },
		{ "TO:", "TO", NULL },
		{ "TO", "TO", NULL },
		{ "", "TO", NULL },
		{ "FROM:<a@b.example>", "TO", NULL },
	};
	struct slice path;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		enum rc rc =
		    smtp_path(slice_of(rows[i].args), rows[i].keyword, &path);

		if (rows[i].want == NULL
			? rc == RC_OK
			: rc != RC_OK || !slice_is(path, rows[i].want))
			fail_msg("%s: rc %d", rows[i].args, rc);
	}
}

/* replies of random octets: never more than the limit, the same when cut */
static void
random_replies(void **state)
{
	static const char *const bits[] = { "250", "-", " ", "\r\n", "\n", "x",
		"550", "\r", "\x01", "354 go\r\n", "2", "" };
	TALLOC_CTX *mem = talloc_new(NULL);
	struct client whole, single;
	struct client_event a, b;
	uint32_t seed = 1;
	char text[200];
	size_t len, i, j, n;
	int round;

	(void)state;
	for (round = 0; round < 20000; round++) {
		for (len = 0; len < 60;) {
			seed = seed * 1664525 + 1013904223;
			n = (seed >> 16) % ARRAY_LEN(bits);
			memcpy(text + len, bits[n], strlen(bits[n]));
			len += strlen(bits[n]) + (n == ARRAY_LEN(bits) - 1);
			if (n == ARRAY_LEN(bits) - 1)
				text[len - 1] = (char)seed;
		}
		client_init(&whole);
		client_init(&single);
		for (i = j = 0; i < len;) {
			i += client_push(&whole, mem,
			    (struct slice){ text + i, len - i }, &a);
			memset(&b, 0, sizeof(b));
			while (j < len && b.kind == CLIENT_NEED)
				j += client_push(&single, mem,
				    (struct slice){ text + j, 1 }, &b);
			assert_int_equal(a.kind, b.kind);
			if (a.kind != CLIENT_REPLY)
				break;
			assert_int_equal(i, j);
			assert_int_equal(a.code, b.code);
			assert_int_equal(a.text.len, b.text.len);
			assert_memory_equal(a.text.at, b.text.at, a.text.len);
			assert_in_range(a.code, 200, 599);
			for (n = 0; n < a.text.len; n++)
				assert_true(
				    (unsigned char)a.text.at[n] >= 0x20 ||
				    strchr("\t\r\n", a.text.at[n]));
		}
		client_reset(&whole);
		client_reset(&single);
	}
	talloc_free(mem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_short_body),
		cmocka_unit_test(paths),
		cmocka_unit_test(random_replies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
