# postfix.t - the whole: swaks and msmtp → promised → Postfix, ledger, feed
#
# A Postfix of its own (postfix.sh) stands behind the gateway.
. "$srcdir/tests/tap.sh"
. "$srcdir/tests/whole/whole.sh"
. "$srcdir/tests/whole/postfix.sh"
need msmtp curl
postfix_need
"$python" -c 'import icalendar' 2>/dev/null || {
	echo "1..0 # SKIP python3-icalendar is not installed"
	exit 0
}
postfix_conf 'smtpd_authorized_xclient_hosts = 127.0.0.0/8' \
    'smtpd_authorized_xforward_hosts = 127.0.0.0/8'
ok "Postfix answers" postfix_start

service_conf "next-hop = 127.0.0.1:$hop_port" \
    'own-domains = ours.example' 'timezone = Europe/Paris'
sed -i 's,^gateway-listen.*,gateway-listen = "127.0.0.1:0 xclient=127.0.0.1",' \
    "$conf"
service_start
is $? 0 "promised is ready"
port=${gateway##*:}

# --- what Postfix got is what the client sent
sender() { sed -n 's/^From:.*<\(.*\)>.*/\1/p;/^$/q' "$1"; }
recipient() { sed -n 's/^To: *//p;/^$/q' "$1"; }
by_swaks() { # it adds a line end of its own behind the file
	LC_ALL=C awk 'NR > 1 { print line } { line = $0 }
	    END { printf "%s", line }' "$1" >"$tmp/no-last-newline"
	swaks -s 127.0.0.1 -p "$port" -f "$(sender "$1")" \
	    -t "$(recipient "$1")" --ehlo client.example -n \
	    -d "@$tmp/no-last-newline"
}
by_msmtp() {
	msmtp --host=127.0.0.1 --port="$port" --tls=off --auth=off \
	    --from="$(sender "$1")" "$(recipient "$1")" <"$1"
}
# The mails are dated next Monday, so that their dues are still to come.
monday=$(TZ=Europe/Paris date -d 'next monday' +%Y-%m-%d)
day() { TZ=Europe/Paris date -d "$monday $1" "+${2:-%Y-%m-%d}"; }
dated() { # FILE WAY: a mail of its own for each way
	LC_ALL=C sed "s/^Message-ID: <whole/Message-ID: <$2/
	    s/^Date: .*/Date: $(LC_ALL=C day 09:00 '%a, %d %b %Y %T %z')/
	    s/27 November/$(LC_ALL=C day '+11 days' '%-d %B')/" "$1"
}
{ # 300 lines of nearly the longest that SMTP allows
	sed '/^$/q; s/whole.1/whole.5/' "$srcdir/tests/whole/mails/1-plain.eml"
	awk 'BEGIN { for (i = 0; i < 300; i++) { for (j = 0; j < 62; j++)
	    printf "0123456789abcdef"; print "" } }'
} >"$tmp/5-long.eml"
for way in swaks msmtp; do
	for mail in "$srcdir"/tests/whole/mails/*.eml "$tmp/5-long.eml"; do
		eml=$way-$(basename "$mail")
		dated "$mail" "$way" >"$tmp/$eml"
		ok "$eml is accepted" "by_$way" "$tmp/$eml"
		postfix_delivered "$tmp/$eml" >"$tmp/got"
		ok "$eml arrives byte for byte" cmp "$tmp/$eml" "$tmp/got"
	done
done

# --- Postfix's own words reach the client
swaks -s 127.0.0.1 -p "$port" -f claire@ours.example -t x@elsewhere.example \
    --ehlo client.example --body 'Je vous rappelle demain.' >"$tmp/refused" 2>&1
is $? 24 "swaks: the recipient is refused"
like "$(cat "$tmp/refused")" \
    '<\*\* 554 5\.7\.1 <x@elsewhere\.example>: Relay access denied' \
    "in Postfix's words"
like "$(swaks -s 127.0.0.1 -p "$port" --quit-after BANNER)" \
    '^<-  220 ' "and another session goes on"

# --- a look-alike of the end of data never gets there
"$python" - "$port" >"$tmp/smuggled" 2>&1 <<'END'
import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 20)
f = s.makefile("rb")
def talk(text, replies=1):
    s.sendall(text)
    for _ in range(replies):
        line = f.readline()
        while line[3:4] == b"-":
            line = f.readline()
    return line.decode().strip()
talk(b"", 1)
talk(b"EHLO client.example\r\n")
talk(b"MAIL FROM:<tom@ours.example>\r\n")
talk(b"RCPT TO:<ann@theirs.example>\r\n")
talk(b"DATA\r\n")
print(talk(b"Subject: a\r\n\r\nfirst\n.\r\nMAIL FROM:<evil@ours.example>\r\n"
           b"RCPT TO:<ann@theirs.example>\r\nDATA\r\nSubject: b\r\n\r\n"
           b"smuggled\r\n.\r\n"))
END
like "$(cat "$tmp/smuggled")" '^5(54|00|50)' "a bare-LF end of data is refused"
is "$(grep -c 'evil@' "$pf/log")" 0 "and Postfix never heard of it"

# --- chunks, and a client that speaks for another
cat >"$tmp/chunks.eml" <<'END'
From: Tom <tom@ours.example>
To: ann@theirs.example
Message-ID: <chunks@ours.example>
Subject: chunks

.
..
nothing is promised here
END
"$python" - "$port" "$tmp/chunks.eml" >"$tmp/chunks" 2>&1 <<'END'
import smtplib, sys
data = open(sys.argv[2], "rb").read().replace(b"\n", b"\r\n")
s = smtplib.SMTP("127.0.0.1", int(sys.argv[1]), "client.example", 20)
s.ehlo()
print("offers", s.has_extn("chunking"), s.has_extn("xclient"),
      s.has_extn("xforward"))
print("xclient", *s.docmd("XCLIENT NAME=staff.example ADDR=192.0.2.77"))
s.ehlo()
s.mail("tom@ours.example")
s.rcpt("ann@theirs.example")
for at in range(0, len(data), 40):
    piece = data[at:at + 40]
    last = b" LAST" if at + 40 >= len(data) else b""
    s.send(b"BDAT %d%s\r\n" % (len(piece), last) + piece)
    print("bdat", *s.getreply())
END
like "$(cat "$tmp/chunks")" '^offers True True True$' \
    "Postfix's CHUNKING, XCLIENT and XFORWARD are offered"
like "$(tail -1 "$tmp/chunks")" "^bdat 250 b'2\.0\.0 Ok: .*queued" \
    "a message in chunks is taken"
postfix_delivered "$tmp/chunks.eml" >"$tmp/got"
ok "and arrives byte for byte" cmp "$tmp/chunks.eml" "$tmp/got"
like "$(cat "$pf/log")" 'client=staff\.example\[192\.0\.2\.77\]' \
    "from the client that XCLIENT named"
like "$(cat "$tmp/promised.log")" 'gateway\.message .*client=192\.0\.2\.77' \
    "and so says our log"

# --- the ledger
# the four mails that promise something, sent twice under two Message-IDs
ok "eight promises are recorded" until_true '[ "$(promises)" -ge 8 ]'
is "$(promises)" 8 "and no more: none for the mail inside the house"
promise list --json >"$tmp/list"
like "$(cat "$tmp/list")" '"text": ?"Je vous envoie le devis jeudi\."' \
    "the sentence is kept as it was written"
is "$(grep -c 'mardi\|Relay\|rappelle\|file tomorrow' "$tmp/list")" 0 \
    "not what was quoted, refused, or meant for a colleague"
due_of() { # WORDS: the dues of the promises that hold them
	grep -- "$1" "$tmp/list" | sed 's/.*"due": *"\([^"]*\)".*/\1/' | sort -u
}
is "$(due_of 'devis jeudi')" "$(day '+3 days')" "« jeudi », said on a Monday"
is "$(due_of 'call you')" "$(day '+4 days')T14:00" "\"on Friday at 14:00\""
is "$(due_of 'Café chairs')" "$(day '+11 days')" \
    "\"by\" a day of a month, quoted-printable"
