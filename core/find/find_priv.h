/* find_priv.h - what the stages of finding share */
#ifndef CORE_FIND_FIND_PRIV_H
#define CORE_FIND_FIND_PRIV_H

#include "core/find/find.h"

/*
 * Weights in thousandths, found by cross-validation. Most mails promise
 * nothing: a text is believed to promise where one clause is sure, and then
 * the others that are likely count too.
 */
#define FIND_SURE   500
#define FIND_BESIDE (-600)

#define SENTENCE_MAX 300 /* tokens; longer ones are cut there */

/*
 * The classes of the language files that finding knows by name. A language
 * that lacks one simply never shows it. The order decides which of its
 * classes a word counts as in sequences: first come, first served.
 */
#define FIND_CLASSES(X)                                                        \
	X(BYUS, "byus")                                                        \
	X(BYYOU, "byyou")                                                      \
	X(FREE, "free")                                                        \
	X(ATTACHED, "attached")                                                \
	X(REGRET, "regret")                                                    \
	X(FIRSTNAME, "firstname")                                              \
	X(I, "i")                                                              \
	X(WE, "we")                                                            \
	X(YOU, "you")                                                          \
	X(HE, "he")                                                            \
	X(ME, "me")                                                            \
	X(WILL, "will")                                                        \
	X(WONT, "wont")                                                        \
	X(CANT, "cant")                                                        \
	X(MUST, "must")                                                        \
	X(WOULD, "would")                                                      \
	X(OUR, "our")                                                          \
	X(YOUR, "your")                                                        \
	X(HIS, "his")                                                          \
	X(QUAND, "quand")                                                      \
	X(CONDWORD, "condword")                                                \
	X(COORD, "coord")                                                      \
	X(SUBORD, "subord")                                                    \
	X(STAFF, "staff")                                                      \
	X(THIRD, "third")                                                      \
	X(WORLD, "world")                                                      \
	X(DEED, "deed")                                                        \
	X(THING, "thing")                                                      \
	X(LEADLABEL, "leadlabel")                                              \
	X(VALIDLABEL, "validlabel")                                            \
	X(OFFERNOUN, "offernoun")                                              \
	X(PAYLABEL, "paylabel")                                                \
	X(DET, "det")                                                          \
	X(CLITIC, "clitic")                                                    \
	X(NEGATION, "negation")                                                \
	X(HEDGE, "hedge")                                                      \
	X(PERFORM, "perform")                                                  \
	X(ACCEPT, "accept")                                                    \
	X(REQUEST, "requestlabel")                                             \
	X(POLITE, "polite")                                                    \
	X(REPORT, "report")                                                    \
	X(WISH, "wish")                                                        \
	X(THREAT, "threat")                                                    \
	X(HABIT, "habit")                                                      \
	X(PAST, "past")                                                        \
	X(SOON, "soon")                                                        \
	X(NOT, "not")                                                          \
	X(POSTED, "posted")                                                    \
	X(AWAY, "away")                                                        \
	X(NEED, "need")                                                        \
	X(PLANNED, "planned")                                                  \
	X(CORRECT, "correct")                                                  \
	X(BOILER, "boiler")                                                    \
	X(SIGNOFF, "signoff")                                                  \
	X(GREETING, "greeting")                                                \
	X(ONSITE, "onsite")                                                    \
	X(REMOTE, "remote")                                                    \
	X(MEETING, "meeting")                                                  \
	X(FETCH, "fetch")                                                      \
	X(TEMPORAL, "temporal")                                                \
	X(ABBR, "abbr")                                                        \
	X(ABLE, "able")                                                        \
	X(FUNCTION, "function")

enum find_class {
#define X(id, name) CLASS_##id,
	FIND_CLASSES(X)
#undef X
	    CLASS_COUNT
};

/* grammar of verbs: forms first by how telling they are */
#define FIND_FORMS(X)                                                          \
	X(FUT, "fut")                                                          \
	X(COND, "cond")                                                        \
	X(IMPF, "impf")                                                        \
	X(PRES, "pres")                                                        \
	X(S3, "s3")                                                            \
	X(SUBJ, "subj")                                                        \
	X(INF, "inf")                                                          \
	X(PP, "pp")                                                            \
	X(PASTF, "past")                                                       \
	X(PPR, "ppr")                                                          \
	X(GER, "ger")

