# imap.t - folders of sent mail in a real Dovecot → promised → ledger
. "$srcdir/tests/tap.sh"
. "$srcdir/tests/whole/whole.sh"
. "$srcdir/tests/whole/dovecot.sh"
dovecot_need
dovecot_ca || {
	flunk "certificates"
	finish
	exit
}
people() { # USER WHAT… - what somebody does to a folder
	user=$1
	shift
	"$python" "$srcdir/tests/whole/imap.py" "$imap_port" "$user" "$@"
}
mails=$srcdir/tests/whole/mails
log=$tmp/promised.log
seen() { grep -c "event=$1" "$log"; }
# has TEXT - one promise of a mail with this id is in the ledger
has() { [ "$(promise list --all --json 2>/dev/null |
    grep -c "\"$1")" = 1 ]; }
by_id() { # ID FROM FILE - the same mail under another id
	sed "s/^Message-ID: .*/Message-ID: <$1>/" "$2" >"$3"
}
old_day=$("$python" -c 'import time
print(time.strftime("%Y-%m-%d", time.gmtime(time.time() - 20 * 86400)))')
ago() { "$python" -c "import time; print(time.time() - $1 * 86400)"; }

# --- a folder found by \Sent, IDLE, implicit TLS; one by name, STARTTLS
dovecot_conf
ok "Dovecot is up" dovecot_start
by_id before@ours.example "$mails/1-plain.eml" "$tmp/before.eml"
people anna append Envoyes "$tmp/before.eml" "$(ago 2)" >/dev/null
people carl append Envoyes "$tmp/before.eml" "$(ago 2)" >/dev/null
imaps="localhost:$imaps_port tls=implicit name=imap.example ca=$dv/ca.pem"
starttls="localhost:$imap_port name=imap.example ca=$dv/ca.pem"
file="password-file=$dv/password"
service_conf 'own-domains = "acme.example, ours.example"' \
    'timezone = Europe/Paris' "max-message = 64K" \
    "imap = \"$imaps user=anna $file; $starttls user=ben folder='Sent Items' \
password-command='cat $dv/password'; $imaps user=carl $file since=$old_day\""
ok "the service is ready" service_start
[ -n "$gateway" ] || {
	finish
	exit 1
}
ok "three folders are watched" until_true '[ "$(seen imap.open)" = 3 ]'
like "$(grep 'imap.open folder=anna' "$log")" 'name=Envoyes watch=idle' \
    "one is found by what the server says it is for"
ok "with since= the mail of before is read" until_true 'has before@'
like "$(promise list --json --all | grep before@)" '"state": ?"kept"' \
    "and what is past by now counts as kept"
people anna append Envoyes "$mails/1-plain.eml" >/dev/null
ok "by IDLE" until_true 'has whole.1@'
like "$(promise list --json | grep whole.1@)" \
    '"author": ?"claire@ours.example".*\["jean@theirs.example"\]' \
    "author and customer are those of its header"
by_id ben1@ours.example "$mails/1-plain.eml" "$tmp/ben.eml"
people ben append "Sent Items" "$tmp/ben.eml" >/dev/null
ok "over STARTTLS too" until_true 'has ben1@'
is "$(people ben flags 'Sent Items' | grep -c Seen)" 1 "what is seen stays so"
{
	cat "$tmp/ben.eml"
	head -c 100000 /dev/zero | tr '\0' x
} >"$tmp/big.eml"
people ben append "Sent Items" "$tmp/big.eml" >/dev/null
ok "one larger than max-message is passed over" \
    until_true 'grep -q "imap.passed.*user\|imap.passed.*larger" "$log"'

# --- a mark that is behind: what a death before it was moved leaves
mark=$(echo "$tmp/home/run/imap/anna@"*)
cp "$mark" "$tmp/mark"
by_id twice@ours.example "$mails/1-plain.eml" "$tmp/twice.eml"
people anna append Envoyes "$tmp/twice.eml" >/dev/null
ok "another mail" until_true 'has twice@'
before=$(promises)
service_stop
is $status 0 "the service ends"
cp "$tmp/mark" "$mark"

# --- killed again and again under load
service_start
people anna load Envoyes 120 >"$tmp/acked" &
load=$!
kills=0
while kill -0 $load 2>/dev/null && [ $kills -lt 5 ]; do
	n=$(wc -l <"$tmp/acked")
	until_true '[ "$(wc -l <"$tmp/acked")" -gt $((n + 12)) ] ||
	    ! kill -0 $load 2>/dev/null'
	pid=$(pgrep -P "$service_pid" -f 'promised-imap ') &&
	    kill -9 $pid && kills=$((kills + 1))
done
wait $load
is $? 0 "120 mails are sent, promised-imap killed $kills times meanwhile"
loaded() { promise list --json 2>/dev/null | grep -o 'load[0-9]*@acme.example'; }
ok "all of them are read" until_true '[ "$(loaded | sort -u | wc -l)" = 120 ]'
loaded | sort >"$tmp/loaded"
sort "$tmp/acked" >"$tmp/acked.sorted"
ok "each is in the ledger, once" cmp "$tmp/acked.sorted" "$tmp/loaded"
is "$(promises)" $((before + 120)) "and what was fetched twice is there once"

# --- the server ends, and begins again
by_id later@ours.example "$mails/1-plain.eml" "$tmp/later.eml"
dovecot_stop
ok "that it is gone is said" until_true 'grep -q "imap.lost folder=anna" "$log"'
ok "Dovecot is up again" dovecot_start
people anna append Envoyes "$tmp/later.eml" >/dev/null
ok "and watched again" until_true 'has later@'

# --- numbered anew
lost=$(seen imap.renumbered)
by_id renumbered@ours.example "$mails/1-plain.eml" "$tmp/renumbered.eml"
n=$(promises)
: "while nobody looks: between its two steps the folder is a new, empty one"
service_stop
people anna renumber Envoyes
people anna append Envoyes "$tmp/renumbered.eml" >/dev/null
service_start
ok "a folder that is numbered anew is read on" until_true 'has renumbered@'
ok "after an event" test "$(seen imap.renumbered)" -gt "$lost"
ok "its mails are all fetched again" until_true \
    '[ "$(grep -c "reader.message.*recorded=0" "$log")" -ge 120 ]'
is "$(promises)" $((n + 1)) "nothing is there twice"
service_stop
dovecot_stop

# --- a server without IDLE; passwords; certificates
dovecot_conf 'imap_capability = IMAP4rev1 SPECIAL-USE LITERAL+'
ok "a Dovecot without IDLE is up" dovecot_start
imaps="localhost:$imaps_port tls=implicit"
good="name=imap.example ca=$dv/ca.pem"
echo wrong >"$tmp/wrong"
chmod 600 "$tmp/wrong"
cp "$dv/password" "$tmp/open"
chmod 644 "$tmp/open"
service_conf 'own-domains = "acme.example, ours.example"' \
    'timezone = Europe/Paris' "imap = \"$imaps $good user=anna $file poll=1; \
$imaps $good user=dora password-file=$tmp/wrong; \
$imaps $good user=open password-file=$tmp/open; \
$imaps user=eve name=imap.example ca=$dv/other.pem $file; \
$imaps user=eva ca=$dv/ca.pem $file; $imaps user=evo $file; \
$imaps $good user=none folder=Nowhere $file\""
: >"$log"
service_start
lost() { until_true "grep -Eqi 'imap.lost folder=$1@.*$2' \"\$log\""; }
ok "a wrong password is refused" lost dora 'login: .*authentication failed'
cp "$dv/password" "$tmp/wrong"
ok "one that others can read is not used" lost open 'read by others'
ok "a certificate of an unknown authority is not taken" lost eve certificate
ok "nor one for another name" lost eva 'hostname mismatch'
ok "nor one that the system knows nothing of" lost evo certificate
ok "a folder that is not there is said to be missing" lost none Nowhere
ok "without IDLE the server is asked" \
    until_true 'grep -q "imap.open folder=anna.*watch=poll" "$log"'
by_id polled@ours.example "$mails/1-plain.eml" "$tmp/polled.eml"
people anna append Envoyes "$tmp/polled.eml" >/dev/null
ok "and says what is new" until_true 'has polled@'

# --- a spool that cannot be written, under a mail of several pieces
pid=$(pgrep -P "$service_pid" -f 'promised-imap ')
prlimit --pid "$pid" --fsize=1000000:
{
	sed '/^Message-ID/s/:.*/: <pieces@ours.example>/' "$mails/1-plain.eml"
	"$python" -c 'for i in range(40000): print("-- %060d" % i)'
} >"$tmp/pieces.eml"
people anna append Envoyes "$tmp/pieces.eml" >/dev/null
ok "no room in the spool: an event says so" \
    until_true 'grep -q "imap.spool folder=anna" "$log"'
is "$(promise list --json | grep -c pieces@)" 0 "and nothing is recorded"
prlimit --pid "$pid" --fsize=unlimited:
ok "with room again the mail is read" until_true 'has pieces@'
is "$(stat -c %s "$tmp/pieces.eml")" \
    "$(($(sed -n 's/.*imap.message folder=anna.*octets=\([0-9]*\)$/\1/p' \
	"$log" | tail -1) - $(wc -l <"$tmp/pieces.eml")))" \
    "all of it, whose lines end with CRLF in IMAP"
ok "the password put right, its folder is watched" \
    until_true 'grep -q "imap.open folder=dora" "$log"'
is "$(grep -c ouvre-toi "$log")" 0 "no password is in the log"
service_stop
is $status 0 "the service ends"
finish
