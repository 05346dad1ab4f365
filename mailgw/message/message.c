/*
 * message.c - a message's bytes → its facts and the author's own words
 */
#include "core/core.h"

#include "mailgw/message/decode.h"
#include "mailgw/message/header.h"
#include "mailgw/message/journal.h"
#include "mailgw/message/message.h"
#include "mailgw/message/mime.h"
#include "mailgw/message/own.h"
#include "mailgw/message/prescan.h"

/* add_fault - reasons are joined by "; " */
static void
add_fault(struct message *m, const char *text)
{
	if (m->fault == NULL)
		m->fault = talloc_strdup(m, text);
	else
		m->fault = talloc_asprintf_append(m->fault, "; %s", text);
}

/* texts - by libetpan where that is safe, else by our own few lines */
static enum rc
texts(struct message *m, struct slice bytes, bool is_plain, struct buf *out,
    struct err *e)
{
	struct buf calendar = { .mem = m };
	bool is_encrypted = false;
	struct err why = { .rc = RC_OK };
	enum rc rc;

	if (!is_plain) {
		rc = prescan(bytes, &why);
		if (rc == RC_OK)
			rc = mime_texts(out->mem, bytes, out, &calendar,
			    &is_encrypted, &why);
		if (rc == RC_OK && calendar.len > 0)
			m->calendar = buf_text(&calendar);
		if (is_encrypted)
			add_fault(m, "encrypted");
		if (rc == RC_OK)
			return rc;
		add_fault(m, why.text);
	}
	out->len = 0;
	m->is_partial = true;
	return mime_texts_plain(out->mem, bytes, out, e);
}

/* cut_words - at most MESSAGE_MAX_WORDS, cut before a character */
static void
cut_words(struct message *m, struct buf *own)
{
	size_t len = MESSAGE_MAX_WORDS;

	if (own->len <= MESSAGE_MAX_WORDS)
		return;
	while (len > 0 && ((unsigned char)own->at[len] & 0xc0) == 0x80)
		len--;
	own->len = len;
	add_fault(m, "only the first megabyte of its words was read");
}

enum rc
message_read(TALLOC_CTX *mem, struct slice bytes, bool is_plain,
    struct message **out, struct err *e)
{
	struct message *m = talloc_zero(mem, struct message);
	struct header h;
	struct buf text, own;
	size_t start;
	enum rc rc;

	if (m == NULL)
		return err_nomem(e);
	text = (struct buf){ .mem = m };
	own = (struct buf){ .mem = m };
	if (bytes.len > PRESCAN_MAX_BYTES) {
		bytes.len = PRESCAN_MAX_BYTES;
		add_fault(m, "only its first 32 MB were looked at");
	}
	start = header_start(bytes);
	bytes.at += start;
	bytes.len -= start;
	rc = header_split(m, bytes, &h, e);
	if (rc == RC_OK)
		rc = header_facts(m, &h, m, e);
	if (rc != RC_OK)
		goto out;
	if (!m->is_private) {
		rc = texts(m, bytes, is_plain, &text, e);
		if (rc == RC_OK)
			rc = own_words(m, buf_slice(&text), m->from.name,
			    m->from.address, &own, e);
		if (rc != RC_OK)
			goto out;
		talloc_free(text.at);
		cut_words(m, &own);
	}
	talloc_free(h.fields);
	m->words = buf_text(&own);
	if (m->words == NULL)
		rc = err_nomem(e);
	else
		*out = m;
out:
	if (rc != RC_OK)
		talloc_free(m);
	return rc;
}

enum rc
message_read_journal(TALLOC_CTX *mem, struct slice bytes, bool is_plain,
    struct message **out, struct err *e)
{
	TALLOC_CTX *report = talloc_new(mem);
	struct journal j;
	enum rc rc;

	if (report == NULL)
		return err_nomem(e);
	rc = journal_read(report, bytes, &j, e);
	if (rc == RC_NOTFOUND) {
		talloc_free(report);
		return message_read(mem, bytes, is_plain, out, e);
	}
	if (rc == RC_OK)
		rc = message_read(mem, j.message, is_plain, out, e);
	if (rc == RC_OK)
		(*out)->envelope = talloc_steal(*out, j.envelope);
	talloc_free(report);
	return rc;
}
