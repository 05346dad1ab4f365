# clients.t - what programs that are not ours read in a feed: vdirsyncer with
# khal, calcurse, python3-icalendar, and, where npm is there to bring them,
# Mozilla's ical.js and node-ical
. "$srcdir/tests/tap.sh"
. "$srcdir/tests/clients/feed.sh"

here=$srcdir/tests/clients
soon() { date -d "+$1 days" +%F; }
seed record fr "$(soon 3)T17:00" "Je vous envoie le devis n° 4711, corrigé ; \
la remise de 5 % y est, \\ et l'acompte aussi : « chose promise, chose due » 🎁"
SEED_KIND=appointment seed record en "$(soon 4)T10:00" \
    "Our fitter comes to you at 10."
seed record fr "$(soon 5)" "Livraison prévue ce jour-là."
seed record fr 2020-01-06 "Je vous rappelle lundi."
SEED_KIND=offer seed record en "$(soon 9)" "The price holds until then."
seed record fr "$(soon 6)" "$(printf 'é%.0s' $(seq 400)) avant la fin."
events=$(add --name 'Équipe, « Support » ; et \ tout') todos=$(add --as todos)

feed_start
fetch() { curl -fsS "$base/$1" >"$2"; }
ok "the feed is there" until_true 'fetch "$events" "$tmp/events.ics"'
ok "and that of tasks" until_true 'fetch "$todos" "$tmp/todos.ics"'

# ---- python3-icalendar: the yardstick for the others
python=/usr/bin/python3
[ -x $python ] || python=python3
"$python" -c 'import icalendar' 2>/dev/null || {
	skip "python3-icalendar is not installed"
	finish
	exit 0
}
for kind in events todos; do
	"$python" "$here/dump.py" "$tmp/$kind.ics" >"$tmp/$kind.python"
	ok "python3-icalendar reads the $kind" test -s "$tmp/$kind.python"
done
like "$(cat "$tmp/events.python")" '^VEVENT SUMMARY .*devis n° 4711, corrigé ; la remise de 5 %' \
    "commas, semicolons and accents are as written"

# ---- ical.js and node-ical
if command -v npm >/dev/null && mkdir "$tmp/npm" &&
    (cd "$tmp/npm" && npm install --silent --no-fund --no-audit \
	--cache "$tmp/npm-cache" ical.js@2 node-ical@0.20) >"$tmp/npm.log" 2>&1
then
	for kind in events todos; do
		NODE_PATH=$tmp/npm/node_modules node "$here/dump.mjs" \
		    "$tmp/npm/node_modules" "$tmp/$kind.ics" >"$tmp/$kind.js" 2>"$tmp/js.err" ||
		    sed 's/^/# /' "$tmp/js.err"
		ok "ical.js reads each property of the $kind as python3-icalendar does" \
		    diff "$tmp/$kind.python" "$tmp/$kind.js"
	done
	node "$here/node-ical.cjs" "$tmp/npm/node_modules" "$tmp/events.ics" \
	    >"$tmp/node-ical" 2>"$tmp/js.err" || sed 's/^/# /' "$tmp/js.err"
	is "$(grep -c '^VEVENT' "$tmp/node-ical")" \
	    "$(grep -c '^BEGIN:VEVENT' "$tmp/events.ics")" \
	    "node-ical sees every event"
	like "$(cat "$tmp/node-ical")" \
	    "^VEVENT $(TZ=UTC date -d "TZ=\"Europe/Paris\" $(soon 3) 16:30" +%FT%H:%M:00.000Z) .*devis n° 4711, corrigé ; la remise" \
	    "at its instant, with its words"
	like "$(cat "$tmp/node-ical")" 'alarms=2' "and its two alarms"
	like "$(cat "$tmp/node-ical")" 'FREQ=DAILY.*rappelle lundi' \
	    "the late one rings every day"
else
	skip "npm cannot install ical.js and node-ical"
fi

# ---- vdirsyncer and khal
if command -v vdirsyncer >/dev/null && command -v khal >/dev/null; then
	mkdir -p "$tmp/config/vdirsyncer" "$tmp/config/khal" "$tmp/vdir"
	cat >"$tmp/config/vdirsyncer/config" <<CONF
[general]
status_path = "$tmp/vdirsyncer/"
[pair promises]
a = "feed"
b = "local"
collections = null
partial_sync = "ignore"
[storage feed]
type = "http"
url = "$base/$events"
[storage local]
type = "filesystem"
path = "$tmp/vdir/"
fileext = ".ics"
CONF
	cat >"$tmp/config/khal/config" <<CONF
[calendars]
[[promises]]
path = $tmp/vdir/
[locale]
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
local_timezone = Europe/Paris
default_timezone = Europe/Paris
CONF
	vsync() { vdirsyncer sync >"$tmp/vsync" 2>&1; }
	yes | vdirsyncer discover >"$tmp/vsync" 2>&1
	ok "vdirsyncer takes the feed" vsync
	is "$(ls "$tmp/vdir" | wc -l)" "$(grep '^UID' "$tmp/events.ics" | wc -l)" \
	    "a file for each promise"
	khal list --format '{start-date} {start-time}-{end-time} {title}' \
	    today 15d >"$tmp/khal" 2>"$tmp/khal.err"
	like "$(cat "$tmp/khal")" "^$(soon 3) 16:30-17:00 .*devis n° 4711" \
	    "khal: the half hour before a deadline"
	like "$(cat "$tmp/khal")" "^$(soon 4) .*10:00 .*fitter" "an appointment"
	like "$(cat "$tmp/khal")" "rappelle lundi" "and what is late, today"
	ls -l --time-style=full-iso "$tmp/vdir" >"$tmp/before"
	ok "a second time" vsync
	is "$(ls -l --time-style=full-iso "$tmp/vdir")" "$(cat "$tmp/before")" \
	    "nothing is written again"
	promise moved 2 "$(soon 7)T11:00" >"$tmp/out" 2>&1 || cat "$tmp/out"
	ok "a promise that was moved moves there" until_true 'vsync &&
	    khal list --format "{start-date} {title}" today 15d 2>/dev/null |
	    grep -q "^$(soon 7) .*fitter"'
else
	skip "vdirsyncer or khal is not installed"
fi

# ---- calcurse
if command -v calcurse >/dev/null; then
	mkdir -p "$tmp/calcurse"
	calcurse -D "$tmp/calcurse" -i "$tmp/events.ics" >"$tmp/out" 2>&1
	like "$(cat "$tmp/out")" "$(grep -c '^BEGIN:VEVENT' "$tmp/events.ics") (apps|events)|apps" \
	    "calcurse imports the feed"
	like "$(cat "$tmp/out")" '0 skipped' "and skips nothing"
	calcurse -D "$tmp/calcurse" -Q --from "$(date -d "$(soon 3)" +%m/%d/%Y)" \
	    --days 1 >"$tmp/out" 2>&1
	like "$(cat "$tmp/out")" '16:30.*17:00' "at its hour"
	mkdir -p "$tmp/calcurse2"
	calcurse -D "$tmp/calcurse2" -i "$tmp/todos.ics" >"$tmp/out" 2>&1
	like "$(cat "$tmp/out")" '0 skipped' "and all tasks"
	like "$(calcurse -D "$tmp/calcurse2" -t 2>&1)" 'devis n° 4711' "by name"
else
	skip "calcurse is not installed"
fi
finish
