/*
 * sample.c - promises made by hand, for the tests of cal
 */
#include "core/core.h"

#include "tests/cal/sample.h"

static struct zone *
paris(void)
{
	static struct zone *z;
	struct err e;

	if (z == NULL && zone_open(NULL, "Europe/Paris", &z, &e) != RC_OK)
		abort();
	return z;
}

struct civil
sample_civil(const char *text)
{
	struct civil c = { .minute = CIVIL_NO_MINUTE };

	if (*text != '\0' && !civil_parse(text, &c))
		abort();
	return c;
}

int64_t
sample_at(const char *text)
{
	return zone_instant(paris(), sample_civil(text));
}

struct calendar *
sample_calendar(TALLOC_CTX *mem)
{
	static const char *const sets[] = { "fr", NULL };
	struct calendar *c;
	struct err e;

	if (calendar_new(mem, 0x1f, 9 * 60, 18 * 60, sets, &c, &e) != RC_OK)
		abort();
	return c;
}

void
sample_due(struct promise *p, const char *due)
{
	p->due = sample_civil(due);
	p->due_at = promise_due_at(p->due, paris());
}

struct promise *
sample_promise(TALLOC_CTX *mem, int64_t id, const char *due)
{
	struct promise *p = talloc_zero(mem, struct promise);

	p->id = id;
	p->text = talloc_strdup(p,
	    "Je vous envoie le devis corrigé, avec la remise ; sinon je vous "
	    "rappelle.");
	memcpy(p->lang, "fr", 3);
	p->zone = talloc_strdup(p, "Europe/Paris");
	p->author = talloc_strdup(p, "helene.dupont@acme.example");
	p->author_name = talloc_strdup(p, "Hélène Dupont");
	p->customers = talloc_zero_array(p, char *, 3);
	p->customers[0] = talloc_strdup(p, "j.muller@client.example");
	p->subject_thread = talloc_strdup(p, "20261119.4711@acme.example");
	p->message_id = talloc_strdup(p, "20261119081201.4711@acme.example");
	p->sent_at = sample_at("2026-11-19T09:12");
	p->recorded_at = p->changed_at = p->sent_at + 2;
	sample_due(p, due);
	p->due_first = p->due;
	p->from.minute = CIVIL_NO_MINUTE;
	return p;
}

struct promise *
sample_copy(TALLOC_CTX *mem, const struct promise *p)
{
	struct promise *q = talloc_zero(mem, struct promise);

	*q = *p;
	q->text = talloc_strdup(q, p->text);
	q->author_name = talloc_strdup(q, p->author_name);
	return q;
}