enum find_form {
#define X(id, name) FORM_##id,
	FIND_FORMS(X)
#undef X
	    FORM_COUNT
};

/* meanings of verbs */
#define FIND_VERBS(X)                                                          \
	X(SEND, "send")                                                        \
	X(DELIVER, "deliver")                                                  \
	X(VISIT, "visit")                                                      \
	X(CALL, "call")                                                        \
	X(ANSWER, "answer")                                                    \
	X(INFORM, "inform")                                                    \
	X(GIVE, "give")                                                        \
	X(PAY, "pay")                                                          \
	X(CHARGE, "charge")                                                    \
	X(GET, "get")                                                          \
	X(KEEP, "keep")                                                        \
	X(LEAVE, "leave")                                                      \
	X(GO, "go")                                                            \
	X(SEE, "see")                                                          \
	X(HAVE, "have")                                                        \
	X(BE, "be")                                                            \
	X(CAN, "can")                                                          \
	X(MUSTV, "must")                                                       \
	X(WANT, "want")                                                        \
	X(KNOW, "know")                                                        \
	X(HOPE, "hope")                                                        \
	X(ASK, "ask")                                                          \
	X(ENGAGE, "engage")                                                    \
	X(SAY, "say")                                                          \
	X(WAIT, "wait")                                                        \
	X(PLAN, "plan")                                                        \
	X(FOLLOW, "follow")                                                    \
	X(STAY, "stay")                                                        \
	X(SERVE, "serve")                                                      \
	X(HAPPEN, "happen")                                                    \
	X(STATE, "state")                                                      \
	X(FEEL, "feel")                                                        \
	X(LOSE, "lose")                                                        \
	X(FIT, "fit")                                                          \
	X(DO, "do")

enum find_verb {
#define X(id, name) VERB_##id,
	FIND_VERBS(X)
#undef X
	    VERB_COUNT
};

/* the numbers of all these in one language */
struct find_names {
	int classes[CLASS_COUNT];
	int forms[FORM_COUNT];
	int verbs[VERB_COUNT];
	int verb, p1, p2, p3;
};

extern const char *const find_class_names[CLASS_COUNT];
extern const char *const find_form_names[FORM_COUNT];
extern const char *const find_verb_names[VERB_COUNT];

/* one token as grammar sees it */
struct find_word {
	uint64_t classes; /* bits of enum find_class; phrases cover all */
	uint16_t forms;   /* bits of enum find_form */
	uint64_t verbs;   /* bits of enum find_verb */
	uint8_t persons;  /* 1 p1, 2 p2, 4 p3 */
	bool is_verb;
	bool is_finite; /* a finite form, and no noun after a "the" */
	uint32_t time;  /* index of the time it is part of */
	bool in_condition;
};

struct find_sentence {
	uint32_t first, end; /* tokens, list marker left out */
	uint8_t lang;
	bool starts_unit, is_item, is_row, is_alone;
	bool is_question, is_exclaim, ends_colon;
	bool after_signoff;
	uint32_t intro;   /* number of the sentence that introduces a
				   list, or UINT32_MAX */
	uint32_t head;    /* first row of its table, UINT32_MAX */
	uint64_t classes; /* all its words' */
};

struct find_work {
	TALLOC_CTX *mem;
	const struct find_input *in;
	const struct text *text;
	struct lang_text *read[FIND_MAX_LANGS];
	struct find_names names[FIND_MAX_LANGS];
	struct find_word *words;
	struct find_sentence *sentences;
	size_t sentence_count;
	struct find_clause *clauses;
	size_t clause_count;
	uint64_t mail_classes;
	struct err *e;
};

#define CLASS_BIT(id) (1ull << CLASS_##id)
#define FORM_BIT(id)  (1u << FORM_##id)
#define VERB_BIT(id)  (1ull << VERB_##id)

/* find_sentences - sentences with their language; words with their grammar */
enum rc find_sentences(struct find_work *w);

/* find_clauses - clauses with their times and conditions */
enum rc find_clauses(struct find_work *w);

/* find_is_break - whether token i itself stands between two chunks */
bool find_is_break(const struct find_work *w, uint32_t i, uint32_t end);

/* find_time - which times belong to a clause, once it is complete */
void find_time(struct find_work *w, struct find_clause *c);

