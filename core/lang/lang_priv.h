/* lang_priv.h - what the reader, the compiler and the matcher share */
#ifndef CORE_LANG_LANG_PRIV_H
#define CORE_LANG_LANG_PRIV_H

#include "core/lang/lang.h"

#define MATCH_BUDGET     3000 /* steps from one token for one rule */
#define LANG_MAX_FILE    (4u << 20)
#define LANG_MAX_PROGRAM 4000 /* steps of one rule's program */
#define LANG_MAX_PARTS   12   /* parts within parts */
#define LANG_MAX_GROUPS  16
#define LANG_MAX_PHRASE  12 /* words of one entry */

/* features every language has */
enum lang_shape {
	SHAPE_NUM,
	SHAPE_WORD,
	SHAPE_PUNCT,
	SHAPE_TITLE,
	SHAPE_UPPER,
	SHAPE_UNKNOWN,
	SHAPE_INITIAL,
	SHAPE_COUNT
};

/*
 * What a token may be, or a step may ask of one, in a few bits: a bit for
 * each word and class, many sharing one. Where a token and a step share none,
 * the step cannot pass. Bit 0 is in every token's mark and, of the steps, only
 * in those that pass whatever comes.
 */
struct lang_mark {
	uint64_t bits[2];
};

/* a rule that may begin with a token, and what may stand behind it */
struct lang_start {
	uint32_t rule;
	uint8_t group;
	struct lang_mark first, second;
};

struct lang_starts {
	struct lang_start *list;
	size_t count;
};

/* all that a folded form may be */
struct lang_word {
	char *fold;
	uint32_t hash;
	uint32_t *literals; /* words of rules it may stand for */
	uint32_t literal_count;
	struct lang_reading *readings;
	uint32_t reading_count;
	uint64_t any[LANG_MAX_FEATURES / 64]; /* of all readings together */
	struct lang_starts starts;            /* rules that can begin with it */
};

enum lang_op {
	OP_LITERAL,  /* literal */
	OP_WORDS,    /* literal: index of the set; then go on at a */
	OP_FEATURES, /* a: index of the test, b: capture + 1 */
	OP_GAP,      /* a: up to so many tokens */
	OP_START,
	OP_END,
	OP_GLUED,
	OP_SPLIT, /* go on at a, then at b */
	OP_JUMP,  /* a */
	OP_OPEN,  /* b: capture + 1 */
	OP_CLOSE, /* b: capture + 1 */
	OP_NOT,   /* program from here to a must not match; then a */
	OP_MATCH
};

struct lang_step {
	uint16_t a, b;
	uint8_t op;
	uint32_t literal;
	struct lang_mark first; /* of all that may come next from here */
};

struct lang_test {
	uint64_t want[LANG_MAX_FEATURES / 64];
	uint64_t refuse[LANG_MAX_FEATURES / 64];
	uint8_t words;     /* bit i: want[i] or refuse[i] holds something */
	int32_t low, high; /* low > high: any value */
	bool is_negative;  /* wants nothing: no reading may have refuse */
};

/* a|b|c: one of these words, numbers in ascending order */
struct lang_words {
	uint32_t *literals;
	size_t count;
};

struct lang_set {
	const char *key;
	const char *text; /* NULL: a number or a capture */
	int32_t value;
	int capture; /* index, or -1 */
};

struct lang_example {
	const char *text;
	int line;
	bool must_match;
};

struct lang_rule {
	const char *name, *file;
	int line;
	uint8_t group;
	struct lang_step *steps;
	size_t step_count;
	struct lang_test *tests;
	size_t test_count;
	struct lang_words *words;
	size_t words_count;
	const char *captures[LANG_MAX_CAPTURES];
	uint8_t capture_count;
	struct lang_set sets[LANG_MAX_SETS];
	uint8_t set_count;
	struct lang_example *examples;
	size_t example_count;
	char *source; /* alternatives, joined by " | " */
};

struct lang_part {
	const char *name;
	char *source;
};

struct lang_ending {
	const char *text;
	uint16_t features[4];
	uint8_t feature_count;
};

struct lang_conj {
	const char *name;
	const char *inf;
	struct lang_ending *endings;
	size_t ending_count;
};

struct lang {
	char code[8];
	const char *features[LANG_MAX_FEATURES];
	unsigned feature_count;
	/* their numbers + 1 by the hash of the name; open addressing */
	uint16_t feature_slots[LANG_MAX_FEATURES * 2];
	const char *groups[LANG_MAX_GROUPS];
	unsigned group_count;
	struct lang_word **table; /* open addressing */
	size_t table_size, word_count;
	uint32_t literal_count;
	const char **literals; /* by number; [0] unused */
	struct lang_rule *rules;
	size_t rule_count;
	struct lang_part *parts;
	size_t part_count;
	struct lang_conj *conjs;
	size_t conj_count;
	bool is_finished;
	/* rules that may begin with a token that no table knows */
	struct lang_starts starts_any;
	struct lang_starts starts_number;
};

/* where a file is being read */
struct lang_at {
	struct lang *lang;
	const char *file;
	int line;
};

enum rc lang_fault(const struct lang_at *at, struct err *e, const char *fmt,
    ...) printf_like(3, 4);

/* lang_word_find - by folded form; NULL: not in the table */
struct lang_word *lang_word_find(
    const struct lang *l, const char *fold, uint32_t hash);

/* lang_literal - the number of a word as rules write it; 0: no memory */
uint32_t lang_literal(struct lang *l, const char *fold, struct err *e);

/* lang_add_feature - its number, made where new; -1: too many */
int lang_add_feature(struct lang *l, const char *name);

/* lang_add_phrase - give a word or phrase one more reading */
enum rc lang_add_phrase(const struct lang_at *at, struct slice phrase,
    const uint64_t *has, int32_t value, const char *lemma, struct err *e);

/* lang_compile - a rule's source into its program */
enum rc lang_compile(
    const struct lang_at *at, struct lang_rule *r, struct err *e);

/* lang_index - which rules can begin where; after all files are read */
enum rc lang_index(struct lang *l, struct err *e);

/* lang_one_of - whether a word may stand for one of a set */
bool lang_one_of(const struct lang_word *w, const struct lang_words *set);

/* lang_mark_rule - fill the marks of a compiled rule's steps */
void lang_mark_rule(struct lang_rule *r);

/* lang_mark_token - of a token's word, shape and readings that stand there */
struct lang_mark lang_mark_token(const struct lang_text *lt, uint32_t token);

/* the shape features of one token, as bits of the first word */
uint64_t lang_shape(const struct text_token *k, const struct lang_word *w);

#endif
