/*
 * lang.h - what the words of a language mean: data files, read and matched
 *
 * A language is one or more files LANG.lang, LANG-*.lang in a folder (the
 * first of $PROMISED_LANGDIR, lang/ beside the program as in a build tree, the
 * installed folder), plus a site's own.
 * They hold word classes, verbs with their conjugation models, and rules:
 * patterns over words and word features with a meaning, and beside each rule
 * its examples and counter-examples, which `promise lang check` runs. They
 * hold no logic; promises-lang(5) documents the form.
 *
 *	lang fr
 *
 *	class weekday			# entries, a value behind '=', else 0
 *		lundi | lun = 1
 *		mardi | mar = 2
 *		d'ici là = 9		# an entry may be several words
 *
 *	conj er				# a model: endings that replace `inf`
 *		inf   er
 *		pres  e es e ons ez ent	# six endings: p1 s, p2 s … p3 pl
 *		pp    é/és/ée/ées	# one ending, its spellings; '.' no form
 *	verbs er deliver		# a model, then the features of all
 *		livrer expédier
 *
 *	part hour			# a piece of pattern, used as {hour}
 *		match <h:num 0-24> h|:
 *
 *	rule when.weekday
 *		match  [le] <d:weekday> {hour}
 *		set    weekday=$d hour=$h
 *		yes    Je passe vendredi 14 h.
 *		no     Le bonjour de Vendredi-Saint.
 *
 * Elements of a pattern:
 *	word  "a|b" a or b (no blanks around)  [optional]
 *	(a group)  (one | other group)  (name: a captured group)
 *	<class>  <x:class> captured as $x  <n:num 1-31> value in a range
 *	<verb fut p1 deliver> all on one reading of one token; <verb !past> and
 *	not that; <!neg> any token without it
 *	!(not here) nothing is consumed   ..3 up to three tokens of any kind,
 *	never past the end of a sentence
 *	^ $ ends of a unit, line or sentence   _ next token is glued to the last
 *	{part}   \ before a character that would otherwise mean something
 * Built-in features of tokens: num (digits; classes may add words to it),
 * word, punct, title, upper, unknown (a word in no class), initial (starts a
 * unit). Of all ways a rule matches from one token, the longest is taken.
 *
 * Accents: a word written with accents in the text matches only the same
 * accents; one written without them matches with or without.
 *
 * Times: matching a text costs at most MATCH_BUDGET steps per token and rule;
 * what is over is not matched.
 */
#ifndef CORE_LANG_LANG_H
#define CORE_LANG_LANG_H

#include "core/core.h"
#include "core/text/text.h"

#define LANG_MAX_FEATURES 512
#define LANG_MAX_CAPTURES 16
#define LANG_MAX_SETS     16

struct lang;
struct lang_rule;
struct lang_word; /* lang_priv.h */
struct lang_mark;

/* one meaning of a word or phrase */
struct lang_reading {
	uint64_t has[LANG_MAX_FEATURES / 64];
	int32_t value;
	uint16_t tokens;      /* of the phrase; 1: a word */
	const uint32_t *rest; /* the words after the first */
	const char *lemma;    /* the entry as the file has it */
};

/* one text as one language sees it */
struct lang_text {
	const struct lang *lang;
	const struct text *text;
	const struct lang_word **words; /* per token; NULL: unknown */
	/* the readings whose words all stand, of all tokens, one behind the
	 * other; those of token i are [first_reading[i], first_reading[i+1]) */
	const struct lang_reading **readings;
	uint32_t *first_reading;
	struct lang_mark *marks; /* per token, for the matcher */
};

struct lang_capture {
	const char *name;
	uint32_t first, count; /* tokens */
	int32_t value;         /* of the class entry or the digits */
};

/* one place where a rule matches */
struct lang_match {
	const struct lang_rule *rule;
	uint32_t first, count; /* tokens */
	struct lang_capture captures[LANG_MAX_CAPTURES];
	uint8_t capture_count;
};

enum lang_how {
	LANG_ALL,    /* each rule at each token: all of them */
	LANG_LONGEST /* leftmost, longest, then first in the file; no overlap */
};

/* a company's own words, phrases and rules: CODE-*.lang */
#define LANG_SITE_DIR SYSCONFDIR "/promised/lang"

/* lang_open - read every file of one language from a folder, NULL = default
 * and LANG_SITE_DIR (or the folder that $PROMISED_SITE_LANGDIR names) */
enum rc lang_open(TALLOC_CTX *mem, const char *dir, const char *code,
    struct lang **out, struct err *e) must_check;

