# tests of mailgw

check_PROGRAMS += tests/mailgw/spool_test
tests_mailgw_spool_test_SOURCES = tests/mailgw/spool_test.c
tests_mailgw_spool_test_LDADD = $(SPOOL_LIBS) $(CMOCKA_LIBS)
TESTS += tests/mailgw/spool_test

check_PROGRAMS += tests/mailgw/dlg_test
tests_mailgw_dlg_test_SOURCES = tests/mailgw/dlg_test.c
tests_mailgw_dlg_test_LDADD = $(SMTP_LIBS)
EXTRA_DIST += tests/mailgw/dlg tests/mailgw/sink
TESTS += tests/mailgw/dialogues.t
EXTRA_DIST += tests/mailgw/dialogues.t
tests/mailgw/dialogues.log: tests/mailgw/dlg_test

include tests/mailgw/reader.mk
include tests/mailgw/sources.mk
TESTS += tests/mailgw/gateway.t tests/mailgw/relay.t
EXTRA_DIST += tests/mailgw/relay.t tests/mailgw/relay_wire.py
tests/mailgw/relay.log: promised-gateway
TESTS += tests/mailgw/tls.t tests/mailgw/names.t
EXTRA_DIST += tests/mailgw/gateway.t tests/mailgw/wire.py \
	tests/mailgw/tls.t tests/mailgw/tls_wire.py \
	tests/mailgw/names.t tests/mailgw/names_wire.py
tests/mailgw/tls.log: promised-gateway
tests/mailgw/names.log: promised-gateway
tests/mailgw/gateway.log: promised-gateway

check_PROGRAMS += tests/mailgw/server_test
tests_mailgw_server_test_SOURCES = tests/mailgw/server_test.c
tests_mailgw_server_test_LDADD = $(SMTP_LIBS) $(CMOCKA_LIBS)
TESTS += tests/mailgw/server_test

check_PROGRAMS += tests/mailgw/proxy_test
tests_mailgw_proxy_test_SOURCES = tests/mailgw/proxy_test.c mailgw/smtp/net.c
tests_mailgw_proxy_test_LDADD = $(SMTP_LIBS) $(CMOCKA_LIBS)
TESTS += tests/mailgw/proxy_test
