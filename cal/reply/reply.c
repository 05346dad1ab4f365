/*
 * reply.c - an answer to a reminder becomes a move in the ledger
 */
#include "core/core.h"

#include "cal/ical/clean.h"
#include "cal/ical/words.h"
#include "cal/remind/letter.h"
#include "cal/remind/note_words.h"
#include "cal/remind/invite.h"
#include "cal/reply/date.h"
#include "cal/reply/itip.h"
#include "cal/reply/reply.h"
#include "cal/reply/words.h"
#include "core/log/log.h"

#define LINES_MAX      200
#define SENTENCE_MAX_  300
#define CLOCKS_APART_S 86400 /* that much another's may be ahead of ours */

/* the formats stand in the table below alone */
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

#define NBSP "\xc2\xa0"

static const struct said {
	const char *subject, *one, *which, *unclear, *not_possible, *no_date;
	const char *not_ours, *no_such, *declined;
	const char *done[REPLY_UNCLEAR]; /* by act; the number, the sentence */
} texts[] = {
	{
	    .subject = "Noted",
	    .which =
		"Which one? Answer with its number, such as: %" PRId64 " done",
	    .unclear = "This was not understood, and nothing was done about "
		       "it: %s",
	    .one = "Answer with: done, moved to Friday, cancelled, not a "
		   "promise, or to paul@…",
	    .not_possible = "No. %" PRId64 ": nothing to do, it is %s.",
	    .no_date = "No. %" PRId64 ": moved to which date? Nothing was "
		       "changed.",
	    .not_ours = "No. %" PRId64 ": '%s' is not one of us, nothing was "
			"changed.",
	    .no_such = "No. %" PRId64 " was not in that mail, nothing was "
		       "changed.",
	    .declined = "No. %" PRId64 ": your calendar declined by itself. If "
			"it is not a promise, answer: not a promise. Nothing "
			"was changed.",
	    .done = { [REPLY_KEPT] = "No. %" PRId64 ": kept. %s",
		[REPLY_MOVED] = "No. %" PRId64 ": moved to %s. %s",
		[REPLY_WITHDRAWN] = "No. %" PRId64 ": withdrawn. %s",
		[REPLY_NOT] = "No. %" PRId64 ": not a promise. %s",
		[REPLY_CONFIRMED] = "No. %" PRId64 ": confirmed. %s",
		[REPLY_HAND] = "No. %" PRId64 ": handed over to %s. %s" },
	},
	{
	    .subject = "C’est noté",
	    .which =
		"Laquelle" NBSP "? Répondez avec son numéro, par exemple" NBSP
		": %" PRId64 " fait",
	    .unclear =
		"Ceci n’a pas été compris, et rien n’a été fait" NBSP ": %s",
	    .one = "Répondez par" NBSP ": fait, reporté au 3 décembre, annulé, "
		   "pas une promesse, ou à paul@…",
	    .not_possible = "N°" NBSP "%" PRId64 NBSP ": rien à faire, elle "
			    "est %s.",
	    .no_date = "N°" NBSP "%" PRId64 NBSP ": reportée à quelle date" NBSP
		       "? Rien n’a été changé.",
	    .not_ours = "N°" NBSP "%" PRId64 NBSP ": « %s » n’est pas des "
			"nôtres, rien n’a été changé.",
	    .no_such = "Le n°" NBSP "%" PRId64 " n’était pas dans ce courriel, "
		       "rien n’a été changé.",
	    .declined = "N°" NBSP "%" PRId64 NBSP ": votre agenda a refusé de "
			"lui-même. Si ce n’est pas une promesse, répondez" NBSP
			": pas une promesse. Rien n’a été changé.",
	    .done = { [REPLY_KEPT] = "N°" NBSP "%" PRId64 NBSP ": tenue. %s",
		[REPLY_MOVED] =
		    "N°" NBSP "%" PRId64 NBSP ": reportée au %s. %s",
		[REPLY_WITHDRAWN] = "N°" NBSP "%" PRId64 NBSP ": annulée. %s",
		[REPLY_NOT] =
		    "N°" NBSP "%" PRId64 NBSP ": pas une promesse. %s",
		[REPLY_CONFIRMED] = "N°" NBSP "%" PRId64 NBSP ": confirmée. %s",
		[REPLY_HAND] = "N°" NBSP "%" PRId64 NBSP ": confiée à %s. %s" },
	},
};

