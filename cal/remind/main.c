/*
 * main.c - promised-remind: says what is due to be said
 *
 * Now and then it decides what is to be said (desk.h) and sends what stands
 * in the outbox (outbox.h). Without remind-from the log alone says it.
 */
#include "core/core.h"

#include <getopt.h>
#include <glib.h>
#include <poll.h>

#include "cal/remind/desk.h"
#include "cal/remind/invite.h"
#include "cal/remind/outbox.h"
#include "cal/remind/plan.h"
#include "cal/reply/reply.h"
#include "cal/start.h"
#include "core/ledger/ledger.h"
#include "core/log/log.h"

#define PASS_MS 20000
#define LOOK_MS 1000 /* for answers */
#define TIDY_MS (24 * 60 * 60 * 1000)
#define KEPT_S  ((TICKET_DAYS + 30) * INT64_C(86400)) /* letters that left */
#define MONTH_S INT64_C(2629746)                      /* a twelfth of a year */
#define DAY_S   (24 * 60 * 60)

/* what was said last about one promise */
struct said {
	int64_t id;
	struct plan_moment moment;
	unsigned pass;
};

struct remind {
	struct start start;
	char *path;
	struct zone *zone; /* of promises that name none we know */
	struct zone *last; /* the zone of the promise before this one */
	GHashTable *said;  /* by id; NULL: print everything */
	unsigned pass;
	int64_t at;
	bool is_blind; /* said so in the log */
	struct desk desk;
	char hostname[256];
	bool has_voice; /* mail is sent */
	TALLOC_CTX *mem;
	struct reply_langs langs;
};

/* zone_of - most promises of one ledger share a zone */
static const struct zone *
zone_of(struct remind *r, const char *name)
{
	struct zone *z;
	struct err e;

	if (name == NULL || *name == '\0')
		return r->zone;
	if (r->last != NULL && strcmp(zone_name(r->last), name) == 0)
		return r->last;
	if (zone_open(NULL, name, &z, &e) != RC_OK)
		return r->zone;
	talloc_free(r->last);
	r->last = z;
	return z;
}

/* print - one line for a test or a curious person */
static void
print(
    const struct promise *p, const struct plan_moment *m, const struct zone *z)
{
	char since[CIVIL_TEXT_MAX], due[CIVIL_TEXT_MAX];

	civil_format(zone_civil(z, m->at), since);
	civil_format(p->due, due);
	printf(
	    "%" PRId64 " %s %s %s\n", p->id, plan_why_name(m->why), since, due);
}

/* say - once for each promise and moment */
static enum rc
say(const struct promise *p, void *arg, struct err *e)
{
	struct remind *r = arg;
	const struct zone *z = zone_of(r, p->zone);
	struct plan_moment m;
	struct said *s;

	(void)e;
	if (!plan_now(p, r->start.calendar, z, desk_pace(&r->desk), r->at, &m))
		return RC_OK;
	if (r->said == NULL) {
		print(p, &m, z);
		return RC_OK;
	}
	s = g_hash_table_lookup(r->said, &p->id);
	if (s == NULL) {
		s = g_new0(struct said, 1);
		s->id = p->id;
		s->moment.at = -1;
		(void)g_hash_table_insert(r->said, &s->id, s);
	}
	s->pass = r->pass;
	if (s->moment.at == m.at && s->moment.why == m.why)
		return RC_OK;
	s->moment = m;
	log_event(EV_REMIND_WOULD, LOG_NUMBER("id", p->id),
	    LOG_TEXT("why", plan_why_name(m.why)));
	return RC_OK;
}

static gboolean
is_old(gpointer key, gpointer value, gpointer arg)
{
	(void)key;
	return ((struct said *)value)->pass != ((struct remind *)arg)->pass;
}

/* speak - decide, then send; the ledger is opened each time as below */
static enum rc
speak(struct remind *r, int64_t at, bool is_pass, int stop, struct err *e)
{
	struct ledger *l = NULL;
	size_t posted = 0;
	enum rc rc;

	rc = ledger_open(NULL, r->path, LEDGER_WRITE, &l, e);
	if (rc == RC_OK)
		rc = reply_take(&r->desk, l, r->mem, &r->langs, at, e);
	if (rc == RC_OK && is_pass)
		rc = desk_decide(&r->desk, l, at, &posted, e);
	if (rc == RC_OK && is_pass)
		rc = invite_decide(&r->desk, l, at, &posted, e);
	if (rc == RC_OK)
		rc = outbox_send(&r->desk, l, at, stop, e);
	talloc_free(l);
	return rc;
}

/* pass - everything that is to be said now; the ledger is opened each time,
 * so that one that was moved or restored is the one that is read */
static enum rc
pass(struct remind *r, int64_t at, struct err *e)
{
	struct ledger_query q = { .states = 1u << PROMISE_OPEN,
		.due_before = at + PLAN_AHEAD_DAYS * DAY_S };
	struct ledger *l = NULL;
	enum rc rc;

	r->at = at;
	r->pass++;
	rc = ledger_open(NULL, r->path, LEDGER_READ, &l, e);
	if (rc == RC_OK)
		rc = ledger_each(l, &q, say, r, e);
	talloc_free(l);
	if (rc == RC_OK && r->said != NULL)
		(void)g_hash_table_foreach_remove(r->said, is_old, r);
	return rc;
}

