/*
 * mbox.c - a file of many messages, cut into messages
 *
 * What is not yet given out stands in one buffer that begins with the current
 * message. `seen` is how far lines were looked at, so that no octet is looked
 * at again when more of them come.
 */
#include "core/core.h"

#include <time.h>

#include "mailgw/sources/mbox.h"

#define STEP_BYTES (256U << 10)

struct mbox {
	char *buffer;
	size_t start, len, size; /* of what is there: [start, len) */
	size_t max_bytes;
	/* the current message; offsets count from start */
	size_t seen;      /* whole lines before it were looked at */
	size_t body;      /* behind the header's blank line; 0: not met */
	size_t claimed;   /* the Content-Length; SIZE_MAX: none */
	bool has_begun;   /* a line of it was looked at */
	bool is_inside;   /* seen stands inside a line too long to matter */
	bool is_bare;     /* its body has "From " lines that are text */
	bool is_skipping; /* too big: only its head is kept */
	uint64_t skipped; /* octets of it thrown away */
	bool is_eof;
	enum { UNKNOWN, ONE, MANY } kind; /* its first line tells */
};

static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

/* digits - n of them, or with is_padded a blank before one; -1: not there */
static int
digits(const char *at, int n, bool is_padded)
{
	int i, v = 0;

	for (i = 0; i < n; i++) {
		if (is_padded && i == 0 && at[i] == ' ')
			continue;
		if (at[i] < '0' || at[i] > '9')
			return -1;
		v = v * 10 + (at[i] - '0');
	}
	return v;
}

/* date_at - "Mmm dd hh:mm" begins here? Fills month, day, hour, minute */
static bool
date_at(const char *at, struct tm *tm)
{
	for (tm->tm_mon = 0; tm->tm_mon < 12; tm->tm_mon++)
		if (memcmp(months + 3 * tm->tm_mon, at, 3) == 0)
			break;
	if (tm->tm_mon == 12 || at[3] != ' ' || at[6] != ' ' || at[9] != ':')
		return false;
	tm->tm_mday = digits(at + 4, 2, true);
	tm->tm_hour = digits(at + 7, 2, true);
	tm->tm_min = digits(at + 10, 2, false);
	return tm->tm_mday > 0 && tm->tm_hour >= 0 && tm->tm_min >= 0;
}

/* year_in - the last number of four digits; -1: none */
static int
year_in(struct slice s)
{
	size_t i, run = 0;
	int year = -1;

	for (i = 0; i <= s.len; i++) {
		if (i < s.len && s.at[i] >= '0' && s.at[i] <= '9') {
			run++;
			continue;
		}
		/* not a zone such as +0100 */
		if (run == 4 &&
		    (i == 4 || (s.at[i - 5] != '+' && s.at[i - 5] != '-')))
			year = digits(s.at + i - 4, 4, false);
		run = 0;
	}
	return year;
}

bool
mbox_is_from(struct slice line, int64_t *at)
{
	struct tm tm = { 0 };
	size_t i;
	int year;

	if (line.len < 5 + 16 || line.len > MBOX_LINE_MAX ||
	    memcmp(line.at, "From ", 5) != 0)
		return false;
	for (i = 5; i + 12 <= line.len; i++) {
		if (line.at[i - 1] != ' ' || !date_at(line.at + i, &tm))
			continue;
		year = year_in(
		    (struct slice){ line.at + i + 12, line.len - i - 12 });
		if (year < 1970 || year > 2200)
			return false;
		tm.tm_year = year - 1900;
		if (at != NULL)
			*at = (int64_t)timegm(&tm);
		return true;
	}
	return false;
}

/* begin - the next octet is the first of a message */
static void
begin(struct mbox *b)
{
	b->seen = b->body = 0;
	b->claimed = SIZE_MAX;
	b->has_begun = b->is_inside = b->is_bare = b->is_skipping = false;
	b->skipped = 0;
}

struct mbox *
mbox_new(TALLOC_CTX *mem, size_t max_bytes)
{
	struct mbox *b = talloc_zero(mem, struct mbox);

	if (b == NULL)
		return NULL;
	b->max_bytes = max_bytes;
	begin(b);
	return b;
}

