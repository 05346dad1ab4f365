/*
 * listing.c - promises in a table or as lines of JSON
 */
#include "core/cli/cli.h"
#include "core/cli/table.h"

#define NEAR_S (48 * 3600) /* a due this close stands out */

struct gather {
	struct cli *c;
	const struct listing *l;
	struct table *t;
	size_t count, late;
};

/* due_cell - the date, or what the clock starts at; owned by mem */
static char *
due_cell(TALLOC_CTX *mem, const struct cli *c, const struct promise *p)
{
	char *span;

	if (p->due.is_set || p->after == NULL)
		return times_day(
		    mem, c, p->due, zone_civil(c->zone, c->at).day);
	span = times_duration(mem, c, p->after);
	return cli_say(mem, c, W_AFTER, CLI_ARGS(span));
}

/* add_row - one promise into the table */
static void
add_row(struct gather *g, const struct promise *p)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	const struct cli *c = g->c;
	enum table_colour colour = TABLE_PLAIN;
	const char *cells[TABLE_MAX_COLUMNS];
	size_t n = 0;

	cells[n++] = talloc_asprintf(mem, "%" PRId64, p->id);
	cells[n++] = due_cell(mem, c, p);
	if (g->l->has_states)
		cells[n++] = show_state(c, p->state);
	cells[n++] = p->state == PROMISE_OPEN ? times_relative(mem, c, p) : "";
	cells[n++] = show_customers(mem, p, ", ");
	cells[n++] = p->author_name ? p->author_name : p->author;
	cells[n++] = p->text;
	if (show_is_late(c, p))
		colour = TABLE_LATE;
	else if (p->state != PROMISE_OPEN)
		colour = TABLE_DIM;
	else if (p->due.is_set && p->due_at - c->at < NEAR_S)
		colour = TABLE_SOON;
	table_row(g->t, cells, colour);
	talloc_free(mem);
}

/* gather_one - ledger_each()'s visitor */
static enum rc
gather_one(const struct promise *p, void *arg, struct err *e)
{
	struct gather *g = arg;

	if (g->l->accept != NULL && !g->l->accept(g->c, p, g->l->arg))
		return RC_OK;
	g->count++;
	if ((g->c->opts & OPT_JSON) != 0)
		return show_json(g->c, p, e);
	add_row(g, p);
	return RC_OK;
}

/* count_late - ledger_each()'s visitor: late, and none of those shown */
static enum rc
count_late(const struct promise *p, void *arg, struct err *e)
{
	struct gather *g = arg;

	(void)e;
	if (!show_is_late(g->c, p))
		return RC_OK;
	if (g->l->accept == NULL || !g->l->accept(g->c, p, g->l->arg))
		g->late++;
	return RC_OK;
}

/* say_late - that more is late than the list shows */
static enum rc
say_late(struct gather *g, struct err *e)
{
	struct ledger_query q = {
		.states = 1u << PROMISE_OPEN,
		.due_before = g->c->at,
		.author = g->c->author,
		.customer = g->c->customer,
	};
	char number[24];
	enum rc rc;

	rc = ledger_each(g->c->ledger, &q, count_late, g, e);
	if (rc != RC_OK || g->late == 0)
		return rc;
	(void)snprintf(number, sizeof(number), "%zu", g->late);
	(void)printf(
	    "%s\n", cli_say(g->c->mem, g->c, W_ALSO_LATE, CLI_ARGS(number)));
	return RC_OK;
}

enum rc
listing_run(
    struct cli *c, const struct listing *l, size_t *count, struct err *e)
{
	struct table_column columns[] = {
		{ .head = cli_word(c, W_H_ID), .is_number = true },
		{ .head = cli_word(c, W_H_DUE) },
		{ .head = cli_word(c, W_H_STATE) },
		{ .head = cli_word(c, W_H_WHEN) },
		{ .head = cli_word(c, W_H_CUSTOMER), .floor = 8 },
		{ .head = cli_word(c, W_H_AUTHOR),
		    .floor = 8,
		    .is_spare = true },
		{ .head = cli_word(c, W_H_PROMISE),
		    .floor = 12,
		    .is_main = true },
	};
	size_t n = ARRAY_LEN(columns);
	struct gather g = { .c = c, .l = l };
	struct ledger_query q = l->q;
	enum rc rc;

	if (!l->has_states) {
		memmove(&columns[2], &columns[3], 4 * sizeof(columns[0]));
		n--;
	}
	g.t = table_new(c->mem, columns, n);
	if (g.t == NULL)
		return err_nomem(e);
	if (l->open_first) {
		q.states = 1u << PROMISE_OPEN;
		rc = ledger_each(c->ledger, &q, gather_one, &g, e);
		q.states = 1u << PROMISE_KEPT | 1u << PROMISE_WITHDRAWN |
			   1u << PROMISE_NOT;
		if (rc != RC_OK)
			return rc;
	}
	rc = ledger_each(c->ledger, &q, gather_one, &g, e);
	if (rc == RC_OK)
		table_print(g.t, stdout, c->columns, c->has_colour);
	if (rc == RC_OK && g.count == 0 && c->is_terminal &&
	    (c->opts & OPT_JSON) == 0)
		(void)printf("%s\n", cli_word(c, l->nothing));
	if (rc == RC_OK && l->also_late && c->is_terminal &&
	    (c->opts & OPT_JSON) == 0)
		rc = say_late(&g, e);
	*count += g.count;
	talloc_free(g.t);
	return rc;
}

void
listing_query(const struct cli *c, struct ledger_query *q)
{
	q->author = c->author;
	q->customer = c->customer;
	q->states = (c->opts & OPT_STATE) != 0 ? c->states
		    : (c->opts & OPT_ALL) != 0 ? 0
					       : 1u << PROMISE_OPEN;
}
