/*
 * letter.c - a mail of ours as octets, by libetpan's MIME builder
 */
#include "core/core.h"

#include <glib.h>
#include <libetpan/libetpan.h>

#include "cal/remind/letter.h"

#define WORD_OCTETS                                                            \
	36 /* of UTF-8 in one encoded word: "Subject: " fits before it */

bool
letter_is_address(const char *s)
{
	const char *at = s ? strrchr(s, '@') : NULL, *c;

	if (at == NULL || at == s || at[1] == '\0' || strlen(s) > 254)
		return false;
	for (c = s; *c != '\0'; c++)
		if ((unsigned char)*c <= 0x20 || *c == 0x7f ||
		    strchr("<>()\",;:\\", *c) != NULL || (*c == '@' && c != at))
			return false;
	return g_utf8_validate(s, -1, NULL);
}

/* is_id - a Message-ID without its brackets */
static bool
is_id(const char *s)
{
	const char *c;

	if (s == NULL || *s == '\0' || strlen(s) > 500)
		return false;
	for (c = s; *c != '\0'; c++)
		if ((unsigned char)*c <= 0x20 || (unsigned char)*c >= 0x7f ||
		    *c == '<' || *c == '>')
			return false;
	return true;
}

/* is_plain - may a text stand in a header as it is? */
static bool
is_plain(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || (unsigned char)*s >= 0x7f ||
		    *s == '=' || *s == '?' || *s == '"' || *s == '\\')
			return false;
	return true;
}

/* encoded - a text as it may stand in a header; malloc'ed, for libetpan */
static char *
encoded(TALLOC_CTX *mem, const char *s)
{
	char *out = talloc_strdup(mem, ""), *clean, *word;
	size_t n;

	if (is_plain(s))
		return strdup(s);
	clean = g_utf8_make_valid(s, -1);
	for (s = clean; *s != '\0'; s += n) {
		n = strlen(s);
		if (n > WORD_OCTETS)
			for (n = WORD_OCTETS;
			     ((unsigned char)s[n] & 0xc0) == 0x80;)
				n--;
		word = g_base64_encode((const guchar *)s, n);
		out = talloc_asprintf_append(
		    out, "%s=?UTF-8?B?%s?=", *out != '\0' ? " " : "", word);
		g_free(word);
	}
	g_free(clean);
	return strdup(out);
}

/* custom - one more header field; the value is ours and plain */
static void
custom(struct mailimf_fields *fields, const char *name, const char *value)
{
	(void)mailimf_fields_add(
	    fields, mailimf_field_new_custom(strdup(name), strdup(value)));
}

/* date_of - an instant as libetpan writes it */
static struct mailimf_date_time *
date_of(const struct zone *z, int64_t at)
{
	struct civil c = zone_civil(z, at);
	struct civil_ymd d = civil_ymd(c.day);
	int offset = zone_offset_min(z, at);
	int zone = offset / 60 * 100 + offset % 60;

	return mailimf_date_time_new(d.day, d.month, d.year, c.minute / 60,
	    c.minute % 60, (int)(((at % 60) + 60) % 60), zone);
}

/* one_id - a list of one Message-ID, or NULL */
static clist *
one_id(const char *id)
{
	clist *list;

	if (!is_id(id))
		return NULL;
	list = clist_new();
	(void)clist_append(list, strdup(id));
	return list;
}

/* head - the fields of the message */
static struct mailimf_fields *
head(TALLOC_CTX *mem, const struct letter *t)
{
	struct mailimf_mailbox_list *from = mailimf_mailbox_list_new_empty();
	struct mailimf_address_list *to = mailimf_address_list_new_empty();
	struct mailimf_address_list *reply_to = NULL;
	struct mailimf_fields *fields;

	(void)mailimf_mailbox_list_add_mb(from,
	    t->from_name ? encoded(mem, t->from_name) : NULL, strdup(t->from));
	(void)mailimf_address_list_add_mb(
	    to, t->to_name ? encoded(mem, t->to_name) : NULL, strdup(t->to));
	if (t->reply_to != NULL) {
		reply_to = mailimf_address_list_new_empty();
		(void)mailimf_address_list_add_mb(
		    reply_to, NULL, strdup(t->reply_to));
	}
	fields = mailimf_fields_new_with_data_all(date_of(t->zone, t->at), from,
	    NULL, reply_to, to, NULL, NULL, strdup(t->message_id),
	    one_id(t->in_reply_to), one_id(t->in_reply_to),
	    encoded(mem, t->subject));
	if (fields == NULL)
		return NULL;
	custom(fields, "Auto-Submitted", t->automatic);
	custom(fields, "X-Auto-Response-Suppress", "OOF, AutoReply");
	custom(fields, "Content-Language", t->lang);
	return fields;
}

