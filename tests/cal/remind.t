# remind.t - promised-remind as a service: ready, says each thing once, ends
. "$srcdir/tests/tap.sh"

home=$tmp/home
mkdir -m 700 "$home"
printf 'home = %s\ntimezone = Europe/Paris\n' "$home" >"$tmp/conf"
seed() { "$builddir/tests/cal/seed" "$home/ledger.db" "$@"; }
wait_for() {
	tries=0
	until "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ "$tries" -lt 100 ] || return 1
		sleep 0.1
	done
}
start() {
	"$builddir/promised-remind" -c "$tmp/conf" >"$tmp/out" 2>"$tmp/log" &
	pid=$!
	wait_for test -s "$tmp/out"
}
stop() {
	kill -TERM "$pid"
	status=0
	wait "$pid" || status=$?
}
at_exit '[ -z "${pid:-}" ] || kill "$pid" 2>/dev/null'

start
is "$(cat "$tmp/out")" "remind -" "it says that it works"
ok "without a ledger it says that it is blind" \
    wait_for grep -q 'event=remind.blind' "$tmp/log"
stop
is "$status" 0 "and ends with 0"

seed record fr 2000-01-03T17:00 "Je vous rappelle lundi à 17 h."
seed record fr 2099-01-05 "Je vous rappelle, un jour."
seed record fr - "Je vous tiens au courant."
start
ok "what is late is said" wait_for grep -q 'id=1 why=late' "$tmp/log"
stop
is "$(grep -c remind.would "$tmp/log")" 1 "once, and nothing else"
is "$(grep -cE 'acme|client|rappelle' "$tmp/log")" 0 \
    "neither words nor addresses are in the log"
seed kept 1
is "$("$builddir/promised-remind" -c "$tmp/conf" --once)" "" \
    "nothing is said about a promise that was kept"

# told on another descriptor, as promised does
PROMISED_READY_FD=7 "$builddir/promised-remind" -c "$tmp/conf" \
    7>"$tmp/seven" >"$tmp/out" 2>"$tmp/log" &
pid=$!
ok "the readiness line goes where it is asked to" \
    wait_for grep -qx 'remind -' "$tmp/seven"
is "$(cat "$tmp/out")" "" "and not to stdout"
stop
is "$status" 0 "SIGTERM ends it with 0"
ok "no sanitizer spoke" sh -c "! grep -E 'ERROR|runtime error' '$tmp/log'"
finish
