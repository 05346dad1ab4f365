/*
 * cmd_feed.c - promise feed: secret addresses under which calendars are served
 *
 * The token is 256 random bits; it is printed once, inside the address, and
 * only its SHA-256 goes into the ledger.
 */
#include "core/core.h"

#include <fcntl.h>
#include <glib.h>
#include <jansson.h>
#include <sys/random.h>

#include "core/ahead/ahead.h"
#include "core/cli/cli.h"
#include "core/cli/json.h"
#include "core/cli/table.h"

#define TOKEN_BYTES 32
#define TOKEN_TEXT  43 /* base64url of it, unpadded */

/* token_make - a fresh token and its hash */
static enum rc
token_make(char text[TOKEN_TEXT + 1], uint8_t hash[32], struct err *e)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789-_";
	uint8_t raw[TOKEN_BYTES + 1] = { 0 };
	gsize hash_len = 32;
	GChecksum *sum;
	size_t i;

	if (getrandom(raw, TOKEN_BYTES, 0) != TOKEN_BYTES)
		return err_errno(e, "no random numbers");
	for (i = 0; i < TOKEN_TEXT; i++) {
		unsigned two =
		    (unsigned)raw[i * 6 / 8] << 8 | raw[i * 6 / 8 + 1];

		text[i] = digits[two >> (10 - i * 6 % 8) & 63];
	}
	text[TOKEN_TEXT] = '\0';
	sum = g_checksum_new(G_CHECKSUM_SHA256);
	g_checksum_update(sum, (const guchar *)text, TOKEN_TEXT);
	g_checksum_get_digest(sum, hash, &hash_len);
	g_checksum_free(sum);
	return RC_OK;
}

/* bound_address - where the running service serves feeds, or NULL */
static char *
bound_address(const struct cli *c)
{
	char *path = settings_path(c->mem, c->settings, "run/feed.address");
	char line[128];
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return NULL;
	n = read(fd, line, sizeof(line) - 1);
	close(fd);
	if (n <= 0)
		return NULL;
	line[n] = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	return *line != '\0' ? talloc_strdup(c->mem, line) : NULL;
}

/* base_url - what the addresses of feeds begin with */
static char *
base_url(const struct cli *c)
{
	const char *bound;

	if (*c->settings->feed_url != '\0')
		return talloc_strdup(c->mem, c->settings->feed_url);
	bound = bound_address(c);
	return talloc_asprintf(
	    c->mem, "http://%s", bound ? bound : c->settings->feed_listen);
}

/* has_team - does the setting name anybody of it? */
static bool
has_team(const struct cli *c, const char *team)
{
	size_t i, len = strlen(team);

	for (i = 0; c->settings->teams[i] != NULL; i++)
		if (strncmp(c->settings->teams[i], team, len) == 0 &&
		    c->settings->teams[i][len] == ':')
			return true;
	return false;
}

/* check_wish - each option of add on its own */
static enum rc
check_wish(struct cli *c, const struct ledger_feed *f, struct err *e)
{
	enum promise_kind kind;
	struct ahead ahead;

	if (strcmp(f->lang, "fr") != 0 && strcmp(f->lang, "en") != 0)
		return cli_wrong(c, e, W_E_LANG, CLI_ARGS(f->lang));
	if (f->kind != NULL && !promise_kind_parse(f->kind, &kind))
		return cli_wrong(c, e, W_E_KIND, CLI_ARGS(f->kind));
	if (strcmp(f->form, "events") != 0 && strcmp(f->form, "todos") != 0)
		return cli_wrong(c, e, W_E_FORM, CLI_ARGS(f->form));
	/* only the web server knows where its folder is seen from outside */
	if (*c->settings->feed_folder != '\0' && *c->settings->feed_url == '\0')
		return cli_fault(c, e, RC_BADINPUT, W_E_FEED_URL, CLI_NONE);
	if (f->team != NULL && !has_team(c, f->team))
		return cli_wrong(c, e, W_E_TEAM, CLI_ARGS(f->team));
	if (f->alarms != NULL && !ahead_parse(f->alarms, &ahead))
		return cli_wrong(c, e, W_E_ALARMS, CLI_ARGS(f->alarms));
	return RC_OK;
}

