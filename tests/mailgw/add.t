# add.t - promise add: messages, mboxes, Maildirs, each message once
. "${srcdir:=.}/tests/tap.sh"
. "$srcdir/tests/whole/whole.sh"
need "$python"

home=$tmp/home
conf=$tmp/promised.conf
mkdir -p "$home/run"
cat >"$conf" <<END
home = "$home"
own-domains = "atelier.example"
timezone = "Europe/Paris"
END
PROMISED_CONF=$conf
export PROMISED_CONF
now=2026-12-07T12:00
add() { "$builddir/promise" --at $now add "$@" 2>"$tmp/err"; }
list() { "$builddir/promise" list --json "$@"; }
count() { list "$@" | grep -c '"text"'; }
"$python" "$srcdir/tests/mailgw/add.py" "$tmp"

# --- before there is a ledger
cd "$tmp" || exit 1
out=$(add -n one.eml box)
is "$?:$out" "0:3 read, 3 promises would be recorded, 0 unread
  1 passed over: are not by our people (own-domains)
  1 passed over: go to nobody outside
  1 passed over: are marked private" "a dry run needs no ledger"
add one.eml >"$tmp/out"
is $? 1 "a real one does"
like "$(cat "$tmp/err")" 'there is no ledger .*start promised once' "it says so"
ls "$home" >"$tmp/ls"
is "$(cat "$tmp/ls")" run "and nothing was made"
"$builddir/tests/core/ledger_seed" "$home/ledger.db" </dev/null

# --- a message, an mbox, a Maildir
is "$(add one.eml)" "1 read, 1 promise recorded, 0 unread" "a message"
like "$(list)" '"due": ?"2026-12-08".*"customers": ?\["paul@client.example"\]' \
    "its promise, from its headers"
is "$(add box | head -2)" "1 read, 1 promise recorded, 0 unread
  1 passed over: were added before" \
    "an mbox: the message that was there already counts once"
is "$(count)" 2 "two promises"
is "$(add - <crlf | head -1)" "2 read, 1 promise recorded, 0 unread" \
    "an mbox on standard input, with CR LF"
is "$(add cl2)" "2 read, 2 promises recorded, 0 unread" \
    "Content-Length tells where a message ends"
is "$(add odd)" "2 read, 2 promises recorded, 0 unread
  1 passed over: are drafts or deleted" \
    "a wrong Content-Length is not believed; a deleted message is passed over"
is "$(list | grep 'odd3@' | grep -c '"sent_at": *"2026-12-07T10:00:00Z"')" 1 \
    "without Date: the \"From \" line counts"
is "$(add Maildir)" "2 read, 2 promises recorded, 0 unread
  2 passed over: are drafts or deleted" "a Maildir, less drafts and deleted"
is "$(add Maildir/.Sent)" "1 read, 1 promise recorded, 0 unread" \
    "a folder of it by its own name"
is "$(add -o own-domains=acme.example "$srcdir/tests/mailgw/journal/m365.eml")" \
    "1 read, 1 promise recorded, 0 unread" "a journal report"
like "$(list | grep m365@)" '"customers": ?\["buyer@client.example"\]' \
    "with its own recipients"
rm "$home/run/added" # it was begun anew for the other own-domains
add one.eml box cl2 odd Maildir Maildir/.Sent >/dev/null
before=$(count)
is "$(add one.eml box cl2 odd Maildir/cur | sed -n 1p)" \
    "0 read, 0 promises recorded, 0 unread" "all of it again is nothing new"
rm -f "$home/run/added"
is "$(add one.eml box cl2 odd Maildir/cur | sed -n 1p |
    sed 's/[0-9]* read, \(.*\), .*/\1/')" "0 promises recorded" \
    "nor when the ledger alone remembers"
is "$(count)" "$before" "no promise came twice"

# --- the same message by the gateway
"$builddir/tests/mailgw/spool_put" "$home/spool" c.morel@atelier.example \
    other@client.example accepted one.eml >/dev/null
"$builddir/promised-reader" --drain 2>"$tmp/log"
is "$(count)" "$before" "the gateway brings it: it is known"
like "$(list)" '"paul@client.example", ?"other@client.example"|"other@client.example", ?"paul@' \
    "and one more recipient is added"

# --- three years of mail
is "$(add --since 2026-11-01 -n old | head -1)" \
    "2 read, 2 promises would be recorded, 0 unread" "--since"
out=$(add old)
like "$out" '^37 read, 37 promises recorded, 0 unread$' "an old archive"
like "$out" '^  34 of the promises are past by now and count as kept$' \
    "most of it is past"
is "$(count --all | cut -d: -f1)" $((before + 37)) "all of it is recorded"
is "$(count)" $((before + 3)) "what is to come, and what is young, is open"
is "$(list --state kept | grep -c '"state": *"kept"')" 34 "the rest is kept"
"$builddir/promise" --at $now overdue >"$tmp/overdue"
is $? 0 "nothing is overdue for it"
id=$(list --state kept | sed -n '1s/.*"id": *\([0-9]*\).*/\1/p')
like "$("$builddir/promise" show "$id")" 'kept .*past when it was added' \
    "its history says why"
