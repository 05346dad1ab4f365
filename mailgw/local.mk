# mailgw: mail in, promises to the ledger. Sees core, never cal.

noinst_LIBRARIES += libspool.a
libspool_a_SOURCES = mailgw/spool/spool.h mailgw/spool/spool_frame.h \
	mailgw/spool/spool_frame.c mailgw/spool/spool_commit.h \
	mailgw/spool/spool_commit.c mailgw/spool/spool_writer.c \
	mailgw/spool/spool_reader.c
SPOOL_LIBS = libspool.a $(CORE_LIBS) $(ZLIB_LIBS) -lpthread
