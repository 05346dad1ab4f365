/*
 * source.c - sends mails as fast as they are taken, for bench/peers
 *
 *	source PORT SESSIONS MAILS OCTETS kept|each
 *
 * SESSIONS clients at once on 127.0.0.1:PORT send MAILS in all, of OCTETS
 * each, on a connection that is kept or on one for each mail. No two mails
 * are the same, so that none is taken for a copy of another. A mail that fails,
 * or waits for 5 s, is sent again on a new connection, and counted. Prints
 *
 *	mails/s, p50 ms, p99 ms, own processor time in us a mail, failures
 *
 * where the times are those from MAIL (with "each", from connect) to the 250.
 */
#include <assert.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* end of a mail's head, which has its number: told apart by it alone */
static const char words[] =
    "Bonjour Anne,\r\n\r\nJe vous envoie le devis demain avant midi.\r\n"
    "We talked about the new office, its rooms and the colour of doors.\r\n\r\n"
    "Claire\r\n\r\n";
static const char filler[] =
    "> The last meeting was long, and most of it was about the weather.\r\n"
    "> Nobody had read the minutes, so they were read once more aloud.\r\n";

static atomic_int left, failures;
static int port, mails, octets;
static int is_kept;
static double *times; /* ms; of each mail */
static double began;

static double
now_ms(clockid_t clock)
{
	struct timespec t;

	(void)clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* reply - the class of the answer, 2 to 5; 0 where the connection is lost */
static int
reply(int fd)
{
	char text[4096];
	size_t n = 0;

	while (n < sizeof(text)) {
		ssize_t got = recv(fd, text + n, sizeof(text) - n, 0);
		const char *last;

		if (got <= 0)
			return 0;
		n += (size_t)got;
		if (n < 4 || text[n - 1] != '\n')
			continue;
		last = memrchr(text, '\n', n - 1);
		last = last == NULL ? text : last + 1;
		if (text + n - last > 4 && last[3] != '-')
			return last[0] - '0';
	}
	return 0;
}

static int
say(int fd, const char *text, size_t n)
{
	for (size_t i = 0; i < n;) {
		ssize_t put = send(fd, text + i, n - i, MSG_NOSIGNAL);

		if (put <= 0)
			return 0;
		i += (size_t)put;
	}
	return reply(fd);
}

static int
command(int fd, const char *text)
{
	return say(fd, text, strlen(text));
}

static int
greeted(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct timeval patience = { .tv_sec = 5 };
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	assert(fd >= 0);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	(void)setsockopt(
	    fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0 &&
	    reply(fd) == 2 && command(fd, "EHLO bench.example\r\n") == 2)
		return fd;
	(void)close(fd);
	return -1;
}

static int
deliver(int fd, int i, char *body)
{
	int n = snprintf(body, (size_t)octets + 1024,
	    "From: claire@acme.example\r\nTo: anne@theirs.example\r\n"
	    "Subject: office %d\r\nMessage-ID: <%d.%d.%.0f@acme.example>\r\n"
	    "\r\n%s",
	    i, (int)getpid(), i, began, words);

	while (n < octets) {
		memcpy(body + n, filler, sizeof(filler) - 1);
		n += (int)sizeof(filler) - 1;
	}
	memcpy(body + n, ".\r\n", 3);
	return command(fd, "MAIL FROM:<claire@acme.example>\r\n") == 2 &&
	       command(fd, "RCPT TO:<anne@theirs.example>\r\n") == 2 &&
	       command(fd, "DATA\r\n") == 3 &&
	       say(fd, body, (size_t)n + 3) == 2;
}

static void *
client(void *unused)
{
	char *body = malloc((size_t)octets + 1024);
	int fd = -1, i;

	assert(body != NULL);
	while ((i = atomic_fetch_sub(&left, 1) - 1) >= 0) {
		double from;
		int is_sent = 0;

		do {
			if (fd >= 0 && !is_kept) {
				(void)command(fd, "QUIT\r\n");
				(void)close(fd);
				fd = -1;
			}
			from = now_ms(CLOCK_MONOTONIC);
			if (fd < 0)
				fd = greeted();
			if (is_kept)
				from = now_ms(CLOCK_MONOTONIC);
			is_sent = fd >= 0 && deliver(fd, i, body);
			times[i] = now_ms(CLOCK_MONOTONIC) - from;
			if (is_sent)
				break;
			if (fd >= 0)
				(void)close(fd);
			fd = -1;
		} while (atomic_fetch_add(&failures, 1) < mails);
		if (!is_sent)
			break;
	}
	if (fd >= 0) {
		(void)command(fd, "QUIT\r\n");
		(void)close(fd);
	}
	free(body);
	return unused;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int
main(int argc, char **argv)
{
	pthread_t threads[256];
	int sessions;
	double took;

	if (argc != 6) {
		(void)fprintf(stderr,
		    "usage: source PORT SESSIONS MAILS OCTETS kept|each\n");
		return 2;
	}
	port = (int)strtol(argv[1], NULL, 10);
	sessions = (int)strtol(argv[2], NULL, 10);
	mails = (int)strtol(argv[3], NULL, 10);
	octets = (int)strtol(argv[4], NULL, 10);
	is_kept = strcmp(argv[5], "kept") == 0;
	assert(sessions > 0 && sessions <= 256 && mails > 0 && octets > 0);
	times = calloc((size_t)mails, sizeof(*times));
	assert(times != NULL);
	left = mails;
	began = now_ms(CLOCK_MONOTONIC);
	for (int i = 0; i < sessions; i++)
		if (pthread_create(&threads[i], NULL, client, NULL) != 0)
			return 1;
	for (int i = 0; i < sessions; i++)
		(void)pthread_join(threads[i], NULL);
	took = now_ms(CLOCK_MONOTONIC) - began;
	qsort(times, (size_t)mails, sizeof(*times), by_value);
	printf("%.1f %.3f %.3f %.1f %d\n", mails * 1e3 / took, times[mails / 2],
	    times[mails * 99 / 100],
	    now_ms(CLOCK_PROCESS_CPUTIME_ID) * 1e3 / mails, failures);
	free(times);
	return failures < mails ? 0 : 1;
}
