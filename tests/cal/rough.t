# rough.t - promised-feed and clients that do not behave
. "$srcdir/tests/tap.sh"

if ! command -v python3 >/dev/null; then
	skip "no python3"
	finish
	exit 0
fi
token=0123456789abcdefghijklmnopqrstuv
home=$tmp/home
mkdir -m 700 "$home"
seed=$builddir/tests/cal/seed
"$seed" "$home/ledger.db" many 1000
"$seed" "$home/ledger.db" feed fr N "$token" >/dev/null
printf 'home = %s\nfeed-listen = 127.0.0.1:0\n' "$home" >"$tmp/conf"
at_exit 'kill "$pid" 2>/dev/null'
start() { # PROGRAM
	: >"$tmp/ready"
	"$builddir/$1" -c "$tmp/conf" >"$tmp/ready" 2>>"$tmp/log" &
	pid=$!
	tries=0
	until [ -s "$tmp/ready" ] || [ "$tries" -ge 200 ]; do
		tries=$((tries + 1))
		sleep 0.1
	done
}
# more parts than one call sends: the answer is in one piece
start tests/cal/feed_parts
url=http://$(cat "$home/run/feed.address")/feed/$token.ics
curl -fsS "$url" >"$tmp/plain"
if curl -fsS -H 'Accept-Encoding: gzip' "$url" | gzip -dc |
    cmp -s - "$tmp/plain" && [ -s "$tmp/plain" ]; then
	echo "ok 1 - many parts"
else
	echo "not ok 1 - many parts"
fi
kill "$pid"
wait "$pid"
start promised-feed
timeout 120 python3 "$srcdir/tests/cal/rough.py" \
    "$(cat "$home/run/feed.address")" "$token" "$seed" "$home/ledger.db" "$pid"
kill "$pid"
wait "$pid" || echo "not ok - it ended with $?"
if grep -E 'ERROR|runtime error' "$tmp/log"; then
	echo "not ok - a sanitizer spoke"
fi
