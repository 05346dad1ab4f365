/*
 * core.h - what every .c file includes first
 *
 * config.h, the common system headers, the result codes and error text that
 * every fallible function returns, borrowed views of bytes, and the calls we
 * do not make (banned.h).
 */
#ifndef CORE_CORE_H
#define CORE_CORE_H

#include "config.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include <talloc.h>

#define must_check             __attribute__((warn_unused_result))
#define printf_like(fmt, args) __attribute__((format(printf, fmt, args)))
#define ARRAY_LEN(a)           (sizeof(a) / sizeof((a)[0]))

/*
 * enum rc - what the caller should do next
 *
 * RC_OK        go on
 * RC_RETRY     nothing is wrong with the input: try again later
 * RC_BADINPUT  the input is refused; trying again changes nothing
 * RC_TOOBIG    the input is over a stated limit
 * RC_NOTFOUND  what was asked for is not there
 * RC_INTERNAL  a fault of ours or of the machine
 */
enum rc { RC_OK, RC_RETRY, RC_BADINPUT, RC_TOOBIG, RC_NOTFOUND, RC_INTERNAL };

/* the text for a person: lower case, no full stop; never allocates */
struct err {
	enum rc rc;
	char text[240];
};

/* err_set - fill *e and return rc; the text is cut to fit */
enum rc err_set(struct err *e, enum rc rc, const char *fmt, ...)
    printf_like(3, 4);

/* err_context - put "context: " in front of the text that *e holds */
enum rc err_context(struct err *e, const char *fmt, ...) printf_like(2, 3);

/* err_errno - err_set() with ": strerror(errno)" behind; RC_INTERNAL */
enum rc err_errno(struct err *e, const char *fmt, ...) printf_like(2, 3);

/* err_nomem - a context's memory limit (talloc_set_memlimit) is reached */
enum rc err_nomem(struct err *e);

/* a borrowed view of bytes, not NUL-terminated */
struct slice {
	const char *at;
	size_t len;
};

#define SLICE(literal) ((struct slice){ (literal), sizeof(literal) - 1 })

static inline struct slice
slice_of(const char *s)
{
	return (struct slice){ s, s ? strlen(s) : 0 };
}

static inline bool
slice_is(struct slice s, const char *text)
{
	return s.len == strlen(text) && memcmp(s.at, text, s.len) == 0;
}

/* slice_dup - NUL-terminated copy owned by mem; NULL at the memory limit */
char *slice_dup(TALLOC_CTX *mem, struct slice s);

#include "core/banned.h"

#endif
