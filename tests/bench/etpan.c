/*
 * etpan.c - libetpan alone over the mails named, the yardstick of bench/scan
 *
 * Parses each mail and decodes the transfer encoding of every leaf, which is
 * what any reader that stands on libetpan has to pay.
 */
#include "core/core.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <libetpan/libetpan.h>

static size_t decoded_bytes, leaves;

static void
leaf(struct mailmime *m)
{
	struct mailmime_data *d = m->mm_data.mm_single;
	char *text = NULL;
	size_t at = 0, len = 0;

	if (d == NULL || d->dt_type != MAILMIME_DATA_TEXT)
		return;
	if (mailmime_part_parse(d->dt_data.dt_text.dt_data,
		d->dt_data.dt_text.dt_length, &at, d->dt_encoding, &text,
		&len) == MAILIMF_NO_ERROR)
		mailmime_decoded_part_free(text);
	decoded_bytes += len;
	leaves++;
}

static void
walk(struct mailmime *m)
{
	clistiter *i;

	switch (m->mm_type) {
	case MAILMIME_SINGLE:
		leaf(m);
		break;
	case MAILMIME_MULTIPLE:
		for (i = clist_begin(m->mm_data.mm_multipart.mm_mp_list);
		     i != NULL; i = clist_next(i))
			walk(clist_content(i));
		break;
	case MAILMIME_MESSAGE:
		if (m->mm_data.mm_message.mm_msg_mime != NULL)
			walk(m->mm_data.mm_message.mm_msg_mime);
		break;
	default:
		break;
	}
}

/* mail - false: it cannot be read */
static bool
mail(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct mailmime *m = NULL;
	size_t at = 0, len = 0;
	struct stat st;
	char *bytes;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) != 0)
		return false;
	bytes = malloc((size_t)st.st_size + 1);
	assert(bytes != NULL);
	while ((n = read(fd, bytes + len, (size_t)st.st_size - len)) > 0)
		len += (size_t)n;
	(void)close(fd);
	if (mailmime_parse(bytes, len, &at, &m) == MAILIMF_NO_ERROR) {
		walk(m);
		mailmime_free(m);
	}
	free(bytes);
	return true;
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!mail(argv[i])) {
			perror(argv[i]);
			return 1;
		}
	printf("%d mails, %zu leaves, %zu octets decoded\n", argc - 1, leaves,
	    decoded_bytes);
	return 0;
}
