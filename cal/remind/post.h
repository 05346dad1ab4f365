/*
 * post.h - one letter to the next hop, by SMTP (libcurl)
 */
#ifndef CAL_REMIND_POST_H
#define CAL_REMIND_POST_H

#include "core/core.h"
#include "core/settings/settings.h"

#define POST_CONNECT_S 20
#define POST_TOTAL_S   120

/* the way to the next hop; post_way() fills it */
struct post_way {
	const char *hop;      /* HOST:PORT */
	const char *hostname; /* ours, for its greeting */
	enum settings_tls tls;
	bool verifies;
	const char *ca, *name;       /* "": the system's, the one in hop */
	const char *user, *password; /* user "": nobody logs in */
};

/*
 * post_way - as the settings say; owned by mem
 *
 * Where somebody logs in TLS is required, but for a hop on this machine.
 * RC_RETRY the password cannot be had: no file, one that others can read, a
 * command that fails
 */
enum rc post_way(TALLOC_CTX *mem, const struct settings *s,
    const char *hostname, struct post_way *out, struct err *e) must_check;

/*
 * post_send - hand it over
 *
 * sender  of the envelope; "" for the null sender
 * stop    a descriptor: becomes readable when we are to end; -1: none
 *
 * RC_OK the next hop said 250 to all of it; RC_RETRY not now; RC_BADINPUT it
 * will not have this letter (5xx); *e says what was answered
 */
enum rc post_send(const struct post_way *way, const char *sender,
    const char *recipient, struct slice bytes, int stop,
    struct err *e) must_check;

/* post_again_s - seconds to wait after so many tries: 1, 2, 4 … 60 minutes */
int64_t post_again_s(int tries);

#endif
