/*
 * settings.c - the table of settings, and its readers and printers
 *
 * libconfuse cuts the file into names and values and says where a fault
 * stands; what a value may be is decided by the row's type (settings_type.c).
 * Values stay text until then, so that a file, "-o name=value" and a default
 * take the same way.
 */
#include "core/core.h"

#include <confuse.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "core/settings/settings_priv.h"

#define AT(member) offsetof(struct settings, member)

/* Never rename a row: add one, keep the old name for two releases. */
static const struct settings_row table[] = {
	{ .name = "home",
	    .type = &settings_folder,
	    .at = AT(home),
	    .def = LOCALSTATEDIR "/lib/promised",
	    .doc = "Folder of the ledger, the spool, the feeds' snapshots and "
		   "the messages that could not be read." },
	{ .name = "user",
	    .type = &settings_text,
	    .at = AT(user),
	    .def = "",
	    .doc = "Who the service becomes when root starts it; empty: it "
		   "stays who it is." },
	{ .name = "group",
	    .type = &settings_text,
	    .at = AT(group),
	    .def = "",
	    .doc = "Group of that user; empty for the user's own." },
	{ .name = "gateway-listen",
	    .type = &settings_listen,
	    .at = AT(gateway_listen),
	    .max = 65535,
	    .def = "127.0.0.1:2525",
	    .doc = "Where the gateway takes mail: ADDRESS:PORT or unix:/PATH, "
		   "each with its own words behind it, and ';' between two; "
		   "port 0 lets the system choose one." },
	{ .name = "gateway-clients",
	    .type = &settings_nets,
	    .at = AT(gateway_clients),
	    .def = "127.0.0.0/8, ::1",
	    .doc = "Addresses, or ADDRESS/BITS, that may send mail through the "
		   "gateway." },
	{ .name = "journal-listen",
	    .type = &settings_door,
	    .at = AT(journal_listen),
	    .max = 65535,
	    .def = "",
	    .doc = "Where copies of mail are taken by LMTP or SMTP, as for "
		   "gateway-listen; empty for nowhere." },
	{ .name = "milter-listen",
	    .type = &settings_door,
	    .at = AT(milter_listen),
	    .max = 65535,
	    .def = "",
	    .doc = "Where Postfix or Sendmail finds the milter, as for "
		   "gateway-listen; empty for nowhere." },
	{ .name = "imap",
	    .type = &settings_imap,
	    .at = AT(imap),
	    .min = 1,
	    .max = 65535,
	    .def = "",
	    .doc = "Folders of sent mail that are watched by IMAP: HOST:PORT, "
		   "each with its own words behind it, and ';' between two; "
		   "or a file with one a line; empty for none." },
	{ .name = "next-hop",
	    .type = &settings_address,
	    .at = AT(next_hop),
	    .min = 1,
	    .max = 65535,
	    .def = "127.0.0.1:25",
	    .doc = "Host and port of the one server that every mail is passed "
		   "on to." },
	{ .name = "gateway-tls",
	    .type = &settings_tls,
	    .at = AT(gateway_tls),
	    .def = "auto",
	    .doc = "TLS with clients: 'no', 'offered' or 'required' by "
		   "STARTTLS, 'implicit', or 'auto': offered where there is a "
		   "certificate. On port 465 it is implicit, but for 'no'." },
	{ .name = "tls-certificate",
	    .type = &settings_file,
	    .at = AT(tls_certificate),
	    .def = "",
	    .doc = "PEM file of the gateway's certificate and its chain; "
		   "empty: none." },
	{ .name = "tls-key",
	    .type = &settings_file,
	    .at = AT(tls_key),
	    .def = "",
	    .doc = "PEM file of the certificate's key; empty: it stands in "
		   "tls-certificate." },
	{ .name = "gateway-auth",
	    .type = &settings_auth,
	    .at = AT(gateway_auth),
	    .def = "tls",
	    .doc = "Whether clients may log in to the next hop through the "
		   "gateway: 'no', 'tls': over TLS alone, 'loopback': clients "
		   "on this machine without it too, or 'required': over TLS, "
		   "and no mail without." },
	{ .name = "next-hop-tls",
	    .type = &settings_tls,
	    .at = AT(next_hop_tls),
	    .def = "auto",
	    .doc = "TLS with the next hop: 'no', 'offered': where it has "
		   "STARTTLS, 'required', 'implicit', or 'auto': as offered, "
		   "but not on this machine. On port 465 it is implicit, but "
		   "for 'no'." },
	{ .name = "next-hop-verify",
	    .type = &settings_yesno,
	    .at = AT(next_hop_verify),
	    .def = "yes",
	    .doc = "Whether the next hop's certificate must be good for its "
		   "name; where it is not, mail waits at the client." },
	{ .name = "next-hop-ca",
	    .type = &settings_file,
	    .at = AT(next_hop_ca),
	    .def = "",
	    .doc = "PEM file of the authorities that may have signed the next "
		   "hop's certificate; empty for those the system trusts." },
	{ .name = "next-hop-name",
	    .type = &settings_host,
	    .at = AT(next_hop_name),
	    .def = "",
	    .doc = "Name in the next hop's certificate; empty for the one in "
		   "next-hop." },
	{ .name = "hostname",
	    .type = &settings_host,
	    .at = AT(hostname),
	    .def = "",
	    .doc = "Name used in greetings; empty for the machine's own." },
	{ .name = "max-message",
	    .type = &settings_bytes,
	    .at = AT(max_message_bytes),
	    .min = 1 << 10,
	    .max = UINT64_C(2) << 30,
	    .def = "100M",
	    .doc = "Larger messages pass unread." },
	{ .name = "max-sessions",
	    .type = &settings_count,
	    .at = AT(max_sessions),
	    .min = 1,
	    .max = 100000,
	    .def = "2000",
	    .doc = "Connections the gateway holds at once." },
	{ .name = "max-client-sessions",
	    .type = &settings_count,
	    .at = AT(max_client_sessions),
	    .min = 1,
	    .max = 100000,
	    .def = "2000",
	    .doc = "Connections that one client address may hold at once." },
	{ .name = "max-recipients",
	    .type = &settings_count,
	    .at = AT(max_recipients),
	    .min = 100,
	    .max = 1000000,
	    .def = "10000",
	    .doc = "Recipients of one message." },
	{ .name = "client-timeout",
	    .type = &settings_count,
	    .at = AT(client_timeout_s),
	    .min = 1,
	    .max = 3600,
	    .def = "300",
	    .doc = "Seconds in which a client has to send a whole command, or "
		   "4096 octets of a message." },
	{ .name = "bare-newlines",
	    .type = &settings_bare,
	    .at = AT(bare_newlines),
	    .def = "pass",
	    .doc = "What happens to a message with a CR or LF that stands "
		   "alone: 'pass' leaves it as it is, 'reject' refuses it." },
	{ .name = "segment-size",
	    .type = &settings_bytes,
	    .at = AT(segment_bytes),
	    .min = 64 << 10,
	    .max = UINT64_C(4) << 30,
	    .def = "64M",
	    .doc = "A segment of the spool is closed when it reaches this "
		   "size." },
	{ .name = "on-failure",
	    .type = &settings_failure,
	    .at = AT(on_failure),
	    .def = "tempfail",
	    .doc = "When the spool cannot be written: 'tempfail' asks the "
		   "client to try again, 'pass' lets the mail go unread." },
	{ .name = "own-domains",
	    .type = &settings_domains,
	    .at = AT(own_domains),
	    .def = "",
	    .doc = "Domains of our own people, who are no customers; empty for "
		   "each author's own domain. Where they are given, what "
		   "others wrote is passed on and not read for promises." },
	{ .name = "timezone",
	    .type = &settings_zone,
	    .at = AT(timezone),
	    .def = "",
	    .doc = "Zone that promises are due in, such as Europe/Paris; empty "
		   "for the one of each mail." },
	{ .name = "holidays",
	    .type = &settings_holidays,
	    .at = AT(holidays),
	    .def = "fr",
	    .doc = "Sets of public holidays, or 'none'." },
	{ .name = "closures",
	    .type = &settings_files,
	    .at = AT(closures),
	    .def = "",
	    .doc = "Calendar files (.ics) whose all-day events are days that "
		   "the company is closed." },
	{ .name = "work-week",
	    .type = &settings_week,
	    .at = AT(work_week),
	    .def = "mon-fri",
	    .doc = "Working days: names and ranges of names, mon to sun." },
	{ .name = "work-hours",
	    .type = &settings_hours,
	    .at = AT(work_start_min),
	    .def = "09:00-18:00",
	    .doc = "Working hours of a working day." },
	{ .name = "feed-listen",
	    .type = &settings_address,
	    .at = AT(feed_listen),
	    .max = 65535,
	    .def = "127.0.0.1:8025",
	    .doc = "Address and port where calendar feeds are served; port 0 "
		   "lets the system choose one." },
	{ .name = "feed-url",
	    .type = &settings_url,
	    .at = AT(feed_url),
	    .def = "",
	    .doc = "What the address of a feed begins with, as subscribers see "
		   "it; empty for the address it is served at." },
	{ .name = "feed-folder",
	    .type = &settings_folder,
	    .at = AT(feed_folder),
	    .def = "",
	    .doc = "Folder that a web server serves as feed-url/feed: each "
		   "calendar is written there too, plain and gzipped. Empty: "
		   "none." },
	{ .name = "caldav",
	    .type = &settings_folder,
	    .at = AT(caldav),
	    .def = "",
	    .doc = "Folder of a Radicale collection where each open promise "
		   "is kept as a file. Empty: none." },
	{ .name = "teams",
	    .type = &settings_teams,
	    .at = AT(teams),
	    .def = "",
	    .doc = "Who belongs to which team: NAME:ADDRESS, with commas; a "
		   "feed may be of one team." },
	{ .name = "remind-from",
	    .type = &settings_mailbox,
	    .at = AT(remind_from),
	    .def = "",
	    .doc = "Sender of reminders; answers come back to this address "
		   "with a +tag. Empty: nothing is sent, the log alone says "
		   "what would be." },
	{ .name = "remind-user",
	    .type = &settings_text,
	    .at = AT(remind_user),
	    .def = "",
	    .doc = "Name that reminders log in to the next hop with, over TLS "
		   "unless it is on this machine; empty: they do not." },
	{ .name = "remind-password-file",
	    .type = &settings_file,
	    .at = AT(remind_password_file),
	    .def = "",
	    .doc = "File whose first line is the password of remind-user; "
		   "nobody else may read it." },
	{ .name = "remind-password-command",
	    .type = &settings_text,
	    .at = AT(remind_password_command),
	    .def = "",
	    .doc = "Command that prints that password, in place of the file." },
	{ .name = "remind",
	    .type = &settings_remind,
	    .at = AT(remind),
	    .def = "mail",
	    .doc = "How authors are reminded: 'mail' at each moment, 'digest' "
		   "once a morning, or 'log', not at all." },
	{ .name = "remind-ahead",
	    .type = &settings_count,
	    .at = AT(remind_ahead_days),
	    .min = 0,
	    .max = 20,
	    .def = "1",
	    .doc = "Working days before a due when it is first reminded of; "
		   "0 for not before the day itself." },
	{ .name = "remind-late",
	    .type = &settings_count,
	    .at = AT(remind_late_days),
	    .min = 0,
	    .max = 90,
	    .def = "7",
	    .doc = "Days after which what is late is said again, until it is "
		   "settled; 0 for once." },
	{ .name = "digest-hour",
	    .type = &settings_clock,
	    .at = AT(digest_min),
	    .def = "",
	    .doc = "When the digest of a working day is sent, such as 08:30; "
		   "empty for the start of working hours." },
	{ .name = "team-address",
	    .type = &settings_mailbox,
	    .at = AT(team_address),
	    .def = "",
	    .doc = "Manager or team that is told of what is late, and of what "
		   "nobody is there for; empty for none." },
	{ .name = "managers",
	    .type = &settings_teams,
	    .at = AT(managers),
	    .def = "",
	    .doc = "Who is told in place of team-address: WHO:ADDRESS, with "
		   "commas; WHO is an author, a domain or one of the teams, "
		   "and the first that fits counts." },
	{ .name = "receipts",
	    .type = &settings_receipts,
	    .at = AT(receipts),
	    .def = "digest",
	    .doc = "When an author hears of a new promise whose date is "
		   "missing or doubtful: 'now', 'digest' or 'never'." },
	{ .name = "retention",
	    .type = &settings_count,
	    .at = AT(retention_months),
	    .min = 0,
	    .max = 1200,
	    .def = "0",
	    .doc = "Months after which settled promises are erased for good; "
		   "0 for never." },
	{ .name = "invite",
	    .type = &settings_people,
	    .at = AT(invite),
	    .def = "",
	    .doc = "Authors who are also invited to each of their promises, so "
		   "that it stands in their own calendar: addresses, or "
		   "domains for everybody there." },
	{ .name = "lang",
	    .type = &settings_lang,
	    .at = AT(lang),
	    .def = "",
	    .doc = "Language of the command's own words, 'fr' or 'en'; empty "
		   "for the one of the locale." },
};

