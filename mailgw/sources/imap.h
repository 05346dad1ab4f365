/*
 * imap.h - folders of sent mail, watched by IMAP: what the two programs share
 *
 * promised-imap keeps the accounts, the spool and the marks, and never sees an
 * octet that a server sent as such. For each folder it runs a
 *
 *	promised-imap-talk [-c FILE] [-o name=value]… FOLDER UIDVALIDITY UID FROM
 *
 * which is one connection: it logs in, gives every message with a higher UID
 * that the server took in at FROM (UTC seconds) or later, in the order of
 * UIDs, then watches for more. It ends at the first trouble; promised-imap
 * starts another one then. What it has to say it writes to its standard output
 * as words of the struct below.
 */
#ifndef MAILGW_SOURCES_IMAP_H
#define MAILGW_SOURCES_IMAP_H

#include "core/core.h"
#include "core/settings/settings.h"

enum imap_verb {
	IMAP_OPEN = 1, /* folder is open; a: its UIDVALIDITY, b: IDLE or not;
			  text: its name */
	IMAP_ALIVE,    /* still there, nothing new */
	IMAP_MAIL,     /* a message begins; a: UID, b: UTC seconds */
	IMAP_OCTETS,   /* some of it */
	IMAP_MAIL_END, /* it is whole */
	IMAP_PASS,     /* a: UID of one that is not given; text: why */
	IMAP_FAULT     /* text: why this is the end */
};

/* what is known of a word before its text comes */
struct imap_word {
	uint32_t verb, len; /* octets of text that follow */
	uint64_t a;
	int64_t b;
};

#define IMAP_TEXT_MAX (64U << 10)

/* one that says nothing for so long is killed; it says ALIVE more often */
#define IMAP_SILENT_MS (15 * 60 * 1000)

/* imap_name - "user@HOST:PORT/folder", for logs and file names; owned by mem */
char *imap_name(TALLOC_CTX *mem, const struct settings_imap *a);

/* imap_utf7 - a folder's name as IMAP wants it (RFC 3501 section 5.1.3); owned
 * by mem, NULL: no memory, or no UTF-8 */
char *imap_utf7(TALLOC_CTX *mem, const char *name);

#endif
