/*
 * outbox.c - sends what stands in the ledger's outbox
 */
#include "core/core.h"

#include <poll.h>

#include "cal/remind/outbox.h"
#include "cal/remind/post.h"
#include "core/log/log.h"

#define DAY_S      86400
#define MARK_TRIES 12 /* each waits LEDGER_BUSY_MS */

struct batch {
	TALLOC_CTX *mem;
	struct ledger_letter *letters;
	size_t count;
};

/* take - ledger_post_each()'s visitor: no statement stays open while we talk
 * to the next hop */
static enum rc
take(const struct ledger_letter *t, void *arg, struct err *e)
{
	struct batch *b = arg;
	struct ledger_letter *copy;

	b->letters = talloc_realloc(
	    b->mem, b->letters, struct ledger_letter, b->count + 1);
	if (b->letters == NULL)
		return err_nomem(e);
	copy = &b->letters[b->count++];
	*copy = *t;
	copy->kind = talloc_strdup(b->mem, t->kind);
	copy->recipient = talloc_strdup(b->mem, t->recipient);
	copy->bytes.at = talloc_memdup(b->mem, t->bytes.at, t->bytes.len);
	if (copy->kind == NULL || copy->recipient == NULL ||
	    copy->bytes.at == NULL)
		return err_nomem(e);
	return RC_OK;
}

/* is_for_others - may the team hear of it instead? */
static bool
is_for_others(const struct desk *d, const struct ledger_letter *t)
{
	const char *team = settings_manager(d->settings, t->recipient);

	return *team != '\0' && strcasecmp(team, t->recipient) != 0 &&
	       strcmp(t->kind, "answer") != 0 && strcmp(t->kind, "invite") != 0;
}

/* code_of - of a reply its numbers alone: the rest may name people */
static const char *
code_of(const struct err *why, char out[24])
{
	size_t n = strspn(why->text, "0123456789. ");

	if (n < 3)
		return why->text;
	(void)snprintf(out, 24, "%.*s", n < 20 ? (int)n : 20, why->text);
	return out;
}

/* refused - tried again, or given up */
static enum rc
refused(const struct desk *d, struct ledger *l, const struct ledger_letter *t,
    int64_t at, const struct err *why, struct err *e)
{
	int64_t wait = post_again_s(t->tries);
	char code[24];

	if (why->rc == RC_BADINPUT ||
	    at + wait > t->posted_at + (int64_t)OUTBOX_PATIENCE_DAYS * DAY_S) {
		log_event(EV_REMIND_GIVEN_UP, LOG_NUMBER("letter", t->id),
		    LOG_NUMBER("tries", t->tries + 1),
		    LOG_TEXT("reason", code_of(why, code)));
		return ledger_post_give_up(
		    l, t->id, at, why->text, is_for_others(d, t), e);
	}
	log_event(EV_REMIND_RETRY, LOG_NUMBER("letter", t->id),
	    LOG_NUMBER("tries", t->tries + 1), LOG_NUMBER("wait_s", wait),
	    LOG_TEXT("reason", code_of(why, code)));
	return ledger_post_failed(l, t->id, at + wait, why->text, e);
}

/* mark_sent - with more patience than elsewhere: it is said, and must not be
 * said again */
static enum rc
mark_sent(struct ledger *l, int64_t id, int64_t at, struct err *e)
{
	enum rc rc = RC_RETRY;
	int tries;

	for (tries = 0; rc == RC_RETRY && tries < MARK_TRIES; tries++)
		rc = ledger_post_sent(l, id, at, e);
	return rc;
}

/* send_one - and mark what became of it */
static enum rc
send_one(const struct desk *d, struct ledger *l, const struct ledger_letter *t,
    const struct post_way *way, int64_t at, int stop, struct err *e)
{
	/* an answer to an answer must not come back (RFC 3834) */
	const char *sender =
	    strcmp(t->kind, "answer") == 0 ? "" : d->settings->remind_from;
	struct err why;
	enum rc rc;

	rc = post_send(way, sender, t->recipient, t->bytes, stop, &why);
	if (rc != RC_OK)
		return refused(d, l, t, at, &why, e);
	rc = mark_sent(l, t->id, at, e);
	if (rc == RC_OK)
		log_event(EV_REMIND_SENT, LOG_NUMBER("letter", t->id),
		    LOG_TEXT("kind", t->kind),
		    LOG_NUMBER("tries", t->tries + 1));
	return rc;
}

/* is_ending - did a signal come? */
static bool
is_ending(int stop)
{
	struct pollfd fd = { .fd = stop, .events = POLLIN };

	return stop >= 0 && poll(&fd, 1, 0) > 0;
}

enum rc
outbox_send(
    const struct desk *d, struct ledger *l, int64_t at, int stop, struct err *e)
{
	struct batch b = { .mem = talloc_new(NULL) };
	enum rc rc, ready = RC_OK;
	struct post_way way;
	struct err why;
	size_t i;

	if (b.mem == NULL)
		return err_nomem(e);
	rc = ledger_post_each(l, at + 1, take, &b, e);
	if (rc == RC_OK && b.count > 0)
		ready = post_way(b.mem, d->settings, d->hostname, &way, &why);
	for (i = 0; rc == RC_OK && i < b.count && !is_ending(stop); i++)
		rc = ready == RC_OK
			 ? send_one(d, l, &b.letters[i], &way, at, stop, e)
			 : refused(d, l, &b.letters[i], at, &why, e);
	talloc_free(b.mem);
	return rc;
}