/* part_of - one text part; the text must outlive it */
static struct mailmime *
part_of(const char *type, const char *method, const char *text)
{
	struct mailmime_content *content;
	struct mailmime_fields *fields;
	struct mailmime *part = NULL;

	content = mailmime_content_new_with_str(type);
	/* libetpan's quoted-printable doubles a blank at the end of a line,
	 * where folds of a calendar have theirs */
	fields = mailmime_fields_new_encoding(
	    method ? MAILMIME_MECHANISM_BASE64
		   : MAILMIME_MECHANISM_QUOTED_PRINTABLE);
	if (content == NULL || fields == NULL)
		return NULL;
	(void)clist_append(content->ct_parameters,
	    mailmime_param_new_with_data(
		(char[]){ "charset" }, (char[]){ "utf-8" }));
	if (method != NULL) {
		char *copy = strdup(method);

		(void)clist_append(content->ct_parameters,
		    mailmime_param_new_with_data((char[]){ "method" }, copy));
		free(copy);
	}
	part = mailmime_new_empty(content, fields);
	if (part != NULL)
		(void)mailmime_set_body_text(
		    part, (char *)(uintptr_t)text, strlen(text));
	return part;
}

/* body_of - the text alone, or with the calendar as its alternative */
static struct mailmime *
body_of(const struct letter *t, const char *text)
{
	struct mailmime *all;

	if (t->calendar == NULL)
		return part_of("text/plain", NULL, text);
	all = mailmime_multiple_new("multipart/alternative");
	if (all == NULL)
		return NULL;
	(void)mailmime_smart_add_part(all, part_of("text/plain", NULL, text));
	(void)mailmime_smart_add_part(
	    all, part_of("text/calendar", t->method, t->calendar));
	return all;
}

/* crlf - the same text with CRLF, no blanks before it; owned by mem */
static char *
crlf(TALLOC_CTX *mem, const char *text)
{
	size_t n = 0, lines = 0;
	const char *c;
	char *out;

	for (c = text; *c != '\0'; c++)
		lines += *c == '\n';
	out = talloc_array(mem, char, strlen(text) + lines + 1);
	for (c = text; out != NULL && *c != '\0'; c++) {
		while (*c == '\n' && n > 0 && out[n - 1] == ' ')
			n--;
		if (*c == '\n')
			out[n++] = '\r';
		if (*c != '\r')
			out[n++] = *c;
	}
	if (out != NULL)
		out[n] = '\0';
	return out;
}

enum rc
letter_write(
    TALLOC_CTX *mem, const struct letter *t, struct slice *out, struct err *e)
{
	struct mailmime *message = NULL, *body;
	char *text = crlf(mem, t->text);
	MMAPString *s = NULL;
	int column = 0;
	enum rc rc = RC_OK;

	if (!letter_is_address(t->from) || !letter_is_address(t->to) ||
	    (t->reply_to != NULL && !letter_is_address(t->reply_to)) ||
	    !is_id(t->message_id))
		return err_set(
		    e, RC_BADINPUT, "an address that no mail can carry");
	if (text == NULL)
		return err_nomem(e);
	body = body_of(t, text);
	message = body ? mailmime_new_message_data(body) : NULL;
	s = mmap_string_new("");
	if (message == NULL || s == NULL) {
		rc = err_set(e, RC_INTERNAL, "a mail cannot be built");
		goto out;
	}
	mailmime_set_imf_fields(message, head(mem, t));
	if (mailmime_write_mem(s, &column, message) != MAILIMF_NO_ERROR) {
		rc = err_set(e, RC_INTERNAL, "a mail cannot be written");
		goto out;
	}
	out->at = talloc_memdup(mem, s->str, s->len);
	out->len = s->len;
	if (out->at == NULL)
		rc = err_nomem(e);
out:
	if (message != NULL)
		mailmime_free(message);
	if (s != NULL)
		mmap_string_free(s);
	return rc;
}
