#!/bin/sh
# promise when: words of time, their dues and explanation
. "$srcdir/tests/tap.sh"
: >"$tmp/conf"
PROMISED_CONF=$tmp/conf
export PROMISED_CONF
when() { "$builddir/promise" --at 2026-11-25T09:00 when --zone Europe/Paris "$@"; }

is "$(when --lang fr 'Je passe vendredi avant 17 h.')" \
    '2026-11-27T17:00  "vendredi avant 17 h"' "a text"
is "$(when --lang en 'between 9 and 12 on Tuesday')" \
    '2026-12-01T09:00 2026-12-01T12:00  "between 9 and 12 on Tuesday"' \
    "a window"
is "$(when --lang fr '3 semaines à réception')" 'P3W  "3 semaines"' \
    "from an event"
is "$(when --lang fr 'dès que possible')" '-  "dès que possible"' "undated"
is "$(when --lang fr 'Merci pour tout.')" "" "nothing"
like "$(when --lang fr --explain 'sous 10 jours ouvrés')" \
    '^    10 working days, from the next day$' "each step"
is "$("$builddir/promise" --at 2026-11-23T09:00 when --zone Europe/Paris \
    --lang en --json 'next Friday')" \
    '{"text": "next Friday", "due": "2026-11-27", "warnings": ["next"]}' \
    "next Friday on a Monday: some mean the one after"
is "$("$builddir/promise" --at 2026-11-27T09:00 when --zone Europe/Paris \
    --lang fr --json 'mardi prochain')" \
    '{"text": "mardi prochain", "due": "2026-12-01", "warnings": []}' \
    "mardi prochain on a Friday: all mean the same"
is "$(when --lang fr --json 'le 29 novembre')" \
    '{"text": "le 29 novembre", "due": "2026-11-29", "warnings": ["closed"]}' \
    "as JSON"
is "$("$builddir/promise" when --at 2026-11-25T09:00-0500 --lang en 'on 12/03')" \
    '2026-12-03  "12/03"' "an offset makes the zone: month first"
# two languages are looked for where none is named
is "$(when 'Mon père et mon oncle passent chez vous mardi, dans la journée.')" \
    '2026-12-01  "mardi, dans la journée"' "a French mon is no Monday"
is "$("$builddir/promise" when --at 2026-11-25T09:00-0500 \
    'We will ship the rest of your order to you on 12/04/2026.')" \
    '2026-12-04  "12/04/2026"' "of two languages the one at home reads numbers"
is "$(printf '%s\t%s\t%s\t%s\n' \
    a fr 2026-11-25T09:00:00 'demain' \
    b en 2026-11-25T09:00 'nothing at all' \
    c en 2026-11-25T09:00-0500 'on 12/03' |
    "$builddir/promise" when --batch)" \
    '{"id": "a", "due": "2026-11-26"}
{"id": "b", "due": null}
{"id": "c", "due": "2026-12-03"}' "a batch"
# due AT HOLIDAYS TEXT: on the days a clock jumps, over the year's end, and with
# other holidays
due() {
	"$builddir/promise" when -o "holidays=$2" --at "$1" \
	    --zone Europe/Paris --lang fr "$3" | cut -d' ' -f1
}
while read -r at set want text; do
	case $at in '#'* | '') continue ;; esac
	is "$(due "$at" "$set" "$text")" "$want" "$set, $at: $text"
done <<'ROWS'
2026-10-24T20:00 fr 2026-10-25T07:00 sous 12 h
2026-10-25T00:30 fr 2026-10-25T02:30 dans 3 heures
2026-10-24T20:00 fr 2026-10-25 demain
2026-03-28T20:00 fr 2026-03-29T09:00 sous 12 h
2026-03-29T01:30 fr 2026-03-29T03:00 dans 30 minutes
2026-03-28T10:00 fr 2026-03-29T02:30 demain à 2 h 30
2026-12-30T16:00 fr 2027-01-04 sous 2 jours ouvrés
2026-12-31T17:30 fr 2027-01-04T12:30 dans 4 h ouvrées
2026-12-31T10:00 fr 2027-01-01 semaine 53
2026-12-31T10:00 fr 2026-12-31 d'ici la fin de l'année
2026-12-31T10:00 fr 2027-01-08 la semaine prochaine
2026-01-31T10:00 fr 2026-02-28 dans un mois
2028-02-29T10:00 fr 2029-02-28 dans un an
2026-04-02T10:00 fr 2026-04-03 sous 1 jour ouvré
2026-04-02T10:00 fr-alsace-moselle 2026-04-07 sous 1 jour ouvré
2026-12-24T10:00 fr 2026-12-26 sous 1 jour ouvrable
2026-12-24T10:00 fr-alsace-moselle 2026-12-28 sous 1 jour ouvrable
2026-12-24T10:00 none 2026-12-25 sous 1 jour ouvrable
2026-05-13T10:00 fr 2026-05-18 sous 48 h ouvrées
ROWS
when --zone Mars/Olympus demain >/dev/null 2>&1
is $? 2 "a zone that is none"
when --lang xx demain >/dev/null 2>&1
is $? 2 "a language that is none"
when >/dev/null 2>&1
is $? 2 "no text"
echo broken | "$builddir/promise" when --batch >/dev/null 2>&1
is $? 2 "a line that is none"
finish