static const char *const states[2][4] = {
	{ "open", "kept", "withdrawn", "not a promise" },
	{ "ouverte", "tenue", "annulée", "pas une promesse" },
};

struct work {
	const struct desk *desk;
	struct ledger *ledger;
	TALLOC_CTX *mem;
	const struct ledger_answer *answer;
	struct ledger_letter *letter; /* what is answered */
	int64_t *promises;            /* that it speaks of; ends with 0 */
	int64_t at;
	const struct reply_langs *langs;
	const char *lang;
	int fr;
	char *report;
	const char *outcome; /* for the log, once it is in the ledger */
	size_t done, asked;
};

/* say - one more line of the report */
static void
say(struct work *w, const char *line)
{
	w->report = talloc_asprintf_append(w->report, "%s\n", line ? line : "");
	w->asked++;
}

/* is_one_of_us - may a promise be given to this address? */
static bool
is_one_of_us(const struct work *w, const char *address)
{
	char *const *own = w->desk->settings->own_domains;
	const char *domain = strrchr(address, '@');
	const char *home = strrchr(w->letter->recipient, '@');

	if (!letter_is_address(address) || domain == NULL)
		return false;
	if (own == NULL || *own == NULL)
		return home != NULL && strcasecmp(domain, home) == 0;
	for (; *own != NULL; own++)
		if (strcasecmp(domain + 1, *own) == 0)
			return true;
	return false;
}

/* change - the move itself; RC_BADINPUT: not possible from its state */
static enum rc
change(struct work *w, const struct promise *p, const struct reply_line *line,
    struct civil due, struct err *e)
{
	static const enum promise_move moves[REPLY_UNCLEAR] = {
		[REPLY_KEPT] = MOVE_KEPT,
		[REPLY_MOVED] = MOVE_MOVED,
		[REPLY_WITHDRAWN] = MOVE_WITHDRAWN,
		[REPLY_NOT] = MOVE_NOT,
		[REPLY_CONFIRMED] = MOVE_CONFIRMED,
	};
	enum rc rc;

	if (line->act != REPLY_HAND)
		return ledger_move(w->ledger, p->id, moves[line->act], due,
		    w->at, w->letter->recipient, "mail", e);
	rc = ledger_hand(
	    w->ledger, p->id, line->rest, w->at, w->letter->recipient, e);
	return rc == RC_OK ? desk_hand(w->desk, w->ledger, p->id, w->at, e)
			   : rc;
}

/* act - what a line asks for, on one promise */
static enum rc
act(struct work *w, int64_t id, const struct reply_line *line, struct err *e)
{
	const struct said *t = &texts[w->fr];
	const char *sentence, *what = NULL;
	struct civil due = { .minute = CIVIL_NO_MINUTE };
	struct promise *p;
	enum rc rc;

	rc = ledger_get(w->ledger, w->mem, id, &p, e);
	if (rc != RC_OK)
		return rc;
	if (line->act == REPLY_HAND && !is_one_of_us(w, line->rest)) {
		say(w, talloc_asprintf(w->mem, t->not_ours, id,
			   clean_text(w->mem, line->rest, 254)));
		return RC_OK;
	}
	if (line->act == REPLY_MOVED) {
		rc = reply_date(
		    w->desk, p, line->rest, w->answer->sent_at, &due, e);
		if (rc == RC_BADINPUT) {
			say(w, talloc_asprintf(w->mem, t->no_date, id));
			return RC_OK;
		}
		if (rc != RC_OK)
			return rc;
		what = words_date(w->mem, words_of(w->lang), due);
	}
	if (line->act == REPLY_HAND)
		what = line->rest;
	rc = change(w, p, line, due, e);
	if (rc == RC_BADINPUT) {
		say(w, talloc_asprintf(w->mem, t->not_possible, id,
			   states[w->fr][p->state]));
		return RC_OK;
	}
	if (rc != RC_OK)
		return rc;
	w->done++;
	sentence = clean_text(w->mem, p->text, SENTENCE_MAX_);
	say(w, what
		   ? talloc_asprintf(
			 w->mem, t->done[line->act], id, what, sentence)
		   : talloc_asprintf(w->mem, t->done[line->act], id, sentence));
	return RC_OK;
}

