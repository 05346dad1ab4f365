/*
 * scan.c - promise scan: what would be recorded of messages in files
 *
 * Reads the way promised-reader does, parser child included, and writes to no
 * ledger. Recipients are those of the headers.
 */
#include "core/core.h"

#include <fcntl.h>
#include <getopt.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "mailgw/message/buf.h"
#include "mailgw/reader/parser.h"
#include "mailgw/reader/scan_print.h"
#include "mailgw/reader/understand.h"

#define READ_STEP     (1U << 16)
#define OVERRIDES_MAX 64
#define EXIT_USAGE    2

struct scan {
	struct settings *settings;
	struct understand *understand;
	struct parser *parser;
	struct scan_look look;
	const char *zone, *file;
	bool is_verbose, is_words;
};

static int
usage(void)
{
	(void)fputs("usage: promise scan [-v] [--json] [--explain] [--words] "
		    "[--zone ZONE] [-c FILE]\n"
		    "                    [-o name=value] FILE... (or - for "
		    "standard input)\n",
	    stderr);
	return EXIT_USAGE;
}

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
	while (buf_grow(out, READ_STEP)) {
		n = read(fd, out->at + out->len, READ_STEP);
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
	if (rc == RC_OK && out->len == 0)
		rc = err_set(e, RC_BADINPUT, "%s: is empty", path);
out:
	if (!is_stdin)
		(void)close(fd);
	return rc;
}

/* scan_file - one message; notes on stderr with -v */
static enum rc
scan_file(struct scan *s, const char *path, struct err *e)
{
	TALLOC_CTX *mem = talloc_new(s);
	struct understand_from from = { .mail_from = NULL };
	struct buf bytes = { .mem = mem };
	struct understood *o = NULL;
	struct message *m = NULL;
	struct timespec now;
	enum rc rc;

	rc = read_all(path, &bytes, e);
	if (rc != RC_OK)
		goto out;
	rc = parser_read(s->parser, mem, buf_slice(&bytes), 0, &m, e);
	if (rc == RC_OK && s->is_words) {
		scan_print_words(&s->look, path, m);
		goto out;
	}
	/* a message without a date was sent now */
	(void)clock_gettime(CLOCK_REALTIME, &now);
	from.received_at = now.tv_sec;
	if (rc == RC_OK)
		rc = understand_mail(s->understand, mem, m, &from, &o, e);
	if (rc != RC_OK) {
		(void)err_context(e, "%s", path);
		goto out;
	}
	if (m->fault != NULL)
		(void)fprintf(stderr, "promise scan: %s: read in part: %s\n",
		    path, m->fault);
	if (s->is_verbose && o->why != UNDERSTAND_READ)
		(void)fprintf(stderr,
		    "promise scan: %s: nothing is recorded: "
		    "%s\n",
		    path, understand_why_name(o->why));
	rc = scan_print(&s->look, path, m, o, e);
out:
	talloc_free(mem);
	return rc;
}

/* options - false: wrong usage */
static bool
options(struct scan *s, int argc, char **argv, const char **overrides)
{
	enum { JSON = 256, EXPLAIN, WORDS, ZONE };
	static const struct option names[] = {
		{ "json", no_argument, NULL, JSON },
		{ "explain", no_argument, NULL, EXPLAIN },
		{ "words", no_argument, NULL, WORDS },
		{ "zone", required_argument, NULL, ZONE },
		{ "verbose", no_argument, NULL, 'v' },
		{ NULL, 0, NULL, 0 },
	};
	size_t n = 0;
	int opt;

	while ((opt = getopt_long(argc, argv, "c:o:v", names, NULL)) != -1) {
		switch (opt) {
		case JSON:
			s->look.is_json = true;
			break;
		case EXPLAIN:
			s->look.is_explained = true;
			break;
		case WORDS:
			s->is_words = true;
			break;
		case ZONE:
			s->zone = optarg;
			break;
		case 'c':
			s->file = optarg;
			break;
		case 'o':
			if (n >= OVERRIDES_MAX)
				return false;
			overrides[n++] = optarg;
			break;
		case 'v':
			s->is_verbose = true;
			break;
		default:
			return false;
		}
	}
	return optind < argc;
}

int
main(int argc, char **argv)
{
	const char *overrides[OVERRIDES_MAX + 1] = { NULL };
	struct scan *s = talloc_zero(NULL, struct scan);
	struct err e = { .rc = RC_OK };
	int i, status = 0;
	enum rc rc;

	assert(s != NULL);
	if (!options(s, argc, argv, overrides)) {
		talloc_free(s);
		return usage();
	}
	rc = settings_read(s, s->file, overrides, &s->settings, &e);
	if (rc == RC_OK && !s->is_words)
		rc =
		    understand_new(s, s->settings, s->zone, &s->understand, &e);
	if (rc == RC_OK)
		rc = parser_new(s, NULL, 0, &s->parser, &e);
	if (rc == RC_OK)
		rc = parser_start(s->parser, &e);
	if (rc != RC_OK) {
		(void)fprintf(stderr, "promise scan: %s\n", e.text);
		talloc_free(s);
		return rc == RC_BADINPUT ? EXIT_USAGE : 1;
	}
	scan_look(&s->look, argc - optind);
	for (i = optind; i < argc; i++)
		if (scan_file(s, argv[i], &e) != RC_OK) {
			(void)fprintf(stderr, "promise scan: %s\n", e.text);
			status = 1;
		}
	if (fflush(stdout) != 0 || ferror(stdout))
		status = 1;
	talloc_free(s);
	return status;
}
