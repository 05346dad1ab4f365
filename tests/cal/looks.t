# looks.t - what promise feed add offers, each fetched over HTTP and read by
# another library than the one that wrote it
. "$srcdir/tests/tap.sh"

python=
for p in /usr/bin/python3 python3; do
	if "$p" -c 'import icalendar' 2>/dev/null; then
		python=$p
		break
	fi
done
if [ -z "$python" ]; then
	skip "no python3-icalendar"
	finish
	exit 0
fi
home=$tmp/home
mkdir -m 700 "$home"
cat >"$tmp/conf" <<CONF
home = $home
feed-listen = 127.0.0.1:0
timezone = Europe/Paris
teams = "sales:paul@acme.example, sales:anne@acme.example, support:zoe@acme.example"
CONF
PROMISED_CONF=$tmp/conf
export PROMISED_CONF
seed() { "$builddir/tests/cal/seed" "$home/ledger.db" "$@"; }
promise() { "$builddir/promise" "$@"; }
add() { promise feed add "$@" | sed 's|.*/feed/||'; }

secret="Le prix reste de 4711 euros"
SEED_AUTHOR=paul@acme.example seed record fr 2099-11-20T17:00 "$secret, promis."
SEED_AUTHOR=zoe@acme.example SEED_KIND=offer \
    seed record en 2099-11-23 "The price holds."
SEED_AUTHOR=zoe@acme.example SEED_KIND=appointment \
    seed record en 2099-11-24T10:00 "I'll come by."
SEED_AUTHOR=anne@acme.example seed record fr - "Je vous tiens au courant."
SEED_AUTHOR=anne@acme.example seed record fr 2001-01-08 "Je rappelle lundi."
SEED_AUTHOR=paul@acme.example seed record fr 2099-12-01 "Je livre en décembre."
seed kept 6

all=$(add) sales=$(add --team sales) todos=$(add --as todos --name T)
own=$(add --author paul@acme.example) offers=$(add --kind offer)
private=$(add --private) ptodos=$(add --private --as todos)
early=$(add --alarms "2 jours ouvrés, 45 minutes") mute=$(add --alarms none)
for bad in "--team nobody" "--kind gift" "--as mail" "--alarms soon" \
    "--alarms 3" "--alarms 1h,2h,3h,4h,5h" "--alarms 99999 days"; do
	# shellcheck disable=SC2086 # words on purpose
	is "$(promise feed add $bad >/dev/null 2>&1; echo $?)" 2 "$bad: 2"
done

"$builddir/promised-feed" >"$tmp/ready" 2>"$tmp/log" &
pid=$!
at_exit 'kill "$pid" 2>/dev/null'
tries=0
until [ -s "$tmp/ready" ] || [ "$tries" -ge 100 ]; do
	tries=$((tries + 1))
	sleep 0.1
done
base=http://$(cat "$home/run/feed.address")/feed
get() { curl -fsS --compressed "$base/$1"; }
cat >"$tmp/read.py" <<'PYTHON'
"""read.py FILE - a line a component: type, number, status, alarms, words"""
import datetime, sys
from icalendar import Calendar
raw = open(sys.argv[1], 'rb').read()
cal = Calendar.from_ical(raw)
assert not cal.errors and cal['METHOD'] == 'PUBLISH' and 'UID' not in cal
assert cal['X-PUBLISHED-TTL'] == 'PT15M' and 'REFRESH-INTERVAL' in cal
assert cal['NAME'] == cal['X-WR-CALNAME'] and 'COLOR' in cal
utc = datetime.timezone.utc
kinds = {c.name for c in cal.subcomponents}
assert len(kinds) <= 1, kinds
lines = []
for c in cal.subcomponents:
    assert not c.errors, c.errors
    number = c['UID'].split('@')[0]
    for name in ('DTSTAMP', 'CREATED', 'LAST-MODIFIED', 'SEQUENCE', 'STATUS',
                 'CLASS', 'ORGANIZER', 'CATEGORIES', 'SUMMARY', 'DTSTART'):
        assert name in c, (number, name)
    assert c['DTSTAMP'].dt == c['LAST-MODIFIED'].dt
    if number.startswith('day-'):
        continue
    for name in ('PRIORITY', 'COLOR', 'URL', 'RELATED-TO', 'X-PROMISED-STATE',
                 'X-PROMISED-KIND', 'X-PROMISED-MESSAGE-ID'):
        assert name in c, (number, name)
    assert c['URL'] == 'mid:' + c['X-PROMISED-MESSAGE-ID']
    end = None
    if c.name == 'VTODO':
        assert 'DTEND' not in c and 'TRANSP' not in c
        assert 'PERCENT-COMPLETE' in c
        if 'DUE' in c:
            assert c['DTSTART'].dt < c['DUE'].dt
            end = c['DUE'].dt
    else:
        end = c['DTEND'].dt
        assert c['TRANSP'] == 'TRANSPARENT'
    rings = []
    for a in c.walk('VALARM'):
        at = a['TRIGGER']
        start = c['DTSTART'].dt
        if c.name == 'VTODO':
            assert at.params['RELATED'] == 'END'
        if not isinstance(start, datetime.datetime):
            rings.append('daily')
            continue
        ring = (end if at.params.get('RELATED') == 'END' else start) + at.dt
        rings.append(ring.astimezone(utc).strftime('%m%dT%H%M'))
    lines.append('%s %s %s %s' % (number, c['STATUS'],
                                  end.astimezone(utc).strftime('%Y-%m-%dT%H%M')
                                  if isinstance(end, datetime.datetime) else
                                  end if end else '-',
                                  ','.join(sorted(rings)) or 'silent'))
    if len(sys.argv) > 2:
        assert sys.argv[2] not in str(c.to_ical().decode())
