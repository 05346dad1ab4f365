# reader.t - promised-reader: from a spool to the ledger, whatever happens
. "${srcdir:=.}/tests/tap.sh"

reader=$builddir/promised-reader
promise=$builddir/promise
put=$builddir/tests/mailgw/spool_put
home=$tmp/home
conf=$tmp/promised.conf
mkdir -p "$home"
cat >"$conf" <<EOF
home = "$home"
own-domains = "atelier.example"
timezone = "Europe/Paris"
EOF
# whoever starts the service makes the ledger
"$promise" -c "$conf" feed add all >/dev/null 2>&1 ||
	"$promise" -c "$conf" feed add --name all >/dev/null 2>&1 || :

# mail NAME TO [HEADER] - a message with one promise
mail() {
	{
		printf 'From: Claire Morel <c.morel@atelier.example>\r\n'
		printf 'To: %s\r\nSubject: devis\r\n' "$2"
		printf 'Date: Mon, 7 Dec 2026 10:00:00 +0100\r\n'
		printf 'Message-ID: <%s@atelier.example>\r\n' "$1"
		printf 'Content-Type: text/plain; charset=utf-8\r\n'
		[ -z "${3-}" ] || printf '%s\r\n' "$3"
		printf '\r\nBonjour,\r\n\r\nJe vous envoie le devis demain.\r\n'
	} >"$tmp/$1.eml"
}
# logged REGEX PID - wait for a line of $tmp/log, bounded, while PID lives
logged() {
	n=0
	until grep -q "$1" "$tmp/log" || ! kill -0 "$2" 2>/dev/null ||
		[ $n -ge 5000 ]; do n=$((n + 1)); done
}
drain() { "$reader" --drain -c "$conf" >"$tmp/out" 2>"$tmp/log"; }
count() { "$promise" -c "$conf" list --json "$@" | grep -c '"text"'; }

mail one paul@client.example
"$put" "$home/spool" c.morel@atelier.example paul@client.example accepted \
	"$tmp/one.eml" >"$tmp/ids"
ok "drains a spool" drain
is "$(count)" 1 "one promise is recorded"
like "$("$promise" -c "$conf" list --json)" '"due": ?"2026-12-08"' \
	"due the day after its Date:"
like "$("$promise" -c "$conf" list --json)" 'paul@client.example' \
	"to the recipient of the envelope"
like "$(cat "$tmp/log")" 'event=reader.message .*recorded=1' \
	"says so in one line"
is "$(grep -c -e devis -e client.example "$tmp/log")" 0 \
	"without words or addresses"

"$put" "$home/spool" c.morel@atelier.example paul@client.example accepted \
	"$tmp/one.eml" >/dev/null
ok "reads a retry" drain
is "$(count)" 1 "the same message again is recorded once"

mail two x@client.example
"$put" "$home/spool" c.morel@atelier.example x@client.example refused \
	"$tmp/two.eml" >/dev/null
ok "drains a refused message" drain
is "$(count)" 1 "what the next hop refused was not promised"

mail three b@atelier.example
"$put" "$home/spool" c.morel@atelier.example \
	b@atelier.example,c@paris.atelier.example accepted "$tmp/three.eml" \
	>/dev/null
mail four paul@client.example 'Sensitivity: Personal'
"$put" "$home/spool" c.morel@atelier.example paul@client.example accepted \
	"$tmp/four.eml" >/dev/null
ok "drains internal and private mail" drain
is "$(count)" 1 "neither is recorded"
like "$(cat "$tmp/log")" 'outcome=internal' "internal, it says"
like "$(cat "$tmp/log")" 'outcome=private' "private, it says"

# a customer's mail that a rule of ours redirects to somebody outside
mail foreign x@elsewhere.example
sed 's/c.morel@atelier/paul@client/' "$tmp/foreign.eml" >"$tmp/foreign2.eml"
"$put" "$home/spool" paul@client.example x@elsewhere.example accepted \
	"$tmp/foreign2.eml" >/dev/null
ok "drains a mail that is not of our people" drain
is "$(count)" 1 "what others wrote is no promise of ours"
like "$(cat "$tmp/log")" 'outcome=foreign' "foreign, it says"

mail five hidden@client.example
"$put" "$home/spool" c.morel@atelier.example real@other.example unknown \
	"$tmp/five.eml" >/dev/null
