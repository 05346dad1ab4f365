/*
 * journal_fuzz.c - any octets as a journal copy
 *
 * The report by itself, then the whole the way the parser's child takes it,
 * without libetpan, packed and unpacked as between the processes.
 */
#include "core/core.h"

#include "mailgw/message/decode.h"
#include "mailgw/message/journal.h"
#include "mailgw/reader/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* check - what an envelope promises */
static void
check(const struct message_envelope *env)
{
	size_t n;

	assert(env->from != NULL && env->rcpts != NULL);
	for (n = 0; env->rcpts[n] != NULL; n++)
		assert(strchr(env->rcpts[n], '@') != NULL);
	assert(n > 0 && n <= JOURNAL_MAX_RCPTS);
}

/* through - as it goes from the child to its parent */
static void
through(TALLOC_CTX *mem, const struct message *m)
{
	struct buf packed = { .mem = mem };
	struct message *out;
	struct err e;
	size_t i;

	frame_pack(m, &packed);
	assert(!packed.failed);
	if (frame_unpack(mem, buf_slice(&packed), &out, &e) != RC_OK)
		abort();
	assert((out->envelope == NULL) == (m->envelope == NULL));
	for (i = 0; m->envelope != NULL && m->envelope->rcpts[i] != NULL; i++)
		assert(out->envelope->rcpts[i] != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct slice in = { (const char *)data, size };
	struct message *m;
	struct journal j;
	struct err e;

	assert(mem != NULL);
	if (journal_read(mem, in, &j, &e) == RC_OK) {
		check(j.envelope);
		assert(j.message.len <= size);
	}
	if (message_read_journal(mem, in, true, &m, &e) == RC_OK)
		through(mem, m);
	talloc_free(mem);
	return 0;
}
