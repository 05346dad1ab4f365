#!/bin/sh
# promise list, overdue, today, week, customer: who is shown, how, exit status
. "$srcdir/tests/tap.sh"
. "$srcdir/tests/core/promise_cmd.sh"

run promise list
is "$status" 1 "no ledger: list fails"
like "$err" 'there is no ledger yet' "and says so"
run promise overdue
is "$status" 3 "no ledger: overdue does not say 1"

mkdir "$home"
: | seed
run promise list
is "$status:$out" "0:" "an empty ledger shows nothing"
run promise overdue
is "$status:$out" "0:" "and nothing is late"

seed_five
run promise list
is "$status" 0 "list succeeds"
is "$out" 'ID  DUE               WHEN           CUSTOMER                     AUTHOR             PROMISE
 1  Wed 18 Nov 14:00  20 hours late  client@client.example        Hélène Dupont      Je vous envoie le devis corrigé mercredi avant 14 h.
 4  Thu 19 Nov        today          client@client.example        anne@acme.example  Notre technicien passera jeudi
 2  Fri 20 Nov        tomorrow       b@x.example, k@日本.example  bob@acme.example   We will ship �[31mit on Friday.
 3  3 weeks after                    client@client.example        anne@acme.example  Délai : 3 semaines à réception
 5  no date                          client@client.example        anne@acme.example  Je vous tiens au courant' \
	"accents and wide characters align, escapes do not get out, no line is cut"

LANG=fr_FR.UTF-8 LC_ALL='' run promise list
like "$out" '^N°  ÉCHÉANCE            QUAND                CLIENT ' "French by the locale"
like "$out" 'mer\. 18 nov\. 14:00  20 heures de retard' "with French dates"
run promise -o lang=fr overdue
like "$out" 'heures de retard' "French by the settings"

run promise overdue
is "$status" 1 "overdue exits 1"
like "$out" '^ 1  Wed 18 Nov' "and shows what is late"
is "$(printf '%s\n' "$out" | wc -l)" 2 "and nothing else"
at=2026-11-18T14:00 run promise overdue
is "$status:$out" "0:" "at the hour itself it is not late yet"
at=2026-11-18T14:00:01+01:00 run promise overdue
is "$status" 1 "a second later it is"
at=2026-11-20 run promise overdue
like "$out" '^ 4  Thu 19 Nov +1 day late' "a day is over when the next begins"
at=2026-11-19T22:59:59Z run promise overdue --json
is "$(printf '%s\n' "$out" | wc -l)" 1 "but not a second before"
run promise overdue --author bob@acme.example
is "$status" 0 "overdue with a filter"

run promise today
is "$(printf '%s\n' "$out" | cut -c1-14)" "ID  DUE       
 4  Thu 19 Nov" "today"
at=2026-11-18T23:30Z run promise today
like "$out" '^ 4 ' "today is the day of the promise's own zone"
at=2026-11-18T23:30Z run promise -o timezone=America/New_York today --json
like "$out" '"id":1,' "or of the zone in the settings"
is "$(printf '%s\n' "$out" | grep -c '"id":4')" 0 "and then only that"
run promise week --json
is "$(printf '%s\n' "$out" | sed 's/,.*//' | tr '\n' ' ')" \
	'{"id":1 {"id":4 {"id":2 ' "week: Monday to Sunday, late ones too"
at=2026-11-23 run promise week
is "$out" "" "not the week before"

run promise list --customer client.example --json
is "$(printf '%s\n' "$out" | grep -c .)" 4 "a customer's domain"
run promise list --customer B@X.example
like "$out" '^ 2  Fri' "a customer's address, in any case"
run promise list --author bob@acme.example
is "$(printf '%s\n' "$out" | wc -l)" 2 "an author"
run promise list --state kept,not
is "$out" "" "no state but these"
run promise list --state late
is "$status" 2 "a state that is none is a fault of usage"

run promise kept 4
run promise customer @client.example
is "$(printf '%s\n' "$out" | cut -c1-3 | tr -d ' \n')" "ID1354" "open ones first"
like "$out" ' kept ' "settled ones with their state"
run promise list --all
like "$out" 'STATE' "all has a column for the state"
run promise customer nobody.example
is "$status:$out" "0:" "a customer we promised nothing"

# one JSON object a line, its fields in their order, nothing raw in it
promise list --all --json >"$tmp/json"
ok "each line is JSON" sh -c 'while read -r line; do
	printf "%s" "$line" | python3 -m json.tool >/dev/null || exit 1
	done <"$1"' - "$tmp/json"
is "$(sed -n 1p "$tmp/json")" '{"id":1,"state":"open","kind":"action","text":"Je vous envoie le devis corrigé mercredi avant 14 h.","due":"2026-11-18T14:00","due_first":"2026-11-18T14:00","from":null,"after":null,"condition":null,"hedged":false,"lang":"fr","warnings":[],"author":"anne@acme.example","customers":["client@client.example"],"message_id":"1@acme.example","sent_at":"2026-11-16T09:00:00Z","recorded_at":"2026-11-16T09:01:00Z","late":true,"zone":"Europe/Paris"}' \
	"the schema of promise(1)"
like "$(cat "$tmp/json")" '"due":"2026-11-19","due_first":"2026-11-19","from":"2026-11-19T09:00".*"hedged":true.*"warnings":\["closed"\]' "every field"
is "$(tr -d '\n' <"$tmp/json" | LC_ALL=C tr -d '\040-\176\200-\377' | wc -c)" 0 "no control characters"

printf 'not a ledger' >"$home/ledger.db"
rm -f "$home/ledger.db-wal" "$home/ledger.db-shm"
run promise overdue
is "$status" 3 "a file that is no ledger: overdue exits 3"
like "$err" 'ledger.db: not a ledger of promises' "and says so"
is "$(cat "$home/ledger.db")" "not a ledger" "and leaves it alone"
rm -rf "$home"
mkdir "$home"
seed <<-END
due=2026-11-18${t}kind=offer${t}text=Offre valable jusqu’au 18 novembre
due=2026-11-30${t}kind=offer${t}text=Offre valable jusqu’au 30 novembre
END
run promise overdue
is "$status:$out" "0:" "an offer that has lapsed is not overdue"
run promise list
is "$(printf '%s\n' "$out" | grep -c Offre)" 1 "nor shown among what stands"
run promise list --all
like "$out" '18 Nov  open   lapsed ' "but shown with --all"
finish
