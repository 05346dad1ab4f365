# feed.t - promised-feed over real HTTP: what a subscriber can meet
. "$srcdir/tests/tap.sh"

token=0123456789abcdefghijklmnopqrstuv
other=zyxwvutsrqponmlkjihgfedcba987654
home=$tmp/home
mkdir -m 700 "$home"
seed() { "$builddir/tests/cal/seed" "$home/ledger.db" "$@"; }
# tell WHAT FILE: the first header of that name, as it stands
tell() { sed -n "s/^$1: *\\(.*\\)\$/\\1/Ip" "$2" | tr -d '\r' | head -n 1; }
# wait_for COMMAND…: up to ten seconds
wait_for() {
	tries=0
	until "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ "$tries" -lt 100 ] || return 1
		sleep 0.1
	done
}
start() {
	rm -f "$home/run/feed.address" "$tmp/ready"
	"$builddir/promised-feed" -c "$tmp/conf" >"$tmp/ready" 2>>"$tmp/log" &
	pid=$!
	wait_for test -s "$tmp/ready"
	address=$(cat "$home/run/feed.address")
	base=http://$address
	url=$base/feed/$token.ics
}
stop() {
	kill -TERM "$pid"
	status=0
	wait "$pid" || status=$?
	pid=
}
at_exit '[ -z "${pid:-}" ] || kill "$pid" 2>/dev/null'
# code ARGUMENTS…: the status; head in $tmp/head, body in $tmp/body
code() {
	: >"$tmp/head"
	: >"$tmp/body"
	curl -sS -o "$tmp/body" -D "$tmp/head" -w '%{http_code}' "$@" \
	    2>"$tmp/curl"
}

cat >"$tmp/conf" <<CONF
home = $home
feed-listen = 127.0.0.1:0
timezone = Europe/Paris
CONF

# before there is a ledger
start
is "$(cat "$tmp/ready")" "feed $address" "the readiness line says the address"
like "$address" '^127\.0\.0\.1:[1-9][0-9]*$' "and it is the one really bound"
is "$(code "$url")" 404 "without a ledger every token is unknown"

# the ledger comes later
seed record fr +3 "Je vous envoie le devis corrigé dans trois jours." &&
	seed record en 2026-01-05T17:00 "I'll call you on Monday at 5pm." &&
	seed record fr - "Je vous tiens au courant."
id=$(seed feed fr "Équipe Support" "$token")
served() { [ "$(code "$url")" = 200 ]; }
ok "a ledger that appears is found" wait_for served
cp "$tmp/body" "$tmp/first"
cp "$tmp/head" "$tmp/first.head"
is "$(tell Content-Type "$tmp/head")" "text/calendar; charset=utf-8" "its type"
is "$(tell Cache-Control "$tmp/head")" "private, no-cache" "private"
is "$(tell Vary "$tmp/head")" Accept-Encoding "varies by coding"
is "$(head -n 1 "$tmp/body" | tr -d '\r')" BEGIN:VCALENDAR "begins"
is "$(tail -n 1 "$tmp/body" | tr -d '\r')" END:VCALENDAR "ends"
is "$(grep -c '^BEGIN:VEVENT' "$tmp/body")" 3 \
    "two dated promises and the entry of the day"
like "$(cat "$tmp/body")" 'RRULE:FREQ=DAILY;COUNT=30' "the late one repeats"
like "$(cat "$tmp/body")" 'X-WR-CALNAME:Équipe Support' "the name of the feed"
etag=$(tell ETag "$tmp/head")
date=$(tell Last-Modified "$tmp/head")
like "$etag" '^"[0-9a-f]{32}"$' "a strong tag"

# validators
is "$(code -H "If-None-Match: $etag" "$url")" 304 "the tag: 304"
is "$(wc -c <"$tmp/body" | tr -d ' ')" 0 "without a body"
is "$(tell ETag "$tmp/head")" "$etag" "but with the tag"
is "$(code -H "If-None-Match: W/$etag" "$url")" 304 "weak: 304"
is "$(code -H "If-None-Match: \"x\", $etag" "$url")" 304 "in a list: 304"
is "$(code -H 'If-None-Match: *' "$url")" 304 "a star: 304"
is "$(code -H 'If-None-Match: "x"' "$url")" 200 "another tag: 200"
is "$(code -H "If-Modified-Since: $date" "$url")" 304 "its date: 304"
is "$(code -H 'If-Modified-Since: Thu, 01 Jan 2026 00:00:00 GMT' "$url")" 200 \
    "an older date: 200"
is "$(code -H 'If-Modified-Since: yesterday' "$url")" 200 "nonsense: 200"
is "$(code -H 'If-None-Match: "x"' -H "If-Modified-Since: $date" "$url")" 200 \
    "the tag counts before the date"

# codings
is "$(code -H 'Accept-Encoding: gzip' "$url")" 200 "gzip"
is "$(tell Content-Encoding "$tmp/head")" gzip "says so"
is "$(gzip -dc <"$tmp/body" | cksum)" "$(cksum <"$tmp/first")" \
    "holds the same bytes"
gzip_etag=$(tell ETag "$tmp/head")
ok "and has a tag of its own" [ "$gzip_etag" != "$etag" ]
is "$(code -H "If-None-Match: $gzip_etag" "$url")" 304 "which is known too"
is "$(code -H 'Accept-Encoding: gzip;q=0' "$url")" 200 "gzip refused"
is "$(cksum <"$tmp/body")" "$(cksum <"$tmp/first")" "sends identity"

# methods
is "$(code -I "$url")" 200 "HEAD"
is "$(tell Content-Length "$tmp/head")" "$(wc -c <"$tmp/first" | tr -d ' ')" \
    "has the length of the body"
