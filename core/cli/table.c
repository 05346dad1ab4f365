/*
 * table.c - rows for people
 *
 * Cells are cleaned as they come in. Widths are found when all rows are known;
 * where they do not fit, the widest column that may be cut loses one column
 * after another, so that long texts give way before short ones.
 */
#include "core/core.h"

#include <utf8proc.h>

#include "core/cli/table.h"

struct row {
	char *cells[TABLE_MAX_COLUMNS];
	enum table_colour colour;
};

struct table {
	const struct table_column *columns;
	size_t column_count;
	struct row *rows;
	size_t count, room;
	int indent;
};

/* is_hidden - a character that must not reach a terminal as it is */
static bool
is_hidden(utf8proc_int32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 ||
	       c == 0x2029 || c == 0x200e || c == 0x200f || c == 0x061c ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
	       c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) ||
	       (c >= 0xe0000 && c <= 0xe007f);
}

/* next - one character of UTF-8; broken octets are U+FFFD, one by one */
static utf8proc_int32_t
next(const char **text)
{
	utf8proc_int32_t c;
	utf8proc_ssize_t n;

	n = utf8proc_iterate((const utf8proc_uint8_t *)*text, -1, &c);
	if (n <= 0) {
		(*text)++;
		return 0xfffd;
	}
	*text += n;
	return c;
}

char *
table_clean(TALLOC_CTX *mem, const char *text)
{
	/* the longest replacement, U+FFFD, is three octets */
	char *out = talloc_array(mem, char, strlen(text) * 3 + 1);
	utf8proc_int32_t c;
	size_t len = 0;

	if (out == NULL)
		return NULL;
	while (*text != '\0') {
		c = next(&text);
		if (c == '\t' || c == '\n' || c == '\r' || c == 0x2028 ||
		    c == 0x2029)
			c = ' ';
		else if (is_hidden(c))
			c = 0xfffd;
		len += (size_t)utf8proc_encode_char(
		    c, (utf8proc_uint8_t *)out + len);
	}
	out[len] = '\0';
	return out;
}

int
table_width(const char *text)
{
	int width = 0;

	while (*text != '\0')
		width += utf8proc_charwidth(next(&text));
	return width;
}

struct table *
table_new(TALLOC_CTX *mem, const struct table_column *columns, size_t count)
{
	struct table *t = talloc_zero(mem, struct table);

	assert(count <= TABLE_MAX_COLUMNS);
	if (t != NULL) {
		t->columns = columns;
		t->column_count = count;
	}
	return t;
}

void
table_row(struct table *t, const char *const *cells, enum table_colour colour)
{
	struct row *rows;
	size_t i;

	if (t->count == t->room) {
		t->room = t->room ? t->room * 2 : 32;
		rows = talloc_realloc(t, t->rows, struct row, t->room);
		assert(rows != NULL);
		t->rows = rows;
	}
	t->rows[t->count].colour = colour;
	for (i = 0; i < t->column_count; i++)
		t->rows[t->count].cells[i] =
		    table_clean(t, cells[i] ? cells[i] : "");
	t->count++;
}

void
table_indent(struct table *t, int columns)
{
	t->indent = columns;
}

size_t
table_count(const struct table *t)
{
	return t->count;
}

/* widest - the column to lose one more, or column_count */
static size_t
widest(const struct table *t, const int *widths)
{
	size_t found = t->column_count, i;
	int most = 0, size;

	for (i = 0; i < t->column_count; i++) {
		if (t->columns[i].floor == 0 ||
		    widths[i] <= t->columns[i].floor)
			continue;
		size = t->columns[i].is_main ? widths[i] : widths[i] * 2;
		if (size > most) {
			most = size;
			found = i;
		}
	}
	return found;
}

/* spare - a column to leave out, or column_count */
static size_t
spare(const struct table *t, const int *widths)
{
	size_t i;

	for (i = 0; i < t->column_count; i++)
		if (t->columns[i].is_spare && widths[i] > 0)
			break;
	return i;
}

