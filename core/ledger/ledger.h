/*
 * ledger.h - the only door to the store of promises (SQLite behind it)
 *
 * One transaction per message; history is append-only; overdue is a query.
 * Nothing of a mail is kept but the sentence, the parties, the dates, the
 * message's id. Every instant is UTC seconds and comes from the caller.
 */
#ifndef CORE_LEDGER_LEDGER_H
#define CORE_LEDGER_LEDGER_H

#include "core/core.h"
#include "core/promise/promise.h"

#define LEDGER_FILE    "ledger.db"
#define LEDGER_BUSY_MS 5000

struct ledger;

enum ledger_mode {
	LEDGER_READ,  /* must exist */
	LEDGER_WRITE, /* must exist; migrated where it is older */
	LEDGER_CREATE /* made where it is missing */
};

/*
 * ledger_open - talloc_free() closes it
 *
 * Nobody may open and close the file by other means in a process that holds
 * the ledger: that drops the process's POSIX locks, SQLite's too.
 *
 * RC_NOTFOUND no ledger there; RC_RETRY locked by another, or of an older
 * version and mode is LEDGER_READ; RC_BADINPUT the file is no ledger (it is
 * left untouched), damaged, or of a newer version; RC_INTERNAL disk
 */
enum rc ledger_open(TALLOC_CTX *mem, const char *path, enum ledger_mode mode,
    struct ledger **out, struct err *e) must_check;

/* ledger_check - read the whole file for damage: RC_BADINPUT. LEDGER_CREATE
 * does it by itself while the file is small. */
enum rc ledger_check(struct ledger *l, struct err *e) must_check;

/* ledger_patience - how long a call waits for another process's change before
 * it answers RC_RETRY; LEDGER_BUSY_MS until told otherwise */
void ledger_patience(struct ledger *l, int wait_ms);

/* what is kept of a mail */
struct ledger_mail {
	const char *message_id;       /* without brackets; NULL: none given */
	uint8_t digest[32];           /* SHA-256 of the author's own words */
	const char *author;           /* address */
	const char *author_name;      /* or NULL */
	const char *const *customers; /* external recipients, NULL at the end */
	const char *thread;           /* root Message-ID or NULL */
	const char *zone;             /* zone_name() the dues are civil in */
	int64_t sent_at;
	int64_t recorded_at;
	bool is_uncertain;        /* next hop's answer never seen */
	const char *settled_note; /* why promises come settled, or NULL */
};

/*
 * ledger_record - one message with its promises (none too), in one transaction
 *
 * A message is known by its Message-ID and the digest of its words: the same
 * twice is recorded once, further customers of it are added, and a certain
 * copy clears is_uncertain. Without a Message-ID the digest, the author and
 * sent_at name it. Text that is not UTF-8 is made so. A promise whose state is
 * PROMISE_KEPT is recorded and at once kept. *recorded: how many promises were
 * new. RC_RETRY locked or disk full; RC_BADINPUT zone unknown
 */
enum rc ledger_record(struct ledger *l, const struct ledger_mail *mail,
    const struct promise *promises, size_t count, size_t *recorded,
    struct err *e) must_check;

/* which promises; zero-filled means all. Ordered by due_at, then id; undated
 * ones are due after every instant. */
struct ledger_query {
	unsigned states;      /* bits 1 << enum promise_state; 0: all */
	int64_t due_before;   /* due_at < this; 0: no bound */
	int64_t due_from;     /* due_at >= this; 0: no bound */
	int64_t changed_from; /* changed_at >= this; 0: no bound */
	int64_t since;        /* changed after this ledger_version(); 0: all */
	int64_t settled_from; /* not open: only changed_at >= this; 0: all */
	bool is_by_id;        /* ordered by id alone */
	const char *customer; /* address, or domain (no '@') */
	const char *author;   /* address; of what was handed over: the owner */
	int64_t id;           /* one promise; 0: all */
};

/* return other than RC_OK to stop; p lives during the call, which may use the
 * ledger itself */
