/*
 * mime.h - the texts of a message, by libetpan or without it
 *
 * Attachments and messages inside the message are not read. Of alternatives
 * the plain text is taken where it holds the words, else the HTML.
 */
#ifndef MAILGW_MESSAGE_MIME_H
#define MAILGW_MESSAGE_MIME_H

#include "core/core.h"
#include "mailgw/message/buf.h"
#include "mailgw/message/decode.h"

/* one leaf that holds text */
struct mime_part {
	struct slice raw; /* still in its transfer encoding */
	enum decode_cte cte;
	struct slice charset;
	bool is_html, is_flowed, is_delsp;
};

/* mime_part_text - decoded, UTF-8, lines; is_strip: HTML without libxml2 */
enum rc mime_part_text(TALLOC_CTX *mem, const struct mime_part *p,
    bool is_strip, struct buf *out, struct err *e) must_check;

/*
 * mime_texts - through libetpan; only behind prescan()
 *
 * calendar      the first text/calendar part, unfolded; of one that is over
 *               MIME_MAX_CALENDAR octets nothing
 * is_encrypted  set where the text is encrypted: there is nothing to read
 */
#define MIME_MAX_CALENDAR 65536
enum rc mime_texts(TALLOC_CTX *mem, struct slice bytes, struct buf *out,
    struct buf *calendar, bool *is_encrypted, struct err *e) must_check;

/* mime_texts_plain - the same by our own few lines, for hostile messages */
enum rc mime_texts_plain(TALLOC_CTX *mem, struct slice bytes, struct buf *out,
    struct err *e) must_check;

#endif
