/*
 * spool_scan.c - from segments to records of messages
 *
 * A segment is final once a later one exists or its writer is gone: only then
 * is an incomplete frame a torn tail, and only then does a message without an
 * outcome count as UNKNOWN. The order of looking matters: first the folder,
 * then the lock, then the folder again (scan_look()), then the frames.
 */
#include "core/core.h"

#include <dirent.h>
#include <fcntl.h>

#include "core/log/log.h"
#include "mailgw/spool/spool_frame.h"
#include "mailgw/spool/spool_scan.h"

#define BLOCK_BYTES 4096U

/* writer_is_gone - nobody holds the writer's lock */
static bool
writer_is_gone(struct spool_reader *r)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	bool gone = true;
	int fd;

	/* to close it after writing is news, and would wake us again at once */
	fd = openat(r->dirfd, "lock", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT;
	if (fcntl(fd, F_OFD_GETLK, &lock) != 0 || lock.l_type != F_UNLCK)
		gone = false;
	close(fd);
	return gone;
}

/* segment_add - keep the list in order; known ones stay as they are */
static enum rc
segment_add(struct spool_reader *r, uint64_t number, struct err *e)
{
	struct segment **at = &r->segments, *s;

	while (*at != NULL && (*at)->number < number)
		at = &(*at)->next;
	if (*at != NULL && (*at)->number == number)
		return RC_OK;
	s = talloc_zero(r, struct segment);
	if (s == NULL)
		return err_nomem(e);
	s->number = number;
	s->next = *at;
	*at = s;
	r->n_listed++;
	return RC_OK;
}

/* list_segments - what is in the folder now */
static enum rc
list_segments(struct spool_reader *r, struct err *e)
{
	struct dirent *entry;
	uint64_t number;
	enum rc rc = RC_OK;
	int fd;
	DIR *d;

	fd = openat(r->dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	d = fd < 0 ? NULL : fdopendir(fd);
	if (d == NULL) {
		if (fd >= 0)
			close(fd);
		return err_errno(e, "spool: folder '%s'", r->dir);
	}
	while (rc == RC_OK && (entry = readdir(d)) != NULL) {
		number = segment_number(entry->d_name);
		if (number > 0)
			rc = segment_add(r, number, e);
	}
	closedir(d);
	return rc;
}

enum rc
scan_read(struct spool_reader *r, uint64_t segment, uint64_t offset, char *out,
    size_t len, size_t *got, struct err *e)
{
	char name[SEGMENT_NAME_MAX];
	ssize_t n;

	if (r->fd < 0 || r->fd_number != segment) {
		if (r->fd >= 0)
			close(r->fd);
		segment_name(name, segment);
		r->fd = openat(r->dirfd, name, O_RDONLY | O_CLOEXEC);
		r->fd_number = segment;
		if (r->fd < 0)
			return err_errno(e, "spool: '%s'", name);
	}
	*got = 0;
	while (*got < len) {
		n = pread(
		    r->fd, out + *got, len - *got, (off_t)(offset + *got));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, "spool: segment %" PRIu64, segment);
		if (n == 0)
			break;
		*got += (size_t)n;
	}
	return RC_OK;
}

/* window_at - octets from offset on, at least `need` unless the file ends */
static enum rc
window_at(struct spool_reader *r, struct segment *s, uint64_t offset,
    size_t need, struct slice *out, struct err *e)
{
	uint64_t end = r->window_offset + r->window_len;
	enum rc rc;

	if (r->window_segment != s->number || offset < r->window_offset ||
	    offset + need > end) {
		if (need > r->window_size) {
			r->window = talloc_realloc(r, r->window, char, need);
			if (r->window == NULL)
				return err_nomem(e);
			r->window_size = need;
		}
		r->window_segment = 0;
		rc = scan_read(r, s->number, offset, r->window, r->window_size,
		    &r->window_len, e);
		if (rc != RC_OK)
			return rc;
		r->window_segment = s->number;
		r->window_offset = offset;
	}
	out->at = r->window + (offset - r->window_offset);
	out->len = r->window_len - (size_t)(offset - r->window_offset);
	return RC_OK;
}

