# cal: calendars and reminders out. Sees core, never mailgw.
noinst_LIBRARIES += libcal.a
libcal_a_SOURCES = cal/ical/clean.h cal/ical/clean.c \
	cal/ical/words.h cal/ical/words.c cal/ical/span.h cal/ical/span.c \
	cal/ical/ical.h cal/ical/ical_priv.h cal/ical/part.c \
	cal/ical/event.c cal/ical/invite.c cal/ical/sheet.c
CAL_LIBS = libcal.a $(CORE_LIBS) $(ICAL_LIBS) $(ZLIB_LIBS)
libcal_a_SOURCES += cal/feed/cond.h cal/feed/cond.c \
	cal/feed/snapshot.h cal/feed/snapshot.c cal/feed/board.h \
	cal/feed/board_priv.h cal/feed/board.c cal/feed/board_render.c
libcal_a_SOURCES += cal/feed/stock.h cal/feed/stock.c \
	cal/feed/shelf.h cal/feed/shelf.c
libcal_a_SOURCES += cal/start.h cal/start.c cal/file.h cal/file.c

pkglibexec_PROGRAMS += promised-feed
promised_feed_SOURCES = cal/feed/main.c cal/feed/server.h cal/feed/server.c
promised_feed_LDADD = $(CAL_LIBS) $(MHD_LIBS)

libcal_a_SOURCES += cal/remind/plan.h cal/remind/plan.c \
	cal/remind/note.h cal/remind/note.c cal/remind/note_words.h \
	cal/remind/note_words.c cal/remind/letter.h cal/remind/letter.c \
	cal/remind/post.h cal/remind/post.c cal/remind/post_way.c cal/remind/desk.h \
	cal/remind/desk.c cal/remind/outbox.h cal/remind/outbox.c \
	cal/remind/invite.h cal/remind/invite.c \
	cal/reply/itip.h cal/reply/itip.c \
	cal/reply/words.h cal/reply/words.c cal/reply/date.h \
	cal/reply/date.c cal/reply/reply.h cal/reply/reply.c
pkglibexec_PROGRAMS += promised-remind promise-ics promise-closures
promise_closures_SOURCES = cal/ical/closures.h cal/ical/closures.c \
	cal/ical/closures_main.c
promise_closures_LDADD = $(CAL_LIBS)
promised_remind_SOURCES = cal/remind/main.c
promised_remind_LDADD = $(CAL_LIBS) $(ETPAN_LIBS) $(CURL_LIBS)
libcal_a_SOURCES += cal/caldav/collection.h cal/caldav/collection.c
pkglibexec_PROGRAMS += promise-caldav
promise_caldav_SOURCES = cal/caldav/main.c
promise_caldav_LDADD = $(CAL_LIBS)
dist_man_MANS += cal/caldav/promise-caldav.1
promise_ics_SOURCES = cal/ical/main.c
promise_ics_LDADD = $(CAL_LIBS)
dist_man_MANS += cal/feed/promised-feed.8 cal/remind/promised-remind.8 \
	cal/ical/promise-ics.1 cal/ical/promise-closures.1