/* find_rules - the verdicts of the languages' own rules */
enum rc find_rules(struct find_work *w);

/* who does it */
#define FIND_WHO(X)                                                            \
	X(NONE, "none")                                                        \
	X(US, "us")                                                            \
	X(STAFF, "staff")                                                      \
	X(OURS, "ours")                                                        \
	X(NAME, "name")                                                        \
	X(HE, "he")                                                            \
	X(THING, "thing")                                                      \
	X(YOU, "you")                                                          \
	X(YOURS, "yours")                                                      \
	X(THIRD, "third")                                                      \
	X(WORLD, "world")                                                      \
	X(OTHER, "other")

enum find_who {
#define X(id, name) WHO_##id,
	FIND_WHO(X)
#undef X
	    WHO_COUNT
};

/* in which form it is said */
#define FIND_HOW(X)                                                            \
	X(NONE, "none")                                                        \
	X(FUT, "fut")                                                          \
	X(PRES, "pres")                                                        \
	X(PROG, "prog")                                                        \
	X(PERF, "perf")                                                        \
	X(PAST, "past")                                                        \
	X(COND, "cond")                                                        \
	X(WOULD, "would")                                                      \
	X(CAN, "can")                                                          \
	X(MUST, "must")                                                        \
	X(SHOULD, "should")                                                    \
	X(WANT, "want")                                                        \
	X(ORDER, "order")

enum find_how {
#define X(id, name) HOW_##id,
	FIND_HOW(X)
#undef X
	    HOW_COUNT
};

extern const char *const find_who_names[WHO_COUNT];
extern const char *const find_how_names[HOW_COUNT];

/* one verb group */
struct find_act {
	uint32_t finite, verb; /* tokens: the finite one, that of the sense */
	enum find_who who;
	enum find_who he; /* WHO_HE: who that is */
	enum find_how how;
	bool is_negated, is_passive, is_hoped;
};

/* find_act - read the verb group whose finite verb is token i; false: none */
bool find_act(const struct find_work *w, const struct find_clause *c,
    uint32_t i, struct find_act *a);

/* where features go */
struct find_sink {
	uint64_t *hashes;
	char **names; /* filled where wants_names */
	size_t count, room;
	bool wants_names;
	TALLOC_CTX *mem;
	bool failed;
};

/* find_features - those of one clause into an empty sink */
void find_features(
    const struct find_work *w, size_t clause, struct find_sink *s);

/* find_put - one feature; its name is the parts joined */
void find_put(struct find_sink *s, const char *a, const char *b, const char *c,
    const char *d);

#define FIND_SYMBOL_MAX 48 /* octets of one symbol */

/* find_time_symbol - what kind of time it is */
const char *find_time_symbol(const struct when_expr *x);

/* find_clause_time - the same of a clause; "none" where it has none */
const char *find_clause_time(
    const struct find_work *w, const struct find_clause *c);

/* find_verb_symbol - the first of a verb's senses; "verb" where it has none */
const char *find_verb_symbol(const struct find_word *x);

/* find_put_sequence - the features of the clause as a row of symbols */
void find_put_sequence(const struct find_work *w, const struct find_clause *c,
    struct find_sink *s);

/* what the model answers: is it a promise; and of one, what it is */
enum find_question {
	ASK_PROMISE,
	ASK_APPOINTMENT,
	ASK_OFFER,
	ASK_HEDGED,
	ASK_COUNT
};

/* find_weight - thousandths; 0 for a feature the model does not have */
int32_t find_weight(
    const struct find_model *m, enum find_question q, uint64_t hash);

/* find_score - the sum over a clause's features; > 0: yes */
int32_t find_score(const struct find_model *m, enum find_question q,
    const struct find_sink *s);

/* find_explain - why a clause is a promise, lines of words; owned by w->mem,
 * NULL at the memory limit */
char *find_explain(
    const struct find_work *w, const struct find_model *m, size_t number);

/* find_kind_features - further ones, of promises: they tell the kind alone */
void find_kind_features(const struct find_work *w, const struct find_clause *c,
    struct find_sink *s);

/* find_kind - kind and hedging of a promise, out of its features */
void find_kind(const struct find_work *w, const struct find_model *m,
    const struct find_sink *s, struct find_clause *c);

#endif
