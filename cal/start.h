/*
 * start.h - what the programs of this room do before and while they work
 *
 * Command line, settings, working calendar, signals, the readiness line. The
 * mains use it; nothing else does. It is the only place here that reads the
 * clock.
 */
#ifndef CAL_START_H
#define CAL_START_H

#include "core/civil/civil.h"
#include "core/core.h"
#include "core/settings/settings.h"

#define START_USAGE         2  /* exit status of a wrong command line */
#define START_RETRY         75 /* exit status: try again later */
#define START_OVERRIDES_MAX 64

struct start {
	const char *file; /* -c FILE or NULL */
	const char *overrides[START_OVERRIDES_MAX + 1];
	size_t override_count;
	struct settings *settings;
	struct calendar *calendar;
};

/* start_override - one more -o name=value; false where there are too many */
bool start_override(struct start *s, const char *text);

/* start_read - settings and working calendar, owned by mem */
enum rc start_read(TALLOC_CTX *mem, struct start *s, struct err *e) must_check;

/*
 * start_service - be a child of promised: end with it, on SIGTERM or SIGINT
 *
 * *signals: a descriptor that becomes readable when the process should end
 */
enum rc start_service(int *signals, struct err *e) must_check;

/*
 * start_ready - say that the work has begun: "NAME ADDRESS" as a line on the
 * descriptor in $PROMISED_READY_FD, else on stdout
 *
 * address  NULL: "-"; else it is written to home/run/NAME.address as well
 */
enum rc start_ready(const struct settings *s, const char *name,
    const char *address, struct err *e) must_check;

/* start_instant - "2026-11-21T20:15[:30]", "2026-11-21" (its first moment) in
 * the settings' zone, the same with "Z" or "+01:00" behind it, or "@SECONDS";
 * RC_BADINPUT */
enum rc start_instant(const struct settings *s, const char *text, int64_t *out,
    struct err *e) must_check;

/* start_now - UTC seconds; start_mono_ms - a clock that only goes forward */
int64_t start_now(void);
int64_t start_mono_ms(void);

#endif
