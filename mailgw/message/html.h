/*
 * html.h - HTML to lines of text, as a reader sees them
 *
 * Blocks become lines, paragraphs are set off by a blank line, list items
 * begin with "- ", the cells of a table row stand in one line with tabs
 * between. What is hidden is left out, and so are signatures a client has
 * marked. Lines of a quotation begin with "> ", one for each level. Lines that
 * begin with HTML_MARK tell own.c what only the markup knew.
 *
 * libxml2's parser is used as a stream of events (SAX): no tree is built, so
 * neither its depth limit (256, where it drops the rest) nor recursion matter.
 */
#ifndef MAILGW_MESSAGE_HTML_H
#define MAILGW_MESSAGE_HTML_H

#include "core/core.h"
#include "mailgw/message/buf.h"

#define HTML_MARK      '\x01'
#define HTML_MARK_CUT  'Q' /* alone: all that follows is quoted */
#define HTML_MARK_HEAD 'H' /* alone: a quoted mail's head may follow */
#define HTML_MARK_ATTR 'A' /* the line's text introduces a quotation */

/* html_text - utf8 is well-formed; RC_OK, or RC_TOOBIG at the memory limit */
enum rc html_text(TALLOC_CTX *mem, struct slice utf8, struct buf *out,
    struct err *e) must_check;

/* html_strip - without libxml2: tags out, blocks to lines, entities */
void html_strip(struct slice utf8, struct buf *out);

#endif
