# feed.sh - a feed of our own to subscribe to; sourced after tap.sh
#
#	seed WORD…	tests/cal/seed on its ledger
#	add OPTION…	a new subscription; prints the end of its URL
#	feed_start	$base is the URL without that end
#	until_true 'COMMAND'	polls for it, ten seconds
#
# Whatever a client keeps is below $tmp.
TZ=Europe/Paris
export TZ
home=$tmp/home
mkdir -m 700 "$home"
HOME=$tmp XDG_CONFIG_HOME=$tmp/config XDG_DATA_HOME=$tmp/data
XDG_CACHE_HOME=$tmp/cache
export HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_CACHE_HOME
cat >"$tmp/conf" <<CONF
home = $home
feed-listen = 127.0.0.1:0
timezone = Europe/Paris
CONF
PROMISED_CONF=$tmp/conf
export PROMISED_CONF

seed() { "$builddir/tests/cal/seed" "$home/ledger.db" "$@"; }
promise() { "$builddir/promise" "$@"; }
add() { promise feed add "$@" | sed 's|.*/feed/||'; }
until_true() {
	tries=100
	until eval "$1"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
}
feed_start() {
	"$builddir/promised-feed" >"$tmp/ready" 2>"$tmp/log" &
	feed_pid=$!
	at_exit 'kill "$feed_pid" 2>/dev/null'
	until_true 'test -s "$tmp/ready"'
	base=http://$(cat "$home/run/feed.address")/feed
}
