/*
 * scan_print.h - what promise scan says, for people and for programs
 *
 * As JSON one object a line for each promise, always with these members in
 * this order: file, message_id, text, kind, due, from, after, condition,
 * hedged, lang, warnings; what is not there is null.
 */
#ifndef MAILGW_READER_SCAN_PRINT_H
#define MAILGW_READER_SCAN_PRINT_H

#include "core/core.h"
#include "mailgw/reader/understand.h"

struct scan_look {
	bool is_json, is_explained;
	bool names_files; /* more than one: each under its name */
	unsigned width;   /* of the terminal; 0: lines are not cut */
};

/* scan_look - fit to the terminal and the number of files */
void scan_look(struct scan_look *l, int files);

enum rc scan_print(const struct scan_look *l, const char *file,
    const struct message *m, const struct understood *o,
    struct err *e) must_check;

/* scan_print_words - the author's own words, as they are read */
void scan_print_words(
    const struct scan_look *l, const char *file, const struct message *m);

#endif
