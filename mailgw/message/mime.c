/*
 * mime.c - the texts of a message, by libetpan
 *
 * libetpan gives the structure: parts, types, parameters. Transfer encodings
 * and charsets are decode.c's.
 */
#include "core/core.h"

#include <libetpan/libetpan.h>

#include "mailgw/message/html.h"
#include "mailgw/message/mime.h"

#define ENOUGH_LETTERS 400 /* a plain alternative of this many is whole */
#define MAX_LEVELS     100

struct walk {
	TALLOC_CTX *mem;
	bool is_encrypted;
	int level;
};

enum rc
mime_part_text(TALLOC_CTX *mem, const struct mime_part *p, bool is_strip,
    struct buf *out, struct err *e)
{
	struct buf octets = { .mem = mem }, utf8 = { .mem = mem };
	struct slice raw = p->raw;
	enum rc rc = RC_OK;

	if (p->cte == DECODE_QP)
		decode_qp(raw, false, &octets);
	else if (p->cte == DECODE_BASE64)
		decode_base64(raw, &octets);
	if (p->cte != DECODE_PLAIN)
		raw = buf_slice(&octets);
	decode_charset(raw, p->charset, &utf8);
	utf8.len = decode_lines(utf8.at, utf8.len);
	if (p->is_html && is_strip)
		html_strip(buf_slice(&utf8), out);
	else if (p->is_html)
		rc = html_text(mem, buf_slice(&utf8), out, e);
	else if (p->is_flowed)
		decode_flowed(buf_slice(&utf8), p->is_delsp, out);
	else
		buf_put(out, utf8.at, utf8.len);
	if (rc == RC_OK && (octets.failed || utf8.failed || out->failed))
		rc = err_nomem(e);
	talloc_free(octets.at);
	talloc_free(utf8.at);
	return rc;
}

/* letters - a measure of how much is said; counting stops at `most` */
static size_t
letters(const struct buf *b, size_t most)
{
	size_t i, n = 0;

	for (i = 0; i < b->len && n < most; i++)
		n += (unsigned char)b->at[i] >= 0x80 ||
		     ((b->at[i] | 0x20) >= 'a' && (b->at[i] | 0x20) <= 'z');
	return n;
}

/* is_text - text/plain or text/html, shown in the message itself */
static bool
is_text(struct mailmime *m, struct mime_part *p)
{
	struct mailmime_content *ct = m->mm_content_type;
	struct mailmime_field *f;
	struct mailmime_parameter *par;
	clistiter *i;

	*p = (struct mime_part){ .charset = SLICE("") };
	if (ct != NULL) {
		if (ct->ct_type == NULL ||
		    ct->ct_type->tp_type != MAILMIME_TYPE_DISCRETE_TYPE ||
		    ct->ct_type->tp_data.tp_discrete_type->dt_type !=
			MAILMIME_DISCRETE_TYPE_TEXT ||
		    ct->ct_subtype == NULL)
			return false;
		p->is_html = decode_same(slice_of(ct->ct_subtype), "html");
		if (!p->is_html &&
		    !decode_same(slice_of(ct->ct_subtype), "plain"))
			return false;
		for (i = ct->ct_parameters ? clist_begin(ct->ct_parameters)
					   : NULL;
		     i != NULL; i = clist_next(i)) {
			par = clist_content(i);
			if (par->pa_name == NULL || par->pa_value == NULL)
				continue;
			if (decode_starts(slice_of(par->pa_name), "name"))
				return false;
			if (decode_same(slice_of(par->pa_name), "charset"))
				p->charset = slice_of(par->pa_value);
			if (decode_same(slice_of(par->pa_name), "format"))
				p->is_flowed = decode_same(
				    slice_of(par->pa_value), "flowed");
			if (decode_same(slice_of(par->pa_name), "delsp"))
				p->is_delsp =
				    decode_same(slice_of(par->pa_value), "yes");
		}
	}
	for (i = m->mm_mime_fields ? clist_begin(m->mm_mime_fields->fld_list)
				   : NULL;
	     i != NULL; i = clist_next(i)) {
		f = clist_content(i);
		if (f->fld_type == MAILMIME_FIELD_DISPOSITION &&
		    f->fld_data.fld_disposition != NULL) {
			struct mailmime_disposition *d =
			    f->fld_data.fld_disposition;
			clistiter *j;

			if (d->dsp_type != NULL &&
			    d->dsp_type->dsp_type ==
				MAILMIME_DISPOSITION_TYPE_ATTACHMENT)
				return false;
			for (j = d->dsp_parms ? clist_begin(d->dsp_parms)
					      : NULL;
			     j != NULL; j = clist_next(j)) {
				struct mailmime_disposition_parm *dp =
				    clist_content(j);

				if (dp->pa_type ==
				    MAILMIME_DISPOSITION_PARM_FILENAME)
					return false;
			}
		}
	}
	return m->mm_data.mm_single != NULL &&
	       m->mm_data.mm_single->dt_type == MAILMIME_DATA_TEXT;
}

