# sources: other ways in than the gateway
pkglibexec_PROGRAMS += promise-add
promise_add_SOURCES = mailgw/sources/add.h mailgw/sources/add.c \
	mailgw/sources/add_say.c \
	mailgw/sources/added.h mailgw/sources/added.c \
	mailgw/sources/archive.h mailgw/sources/archive.c \
	mailgw/sources/mbox.h mailgw/sources/mbox.c \
	mailgw/sources/progress.h mailgw/sources/progress.c
promise_add_LDADD = $(READER_LIBS)

# what the programs that take mail have in common
DOOR_SOURCES = mailgw/sources/intake.h mailgw/sources/door.h \
	mailgw/sources/door.c mailgw/smtp/net.h mailgw/smtp/net.c

pkglibexec_PROGRAMS += promised-journal
promised_journal_SOURCES = mailgw/sources/journal_main.c \
	mailgw/sources/journal.h mailgw/sources/journal.c $(DOOR_SOURCES)
promised_journal_LDADD = $(SMTP_LIBS)

pkglibexec_PROGRAMS += promised-milter
promised_milter_SOURCES = mailgw/sources/milter_main.c \
	mailgw/sources/milter.h mailgw/sources/milter.c $(DOOR_SOURCES)
promised_milter_LDADD = $(SMTP_LIBS)

# imap: libetpan's IMAP is linked by promised-imap-talk alone
pkglibexec_PROGRAMS += promised-imap promised-imap-talk
promised_imap_SOURCES = mailgw/sources/imap.h mailgw/sources/imap_name.c \
	mailgw/sources/imap_mark.h mailgw/sources/imap_mark.c \
	mailgw/sources/imap_main.c
promised_imap_LDADD = $(SPOOL_LIBS)
promised_imap_talk_SOURCES = mailgw/sources/imap.h \
	mailgw/sources/imap_name.c mailgw/sources/imap_wire.h \
	mailgw/sources/imap_wire.c mailgw/sources/imap_talk.c \
	mailgw/smtp/net.h mailgw/smtp/net.c mailgw/smtp/tls.h \
	mailgw/smtp/tls.c mailgw/reader/sandbox.h mailgw/reader/sandbox.c
promised_imap_talk_LDADD = $(CORE_LIBS) $(ETPAN_LIBS) $(SSL_LIBS) \
	$(SECCOMP_LIBS)
dist_man_MANS += mailgw/sources/promise-add.1 \
	mailgw/sources/promised-journal.8 mailgw/sources/promised-milter.8 \
	mailgw/sources/promised-imap.8 \
	mailgw/sources/promised-imap-talk.8
