/*
 * find_fuzz.c - any octets as a mail: subject and own words to promises
 *
 * Three octets for flags, zone and moment, a first line for the subject, the
 * rest for the words. What is recorded must be fit to be: a text, a due that
 * can be written and read back, bounds kept; and the same for the same input.
 */
#include "core/core.h"

#include "tests/fuzz/place.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_civil(struct civil c)
{
	char text[CIVIL_TEXT_MAX];
	struct civil back;

	if (!c.is_set)
		return;
	civil_format(c, text);
	assert(civil_parse(text, &back));
	assert(back.day == c.day && back.minute == c.minute);
}

static void
check(const struct promise *p)
{
	assert(p->text != NULL && p->text[0] != '\0');
	assert(strlen(p->text) <= PROMISE_TEXT_MAX);
	assert(
	    p->condition == NULL || strlen(p->condition) <= PROMISE_TEXT_MAX);
	assert(promise_kind_name(p->kind) != NULL);
	assert(p->lang[0] != '\0' && p->why != NULL);
	assert(p->after == NULL || !p->due.is_set);
	assert(!p->from.is_set || (p->due.is_set && p->from.day <= p->due.day));
	check_civil(p->due);
	check_civil(p->from);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct read_result *r, *again;
	struct read_mail m = { .subject = { "", 0 } };
	const struct place *p;
	const char *at, *line;
	struct err e;

	assert(mem != NULL);
	if (size < 3)
		goto out;
	p = place_of(data[1], data[2]);
	at = (const char *)data + 3;
	size -= 3;
	line = memchr(at, '\n', size);
	m.subject = (struct slice){ at, line ? (size_t)(line - at) : size };
	m.words.at = line ? line + 1 : at + size;
	m.words.len = size - (size_t)(m.words.at - at);
	m.is_automatic = (data[0] & 3) == 3;
	m.is_reply = data[0] & 4;
	if (read_promises(mem, p->langs, &m, &p->ref, &r, &e) != RC_OK)
		goto out;
	assert(r->count <= READ_MAX_PROMISES);
	for (size_t i = 0; i < r->count; i++)
		check(&r->promises[i]);
	if (!(data[0] & 8))
		goto out;
	assert(read_promises(mem, p->langs, &m, &p->ref, &again, &e) == RC_OK);
	assert(again->count == r->count);
	for (size_t i = 0; i < r->count; i++)
		assert(strcmp(r->promises[i].why, again->promises[i].why) == 0);
out:
	talloc_free(mem);
	return 0;
}