/* record_of - what is known of a message, begun where needed */
static struct record *
record_of(struct spool_reader *r, struct segment *s, uint64_t id)
{
	struct record *m;

	for (m = r->records; m != NULL; m = m->next)
		if (m->id == id)
			return m;
	m = talloc_zero(r, struct record);
	if (m == NULL)
		return NULL;
	m->id = id;
	m->epoch = s->header.epoch;
	m->first_segment = s->number;
	m->is_orphan = id >> SPOOL_ID_SHIFT < r->segments->number;
	*r->records_end = m;
	r->records_end = &m->next;
	return m;
}

void
scan_forget(struct spool_reader *r, struct record *m)
{
	struct record **at = &r->records;

	while (*at != m)
		at = &(*at)->next;
	*at = m->next;
	if (*at == NULL)
		r->records_end = at;
	talloc_free(m);
}

/* take_frame - one whole frame joins its record */
static enum rc
take_frame(struct spool_reader *r, struct segment *s, const struct frame *f,
    struct slice payload, struct err *e)
{
	struct place place = { s->number, s->offset + FRAME_HEADER, f->len };
	struct record *m = record_of(r, s, f->id);
	const unsigned char *at = (const unsigned char *)payload.at;

	if (m == NULL)
		return err_nomem(e);
	switch (f->type) {
	case FRAME_ENVELOPE:
		m->envelope = place;
		m->has_envelope = true;
		m->is_orphan = false;
		break;
	case FRAME_DATA:
		m->data =
		    talloc_realloc(m, m->data, struct place, m->n_data + 1);
		if (m->data == NULL)
			return err_nomem(e);
		m->data[m->n_data++] = place;
		m->octets_seen += f->len;
		break;
	case FRAME_END:
		if (f->len != 12)
			break;
		m->octets = get_u64(at);
		m->crc = get_u32(at + 8);
		m->is_ended = true;
		break;
	case FRAME_OUTCOME:
		if (f->len != 1)
			break;
		m->outcome = (enum spool_outcome)at[0];
		m->is_settled = true;
		if (m->outcome == SPOOL_REFUSED || m->is_orphan)
			scan_forget(r, m);
		break;
	}
	return RC_OK;
}

/* find_mark - the next place behind offset where a frame may begin; 0: none */
static enum rc
find_mark(
    struct spool_reader *r, struct segment *s, uint64_t *offset, struct err *e)
{
	unsigned char mark[8];
	struct slice in;
	const char *hit;
	enum rc rc;

	put_u64(mark, s->header.mark);
	for (;;) {
		rc = window_at(r, s, *offset, FRAME_HEADER, &in, e);
		if (rc != RC_OK)
			return rc;
		hit = in.len < FRAME_HEADER
			  ? NULL
			  : memmem(in.at, in.len, mark, sizeof(mark));
		if (hit != NULL) {
			*offset += (uint64_t)(hit - in.at);
			return RC_OK;
		}
		if (in.len < FRAME_HEADER) {
			*offset = 0;
			return RC_OK;
		}
		*offset += in.len - (sizeof(mark) - 1);
	}
}

/* skip_damage - a final segment has something that is no frame */
static enum rc
skip_damage(struct spool_reader *r, struct segment *s, struct err *e)
{
	uint64_t offset = s->offset + 1;
	enum rc rc;

	rc = find_mark(r, s, &offset, e);
	if (rc != RC_OK)
		return rc;
	if (offset == 0) {
		s->is_scanned = true; /* a torn tail: nobody was told 250 */
		return RC_OK;
	}
	log_event(EV_SPOOL_DAMAGED, LOG_NUMBER("segment", (int64_t)s->number),
	    LOG_NUMBER("at", (int64_t)s->offset),
	    LOG_NUMBER("octets", (int64_t)(offset - s->offset)));
	s->offset = offset;
	return RC_OK;
}

/* scan_header - RC_NOTFOUND: not there yet */
static enum rc
scan_header(
    struct spool_reader *r, struct segment *s, bool is_final, struct err *e)
{
	char name[SEGMENT_NAME_MAX];
	struct slice in;
	enum rc rc;

	segment_name(name, s->number);
	if (faccessat(r->dirfd, name, F_OK, 0) != 0 && errno == ENOENT) {
		/* the writer could not begin it and took it back */
		s->is_scanned = true;
		return RC_OK;
	}
	rc = window_at(r, s, 0, SEGMENT_HEADER, &in, e);
	if (rc != RC_OK)
		return rc;
	if (in.len >= SEGMENT_HEADER &&
	    segment_header_get((const unsigned char *)in.at, &s->header)) {
		s->has_header = true;
		s->offset = SEGMENT_HEADER;
		return RC_OK;
	}
	if (!is_final)
		return RC_NOTFOUND;
	if (in.len >= SEGMENT_HEADER)
		log_event(EV_SPOOL_DAMAGED,
		    LOG_NUMBER("segment", (int64_t)s->number),
		    LOG_NUMBER("at", 0), LOG_NUMBER("octets", (int64_t)in.len));
	s->is_scanned = true;
	return RC_OK;
}

