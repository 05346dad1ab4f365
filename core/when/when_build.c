/*
 * when_build.c - pieces of time, merged into the expressions of one language
 *
 * Pieces come in the order of the text. Those that touch and complete each
 * other ("Friday" "27 November" "before" "5 pm") make one moment; a word that
 * joins two of a kind ("to", "or", "and" behind "between") makes a window; a
 * length of time and a word that says from where ("after") takes the next
 * moment as its base, or an event where none follows. No word of a language
 * stands here, and no date is known.
 */
#include "core/core.h"

#include "core/when/when_priv.h"

#define EVENT_REACH 14   /* tokens between an event and its date */
#define WINDOW      1024 /* tokens read at once: bounds what is in memory */

/* how pieces tell how it is said; they do not fill a moment */
#define HOW_KEYS                                                               \
	(BIT(prefix) | BIT(suffix) | BIT(link) | BIT(join) | BIT(glue) |       \
	    BIT(event) | BIT(none) | BIT(bare) | BIT(lasting))

struct builder {
	TALLOC_CTX *mem;
	const struct text *t;
	uint8_t lang;
	struct when_expr *exprs;
	size_t count, room;

	/* the expression being built */
	bool is_open;
	bool is_solid;    /* some piece is a time by itself */
	bool is_borrowed; /* the end's day is the start's */
	bool is_until;    /* its end was said with "until" */
	struct when_expr x;
	struct when_field f;

	/* connecting pieces since its last word; 0: none */
	int prefix, link, join;
	bool is_lasting; /* "for" */
	uint32_t prefix_first, link_first;
	uint32_t end; /* token behind the last piece seen */
	struct err *e;
};

static void
forget(struct builder *b)
{
	b->prefix = b->link = b->join = 0;
	b->is_lasting = false;
}

static bool
names_month(const struct when_keys *k)
{
	return keys_has(k, BIT(month)) ||
	       (keys_has(k, BIT(period)) && k->v[KEY_period] >= PERIOD_month);
}

/* days_agree - may the day of one piece be completed by another's? */
static bool
days_agree(const struct when_keys *a, const struct when_keys *p)
{
	uint64_t both = (a->has | p->has) & DAY_KEYS;

	/* "today - next Friday" are two days */
	if (keys_has(p, BIT(which)) && keys_has(a, BIT(day)))
		return false;
	if (keys_has(a, BIT(of_day)) || keys_has(p, BIT(of_day)))
		return !keys_has(p, BIT(period)) || !keys_has(a, BIT(period));
	if ((a->has & DAY_KEYS) == BIT(weekday) ||
	    (p->has & DAY_KEYS) == BIT(weekday))
		return true;
	if ((a->has & DAY_KEYS) == BIT(day) || (p->has & DAY_KEYS) == BIT(day))
		return (both & (BIT(mday) | BIT(num1) | BIT(feast))) != 0;
	if (keys_has(a, BIT(nth)) || keys_has(p, BIT(nth)))
		return true;
	if ((both & ~(BIT(mday) | BIT(month) | BIT(period) | BIT(weekday))) ==
	    0)
		return keys_has(a, BIT(mday)) ? names_month(p)
		       : keys_has(p, BIT(mday))
			   ? names_month(a)
			   : keys_has(&(struct when_keys){ .has = both },
				 BIT(month));
	return false;
}

/* finer_part - of two parts of one day, the one inside the other; 0: neither */
static int
finer_part(int a, int p)
{
	if (a == p)
		return a;
	if ((a == PART_morning && p == PART_first) ||
	    (a == PART_first && p == PART_morning))
		return PART_first;
	if ((a == PART_overnight && p == PART_evening) ||
	    (a == PART_evening && p == PART_overnight))
		return PART_overnight;
	if ((a == PART_afternoon && p == PART_early_afternoon) ||
	    (a == PART_early_afternoon && p == PART_afternoon))
		return PART_early_afternoon;
	return 0;
}

