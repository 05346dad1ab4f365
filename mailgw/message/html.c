/*
 * html.c - HTML to lines of text
 */
#include "core/core.h"

#include <libxml/HTMLparser.h>
#include <libxml/parserInternals.h>

#include "mailgw/message/decode.h"
#include "mailgw/message/html.h"

#define MAX_DEPTH 2000 /* libxml2 gets slow beyond: see html_text() */
#define MAX_QUOTE 8

enum element {
	EL_INLINE,
	EL_BLOCK,     /* a line of its own */
	EL_PARAGRAPH, /* set off by a blank line */
	EL_P,         /* the same, unless its style says otherwise */
	EL_BR,
	EL_ITEM,
	EL_ROW,
	EL_CELL,
	EL_QUOTE,
	EL_PRE,
	EL_SKIP /* never shown */
};

/* sorted: looked up by bisection */
static const struct {
	const char *name;
	enum element is;
} elements[] = {
	{ "address", EL_BLOCK },
	{ "article", EL_BLOCK },
	{ "aside", EL_BLOCK },
	{ "blockquote", EL_QUOTE },
	{ "br", EL_BR },
	{ "button", EL_BLOCK },
	{ "caption", EL_BLOCK },
	{ "center", EL_BLOCK },
	{ "dd", EL_BLOCK },
	{ "dir", EL_PARAGRAPH },
	{ "div", EL_BLOCK },
	{ "dl", EL_PARAGRAPH },
	{ "dt", EL_BLOCK },
	{ "fieldset", EL_BLOCK },
	{ "footer", EL_BLOCK },
	{ "form", EL_BLOCK },
	{ "h1", EL_PARAGRAPH },
	{ "h2", EL_PARAGRAPH },
	{ "h3", EL_PARAGRAPH },
	{ "h4", EL_PARAGRAPH },
	{ "h5", EL_PARAGRAPH },
	{ "h6", EL_PARAGRAPH },
	{ "head", EL_SKIP },
	{ "header", EL_BLOCK },
	{ "hr", EL_PARAGRAPH },
	{ "iframe", EL_SKIP },
	{ "legend", EL_BLOCK },
	{ "li", EL_ITEM },
	{ "listing", EL_PRE },
	{ "main", EL_BLOCK },
	{ "map", EL_SKIP },
	{ "menu", EL_PARAGRAPH },
	{ "nav", EL_BLOCK },
	{ "noscript", EL_BLOCK },
	{ "object", EL_SKIP },
	{ "ol", EL_PARAGRAPH },
	{ "option", EL_BLOCK },
	{ "p", EL_P },
	{ "pre", EL_PRE },
	{ "script", EL_SKIP },
	{ "section", EL_BLOCK },
	{ "select", EL_SKIP },
	{ "style", EL_SKIP },
	{ "table", EL_PARAGRAPH },
	{ "tbody", EL_BLOCK },
	{ "td", EL_CELL },
	{ "template", EL_SKIP },
	{ "textarea", EL_SKIP },
	{ "tfoot", EL_BLOCK },
	{ "th", EL_CELL },
	{ "thead", EL_BLOCK },
	{ "title", EL_SKIP },
	{ "tr", EL_ROW },
	{ "ul", EL_PARAGRAPH },
	{ "xml", EL_SKIP },
};

