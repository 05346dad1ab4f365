/*
 * unread.h - messages that could not be read, kept with the reason
 *
 * home/unread/ID.eml is the message, home/unread/ID.reason one line of text;
 * both are written under another name, synced, then renamed, reason last.
 */
#ifndef CORE_UNREAD_UNREAD_H
#define CORE_UNREAD_UNREAD_H

#include "core/core.h"

/* unread_put - keep one message; the same id again replaces it */
enum rc unread_put(const char *dir, const char *id, struct slice message,
    const char *reason, struct err *e) must_check;

struct unread {
	const char *id;
	const char *reason;
	int64_t at; /* UTC seconds it was put there */
	uint64_t size_bytes;
};
typedef enum rc (*unread_visit_fn)(
    const struct unread *u, void *arg, struct err *e);

/* unread_each - oldest first; a missing folder holds none */
enum rc unread_each(const char *dir, unread_visit_fn visit, void *arg,
    struct err *e) must_check;

#endif
