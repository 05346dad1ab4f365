# ics.t - promise-ics and promised-remind on a real ledger; the calendar read
# back with another library than the one that wrote it
. "$srcdir/tests/tap.sh"

home=$tmp/home
mkdir -m 700 "$home"
cat >"$tmp/conf" <<CONF
home = $home
timezone = Europe/Paris
CONF
seed() { "$builddir/tests/cal/seed" "$home/ledger.db" "$@"; }
ics() { "$builddir/promise-ics" -c "$tmp/conf" "$@"; }
remind() { "$builddir/promised-remind" -c "$tmp/conf" --once "$@"; }
status() { "$@" >"$tmp/out" 2>"$tmp/err"; echo $?; }

is "$(status ics)" 1 "no ledger: 1"
like "$(cat "$tmp/err")" '^promise-ics: .*ledger' "and a reason"
is "$(status remind)" 1 "nothing to remind of either"
is "$(status ics --nonsense)" 2 "usage: 2"
is "$(status ics --at never)" 2 "no instant: 2"
is "$(status ics -o work-hours=nine)" 2 "wrong settings: 2"
is "$(status remind --at)" 2 "usage of promised-remind: 2"

# far ahead, so that the clock of the test does not matter
long="Je vous envoie le devis corrigé, la facture détaillée, les plans \
côtés ; l’été prochain, à Besançon, nos équipes vérifieront aussi les \
câbles, les écrous et l’étanchéité — c’est promis \\ « noté »."
seed record fr 2099-11-20T17:00 "$long"
seed record en 2099-11-23 "We'll ship it; by Monday, at the latest."
seed record fr - "Je vous tiens au courant."
seed record fr 2099-12-25 "Réponse le jour de Noël."
seed record en 2000-01-03 "I'll call you back on Monday."
seed kept 4
seed record fr 2099-11-24T09:30 "$(printf 'Je\r\nX-EVIL:1\r\nEND:VEVENT\r
\033[31m \342\200\256 «\302\240;,:\\x"^» \377\303 \360\237\232\232 fin.')"

is "$(status ics --at 2099-11-01T12:00)" 0 "a calendar"
mv "$tmp/out" "$tmp/a.ics"
ics --at 2099-11-01T11:00Z >"$tmp/b.ics"
ok "the same instant in UTC, the same bytes" cmp "$tmp/a.ics" "$tmp/b.ics"
ics --at "@$(date -u -d 2099-11-01T11:00Z +%s)" >"$tmp/b.ics"
ok "and in seconds" cmp "$tmp/a.ics" "$tmp/b.ics"
is "$(grep -c '^BEGIN:VEVENT' "$tmp/a.ics")" 5 "four dated, one of the day"
is "$(ics --at 2099-11-01T12:00 --all | grep -c '^BEGIN:VEVENT')" 6 \
    "--all holds the settled one"
like "$(ics --at 2099-11-01T12:00 --all)" 'SUMMARY:Tenue' "and says so"
is "$(ics --author nobody@acme.example | grep -c '^BEGIN:VEVENT')" 1 \
    "another author's is empty but for the day"
is "$(ics --customer client.example --at 2099-11-01T12:00 | cksum)" \
    "$(cksum <"$tmp/a.ics")" "a customer by domain"
like "$(ics -o lang=fr)" 'X-WR-CALNAME:Promesses' "the head in French"
like "$(ics -o lang=en --lang fr)" 'X-WR-CALNAME:Promesses' "as asked for"
is "$(status ics --lang de)" 2 "another language: 2"
ics --at "2099-11-01 12:00:00+0100" >"$tmp/b.ics"
ok "an instant as people write it" cmp "$tmp/a.ics" "$tmp/b.ics"
like "$(ics -o lang=en)" 'X-WR-CALNAME:Promises' "the head in English"

# promised-remind
is "$(remind --at 2099-11-20T10:00 | grep -v ' late ')" \
    "1 morning 2099-11-20T09:00 2099-11-20T17:00
2 ahead 2099-11-20T09:00 2099-11-23" "what is to be said one morning"
is "$(remind --at 2099-11-20T17:00 | head -n 2)" \
    "5 late 2099-11-17T09:00 2000-01-03
1 due 2099-11-20T17:00 2099-11-20T17:00" "and at the hour"

# read back
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
cat >"$tmp/read.py" <<'PYTHON'
import datetime, sys
import icalendar
raw = open(sys.argv[1], 'rb').read()
assert all(len(line) <= 75 for line in raw.split(b'\r\n')), 'long line'
assert b'\n' not in raw.replace(b'\r\n', b''), 'bare LF'
calendar = icalendar.Calendar.from_ical(raw)
assert not calendar.errors, calendar.errors
assert 'UID' not in calendar and calendar['METHOD'] == 'PUBLISH'
utc = datetime.timezone.utc
by_uid = {}
for event in calendar.walk('VEVENT'):
    assert not event.errors, event.errors
    assert event['UID'] not in by_uid, 'twice'
    by_uid[str(event['UID']).split('@')[0]] = event
    assert event['DTSTAMP'].dt == event['LAST-MODIFIED'].dt
    assert event['DTSTAMP'].dt.utcoffset() == datetime.timedelta(0)
    assert event['TRANSP'] == 'TRANSPARENT'
    assert len({str(a['TRIGGER'].dt) for a in event.walk('VALARM')}) == \
        len(event.walk('VALARM'))
    for alarm in event.walk('VALARM'):
        assert 'UID' not in alarm and alarm['ACTION'] == 'DISPLAY'
one = by_uid['promise-1']
assert one['X-PROMISED-QUOTE'] == sys.argv[2], one['X-PROMISED-QUOTE']
assert sys.argv[2] in one['DESCRIPTION'], one['DESCRIPTION']
assert one['DTSTART'].dt == datetime.datetime(2099, 11, 20, 15, 30, tzinfo=utc)
assert one['DTEND'].dt == datetime.datetime(2099, 11, 20, 16, 0, tzinfo=utc)
rings = sorted(one['DTSTART'].dt + a['TRIGGER'].dt for a in one.walk('VALARM'))
assert rings == [datetime.datetime(2099, 11, 19, 16, 0, tzinfo=utc),
                 datetime.datetime(2099, 11, 20, 14, 0, tzinfo=utc)], rings
assert str(one['ORGANIZER']) == 'mailto:helene@acme.example'
assert one['ORGANIZER'].params['CN'] == 'Hélène Dupont'
two = by_uid['promise-2']
assert two['SUMMARY'] == "Promised to jerome@client.example: " \
    "We'll ship it; by Monday, at the latest.", two['SUMMARY']
assert two['DTEND'].dt == datetime.datetime(2099, 11, 23, 17, 0, tzinfo=utc)
late = by_uid['promise-5']
assert type(late['DTSTART'].dt) is datetime.date
assert late['RRULE']['FREQ'] == ['DAILY'] and late['RRULE']['COUNT'] == [30]
assert [a['TRIGGER'].dt for a in late.walk('VALARM')] == \
    [datetime.timedelta(hours=9)]
evil = by_uid['promise-6']
assert 'X-EVIL' not in evil and 'X-EVIL' in evil['SUMMARY']
quote = str(evil['X-PROMISED-QUOTE'])
assert quote.startswith('Je X-EVIL:1 END:VEVENT [31m «\u00a0;,:\\x"^»'), quote
assert quote.endswith('\U0001f69a fin.'), quote
assert not any(ord(c) < 32 or c == '\u202e' for c in quote)
assert 'promise-3' not in by_uid and 'promise-4' not in by_uid
day = by_uid['day-20991101']
assert day['DTSTART'].dt == datetime.date(2099, 11, 1)
assert '5' in day['SUMMARY'] and '1' in day['SUMMARY'], day['SUMMARY']
PYTHON
ok "python3-icalendar reads every property as it was meant" \
    "$python" "$tmp/read.py" "$tmp/a.ics" "$long"

cat >"$tmp/read2.py" <<'PYTHON'
import datetime, sys
import vobject
calendar = vobject.readOne(open(sys.argv[1], encoding='utf-8', newline='').read())
calendar.validate(raiseException=True)
by_uid = {e.uid.value.split('@')[0]: e for e in calendar.vevent_list}
assert len(by_uid) == len(calendar.vevent_list) == 5
one = by_uid['promise-1']
utc = datetime.timezone.utc
assert one.dtend.value == datetime.datetime(2099, 11, 20, 16, 0, tzinfo=utc)
assert sys.argv[2] in one.description.value, one.description.value
assert sorted(a.trigger.value for a in one.valarm_list) == \
    [datetime.timedelta(hours=-23, minutes=-30),
     datetime.timedelta(hours=-1, minutes=-30)]
late = by_uid['promise-5']
days = list(late.getrruleset())
assert len(days) == 30 and (days[29] - days[0]).days == 29, days
PYTHON
if "$python" -c 'import vobject' 2>/dev/null; then
	ok "and so does python3-vobject" \
	    "$python" "$tmp/read2.py" "$tmp/a.ics" "$long"
else
	skip "no python3-vobject"
fi
finish