/* one reading of one file */
struct reader {
	struct settings *to;
	struct err *e;
	bool has_failed;
	bool is_set[ARRAY_LEN(table)];
	/* libconfuse's own copy of each value; slot i is row i */
	struct slot {
		char *value; /* malloc'ed by libconfuse */
		struct reader *reader;
	} slots[ARRAY_LEN(table)];
};

const char *
settings_name(size_t i, const char **def, const char **doc)
{
	if (i >= ARRAY_LEN(table))
		return NULL;
	if (def != NULL)
		*def = table[i].def;
	if (doc != NULL)
		*doc = table[i].doc;
	return table[i].name;
}

/* set - parse one value into its member */
static enum rc
set(struct settings *s, const struct settings_row *row, const char *value,
    struct err *e)
{
	const unsigned char *u;

	if (strlen(value) > SETTINGS_MAX_VALUE)
		return err_set(e, RC_BADINPUT, "longer than %d octets",
		    SETTINGS_MAX_VALUE);
	for (u = (const unsigned char *)value; *u != '\0'; u++)
		if (*u < 0x20 || *u == 0x7f || *u == '"' || *u == '\\')
			return err_set(e, RC_BADINPUT,
			    "quotes, backslashes and control characters have "
			    "no place in a setting");
	if (strstr(value, "${") != NULL)
		return err_set(
		    e, RC_BADINPUT, "'${' has no place in a setting");
	return row->type->parse(s, row, value, (char *)s + row->at, e);
}

