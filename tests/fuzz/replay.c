/*
 * replay.c - plays inputs on a fuzz target, without libFuzzer
 *
 * With no argument every file of tests/fuzz/CORPUS, as one TAP line each: what
 * seeds the fuzzer, and whatever it once found. Else the files named. The
 * processor time is bounded, so that what never ends fails instead of waiting.
 */
#include "core/core.h"

#include <dirent.h>
#include <sys/resource.h>

#define MAX_BYTES (1u << 20)
#define MAX_CPU_S 300

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
play(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data, *read;
	size_t n;

	if (f == NULL) {
		perror(path);
		return false;
	}
	read = malloc(MAX_BYTES);
	assert(read != NULL);
	n = fread(read, 1, MAX_BYTES, f);
	(void)fclose(f);
	/* of its very size, so that reading past the end is seen */
	data = malloc(n > 0 ? n : 1);
	assert(data != NULL);
	memcpy(data, read, n);
	free(read);
	(void)LLVMFuzzerTestOneInput(data, n);
	free(data);
	return true;
}

static int
is_visible(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

int
main(int argc, char **argv)
{
	struct rlimit cpu = { MAX_CPU_S, MAX_CPU_S };
	const char *src = getenv("srcdir");
	char dir[PATH_MAX], path[PATH_MAX + 256];
	struct dirent **names;
	int i, n;

	(void)setrlimit(RLIMIT_CPU, &cpu);
	for (i = 1; i < argc; i++)
		if (!play(argv[i]))
			return 1;
	if (argc > 1)
		return 0;
	(void)snprintf(
	    dir, sizeof(dir), "%s/tests/fuzz/" CORPUS, src != NULL ? src : ".");
	n = scandir(dir, &names, is_visible, alphasort);
	if (n <= 0) {
		printf("1..1\nnot ok 1 - inputs in %s\n", dir);
		return 1;
	}
	printf("1..%d\n", n);
	for (i = 0; i < n; i++) {
		(void)snprintf(
		    path, sizeof(path), "%s/%s", dir, names[i]->d_name);
		/* who reads the log of a crash sees the file it came from */
		printf("# %s\n", names[i]->d_name);
		(void)fflush(stdout);
		printf("%sok %d - " CORPUS "/%s\n", play(path) ? "" : "not ",
		    i + 1, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	return 0;
}
