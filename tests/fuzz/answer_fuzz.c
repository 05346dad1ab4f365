/*
 * answer_fuzz.c - any octets as an answer to a reminder: a line of words, or
 * what a calendar program sent
 *
 * The first octet chooses. A number and an act that are understood come with
 * what they need; a value that is kept is a text.
 */
#include "core/core.h"

#include "cal/reply/itip.h"
#include "cal/reply/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
calendar(TALLOC_CTX *mem, struct slice in)
{
	struct itip out;
	struct err e;

	if (itip_read(mem, in, "helene@acme.example", &out, &e) != RC_OK)
		return;
	assert(strlen(out.uid) < sizeof(out.uid));
	assert(out.sequence >= -1 && out.stamp_at >= 0);
	assert(out.part <= ITIP_TENTATIVE);
}

static void
words(TALLOC_CTX *mem, struct slice in)
{
	static struct reply_langs langs;
	static TALLOC_CTX *kept;
	struct reply_line out;
	struct err e;
	enum rc rc;

	if (kept == NULL) {
		kept = talloc_new(NULL);
		rc = lang_open_all(
		    kept, NULL, NULL, langs.langs, &langs.count, &e);
		assert(rc == RC_OK && langs.count > 0);
	}
	rc = reply_line(mem, &langs, in, &out, &e);
	assert(rc == RC_OK && out.number >= 0);
	assert(out.act != REPLY_HAND || strchr(out.rest, '@') != NULL);
	assert(out.act != REPLY_MOVED || out.rest != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct slice in;

	assert(mem != NULL);
	if (size > 0) {
		in = (struct slice){ (const char *)data + 1, size - 1 };
		(data[0] == 'c' ? calendar : words)(mem, in);
	}
	talloc_free(mem);
	return 0;
}
