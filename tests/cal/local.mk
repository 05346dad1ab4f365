# tests of cal
check_PROGRAMS += tests/cal/ical_test
tests_cal_ical_test_SOURCES = tests/cal/ical_test.c tests/cal/sample.h \
	tests/cal/sample.c
tests_cal_ical_test_LDADD = $(CAL_LIBS) $(CMOCKA_LIBS)
TESTS += tests/cal/ical_test
