/*
 * add.h - what promise add has done so far, and how it says so
 */
#ifndef MAILGW_SOURCES_ADD_H
#define MAILGW_SOURCES_ADD_H

#include "core/core.h"

struct add_counts {
	size_t read;     /* messages read now */
	size_t promises; /* recorded of them */
	size_t past;     /* of the promises, those that count as kept */
	size_t unread;   /* could not be read, or in part only */
	/* passed over */
	size_t known, older, discarded, foreign, internal, private, nobody;
	size_t failed; /* files that could not be read */
};

struct add_manner {
	const char *since_text; /* --since as given, or NULL */
	bool is_dry, is_json, is_interrupted;
};

/* add_say - the summary, on standard output */
enum rc add_say(const struct add_counts *n, const struct add_manner *how,
    struct err *e) must_check;

/* add_short - a few words for the progress line; out of `size` octets */
void add_short(const struct add_counts *n, char *out, size_t size);

#endif