/* what an attribute's value says about its element, by client */
enum sign {
	SIGN_NONE,
	SIGN_QUOTE,
	SIGN_CUT,
	SIGN_ATTR,
	SIGN_SIGNATURE,
	SIGN_PLAIN
};
static const struct {
	const char *attribute; /* "class" compares single class names */
	const char *value;     /* lower case; '*' at the end: any rest */
	enum sign sign;
} signs[] = {
	{ "class", "gmail_attr", SIGN_ATTR },
	{ "class", "gmail_signature", SIGN_SIGNATURE },
	{ "class", "gmail_signature_prefix", SIGN_SIGNATURE },
	{ "class", "moz-cite-prefix", SIGN_ATTR },
	{ "class", "moz-signature", SIGN_SIGNATURE },
	{ "class", "moz-email-headers-table", SIGN_CUT },
	{ "class", "moz-forward-container", SIGN_CUT },
	{ "class", "yahoo_quoted", SIGN_QUOTE },
	{ "class", "yahoo-signature", SIGN_SIGNATURE },
	{ "class", "protonmail_quote", SIGN_QUOTE },
	{ "class", "protonmail_signature_block", SIGN_SIGNATURE },
	{ "class", "outlookmessageheader", SIGN_CUT },
	{ "class", "ik_mail_quote", SIGN_QUOTE },
	{ "class", "zmail_extra", SIGN_QUOTE },
	{ "class", "tutanota_quote", SIGN_QUOTE },
	{ "class", "zimbra-signature", SIGN_SIGNATURE },
	{ "class", "elementtoproof-signature", SIGN_SIGNATURE },
	{ "id", "divrplyfwdmsg", SIGN_CUT },
	{ "id", "appendonsend", SIGN_CUT },
	{ "id", "stopspelling", SIGN_CUT },
	{ "id", "zwchr", SIGN_CUT },
	{ "id", "isforwardcontent", SIGN_CUT },
	{ "id", "isreplycontent", SIGN_CUT },
	{ "id", "origbody", SIGN_QUOTE },
	{ "id", "reply-intro", SIGN_ATTR },
	{ "id", "replybody*", SIGN_PLAIN },
	{ "id", "mail-editor-reference-message-container", SIGN_QUOTE },
	{ "id", "signature*", SIGN_SIGNATURE },
	{ "id", "ms-outlook-mobile-signature", SIGN_SIGNATURE },
	{ "id", "applemailsignature", SIGN_SIGNATURE },
	{ "id", "ymail_android_signature*", SIGN_SIGNATURE },
	{ "id", "_signature*", SIGN_SIGNATURE },
	{ "id", "yahoo_quoted*", SIGN_QUOTE },
	{ "name", "quote", SIGN_QUOTE },
	{ "data-smartmail", "gmail_signature", SIGN_SIGNATURE },
	{ "data-marker", "__headers__", SIGN_CUT },
	{ "data-marker", "__divider__", SIGN_CUT },
	{ "data-marker", "__sig_pre__", SIGN_SIGNATURE },
	{ "data-marker", "__quoted_text__", SIGN_QUOTE },
};

struct frame {
	uint8_t is; /* enum element */
	bool skip, pre, attr;
	uint8_t quote;
	uint32_t row_newlines; /* of the row around this row */
	bool row_has_cell;
};

struct state {
	struct buf *out;
	struct frame *stack;
	TALLOC_CTX *mem;
	htmlParserCtxtPtr parser;
	size_t depth, room;
	bool is_too_deep;
	struct frame now; /* what holds for text here */
	int pending;      /* 1: new line, 2: and a blank one */
	unsigned tabs;
	bool blank; /* white space before the next character */
	bool bullet;
	bool fresh; /* no text yet in this item, row or cell */
	bool at_bol;
	bool is_blank_line; /* the last line written is empty */
	uint32_t newlines;  /* written */
};

static void
newline(struct state *s)
{
	buf_putc(s->out, '\n');
	s->is_blank_line = s->at_bol;
	s->at_bol = true;
	s->newlines++;
	s->blank = false;
	s->tabs = 0;
}

/* flush - write the line breaks asked for so far */
static void
flush(struct state *s)
{
	if (s->pending > 0 && !s->at_bol)
		newline(s);
	if (s->pending > 1 && !s->is_blank_line && s->newlines > 0)
		newline(s);
	s->pending = 0;
}

static void
breaks(struct state *s, int level)
{
	if (level > s->pending)
		s->pending = level;
	s->blank = false;
}

