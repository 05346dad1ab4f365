# faults.t - the disk full, read-only, the ledger locked or damaged, the next
# hop dying: each gives the answer that promised(8) documents and a line in the
# log, and ends by itself when the cause does
#
# The folder home is a small tmpfs in a mount namespace of this test's own.
if [ -z "${FAULTS_INSIDE:-}" ]; then
	FAULTS_INSIDE=1
	export FAULTS_INSIDE
	for as in -m -rm; do
		unshare $as sh -c 'd=$(mktemp -d) && mount -t tmpfs none "$d"
		    rc=$?; umount "$d"; rmdir "$d"; exit $rc' 2>/dev/null &&
			exec unshare $as sh "$0" "$@"
	done
	echo "1..0 # SKIP no mount namespace can be had here"
	exit 0
fi
. "$srcdir/tests/tap.sh"
. "$srcdir/tests/whole/whole.sh"
need "$python"

mkdir "$tmp/home" "$tmp/good"
at_exit 'umount -l "$tmp/home" 2>/dev/null'
mount -t tmpfs -o size=12m,mode=700 none "$tmp/home"

# hop [name=value…] - the next hop, told how to behave; on the port it had
hop() {
	[ -z "$hop_pid" ] || { kill "$hop_pid"; wait "$hop_pid" 2>/dev/null; }
	: >"$tmp/hop"
	"$python" "$srcdir/tests/mailgw/sink" "$tmp/sunk" \
	    ${hop_port:+port=$hop_port} "$@" >"$tmp/hop" 2>"$tmp/hop.err" &
	hop_pid=$!
	until_true 'test -s "$tmp/hop"'
	hop_port=$(head -1 "$tmp/hop")
}

# send WORD - one mail that promises WORD; prints the reply to its end
cat >"$tmp/send.py" <<'EOF'
import smtplib, sys
host, port = sys.argv[1].rsplit(":", 1)
word = sys.argv[2]
text = ("From: Tom <tom@ours.example>\r\nTo: ann@theirs.example\r\n"
        "Date: Mon, 16 Nov 2026 09:00:00 +0100\r\n"
        "Message-ID: <%s@ours.example>\r\nSubject: Parts\r\n\r\n"
        "Hello,\r\n\r\nI will send you the %s tomorrow.\r\n\r\n"
        "%s" % (word, word, ("x" * 70 + "\r\n") * int(sys.argv[3])))
smtp = smtplib.SMTP(host, int(port), timeout=30)
smtp.ehlo("client.example")
try:
    smtp.sendmail("tom@ours.example", ["ann@theirs.example"], text)
    print("250")
except smtplib.SMTPDataError as e:
    print(e.smtp_code, e.smtp_error.decode())
except smtplib.SMTPException as e:
    print(e)
except OSError as e:
    print("closed", e)
