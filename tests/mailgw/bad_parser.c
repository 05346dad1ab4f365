/*
 * bad_parser.c - a parser's child that does what its name says
 */
#include "core/core.h"

#include "mailgw/reader/frame.h"

static const char garbage[] = "HTTP/1.1 200 OK and then some more octets";

int
main(int argc, char **argv)
{
	struct frame_reply reply = { .magic = FRAME_REPLY };
	struct frame_request req;
	const char *name = strrchr(argv[0], '/');
	char octet;

	(void)argc;
	name = name ? name + 1 : argv[0];
	if (strcmp(name, "mute") == 0)
		for (;;)
			(void)pause();
	if (strcmp(name, "quitter") == 0)
		return 3;
	(void)!write(FRAME_FD, &reply, sizeof(reply));
	if (read(FRAME_FD, &req, sizeof(req)) != (ssize_t)sizeof(req))
		return 1;
	if (strcmp(name, "crash") == 0)
		abort();
	if (strcmp(name, "hang") == 0)
		for (;;)
			(void)pause();
	/* all of it: an end with something unread takes the answer along */
	for (; req.size > 0; req.size--)
		if (read(FRAME_FD, &octet, 1) != 1)
			return 1;
	if (strcmp(name, "garbage") == 0)
		(void)!write(FRAME_FD, garbage, sizeof(garbage));
	if (strcmp(name, "huge") == 0)
		reply.size = UINT64_MAX;
	if (strcmp(name, "short") == 0)
		reply.size = 1000;
	if (strcmp(name, "lies") == 0)
		reply.size = sizeof(garbage);
	if (strcmp(name, "garbage") != 0)
		(void)!write(FRAME_FD, &reply, sizeof(reply));
	if (strcmp(name, "lies") == 0)
		(void)!write(FRAME_FD, garbage, sizeof(garbage));
	return 0;
}
