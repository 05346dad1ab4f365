/* ical_priv.h - shared by event.c, sheet.c and part.c, nobody else */
#ifndef CAL_ICAL_ICAL_PRIV_H
#define CAL_ICAL_ICAL_PRIV_H

#include <glib.h>
#include <libical/ical.h>

#include "cal/ical/ical.h"
#include "cal/ical/words.h"

struct ical {
	const struct calendar *calendar;
	char *uuid;
	struct zone *zone;
	struct zone **zones; /* those promises named, opened once */
	size_t zone_count;
	GHashTable *shapes; /* sets of properties that passed the checks */
	char *last;         /* what ical_event() gave out */
};

/*
 * part.c - small steps of building with libical. Texts must be clean already
 * (clean.h). Running out of memory inside libical ends the process.
 */
icalcomponent *part_new(icalcomponent_kind kind);
void part_add(icalcomponent *c, icalproperty *p);
void part_x(icalcomponent *c, const char *name, const char *value);
void part_stamp(
    icalcomponent *c, int64_t created, int64_t changed, int sequence);
struct icaltimetype part_instant(int64_t at);
struct icaltimetype part_day(int32_t day);
/* an alarm that shows text, offset_s from the start or the end */
void part_alarm(
    icalcomponent *event, const char *text, int64_t offset_s, bool from_end);

/*
 * part_render - check an event inside a calendar, write it, free it
 *
 * What libical checks depends on which properties an event has, hardly on
 * their values, and costs five times the writing: it is done once for each
 * set of them (part_shape), and again in every renderer.
 *
 * RC_INTERNAL where libical finds it invalid; event is freed either way
 */
enum rc part_render(struct ical *i, icalcomponent *event, TALLOC_CTX *mem,
    char **out, struct err *e) must_check;

/* part_calendar - of one event, which it owns from now on */
icalcomponent *part_calendar(
    enum icalproperty_method method, icalcomponent *event);

/* part_write - check a calendar, write its event, or, where event is NULL,
 * all of it; free it; the same errors */
enum rc part_write(struct ical *i, icalcomponent *calendar,
    icalcomponent *event, TALLOC_CTX *mem, char **out,
    struct err *e) must_check;

/* words_fill - a template whose "%s" are replaced in order; owned by mem */
char *words_fill(
    TALLOC_CTX *mem, const char *template, const char *const *values);
#define WORDS_FILL(mem, template, ...)                                         \
	words_fill(                                                            \
	    (mem), (template), (const char *const[]){ __VA_ARGS__, NULL })

/* ical_zone - the zone a promise names, or the renderer's */
const struct zone *ical_zone(struct ical *i, const char *name);

/* ical_digest - a short hash of a text: stable, and names nobody */
void ical_digest(const char *text, char out[17]);

/* event.c: the event of an invitation; the caller frees it */
enum rc event_invite(struct ical *i, TALLOC_CTX *mem, const struct promise *p,
    const struct ical_invite *v, icalcomponent **out, struct err *e) must_check;

#endif
