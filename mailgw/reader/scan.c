/*
 * scan.c - promise scan: what would be recorded of a file
 */
#include "core/core.h"

#include <getopt.h>

#include "mailgw/message/buf.h"
#include "mailgw/reader/parser.h"

#include <fcntl.h>
#include <sys/stat.h>

struct scan {
	struct parser *parser;
	bool words;
};

static enum rc
read_all(const char *path, struct buf *out, struct err *e)
{
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	ssize_t n;
	enum rc rc = RC_OK;

	if (fd < 0)
		return err_errno(e, "%s", path);
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		rc = err_set(e, RC_BADINPUT,
		    "%s: is a folder; name the messages in it", path);
		goto out;
	}
	while (buf_grow(out, 1u << 16)) {
		n = read(fd, out->at + out->len, 1u << 16);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			rc = err_errno(e, "%s", path);
		if (n <= 0)
			break;
		out->len += (size_t)n;
	}
	if (out->failed)
		rc = err_nomem(e);
out:
	if (!is_stdin)
		(void)close(fd);
	return rc;
}

static enum rc
scan_file(struct scan *s, const char *path, struct err *e)
{
	TALLOC_CTX *mem = talloc_new(s);
	struct buf bytes = { .mem = mem };
	struct message *m;
	enum rc rc;

	rc = read_all(path, &bytes, e);
	if (rc == RC_OK) {
		rc = parser_read(s->parser, mem, buf_slice(&bytes), 0, &m, e);
		if (rc != RC_OK)
			(void)err_context(e, "%s", path);
	}
	if (rc == RC_OK && s->words) {
		printf("=== %s\n%s\n", path, m->words);
		if (m->fault)
			fprintf(stderr, "%s: %s\n", path, m->fault);
	}
	talloc_free(mem);
	return rc;
}

int
main(int argc, char **argv)
{
	struct scan *s = talloc_zero(NULL, struct scan);
	struct err e;
	int i, status = 0;

	s->words = true;
	if (parser_new(s, NULL, 0, &s->parser, &e) != RC_OK)
		return 1;
	for (i = 2; i < argc; i++)
		if (scan_file(s, argv[i], &e) != RC_OK) {
			fprintf(stderr, "promise scan: %s\n", e.text);
			status = 1;
		}
	talloc_free(s);
	return status;
}
