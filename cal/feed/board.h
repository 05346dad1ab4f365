/*
 * board.h - every subscription with its latest good calendar
 *
 * Looks at the ledger, renders what changed, and goes on answering from what
 * it has when the ledger cannot be read: after a restart from the files in
 * home/feed. A calendar is rendered when somebody asks for it or at
 * board_tick(), and again once the ledger, the day or a promise's lateness
 * has changed; a calendar that is slow to render is rendered less often.
 *
 * Where the setting feed-folder names one, a calendar is written there as well,
 * plain and gzipped, for a web server: the name is the hash of the token.
 *
 *   home/feed/index    "ledger UUID", then one line a subscription: id,
 *                      SHA-256 of its token, "open" or "revoked"
 *   home/feed/ID.ics.gz  its latest good calendar
 *
 * One thread only. Instants come from the caller.
 */
#ifndef CAL_FEED_BOARD_H
#define CAL_FEED_BOARD_H

#include "cal/feed/snapshot.h"
#include "core/civil/civil.h"
#include "core/core.h"
#include "core/settings/settings.h"

#define BOARD_LOOK_MS     10   /* the ledger is looked at this often at most */
#define BOARD_RETRY_MS    1000 /* one that cannot be opened is tried again */
#define BOARD_PATIENCE_MS 250  /* how long a locked ledger is waited for */
#define BOARD_USED_S      60   /* last use is noted this often at most, */
#define BOARD_NOTE_MS     5000 /* of all subscriptions together */
#define BOARD_SAVE_MS     2000 /* files are written this often at most */
#define BOARD_KEPT_DAYS   14   /* what was kept stays with those who watch */
#define BOARD_FEEDS_MAX   10000

struct board;

struct board_now {
	int64_t at;      /* UTC seconds */
	int64_t mono_ms; /* a clock that only goes forward */
};

enum board_answer {
	BOARD_HERE,    /* *out is its calendar */
	BOARD_UNKNOWN, /* nobody's token */
	BOARD_REVOKED,
	BOARD_NOT_YET /* a subscriber's, but there is no calendar yet */
};

/*
 * board_new - with what home/feed holds; the folder is made where missing
 *
 * s, c  borrowed; must outlive the board
 */
enum rc board_new(TALLOC_CTX *mem, const struct settings *s,
    const struct calendar *c, struct board **out, struct err *e) must_check;

/* board_find - the calendar a token stands for; *out lives until the next
 * call of any function here */
enum board_answer board_find(struct board *b, struct slice token,
    struct board_now now, struct snapshot **out);

/* board_tick - render everything that is no longer fresh */
void board_tick(struct board *b, struct board_now now);

/* board_settle - write what changed: files, and who was here; now and then,
 * or where is_end at once */
void board_settle(struct board *b, struct board_now now, bool is_end);

#endif
