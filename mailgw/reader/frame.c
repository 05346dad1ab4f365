/*
 * frame.c - a message as flat octets, and back
 */
#include "core/core.h"

#include <glib.h>

#include "mailgw/message/header.h"
#include "mailgw/message/journal.h"
#include "mailgw/reader/frame.h"

#define ABSENT UINT32_MAX

static void
put_number(struct buf *out, int64_t n)
{
	buf_put(out, (const char *)&n, sizeof(n));
}

static void
put_text(struct buf *out, const char *s)
{
	uint32_t n = s ? (uint32_t)strlen(s) : ABSENT;

	buf_put(out, (const char *)&n, sizeof(n));
	if (s != NULL)
		buf_put(out, s, n);
}

/* put_envelope - a journal report's; -1 recipients: none */
static void
put_envelope(const struct message_envelope *env, struct buf *out)
{
	size_t n = 0, i;

	if (env == NULL) {
		put_number(out, -1);
		return;
	}
	while (env->rcpts[n] != NULL)
		n++;
	put_number(out, (int64_t)n);
	put_text(out, env->from);
	for (i = 0; i < n; i++)
		put_text(out, env->rcpts[i]);
}

void
frame_pack(const struct message *m, struct buf *out)
{
	size_t n = 0, i;

	put_number(out, m->date_at);
	put_number(out, m->offset_min);
	put_number(out, m->is_automatic | m->is_private << 1 |
			    m->is_reply << 2 | m->is_partial << 3);
	put_text(out, m->message_id);
	put_text(out, m->from.address);
	put_text(out, m->from.name);
	put_text(out, m->subject);
	put_text(out, m->thread);
	put_text(out, m->words);
	put_text(out, m->calendar);
	put_text(out, m->fault);
	while (m->to != NULL && m->to[n].address != NULL)
		n++;
	put_number(out, (int64_t)n);
	for (i = 0; i < n; i++) {
		put_text(out, m->to[i].address);
		put_text(out, m->to[i].name);
	}
	put_envelope(m->envelope, out);
}

static bool
get_number(struct slice *in, int64_t *n)
{
	if (in->len < sizeof(*n))
		return false;
	memcpy(n, in->at, sizeof(*n));
	in->at += sizeof(*n);
	in->len -= sizeof(*n);
	return true;
}

/* get_text - valid UTF-8, control characters but tab and line feed as '?' */
static bool
get_text(TALLOC_CTX *mem, struct slice *in, bool has_lines, char **out)
{
	uint32_t n;
	char *valid, *c;

	*out = NULL;
	if (in->len < sizeof(n))
		return false;
	memcpy(&n, in->at, sizeof(n));
	in->at += sizeof(n);
	in->len -= sizeof(n);
	if (n == ABSENT)
		return true;
	if (n > in->len)
		return false;
	if (g_utf8_validate_len(in->at, n, NULL)) {
		*out = talloc_strndup(mem, in->at, n);
	} else {
		valid = g_utf8_make_valid(in->at, n);
		*out = talloc_strdup(mem, valid);
		g_free(valid);
	}
	in->at += n;
	in->len -= n;
	for (c = *out; c != NULL && *c != '\0'; c++)
		if ((unsigned char)*c < ' ' &&
		    !(has_lines && (*c == '\n' || *c == '\t')))
			*c = '?';
	return *out != NULL;
}

/* get_envelope - false: nonsense */
static bool
get_envelope(TALLOC_CTX *mem, struct slice *in, struct message_envelope **out)
{
	struct message_envelope *env;
	int64_t n, i;
	bool ok;

	*out = NULL;
	if (!get_number(in, &n) || n < -1 || n > JOURNAL_MAX_RCPTS)
		return false;
	if (n == -1)
		return true;
	env = talloc_zero(mem, struct message_envelope);
	if (env == NULL)
		return false;
	env->rcpts = talloc_zero_array(env, char *, (size_t)n + 1);
	ok = env->rcpts != NULL && get_text(env, in, false, &env->from) &&
	     env->from != NULL;
	for (i = 0; ok && i < n; i++)
		ok = get_text(env, in, false, &env->rcpts[i]) &&
		     env->rcpts[i] != NULL;
	*out = env;
	return ok;
}

enum rc
frame_unpack(
    TALLOC_CTX *mem, struct slice in, struct message **out, struct err *e)
{
	struct message *m = talloc_zero(mem, struct message);
	int64_t offset, flags, n = 0, i;
	bool ok;

	if (m == NULL)
		return err_nomem(e);
	ok = get_number(&in, &m->date_at) && get_number(&in, &offset) &&
	     get_number(&in, &flags) &&
	     get_text(m, &in, false, &m->message_id) &&
	     get_text(m, &in, false, &m->from.address) &&
	     get_text(m, &in, false, &m->from.name) &&
	     get_text(m, &in, false, &m->subject) &&
	     get_text(m, &in, false, &m->thread) &&
	     get_text(m, &in, true, &m->words) &&
	     get_text(m, &in, true, &m->calendar) &&
	     get_text(m, &in, false, &m->fault) && get_number(&in, &n) &&
	     n >= 0 && n <= HEADER_MAX_ADDRESSES && offset >= -24 * 60 &&
	     offset <= 24 * 60 && m->words != NULL && m->subject != NULL;
	m->to = ok ? talloc_zero_array(m, struct message_address, (size_t)n + 1)
		   : NULL;
	for (i = 0; ok && m->to != NULL && i < n; i++)
		ok = get_text(m, &in, false, &m->to[i].address) &&
		     get_text(m, &in, false, &m->to[i].name) &&
		     m->to[i].address != NULL;
	ok = ok && get_envelope(m, &in, &m->envelope);
	if (!ok || m->to == NULL || in.len != 0) {
		talloc_free(m);
		return err_set(e, RC_BADINPUT,
		    "the parser answered with something else than a message");
	}
	m->offset_min = (int)offset;
	m->is_automatic = flags & 1;
	m->is_private = flags & 2;
	m->is_reply = flags & 4;
	m->is_partial = flags & 8;
	*out = m;
	return RC_OK;
}