/* frame_at - the frame at the scan's place, whole; as frame_get() */
static enum rc
frame_at(struct spool_reader *r, struct segment *s, struct frame *f,
    struct slice *in, struct slice *payload, struct err *e)
{
	size_t need = FRAME_HEADER;
	enum rc rc;

	rc = window_at(r, s, s->offset, need, in, e);
	if (rc != RC_OK)
		return RC_INTERNAL;
	rc = frame_get(*in, s->header.mark, f, payload, &need);
	if (rc == RC_RETRY && need > in->len) {
		rc = window_at(r, s, s->offset, need, in, e);
		if (rc != RC_OK)
			return RC_INTERNAL;
		rc = frame_get(*in, s->header.mark, f, payload, &need);
	}
	return rc;
}

/* scan_one - one frame of one segment; RC_NOTFOUND: nothing whole is there */
static enum rc
scan_one(
    struct spool_reader *r, struct segment *s, bool is_final, struct err *e)
{
	struct frame f;
	struct slice in, payload;
	enum rc rc;

	if (!s->has_header)
		return scan_header(r, s, is_final, e);
	rc = frame_at(r, s, &f, &in, &payload, e);
	if (rc == RC_RETRY || rc == RC_BADINPUT) {
		/* what the window holds may be half of a write: look again */
		r->window_segment = 0;
		rc = frame_at(r, s, &f, &in, &payload, e);
	}
	if (rc == RC_OK) {
		rc = take_frame(r, s, &f, payload, e);
		s->offset += FRAME_HEADER + f.len;
		return rc;
	}
	if (rc == RC_INTERNAL)
		return rc;
	r->window_segment = 0;
	if (!is_final)
		return RC_NOTFOUND;
	if (in.len == 0) {
		s->is_scanned = true;
		return RC_OK;
	}
	return skip_damage(r, s, e);
}

struct record *
scan_settled(struct spool_reader *r)
{
	struct record *m;

	for (m = r->records; m != NULL; m = m->next)
		if (m->is_settled && !m->is_given)
			return m;
	return NULL;
}

void
scan_rest(struct spool_reader *r, bool writer_gone)
{
	uint64_t live_epoch = 0;
	struct segment *s;
	struct record *m, *next;

	for (s = r->segments; s != NULL; s = s->next)
		if (s->has_header && s->header.epoch > live_epoch)
			live_epoch = s->header.epoch;
	for (m = r->records; m != NULL; m = next) {
		next = m->next;
		if (m->is_settled || (!writer_gone && m->epoch >= live_epoch))
			continue;
		if (!m->is_ended || m->is_orphan) {
			scan_forget(r, m); /* never given to the next hop */
			continue;
		}
		m->outcome = SPOOL_UNKNOWN;
		m->is_settled = true;
	}
}

/*
 * A free lock says that whoever wrote the segments listed before is gone. One
 * that turns up afterwards may be his last, or the first of the next writer:
 * then look again.
 */
enum rc
scan_look(struct spool_reader *r, bool *gone, struct err *e)
{
	uint64_t before;
	int tries;
	enum rc rc;

	*gone = false;
	rc = list_segments(r, e);
	for (tries = 0; rc == RC_OK && tries < 8; tries++) {
		before = r->n_listed;
		*gone = writer_is_gone(r);
		if (!*gone)
			break;
		rc = list_segments(r, e);
		if (r->n_listed == before)
			break;
		*gone = false;
	}
	return rc;
}

enum rc
scan_on(struct spool_reader *r, bool writer_gone, struct err *e)
{
	struct segment *s;
	enum rc rc;

	for (s = r->segments; s != NULL; s = s->next) {
		while (!s->is_scanned && scan_settled(r) == NULL) {
			rc = scan_one(r, s, writer_gone || s->next != NULL, e);
			if (rc == RC_NOTFOUND)
				break;
			if (rc != RC_OK)
				return rc;
		}
		if (scan_settled(r) != NULL)
			return RC_OK;
	}
	return RC_NOTFOUND;
}
