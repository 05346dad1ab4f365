/*
 * cmd_away.c - promise away: who is away, and who hears of it meanwhile
 *
 * promise outbox: what was said to people by mail, and what waits.
 */
#include "core/core.h"

#include <jansson.h>

#include "core/cli/cli.h"
#include "core/cli/json.h"
#include "core/cli/table.h"

struct gather {
	struct cli *c;
	struct table *t;
};

/* is_address - as far as a typing mistake goes */
static bool
is_address(const char *text)
{
	const char *at = strchr(text, '@');

	return at != NULL && at != text && at[1] != '\0' &&
	       strpbrk(text, " <>,;\"") == NULL;
}

static enum rc
away_add(struct cli *c, struct err *e)
{
	struct ledger_away a = {
		.who = c->args[0], .deputy = c->to, .created_at = c->at
	};
	char from[CIVIL_TEXT_MAX], to[CIVIL_TEXT_MAX];
	int64_t id;
	enum rc rc;

	if (!is_address(a.who))
		return cli_wrong(c, e, W_E_ADDRESS, CLI_ARGS(a.who));
	if (c->to != NULL && !is_address(c->to))
		return cli_wrong(c, e, W_E_ADDRESS, CLI_ARGS(c->to));
	rc = dates_parse(c, c->args[1], c->zone, &a.first, e);
	if (rc == RC_OK)
		rc = dates_parse(c, c->args[2], c->zone, &a.last, e);
	if (rc != RC_OK)
		return rc;
	a.first.minute = a.last.minute = CIVIL_NO_MINUTE;
	if (a.last.day < a.first.day)
		return cli_wrong(
		    c, e, W_E_AWAY_ORDER, CLI_ARGS(c->args[1], c->args[2]));
	rc = ledger_away_add(c->ledger, &a, &id, e);
	if (rc != RC_OK)
		return rc;
	civil_format(a.first, from);
	civil_format(a.last, to);
	(void)printf("%" PRId64 ": %s %s %s%s%s\n", id, a.who, from, to,
	    a.deputy ? " → " : "", a.deputy ? a.deputy : "");
	return RC_OK;
}

/* add_away - ledger_away_each()'s visitor */
static enum rc
add_away(const struct ledger_away *a, void *arg, struct err *e)
{
	struct gather *g = arg;
	char from[CIVIL_TEXT_MAX], to[CIVIL_TEXT_MAX], id[24];
	const char *cells[5];
	json_t *o;

	civil_format(a->first, from);
	civil_format(a->last, to);
	if ((g->c->opts & OPT_JSON) != 0) {
		o = json_object();
#define PUT(key, value) (void)json_object_set_new(o, key, value)
		PUT("id", json_integer(a->id));
		PUT("who", json_text(a->who));
		PUT("from", json_text(from));
		PUT("to", json_text(to));
		PUT("deputy", json_text(a->deputy));
#undef PUT
		return json_line(o, stdout, e);
	}
	(void)snprintf(id, sizeof(id), "%" PRId64, a->id);
	cells[0] = id;
	cells[1] = a->who;
	cells[2] = from;
	cells[3] = to;
	cells[4] = a->deputy ? a->deputy : "";
	table_row(g->t, cells, TABLE_PLAIN);
	return RC_OK;
}

static enum rc
away_list(struct cli *c, struct err *e)
{
	const struct table_column columns[] = {
		{ .head = cli_word(c, W_H_ID), .is_number = true },
		{ .head = cli_word(c, W_H_WHO), .floor = 10 },
		{ .head = cli_word(c, W_H_FIRST) },
		{ .head = cli_word(c, W_H_LAST) },
		{ .head = cli_word(c, W_H_DEPUTY), .floor = 10 },
	};
	struct gather g = { .c = c };
	enum rc rc;

	g.t = table_new(c->mem, columns, ARRAY_LEN(columns));
	if (g.t == NULL)
		return err_nomem(e);
	rc = ledger_away_each(c->ledger, add_away, &g, e);
	if (rc == RC_OK)
		table_print(g.t, stdout, c->columns, c->has_colour);
	return rc;
}

static enum rc
away_cancel(struct cli *c, const char *number, struct err *e)
{
	enum rc rc;
	int64_t id;

	if (cli_id(c, number, &id, e) != RC_OK)
		return cli_wrong(c, e, W_E_AWAY_ID, CLI_ARGS(number));
	rc = ledger_away_cancel(c->ledger, id, c->at, e);
	if (rc == RC_NOTFOUND)
		return cli_fault(c, e, rc, W_E_NO_AWAY, CLI_ARGS(number));
	return rc;
}

