/*
 * shelf.c - the promises of one choice and one look, as the ledger has them
 */
#include "core/core.h"

#include <strings.h>

#include "cal/feed/shelf.h"

#define DAY_S (24 * 60 * 60)

/* a promise that is shown or counted */
struct item {
	int64_t id;
	struct ical_fact fact;
	bool is_faulty; /* could not be rendered */
};

struct shelf {
	const struct shelf_choice *choice;
	shelf_put_fn put;
	void *arg;
	struct stock *stock;
	struct item *items; /* by id */
	size_t count, room;
	int64_t version; /* of the ledger; -1: not read yet */
	int64_t edition;
	int64_t left_at; /* when a promise last left */
	struct ical_tally tally;
	/* while it follows */
	struct ledger *ledger;
	struct ical *ical;
	int64_t at;
};

static enum rc
put_in_stock(int64_t id, struct slice text, void *arg, struct err *e)
{
	struct shelf *s = arg;

	return stock_put(s->stock, id, text, e);
}

struct shelf *
shelf_new(TALLOC_CTX *mem, const struct shelf_choice *choice, shelf_put_fn put,
    void *arg)
{
	struct shelf *s = talloc_zero(mem, struct shelf);

	if (s == NULL)
		return NULL;
	s->choice = choice;
	s->put = put != NULL ? put : put_in_stock;
	s->arg = put != NULL ? arg : s;
	s->version = -1;
	s->stock = stock_new(s);
	if (s->stock == NULL)
		TALLOC_FREE(s);
	return s;
}

/* is_of - does an address belong to a filter: an address or a domain */
static bool
is_of(const char *address, const char *filter)
{
	const char *at = strrchr(address, '@');

	if (strchr(filter, '@') == NULL)
		return at != NULL && strcasecmp(at + 1, filter) == 0;
	return strcasecmp(address, filter) == 0;
}

/* is_chosen - is the promise one of the choice's */
static bool
is_chosen(const struct shelf_choice *c, const struct promise *p)
{
	const char *owner = p->owner ? p->owner : p->author;
	size_t i;

	if (c->kind != NULL && *c->kind != p->kind)
		return false;
	if (c->author != NULL && strcasecmp(owner, c->author) != 0)
		return false;
	if (c->team != NULL) {
		for (i = 0; c->team[i] != NULL; i++)
			if (strcasecmp(owner, c->team[i]) == 0)
				break;
		if (c->team[i] == NULL)
			return false;
	}
	if (c->customer == NULL)
		return true;
	for (i = 0; p->customers != NULL && p->customers[i] != NULL; i++)
		if (is_of(p->customers[i], c->customer))
			return true;
	return false;
}

