# tests of cal
check_PROGRAMS += tests/cal/ical_test
tests_cal_ical_test_SOURCES = tests/cal/ical_test.c tests/cal/sample.h \
	tests/cal/sample.c
tests_cal_ical_test_LDADD = $(CAL_LIBS) $(CMOCKA_LIBS)
TESTS += tests/cal/ical_test
check_PROGRAMS += tests/cal/cond_test
tests_cal_cond_test_SOURCES = tests/cal/cond_test.c
tests_cal_cond_test_LDADD = $(CAL_LIBS) $(CMOCKA_LIBS)
TESTS += tests/cal/cond_test

check_PROGRAMS += tests/cal/seed
tests_cal_seed_SOURCES = tests/cal/seed.c tests/cal/sample.h \
	tests/cal/sample.c
tests_cal_seed_LDADD = $(CORE_LIBS)
EXTRA_DIST += tests/cal/feed.t
TESTS += tests/cal/feed.t
check_PROGRAMS += tests/cal/plan_test
tests_cal_plan_test_SOURCES = tests/cal/plan_test.c tests/cal/sample.h \
	tests/cal/sample.c
tests_cal_plan_test_LDADD = $(CAL_LIBS) $(CMOCKA_LIBS)
TESTS += tests/cal/plan_test
EXTRA_DIST += tests/cal/ics.t tests/cal/closures.t
TESTS += tests/cal/ics.t tests/cal/closures.t
check_PROGRAMS += tests/cal/board_test
tests_cal_board_test_SOURCES = tests/cal/board_test.c tests/cal/sample.h \
	tests/cal/sample.c
tests_cal_board_test_LDADD = $(CAL_LIBS) $(CMOCKA_LIBS)
TESTS += tests/cal/board_test
EXTRA_DIST += tests/cal/rough.t tests/cal/rough.py
TESTS += tests/cal/rough.t
EXTRA_DIST += tests/cal/remind.t
TESTS += tests/cal/remind.t
EXTRA_DIST += tests/cal/post.t tests/cal/hop.py tests/cal/mail.py
TESTS += tests/cal/post.t
check_PROGRAMS += tests/cal/reply_test
tests_cal_reply_test_SOURCES = tests/cal/reply_test.c
tests_cal_reply_test_LDADD = $(CAL_LIBS) $(CMOCKA_LIBS)
TESTS += tests/cal/reply_test
EXTRA_DIST += tests/cal/invite.t tests/cal/event.py
TESTS += tests/cal/invite.t
check_PROGRAMS += tests/cal/itip_test
tests_cal_itip_test_SOURCES = tests/cal/itip_test.c
tests_cal_itip_test_LDADD = $(CAL_LIBS) $(CMOCKA_LIBS)
TESTS += tests/cal/itip_test
check_PROGRAMS += tests/cal/stock_test
tests_cal_stock_test_SOURCES = tests/cal/stock_test.c
tests_cal_stock_test_LDADD = $(CAL_LIBS) $(CMOCKA_LIBS)
TESTS += tests/cal/stock_test
EXTRA_DIST += tests/cal/looks.t
TESTS += tests/cal/looks.t
EXTRA_DIST += tests/cal/caldav.t
TESTS += tests/cal/caldav.t
# the same with fewer parts to an answer, so that a short calendar has too many
check_PROGRAMS += tests/cal/feed_parts
tests_cal_feed_parts_SOURCES = cal/feed/main.c cal/feed/server.h \
	cal/feed/server.c
tests_cal_feed_parts_CPPFLAGS = $(AM_CPPFLAGS) -DSERVER_PARTS_MAX=8
tests_cal_feed_parts_LDADD = $(promised_feed_LDADD)
