/*
 * options.c - the command line: one table of options, two readings
 *
 * What stands before the subcommand's name is read first, for it may be the
 * name of another program; then what the subcommand takes. Global options are
 * taken in both places.
 */
#include "core/core.h"

#include <getopt.h>
#include <stdarg.h>

#include "core/cli/cli.h"

#define OPTIONS_MAX_OVERRIDES 64
#define OPTIONS_MAX_SHOWN     100 /* octets of a culprit quoted */

static const struct {
	const char *name;
	char letter;
	const char *value; /* what stands behind it, NULL: nothing */
	unsigned opt;      /* enum cli_opt; 0: global */
	enum cli_word doc;
} table[] = {
	{ "json", 'j', NULL, OPT_JSON, W_O_JSON },
	{ "all", 'a', NULL, OPT_ALL, W_O_ALL },
	{ "state", 's', "STATE", OPT_STATE, W_O_STATE },
	{ "author", 'A', "ADDRESS", OPT_AUTHOR, W_O_AUTHOR },
	{ "customer", 'C', "WHO", OPT_CUSTOMER, W_O_CUSTOMER },
	{ "note", 'n', "TEXT", OPT_NOTE, W_O_NOTE },
	{ "format", 'f', "FORMAT", OPT_FORMAT, W_O_FORMAT },
	{ "output", 'O', "FILE", OPT_OUTPUT, W_O_OUTPUT },
	{ "name", 'N', "NAME", OPT_NAME, W_O_NAME },
	{ "lang", 'l', "LANG", OPT_LANG, W_O_LANG },
	{ "zone", 'z', "ZONE", OPT_ZONE, W_O_ZONE },
	{ "explain", 'x', NULL, OPT_EXPLAIN, W_O_EXPLAIN },
	{ "batch", 'b', NULL, OPT_BATCH, W_O_BATCH },
	{ "to", 't', "WHO", OPT_TO, W_O_TO },
	{ "team", 'T', "TEAM", OPT_TEAM, W_O_TEAM },
	{ "kind", 'k', "KIND", OPT_KIND, W_O_KIND },
	{ "as", 'F', "FORM", OPT_AS, W_O_AS },
	{ "alarms", 'r', "LIST", OPT_ALARMS, W_O_ALARMS },
	{ "private", 'p', NULL, OPT_PRIVATE, W_O_PRIVATE },
	{ "yes", 'y', NULL, OPT_YES, W_O_YES },
	{ "config", 'c', "FILE", 0, W_O_CONF },
	{ "option", 'o', "NAME=VALUE", 0, W_O_SET },
	{ "at", '@', "INSTANT", 0, W_O_AT },
	{ "help", 'h', NULL, 0, W_O_HELP },
	{ "version", 'V', NULL, 0, W_O_VERSION },
};

/* the letters that can be written -x; the others only name their option */
static const char with_letters[] = "cohVnf";

enum rc
cli_fault(struct cli *c, struct err *e, enum rc rc, enum cli_word w,
    const char *const *args)
{
	const char *cut[4] = { NULL };
	size_t i, len;
	char *text;

	for (i = 0; args[i] != NULL && i + 1 < ARRAY_LEN(cut); i++) {
		len = strlen(args[i]);
		if (len > OPTIONS_MAX_SHOWN)
			len = OPTIONS_MAX_SHOWN;
		while (len > 0 && ((unsigned char)args[i][len] & 0xc0) == 0x80)
			len--;
		cut[i] = talloc_strndup(c->mem, args[i], len);
	}
	text = cli_say(c->mem, c, w, cut);
	return err_set(e, rc, "%s", text ? text : "");
}

enum rc
cli_wrong(
    struct cli *c, struct err *e, enum cli_word w, const char *const *args)
{
	c->is_usage = true;
	return cli_fault(c, e, RC_BADINPUT, w, args);
}

enum rc
cli_usage(struct cli *c, struct err *e, const char *fmt, ...)
{
	va_list ap;

	c->is_usage = true;
	e->rc = RC_BADINPUT;
	va_start(ap, fmt);
	(void)vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return RC_BADINPUT;
}

enum rc
cli_id(struct cli *c, const char *text, int64_t *out, struct err *e)
{
	const char *t;
	int64_t n = 0;

	for (t = text; *t >= '0' && *t <= '9'; t++)
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, *t - '0', &n))
			break;
	if (*t != '\0' || n == 0)
		return cli_wrong(c, e, W_E_ID, CLI_ARGS(text));
	*out = n;
	return RC_OK;
}

/* set_state - "open,kept" or one of them */
static enum rc
set_state(struct cli *c, const char *text, struct err *e)
{
	enum promise_state s;
	char name[16];
	size_t len;

	while (*text != '\0') {
		len = strcspn(text, ",");
		(void)snprintf(name, sizeof(name), "%.*s",
		    (int)(len < 15 ? len : 15), text);
		if (!promise_state_parse(name, &s))
			return cli_wrong(c, e, W_E_STATE, CLI_ARGS(name));
		c->states |= 1u << s;
		text += len + (text[len] == ',');
	}
	if (c->states == 0)
		return cli_wrong(c, e, W_E_STATE, CLI_ARGS(""));
	return RC_OK;
}

/* add_override - one -o */
static enum rc
add_override(struct cli *c, const char *text, struct err *e)
{
	size_t n = 0;

	while (c->overrides[n] != NULL)
		n++;
	if (n == OPTIONS_MAX_OVERRIDES)
		return cli_wrong(c, e, W_E_TOO_MANY, CLI_NONE);
	c->overrides[n] = text;
	return RC_OK;
}

