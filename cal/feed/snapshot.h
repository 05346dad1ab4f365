/*
 * snapshot.h - a finished calendar: ready to be sent, with its validators
 *
 * What is served is always a whole snapshot, gzipped beforehand; for the few
 * who do not take gzip it is inflated while it is sent. Each is also a file in
 * home/feed, written under another name then renamed, so that a calendar
 * outlives the process and a ledger that cannot be read.
 */
#ifndef CAL_FEED_SNAPSHOT_H
#define CAL_FEED_SNAPSHOT_H

#include "cal/feed/stock.h"
#include "core/core.h"

#define SNAPSHOT_ETAG_MAX  48
#define SNAPSHOT_MAX_BYTES (256u << 20) /* of a file */

/* a gzip body in parts; never changed, shared with answers under way */
struct snapshot_body {
	int holders;
	size_t count;                /* of parts: head, pieces, foot */
	struct slice *parts;         /* borrowed from the pieces and below */
	struct stock_piece **pieces; /* ends with NULL */
	size_t len, gzip_len;        /* octets, plain and gzipped */
	uint8_t foot[10];
};

struct snapshot {
	struct snapshot_body *body;
	char etag[SNAPSHOT_ETAG_MAX]; /* strong, quotes included */
	char etag_gzip[SNAPSHOT_ETAG_MAX];
	int64_t modified_at; /* UTC: when the bytes last changed */
	void *served;        /* the server's, a talloc child or NULL */
};

/*
 * snapshot_new - put a calendar together and name its bytes
 *
 * head, tail   what stands before and behind the components
 * stock        sealed; the snapshot shares its pieces
 */
enum rc snapshot_new(TALLOC_CTX *mem, const char *head,
    const struct stock *stock, const char *tail, int64_t modified_at,
    struct snapshot **out, struct err *e) must_check;

struct snapshot_body *snapshot_hold(struct snapshot_body *b);
void snapshot_drop(struct snapshot_body *b);

/* a reader of the plain bytes, front to back; talloc_free() ends it */
struct snapshot_reader;
struct snapshot_reader *snapshot_reader_new(
    TALLOC_CTX *mem, struct snapshot_body *b);
/* snapshot_pull - the next octets, at most max; 0 at the end, -1: zlib */
ssize_t snapshot_pull(struct snapshot_reader *r, char *out, size_t max);

/* snapshot_save - the gzip file for good, renamed into place; its comment is
 * the tag, its time of change modified_at */
enum rc snapshot_save(const struct snapshot *s, const char *path, unsigned mode,
    struct err *e) must_check;
/* snapshot_save_plain - the same, not gzipped */
enum rc snapshot_save_plain(const struct snapshot *s, const char *path,
    unsigned mode, struct err *e) must_check;

/* snapshot_load - what snapshot_save() wrote; RC_NOTFOUND no file; RC_BADINPUT
 * not a whole calendar */
enum rc snapshot_load(TALLOC_CTX *mem, const char *path, struct snapshot **out,
    struct err *e) must_check;

#endif
