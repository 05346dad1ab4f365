/*
 * journal.c - a journal report: the envelope it tells, the message it holds
 *
 * Of two kinds of reports: those with the header X-MS-Journal-Report, which
 * must be good, and those that have lost it on their way and are as good as
 * the others. Anything else is a copy of a mail.
 */
#include "core/core.h"

#include "mailgw/message/decode.h"
#include "mailgw/message/header.h"
#include "mailgw/message/journal.h"
#include "mailgw/message/mime.h"

#define PART_MAX_HEADER (256u << 10)

/* what is known while the parts go by */
struct report {
	TALLOC_CTX *mem;
	struct journal *out;
	bool has_text, has_message;
	bool has_sender, has_id;
	size_t rcpt_count;
};

/* boundary_at - the next line "--BOUNDARY", from `at`; false: there is none */
static bool
boundary_at(struct slice s, const char *boundary, size_t at, size_t *start,
    size_t *next, bool *is_last)
{
	size_t n = strlen(boundary), end;
	const char *nl;

	for (; at < s.len; at = end + 1) {
		nl = memchr(s.at + at, '\n', s.len - at);
		end = nl ? (size_t)(nl - s.at) : s.len;
		if (end - at < n + 2 || s.at[at] != '-' ||
		    s.at[at + 1] != '-' ||
		    memcmp(s.at + at + 2, boundary, n) != 0)
			continue;
		*start = at;
		*next = end < s.len ? end + 1 : s.len;
		*is_last = end - at >= n + 4 && s.at[at + n + 2] == '-' &&
			   s.at[at + n + 3] == '-';
		return true;
	}
	return false;
}

/* add_rcpt - once more an address; copied */
static enum rc
add_rcpt(struct report *r, const char *address, struct err *e)
{
	struct message_envelope *env = r->out->envelope;
	size_t n = r->rcpt_count;
	char **grown;

	if (n >= JOURNAL_MAX_RCPTS)
		return RC_OK;
	if ((n & (n - 1)) == 0) { /* room doubles */
		grown = talloc_realloc(
		    env, env->rcpts, char *, (n == 0 ? 1 : 2 * n) + 1);
		if (grown == NULL)
			return err_nomem(e);
		env->rcpts = grown;
	}
	env->rcpts[n] = talloc_strdup(env, address);
	if (env->rcpts[n] == NULL)
		return err_nomem(e);
	env->rcpts[n + 1] = NULL;
	r->rcpt_count++;
	return RC_OK;
}

/* is_how - behind the address: what led the mail to it */
static bool
is_how(struct slice s)
{
	s.at++; /* the comma */
	s.len--;
	s = decode_trim(s);
	return decode_starts(s, "expanded:") || decode_starts(s, "forwarded:");
}

/* rcpt_line - "a@b", "a@b, Expanded: list@b", "Anne <a@b>, Forwarded: c@d" */
static enum rc
rcpt_line(struct report *r, struct slice value, struct err *e)
{
	struct message_address *list = NULL;
	const char *comma = value.at, *end = value.at + value.len;
	size_t n = 0, i;
	enum rc rc;

	while ((comma = memchr(comma, ',', (size_t)(end - comma))) != NULL) {
		if (is_how((struct slice){ comma, (size_t)(end - comma) })) {
			value.len = (size_t)(comma - value.at);
			break;
		}
		comma++;
	}
	rc = header_addresses(r->mem, value, &list, &n, e);
	for (i = 0; rc == RC_OK && i < n; i++)
		rc = add_rcpt(r, list[i].address, e);
	talloc_free(list);
	return rc;
}

/* sender_line - an address, or nothing: the null sender */
static enum rc
sender_line(struct report *r, struct slice value, struct err *e)
{
	struct message_address *list = NULL;
	struct message_envelope *env = r->out->envelope;
	size_t n = 0;
	enum rc rc;

	r->has_sender = true;
	rc = header_addresses(r->mem, value, &list, &n, e);
	if (rc != RC_OK)
		return rc;
	env->from = talloc_strdup(env, n > 0 ? list[0].address : "");
	talloc_free(list);
	return env->from ? RC_OK : err_nomem(e);
}

/* report_line - "Name: value"; names we do not need are passed over */
static enum rc
report_line(struct report *r, struct slice line, struct err *e)
{
	static const char *const rcpts[] = { "recipient", "to", "cc", "bcc" };
	const char *colon = memchr(line.at, ':', line.len);
	struct slice name, value;
	size_t i;

	if (colon == NULL)
		return RC_OK;
	name =
	    decode_trim((struct slice){ line.at, (size_t)(colon - line.at) });
	value = decode_trim((struct slice){
	    colon + 1, (size_t)(line.at + line.len - colon - 1) });
	if (!r->has_sender && decode_same(name, "sender"))
		return sender_line(r, value, e);
	if (decode_same(name, "message-id"))
		r->has_id = true;
	for (i = 0; i < ARRAY_LEN(rcpts); i++)
		if (decode_same(name, rcpts[i]))
			return rcpt_line(r, value, e);
	return RC_OK;
}

