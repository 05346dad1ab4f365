/*
 * spool.h - messages accepted, not yet read: append-only segments, one writer
 *
 * Each program that takes mail has a spool of its own, a folder below home;
 * the reader empties them all.
 *
 * The gateway appends, the reader takes. A message is a run of frames, each
 * with its length and CRC: ENVELOPE, DATA…, END, then OUTCOME; frames of
 * several sessions interleave. END is made durable (group fdatasync) before
 * the final dot goes to the next hop; OUTCOME says what the next hop answered.
 * A message with END and no OUTCOME, whose writer is gone, was perhaps sent:
 * it is read and marked uncertain. A torn tail is cut at the last whole frame.
 *
 * Files: NNNNNNNNNNNN.seg in order; the writer holds a lock on the file
 * lock, so that a second writer is refused and the reader can tell
 * a live writer from a dead one. A segment is removed by the reader once it is
 * closed, everything in it was committed to the ledger or put to unread/, and
 * no earlier one is left. Each run of a writer begins a segment of its own.
 *
 * Errors: RC_RETRY where the disk is full, RC_INTERNAL for any other fault.
 */
#ifndef MAILGW_SPOOL_SPOOL_H
#define MAILGW_SPOOL_SPOOL_H

#include "core/core.h"

struct spool_writer;
struct spool_reader;

/* the programs that write, and their folders below home */
enum spool_way { SPOOL_GATEWAY, SPOOL_JOURNAL, SPOOL_MILTER, SPOOL_IMAP };
#define SPOOL_WAYS 4
static const char *const spool_folders[SPOOL_WAYS] = { "spool", "spool/journal",
	"spool/milter", "spool/imap" };

/* the client of a message that was sent before its folder was first watched */
#define SPOOL_OLD_MAIL "before"

/* octets of the addresses of one envelope, together; more is RC_TOOBIG */
#define SPOOL_ENVELOPE_MAX (1U << 20)

struct spool_envelope {
	int64_t received_at;      /* UTC seconds */
	const char *client;       /* address of the SMTP client */
	const char *mail_from;    /* "" for the null sender */
	const char *const *rcpts; /* accepted by the next hop; ends with
					   NULL */
};

enum spool_outcome { SPOOL_ACCEPTED, SPOOL_REFUSED, SPOOL_UNKNOWN };

/* --- writing (gateway); never blocks but in write(2) and the commit thread */

/*
 * spool_writer_open - take the lock and begin a segment
 *
 * dir            made (mode 0700) where it is missing
 * segment_bytes  a segment is closed by the first message that begins
 *                beyond this size
 *
 * RC_OK, RC_BADINPUT another writer holds the lock, RC_RETRY, RC_INTERNAL.
 * The writer ends with talloc_free(): callbacks not yet made are dropped.
 */
enum rc spool_writer_open(TALLOC_CTX *mem, const char *dir,
    size_t segment_bytes, struct spool_writer **out, struct err *e) must_check;

/*
 * spool_begin - a message begins; env is copied
 *
 * *id is unique for ever in this spool and never 0. Every message begun is
 * given to spool_outcome() once; nothing is on disk before the first few
 * kilobytes of data, so a message dropped early leaves no trace.
 */
enum rc spool_begin(struct spool_writer *w, const struct spool_envelope *env,
    uint64_t *id, struct err *e) must_check;

/* spool_data - the next octets, dot-unstuffed; copied or written at once */
enum rc spool_data(struct spool_writer *w, uint64_t id, struct slice bytes,
    struct err *e) must_check;

/*
 * spool_end - the message is whole: done(arg, rc) is called from
 * spool_poll() once it is on disk, or could not be put there. Not called
 * where spool_end() itself fails, nor after spool_outcome().
 */
typedef void (*spool_done_fn)(void *arg, enum rc rc, const struct err *e);
enum rc spool_end(struct spool_writer *w, uint64_t id, spool_done_fn done,
    void *arg, struct err *e) must_check;

/*
 * spool_outcome - the next hop answered, or was lost before it did
 * (SPOOL_UNKNOWN), or the transaction was dropped (SPOOL_REFUSED); the id is gone afterwards, whatever is returned. An
 * outcome that cannot be written now is written with the next frame that can.
 */
enum rc spool_outcome(struct spool_writer *w, uint64_t id,
    enum spool_outcome outcome, struct err *e) must_check;

/* readable when spool_poll() has callbacks to make (an eventfd) */
int spool_fd(const struct spool_writer *w);
void spool_poll(struct spool_writer *w);

/* --- reading */

struct spool_message {
	uint64_t id;
	struct spool_envelope envelope;
	enum spool_outcome outcome; /* ACCEPTED or UNKNOWN; refused ones
					   are passed over */
	struct slice bytes;         /* as DATA carried it, dot-unstuffed */
	bool is_damaged;            /* the disk lost some of it: bytes is
					   what is left */
};

/*
 * spool_reader_open - read the spool in dir, made where it is missing
 *
 * One reader at a time; a new one sees everything again that was not done.
 * It ends with talloc_free().
 */
enum rc spool_reader_open(TALLOC_CTX *mem, const char *dir,
    struct spool_reader **out, struct err *e) must_check;

/*
 * spool_next - the next message that is settled, in the order they settle
 *
 * *out is owned by mem, its bytes included. Each is given once by one reader.
 * RC_OK; RC_NOTFOUND none now; RC_INTERNAL a fault of the disk: try later.
 */
enum rc spool_next(struct spool_reader *r, TALLOC_CTX *mem,
    struct spool_message **out, struct err *e) must_check;

/* spool_done - the message is in the ledger or in unread/; its segment may go */
enum rc spool_done(
    struct spool_reader *r, uint64_t id, struct err *e) must_check;

/* readable (inotify) when spool_next() may have something */
int spool_reader_fd(const struct spool_reader *r);

#endif
