# cal: calendars and reminders out. Sees core, never mailgw.
noinst_LIBRARIES += libcal.a
libcal_a_SOURCES = cal/ical/clean.h cal/ical/clean.c \
	cal/ical/words.h cal/ical/words.c cal/ical/span.h cal/ical/span.c \
	cal/ical/ical.h cal/ical/ical_priv.h cal/ical/part.c \
	cal/ical/event.c cal/ical/sheet.c
CAL_LIBS = libcal.a $(CORE_LIBS) $(ICAL_LIBS) $(ZLIB_LIBS)
