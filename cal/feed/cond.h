/*
 * cond.h - what a request's headers ask for: validators, coding, token
 *
 * Pure functions over header texts; every one accepts NULL for a header that
 * is not there.
 */
#ifndef CAL_FEED_COND_H
#define CAL_FEED_COND_H

#include "core/core.h"

#define COND_DATE_MAX  32
#define COND_TOKEN_MIN 16
#define COND_TOKEN_MAX 128

/* cond_date - "Sat, 21 Nov 2026 20:15:00 GMT" (RFC 9110 IMF-fixdate) */
void cond_date(int64_t at, char out[COND_DATE_MAX]);

/* cond_date_parse - the reverse; false for anything else */
bool cond_date_parse(const char *text, int64_t *out);

/* cond_etag_matches - does If-None-Match name the tag, quotes included;
 * compared weakly; "*" names every tag */
bool cond_etag_matches(const char *header, const char *etag);

/* cond_wants_gzip - does Accept-Encoding take gzip, with a q above 0 */
bool cond_wants_gzip(const char *header);

/* cond_token - the token of "/feed/TOKEN.ics"; false where the path is
 * another or the token cannot be one */
bool cond_token(const char *path, struct slice *token);

/* cond_same - are two hashes equal, in a time that does not tell where they
 * differ */
bool cond_same(const uint8_t a[32], const uint8_t b[32]);

#endif
