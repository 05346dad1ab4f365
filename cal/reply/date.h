/*
 * date.h - the words of a new date in an answer, by core/when
 */
#ifndef CAL_REPLY_DATE_H
#define CAL_REPLY_DATE_H

#include "cal/remind/desk.h"
#include "core/promise/promise.h"

/*
 * reply_date - the one due that a text names, seen from `at` and from the
 * promise's zone, in French or English, the promise's language first
 *
 * RC_BADINPUT none, several, or one that lies behind
 */
enum rc reply_date(const struct desk *d, const struct promise *p,
    const char *text, int64_t at, struct civil *out, struct err *e) must_check;

#endif
