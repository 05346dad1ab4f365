/*
 * imap_talk.c - promised-imap-talk: one IMAP connection to one folder
 *
 * Everything that a server says is read here, by libetpan, behind imap_wire.c
 * and in a process that can open nothing any more, of bounded memory and time.
 * What goes wrong ends it; nothing is cleaned up that a crash would not clean
 * up as well. Messages are fetched in pieces, so that their size is no matter.
 */
#include "core/core.h"

#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>

#include "core/secret/secret.h"
#include "mailgw/reader/sandbox.h"
#include "mailgw/sources/imap.h"
#include "mailgw/sources/imap_wire.h"

#define OVERRIDES_MAX 64
#define EXIT_USAGE    2
#define PIECE_OCTETS  (1U << 20)
#define IDLE_MS       (9 * 60 * 1000) /* below what routers forget after */
#define PAUSE_MS      250             /* between two looks, at the least */
#define DAY_S         86400
#define SAFE_MARGIN   (64U << 10) /* octets */

struct talk {
	const struct settings *settings;
	const struct settings_imap *account;
	char *password; /* NULL once it was used */
	struct wire *wire;
	mailimap *imap;
	uint32_t uidvalidity, uid; /* done up to there */
	int64_t from;
	bool has_idle;
};

/* --- to promised-imap */

static void
put(const void *at, size_t len)
{
	const char *c = at;
	ssize_t n;

	for (; len > 0; c += n, len -= (size_t)n) {
		n = write(STDOUT_FILENO, c, len);
		if (n < 0 && errno == EINTR)
			n = 0;
		if (n < 0)
			_exit(1); /* it is gone */
	}
}

static void
say(enum imap_verb verb, uint64_t a, int64_t b, struct slice text)
{
	struct imap_word word = { .verb = verb, .a = a, .b = b };
	size_t n;

	do {
		n = text.len < IMAP_TEXT_MAX ? text.len : IMAP_TEXT_MAX;
		word.len = (uint32_t)n;
		put(&word, sizeof(word));
		put(text.at, n);
		text.at += n;
		text.len -= n;
	} while (text.len > 0);
}

static _Noreturn void
failed(const char *why)
{
	say(IMAP_FAULT, 0, 0, slice_of(why));
	_exit(1);
}

