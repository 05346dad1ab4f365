/* read_priv.h - between read.c and the program that dumps features */
#ifndef CORE_READ_READ_PRIV_H
#define CORE_READ_READ_PRIV_H

#include "core/find/find.h"
#include "core/read/read.h"

struct read_langs {
	const struct lang *langs[LANG_MAX_OPEN];
	size_t count;
	struct find_model *model;
};

/* read_find - the first half of reading: everything but the dues; all owned
 * by mem */
enum rc read_find(TALLOC_CTX *mem, const struct read_langs *langs,
    const struct read_mail *mail, const struct when_ref *ref, bool subject,
    find_dump_fn *dump, void *arg, struct text **text, struct when_scan **times,
    struct find_result **found, struct err *e) must_check;

/*
 * read_date - the due of a clause out of its times
 *
 * named  the last date named before it in the message; moved on
 * next   the first time that has not been looked at for that; moved on
 */
void read_date(TALLOC_CTX *mem, const struct when_scan *times,
    const struct find_clause *c, const struct when_ref *ref,
    struct civil *named, uint32_t *next, struct when_result *w);

#endif
