/*
 * stock.h - rendered components, kept deflated and ready to be sent
 *
 * Components stand in the order of their promises' numbers, some dozens to a
 * piece. A piece is deflated by itself and ends on an octet (Z_FULL_FLUSH), so
 * that pieces one behind the other are one raw deflate stream (RFC 1951), and
 * a gzip body is a head, pieces and the combined CRC (RFC 1952). A change
 * inflates, changes and deflates one piece, however long the calendar is; the
 * plain text is never kept.
 */
#ifndef CAL_FEED_STOCK_H
#define CAL_FEED_STOCK_H

#include "core/core.h"

#define STOCK_FULL  64  /* components of a piece, when they come in order */
#define STOCK_SPLIT 128 /* a piece of so many becomes two */
#define STOCK_THIN  16  /* one of so few joins its neighbour */

/* deflated text; shared, never changed */
struct stock_piece {
	int holders;
	uint32_t crc; /* of the plain text, as are digest and len */
	size_t len, deflated_len;
	uint8_t deflated[];
};

/* stock_piece_new - one text; the caller holds it. NULL: no memory */
struct stock_piece *stock_piece_new(struct slice text);
struct stock_piece *stock_piece_hold(struct stock_piece *p);
void stock_piece_drop(struct stock_piece *p); /* NULL is accepted */

struct stock;

/* stock_new - empty; owned by mem, talloc_free() ends it */
struct stock *stock_new(TALLOC_CTX *mem);

/* stock_put - the component of a number, new or changed; an empty text takes
 * it out. RC_INTERNAL: zlib, memory; the stock is of no use then */
enum rc stock_put(
    struct stock *s, int64_t id, struct slice text, struct err *e) must_check;

/* stock_seal - deflate what is not yet; before the two below */
enum rc stock_seal(struct stock *s, struct err *e) must_check;
size_t stock_pieces(const struct stock *s);
struct stock_piece *stock_piece(const struct stock *s, size_t i);

/* stock_each - number, length and CRC of every component, in order: the same
 * however they are cut into pieces */
typedef void (*stock_each_fn)(int64_t id, size_t len, uint32_t crc, void *arg);
void stock_each(const struct stock *s, stock_each_fn visit, void *arg);

#endif