/* completes - may a piece be merged into a moment? */
static bool
completes(const struct when_keys *a, const struct when_keys *p)
{
	uint64_t twice = a->has & p->has & ~HOW_KEYS;

	if (keys_has(a, BIT(vague) | BIT(past)) ||
	    keys_has(p, BIT(vague) | BIT(past)))
		return false;
	if ((twice & ~(BIT(part) | BIT(exact) | BIT(minute))) != 0)
		return false;
	if (keys_has(p, BIT(hour)) && keys_has(a, BIT(hour)))
		return false;
	if (keys_has(a, BIT(part)) && keys_has(p, BIT(part)) &&
	    finer_part(a->v[KEY_part], p->v[KEY_part]) == 0)
		return false;
	if (keys_has(a, BIT(unit)) || keys_has(p, BIT(unit))) {
		const struct when_keys *u = keys_has(a, BIT(unit)) ? a : p;
		const struct when_keys *o = u == a ? p : a;

		if (keys_has(o, BIT(nth)) || keys_has(u, BIT(nth)))
			return true;
		return !keys_has(o, DAY_KEYS) && keys_has(o, TIME_KEYS) &&
		       u->v[KEY_unit] >= UNIT_day;
	}
	if (keys_has(a, DAY_KEYS) && keys_has(p, DAY_KEYS))
		return days_agree(a, p);
	return true;
}

/* merge - the keys of a piece into a moment; how it is said is set apart */
static void
merge(struct when_keys *a, const struct when_keys *p)
{
	int part = keys_has(a, BIT(part)) && keys_has(p, BIT(part))
		       ? finer_part(a->v[KEY_part], p->v[KEY_part])
		       : 0;

	for (int k = 0; k < KEY_COUNT; k++)
		if (((p->has & ~HOW_KEYS) >> k & 1) != 0)
			keys_put(a, (enum when_key)k, p->v[k]);
	if (part != 0)
		keys_put(a, KEY_part, part);
}

/* borrow - take keys that a moment lacks from another */
static void
borrow(struct when_keys *a, const struct when_keys *from, uint64_t which)
{
	which &= from->has & ~a->has;
	for (int k = 0; k < KEY_COUNT; k++)
		if ((which >> k & 1) != 0)
			keys_put(a, (enum when_key)k, from->v[k]);
}

#define DAY_BORROWED                                                           \
	(DAY_KEYS | BIT(which) | BIT(weeks) | BIT(times) | BIT(year) |         \
	    BIT(offset) | BIT(number) | BIT(edge) | BIT(num2) | BIT(of_day) |  \
	    BIT(unit) | BIT(n) | BIT(usual))

/* same_level - are two moments ends of one range? */
static bool
same_level(const struct when_keys *a, const struct when_keys *p)
{
	if (keys_has(p, BIT(vague) | BIT(past)) ||
	    keys_has(a, BIT(vague) | BIT(past)))
		return false;
	if (keys_has(a, BIT(unit)) || keys_has(p, BIT(unit)))
		return keys_has(a, BIT(unit)) && keys_has(p, BIT(unit));
	if (keys_has(p, TIME_KEYS) && keys_has(a, TIME_KEYS))
		return true;
	return keys_has(p, DAY_KEYS) && keys_has(a, DAY_KEYS);
}

