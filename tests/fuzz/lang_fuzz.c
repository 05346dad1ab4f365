/*
 * lang_fuzz.c - any octets as a language file, and as a text it is used on
 *
 * Up to a form feed the file, behind it the text; without one the file is its
 * own text. What is refused is refused with file and line.
 */
#include "core/core.h"

#include "core/lang/lang.h"

#define WORDS_MAX 300

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
say(void *arg, const char *line)
{
	(void)arg;
	assert(strncmp(line, "fuzz", 4) == 0);
}

/* use - look the words up and run every rule over them */
static void
use(TALLOC_CTX *mem, const struct lang *l, struct slice words)
{
	const char *const groups[] = { "when", "find", "r" };
	size_t count, i;
	struct lang_text *lt;
	struct lang_match *m;
	struct text *t;
	struct err e;

	if (text_new(mem, words, &t, &e) != RC_OK ||
	    lang_read(mem, l, t, &lt, &e) != RC_OK)
		return;
	for (i = 0; i < ARRAY_LEN(groups) * 2; i++) {
		if (lang_find(mem, lt, groups[i / 2], 0, (uint32_t)t->count,
			i % 2 ? LANG_ALL : LANG_LONGEST, &m, &count,
			&e) != RC_OK)
			continue;
		for (size_t k = 0; k < count; k++) {
			const char *key, *text;
			int32_t value;
			bool is_there;
			size_t n = 0;

			assert(m[k].first + m[k].count <= t->count);
			assert(lang_rule_name(m[k].rule) != NULL);
			while (
			    lang_sets(&m[k], n, &key, &value, &text, &is_there))
				n++;
			assert(n <= LANG_MAX_SETS);
		}
	}
	for (uint32_t at = 0; at < t->count; at++) {
		const struct lang_reading *r;
		size_t n = 0;

		while ((r = lang_reading_at(lt, at, &n)) != NULL)
			assert(at + r->tokens <= t->count && r->lemma != NULL);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct slice file = { (const char *)data, size }, words = file;
	const char *cut = size > 0 ? memchr(data, '\f', size) : NULL;
	size_t failed, run;
	struct lang *l;
	struct err e;
	enum rc rc;

	assert(mem != NULL);
	if (cut != NULL) {
		file.len = (size_t)(cut - file.at);
		words.at = cut + 1;
		words.len = size - file.len - 1;
	}
	/* rules may spend their budget at every token: files matter more */
	if (words.len > WORDS_MAX)
		words.len = WORDS_MAX;
	rc = lang_new(mem, "xx", &l, &e);
	if (rc == RC_OK)
		rc = lang_add_text(l, "fuzz", file, &e);
	if (rc == RC_OK)
		rc = lang_finish(l, &e);
	if (rc == RC_OK) {
		use(mem, l, words);
		rc = lang_check(l, say, NULL, &failed, &run, &e);
		assert(rc != RC_OK || failed <= run);
	} else {
		assert(rc != RC_BADINPUT || strncmp(e.text, "fuzz", 4) == 0);
	}
	talloc_free(mem);
	return 0;
}
