/*
 * ways_fuzz.c - any octets as what comes by the other ways in
 *
 * The first octet chooses: an mbox, a client of the journal, a server of the
 * milter; in how many pieces; and when the spool fails. An mbox gives the same
 * messages whatever the pieces. A protocol keeps to what intake.h asks, and
 * gives no octet to the spool that did not come.
 */
#include "core/core.h"

#include "core/log/log.h"
#include "mailgw/sources/journal.h"
#include "mailgw/sources/mbox.h"
#include "mailgw/sources/milter.h"

#define MBOX_BYTES 2000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* --- mbox */

/* sum - of all messages of an mbox that comes in pieces */
static uint32_t
sum(struct slice in, size_t piece)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct mbox *b = mbox_new(mem, MBOX_BYTES);
	uint32_t total = 1;
	struct mbox_message m;
	size_t n, room, i;
	char *to;
	enum rc rc;

	assert(b != NULL);
	while ((rc = mbox_next(b, &m)) != RC_NOTFOUND) {
		if (rc != RC_RETRY) {
			assert(m.bytes.len <= m.size_bytes);
			assert(rc == RC_OK || rc == RC_TOOBIG);
			total = total * 31 + (uint32_t)rc;
			/* of what is too big the head may be cut otherwise */
			for (i = 0; rc == RC_OK && i < m.bytes.len; i++)
				total = total * 31 + (uint8_t)m.bytes.at[i];
			continue;
		}
		n = in.len < piece ? in.len : piece;
		to = mbox_room(b, &room);
		assert(to != NULL && room >= n);
		if (n > 0)
			memcpy(to, in.at, n);
		mbox_put(b, n);
		in.at += n;
		in.len -= n;
	}
	talloc_free(mem);
	return total;
}

/* --- protocols */

struct fake {
	struct intake intake; /* first */
	unsigned calls, fails_at;
	bool has_message, is_ended;
	size_t given, most;
};

/* fails - the call that was chosen, once */
static bool
fails(struct fake *f)
{
	return ++f->calls == f->fails_at;
}

static enum rc
begin(struct intake *i, const struct spool_envelope *env, struct err *e)
{
	struct fake *f = (struct fake *)i;

	assert(!f->has_message && env->mail_from && env->rcpts && env->client);
	if (fails(f))
		return err_set(e, RC_RETRY, "no room");
	f->has_message = true;
	f->is_ended = false;
	return RC_OK;
}

static enum rc
take_data(struct intake *i, struct slice bytes, struct err *e)
{
	struct fake *f = (struct fake *)i;

	assert(f->has_message && !f->is_ended);
	f->given += bytes.len;
	assert(f->given <= f->most);
	return fails(f) ? err_set(e, RC_INTERNAL, "broken") : RC_OK;
}

static enum rc
end(struct intake *i, struct err *e)
{
	struct fake *f = (struct fake *)i;

	assert(f->has_message && !f->is_ended);
	if (fails(f))
		return err_set(e, RC_INTERNAL, "broken");
	f->is_ended = true;
	return RC_OK;
}

static void
keep(struct intake *i)
{
	struct fake *f = (struct fake *)i;

	assert(f->has_message && f->is_ended);
	f->has_message = f->is_ended = false;
}

static void
drop(struct intake *i)
{
	struct fake *f = (struct fake *)i;

	assert(f->has_message);
	f->has_message = f->is_ended = false;
}

static void
play(const struct intake_protocol *p, struct slice in, size_t piece,
    unsigned fails_at)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct settings settings = { .max_message_bytes = 3000 };
	struct fake f = { .fails_at = fails_at, .most = 3 * in.len + 10000 };
	struct err e = { RC_INTERNAL, "not synced" };
	void *session;
	size_t n;

	f.intake = (struct intake){ .settings = &settings,
		.hostname = "h.example",
		.client = "192.0.2.1",
		.in = evbuffer_new(),
		.out = evbuffer_new(),
		.begin = begin,
		.data = take_data,
		.end = end,
		.keep = keep,
		.drop = drop };
	session = p->open(mem, &f.intake);
	assert(session && f.intake.in && f.intake.out);
	while (in.len > 0 && !f.intake.is_over) {
		n = in.len < piece ? in.len : piece;
		(void)evbuffer_add(f.intake.in, in.at, n);
		in.at += n;
		in.len -= n;
		p->take(session);
		while (f.is_ended && f.has_message) {
			p->done(session, fails(&f) ? RC_INTERNAL : RC_OK, &e);
			if (!f.intake.is_over)
				p->take(session);
		}
		(void)evbuffer_drain(
		    f.intake.out, evbuffer_get_length(f.intake.out));
	}
	if (!f.intake.is_over)
		p->drain(session);
	evbuffer_free(f.intake.in);
	evbuffer_free(f.intake.out);
	talloc_free(mem);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = { (const char *)data + 1, size - 1 };
	unsigned choice;
	size_t piece;

	if (size < 2)
		return 0;
	log_threshold(LOG_P_ERR - 1);
	choice = data[0] % 3;
	piece = data[0] & 64 ? 1 + (size_t)data[0] / 3 % 5 : SIZE_MAX;
	if (choice == 0)
		assert(sum(in, 1) == sum(in, SIZE_MAX) &&
		       sum(in, 7) == sum(in, 1));
	else
		play(choice == 1 ? &journal_protocol : &milter_protocol, in,
		    piece, data[0] / 3 % 8);
	return 0;
}