print('\n'.join(sorted(lines)))
PYTHON
read_feed() { get "$1" >"$tmp/x.ics" && "$python" "$tmp/read.py" "$tmp/x.ics"; }

events=$(read_feed "$all")
is "$(echo "$events" | grep -v promise-5)" \
    "promise-1 CONFIRMED 2099-11-20T1600 1119T1600,1120T1400
promise-2 CONFIRMED 2099-11-23T1700 1120T1700,1123T1500
promise-3 CONFIRMED 2099-11-24T0900 1123T0900,1124T0700
promise-6 CONFIRMED 2099-12-01T1700 silent" \
    "a manager's: open, and what was kept, silent"
like "$events" '^promise-5 CONFIRMED 20[0-9-]* daily$' "and late: every day"
like "$(cat "$tmp/x.ics")" '5 open., 1 late., 1 undated' \
    "the entry of the day counts"
is "$(read_feed "$own" | cut -d' ' -f1 | tr '\n' ' ')" "promise-1 " \
    "one's own: what was kept has left"
is "$(read_feed "$sales" | cut -d' ' -f1 | tr '\n' ' ')" \
    "promise-1 promise-5 promise-6 " "a team's"
is "$(read_feed "$offers" | cut -d' ' -f1)" promise-2 "a kind"
is "$(read_feed "$todos")" \
    "todo-1 NEEDS-ACTION 2099-11-20T1600 1119T1600,1120T1400
todo-2 NEEDS-ACTION 2099-11-23T1700 1120T1700,1123T1500
todo-3 NEEDS-ACTION 2099-11-24T0900 1123T0900,1124T0700
todo-4 NEEDS-ACTION - silent
todo-5 NEEDS-ACTION 2001-01-08T1700 0108T1630
todo-6 COMPLETED 2099-12-01T1700 silent" \
    "to-dos: due, alarms before it, undated ones too, no event among them"
is "$(read_feed "$early" | grep promise-1)" \
    "promise-1 CONFIRMED 2099-11-20T1600 1118T1600,1120T1515" \
    "alarms as asked for, by working days"
is "$(read_feed "$mute" | grep -c daily)" 0 "and none"
get "$private" >"$tmp/p.ics"
get "$ptodos" >>"$tmp/p.ics"
tr -d '\r' <"$tmp/p.ics" | sed -e ':a' -e 'N' -e '$!ba' -e 's/\n //g' >"$tmp/p"
is "$(grep -c -e 4711 -e 'price holds' -e 'QUOTE' -e 'rappelle' "$tmp/p")" 0 \
    "private: no sentence anywhere"
like "$(cat "$tmp/p")" 'SUMMARY:Promesse à jerome@client.example.*promesse 1' \
    "its number instead"
ok "and it is as sound" read_feed "$private"

# handed over
cat >"$tmp/hand.py" <<'PYTHON'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("UPDATE promise SET owner = ?, sequence = sequence + 1 WHERE id = ?",
           (sys.argv[3], sys.argv[2]))
db.execute("UPDATE meta SET version = version + 1")
db.commit()
PYTHON
"$python" "$tmp/hand.py" "$home/ledger.db" 1 zoe@acme.example
until_true() {
	tries=0
	until "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ "$tries" -lt 100 ] || return 1
		sleep 0.1
	done
}
left() { [ -z "$(read_feed "$own")" ]; }
ok "handed over, it leaves the feed of its author" until_true left
shows() {
	get "$all" | tr -d '\r' | sed -n '/^UID:promise-1@/,/^END:VEVENT/p' \
	    >"$tmp/one" && grep -q '^ORGANIZER:mailto:zoe@acme.example$' \
	    "$tmp/one" && grep -q 'Confiée à.*zoe@acme.example' "$tmp/one" &&
	    grep -q '^X-PROMISED-OWNER:zoe@acme.example$' "$tmp/one" &&
	    grep -q '^SEQUENCE:1$' "$tmp/one"
}
ok "and the others name the new owner" until_true shows

# a promise that is erased goes at once
"$python" -c 'import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("DROP TRIGGER history_no_delete")
db.execute("DELETE FROM history WHERE promise = 2")
db.execute("DELETE FROM promise WHERE id = 2")
db.commit()' "$home/ledger.db"
erased() { [ -z "$(read_feed "$offers")" ]; }
ok "one that was erased is gone" until_true erased

is "$(promise feed list | sed -n 's/^ *3 .*  \(todos\) .*/\1/p')" todos \
    "list says what is what"
used() { ! promise feed list | grep -E ' (todos|offer) ' | grep -q never; }
ok "and when it was last fetched" until_true used
promise feed revoke 1
revoked() { [ "$(curl -s -o /dev/null -w '%{http_code}' "$base/$all")" = 410 ]; }
ok "revoked: 410" until_true revoked
ok "no sanitizer spoke" sh -c "! grep -E 'ERROR|runtime error' '$tmp/log'"
finish
