/*
 * snapshot.h - a finished calendar: its bytes, the same gzipped, validators
 *
 * What is served is always a whole snapshot. Each is also a file in
 * home/feed, written under another name then renamed, so that a calendar
 * outlives the process and a ledger that cannot be read.
 */
#ifndef CAL_FEED_SNAPSHOT_H
#define CAL_FEED_SNAPSHOT_H

#include "core/core.h"

#define SNAPSHOT_ETAG_MAX  48
#define SNAPSHOT_MAX_BYTES (256u << 20)

struct snapshot {
	char *body; /* owned by the struct, as is gzip */
	size_t len;
	char *gzip;
	size_t gzip_len;
	char etag[SNAPSHOT_ETAG_MAX]; /* strong, quotes included */
	char etag_gzip[SNAPSHOT_ETAG_MAX];
	int64_t modified_at; /* UTC: when the bytes last changed */
	void *served;        /* the server's, a talloc child or NULL */
};

/*
 * snapshot_new - check, compress and name the bytes of a calendar
 *
 * body  copied; a whole VCALENDAR
 *
 * RC_BADINPUT not a whole calendar; RC_TOOBIG
 */
enum rc snapshot_new(TALLOC_CTX *mem, struct slice body, int64_t modified_at,
    struct snapshot **out, struct err *e) must_check;

/* snapshot_save - the file for good: mode 0600, renamed into place, its
 * time of change is modified_at */
enum rc snapshot_save(
    const struct snapshot *s, const char *path, struct err *e) must_check;

/* snapshot_load - RC_NOTFOUND no file; RC_BADINPUT not a whole calendar */
enum rc snapshot_load(TALLOC_CTX *mem, const char *path, struct snapshot **out,
    struct err *e) must_check;

/* snapshot_write - any file: temporary name, sync, rename, mode 0600 */
enum rc snapshot_write(const char *path, struct slice bytes,
    int64_t modified_at, struct err *e) must_check;

/* snapshot_read - a whole file, owned by mem, a NUL behind it; RC_NOTFOUND */
enum rc snapshot_read(TALLOC_CTX *mem, const char *path, struct slice *out,
    int64_t *modified_at, struct err *e) must_check;

#endif