/* begin - before a character of text: breaks, quote marks, bullet, tabs */
static void
begin(struct state *s)
{
	int i;

	flush(s);
	if (s->at_bol) {
		for (i = 0; i < s->now.quote; i++)
			buf_put(s->out, "> ", 2);
		if (s->now.attr && s->now.quote == 0) {
			buf_putc(s->out, HTML_MARK);
			buf_putc(s->out, HTML_MARK_ATTR);
		}
		if (s->bullet)
			buf_put(s->out, "- ", 2);
		s->tabs = 0;
	}
	for (; s->tabs > 0; s->tabs--)
		buf_putc(s->out, '\t');
	if (s->blank && !s->at_bol)
		buf_putc(s->out, ' ');
	s->bullet = s->blank = s->at_bol = s->fresh = false;
}

static void
mark(struct state *s, char which)
{
	breaks(s, 1);
	flush(s);
	if (!s->at_bol)
		newline(s);
	buf_putc(s->out, HTML_MARK);
	buf_putc(s->out, which);
	s->at_bol = false;
	newline(s);
}

static void
on_text(void *ctx, const xmlChar *text, int len)
{
	struct state *s = ctx;
	const char *at = (const char *)text, *end = at + len, *run;

	if (s->now.skip || s->is_too_deep)
		return;
	while (at < end) {
		if (*at == '\n' && s->now.pre) {
			begin(s);
			newline(s);
			at++;
			continue;
		}
		if (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r') {
			if (s->now.pre && *at != '\r') {
				begin(s);
				buf_putc(s->out, *at);
			} else {
				s->blank = true;
			}
			at++;
			continue;
		}
		if ((unsigned char)*at < ' ') {
			at++;
			continue;
		}
		for (run = at; at < end && (unsigned char)*at > ' '; at++)
			;
		begin(s);
		buf_put(s->out, run, (size_t)(at - run));
	}
}

static enum element
element_of(const char *name)
{
	size_t lo = 0, hi = ARRAY_LEN(elements), mid;
	int c;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		c = strcmp(name, elements[mid].name);
		if (c == 0)
			return elements[mid].is;
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return EL_INLINE;
}

static bool
value_is(struct slice v, const char *want)
{
	size_t n = strlen(want);

	if (n > 0 && want[n - 1] == '*') {
		char head[48];

		assert(n <= sizeof(head));
		memcpy(head, want, n - 1);
		head[n - 1] = '\0';
		return decode_starts(v, head);
	}
	return decode_same(v, want);
}

/* next_name - cut the first name off a list of classes, which gets shorter;
 * octets of other letters than ours belong to names */
static struct slice
next_name(struct slice *v)
{
	struct slice name;

	while (v->len > 0 && (unsigned char)v->at[0] <= ' ') {
		v->at++;
		v->len--;
	}
	name.at = v->at;
	while (v->len > 0 && (unsigned char)v->at[0] > ' ') {
		v->at++;
		v->len--;
	}
	name.len = (size_t)(v->at - name.at);
	return name;
}

/* sign_of - what one attribute says; x_ and x-, put in front by Outlook's web
 * client of ids and classes it passes on, are taken off */
static enum sign
sign_of(const char *attribute, const char *value)
{
	struct slice v = slice_of(value), word;
	bool is_class = strcmp(attribute, "class") == 0;
	size_t i;

	while (v.len > 0) {
		word = is_class ? next_name(&v) : decode_trim(v);
		if (!is_class)
			v.len = 0;
		while (word.len > 2 && (decode_starts(word, "x_")))
			word = (struct slice){ word.at + 2, word.len - 2 };
		for (i = 0; i < ARRAY_LEN(signs) && word.len > 0; i++)
			if (strcmp(attribute, signs[i].attribute) == 0 &&
			    value_is(word, signs[i].value))
				return signs[i].sign;
	}
	return SIGN_NONE;
}

