/*
 * own_quote.c - what others wrote
 *
 * Lines behind '>' are quoted. A line that introduces a quotation, a separator
 * or the head of a quoted mail goes with them where '>' follows; where plain
 * text follows instead, all of it to the end was written by somebody else.
 */
#include "core/core.h"

#include "mailgw/message/html.h"
#include "mailgw/message/own_priv.h"

#define ATTR_LINES 4   /* an introduction runs over so many at most */
#define ATTR_MAX   400 /* octets of it, folded */
#define HEAD_LINES 12  /* of a quoted mail's head */

/* next_shown - the first line from i on that is not blank; count at the end */
static size_t
next_shown(const struct own *o, size_t i)
{
	while (i < o->count && own_is_blank(&o->lines[i]))
		i++;
	return i;
}

static void
set(struct own *o, size_t from, size_t to, enum own_fate fate)
{
	for (; from < to && from < o->count; from++)
		o->lines[from].fate = (uint8_t)fate;
}

/* cut - somebody else's to the end, or to the end of a forward */
static size_t
cut(struct own *o, size_t from)
{
	size_t i = from;

	while (i < o->count && !(o->lines[i].kinds & OWN_END_FORWARD))
		i++;
	set(o, from, i, OWN_QUOTED);
	if (i < o->count)
		o->lines[i++].fate = OWN_INTRODUCES;
	return i;
}

/* followed - lines [from, to) introduce what follows: '>' or plain text */
static size_t
followed(struct own *o, size_t from, size_t to)
{
	size_t next = next_shown(o, to);

	set(o, from, to, OWN_INTRODUCES);
	if (next < o->count && o->lines[next].depth > 0)
		return to;
	return cut(o, to);
}

static bool
has_char(struct slice s, char c)
{
	return memchr(s.at, c, s.len) != NULL;
}

static bool
has_digit(struct slice s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (s.at[i] >= '0' && s.at[i] <= '9')
			return true;
	return false;
}

/* ends_colon - ':' at the end, a '>' or quote perhaps before it */
static bool
ends_colon(struct slice s)
{
	return s.len > 0 && s.at[s.len - 1] == ':';
}

/* has_moment - a year, or an hour with its minutes */
static bool
has_moment(struct slice s)
{
	size_t i;

	for (i = 0; i + 3 < s.len; i++) {
		if (s.at[i] < '0' || s.at[i] > '9')
			continue;
		if ((s.at[i + 1] == ':' || s.at[i + 1] == 'h') &&
		    s.at[i + 2] >= '0' && s.at[i + 2] <= '9')
			return true;
		if ((memcmp(s.at + i, "20", 2) == 0 ||
			memcmp(s.at + i, "19", 2) == 0) &&
		    has_digit((struct slice){ s.at + i + 2, 1 }) &&
		    has_digit((struct slice){ s.at + i + 3, 1 }))
			return true;
	}
	return false;
}

/*
 * attribution - lines from i on that say who wrote when; how many, 0: none
 *
 * is_sure  they say so in full: a moment or an address, and "wrote:"
 */
static size_t
attribution(const struct own *o, size_t i, bool *is_sure)
{
	bool starts = o->lines[i].kinds & OWN_ATTR_START, verb = false;
	bool digits = false, at = false, moment = false;
	size_t n, octets = 0;
	const struct own_line *l;

	*is_sure = false;
	for (n = 0; n < ATTR_LINES && i + n < o->count; n++) {
		l = &o->lines[i + n];
		if (own_is_blank(l) || l->depth > 0)
			break;
		octets += l->fold.len;
		if (octets > ATTR_MAX)
			return 0;
		verb = verb || (l->kinds & OWN_ATTR_VERB);
		digits = digits || has_digit(l->fold);
		at = at || has_char(l->fold, '@');
		moment = moment || has_moment(l->fold);
		if (ends_colon(l->fold) && (verb || at)) {
			*is_sure = verb && (at || (starts && moment));
			return n + 1;
		}
		/* without a start only one line can be meant */
		if (!starts && !at && !digits)
			break;
	}
	return 0;
}

/* head_lines - a quoted mail's head from i on; how many lines, 0: none */
static size_t
head_lines(const struct own *o, size_t i)
{
	unsigned seen = 0;
	size_t n, last = 0, blanks = 0;
	bool at = false;
	const struct own_line *l;

	if (!(o->lines[i].kinds & OWN_LABELS))
		return 0;
	for (n = 0; n < HEAD_LINES && i + n < o->count; n++) {
		l = &o->lines[i + n];
		if (l->depth > 0)
			break;
		if (own_is_blank(l)) {
			/* some clients put a blank line behind each */
			if (++blanks > 1 || i + n + 1 >= o->count ||
			    !(o->lines[i + n + 1].kinds & OWN_LABELS))
				break;
			continue;
		}
		blanks = 0;
		if (l->kinds & OWN_LABELS) {
			seen |= l->kinds & OWN_LABELS;
			last = n + 1;
		} else if (n > last + 2) {
			break; /* a value that was wrapped, or text */
		}
		if (l->kinds & (OWN_FROM | OWN_TO | OWN_OTHER))
			at = at || has_char(l->fold, '@');
	}
	if (!(seen & OWN_FROM) || !(seen & (OWN_SENT | OWN_DATE | OWN_SUBJECT)))
		return 0;
	if (__builtin_popcount(seen) < 3 && !(at && (seen & OWN_SENT)))
		return 0;
	/* "De : Paris / À : Lyon / Date : …" is a journey */
	if (!at && !(seen & (OWN_SENT | OWN_SUBJECT)))
		return 0;
	/* the last value may be wrapped over the line below */
	if (i + last < o->count && !own_is_blank(&o->lines[i + last]) &&
	    o->lines[i + last].depth == 0 && i + last + 1 < o->count &&
	    own_is_blank(&o->lines[i + last + 1]) &&
	    (o->lines[i + last - 1].fold.len > 60))
		last++;
	return last;
}

