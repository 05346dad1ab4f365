/*
 * imap_mark.h - how far a folder was read, on disk
 *
 * One small file for each folder, home/run/imap/NAME, written anew and renamed.
 * A mark is only ever moved once the message is in the spool: what is killed
 * in between is fetched again, and the ledger knows it.
 */
#ifndef MAILGW_SOURCES_IMAP_MARK_H
#define MAILGW_SOURCES_IMAP_MARK_H

#include "core/core.h"

#define IMAP_MARK_FOLDER "run/imap"

struct imap_mark {
	uint32_t uidvalidity; /* 0: the folder was never opened */
	uint32_t uid;         /* the last one that is in the spool */
	int64_t from;         /* UTC seconds: older mail is left alone */
	int64_t began;        /* UTC seconds: watched since then */
};

/* imap_mark_path - of a folder by its imap_name(); owned by mem */
char *imap_mark_path(TALLOC_CTX *mem, const char *folder, const char *name);

/*
 * imap_mark_read - RC_OK; RC_NOTFOUND there is none, or none that makes sense;
 * RC_INTERNAL it cannot be read
 */
enum rc imap_mark_read(
    const char *path, struct imap_mark *out, struct err *e) must_check;

/* imap_mark_write - durable when it returns; RC_RETRY no room; RC_INTERNAL */
enum rc imap_mark_write(
    const char *path, const struct imap_mark *m, struct err *e) must_check;

#endif
