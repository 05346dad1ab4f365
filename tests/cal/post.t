# post.t - reminders as mail: grouped, once, never lost, whatever crashes
. "$srcdir/tests/tap.sh"
SEED_AT=1795248000 # 2026-11-21T08:00Z, whatever the clock says
export SEED_AT

python=/usr/bin/python3
[ -x $python ] || python=python3
"$python" -c 'import aiosmtpd' 2>/dev/null || {
	echo "1..0 # SKIP python3-aiosmtpd is not installed"
	exit 0
}
hop=$tmp/hop
home=$tmp/home
wait_for() {
	tries=0
	until eval "$1"; do
		tries=$((tries + 1))
		[ "$tries" -lt 200 ] || return 1
		sleep 0.1
	done
}
"$python" "$srcdir/tests/cal/hop.py" "$hop" >"$tmp/port" 2>"$tmp/hop.err" &
hop_pid=$!
at_exit 'kill -9 $hop_pid ${pid:-} 2>/dev/null'
wait_for 'test -s "$tmp/port"'
fresh() { # SETTING…: an empty ledger, an empty mailbox
	rm -rf "$home" "$hop"/*.eml "$tmp/out" "$hop"/*.env "$hop/mode" "$hop/hangs"
	mkdir -m 700 "$home"
	{
		echo "home = $home"
		echo "timezone = Europe/Paris"
		echo "next-hop = 127.0.0.1:$(cat "$tmp/port")"
		echo "remind-from = promises@acme.example"
		for line; do echo "$line"; done
	} >"$tmp/conf"
	: >"$tmp/log"
}
seed() { "$builddir/tests/cal/seed" "$home/ledger.db" "$@"; }
say() { # INSTANT: decide and send
	"$builddir/promised-remind" -c "$tmp/conf" --once --send --at "$1" \
	    2>>"$tmp/log"
}
mails() { ls "$hop" | grep -c '\.eml$'; }
mail() { # N [HEADER]
	"$python" "$srcdir/tests/cal/mail.py" \
	    "$(ls "$hop"/*.eml | sed -n "$1p")" ${2:+"$2"}
}
envelope() { tr '\n' ' ' <"$(ls "$hop"/*.env | sed -n "$1p")"; }

# --- one mail for each author and time
fresh 'receipts = never' 'team-address = chef@acme.example'
seed record fr 2026-11-24T17:00 "Je vous envoie le devis corrigé mardi à 17 h."
seed record fr 2026-11-24 "On vous rappelle mardi, c'est promis."
SEED_AUTHOR=tom@acme.example seed record en 2026-11-24 "I'll call you Tuesday."
say 2026-11-23T08:59
is "$(mails)" 0 "nothing before work begins"
say 2026-11-23T09:00
is $? 0 "it ends with 0"
is "$(mails)" 2 "one mail for each author"
mail 1 >"$tmp/fr"
is $? 0 "Python's parser finds no fault in it"
is "$(mail 1 Subject)" "2 promesses à tenir" "the subject is in French"
is "$(mail 1 To)" "Hélène Dupont <helene@acme.example>" "to its author"
is "$(envelope 1)" "promises@acme.example helene@acme.example " \
    "and so says the envelope"
like "$(cat "$tmp/fr")" '« Je vous envoie le devis corrigé mardi à 17 h\. »' \
    "it holds the sentence"
like "$(cat "$tmp/fr")" 'À : jerome@client\.example' "the customer"
like "$(cat "$tmp/fr")" 'Échéance : mardi 24 novembre 2026 à 17 h' "the due"
like "$(cat "$tmp/fr")" '^Bientôt \(n° 1\)' "why now, and the number"
is "$(mail 1 Auto-Submitted)" "auto-generated" "it says that a machine wrote it"
like "$(mail 1 Reply-To)" '^promises\+1\.[0-9]+\.[0-9a-f]{24}@acme\.example$' \
    "answers come back to an address of its own"
"$python" - "$tmp/fr" >"$tmp/mailto" <<'END'
import sys, urllib.parse as u
line = next(l.strip() for l in open(sys.argv[1]) if "mailto:" in l)
url = u.urlsplit(line)
query = u.parse_qs(url.query, strict_parsing=True)
print(u.unquote(url.path), sorted(query))
print(query["body"][0].replace("\u00a0", " "))
END
like "$(cat "$tmp/mailto")" "^jerome@client\.example \['body', 'subject'\]" \
    "a mailto: to tell the customer, with subject and body"
like "$(cat "$tmp/mailto")" 'je vous écrivais : « Je vous envoie le devis' \
    "in the customer's language"
is "$(mail 2 Subject)" \
    "Coming up: promised to jerome@client.example for Tuesday 24 November 2026" \
    "an English one in English"
say 2026-11-23T09:01
say 2026-11-23T17:00
is "$(mails)" 2 "none of it twice"
say 2026-11-24T09:00
is "$(mails)" 4 "but again on the day"
like "$(mail 3)" "^Aujourd’hui \(n° 1\)" "which says so"
say 2026-11-24T15:10
like "$(mail 5)" '^Très bientôt \(n° 1\)' "and two hours before an hour"
is "$(mails)" 5 "to those who gave one"
seed kept 2
say 2026-11-25T20:00
is "$(mails)" 5 "late in the evening: nobody's night is disturbed"
say 2026-11-26T09:00
is "$(mails)" 8 "late: each author, and the team"
is "$(mail 8 To)" "chef@acme.example" "which gets one mail"
is "$(mail 8 Subject)" "2 promesses en retard" "about both authors"
is "$(grep -c 'kept\|rappelle' "$tmp/log")" 0 "nothing of it is in the log"
is "$(grep -c 'acme\.example\|client\.example' "$tmp/log")" 0 "and no address"

# --- offers, absent authors of old, hostile words
fresh 'receipts = never'
SEED_KIND=offer seed record fr 2026-11-24 "Offre valable jusqu'au 24."
say 2026-11-24T09:00
is "$(mails)" 1 "an offer that ends is announced"
say 2026-11-25T09:00
is "$(mails)" 1 "one that has ended is not late"
fresh 'receipts = never'
seed record fr 2026-11-24 "$(printf 'Demain\r\nBcc: evil@x.example\r\n\r\n.\r\nMAIL')"
say 2026-11-24T09:00
is "$(mail 1 Bcc)" "" "a sentence cannot begin a header"
is "$(mails)" 1 "nor end the mail"
SEED_AUTHOR="a b@acme.example" seed record fr 2026-11-24 "Je m'en occupe mardi."
say 2026-11-24T10:00
is $? 0 "an author who cannot be written to stops nothing"

# --- what the next hop says
fresh 'receipts = never' 'team-address = chef@acme.example'
seed record fr 2026-11-24 "Je vous rappelle mardi."
echo busy >"$hop/mode"
say 2026-11-24T09:00
is $? 0 "a busy next hop is no fault"
like "$(cat "$tmp/log")" 'remind.retry letter=1 tries=1 wait_s=60 reason="?451' \
    "the letter waits"
rm "$hop/mode"
say 2026-11-24T09:00:59
is "$(mails)" 0 "a minute"
say 2026-11-24T09:01
is "$(mails)" 1 "and is sent then"
echo "refuse helene@acme.example" >"$hop/mode"
say 2026-11-25T09:00
like "$(cat "$tmp/log")" 'remind.given-up letter=[23] tries=1 reason="?550' \
    "an address that is refused for good is given up, aloud"
say 2026-11-25T09:01
is "$(ls "$hop"/*.env | while read -r f; do sed -n 2p "$f"; done | sort | uniq -c |
    sed 's/^ *//' | tr '\n' ' ')" \
    "2 chef@acme.example 1 helene@acme.example " \
    "and what it said is said to the team"
fresh 'receipts = never'
seed record fr 2026-11-24 "Je vous rappelle mardi."
echo busy >"$hop/mode"
for day in 24 25 26 27 28 29 30; do
	say 2026-11-${day}T09:00
done
like "$(cat "$tmp/log")" 'remind.given-up letter=1' "after five days it is given up"

# --- who is away, who stands in, who hears of it where nobody does
promise() { "$builddir/promise" -c "$tmp/conf" --at 2026-11-23T08:00 "$@"; }
readers() { # of the first mail said at an instant
	rm -f "$hop"/*.eml "$hop"/*.env
	say "$1"
	sed -n 2p "$hop"/*.env 2>/dev/null | sort | tr '\n' ' '
}
fresh 'receipts = never' 'team-address = chef@acme.example'
seed record fr 2026-11-24 "Je vous rappelle mardi."
promise away helene@acme.example 2026-11-23 2026-11-23 --to tom@acme.example \
    >"$tmp/away"
is $? 0 "promise away"
promise away tom@acme.example 2026-11-20 2026-11-30 \
    --to paul@acme.example >/dev/null
is "$(readers 2026-11-23T09:00)" "paul@acme.example " \
    "a deputy's deputy hears of it"
is "$(readers 2026-11-24T09:00)" "helene@acme.example " \
    "who is back hears of it herself"
promise away helene@acme.example 2026-11-25 2026-11-25 \
    --to tom@acme.example >/dev/null
promise away paul@acme.example 2026-11-25 2026-11-30 \
    --to helene@acme.example >/dev/null
is "$(promise away list --json | wc -l)" 4 "absences are listed"
is "$(readers 2026-11-25T09:00)" "chef@acme.example " \
    "a circle leads to the team"
fresh 'receipts = never' 'team-address = chef@acme.example'
seed record fr 2026-11-24 "Je vous rappelle mardi."
promise away helene@acme.example 2026-11-23 vendredi >/dev/null
is "$(readers 2026-11-23T09:00)" "chef@acme.example " "nobody: the team"
promise away cancel 1
is $? 0 "cancelled"
is "$(readers 2026-11-24T09:00)" "helene@acme.example " "she is there"
promise away cancel 1 2>/dev/null
is $? 1 "twice is once too often"
promise away helene 2026-11-23 2026-11-24 2>/dev/null
is $? 2 "who is no address is wrong usage"
promise away helene@acme.example 2026-11-24 2026-11-23 2>/dev/null
is $? 2 "and so is an end before the start"

# --- the morning's mail, and what wants a second look
fresh 'remind = digest' 'digest-hour = 08:30'
seed record fr 2026-11-23 "Je vous rappelle lundi."
seed record fr 2026-11-24 "Le devis mardi."
seed record fr 2026-11-27 "La facture vendredi."
seed record fr - "Je vous tiens au courant."
is "$(readers 2026-11-23T08:29)" "" "no digest before its hour"
say 2026-11-23T08:30
is "$(mails)" 2 "then a digest and a receipt"
mail 1 >"$tmp/digest"
is "$(mail 1 Subject)" "Vos 2 promesses du jour" "of the day and the day ahead"
is "$(grep -c 'vendredi\|courant' "$tmp/digest")" 0 "no more"
like "$(mail 2)" 'Je vous tiens au courant' "the receipt"
like "$(mail 2)" 'Aucune date' "says what is missing"
say 2026-11-23T11:00
is "$(mails)" 2 "once a day"
is "$(readers 2026-11-24T09:00)" "helene@acme.example " "again the next day"
is "$(mail 1 Subject)" "Vos 2 promesses du jour, dont 1 en retard" \
    "with what is late"
is "$(promise outbox | wc -l)" 0 "nothing waits in the outbox"
is "$(promise outbox --all --json | wc -l)" 3 "three were sent"

# --- what is late is said again; in a digest, the team has one too
fresh 'receipts = never' 'team-address = chef@acme.example'
seed record fr 2026-11-20 "Je vous rappelle vendredi."
SEED_AUTHOR=tom@acme.example seed record en 2026-11-19 "I'll call you Thursday."
for day in 23 24 25 26 27 30; do
	say 2026-11-${day}T09:00
done
is "$(grep -lx chef@acme.example "$hop"/*.env | wc -l)" 3 \
    "late: both at once, and each a week after its first time"
fresh 'receipts = never' 'team-address = chef@acme.example' 'remind-late = 0'
seed record fr 2026-11-20 "Je vous rappelle vendredi."
for day in 23 24 25 26 27 30; do
	say 2026-11-${day}T09:00
done
is "$(mails)" 2 "once where the setting says so"
fresh 'remind = digest' 'digest-hour = 10:00' 'receipts = never' \
    'team-address = chef@acme.example'
seed record fr 2026-11-19 "Je vous rappelle jeudi."
seed record fr 2026-11-20 "Le devis vendredi."
SEED_AUTHOR=tom@acme.example seed record en 2026-11-20 "I'll call you Friday."
is "$(readers 2026-11-23T09:59)" "" "no mail to the team before the digest"
rm -f "$hop"/*.eml "$hop"/*.env
say 2026-11-23T10:00
is "$(sed -s -n 2p "$hop"/*.env | sort | tr '\n' ' ')" \
    "chef@acme.example helene@acme.example tom@acme.example " "then one each"
is "$(mail 3 To) $(mail 3 Subject)" \
    "chef@acme.example 3 promesses en retard" "the team's about all that is late"
is "$(readers 2026-11-23T17:00)" "" "once a day"

# --- what is kept no longer
tidy() {
	"$builddir/promised-remind" -c "$tmp/conf" --once --tidy --at "$1" \
	    2>>"$tmp/log"
}
fresh 'receipts = never' 'remind-late = 0' 'retention = 3'
seed record fr 2026-11-20 "Je vous rappelle vendredi."
seed record fr 2026-11-20 "Le devis vendredi."
SEED_AUTHOR=tom@acme.example seed record en 2026-11-20 "I'll call you Friday."
say 2026-11-23T09:00
seed kept 2
seed kept 3
tidy 2027-01-15T09:00
is "$(promise outbox --all --json | wc -l) $(promise list --all --json | wc -l)" \
    "2 3" "nothing is erased too early"
tidy 2027-06-15T09:00
is $? 0 "months later"
is "$(promise list --all --json | wc -l)" 1 "settled promises are gone"
is "$(promise outbox --all --json | sed 's/.*recipient": *"\([^"]*\).*/\1/')" \
    helene@acme.example "and letters, but for what an open one must not repeat"
n=$(mails)
say 2027-06-15T10:00
is "$(mails)" "$n" "which it does not"
like "$(cat "$tmp/log")" 'remind.tidied promises=2 letters=1' "the log counts"
seed kept 1
tidy 2028-06-15T09:00
is "$(promise outbox --all --json | wc -l)" 0 "nothing is left at last"

# --- whose manager
fresh 'receipts = never' 'team-address = chef@acme.example' \
    'teams = "sav:paul@acme.example, sav:tom@acme.example"' \
    'managers = "helene@acme.example:eva@acme.example, sav:max@acme.example, b.example:lea@b.example"'
for who in helene@acme.example TOM@acme.example anne@acme.example x@b.example; do
	SEED_AUTHOR=$who seed record en 2026-11-20 "I'll call you Friday, $who."
done
say 2026-11-23T09:00
is "$(sed -s -n 2p "$hop"/*.env | grep -v '^\(helene\|TOM\|anne\|x\)@' | sort |
    tr '\n' ' ')" \
    "chef@acme.example eva@acme.example lea@b.example max@acme.example " \
    "an author's, a team's, a domain's, else the one for all"

# --- receipts: each doubt, at once, in the morning, or never
doubts() {
	"$builddir/tests/core/ledger_seed" "$home/ledger.db" <<-END
	due=2026-11-26	sent=2026-11-23T08:10	text=Je passe vendredi 26 novembre.	lang=fr	warnings=1
	due=2026-11-20	sent=2026-11-23T08:10	text=Livré le 20 novembre 2026.	lang=fr	warnings=2
	due=2026-12-25	sent=2026-11-23T08:10	text=On vous livre à Noël.	lang=fr	warnings=4
	due=2026-11-27	sent=2026-11-23T08:10	text=Le devis vendredi prochain.	lang=fr	warnings=16
	sent=2026-11-23T08:10	text=Je reviens vers vous.	lang=fr
	due=2026-11-27	sent=2026-11-23T08:10	text=Le devis vendredi.	lang=fr
	END
}
fresh 'receipts = now'
doubts
say 2026-11-23T09:30
receipt=$(for i in $(seq "$(mails)"); do
	mail $i Subject | grep -q vérifier && echo $i
done)
mail "$receipt" >"$tmp/receipt"
like "$(mail "$receipt" Subject)" '^5 promesses à vérifier' "five doubtful ones of six"
like "$(cat "$tmp/receipt")" 'Le jour et la date du courriel se contredisent' \
    "weekday and date disagree"
like "$(cat "$tmp/receipt")" 'La date du courriel était déjà passée' "past"
like "$(cat "$tmp/receipt")" 'un jour où personne ne travaille' "closed"
like "$(cat "$tmp/receipt")" 'certains entendent la semaine d’après' \
    "vendredi prochain, read as this week's"
like "$(cat "$tmp/receipt")" 'Aucune date n’a été donnée' "no date"
is "$(grep -c 'devis vendredi\. ' "$tmp/receipt")" 0 "the clear one is not asked about"
like "$(cat "$tmp/receipt")" 'pas une promesse' "a word corrects it"
like "$(mail "$receipt" Reply-To)" '^promises\+' "by mail"
fresh 'receipts = never'
doubts
say 2026-11-23T09:30
is "$(for i in $(seq "$(mails)"); do mail $i Subject; done | grep -c vérifier)" 0 \
    "never is never"

# --- killed at each step
late() { # a promise that is late now, whenever that is
	fresh 'receipts = never' 'work-week = mon-sun' \
	    'work-hours = 00:00-24:00' 'holidays = none'
	seed record fr 2000-01-03 "Je vous rappelle lundi."
}
start() {
	"$builddir/promised-remind" -c "$tmp/conf" >"$tmp/out" 2>>"$tmp/log" &
	pid=$!
}
die() {
	kill -9 "$pid"
	wait "$pid" 2>/dev/null
	pid=
}
ids() { for i in $(seq "$(mails)"); do mail "$i" Message-ID; done | sort -u | wc -l; }
sent() { grep -q 'remind.sent' "$tmp/log"; }

late
echo hang >"$hop/mode"
start
ok "decided, not sent" wait_for 'test -e "$hop/hangs"'
die
rm "$hop/mode"
start
ok "killed there, it is sent by the next one" wait_for sent
die
is "$(mails) $(ids)" "1 1" "once"
start
ok "another start" wait_for 'grep -q "^remind" "$tmp/out"'
sleep 0.5
die
is "$(mails)" 1 "says it no more"

late
echo slow >"$hop/mode"
start
ok "sent, not answered" wait_for 'test "$(mails)" = 1'
die
rm "$hop/mode"
start
ok "killed there, it is sent again" wait_for sent
die
is "$(mails) $(ids)" "2 1" "under the same Message-ID"

cat >"$tmp/lock.py" <<'END'
import os, sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
open(sys.argv[2], "w").close()
while os.path.exists(sys.argv[2]):
    time.sleep(0.02)
END
answered() { # the next hop has said 250, and the ledger cannot be written
	late
	rm -f "$hop/quit"
	echo gate >"$hop/mode"
	start
	wait_for 'test "$(mails)" = 1'
	"$python" "$tmp/lock.py" "$home/ledger.db" "$tmp/locked" &
	lock_pid=$!
	wait_for 'test -e "$tmp/locked"'
	rm "$hop/mode"
	wait_for 'test -e "$hop/quit"'
}
answered
die
rm "$tmp/locked"
wait "$lock_pid"
start
ok "killed between the 250 and its mark, it is sent again" wait_for sent
die
is "$(mails) $(ids)" "2 1" "under the same Message-ID: that cannot be helped"
answered
rm "$tmp/locked"
wait "$lock_pid"
ok "not killed, the mark waits for the ledger" wait_for sent
die
start
wait_for 'grep -q "^remind" "$tmp/out"'
sleep 0.5
die
is "$(mails)" 1 "and it is sent once"

# --- killed at any moment
fresh 'receipts = never' 'work-week = mon-sun' 'work-hours = 00:00-24:00' \
    'holidays = none'
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
	SEED_AUTHOR=a$i@acme.example \
	    seed record en 2000-01-0$((i % 9 + 1)) "I'll call you, number $i."
done
for i in 1 2 3 4 5 6 7 8; do
	: >"$tmp/out"
	start
	wait_for 'grep -q "^remind" "$tmp/out"'
	sleep "0.0$i"
	die
done
start
ok "after eight kills every author has a mail" \
    wait_for 'test "$(cat "$hop"/*.env | sort -u | grep -c "^a")" = 12'
sleep 0.5
kill -TERM "$pid"
wait "$pid"
is $? 0 "SIGTERM ends it with 0"
pid=
is "$(ids)" 12 "and no author two letters"
ok "no sanitizer spoke" sh -c "! grep -E 'ERROR|runtime error' '$tmp/log'"
finish