/* squeeze - a style in lower case without blanks, cut to fit */
static void
squeeze(const char *style, char *out, size_t size)
{
	size_t o = 0;
	char c;

	for (; (c = *style) != '\0' && o + 1 < size; style++) {
		if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
			continue;
		out[o++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
	}
	out[o] = '\0';
}

static bool
is_hidden(const char *style)
{
	return strstr(style, "display:none") || strstr(style, "mso-hide:all") ||
	       strstr(style, "visibility:hidden") ||
	       strstr(style, "font-size:0;") ||
	       strstr(style, "font-size:0px") ||
	       strstr(style, "font-size:1px") || strstr(style, "max-height:0");
}

/* has_no_margin - a paragraph that is shown like a plain line */
static bool
has_no_margin(const char *style)
{
	const char *m = strstr(style, "margin:");

	if (m != NULL)
		return m[7] == '0';
	m = strstr(style, "margin-bottom:");
	return m != NULL && m[14] == '0';
}

struct look {
	enum sign sign;
	bool hidden, tight, head, indent, prewrap;
};

static struct look
look_at(const xmlChar **attributes)
{
	struct look l = { .sign = SIGN_NONE };
	char style[600];
	const char *name, *value;
	enum sign sign;

	for (; attributes != NULL && attributes[0] != NULL; attributes += 2) {
		name = (const char *)attributes[0];
		value = attributes[1] ? (const char *)attributes[1] : "";
		if (strcmp(name, "hidden") == 0)
			l.hidden = true;
		if (strcmp(name, "class") == 0 &&
		    (strstr(value, "MsoNormal") || strstr(value, "MsoPlain") ||
			strstr(value, "MsoList")))
			l.tight = true;
		sign = sign_of(name, value);
		if (sign != SIGN_NONE)
			l.sign = sign;
		if (strcmp(name, "style") != 0)
			continue;
		squeeze(value, style, sizeof(style));
		l.hidden = l.hidden || is_hidden(style);
		l.tight = l.tight || has_no_margin(style);
		l.head = strstr(style, "border-top:solid") &&
			 strstr(style, "padding:3.0pt");
		l.indent =
		    strstr(style, "border:none") && strstr(style, "margin:000");
		l.prewrap = strstr(style, "white-space:pre") != NULL;
	}
	return l;
}

static bool
push(struct state *s)
{
	struct frame *grown;

	if (s->depth >= MAX_DEPTH) {
		s->is_too_deep = true;
		xmlStopParser(s->parser);
	}
	if (s->is_too_deep)
		return false;
	if (s->depth == s->room) {
		s->room = s->room ? s->room * 2 : 64;
		grown = talloc_realloc(s->mem, s->stack, struct frame, s->room);
		if (grown == NULL) {
			s->out->failed = true;
			s->is_too_deep = true;
			return false;
		}
		s->stack = grown;
	}
	s->stack[s->depth++] = s->now;
	return true;
}

static void
start_cell(struct state *s)
{
	if (s->now.row_has_cell && s->newlines == s->now.row_newlines &&
	    s->pending < 1)
		s->tabs++;
	else if (s->now.row_has_cell && s->newlines == s->now.row_newlines) {
		s->pending =
		    0; /* the blocks inside the last cell end with it */
		s->tabs++;
	} else {
		breaks(s, 1);
	}
	s->blank = false;
}

static void
start_element(void *ctx, const xmlChar *name, const xmlChar **attributes)
{
	struct state *s = ctx;
	struct look l = look_at(attributes);
	enum element is = element_of((const char *)name);

	/* the row's own frame must know that it has a cell now */
	if (is == EL_CELL && !s->now.skip)
		start_cell(s);
	if (!push(s))
		return;
	if (is == EL_CELL) {
		size_t i = s->depth - 1;

		/* the frame restored when this cell ends is the row's */
		s->stack[i].row_has_cell = true;
	}
	s->now.is = (uint8_t)is;
	if (is == EL_SKIP || l.hidden || l.sign == SIGN_SIGNATURE)
		s->now.skip = true;
	if (s->now.skip)
		return;
	if (l.sign == SIGN_CUT)
		mark(s, HTML_MARK_CUT);
	if (l.head)
		mark(s, HTML_MARK_HEAD);
	if (l.sign == SIGN_ATTR) {
		breaks(s, 1);
		flush(s);
		s->now.attr = true;
	}
	if ((is == EL_QUOTE && !l.indent) || l.sign == SIGN_QUOTE) {
		breaks(s, 1);
		flush(s);
		if (s->now.quote < MAX_QUOTE)
			s->now.quote++;
	}
	if (is == EL_ITEM || is == EL_ROW || is == EL_CELL)
		s->fresh = true;
	switch (is) {
	case EL_BR:
		if (s->pending > 0)
			flush(s);
		newline(s);
		break;
	case EL_ITEM:
		breaks(s, 1);
		s->bullet = true;
		break;
	case EL_ROW:
		breaks(s, 1);
		flush(s);
		s->tabs = 0;
		s->now.row_newlines = s->newlines;
		s->now.row_has_cell = false;
		break;
	case EL_PRE:
		breaks(s, 2);
		s->now.pre = true;
		break;
	case EL_PARAGRAPH:
		breaks(s, s->tabs > 0 ? 0 : s->fresh ? 1 : 2);
		break;
	case EL_P:
		breaks(s, s->tabs > 0 ? 0 : l.tight || s->fresh ? 1 : 2);
		break;
	case EL_BLOCK:
	case EL_QUOTE:
		breaks(s, s->tabs > 0 ? 0 : 1);
		break;
	default:
		break;
	}
	if (l.prewrap)
		s->now.pre = true;
	if (is == EL_P && l.tight)
		s->now.is = EL_BLOCK;
}

static void
end_element(void *ctx, const xmlChar *name)
{
	struct state *s = ctx;
	struct frame was = s->now;

	(void)name;
	if (s->is_too_deep || s->depth == 0)
		return;
	s->now = s->stack[--s->depth];
	if (was.skip)
		return;
	/* blocks inside a cell or an item end with it, in one line break */
	if ((was.is == EL_CELL || was.is == EL_ROW || was.is == EL_ITEM) &&
	    s->pending > 1)
		s->pending = 1;
	switch (was.is) {
	case EL_PARAGRAPH:
	case EL_P:
	case EL_PRE:
		breaks(s, 2);
		break;
	case EL_BLOCK:
	case EL_ITEM:
	case EL_ROW:
	case EL_QUOTE:
		breaks(s, 1);
		s->tabs = 0;
		break;
	default:
		break;
	}
	if (was.is == EL_ITEM)
		s->bullet = false;
	if (was.quote != s->now.quote || was.attr != s->now.attr) {
		breaks(s, 1);
		flush(s);
	}
}

enum rc
html_text(TALLOC_CTX *mem, struct slice utf8, struct buf *out, struct err *e)
{
	struct state s = { .out = out, .mem = mem, .at_bol = true };
	xmlSAXHandler sax = { .startElement = start_element,
		.endElement = end_element,
		.characters = on_text,
		.cdataBlock = on_text,
		.ignorableWhitespace = on_text };
	htmlParserCtxtPtr ctx;
	size_t start = out->len;

	if (utf8.len == 0)
		return RC_OK;
	if (utf8.len > INT_MAX / 2)
		return err_set(e, RC_TOOBIG, "HTML part too big");
	ctx = htmlCreateMemoryParserCtxt(utf8.at, (int)utf8.len);
	if (ctx == NULL)
		return err_nomem(e);
	*ctx->sax = sax;
	ctx->userData = &s;
	s.parser = ctx;
	(void)htmlCtxtUseOptions(ctx,
	    HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
		HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC);
	ctx->sax->startElement = start_element;
	ctx->sax->characters = on_text;
	ctx->sax->cdataBlock = on_text;
	ctx->sax->ignorableWhitespace = on_text;
	(void)xmlSwitchEncoding(ctx, XML_CHAR_ENCODING_UTF8);
	(void)htmlParseDocument(ctx);
	htmlFreeParserCtxt(ctx);
	if (!s.at_bol)
		newline(&s);
	talloc_free(s.stack);
	/* it looks through all open elements at each end tag */
	if (s.is_too_deep && !out->failed) {
		out->len = start;
		html_strip(utf8, out);
	}
	if (out->failed)
		return err_nomem(e);
	return RC_OK;
}