typedef enum rc (*ledger_visit_fn)(
    const struct promise *p, void *arg, struct err *e);

enum rc ledger_each(struct ledger *l, const struct ledger_query *q,
    ledger_visit_fn visit, void *arg, struct err *e) must_check;

/* ledger_get - one promise, owned by mem; RC_NOTFOUND */
enum rc ledger_get(struct ledger *l, TALLOC_CTX *mem, int64_t id,
    struct promise **out, struct err *e) must_check;

/* one row of a promise's history, oldest first */
struct ledger_event {
	int64_t at;
	enum promise_move move;
	const char *by;   /* who said so: a login or an address */
	const char *note; /* or NULL */
	struct civil due_before, due_after;
};
typedef enum rc (*ledger_event_fn)(
    const struct ledger_event *ev, void *arg, struct err *e);
enum rc ledger_history(struct ledger *l, int64_t id, ledger_event_fn visit,
    void *arg, struct err *e) must_check;

/*
 * ledger_move - change a promise's state or due, append to its history
 *
 * due  for MOVE_MOVED only; the window, the `after` and the warnings of the
 *      old due go with it
 * RC_NOTFOUND; RC_BADINPUT the move is not possible from its state
 */
enum rc ledger_move(struct ledger *l, int64_t id, enum promise_move m,
    struct civil due, int64_t at, const char *by, const char *note,
    struct err *e) must_check;

/* ledger_hand - give an open promise to another owner, an address */
enum rc ledger_hand(struct ledger *l, int64_t id, const char *to, int64_t at,
    const char *by, struct err *e) must_check;

/* ledger_together - several calls in one transaction: all of them, or, where
 * part returns other than RC_OK, none. A call that fails inside changes
 * nothing by itself, so part may go on. */
typedef enum rc (*ledger_part_fn)(struct ledger *l, void *arg, struct err *e);
enum rc ledger_together(
    struct ledger *l, ledger_part_fn part, void *arg, struct err *e) must_check;

/* a stable random name of this ledger, for UIDs; owned by l */
const char *ledger_uuid(const struct ledger *l);

/* changes whenever a promise or a feed does (a feed's use is no change): when
 * to render again; one row read */
enum rc ledger_version(
    struct ledger *l, int64_t *out, struct err *e) must_check;
/* ledger_erased - the version in which a promise was last deleted; who follows
 * by `since` has to begin anew then */
enum rc ledger_erased(struct ledger *l, int64_t *out, struct err *e) must_check;

/* a subscription; of its token, as it is written in the URL, only the SHA-256
 * is stored */
struct ledger_feed {
	int64_t id;
	const char *name;
	const char *lang;              /* "fr" or "en" */
	const char *customer, *author; /* filters or NULL */
	const char *team;              /* of the setting `teams`, or NULL */
	const char *kind;              /* promise_kind_name() or NULL */
	const char *form;              /* "events" or "todos" */
	const char *alarms;            /* for ahead_parse(), or NULL: usual */
	bool is_private;               /* without the sentences */
	uint8_t token_hash[32];
	int64_t created_at, used_at, revoked_at; /* 0: never */
};
typedef enum rc (*ledger_feed_fn)(
    const struct ledger_feed *f, void *arg, struct err *e);
enum rc ledger_feed_add(struct ledger *l, const struct ledger_feed *f,
    int64_t *id, struct err *e) must_check;
enum rc ledger_feed_each(struct ledger *l, ledger_feed_fn visit, void *arg,
    struct err *e) must_check;
enum rc ledger_feed_revoke(
    struct ledger *l, int64_t id, int64_t at, struct err *e) must_check;
enum rc ledger_feed_used(
    struct ledger *l, int64_t id, int64_t at, struct err *e) must_check;

/* --- the outbox: what is to be said to people (ledger_post.c) */

/*
 * a letter; it leaves the outbox by being sent or given up. Of one that has
 * left, the bytes are gone.
 */
