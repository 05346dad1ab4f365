/*
 * lang.h - what the words of a language mean: data files, read and matched
 *
 * A language is one or more files LANG.lang, LANG-*.lang in a folder (first
 * that exists of $PROMISED_LANGDIR, the installed folder), plus a site's own.
 * They hold word classes, verbs with their conjugation models, and rules:
 * patterns over words and word features with a meaning, and beside each rule
 * its examples and counter-examples, which `promise lang check` runs. They
 * hold no logic; promises-lang(5) documents the form.
 *
 *	lang fr
 *
 *	class weekday			# a value behind '=', else none
 *		lundi | lun = 1
 *		mardi | mar = 2
 *
 *	conj er			# stem + endings, each with its features
 *		pres  e es e ons ez ent
 *		...
 *	verbs er deliver		# a model, then the class of the verbs
 *		livrer expédier
 *
 *	rule when.weekday
 *		match  [le] <d:weekday>
 *		set    weekday=$d
 *		yes    Je passe vendredi.
 *		no     Le bonjour de Vendredi-Saint.
 *
 * Elements of a pattern: a word as it is written; a|b; [optional]; (a group);
 * <class>, <x:class> captured as $x; <n:num>, <n:num 1-31>; several features
 * on one token <verb fut p1 deliver>, !feature for its absence; ..3 up to
 * three tokens between, never past the sentence; ^ and $ for the ends of a
 * sentence or line; _ where the next token must be glued to the last.
 *
 * Accents: a word written with accents in the text matches only the same
 * accents; one written without them matches with or without.
 */
#ifndef CORE_LANG_LANG_H
#define CORE_LANG_LANG_H

#include "core/core.h"
#include "core/text/text.h"

struct lang;
struct lang_rule;

/* lang_open - read every file of one language from a folder, NULL = default */
enum rc lang_open(TALLOC_CTX *mem, const char *dir, const char *code,
    struct lang **out, struct err *e) must_check;

const char *lang_code(const struct lang *l);

#endif