is "$(due_of 'pièce')" "$(day '+1 day')" "« demain », Latin-1"
promise overdue --at "${monday}T12:00" >"$tmp/overdue"
is $? 0 "overdue: nothing on the day of sending"
promise overdue --at "$(day '+4 days')T12:00" >"$tmp/overdue"
is $? 1 "overdue: something on Friday noon"
is "$(promise overdue --json --at "$(day '+4 days')T12:00" | wc -l)" 4 \
    "the letter and the part, twice each"
promise overdue --no-such-flag >/dev/null 2>&1
is $? 2 "overdue: wrong usage is 2"

# --- the feed, read by another library than the one that wrote it
url=$(promise feed add whole)
like "$url" '^http://127\.0\.0\.1:[0-9]+/feed/[^/]+\.ics$' "feed add prints a URL"
fetched() { curl -fsS -o "$tmp/feed.ics" "$url"; }
ok "curl fetches it" until_true fetched
cat >"$tmp/read.py" <<'END'
import sys
from datetime import timezone
from icalendar import Calendar
cal = Calendar.from_ical(open(sys.argv[1], "rb").read())
everything = cal.walk("VEVENT")
# promises ring; the sheet of the day, which counts them, does not
events = [e for e in everything
          if any(c.name == "VALARM" for c in e.subcomponents)]
print("events", len(events), "sheets", len(everything) - len(events))
print("repeated uids", len(everything) - len({str(e["UID"]) for e in everything}))
for e in events:
    end = e["DTEND"].dt
    assert end.tzinfo is not None, "floating time"
    print("until", end.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M"),
          "|", e["SUMMARY"], "|", str(e["DESCRIPTION"]).replace("\n", " "))
END
ok "icalendar reads it" "$python" "$tmp/read.py" "$tmp/feed.ics"
"$python" "$tmp/read.py" "$tmp/feed.ics" >"$tmp/events"
is "$(grep '^events' "$tmp/events")" "events 8 sheets 1" \
    "an event with an alarm for each promise, and the sheet of the day"
is "$(grep '^repeated' "$tmp/events")" "repeated uids 0" "no UID twice"
like "$(grep 'call you' "$tmp/events")" \
    "^until $(TZ=UTC date -d "TZ=\"Europe/Paris\" $(day '+4 days') 14:00" '+%F %H:%M')" \
    "the call has until 14:00 in Paris, in UTC"
like "$(cat "$tmp/events")" 'Je vous envoie le devis jeudi' \
    "the sentence is in the event"

promise kept "$(grep 'devis jeudi' "$tmp/list" | head -1 |
    sed 's/.*"id": *\([0-9]*\).*/\1/')" >/dev/null
is $? 0 "one is kept"
fewer() { fetched && "$python" "$tmp/read.py" "$tmp/feed.ics" | grep -q '^events 7 '; }
ok "its event goes" until_true fewer
code() { curl -s -o /dev/null -w '%{http_code}' "$1"; }
is "$(code "http://$feed/feed/0123456789abcdef0123456789abcdef.ics")" 404 \
    "an unknown token is 404"
is "$(code "http://$feed/")" 404 "and so is anything else"

service_stop
is $status 0 "SIGTERM: the service ends with 0"
finish
