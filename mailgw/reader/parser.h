/*
 * parser.h - messages read in a child process that may crash
 *
 * One child, promised-parser, reads message after message in a sandbox. When
 * it crashes, hangs or answers nonsense it is killed and another is started.
 * Each message gets two tries, then one without libetpan.
 */
#ifndef MAILGW_READER_PARSER_H
#define MAILGW_READER_PARSER_H

#include "core/core.h"
#include "mailgw/message/message.h"

#define PARSER_PROGRAM "promised-parser"
#define PARSER_WALL_MS 10000 /* for one message */
#define PARSER_TRIES   2     /* before the plain one */

struct parser;

/*
 * parser_new - talloc_free() ends the child
 *
 * program  NULL: PARSER_PROGRAM beside this program, else in LIBEXECDIR
 * wall_ms  0: PARSER_WALL_MS
 *
 * No child runs before the first message, or parser_start().
 */
enum rc parser_new(TALLOC_CTX *mem, const char *program, int wall_ms,
    struct parser **out, struct err *e) must_check;

/* parser_start - RC_INTERNAL: the child does not come up */
enum rc parser_start(struct parser *p, struct err *e) must_check;

/*
 * parser_read - one message; owned by mem
 *
 * tries  earlier ones that ended badly; PARSER_TRIES: begin with the plain one
 *
 * RC_OK; RC_BADINPUT it cannot be read, *e says what became of the tries;
 * RC_INTERNAL no child can be started
 */
enum rc parser_read(struct parser *p, TALLOC_CTX *mem, struct slice bytes,
    unsigned tries, struct message **out, struct err *e) must_check;

/* parser_read_journal - the same for a journal copy, which may be a report
 * with the message inside: message_read_journal() */
enum rc parser_read_journal(struct parser *p, TALLOC_CTX *mem,
    struct slice bytes, struct message **out, struct err *e) must_check;

/* parser_deaths - children that ended badly so far */
unsigned parser_deaths(const struct parser *p);

#endif
