/*
 * file.h - a file that is there whole or not at all
 *
 * Written under another name in the same folder, synced, renamed.
 */
#ifndef CAL_FILE_H
#define CAL_FILE_H

#include "core/core.h"

struct file {
	const char *path; /* borrowed until file_end() */
	char *part;
	int fd;
	bool is_cheap; /* not synced: whoever writes it looks after it again */
};

/* file_begin - file_end() must follow where it succeeds */
enum rc file_begin(
    struct file *f, const char *path, unsigned mode, struct err *e) must_check;
enum rc file_put(
    struct file *f, const void *at, size_t len, struct err *e) must_check;

/* file_end - where rc is RC_OK rename it into place, its time of change being
 * modified_at; else take it away and return rc */
enum rc file_end(
    struct file *f, enum rc rc, int64_t modified_at, struct err *e) must_check;

/* file_write - the three in one */
enum rc file_write(const char *path, unsigned mode, struct slice bytes,
    int64_t modified_at, struct err *e) must_check;

/* file_read - a whole one, owned by mem, a NUL behind it; RC_NOTFOUND,
 * RC_TOOBIG over max octets */
enum rc file_read(TALLOC_CTX *mem, const char *path, size_t max,
    struct slice *out, int64_t *modified_at, struct err *e) must_check;

#endif
