# tests of core

check_PROGRAMS += tests/core/log_test
tests_core_log_test_SOURCES = tests/core/log_test.c
tests_core_log_test_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
TESTS += tests/core/log_test
