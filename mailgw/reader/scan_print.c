/*
 * scan_print.c - what promise scan says
 */
#include "core/core.h"

#include <glib.h>
#include <jansson.h>
#include <sys/ioctl.h>

#include "mailgw/reader/scan_print.h"

static const enum promise_warning warnings[] = { WARN_WEEKDAY, WARN_PAST,
	WARN_CLOSED, WARN_UNDATED, WARN_NEXT };

void
scan_look(struct scan_look *l, int files)
{
	struct winsize w;

	l->names_files = files > 1;
	l->width = 0;
	if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0)
		l->width = w.ws_col;
}

static json_t *
text_or_null(const char *s)
{
	return s ? json_string(s) : json_null();
}

static json_t *
civil_or_null(struct civil c)
{
	char text[CIVIL_TEXT_MAX];

	if (!c.is_set)
		return json_null();
	civil_format(c, text);
	return json_string(text);
}

/* print_json - one promise, one line */
static enum rc
print_json(const char *file, const struct message *m, const struct promise *p,
    struct err *e)
{
	json_t *line = json_object(), *list = json_array();
	size_t i;
	int failed = line == NULL || list == NULL;

	/* a file's name may be no UTF-8 */
	failed = failed ||
		 json_object_set_new(line, "file",
		     text_or_null(
			 g_utf8_validate(file, -1, NULL) ? file : NULL)) != 0;
	failed =
	    failed ||
	    json_object_set_new(
		line, "message_id", text_or_null(m->message_id)) != 0 ||
	    json_object_set_new(line, "text", json_string(p->text)) != 0 ||
	    json_object_set_new(
		line, "kind", json_string(promise_kind_name(p->kind))) != 0 ||
	    json_object_set_new(line, "due", civil_or_null(p->due)) != 0 ||
	    json_object_set_new(line, "from", civil_or_null(p->from)) != 0 ||
	    json_object_set_new(line, "after", text_or_null(p->after)) != 0 ||
	    json_object_set_new(
		line, "condition", text_or_null(p->condition)) != 0 ||
	    json_object_set_new(line, "hedged", json_boolean(p->is_hedged)) !=
		0 ||
	    json_object_set_new(line, "lang", json_string(p->lang)) != 0;
	for (i = 0; i < ARRAY_LEN(warnings) && !failed; i++)
		if (p->warnings & warnings[i])
			failed = json_array_append_new(list,
			    json_string(promise_warning_name(warnings[i])));
	failed =
	    failed || json_object_set(line, "warnings", list) != 0 ||
	    json_dumpf(line, stdout, JSON_PRESERVE_ORDER | JSON_COMPACT) != 0;
	(void)putchar('\n');
	json_decref(list);
	json_decref(line);
	return failed ? err_set(e, RC_INTERNAL, "%s: cannot be written as JSON",
			    file)
		      : RC_OK;
}

/* print_cut - UTF-8 text in at most `width` columns; 0: all of it */
static void
print_cut(const char *text, unsigned width)
{
	const char *s = text;
	unsigned columns = 0;

	for (; *s != '\0'; s++) {
		if (((unsigned char)*s & 0xc0) == 0x80)
			continue;
		if (width > 0 && columns + 1 >= width && s[1] != '\0')
			break;
		columns++;
	}
	(void)fwrite(text, 1, (size_t)(s - text), stdout);
	(void)fputs(*s ? "\xe2\x80\xa6\n" : "\n", stdout);
}

/* print_why - the explanation, each of its lines set in */
static void
print_why(const char *why)
{
	const char *end;

	for (; why != NULL && *why != '\0'; why = *end ? end + 1 : end) {
		end = strchrnul(why, '\n');
		printf("%20s%.*s\n", "", (int)(end - why), why);
	}
}

static void
print_human(const struct scan_look *l, const struct promise *p)
{
	char due[CIVIL_TEXT_MAX], from[CIVIL_TEXT_MAX];
	char when[2 * CIVIL_TEXT_MAX + 8];
	size_t i;
	char *t;

	civil_format(p->due, due);
	for (t = due; *t != '\0'; t++)
		if (*t == 'T')
			*t = ' ';
	(void)snprintf(when, sizeof(when), "%s",
	    p->due.is_set ? due
	    : p->after    ? p->after
			  : "-");
	printf("  %-16s  %-11s  ", when, promise_kind_name(p->kind));
	print_cut(p->text, l->width > 40 ? l->width - 33 : 0);
	if (p->from.is_set) {
		civil_format(p->from, from);
		printf("%20sfrom %s\n", "", from);
	}
	if (p->after != NULL)
		printf("%20safter %s\n", "", p->after);
	if (p->condition != NULL)
		printf("%20sif: %s\n", "", p->condition);
	if (p->is_hedged)
		printf("%20shedged\n", "");
	for (i = 0; i < ARRAY_LEN(warnings); i++)
		if (p->warnings & warnings[i])
			printf("%20swarning: %s\n", "",
			    promise_warning_name(warnings[i]));
	if (l->is_explained)
		print_why(p->why);
}

enum rc
scan_print(const struct scan_look *l, const char *file, const struct message *m,
    const struct understood *o, struct err *e)
{
	enum rc rc = RC_OK;
	size_t i;

	if (l->names_files && !l->is_json && o->read->count > 0)
		printf("%s\n", file);
	for (i = 0; i < o->read->count && rc == RC_OK; i++) {
		if (l->is_json)
			rc = print_json(file, m, &o->read->promises[i], e);
		else
			print_human(l, &o->read->promises[i]);
	}
	if (o->read->beyond > 0)
		(void)fprintf(stderr,
		    "promise scan: %s: %zu more promises "
		    "are left out\n",
		    file, o->read->beyond);
	return rc;
}

void
scan_print_words(
    const struct scan_look *l, const char *file, const struct message *m)
{
	if (l->names_files)
		printf("=== %s\n", file);
	(void)fputs(m->words, stdout);
}
