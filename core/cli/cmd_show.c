/*
 * cmd_show.c - promise show, promise why: one promise, its history, its reason
 */
#include "core/core.h"

#include <jansson.h>

#include "core/cli/cli.h"
#include "core/cli/json.h"
#include "core/cli/table.h"

#define FIELD_WIDTH 18 /* of the names of fields */

struct history {
	const struct cli *c;
	const struct promise *p;
	json_t *list;    /* for --json */
	struct table *t; /* for people */
};

/* field - "  name   text", the name padded by what it shows */
static void
field(const struct cli *c, enum cli_word name, const char *text)
{
	const char *n = cli_word(c, name);
	char *clean = table_clean(c->mem, text ? text : "");

	(void)printf(
	    "  %s%*s  %s\n", n, FIELD_WIDTH - table_width(n), "", clean);
	talloc_free(clean);
}

/* add_event - ledger_history()'s visitor */
static enum rc
add_event(const struct ledger_event *ev, void *arg, struct err *e)
{
	struct history *h = arg;
	const struct cli *c = h->c;
	TALLOC_CTX *mem;
	const char *cells[4];
	int32_t today;
	json_t *o;

	(void)e;
	if (h->list != NULL) {
		o = json_object();
		(void)json_object_set_new(o, "at", json_instant(ev->at));
		(void)json_object_set_new(
		    o, "move", json_string(promise_move_name(ev->move)));
		(void)json_object_set_new(o, "by", json_text(ev->by));
		(void)json_object_set_new(o, "note", json_text(ev->note));
		(void)json_object_set_new(
		    o, "due_before", json_civil(ev->due_before));
		(void)json_object_set_new(
		    o, "due_after", json_civil(ev->due_after));
		(void)json_array_append_new(h->list, o);
		return RC_OK;
	}
	mem = talloc_new(NULL);
	today = zone_civil(c->zone, c->at).day;
	cells[0] = times_instant(mem, c, ev->at);
	cells[1] = show_move(c, ev->move);
	cells[2] = ev->by;
	cells[3] = ev->note ? ev->note : "";
	if (ev->move == MOVE_MOVED)
		cells[3] = talloc_asprintf(mem, "%s → %s%s%s",
		    times_day(mem, c, ev->due_before, today),
		    times_day(mem, c, ev->due_after, today),
		    ev->note ? "  " : "", ev->note ? ev->note : "");
	table_row(h->t, cells, TABLE_PLAIN);
	talloc_free(mem);
	return RC_OK;
}

/* show_warnings - one line each */
static void
show_warnings(const struct cli *c, unsigned bits)
{
	static const enum cli_word words[] = { W_WARN_WEEKDAY, W_WARN_PAST,
		W_WARN_CLOSED, W_WARN_UNDATED, W_WARN_NEXT };
	size_t i;

	for (i = 0; i < ARRAY_LEN(words); i++)
		if ((bits & 1u << i) != 0)
			field(c, W_F_WARNING, cli_word(c, words[i]));
}

/* show_due - the date, the zone, how far off */
static void
show_due(const struct cli *c, const struct promise *p)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	int32_t today = zone_civil(c->zone, c->at).day;
	char *due, *relative, *span;

	if (p->after != NULL && !p->due.is_set) {
		span = times_duration(mem, c, p->after);
		due = cli_say(mem, c, W_AFTER, CLI_ARGS(span));
	} else {
		due = times_day(mem, c, p->due, today);
		relative = times_relative(mem, c, p);
		if (p->due.is_set)
			due = talloc_asprintf(mem, "%s (%s)%s%s", due, p->zone,
			    *relative != '\0' ? ", " : "", relative);
	}
	field(c, W_F_DUE, due);
	if (p->due_first.is_set != p->due.is_set ||
	    p->due_first.day != p->due.day ||
	    p->due_first.minute != p->due.minute)
		field(c, W_F_FIRST, times_day(mem, c, p->due_first, today));
	if (p->from.is_set)
		field(c, W_F_FROM, times_day(mem, c, p->from, today));
	talloc_free(mem);
}

