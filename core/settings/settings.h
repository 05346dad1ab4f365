/*
 * settings.h - promised.conf: one table of names, types, defaults, documents
 *
 * The file is flat, "name = value", '#' comments, read by libconfuse. One
 * table in settings.c feeds the reader, "-o name=value", "promised -t", the
 * range checks and the manual-page check of promised.conf(5). Unknown,
 * repeated or out-of-range names are refused as "file:line: reason".
 */
#ifndef CORE_SETTINGS_H
#define CORE_SETTINGS_H

#include "core/civil/civil.h"
#include "core/core.h"

#define SETTINGS_ENV  "PROMISED_CONF"
#define SETTINGS_FILE SYSCONFDIR "/promised.conf"

enum settings_remind { REMIND_MAIL, REMIND_DIGEST, REMIND_LOG };
enum settings_receipts { RECEIPTS_NOW, RECEIPTS_DIGEST, RECEIPTS_NEVER };
enum settings_tls {
	TLS_NO,
	TLS_AUTO,     /* implicit on port 465; else OFFERED where that works */
	TLS_OFFERED,  /* by STARTTLS, where the other side wants it */
	TLS_REQUIRED, /* by STARTTLS, or no mail */
	TLS_IMPLICIT  /* from the first octet on */
};
enum settings_auth {
	AUTH_NO,
	AUTH_TLS,      /* with both sides over TLS, or the next hop near */
	AUTH_LOOPBACK, /* also without TLS for clients on this machine */
	AUTH_REQUIRED  /* as AUTH_TLS, and no mail without it */
};
enum settings_bare_newlines { BARE_NEWLINES_PASS, BARE_NEWLINES_REJECT };
enum settings_on_failure { ON_FAILURE_TEMPFAIL, ON_FAILURE_PASS };

/* one place where a program listens; lists are NULL where they are not given */
struct settings_listener {
	char *address;  /* ADDRESS:PORT, [ADDRESS]:PORT or unix:/PATH */
	char *words;    /* what was written behind it: " name=value…" */
	char **clients; /* who may connect; NULL: as gateway-clients */
	char **proxies; /* peers that speak for others, by a PROXY header */
	char **trusted; /* clients whose XCLIENT and XFORWARD are passed on */
	char *owner, *group;
	unsigned mode;          /* of a Unix socket; 0: 0600 */
	bool has_tls, has_auth; /* else as gateway-tls, gateway-auth */
	enum settings_tls tls;
	enum settings_auth auth;
};

struct settings_listen {
	char *text; /* as it was written */
	struct settings_listener **items;
	size_t n;
};

/* one folder that is watched by IMAP */
#define SETTINGS_IMAP_POLL_S   60
#define SETTINGS_IMAP_FROM_NOW INT64_MAX
struct settings_imap {
	char *address; /* HOST:PORT */
	char *user;
	char *password_file, *password_command; /* one of them is not NULL */
	char *folder;          /* NULL: the one where sent mail is kept */
	enum settings_tls tls; /* NO, REQUIRED or IMPLICIT */
	char *ca, *name;       /* NULL: the system's, the one in address */
	bool verifies;
	bool is_token;   /* the password is one of OAuth 2, for XOAUTH2 */
	unsigned poll_s; /* between two looks, where there is no IDLE */
	int64_t since;   /* UTC seconds of a midnight, or FROM_NOW */
};

struct settings_imaps {
	char *text; /* as it was written */
	struct settings_imap **items;
	size_t n;
};

/* settings_unix_path - the path in "unix:/PATH"; NULL: it is no Unix socket */
const char *settings_unix_path(const char *address);

/*
 * Every string and list is owned by the struct; lists end with NULL. In the
 * file a list is one value with commas: own-domains = "a.example, b.example".
 */