/* report_text - the part with the lines, decoded */
static enum rc
report_text(
    struct report *r, const struct header *h, struct slice body, struct err *e)
{
	struct slice type = header_get(h, "content-type");
	struct mime_part part = { .raw = body, .charset = SLICE("") };
	struct buf text = { .mem = r->mem };
	char *charset = header_param(r->mem, type, "charset");
	size_t at, end;
	const char *nl;
	enum rc rc;

	if (body.len > JOURNAL_MAX_TEXT)
		return err_set(e, RC_BADINPUT, "its report is too long");
	part.cte = decode_cte_named(header_get(h, "content-transfer-encoding"));
	if (charset != NULL)
		part.charset = slice_of(charset);
	rc = mime_part_text(r->mem, &part, true, &text, e);
	for (at = 0; rc == RC_OK && at < text.len; at = end + 1) {
		nl = memchr(text.at + at, '\n', text.len - at);
		end = nl ? (size_t)(nl - text.at) : text.len;
		rc =
		    report_line(r, (struct slice){ text.at + at, end - at }, e);
	}
	r->has_text = true;
	talloc_free(text.at);
	return rc;
}

/* report_message - the mail inside, out of its transfer encoding */
static enum rc
report_message(
    struct report *r, const struct header *h, struct slice body, struct err *e)
{
	enum decode_cte cte =
	    decode_cte_named(header_get(h, "content-transfer-encoding"));
	struct buf plain = { .mem = r->mem };

	r->has_message = true;
	r->out->message = body;
	if (cte == DECODE_QP)
		decode_qp(body, false, &plain);
	else if (cte == DECODE_BASE64)
		decode_base64(body, &plain);
	if (plain.failed)
		return err_nomem(e);
	if (cte != DECODE_PLAIN)
		r->out->message = buf_slice(&plain);
	return RC_OK;
}

/* take_part - the first text and the first message count */
static enum rc
take_part(struct report *r, struct slice part, struct err *e)
{
	struct slice head = part, type, body;
	struct header h;
	enum rc rc;

	if (head.len > PART_MAX_HEADER)
		head.len = PART_MAX_HEADER;
	rc = header_split(r->mem, head, &h, e);
	if (rc != RC_OK)
		return rc;
	type = header_get(&h, "content-type");
	body = (struct slice){ part.at + h.body_at, part.len - h.body_at };
	if (!r->has_text &&
	    (type.len == 0 || decode_starts(type, "text/plain")))
		rc = report_text(r, &h, body, e);
	else if (!r->has_message && decode_starts(type, "message/rfc822"))
		rc = report_message(r, &h, body, e);
	talloc_free(h.fields);
	return rc;
}

/* take_parts - between the boundaries of the outermost multipart */
static enum rc
take_parts(
    struct report *r, struct slice body, const char *boundary, struct err *e)
{
	size_t start, next, part;
	bool is_last;
	int n;
	enum rc rc = RC_OK;

	if (!boundary_at(body, boundary, 0, &start, &next, &is_last))
		return RC_OK;
	for (n = 0; rc == RC_OK && !is_last && n < JOURNAL_MAX_PARTS; n++) {
		part = next;
		if (!boundary_at(
			body, boundary, part, &start, &next, &is_last)) {
			start = body.len; /* cut short: what is there counts */
			is_last = true;
		}
		rc = take_part(
		    r, (struct slice){ body.at + part, start - part }, e);
	}
	return rc;
}

/* judge - what was found: is it a report? */
static enum rc
judge(const struct report *r, bool is_marked, struct err *e)
{
	if (r->has_text && r->has_message && r->has_sender &&
	    r->rcpt_count > 0 && (is_marked || r->has_id))
		return RC_OK;
	if (!is_marked)
		return RC_NOTFOUND;
	return err_set(e, RC_BADINPUT, "a journal report without %s",
	    !r->has_message  ? "the message"
	    : !r->has_sender ? "a sender"
			     : "recipients");
}

enum rc
journal_read(
    TALLOC_CTX *mem, struct slice bytes, struct journal *out, struct err *e)
{
	struct report r = { .mem = mem, .out = out };
	struct slice type, body;
	struct header h;
	bool is_marked;
	char *boundary;
	size_t start = header_start(bytes);
	enum rc rc;

	*out = (struct journal){ .envelope = NULL };
	bytes.at += start;
	bytes.len -= start;
	rc = header_split(mem, bytes, &h, e);
	if (rc != RC_OK)
		return rc;
	is_marked = header_get(&h, "x-ms-journal-report").at != NULL;
	type = header_get(&h, "content-type");
	boundary = header_param(mem, type, "boundary");
	out->envelope = talloc_zero(mem, struct message_envelope);
	if (out->envelope == NULL)
		return err_nomem(e);
	out->envelope->rcpts = talloc_zero(out->envelope, char *);
	if (out->envelope->rcpts == NULL)
		return err_nomem(e);
	body = (struct slice){ bytes.at + h.body_at, bytes.len - h.body_at };
	if (decode_starts(type, "multipart/mixed") && boundary != NULL &&
	    *boundary != '\0' && strlen(boundary) <= 70)
		rc = take_parts(&r, body, boundary, e);
	talloc_free(h.fields);
	if (rc == RC_OK)
		rc = judge(&r, is_marked, e);
	return rc;
}
