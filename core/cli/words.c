/*
 * words.c - the command's own words, in English or French
 */
#include "core/cli/cli.h"

static const char *const words[CLI_WORD_COUNT][2] = {
#define WORD(id, en, fr) [id] = { [CLI_EN] = en, [CLI_FR] = fr },
#include "core/cli/words.def"
#undef WORD
};

const char *
cli_word(const struct cli *c, enum cli_word w)
{
	assert(w < CLI_WORD_COUNT);
	return words[w][c->lang];
}

char *
cli_say(TALLOC_CTX *mem, const struct cli *c, enum cli_word w,
    const char *const *args)
{
	const char *s = cli_word(c, w), *brace;
	char *out = talloc_strdup(mem, "");
	size_t n, count = 0;

	while (args[count] != NULL)
		count++;
	while ((brace = strchr(s, '{')) != NULL) {
		n = (size_t)(brace[1] - '0');
		assert(n < count && brace[2] == '}');
		out = talloc_asprintf_append(
		    out, "%.*s%s", (int)(brace - s), s, args[n]);
		s = brace + 3;
	}
	return talloc_asprintf_append(out, "%s", s);
}

char *
cli_count(TALLOC_CTX *mem, const struct cli *c, int64_t n, enum cli_word one,
    enum cli_word many)
{
	bool is_one = n == 1 || (c->lang == CLI_FR && n == 0);
	char number[24];

	(void)snprintf(number, sizeof(number), "%" PRId64, n);
	return cli_say(mem, c, is_one ? one : many, CLI_ARGS(number));
}

enum cli_lang
cli_lang_of_locale(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	const char *value;
	size_t i;

	for (i = 0; i < ARRAY_LEN(names); i++) {
		value = getenv(names[i]);
		if (value != NULL && *value != '\0')
			return strncmp(value, "fr", 2) == 0 ? CLI_FR : CLI_EN;
	}
	return CLI_EN;
}
