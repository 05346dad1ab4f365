/*
 * spool_reader.c - the reader's side of the spool
 *
 * Segments are scanned in order and only as far as needed to find the next
 * settled message; for each message not yet done there is a record with the
 * places of its DATA frames, so memory grows with what is open, not with the
 * backlog. Bodies are read from disk when a message is given out.
 *
 * A segment is final once a later one exists or its writer is gone: only then
 * is an incomplete frame a torn tail, and only then does a message without an
 * outcome count as UNKNOWN. The order of looking matters: first the folder,
 * then the lock, then the folder again (look()), then the frames.
 */
#include "core/core.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include "core/log/log.h"
#include "mailgw/spool/spool.h"
#include "mailgw/spool/spool_frame.h"

#define WINDOW_BYTES (256U << 10)
#define BLOCK_BYTES  4096U

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

/* writer_is_gone - nobody holds the writer's lock */
static bool
writer_is_gone(struct spool_reader *r)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	bool gone = true;
	int fd;

	fd = openat(r->dirfd, "lock", O_RDWR | O_CLOEXEC);
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

/*
 * read_at - up to len octets of a segment; less only at its end
 *
 * A block that the disk cannot read any more counts as zeros: the CRCs say
 * what was lost, and what lies behind it is read.
 */
static enum rc
read_at(struct spool_reader *r, uint64_t segment, uint64_t offset, char *out,
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
		rc = read_at(r, s->number, offset, r->window, r->window_size,
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

/* record_free - forget a message */
static void
record_free(struct spool_reader *r, struct record *m)
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
			record_free(r, m);
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
	struct slice in;
	enum rc rc;

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

/* settled - the first record that can be given out */
static struct record *
settled(struct spool_reader *r)
{
	struct record *m;

	for (m = r->records; m != NULL; m = m->next)
		if (m->is_settled && !m->is_given)
			return m;
	return NULL;
}

/* settle_rest - everything is scanned: what have dead writers left behind? */
static void
settle_rest(struct spool_reader *r, bool writer_gone, uint64_t live_epoch)
{
	struct record *m, *next;

	for (m = r->records; m != NULL; m = next) {
		next = m->next;
		if (m->is_settled || (!writer_gone && m->epoch >= live_epoch))
			continue;
		if (!m->is_ended || m->is_orphan) {
			record_free(r, m); /* never given to the next hop */
			continue;
		}
		m->outcome = SPOOL_UNKNOWN;
		m->is_settled = true;
	}
}

/* envelope_read - the texts of the ENVELOPE frame, owned by out */
static enum rc
envelope_read(struct spool_reader *r, const struct record *m,
    struct spool_message *out, struct err *e)
{
	const char **rcpts, *text[2] = { "", "" };
	char *at, *end;
	size_t got, n = 0, i = 0;
	enum rc rc;

	rcpts = talloc_zero_array(out, const char *, 1);
	if (m->has_envelope && m->envelope.len >= 12) {
		at = talloc_zero_size(out, m->envelope.len + 1);
		if (at == NULL)
			return err_nomem(e);
		rc = read_at(r, m->envelope.segment, m->envelope.offset, at,
		    m->envelope.len, &got, e);
		if (rc != RC_OK)
			return rc;
		end = at + got;
		out->envelope.received_at =
		    (int64_t)get_u64((unsigned char *)at);
		n = get_u32((unsigned char *)at + 8);
		at += 12;
		if (n > got)
			n = got;
		rcpts = talloc_zero_array(out, const char *, (unsigned)n + 1);
		for (i = 0; rcpts != NULL && at < end && i < n + 2; i++) {
			if (i < 2)
				text[i] = at;
			else
				rcpts[i - 2] = at;
			at += strlen(at) + 1;
		}
	} else {
		out->is_damaged = true;
	}
	if (rcpts == NULL)
		return err_nomem(e);
	out->envelope.client = text[0];
	out->envelope.mail_from = text[1];
	out->envelope.rcpts = rcpts;
	return RC_OK;
}

/* body_read - the DATA frames in one piece */
static enum rc
body_read(struct spool_reader *r, const struct record *m,
    struct spool_message *out, struct err *e)
{
	size_t i, len = 0, got;
	char *at;
	enum rc rc;

	at = talloc_size(out, m->octets_seen + 1);
	if (at == NULL)
		return err_nomem(e);
	for (i = 0; i < m->n_data; i++) {
		rc = read_at(r, m->data[i].segment, m->data[i].offset, at + len,
		    m->data[i].len, &got, e);
		if (rc != RC_OK)
			return rc;
		len += got;
	}
	at[len] = '\0';
	out->bytes = (struct slice){ at, len };
	if (!m->is_ended || len != m->octets || frame_crc(0, at, len) != m->crc)
		out->is_damaged = true;
	return RC_OK;
}

/* give - read one settled message */
static enum rc
give(struct spool_reader *r, TALLOC_CTX *mem, struct record *m,
    struct spool_message **out, struct err *e)
{
	struct spool_message *msg;
	enum rc rc;

	msg = talloc_zero(mem, struct spool_message);
	if (msg == NULL)
		return err_nomem(e);
	msg->id = m->id;
	msg->outcome = m->outcome;
	rc = envelope_read(r, m, msg, e);
	if (rc == RC_OK)
		rc = body_read(r, m, msg, e);
	if (rc != RC_OK) {
		talloc_free(msg);
		return rc;
	}
	m->is_given = true;
	*out = msg;
	return RC_OK;
}

/* sweep - remove the oldest segments that nobody needs any more */
static enum rc
sweep(struct spool_reader *r, struct err *e)
{
	char name[SEGMENT_NAME_MAX];
	uint64_t keep = UINT64_MAX;
	struct segment *s;
	struct record *m;

	for (m = r->records; m != NULL; m = m->next)
		if (m->first_segment < keep)
			keep = m->first_segment;
	while ((s = r->segments) != NULL && s->is_scanned && s->number < keep) {
		segment_name(name, s->number);
		if (unlinkat(r->dirfd, name, 0) != 0 && errno != ENOENT)
			return err_errno(e, "spool: '%s'", name);
		if (r->fd >= 0 && r->fd_number == s->number) {
			close(r->fd);
			r->fd = -1;
		}
		r->segments = s->next;
		talloc_free(s);
	}
	return RC_OK;
}

/*
 * look - learn what segments there are and whether their writer is gone
 *
 * A free lock says that whoever wrote the segments listed before is gone. One
 * that turns up afterwards may be his last, or the first of the next writer:
 * then look again.
 */
static enum rc
look(struct spool_reader *r, bool *gone, struct err *e)
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

/* scan - on through the segments until something is settled or all is seen */
static enum rc
scan(struct spool_reader *r, bool writer_gone, struct err *e)
{
	struct segment *s;
	enum rc rc;

	for (s = r->segments; s != NULL; s = s->next) {
		while (!s->is_scanned && settled(r) == NULL) {
			rc = scan_one(r, s, writer_gone || s->next != NULL, e);
			if (rc == RC_NOTFOUND)
				break;
			if (rc != RC_OK)
				return rc;
		}
		if (settled(r) != NULL)
			return RC_OK;
	}
	return RC_NOTFOUND;
}

enum rc
spool_next(struct spool_reader *r, TALLOC_CTX *mem, struct spool_message **out,
    struct err *e)
{
	char events[4096]
	    __attribute__((aligned(__alignof__(struct inotify_event))));
	struct segment *s;
	struct record *m;
	uint64_t epoch = 0;
	bool gone;
	enum rc rc;

	m = settled(r);
	if (m != NULL)
		return give(r, mem, m, out, e);
	while (read(r->inotify, events, sizeof(events)) > 0)
		;
	rc = look(r, &gone, e);
	if (rc != RC_OK)
		return rc;
	rc = scan(r, gone, e);
	if (rc == RC_NOTFOUND) {
		for (s = r->segments; s != NULL; s = s->next)
			if (s->has_header && s->header.epoch > epoch)
				epoch = s->header.epoch;
		settle_rest(r, gone, epoch);
		rc = RC_OK;
	}
	if (rc == RC_OK)
		rc = sweep(r, e);
	if (rc != RC_OK)
		return rc;
	m = settled(r);
	return m ? give(r, mem, m, out, e) : RC_NOTFOUND;
}

enum rc
spool_done(struct spool_reader *r, uint64_t id, struct err *e)
{
	struct record *m;

	for (m = r->records; m != NULL; m = m->next)
		if (m->id == id && m->is_given)
			break;
	if (m == NULL)
		return err_set(e, RC_NOTFOUND,
		    "spool: no message %" PRIu64 " was given out", id);
	record_free(r, m);
	return sweep(r, e);
}

int
spool_reader_fd(const struct spool_reader *r)
{
	return r->inotify;
}

/* reader_free - descriptors only; memory is talloc's */
static int
reader_free(struct spool_reader *r)
{
	if (r->fd >= 0)
		close(r->fd);
	if (r->inotify >= 0)
		close(r->inotify);
	if (r->dirfd >= 0)
		close(r->dirfd);
	return 0;
}

enum rc
spool_reader_open(
    TALLOC_CTX *mem, const char *dir, struct spool_reader **out, struct err *e)
{
	struct spool_reader *r;

	r = talloc_zero(mem, struct spool_reader);
	if (r == NULL)
		return err_nomem(e);
	r->fd = r->dirfd = r->inotify = -1;
	r->records_end = &r->records;
	r->dir = talloc_strdup(r, dir);
	r->window_size = WINDOW_BYTES;
	r->window = talloc_size(r, r->window_size);
	talloc_set_destructor(r, reader_free);
	if (r->dir == NULL || r->window == NULL) {
		talloc_free(r);
		return err_nomem(e);
	}
	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		goto fail;
	r->dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r->dirfd < 0)
		goto fail;
	r->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	/* a dying writer's descriptors are closed: that wakes us as well */
	if (r->inotify < 0 ||
	    inotify_add_watch(r->inotify, dir,
		IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_TO) < 0)
		goto fail;
	*out = r;
	return RC_OK;
fail:
	(void)err_errno(e, "spool: '%s'", dir);
	talloc_free(r);
	return e->rc;
}