/* take - one option with its value */
static enum rc
take(struct cli *c, int letter, const char *value, char *wants, struct err *e)
{
	switch (letter) {
	case 'j':
		c->opts |= OPT_JSON;
		break;
	case 'a':
		c->opts |= OPT_ALL;
		break;
	case 's':
		c->opts |= OPT_STATE;
		return set_state(c, value, e);
	case 'A':
		c->author = value;
		break;
	case 'C':
		c->customer = value;
		break;
	case 'n':
		c->note = value;
		break;
	case 'f':
		c->format = value;
		break;
	case 'O':
		c->output = value;
		break;
	case 'N':
		c->name = value;
		break;
	case 'l':
		c->lang_text = value;
		break;
	case 't':
		c->to = value;
		break;
	case 'T':
		c->team = value;
		break;
	case 'k':
		c->kind = value;
		break;
	case 'F':
		c->form = value;
		break;
	case 'r':
		c->alarms = value;
		break;
	case 'p':
		c->opts |= OPT_PRIVATE;
		break;
	case 'y':
		c->opts |= OPT_YES;
		break;
	case 'z':
		c->zone_text = value;
		break;
	case 'x':
		c->opts |= OPT_EXPLAIN;
		break;
	case 'b':
		c->opts |= OPT_BATCH;
		break;
	case 'c':
		c->file = value;
		break;
	case 'o':
		return add_override(c, value, e);
	case '@':
		c->at_text = value;
		break;
	default:
		*wants = (char)letter;
	}
	return RC_OK;
}

/* what getopt_long() is told */
struct grammar {
	struct option longs[ARRAY_LEN(table) + 1];
	char shorts[2 * ARRAY_LEN(table) + 3];
};

/* grammar_make - the options of the set and the global ones; stops_at_word:
 * nothing behind the first argument is read */
static void
grammar_make(struct grammar *g, unsigned opts, bool stops_at_word)
{
	struct option *o = g->longs;
	char *s = g->shorts;
	size_t i;

	memset(g, 0, sizeof(*g));
	if (stops_at_word)
		*s++ = '+';
	*s++ = ':'; /* a missing value is told apart */
	for (i = 0; i < ARRAY_LEN(table); i++) {
		if (table[i].opt != 0 && (table[i].opt & opts) == 0)
			continue;
		o->name = table[i].name;
		o->has_arg = table[i].value ? required_argument : no_argument;
		o->val = table[i].letter;
		o++;
		if (strchr(with_letters, table[i].letter) == NULL)
			continue;
		*s++ = table[i].letter;
		if (table[i].value != NULL)
			*s++ = ':';
	}
}

/* bad_option - what getopt_long() did not take; word is the one it read */
static enum rc
bad_option(struct cli *c, int got, const char *word, struct err *e)
{
	char letter[3] = "-";

	if (got == ':')
		return cli_wrong(c, e, W_E_VALUE, CLI_ARGS(word));
	if (optopt == 0 || optopt > 126 || strncmp(word, "--", 2) == 0)
		return cli_wrong(c, e, W_E_OPTION, CLI_ARGS(word));
	letter[1] = (char)optopt;
	return cli_wrong(c, e, W_E_OPTION, CLI_ARGS(letter));
}

/* read_options - those in the set, and the global ones; *used: words read */
static enum rc
read_options(struct cli *c, int argc, char **argv, unsigned opts,
    bool stops_at_word, char *wants, int *used, struct err *e)
{
	struct grammar g = { .shorts = "" };
	enum rc rc = RC_OK;
	int got;

	grammar_make(&g, opts, stops_at_word);
	optind = 0;
	opterr = 0;
	while (rc == RC_OK &&
	       (got = getopt_long(argc, argv, g.shorts, g.longs, NULL)) != -1) {
		if (got == ':' || got == '?')
			return bad_option(c, got, argv[optind - 1], e);
		/* -o FILE is the output of what writes one */
		if (got == 'o' && (opts & OPT_OUTPUT) != 0 &&
		    strchr(optarg, '=') == NULL)
			got = 'O';
		rc = take(c, got, optarg, wants, e);
	}
	*used = optind;
	return rc;
}

enum rc
options_global(struct cli *c, int argc, char **argv, char *wants, struct err *e)
{
	int used = 0;
	enum rc rc;

	*wants = 0;
	c->overrides =
	    talloc_zero_array(c->mem, const char *, OPTIONS_MAX_OVERRIDES + 1);
	if (c->overrides == NULL)
		return err_nomem(e);
	rc = read_options(c, argc, argv, 0, true, wants, &used, e);
	c->args = argv + used;
	c->arg_count = argc - used;
	return rc;
}

enum rc
options_command(struct cli *c, char *wants, struct err *e)
{
	int used = 0;
	enum rc rc;

	*wants = 0;
	rc = read_options(
	    c, c->arg_count, c->args, c->cmd->opts, false, wants, &used, e);
	c->args += used;
	c->arg_count -= used;
	return rc;
}

void
options_help(const struct cli *c, unsigned opts, FILE *out)
{
	char head[40];
	size_t i;

	for (i = 0; i < ARRAY_LEN(table); i++) {
		if (table[i].opt != 0 ? (table[i].opt & opts) == 0 : opts != 0)
			continue;
		(void)snprintf(head, sizeof(head), "--%s%s%s", table[i].name,
		    table[i].value ? " " : "",
		    table[i].value ? table[i].value : "");
		(void)fprintf(
		    out, "  %-20s  %s\n", head, cli_word(c, table[i].doc));
	}
}
