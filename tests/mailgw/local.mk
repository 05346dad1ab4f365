# tests of mailgw

check_PROGRAMS += tests/mailgw/spool_test
tests_mailgw_spool_test_SOURCES = tests/mailgw/spool_test.c
tests_mailgw_spool_test_LDADD = $(SPOOL_LIBS) $(CMOCKA_LIBS)
TESTS += tests/mailgw/spool_test

check_PROGRAMS += tests/mailgw/own_test
tests_mailgw_own_test_SOURCES = tests/mailgw/own_test.c
tests_mailgw_own_test_LDADD = $(MESSAGE_LIBS)
TESTS += tests/mailgw/own_test
EXTRA_DIST += tests/mailgw/own
