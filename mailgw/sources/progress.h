/*
 * progress.h - one line on a terminal that says how far a long work is
 */
#ifndef MAILGW_SOURCES_PROGRESS_H
#define MAILGW_SOURCES_PROGRESS_H

#include "core/core.h"

#define PROGRESS_OFTEN_MS 100

struct progress {
	bool is_shown;
	int64_t started_ms, drawn_ms;
};

/* progress_start - shown only where standard error is a terminal */
void progress_start(struct progress *p, int64_t now_ms);

/* progress_draw - done of total octets (0: not known), with words behind;
 * drawn anew every PROGRESS_OFTEN_MS at most */
void progress_draw(struct progress *p, int64_t now_ms, uint64_t done,
    uint64_t total, const char *words);

/* progress_clear - before anything else is written to the terminal */
void progress_clear(struct progress *p);

#endif
