/*
 * header.h - a message's header: fields, encoded words, addresses, dates
 *
 * Our own reading of RFC 5322, 2047 and of what clients make of them: linear,
 * without recursion, taking what can be taken from a broken field.
 */
#ifndef MAILGW_MESSAGE_HEADER_H
#define MAILGW_MESSAGE_HEADER_H

#include "core/core.h"
#include "mailgw/message/message.h"

#define HEADER_MAX_FIELDS    1000
#define HEADER_MAX_ADDRESSES 2000
#define HEADER_MAX_VALUE     65536 /* octets read of one field */

struct header_field {
	struct slice name, value; /* value: raw, still folded */
};

struct header {
	struct header_field *fields;
	size_t count;
	size_t body_at; /* first octet behind the blank line */
};

/* header_start - octets to pass over: an mbox line, blank lines, a BOM */
size_t header_start(struct slice bytes);

/* header_split - fields owned by mem, slices into bytes */
enum rc header_split(TALLOC_CTX *mem, struct slice bytes, struct header *out,
    struct err *e) must_check;

/* header_get - first field of that (lower-case) name; at NULL: none */
struct slice header_get(const struct header *h, const char *name);

/*
 * header_param - one parameter of a structured value ("charset" of a
 * Content-Type), unquoted, owned by mem; NULL: none
 */
char *header_param(TALLOC_CTX *mem, struct slice value, const char *name);

/* header_text - unfolded, encoded words decoded, UTF-8, owned by mem */
char *header_text(TALLOC_CTX *mem, struct slice value);

/* header_id - the first <message-id> without its brackets, or NULL */
char *header_id(TALLOC_CTX *mem, struct slice value);

/* header_addresses - appended to *list (count *n), which mem owns */
enum rc header_addresses(TALLOC_CTX *mem, struct slice value,
    struct message_address **list, size_t *n, struct err *e) must_check;

/* header_date - UTC seconds and minutes east; false: not readable */
bool header_date(struct slice value, int64_t *at, int *offset_min);

/* header_facts - everything of struct message but its words and fault */
enum rc header_facts(TALLOC_CTX *mem, const struct header *h, struct message *m,
    struct err *e) must_check;

#endif
