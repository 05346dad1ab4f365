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
finish