is "$(tell Content-Type "$tmp/head")" "text/calendar; charset=utf-8" \
    "and the type"
for method in PUT POST DELETE PROPFIND REPORT OPTIONS PATCH; do
	is "$(code -X "$method" --data-binary "@$tmp/first" "$url")" 405 \
	    "$method: 405"
done
is "$(tell Allow "$tmp/head")" "GET, HEAD" "says what is allowed"
is "$(code "$url")" 200 "and nothing happened"
is "$(cksum <"$tmp/body")" "$(cksum <"$tmp/first")" "to the bytes"

# everything else
for path in / /feed /feed/ /feed/x.ics "/feed/$other.ics" "/feed/$token" \
    "/feed/$token.ics/" "/feed/../feed/$other.ics" /feed/%00.ics \
    "/feed/$token.ics%00" /robots.txt; do
	is "$(code --path-as-is "$base$path")" 404 "$path: 404"
done
is "$(code "$base/feed/$(printf '%4000s' x | tr ' ' a).ics")" 404 \
    "a long path: 404"
is "$(code "$url?refresh=1")" 200 "a query is no other path"

# changes
seed record en +5 "We will ship it next week."
changed() { [ "$(code -H "If-None-Match: $etag" "$url")" = 200 ]; }
ok "a new promise changes the feed" wait_for changed
like "$(cat "$tmp/body")" 'Promised to jerome@client.example: We will' \
    "it is there"
seed kept 1
one() { code "$url" && sed -n '/^UID:promise-1@/,/^END:VEVENT/p' "$tmp/body"; }
kept() { one | grep -q '^SUMMARY:Tenue'; }
ok "a kept promise says so" wait_for kept
is "$(one | grep -c VALARM)" 0 "and rings no more"
seed moved 4 +9
moved() {
	code "$url" && sed -n '/^UID:promise-4@/,/^END:VEVENT/p' "$tmp/body" |
	    grep -q '^SEQUENCE:1.$'
}
ok "a moved one has a higher SEQUENCE" wait_for moved
# late: SEQUENCE 0 + lateness; moved from there it grows, though in time again
late_seq=$(sed -n '/^UID:promise-2@/,/^END:VEVENT/s/^SEQUENCE://p' "$tmp/body" |
    tr -d '\r')
ok "a late promise counts as changed" [ "$late_seq" -ge 1 ]
seed moved 2 +9
in_time() {
	code "$url" && ! grep -q RRULE "$tmp/body" &&
	    seq=$(sed -n '/^UID:promise-2@/,/^END:VEVENT/s/^SEQUENCE://p' \
		"$tmp/body" | tr -d '\r') && [ "$seq" -eq $((late_seq + 1)) ]
}
ok "moved, it is in time, and SEQUENCE is one more" wait_for in_time
used() { [ "$(seed used "$id")" -gt 0 ]; }
ok "last use is noted" wait_for used

# the same bytes after a restart
code "$url" >/dev/null
before=$(tell ETag "$tmp/head") modified=$(tell Last-Modified "$tmp/head")
stop
is "$status" 0 "SIGTERM ends it with 0"
start
is "$(code "$url")" 200 "started again"
is "$(tell ETag "$tmp/head")" "$before" "the tag is the same"
is "$(tell Last-Modified "$tmp/head")" "$modified" "and the date"
is "$(stat -c %a "$home/feed/$id.ics.gz")" 600 "its snapshot is ours alone"
cp "$tmp/body" "$tmp/good"

# a ledger that cannot be read
same() { [ "$(code "$url")" = 200 ] && cmp -s "$tmp/body" "$tmp/good"; }
mkdir "$tmp/away"
mv "$home"/ledger.db* "$tmp/away"
stale() { same && grep -q feed.stale "$tmp/log"; }
: >"$tmp/log"
ok "the ledger is moved away: the last good calendar stays" wait_for stale
stop
start
ok "even for a process that never saw the ledger" same
is "$(code "$base/feed/$other.ics")" 404 "and a wrong token is still unknown"
head -c 20000 /dev/zero >"$home/ledger.db"
ok "it is no ledger any more: the same" same
stop
start
ok "after a restart too" same
: >"$home/ledger.db"
ok "it is empty: the same" same
stop
start
ok "after a restart too" same
cp "$tmp/away/ledger.db" "$home/ledger.db"
dd if=/dev/zero of="$home/ledger.db" bs=1024 seek=4 count=400 conv=notrunc \
    2>/dev/null
ok "it is damaged in its middle: the same" same
stop
start
ok "after a restart too" same
rm -f "$home"/ledger.db*
seed record fr +1 "Un registre neuf, sans abonnement." 2>/dev/null
ok "another ledger without subscriptions: the same" same
rm -f "$home"/ledger.db*
mv "$tmp/away"/ledger.db* "$home"
seed record fr +2 "Je vous rappelle après-demain."
fresh() { code "$url" && grep -q 'après-demain' "$tmp/body"; }
ok "it comes back: the calendar is fresh" wait_for fresh

# revoked
seed revoke "$id"
revoked() { [ "$(code "$url")" = 410 ]; }
ok "revoked: 410" wait_for revoked
absent() { [ ! -e "$home/feed/$id.ics.gz" ]; }
ok "its snapshot goes" wait_for absent
rm -rf "$home"/ledger.db*
stop
start
is "$(code "$url")" 410 "still 410 without a ledger"
stop

is "$("$builddir/promised-feed" -x 2>/dev/null; echo $?)" 2 "usage: 2"
is "$("$builddir/promised-feed" -o feed-listen=nowhere 2>/dev/null; echo $?)" 2 \
    "an address that is none: 2"
ok "no sanitizer spoke" sh -c "! grep -E 'ERROR|runtime error' '$tmp/log'"
finish
