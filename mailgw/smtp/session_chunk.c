/*
 * session_chunk.c - a message that comes by BDAT (RFC 3030)
 *
 * Offered only where the next hop has it, so that chunks go on as they are:
 * counted octets, no dots, nothing changed. What is the dot of DATA is here
 * the last octet of the last chunk (or BDAT 0 LAST itself): it is held back
 * until the copy is durable.
 *
 * A chunk that is refused is taken all the same, to nowhere, and answered at
 * its end: its octets are never run as commands. Where their number cannot be
 * read the connection ends.
 */
#include "core/core.h"

#include "mailgw/smtp/session_priv.h"

/* size_of - "1234" or "1234 LAST" */
static bool
size_of(struct slice args, uint64_t *octets, bool *is_last)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < args.len && args.at[i] >= '0' && args.at[i] <= '9'; i++)
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, (uint64_t)(args.at[i] - '0'), &n))
			return false;
	if (i == 0 || n > INT64_MAX)
		return false;
	*octets = n;
	*is_last = i < args.len;
	if (!*is_last)
		return true;
	if (args.at[i] != ' ' && args.at[i] != '\t')
		return false;
	while (args.at[i] == ' ' || args.at[i] == '\t')
		i++;
	return args.len - i == 4 && strncasecmp(args.at + i, "LAST", 4) == 0;
}

/* refuse - take the chunk to nowhere, then say why */
static void
refuse(struct session *s, uint64_t octets, const char *why)
{
	if (s->errors + 1 >= SESSION_ERRORS || octets == 0) {
		session_error(s, why);
		return;
	}
	s->errors++;
	mail_start_body(s);
	s->phase = PHASE_SWALLOW;
	s->was_refused = true;
	s->verdict = talloc_strdup(s, why);
	server_chunk(&s->server, octets);
}

/* begin - the first chunk of a message; false: it goes to nowhere */
static bool
begin(struct session *s)
{
	s->in_chunks = true;
	s->is_ours = s->n_ours == s->n_rcpts;
	s->at_data = s->now;
	return mail_open(s);
}

bool
chunk_run(struct session *s)
{
	bool is_first = !s->in_chunks, is_last;
	uint64_t octets;
	char line[40];

	if (!s->is_esmtp || s->ehlo == NULL ||
	    !client_offers(slice_of(s->ehlo), "CHUNKING")) {
		session_close(s, "503 5.5.1 CHUNKING is not offered");
		return true;
	}
	if (!size_of(s->ev.args, &octets, &is_last)) {
		session_close(s, "501 5.5.4 Syntax: BDAT size [LAST]");
		return true;
	}
	if (!s->has_mail || s->n_rcpts == 0) {
		refuse(s, octets,
		    s->has_mail ? "554 5.5.1 No valid recipients"
				: "503 5.5.1 MAIL comes first");
		return true;
	}
	mail_start_body(s);
	s->is_last_chunk = is_last;
	s->has_end_octet = is_last && octets > 0;
	if (octets > 0)
		server_chunk(&s->server, octets);
	if ((!is_first || begin(s)) && !s->is_ours &&
	    (octets > 0 || !is_last)) {
		(void)snprintf(line, sizeof(line), "BDAT %" PRIu64 "%s", octets,
		    is_last ? " LAST" : "");
		hop_send(s, is_last ? SENT_DOT : SENT_CHUNK, slice_of(line),
		    (struct slice){ NULL, 0 });
	}
	if (octets == 0)
		mail_chunk_end(s);
	return true;
}

void
chunk_finish(struct session *s)
{
	if (!s->has_end_octet) {
		hop_send(s, SENT_DOT, SLICE("BDAT 0 LAST"),
		    (struct slice){ NULL, 0 });
		return;
	}
	session_to_hop_add(s, (struct slice){ &s->end_octet, 1 });
	s->hop_deadline = s->now + WAIT_FINAL_MS;
}
