/*
 * find.h - own words → candidates → promises; and which words decided
 *
 * The text is cut into sentences and these into clauses: who acts, which verb
 * in which form, what is negated, asked, conditional, softened; which time
 * belongs to which clause. Each clause becomes a list of named features, and
 * a linear model over them, trained offline (contrib/train-find) and kept
 * with the language files, decides: promise or not. Knows the words of time
 * (when_scan) but not the date of anything.
 */
#ifndef CORE_FIND_FIND_H
#define CORE_FIND_FIND_H

#include "core/core.h"
#include "core/lang/lang.h"
#include "core/promise/promise.h"
#include "core/when/when.h"

#define FIND_MAX_LANGS   8
#define FIND_MAX_CLAUSES 4000 /* of one message; what is beyond stays silent */
#define FIND_NO_TIME     UINT32_MAX
#define FIND_NO_DAY      INT32_MIN

/* the weights of every feature, shared by all languages */
struct find_model;

/* find_model_open - read find.weights from a folder, NULL = lang_dir() */
enum rc find_model_open(TALLOC_CTX *mem, const char *dir,
    struct find_model **out, struct err *e) must_check;

struct find_input {
	const struct text *text;
	const struct lang *const *langs;
	size_t lang_count;
	const struct when_scan *times; /* of this text, all languages */
	const int32_t *ahead;          /* per time: days from the mail to its
					   due, FIND_NO_DAY where it has none;
					   NULL: unknown */
	bool is_automatic;
	bool is_reply;
	bool is_subject; /* the text is the subject line */
};

/* what a rule of the language files says of a clause; the last word wins */
enum find_verdict {
	FIND_WEIGHED, /* none: the model decides */
	FIND_PROMISE,
	FIND_SILENT
};

struct find_clause {
	uint32_t first, end; /* tokens [first, end) */
	uint32_t from, to;   /* the sentence or row it stands in */
	uint32_t sentence;   /* its number in the text */
	uint8_t lang;        /* index into the languages given */
	/* indexes of times; FIND_NO_TIME: none */
	uint32_t time;  /* the one promised */
	uint32_t hour;  /* its hour, where that stands apart */
	uint32_t day;   /* its day, where time is an hour without one */
	uint32_t start; /* what a recurrence starts from */
	uint32_t condition, condition_end; /* tokens; equal: none */
	uint32_t aside, aside_end; /* "when I'm in": says when, not whether */
	enum promise_kind kind;
	bool is_hedged;
	bool is_promise;
	bool is_after;      /* time is a length that waits for the condition */
	bool is_not_before; /* "not until": kept up to the day before */
	int32_t score;      /* thousandths: how likely it is one */
	enum find_verdict verdict;
	const char *rule; /* name of the rule that said so; the language's */
	char *why;        /* lines; of promises only */
};

struct find_result {
	struct find_clause *clauses; /* all that were weighed, in order */
	size_t count;
	bool is_offer_mail; /* speaks of a quotation of ours */
};

/* a dump of features, for training: called once per clause */
typedef void find_dump_fn(void *arg, size_t clause, const char *feature);

/*
 * find_promises - weigh every clause
 *
 * dump  may be NULL
 * out   owned by mem; RC_TOOBIG: memory limit
 */
enum rc find_promises(TALLOC_CTX *mem, const struct find_model *model,
    const struct find_input *in, find_dump_fn *dump, void *arg,
    struct find_result **out, struct err *e) must_check;

#endif
