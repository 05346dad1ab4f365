# mailbox.t - reminders to a mailbox: log in to Postfix over TLS, lie in
# Dovecot, are read back by IMAP and by mail programs
. "$srcdir/tests/tap.sh"
SEED_AT=1795248000 # 2026-11-21T08:00Z, whatever the clock says
export SEED_AT
. "$srcdir/tests/whole/whole.sh"
PATH=$PATH:/usr/sbin:/sbin
need postfix dovecot openssl mshow "$python"
[ "$(id -u)" = 0 ] || {
	echo "1..0 # SKIP Postfix and Dovecot are started by root only"
	exit 0
}
chmod 755 "$tmp"

# --- a certificate, signed by itself
tls=$tmp/tls
mkdir "$tls"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
    -keyout "$tls/key.pem" -out "$tls/cert.pem" -days 2 \
    -subj /CN=hop.example -addext subjectAltName=DNS:hop.example \
    >"$tls/log" 2>&1
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
    -keyout "$tls/other.key" -out "$tls/other.pem" -days 2 \
    -subj /CN=other.example >>"$tls/log" 2>&1

# --- Dovecot: mailboxes, passwords; no port, IMAP is spoken on a pipe
dv=$tmp/dovecot
mkdir -p "$dv/run" "$tmp/mail"
chown nobody "$tmp/mail"
cat >"$dv/conf" <<END
base_dir = $dv/run
log_path = $dv/log
protocols = lmtp
ssl = no
auth_failure_delay = 0
mail_location = maildir:~/Maildir
first_valid_uid = 1
passdb {
  driver = static
  args = password=ouvre-toi
}
userdb {
  driver = static
  args = uid=nobody gid=$(id -gn nobody) home=$tmp/mail/%u allow_all_users=yes
}
service lmtp {
  unix_listener $dv/lmtp {
    mode = 0666
  }
}
service auth {
  unix_listener $dv/auth {
    mode = 0666
  }
}
END
dovecot -F -c "$dv/conf" >"$dv/out" 2>&1 &
dv_pid=$!
at_exit 'kill "$dv_pid" 2>/dev/null; wait "$dv_pid" 2>/dev/null'
ok "Dovecot is there" until_true 'test -S "$dv/lmtp" && test -S "$dv/auth"'