ok "drains a message whose fate is not known" drain
like "$("$promise" -c "$conf" list --json)" 'real@other.example' \
	"it is recorded, for the envelope's recipient"
is "$("$promise" -c "$conf" list --json | grep -c hidden@)" 0 \
	"not for the header's"

# hostile MIME: what can be read is, and a copy is put aside
mail six paul@client.example \
	'X-Other: multipart/mixed; boundary="\""'
"$put" "$home/spool" c.morel@atelier.example paul@client.example accepted \
	"$tmp/six.eml" >"$tmp/ids"
ok "drains a hostile message" drain
is "$(ls "$home/unread" | grep -c reason)" 1 "it is put aside"
like "$(cat "$home"/unread/*.reason)" 'read in part' "with a reason"
is "$(cmp "$tmp/six.eml" "$home"/unread/*.eml && echo same)" same "unaltered"
like "$("$promise" -c "$conf" list --json)" 'six@atelier.example' \
	"and its promise is recorded"

# a ledger that is not there: nothing is lost
mail seven paul@client.example
"$put" "$home/spool" c.morel@atelier.example paul@client.example accepted \
	"$tmp/seven.eml" >/dev/null
mkdir "$tmp/aside"
mv "$home"/ledger.db* "$tmp/aside/"
"$reader" --drain -c "$conf" 2>"$tmp/log" &
pid=$!
logged reader.waits $pid
mv "$tmp"/aside/* "$home/"
wait $pid
is $? 0 "goes on when the ledger is back"
like "$("$promise" -c "$conf" list --json)" 'seven@atelier.example' \
	"and records what waited"

# killed again and again in the middle of its work
i=0
while [ $i -lt 40 ]; do
	mail "kill$i" paul@client.example
	i=$((i + 1))
done
"$put" "$home/spool" c.morel@atelier.example paul@client.example accepted \
	"$tmp"/kill*.eml >/dev/null
before=$(count)
i=0
while [ $i -lt 12 ]; do
	"$reader" -c "$conf" 2>"$tmp/log" &
	pid=$!
	logged reader.message $pid
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
	i=$((i + 1))
done
ok "ends what the killed ones began" drain
is "$(($(count) - before))" 40 "no promise is lost, none comes twice"
is "$(ls "$home/unread" | grep -c reason)" 1 "none was put aside"

# being killed is not the message's fault: it is tried alone, then read
le64() {
	n=$1
	for _ in 1 2 3 4 5 6 7 8; do
		printf "\\$(printf %03o $((n % 256)))"
		n=$((n / 256))
	done
}
mail nine paul@client.example
id=$("$put" "$home/spool" c.morel@atelier.example paul@client.example \
	accepted "$tmp/nine.eml")
id=${id#"${id%%[!0]*}"}
{ le64 "$id" && le64 5; } >"$home/run/reading"
ok "drains a message over which five readers died" drain
is "$("$promise" -c "$conf" list --json | grep -c nine@atelier)" 1 \
	"it is recorded"
is "$(od -An -tx1 "$home/run/reading" | tr -d ' \n0')" "" \
	"nothing is marked afterwards"

# as a service: readiness, a message while it runs, the end
PROMISED_READY_FD=9 "$reader" -c "$conf" 2>"$tmp/log" 9>"$tmp/ready" &
pid=$!
logged reader.ready $pid
n=0
until [ -s "$tmp/ready" ] || [ $n -ge 200 ]; do
	n=$((n + 1))
	sleep 0.05
done
like "$(cat "$tmp/ready")" '^reader -$' "says when it is ready"
mail eight paul@client.example
"$put" "$home/spool" c.morel@atelier.example paul@client.example accepted \
	"$tmp/eight.eml" >/dev/null
i=0
until "$promise" -c "$conf" list --json | grep -q eight@atelier ||
	[ $i -gt 200 ]; do i=$((i + 1)); done
like "$("$promise" -c "$conf" list --json)" 'eight@atelier.example' \
	"a running reader takes what comes"
kill -TERM $pid
wait $pid
is $? 0 "ends when it is asked to"

"$reader" --nonsense 2>/dev/null
is $? 2 "an unknown option is refused"
"$reader" --drain -c "$tmp/none" 2>/dev/null
is "$([ $? -ne 0 ] && echo no)" no "settings that are not there are refused"
finish
