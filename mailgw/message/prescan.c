/*
 * prescan.c - what libetpan must not see
 *
 * One pass over the lines. Header blocks are the first lines and those behind
 * any line that starts with "--" (a boundary, perhaps), up to a blank line; the
 * blank line after a message/rfc822 or a digest opens another. Everything that
 * nests or multiplies is counted there.
 */
#include "core/core.h"

#include "mailgw/message/decode.h"
#include "mailgw/message/prescan.h"

struct scan {
	bool in_header;
	bool next_is_header; /* behind the blank line */
	size_t fields, header_bytes, value_bytes, comments;
	size_t boundaries, nested, dashes;
};

static bool
holds(struct slice s, const char *lower)
{
	size_t n = strlen(lower), i;

	for (i = 0; i + n <= s.len; i++)
		if ((s.at[i] | 0x20) == lower[0] &&
		    decode_starts((struct slice){ s.at + i, s.len - i }, lower))
			return true;
	return false;
}

/* boundary - one boundary= of a header line */
static enum rc
boundary(struct scan *sc, struct slice v, struct err *e)
{
	size_t i = 0, n = 0;

	if (++sc->boundaries > PRESCAN_MAX_BOUNDARIES)
		return err_set(e, RC_BADINPUT, "too many multiparts");
	while (i < v.len && (v.at[i] == ' ' || v.at[i] == '\t'))
		i++;
	if (i < v.len && v.at[i] == '"') {
		for (i++; i < v.len && v.at[i] != '"'; i++) {
			/* libetpan takes the wrong quotes off */
			if (v.at[i] == '\\')
				return err_set(e, RC_BADINPUT,
				    "a boundary with an escape");
			n++;
		}
	} else {
		for (; i < v.len && v.at[i] > ' ' && v.at[i] != ';'; i++) {
			if (v.at[i] == '"' || v.at[i] == '\\')
				return err_set(e, RC_BADINPUT,
				    "a boundary with a quote inside");
			n++;
		}
	}
	/* empty is also what a fold behind "=" looks like */
	if (n == 0)
		return err_set(e, RC_BADINPUT, "an empty boundary");
	if (n > 70)
		return err_set(e, RC_BADINPUT, "a boundary that is too long");
	return RC_OK;
}

/* is_rule - nothing but dashes */
static bool
is_rule(struct slice line)
{
	size_t i;

	for (i = 0; i < line.len; i++)
		if (line.at[i] != '-')
			return false;
	return true;
}

static enum rc
header_line(struct scan *sc, struct slice line, struct err *e)
{
	size_t i;
	enum rc rc;

	if (line.at[0] != ' ' && line.at[0] != '\t') {
		sc->value_bytes = sc->comments = 0;
		if (++sc->fields > PRESCAN_MAX_FIELDS)
			return err_set(e, RC_BADINPUT, "too many header lines");
	}
	sc->header_bytes += line.len;
	sc->value_bytes += line.len;
	if (sc->header_bytes > PRESCAN_MAX_HEADER)
		return err_set(e, RC_BADINPUT, "a header that is too long");
	if (sc->value_bytes > PRESCAN_MAX_VALUE)
		return err_set(
		    e, RC_BADINPUT, "a header line that is too long");
	for (i = 0; i < line.len; i++) {
		if (line.at[i] == '(' && ++sc->comments > PRESCAN_MAX_COMMENTS)
			return err_set(
			    e, RC_BADINPUT, "too many nested comments");
		if (line.at[i] == ')' && sc->comments > 0)
			sc->comments--;
		if ((line.at[i] | 0x20) != 'b' ||
		    !decode_starts((struct slice){ line.at + i, line.len - i },
			"boundary"))
			continue;
		i += 8;
		while (i < line.len && line.at[i] != '=' &&
		       (line.at[i] == ' ' || line.at[i] == '*' ||
			   (line.at[i] >= '0' && line.at[i] <= '9')))
			i++;
		if (i < line.len && line.at[i] == '=') {
			rc = boundary(sc,
			    (struct slice){ line.at + i + 1, line.len - i - 1 },
			    e);
			if (rc != RC_OK)
				return rc;
		}
	}
	if (holds(line, "message/") || holds(line, "multipart/digest")) {
		sc->next_is_header = true;
		if (++sc->nested > PRESCAN_MAX_NESTED)
			return err_set(e, RC_BADINPUT,
			    "too many messages inside messages");
	}
	return RC_OK;
}

enum rc
prescan(struct slice bytes, struct err *e)
{
	struct scan sc = { .in_header = true };
	size_t at = 0, end;
	struct slice line;
	enum rc rc;

	for (; at < bytes.len; at = end + 1) {
		const char *nl = memchr(bytes.at + at, '\n', bytes.len - at);

		end = nl ? (size_t)(nl - bytes.at) : bytes.len;
		line = (struct slice){ bytes.at + at, end - at };
		if (line.len > 0 && line.at[line.len - 1] == '\r')
			line.len--;
		if (line.len == 0) {
			sc.in_header = sc.next_is_header;
			sc.next_is_header = false;
			sc.fields = sc.header_bytes = sc.value_bytes = 0;
			sc.comments = 0;
			continue;
		}
		if (line.len >= 2 && line.at[0] == '-' && line.at[1] == '-') {
			/* a rule or a table in a text is no boundary */
			if (line.len <= 74 && line.len >= 3 && !is_rule(line) &&
			    sc.boundaries > 0 &&
			    ++sc.dashes > PRESCAN_MAX_PARTS)
				return err_set(
				    e, RC_BADINPUT, "too many parts");
			sc.in_header = true;
			sc.fields = sc.header_bytes = sc.value_bytes = 0;
			sc.comments = 0;
			continue;
		}
		if (!sc.in_header)
			continue;
		rc = header_line(&sc, line, e);
		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}