struct ledger_letter {
	int64_t id;
	const char *kind;       /* "remind", "digest", "receipt", … */
	const char *recipient;  /* address */
	const char *message_id; /* without brackets; stays the same */
	struct slice bytes;     /* the whole message */
	int64_t posted_at, try_at;
	int tries;
	int64_t sent_at, given_up_at; /* 0: not */
	const char *reason;           /* of the last failure, or NULL */
};

/* ledger_post - put an empty letter into the outbox, to be tried at once;
 * within ledger_together() with ledger_said() and ledger_post_write() */
enum rc ledger_post(struct ledger *l, const char *kind, const char *recipient,
    const char *message_id, int64_t at, int64_t *id, struct err *e) must_check;
enum rc ledger_post_write(
    struct ledger *l, int64_t id, struct slice bytes, struct err *e) must_check;

/* ledger_said - that a letter says this about a promise: once for each
 * promise, topic and moment. RC_BADINPUT: it was said before. */
enum rc ledger_said(struct ledger *l, int64_t promise, const char *topic,
    int64_t moment, int64_t letter, struct err *e) must_check;
enum rc ledger_is_said(struct ledger *l, int64_t promise, const char *topic,
    int64_t moment, bool *out, struct err *e) must_check;

typedef enum rc (*ledger_letter_fn)(
    const struct ledger_letter *letter, void *arg, struct err *e);
/* ledger_post_each - those in the outbox, the oldest first; try_before 0: all,
 * also those that have left it */
enum rc ledger_post_each(struct ledger *l, int64_t try_before,
    ledger_letter_fn visit, void *arg, struct err *e) must_check;
/* ledger_post_get - one, owned by mem, without its bytes; RC_NOTFOUND */
enum rc ledger_post_get(struct ledger *l, TALLOC_CTX *mem, int64_t id,
    struct ledger_letter **out, struct err *e) must_check;
/* ledger_post_promises - the numbers of those it speaks of, ending with 0;
 * owned by mem */
enum rc ledger_post_promises(struct ledger *l, TALLOC_CTX *mem, int64_t id,
    int64_t **out, struct err *e) must_check;

enum rc ledger_post_sent(
    struct ledger *l, int64_t id, int64_t at, struct err *e) must_check;
enum rc ledger_post_failed(struct ledger *l, int64_t id, int64_t try_at,
    const char *reason, struct err *e) must_check;
/* ledger_post_give_up - what it says counts as not said, where is_unsaid */
enum rc ledger_post_give_up(struct ledger *l, int64_t id, int64_t at,
    const char *reason, bool is_unsaid, struct err *e) must_check;
/* ledger_is_dead - the last letter to this address was given up, at since or
 * later */
enum rc ledger_is_dead(struct ledger *l, const char *address, int64_t since,
    bool *out, struct err *e) must_check;

/* ledger_post_supersede - a later letter says more: it need not be sent where
 * it was not */
enum rc ledger_post_supersede(
    struct ledger *l, int64_t id, int64_t at, struct err *e) must_check;

/* --- invitations: what owners' own calendars were told (ledger_invite.c) */

struct ledger_invite {
	int64_t promise;
	const char *attendee;     /* address */
	int sequence;             /* of the last letter */
	const char *organizer;    /* our address in it */
	int64_t first, last;      /* letters: asked, and what was said since */
	int64_t start_at, end_at; /* as said last, UTC seconds */
	bool is_active;           /* not cancelled */
	int64_t answered_at;      /* DTSTAMP of the last answer; 0: none */
};
typedef enum rc (*ledger_invite_fn)(
    const struct ledger_invite *v, void *arg, struct err *e);
/* ledger_invite_put - instead of what is known of that promise and attendee */
enum rc ledger_invite_put(
    struct ledger *l, const struct ledger_invite *v, struct err *e) must_check;
/* ledger_invite_get - owned by mem; RC_NOTFOUND */
enum rc ledger_invite_get(struct ledger *l, TALLOC_CTX *mem, int64_t promise,
    const char *attendee, struct ledger_invite **out, struct err *e) must_check;
