# tests: units (NAME_test.c, cmocka), tables (*.tab), dialogues (*.dlg),
# commands (*.t), and tests/whole, which starts the real service
EXTRA_DIST += tests/lsan.supp tests/tap.sh tests/unit.h
EXTRA_DIST += tests/corpus/own-en.jsonl tests/corpus/own-fr.jsonl
EXTRA_DIST += tests/corpus/more-en.jsonl tests/corpus/more-fr.jsonl
EXTRA_DIST += tests/corpus/sent2-en.jsonl tests/corpus/sent2-fr.jsonl
EXTRA_DIST += tests/corpus/sentences-en.tab tests/corpus/sentences-fr.tab \
	tests/corpus/sentences2corpus
EXTRA_DIST += tests/corpus/dense-en.jsonl
# held out: contrib/train-find must never read these (it takes the .jsonl
# files of tests/corpus itself, not those of this folder)
EXTRA_DIST += tests/corpus/heldout/held-en.jsonl
EXTRA_DIST += tests/corpus/heldout/held-fr.jsonl
include tests/fuzz/local.mk
include tests/bench/local.mk
include tests/core/local.mk
include tests/mailgw/local.mk
include tests/cal/local.mk
include tests/clients/local.mk
include tests/whole/local.mk
