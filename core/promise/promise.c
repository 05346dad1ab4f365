/*
 * promise.c - names of kinds, states and moves; which move leads where
 */
#include "core/promise/promise.h"

static const char *const kind_names[] = {
	[PROMISE_ACTION] = "action",
	[PROMISE_APPOINTMENT] = "appointment",
	[PROMISE_OFFER] = "offer",
};

static const char *const state_names[] = {
	[PROMISE_OPEN] = "open",
	[PROMISE_KEPT] = "kept",
	[PROMISE_WITHDRAWN] = "withdrawn",
	[PROMISE_NOT] = "not",
};

static const char *const move_names[] = {
	[MOVE_RECORDED] = "recorded",
	[MOVE_KEPT] = "kept",
	[MOVE_MOVED] = "moved",
	[MOVE_WITHDRAWN] = "withdrawn",
	[MOVE_NOT] = "not",
	[MOVE_REOPENED] = "reopened",
	[MOVE_HANDED] = "handed",
	[MOVE_CONFIRMED] = "confirmed",
};

const char *
promise_kind_name(enum promise_kind k)
{
	assert(k < ARRAY_LEN(kind_names));
	return kind_names[k];
}

const char *
promise_state_name(enum promise_state s)
{
	assert(s < ARRAY_LEN(state_names));
	return state_names[s];
}

const char *
promise_move_name(enum promise_move m)
{
	assert(m < ARRAY_LEN(move_names));
	return move_names[m];
}

/* find - index of a name in one of the tables above, or -1 */
static int
find(const char *const *names, size_t count, const char *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return (int)i;
	return -1;
}

bool
promise_kind_parse(const char *name, enum promise_kind *out)
{
	int i = find(kind_names, ARRAY_LEN(kind_names), name);

	if (i >= 0)
		*out = (enum promise_kind)i;
	return i >= 0;
}

bool
promise_state_parse(const char *name, enum promise_state *out)
{
	int i = find(state_names, ARRAY_LEN(state_names), name);

	if (i >= 0)
		*out = (enum promise_state)i;
	return i >= 0;
}

bool
promise_move_parse(const char *name, enum promise_move *out)
{
	int i = find(move_names, ARRAY_LEN(move_names), name);

	if (i >= 0)
		*out = (enum promise_move)i;
	return i >= 0;
}

const char *
promise_warning_name(enum promise_warning w)
{
	switch (w) {
	case WARN_WEEKDAY:
		return "weekday";
	case WARN_PAST:
		return "past";
	case WARN_CLOSED:
		return "closed";
	case WARN_UNDATED:
		return "undated";
	case WARN_NEXT:
		return "next";
	}
	return "unknown";
}

enum rc
promise_next_state(enum promise_state from, enum promise_move m,
    enum promise_state *to, struct err *e)
{
	bool is_open = from == PROMISE_OPEN;

	switch (m) {
	case MOVE_RECORDED:
		break;
	case MOVE_KEPT:
		*to = PROMISE_KEPT;
		if (is_open)
			return RC_OK;
		break;
	case MOVE_MOVED:
	case MOVE_HANDED:
	case MOVE_CONFIRMED:
		*to = PROMISE_OPEN;
		if (is_open)
			return RC_OK;
		break;
	case MOVE_WITHDRAWN:
		*to = PROMISE_WITHDRAWN;
		if (is_open)
			return RC_OK;
		break;
	case MOVE_NOT: /* somebody may see late that it never was one */
		*to = PROMISE_NOT;
		if (from != PROMISE_NOT)
			return RC_OK;
		break;
	case MOVE_REOPENED:
		*to = PROMISE_OPEN;
		if (!is_open)
			return RC_OK;
		break;
	}
	*to = from;
	return err_set(e, RC_BADINPUT,
	    "not possible: '%s' on a promise that is %s", promise_move_name(m),
	    promise_state_name(from));
}

int64_t
promise_due_at(struct civil due, const struct zone *z)
{
	if (!due.is_set)
		return INT64_MAX;
	if (due.minute != CIVIL_NO_MINUTE)
		return zone_instant(z, due);
	due.day++;
	return zone_instant(z, due) - 1;
}

/* is_past - open, and its due is over */
static bool
is_past(const struct promise *p, int64_t at)
{
	return p->state == PROMISE_OPEN && p->due.is_set && at > p->due_at;
}

bool
promise_is_late(const struct promise *p, int64_t at)
{
	return p->kind != PROMISE_OFFER && is_past(p, at);
}

bool
promise_has_lapsed(const struct promise *p, int64_t at)
{
	return p->kind == PROMISE_OFFER && is_past(p, at);
}

int
promise_lateness(const struct promise *p, int64_t at)
{
	int64_t rounds;

	if (!promise_is_late(p, at))
		return 0;
	rounds = (at - p->due_at) / (PROMISE_LATE_DAYS * INT64_C(86400));
	return rounds < INT_MAX / 2 ? (int)rounds + 1 : INT_MAX / 2;
}