/* tidy - what is kept no longer: settled promises, letters that have left */
static enum rc
tidy(struct remind *r, int64_t at, struct err *e)
{
	unsigned months = r->start.settings->retention_months;
	struct ledger_erase settled = { .settled_before =
					    at - months * MONTH_S };
	struct ledger_erased out = { 0 };
	struct ledger *l = NULL;
	size_t letters = 0;
	enum rc rc;

	rc = ledger_open(NULL, r->path, LEDGER_WRITE, &l, e);
	if (rc == RC_OK && months > 0)
		rc = ledger_erase(l, &settled, at, false, &out, e);
	if (rc == RC_OK)
		rc = ledger_prune(l, at - KEPT_S, &letters, e);
	talloc_free(l);
	if (rc == RC_OK && out.promises + out.letters + letters > 0)
		log_event(EV_REMIND_TIDIED,
		    LOG_NUMBER("promises", (int64_t)out.promises),
		    LOG_NUMBER("letters", (int64_t)(out.letters + letters)));
	return rc;
}

/* work - a pass now and then, a look for answers in between, until a signal
 * says to end */
static enum rc
work(struct remind *r, int signals, struct err *e)
{
	struct pollfd fd = { .fd = signals, .events = POLLIN };
	int64_t next_ms = 0, tidy_ms = 0;
	bool is_pass;
	enum rc rc;

	for (;;) {
		is_pass = start_mono_ms() >= next_ms;
		if (is_pass)
			next_ms = start_mono_ms() + PASS_MS;
		rc = r->has_voice ? speak(r, start_now(), is_pass, signals, e)
				  : pass(r, start_now(), e);
		if (rc == RC_OK && start_mono_ms() >= tidy_ms) {
			rc = tidy(r, start_now(), e);
			tidy_ms = start_mono_ms() + TIDY_MS;
		}
		if (rc != RC_OK && !r->is_blind)
			log_event(EV_REMIND_BLIND, LOG_TEXT("reason", e->text));
		r->is_blind = rc != RC_OK;
		if (poll(&fd, 1, r->has_voice ? LOOK_MS : PASS_MS) < 0 &&
		    errno != EINTR)
			return err_errno(e, "poll");
		if (fd.revents != 0)
			return RC_OK;
	}
}

/* serve - as a child of promised */
static enum rc
serve(struct remind *r, struct err *e)
{
	int signals;
	enum rc rc;

	rc = start_service(&signals, e);
	if (rc == RC_OK)
		rc = start_ready(r->start.settings, "remind", NULL, e);
	if (rc != RC_OK)
		return rc;
	r->said =
	    g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
	rc = work(r, signals, e);
	g_hash_table_destroy(r->said);
	(void)close(signals);
	return rc;
}

/* begin - settings, zone, the ledger's place */
static enum rc
begin(TALLOC_CTX *mem, struct remind *r, struct err *e)
{
	enum rc rc = start_read(mem, &r->start, e);
	char *key;

	if (rc != RC_OK)
		return rc;
	r->path = settings_path(mem, r->start.settings, LEDGER_FILE);
	key = settings_path(mem, r->start.settings, TICKET_KEY_FILE);
	if (r->path == NULL || key == NULL)
		return err_nomem(e);
	rc = zone_open(mem, start_zone(r->start.settings), &r->zone, e);
	if (rc != RC_OK)
		return rc;
	r->has_voice = *r->start.settings->remind_from != '\0' &&
		       r->start.settings->remind != REMIND_LOG;
	if (r->has_voice)
		rc = ticket_key(key, r->desk.key, e);
	(void)snprintf(r->hostname, sizeof(r->hostname), "%s",
	    r->start.settings->hostname);
	if (r->hostname[0] == '\0' &&
	    gethostname(r->hostname, sizeof(r->hostname) - 1) != 0)
		(void)snprintf(r->hostname, sizeof(r->hostname), "localhost");
	r->desk.settings = r->start.settings;
	r->desk.calendar = r->start.calendar;
	r->desk.zone = r->zone;
	r->desk.hostname = r->hostname;
	return rc;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "once", no_argument, NULL, '1' },
		{ "send", no_argument, NULL, 's' },
		{ "tidy", no_argument, NULL, 't' },
		{ "at", required_argument, NULL, 'a' },
		{ NULL, 0, NULL, 0 },
	};
	TALLOC_CTX *mem = talloc_new(NULL);
	struct remind r = { .mem = mem };
	bool is_once = false, is_send = false, is_tidy = false;
	int option, status;
	struct err e;
	enum rc rc;

	while (
	    (option = getopt_long(argc, argv, "+c:o:", options, NULL)) != -1) {
		if (option == 'c')
			r.start.file = optarg;
		else if (option == '1')
			is_once = true;
		else if (option == 's')
			is_send = true;
		else if (option == 't')
			is_tidy = true;
		else if (option == 'a')
			r.start.at_text = optarg;
		else if (option != 'o' || !start_override(&r.start, optarg))
			goto usage;
	}
	if (optind != argc ||
	    ((r.start.at_text != NULL || is_send || is_tidy) && !is_once) ||
	    (is_send && is_tidy))
		goto usage;
	rc = begin(mem, &r, &e);
	if (rc == RC_OK && is_send && !r.has_voice)
		rc = err_set(&e, RC_BADINPUT, "remind-from is not set");
	if (rc == RC_OK)
		rc = is_tidy   ? tidy(&r, r.start.at, &e)
		     : is_send ? speak(&r, r.start.at, true, -1, &e)
		     : is_once ? pass(&r, r.start.at, &e)
			       : serve(&r, &e);
	status = start_status(&r.start, rc, "promised-remind", &e);
	talloc_free(r.last);
	talloc_free(mem);
	return status;
usage:
	(void)fputs("usage: promised-remind [-c file] [-o name=value]... "
		    "[--once [--send|--tidy] [--at instant]]\n",
	    stderr);
	talloc_free(mem);
	return START_USAGE;
}
