# closures.t - closures of the company's own, from calendar files
. "$srcdir/tests/tap.sh"

# is_not_in TEXT REGEX NAME
is_not_in() { is "$(printf "%s\n" "$1" | grep -cE "$2")" 0 "$3"; }
closures() { "$builddir/promise-closures" "$@"; }
status() { "$@" >"$tmp/out" 2>"$tmp/err"; echo $?; }
# when TEXT - its due, sent Fri 2026-12-18 10:00
when() {
	"$builddir/promise" when -o "closures=$tmp/own.ics" "$1" \
	    --at 2026-12-18T10:00 --zone Europe/Paris --lang fr | cut -d' ' -f1
}

# calendar EVENT… - an .ics on stdout; an event is its lines, "|" between
calendar() {
	printf 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n'
	for event; do
		printf 'BEGIN:VEVENT\r\nUID:%s\r\nDTSTAMP:20260101T000000Z\r\n' \
		    "$(printf %s "$event" | cksum | cut -d' ' -f1)"
		printf '%s\r\n' "$event" | sed 's/|/\r\n/g'
		printf 'END:VEVENT\r\n'
	done
	printf 'END:VCALENDAR\r\n'
}

calendar 'SUMMARY:Fermeture annuelle|DTSTART;VALUE=DATE:20261221|DTEND;VALUE=DATE:20261224' \
    'SUMMARY:Saint-Éloi|DTSTART;VALUE=DATE:20201201|RRULE:FREQ=YEARLY|EXDATE;VALUE=DATE:20221201' \
    'SUMMARY:Pont\, avec un nom|DTSTART;VALUE=DATE:20270507' \
    'SUMMARY:Réunion|DTSTART:20261228T100000|DTEND:20261228T120000' \
    'SUMMARY:Annulée|STATUS:CANCELLED|DTSTART;VALUE=DATE:20261230' \
    'SUMMARY:Inventaire|DTSTART:20270104T000000|DTEND:20270106T000000' \
    >"$tmp/own.ics"
is "$(status closures "$tmp/own.ics")" 0 "a file is read"
like "$(cat "$tmp/out")" '^2026-12-21 Fermeture annuelle$' "its first day"
like "$(cat "$tmp/out")" '^2026-12-23 Fermeture annuelle$' "and the last"
is_not_in "$(cat "$tmp/out")" '^2026-12-24' "DTEND is the day behind it"
is "$(grep -c 'Saint-Éloi' "$tmp/out")" 79 "once a year to 2099, but for one"
is_not_in "$(cat "$tmp/out")" '^2022-12-01' "which EXDATE takes out"
like "$(cat "$tmp/out")" '^2027-05-07 Pont, avec un nom$' "without DTEND: a day"
is_not_in "$(cat "$tmp/out")" 'Réunion|Annulée' "hours and cancelled ones: none"
like "$(cat "$tmp/out")" '^2027-01-05 Inventaire$' "from midnight to midnight"
ok "in order" sort -c "$tmp/out"

is "$(when 'sous 1 jour ouvré')" 2026-12-24 "working days step over them"
is "$(when 'sous 3 jours ouvrables')" 2026-12-26 "and jours ouvrables"
is "$(when 'dans 9 h ouvrées')" 2026-12-24T10:00 "and working hours"
is "$(when 'le 22 décembre')" 2026-12-22 "a date that was told stands"
"$builddir/promise" when -o "closures=$tmp/own.ics" --explain \
    --at 2026-12-18T10:00 --zone Europe/Paris "le 22 décembre" >"$tmp/out"
like "$(cat "$tmp/out")" 'closed: Fermeture annuelle' "and is said to be closed"

# another library's calendar
python=
for p in /usr/bin/python3 python3; do
	if [ -z "$python" ] && "$p" -c 'import icalendar' 2>/dev/null; then
		python=$p
	fi
done
if [ -n "$python" ]; then
	"$python" - >"$tmp/py.ics" <<'PY'
import datetime, sys
from icalendar import Calendar, Event
c = Calendar()
c.add("prodid", "-//z//"), c.add("version", "2.0")
e = Event()
e.add("summary", "Congés d'été " + "é" * 90), e.add("uid", "1")
e.add("dtstart", datetime.date(2027, 8, 2))
e.add("dtend", datetime.date(2027, 8, 21))
e.add("rrule", {"freq": "yearly", "count": 3})
c.add_component(e)
sys.stdout.buffer.write(c.to_ical())
PY
	closures "$tmp/py.ics" >"$tmp/out"
	is "$(wc -l <"$tmp/out")" 57 "19 days, three times"
	like "$(head -1 "$tmp/out")" "^2027-08-02 Congés d'été é" "unfolded"
else
	skip "no python3-icalendar"
fi

# wrong files
is "$(status closures)" 2 "no file: 2"
is "$(status closures "$tmp/none.ics")" 1 "not there: 1"
like "$(cat "$tmp/err")" 'none.ics: No such file' "and which"
echo "hello" >"$tmp/text.ics"
is "$(status closures "$tmp/text.ics")" 1 "no calendar: 1"
like "$(cat "$tmp/err")" 'text.ics: this is no iCalendar file' "and the reason"
calendar 'SUMMARY:x|DTSTART:20261228T100000' >"$tmp/hours.ics"
is "$(status closures "$tmp/hours.ics")" 1 "no all-day event: 1"
calendar 'SUMMARY:Toujours|DTSTART;VALUE=DATE:20200101|DTEND;VALUE=DATE:20300101' \
    >"$tmp/long.ics"
is "$(status closures "$tmp/long.ics")" 1 "ten years on end: 1"
like "$(cat "$tmp/err")" "'Toujours' is longer than 400 days" "and which"
calendar 'SUMMARY:x|DTSTART;VALUE=DATE:20200101|RRULE:FREQ=SECONDLY' \
    'SUMMARY:y|DTSTART;VALUE=DATE:20200103|RRULE:FREQ=DAILY;INTERVAL=0' \
    'SUMMARY:z|DTSTART;VALUE=DATE:99999999|RRULE:FREQ=YEARLY' >"$tmp/odd.ics"
ok "odd rules end" sh -c '"$1" "$2" >/dev/null 2>&1; [ $? -le 1 ]' x \
    "$builddir/promise-closures" "$tmp/odd.ics"
head -c 5000000 /dev/zero | tr '\0' x >"$tmp/big.ics"
is "$(status closures "$tmp/big.ics")" 1 "over 4 MiB: 1"

mkdir -m 700 "$tmp/home"
echo "home = $tmp/home" >"$tmp/conf"
is "$(status "$builddir/promised" -t -c "$tmp/conf" \
    -o "closures=$tmp/own.ics")" 0 "promised -t: good"
is "$(status "$builddir/promised" -t -c "$tmp/conf" \
    -o "closures=$tmp/text.ics")" 1 "promised -t: a wrong file"
like "$(cat "$tmp/err")" 'closures: .*text.ics: this is no' "and the reason"
is "$(status "$builddir/promised" -t -c "$tmp/conf" \
    -o "closures=own.ics")" 2 "a path that is none"
finish
