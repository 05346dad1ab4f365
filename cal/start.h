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
	const char *at_text; /* --at INSTANT or NULL: now */
	/* filled by start_read() */
	struct settings *settings;
	struct calendar *calendar;
	int64_t at;   /* UTC seconds */
	bool is_read; /* a later fault is not the caller's */
};

/* start_override - one more -o name=value; false where there are too many */
bool start_override(struct start *s, const char *text);

/* start_read - settings, working calendar, instant; owned by mem */
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

/* start_zone - the setting's zone; UTC where it is left open */
const char *start_zone(const struct settings *s);

/*
 * start_status - the exit status of a result; anything but RC_OK is said
 *
 * 0 RC_OK; START_USAGE where start_read() failed; START_RETRY; else 1.
 * A program that is run by hand says it as "PROGRAM: TEXT".
 */
int start_status(const struct start *s, enum rc rc, const char *program,
    const struct err *e);

/* start_now - UTC seconds; start_mono_ms - a clock that only goes forward */
int64_t start_now(void);
int64_t start_mono_ms(void);

#endif
