# tests of the message and reader rooms

check_PROGRAMS += tests/mailgw/own_test
tests_mailgw_own_test_SOURCES = tests/mailgw/own_test.c
tests_mailgw_own_test_LDADD = $(MESSAGE_LIBS)
TESTS += tests/mailgw/own_test
EXTRA_DIST += tests/mailgw/own

check_PROGRAMS += tests/mailgw/bad_parser
tests_mailgw_bad_parser_SOURCES = tests/mailgw/bad_parser.c

# promised-parser without sanitizers, where its sandbox can be closed
check_PROGRAMS += tests/mailgw/parser_plain
tests_mailgw_parser_plain_SOURCES = $(promised_parser_SOURCES) \
	$(libmessage_a_SOURCES) core/err.c
tests_mailgw_parser_plain_CFLAGS = $(WARN) -O2 -pthread
tests_mailgw_parser_plain_LDFLAGS = -pthread
tests_mailgw_parser_plain_LDADD = $(ETPAN_LIBS) $(LIBXML2_LIBS) \
	$(GLIB_LIBS) $(TALLOC_LIBS) $(SECCOMP_LIBS)

check_PROGRAMS += tests/mailgw/parser_test
tests_mailgw_parser_test_SOURCES = tests/mailgw/parser_test.c
tests_mailgw_parser_test_LDADD = $(READER_LIBS) $(CMOCKA_LIBS)
TESTS += tests/mailgw/parser_test

check_PROGRAMS += tests/mailgw/spool_put
tests_mailgw_spool_put_SOURCES = tests/mailgw/spool_put.c
tests_mailgw_spool_put_LDADD = $(SPOOL_LIBS)
TESTS += tests/mailgw/reader.t tests/mailgw/scan.t
EXTRA_DIST += tests/mailgw/reader.t tests/mailgw/scan.t

check_PROGRAMS += tests/mailgw/message_test
tests_mailgw_message_test_SOURCES = tests/mailgw/message_test.c
tests_mailgw_message_test_LDADD = $(MESSAGE_LIBS) $(CMOCKA_LIBS)
TESTS += tests/mailgw/message_test
