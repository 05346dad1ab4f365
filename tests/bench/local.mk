# benches: built and run by hand, in a plain build; CONTRIBUTING.md
EXTRA_PROGRAMS += tests/bench/etpan tests/bench/cost
tests_bench_etpan_SOURCES = tests/bench/etpan.c
tests_bench_etpan_LDADD = $(ETPAN_LIBS)
tests_bench_cost_SOURCES = tests/bench/cost.c tests/fuzz/place.h \
	tests/fuzz/place.c
tests_bench_cost_LDADD = $(MESSAGE_LIBS) $(CORE_LIBS)
EXTRA_DIST += tests/bench/gateway tests/bench/feed tests/bench/scan tests/bench/when \
	tests/bench/linear tests/bench/milter tests/bench/tls tests/bench/peers \
	tests/bench/source.c tests/bench/idle_milter.c tests/bench/slow_sync.c
