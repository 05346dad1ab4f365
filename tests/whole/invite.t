# invite.t - answers of calendar programs: through the gateway, into the ledger
. "$srcdir/tests/tap.sh"
. "$srcdir/tests/whole/whole.sh"
need "$python"
"$python" -c 'import aiosmtpd, icalendar' 2>/dev/null || {
	echo "1..0 # SKIP python3-aiosmtpd or python3-icalendar is not installed"
	exit 0
}
hop=$tmp/hop
"$python" "$srcdir/tests/cal/hop.py" "$hop" >"$tmp/port" 2>"$tmp/hop.err" &
hop_pid=$!
until_true 'test -s "$tmp/port"'
service_conf "next-hop = 127.0.0.1:$(cat "$tmp/port")" \
    'own-domains = acme.example' 'timezone = Europe/Paris' \
    'remind-from = promises@acme.example' 'receipts = never' \
    'invite = helene@acme.example' 'remind-ahead = 0' \
    'work-week = mon-sun' 'work-hours = 00:00-24:00' 'holidays = none'
mkdir -m 700 -p "$tmp/home"
seed() { "$builddir/tests/cal/seed" "$tmp/home/ledger.db" "$@"; }
for day in 1 2 3 4 5 6; do
	seed record fr 2099-12-0$day "Je vous livre le lot $day."
