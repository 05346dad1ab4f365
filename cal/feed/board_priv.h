/* board_priv.h - shared by board.c (answers, files) and board_render.c (the
 * ledger), nobody else */
#ifndef CAL_FEED_BOARD_PRIV_H
#define CAL_FEED_BOARD_PRIV_H

#include "cal/caldav/collection.h"
#include "cal/feed/board.h"
#include "cal/feed/shelf.h"
#include "cal/ical/ical.h"
#include "core/ledger/ledger.h"

/* a shelf that subscriptions share, with what it chooses */
struct board_stand {
	char *key; /* all of the choice in one text */
	struct shelf_choice choice;
	struct ahead ahead;
	enum promise_kind kind;
	struct shelf *shelf;
	bool is_used;
};

/* one subscription */
struct board_feed {
	int64_t id;
	uint8_t hash[32];
	bool is_revoked;
	char *name, *lang; /* NULL before the ledger was read */
	struct board_stand *stand;
	char *path;
	struct snapshot *snapshot; /* the latest good one, or NULL */
	int64_t version;           /* of the ledger it shows; -1: unknown */
	int64_t edition;           /* of the shelf it shows */
	int64_t day;               /* it was made on, UTC seconds */
	int64_t until;             /* when it looks different by itself */
	int64_t not_before_ms;     /* earliest next rendering */
	int64_t used_at;
	bool is_used;   /* not yet noted in the ledger */
	bool is_dirty;  /* not yet written to its file */
	bool is_listed; /* seen while the list is read */
};

struct board {
	const struct settings *settings;
	const struct calendar *calendar;
	char *folder, *ledger_path;
	struct ledger *ledger; /* NULL: cannot be read now */
	dev_t device;          /* of the file that is open */
	ino_t inode;
	int64_t version;
	int64_t checked_ms, retry_ms, saved_ms, noted_ms;
	bool is_stale; /* said so in the log */
	struct ical *ical;
	char *uuid; /* of the ledger ical was made for */
	struct board_feed **feeds;
	size_t count, cursor;           /* cursor: while they are listed */
	struct collection *collection;  /* of the setting caldav, or NULL */
	struct shelf_choice everything; /* what it holds */
	struct board_stand **stands;
	size_t stand_count;
	char *index;      /* what home/feed/index holds */
	char *index_uuid; /* the ledger its subscriptions are of */
	bool is_index_dirty, is_dirty, has_used;
};

struct board_feed *board_feed_new(struct board *b, int64_t id);

/* board_forget - its files go */
void board_forget(const struct board *b, const struct board_feed *f);

/* board_look - open the ledger, read its version and its subscriptions; at
 * most every BOARD_LOOK_MS */
void board_look(struct board *b, struct board_now now);

/* board_collect - the same in the folder of the setting caldav */
void board_collect(struct board *b, struct board_now now);

/* board_render - a newer calendar for f, where there is reason and a ledger */
void board_render(struct board *b, struct board_feed *f, struct board_now now);

#endif
