/*
 * archive.h - the messages in files: single ones, mboxes, Maildirs, folders
 *
 * Of a Maildir cur and new are read, less what is marked as a draft or
 * deleted; its sub-folders are archives of their own, named by themselves. Of
 * any other folder the plain files in it are read, each one message or mbox.
 * Files come in the order given, those of a folder by name.
 */
#ifndef MAILGW_SOURCES_ARCHIVE_H
#define MAILGW_SOURCES_ARCHIVE_H

#include "core/core.h"

struct archive;

struct archive_message {
	const char *path;    /* the file it stands in; "-": standard input */
	struct slice bytes;  /* valid until the next call */
	uint64_t size_bytes; /* all of it, where bytes is its head alone */
	int64_t at;          /* UTC seconds: when the file says it came */
	bool is_discarded;   /* marked as deleted by the client (Mozilla) */
};

/*
 * archive_new - look at what is named
 *
 * paths      files and folders, "-" for standard input
 * max_bytes  of one message
 * now        UTC seconds: when standard input came
 */
enum rc archive_new(TALLOC_CTX *mem, char *const *paths, size_t count,
    size_t max_bytes, int64_t now, struct archive **out,
    struct err *e) must_check;

/*
 * archive_next - the next message
 *
 * RC_OK; RC_TOOBIG one over max_bytes; RC_NOTFOUND no more; RC_INTERNAL a file
 * that cannot be read, *e says which: go on; RC_RETRY a signal came while it
 * waited: go on, or do not
 */
enum rc archive_next(
    struct archive *a, struct archive_message *out, struct err *e) must_check;

/* octets given out, and those of all files; total 0: not known */
uint64_t archive_done(const struct archive *a);
uint64_t archive_total(const struct archive *a);

/* messages of Maildirs passed over: drafts and deleted ones */
size_t archive_discarded(const struct archive *a);

#endif
