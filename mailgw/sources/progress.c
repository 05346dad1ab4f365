/*
 * progress.c - a bar, a share, what was found, the time left
 */
#include "core/core.h"

#include <sys/ioctl.h>

#include "mailgw/sources/progress.h"

#define BAR_MAX    40
#define LINE_BYTES 512

void
progress_start(struct progress *p, int64_t now_ms)
{
	const char *term = getenv("TERM");

	p->is_shown = isatty(STDERR_FILENO) == 1 && term != NULL &&
		      strcmp(term, "dumb") != 0;
	p->started_ms = now_ms;
	p->drawn_ms = INT64_MIN;
}

/* left - "2:05 left", from the speed so far; "" where it cannot be told */
static void
left(const struct progress *p, int64_t now_ms, uint64_t done, uint64_t total,
    char out[32])
{
	int64_t spent_ms = now_ms - p->started_ms, s;

	out[0] = '\0';
	if (spent_ms < 1000 || done == 0 || total <= done)
		return;
	s = (int64_t)((double)spent_ms / (double)done * (double)(total - done) /
		      1000);
	if (s < 360000)
		(void)snprintf(
		    out, 32, ", %" PRId64 ":%02d left", s / 60, (int)(s % 60));
}

void
progress_draw(struct progress *p, int64_t now_ms, uint64_t done, uint64_t total,
    const char *words)
{
	char line[LINE_BYTES], bar[BAR_MAX + 1], time[32] = "";
	struct winsize w;
	int n, columns = 80, width;

	if (!p->is_shown || (p->drawn_ms != INT64_MIN &&
				now_ms - p->drawn_ms < PROGRESS_OFTEN_MS))
		return;
	p->drawn_ms = now_ms;
	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 0)
		columns = w.ws_col;
	if (total > 0) {
		if (done > total)
			done = total;
		left(p, now_ms, done, total, time);
		width = columns / 3 < BAR_MAX ? columns / 3 : BAR_MAX;
		n = (int)((double)width * (double)done / (double)total);
		memset(bar, '.', (size_t)width);
		memset(bar, '#', (size_t)n);
		bar[width] = '\0';
		n = snprintf(line, sizeof(line), "[%s] %3d%% %s%s", bar,
		    (int)(100.0 * (double)done / (double)total), words, time);
	} else {
		n = snprintf(line, sizeof(line), "%s", words);
	}
	/* words are ASCII: octets are columns */
	if (n > columns - 1)
		n = columns - 1;
	(void)fprintf(stderr, "\r%.*s\033[K", n, line);
	(void)fflush(stderr);
}

void
progress_clear(struct progress *p)
{
	if (!p->is_shown || p->drawn_ms == INT64_MIN)
		return;
	(void)fputs("\r\033[K", stderr);
	(void)fflush(stderr);
	p->drawn_ms = INT64_MIN;
}
