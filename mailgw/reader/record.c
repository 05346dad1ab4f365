/*
 * record.c - what was understood of a message, into the ledger
 */
#include "core/core.h"

#include <glib.h>

#include "mailgw/reader/record.h"

#define DAY_S 86400

static void
digest_of(const char *words, uint8_t out[32])
{
	GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
	gsize n = 32;

	g_checksum_update(sum, (const guchar *)words, -1);
	g_checksum_get_digest(sum, out, &n);
	g_checksum_free(sum);
}

/* is_past - would it be late, or forgotten, the moment it is recorded? */
static bool
is_past(
    const struct promise *p, const struct zone *z, int64_t sent_at, int64_t now)
{
	if (p->due.is_set)
		return promise_due_at(p->due, z) < now;
	return sent_at + (int64_t)RECORD_UNDATED_DAYS * DAY_S < now;
}

/* settle - those that are past count as kept; how many */
static enum rc
settle(struct understood *o, int64_t now, size_t *past, struct err *e)
{
	struct zone *z;
	size_t i;
	enum rc rc;

	rc = zone_open(o, o->zone, &z, e);
	for (i = 0; rc == RC_OK && i < o->read->count; i++)
		if (is_past(&o->read->promises[i], z, o->sent_at, now)) {
			o->read->promises[i].state = PROMISE_KEPT;
			(*past)++;
		}
	return rc;
}

enum rc
record_message(struct ledger *l, const struct message *m, struct understood *o,
    const struct record_how *how, struct record_count *out, struct err *e)
{
	struct ledger_mail mail = {
		.message_id = m->message_id,
		.author = o->author,
		.author_name = o->author_name,
		.customers = o->customers,
		.thread = m->thread,
		.zone = o->zone,
		.sent_at = o->sent_at,
		.recorded_at = how->at,
		.is_uncertain = how->is_uncertain,
		.settled_note = "past when it was added",
	};
	enum rc rc = RC_OK;

	*out = (struct record_count){ 0 };
	if (o->why != UNDERSTAND_READ)
		return RC_OK;
	if (how->is_past_kept && o->read->count > 0)
		rc = settle(o, how->at, &out->past, e);
	if (rc != RC_OK)
		return rc;
	if (l == NULL) {
		out->recorded = o->read->count;
		return RC_OK;
	}
	digest_of(m->words, mail.digest);
	rc = ledger_record(
	    l, &mail, o->read->promises, o->read->count, &out->recorded, e);
	if (rc != RC_OK || out->recorded == 0)
		out->past = 0;
	return rc;
}