done
service_start
is $? 0 "promised is ready"
port=${gateway##*:}

mails() { ls "$hop" | grep -c '\.eml$'; }
invitation() { # ID: the mail about that promise
	for f in "$hop"/*.eml; do
		"$python" "$srcdir/tests/cal/mail.py" "$f" >"$tmp/text"
		grep -q "lot $1\." "$tmp/text" && echo "$f" && return
	done
}
n=0
year=$(($(date +%Y) + 1))
answer() { # ID STYLE PARTSTAT [NAME=VALUE…]
	f=$(invitation "$1")
	shift
	"$python" "$srcdir/tests/cal/partstat.py" "$port" "$f" "$@" \
	    2>"$tmp/answer" || sed 's/^/# /' "$tmp/answer"
	n=$((n + 1))
	until_true "[ \"\$(grep -c event=remind.answer '$tmp/promised.log')\" -ge $n ]"
}
outcome() { grep event=remind.answer "$tmp/promised.log" | tail -1 |
    sed 's/.*outcome="\{0,1\}\([^"]*[^" ]\)"\{0,1\} changes.*/\1/'; }
state() { promise list --all --json |
    sed -n "s/^.*\"id\": *$1,.*\"state\": *\"\([a-z]*\)\".*/\1/p"; }
moves() { promise show "$1" --json | tr ',' '\n' |
    sed -n 's/.*"move": *"\([a-z]*\)".*/\1/p' | tr '\n' ' '; }
# long before now, so that later ones can follow
stamp() { date -u -d "$1 minutes ago" +%Y%m%dT%H%M%SZ; }

first=$(stamp 60) before=$(stamp 61)
ok "six invitations" until_true '[ "$(mails)" = 6 ]'

# --- accepted: it is a promise
answer 1 outlook ACCEPTED "stamp=$first"
is "$(outcome)" confirmed "accepted in Outlook's way"
is "$(state 1) $(moves 1)" "open recorded confirmed " "it is a promise"
is "$(mails)" 6 "nothing is said about it"
answer 2 google ACCEPTED "stamp=$(stamp 60)"
is "$(outcome)" confirmed "Google's way"
answer 3 apple ACCEPTED "stamp=$(stamp 60)"
is "$(outcome)" confirmed "Apple's way"
answer 4 thunderbird TENTATIVE "stamp=$(stamp 60)"
is "$(outcome) $(moves 4)" "noted recorded " "perhaps is nothing"

# --- what changes nothing
answer 1 outlook DECLINED "stamp=$first" id=r1@x
is "$(outcome) $(state 1)" "replayed open" "an answer not later than the last"
answer 1 outlook DECLINED "stamp=$before" id=r2@x
is "$(outcome) $(state 1)" "replayed open" "nor one from before"
answer 1 outlook DECLINED "stamp=$(stamp 50)" id=r3@x attendee=bob@client.example
is "$(outcome) $(state 1)" "noted open" "somebody the mail was forwarded to"
answer 1 outlook DECLINED "stamp=$(stamp 40)" id=r4@x uid=promise-1@x
is "$(outcome) $(state 1)" "not awaited open" "another event"
answer 1 outlook DECLINED "stamp=$(stamp 40)" id=r5@x sequence=7
is "$(outcome) $(state 1)" "not awaited open" "one that we never sent"
answer 1 outlook DECLINED id=r6@x
is "$(outcome) $(state 1)" "not awaited open" "one from years ahead"
to=$(sed -n 's/.*<\(promises+[^>]*\)>.*/\1/p' "$(invitation 1)" | head -1)
answer 1 outlook DECLINED "stamp=$(stamp 40)" id=r7@x \
    "to=$(echo "$to" | sed 's/\.[0-9a-f]*@/.000000000000000000000000@/')"
is "$(outcome) $(state 1)" "forged open" "a forged address"
answer 1 outlook DECLINED "stamp=$(stamp 40)" id=r8@x \
    "to=$(sed -n 's/.*<\(promises+[^>]*\)>.*/\1/p' "$(invitation 2)" | head -1)"
is "$(outcome) $(state 1)$(state 2)" "not awaited openopen" \
    "the address of another invitation"
answer 1 outlook DECLINED "stamp=$(stamp 40)" id=r9@x auto=auto-replied
is "$(outcome) $(state 1)" "asked back open" \
    "a calendar that declines by itself while its owner is away"
ok "asks" until_true '[ "$(mails)" = 7 ]'
like "$("$python" "$srcdir/tests/cal/mail.py" "$(ls "$hop"/*.eml | tail -1)")" \
    'votre agenda a refusé de lui-même' "the owner"

# --- declined: it is none
answer 5 google DECLINED "stamp=$(stamp 30)"
is "$(outcome) $(state 5)" "done not" "declined, it is not a promise"
ok "that is answered" until_true '[ "$(mails)" = 8 ]'
like "$("$python" "$srcdir/tests/cal/mail.py" "$(ls "$hop"/*.eml | tail -1)")" \
    'N° 5 : pas une promesse' "with what was done"
promise reopen 5 >/dev/null
answer 5 google DECLINED "stamp=$(stamp 30)" id=again@x
like "$(outcome) $(state 5)" '^(replayed|not awaited) open$' \
    "and cannot be played again once it is one"

# --- words say more than a button
answer 6 outlook DECLINED "stamp=$(stamp 30)" "words=reporté au 3 décembre $year"
is "$(outcome) $(state 6)" "done open" "declined with a new date"
like "$(promise show 6)" "$year" "it is moved"
answer 4 thunderbird DECLINED "stamp=$(stamp 20)" method=COUNTER
is "$(outcome) $(state 4)" "asked back open" "another time is asked back about"

# --- hostile calendars
"$python" - "$port" "$to" >"$tmp/hostile" 2>&1 <<'END'
import smtplib, sys
head = ("From: <helene@acme.example>\r\nTo: <%s>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/calendar; method=REPLY\r\n\r\n" % sys.argv[2])
bodies = [
    "BEGIN:VCALENDAR\r\n" * 20000,
    "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nATTENDEE" +
    ";A=\"" * 10000 + "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:" + "x" * 60000 +
    "\r\nDTSTAMP:99999999T999999Z\r\nSEQUENCE:-1\r\nEND:VEVENT\r\nEND:VCALENDAR",
    "\r\n ".join("BEGIN:VCALENDAR"),
    "X" * 900000,
]
s = smtplib.SMTP("127.0.0.1", int(sys.argv[1]), timeout=20)
for i, b in enumerate(bodies):
    s.sendmail("h@acme.example", [sys.argv[2]],
               "Message-ID: <hostile%d@x>\r\n" % i + head + b)
print("fine", s.quit()[0])
END
is "$(cat "$tmp/hostile")" "fine 221" "calendars that are none"
n=$((n + 5))
ok "are taken" until_true \
    "[ \"\$(grep -c event=remind.answer '$tmp/promised.log')\" -ge $n ]"
is "$(state 1)$(state 2)$(state 3)" openopenopen "and change nothing"
service_stop
is $status 0 "SIGTERM: the service ends with 0"
finish
