/*
 * clean.h - what mail supplied, made safe for a calendar
 *
 * libical escapes TEXT but writes addresses raw and lets control characters
 * and broken UTF-8 pass. Sentences, names and addresses come from strangers:
 * everything goes through here before libical sees it.
 */
#ifndef CAL_ICAL_CLEAN_H
#define CAL_ICAL_CLEAN_H

#include "core/core.h"

/*
 * clean_text - valid UTF-8 on one line, at most max_bytes octets
 *
 * Broken octets become U+FFFD; control characters and line separators become
 * one space; marks that reverse the direction of writing are left out. A text
 * that is cut ends with "…". s NULL is "". Owned by mem; NULL at the limit.
 */
char *clean_text(TALLOC_CTX *mem, const char *s, size_t max_bytes);

/*
 * clean_mailto - "mailto:" and the address, percent-encoded: ASCII only
 *
 * NULL where s is no address (no or several '@', blanks, controls, broken
 * UTF-8, quotes, angle brackets, over 254 octets) or at the memory limit.
 */
char *clean_mailto(TALLOC_CTX *mem, const char *s);

#endif
