/*
 * ledger_seed.c - fill a ledger for command tests
 *
 *	ledger_seed LEDGER <lines
 *
 * A line is one mail with one promise, "name=value" between tabs; what is not
 * named has a default:
 *
 *	author name to sent zone id due from after condition kind lang why
 *	warnings text; hedged uncertain (without value)
 *
 * `to` is a list with commas, sent is YYYY-MM-DDTHH:MM in UTC. In values "\n"
 * is a new line and "\e" an escape character.
 */
#include "core/core.h"

#include "core/ledger/ledger.h"

/* die - the test that feeds us is wrong */
static void __attribute__((noreturn)) die(const char *what, const char *text)
{
	(void)fprintf(stderr, "ledger_seed: %s: %s\n", what, text);
	exit(1);
}

/* unescape - in place */
static void
unescape(char *s)
{
	char *to = s;

	for (; *s != '\0'; s++) {
		if (s[0] == '\\' && (s[1] == 'n' || s[1] == 'e')) {
			*to++ = s[1] == 'n' ? '\n' : '\033';
			s++;
		} else {
			*to++ = *s;
		}
	}
	*to = '\0';
}

static struct civil
civil(const char *text)
{
	struct civil c = { .minute = CIVIL_NO_MINUTE };

	if (*text != '\0' && !civil_parse(text, &c))
		die("no date", text);
	return c;
}

/* list - commas cut, NULL at the end */
static const char *const *
list(TALLOC_CTX *mem, char *text)
{
	const char **out = talloc_zero_array(mem, const char *, 32);
	size_t n = 0;

	for (; text != NULL && n < 31; n++)
		out[n] = strsep(&text, ",");
	return out;
}

/* set - one field */
static void
set(TALLOC_CTX *mem, struct ledger_mail *m, struct promise *p, const char *name,
    char *value)
{
	if (strcmp(name, "author") == 0)
		m->author = value;
	else if (strcmp(name, "name") == 0)
		m->author_name = value;
	else if (strcmp(name, "to") == 0)
		m->customers = list(mem, value);
	else if (strcmp(name, "sent") == 0)
		m->sent_at = (int64_t)civil(value).day * 86400 +
			     civil(value).minute * 60;
	else if (strcmp(name, "zone") == 0)
		m->zone = value;
	else if (strcmp(name, "id") == 0)
		m->message_id = value;
	else if (strcmp(name, "due") == 0)
		p->due = civil(value);
	else if (strcmp(name, "from") == 0)
		p->from = civil(value);
	else if (strcmp(name, "after") == 0)
		p->after = value;
	else if (strcmp(name, "condition") == 0)
		p->condition = value;
	else if (strcmp(name, "kind") == 0 &&
		 promise_kind_parse(value, &p->kind))
		;
	else if (strcmp(name, "lang") == 0)
		(void)snprintf(p->lang, sizeof(p->lang), "%s", value);
	else if (strcmp(name, "why") == 0)
		p->why = value;
	else if (strcmp(name, "warnings") == 0)
		p->warnings = (unsigned)strtoul(value, NULL, 10);
	else if (strcmp(name, "text") == 0)
		p->text = value;
	else if (strcmp(name, "hedged") == 0)
		p->is_hedged = true;
	else if (strcmp(name, "uncertain") == 0)
		m->is_uncertain = true;
	else
		die("no field", name);
}

/* record - one line */
static void
record(struct ledger *l, char *line, unsigned number)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	static const char *const to[] = { "client@client.example", NULL };
	struct ledger_mail m = {
		.author = "anne@acme.example",
		.customers = to,
		.zone = "Europe/Paris",
		.sent_at = 1794819600, /* 2026-11-16T09:00Z */
	};
	struct promise p = {
		.due = civil(""),
		.from = civil(""),
		.lang = "fr",
	};
	struct err e;
	size_t recorded;
	char *field, *name;

	m.message_id = talloc_asprintf(mem, "%u@acme.example", number);
	while ((field = strsep(&line, "\t")) != NULL) {
		name = strsep(&field, "=");
		if (field != NULL)
			unescape(field);
		set(mem, &m, &p, name, field ? field : name);
	}
	if (p.text == NULL)
		die("no text", m.message_id);
	m.recorded_at = m.sent_at + 60;
	(void)snprintf((char *)m.digest, sizeof(m.digest), "%u", number);
	if (ledger_record(l, &m, &p, 1, &recorded, &e) != RC_OK)
		die("record", e.text);
	talloc_free(mem);
}

int
main(int argc, char **argv)
{
	char line[16384];
	struct ledger *l;
	struct err e;
	unsigned n = 0;

	if (argc != 2)
		die("usage", "ledger_seed LEDGER <lines");
	if (ledger_open(NULL, argv[1], LEDGER_CREATE, &l, &e) != RC_OK)
		die("open", e.text);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (*line != '\0' && *line != '#')
			record(l, line, ++n);
	}
	talloc_free(l);
	return 0;
}
