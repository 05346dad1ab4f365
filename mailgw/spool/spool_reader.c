/*
 * spool_reader.c - the reader's side of the spool
 *
 * Takes settled records from the scan (spool_scan.h), reads their octets from
 * disk when they are given out, and removes the oldest segments that nobody
 * needs any more.
 */
#include "core/core.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include "mailgw/spool/spool.h"
#include "mailgw/spool/spool_frame.h"
#include "mailgw/spool/spool_scan.h"

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
		rc = scan_read(r, m->envelope.segment, m->envelope.offset, at,
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
		rc = scan_read(r, m->data[i].segment, m->data[i].offset,
		    at + len, m->data[i].len, &got, e);
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

enum rc
spool_next(struct spool_reader *r, TALLOC_CTX *mem, struct spool_message **out,
    struct err *e)
{
	char events[4096]
	    __attribute__((aligned(__alignof__(struct inotify_event))));
	struct record *m;
	bool gone;
	enum rc rc;

	m = scan_settled(r);
	if (m != NULL)
		return give(r, mem, m, out, e);
	while (read(r->inotify, events, sizeof(events)) > 0)
		;
	rc = scan_look(r, &gone, e);
	if (rc != RC_OK)
		return rc;
	rc = scan_on(r, gone, e);
	if (rc == RC_NOTFOUND) {
		scan_rest(r, gone);
		rc = RC_OK;
	}
	if (rc == RC_OK)
		rc = sweep(r, e);
	if (rc != RC_OK)
		return rc;
	m = scan_settled(r);
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
	scan_forget(r, m);
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
	r->window_size = SCAN_WINDOW_BYTES;
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