/* fit - the width of each column, 0 for one that is left out */
static void
fit(const struct table *t, int limit, int *widths)
{
	int total = t->indent + (int)(t->column_count - 1) * TABLE_GAP, w;
	int natural[TABLE_MAX_COLUMNS];
	size_t i, r;

	for (i = 0; i < t->column_count; i++) {
		widths[i] = table_width(t->columns[i].head);
		for (r = 0; r < t->count; r++) {
			w = table_width(t->rows[r].cells[i]);
			if (w > widths[i])
				widths[i] = w;
		}
		natural[i] = widths[i];
		total += widths[i];
	}
	while (limit > 0 && total > limit) {
		i = widest(t, widths);
		if (i < t->column_count) {
			widths[i]--;
			total--;
			continue;
		}
		i = spare(t, widths);
		if (i == t->column_count)
			break;
		total -= widths[i] + TABLE_GAP;
		widths[i] = 0;
	}
	for (i = 0; i < t->column_count; i++)
		for (; t->columns[i].is_main && widths[i] < natural[i] &&
		       total < limit;
		     total++)
			widths[i]++;
}

/* put_cell - cut or filled up to width; is_last: not filled */
static void
put_cell(FILE *out, const char *text, int width, bool is_number, bool is_last)
{
	int have = table_width(text), used = 0, w;
	const char *at = text, *before;

	if (have > width) {
		/* what fits beside the ellipsis, with its combining marks */
		while (*at != '\0') {
			before = at;
			w = utf8proc_charwidth(next(&at));
			if (used + w > width - 1) {
				at = before;
				break;
			}
			used += w;
		}
		(void)fprintf(out, "%.*s…", (int)(at - text), text);
		have = used + 1;
	} else if (is_number) {
		(void)fprintf(out, "%*s%s", width - have, "", text);
		return;
	} else {
		(void)fputs(text, out);
	}
	if (!is_last)
		(void)fprintf(out, "%*s", width - have, "");
}

/* put_row - one line, no blanks at its end */
static void
put_row(const struct table *t, FILE *out, const int *widths,
    const char *const *cells, const char *before, const char *after)
{
	size_t count = t->column_count, i;

	while (count > 1 && *cells[count - 1] == '\0')
		count--;
	(void)fprintf(out, "%*s%s", t->indent, "", before);
	for (i = 0; i < count; i++) {
		if (i > 0 && widths[i] > 0)
			(void)fprintf(out, "%*s", TABLE_GAP, "");
		if (widths[i] > 0)
			put_cell(out, cells[i], widths[i],
			    t->columns[i].is_number, i + 1 == count);
	}
	(void)fprintf(out, "%s\n", after);
}

/* has_heads - any of the columns has one */
static bool
has_heads(const struct table *t)
{
	size_t i;

	for (i = 0; i < t->column_count; i++)
		if (*t->columns[i].head != '\0')
			return true;
	return false;
}

void
table_print(const struct table *t, FILE *out, int width, bool has_colour)
{
	static const char *const colours[] = {
		[TABLE_PLAIN] = "",
		[TABLE_LATE] = "\033[31m",
		[TABLE_SOON] = "\033[33m",
		[TABLE_DIM] = "\033[2m",
	};
	const char *heads[TABLE_MAX_COLUMNS];
	int widths[TABLE_MAX_COLUMNS];
	const char *before;
	size_t i, r;

	if (t->count == 0)
		return;
	fit(t, width, widths);
	for (i = 0; i < t->column_count; i++)
		heads[i] = t->columns[i].head;
	if (has_heads(t))
		put_row(t, out, widths, heads, has_colour ? "\033[1m" : "",
		    has_colour ? "\033[0m" : "");
	for (r = 0; r < t->count; r++) {
		for (i = 0; i < t->column_count; i++)
			heads[i] = t->rows[r].cells[i];
		before = has_colour ? colours[t->rows[r].colour] : "";
		put_row(t, out, widths, heads, before,
		    *before != '\0' ? "\033[0m" : "");
	}
}
