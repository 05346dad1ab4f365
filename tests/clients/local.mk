# tests of clients: programs that are not ours, and what they make of a feed
TESTS += tests/clients/clients.t tests/clients/evolution.t \
	tests/clients/thunderbird.t
EXTRA_DIST += tests/clients/clients.t tests/clients/evolution.t \
	tests/clients/feed.sh tests/clients/thunderbird.t \
	tests/clients/thunderbird.py tests/clients/evolution.py tests/clients/dump.py \
	tests/clients/dump.mjs tests/clients/node-ical.cjs