char *
mbox_room(struct mbox *b, size_t *room)
{
	char *grown;

	if (b->start > 0) {
		memmove(b->buffer, b->buffer + b->start, b->len - b->start);
		b->len -= b->start;
		b->start = 0;
	}
	if (b->size - b->len < STEP_BYTES) {
		grown = talloc_realloc(b, b->buffer, char,
		    b->size * 2 > b->len + STEP_BYTES ? b->size * 2
						      : b->len + STEP_BYTES);
		if (grown == NULL)
			return NULL;
		b->buffer = grown;
		b->size = talloc_get_size(grown);
	}
	*room = STEP_BYTES;
	return b->buffer + b->len;
}

void
mbox_put(struct mbox *b, size_t len)
{
	assert(len <= b->size - b->len);
	b->len += len;
	b->is_eof = len == 0;
}

/* rest - what is there of the current message and behind it */
static struct slice
rest(const struct mbox *b)
{
	if (b->len == b->start)
		return SLICE("");
	return (struct slice){ b->buffer + b->start, b->len - b->start };
}

/* line_at - the line that begins at offset; false: it is not whole yet */
static bool
line_at(const struct mbox *b, size_t offset, struct slice *line, size_t *next)
{
	struct slice all = rest(b);
	const char *lf = memchr(all.at + offset, '\n', all.len - offset);

	if (lf == NULL && !b->is_eof)
		return false;
	*next = lf ? (size_t)(lf - all.at) + 1 : all.len;
	*line = (struct slice){ all.at + offset, *next - offset };
	while (line->len > 0 && (line->at[line->len - 1] == '\n' ||
				    line->at[line->len - 1] == '\r'))
		line->len--;
	return true;
}

/* is_named - does a header line have this name? */
static bool
is_named(struct slice line, const char *name)
{
	size_t n = strlen(name);

	return line.len > n && line.at[n] == ':' &&
	       strncasecmp(line.at, name, n) == 0;
}

/* look_at_header - one line before the body */
static void
look_at_header(struct mbox *b, struct slice line, size_t next)
{
	size_t i = strlen("content-length:"), n = 0;

	if (line.len == 0) {
		b->body = next;
		return;
	}
	if (!is_named(line, "content-length"))
		return;
	while (i < line.len && line.at[i] == ' ')
		i++;
	for (; i < line.len && n <= b->max_bytes; i++) {
		if (line.at[i] < '0' || line.at[i] > '9')
			return;
		n = n * 10 + (size_t)(line.at[i] - '0');
	}
	b->claimed = n <= b->max_bytes ? n : SIZE_MAX;
}

/*
 * claimed_end - where the Content-Length leads to: RC_OK *end is where the
 * next message begins; RC_RETRY more octets are needed; RC_NOTFOUND it lies
 */
static enum rc
claimed_end(const struct mbox *b, size_t *end)
{
	size_t have = rest(b).len, at = b->body + b->claimed, next;
	struct slice line;
	int blanks;

	if (at > have)
		return b->is_eof ? RC_NOTFOUND : RC_RETRY;
	for (blanks = 0; blanks < 3; blanks++) {
		if (at == have && !b->is_eof)
			return RC_RETRY;
		*end = at;
		if (at == have)
			return RC_OK;
		if (!line_at(b, at, &line, &next))
			return have - at > MBOX_LINE_MAX ? RC_NOTFOUND
							 : RC_RETRY;
		if (mbox_is_from(line, NULL))
			return RC_OK;
		if (line.len > 0)
			return RC_NOTFOUND;
		at = next;
	}
	return RC_NOTFOUND;
}

/* unquote - one ">" off each ">From ", in place; the new length */
static size_t
unquote(char *s, size_t len)
{
	size_t in = 0, out = 0, i, n;
	const char *lf;

	while (in < len) {
		lf = memchr(s + in, '\n', len - in);
		n = lf ? (size_t)(lf - (s + in)) + 1 : len - in;
		for (i = in; i < in + n && s[i] == '>';)
			i++;
		if (i > in && in + n - i >= 5 &&
		    memcmp(s + i, "From ", 5) == 0) {
			in++;
			n--;
		}
		memmove(s + out, s + in, n);
		in += n;
		out += n;
	}
	return out;
}

/* has_bare - does a body whose length is known hold "From " lines? */
static bool
has_bare(struct slice body)
{
	const char *at = body.at, *end = body.at + body.len;

	while ((at = memmem(at, (size_t)(end - at), "\nFrom ", 6)) != NULL) {
		const char *lf = memchr(at + 1, '\n', (size_t)(end - at - 1));
		struct slice line = { at + 1,
			lf ? (size_t)(lf - at - 1) : (size_t)(end - at - 1) };

		if (mbox_is_from(line, NULL))
			return true;
		at++;
	}
	return false;
}