/* fail - keep the first fault only, as "file:line: reason" */
static void
fail(struct reader *r, const cfg_t *cfg, const char *reason)
{
	if (r->has_failed)
		return;
	r->has_failed = true;
	(void)err_set(
	    r->e, RC_BADINPUT, "%s:%d: %s", r->to->file, cfg->line, reason);
}

/* slot_of - what hangs behind an option of libconfuse's */
static struct slot *
slot_of(const cfg_opt_t *opt)
{
	return (struct slot *)(void *)((char *)opt->simple_value.string -
				       offsetof(struct slot, value));
}

/* on_value - libconfuse has read "name = value" */
static int
on_value(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	struct slot *slot = slot_of(opt);
	struct reader *r = slot->reader;
	size_t i = (size_t)(slot - r->slots);
	char reason[sizeof(r->e->text)];
	struct err e;

	if (r->is_set[i]) {
		(void)snprintf(
		    reason, sizeof(reason), "'%s' is set twice", opt->name);
		fail(r, cfg, reason);
		return -1;
	}
	r->is_set[i] = true;
	if (set(r->to, &table[i], value, &e) != RC_OK) {
		(void)snprintf(
		    reason, sizeof(reason), "%s: %.160s", opt->name, e.text);
		fail(r, cfg, reason);
		return -1;
	}
	*(const char **)result = value;
	return 0;
}

