/*
 * home.h - the service's own folder: made, and held by one promised at a time
 */
#ifndef CORE_SERVICE_HOME_H
#define CORE_SERVICE_HOME_H

#include "core/core.h"
#include "core/settings/settings.h"

#define HOME_LOCK      "run/promised.lock"
#define HOME_ADDRESSES "run/addresses"

/*
 * home_make - home with its folders spool, unread, feed, run, mode 0700
 *
 * Missing parents are made too. Folders that are there are left as they are;
 * one that others may read is reported as an event.
 *
 * RC_OK; RC_BADINPUT something that is no folder is in the way; RC_INTERNAL
 */
enum rc home_make(const struct settings *s, struct err *e) must_check;

/*
 * home_give - make home where it is missing, for that user; as root
 *
 * One that is root's becomes the user's, with nothing in it changed.
 */
enum rc home_give(
    const struct settings *s, uid_t uid, gid_t gid, struct err *e) must_check;

/*
 * home_hold - hold the home until *fd is closed; ends with the process
 *
 * RC_OK; RC_RETRY another promised holds it; RC_INTERNAL
 */
enum rc home_hold(const struct settings *s, int *fd, struct err *e) must_check;

/*
 * home_publish - write home/run/addresses, whole or not at all
 *
 * text  the ready line's fields: "gateway=127.0.0.1:25 feed=127.0.0.1:80"
 */
enum rc home_publish(
    const struct settings *s, const char *text, struct err *e) must_check;

/* home_unpublish - nothing listens any more */
void home_unpublish(const struct settings *s);

#endif