/* add_length - "1 year, 2 months and 5 days": further, smaller units */
static bool
add_length(struct when_keys *a, const struct when_keys *p)
{
	static const struct {
		int unit, key, times;
	} units[] = { { UNIT_month, KEY_plus_months, 1 },
		{ UNIT_quarter, KEY_plus_months, 3 },
		{ UNIT_half, KEY_plus_months, 6 },
		{ UNIT_week, KEY_plus_days, 7 },
		{ UNIT_fortnight, KEY_plus_days, 14 },
		{ UNIT_day, KEY_plus_days, 1 },
		{ UNIT_hour, KEY_plus_minutes, 60 },
		{ UNIT_minute, KEY_plus_minutes, 1 } };
	uint64_t odd = BIT(low) | BIT(nth) | BIT(tenths) | BIT(usual);
	enum when_key key;

	if (!keys_has(a, BIT(unit)) || !keys_has(p, BIT(unit)) ||
	    keys_has(a, odd) || keys_has(p, odd) ||
	    keys_get(p, KEY_prefix, PREFIX_within) != PREFIX_within ||
	    p->v[KEY_unit] >= a->v[KEY_unit])
		return false;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (units[i].unit != p->v[KEY_unit])
			continue;
		key = (enum when_key)units[i].key;
		keys_put(a, key,
		    keys_get(a, key, 0) +
			keys_get(p, KEY_n, 1) * units[i].times);
		return true;
	}
	return false;
}

/* split_window - "5 to 7 pm" came as one piece: give it its start */
static void
split_window(struct when_field *f)
{
	static const struct {
		enum when_key one, key;
	} pairs[] = { { KEY_mday1, KEY_mday }, { KEY_month1, KEY_month },
		{ KEY_weekday1, KEY_weekday }, { KEY_hour1, KEY_hour },
		{ KEY_minute1, KEY_minute }, { KEY_half1, KEY_half } };
	struct when_keys from = f->to;
	bool is_split = false;

	if (keys_has(&f->to, BIT(hour1)))
		from.has &= ~(BIT(minute) | BIT(to) | BIT(half));
	if (keys_has(&f->to, BIT(mday1)) && !keys_has(&f->to, BIT(weekday1)))
		from.has &= ~BIT(weekday);
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		uint64_t bit = (uint64_t)1 << pairs[i].one;

		if ((f->to.has & bit) == 0)
			continue;
		keys_put(&from, pairs[i].key, f->to.v[pairs[i].one]);
		from.has &= ~bit;
		f->to.has &= ~bit;
		is_split = true;
	}
	if (is_split) {
		f->from = from;
		f->is_or = keys_has(&f->to, BIT(either));
	}
}

/* share_window - what was said of one end of a window and holds for both */
static void
share_window(struct when_field *f)
{
	struct when_keys *a = &f->from, *z = &f->to;

	if (!keys_has(a, DAY_KEYS | BIT(unit)))
		borrow(a, z, DAY_BORROWED);
	if (!keys_has(z, DAY_KEYS | BIT(unit)))
		borrow(z, a, DAY_BORROWED);
	if (keys_has(a, BIT(mday)) && !keys_has(a, BIT(month) | BIT(period)) &&
	    keys_has(z, BIT(month)) && keys_has(z, BIT(mday)) &&
	    a->v[KEY_mday] <= z->v[KEY_mday])
		borrow(a, z, BIT(month) | BIT(year));
	if (keys_has(a, BIT(mday)) && keys_has(z, BIT(mday)))
		borrow(a, z, BIT(period) | BIT(offset));
	if (keys_has(a, BIT(month)) && keys_has(z, BIT(month)) &&
	    a->v[KEY_month] <= z->v[KEY_month])
		borrow(a, z, BIT(year));
	if (keys_has(z, BIT(mday)) && !keys_has(z, BIT(month)) &&
	    keys_has(a, BIT(month)) && keys_has(a, BIT(mday)) &&
	    a->v[KEY_mday] < z->v[KEY_mday])
		borrow(z, a, BIT(month) | BIT(year));
	if (!keys_has(a, BIT(hour)) || !keys_has(z, BIT(hour)))
		return;
	/* "5 to 6 pm": both; "11 to 1 pm": the first is not */
	if (keys_has(z, BIT(half)) && !keys_has(a, BIT(half)) &&
	    a->v[KEY_hour] <= 12)
		keys_put(a, KEY_half,
		    a->v[KEY_hour] % 12 <= z->v[KEY_hour] % 12 ? z->v[KEY_half]
							       : AMPM_am);
	borrow(a, z, BIT(part));
	borrow(z, a, BIT(part));
}