/* obey - one line that was understood */
static enum rc
obey(struct work *w, const struct reply_line *line, struct err *e)
{
	const struct said *t = &texts[w->fr];
	enum rc rc = RC_OK;
	size_t i;

	if (line->number != 0) {
		for (i = 0; w->promises[i] != 0; i++)
			if (w->promises[i] == line->number)
				return act(w, line->number, line, e);
		say(w, talloc_asprintf(w->mem, t->no_such, line->number));
		return RC_OK;
	}
	if (w->promises[0] != 0 && w->promises[1] != 0 && !line->is_all) {
		say(w, talloc_asprintf(w->mem, t->which, w->promises[0]));
		return RC_OK;
	}
	for (i = 0; rc == RC_OK && w->promises[i] != 0; i++)
		rc = act(w, w->promises[i], line, e);
	return rc;
}

/* read_answer - line by line; what follows an order that was understood and
 * is none itself is small talk */
static enum rc
read_answer(struct work *w, struct err *e)
{
	const char *at = w->answer->words ? w->answer->words : "";
	char *unclear = NULL;
	struct reply_line line;
	enum rc rc = RC_OK;
	size_t len, lines;

	for (lines = 0; *at != '\0' && lines < LINES_MAX && rc == RC_OK;
	     lines++) {
		len = strcspn(at, "\r\n");
		rc = reply_line(
		    w->mem, w->langs, (struct slice){ at, len }, &line, e);
		if (rc != RC_OK)
			break;
		if (line.act == REPLY_UNCLEAR && unclear == NULL)
			unclear = talloc_strndup(w->mem, at, len);
		else if (line.act != REPLY_NONE && line.act != REPLY_UNCLEAR)
			rc = obey(w, &line, e);
		at += len;
		at += strspn(at, "\r\n");
	}
	if (rc == RC_OK && w->asked == 0) {
		if (unclear != NULL)
			say(w, talloc_asprintf(w->mem, texts[w->fr].unclear,
				   clean_text(w->mem, unclear, 200)));
		say(w, texts[w->fr].one);
	}
	return rc;
}

/* has_order - do its words ask for anything? */
static enum rc
has_order(struct work *w, bool *out, struct err *e)
{
	const char *at = w->answer->words ? w->answer->words : "";
	struct reply_line line;
	enum rc rc = RC_OK;
	size_t len, lines;

	*out = false;
	for (lines = 0; *at != '\0' && lines < LINES_MAX && rc == RC_OK;
	     lines++) {
		len = strcspn(at, "\r\n");
		rc = reply_line(
		    w->mem, w->langs, (struct slice){ at, len }, &line, e);
		*out |= rc == RC_OK && line.act != REPLY_NONE &&
			line.act != REPLY_UNCLEAR;
		at += len;
		at += strspn(at, "\r\n");
	}
	return rc;
}

/* is_awaited - is this an answer to an invitation that still stands? */
static bool
is_awaited(
    struct work *w, const struct itip *answer, const struct ledger_invite *v)
{
	char *uid = invite_uid(w->mem, w->ledger, v->first);

	return uid != NULL && strcmp(answer->uid, uid) == 0 && v->is_active &&
	       answer->sequence >= 0 && answer->sequence <= v->sequence &&
	       answer->stamp_at > 0 &&
	       answer->stamp_at <= w->at + CLOCKS_APART_S;
}

/* obey_calendar - accepted: it is a promise; declined: it is none, where a
 * person said so and not an absence */
static enum rc
obey_calendar(struct work *w, enum itip_part part, int64_t id, const char **why,
    struct err *e)
{
	static const struct reply_line not = { .act = REPLY_NOT };
	const struct civil none = { .minute = CIVIL_NO_MINUTE };
	enum rc rc;