struct settings {
	char *file;         /* where it was read from; NULL: defaults */
	char *user, *group; /* to become, where root starts us; "": nobody */
	char *home;         /* ledger.db, spool/, unread/, feed/, run/ */
	struct settings_listen gateway_listen;
	struct settings_listen journal_listen, milter_listen;
	struct settings_imaps imap;
	char *next_hop; /* HOST:PORT */
	enum settings_tls gateway_tls, next_hop_tls;
	char *tls_certificate, *tls_key; /* PEM files, absolute; "": none */
	enum settings_auth gateway_auth;
	bool next_hop_verify;
	char *next_hop_ca;   /* PEM file; "": those of the system */
	char *next_hop_name; /* in its certificate; "": as in next_hop */
	char *feed_listen;   /* ADDRESS:PORT */
	char *feed_url;      /* public base of feed URLs; "" = as bound */
	char *feed_folder;   /* that a web server serves; "": none */
	char *caldav;        /* a collection of Radicale's; "": none */
	char **teams;        /* "NAME:ADDRESS" */
	char *hostname;      /* in our greetings; "" = gethostname() */
	char **own_domains;  /* lower case; empty: the author's own domain */
	char *timezone;      /* IANA name; "" = the offset in Date: */
	char **holidays;     /* sets, civil.h: "fr", … */
	char **closures;     /* paths of .ics files */
	unsigned work_week;  /* bit 0 = Monday */
	int work_start_min;  /* minutes after midnight */
	int work_end_min;
	size_t max_message_bytes;
	unsigned max_sessions, max_client_sessions;
	unsigned max_recipients, client_timeout_s;
	size_t segment_bytes; /* a spool segment is closed at this size */
	enum settings_on_failure on_failure;
	enum settings_bare_newlines bare_newlines;
	char **gateway_clients; /* who may connect: ADDRESS or ADDRESS/BITS */
	char *remind_from;      /* sender of reminders; "": the log alone */
	char *remind_user;      /* who logs in to the next hop; "": nobody */
	char *remind_password_file, *remind_password_command; /* or "" */
	enum settings_remind remind;
	unsigned remind_ahead_days; /* working days before a due; 0: not */
	unsigned remind_late_days;  /* until what is late is said again */
	int digest_min;     /* minutes after midnight; -1: when work begins */
	char **managers;    /* "WHO:ADDRESS" */
	char *team_address; /* for what is late or nobody's; "": none */
	enum settings_receipts receipts;
	unsigned retention_months; /* of settled promises; 0: for ever */
	char **invite; /* whose own calendars are told: addresses, domains */
	char *lang;    /* of the command's words; "" = the locale's */
};

/*
 * settings_read - defaults, then the file, then overrides
 *
 * file       NULL: $PROMISED_CONF, else SETTINGS_FILE where it exists, else
 *            the defaults alone
 * overrides  "name=value" strings ending with NULL, or NULL
 * out        owned by mem
 *
 * RC_OK; RC_NOTFOUND a named file is not there; RC_BADINPUT "file:line: …",
 * or "-o name=value: …" where an override is at fault
 */
enum rc settings_read(TALLOC_CTX *mem, const char *file,
    const char *const *overrides, struct settings **out,
    struct err *e) must_check;

/*
 * settings_calendar - the working week, hours, holidays and closures of the
 * settings; for the closures it runs promise-closures
 *
 * out  owned by mem
 *
 * RC_OK; RC_BADINPUT a file is not as it should be, with its name; RC_INTERNAL
 */
enum rc settings_calendar(TALLOC_CTX *mem, const struct settings *s,
    struct calendar **out, struct err *e) must_check;

/* settings_names - is this address, or its domain, in such a list? */
bool settings_names(char *const *people, const char *address);

/* settings_manager - who hears of what this person is late with: the first of
 * `managers` for the address, its domain or a team it is in, else
 * team-address; "" nobody; owned by s */
const char *settings_manager(const struct settings *s, const char *address);

/* settings_path - home/NAME, owned by mem */
char *settings_path(
    TALLOC_CTX *mem, const struct settings *s, const char *name);

/* settings_print - every name with its value and its document, to out, in a
 * form that settings_read() takes back */
void settings_print(const struct settings *s, FILE *out);

/* settings_name - name of row i of the table, its default in *def and its
 * document in *doc (either may be NULL); NULL past the end */
const char *settings_name(size_t i, const char **def, const char **doc);

#endif
