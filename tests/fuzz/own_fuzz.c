/*
 * own_fuzz.c - any octets as what a mail shows: the author's own words of it
 *
 * The first octet chooses: text, HTML through libxml2 or without it,
 * format=flowed, a whole message read without libetpan. What comes out is
 * UTF-8 without NUL, and no more than went in asked for.
 */
#include "core/core.h"

#include "mailgw/message/decode.h"
#include "mailgw/message/html.h"
#include "mailgw/message/message.h"
#include "mailgw/message/own.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
whole(TALLOC_CTX *mem, struct slice bytes)
{
	struct message *m;
	struct err e;

	if (message_read(mem, bytes, true, &m, &e) != RC_OK)
		return;
	assert(m->words != NULL && m->is_partial != m->is_private);
	assert(strlen(m->words) <= MESSAGE_MAX_WORDS);
	assert(decode_is_utf8(slice_of(m->words)));
	assert(m->subject == NULL || decode_is_utf8(slice_of(m->subject)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct buf utf8 = { .mem = mem }, text = { .mem = mem };
	struct buf own = { .mem = mem };
	struct slice in;
	struct err e;
	enum rc rc = RC_OK;

	assert(mem != NULL);
	if (size < 1)
		goto out;
	in = (struct slice){ (const char *)data + 1, size - 1 };
	if (data[0] % 8 == 4) {
		whole(mem, in);
		goto out;
	}
	decode_charset(
	    in, slice_of(data[0] & 8 ? "windows-1252" : "utf-8"), &utf8);
	if (utf8.len > 0)
		utf8.len = decode_lines(utf8.at, utf8.len);
	switch (data[0] % 8) {
	case 1:
	case 2:
		rc = html_text(mem, buf_slice(&utf8), &text, &e);
		break;
	case 3:
		html_strip(buf_slice(&utf8), &text);
		break;
	case 5:
	case 6:
		decode_flowed(buf_slice(&utf8), data[0] % 8 == 5, &text);
		break;
	default:
		text = utf8;
		break;
	}
	if (rc != RC_OK || own_words(mem, buf_slice(&text),
			       data[0] & 16 ? "Anne Martin" : NULL,
			       data[0] & 32 ? "anne.martin@acme.example" : NULL,
			       &own, &e) != RC_OK)
		goto out;
	assert(decode_is_utf8(buf_slice(&own)));
	assert(own.len <= text.len + 2);
out:
	talloc_free(mem);
	return 0;
}
