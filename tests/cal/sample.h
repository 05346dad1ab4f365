/* sample.h - promises made by hand, for the tests of cal */
#ifndef TESTS_CAL_SAMPLE_H
#define TESTS_CAL_SAMPLE_H

#include "core/promise/promise.h"

#define SAMPLE_UUID "6f1c1c9e-0000-4000-8000-000000000001"

/* sample_civil - a civil time, asserted to be one */
struct civil sample_civil(const char *text);

/* sample_at - UTC seconds of a civil time in Paris */
int64_t sample_at(const char *text);

/* sample_calendar - Monday to Friday, 9 to 18, French holidays */
struct calendar *sample_calendar(TALLOC_CTX *mem);

/* sample_promise - an open promise in French of Thursday 2026-11-19 09:12,
 * due then; due "" is undated */
struct promise *sample_promise(TALLOC_CTX *mem, int64_t id, const char *due);

/* sample_due - set due and due_at as the ledger does */
void sample_due(struct promise *p, const char *due);

/* sample_copy - a promise like *p in memory of its own */
struct promise *sample_copy(TALLOC_CTX *mem, const struct promise *p);

#endif
