/*
 * linear_test.c - texts that are hard somewhere, long, in bounded time
 *
 * Each is played by a child whose processor time is limited (RLIMIT_CPU): no
 * measure of speed, but what is worse than linear does not come back from
 * half a megabyte within half a minute, even with sanitizers. A mail's own words are
 * cut at 1 MB (MESSAGE_MAX_WORDS), so whole mails are played at 10 MB.
 * bench/linear compares n with 4 n.
 */
#include "core/core.h"

#include <sys/resource.h>
#include <sys/wait.h>

#include "mailgw/message/message.h"
#include "tests/fuzz/place.h"

#define WORDS_BYTES (MESSAGE_MAX_WORDS / 2)
#define MAIL_BYTES  (10u << 20)
#define NESTED      10000
#define MAX_CPU_S   30

#define HEAD "From: a@acme.example\r\nTo: b@b.example\r\n"
#define HTML HEAD "Content-Type: text/html; charset=utf-8\r\n\r\n"

static const struct row {
	const char *name;
	const char *head;  /* of a mail; NULL: own words */
	const char *unit;  /* again and again */
	size_t count;      /* of units; 0: as many as make up the size */
	const char *close; /* as many again behind them; NULL: none */
} rows[] = {
	{ "words: digits", NULL, "1", 0, NULL },
	{ "words: le le le", NULL, "le ", 0, NULL },
	{ "words: one time after another", NULL, "lundi 9h ", 0, NULL },
	{ "words: brackets", NULL, "(", 0, NULL },
	{ "words: accents on nothing", NULL, "\xcc\x81", 0, NULL },
	{ "mail: digits", HEAD "\r\n", "1", 0, NULL },
	{ "mail: le le le", HEAD "\r\n", "le ", 0, NULL },
	{ "mail: lines quoted deeply", HEAD "\r\n", "> ", 0, NULL },
	{ "mail: quotations in HTML", HTML, "<blockquote>", NESTED,
	    "</blockquote>" },
	{ "mail: tables in HTML", HTML, "<table><tr><td>", NESTED, NULL },
	{ "mail: no end of a tag", HTML, "<b", 0, NULL },
	{ "mail: messages in messages", "",
	    "Content-Type: message/rfc822\r\n\r\n", NESTED, NULL },
	{ "mail: recipients", "From: a@acme.example\r\nTo: ", "b@b.example, ",
	    0, NULL },
};

/* text_of - the whole of a row; owned by mem */
static struct slice
text_of(TALLOC_CTX *mem, const struct row *r)
{
	size_t head = r->head ? strlen(r->head) : 0, unit = strlen(r->unit);
	size_t size = r->head ? MAIL_BYTES : WORDS_BYTES;
	size_t count = r->count ? r->count : size / unit;
	size_t close = r->close ? strlen(r->close) : 0, len = 0;
	char *text = talloc_size(mem, head + count * (unit + close) + 1);

	assert(text != NULL);
	if (head > 0)
		memcpy(text, r->head, head);
	len = head;
	for (size_t i = 0; i < count; i++, len += unit)
		memcpy(text + len, r->unit, unit);
	for (size_t i = 0; close > 0 && i < count; i++, len += close)
		memcpy(text + len, r->close, close);
	return (struct slice){ text, len };
}

/* play - in the child: 0 read, or refused in time */
static int
play(const struct row *r, const struct place *p)
{
	struct rlimit cpu = { MAX_CPU_S, MAX_CPU_S };
	TALLOC_CTX *mem = talloc_new(NULL);
	struct slice text = text_of(mem, r);
	struct read_mail m = { .subject = { "", 0 }, .words = text };
	struct read_result *found;
	struct message *message;
	struct err e;

	(void)setrlimit(RLIMIT_CPU, &cpu);
	if (r->head != NULL) {
		if (message_read(mem, text, false, &message, &e) != RC_OK)
			return 0;
		m.words = slice_of(message->words);
	}
	return read_promises(mem, p->langs, &m, &p->ref, &found, &e) ==
	       RC_INTERNAL;
}

int
main(void)
{
	const struct place *p = place_of(0, 0);
	struct rusage used;
	int status;
	pid_t pid;

	printf("1..%zu\n", ARRAY_LEN(rows));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		(void)fflush(stdout);
		pid = fork();
		assert(pid >= 0);
		if (pid == 0)
			_exit(play(&rows[i], p));
		while (wait4(pid, &status, 0, &used) < 0)
			assert(errno == EINTR);
		printf("%sok %zu - %s\n", status == 0 ? "" : "not ", i + 1,
		    rows[i].name);
		printf("# after %ld s%s\n", (long)used.ru_utime.tv_sec,
		    WIFSIGNALED(status) ? ", by a signal" : "");
	}
	return 0;
}