/* on_error - libconfuse's own complaint */
static void __attribute__((format(printf, 2, 0)))
on_error(cfg_t *cfg, const char *fmt, va_list ap)
{
	struct reader *r = slot_of(&cfg->opts[0])->reader;
	char reason[sizeof(r->e->text)];

	(void)vsnprintf(reason, sizeof(reason), fmt, ap);
	if (strncmp(reason, "no such option '", 16) == 0) {
		char name[sizeof(reason)];

		(void)snprintf(name, sizeof(name), "%s", reason + 16);
		(void)snprintf(reason, sizeof(reason),
		    "there is no setting '%.200s", name);
	} else if (strncmp(reason, "unexpected token", 16) == 0) {
		(void)snprintf(reason, sizeof(reason),
		    "a value with blanks or commas stands in double quotes");
	}
	fail(r, cfg, reason);
}

/* open_file - a regular file of a sensible size */
static enum rc
open_file(const char *file, FILE **out, struct err *e)
{
	struct stat st;
	int fd;

	fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		(void)err_errno(e, "%s", file);
		if (errno == ENOENT)
			e->rc = RC_NOTFOUND;
		return e->rc;
	}
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return err_set(e, RC_BADINPUT, "%s: not a file", file);
	}
	if (st.st_size > SETTINGS_MAX_BYTES) {
		close(fd);
		return err_set(e, RC_BADINPUT, "%s: larger than %d octets",
		    file, SETTINGS_MAX_BYTES);
	}
	*out = fdopen(fd, "r");
	if (*out == NULL) {
		close(fd);
		return err_errno(e, "%s", file);
	}
	return RC_OK;
}

