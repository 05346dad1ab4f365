# tests of the other ways in
TESTS += tests/mailgw/add.t
EXTRA_DIST += tests/mailgw/add.t tests/mailgw/add.py
tests/mailgw/add.log: promise-add promised-reader tests/core/ledger_seed \
	tests/mailgw/spool_put

check_PROGRAMS += tests/mailgw/mbox_test
tests_mailgw_mbox_test_SOURCES = tests/mailgw/mbox_test.c \
	mailgw/sources/mbox.h mailgw/sources/mbox.c
tests_mailgw_mbox_test_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
TESTS += tests/mailgw/mbox_test

TESTS += tests/mailgw/imap.t
EXTRA_DIST += tests/mailgw/imap.t tests/mailgw/imap_hostile.py
tests/mailgw/imap.log: promised-imap promised-imap-talk

check_PROGRAMS += tests/mailgw/imap_test
tests_mailgw_imap_test_SOURCES = tests/mailgw/imap_test.c \
	mailgw/sources/imap.h mailgw/sources/imap_name.c \
	mailgw/sources/imap_mark.h mailgw/sources/imap_mark.c
tests_mailgw_imap_test_LDADD = $(CORE_LIBS) $(ZLIB_LIBS) $(CMOCKA_LIBS)
TESTS += tests/mailgw/imap_test
