/*
 * log.h - one event, one line of logfmt on stderr behind a journal priority
 *
 *     <6>event=promise.found id=41 due=2026-03-12T12:00
 *
 * Event names and what they mean live in one table, events.def, which the
 * manual page promised(8) is checked against. Values are quoted and escaped
 * here; nobody builds a line by hand. No text of a mail above debug level.
 */
#ifndef CORE_LOG_H
#define CORE_LOG_H

#include "core/core.h"

/* syslog(3) priorities, as sd-daemon(3) prefixes them */
enum log_priority {
	LOG_P_ERR = 3,
	LOG_P_WARNING = 4,
	LOG_P_NOTICE = 5,
	LOG_P_INFO = 6,
	LOG_P_DEBUG = 7
};

enum log_event {
#define LOG_EVENT(id, priority, name, doc) id,
#include "core/log/events.def"
#undef LOG_EVENT
	LOG_EVENT_COUNT
};

/* key NULL ends a row of fields; a NULL text leaves its field out */
struct log_field {
	const char *key;
	const char *text;
	int64_t number;
};

#define LOG_TEXT(k, v)                                                         \
	{                                                                      \
		(k), (v) ? (v) : "", 0                                         \
	}
#define LOG_NUMBER(k, v)                                                       \
	{                                                                      \
		(k), NULL, (v)                                                 \
	}

/*
 * log_event - write one line, in one write(2)
 *
 *     log_event(EV_SPOOL_ROTATED, LOG_NUMBER("segment", 7));
 */
#define log_event(id, ...)                                                     \
	log_event_fields((id),                                                 \
	    (const struct log_field[]){ __VA_ARGS__, { NULL, NULL, 0 } })
void log_event_fields(enum log_event id, const struct log_field *fields);

/* log_threshold - lines above this priority number are not written; default 6 */
void log_threshold(enum log_priority p);

/* log_event_name, log_event_doc - a row of the table, for the manual's check */
const char *log_event_name(enum log_event id);
const char *log_event_doc(enum log_event id);

#endif