static enum decode_cte
cte_of(const struct mailmime_data *d)
{
	if (d->dt_encoded && d->dt_encoding == MAILMIME_MECHANISM_BASE64)
		return DECODE_BASE64;
	if (d->dt_encoded &&
	    d->dt_encoding == MAILMIME_MECHANISM_QUOTED_PRINTABLE)
		return DECODE_QP;
	return DECODE_PLAIN;
}

static enum rc walk(struct walk *w, struct mailmime *m, struct buf *out,
    struct err *e) must_check;

static enum rc
walk_single(struct walk *w, struct mailmime *m, struct buf *out, struct err *e)
{
	struct mime_part p;
	struct mailmime_data *d = m->mm_data.mm_single;
	struct mailmime_content *ct = m->mm_content_type;
	enum rc rc;

	if (ct != NULL && ct->ct_subtype != NULL &&
	    decode_same(slice_of(ct->ct_subtype), "pkcs7-mime") &&
	    m->mm_parent_type == MAILMIME_MESSAGE)
		w->is_encrypted = true;
	if (!is_text(m, &p))
		return RC_OK;
	p.raw = (struct slice){ d->dt_data.dt_text.dt_data,
		d->dt_data.dt_text.dt_length };
	p.cte = cte_of(d);
	rc = mime_part_text(w->mem, &p, false, out, e);
	if (rc == RC_OK && out->len > 0)
		buf_put(out, "\n\n", 2);
	return rc;
}

static bool
is_plain(struct mailmime *m)
{
	struct mime_part p;

	return m->mm_type == MAILMIME_SINGLE && is_text(m, &p) && !p.is_html;
}

/* walk_alternative - the plain text where it holds the words */
static enum rc
walk_alternative(struct walk *w, clist *list, struct buf *out, struct err *e)
{
	struct buf best = { .mem = w->mem }, other = { .mem = w->mem }, swap;
	clistiter *i;
	int pass;
	enum rc rc = RC_OK;

	for (pass = 0; pass < 2 && rc == RC_OK; pass++)
		for (i = clist_begin(list); i != NULL && rc == RC_OK;
		     i = clist_next(i)) {
			if (is_plain(clist_content(i)) != (pass == 0))
				continue;
			if (letters(&best, ENOUGH_LETTERS) >= ENOUGH_LETTERS)
				goto out;
			other.len = 0;
			rc = walk(w, clist_content(i), &other, e);
			if (rc == RC_OK &&
			    letters(&other, SIZE_MAX) >
				2 * letters(&best, ENOUGH_LETTERS)) {
				swap = best;
				best = other;
				other = swap;
			}
		}
out:
	if (rc == RC_OK)
		buf_put(out, best.at, best.len);
	talloc_free(best.at);
	talloc_free(other.at);
	return rc;
}

static enum rc
walk(struct walk *w, struct mailmime *m, struct buf *out, struct err *e)
{
	clist *list;
	clistiter *i;
	struct slice sub = SLICE("");
	enum rc rc = RC_OK;

	if (m->mm_type == MAILMIME_SINGLE)
		return walk_single(w, m, out, e);
	if (m->mm_type != MAILMIME_MULTIPLE || w->level >= MAX_LEVELS)
		return RC_OK;
	list = m->mm_data.mm_multipart.mm_mp_list;
	if (m->mm_content_type != NULL && m->mm_content_type->ct_subtype)
		sub = slice_of(m->mm_content_type->ct_subtype);
	if (decode_same(sub, "encrypted")) {
		w->is_encrypted = true;
		return RC_OK;
	}
	w->level++;
	if (decode_same(sub, "alternative")) {
		rc = walk_alternative(w, list, out, e);
	} else {
		for (i = clist_begin(list); i != NULL && rc == RC_OK;
		     i = clist_next(i)) {
			rc = walk(w, clist_content(i), out, e);
			if (decode_same(sub, "related"))
				break; /* the rest belongs to the first */
		}
	}
	w->level--;
	return rc;
}

