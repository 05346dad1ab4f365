/*
 * ahead.c - how long before: "1 working day, 2 hours", "1 jour ouvré"
 */
#include "core/core.h"

#include "core/ahead/ahead.h"

#define WORD_MAX_BYTES 24
#define DAY_MIN        (24 * 60)

static const struct {
	const char *word;
	int minutes; /* 0: a working day */
} units[] = {
	{ "working day", 0 },
	{ "working days", 0 },
	{ "business day", 0 },
	{ "business days", 0 },
	{ "jour ouvré", 0 },
	{ "jours ouvrés", 0 },
	{ "day", DAY_MIN },
	{ "days", DAY_MIN },
	{ "jour", DAY_MIN },
	{ "jours", DAY_MIN },
	{ "hour", 60 },
	{ "hours", 60 },
	{ "heure", 60 },
	{ "heures", 60 },
	{ "h", 60 },
	{ "minute", 1 },
	{ "minutes", 1 },
	{ "min", 1 },
};

/* unit_of - the row of a word, or -1 */
static int
unit_of(const char *word)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(units); i++)
		if (strcmp(units[i].word, word) == 0)
			return (int)i;
	return -1;
}

/* take - one item, up to a comma or the end */
static bool
take(const char **text, struct ahead *out)
{
	const char *t = *text + strspn(*text, " ");
	char word[WORD_MAX_BYTES + 1];
	size_t len, digits = strspn(t, "0123456789");
	int n, unit;

	if (digits == 0 || digits > 5 || out->count == AHEAD_MAX)
		return false;
	n = (int)strtol(t, NULL, 10);
	t += digits;
	t += strspn(t, " ");
	len = strcspn(t, ",");
	*text = t + len;
	while (len > 0 && t[len - 1] == ' ')
		len--;
	if (len > WORD_MAX_BYTES)
		return false;
	memcpy(word, t, len);
	word[len] = '\0';
	unit = unit_of(word);
	if (unit < 0)
		return false;
	out->at[out->count].is_working_days = units[unit].minutes == 0;
	if (units[unit].minutes == 0
		? n > AHEAD_MAX_DAYS
		: n > AHEAD_MAX_DAYS * DAY_MIN / units[unit].minutes)
		return false;
	out->at[out->count++].n =
	    units[unit].minutes == 0 ? n : n * units[unit].minutes;
	return true;
}

bool
ahead_parse(const char *text, struct ahead *out)
{
	*out = (struct ahead){ .count = 0 };
	if (strcmp(text, "none") == 0)
		return true;
	while (take(&text, out)) {
		if (*text == '\0')
			return true;
		text++;
	}
	return false;
}
