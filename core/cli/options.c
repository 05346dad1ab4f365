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
	{ "config", 'c', "FILE", 0, W_O_CONF },
	{ "option", 'o', "NAME=VALUE", 0, W_O_SET },
	{ "at", '@', "INSTANT", 0, W_O_AT },
	{ "help", 'h', NULL, 0, W_O_HELP },
	{ "version", 'V', NULL, 0, W_O_VERSION },
};

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
		return cli_usage(
		    c, e, "'%.60s' is no number of a promise", text);
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
			return cli_usage(c, e,
			    "'%s' is no state: open, kept, withdrawn or not",
			    name);
		c->states |= 1u << s;
		text += len + (text[len] == ',');
	}
	if (c->states == 0)
		return cli_usage(c, e, "--state names no state");
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
		return cli_usage(c, e, "more than %d -o options", (int)n);
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

/* read_options - those in the set, and the global ones; *used: words read */
static enum rc
read_options(struct cli *c, int argc, char **argv, unsigned opts,
    bool stops_at_word, char *wants, int *used, struct err *e)
{
	struct option longs[ARRAY_LEN(table) + 1] = { { 0 } };
	char shorts[2 * ARRAY_LEN(table) + 8] = "+:";
	size_t i, n = 0, len = stops_at_word ? 2 : 1;
	enum rc rc = RC_OK;
	int got;

	if (!stops_at_word)
		shorts[0] = ':';
	for (i = 0; i < ARRAY_LEN(table); i++) {
		if (table[i].opt != 0 && (table[i].opt & opts) == 0)
			continue;
		longs[n].name = table[i].name;
		longs[n].has_arg =
		    table[i].value ? required_argument : no_argument;
		longs[n++].val = table[i].letter;
		/* one letter is for the common ones only */
		if (strchr("chVnfO", table[i].letter) == NULL &&
		    table[i].letter != 'o')
			continue;
		if (table[i].letter == 'O' || table[i].letter == 'o')
			continue;
		shorts[len++] = table[i].letter;
		if (table[i].value != NULL)
			shorts[len++] = ':';
	}
	/* -o is the output of what writes a file, a setting elsewhere */
	shorts[len++] = 'o';
	shorts[len++] = ':';
	shorts[len] = '\0';
	optind = 0;
	opterr = 0;
	while (rc == RC_OK &&
	       (got = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		if (got == ':')
			return cli_usage(
			    c, e, "'%s' needs a value", argv[optind - 1]);
		if (got == '?' && optopt != 0 && optopt < 128 &&
		    argv[optind - 1][1] != '-')
			return cli_usage(
			    c, e, "there is no option '-%c'", optopt);
		if (got == '?')
			return cli_usage(c, e, "there is no option '%.60s'",
			    argv[optind - 1]);
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
