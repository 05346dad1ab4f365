# tests of mailgw

check_PROGRAMS += tests/mailgw/spool_test
tests_mailgw_spool_test_SOURCES = tests/mailgw/spool_test.c
tests_mailgw_spool_test_LDADD = $(SPOOL_LIBS) $(CMOCKA_LIBS)
TESTS += tests/mailgw/spool_test
