# message: MIME → the author's own words. libetpan and libxml2 are linked by
# promised-parser (and tests) alone.
noinst_LIBRARIES += libmessage.a
libmessage_a_SOURCES = mailgw/message/buf.h \
	mailgw/message/message.h mailgw/message/message.c \
	mailgw/message/decode.h mailgw/message/decode.c \
	mailgw/message/charset.c \
	mailgw/message/header.h mailgw/message/header.c \
	mailgw/message/journal.h mailgw/message/journal.c \
	mailgw/message/address.c \
	mailgw/message/html.h mailgw/message/html.c \
	mailgw/message/html_strip.c \
	mailgw/message/mime.h mailgw/message/mime.c \
	mailgw/message/mime_plain.c \
	mailgw/message/prescan.h mailgw/message/prescan.c \
	mailgw/message/own.h mailgw/message/own_priv.h \
	mailgw/message/own.c mailgw/message/own_quote.c \
	mailgw/message/own_sign.c \
	mailgw/message/own_phrases.h mailgw/message/own_phrases.c \
	mailgw/reader/frame.h mailgw/reader/frame.c
MESSAGE_LIBS = libmessage.a libcore.a $(ETPAN_LIBS) $(LIBXML2_LIBS) \
	$(GLIB_LIBS) $(TALLOC_LIBS)

pkglibexec_PROGRAMS += promised-parser
promised_parser_SOURCES = mailgw/reader/parser_main.c \
	mailgw/reader/sandbox.h mailgw/reader/sandbox.c
promised_parser_CFLAGS = $(AM_CFLAGS) -pthread
promised_parser_LDADD = $(MESSAGE_LIBS) $(SECCOMP_LIBS)

# reader: its parent's side; no libetpan
noinst_LIBRARIES += libreader.a
libreader_a_SOURCES = mailgw/reader/parser.h mailgw/reader/parser.c \
	mailgw/reader/frame.h mailgw/reader/frame.c

libreader_a_SOURCES += mailgw/reader/understand.h mailgw/reader/understand.c \
	mailgw/reader/record.h mailgw/reader/record.c \
	mailgw/reader/reader.h mailgw/reader/reader.c
READER_LIBS = libreader.a $(SPOOL_LIBS)

pkglibexec_PROGRAMS += promise-scan
promise_scan_SOURCES = mailgw/reader/scan.c mailgw/reader/scan_print.h \
	mailgw/reader/scan_print.c
promise_scan_LDADD = $(READER_LIBS)

pkglibexec_PROGRAMS += promised-reader
promised_reader_SOURCES = mailgw/reader/reader_main.c
promised_reader_LDADD = $(READER_LIBS)
dist_man_MANS += mailgw/reader/promised-reader.8 \
	mailgw/reader/promised-parser.8 mailgw/reader/promise-scan.1
