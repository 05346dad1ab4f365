/*
 * text_fuzz.c - any octets as a text: its tokens, its sentences, its clauses
 *
 * The first octet says what the mail is. Tokens stand in the order of the
 * text and within it; clauses stand in their sentence, and sentences in the
 * order of the text.
 */
#include "core/core.h"

#include "core/read/read_priv.h"
#include "tests/fuzz/place.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_tokens(TALLOC_CTX *mem, const struct text *t)
{
	size_t at = 0, end;
	char *fold, *bare, *whole;
	struct err e;

	for (size_t i = 0; i < t->count; i++) {
		const struct text_token *k = &t->tokens[i];
		struct slice s = { t->original.at + k->at, k->len };

		end = (size_t)k->at + k->len;
		/* one character may fold to several tokens: they share it */
		assert(k->len > 0 && k->at >= at && end <= t->original.len);
		at = k->at;
		assert(k->fold != NULL && k->fold[0] != '\0');
		assert(k->hash == text_hash(k->fold));
		assert(!k->starts_unit || i == 0 || k->starts_line ||
		       t->tokens[i - 1].is_marker);
		if (i % 7 != 0 || text_fold(mem, s, &fold, &bare, &e) != RC_OK)
			continue;
		assert(bare == NULL || strcmp(fold, bare) != 0);
		whole = text_squeeze(mem, t, k->at, t->original.len - k->at);
		assert(whole != NULL && whole[0] != ' ');
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct read_mail m = { .subject = { "", 0 } };
	const struct place *p = place_of(0, 0);
	struct when_scan *times;
	struct find_result *r;
	struct text *t;
	struct err e;
	uint32_t from = 0, sentence = 0;
	bool subject;

	assert(mem != NULL);
	if (size < 1)
		goto out;
	m.is_automatic = data[0] & 1;
	m.is_reply = data[0] & 2;
	subject = data[0] & 4;
	m.words = (struct slice){ (const char *)data + 1, size - 1 };
	m.subject = m.words;
	if (read_find(mem, p->langs, &m, &p->ref, subject, NULL, NULL, &t,
		&times, &r, &e) != RC_OK)
		goto out;
	check_tokens(mem, t);
	for (size_t i = 0; i < r->count; i++) {
		const struct find_clause *c = &r->clauses[i];

		assert(c->from < c->to && c->to <= t->count);
		assert(c->first >= c->from && c->first < c->end);
		assert(c->end <= c->to);
		assert(i == 0 || (c->from >= from && c->sentence >= sentence));
		assert(c->condition <= c->condition_end);
		assert(c->condition_end <= t->count);
		assert(c->time == FIND_NO_TIME || c->time < times->count);
		assert(c->hour == FIND_NO_TIME || c->hour < times->count);
		assert(c->day == FIND_NO_TIME || c->day < times->count);
		assert(c->start == FIND_NO_TIME || c->start < times->count);
		assert(c->aside <= c->aside_end && c->aside_end <= c->to);
		assert(c->is_promise == (c->why != NULL));
		from = c->from;
		sentence = c->sentence;
	}
out:
	talloc_free(mem);
	return 0;
}
