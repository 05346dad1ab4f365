/*
 * program.h - other programs of ours: where they are, what they say
 *
 * What needs mail or calendar code is a program of that room; core runs it,
 * as Git does, and knows none of it.
 */
#ifndef CORE_PROGRAM_H
#define CORE_PROGRAM_H

#include "core/core.h"

#define PROGRAM_FOLDER_ENV "PROMISED_LIBEXECDIR"

/*
 * program_path - in $PROMISED_LIBEXECDIR; else beside this very program, as in
 * the build tree; else where it was installed. Owned by mem; NULL: nowhere.
 */
char *program_path(TALLOC_CTX *mem, const char *name);

/*
 * program_output - run a program to its end, bounded in memory and processor
 * time, and take what it writes to stdout and stderr
 *
 * argv       argv[0] is the path; NULL at the end
 * max_bytes  more output: RC_TOOBIG
 * out        owned by mem
 *
 * RC_OK it ended with 0; RC_BADINPUT it did not: e is the first line of what
 * it said; RC_INTERNAL it could not be run
 */
enum rc program_output(TALLOC_CTX *mem, char *const *argv, size_t max_bytes,
    char **out, struct err *e) must_check;

#endif
