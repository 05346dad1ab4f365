/*
 * rights.h - give up being root, and every capability
 *
 * A service that takes mail on port 25 is started by root, or with the one
 * capability that needs; after that nobody of us has use for either.
 */
#ifndef CORE_RIGHTS_H
#define CORE_RIGHTS_H

#include "core/core.h"

/* who to become; zero-filled: nobody, stay who we are */
struct rights_user {
	bool is_given;
	uid_t uid;
	gid_t gid;
	char *name; /* borrowed */
};

/*
 * rights_find - the user and group of the settings
 *
 * user   "": *out says nobody
 * group  "": the user's own
 *
 * RC_OK; RC_BADINPUT no such user or group, or it is root, or we are neither
 * root nor already that user
 */
enum rc rights_find(char *user, const char *group, struct rights_user *out,
    struct err *e) must_check;

/*
 * rights_become - that user for good, with its groups, nothing kept
 *
 * keeps_ports  but the capability to bind ports below 1024, handed on to
 *              programs that are started; until rights_drop()
 *
 * Does nothing where u says nobody, or who we are already. RC_OK; RC_INTERNAL
 */
enum rc rights_become(
    const struct rights_user *u, bool keeps_ports, struct err *e) must_check;

/*
 * rights_drop - no capability any more, nor a way to one: programs that are
 * started get none either. RC_OK; RC_INTERNAL
 */
enum rc rights_drop(struct err *e) must_check;

#endif
