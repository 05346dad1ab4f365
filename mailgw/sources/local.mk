# sources: other ways in than the gateway
pkglibexec_PROGRAMS += promise-add
promise_add_SOURCES = mailgw/sources/add.h mailgw/sources/add.c \
	mailgw/sources/add_say.c \
	mailgw/sources/added.h mailgw/sources/added.c \
	mailgw/sources/archive.h mailgw/sources/archive.c \
	mailgw/sources/mbox.h mailgw/sources/mbox.c \
	mailgw/sources/progress.h mailgw/sources/progress.c
promise_add_LDADD = $(READER_LIBS)
dist_man_MANS += mailgw/sources/promise-add.1
