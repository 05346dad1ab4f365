# tests of whole: the service with all its programs
TESTS += tests/whole/supervise.t
EXTRA_DIST += tests/whole/supervise.t
