/*
 * slow_sync.c - a disk that takes SLOW_SYNC_MS longer; for LD_PRELOAD
 *
 * fdatasync still does its work. bench/peers builds it.
 */
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int
fdatasync(int fd)
{
	const char *ms = getenv("SLOW_SYNC_MS");
	long delay = ms == NULL ? 0 : strtol(ms, NULL, 10);
	struct timespec t = { delay / 1000, delay % 1000 * 1000000 };

	(void)nanosleep(&t, NULL);
	return (int)syscall(SYS_fdatasync, fd);
}
