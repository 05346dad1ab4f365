/*
 * cli.h - what the files of the command `promise` share
 *
 * promise.c reads the command line into a struct cli and runs one row of the
 * command table; each cmd_*.c holds the functions behind one subcommand. The
 * rest is shown here: words of the user's language, times, tables, records.
 * This is the only room of core that reads the clock, the locale and the
 * terminal, once, at the start.
 */
#ifndef CORE_CLI_CLI_H
#define CORE_CLI_CLI_H

#include "core/core.h"
#include "core/ledger/ledger.h"
#include "core/program/program.h"
#include "core/settings/settings.h"

/* exit statuses, promise(1) */
enum cli_exit {
	CLI_DONE = 0,
	CLI_FAILED = 1, /* of overdue: something is */
	CLI_USAGE = 2,
	CLI_UNKNOWN = 3, /* overdue could not find out */
	CLI_RETRY = 75
};

/* the command's own words, words.def */
enum cli_lang { CLI_EN, CLI_FR };
enum cli_word {
#define WORD(id, en, fr) id,
#include "core/cli/words.def"
#undef WORD
	CLI_WORD_COUNT
};

/* options that subcommands may take, one bit each; options.c has their table */
enum cli_opt {
	OPT_JSON = 1 << 0,
	OPT_ALL = 1 << 1,
	OPT_STATE = 1 << 2,
	OPT_AUTHOR = 1 << 3,
	OPT_CUSTOMER = 1 << 4,
	OPT_NOTE = 1 << 5,
	OPT_FORMAT = 1 << 6,
	OPT_OUTPUT = 1 << 7,
	OPT_NAME = 1 << 8,
	OPT_LANG = 1 << 9,
	OPT_ZONE = 1 << 10,
	OPT_EXPLAIN = 1 << 11,
	OPT_BATCH = 1 << 12,
	OPT_TO = 1 << 13,
	OPT_TEAM = 1 << 14,
	OPT_KIND = 1 << 15,
	OPT_AS = 1 << 16,
	OPT_ALARMS = 1 << 17,
	OPT_PRIVATE = 1 << 18,
	OPT_YES = 1 << 19
};

struct cmd;

struct cli {
	TALLOC_CTX *mem;
	const struct cmd *cmd;

	/* the command line */
	const char *file;              /* -c, or NULL */
	const char **overrides;        /* -o, ends with NULL */
	const char *at_text;           /* --at as given, or NULL */
	unsigned opts;                 /* enum cli_opt bits seen */
	unsigned states;               /* --state */
	const char *author, *customer; /* NULL: not given */
	const char *to;                /* NULL: not given */
	const char *note, *format, *output, *name, *lang_text, *zone_text;
	const char *team, *kind, *form, *alarms;
	char **args; /* what is no option; ends with NULL */
	int arg_count;

	/* the world, read once */
	enum cli_lang lang;
	bool is_terminal; /* stdout */
	bool has_colour;
	int columns; /* of the terminal; 0: no limit */
	int64_t at;  /* now, or --at */
	struct settings *settings;
	struct zone *zone; /* settings', else the machine's, else UTC */
	bool has_zone;     /* settings name one */
	struct zone *utc;
	struct zone **recent_zone; /* show_zone()'s, a room for one */
	struct ledger *ledger;     /* where the command needs it */

	int status;    /* to exit with on RC_OK */
	bool is_usage; /* RC_BADINPUT was the caller's: exit 2 */
};

enum cmd_need {
	NEED_NOTHING,
	NEED_SETTINGS,
	NEED_READ, /* settings and the ledger */
	NEED_WRITE
};

/* one row of the command table */
struct cmd {
	const char *name;
	const char *synopsis;  /* behind the name, "" for nothing */
	enum cli_word summary; /* one line */
	enum cli_word details; /* what else help says; W_NONE */
	unsigned opts;         /* enum cli_opt bits it takes */
	enum cmd_need need;
	int min_args, max_args; /* max_args < 0: any number */
	enum rc (*run)(struct cli *c, struct err *e);
	const char *program; /* run this one of ours instead, or NULL */
	bool is_check;       /* 1 is an answer: failures exit 3 */
};

extern const struct cmd cmd_list, cmd_overdue, cmd_today, cmd_week, cmd_show,
    cmd_why, cmd_customer, cmd_kept, cmd_moved, cmd_withdrawn, cmd_not,
    cmd_reopen, cmd_export, cmd_add, cmd_scan, cmd_feed, cmd_caldav,
    cmd_closures, cmd_unread, cmd_config, cmd_when, cmd_lang, cmd_away,
    cmd_outbox, cmd_forget;

/* ---- options.c ---- */

/*
 * options_global - -c, -o, --at, --help, --version before the command's name
 *
 * Fills c and leaves c->args at the name. *wants: 'h' or 'v' where help or
 * the version was asked for, else 0.
 */
enum rc options_global(struct cli *c, int argc, char **argv, char *wants,
    struct err *e) must_check;
/* options_command - those of c->cmd, and the arguments between them */
enum rc options_command(struct cli *c, char *wants, struct err *e) must_check;
/* options_help - the options in this set, a line each */
void options_help(const struct cli *c, unsigned opts, FILE *out);

