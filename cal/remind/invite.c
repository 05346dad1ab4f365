/*
 * invite.c - promises in their owners' own calendars (RFC 6047, iMIP)
 */
#include "core/core.h"

#include "cal/ical/ical.h"
#include "cal/remind/invite.h"
#include "cal/remind/letter.h"
#include "cal/remind/note.h"
#include "cal/remind/note_words.h"
#include "core/log/log.h"

#define DAY_S 86400

enum what { ASK, MOVE, CANCEL };

/* one letter to be written */
struct task {
	int64_t promise;
	char *attendee;
	enum what what;
};

struct work {
	const struct desk *desk;
	struct ledger *ledger;
	TALLOC_CTX *mem;
	struct ical *ical;
	int64_t at;
	struct task *tasks;
	size_t count;
	const struct task *now; /* the one that is done */
	int64_t letter;         /* its number */
};

static const char *
owner_of(const struct promise *p)
{
	return p->owner ? p->owner : p->author;
}

char *
invite_uid(TALLOC_CTX *mem, struct ledger *l, int64_t first)
{
	return talloc_asprintf(
	    mem, "invite-%" PRId64 "@%s", first, ledger_uuid(l));
}

/* is_in_hours - does anybody work there now? */
static bool
is_in_hours(const struct work *w, const struct promise *p)
{
	const struct calendar *c = w->desk->calendar;
	struct zone *z = NULL;
	struct civil now;
	struct err e;

	if (p->zone == NULL || zone_open(w->mem, p->zone, &z, &e) != RC_OK)
		z = NULL;
	now = zone_civil(z ? z : w->desk->zone, w->at);
	talloc_free(z);
	return calendar_is_working(c, now.day) &&
	       now.minute >= calendar_start_min(c) &&
	       now.minute <= calendar_end_min(c);
}

static enum rc
add(struct work *w, int64_t promise, const char *attendee, enum what what,
    struct err *e)
{
	w->tasks = talloc_realloc(w->mem, w->tasks, struct task, w->count + 1);
	if (w->tasks == NULL)
		return err_nomem(e);
	w->tasks[w->count++] =
	    (struct task){ promise, talloc_strdup(w->mem, attendee), what };
	return RC_OK;
}

/* look_ahead - ledger_each()'s visitor: who is to be asked */
static enum rc
look_ahead(const struct promise *p, void *arg, struct err *e)
{
	struct work *w = arg;
	const char *owner = owner_of(p);
	struct ledger_invite *v;
	bool is_dead;
	enum rc rc;

	if (!p->due.is_set ||
	    !settings_names(w->desk->settings->invite, owner) ||
	    !letter_is_address(owner) || !is_in_hours(w, p))
		return RC_OK;
	rc = ledger_invite_get(w->ledger, w->mem, p->id, owner, &v, e);
	if (rc != RC_NOTFOUND && (rc != RC_OK || v->is_active))
		return rc;
	rc = ledger_is_dead(w->ledger, owner,
	    w->at - (int64_t)DESK_DEAD_DAYS * DAY_S, &is_dead, e);
	return rc != RC_OK || is_dead ? rc : add(w, p->id, owner, ASK, e);
}

/* is_over - nothing of it stands any more? */
static bool
is_over(const struct work *w, const struct ledger_invite *v,
    const struct promise *p)
{
	return p->state != PROMISE_OPEN ||
	       strcasecmp(owner_of(p), v->attendee) != 0 ||
	       !settings_names(w->desk->settings->invite, v->attendee);
}

/* look_back - ledger_invite_each()'s visitor: what is to be said since */
static enum rc
look_back(const struct ledger_invite *v, void *arg, struct err *e)
{
	struct work *w = arg;
	struct promise *p;
	struct ticket t;
	int64_t start, end;
	enum rc rc;

	rc = ledger_get(w->ledger, w->mem, v->promise, &p, e);
	if (rc != RC_OK || !is_in_hours(w, p))
		return rc;
	if (is_over(w, v, p))
		return add(w, v->promise, v->attendee, CANCEL, e);
	if (!ical_span(w->ical, p, &start, &end) ||
	    (start == v->start_at && end == v->end_at))
		return RC_OK;
	/* answers would come too late for its address: begun anew */
	if (!ticket_parse(
		w->desk->settings->remind_from, slice_of(v->organizer), &t) ||
	    t.last_day < end / DAY_S)
		return add(w, v->promise, v->attendee, CANCEL, e);
	return add(w, v->promise, v->attendee, MOVE, e);
}

/* compose - the letter's octets */
static enum rc
compose(struct work *w, TALLOC_CTX *mem, const struct promise *p,
    const struct ledger_invite *v, const char *message_id, struct slice *out,
    struct err *e)
{
	bool is_cancelled = w->now->what == CANCEL;
	struct note_item item = { p, is_cancelled ? NOTE_GONE : NOTE_INVITED,
		false };
	struct note note = { is_cancelled ? NOTE_CANCEL : NOTE_INVITE, &item, 1,
		false };
	const char *lang = note_lang(&note);
	struct ical_invite invite = {
		.uid = invite_uid(mem, w->ledger, v->first),
		.sequence = v->sequence,
		.organizer = v->organizer,
		.organizer_name = note_words_of(lang)->sender,
		.attendee = v->attendee,
		.is_cancelled = is_cancelled,
		.at = w->at,
	};
	struct letter letter = {
		.from = v->organizer,
		.from_name = invite.organizer_name,
		.to = v->attendee,
		.message_id = message_id,
		.lang = lang,
		.automatic = "auto-generated",
		.at = w->at,
		.zone = w->desk->zone,
		.method = is_cancelled ? "CANCEL" : "REQUEST",
	};
	char *calendar, *subject, *text;
	enum rc rc;

