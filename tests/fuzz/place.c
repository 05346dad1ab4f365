/*
 * place.c - where and when the mails of a fuzz target are written
 */
#include "tests/fuzz/place.h"

static struct place *place;

static void
close_place(void)
{
	talloc_free(place);
}

const struct place *
place_of(uint8_t zone, uint8_t when)
{
	static const char *const names[] = { "Europe/Paris", "-0500",
		"America/Toronto", "+1400" };
	static const char *const sets[] = { "fr", "de-by", NULL };
	static struct zone *zones[ARRAY_LEN(names)];
	static struct calendar *calendar;
	struct err e;

	if (place == NULL) {
		place = talloc_zero(NULL, struct place);
		assert(place != NULL);
		if (atexit(close_place) != 0)
			abort();
		if (read_langs_open(place, NULL, &place->langs, &e) != RC_OK ||
		    calendar_new(place, 0x1f, 540, 1080, sets, &calendar, &e) !=
			RC_OK)
			goto fail;
		for (size_t i = 0; i < ARRAY_LEN(names); i++)
			if (zone_open(place, names[i], &zones[i], &e) != RC_OK)
				goto fail;
	}
	place->ref.calendar = calendar;
	place->ref.zone = zones[zone % ARRAY_LEN(names)];
	/* every third day for two years, at one hour or another */
	place->ref.sent_at = 1764000000 + (int64_t)when * 86400 * 3 +
			     (int64_t)(zone >> 2) * 1350;
	place->ref.offset_min =
	    zone_offset_min(place->ref.zone, place->ref.sent_at);
	return place;
fail:
	(void)fprintf(stderr, "%s\n", e.text);
	abort();
}
