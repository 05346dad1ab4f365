# core: pure logic and storage. Its users link CORE_LIBS.
noinst_LIBRARIES += libcore.a
libcore_a_SOURCES = core/core.h core/banned.h core/err.c
CORE_LIBS = libcore.a $(SQLITE_LIBS) $(CONFUSE_LIBS) $(UTF8PROC_LIBS) \
	$(GLIB_LIBS) $(JANSSON_LIBS) $(TALLOC_LIBS) -lm

libcore_a_SOURCES += core/log/log.h core/log/log.c core/log/events.def
libcore_a_SOURCES += core/civil/civil.h core/civil/civil.c core/civil/zone.c \
	core/civil/calendar.c core/civil/holiday.h core/civil/holiday.c \
	core/civil/holidays.def
