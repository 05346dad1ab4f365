/*
 * backoff.h - how long to wait before a program that died is started again
 */
#ifndef CORE_SERVICE_BACKOFF_H
#define CORE_SERVICE_BACKOFF_H

#include "core/core.h"

#define BACKOFF_FIRST_MS 100
#define BACKOFF_MAX_MS   30000
#define BACKOFF_RESET_MS 60000 /* alive this long: the past is forgotten */

/* zero-filled: has not died yet */
struct backoff {
	unsigned deaths; /* in a row, each within BACKOFF_RESET_MS */
};

/*
 * backoff_next - it died after lived_ms; milliseconds to wait
 *
 * 100, 200, 400 … 30,000; from the start again after a long life.
 */
int64_t backoff_next(struct backoff *b, int64_t lived_ms);

#endif
