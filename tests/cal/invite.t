# invite.t - promises in their owners' own calendars: asked, moved, taken out
. "$srcdir/tests/tap.sh"
SEED_AT=1795248000 # 2026-11-21T08:00Z, whatever the clock says
export SEED_AT

python=/usr/bin/python3
[ -x $python ] || python=python3
"$python" -c 'import aiosmtpd, icalendar' 2>/dev/null || {
	echo "1..0 # SKIP python3-aiosmtpd or python3-icalendar is not installed"
	exit 0
}
hop=$tmp/hop
home=$tmp/home
wait_for() {
	tries=0
	until eval "$1"; do
		tries=$((tries + 1))
		[ "$tries" -lt 600 ] || return 1
		sleep 0.1
	done
}
"$python" "$srcdir/tests/cal/hop.py" "$hop" >"$tmp/port" 2>"$tmp/hop.err" &
hop_pid=$!
at_exit 'kill -9 $hop_pid ${pid:-} 2>/dev/null'
wait_for 'test -s "$tmp/port"'
fresh() { # SETTING…: an empty ledger, an empty mailbox
	rm -rf "$home" "$hop"/*.eml "$hop"/*.env "$hop/mode" "$hop/hangs"
	mkdir -m 700 "$home"
	{
		echo "home = $home"
		echo "timezone = Europe/Paris"
		echo "next-hop = 127.0.0.1:$(cat "$tmp/port")"
		echo "remind-from = promises@acme.example"
		echo "receipts = never"
		echo "remind-ahead = 0"
		for line; do echo "$line"; done
	} >"$tmp/conf"
	: >"$tmp/log"
}
seed() { "$builddir/tests/cal/seed" "$home/ledger.db" "$@"; }
promise() { "$builddir/promise" -c "$tmp/conf" "$@"; }
say() { # INSTANT: decide and send
	"$builddir/promised-remind" -c "$tmp/conf" --once --send --at "$1" \
	    2>>"$tmp/log"
}
mails() { ls "$hop" | grep -c '\.eml$'; }
mail() { # N [HEADER]
	"$python" "$srcdir/tests/cal/mail.py" \
	    "$(ls "$hop"/*.eml | sed -n "$1p")" ${2:+"$2"}
}
event() { # N NAME…: of the calendar in mail N, as icalendar reads it
	n=$1
	shift
	"$python" "$srcdir/tests/cal/event.py" \
	    "$(ls "$hop"/*.eml | sed -n "${n}p")" "$@"
}

events() { # NAME…: the same of every mail, a line each
	"$python" "$srcdir/tests/cal/event.py" --each "$@" "$hop"/*.eml
}

# --- asked
fresh 'invite = helene@acme.example'
seed record fr 2026-12-08T17:00 "Je vous envoie le devis corrigé mardi à 17 h."
SEED_AUTHOR=tom@acme.example seed record en 2026-12-08 "I'll call you Tuesday."
say 2026-11-30T08:59
is "$(mails)" 0 "nothing before work begins"
say 2026-11-30T09:00
is "$(mails)" 1 "who asked for it is invited, nobody else"
is "$(mail 1 To)" "Hélène Dupont <helene@acme.example>" "to the owner"
is "$(mail 1 Subject)" \
    "Promis : promis à jerome@client.example pour le mardi 8 décembre 2026 à 17 h" \
    "the subject"
is "$(event 1 type)" "multipart/alternative text/plain text/calendar" \
    "the calendar is the last alternative"
is "$(event 1 content)" "text/calendar REQUEST utf-8" \
    "and says its method and charset"
is "$(event 1 METHOD)" REQUEST "twice"
from=$(mail 1 From | sed 's/.*<\(.*\)>/\1/')
like "$from" '^promises\+1\.[0-9]+\.[0-9a-f]{24}@acme\.example$' \
    "it comes from an address of its own"
is "$(event 1 ORGANIZER)" "mailto:$from" "which is the organizer's"
is "$(event 1 ATTENDEE)" "mailto:helene@acme.example" "its owner is asked"
is "$(event 1 ATTENDEE:RSVP ATTENDEE:PARTSTAT)" "TRUE NEEDS-ACTION" \
    "for an answer"
like "$(event 1 ATTENDEE:CN)" 'Hélène Dupont' "by name"
is "$(event 1 DTSTART DTEND)" "20261208T153000Z 20261208T160000Z" \
    "the half hour before the due"
is "$(event 1 SEQUENCE STATUS TRANSP)" "0 CONFIRMED TRANSPARENT" "free time"
like "$(event 1 SUMMARY)" 'devis corrigé mardi' "the sentence"
is "$(event 1 alarms)" "1" "one alarm"
uid=$(event 1 UID)
like "$uid" '^invite-1@[0-9a-f-]{36}$' "an identity of its own"
like "$(sed -n 1p "$(ls "$hop"/*.env)")" '^promises@acme\.example$' \
    "bounces come to us"
say 2026-11-30T09:01
is "$(mails)" 1 "once"

# --- moved, ten times
for day in 09 10 11 14 15 16 17 18 21 22; do
	seed moved 1 2026-12-${day}T17:00
	say 2026-11-30T10:00
done
is "$(mails)" 11 "a due that moves ten times is said ten times"
is "$(event 11 METHOD SEQUENCE DTSTART)" "REQUEST 10 20261222T153000Z" \
    "with a sequence that grows"
is "$(events SEQUENCE | sort -un | tr '\n' ' ')" "0 1 2 3 4 5 6 7 8 9 10 " "by one"
is "$(events UID ORGANIZER | sort -u)" "$uid mailto:$from" "and one identity and organizer"

# --- handed over, settled, reopened
promise --at 2026-11-30T11:00 kept 1 >/dev/null
say 2026-11-30T19:00
is "$(mails)" 11 "nothing in the evening"
say 2026-12-01T09:00
is "$(mails)" 12 "what is settled is taken out"
is "$(event 12 METHOD SEQUENCE STATUS UID)" "CANCEL 11 CANCELLED $uid" \
    "by the same identity"
is "$(event 12 alarms)" 0 "without an alarm"
is "$(event 12 content)" "text/calendar CANCEL utf-8" "as its part says"
promise --at 2026-12-01T10:00 reopen 1 >/dev/null
say 2026-12-01T10:00
is "$(event 13 METHOD)" REQUEST "reopened, it is asked again"
ok "under another identity: some programs forget no cancelled one" \
    test "$(event 13 UID)" != "$uid"
say 2026-12-01T11:00
is "$(mails)" 13 "once"
sed -i '/^invite/d' "$tmp/conf"
say 2026-12-01T12:00
is "$(mails) $(event 14 METHOD)" "14 CANCEL" "who wants it no more is told"
say 2026-12-01T12:01
is "$(mails)" 14 "once"

# --- what is not asked
fresh 'invite = acme.example'
seed record fr - "Je vous tiens au courant."
seed record fr 2026-11-27 "Le devis vendredi."
say 2026-12-01T09:00
is "$(events METHOD)" "" \
    "neither what has no date nor what is past"
seed record fr 2026-12-08 "Hostile $(printf '\r\nATTENDEE:mailto:x@y.example\r\n ;:\\')"
SEED_AUTHOR='a"b@acme.example' seed record fr 2026-12-08 "Mardi."
n=$(mails)
say 2026-12-01T09:01
is $? 0 "a name that cannot stand in a calendar stops nothing"
is "$(mails)" $((n + 1)) "the others are asked, by their domain"
is "$(event $((n + 1)) ATTENDEE)" "mailto:helene@acme.example" \
    "and a sentence cannot add a guest"

# --- who is refused, and a letter that another one overtakes
fresh 'invite = acme.example'
seed record fr 2026-12-08 "Le devis mardi."
echo busy >"$hop/mode"
say 2026-12-01T09:00
seed moved 1 2026-12-09
say 2026-12-01T09:00:10
rm "$hop/mode"
say 2026-12-01T09:30
is "$(mails) $(event 1 SEQUENCE)" "1 1" \
    "what was overtaken in the outbox is not sent any more"

# --- every split of long accented text, at every length
fresh 'invite = acme.example'
i=0
while [ $i -lt 40 ]; do
	i=$((i + 1))
	pad=$(printf '%*s' $i '' | tr ' ' x)
	seed record fr 2026-12-08 \
	    "$pad éàüœ€ « l’été » à Noël ; déjà, né à Œuf\\Île — ça 🎄 été : où ? $pad"
done
say 2026-12-01T09:00
is "$(mails)" 40 "forty sentences"
"$python" "$srcdir/tests/cal/event.py" --split "$hop"/*.eml >"$tmp/split"
is "$(cat "$tmp/split")" "40 fine" \
    "are read back whole, however they fell upon the folds"
# --- killed at each step, then at any moment
always() {
	fresh 'invite = acme.example' 'work-week = mon-sun' \
	    'work-hours = 00:00-24:00' 'holidays = none' "$@"
}
start() {
	: >"$tmp/out"
	"$builddir/promised-remind" -c "$tmp/conf" >"$tmp/out" 2>>"$tmp/log" &
	pid=$!
}
die() {
	kill -9 "$pid"
	wait "$pid" 2>/dev/null
	pid=
}
ids() { events id | sort -u; }
told() { events UID SEQUENCE | sort -u; }
sent() { grep -q 'remind.sent' "$tmp/log"; }
always
seed record fr 2099-12-08 "Le devis mardi."
echo hang >"$hop/mode"
start
ok "decided, not sent" wait_for 'test -e "$hop/hangs"'
die
rm "$hop/mode"
start
ok "killed there, the invitation is sent by the next one" wait_for sent
die
is "$(mails)" 1 "once"
always
seed record fr 2099-12-08 "Le devis mardi."
echo slow >"$hop/mode"
start
ok "sent, not answered" wait_for 'test "$(mails)" = 1'
die
rm "$hop/mode"
start
ok "killed there, it is sent again" wait_for sent
die
is "$(mails) $(ids | wc -l) $(told | wc -l)" "2 1 1" \
    "as the same mail, for the same event"
always
for i in 1 2 3 4 5 6 7 8; do
	SEED_AUTHOR=a$i@acme.example \
	    seed record en 2099-12-08 "I'll call you, number $i."
done
for i in 1 2 3 4 5 6; do
	start
	wait_for 'grep -q "^remind" "$tmp/out"'
	sleep "0.0$i"
	die
	[ $i != 3 ] || for n in 1 2 3 4 5 6 7 8; do
		seed moved $n 2099-12-09
	done
done
start
wait_for 'grep -q "^remind" "$tmp/out"'
# each was invited to the new day, whether or not to the old one before
ok "after six kills and a move" wait_for \
    'test "$(cat "$hop"/*.env | grep -c "^a")" -ge 8 &&
     test -z "$(promise outbox)"'
kill -TERM "$pid"
wait "$pid"
is $? 0 "SIGTERM ends it with 0"
pid=
is "$(events UID SEQUENCE DTSTART | sort | awk '{ last[$1] = $3 } END { for (u in last) print last[u] }' |
    sort | uniq -c | sed 's/^ *//')" "8 20991209T223000Z" \
    "every calendar has the new day last, one event each"
is "$(ids | wc -l)" "$(told | wc -l)" "and no two mails say the same"
ok "no sanitizer spoke" sh -c "! grep -E 'ERROR|runtime error' '$tmp/log'"
finish
