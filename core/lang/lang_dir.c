/*
 * lang_dir.c - where the languages are: files and the folder that holds them
 */
#include "core/core.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/lang/lang_priv.h"

enum rc
lang_slurp(TALLOC_CTX *mem, const char *path, size_t max_bytes,
    struct slice *out, struct err *e)
{
	struct stat st;
	ssize_t got = 0;
	size_t used = 0;
	char *buf;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return err_errno(e, "cannot read '%s'", path);
	if (fstat(fd, &st) != 0 || st.st_size > (off_t)max_bytes) {
		close(fd);
		return err_set(
		    e, RC_TOOBIG, "'%s' is over %zu octets", path, max_bytes);
	}
	buf = talloc_size(mem, (size_t)st.st_size + 1);
	while (buf != NULL && used < (size_t)st.st_size &&
	       (got = read(fd, buf + used, (size_t)st.st_size - used)) > 0)
		used += (size_t)got;
	close(fd);
	if (buf == NULL)
		return err_nomem(e);
	if (got < 0)
		return err_errno(e, "cannot read '%s'", path);
	buf[used] = '\0';
	*out = (struct slice){ buf, used };
	return RC_OK;
}

static enum rc
read_file(struct lang *l, const char *path, struct err *e)
{
	struct slice text = { 0 };
	TALLOC_CTX *mem = talloc_new(NULL);
	const char *base = strrchr(path, '/');
	enum rc rc;

	if (mem == NULL)
		return err_nomem(e);
	rc = lang_slurp(mem, path, LANG_MAX_FILE, &text, e);
	if (rc == RC_OK)
		rc = lang_add_text(l, base ? base + 1 : path, text, e);
	talloc_free(mem);
	return rc;
}

enum rc
lang_add_file(struct lang *l, const char *path, struct err *e)
{
	enum rc rc = read_file(l, path, e);

	return rc == RC_OK ? lang_finish(l, e) : rc;
}

char *
lang_dir(TALLOC_CTX *mem)
{
	const char *dir = getenv("PROMISED_LANGDIR");
	char here[PATH_MAX];
	struct stat st;
	ssize_t n;

	if (dir != NULL && *dir != '\0')
		return talloc_strdup(mem, dir);
	n = readlink("/proc/self/exe", here, sizeof(here) - sizeof("/lang"));
	if (n > 0) {
		here[n] = '\0';
		memcpy(strrchr(here, '/'), "/lang", sizeof("/lang"));
		if (stat(here, &st) == 0 && S_ISDIR(st.st_mode))
			return talloc_strdup(mem, here);
	}
	return talloc_strdup(mem, LANGDIR);
}

/* is_ours - CODE.lang or CODE-*.lang */
static int
is_ours(const struct dirent *d, const char *code)
{
	size_t n = strlen(code), len = strlen(d->d_name);

	return len > n + 4 && strncmp(d->d_name, code, n) == 0 &&
	       (d->d_name[n] == '.' || d->d_name[n] == '-') &&
	       strcmp(d->d_name + len - 5, ".lang") == 0;
}

/* read_folder - the files of one language in a folder; counts them */
static enum rc
read_folder(struct lang *l, const char *folder, int *read, struct err *e)
{
	const char *code = lang_code(l);
	struct dirent **names = NULL;
	enum rc rc = RC_OK;
	char *path;
	int i, n;

	n = scandir(folder, &names, NULL, alphasort);
	if (n < 0)
		return err_errno(e, "cannot read the folder '%s'", folder);
	/* CODE.lang first: its conjugation models serve the other files */
	for (i = 0; i < 2 * n; i++) {
		const struct dirent *d = names[i % n];

		if (rc == RC_OK && is_ours(d, code) &&
		    (d->d_name[strlen(code)] == '.') == (i < n)) {
			path = talloc_asprintf(l, "%s/%s", folder, d->d_name);
			rc =
			    path == NULL ? err_nomem(e) : read_file(l, path, e);
			(*read)++;
		}
	}
	for (i = 0; i < n; i++)
		free(names[i]);
	free(names);
	return rc;
}

const char *
lang_site_dir(void)
{
	const char *dir = getenv("PROMISED_SITE_LANGDIR");

	if (dir != NULL)
		return *dir == '\0' ? NULL : dir;
	return getenv("PROMISED_LANGDIR") != NULL ||
		       access(LANG_SITE_DIR, F_OK) != 0
		   ? NULL
		   : LANG_SITE_DIR;
}

enum rc
lang_open(TALLOC_CTX *mem, const char *dir, const char *code, struct lang **out,
    struct err *e)
{
	const char *site = dir == NULL ? lang_site_dir() : NULL;
	struct lang *l = NULL;
	char *folder;
	int read = 0;
	enum rc rc;

	*out = NULL;
	rc = lang_new(mem, code, &l, e);
	if (rc != RC_OK)
		return rc;
	folder = dir == NULL ? lang_dir(l) : talloc_strdup(l, dir);
	rc = folder == NULL ? err_nomem(e) : read_folder(l, folder, &read, e);
	if (rc == RC_OK && read == 0)
		rc = err_set(
		    e, RC_NOTFOUND, "no file of '%s' in '%s'", code, folder);
	if (rc == RC_OK && site != NULL)
		rc = read_folder(l, site, &read, e);
	if (rc == RC_OK)
		rc = lang_finish(l, e);
	if (rc != RC_OK) {
		talloc_free(l);
		return rc;
	}
	*out = l;
	return RC_OK;
}

/* is_main - CODE.lang, the one file that every language has */
static int
is_main(const struct dirent *d)
{
	const char *dot = strchr(d->d_name, '.');

	return d->d_name[0] != '.' && dot != NULL &&
	       strcmp(dot, ".lang") == 0 &&
	       memchr(d->d_name, '-', (size_t)(dot - d->d_name)) == NULL;
}

enum rc
lang_open_all(TALLOC_CTX *mem, const char *dir, const char *first,
    const struct lang *out[LANG_MAX_OPEN], size_t *count, struct err *e)
{
	struct dirent **names = NULL;
	const char *code;
	char *folder;
	struct lang *l;
	enum rc rc = RC_OK;
	int i, n;

	*count = 0;
	if (first != NULL) {
		rc = lang_open(mem, dir, first, &l, e);
		if (rc != RC_OK)
			return rc;
		out[(*count)++] = l;
	}
	folder = dir == NULL ? lang_dir(mem) : talloc_strdup(mem, dir);
	if (folder == NULL)
		return err_nomem(e);
	n = scandir(folder, &names, is_main, alphasort);
	if (n < 0)
		rc = err_errno(e, "cannot read the folder '%s'", folder);
	else if (n == 0)
		rc = err_set(
		    e, RC_NOTFOUND, "no language in the folder '%s'", folder);
	for (i = 0; i < n; i++) {
		*strchr(names[i]->d_name, '.') = '\0';
		code = names[i]->d_name;
		if (rc == RC_OK &&
		    (first == NULL || strcmp(code, first) != 0) &&
		    *count < LANG_MAX_OPEN) {
			rc = lang_open(mem, dir, code, &l, e);
			if (rc == RC_OK)
				out[(*count)++] = l;
		}
		free(names[i]);
	}
	free(names);
	return rc;
}