/* cli_wrong - RC_BADINPUT that exits 2, said with a word of the table; long
 * args are cut */
enum rc cli_wrong(
    struct cli *c, struct err *e, enum cli_word w, const char *const *args);
/* cli_fault - the same for any rc, exit status as the rc says */
enum rc cli_fault(struct cli *c, struct err *e, enum rc rc, enum cli_word w,
    const char *const *args);
/* cli_usage - RC_BADINPUT that exits 2; the text as err_set() */
enum rc cli_usage(struct cli *c, struct err *e, const char *fmt, ...)
    printf_like(3, 4);
/* cli_id - a promise's number; RC_BADINPUT is a fault of usage */
enum rc cli_id(
    struct cli *c, const char *text, int64_t *out, struct err *e) must_check;

/* ---- words.c ---- */

/* cli_word - in the user's language; never NULL */
const char *cli_word(const struct cli *c, enum cli_word w);
/*
 * cli_say - a word with {0}, {1}, … replaced; owned by mem
 *
 * args  strings, ends with NULL
 */
char *cli_say(TALLOC_CTX *mem, const struct cli *c, enum cli_word w,
    const char *const *args);
#define CLI_ARGS(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define CLI_NONE      ((const char *const[]){ NULL })
/* cli_count - "1 day", "3 days": one or several, {0} is the number */
char *cli_count(TALLOC_CTX *mem, const struct cli *c, int64_t n,
    enum cli_word one, enum cli_word many);
/* cli_lang_of_locale - fr where LC_ALL, LC_MESSAGES or LANG says so */
enum cli_lang cli_lang_of_locale(void);

/* ---- times.c ---- */

/*
 * times_parse - ISO 8601, "YYYY-MM-DD[THH:MM[:SS][Z|±HH[:MM]]]"
 *
 * Without an offset it is local to zone; a day is its first second.
 */
bool times_parse(const char *text, const struct zone *zone, int64_t *out);
/* times_utc - "YYYY-MM-DDTHH:MM:SSZ" */
#define TIMES_UTC_MAX 32
void times_utc(int64_t at, char out[TIMES_UTC_MAX]);
/* times_zone - the zone for people, and whether settings name it */
enum rc times_zone(struct cli *c, struct err *e) must_check;

/* for people; owned by mem */
char *times_day(TALLOC_CTX *mem, const struct cli *c, struct civil when,
    int32_t today); /* "Fri 20 Nov 14:00", the year where it is not today's */
char *times_instant(TALLOC_CTX *mem, const struct cli *c, int64_t at);
char *times_duration(TALLOC_CTX *mem, const struct cli *c,
    const char *iso); /* "P3W" → "3 weeks" */
/* times_relative - "in 2 days", "3 days late"; "" where there is none */
char *times_relative(
    TALLOC_CTX *mem, const struct cli *c, const struct promise *p);

/* ---- dates.c ---- */

/*
 * dates_parse - a date in ISO 8601, or in French or English words
 *
 * Words are read against c->at and zone; what they name must lie ahead.
 * RC_BADINPUT is a fault of usage.
 */
enum rc dates_parse(struct cli *c, const char *text, const struct zone *zone,
    struct civil *out, struct err *e) must_check;

/* ---- show.c ---- */

/* show_json - one promise, a line, schema of promise(1) */
enum rc show_json(
    const struct cli *c, const struct promise *p, struct err *e) must_check;
/* show_customers - joined with ", "; owned by mem */
char *show_customers(TALLOC_CTX *mem, const struct promise *p, const char *sep);
bool show_is_late(const struct cli *c, const struct promise *p);
const char *show_state(const struct cli *c, enum promise_state s);
const char *show_move(const struct cli *c, enum promise_move m);
const char *show_kind(const struct cli *c, enum promise_kind k);

/* show_zone - of one promise, else the user's; good until the next call */
const struct zone *show_zone(const struct cli *c, const struct promise *p);

/* show_missing - RC_NOTFOUND of a number, in the user's language */
enum rc show_missing(struct cli *c, int64_t id, enum rc rc, struct err *e);
/* show_ledger - open the ledger of the settings; what is missing is said in
 * the user's language */
enum rc show_ledger(
    struct cli *c, enum ledger_mode mode, struct err *e) must_check;

/* ---- listing.c: what list, overdue, today, week and customer have in
 * common ---- */

struct listing {
	struct ledger_query q;
	bool (*accept)(const struct cli *c, const struct promise *p,
	    void *arg); /* NULL: all */
	void *arg;
	bool has_states; /* a column for the state */
	bool open_first; /* then the settled ones */
	bool also_late;  /* on a terminal, count what is late and not shown */
	enum cli_word nothing; /* said on a terminal where nothing is shown */
};
/* listing_run - *count: promises shown */
enum rc listing_run(struct cli *c, const struct listing *l, size_t *count,
    struct err *e) must_check;
/* listing_query - --author, --customer, --state, --all into a query */
void listing_query(const struct cli *c, struct ledger_query *q);

/* ---- program.c ---- */

/* program_exec - become it; returns only on failure. args: behind argv[0],
 * ends with NULL; settings and --at are passed on */
enum rc program_exec(struct cli *c, const char *name, char *const *args,
    struct err *e) must_check;

#endif
