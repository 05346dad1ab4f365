/*
 * cmd_today.c - promise today, promise week: what is due soon
 *
 * A day is one of the zone that the settings name, else of each promise's
 * own. A week is one of ISO 8601, Monday to Sunday.
 */
#include "core/cli/cli.h"

#define MARGIN_S (3 * 86400) /* zones are less than this apart */

struct days {
	int count; /* 1: the day, 7: its week */
};

/* is_due - the due lies in the days */
static bool
is_due(const struct cli *c, const struct promise *p, void *arg)
{
	const struct days *days = arg;
	const struct zone *z = c->has_zone ? c->zone : show_zone(c, p);
	int32_t first = zone_civil(z, c->at).day;
	struct civil due = p->due;

	if (c->has_zone && due.is_set)
		due = zone_civil(z, p->due_at);
	if (days->count == 7)
		first -= (int32_t)civil_weekday(first) - CIVIL_MON;
	return due.is_set && due.day >= first && due.day < first + days->count;
}

/* run_days - open promises due in so many days */
static enum rc
run_days(struct cli *c, struct days days, enum cli_word nothing, struct err *e)
{
	struct listing l = {
		.accept = is_due,
		.arg = &days,
		.nothing = nothing,
	};
	size_t count = 0;

	listing_query(c, &l.q);
	l.also_late = true;
	l.q.due_from = c->at - days.count * 86400 - MARGIN_S;
	l.q.due_before = c->at + days.count * 86400 + MARGIN_S;
	return listing_run(c, &l, &count, e);
}

static enum rc
run_today(struct cli *c, struct err *e)
{
	return run_days(c, (struct days){ 1 }, W_NOTHING_TODAY, e);
}

static enum rc
run_week(struct cli *c, struct err *e)
{
	return run_days(c, (struct days){ 7 }, W_NOTHING_WEEK, e);
}

const struct cmd cmd_today = {
	.name = "today",
	.synopsis = "",
	.summary = W_S_TODAY,
	.opts = OPT_JSON | OPT_AUTHOR | OPT_CUSTOMER,
	.need = NEED_READ,
	.run = run_today,
};

const struct cmd cmd_week = {
	.name = "week",
	.synopsis = "",
	.summary = W_S_WEEK,
	.opts = OPT_JSON | OPT_AUTHOR | OPT_CUSTOMER,
	.need = NEED_READ,
	.run = run_week,
};
