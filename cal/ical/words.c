/*
 * words.c - what a calendar says about promises, in French and in English
 */
#include "core/core.h"

#include "cal/ical/words.h"

/* no-break spaces, as French typography wants them */
#define NBSP "\xc2\xa0"

static const struct words table[] = {
	{
	    .lang = "en",
	    .title = {
		[PROMISE_ACTION] = "Promised to %s: ",
		[PROMISE_APPOINTMENT] = "Appointment with %s: ",
		[PROMISE_OFFER] = "Offer held open for %s: ",
	    },
	    .bell = {
		[PROMISE_ACTION] = "Promised to %s for %s: ",
		[PROMISE_APPOINTMENT] = "Appointment with %s, %s: ",
		[PROMISE_OFFER] = "Offer held open for %s until %s: ",
	    },
	    .others = { " and %d other", " and %d others" },
	    .late = "LATE · ",
	    .settled = { "", "Kept · ", "Withdrawn · ", "Not a promise · " },
	    .state = { "open", "kept", "withdrawn", "not a promise" },
	    .state_late = "open, late",
	    .category = "Promise",
	    .kind = { "Action", "Appointment", "Offer" },
	    .number = "promise %lld",
	    .owner = "Handed over to: %s",
	    .by = "Promised by %s to %s on %s:",
	    .due = "To be kept by: %s (%s)",
	    .window = "Window: from %s to %s (%s)",
	    .first = "First promised for: %s",
	    .condition = "Condition: %s",
	    .hedged = "Softened by its author's words.",
	    .uncertain = "It is not certain that this mail was delivered.",
	    .warn_weekday = "Careful: the weekday and the date in the mail "
		"disagree.",
	    .warn_past = "Careful: the date in the mail was already past.",
	    .warn_closed = "Careful: due on a closed day.",
	    .holiday = "Careful: due on a public holiday (%s).",
	    .state_is = "State: %s (promise %lld)",
	    .quote = { "\xe2\x80\x9c", "\xe2\x80\x9d" },
	    .name = "Promises to customers",
	    .about = "Promises made to customers by mail, to keep or to move",
	    .beat_open = { "%lld open", "%lld open" },
	    .beat_late = { "%lld late", "%lld late" },
	    .beat_undated = { "%lld undated", "%lld undated" },
	    .beat = "Promises: ",
	    .beat_about = "One such entry a day. Where it is missing, this "
		"calendar is no longer up to date.",
	},
	{
	    .lang = "fr",
	    .title = {
		[PROMISE_ACTION] = "Promesse à %s" NBSP ": ",
		[PROMISE_APPOINTMENT] = "Rendez-vous avec %s" NBSP ": ",
		[PROMISE_OFFER] = "Offre tenue pour %s" NBSP ": ",
	    },
	    .bell = {
		[PROMISE_ACTION] = "Promesse à %s pour %s" NBSP ": ",
		[PROMISE_APPOINTMENT] = "Rendez-vous avec %s, %s" NBSP ": ",
		[PROMISE_OFFER] = "Offre tenue pour %s jusqu’au %s" NBSP ": ",
	    },
	    .others = { " et %d autre", " et %d autres" },
	    .late = "EN RETARD · ",
	    .settled = { "", "Tenue · ", "Retirée · ",
		"Pas une promesse · " },
	    .state = { "ouverte", "tenue", "retirée", "pas une promesse" },
	    .state_late = "ouverte, en retard",
	    .category = "Promesse",
	    .kind = { "Action", "Rendez-vous", "Offre" },
	    .number = "promesse %lld",
	    .owner = "Confiée à" NBSP ": %s",
	    .by = "Promis par %s à %s le %s" NBSP ":",
	    .due = "À tenir au plus tard" NBSP ": %s (%s)",
	    .window = "Créneau" NBSP ": du %s au %s (%s)",
	    .first = "Promis d’abord pour" NBSP ": %s",
	    .condition = "Condition" NBSP ": %s",
	    .hedged = "Formulé avec réserve.",
	    .uncertain = "Il n’est pas certain que ce courriel soit arrivé.",
	    .warn_weekday = "Attention" NBSP ": le jour et la date du "
		"courriel se contredisent.",
	    .warn_past = "Attention" NBSP ": la date du courriel était déjà "
		"passée.",
	    .warn_closed = "Attention" NBSP ": échéance un jour non ouvré.",
	    .holiday = "Attention" NBSP ": échéance un jour férié (%s).",
	    .state_is = "État" NBSP ": %s (promesse %lld)",
	    .quote = { "«" NBSP, NBSP "»" },
	    .name = "Promesses aux clients",
	    .about = "Promesses faites aux clients par courriel, à tenir ou à "
		"reporter",
	    .beat_open = { "%lld ouverte", "%lld ouvertes" },
	    .beat_late = { "%lld en retard", "%lld en retard" },
	    .beat_undated = { "%lld sans date", "%lld sans date" },
	    .beat = "Promesses" NBSP ": ",
	    .beat_about = "Une entrée comme celle-ci par jour. Si elle "
		"manque, cet agenda n’est plus à jour.",
	},
};

static const char *const days[][8] = {
	{ "", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
	    "Saturday", "Sunday" },
	{ "", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi",
	    "dimanche" },
};

static const char *const months[][13] = {
	{ "", "January", "February", "March", "April", "May", "June", "July",
	    "August", "September", "October", "November", "December" },
	{ "", "janvier", "février", "mars", "avril", "mai", "juin", "juillet",
	    "août", "septembre", "octobre", "novembre", "décembre" },
};

const struct words *
words_of(const char *lang)
{
	size_t i;

	for (i = 0; lang != NULL && i < ARRAY_LEN(table); i++)
		if (strcmp(table[i].lang, lang) == 0)
			return &table[i];
	return &table[0];
}

int
words_plural(const struct words *w, int64_t n)
{
	return w == &table[0] ? n != 1 : n > 1;
}

char *
words_date(TALLOC_CTX *mem, const struct words *w, struct civil c)
{
	bool fr = w != &table[0];
	struct civil_ymd d;
	char hour[24] = "";

	if (!c.is_set)
		return talloc_strdup(mem, "");
	d = civil_ymd(c.day);
	if (c.minute != CIVIL_NO_MINUTE && !fr)
		(void)snprintf(hour, sizeof(hour), " at %d:%02d", c.minute / 60,
		    c.minute % 60);
	else if (c.minute != CIVIL_NO_MINUTE && c.minute % 60 != 0)
		(void)snprintf(hour, sizeof(hour), " à %d" NBSP "h" NBSP "%02d",
		    c.minute / 60, c.minute % 60);
	else if (c.minute != CIVIL_NO_MINUTE)
		(void)snprintf(
		    hour, sizeof(hour), " à %d" NBSP "h", c.minute / 60);
	return talloc_asprintf(mem, "%s %d%s %s %d%s",
	    days[fr][civil_weekday(c.day)], d.day, fr && d.day == 1 ? "er" : "",
	    months[fr][d.month], d.year, hour);
}
