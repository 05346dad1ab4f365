/*
 * place.h - where and when the mails of a fuzz target are written
 *
 * Two octets of the input choose; the languages are opened once and stay.
 */
#ifndef TESTS_FUZZ_PLACE_H
#define TESTS_FUZZ_PLACE_H

#include "core/core.h"

#include "core/read/read.h"

struct place {
	struct read_langs *langs;
	struct when_ref ref;
};

/* place_of - the same two octets, the same place; borrowed until the next */
const struct place *place_of(uint8_t zone, uint8_t when);

#endif
