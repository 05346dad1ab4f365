# service: promised, which starts the others and keeps them running
sbin_PROGRAMS += promised
promised_SOURCES = core/service/promised.c \
	core/service/supervise.h core/service/supervise.c \
	core/service/child.h core/service/child.c \
	core/service/home.h core/service/home.c \
	core/service/notify.h core/service/notify.c \
	core/service/backoff.h core/service/backoff.c
promised_LDADD = $(CORE_LIBS)
dist_man_MANS += core/service/promised.8
