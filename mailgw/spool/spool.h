/*
 * spool.h - messages accepted, not yet read: append-only segments, one writer
 *
 * The gateway appends, the reader takes. A message is a run of frames, each
 * with its length and CRC-32C: ENVELOPE, DATA…, END, then OUTCOME; frames of
 * several sessions interleave. END is made durable (group fdatasync) before
 * the final dot goes to the next hop; OUTCOME says what the next hop answered.
 * A message with END and no OUTCOME, whose writer is gone, was perhaps sent:
 * it is read and marked uncertain. A torn tail is cut at the last whole frame.
 *
 * Files: home/spool/NNNNNNNNNNNN.seg in order; the writer holds a lock on
 * home/spool/lock, so that a second writer is refused and the reader can tell
 * a live writer from a dead one. A segment is removed by the reader once it is
 * closed and everything in it was committed to the ledger or put to unread/.
 */
#ifndef MAILGW_SPOOL_SPOOL_H
#define MAILGW_SPOOL_SPOOL_H

#include "core/core.h"

struct spool_writer;
struct spool_reader;

struct spool_envelope {
	int64_t received_at;		/* UTC seconds */
	const char *client;		/* address of the SMTP client */
	const char *mail_from;		/* "" for the null sender */
	const char *const *rcpts;	/* accepted by the next hop; ends with NULL */
};

enum spool_outcome { SPOOL_ACCEPTED, SPOOL_REFUSED, SPOOL_UNKNOWN };

/* --- writing (gateway); never blocks but in write(2) and the commit thread */
enum rc spool_writer_open(TALLOC_CTX *mem, const char *dir,
    size_t segment_bytes, struct spool_writer **out, struct err *e) must_check;
/* begins a message; *id is unique for ever in this spool */
enum rc spool_begin(struct spool_writer *w, const struct spool_envelope *env,
    uint64_t *id, struct err *e) must_check;
enum rc spool_data(struct spool_writer *w, uint64_t id, struct slice bytes,
    struct err *e) must_check;
/*
 * spool_end - the message is whole: done(arg, rc) is called from
 * spool_poll() once it is on disk, or could not be put there
 */
typedef void (*spool_done_fn)(void *arg, enum rc rc, const struct err *e);
enum rc spool_end(struct spool_writer *w, uint64_t id, spool_done_fn done,
    void *arg, struct err *e) must_check;
/* the next hop answered, or the transaction was dropped (SPOOL_REFUSED) */
enum rc spool_outcome(struct spool_writer *w, uint64_t id,
    enum spool_outcome outcome, struct err *e) must_check;
/* readable when spool_poll() has callbacks to make (an eventfd) */
int spool_fd(const struct spool_writer *w);
void spool_poll(struct spool_writer *w);

/* --- reading */
struct spool_message {
	uint64_t id;
	struct spool_envelope envelope;
	enum spool_outcome outcome;	/* ACCEPTED or UNKNOWN; refused ones
					   are passed over */
	struct slice bytes;		/* as DATA carried it, dot-unstuffed */
};
enum rc spool_reader_open(TALLOC_CTX *mem, const char *dir,
    struct spool_reader **out, struct err *e) must_check;
/* the next message that is settled; RC_NOTFOUND: none now */
enum rc spool_next(struct spool_reader *r, TALLOC_CTX *mem,
    struct spool_message **out, struct err *e) must_check;
/* the message is in the ledger or in unread/; its segment may go */
enum rc spool_done(struct spool_reader *r, uint64_t id,
    struct err *e) must_check;
/* readable (inotify) when spool_next() may have something */
int spool_reader_fd(const struct spool_reader *r);

#endif