static enum rc
push(struct builder *b)
{
	struct when_field *f;

	if (b->count == b->room) {
		b->room = b->room != 0 ? b->room * 2 : 8;
		b->exprs =
		    talloc_realloc(b->mem, b->exprs, struct when_expr, b->room);
		if (b->exprs == NULL)
			return err_nomem(b->e);
	}
	f = talloc_memdup(b->mem, &b->f, sizeof(b->f));
	if (f == NULL)
		return err_nomem(b->e);
	b->x.field = f;
	b->exprs[b->count++] = b->x;
	return RC_OK;
}

/* describe - the flags a reader of expressions goes by */
static void
describe(struct when_expr *x, const struct when_field *f)
{
	const struct when_keys *k = &f->to;
	int prefix = keys_get(k, KEY_prefix, 0);

	x->is_before = prefix == PREFIX_before;
	x->is_deadline = prefix == PREFIX_by || prefix == PREFIX_before ||
			 prefix == PREFIX_until || prefix == PREFIX_within;
	x->is_until = prefix == PREFIX_until;
	x->is_start = prefix == PREFIX_from || prefix == PREFIX_after;
	x->is_attribute = prefix == PREFIX_of;
	x->is_recurrence = prefix == PREFIX_every;
	x->is_duration = keys_has(k, BIT(unit)) && !keys_has(k, BIT(nth));
	x->has_hour = keys_has(k, TIME_KEYS) ||
		      (x->is_duration && k->v[KEY_unit] <= UNIT_business_hour);
	x->has_day =
	    keys_has(k, BIT(day) | BIT(weekday) | BIT(mday) | BIT(num1) |
			    BIT(feast) | BIT(easter) | BIT(anaphor)) &&
	    !keys_has(k, BIT(of_day));
	x->is_counted = f->base.has != 0;
	x->is_vague = keys_has(k, BIT(vague));
	x->is_past = keys_has(k, BIT(past));
}

/* close_expr - the expression being built is complete */
static enum rc
close_expr(struct builder *b)
{
	struct when_field *f = &b->f;
	enum rc rc = RC_OK;

	if (!b->is_open)
		goto out;
	b->is_open = false;
	if (!b->is_solid || !keys_has(&f->to, CORE_KEYS))
		goto out; /* "the end of …" nothing we know */
	if (b->link != 0 && keys_has(&f->to, BIT(unit)) && f->base.has == 0 &&
	    !keys_has(&f->to, BIT(nth))) {
		b->x.is_event_delay = true;
		b->x.event_first = b->link_first;
		f->link = (uint8_t)b->link;
	}
	split_window(f);
	if (f->from.has != 0)
		share_window(f);
	describe(&b->x, f);
	b->x.is_until |= b->is_until;
	rc = push(b);
out:
	forget(b);
	return rc;
}

/* open_expr - begin with a piece, and the prefix that stands before it */
static void
open_expr(struct builder *b, const struct when_piece *p)
{
	memset(&b->x, 0, sizeof(b->x));
	memset(&b->f, 0, sizeof(b->f));
	b->is_open = true;
	b->is_solid = !keys_has(&p->k, BIT(bare));
	b->is_borrowed = b->is_until = false;
	b->x.first = b->prefix != 0 ? b->prefix_first : p->first;
	b->x.count = p->first + p->count - b->x.first;
	b->x.lang = b->lang;
	merge(&b->f.to, &p->k);
	if (keys_has(&p->k, BIT(prefix)))
		keys_put(&b->f.to, KEY_prefix, p->k.v[KEY_prefix]);
	if (b->prefix != 0 &&
	    (b->prefix != PREFIX_of || !keys_has(&p->k, BIT(prefix))))
		keys_put(&b->f.to, KEY_prefix, b->prefix);
	forget(b);
}

