/*
 * show.c - one promise as JSON, and the names of its parts for people
 */
#include "core/core.h"

#include <glib.h>
#include <jansson.h>

#include "core/cli/cli.h"
#include "core/cli/json.h"

/* text - a JSON string; null for NULL; what is not UTF-8 is made so */
json_t *
json_text(const char *s)
{
	json_t *out;
	gchar *valid;

	if (s == NULL)
		return json_null();
	out = json_string(s);
	if (out != NULL)
		return out;
	valid = g_utf8_make_valid(s, -1);
	out = json_string(valid);
	g_free(valid);
	return out;
}

json_t *
json_civil(struct civil c)
{
	char text[CIVIL_TEXT_MAX];

	civil_format(c, text);
	return c.is_set ? json_string(text) : json_null();
}

json_t *
json_instant(int64_t at)
{
	char text[TIMES_UTC_MAX];

	times_utc(at, text);
	return json_string(text);
}

enum rc
json_line(json_t *o, FILE *out, struct err *e)
{
	const unsigned char *s;
	char *text = json_dumps(o, JSON_COMPACT);

	json_decref(o);
	if (text == NULL)
		return err_nomem(e);
	/* jansson leaves DEL and C1 as they are; a terminal obeys some */
	for (s = (const unsigned char *)text; *s != '\0'; s++) {
		if (*s == 0x7f) {
			(void)fputs("\\u007f", out);
		} else if (*s == 0xc2 && s[1] >= 0x80 && s[1] < 0xa0) {
			(void)fprintf(out, "\\u%04x", s[1]);
			s++;
		} else {
			(void)fputc(*s, out);
		}
	}
	(void)fputc('\n', out);
	free(text);
	return RC_OK;
}

/* warnings - an array of the codes */
static json_t *
warnings(unsigned bits)
{
	json_t *list = json_array();
	unsigned bit;

	for (bit = 1; bit <= WARN_UNDATED; bit <<= 1)
		if ((bits & bit) != 0)
			(void)json_array_append_new(
			    list, json_string(promise_warning_name(bit)));
	return list;
}

json_t *
json_promise(const struct cli *c, const struct promise *p)
{
	json_t *o = json_object(), *customers = json_array();
	size_t i;

	for (i = 0; p->customers != NULL && p->customers[i] != NULL; i++)
		(void)json_array_append_new(
		    customers, json_text(p->customers[i]));
#define PUT(key, value) (void)json_object_set_new(o, key, value)
	PUT("id", json_integer(p->id));
	PUT("state", json_string(promise_state_name(p->state)));
	PUT("kind", json_string(promise_kind_name(p->kind)));
	PUT("text", json_text(p->text));
	PUT("due", json_civil(p->due));
	PUT("due_first", json_civil(p->due_first));
	PUT("from", json_civil(p->from));
	PUT("after", json_text(p->after));
	PUT("condition", json_text(p->condition));
	PUT("hedged", json_boolean(p->is_hedged));
	PUT("lang", json_text(p->lang));
	PUT("warnings", warnings(p->warnings));
	PUT("author", json_text(p->author));
	PUT("customers", customers);
	PUT("message_id", json_text(p->message_id));
	PUT("sent_at", json_instant(p->sent_at));
	PUT("recorded_at", json_instant(p->recorded_at));
	PUT("late", json_boolean(show_is_late(c, p)));
	PUT("zone", json_text(p->zone));
#undef PUT
	return o;
}

enum rc
show_json(const struct cli *c, const struct promise *p, struct err *e)
{
	return json_line(json_promise(c, p), stdout, e);
}

char *
show_customers(TALLOC_CTX *mem, const struct promise *p, const char *sep)
{
	char *out = talloc_strdup(mem, "");
	size_t i;

	for (i = 0; p->customers != NULL && p->customers[i] != NULL; i++)
		out = talloc_asprintf_append(
		    out, "%s%s", i > 0 ? sep : "", p->customers[i]);
	return out;
}

bool
show_is_late(const struct cli *c, const struct promise *p)
{
	return promise_is_late(p, c->at);
}

const char *
show_state(const struct cli *c, enum promise_state s)
{
	static const enum cli_word names[] = { W_OPEN, W_KEPT, W_WITHDRAWN,
		W_NOT };

	return cli_word(c, names[s]);
}

const char *
show_move(const struct cli *c, enum promise_move m)
{
	static const enum cli_word names[] = { W_RECORDED, W_KEPT, W_MOVED,
		W_WITHDRAWN, W_NOT, W_REOPENED, W_HANDED, W_CONFIRMED };

	return cli_word(c, names[m]);
}

const char *
show_kind(const struct cli *c, enum promise_kind k)
{
	static const enum cli_word names[] = { W_ACTION, W_APPOINTMENT,
		W_OFFER };

	return cli_word(c, names[k]);
}

const struct zone *
show_zone(const struct cli *c, const struct promise *p)
{
	struct zone **recent = c->recent_zone, *z;
	struct err ignored;

	if (p->zone == NULL)
		return c->zone;
	if (*recent != NULL && strcmp(zone_name(*recent), p->zone) == 0)
		return *recent;
	if (zone_open(recent, p->zone, &z, &ignored) != RC_OK)
		return c->zone;
	talloc_free(*recent);
	*recent = z;
	return z;
}

enum rc
show_missing(struct cli *c, int64_t id, enum rc rc, struct err *e)
{
	char number[24];

	if (rc != RC_NOTFOUND)
		return rc;
	(void)snprintf(number, sizeof(number), "%" PRId64, id);
	return cli_fault(c, e, rc, W_E_NO_PROMISE, CLI_ARGS(number));
}

enum rc
show_ledger(struct cli *c, enum ledger_mode mode, struct err *e)
{
	char *path = settings_path(c->mem, c->settings, LEDGER_FILE);
	enum rc rc;

	if (path == NULL)
		return err_nomem(e);
	rc = ledger_open(c->mem, path, mode, &c->ledger, e);
	if (rc == RC_NOTFOUND)
		return cli_fault(c, e, rc, W_E_NO_LEDGER, CLI_ARGS(path));
	return rc;
}
