# corpus.t - the labelled mails as dressed mails, found, dated and scored
#
# Most of these mails the model has been trained on: they show that nothing
# got worse. How unseen mails fare the corpora in heldout/ show, and
# contrib/train-find --cross. Below what `recorded` holds the test fails.
. "$srcdir/tests/tap.sh"
command -v python3 >/dev/null || { skip "python3 is missing"; finish; exit 0; }

while read -r corpus find kept silent; do
	case $corpus in '#'* | '') continue ;; esac
	gold=$srcdir/tests/corpus/$corpus.jsonl
	python3 "$srcdir/tests/corpus/corpus2eml" "$gold" "$tmp/$corpus"
	find "$tmp/$corpus" -name '*.eml' | sort >"$tmp/files"
	xargs "$builddir/promise" scan --json <"$tmp/files" \
	    >"$tmp/found" 2>"$tmp/err" || sed 's/^/# /' "$tmp/err"
	python3 "$srcdir/tests/corpus/score" "$gold" "$tmp/found" >"$tmp/got"
	sed "s/^/# $corpus: /" "$tmp/got"
	ok "$corpus: find F1 at least $find, kept $kept, left alone $silent" \
	    awk -v find="$find" -v kept="$kept" -v silent="$silent" '
		/^find/ { f = $NF } /^kept/ { k = $NF }
		/left alone/ { s = $7 / $9 }
		END { exit !(f >= find && k >= kept && s >= silent) }' \
	    "$tmp/got"
done <"$srcdir/tests/corpus/recorded"
finish