/* take - a piece now belongs to the expression being built */
static void
take(struct builder *b, const struct when_piece *p)
{
	b->x.count = p->first + p->count - b->x.first;
	b->is_solid |= !keys_has(&p->k, BIT(bare));
	if (keys_has(&p->k, BIT(prefix)))
		keys_put(&b->f.to, KEY_prefix, p->k.v[KEY_prefix]);
	else if (b->prefix != 0 && b->prefix != PREFIX_of)
		keys_put(&b->f.to, KEY_prefix, b->prefix);
	forget(b);
}

/* open_window - what was found so far is the start of a window */
static void
open_window(struct builder *b, const struct when_piece *p)
{
	struct when_field *f = &b->f;
	int prefix = keys_get(&f->to, KEY_prefix, 0);

	f->is_or = b->join == JOIN_or;
	f->from = f->to;
	memset(&f->to, 0, sizeof(f->to));
	merge(&f->to, &p->k);
	if (!keys_has(&f->to, DAY_KEYS | BIT(unit))) {
		borrow(&f->to, &f->from, DAY_BORROWED);
		b->is_borrowed = true;
	}
	f->from.has &= ~BIT(prefix);
	if (prefix == PREFIX_from || prefix == PREFIX_of)
		prefix = PREFIX_between;
	if (prefix != 0)
		keys_put(&f->to, KEY_prefix, prefix);
	if (b->prefix == PREFIX_until) {
		b->is_until = true;
		b->prefix = 0;
	}
	take(b, p);
}

/* names_weekday - "Monday", "Monday 14", and no hour: of such, two with "and"
 * between are a range */
static bool
names_weekday(const struct when_keys *k)
{
	return keys_has(k, BIT(weekday)) && !keys_has(k, TIME_KEYS) &&
	       keys_get(k, KEY_prefix, 0) != PREFIX_every;
}

/* joins - does a joining word make a window of the two? */
static bool
joins(const struct builder *b, const struct when_piece *p)
{
	const struct when_field *f = &b->f;

	if (b->join == 0 || !same_level(&f->to, &p->k))
		return false;
	if (f->from.has != 0 && (b->join != JOIN_or || !f->is_or))
		return false;
	if (b->join == JOIN_and)
		return keys_get(&f->to, KEY_prefix, 0) == PREFIX_between ||
		       b->prefix == PREFIX_between ||
		       (names_weekday(&f->to) && names_weekday(&p->k));
	return true;
}

/* hour_behind_day - a prefix in the middle: "Thursday before 5 pm" */
static bool
may_follow(const struct builder *b, const struct when_piece *p)
{
	int prefix =
	    keys_has(&p->k, BIT(prefix)) ? p->k.v[KEY_prefix] : b->prefix;

	if (b->join == JOIN_or || b->join == JOIN_and)
		return false;
	if (prefix == 0 || prefix == PREFIX_of)
		return true;
	if (keys_has(&p->k, DAY_KEYS) && keys_has(&b->f.to, DAY_KEYS))
		/* "this week, from Tuesday to Thursday" */
		return (b->f.to.has & DAY_KEYS) == BIT(period) &&
		       (p->k.has & DAY_KEYS) == BIT(weekday);
	return true;
}

/* lasts - "from 2 pm for 2 hours" ends two hours later */
static bool
lasts(const struct builder *b, const struct when_piece *p)
{
	const struct when_field *f = &b->f;

	return b->is_lasting && keys_has(&p->k, BIT(unit)) &&
	       !keys_has(&p->k, BIT(nth) | BIT(prefix)) &&
	       p->k.v[KEY_unit] <= UNIT_hour && f->from.has == 0 &&
	       f->base.has == 0 && keys_has(&f->to, BIT(hour));
}

