/*
 * backoff.c - doubling delays with a ceiling
 */
#include "core/core.h"

#include "core/service/backoff.h"

int64_t
backoff_next(struct backoff *b, int64_t lived_ms)
{
	int64_t delay_ms = BACKOFF_FIRST_MS;
	unsigned i;

	if (lived_ms >= BACKOFF_RESET_MS)
		b->deaths = 0;
	for (i = 0; i < b->deaths && delay_ms < BACKOFF_MAX_MS; i++)
		delay_ms *= 2;
	if (b->deaths < UINT_MAX)
		b->deaths++;
	return delay_ms < BACKOFF_MAX_MS ? delay_ms : BACKOFF_MAX_MS;
}