/*
 * lang_open_all - every language of a folder: each that has a file CODE.lang
 *
 * first  a code that comes first, or NULL; the others in alphabetical order
 * out    the first LANG_MAX_OPEN of them, owned by mem
 */
#define LANG_MAX_OPEN 8
enum rc lang_open_all(TALLOC_CTX *mem, const char *dir, const char *first,
    const struct lang *out[LANG_MAX_OPEN], size_t *count,
    struct err *e) must_check;

/* lang_add_file - read one more file of the same language (a site's own) */
enum rc lang_add_file(
    struct lang *l, const char *path, struct err *e) must_check;

/* lang_add_text - the same from memory; name is for messages. lang_open and
 * lang_add_file finish a language; after lang_add_text call lang_finish. */
enum rc lang_new(TALLOC_CTX *mem, const char *code, struct lang **out,
    struct err *e) must_check;
enum rc lang_add_text(struct lang *l, const char *name, struct slice text,
    struct err *e) must_check;
enum rc lang_finish(struct lang *l, struct err *e) must_check;

const char *lang_code(const struct lang *l);
/* lang_dir - the folder that NULL stands for; owned by mem */
char *lang_dir(TALLOC_CTX *mem);

/*
 * lang_site_dir - where a company's own words are, or NULL for nowhere
 *
 * Who says where the languages are ($PROMISED_LANGDIR: a test, a build tree)
 * gets no others but where $PROMISED_SITE_LANGDIR says so.
 */
const char *lang_site_dir(void);

/* lang_slurp - a whole file of that folder, a NUL behind it; owned by mem */
enum rc lang_slurp(TALLOC_CTX *mem, const char *path, size_t max_bytes,
    struct slice *out, struct err *e) must_check;

/* lang_feature - number of a class or feature; -1 where no file names it */
int lang_feature(const struct lang *l, const char *name);

/* lang_read - look every token up; owned by mem; l and t are borrowed */
enum rc lang_read(TALLOC_CTX *mem, const struct lang *l, const struct text *t,
    struct lang_text **out, struct err *e) must_check;

/*
 * lang_has - whether some reading that starts at a token has a feature
 *
 * r  that reading, or NULL; may be NULL itself
 */
bool lang_has(const struct lang_text *lt, uint32_t token, int feature,
    const struct lang_reading **r);

/* lang_readings - the nth reading that starts at a token and whose words all
 * stand there; NULL past the last */
const struct lang_reading *lang_reading_at(
    const struct lang_text *lt, uint32_t token, size_t *n);

/* lang_suffix - what the ending of a word in no class makes of it: the reading
 * of class "suffix" that is its longest end; NULL: none */
const struct lang_reading *lang_suffix(const struct lang *l, const char *fold);

static inline bool
lang_reading_has(const struct lang_reading *r, int feature)
{
	return feature >= 0 &&
	       (r->has[(unsigned)feature / 64] >> ((unsigned)feature % 64) & 1);
}

/*
 * lang_find - where the rules of one group match
 *
 * group       what stands before the first '.' of the rules' names: "when"
 * first, end  tokens to look at: [first, end); ^ and $ hold at both ends
 * out         array owned by mem, in the order of the text
 */
enum rc lang_find(TALLOC_CTX *mem, const struct lang_text *lt,
    const char *group, uint32_t first, uint32_t end, enum lang_how how,
    struct lang_match **out, size_t *count, struct err *e) must_check;

const char *lang_rule_name(const struct lang_rule *r); /* "when.weekday" */

/* lang_captured - a capture by name; NULL where it took no part */
const struct lang_capture *lang_captured(
    const struct lang_match *m, const char *name);

/*
 * lang_sets - the nth `key=value` of the rule that matched
 *
 * value  filled where the value is a number or a capture ($d)
 * text   the word, where it is neither; else NULL
 *
 * false past the last. A value that names a capture that took no part is
 * given with *is_there false.
 */
bool lang_sets(const struct lang_match *m, size_t n, const char **key,
    int32_t *value, const char **text, bool *is_there);

/*
 * lang_check - run the examples beside every rule of a language
 *
 * say  called with "file:line: reason" for each that fails
 *
 * RC_OK with *failed the number of failures; RC_TOOBIG no memory
 */
typedef void lang_say_fn(void *arg, const char *line);
enum rc lang_check(const struct lang *l, lang_say_fn *say, void *arg,
    size_t *failed, size_t *run, struct err *e) must_check;

#endif