# --- Postfix: who has logged in over TLS may send
pf=$tmp/postfix
mkdir -p "$pf/conf" "$pf/queue" "$pf/data"
chown postfix "$pf/data"
cat >"$pf/conf/main.cf" <<END
compatibility_level = 3.6
queue_directory = $pf/queue
data_directory = $pf/data
maillog_file = $pf/log
maillog_file_prefixes = $tmp
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = hop.example
mydestination =
alias_maps =
alias_database =
virtual_mailbox_domains = acme.example
virtual_mailbox_maps = static:all/
virtual_transport = lmtp:unix:$dv/lmtp
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = $dv/auth
smtpd_tls_auth_only = yes
smtpd_tls_cert_file = $tls/cert.pem
smtpd_tls_key_file = $tls/key.pem
smtpd_tls_security_level = may
END
free_ports() {
	"$python" -c 'import socket
s = [socket.socket() for i in range(2)]
for one in s: one.bind(("127.0.0.1", 0))
print(*(one.getsockname()[1] for one in s))'
}
postfix_start() { # on free ports; others where they were taken meanwhile
	ports=$(free_ports)
	port=${ports% *} smtps=${ports#* }
	cat >"$pf/conf/master.cf" <<END
127.0.0.1:$port inet n - n - - smtpd
127.0.0.1:$smtps inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
proxymap  unix  - - n - - proxymap
error     unix  - - n - - error
retry     unix  - - n - - error
lmtp      unix  - - n - - lmtp
tlsmgr    unix  - - n 1000? 1 tlsmgr
anvil     unix  - - n - 1 anvil
postlog   unix-dgram n - n - 1 postlogd
END
	postfix -c "$pf/conf" start >"$pf/start" 2>&1
	until_true '"$python" -c "import smtplib
smtplib.SMTP(\"127.0.0.1\", $port, timeout=5).quit()" 2>/dev/null'
}
at_exit 'postfix -c "$pf/conf" stop >/dev/null 2>&1'
TRIES=60 postfix_start || { postfix -c "$pf/conf" stop; postfix_start; } \
    >/dev/null 2>&1

# --- the reminder
home=$tmp/home
mkdir -m 700 "$home"
echo ouvre-toi >"$tmp/password"
chmod 600 "$tmp/password"
conf() { # SETTING…
	{
		echo "home = $home"
		echo "timezone = Europe/Paris"
		echo "remind-from = promises@acme.example"
		echo "receipts = never"
		echo "remind-user = promised"
		for line; do echo "$line"; done
	} >"$tmp/conf"
}
seed() { "$builddir/tests/cal/seed" "$home/ledger.db" "$@"; }
say() {
	: >"$tmp/log"
	"$builddir/promised-remind" -c "$tmp/conf" --once --send --at "$1" \
	    2>"$tmp/log"
}
sent() { grep -c event=remind.sent "$tmp/log"; }
why() { sed -n 's/.*remind.retry.*reason=//p' "$tmp/log" | tail -1; }
good="next-hop-tls = required
next-hop-ca = $tls/cert.pem
next-hop-name = hop.example
remind-password-file = $tmp/password"
seed record fr 2026-11-24T17:00 \
    "Je vous envoie le devis corrigé mardi à 17 h, « tout compris » — 100 % sûr."
conf "next-hop = 127.0.0.1:$port" "next-hop-tls = required" \
    "next-hop-ca = $tls/other.pem" "next-hop-name = hop.example" \
    "remind-password-file = $tmp/password"
say 2026-11-23T09:00
is "$(sent)" 0 "a certificate of an unknown authority: nothing is sent"
like "$(why)" 'ertificate' "and the log says so"
conf "next-hop = 127.0.0.1:$port" "next-hop-tls = required" \
    "next-hop-ca = $tls/cert.pem" "remind-password-file = $tmp/password"
say 2026-11-23T09:05
is "$(sent)" 0 "nor under another name"
echo wrong >"$tmp/wrong"
chmod 600 "$tmp/wrong"
conf "next-hop = 127.0.0.1:$port" "$good" \
    "remind-password-command = \"cat $tmp/wrong\""
say 2026-11-23T09:10
is "$(sent)" 0 "nor with a wrong password"
like "$(why)" '535' "it is the next hop that says so"
conf "next-hop = 127.0.0.1:$port" "$good"
chmod 644 "$tmp/password"
say 2026-11-23T09:20
is "$(sent)" 0 "a password that others can read is not used"
chmod 600 "$tmp/password"
say 2026-11-23T09:40
is "$(sent)" 1 "all of it right: sent, tried again until it was"
grep -q 'sasl_username=promised' "$pf/log"
is $? 0 "Postfix has seen who logged in"
conf "next-hop = 127.0.0.1:$smtps" "next-hop-tls = implicit" \
    "next-hop-ca = $tls/cert.pem" "next-hop-name = hop.example" \
    "remind-password-command = \"cat $tmp/password\"" \
    "invite = helene@acme.example"
say 2026-11-24T09:00
is "$(sent)" 2 "TLS from the first octet on: another, and an invitation"
box=$tmp/mail/helene@acme.example/Maildir/new
ok "three mails lie in the mailbox" \
    until_true '[ "$(ls "$box" 2>/dev/null | wc -l)" = 3 ]'

# --- read back
"$python" "$srcdir/tests/whole/mailbox.py" \
    doveadm -c "$dv/conf" exec imap -u helene@acme.example \
    >"$tmp/read" 2>"$tmp/read.err" || sed 's/^/# /' "$tmp/read.err"
while IFS= read -r line; do
	case $line in
	"ok - "*) pass "${line#ok - }" ;;
	*) flunk "${line#not ok - }" ;;
	esac
done <"$tmp/read"
ok "all of it was read" grep -q 'Dovecot sees' "$tmp/read"
first=$(grep -l 'Subject:.*' "$box"/* | while read -r f; do
	grep -q 'text/calendar' "$f" || echo "$f"
done | head -1)
mshow "$first" >"$tmp/shown" 2>/dev/null
like "$(cat "$tmp/shown")" '^From: Promesses <promises@acme.example>' \
    "mblaze shows who it is from"
like "$(cat "$tmp/shown")" '^To: Hélène Dupont <helene@acme.example>' "to whom"
like "$(cat "$tmp/shown" | tr '\302\240' '  ')" 'devis corrig' "and the text"
like "$(mshow -t "$(grep -l text/calendar "$box"/* | head -1)")" \
    'text/calendar' "and the calendar's part"
finish