/* ledger_invite_of - the one that this letter asked; the same */
enum rc ledger_invite_of(struct ledger *l, TALLOC_CTX *mem, int64_t letter,
    struct ledger_invite **out, struct err *e) must_check;
/* ledger_invite_each - the active ones, by promise */
enum rc ledger_invite_each(struct ledger *l, ledger_invite_fn visit, void *arg,
    struct err *e) must_check;

/* --- the inbox: what people answer (ledger_inbox.c) */

/* an answer; once it is taken, words and calendar are gone */
struct ledger_answer {
	int64_t id;
	const char *address;    /* ours, that it was sent to */
	const char *sender;     /* or NULL */
	const char *message_id; /* or NULL */
	int64_t sent_at;
	bool is_automatic;
	const char *words;    /* the sender's own */
	const char *calendar; /* its text/calendar part, or NULL */
};
typedef enum rc (*ledger_answer_fn)(
    const struct ledger_answer *a, void *arg, struct err *e);
/* ledger_inbox_put - the same answer twice is kept once */
enum rc ledger_inbox_put(struct ledger *l, const struct ledger_answer *a,
    bool *is_new, struct err *e) must_check;
/* ledger_inbox_each - those not taken, the oldest first */
enum rc ledger_inbox_each(struct ledger *l, ledger_answer_fn visit, void *arg,
    struct err *e) must_check;
enum rc ledger_inbox_taken(struct ledger *l, int64_t id, int64_t at,
    const char *outcome, struct err *e) must_check;

/* --- who is away, and who stands in (ledger_inbox.c) */

struct ledger_away {
	int64_t id;
	const char *who;          /* address */
	struct civil first, last; /* days, both included */
	const char *deputy;       /* address, or NULL: the team */
	int64_t created_at, cancelled_at;
};
typedef enum rc (*ledger_away_fn)(
    const struct ledger_away *a, void *arg, struct err *e);
enum rc ledger_away_add(struct ledger *l, const struct ledger_away *a,
    int64_t *id, struct err *e) must_check;
/* ledger_away_each - those not cancelled, by their first day */
enum rc ledger_away_each(struct ledger *l, ledger_away_fn visit, void *arg,
    struct err *e) must_check;
/* ledger_away_cancel - RC_NOTFOUND */
enum rc ledger_away_cancel(
    struct ledger *l, int64_t id, int64_t at, struct err *e) must_check;
/* ledger_away_of - who is away on that day? RC_NOTFOUND nobody of that
 * address; *deputy owned by mem, NULL: the team */
enum rc ledger_away_of(struct ledger *l, TALLOC_CTX *mem, const char *who,
    struct civil day, char **deputy, struct err *e) must_check;

/* --- what goes for good (ledger_erase.c) */

/* which promises; one of these */
struct ledger_erase {
	const char *author;     /* address: theirs, and their name elsewhere */
	const char *customer;   /* address or domain: what was promised to
				   them alone, and their name elsewhere */
	int64_t id;             /* one promise */
	int64_t settled_before; /* settled, and not changed since */
};
struct ledger_erased {
	size_t promises;
	size_t messages; /* rows that have lost their names */
	size_t letters;  /* of the outbox */
	size_t mentions; /* in what stays */
};
/*
 * ledger_erase - all of it, or nothing; the same mail read again does not
 * bring it back
 *
 * is_trial  count, and change nothing
 */
enum rc ledger_erase(struct ledger *l, const struct ledger_erase *what,
    int64_t at, bool is_trial, struct ledger_erased *out,
    struct err *e) must_check;

/* ledger_prune - letters that have left, and answers that were taken, before
 * an instant; *letters: how many went. Before must be so long ago that nobody
 * answers them any more (TICKET_DAYS). */
enum rc ledger_prune(struct ledger *l, int64_t before, size_t *letters,
    struct err *e) must_check;

#endif
