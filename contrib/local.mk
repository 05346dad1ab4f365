# contrib: scripts for those who run and build it
EXTRA_DIST += contrib/try contrib/check contrib/packages contrib/packages.sh \
	contrib/systemd/promised.service contrib/nginx.conf \
	contrib/Caddyfile contrib/try.d/next-hop.py \
	contrib/try.d/1-devis.eml contrib/try.d/2-part.eml \
	contrib/try.d/3-passage.eml contrib/try.d/4-call.eml \
	contrib/try.d/5-offre.eml contrib/try.d/6-week.eml

# learns core/lang/find.weights; see contrib/train-find
EXTRA_PROGRAMS += contrib/train_find
contrib_train_find_SOURCES = contrib/train_find.c
contrib_train_find_LDADD = libcore.a $(JANSSON_LIBS) $(TALLOC_LIBS) -lm
EXTRA_DIST += contrib/train-find