/* is_calendar - and in which charset */
static bool
is_calendar(const struct mailmime *m, struct mime_part *p)
{
	struct mailmime_content *ct = m->mm_content_type;
	struct mailmime_data *d = m->mm_data.mm_single;
	struct mailmime_parameter *par;
	clistiter *i;

	*p = (struct mime_part){ .charset = SLICE("") };
	if (m->mm_type != MAILMIME_SINGLE || ct == NULL ||
	    ct->ct_type == NULL || ct->ct_subtype == NULL ||
	    ct->ct_type->tp_type != MAILMIME_TYPE_DISCRETE_TYPE ||
	    ct->ct_type->tp_data.tp_discrete_type->dt_type !=
		MAILMIME_DISCRETE_TYPE_TEXT ||
	    !decode_same(slice_of(ct->ct_subtype), "calendar") || d == NULL ||
	    d->dt_type != MAILMIME_DATA_TEXT)
		return false;
	for (i = ct->ct_parameters ? clist_begin(ct->ct_parameters) : NULL;
	     i != NULL; i = clist_next(i)) {
		par = clist_content(i);
		if (par->pa_name != NULL && par->pa_value != NULL &&
		    decode_same(slice_of(par->pa_name), "charset"))
			p->charset = slice_of(par->pa_value);
	}
	p->raw = (struct slice){ d->dt_data.dt_text.dt_data,
		d->dt_data.dt_text.dt_length };
	p->cte = cte_of(d);
	return true;
}

/* unfold - a line break and one blank behind it are nothing, in place: they
 * may stand between the octets of a character */
static void
unfold(struct buf *b)
{
	size_t i, n = 0, end;

	for (i = 0; i < b->len; i++) {
		end = i + (b->at[i] == '\r');
		if (end + 1 < b->len && b->at[end] == '\n' &&
		    (b->at[end + 1] == ' ' || b->at[end + 1] == '\t'))
			i = end + 1;
		else
			b->at[n++] = b->at[i];
	}
	b->len = n;
}

/* calendar_text - decoded, unfolded, UTF-8, lines */
static void
calendar_text(TALLOC_CTX *mem, const struct mime_part *p, struct buf *out)
{
	struct buf octets = { .mem = mem };

	if (p->raw.len > 2 * MIME_MAX_CALENDAR)
		return;
	if (p->cte == DECODE_QP)
		decode_qp(p->raw, false, &octets);
	else if (p->cte == DECODE_BASE64)
		decode_base64(p->raw, &octets);
	else
		buf_put(&octets, p->raw.at, p->raw.len);
	unfold(&octets);
	if (octets.len <= MIME_MAX_CALENDAR) {
		decode_charset(buf_slice(&octets), p->charset, out);
		out->len = decode_lines(out->at, out->len);
	}
	talloc_free(octets.at);
}

/* find_calendar - the first one, wherever it hangs; true once it is found */
static bool
find_calendar(TALLOC_CTX *mem, struct mailmime *m, int level, struct buf *out)
{
	struct mime_part p;
	clistiter *i;

	if (is_calendar(m, &p)) {
		calendar_text(mem, &p, out);
		return true;
	}
	if (m->mm_type != MAILMIME_MULTIPLE || level >= MAX_LEVELS)
		return false;
	for (i = clist_begin(m->mm_data.mm_multipart.mm_mp_list); i != NULL;
	     i = clist_next(i))
		if (find_calendar(mem, clist_content(i), level + 1, out))
			return true;
	return false;
}

enum rc
mime_texts(TALLOC_CTX *mem, struct slice bytes, struct buf *out,
    struct buf *calendar, bool *is_encrypted, struct err *e)
{
	struct walk w = { .mem = mem };
	struct mailmime *m = NULL;
	size_t at = 0;
	enum rc rc = RC_OK;

	if (mailmime_parse(bytes.at, bytes.len, &at, &m) != MAILIMF_NO_ERROR ||
	    m == NULL)
		return err_set(e, RC_BADINPUT, "the MIME parser gave up");
	if (m->mm_type == MAILMIME_MESSAGE &&
	    m->mm_data.mm_message.mm_msg_mime != NULL)
		rc = walk(&w, m->mm_data.mm_message.mm_msg_mime, out, e);
	if (rc == RC_OK && m->mm_type == MAILMIME_MESSAGE &&
	    m->mm_data.mm_message.mm_msg_mime != NULL)
		(void)find_calendar(
		    mem, m->mm_data.mm_message.mm_msg_mime, 0, calendar);
	*is_encrypted = w.is_encrypted;
	mailmime_free(m);
	return rc;
}
