# mailgw: mail in, promises to the ledger. Sees core, never cal.

noinst_LIBRARIES += libspool.a
libspool_a_SOURCES = mailgw/spool/spool.h mailgw/spool/spool_frame.h \
	mailgw/spool/spool_frame.c mailgw/spool/spool_commit.h \
	mailgw/spool/spool_commit.c mailgw/spool/spool_writer.c \
	mailgw/spool/spool_scan.h mailgw/spool/spool_scan.c \
	mailgw/spool/spool_reader.c
SPOOL_LIBS = libspool.a $(CORE_LIBS) $(ZLIB_LIBS) -lpthread

noinst_LIBRARIES += libsmtp.a
libsmtp_a_SOURCES = mailgw/smtp/proxy.h mailgw/smtp/proxy.c \
	mailgw/smtp/server.h mailgw/smtp/server.c \
	mailgw/smtp/client.h mailgw/smtp/client.c mailgw/smtp/session.h \
	mailgw/smtp/session_priv.h mailgw/smtp/session.c \
	mailgw/smtp/session_command.c mailgw/smtp/session_hop.c \
	mailgw/smtp/session_mail.c mailgw/smtp/session_chunk.c \
	mailgw/smtp/session_tls.c
SMTP_LIBS = libsmtp.a $(SPOOL_LIBS) $(EVENT_LIBS)

pkglibexec_PROGRAMS += promised-gateway
promised_gateway_SOURCES = mailgw/smtp/gateway.h mailgw/smtp/gateway.c \
	mailgw/smtp/gateway_listen.c mailgw/smtp/gateway_conn.c \
	mailgw/smtp/gateway_hop.c \
	mailgw/smtp/gateway_peer.c mailgw/smtp/gateway_tls.c \
	mailgw/smtp/net.h mailgw/smtp/net.c mailgw/smtp/resolve.h \
	mailgw/smtp/resolve.c mailgw/smtp/tls.h mailgw/smtp/tls.c
promised_gateway_LDADD = $(SMTP_LIBS) $(SSL_LIBS)
dist_man_MANS += mailgw/smtp/promised-gateway.8
include mailgw/reader/local.mk
include mailgw/sources/local.mk
EXTRA_DIST += doc/deviations.md
