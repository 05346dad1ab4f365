# core: pure logic and storage. Its users link CORE_LIBS.
noinst_LIBRARIES += libcore.a
libcore_a_SOURCES = core/core.h core/banned.h core/err.c
CORE_LIBS = libcore.a $(SQLITE_LIBS) $(CONFUSE_LIBS) $(UTF8PROC_LIBS) \
	$(GLIB_LIBS) $(JANSSON_LIBS) $(TALLOC_LIBS) -lm

libcore_a_SOURCES += core/log/log.h core/log/log.c core/log/events.def
libcore_a_SOURCES += core/civil/civil.h core/civil/civil.c core/civil/zone.c \
	core/civil/calendar.c core/civil/holiday.h core/civil/holiday.c \
	core/civil/holidays.def

libcore_a_SOURCES += core/when/when.h core/when/when_priv.h \
	core/when/when_span.h core/when/keys.def core/when/when_words.c \
	core/when/when_scan.c core/when/when_build.c core/when/when_one.c core/when/when_resolve.c \
	core/when/when_days.c core/when/when_period.c
dist_man_MANS += core/when/promises-dates.7

libcore_a_SOURCES += core/settings/settings.h core/settings/settings_priv.h \
	core/settings/settings.c core/settings/settings_type.c \
	core/settings/settings_listen.c core/settings/settings_say.c \
	core/settings/settings_tls.c core/settings/settings_imap.c \
	core/settings/settings_calendar.c
libcore_a_SOURCES += core/program/program.h core/program/program.c
libcore_a_SOURCES += core/rights/rights.h core/rights/rights.c
libcore_a_SOURCES += core/secret/secret.h core/secret/secret.c
libcore_a_SOURCES += core/unread/unread.h core/unread/unread.c

libcore_a_SOURCES += core/text/text.h core/text/text_priv.h core/text/text.c \
	core/text/text_units.c
libcore_a_SOURCES += core/lang/lang.h core/lang/lang_priv.h core/lang/lang.c \
	core/lang/lang_file.c core/lang/lang_dir.c core/lang/lang_compile.c core/lang/lang_index.c \
	core/lang/lang_match.c core/lang/lang_check.c
langdir = $(pkgdatadir)/lang
dist_lang_DATA = core/lang/fr.lang core/lang/en.lang \
	core/lang/fr-words.lang core/lang/en-words.lang \
	core/lang/fr-when.lang core/lang/en-when.lang \
	core/lang/fr-answers.lang core/lang/en-answers.lang core/lang/find.weights
# programs look beside themselves, so that a build tree needs no installing
noinst_DATA += lang
CLEANFILES += lang
lang:
	ln -sfn $(abs_top_srcdir)/core/lang $@
libcore_a_SOURCES += core/ahead/ahead.h core/ahead/ahead.c
libcore_a_SOURCES += core/promise/promise.h core/promise/promise.c
libcore_a_SOURCES += core/ledger/ledger.h core/ledger/ledger_priv.h \
	core/ledger/ledger.c core/ledger/ledger_schema.c \
	core/ledger/ledger_record.c core/ledger/ledger_query.c \
	core/ledger/ledger_feed.c core/ledger/ledger_post.c \
	core/ledger/ledger_inbox.c core/ledger/ledger_invite.c \
	core/ledger/ledger_erase.c
include core/service/local.mk

# the command; its parts stand in a library so that tests can link them
noinst_LIBRARIES += libcli.a
libcli_a_SOURCES = core/cli/cli.h core/cli/words.def core/cli/words.c \
	core/cli/dates.c core/cli/times.c core/cli/table.h core/cli/table.c core/cli/json.h \
	core/cli/show.c core/cli/listing.c core/cli/program.c \
	core/cli/options.c core/cli/cmd_list.c core/cli/cmd_overdue.c \
	core/cli/cmd_today.c core/cli/cmd_customer.c core/cli/cmd_show.c \
	core/cli/cmd_move.c core/cli/cmd_export.c core/cli/cmd_add.c core/cli/cmd_scan.c \
	core/cli/cmd_feed.c core/cli/cmd_caldav.c core/cli/cmd_closures.c core/cli/cmd_unread.c core/cli/cmd_away.c core/cli/cmd_forget.c core/cli/cmd_config.c \
	core/cli/cmd_when.c core/cli/cmd_lang.c
bin_PROGRAMS += promise
promise_SOURCES = core/cli/promise.c
promise_LDADD = libcli.a $(CORE_LIBS)
dist_man_MANS += core/cli/promise.1 core/settings/promised.conf.5
libcore_a_SOURCES += core/find/find.h core/find/find_priv.h core/find/find.c \
	core/find/find_sentence.c core/find/find_clause.c \
	core/find/find_time.c \
	core/find/find_verb.c core/find/find_feature.c core/find/find_rules.c core/find/find_sequence.c core/find/find_model.c core/find/find_kind.c core/find/find_explain.c
libcore_a_SOURCES += core/read/read.h core/read/read_priv.h core/read/read.c
dist_man_MANS += core/promise/promises.7 core/lang/promises-lang.5
libcore_a_SOURCES += core/ticket/ticket.h core/ticket/ticket.c
