# caldav.t - promises as files of a collection that the real Radicale serves
. "$srcdir/tests/tap.sh"

home=$tmp/home
mkdir -m 700 "$home"
printf 'home = %s\nfeed-listen = 127.0.0.1:0\ntimezone = Europe/Paris\n' \
    "$home" >"$tmp/conf"
PROMISED_CONF=$tmp/conf
export PROMISED_CONF
seed() { "$builddir/tests/cal/seed" "$home/ledger.db" "$@"; }
promise() { "$builddir/promise" "$@"; }
until_true() {
	tries=0
	until "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ "$tries" -lt 200 ] || return 1
		sleep 0.1
	done
}
folder=$tmp/root/collection-root/staff/promises
mkdir -p "$(dirname "$folder")"

is "$(promise caldav 2>/dev/null; echo $?)" 2 "no folder: 2"
is "$(promise caldav "$folder" 2>/dev/null; echo $?)" 1 "no ledger: 1"
seed record fr 2099-11-20T17:00 "Je vous envoie le devis."
seed record en 2099-11-23 "I'll call you."
seed record fr - "Je vous tiens au courant."
seed record en 2001-01-08 "It comes on Monday."
is "$(promise caldav "$folder")" "3 kept, 3 written, 0 removed" \
    "a file for each dated one"
is "$(promise caldav "$folder")" "3 kept, 0 written, 0 removed" \
    "nothing to do the second time"
is "$(stat -c %a "$folder/promise-1.ics")" 640 "readable by the folder's group"
is "$(promise caldav --customer other.example "$tmp/other")" \
    "0 kept, 0 written, 0 removed" "another choice, another folder"

if ! command -v radicale >/dev/null || ! command -v curl >/dev/null; then
	skip "no radicale, or no curl"
	finish
	exit 0
fi
cat >"$tmp/radicale" <<CONF
[server]
hosts = 127.0.0.1:0
[auth]
type = none
[storage]
filesystem_folder = $tmp/root
[logging]
level = info
CONF
radicale --config "$tmp/radicale" >"$tmp/radicale.log" 2>&1 &
radicale_pid=$! feed_pid=
at_exit 'kill $radicale_pid $feed_pid 2>/dev/null'
port() { sed -n "s/.*Listening on .*:\([0-9]*\)'*.*/\1/p" "$tmp/radicale.log" |
    head -n 1; }
has_port() { [ -n "$(port)" ]; }
ok "Radicale starts" until_true has_port
base=http://127.0.0.1:$(port)/staff/promises
dav() { curl -sS -u staff:x "$@"; }
# report TOKEN: what changed since, the names alone; the new one in $tmp/token
report() {
	dav -X REPORT -H 'Content-Type: application/xml' --data "<?xml version='1.0'?>
<sync-collection xmlns='DAV:'><sync-token>$1</sync-token>
<sync-level>1</sync-level><prop><getetag/></prop></sync-collection>" \
	    "$base/" >"$tmp/report"
	sed -n 's:.*<sync-token>\(.*\)</sync-token>.*:\1:p' "$tmp/report" \
	    >"$tmp/token"
	tr '>' '\n' <"$tmp/report" |
	    sed -n 's:.*/\(promise-[0-9]*\.ics\)</href$:\1:p' | sort | tr '\n' ' '
}
is "$(report '')" "promise-1.ics promise-2.ics promise-4.ics " "it lists them"
like "$(dav -X PROPFIND -H 'Depth: 0' --data "<propfind xmlns='DAV:'><prop>
<displayname/><resourcetype/></prop></propfind>" "$base/")" \
    'Promises to customers.*calendar|calendar.*Promises to customers' \
    "as a calendar with a name"
like "$(dav "$base/promise-4.ics")" 'RRULE:FREQ=DAILY' "a late one every day"
is "$(dav "$base/promise-1.ics" | grep -c -e METHOD -e 'TRIGGER:-PT')" 2 \
    "its alarms, and no METHOD"
is "$(report "$(cat "$tmp/token")")" "" "nothing is new"

# a client dismisses an alarm: its copy stays until the promise changes
dav "$base/promise-1.ics" | sed 's/^TRANSP/X-MOZ-LASTACK:20991120T000000Z\r\n&/' \
    >"$tmp/acked"
is "$(dav -o /dev/null -w '%{http_code}' -T "$tmp/acked" "$base/promise-1.ics")" \
    201 "a client may change one"
report "$(cat "$tmp/token")" >/dev/null
is "$(promise caldav "$folder")" "3 kept, 0 written, 0 removed" "we let it be"

# the service keeps it: one moves, one is settled, one is new
printf 'caldav = %s\n' "$folder" >>"$tmp/conf"
"$builddir/promised-feed" >"$tmp/ready" 2>"$tmp/log" &
feed_pid=$!
until_true test -s "$tmp/ready"
seed moved 2 2099-11-25
moved() { grep -q 20991125 "$folder/promise-2.ics"; }
ok "the service sees the change" until_true moved
is "$(report "$(cat "$tmp/token")")" "promise-2.ics " \
    "a sync report names just that one"
like "$(dav "$base/promise-1.ics")" LASTACK "the client's copy is still there"
seed kept 1
absent() { [ ! -e "$folder/promise-1.ics" ]; }
ok "a settled one goes" until_true absent
is "$(report "$(cat "$tmp/token")")" "promise-1.ics " "and is reported"
like "$(tr -d '\n' <"$tmp/report")" '404 Not Found' "as gone"
seed record en 2099-12-01 "We deliver."
come() { [ -e "$folder/promise-5.ics" ]; }
ok "a new one comes" until_true come
is "$(report "$(cat "$tmp/token")")" "promise-5.ics " "and is reported"
touch "$folder/mine.ics" "$folder/promise-99.ics"
is "$(promise caldav "$folder")" "3 kept, 0 written, 1 removed" \
    "what is no promise's goes, other names stay"
ok "others' files are left alone" test -e "$folder/mine.ics"
ok "no half file is left" test -z "$(find "$folder" -name '*.new')"
is "$(grep -c -i -e traceback -e ' error' "$tmp/radicale.log")" 0 \
    "Radicale has no complaint"
finish