static enum rc
core_piece(struct builder *b, const struct when_piece *p)
{
	struct when_field *f = &b->f;
	struct when_keys *at = f->base.has != 0 ? &f->base : &f->to;
	enum rc rc;

	if (!b->is_open) {
		open_expr(b, p);
		return RC_OK;
	}
	if (b->link != 0 && keys_has(&f->to, BIT(unit)) && f->base.has == 0 &&
	    keys_has(&p->k, DAY_KEYS | TIME_KEYS)) {
		f->link = (uint8_t)b->link;
		merge(&f->base, &p->k);
		b->prefix = 0;
		take(b, p);
		return RC_OK;
	}
	if (lasts(b, p)) {
		/* a window told by its start and its length */
		f->base = f->to;
		memset(&f->to, 0, sizeof(f->to));
		f->link = LINK_after;
		merge(&f->to, &p->k);
		take(b, p);
		return RC_OK;
	}
	if (b->join != JOIN_or && b->prefix == 0 && add_length(at, &p->k)) {
		take(b, p);
		return RC_OK;
	}
	if (b->is_borrowed && keys_has(&p->k, DAY_KEYS) && b->join == 0) {
		/* "from 4 pm today to 5 pm tomorrow": the end has its own */
		f->to.has &= ~(uint64_t)DAY_BORROWED;
		b->is_borrowed = false;
	}
	if (may_follow(b, p) && completes(at, &p->k)) {
		merge(at, &p->k);
		take(b, p);
		return RC_OK;
	}
	if (f->base.has == 0 && joins(b, p)) {
		open_window(b, p);
		return RC_OK;
	}
	/* what connects belongs to what comes */
	{
		int prefix = b->prefix;
		uint32_t first = b->prefix_first;

		b->prefix = 0;
		rc = close_expr(b);
		b->prefix = prefix;
		b->prefix_first = first;
	}
	if (rc == RC_OK)
		open_expr(b, p);
	return rc;
}

/* links - "of" makes an event of what follows only behind "within": "within
 * 10 days of the test", but not "3 weeks of work" */
static bool
links(const struct builder *b, const struct when_keys *k)
{
	return k->v[KEY_link] != LINK_of ||
	       (b->is_open && keys_has(&b->f.to, BIT(unit)) &&
		   keys_get(&b->f.to, KEY_prefix, 0) == PREFIX_within);
}

static enum rc
connecting_piece(struct builder *b, const struct when_piece *p)
{
	const struct when_keys *k = &p->k;

	if (keys_has(k, BIT(event))) {
		if (b->is_open && keys_has(&b->f.to, BIT(unit)) &&
		    b->f.base.has == 0) {
			if (b->link == 0) {
				b->link = LINK_after;
				b->link_first = p->first;
			}
			return close_expr(b);
		}
		if (!keys_has(k, BIT(prefix) | BIT(link)))
			return close_expr(b);
	}
	if (keys_has(k, BIT(suffix)) && b->is_open && b->join == 0 &&
	    b->prefix == 0) {
		keys_put(&b->f.to, KEY_prefix, k->v[KEY_prefix]);
		b->x.count = p->first + p->count - b->x.first;
		return RC_OK;
	}
	if (keys_has(k, BIT(link)) && b->link == 0 && links(b, k)) {
		b->link =
		    k->v[KEY_link] == LINK_of ? LINK_after : k->v[KEY_link];
		b->link_first = p->first;
	}
	if (keys_has(k, BIT(lasting)))
		b->is_lasting = true;
	if (keys_has(k, BIT(join)))
		b->join = k->v[KEY_join];
	if (keys_has(k, BIT(prefix)) &&
	    !(b->prefix != 0 && k->v[KEY_prefix] == PREFIX_of)) {
		if (b->prefix == 0)
			b->prefix_first = p->first;
		b->prefix = k->v[KEY_prefix];
	}
	return RC_OK;
}

static enum rc
piece(struct builder *b, const struct when_piece *p)
{
	enum rc rc = RC_OK;

	if (p->first != b->end || b->t->tokens[p->first].starts_unit)
		rc = close_expr(b);
	if (rc == RC_OK && keys_has(&p->k, BIT(none)))
		rc = close_expr(b);
	b->end = p->first + p->count;
	if (rc != RC_OK || keys_has(&p->k, BIT(none)))
		return rc;
	if (keys_has(&p->k, CORE_KEYS | BIT(edge)))
		return core_piece(b, p);
	return connecting_piece(b, p);
}