/* show_people - everything about one promise */
static void
show_people(const struct cli *c, const struct promise *p)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	char *number = talloc_asprintf(mem, "%" PRId64, p->id);
	size_t i;

	(void)printf("%s · %s\n\n  %s\n\n",
	    cli_say(mem, c, W_PROMISE_N, CLI_ARGS(number)),
	    show_state(c, p->state), table_clean(mem, p->text));
	show_due(c, p);
	field(c, W_F_KIND, show_kind(c, p->kind));
	if (p->condition != NULL)
		field(c, W_F_CONDITION, p->condition);
	if (p->is_hedged)
		field(c, W_F_HEDGED, cli_word(c, W_YES));
	show_warnings(c, p->warnings);
	field(c, W_F_AUTHOR,
	    p->author_name
		? talloc_asprintf(mem, "%s <%s>", p->author_name, p->author)
		: p->author);
	for (i = 0; p->customers[i] != NULL; i++)
		field(c, W_F_CUSTOMER, p->customers[i]);
	if (p->message_id != NULL)
		field(c, W_F_MESSAGE,
		    talloc_asprintf(mem, "<%s>", p->message_id));
	field(c, W_F_SENT, times_instant(mem, c, p->sent_at));
	field(c, W_F_RECORDED, times_instant(mem, c, p->recorded_at));
	if (p->is_uncertain)
		field(c, W_F_UNCERTAIN, cli_word(c, W_UNCERTAIN));
	talloc_free(mem);
}

/* show_one - with its history */
static enum rc
show_one(struct cli *c, int64_t id, struct err *e)
{
	static const struct table_column columns[] = {
		{ .head = "" },
		{ .head = "" },
		{ .head = "", .floor = 8 },
		{ .head = "", .floor = 12 },
	};
	struct history h = { .c = c };
	struct promise *p;
	json_t *o;
	enum rc rc;

	rc = ledger_get(c->ledger, c->mem, id, &p, e);
	if (rc != RC_OK)
		return show_missing(c, id, rc, e);
	h.p = p;
	if ((c->opts & OPT_JSON) != 0) {
		o = json_promise(c, p);
		h.list = json_array();
		(void)json_object_set_new(o, "history", h.list);
		rc = ledger_history(c->ledger, id, add_event, &h, e);
		if (rc == RC_OK)
			return json_line(o, stdout, e);
		json_decref(o);
		return rc;
	}
	show_people(c, p);
	h.t = table_new(c->mem, columns, ARRAY_LEN(columns));
	if (h.t == NULL)
		return err_nomem(e);
	rc = ledger_history(c->ledger, id, add_event, &h, e);
	(void)printf("\n  %s\n", cli_word(c, W_F_HISTORY));
	table_indent(h.t, 4);
	table_print(h.t, stdout, c->columns, c->has_colour);
	return rc;
}

/* why_one - what was recorded with it, in words */
static enum rc
why_one(struct cli *c, int64_t id, struct err *e)
{
	const char *line;
	struct promise *p;
	json_t *o;
	size_t len;
	enum rc rc;

	rc = ledger_get(c->ledger, c->mem, id, &p, e);
	if (rc != RC_OK)
		return show_missing(c, id, rc, e);
	if ((c->opts & OPT_JSON) != 0) {
		o = json_object();
		(void)json_object_set_new(o, "id", json_integer(p->id));
		(void)json_object_set_new(o, "text", json_text(p->text));
		(void)json_object_set_new(o, "why", json_text(p->why));
		return json_line(o, stdout, e);
	}
	(void)printf("%s\n", table_clean(c->mem, p->text));
	if (p->why == NULL || *p->why == '\0') {
		(void)printf("  %s\n", cli_word(c, W_NO_WHY));
		return RC_OK;
	}
	for (line = p->why; *line != '\0'; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		(void)printf("  %s\n",
		    table_clean(c->mem, talloc_strndup(c->mem, line, len)));
	}
	return RC_OK;
}

/* each - run one on every number given */
static enum rc
each(struct cli *c, enum rc (*one)(struct cli *, int64_t, struct err *),
    struct err *e)
{
	enum rc rc = RC_OK;
	int64_t id;
	int i;

	for (i = 0; i < c->arg_count && rc == RC_OK; i++) {
		if (i > 0 && (c->opts & OPT_JSON) == 0)
			(void)putchar('\n');
		rc = cli_id(c, c->args[i], &id, e);
		if (rc == RC_OK)
			rc = one(c, id, e);
	}
	return rc;
}

static enum rc
run_show(struct cli *c, struct err *e)
{
	return each(c, show_one, e);
}

static enum rc
run_why(struct cli *c, struct err *e)
{
	return each(c, why_one, e);
}

const struct cmd cmd_show = {
	.name = "show",
	.synopsis = "ID…",
	.summary = W_S_SHOW,
	.opts = OPT_JSON,
	.need = NEED_READ,
	.min_args = 1,
	.max_args = -1,
	.run = run_show,
};

const struct cmd cmd_why = {
	.name = "why",
	.synopsis = "ID…",
	.summary = W_S_WHY,
	.opts = OPT_JSON,
	.need = NEED_READ,
	.min_args = 1,
	.max_args = -1,
	.run = run_why,
};