EOF
send() {
	"$python" "$tmp/send.py" "$gateway" "$1" "${2:-1}"
}
recorded() { promise list --json 2>/dev/null | grep -q "the $1 tomorrow"; }
sunk() { grep -qs "the $1 tomorrow" "$tmp"/sunk/*.msg; }
logged() { grep -q "$1" "$tmp/promised.log"; }
# soon NAME COMMAND… - like ok; where it fails the log tells why
soon() {
	name=$1
	shift
	if "$@"; then pass "$name"; else flunk "$name" && mail_log; fi
}
forget_log() { : >"$tmp/promised.log"; }

# fill - until nothing more fits
fill() {
	head -c 20m /dev/zero >"$tmp/home/ballast" 2>/dev/null
	until ! printf x >>"$tmp/home/ballast" 2>/dev/null; do :; done
}
empty() { rm "$tmp/home/ballast"; }

mkdir "$tmp/sunk"
hop
service_conf "next-hop = 127.0.0.1:$hop_port" 'own-domains = ours.example' \
    'timezone = Europe/Paris' 'segment-size = 64K'
service_start || flunk "the service starts"
is "$(send gasket)" 250 "a mail passes"
soon "and is recorded" until_true 'recorded gasket'

# ---- the disk is full
forget_log
fill
like "$(send washer 2000)" '^452 4\.3\.1' "disk full: tempfail answers 452"
ok "the next hop never saw its end" eval '! sunk washer'
ok "a line in the log" logged 'gateway\.spool'
empty
is "$(send washer)" 250 "room again: the client's next try passes"
soon "and is recorded" until_true 'recorded washer'
service_stop

service_start -o on-failure=pass || flunk "the service starts"
forget_log
fill
is "$(send rivet 2000)" 250 "disk full: pass lets it go on without a copy"
ok "to the next hop" until_true 'sunk rivet'
ok "with a line in the log" logged 'gateway\.spool'
empty
is "$(send bolt)" 250 "room again"
soon "what comes next is recorded" until_true 'recorded bolt'
ok "what passed without a copy is not" eval '! recorded rivet'
service_stop

# ---- the spool cannot be written to
service_start || flunk "the service starts"
is "$(send flange)" 250 "a mail passes"
soon "and is recorded" until_true 'recorded flange'
forget_log
mount -o bind "$tmp/home/spool" "$tmp/home/spool" &&
    mount -o remount,bind,ro "$tmp/home/spool"
: "the gateway holds a segment open; a new one begins with a new run"
gateway_pid=$(pgrep -P "$service_pid" -f promised-gateway)
kill -9 "$gateway_pid"
until_true 'logged "spool" || logged "fault"'
like "$(send valve)" '^(4[0-9][0-9]|closed|.*refused)' \
    "spool read-only: nothing is accepted"
ok "the next hop saw no message" eval '! sunk valve'
umount "$tmp/home/spool"
ok "writable again: mail passes by itself" \
    until_true '[ "$(send valve)" = 250 ]'
soon "and is recorded" until_true 'recorded valve'

# ---- the ledger is locked by somebody
forget_log
cat >"$tmp/lock.py" <<'EOF'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
EOF
mkfifo "$tmp/hold"
"$python" "$tmp/lock.py" "$tmp/home/ledger.db" <"$tmp/hold" >"$tmp/locked" &
lock_pid=$!
exec 9>"$tmp/hold"
until_true 'test -s "$tmp/locked"'
is "$(send spring)" 250 "ledger locked: mail passes all the same"
soon "the reader says that it waits" until_true 'logged "reader\.waits"'
exec 9>&-
wait $lock_pid
soon "and records once the lock is gone" until_true 'recorded spring'

# ---- the ledger is damaged
service_stop
cp "$tmp/home/ledger.db" "$tmp/good/"
service_start || flunk "the service starts"
forget_log
head -c 16384 /dev/zero | tr '\0' Z |
    dd of="$tmp/home/ledger.db" conv=notrunc status=none
: "the reader still has its pages in memory: only a new one sees it"
kill -9 "$(pgrep -P "$service_pid" -f promised-reader)"
is "$(send piston)" 250 "ledger damaged: mail passes all the same"
soon "the reader says that it waits" until_true 'logged "reader\.waits"'
promise list >"$tmp/out" 2>"$tmp/err"
is $? 1 "promise says so with its status"
like "$(cat "$tmp/err")" 'damaged|not a ledger' "and in words"
rm -f "$tmp/home/ledger.db-wal" "$tmp/home/ledger.db-shm"
cp "$tmp/good/ledger.db" "$tmp/home/ledger.new"
mv "$tmp/home/ledger.new" "$tmp/home/ledger.db"
ok "a good copy in its place: the reader goes on by itself" \
    until_true 'recorded piston'
is "$(promise unread | grep -c .)" 0 "nothing was put aside"
service_stop

# ---- the next hop dies inside a message
service_start || flunk "the service starts"
forget_log
hop close-body=20000
like "$(send lever 2000)" '^(451|421)' "the next hop dies in DATA: 451"
ok "a line in the log" logged 'gateway\.hop'
hop
is "$(send lever 2000)" 250 "it is back: the client's next try passes"
soon "and is recorded" until_true 'recorded lever'
is "$(promise list --json | grep -c 'the lever tomorrow')" 1 "once"
service_stop
is "$status" 0 "the service ends in order"
finish
