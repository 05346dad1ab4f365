/*
 * cmd_unread.c - promise unread: messages that could not be read, and why
 */
#include "core/core.h"

#include <jansson.h>

#include "core/cli/cli.h"
#include "core/cli/json.h"
#include "core/cli/table.h"
#include "core/unread/unread.h"

struct gather {
	struct cli *c;
	struct table *t;
};

/* size_text - octets as people read them */
static char *
size_text(TALLOC_CTX *mem, uint64_t n)
{
	if (n < 10000)
		return talloc_asprintf(mem, "%" PRIu64, n);
	if (n < UINT64_C(10000) << 10)
		return talloc_asprintf(mem, "%" PRIu64 "K", n >> 10);
	return talloc_asprintf(mem, "%" PRIu64 "M", n >> 20);
}

/* add - unread_each()'s visitor */
static enum rc
add(const struct unread *u, void *arg, struct err *e)
{
	struct gather *g = arg;
	const char *cells[4];
	TALLOC_CTX *mem;
	json_t *o;

	if ((g->c->opts & OPT_JSON) != 0) {
		o = json_object();
		(void)json_object_set_new(o, "id", json_text(u->id));
		(void)json_object_set_new(o, "at", json_instant(u->at));
		(void)json_object_set_new(
		    o, "size", json_integer((json_int_t)u->size_bytes));
		(void)json_object_set_new(o, "reason", json_text(u->reason));
		return json_line(o, stdout, e);
	}
	mem = talloc_new(NULL);
	cells[0] = u->id;
	cells[1] = times_instant(mem, g->c, u->at);
	cells[2] = size_text(mem, u->size_bytes);
	cells[3] = u->reason;
	table_row(g->t, cells, TABLE_PLAIN);
	talloc_free(mem);
	return RC_OK;
}

static enum rc
run(struct cli *c, struct err *e)
{
	const struct table_column columns[] = {
		{ .head = cli_word(c, W_H_ID) },
		{ .head = cli_word(c, W_H_KEPT_AT) },
		{ .head = cli_word(c, W_H_SIZE), .is_number = true },
		{ .head = cli_word(c, W_H_REASON), .floor = 16 },
	};
	struct gather g = { .c = c };
	enum rc rc;

	g.t = table_new(c->mem, columns, ARRAY_LEN(columns));
	if (g.t == NULL)
		return err_nomem(e);
	rc = unread_each(
	    settings_path(c->mem, c->settings, "unread"), add, &g, e);
	if (rc != RC_OK)
		return rc;
	table_print(g.t, stdout, c->columns, c->has_colour);
	if (table_count(g.t) == 0 && c->is_terminal &&
	    (c->opts & OPT_JSON) == 0)
		(void)printf("%s\n", cli_word(c, W_NO_UNREAD));
	return RC_OK;
}

const struct cmd cmd_unread = {
	.name = "unread",
	.synopsis = "",
	.summary = W_S_UNREAD,
	.opts = OPT_JSON,
	.need = NEED_SETTINGS,
	.run = run,
};
