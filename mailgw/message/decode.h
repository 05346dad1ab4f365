/*
 * decode.h - transfer encodings, charsets, format=flowed: octets → UTF-8 lines
 *
 * Everything here is linear and takes anything: what is broken is passed over
 * or becomes U+FFFD. Charsets outside UTF-8 and windows-1252 go through
 * iconv(3); its modules are loaded once, before the sandbox closes.
 */
#ifndef MAILGW_MESSAGE_DECODE_H
#define MAILGW_MESSAGE_DECODE_H

#include "core/core.h"
#include "mailgw/message/buf.h"

enum decode_cte { DECODE_PLAIN, DECODE_QP, DECODE_BASE64 };

/* decode_cte_named - from a Content-Transfer-Encoding value; unknown: PLAIN */
enum decode_cte decode_cte_named(struct slice name);

void decode_base64(struct slice in, struct buf *out);
/* is_header: the Q encoding of RFC 2047, where "_" is a space */
void decode_qp(struct slice in, bool is_header, struct buf *out);

/*
 * decode_charset - any charset to UTF-8
 *
 * name  as the mail spells it; empty or unknown: UTF-8 where the octets are,
 *       else windows-1252
 */
void decode_charset(struct slice in, struct slice name, struct buf *out);

/* decode_open_charsets - load every charset known, before a sandbox closes */
void decode_open_charsets(void);

/*
 * decode_lines - CRLF and lone CR to LF, control characters out
 *
 * in place; returns the new length
 */
size_t decode_lines(char *s, size_t len);

/* decode_flowed - undo format=flowed (RFC 3676) on UTF-8 lines */
void decode_flowed(struct slice in, bool is_delsp, struct buf *out);

/* decode_rune - the code point at *at, which moves on; broken: U+FFFD */
uint32_t decode_rune(const char **at, const char *end);

bool decode_is_utf8(struct slice s);

/* decode_same - equal, ASCII case aside; decode_starts - the same, a prefix */
bool decode_same(struct slice s, const char *lower);
bool decode_starts(struct slice s, const char *lower);

struct slice decode_trim(struct slice s);

#endif