/* give - the current message ends before `end`; the next begins there */
static enum rc
give(struct mbox *b, size_t end, bool is_measured, struct mbox_message *out)
{
	struct slice all = rest(b), line;
	bool is_big = b->is_skipping || end > b->max_bytes;
	size_t from = 0, len = end, next;
	char *at = b->buffer + b->start;

	*out = (struct mbox_message){ .size_bytes = b->skipped + end };
	if (b->kind == MANY && line_at(b, 0, &line, &next) &&
	    mbox_is_from(line, &out->at))
		from = next;
	if (is_big && len > MBOX_HEAD_BYTES)
		len = MBOX_HEAD_BYTES;
	/* the blank line that mbox puts between messages */
	if (b->kind == MANY && !is_big && b->body > 0 && len > b->body + 1 &&
	    all.at[len - 1] == '\n' &&
	    (all.at[len - 2] == '\n' ||
		memcmp(all.at + len - 3, "\n\r\n", 3) == 0))
		len -= all.at[len - 2] == '\r' ? 2 : 1;
	if (len < from)
		len = from;
	if (is_measured && b->body > 0 && b->body < len)
		b->is_bare = has_bare(
		    (struct slice){ at + b->body - 1, len - b->body + 1 });
	out->size_bytes -= from;
	len -= from;
	if (b->kind == MANY && !b->is_bare)
		len = unquote(at + from, len);
	out->bytes = (struct slice){ at + from, len };
	b->start += end;
	begin(b);
	return is_big ? RC_TOOBIG : RC_OK;
}

/* skip - keep the head of a message that is too big, forget what was seen */
static void
skip(struct mbox *b)
{
	size_t keep = MBOX_HEAD_BYTES, gone;
	char *at = b->buffer + b->start;

	b->is_skipping = true;
	b->body = 1; /* its place is lost: nothing more is read of it */
	b->claimed = SIZE_MAX;
	if (b->seen <= keep)
		return;
	gone = b->seen - keep;
	memmove(at + keep, at + b->seen, b->len - b->start - b->seen);
	b->len -= gone;
	b->seen = keep;
	b->skipped += gone;
}

/* look_at - one line of the current message; true: it is the next one's */
static bool
look_at(struct mbox *b, struct slice line, size_t next)
{
	bool is_from = b->kind != ONE && mbox_is_from(line, NULL);

	if (b->kind == UNKNOWN && line.len > 0)
		b->kind = is_from ? MANY : ONE;
	if (b->kind != MANY)
		return false;
	if (is_from)
		return b->has_begun;
	if (b->body == 0)
		look_at_header(b, line, next);
	return false;
}

/* step - look at the next line; RC_NOTFOUND: the message goes on behind it */
static enum rc
step(struct mbox *b, struct mbox_message *out)
{
	struct slice line;
	size_t next, end;
	bool is_whole;
	enum rc rc;

	if (b->body > 0 && b->claimed != SIZE_MAX) {
		rc = claimed_end(b, &end);
		if (rc == RC_RETRY)
			return rc;
		if (rc == RC_OK)
			return give(b, end, true, out);
		b->claimed = SIZE_MAX;
	}
	is_whole = line_at(b, b->seen, &line, &next);
	if (!is_whole) {
		next = rest(b).len;
		if (next - b->seen <= MBOX_LINE_MAX)
			return RC_RETRY;
	} else if (!b->is_inside && look_at(b, line, next)) {
		return give(b, b->seen, false, out);
	}
	b->has_begun = b->has_begun || b->kind != UNKNOWN;
	b->is_inside = !is_whole;
	b->seen = next;
	if (b->seen > b->max_bytes || b->is_skipping)
		skip(b);
	return RC_NOTFOUND;
}

enum rc
mbox_next(struct mbox *b, struct mbox_message *out)
{
	enum rc rc;

	while (b->seen < rest(b).len) {
		rc = step(b, out);
		if (rc != RC_NOTFOUND)
			return rc;
	}
	if (!b->is_eof)
		return RC_RETRY;
	if (!b->has_begun)
		return RC_NOTFOUND;
	return give(b, b->seen, false, out);
}
