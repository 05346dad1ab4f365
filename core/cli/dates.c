/*
 * dates.c - a new date as a person writes it: ISO 8601, or words
 *
 * Words go the way of a mail's: core/when reads them, against now and the
 * zone of the promise. French and English are tried at once, the user's own
 * first. A date that is not after now is no new date.
 */
#include "core/cli/cli.h"
#include "core/when/when.h"

#define DATES_MAX_WORDS 200 /* octets */

/* read_words - in every language, the user's own first */
static enum rc
read_words(struct cli *c, TALLOC_CTX *mem, const char *text,
    const struct zone *zone, struct civil *out, struct err *e)
{
	struct calendar *calendar;
	struct when_ref ref = {
		.sent_at = c->at,
		.zone = zone,
		.offset_min = zone_offset_min(zone, c->at),
	};
	enum rc rc;

	rc = settings_calendar(mem, c->settings, &calendar, e);
	if (rc != RC_OK)
		return rc;
	ref.calendar = calendar;
	rc = when_one(text, c->lang == CLI_FR ? "fr" : "en", &ref, out, e);
	if (rc == RC_BADINPUT)
		return cli_wrong(c, e, W_E_TWO_DATES, CLI_ARGS(text));
	if (rc == RC_NOTFOUND)
		return cli_wrong(c, e, W_E_NO_DATE, CLI_ARGS(text));
	return rc;
}

enum rc
dates_parse(struct cli *c, const char *text, const struct zone *zone,
    struct civil *out, struct err *e)
{
	TALLOC_CTX *mem;
	enum rc rc;

	if (civil_parse(text, out))
		return RC_OK;
	if (*text >= '0' && *text <= '9' && strlen(text) >= 10 &&
	    text[4] == '-' && text[7] == '-')
		return cli_wrong(c, e, W_E_BAD_DATE, CLI_ARGS(text));
	if (strlen(text) > DATES_MAX_WORDS)
		return cli_wrong(c, e, W_E_NO_DATE, CLI_ARGS(text));
	mem = talloc_new(c->mem);
	if (mem == NULL)
		return err_nomem(e);
	rc = read_words(c, mem, text, zone, out, e);
	talloc_free(mem);
	if (rc == RC_OK && promise_due_at(*out, zone) < c->at)
		return cli_wrong(c, e, W_E_PAST, CLI_ARGS(text));
	return rc;
}