/* is_separator - "-----Message d'origine-----", with dashes or so around */
static bool
is_separator(const struct own_line *l)
{
	size_t i = 0;

	if (l->kinds & OWN_FORWARD)
		return true;
	if (!(l->kinds & OWN_SEPARATOR) || l->fold.len > 120)
		return false;
	while (
	    i < l->text.len && (l->text.at[i] == ' ' || l->text.at[i] == '\t'))
		i++;
	return i + 1 < l->text.len && strchr("-_=*~#", l->text.at[i]) &&
	       (strchr("-_=*~#", l->text.at[i + 1]) ||
		   l->text.at[i + 1] == ' ');
}

/* is_rule - a line of underscores or dashes alone */
static bool
is_rule(const struct own_line *l)
{
	size_t i;

	for (i = 0; i < l->text.len; i++)
		if (!strchr("-_= ", l->text.at[i]))
			return false;
	return l->text.len >= 5;
}

/* is_wrapped - the tail of a quoted line that was broken on its way: a short
 * line without '>' between a long quoted line and another quoted one */
static bool
is_wrapped(const struct own *o, size_t i)
{
	const struct own_line *l = &o->lines[i];
	unsigned char c;

	if (i == 0 || i + 1 >= o->count || l->text.len == 0)
		return false;
	c = (unsigned char)l->text.at[0];
	return o->lines[i - 1].depth > 0 && o->lines[i + 1].depth > 0 &&
	       o->lines[i - 1].text.len >= 66 && l->text.len <= 24 &&
	       c >= 'a' && c <= 'z';
}

/* introduction - lines that lead to a quotation; the line behind them, 0: none */
static size_t
introduction(struct own *o, size_t i)
{
	bool is_sure;
	size_t n = attribution(o, i, &is_sure), next;

	if (n == 0)
		return 0;
	next = next_shown(o, i + n);
	if (next < o->count && (o->lines[next].depth > 0 ||
				   o->lines[next].mark == HTML_MARK_CUT)) {
		set(o, i, i + n, OWN_INTRODUCES);
		return i + n;
	}
	if (!is_sure)
		return 0;
	set(o, i, i + n, OWN_INTRODUCES);
	/* the answer may stand between it and the quotation */
	if (next >= o->count || next <= o->last_quoted)
		return i + n;
	return cut(o, i + n);
}

void
own_quotes(struct own *o)
{
	size_t i = 0, n, next;
	struct own_line *l;

	for (n = 0; n < o->count; n++)
		if (o->lines[n].depth > 0)
			o->last_quoted = n;
	while (i < o->count) {
		l = &o->lines[i];
		if (own_is_blank(l)) {
			/* inside a quotation a blank line is part of it */
			if (i > 0 && o->lines[i - 1].fate == OWN_QUOTED)
				l->fate = OWN_QUOTED;
			i++;
			continue;
		}
		if (l->depth > 0 || is_wrapped(o, i)) {
			l->fate = OWN_QUOTED;
			i++;
			continue;
		}
		if (l->mark == HTML_MARK_CUT) {
			i = cut(o, i);
			continue;
		}
		if (l->mark == HTML_MARK_HEAD) {
			l->fate = OWN_INTRODUCES;
			next = next_shown(o, i + 1);
			if (next < o->count &&
			    (o->lines[next].kinds & OWN_LABELS))
				i = cut(o, i);
			else
				i++;
			continue;
		}
		if (is_separator(l)) {
			n = next_shown(o, i + 1);
			n = n < o->count ? n + head_lines(o, n) : i + 1;
			i = followed(o, i, n > i ? n : i + 1);
			continue;
		}
		if (l->mark == HTML_MARK_ATTR) {
			l->fate = OWN_INTRODUCES;
			i++;
			continue;
		}
		n = head_lines(o, i);
		if (n > 0) {
			if (i > 0 && is_rule(&o->lines[i - 1]))
				o->lines[i - 1].fate = OWN_INTRODUCES;
			i = followed(o, i, i + n);
			continue;
		}
		if (l->kinds & OWN_SKIP) {
			l->fate = OWN_BOILERPLATE;
			i++;
			continue;
		}
		n = introduction(o, i);
		i = n > 0 ? n : i + 1;
	}
}
