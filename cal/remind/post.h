/*
 * post.h - one letter to the next hop, by SMTP (libcurl)
 */
#ifndef CAL_REMIND_POST_H
#define CAL_REMIND_POST_H

#include "core/core.h"

#define POST_CONNECT_S 20
#define POST_TOTAL_S   120

/*
 * post_send - hand it over
 *
 * hop     HOST:PORT
 * sender  of the envelope; "" for the null sender
 * stop    a descriptor: becomes readable when we are to end; -1: none
 *
 * RC_OK the next hop said 250 to all of it; RC_RETRY not now; RC_BADINPUT it
 * will not have this letter (5xx); *e says what was answered
 */
enum rc post_send(const char *hop, const char *hostname, const char *sender,
    const char *recipient, struct slice bytes, int stop,
    struct err *e) must_check;

/* post_again_s - seconds to wait after so many tries: 1, 2, 4 … 60 minutes */
int64_t post_again_s(int tries);

#endif