static enum rc
run_away(struct cli *c, struct err *e)
{
	const char *what = c->args[0];
	bool is_list = strcmp(what, "list") == 0 && c->arg_count == 1;
	enum rc rc;

	if (!is_list && c->arg_count != 3 &&
	    !(strcmp(what, "cancel") == 0 && c->arg_count == 2))
		return cli_wrong(
		    c, e, W_E_NEEDS, CLI_ARGS(c->cmd->name, c->cmd->synopsis));
	rc = show_ledger(c, is_list ? LEDGER_READ : LEDGER_WRITE, e);
	if (rc != RC_OK)
		return rc;
	if (is_list)
		return away_list(c, e);
	return c->arg_count == 2 ? away_cancel(c, c->args[1], e)
				 : away_add(c, e);
}

/* letter_state - one word for people */
static const char *
letter_state(const struct cli *c, const struct ledger_letter *t)
{
	return cli_word(c, t->sent_at != 0       ? W_SENT
			   : t->given_up_at != 0 ? W_GIVEN_UP
						 : W_WAITS);
}

/* add_letter - ledger_post_each()'s visitor */
static enum rc
add_letter(const struct ledger_letter *t, void *arg, struct err *e)
{
	struct gather *g = arg;
	const char *cells[6];
	TALLOC_CTX *mem;
	json_t *o;

	if ((g->c->opts & OPT_ALL) == 0 && t->sent_at != 0)
		return RC_OK;
	if ((g->c->opts & OPT_JSON) != 0) {
		o = json_object();
#define PUT(key, value) (void)json_object_set_new(o, key, value)
		PUT("id", json_integer(t->id));
		PUT("kind", json_text(t->kind));
		PUT("recipient", json_text(t->recipient));
		PUT("message_id", json_text(t->message_id));
		PUT("posted_at", json_instant(t->posted_at));
		PUT("tries", json_integer(t->tries));
		PUT("sent_at",
		    t->sent_at ? json_instant(t->sent_at) : json_null());
		PUT("given_up_at", t->given_up_at ? json_instant(t->given_up_at)
						  : json_null());
		PUT("reason", json_text(t->reason));
#undef PUT
		return json_line(o, stdout, e);
	}
	mem = talloc_new(NULL);
	cells[0] = talloc_asprintf(mem, "%" PRId64, t->id);
	cells[1] = t->kind;
	cells[2] = t->recipient;
	cells[3] = times_instant(mem, g->c, t->posted_at);
	cells[4] = letter_state(g->c, t);
	cells[5] = t->reason ? t->reason : "";
	table_row(g->t, cells, TABLE_PLAIN);
	talloc_free(mem);
	return RC_OK;
}

static enum rc
run_outbox(struct cli *c, struct err *e)
{
	const struct table_column columns[] = {
		{ .head = cli_word(c, W_H_ID), .is_number = true },
		{ .head = cli_word(c, W_H_KIND) },
		{ .head = cli_word(c, W_H_WHO), .floor = 10 },
		{ .head = cli_word(c, W_H_KEPT_AT) },
		{ .head = cli_word(c, W_H_STATE) },
		{ .head = cli_word(c, W_H_REASON), .floor = 16 },
	};
	struct gather g = { .c = c };
	enum rc rc;

	g.t = table_new(c->mem, columns, ARRAY_LEN(columns));
	if (g.t == NULL)
		return err_nomem(e);
	rc = ledger_post_each(c->ledger, 0, add_letter, &g, e);
	if (rc == RC_OK)
		table_print(g.t, stdout, c->columns, c->has_colour);
	return rc;
}

const struct cmd cmd_away = {
	.name = "away",
	.synopsis = "WHO FROM TO [--to WHO] | list | cancel ID",
	.summary = W_S_AWAY,
	.details = W_D_AWAY,
	.opts = OPT_JSON | OPT_TO,
	.need = NEED_SETTINGS,
	.min_args = 1,
	.max_args = 3,
	.run = run_away,
};

const struct cmd cmd_outbox = {
	.name = "outbox",
	.synopsis = "",
	.summary = W_S_OUTBOX,
	.details = W_D_OUTBOX,
	.opts = OPT_JSON | OPT_ALL,
	.need = NEED_READ,
	.run = run_outbox,
};
