/*
 * settings_priv.h - what settings.c and the types of values share
 */
#ifndef CORE_SETTINGS_PRIV_H
#define CORE_SETTINGS_PRIV_H

#include "core/settings/settings.h"

#define SETTINGS_MAX_BYTES (1 << 20) /* of the file */
#define SETTINGS_MAX_VALUE 4096      /* octets of one value */
#define SETTINGS_MAX_ITEMS 256       /* of one list */

struct settings_row;

/*
 * struct settings_type - one kind of value
 *
 * parse  value, valid text without control characters, into the member at
 *        `at`; what it allocates hangs below mem. On RC_BADINPUT e says what
 *        is wrong with the value, without naming setting or file.
 * show   the member as parse would take it; owned by mem, NULL: no memory
 */
struct settings_type {
	enum rc (*parse)(TALLOC_CTX *mem, const struct settings_row *row,
	    const char *value, void *at, struct err *e);
	char *(*show)(
	    TALLOC_CTX *mem, const struct settings_row *row, const void *at);
};

/* one row of the table in settings.c */
struct settings_row {
	const char *name;
	const struct settings_type *type;
	size_t at;         /* offset in struct settings */
	uint64_t min, max; /* of a number; both 0: no numbers */
	const char *def;
	const char *doc; /* one or two sentences */
};

/* settings_replace - put a copy of value into a char * member */
enum rc settings_replace(
    TALLOC_CTX *mem, void *at, const char *value, struct err *e) must_check;

/* the check of one item of a list; it may change the item's letters */
typedef bool (*settings_item_fn)(char *item);

/* settings_list_parse - cut at commas and blanks, check each, NULL at the end */
enum rc settings_list_parse(TALLOC_CTX *mem, const char *value, void *at,
    settings_item_fn check, const char *what, struct err *e) must_check;
char *settings_list_show(
    TALLOC_CTX *mem, const struct settings_row *row, const void *at);

/* settings_net_check - ADDRESS or ADDRESS/BITS, either family */
bool settings_net_check(char *item);

/* settings_address_check - HOST:PORT or [ADDRESS]:PORT, port in row's range */
enum rc settings_address_check(const struct settings_row *row,
    const char *value, struct err *e) must_check;

/* settings_tls_word, settings_auth_word - of the words that a setting takes */
enum rc settings_tls_word(
    const char *value, enum settings_tls *out, struct err *e) must_check;
enum rc settings_auth_word(
    const char *value, enum settings_auth *out, struct err *e) must_check;

/* settings_clock_parse - "09:00" or "9:00", up to 24:00; false where it is not
 * one */
bool settings_clock_parse(const char **text, int *min);

extern const struct settings_type settings_text;     /* anything */
extern const struct settings_type settings_folder;   /* absolute path;
							   "" if the default */
extern const struct settings_type settings_address;  /* HOST:PORT */
extern const struct settings_type settings_listen;   /* settings_listen.c */
extern const struct settings_type settings_door;     /* the same */
extern const struct settings_type settings_imap;     /* settings_imap.c */
extern const struct settings_type settings_url;      /* http(s)://… or "" */
extern const struct settings_type settings_host;     /* a name or "" */
extern const struct settings_type settings_domains;  /* list */
extern const struct settings_type settings_holidays; /* list of set names */
extern const struct settings_type settings_files;    /* list of paths */
extern const struct settings_type settings_nets;     /* list, ADDRESS[/BITS] */
extern const struct settings_type settings_zone;     /* IANA name or "" */
extern const struct settings_type settings_week;     /* "mon-fri,sun" */
extern const struct settings_type
    settings_hours; /* work_start_min, work_end_min */
extern const struct settings_type settings_count;   /* unsigned */
extern const struct settings_type settings_bytes;   /* size_t: 500, 10K, 2M */
extern const struct settings_type settings_failure; /* tempfail | pass */
extern const struct settings_type settings_bare;    /* pass | reject */
extern const struct settings_type settings_lang;    /* fr | en | "" */
/* settings_tls.c */
extern const struct settings_type settings_file;  /* absolute path or "" */
extern const struct settings_type settings_yesno; /* bool */
extern const struct settings_type settings_tls;
extern const struct settings_type settings_auth;
/* settings_say.c: what reminders need */
extern const struct settings_type settings_teams;    /* list, NAME:ADDRESS */
extern const struct settings_type settings_mailbox;  /* an address or "" */
extern const struct settings_type settings_people;   /* list, or domains */
extern const struct settings_type settings_clock;    /* HH:MM or "": -1 */
extern const struct settings_type settings_remind;   /* mail | digest | log */
extern const struct settings_type settings_receipts; /* now | digest | never */

#endif