	if (strcasecmp(v->attendee, p->author) == 0)
		letter.to_name = invite.attendee_name = p->author_name;
	rc = ical_invite(w->ical, mem, p, &invite, &calendar, e);
	if (rc == RC_OK)
		rc = note_write(mem, &note, &subject, &text, e);
	if (rc != RC_OK)
		return rc;
	letter.subject = subject;
	letter.text = text;
	letter.calendar = calendar;
	return letter_write(mem, &letter, out, e);
}

/* next_of - what the calendar is told now; *v as it was told last, or empty */
static enum rc
next_of(struct work *w, TALLOC_CTX *mem, const struct promise *p,
    struct ledger_invite *v, struct err *e)
{
	if (w->now->what == ASK) {
		v->promise = p->id;
		v->attendee = w->now->attendee;
		v->first = w->letter;
	}
	v->last = w->letter;
	v->is_active = w->now->what != CANCEL;
	if (v->is_active && !ical_span(w->ical, p, &v->start_at, &v->end_at))
		return err_set(e, RC_NOTFOUND, "it has no date");
	if (w->now->what == ASK)
		v->organizer = ticket_address(mem,
		    w->desk->settings->remind_from, w->desk->key, v->first,
		    v->attendee, v->end_at > w->at ? v->end_at : w->at);
	return v->organizer ? RC_OK : err_nomem(e);
}

/* post_one - ledger_together()'s part: one letter */
static enum rc
post_one(struct ledger *l, void *arg, struct err *e)
{
	struct work *w = arg;
	TALLOC_CTX *mem = talloc_new(w->mem);
	char *message_id = desk_message_id(w->desk, mem);
	struct ledger_invite *v = NULL;
	struct promise *p;
	struct slice bytes;
	enum rc rc;

	rc = ledger_get(l, mem, w->now->promise, &p, e);
	if (rc == RC_OK)
		rc = ledger_invite_get(l, mem, p->id, w->now->attendee, &v, e);
	if (rc == RC_OK) {
		v->sequence++;
		rc = ledger_post_supersede(l, v->last, w->at, e);
	} else if (rc == RC_NOTFOUND && w->now->what == ASK) {
		v = talloc_zero(mem, struct ledger_invite);
		rc = v ? RC_OK : err_nomem(e);
	}
	if (rc == RC_OK)
		rc = ledger_post(l, "invite", w->now->attendee, message_id,
		    w->at, &w->letter, e);
	if (rc == RC_OK)
		rc = next_of(w, mem, p, v, e);
	if (rc == RC_OK)
		rc = ledger_said(l, p->id, "invite", w->letter, w->letter, e);
	if (rc == RC_OK)
		rc = compose(w, mem, p, v, message_id, &bytes, e);
	if (rc == RC_OK)
		rc = ledger_post_write(l, w->letter, bytes, e);
	if (rc == RC_OK)
		rc = ledger_invite_put(l, v, e);
	talloc_free(mem);
	return rc;
}

/* post_all - one that cannot be written stops nothing else */
static enum rc
post_all(struct work *w, size_t *posted, struct err *e)
{
	enum rc rc;
	size_t i;

	for (i = 0; i < w->count; i++) {
		w->now = &w->tasks[i];
		rc = ledger_together(w->ledger, post_one, w, e);
		if (rc == RC_BADINPUT || rc == RC_NOTFOUND) {
			log_event(EV_REMIND_UNINVITED,
			    LOG_NUMBER("id", w->now->promise),
			    LOG_TEXT("reason", e->text));
			continue;
		}
		if (rc != RC_OK)
			return rc;
		(*posted)++;
		log_event(EV_REMIND_POSTED, LOG_NUMBER("letter", w->letter),
		    LOG_TEXT("kind", "invite"), LOG_NUMBER("promises", 1));
	}
	return RC_OK;
}

enum rc
invite_decide(const struct desk *d, struct ledger *l, int64_t at,
    size_t *posted, struct err *e)
{
	struct ledger_query ahead = { .states = 1u << PROMISE_OPEN,
		.due_from = at };
	struct work w = { .desk = d, .ledger = l, .at = at };
	enum rc rc;

	w.mem = talloc_new(NULL);
	if (w.mem == NULL)
		return err_nomem(e);
	rc = ical_new(
	    w.mem, d->calendar, ledger_uuid(l), zone_name(d->zone), &w.ical, e);
	if (rc == RC_OK)
		rc = ledger_invite_each(l, look_back, &w, e);
	if (rc == RC_OK && *d->settings->invite != NULL)
		rc = ledger_each(l, &ahead, look_ahead, &w, e);
	if (rc == RC_OK)
		rc = post_all(&w, posted, e);
	talloc_free(w.mem);
	return rc;
}