/* print_address - a web server's file is named by the hash, which is what the
 * service knows of a token */
static void
print_address(
    const struct cli *c, const char *token, const struct ledger_feed *f)
{
	size_t i;

	(void)printf("%s/feed/", base_url(c));
	if (*c->settings->feed_folder == '\0')
		(void)printf("%s", token);
	else
		for (i = 0; i < sizeof(f->token_hash); i++)
			(void)printf("%02x", f->token_hash[i]);
	(void)printf(".ics\n");
}

static enum rc
feed_add(struct cli *c, struct err *e)
{
	char token[TOKEN_TEXT + 1];
	struct ledger_feed f = {
		.name = c->name ? c->name : cli_word(c, W_FEED_NAME),
		.lang = c->lang_text        ? c->lang_text
			: c->lang == CLI_FR ? "fr"
					    : "en",
		.customer = c->customer,
		.author = c->author,
		.team = c->team,
		.kind = c->kind,
		.form = c->form ? c->form : "events",
		.alarms = c->alarms,
		.is_private = (c->opts & OPT_PRIVATE) != 0,
		.created_at = c->at,
	};
	int64_t id;
	enum rc rc;

	rc = check_wish(c, &f, e);
	if (rc == RC_OK)
		rc = show_ledger(c, LEDGER_CREATE, e);
	if (rc == RC_OK)
		rc = token_make(token, f.token_hash, e);
	if (rc == RC_OK)
		rc = ledger_feed_add(c->ledger, &f, &id, e);
	if (rc == RC_OK)
		print_address(c, token, &f);
	return rc;
}

struct gather {
	struct cli *c;
	struct table *t;
};

/* moment - an instant for people, a word for none */
static char *
moment(TALLOC_CTX *mem, const struct cli *c, int64_t at)
{
	return at == 0 ? talloc_strdup(mem, cli_word(c, W_NEVER))
		       : times_instant(mem, c, at);
}

/* only - what it holds and how, in a few words */
static char *
only(TALLOC_CTX *mem, const struct ledger_feed *f)
{
	const char *const parts[] = { f->customer, f->author, f->team, f->kind,
		strcmp(f->form, "todos") == 0 ? f->form : NULL, f->alarms,
		f->is_private ? "private" : NULL };
	char *out = talloc_strdup(mem, "");
	size_t i;

	for (i = 0; out != NULL && i < ARRAY_LEN(parts); i++)
		if (parts[i] != NULL)
			out = talloc_asprintf_append(
			    out, "%s%s", *out != '\0' ? ", " : "", parts[i]);
	return out;
}

/* list_one - ledger_feed_each()'s visitor */
static enum rc
list_one(const struct ledger_feed *f, void *arg, struct err *e)
{
	struct gather *g = arg;
	const struct cli *c = g->c;
	const char *cells[7];
	TALLOC_CTX *mem;
	json_t *o;

	if ((c->opts & OPT_JSON) != 0) {
		o = json_object();
#define PUT(key, value) (void)json_object_set_new(o, key, value)
		PUT("id", json_integer(f->id));
		PUT("name", json_text(f->name));
		PUT("lang", json_text(f->lang));
		PUT("customer", json_text(f->customer));
		PUT("author", json_text(f->author));
		PUT("created_at", json_instant(f->created_at));
		PUT("used_at",
		    f->used_at ? json_instant(f->used_at) : json_null());
		PUT("revoked_at",
		    f->revoked_at ? json_instant(f->revoked_at) : json_null());
		PUT("team", json_text(f->team));
		PUT("kind", json_text(f->kind));
		PUT("as", json_text(f->form));
		PUT("alarms", json_text(f->alarms));
		PUT("private", json_boolean(f->is_private));
#undef PUT
		return json_line(o, stdout, e);
	}
	mem = talloc_new(NULL);
	cells[0] = talloc_asprintf(mem, "%" PRId64, f->id);
	cells[1] = f->name;
	cells[2] = f->lang;
	cells[3] = only(mem, f);
	cells[4] = moment(mem, c, f->created_at);
	cells[5] = moment(mem, c, f->used_at);
	cells[6] = cli_word(c, f->revoked_at != 0 ? W_REVOKED : W_ACTIVE);
	table_row(g->t, cells, f->revoked_at ? TABLE_DIM : TABLE_PLAIN);
	talloc_free(mem);
	return RC_OK;
}

