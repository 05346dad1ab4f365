/*
 * err.c - result codes with a text for a person, and copies of slices
 */
#include "core/core.h"

#include <stdarg.h>

enum rc
err_set(struct err *e, enum rc rc, const char *fmt, ...)
{
	va_list ap;

	e->rc = rc;
	va_start(ap, fmt);
	(void)vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return rc;
}

enum rc
err_context(struct err *e, const char *fmt, ...)
{
	char before[sizeof(e->text)];
	char head[sizeof(e->text) / 2];
	va_list ap;

	memcpy(before, e->text, sizeof(before));
	va_start(ap, fmt);
	(void)vsnprintf(head, sizeof(head), fmt, ap);
	va_end(ap);
	(void)snprintf(e->text, sizeof(e->text), "%s: %.110s", head, before);
	return e->rc;
}

enum rc
err_errno(struct err *e, const char *fmt, ...)
{
	int saved = errno;
	char head[160];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(head, sizeof(head), fmt, ap);
	va_end(ap);
	return err_set(e, RC_INTERNAL, "%s: %s", head, strerror(saved));
}

enum rc
err_nomem(struct err *e)
{
	return err_set(e, RC_TOOBIG, "memory limit reached");
}

char *
slice_dup(TALLOC_CTX *mem, struct slice s)
{
	return talloc_strndup(mem, s.at ? s.at : "", s.len);
}
