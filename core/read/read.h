/*
 * read.h - an author's own words in, promises with their dues out
 *
 * The one door for whoever holds a mail's text (the reader, promise scan):
 * text → time expressions (when) → promises (find) → dues (when again). No
 * mail format, no clock, no store.
 */
#ifndef CORE_READ_READ_H
#define CORE_READ_READ_H

#include "core/core.h"
#include "core/lang/lang.h"
#include "core/promise/promise.h"
#include "core/when/when.h"

#define READ_MAX_PROMISES 200 /* of one message; more: the first ones */

/* the languages, loaded once and shared by every mail */
struct read_langs;
enum rc read_langs_open(TALLOC_CTX *mem, const char *dir,
    struct read_langs **out, struct err *e) must_check;

struct read_mail {
	struct slice subject; /* UTF-8, decoded */
	struct slice words;   /* UTF-8: the author's own words, lines kept */
	bool is_automatic;    /* Auto-Submitted, Precedence: bulk … */
	bool is_reply;        /* has In-Reply-To, or a Re: subject */
};

struct read_result {
	struct promise *promises; /* owned by the result */
	size_t count;
	size_t beyond; /* found past READ_MAX_PROMISES, not kept */
};

enum rc read_promises(TALLOC_CTX *mem, const struct read_langs *langs,
    const struct read_mail *mail, const struct when_ref *ref,
    struct read_result **out, struct err *e) must_check;

#endif