/* place_of - where a number stands or belongs */
static size_t
place_of(const struct shelf *s, int64_t id)
{
	size_t low = 0, high = s->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (s->items[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* item_of - the one of a number, made where it is missing; NULL: no memory */
static struct item *
item_of(struct shelf *s, int64_t id, size_t place)
{
	struct item *items;

	if (place < s->count && s->items[place].id == id)
		return &s->items[place];
	if (s->count == s->room) {
		items =
		    talloc_realloc(s, s->items, struct item, s->room * 2 + 64);
		if (items == NULL)
			return NULL;
		s->items = items;
		s->room = s->room * 2 + 64;
	}
	memmove(&s->items[place + 1], &s->items[place],
	    (s->count - place) * sizeof(*s->items));
	s->items[place] = (struct item){ .id = id };
	s->count++;
	return &s->items[place];
}

/* leave - a promise is no longer shown nor counted */
static enum rc
leave(struct shelf *s, int64_t id, int64_t changed_at, struct err *e)
{
	size_t place = place_of(s, id);

	if (changed_at > s->left_at)
		s->left_at = changed_at;
	if (place == s->count || s->items[place].id != id)
		return RC_OK;
	s->count--;
	memmove(&s->items[place], &s->items[place + 1],
	    (s->count - place) * sizeof(*s->items));
	return s->put(id, SLICE(""), s->arg, e);
}

/* take - a promise as it is now */
static enum rc
take(const struct promise *p, void *arg, struct err *e)
{
	struct shelf *s = arg;
	struct ical_fact fact = ical_fact_of(&s->choice->look, p, s->at);
	char *text = NULL;
	struct item *item;
	enum rc rc;

	if (!is_chosen(s->choice, p)) {
		size_t place = place_of(s, p->id);

		/* a stranger, or one that was handed over */
		if (place == s->count || s->items[place].id != p->id)
			return RC_OK;
		return leave(s, p->id, fact.changed_at, e);
	}
	if (!fact.is_open && !fact.is_shown)
		return leave(s, p->id, fact.changed_at, e);
	item = item_of(s, p->id, place_of(s, p->id));
	if (item == NULL)
		return err_nomem(e);
	item->fact = fact;
	item->is_faulty = false;
	if (fact.is_shown) {
		rc =
		    ical_show(s->ical, s, &s->choice->look, p, s->at, &text, e);
		/* one odd mail must not take the calendar away */
		item->is_faulty = rc == RC_INTERNAL;
		if (rc != RC_OK && rc != RC_INTERNAL)
			return rc;
	}
	rc = s->put(p->id, slice_of(text), s->arg, e);
	talloc_free(text);
	return rc;
}

/* read_all - everything, from the beginning */
static enum rc
read_all(struct shelf *s, struct err *e)
{
	int64_t from = ical_day_of(s->ical, s->at).begin;
	int64_t kept = s->at - (int64_t)s->choice->look.kept_days * DAY_S;
	struct ledger_query q = { .customer = s->choice->customer,
		.author = s->choice->author,
		.settled_from = kept < from ? kept : from,
		.is_by_id = true };
	enum rc rc;

	talloc_free(s->stock);
	s->stock = stock_new(s);
	s->count = 0;
	s->left_at = 0;
	if (s->stock == NULL)
		return err_nomem(e);
	rc = s->put(0, SLICE(""), s->arg, e);
	return rc == RC_OK ? ledger_each(s->ledger, &q, take, s, e) : rc;
}

/* read_changes - of the ledger, then what time alone has changed */
static enum rc
read_changes(struct shelf *s, int64_t version, struct err *e)
{
	struct ledger_query q = { .since = s->version, .is_by_id = true };
	struct promise *p;
	enum rc rc = RC_OK;
	int64_t id;
	size_t i;

	if (version != s->version)
		rc = ledger_each(s->ledger, &q, take, s, e);
	for (i = 0; rc == RC_OK && i < s->count; i++) {
		id = s->items[i].id;
		if (s->at < s->items[i].fact.until)
			continue;
		rc = ledger_get(s->ledger, s, id, &p, e);
		if (rc != RC_OK)
			break;
		rc = take(p, s, e);
		talloc_free(p);
		/* it may have left: the next one stands in its place */
		if (i < s->count && s->items[i].id != id)
			i--;
	}
	return rc;
}

/* count - the tally of what is there now */
static void
count(struct shelf *s)
{
	size_t i;

	ical_tally_begin(&s->tally);
	s->tally.changed_at = s->left_at;
	for (i = 0; i < s->count; i++) {
		ical_tally_add(&s->tally, &s->items[i].fact);
		s->tally.faults += s->items[i].is_faulty;
	}
	s->tally.shown -= s->tally.faults;
}

enum rc
shelf_follow(struct shelf *s, struct ledger *l, struct ical *i, int64_t version,
    int64_t at, struct err *e)
{
	int64_t erased;
	enum rc rc;

	if (s->version == version && at < s->tally.until)
		return RC_OK;
	s->ledger = l;
	s->ical = i;
	s->at = at;
	rc = ledger_erased(l, &erased, e);
	if (rc == RC_OK && (s->version < 0 || erased > s->version))
		rc = read_all(s, e);
	else if (rc == RC_OK)
		rc = read_changes(s, version, e);
	if (rc == RC_OK)
		rc = stock_seal(s->stock, e);
	s->version = rc == RC_OK ? version : -1;
	s->edition++;
	count(s);
	return rc;
}

int64_t
shelf_edition(const struct shelf *s)
{
	return s->edition;
}

const struct ical_tally *
shelf_tally(const struct shelf *s)
{
	return &s->tally;
}

const struct stock *
shelf_stock(const struct shelf *s)
{
	return s->stock;
}