rm "$home/ledger.db"*
"$builddir/tests/core/ledger_seed" "$home/ledger.db" </dev/null
like "$(add --late old)" '^37 read, 37 promises recorded, 0 unread$' \
    "another ledger: what was added to the first does not count"
"$builddir/promise" --at $now overdue >"$tmp/overdue"
is $? 1 "--late leaves them open"
is "$(count)" 37 "all of them"

# --- what cannot be read, and what is not there
out=$(add -o max-message=1M --json hostile)
is "$?:$out" '0:{"read":2,"promises":1,"past":0,"unread":2,"known":0,"older":0,"discarded":0,"foreign":0,"internal":0,"private":0,"no_author":1,"failed":0,"dry_run":false,"interrupted":false}' \
    "hostile octets do not stop the rest"
is "$(ls "$home/unread" | grep -c reason)" 2 "what was not read is put aside"
like "$(cat "$home"/unread/*.reason)" 'larger than max-message \([0-9]+ octets\)' \
    "too big, it says"
is "$(find "$home/unread" -size +70k | wc -l)" 0 "of that the beginning alone"
like "$("$builddir/promise" unread)" 'added from hostile' "and where it came from"
add nothing-here one.eml >"$tmp/out"
is "$?:$(head -1 "$tmp/out")" "1:1 read, 1 promise recorded, 0 unread" \
    "a file that is not there: 1, and the rest is added"
like "$(cat "$tmp/err")" 'nothing-here: cannot be read: No such file' "named"
add >/dev/null
is $? 2 "no file: wrong usage"
add --since soon one.eml >/dev/null
is $? 2 "--since wants a date"
add -o own-domains= -n one.eml >/dev/null
like "$(cat "$tmp/err")" 'own-domains is not set' "a warning without own-domains"

# --- interrupted, and gone on with
# it comes by a pipe that stays open: what is there was read, the rest is yet
# to come
mkfifo pipe
for signal in KILL INT; do
	rm -f "$home/ledger.db"* "$home/run/added"
	"$builddir/tests/core/ledger_seed" "$home/ledger.db" </dev/null
	{ cat many-first && exec sleep 100; } >pipe &
	writer=$!
	# in a shell of its own: one in the background ignores SIGINT
	"$python" -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])' "$builddir/promise" --at $now add - \
	    <pipe >"$tmp/out" 2>"$tmp/err" &
	pid=$!
	until_true '[ "$(count)" -ge 192 ] || ! kill -0 $pid 2>/dev/null'
	kill -$signal $pid
	wait $pid
	status=$?
	kill $writer 2>/dev/null
	wait $writer
	[ $signal = KILL ] || is "$status:$(cat "$tmp/err")" "75:promise add:\
 not all was added: the same command goes on from here" "SIG$signal: it says so"
	done=$(count)
	ok "SIG$signal in the middle: $done of 300" \
	    test "$done" -ge 192 -a "$done" -le 200
	add many >"$tmp/out"
	is "$(sed -n 's/^  \([0-9]*\) passed over: were added before/\1/p' \
	    "$tmp/out")" "$done" "what was added is passed over"
	is "$(count)" 300 "and all are there, once"
done

# --- the ledger locked, the disk full
"$python" - "$home/ledger.db" "$tmp/locked" <<'END' &
import os, sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
open(sys.argv[2], "w").close()
for _ in range(600):
    if os.path.exists(sys.argv[2] + ".over"):
        break
    time.sleep(0.1)
END
locker=$!
until_true 'test -e "$tmp/locked"'
sed 's/Message-ID: <one/Message-ID: <locked/' one.eml >locked.eml
add locked.eml >"$tmp/out"
is $? 75 "a locked ledger: 75"
like "$(cat "$tmp/err")" 'the same command goes on' "and what to do"
: >"$tmp/locked.over"
wait $locker
is "$(add locked.eml)" "1 read, 1 promise recorded, 0 unread" "then it goes on"

# --- a person sees how far it is; a program does not
if script -qec true /dev/null </dev/null >/dev/null 2>&1; then
	rm "$home/run/added"
	TERM=xterm script -qec \
	    "stty cols 70; '$builddir/promise' add many" /dev/null \
	    </dev/null >"$tmp/term"
	like "$(tr '\r' '\n' <"$tmp/term")" '\[#+\.*\] +[0-9]+% [0-9,]+ read' \
	    "a bar on a terminal"
	is "$(tr '\r' '\n' <"$tmp/term" | sed 's/\x1b\[K//g' |
	    awk 'length > 69' | wc -l)" 0 "that fits its width"
else
	skip "no terminal to play in"
fi
add many >"$tmp/out"
is "$(cat "$tmp/err")" "" "nothing on standard error otherwise"
finish
