/*
 * note_words.c - what reminders say, in French and in English
 *
 * Nothing here promises anything: the note to a customer leaves the new date
 * to its author.
 */
#include "core/core.h"

#include "cal/remind/note_words.h"

/* no-break space, as French typography wants it */
#define NBSP "\xc2\xa0"

static const struct note_words table[] = {
	{
	    .lang = "en",
	    .sender = "Promises",
	    .why = { "Coming up", "Today", "Very soon", "Now", "Late",
		"To check", "Handed to you", "Promised", "Taken out" },
	    .one = "%s: promised to %s for %s",
	    .one_undated = "%s: promised to %s, no date",
	    .many = { "%zu promises to keep", "Your %zu promises of the day",
		"%zu promises to check", "%zu promises are late",
		"%zu promises", "%zu promises" },
	    .many_late = ", %zu late",
	    .hello = {
		"You promised this by mail, and it is still open:",
		"Your promises of the day, as they stand this morning:",
		"This was found in your mail. Is it what you meant?",
		"Promised by mail, due, and still open:",
		"You promised this by mail. Accept: yes, it is a promise of "
		"mine. Decline: it is not a promise.",
		"This leaves your calendar; it is settled, or not yours any "
		"more:",
	    },
	    .number = "%s (no. %" PRId64 ")",
	    .quote = { "\xe2\x80\x9c", "\xe2\x80\x9d" },
	    .to = "To: %s",
	    .by = "Promised by %s on %s",
	    .due = "Due: %s",
	    .window = "From: %s",
	    .first = "First promised for: %s",
	    .undated = "Due: no date",
	    .condition = "Condition: %s",
	    .hedged = "Softened by its author's words.",
	    .uncertain = "It is not certain that this mail was delivered.",
	    .warn_weekday = "The weekday and the date in the mail disagree: "
		"the date was taken.",
	    .warn_past = "The date in the mail was already past.",
	    .warn_closed = "That is a day on which nobody works.",
	    .warn_undated = "The customer was given no date.",
	    .warn_next = "“Next” was read as the coming one; some mean the "
		"week after.",
	    .delay = "Tell the customer of a delay:",
	    .more = "And %zu more: promise overdue, promise list.",
	    .answer_one = "Answer this mail with a word: done, moved to "
		"Friday, cancelled, not a promise, to paul@… (hand over).",
	    .answer_many = "Answer this mail with the number and a word, one "
		"line each: %" PRId64 " done, %" PRId64 " moved to Friday, %"
		PRId64 " cancelled, %" PRId64 " not a promise, %" PRId64
		" to paul@… (hand over).",
	    .others = { " and %zu other", " and %zu others" },
	    .delay_subject = "A delay",
	    .delay_body = "Hello,\r\n\r\nOn %s I wrote to you: \xe2\x80\x9c%s"
		"\xe2\x80\x9d, for %s.\r\nThere is a delay, for which I am "
		"sorry. New date: \r\n",
	    .delay_body_undated = "Hello,\r\n\r\nOn %s I wrote to you: "
		"\xe2\x80\x9c%s\xe2\x80\x9d.\r\nThere is a delay, for which I "
		"am sorry. New date: \r\n",
	},
	{
	    .lang = "fr",
	    .sender = "Promesses",
	    .why = { "Bientôt", "Aujourd’hui", "Très bientôt",
		"Maintenant", "En retard", "À vérifier",
		"Confié à vous", "Promis", "Retiré" },
	    .one = "%s" NBSP ": promis à %s pour le %s",
	    .one_undated = "%s" NBSP ": promis à %s, sans date",
	    .many = { "%zu promesses à tenir",
		"Vos %zu promesses du jour",
		"%zu promesses à vérifier",
		"%zu promesses en retard", "%zu promesses",
		"%zu promesses" },
	    .many_late = ", dont %zu en retard",
	    .hello = {
		"Vous l’avez promis par courriel, et c’est encore ouvert" NBSP
		":",
		"Vos promesses du jour, telles qu’elles sont ce matin" NBSP ":",
		"Relevé dans vos courriels. Est-ce bien ce que vous vouliez "
		"dire" NBSP "?",
		"Promis par courriel, échu, et encore ouvert" NBSP ":",
		"Vous l’avez promis par courriel. Accepter" NBSP ": oui, c’est "
		"une promesse. Refuser" NBSP ": ce n’est pas une promesse.",
		"Ceci quitte votre agenda" NBSP ": réglé, ou plus à vous" NBSP
		":",
	    },
	    .number = "%s (n°" NBSP "%" PRId64 ")",
	    .quote = { "«" NBSP, NBSP "»" },
	    .to = "À" NBSP ": %s",
	    .by = "Promis par %s le %s",
	    .due = "Échéance" NBSP ": %s",
	    .window = "À partir de" NBSP ": %s",
	    .first = "Promis d’abord pour" NBSP ": %s",
	    .undated = "Échéance" NBSP ": sans date",
	    .condition = "Condition" NBSP ": %s",
	    .hedged = "Formulé avec réserve.",
	    .uncertain = "Il n’est pas certain que ce courriel soit arrivé.",
	    .warn_weekday = "Le jour et la date du courriel se contredisent"
		NBSP ": la date a été retenue.",
	    .warn_past = "La date du courriel était déjà passée.",
	    .warn_closed = "C’est un jour où personne ne travaille.",
	    .warn_undated = "Aucune date n’a été donnée au client.",
	    .warn_next = "«" NBSP "Prochain" NBSP "» a été lu comme le "
		"premier à venir" NBSP "; certains entendent la semaine "
		"d’après.",
	    .delay = "Prévenir le client d’un retard" NBSP ":",
	    .more = "Et %zu autres" NBSP ": promise overdue, promise list.",
	    .answer_one = "Répondez à ce courriel d’un mot" NBSP ": fait, "
		"reporté au 3 décembre, annulé, pas une promesse, à paul@… "
		"(confier).",
	    .answer_many = "Répondez à ce courriel par le numéro et un mot, "
		"une ligne chacun" NBSP ": %" PRId64 " fait, %" PRId64
		" reporté au 3 décembre, %" PRId64 " annulé, %" PRId64
		" pas une promesse, %" PRId64 " à paul@… (confier).",
	    .others = { " et %zu autre", " et %zu autres" },
	    .delay_subject = "Un retard",
	    .delay_body = "Bonjour,\r\n\r\nLe %s, je vous écrivais" NBSP
		": «" NBSP "%s" NBSP "», pour le %s.\r\nIl y a du retard, "
		"veuillez nous en excuser. Nouvelle date" NBSP ": \r\n",
	    .delay_body_undated = "Bonjour,\r\n\r\nLe %s, je vous écrivais"
		NBSP ": «" NBSP "%s" NBSP "».\r\nIl y a du retard, veuillez "
		"nous en excuser. Nouvelle date" NBSP ": \r\n",
	},
};

const struct note_words *
note_words_of(const char *lang)
{
	size_t i;

	for (i = 0; lang != NULL && i < ARRAY_LEN(table); i++)
		if (strcmp(table[i].lang, lang) == 0)
			return &table[i];
	return &table[0];
}
