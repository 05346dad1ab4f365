/*
 * journal.h - takes copies of mail by LMTP or SMTP, and passes nothing on
 *
 * Who says LHLO speaks LMTP (RFC 2033) and gets a reply for each recipient at
 * the end of a message, who says EHLO or HELO speaks SMTP. Everything is
 * taken: a copy that was refused for good would come back to its author as a
 * bounce. 250 means that it is on disk; when it cannot be put there the answer
 * is 4xx, so that the sending server tries again.
 */
#ifndef MAILGW_SOURCES_JOURNAL_H
#define MAILGW_SOURCES_JOURNAL_H

#include "core/core.h"
#include "mailgw/sources/intake.h"

extern const struct intake_protocol journal_protocol;

#endif
