/*
 * spool_scan.h - what the reader knows of the segments; private to the spool
 *
 * Segments are scanned in order and only as far as needed to find the next
 * settled message; for each message not yet done there is a record with the
 * places of its DATA frames, so memory grows with what is open, not with the
 * backlog.
 */
#ifndef MAILGW_SPOOL_SCAN_H
#define MAILGW_SPOOL_SCAN_H

#include "core/core.h"

#include "mailgw/spool/spool.h"
#include "mailgw/spool/spool_frame.h"

#define SCAN_WINDOW_BYTES (256U << 10)

struct place {
	uint64_t segment, offset;
	uint32_t len;
};

struct record {
	struct record *next;
	uint64_t id, epoch, first_segment;
	struct place envelope, *data;
	size_t n_data, octets_seen;
	uint64_t octets;
	uint32_t crc;
	bool is_orphan; /* its envelope lay in a segment already removed */
	bool has_envelope, is_ended, is_settled, is_given, is_damaged;
	enum spool_outcome outcome;
};

struct segment {
	struct segment *next;
	uint64_t number;
	struct segment_header header;
	uint64_t offset; /* scanned up to here */
	bool has_header, is_scanned;
};

struct spool_reader {
	char *dir;
	int dirfd, inotify, fd; /* fd: of the segment fd_number */
	uint64_t fd_number;
	struct segment *segments; /* in order */
	uint64_t n_listed;        /* segments ever met */
	struct record *records, **records_end;
	char *window;
	size_t window_size, window_len;
	uint64_t window_segment, window_offset;
};

/* scan_look - learn what segments there are and whether their writer is gone */
enum rc scan_look(struct spool_reader *r, bool *gone, struct err *e) must_check;

/*
 * scan_on - go on until a message is settled
 *
 * RC_OK one is; RC_NOTFOUND all there is was scanned
 */
enum rc scan_on(
    struct spool_reader *r, bool writer_gone, struct err *e) must_check;

/* scan_rest - all is scanned: settle or drop what dead writers have left */
void scan_rest(struct spool_reader *r, bool writer_gone);

/* scan_settled - the first record that is settled and not given; NULL: none */
struct record *scan_settled(struct spool_reader *r);

/* scan_forget - a record that is done */
void scan_forget(struct spool_reader *r, struct record *m);

/*
 * scan_read - up to len octets of a segment; less only at its end
 *
 * A block that the disk cannot read any more counts as zeros: the CRCs say
 * what was lost, and what lies behind it is read.
 */
enum rc scan_read(struct spool_reader *r, uint64_t segment, uint64_t offset,
    char *out, size_t len, size_t *got, struct err *e) must_check;

#endif