/* in_one_clause - no mark between an event and the date that follows it */
static bool
in_one_clause(const struct text *t, uint32_t from, uint32_t to)
{
	if (to < from || to - from > EVENT_REACH)
		return false;
	for (uint32_t i = from; i < to; i++) {
		const struct text_token *k = &t->tokens[i];

		if (k->starts_unit || text_ends_sentence(k) ||
		    (k->kind == TEXT_OTHER && strchr(",;:()", k->fold[0])))
			return false;
	}
	return !t->tokens[to].starts_unit;
}

/* date_events - "5 days after your move on 30 November" counts from there */
static void
date_events(struct builder *b)
{
	size_t kept = 0;

	for (size_t i = 0; i < b->count; i++) {
		struct when_expr *x = &b->exprs[i], *y = x + 1;
		struct when_field *f;

		b->exprs[kept++] = *x;
		if (!x->is_event_delay || i + 1 == b->count || y->is_deadline ||
		    y->is_duration || y->is_vague || y->is_past ||
		    y->is_recurrence || !keys_has(&y->field->to, DAY_KEYS) ||
		    y->field->from.has != 0 ||
		    !in_one_clause(b->t, x->event_first, y->first))
			continue;
		/* the fields are ours until they are handed out */
		f = talloc_memdup(b->mem, x->field, sizeof(*f));
		if (f == NULL)
			continue;
		f->base = y->field->to;
		x = &b->exprs[kept - 1];
		x->field = f;
		x->is_event_delay = false;
		x->is_counted = true;
		x->count = y->first + y->count - x->first;
		i++;
	}
	b->count = kept;
}

/* window_end - where a stretch of tokens may be cut: before a unit */
static uint32_t
window_end(const struct text *t, uint32_t from)
{
	uint32_t count = (uint32_t)t->count;
	uint32_t end = count - from < WINDOW ? count : from + WINDOW;

	for (uint32_t i = end; i > from + WINDOW / 2 && i < count; i--)
		if (t->tokens[i].starts_unit)
			return i;
	return end;
}

/* count_known - fills v->known, owned by mem */
static enum rc
count_known(TALLOC_CTX *mem, const struct lang_text *lt, struct when_view *v,
    struct err *e)
{
	size_t count = lt->text->count, n;

	v->known = talloc_array(mem, uint32_t, count + 1);
	if (v->known == NULL)
		return err_nomem(e);
	v->known[0] = 0;
	for (uint32_t i = 0; i < count; i++) {
		n = 0;
		v->known[i + 1] =
		    v->known[i] + (lt->text->tokens[i].kind == TEXT_WORD &&
				      lang_reading_at(lt, i, &n) != NULL);
	}
	return RC_OK;
}

enum rc
when_build(TALLOC_CTX *mem, const struct text *t, const struct lang *l,
    uint8_t number, bool is_only, struct when_view *out, struct err *e)
{
	struct builder b = {
		.mem = mem, .t = t, .lang = number, .e = e, .end = UINT32_MAX
	};
	struct when_piece *pieces;
	struct lang_text *lt = NULL;
	uint32_t end;
	size_t count;
	enum rc rc;

	rc = lang_read(mem, l, t, &lt, e);
	if (rc == RC_OK && !is_only)
		rc = count_known(mem, lt, out, e);
	for (uint32_t at = 0; rc == RC_OK && at < t->count; at = end) {
		end = window_end(t, at);
		rc = when_pieces(mem, lt, at, end, &pieces, &count, e);
		for (size_t i = 0; rc == RC_OK && i < count; i++)
			rc = piece(&b, &pieces[i]);
		talloc_free(pieces);
	}
	talloc_free(lt);
	if (rc == RC_OK)
		rc = close_expr(&b);
	if (rc != RC_OK)
		return rc;
	date_events(&b);
	out->scan.exprs = b.exprs;
	out->scan.count = b.count;
	return RC_OK;
}
