# tests of mailgw

check_PROGRAMS += tests/mailgw/spool_test
tests_mailgw_spool_test_SOURCES = tests/mailgw/spool_test.c
tests_mailgw_spool_test_LDADD = $(SPOOL_LIBS) $(CMOCKA_LIBS)
TESTS += tests/mailgw/spool_test

check_PROGRAMS += tests/mailgw/dlg_test
tests_mailgw_dlg_test_SOURCES = tests/mailgw/dlg_test.c
tests_mailgw_dlg_test_LDADD = $(SMTP_LIBS)
DIALOGUES = \
	tests/mailgw/dlg/all-refused.dlg \
	tests/mailgw/dlg/client-half-close.dlg \
	tests/mailgw/dlg/client-half-dot.dlg \
	tests/mailgw/dlg/client-idle.dlg \
	tests/mailgw/dlg/client-rst-commit.dlg \
	tests/mailgw/dlg/client-rst-final.dlg \
	tests/mailgw/dlg/client-slow-body.dlg \
	tests/mailgw/dlg/client-slow-command.dlg \
	tests/mailgw/dlg/client-vanishes.dlg \
	tests/mailgw/dlg/closes-bdat-huge.dlg \
	tests/mailgw/dlg/closes-bdat.dlg \
	tests/mailgw/dlg/closes-http-get.dlg \
	tests/mailgw/dlg/closes-http.dlg \
	tests/mailgw/dlg/closes-proxy.dlg \
	tests/mailgw/dlg/closes-xclient.dlg \
	tests/mailgw/dlg/closes-xforward.dlg \
	tests/mailgw/dlg/data-refused-early.dlg \
	tests/mailgw/dlg/drain-idle.dlg \
	tests/mailgw/dlg/drain.dlg \
	tests/mailgw/dlg/early-body.dlg \
	tests/mailgw/dlg/ehlo-filter.dlg \
	tests/mailgw/dlg/errors.dlg \
	tests/mailgw/dlg/flood.dlg \
	tests/mailgw/dlg/hop-250-to-data.dlg \
	tests/mailgw/dlg/hop-354-to-mail.dlg \
	tests/mailgw/dlg/hop-421-unasked.dlg \
	tests/mailgw/dlg/hop-421.dlg \
	tests/mailgw/dlg/hop-closes-banner.dlg \
	tests/mailgw/dlg/hop-closes-between.dlg \
	tests/mailgw/dlg/hop-closes-body.dlg \
	tests/mailgw/dlg/hop-closes-commit.dlg \
	tests/mailgw/dlg/hop-closes-data.dlg \
	tests/mailgw/dlg/hop-closes-dot.dlg \
	tests/mailgw/dlg/hop-closes-idle.dlg \
	tests/mailgw/dlg/hop-closes-mail.dlg \
	tests/mailgw/dlg/hop-code-change.dlg \
	tests/mailgw/dlg/hop-down.dlg \
	tests/mailgw/dlg/hop-early-250.dlg \
	tests/mailgw/dlg/hop-early-reply.dlg \
	tests/mailgw/dlg/hop-endless-reply.dlg \
	tests/mailgw/dlg/hop-garbage.dlg \
	tests/mailgw/dlg/hop-greets-554.dlg \
	tests/mailgw/dlg/hop-injects.dlg \
	tests/mailgw/dlg/hop-odd-replies.dlg \
	tests/mailgw/dlg/hop-silent.dlg \
	tests/mailgw/dlg/hop-slow-dot.dlg \
	tests/mailgw/dlg/hostile-commands.dlg \
	tests/mailgw/dlg/lookalike-01.dlg \
	tests/mailgw/dlg/lookalike-02.dlg \
	tests/mailgw/dlg/lookalike-03.dlg \
	tests/mailgw/dlg/lookalike-04.dlg \
	tests/mailgw/dlg/lookalike-05.dlg \
	tests/mailgw/dlg/lookalike-06.dlg \
	tests/mailgw/dlg/lookalike-07.dlg \
	tests/mailgw/dlg/lookalike-08.dlg \
	tests/mailgw/dlg/lookalike-09.dlg \
	tests/mailgw/dlg/lookalike-10.dlg \
	tests/mailgw/dlg/lookalike-11.dlg \
	tests/mailgw/dlg/lookalike-12.dlg \
	tests/mailgw/dlg/lookalike-13.dlg \
	tests/mailgw/dlg/lookalike-14.dlg \
	tests/mailgw/dlg/lookalike-15.dlg \
	tests/mailgw/dlg/lookalike-16.dlg \
	tests/mailgw/dlg/lookalike-17.dlg \
	tests/mailgw/dlg/lookalike-18.dlg \
	tests/mailgw/dlg/lookalike-19.dlg \
	tests/mailgw/dlg/lookalike-20.dlg \
	tests/mailgw/dlg/lookalike-21.dlg \
	tests/mailgw/dlg/lookalike-22.dlg \
	tests/mailgw/dlg/lookalike-23.dlg \
	tests/mailgw/dlg/lookalike-24.dlg \
	tests/mailgw/dlg/lookalike-25.dlg \
	tests/mailgw/dlg/lookalike-26.dlg \
	tests/mailgw/dlg/lookalike-then-mail.dlg \
	tests/mailgw/dlg/no-pipelining.dlg \
	tests/mailgw/dlg/not-lookalikes.dlg \
	tests/mailgw/dlg/order-of-verbs.dlg \
	tests/mailgw/dlg/order.dlg \
	tests/mailgw/dlg/pipelining.dlg \
	tests/mailgw/dlg/plain.dlg \
	tests/mailgw/dlg/real-ends.dlg \
	tests/mailgw/dlg/refused.dlg \
	tests/mailgw/dlg/spool-begin.dlg \
	tests/mailgw/dlg/spool-data-full.dlg \
	tests/mailgw/dlg/spool-end.dlg \
	tests/mailgw/dlg/spool-pass-begin.dlg \
	tests/mailgw/dlg/spool-pass-data.dlg \
	tests/mailgw/dlg/spool-pass-end.dlg \
	tests/mailgw/dlg/spool-pass-sync.dlg \
	tests/mailgw/dlg/spool-sync.dlg \
	tests/mailgw/dlg/too-big.dlg
EXTRA_DIST += $(DIALOGUES) tests/mailgw/sink
TESTS += tests/mailgw/dialogues.t
EXTRA_DIST += tests/mailgw/dialogues.t
tests/mailgw/dialogues.log: tests/mailgw/dlg_test

include tests/mailgw/reader.mk
TESTS += tests/mailgw/gateway.t
EXTRA_DIST += tests/mailgw/gateway.t tests/mailgw/wire.py
tests/mailgw/gateway.log: promised-gateway