/* read_file - every line of s->file */
static enum rc
read_file(struct settings *s, struct err *e)
{
	cfg_opt_t opts[ARRAY_LEN(table) + 1];
	struct reader r = { .to = s, .e = e };
	FILE *fp = NULL;
	cfg_t *cfg;
	enum rc rc;
	size_t i;

	rc = open_file(s->file, &fp, e);
	if (rc != RC_OK)
		return rc;
	for (i = 0; i < ARRAY_LEN(table); i++) {
		cfg_opt_t opt = __CFG_STR(table[i].name, NULL, CFGF_NONE,
		    &r.slots[i].value, on_value);

		r.slots[i].reader = &r;
		opts[i] = opt;
	}
	opts[i] = (cfg_opt_t)CFG_END();
	cfg = cfg_init(opts, CFGF_NONE);
	if (cfg == NULL) {
		fclose(fp);
		return err_nomem(e);
	}
	(void)cfg_set_error_function(cfg, on_error);
	if (cfg_parse_fp(cfg, fp) != CFG_SUCCESS && !r.has_failed)
		fail(&r, cfg, "not understood");
	rc = r.has_failed ? e->rc : RC_OK;
	(void)cfg_free(cfg);
	for (i = 0; i < ARRAY_LEN(table); i++)
		free(r.slots[i].value);
	fclose(fp);
	return rc;
}

/* find_row - by name and its length; NULL where there is none */
static const struct settings_row *
find_row(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(table); i++)
		if (strlen(table[i].name) == len &&
		    memcmp(table[i].name, name, len) == 0)
			return &table[i];
	return NULL;
}

/* override - one "name=value" */
static enum rc
override(struct settings *s, const char *text, struct err *e)
{
	const char *equals = strchr(text, '=');
	const struct settings_row *row;

	if (equals == NULL)
		return err_set(e, RC_BADINPUT, "-o %s: not name=value", text);
	row = find_row(text, (size_t)(equals - text));
	if (row == NULL)
		return err_set(e, RC_BADINPUT,
		    "-o %s: there is no setting '%.*s'", text,
		    (int)(equals - text), text);
	if (set(s, row, equals + 1, e) != RC_OK)
		return err_context(e, "-o %s", text);
	return RC_OK;
}

/* choose_file - the file to read, NULL: none; *is_named: it must be there */
static const char *
choose_file(const char *file, bool *is_named)
{
	*is_named = true;
	if (file != NULL)
		return file;
	file = getenv(SETTINGS_ENV);
	if (file != NULL && *file != '\0')
		return file;
	*is_named = false;
	return access(SETTINGS_FILE, F_OK) == 0 ? SETTINGS_FILE : NULL;
}

enum rc
settings_read(TALLOC_CTX *mem, const char *file, const char *const *overrides,
    struct settings **out, struct err *e)
{
	struct settings *s;
	bool is_named;
	enum rc rc;
	size_t i;

	s = talloc_zero(mem, struct settings);
	if (s == NULL)
		return err_nomem(e);
	for (i = 0; i < ARRAY_LEN(table); i++) {
		rc = set(s, &table[i], table[i].def, e);
		if (rc != RC_OK) {
			(void)err_context(e, "default of %s", table[i].name);
			goto out;
		}
	}
	file = choose_file(file, &is_named);
	if (file != NULL) {
		s->file = talloc_strdup(s, file);
		if (s->file == NULL) {
			rc = err_nomem(e);
			goto out;
		}
		rc = read_file(s, e);
		if (rc != RC_OK)
			goto out;
	}
	for (i = 0; overrides != NULL && overrides[i] != NULL; i++) {
		rc = override(s, overrides[i], e);
		if (rc != RC_OK)
			goto out;
	}
	*out = s;
	return RC_OK;
out:
	talloc_free(s);
	return rc;
}

char *
settings_path(TALLOC_CTX *mem, const struct settings *s, const char *name)
{
	return talloc_asprintf(mem, "%s/%s", s->home, name);
}

/* print_doc - a document as '#' lines of at most 78 columns */
static void
print_doc(const char *doc, FILE *out)
{
	const char *word = doc;
	size_t column = 0, len;

	while (*word != '\0') {
		len = strcspn(word, " ");
		if (column == 0 || column + 1 + len > 78) {
			(void)fprintf(out, "%s#", column == 0 ? "" : "\n");
			column = 1;
		}
		(void)fprintf(out, " %.*s", (int)len, word);
		column += 1 + len;
		word += len + strspn(word + len, " ");
	}
	(void)fputc('\n', out);
}

void
settings_print(const struct settings *s, FILE *out)
{
	size_t i;
	char *value;

	(void)fprintf(out, "# read from %s\n",
	    s->file ? s->file
		    : "nowhere: "
		      "these are the defaults");
	for (i = 0; i < ARRAY_LEN(table); i++) {
		value = table[i].type->show(
		    NULL, &table[i], (const char *)s + table[i].at);
		(void)fputc('\n', out);
		print_doc(table[i].doc, out);
		(void)fprintf(
		    out, "%s = \"%s\"\n", table[i].name, value ? value : "");
		talloc_free(value);
	}
}
