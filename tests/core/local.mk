# tests of core

check_PROGRAMS += tests/core/log_test
tests_core_log_test_SOURCES = tests/core/log_test.c
tests_core_log_test_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
TESTS += tests/core/log_test

check_PROGRAMS += tests/core/civil_test
tests_core_civil_test_SOURCES = tests/core/civil_test.c
tests_core_civil_test_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
TESTS += tests/core/civil_test

check_PROGRAMS += tests/core/when_test
tests_core_when_test_SOURCES = tests/core/when_test.c
tests_core_when_test_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
TESTS += tests/core/when_test
EXTRA_DIST += tests/when tests/core/promise_when.t
TESTS += tests/core/promise_when.t tests/core/site_lang.t
EXTRA_DIST += tests/core/site_lang.t
check_PROGRAMS += tests/core/when_hostile
tests_core_when_hostile_SOURCES = tests/core/when_fuzz.c
tests_core_when_hostile_LDADD = $(CORE_LIBS)
TESTS += tests/core/when_hostile
if FUZZ
noinst_PROGRAMS += tests/core/when_fuzz
tests_core_when_fuzz_SOURCES = tests/core/when_fuzz.c
tests_core_when_fuzz_CPPFLAGS = $(AM_CPPFLAGS) -DFUZZ_TARGET
tests_core_when_fuzz_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_core_when_fuzz_LDADD = $(CORE_LIBS)
endif
check_PROGRAMS += tests/core/settings_test
tests_core_settings_test_SOURCES = tests/core/settings_test.c
tests_core_settings_test_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
TESTS += tests/core/settings_test

check_PROGRAMS += tests/core/unread_test
tests_core_unread_test_SOURCES = tests/core/unread_test.c
tests_core_unread_test_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
TESTS += tests/core/unread_test
check_PROGRAMS += tests/core/text_test tests/core/lang_test
tests_core_text_test_SOURCES = tests/core/text_test.c
tests_core_text_test_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
tests_core_lang_test_SOURCES = tests/core/lang_test.c
tests_core_lang_test_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
TESTS += tests/core/text_test tests/core/lang_test

check_PROGRAMS += tests/core/ledger_test
tests_core_ledger_test_SOURCES = tests/core/ledger_test.c
tests_core_ledger_test_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
TESTS += tests/core/ledger_test

check_PROGRAMS += tests/core/backoff_test
tests_core_backoff_test_SOURCES = tests/core/backoff_test.c \
	core/service/backoff.c
tests_core_backoff_test_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
TESTS += tests/core/backoff_test
check_PROGRAMS += tests/core/promise_test
tests_core_promise_test_SOURCES = tests/core/promise_test.c
tests_core_promise_test_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
TESTS += tests/core/promise_test

check_PROGRAMS += tests/core/ledger_seed
tests_core_ledger_seed_SOURCES = tests/core/ledger_seed.c
tests_core_ledger_seed_LDADD = $(CORE_LIBS)

EXTRA_DIST += tests/core/promise_cmd.sh tests/core/promise_list.t
TESTS += tests/core/promise_list.t
EXTRA_DIST += tests/core/promise_show.t tests/core/promise_export.t \
	tests/core/promise_feed.t tests/core/promise_help.t
TESTS += tests/core/promise_show.t tests/core/promise_export.t \
	tests/core/promise_feed.t tests/core/promise_help.t

check_PROGRAMS += tests/core/ledger_kill_test
tests_core_ledger_kill_test_SOURCES = tests/core/ledger_kill_test.c
tests_core_ledger_kill_test_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
TESTS += tests/core/ledger_kill_test
EXTRA_DIST += tests/core/manual.t
TESTS += tests/core/manual.t

# the labelled mails: found, dated, scored; and what the model is trained with
check_PROGRAMS += tests/core/read_corpus
tests_core_read_corpus_SOURCES = tests/core/read_corpus.c
tests_core_read_corpus_LDADD = $(CORE_LIBS)
TESTS += tests/corpus/corpus.t
EXTRA_DIST += tests/corpus/corpus.t tests/corpus/score tests/corpus/recorded \
	tests/corpus/corpus2eml tests/corpus/own-words \
	tests/corpus/fr.jsonl tests/corpus/en.jsonl \
	tests/corpus/fr-sent.jsonl tests/corpus/en-sent.jsonl
check_PROGRAMS += tests/core/cli_test
tests_core_cli_test_SOURCES = tests/core/cli_test.c
tests_core_cli_test_LDADD = libcli.a $(CORE_LIBS) $(CMOCKA_LIBS)
TESTS += tests/core/cli_test
check_PROGRAMS += tests/core/ledger_post_test tests/core/ticket_test
tests_core_ledger_post_test_SOURCES = tests/core/ledger_post_test.c
tests_core_ledger_post_test_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
tests_core_ticket_test_SOURCES = tests/core/ticket_test.c
tests_core_ticket_test_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
TESTS += tests/core/ledger_post_test tests/core/ticket_test
check_PROGRAMS += tests/core/find_test
tests_core_find_test_SOURCES = tests/core/find_test.c
tests_core_find_test_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
TESTS += tests/core/find_test
EXTRA_DIST += tests/find/fr.tab tests/find/en.tab tests/find/fields.tab
EXTRA_DIST += tests/core/promise_forget.t
TESTS += tests/core/promise_forget.t