	*why = "noted";
	if (part == ITIP_DECLINED && w->answer->is_automatic) {
		say(w, talloc_asprintf(w->mem, texts[w->fr].declined, id));
		*why = "asked back";
	} else if (part == ITIP_DECLINED) {
		*why = "done";
		return act(w, id, &not, e);
	} else if (part == ITIP_ACCEPTED) {
		*why = "confirmed";
		rc = ledger_move(w->ledger, id, MOVE_CONFIRMED, none, w->at,
		    w->letter->recipient, "calendar", e);
		if (rc != RC_BADINPUT)
			return rc;
		*why = "not awaited";
	}
	return RC_OK;
}

/* read_calendar - what a calendar program answers; *why: what became of it,
 * NULL: it is no such answer */
static enum rc
read_calendar(struct work *w, const char **why, struct err *e)
{
	struct slice text = slice_of(w->answer->calendar);
	struct ledger_invite *v;
	struct itip answer;
	enum rc rc;

	*why = NULL;
	rc = itip_read(w->mem, text, w->letter->recipient, &answer, e);
	if (rc == RC_BADINPUT || (rc == RC_OK && answer.method != ITIP_REPLY))
		return RC_OK;
	if (rc == RC_OK)
		rc = ledger_invite_of(w->ledger, w->mem, w->letter->id, &v, e);
	*why = "not awaited";
	if (rc == RC_NOTFOUND || (rc == RC_OK && !is_awaited(w, &answer, v)))
		return RC_OK;
	if (rc != RC_OK)
		return rc;
	if (answer.stamp_at <= v->answered_at) {
		*why = "replayed";
		return RC_OK;
	}
	v->answered_at = answer.stamp_at;
	/* what was declined has left that calendar */
	v->is_active = answer.part != ITIP_DECLINED || w->answer->is_automatic;
	rc = ledger_invite_put(w->ledger, v, e);
	return rc == RC_OK ? obey_calendar(w, answer.part, v->promise, why, e)
			   : rc;
}

/* answer_back - say what was done, to whom the letter had gone */
static enum rc
answer_back(struct work *w, struct err *e)
{
	struct letter letter = {
		.from = w->desk->settings->remind_from,
		.from_name = note_words_of(w->lang)->sender,
		.to = w->letter->recipient,
		.reply_to = w->answer->address,
		.subject = texts[w->fr].subject,
		.message_id = desk_message_id(w->desk, w->mem),
		.in_reply_to = w->answer->message_id,
		.lang = w->lang,
		.automatic = "auto-replied",
		.at = w->at,
		.zone = w->desk->zone,
		.text = w->report,
	};
	struct slice bytes;
	int64_t id;
	enum rc rc;

	if (!letter_is_address(letter.reply_to))
		letter.reply_to = NULL;
	rc = ledger_post(
	    w->ledger, "answer", letter.to, letter.message_id, w->at, &id, e);
	if (rc == RC_OK)
		rc = letter_write(w->mem, &letter, &bytes, e);
	if (rc == RC_OK)
		rc = ledger_post_write(w->ledger, id, bytes, e);
	return rc;
}

/* find_lang - of the first promise it speaks of */
static enum rc
find_lang(struct work *w, struct err *e)
{
	struct promise *p;
	enum rc rc = RC_OK;

	w->lang = "en";
	if (w->promises[0] != 0) {
		rc = ledger_get(w->ledger, w->mem, w->promises[0], &p, e);
		if (rc == RC_OK && strcmp(p->lang, "fr") == 0)
			w->lang = "fr";
	}
	w->fr = strcmp(w->lang, "fr") == 0;
	return rc;
}