/* refused - the server's own words, or libetpan's number */
static _Noreturn void
refused(const struct talk *t, const char *what, int code)
{
	const char *said = t->imap ? t->imap->imap_response : NULL;
	char why[200], *c;

	switch (code) {
	case MAILIMAP_ERROR_PARSE:
	case MAILIMAP_ERROR_PROTOCOL:
		said = "the server's answer makes no sense";
		break;
	case MAILIMAP_ERROR_MEMORY:
		said = "out of memory";
		break;
	default:
		break;
	}
	if (said != NULL && t->password != NULL &&
	    strstr(said, t->password) != NULL)
		said = "the server refuses, and repeats the password";
	if (said != NULL && *said != '\0')
		(void)snprintf(why, sizeof(why), "%s: %.120s", what, said);
	else
		(void)snprintf(why, sizeof(why), "%s: error %d", what, code);
	for (c = why; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
	failed(why);
}

/* --- limits */

/* command - the next exchange begins: its time, its octets, its CPU */
static void
command(struct talk *t)
{
	wire_command(t->wire);
	sandbox_message(PIECE_OCTETS + SAFE_MARGIN);
}

/* check - the outcome of an exchange */
static void
check(const struct talk *t, const char *what, int code)
{
	if (code != MAILIMAP_NO_ERROR)
		refused(t, what, code);
}

/* --- to the folder */

/* capabilities - as they are now; nobody believes those of before TLS */
static void
capabilities(struct talk *t)
{
	struct mailimap_capability_data *list = NULL;

	command(t);
	check(t, "CAPABILITY", mailimap_capability(t->imap, &list));
}

static void
greet(struct talk *t)
{
	int code;

	t->imap = mailimap_new(0, NULL);
	if (t->imap == NULL)
		failed("out of memory");
	if (t->account->tls == TLS_IMPLICIT)
		wire_tls(t->wire);
	code = mailimap_connect(t->imap, wire_stream(t->wire));
	if (code == MAILIMAP_NO_ERROR_AUTHENTICATED)
		failed("the server says that we are logged in already");
	if (code != MAILIMAP_NO_ERROR_NON_AUTHENTICATED)
		refused(t, "greeting", code);
	if (t->account->tls != TLS_REQUIRED)
		return;
	command(t);
	check(t, "STARTTLS", mailimap_starttls(t->imap));
	wire_tls(t->wire);
}

static void
log_in(struct talk *t)
{
	const char *user = t->account->user;

	command(t);
	if (t->account->is_token)
		check(t, "login",
		    mailimap_oauth2_authenticate(t->imap, user, t->password));
	else
		check(t, "login", mailimap_login(t->imap, user, t->password));
	explicit_bzero(t->password, strlen(t->password));
	t->password = NULL;
}

/* is_sent - has the server marked it as the folder of sent mail? */
static bool
is_sent(const struct mailimap_mailbox_list *box)
{
	const struct mailimap_mbx_list_oflag *flag;
	clistiter *i;

	if (box->mb_flag == NULL || box->mb_flag->mbf_oflags == NULL)
		return false;
	for (i = clist_begin(box->mb_flag->mbf_oflags); i != NULL;
	     i = clist_next(i)) {
		flag = clist_content(i);
		if (flag->of_flag_ext != NULL &&
		    strcasecmp(flag->of_flag_ext + (*flag->of_flag_ext == '\\'),
			"Sent") == 0)
			return true;
	}
	return false;
}

/* what mail programs call it, where the server says nothing; in IMAP's own
 * UTF-7, a server's delimiter after "INBOX" left out */
static const char *const usual_names[] = { "Sent", "Sent Items",
	"Sent Messages", "Sent Mail", "&AMk-l&AOk-ments envoy&AOk-s",
	"Messages envoy&AOk-s", "Envoy&AOk-s", "Gesendet", "Gesendete Elemente",
	"Enviados", "Elementos enviados", "Posta inviata", "Verzonden items" };

/* usual - its place among them, or how many there are */
static size_t
usual(const struct mailimap_mailbox_list *box)
{
	const char *name = box->mb_name;
	size_t i;

	if (strncasecmp(name, "INBOX", 5) == 0 && name[5] != '\0' &&
	    name[5] == box->mb_delimiter)
		name += 6;
	for (i = 0; i < ARRAY_LEN(usual_names); i++)
		if (strcasecmp(name, usual_names[i]) == 0)
			break;
	return i;
}

/* sent_folder - where the server, or else custom, keeps sent mail */
static char *
sent_folder(struct talk *t)
{
	size_t best = ARRAY_LEN(usual_names);
	const struct mailimap_mailbox_list *box;
	const char *name = NULL;
	clist *boxes = NULL;
	clistiter *i;

	command(t);
	check(t, "LIST", mailimap_list(t->imap, "", "*", &boxes));
	for (i = clist_begin(boxes); i != NULL; i = clist_next(i)) {
		box = clist_content(i);
		if (is_sent(box)) {
			name = box->mb_name;
			break;
		}
		if (usual(box) < best) {
			best = usual(box);
			name = box->mb_name;
		}
	}
	if (name == NULL)
		failed("the server marks no folder as the one of sent mail: "
		       "name it with folder=");
	return talloc_strdup(t->wire, name);
}

/* open_folder - read-only, so that nothing in it changes by our looking */
static void
open_folder(struct talk *t)
{
	const struct mailimap_selection_info *info;
	char *name;

	name = t->account->folder ? imap_utf7(t->wire, t->account->folder)
				  : sent_folder(t);
	if (name == NULL)
		failed("out of memory");
	command(t);
	check(t, name, mailimap_examine(t->imap, name));
	info = t->imap->imap_selection_info;
	if (info == NULL || info->sel_uidvalidity == 0)
		failed("the server gives the folder no UIDVALIDITY");
	if (info->sel_uidvalidity != t->uidvalidity)
		t->uid = 0;
	t->uidvalidity = info->sel_uidvalidity;
	say(IMAP_OPEN, t->uidvalidity, t->has_idle, slice_of(name));
}

/* --- messages */

static int
by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/*
 * search - UIDs above ours of mail since the day before `from`, in order
 *
 * The server compares days without their zones; fetch_one() does it exactly.
 */
static size_t
search(struct talk *t, uint32_t **out)
{
	time_t from = (time_t)(t->from > DAY_S ? t->from - DAY_S : 0);
	struct mailimap_search_key *key;
	struct mailimap_date *date;
	struct mailimap_set *set;
	clist *uids = NULL;
	clistiter *i;
	size_t n = 0;
	struct tm tm;

	if (t->uid == UINT32_MAX)
		return 0;
	(void)gmtime_r(&from, &tm);
	date = mailimap_date_new(tm.tm_mday, tm.tm_mon + 1, tm.tm_year + 1900);
	set = mailimap_set_new_interval(t->uid + 1, 0);
	key = mailimap_search_key_new_multiple_empty();
	if (date == NULL || set == NULL || key == NULL ||
	    mailimap_search_key_multiple_add(
		key, mailimap_search_key_new_uid(set)) != 0 ||
	    mailimap_search_key_multiple_add(
		key, mailimap_search_key_new_since(date)) != 0)
		failed("out of memory");
	command(t);
	check(t, "SEARCH", mailimap_uid_search(t->imap, NULL, key, &uids));
	*out = talloc_array(t->wire, uint32_t, (unsigned)clist_count(uids) + 1);
	if (*out == NULL)
		failed("out of memory");
	/* "8:*" holds the last one even where that is 7 */
	for (i = clist_begin(uids); i != NULL; i = clist_next(i))
		if (*(uint32_t *)clist_content(i) > t->uid)
			(*out)[n++] = *(uint32_t *)clist_content(i);
	mailimap_search_result_free(uids);
	mailimap_search_key_free(key);
	qsort(*out, n, sizeof(**out), by_number);
	return n;
}

/* instant - of INTERNALDATE */
static int64_t
instant(const struct mailimap_date_time *d)
{
	struct tm tm = { .tm_year = d->dt_year - 1900,
		.tm_mon = d->dt_month - 1,
		.tm_mday = d->dt_day,
		.tm_hour = d->dt_hour,
		.tm_min = d->dt_min,
		.tm_sec = d->dt_sec };

	return (int64_t)timegm(&tm) -
	       (d->dt_zone / 100 * 60 + d->dt_zone % 100) * 60;
}

/* what one FETCH said of the message */
struct piece {
	bool is_there;
	uint32_t size;
	int64_t at;
	struct slice octets;
};

/* note - one item of its answer */
static void
note(struct piece *p, uint32_t *uid, const struct mailimap_msg_att_item *item)
{
	const struct mailimap_msg_att_static *s = item->att_data.att_static;
	const struct mailimap_msg_att_body_section *part;

	if (item->att_type != MAILIMAP_MSG_ATT_ITEM_STATIC || s == NULL)
		return;
	switch (s->att_type) {
	case MAILIMAP_MSG_ATT_UID:
		*uid = s->att_data.att_uid;
		break;
	case MAILIMAP_MSG_ATT_RFC822_SIZE:
		p->size = s->att_data.att_rfc822_size;
		break;
	case MAILIMAP_MSG_ATT_INTERNALDATE:
		if (s->att_data.att_internal_date != NULL)
			p->at = instant(s->att_data.att_internal_date);
		break;
	case MAILIMAP_MSG_ATT_BODY_SECTION:
		part = s->att_data.att_body_section;
		if (part != NULL && part->sec_body_part != NULL)
			p->octets = (struct slice){ part->sec_body_part,
				part->sec_length };
		break;
	default:
		break;
	}
}

/* fetch - a piece of a message and what else is to be known; *held: its memory
 */
static struct piece
fetch(struct talk *t, uint32_t uid, uint32_t offset, clist **held)
{
	struct mailimap_fetch_type *what =
	    mailimap_fetch_type_new_fetch_att_list_empty();
	struct mailimap_fetch_att *atts[] = { mailimap_fetch_att_new_uid(),
		mailimap_fetch_att_new_rfc822_size(),
		mailimap_fetch_att_new_internaldate(),
		mailimap_fetch_att_new_body_peek_section_partial(
		    mailimap_section_new(NULL), offset, PIECE_OCTETS) };
	struct mailimap_set *set = mailimap_set_new_single(uid);
	struct piece p, found = { .is_there = false };
	const struct mailimap_msg_att *att;
	clistiter *i, *j;
	uint32_t its_uid;
	size_t n;

	if (what == NULL || set == NULL)
		failed("out of memory");
	for (n = 0; n < ARRAY_LEN(atts); n++)
		if (atts[n] == NULL ||
		    mailimap_fetch_type_new_fetch_att_list_add(what, atts[n]) !=
			0)
			failed("out of memory");
	command(t);
	check(t, "FETCH", mailimap_uid_fetch(t->imap, set, what, held));
	mailimap_set_free(set);
	mailimap_fetch_type_free(what);
	for (i = clist_begin(*held); i != NULL; i = clist_next(i)) {
		p = (struct piece){ .at = INT64_MIN };
		att = clist_content(i);
		its_uid = 0;
		for (j = clist_begin(att->att_list); j != NULL;
		     j = clist_next(j))
			note(&p, &its_uid, clist_content(j));
		if (its_uid != uid)
			continue;
		p.is_there = true;
		if (p.octets.len > PIECE_OCTETS)
			failed("the server gives more than was asked for");
		if (!found.is_there || p.octets.len > 0)
			found = p;
	}
	return found;
}

/* unwanted - why a message is not given, or NULL */
static const char *
unwanted(const struct talk *t, const struct piece *p)
{
	if (!p->is_there)
		return "it is gone";
	if (p->at != INT64_MIN && p->at < t->from)
		return "it is older";
	if (p->size > t->settings->max_message_bytes)
		return "it is larger than max-message";
	return p->octets.len == 0 ? "it is empty" : NULL;
}

/* give - one message, piece by piece; what the server says of its size is not
 * believed */
static void
give(struct talk *t, uint32_t uid)
{
	size_t total = 0;
	const char *why;
	struct piece p;
	clist *held;
	bool is_last;

	p = fetch(t, uid, 0, &held);
	why = unwanted(t, &p);
	if (why == NULL)
		say(IMAP_MAIL, uid, p.at, SLICE(""));
	while (why == NULL && p.octets.len > 0) {
		total += p.octets.len;
		if (total > t->settings->max_message_bytes) {
			why = "it is larger than max-message";
			break;
		}
		say(IMAP_OCTETS, uid, 0, p.octets);
		is_last = p.octets.len < PIECE_OCTETS;
		if (is_last || total > UINT32_MAX - PIECE_OCTETS)
			break;
		mailimap_fetch_list_free(held);
		p = fetch(t, uid, (uint32_t)total, &held);
	}
	mailimap_fetch_list_free(held);
	if (why != NULL)
		say(IMAP_PASS, uid, 0, slice_of(why));
	else
		say(IMAP_MAIL_END, uid, 0, SLICE(""));
	t->uid = uid;
}

/* look - all that is new */
static void
look(struct talk *t)
{
	uint32_t *uids = NULL;
	size_t n = search(t, &uids), i;

	for (i = 0; i < n; i++)
		if (uids[i] > t->uid) /* once, were it there twice */
			give(t, uids[i]);
	talloc_free(uids);
}

/* --- waiting */

/*
 * has_news - was there an EXISTS since this was asked last?
 *
 * It may come with the answer to any command, and comes once.
 */
static bool
has_news(struct talk *t)
{
	struct mailimap_selection_info *info = t->imap->imap_selection_info;
	bool has = info != NULL && info->sel_exists != 0;

	if (has)
		info->sel_exists = 0;
	return has;
}

/*
 * idle - until the server has something to say
 *
 * What is new by now, NOOP asks for: libetpan cannot read an answer to IDLE
 * that has it in front of the "+".
 */
static void
idle(struct talk *t)
{
	(void)poll(NULL, 0, PAUSE_MS);
	command(t);
	check(t, "NOOP", mailimap_noop(t->imap));
	if (has_news(t))
		return;
	command(t);
	check(t, "IDLE", mailimap_idle(t->imap));
	if (!has_news(t))
		(void)wire_wait(t->wire, IDLE_MS);
	command(t);
	check(t, "DONE", mailimap_idle_done(t->imap));
}

static _Noreturn void
watch(struct talk *t)
{
	for (;;) {
		(void)has_news(t);
		do {
			look(t);
		} while (has_news(t));
		say(IMAP_ALIVE, 0, 0, SLICE(""));
		if (t->has_idle) {
			idle(t);
			continue;
		}
		(void)wire_wait(t->wire, t->account->poll_s * 1000);
		(void)poll(NULL, 0, PAUSE_MS);
		command(t);
		check(t, "NOOP", mailimap_noop(t->imap));
	}
}

/* --- the program */

static const struct settings_imap *
find(const struct settings *s, const char *name)
{
	char *its_name;
	bool is_it;
	size_t i;

	for (i = 0; i < s->imap.n; i++) {
		its_name = imap_name(NULL, s->imap.items[i]);
		is_it = strcmp(its_name, name) == 0;
		talloc_free(its_name);
		if (is_it)
			return s->imap.items[i];
	}
	return NULL;
}

static int
usage(void)
{
	(void)fputs("usage: promised-imap-talk [-c FILE] [-o name=value]... "
		    "FOLDER UIDVALIDITY UID FROM\n"
		    "It is run by promised-imap(8).\n",
	    stderr);
	return EXIT_USAGE;
}

int
main(int argc, char **argv)
{
	const char *overrides[OVERRIDES_MAX + 1] = { NULL }, *file = NULL;
	TALLOC_CTX *mem = talloc_new(NULL);
	struct settings *settings;
	struct talk t = { 0 };
	struct err e;
	size_t n = 0;
	int opt;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)signal(SIGPIPE, SIG_IGN);
	while ((opt = getopt(argc, argv, "c:o:")) != -1) {
		if (opt == 'c')
			file = optarg;
		else if (opt == 'o' && n < OVERRIDES_MAX)
			overrides[n++] = optarg;
		else
			return usage();
	}
	if (argc - optind != 4)
		return usage();
	if (settings_read(mem, file, overrides, &settings, &e) != RC_OK)
		failed(e.text);
	t.settings = settings;
	t.account = find(settings, argv[optind]);
	t.uidvalidity = (uint32_t)strtoul(argv[optind + 1], NULL, 10);
	t.uid = (uint32_t)strtoul(argv[optind + 2], NULL, 10);
	t.from = strtoll(argv[optind + 3], NULL, 10);
	if (t.account == NULL)
		failed("the settings do not name it any more");
	if (secret_read(mem, "password", t.account->password_file,
		t.account->password_command, &t.password, &e) != RC_OK)
		failed(e.text);
	t.wire = wire_connect(mem, t.account, failed);
	if (sandbox_close(true, &e) != RC_OK)
		failed(e.text);
	greet(&t);
	log_in(&t);
	capabilities(&t);
	t.has_idle = mailimap_has_idle(t.imap) != 0;
	open_folder(&t);
	watch(&t);
}
