/*
 * table.h - rows for people: aligned by what a terminal shows
 *
 * Width is counted in columns of the terminal, not in octets: accents and
 * combining marks align, wide characters take two. Control characters, escape
 * sequences and marks that turn the direction of writing never get out.
 */
#ifndef CORE_CLI_TABLE_H
#define CORE_CLI_TABLE_H

#include "core/core.h"

#define TABLE_MAX_COLUMNS 10
#define TABLE_GAP         2 /* between two columns */

enum table_colour { TABLE_PLAIN, TABLE_LATE, TABLE_SOON, TABLE_DIM };

struct table_column {
	const char *head; /* borrowed */
	int floor;        /* may be cut down to this width; 0: never cut */
	bool is_number;   /* aligned at its right end */
	bool is_main;     /* keeps twice the room of the others */
	bool is_spare;    /* left out where even the floors do not fit */
};

struct table;

/* table_new - owned by mem; columns are borrowed while it lives */
struct table *table_new(
    TALLOC_CTX *mem, const struct table_column *columns, size_t count);

/* table_row - one cell a column, copied; NULL is an empty cell */
void table_row(
    struct table *t, const char *const *cells, enum table_colour colour);

/* table_indent - blanks before each line */
void table_indent(struct table *t, int columns);

size_t table_count(const struct table *t);

/*
 * table_print - heads (where there are any), then rows; nothing for no row
 *
 * width  columns of the terminal; 0: no limit, nothing is cut
 */
void table_print(const struct table *t, FILE *out, int width, bool has_colour);

/* table_clean - a copy of hostile text that is safe to show: one line, no
 * control characters; owned by mem */
char *table_clean(TALLOC_CTX *mem, const char *text);

/* table_width - columns that clean text takes */
int table_width(const char *text);

#endif