static enum rc
feed_list(struct cli *c, struct err *e)
{
	const struct table_column columns[] = {
		{ .head = cli_word(c, W_H_ID), .is_number = true },
		{ .head = cli_word(c, W_H_NAME), .floor = 10 },
		{ .head = cli_word(c, W_H_LANG) },
		{ .head = cli_word(c, W_H_ONLY), .floor = 10 },
		{ .head = cli_word(c, W_H_CREATED) },
		{ .head = cli_word(c, W_H_USED) },
		{ .head = cli_word(c, W_H_STATE) },
	};
	struct gather g = { .c = c };
	enum rc rc;

	g.t = table_new(c->mem, columns, ARRAY_LEN(columns));
	if (g.t == NULL)
		return err_nomem(e);
	rc = ledger_feed_each(c->ledger, list_one, &g, e);
	if (rc != RC_OK)
		return rc;
	table_print(g.t, stdout, c->columns, c->has_colour);
	if (table_count(g.t) == 0 && c->is_terminal &&
	    (c->opts & OPT_JSON) == 0)
		(void)printf("%s\n", cli_word(c, W_NO_FEED));
	return RC_OK;
}

static enum rc
feed_revoke(struct cli *c, const char *number, struct err *e)
{
	enum rc rc;
	int64_t id;

	rc = cli_id(c, number, &id, e);
	if (rc != RC_OK)
		return cli_wrong(c, e, W_E_FEED_ID, CLI_ARGS(number));
	rc = ledger_feed_revoke(c->ledger, id, c->at, e);
	if (rc == RC_NOTFOUND)
		return cli_fault(c, e, rc, W_E_NO_FEED, CLI_ARGS(number));
	return rc;
}

static enum rc
run(struct cli *c, struct err *e)
{
	const char *what = c->args[0];
	enum rc rc;

	/* a first feed may come before the first mail: it makes the ledger */
	if (strcmp(what, "add") == 0) {
		if (c->arg_count == 2)
			c->name = c->args[1];
		return feed_add(c, e);
	}
	if (strcmp(what, "list") == 0 && c->arg_count == 1) {
		rc = show_ledger(c, LEDGER_READ, e);
		return rc == RC_OK ? feed_list(c, e) : rc;
	}
	if (strcmp(what, "revoke") == 0 && c->arg_count == 2) {
		rc = show_ledger(c, LEDGER_WRITE, e);
		return rc == RC_OK ? feed_revoke(c, c->args[1], e) : rc;
	}
	return cli_wrong(
	    c, e, W_E_NEEDS, CLI_ARGS(c->cmd->name, c->cmd->synopsis));
}

const struct cmd cmd_feed = {
	.name = "feed",
	.synopsis = "add [NAME] | list | revoke ID",
	.summary = W_S_FEED,
	.details = W_D_FEED,
	.opts = OPT_JSON | OPT_NAME | OPT_LANG | OPT_CUSTOMER | OPT_AUTHOR |
		OPT_TEAM | OPT_KIND | OPT_AS | OPT_ALARMS | OPT_PRIVATE,
	.need = NEED_SETTINGS,
	.min_args = 1,
	.max_args = 2,
	.run = run,
};
