/*
 * when_priv.h - what the two passes of when share: pieces and fields
 *
 * A rule of a language file gives a piece: a few keys (keys.def) with a
 * number each. Adjacent pieces are merged into one moment; a moment, with the
 * start of its window and what it counts from, is the field of an expression.
 */
#ifndef CORE_WHEN_WHEN_PRIV_H
#define CORE_WHEN_WHEN_PRIV_H

#include "core/when/when.h"

enum when_key {
#define KEY(name, set) KEY_##name,
#define WORD(set, word)
#include "core/when/keys.def"
#undef KEY
#undef WORD
	KEY_COUNT
};

_Static_assert(KEY_COUNT <= 64, "has is a set of 64 bits");

enum when_set {
	SET_NUMBER,
	SET_WHICH,
	SET_ANAPHOR,
	SET_PERIOD,
	SET_EDGE,
	SET_AMPM,
	SET_PART,
	SET_UNIT,
	SET_PREFIX,
	SET_LINK,
	SET_JOIN
};

/* the words of each set, numbered from 1 in the order of keys.def */
enum { WHICH_next = 1, WHICH_this };
enum { ANAPHOR_same = 1, ANAPHOR_before, ANAPHOR_after };
enum {
	PERIOD_week = 1,
	PERIOD_weekend,
	PERIOD_month,
	PERIOD_quarter,
	PERIOD_half,
	PERIOD_year,
	PERIOD_season
};
enum { EDGE_start = 1, EDGE_mid, EDGE_end, EDGE_half1, EDGE_half2 };
enum { AMPM_am = 1, AMPM_pm };
enum {
	PART_morning = 1,
	PART_first,
	PART_noon,
	PART_lunch,
	PART_afternoon,
	PART_early_afternoon,
	PART_evening,
	PART_night,
	PART_overnight,
	PART_midnight,
	PART_day
};
enum {
	UNIT_minute = 1,
	UNIT_hour,
	UNIT_business_hour,
	UNIT_day,
	UNIT_business_day,
	UNIT_ouvrable,
	UNIT_week,
	UNIT_weekend,
	UNIT_fortnight,
	UNIT_month,
	UNIT_quarter,
	UNIT_half,
	UNIT_year
};
enum {
	PREFIX_by = 1,
	PREFIX_before,
	PREFIX_until,
	PREFIX_within,
	PREFIX_from,
	PREFIX_after,
	PREFIX_between,
	PREFIX_every,
	PREFIX_of
};
enum { LINK_after = 1, LINK_before, LINK_of };
enum { JOIN_to = 1, JOIN_and, JOIN_or };

#define KEY_MAX  32000
#define BIT(key) ((uint64_t)1 << KEY_##key)

/* numbers under keys; v[k] counts only where bit k of has is set. Numbers of
 * texts are cut at KEY_MAX, which no rule of ours reaches */
struct when_keys {
	uint64_t has;
	int16_t v[KEY_COUNT];
};

/* one rule's match */
struct when_piece {
	struct when_keys k;
	uint32_t first, count; /* tokens */
};

struct when_field {
	struct when_keys to;   /* the moment, or the end of the window */
	struct when_keys from; /* the start of the window; has == 0: none */
	struct when_keys base; /* what a length counts from; has == 0: none */
	uint8_t link;          /* LINK_after, LINK_before with base */
	bool is_or;            /* from and to are alternatives */
};

/* which keys name a day, an hour, how it is said */
#define DAY_KEYS                                                               \
	(BIT(day) | BIT(weekday) | BIT(mday) | BIT(month) | BIT(num1) |        \
	    BIT(feast) | BIT(easter) | BIT(nth) | BIT(anaphor) | BIT(period))
#define TIME_KEYS (BIT(hour) | BIT(part))
#define CORE_KEYS (DAY_KEYS | TIME_KEYS | BIT(unit) | BIT(vague))

static inline bool
keys_has(const struct when_keys *k, uint64_t bits)
{
	return (k->has & bits) != 0;
}

static inline int
keys_get(const struct when_keys *k, enum when_key key, int otherwise)
{
	return (k->has >> key & 1) != 0 ? k->v[key] : otherwise;
}

static inline void
keys_put(struct when_keys *k, enum when_key key, int value)
{
	k->has |= (uint64_t)1 << key;
	k->v[key] = (int16_t)(value > KEY_MAX    ? KEY_MAX
			      : value < -KEY_MAX ? -KEY_MAX
						 : value);
}

/* when_key_parse - "edge=end" of a rule file; false: no such key or word */
bool when_key_parse(const char *name, enum when_key *key);
bool when_word_parse(enum when_key key, const char *word, int *value);

/*
 * when_pieces - the pieces of a stretch of text, in its order
 *
 * first, end  tokens [first, end) of lt
 * out         owned by mem; NULL where there are none
 *
 * Where rules overlap the longest match wins, then the one written first.
 */
enum rc when_pieces(TALLOC_CTX *mem, const struct lang_text *lt, uint32_t first,
    uint32_t end, struct when_piece **out, size_t *count,
    struct err *e) must_check;

/* one language's view of a text: known[i] counts the words before token i
 * that it knows, for who is at home where two languages claim a time */
struct when_view {
	struct when_scan scan;
	uint32_t *known; /* NULL where only one language was asked */
};

/* when_build - the expressions of one language; number is its index */
enum rc when_build(TALLOC_CTX *mem, const struct text *t, const struct lang *l,
    uint8_t number, bool is_only, struct when_view *out, struct err *e);

#endif
