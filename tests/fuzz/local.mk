# fuzz targets: what replay.c plays in every build, and with --enable-fuzz
# libFuzzer; inputs that seed or once broke a target stand in tests/fuzz/NAME
EXTRA_DIST += tests/fuzz/text tests/fuzz/lang tests/fuzz/when \
	tests/fuzz/find tests/fuzz/own tests/fuzz/smtp tests/fuzz/journal \
	tests/fuzz/ways tests/fuzz/answer

check_PROGRAMS += tests/fuzz/text_replay
tests_fuzz_text_replay_SOURCES = tests/fuzz/text_fuzz.c tests/fuzz/replay.c \
	tests/fuzz/place.h tests/fuzz/place.c
tests_fuzz_text_replay_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"text"'
tests_fuzz_text_replay_LDADD = $(CORE_LIBS)
TESTS += tests/fuzz/text_replay

check_PROGRAMS += tests/fuzz/lang_replay
tests_fuzz_lang_replay_SOURCES = tests/fuzz/lang_fuzz.c tests/fuzz/replay.c
tests_fuzz_lang_replay_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"lang"'
tests_fuzz_lang_replay_LDADD = $(CORE_LIBS)
TESTS += tests/fuzz/lang_replay

check_PROGRAMS += tests/fuzz/when_replay
tests_fuzz_when_replay_SOURCES = tests/core/when_fuzz.c tests/fuzz/replay.c
tests_fuzz_when_replay_CPPFLAGS = $(AM_CPPFLAGS) -DFUZZ_TARGET \
	-DCORPUS='"when"'
tests_fuzz_when_replay_LDADD = $(CORE_LIBS)
TESTS += tests/fuzz/when_replay

check_PROGRAMS += tests/fuzz/find_replay
tests_fuzz_find_replay_SOURCES = tests/fuzz/find_fuzz.c tests/fuzz/replay.c \
	tests/fuzz/place.h tests/fuzz/place.c
tests_fuzz_find_replay_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"find"'
tests_fuzz_find_replay_LDADD = $(CORE_LIBS)
TESTS += tests/fuzz/find_replay

check_PROGRAMS += tests/fuzz/own_replay
tests_fuzz_own_replay_SOURCES = tests/fuzz/own_fuzz.c tests/fuzz/replay.c
tests_fuzz_own_replay_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"own"'
tests_fuzz_own_replay_LDADD = $(MESSAGE_LIBS)
TESTS += tests/fuzz/own_replay

check_PROGRAMS += tests/fuzz/journal_replay
tests_fuzz_journal_replay_SOURCES = tests/fuzz/journal_fuzz.c \
	tests/fuzz/replay.c
tests_fuzz_journal_replay_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"journal"'
tests_fuzz_journal_replay_LDADD = $(MESSAGE_LIBS)
TESTS += tests/fuzz/journal_replay

check_PROGRAMS += tests/fuzz/answer_replay
tests_fuzz_answer_replay_SOURCES = tests/fuzz/answer_fuzz.c \
	tests/fuzz/replay.c
tests_fuzz_answer_replay_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"answer"'
tests_fuzz_answer_replay_LDADD = $(CAL_LIBS)
TESTS += tests/fuzz/answer_replay

WAYS_FUZZ = tests/fuzz/ways_fuzz.c mailgw/sources/mbox.c \
	mailgw/sources/journal.c mailgw/sources/milter.c
check_PROGRAMS += tests/fuzz/ways_replay
tests_fuzz_ways_replay_SOURCES = $(WAYS_FUZZ) tests/fuzz/replay.c
tests_fuzz_ways_replay_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"ways"'
tests_fuzz_ways_replay_LDADD = $(SMTP_LIBS)
TESTS += tests/fuzz/ways_replay
# the dialogues seed this one
check_PROGRAMS += tests/fuzz/session_replay
tests_fuzz_session_replay_SOURCES = tests/fuzz/session_fuzz.c \
	tests/fuzz/replay.c
tests_fuzz_session_replay_CPPFLAGS = $(AM_CPPFLAGS) \
	-DCORPUS='"../mailgw/dlg"'
tests_fuzz_session_replay_LDADD = $(SMTP_LIBS)
TESTS += tests/fuzz/session_replay

check_PROGRAMS += tests/fuzz/smtp_replay
tests_fuzz_smtp_replay_SOURCES = tests/fuzz/smtp_fuzz.c tests/fuzz/replay.c
tests_fuzz_smtp_replay_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"smtp"'
tests_fuzz_smtp_replay_LDADD = $(SMTP_LIBS)
TESTS += tests/fuzz/smtp_replay

if FUZZ
noinst_PROGRAMS += tests/fuzz/session_fuzz tests/fuzz/smtp_fuzz
tests_fuzz_session_fuzz_SOURCES = tests/fuzz/session_fuzz.c
tests_fuzz_session_fuzz_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_session_fuzz_LDADD = $(SMTP_LIBS)
tests_fuzz_smtp_fuzz_SOURCES = tests/fuzz/smtp_fuzz.c
tests_fuzz_smtp_fuzz_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_smtp_fuzz_LDADD = $(SMTP_LIBS)
noinst_PROGRAMS += tests/fuzz/text_fuzz tests/fuzz/lang_fuzz \
	tests/fuzz/find_fuzz tests/fuzz/own_fuzz tests/fuzz/journal_fuzz \
	tests/fuzz/ways_fuzz tests/fuzz/answer_fuzz
tests_fuzz_answer_fuzz_SOURCES = tests/fuzz/answer_fuzz.c
tests_fuzz_answer_fuzz_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_answer_fuzz_LDADD = $(CAL_LIBS)
tests_fuzz_ways_fuzz_SOURCES = $(WAYS_FUZZ)
tests_fuzz_ways_fuzz_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_ways_fuzz_LDADD = $(SMTP_LIBS)
tests_fuzz_journal_fuzz_SOURCES = tests/fuzz/journal_fuzz.c
tests_fuzz_journal_fuzz_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_journal_fuzz_LDADD = $(MESSAGE_LIBS)
tests_fuzz_text_fuzz_SOURCES = tests/fuzz/text_fuzz.c tests/fuzz/place.c
tests_fuzz_text_fuzz_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_text_fuzz_LDADD = $(CORE_LIBS)
tests_fuzz_lang_fuzz_SOURCES = tests/fuzz/lang_fuzz.c
tests_fuzz_lang_fuzz_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_lang_fuzz_LDADD = $(CORE_LIBS)
tests_fuzz_find_fuzz_SOURCES = tests/fuzz/find_fuzz.c tests/fuzz/place.c
tests_fuzz_find_fuzz_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_find_fuzz_LDADD = $(CORE_LIBS)
tests_fuzz_own_fuzz_SOURCES = tests/fuzz/own_fuzz.c
tests_fuzz_own_fuzz_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_own_fuzz_LDADD = $(MESSAGE_LIBS)
endif

check_PROGRAMS += tests/fuzz/linear_test
tests_fuzz_linear_test_SOURCES = tests/fuzz/linear_test.c tests/fuzz/place.h \
	tests/fuzz/place.c
tests_fuzz_linear_test_LDADD = $(MESSAGE_LIBS) $(CORE_LIBS)
TESTS += tests/fuzz/linear_test
