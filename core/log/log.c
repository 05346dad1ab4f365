/*
 * log.c - logfmt lines on stderr
 */
#include "core/log/log.h"

#include <stdarg.h>

#define LOG_LINE_MAX 2048

static const struct {
	enum log_priority priority;
	const char *name;
	const char *doc;
} events[] = {
#define LOG_EVENT(id, priority, name, doc) [id] = { priority, name, doc },
#include "core/log/events.def"
#undef LOG_EVENT
};

static enum log_priority threshold = LOG_P_INFO;

struct line {
	char at[LOG_LINE_MAX];
	size_t len;
};

/* put - append one octet, keeping room for the line's end */
static void
put(struct line *l, char c)
{
	if (l->len < sizeof(l->at) - 2)
		l->at[l->len++] = c;
}

/* put_text - append a value, quoted where logfmt needs it */
static void
put_text(struct line *l, const char *s)
{
	static const char hex[] = "0123456789abcdef";
	bool quote = *s == '\0' || strpbrk(s, " \"=\\") != NULL;
	const unsigned char *u;

	for (u = (const unsigned char *)s; *u != '\0'; u++)
		if (*u < 0x20 || *u == 0x7f)
			quote = true;
	if (quote)
		put(l, '"');
	for (u = (const unsigned char *)s; *u != '\0'; u++) {
		if (*u < 0x20 || *u == 0x7f) {
			put(l, '\\');
			put(l, 'x');
			put(l, hex[*u >> 4]);
			put(l, hex[*u & 15]);
			continue;
		}
		if (*u == '"' || *u == '\\')
			put(l, '\\');
		put(l, (char)*u);
	}
	if (quote)
		put(l, '"');
}

void
log_event_fields(enum log_event id, const struct log_field *f)
{
	struct line l = { .len = 0 };
	char number[24];
	const char *s;

	assert(id < LOG_EVENT_COUNT);
	if (events[id].priority > threshold)
		return;
	put(&l, '<');
	put(&l, (char)('0' + events[id].priority));
	put(&l, '>');
	for (s = "event="; *s; s++)
		put(&l, *s);
	for (s = events[id].name; *s; s++)
		put(&l, *s);
	for (; f->key != NULL; f++) {
		put(&l, ' ');
		for (s = f->key; *s; s++)
			put(&l, *s);
		put(&l, '=');
		if (f->text == NULL)
			(void)snprintf(
			    number, sizeof(number), "%" PRId64, f->number);
		put_text(&l, f->text ? f->text : number);
	}
	l.at[l.len++] = '\n';
	while (write(STDERR_FILENO, l.at, l.len) < 0 && errno == EINTR)
		;
}

void
log_threshold(enum log_priority p)
{
	threshold = p;
}

const char *
log_event_name(enum log_event id)
{
	return events[id].name;
}

const char *
log_event_doc(enum log_event id)
{
	return events[id].doc;
}
