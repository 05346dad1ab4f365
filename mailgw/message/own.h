/*
 * own.h - the author's own words out of a message's text
 *
 * Takes off quotations with the lines that introduce them, quoted heads of
 * Outlook and their like, forwards, signatures, what telephones and companies
 * add. What stays keeps its lines. The phrases are data (own_phrases.c).
 */
#ifndef MAILGW_MESSAGE_OWN_H
#define MAILGW_MESSAGE_OWN_H

#include "core/core.h"
#include "mailgw/message/buf.h"

/* own_words - text: UTF-8 lines, as mime.h or html.h give them
 *
 * name, address  the author's, or NULL: help to see where a signature begins
 */
enum rc own_words(TALLOC_CTX *mem, struct slice text, const char *name,
    const char *address, struct buf *out, struct err *e) must_check;

#endif
