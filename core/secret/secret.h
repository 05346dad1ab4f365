/*
 * secret.h - a password, from a file or a command, never from the settings
 */
#ifndef CORE_SECRET_H
#define CORE_SECRET_H

#include "core/core.h"

#define SECRET_MAX         4096  /* octets; a token of OAuth 2 is long */
#define SECRET_MAX_WAIT_MS 30000 /* for the command */

/*
 * secret_read - the first line of a file, or of what a command prints
 *
 * name     of the setting, for errors: "remind-password"
 * file     one that others can read is refused
 * command  run by /bin/sh with nothing on its input, and killed when it takes
 *          longer than SECRET_MAX_WAIT_MS; "" or NULL: the file is read
 * out      owned by mem; overwrite it with explicit_bzero() when done
 *
 * RC_OK; RC_RETRY it cannot be had now, *e says why, without any of it
 */
enum rc secret_read(TALLOC_CTX *mem, const char *name, const char *file,
    const char *command, char **out, struct err *e) must_check;

#endif
