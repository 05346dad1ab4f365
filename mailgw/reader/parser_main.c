/*
 * parser_main.c - promised-parser: reads messages, knows nothing else
 *
 * Started by reader/parser.c with one descriptor. Everything that needs a file
 * (charsets, the time zone, libxml2's tables) is loaded first, then the sandbox
 * closes. A thread with a big stack does the work: libetpan recurses.
 */
#include "core/core.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <libetpan/mmapstring.h>
#include <libxml/parser.h>

#include "mailgw/message/decode.h"
#include "mailgw/reader/frame.h"
#include "mailgw/reader/sandbox.h"

/* all - read or write the whole; false at the end or an error */
static bool
all(int fd, void *data, size_t size, bool out)
{
	char *at = data;
	ssize_t n;

	while (size > 0) {
		n = out ? write(fd, at, size) : read(fd, at, size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		size -= (size_t)n;
	}
	return true;
}

/* answer - one message; false: the parent is gone */
static bool
answer(const struct frame_request *req, struct slice bytes)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct buf packed = { .mem = mem };
	struct frame_reply reply = { .magic = FRAME_REPLY };
	struct message *m;
	struct err e = { .rc = RC_OK };
	enum rc rc;
	bool ok;

	rc = req->is_journal
		 ? message_read_journal(mem, bytes, req->is_plain != 0, &m, &e)
		 : message_read(mem, bytes, req->is_plain != 0, &m, &e);
	if (rc == RC_OK) {
		buf_put(&packed, (const char *)&reply, sizeof(reply));
		frame_pack(m, &packed);
		if (packed.failed)
			rc = err_nomem(&e);
	}
	if (rc == RC_OK) {
		reply.size = packed.len - sizeof(reply);
		memcpy(packed.at, &reply, sizeof(reply));
		ok = all(FRAME_FD, packed.at, packed.len, true);
	} else {
		reply.rc = rc;
		reply.size = strlen(e.text);
		ok = all(FRAME_FD, &reply, sizeof(reply), true) &&
		     all(FRAME_FD, e.text, reply.size, true);
	}
	talloc_free(mem);
	return ok;
}

static void *
serve(void *arg)
{
	struct frame_reply hello = { .magic = FRAME_REPLY };
	struct frame_request req;
	struct err e;
	char *data;
	bool ok = true;

	(void)arg;
	if (sandbox_close(false, &e) != RC_OK) {
		dprintf(STDERR_FILENO, "promised-parser: %s\n", e.text);
		_exit(1);
	}
	if (!all(FRAME_FD, &hello, sizeof(hello), true))
		_exit(0);
	while (ok && all(FRAME_FD, &req, sizeof(req), false)) {
		if (req.magic != FRAME_REQUEST || req.size > FRAME_MAX_MESSAGE)
			_exit(1);
		sandbox_message(req.size);
		data = malloc(req.size + 1);
		if (data == NULL)
			_exit(1);
		ok = all(FRAME_FD, data, req.size, false);
		if (ok)
			ok = answer(&req, (struct slice){ data, req.size });
		free(data);
	}
	/* no exit handlers: nothing of ours is open */
	_exit(0);
}

int
main(void)
{
	pthread_attr_t attr;
	pthread_t thread;

	(void)prctl(PR_SET_NAME, "promised-parser");
	tzset();
	decode_open_charsets();
	xmlInitParser();
	mmap_string_set_ceil(SIZE_MAX / 4);
	if (pthread_attr_init(&attr) != 0 ||
	    pthread_attr_setstacksize(&attr, SANDBOX_STACK) != 0 ||
	    pthread_create(&thread, &attr, serve, NULL) != 0) {
		(void)fputs("promised-parser: no thread\n", stderr);
		return 1;
	}
	(void)pthread_join(thread, NULL);
	return 0;
}
