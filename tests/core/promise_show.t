#!/bin/sh
# promise show, why, kept, moved, withdrawn, not, reopen
. "$srcdir/tests/tap.sh"
. "$srcdir/tests/core/promise_cmd.sh"
mkdir "$home"
seed_five

run promise show 4
is "$status" 0 "show succeeds"
is "$out" 'Promise 4 · open

  Notre technicien passera jeudi

  due                 Thu 19 Nov (Europe/Paris), today
  from                Thu 19 Nov 09:00
  kind                appointment
  softened            yes
  warning             due on a closed day
  author              anne@acme.example
  customer            client@client.example
  message             <4@acme.example>
  sent                2026-11-16 10:00
  recorded            2026-11-16 10:01

  history
    2026-11-16 10:01  recorded  anne@acme.example' "everything about it"
run promise show 3
like "$out" '  due                 3 weeks after$' "a delay after an event"
like "$out" '  condition           à réception$' "with its condition"
run promise -o lang=fr show 4
like "$out" '^  échéance            jeu\. 19 nov\. \(Europe/Paris\), aujourd’hui$' \
	"in French, aligned"
run promise show 99
is "$status:$err" "1:promise: there is no promise 99" "a number that is none"
run promise show x
is "$status" 2 "no number at all"
run promise show
is "$status" 2 "nothing to show"
run promise show --json 4
ok "show --json is JSON" sh -c 'printf %s "$1" | python3 -m json.tool' - "$out"
like "$out" '"history":\[\{"at":"2026-11-16T09:01:00Z","move":"recorded","by":"anne@acme.example","note":null,"due_before":null,"due_after":"2026-11-19"\}\]' \
	"with its history"

run promise why 1
is "$out" 'Je vous envoie le devis corrigé mercredi avant 14 h.
  words: je vous envoie
  date: mercredi' "why, a line a step"
run promise why 2
like "$out" 'We will ship �\[31mit' "no escape gets out"
like "$out" 'no explanation was recorded' "without an explanation"
run promise why --json 1
like "$out" '^\{"id":1,.*"why":"words: je vous envoie\\ndate: mercredi"\}$' "why --json"

run promise kept 1 --note 'envoyé par la poste'
is "$status:$out" "0:1: kept" "kept"
run promise overdue
is "$status" 0 "is no longer late"
run promise kept 1
is "$status" 1 "not kept twice"
like "$err" "promise 1 is kept already" "and says why"
run promise -o lang=fr kept 1
is "$err" "promise: la promesse 1 est déjà tenue" "in French"
run promise -o lang=fr show 99
is "$err" "promise: il n’y a pas de promesse 99" "a number that is none, in French"
LC_ALL=fr_FR.UTF-8 run promise show x
is "$err" "promise: « x » n’est pas un numéro de promesse
promise: voir « promise help show »" "faults of usage too"
run promise reopen 3
is "$status:$err" "1:promise: promise 3 is open" "an open one cannot be opened"
run promise show 1
like "$out" '2026-11-19 10:00  kept +anne +envoyé par la poste' "who, when, and the note"
run promise reopen 1
is "$status:$out" "0:1: reopened" "reopened"
run promise overdue
is "$status" 1 "and late again"

run promise moved 1 2026-11-24T09:30
is "$status:$out" "0:1: moved to Tue 24 Nov 09:30" "moved"
run promise show 1
like "$out" 'due +Tue 24 Nov 09:30 \(Europe/Paris\), in 5 days' "the new due"
like "$out" 'first due +Wed 18 Nov 14:00' "and the first one"
like "$out" 'moved +anne +Wed 18 Nov 14:00 → Tue 24 Nov 09:30' "in the history"
run promise moved 2 5 2026-12-01
is "$(printf '%s\n' "$out" | wc -l)" 2 "several at once"
run promise show 5
like "$out" 'first due +no date' "an undated one too"
run promise moved 5 vendredi prochain
is "$status:$out" "0:5: moved to Fri 27 Nov" "to a date in French words"
run promise moved 5 'by noon on Tuesday'
is "$status:$out" "0:5: moved to Tue 24 Nov 12:00" "or in English ones"
at=2026-11-19T23:30Z run promise moved 5 demain
is "$out" "5: moved to Sat 21 Nov" "read in the zone of the promise"
run promise moved 5 zut
is "$status" 2 "words that name no date"
like "$err" "'zut' names no date" "say so"
run promise moved 5 mardi matin puis le 12 décembre
is "$status" 2 "or several"
run promise moved 5 2 yesterday
is "$status" 2 "or one that is past"
run promise moved 2 2026-02-30
is "$status" 2 "a date that does not exist"
run promise moved 2026-12-01
is "$status" 2 "no number"
run promise moved 2
is "$status" 2 "no date"

run promise withdrawn 2 77 4
is "$status" 1 "one of three is not there"
is "$(printf '%s\n' "$out" | tr '\n' ' ')" "2: withdrawn 4: withdrawn " "the others are done"
like "$err" 'there is no promise 77' "it is named"
run promise not 4
is "$status:$out" "0:4: not a promise" "not a promise after all"
run promise kept 3 x
is "$status" 2 "a fault of usage"
run promise show --json 3
like "$out" '"state":"open"' "changes nothing at all"
run promise -o lang=fr not 3
is "$out" "3 : pas une promesse" "in French"

# a reader elsewhere holds nobody up; a writer is waited for
ok "two writers at once" sh -c '
	for i in 1 2 3 4 5 6; do
		"$0" --at 2026-11-19T10:00 moved 1 2027-01-0$i & done
	wait' "$builddir/promise"
run promise show --json 1
is "$(printf '%s\n' "$out" | grep -o '"due_after":"2027-01-0[1-6]"' | sort -u | wc -l)" 6 \
	"every change is in the history"
finish