/* check - by its address: NULL it is good, else why it changes nothing */
static enum rc
check(struct work *w, const char **why, struct err *e)
{
	struct ticket t;
	enum rc rc;

	*why = NULL;
	if (!ticket_parse(w->desk->settings->remind_from,
		slice_of(w->answer->address), &t)) {
		*why = "forged";
		return RC_OK;
	}
	rc = ledger_post_get(w->ledger, w->mem, t.letter, &w->letter, e);
	if (rc == RC_NOTFOUND) {
		*why = "forged";
		return RC_OK;
	}
	if (rc != RC_OK)
		return rc;
	if (!ticket_is_good(&t, w->letter->recipient, w->desk->key, w->at))
		*why = ticket_is_good(&t, w->letter->recipient, w->desk->key,
			   INT64_MIN / 2)
			   ? "expired"
			   : "forged";
	return RC_OK;
}

/* read_any - a calendar's answer, unless words say more; then the words, but
 * not those of a machine */
static enum rc
read_any(struct work *w, const char **why, struct err *e)
{
	bool has_words = false;
	enum rc rc = RC_OK;

	if (w->answer->calendar != NULL) {
		rc = has_order(w, &has_words, e);
		if (rc == RC_OK && (!has_words || w->answer->is_automatic))
			rc = read_calendar(w, why, e);
		if (rc != RC_OK || *why != NULL)
			return rc;
	}
	if (w->answer->is_automatic) {
		*why = "automatic";
		return RC_OK;
	}
	rc = read_answer(w, e);
	*why = w->done > 0 ? "done" : "asked back";
	return rc;
}

/* take - ledger_together()'s part: one answer */
static enum rc
take(struct ledger *l, void *arg, struct err *e)
{
	struct work *w = arg;
	const char *why;
	enum rc rc = check(w, &why, e);

	if (rc == RC_OK && why == NULL) {
		rc = ledger_post_promises(
		    l, w->mem, w->letter->id, &w->promises, e);
		if (rc == RC_OK)
			rc = find_lang(w, e);
		if (rc == RC_OK)
			rc = read_any(w, &why, e);
		if (rc == RC_OK && *w->report != '\0')
			rc = answer_back(w, e);
	}
	if (rc == RC_OK)
		rc = ledger_inbox_taken(l, w->answer->id, w->at, why, e);
	w->outcome = why;
	return rc;
}

struct queue {
	TALLOC_CTX *mem;
	struct ledger_answer *answers;
	size_t count;
};

/* note - ledger_inbox_each()'s visitor */
static enum rc
note(const struct ledger_answer *a, void *arg, struct err *e)
{
	struct queue *q = arg;
	struct ledger_answer *copy;

	q->answers = talloc_realloc(
	    q->mem, q->answers, struct ledger_answer, q->count + 1);
	if (q->answers == NULL)
		return err_nomem(e);
	copy = &q->answers[q->count++];
	*copy = *a;
	copy->address = talloc_strdup(q->mem, a->address);
	copy->sender = talloc_strdup(q->mem, a->sender);
	copy->message_id = talloc_strdup(q->mem, a->message_id);
	copy->words = talloc_strdup(q->mem, a->words);
	copy->calendar = talloc_strdup(q->mem, a->calendar);
	return RC_OK;
}

enum rc
reply_take(const struct desk *d, struct ledger *l, TALLOC_CTX *mem,
    struct reply_langs *langs, int64_t at, struct err *e)
{
	struct queue q = { .mem = talloc_new(NULL) };
	enum rc rc;
	size_t i;

	if (q.mem == NULL)
		return err_nomem(e);
	rc = ledger_inbox_each(l, note, &q, e);
	if (rc == RC_OK && q.count > 0 && langs->count == 0)
		rc = lang_open_all(
		    mem, NULL, NULL, langs->langs, &langs->count, e);
	for (i = 0; rc == RC_OK && i < q.count; i++) {
		struct work w = { .desk = d,
			.ledger = l,
			.mem = talloc_new(q.mem),
			.answer = &q.answers[i],
			.langs = langs,
			.at = at };

		w.report = talloc_strdup(w.mem, "");
		rc = ledger_together(l, take, &w, e);
		if (rc == RC_OK)
			log_event(EV_REMIND_ANSWER,
			    LOG_NUMBER("answer", w.answer->id),
			    LOG_TEXT("outcome", w.outcome),
			    LOG_NUMBER("changes", (int64_t)w.done));
		talloc_free(w.mem);
	}
	talloc_free(q.mem);
	return rc;
}
