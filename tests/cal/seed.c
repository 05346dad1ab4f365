/*
 * seed.c - fill a ledger from a command test
 *
 *     seed LEDGER record LANG DUE TEXT    one mail, one promise, sent now
 *     seed LEDGER many COUNT              as many, a hundred in a mail
 *     seed LEDGER feed LANG NAME TOKEN    a subscription; prints its id
 *     seed LEDGER revoke ID
 *     seed LEDGER kept ID
 *     seed LEDGER moved ID DUE
 *     seed LEDGER used ID                 prints when it was last used
 *
 * $SEED_AUTHOR and $SEED_KIND change the author and the kind of what is
 * recorded, $SEED_AT (UTC seconds) the moment of it all. DUE is a civil time in
 * Paris, or +DAYS from today, or "-" for none.
 */
#include "core/core.h"

#include <glib.h>
#include <time.h>

#include "core/ledger/ledger.h"
#include "tests/cal/sample.h"

static int64_t
now(void)
{
	const char *at = getenv("SEED_AT");
	struct timespec t;

	if (at != NULL)
		return strtoll(at, NULL, 10);
	(void)clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec;
}

static struct civil
due_of(const char *text)
{
	struct civil c;

	if (strcmp(text, "-") == 0)
		return sample_civil("");
	if (*text != '+')
		return sample_civil(text);
	c.day = (int32_t)(now() / 86400) + (int32_t)strtol(text + 1, NULL, 10);
	c.minute = CIVIL_NO_MINUTE;
	c.is_set = true;
	return c;
}

static void
sha256(const char *text, uint8_t out[32])
{
	GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
	gsize len = 32;

	g_checksum_update(sum, (const guchar *)text, -1);
	g_checksum_get_digest(sum, out, &len);
	g_checksum_free(sum);
}

static enum rc
record(struct ledger *l, char **argv, struct err *e)
{
	static const char *const customers[] = { "jerome@client.example",
		NULL };
	const char *author = getenv("SEED_AUTHOR"), *kind = getenv("SEED_KIND");
	struct ledger_mail mail = { .author =
					author ? author : "helene@acme.example",
		.author_name = author ? NULL : "Hélène Dupont",
		.customers = customers,
		.thread = "root@acme.example",
		.zone = "Europe/Paris",
		.sent_at = now(),
		.recorded_at = now() };
	struct promise p = { .text = argv[5],
		.due = due_of(argv[4]),
		.from = { .minute = CIVIL_NO_MINUTE },
		.why = (char[]){ "" } };
	size_t recorded;
	char id[40];

	if (kind != NULL && !promise_kind_parse(kind, &p.kind))
		return err_set(e, RC_BADINPUT, "no kind '%s'", kind);
	(void)snprintf(p.lang, sizeof(p.lang), "%s", argv[3]);
	sha256(argv[5], mail.digest);
	(void)snprintf(id, sizeof(id), "%08x@acme.example",
	    mail.digest[0] << 16 | mail.digest[1] << 8 | mail.digest[2]);
	mail.message_id = id;
	return ledger_record(l, &mail, &p, 1, &recorded, e);
}

/* many - promises over the coming year, a hundred in each mail */
static enum rc
many(struct ledger *l, int64_t count, struct err *e)
{
	static const char *const customers[] = { "jerome@client.example",
		NULL };
	struct promise p[100];
	struct ledger_mail mail = { .author = "helene@acme.example",
		.author_name = "Hélène Dupont",
		.customers = customers,
		.zone = "Europe/Paris",
		.sent_at = now(),
		.recorded_at = now() };
	char text[100][120], id[40], none[1] = "";
	size_t recorded, n, i;
	enum rc rc = RC_OK;

	for (; count > 0 && rc == RC_OK; count -= (int64_t)n) {
		n = count < 100 ? (size_t)count : 100;
		for (i = 0; i < n; i++) {
			(void)snprintf(text[i], sizeof(text[i]),
			    "Je vous envoie le devis n° %" PRId64
			    " corrigé, avec la remise prévue.",
			    count - (int64_t)i);
			p[i] = (struct promise){ .text = text[i],
				.due = due_of("+1"),
				.from = { .minute = CIVIL_NO_MINUTE },
				.lang = "fr",
				.why = none };
			p[i].due.day += (int32_t)((count - (int64_t)i) % 365);
		}
		(void)snprintf(
		    id, sizeof(id), "many-%" PRId64 "@acme.example", count);
		sha256(id, mail.digest);
		mail.message_id = id;
		rc = ledger_record(l, &mail, p, n, &recorded, e);
	}
	return rc;
}

static enum rc
print_used(const struct ledger_feed *f, void *arg, struct err *e)
{
	(void)e;
	if (f->id == *(int64_t *)arg)
		printf("%" PRId64 "\n", f->used_at);
	return RC_OK;
}

static enum rc
run(struct ledger *l, int argc, char **argv, struct err *e)
{
	int64_t id = argc > 3 ? strtoll(argv[3], NULL, 10) : 0;
	const char *what = argv[2];
	enum rc rc;

	if (strcmp(what, "record") == 0 && argc == 6)
		return record(l, argv, e);
	if (strcmp(what, "feed") == 0 && argc == 6) {
		struct ledger_feed f = {
			.lang = argv[3], .name = argv[4], .created_at = now()
		};

		sha256(argv[5], f.token_hash);
		rc = ledger_feed_add(l, &f, &id, e);
		printf("%" PRId64 "\n", id);
		return rc;
	}
	if (strcmp(what, "many") == 0 && argc == 4)
		return many(l, id, e);
	if (strcmp(what, "revoke") == 0 && argc == 4)
		return ledger_feed_revoke(l, id, now(), e);
	if (strcmp(what, "used") == 0 && argc == 4)
		return ledger_feed_each(l, print_used, &id, e);
	if (strcmp(what, "kept") == 0 && argc == 4)
		return ledger_move(
		    l, id, MOVE_KEPT, due_of("-"), now(), "seed", NULL, e);
	if (strcmp(what, "moved") == 0 && argc == 5)
		return ledger_move(
		    l, id, MOVE_MOVED, due_of(argv[4]), now(), "seed", NULL, e);
	return err_set(e, RC_BADINPUT, "usage: see seed.c");
}

int
main(int argc, char **argv)
{
	struct ledger *l = NULL;
	struct err e;
	enum rc rc;

	if (argc < 3)
		return 2;
	rc = ledger_open(NULL, argv[1], LEDGER_CREATE, &l, &e);
	if (rc == RC_OK)
		rc = run(l, argc, argv, &e);
	if (rc != RC_OK)
		(void)fprintf(stderr, "seed: %s\n", e.text);
	talloc_free(l);
	return rc != RC_OK;
}
