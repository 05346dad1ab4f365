/*
 * own_test.c - the author's own words of whole mails
 *
 * Each own/NAME.eml must give own/NAME.txt: by libetpan and libxml2, and with
 * LF alone at the ends of lines.
 */
#include "core/core.h"

#include <dirent.h>

#include "mailgw/message/buf.h"
#include "mailgw/message/message.h"

static bool
slurp(TALLOC_CTX *mem, const char *path, struct slice *out)
{
	FILE *f = fopen(path, "rb");
	struct buf b = { .mem = mem };
	char room[4096];
	size_t n;

	if (f == NULL)
		return false;
	while ((n = fread(room, 1, sizeof(room), f)) > 0)
		buf_put(&b, room, n);
	(void)fclose(f);
	*out = buf_slice(&b);
	return true;
}

/* without_cr - the same message with bare line feeds */
static struct slice
without_cr(TALLOC_CTX *mem, struct slice s)
{
	struct buf b = { .mem = mem };
	size_t i;

	for (i = 0; i < s.len; i++)
		if (s.at[i] != '\r')
			buf_putc(&b, s.at[i]);
	return buf_slice(&b);
}

/* comment - each line behind "# " */
static void
comment(const char *title, struct slice s)
{
	size_t i;

	printf("# %s\n#   ", title);
	for (i = 0; i < s.len; i++) {
		(void)putchar(s.at[i]);
		if (s.at[i] == '\n')
			(void)fputs("#   ", stdout);
	}
	(void)putchar('\n');
}

static void
check(int number, const char *dir, const char *name)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	char *path = talloc_asprintf(mem, "%s/%s", dir, name);
	struct slice mail, want, got[2];
	struct message *m;
	struct err e = { .rc = RC_OK };
	size_t i;
	bool ok = slurp(mem, path, &mail);

	memcpy(path + strlen(path) - 3, "txt", 3);
	ok = ok && slurp(mem, path, &want);
	for (i = 0; ok && i < 2; i++) {
		ok = message_read(mem, i ? without_cr(mem, mail) : mail, false,
			 &m, &e) == RC_OK;
		got[i] = slice_of(ok ? m->words : e.text);
		ok = ok && got[i].len == want.len &&
		     memcmp(got[i].at, want.at, want.len) == 0;
	}
	printf("%sok %d - %s\n", ok ? "" : "not ", number, name);
	if (!ok && i > 0) {
		comment("wanted", want);
		comment(i == 2 ? "got without CR" : "got", got[i - 1]);
	}
	talloc_free(mem);
}

static int
is_mail(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 4 && strcmp(d->d_name + n - 4, ".eml") == 0;
}

int
main(void)
{
	const char *srcdir = getenv("srcdir");
	char *dir =
	    talloc_asprintf(NULL, "%s/tests/mailgw/own", srcdir ? srcdir : ".");
	struct dirent **names = NULL;
	int n = scandir(dir, &names, is_mail, alphasort), i;

	if (n <= 0) {
		printf("1..1\nnot ok 1 - no mails in %s\n", dir);
		return 1;
	}
	printf("1..%d\n", n);
	for (i = 0; i < n; i++) {
		check(i + 1, dir, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	talloc_free(dir);
	return 0;
}
