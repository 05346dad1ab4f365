# tls.t - TLS on both sides and AUTH, to a real Postfix with Dovecot behind it
#
# Postfix takes mail for the world from who has logged in over TLS, and asks
# Dovecot whether the password is right.
. "$srcdir/tests/tap.sh"
. "$srcdir/tests/whole/whole.sh"
. "$srcdir/tests/whole/postfix.sh"
need openssl swaks msmtp dovecot
postfix_need
perl -MNet::SSLeay -e 1 2>/dev/null || {
	echo "1..0 # SKIP libnet-ssleay-perl is not installed"
	exit 0
}

# --- an authority, and certificates
ca_new() { # NAME
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -days 90 -subj "/CN=$1" -keyout "$tmp/$1.key" -out "$tmp/$1.pem" \
	    >>"$tmp/openssl" 2>&1
}
sign() { # FILE CA HOST
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -subj "/CN=$3" -keyout "$tmp/$1.key" -out "$tmp/$1.csr" \
	    >>"$tmp/openssl" 2>&1
	echo "subjectAltName = DNS:$3" >"$tmp/ext"
	openssl x509 -req -in "$tmp/$1.csr" -CA "$tmp/$2.pem" -CAkey \
	    "$tmp/$2.key" -CAcreateserial -days 60 -extfile "$tmp/ext" \
	    -out "$tmp/$1.pem" >>"$tmp/openssl" 2>&1
}
ca_new ca
ca_new other
sign hop ca next-hop.example
sign gw ca gw.example
sign gw2 ca gw.example
cp "$tmp/gw.pem" "$tmp/live.pem"
cp "$tmp/gw.key" "$tmp/live.key"

# --- Dovecot checks passwords and does nothing else
secret='correct horse battery staple'
mkdir "$tmp/dovecot"
chmod 755 "$tmp" "$tmp/dovecot"
echo "claire@ours.example:{PLAIN}$secret" >"$tmp/dovecot/users"
chmod 644 "$tmp/dovecot/users"
cat >"$tmp/dovecot/conf" <<END_OF_CONF
base_dir = $tmp/dovecot/run
log_path = $tmp/dovecot/log
protocols =
ssl = no
auth_mechanisms = plain login
passdb {
  driver = passwd-file
  args = $tmp/dovecot/users
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=/nonexistent
}
service auth {
  unix_listener $tmp/dovecot/auth {
    mode = 0666
  }
}
END_OF_CONF
at_exit 'dovecot -c "$tmp/dovecot/conf" stop >/dev/null 2>&1'
dovecot -c "$tmp/dovecot/conf" >"$tmp/dovecot/start" 2>&1
ok "Dovecot answers" until_true 'test -S "$tmp/dovecot/auth"'

postfix_conf "smtpd_tls_cert_file = $tmp/hop.pem" \
    "smtpd_tls_key_file = $tmp/hop.key" \
    'smtpd_tls_security_level = encrypt' 'smtpd_tls_auth_only = yes' \
    'smtpd_tls_loglevel = 1' 'smtpd_tls_received_header = yes' \
    'smtpd_sasl_auth_enable = yes' 'smtpd_sasl_type = dovecot' \
    "smtpd_sasl_path = $tmp/dovecot/auth" \
    'smtpd_client_restrictions = permit_sasl_authenticated, reject' \
    'smtpd_sasl_authenticated_header = yes'
ok "Postfix answers" postfix_start

# --- the service between them
service_conf "next-hop = 127.0.0.1:$hop_port" 'hostname = gw.example' \
    'next-hop-tls = required' "next-hop-ca = $tmp/ca.pem" \
    'next-hop-name = next-hop.example' "tls-certificate = $tmp/live.pem" \
    "tls-key = $tmp/live.key" 'own-domains = ours.example' \
    'timezone = Europe/Paris'
service_start
is $? 0 "promised is ready"
port=${gateway##*:}

letter() { # NUMBER
	printf 'From: Claire <claire@ours.example>\nTo: paul@theirs.example\n'
	printf 'Subject: Devis\nMessage-ID: <tls.%s@ours.example>\n' "$1"
	printf 'Date: %s\n\nBonjour,\n\nJe vous envoie le devis demain.\n' \
	    "$(LC_ALL=C date '+%a, %d %b %Y %T %z')"
}
by_swaks() { # NUMBER OPTION…
	letter "$1" >"$tmp/letter"
	shift
	swaks -s 127.0.0.1 -p "$port" -f claire@ours.example \
	    -t paul@theirs.example --ehlo client.example -d "@$tmp/letter" \
	    --tls-verify --tls-ca-path "$tmp/ca.pem" "$@"
}
arrived() { grep -rl "tls.$1@ours" "$tmp/mail" 2>/dev/null; }

ok "swaks: TLS and AUTH PLAIN" by_swaks 1 --tls --auth PLAIN \
    -au claire@ours.example -ap "$secret"
ok "swaks: AUTH LOGIN" by_swaks 2 --tls --auth LOGIN \
    -au claire@ours.example -ap "$secret"
letter 3 >"$tmp/letter"
ok "msmtp: TLS and AUTH" msmtp --host=127.0.0.1 --port="$port" --tls=on \
    --tls-trust-file="$tmp/ca.pem" --tls-host-override=gw.example --auth=on \
    --user=claire@ours.example --passwordeval="echo '$secret'" \
    --from=claire@ours.example paul@theirs.example <"$tmp/letter"
ok "all three arrive" until_true 'arrived 1 && arrived 2 && arrived 3'
like "$(tr '\n\t' '  ' <"$(arrived 1 | head -1)")" \
    'using TLSv1\.3.*Authenticated sender: claire@ours.example.*with ESMTPSA' \
    "Postfix says how it got it"
ok "and their promises are recorded" until_true '[ "$(promises)" -ge 1 ]'

by_swaks 4 --tls --auth PLAIN -au claire@ours.example -ap wrong \
    >"$tmp/swaks" 2>&1
is $? 28 "a wrong password"
like "$(cat "$tmp/swaks")" '^<~\* 535 5\.7\.8 ' "is refused in Postfix's words"
by_swaks 5 --tls >"$tmp/swaks" 2>&1
like "$(cat "$tmp/swaks")" '^<~\* 554 5\.7\.1 .*Access denied' \
    "so is one who has not logged in"
by_swaks 6 --auth PLAIN -au claire@ours.example -ap "$secret" \
    >"$tmp/swaks" 2>&1
is $? 28 "no AUTH without TLS"
is "$(grep -c ' -> AUTH' "$tmp/swaks")" 0 "the password was not even sent"
is "$(grep -rlaF "$secret" "$tmp/home" "$tmp/promised.log")" "" \
    "nothing of it is kept, nor logged"

# --- a renewed certificate, while a session runs
serial() {
	echo QUIT | openssl s_client -starttls smtp -connect "127.0.0.1:$port" \
	    2>/dev/null | openssl x509 -noout -serial
}
before=$(serial)
mkfifo "$tmp/pipe"
: >"$tmp/session"
openssl s_client -quiet -starttls smtp -crlf -connect "127.0.0.1:$port" \
    <"$tmp/pipe" >"$tmp/session" 2>/dev/null &
session=$!
at_exit 'kill $session 2>/dev/null'
exec 3>"$tmp/pipe"
echo 'EHLO client.example' >&3
ok "a session stands" until_true 'grep -q "^250 " "$tmp/session"'
cp "$tmp/gw2.pem" "$tmp/live.pem"
cp "$tmp/gw2.key" "$tmp/live.key"
kill -HUP "$service_pid"
ok "SIGHUP: read again" until_true \
    'grep -q event=gateway.certificates "$tmp/promised.log"'
ok "new sessions see the new one" test "$(serial)" != "$before"
echo 'NOOP' >&3
ok "the old session goes on" until_true 'grep -q "^250 2.0.0 Ok" "$tmp/session"'
echo 'QUIT' >&3
exec 3>&-
wait $session
service_stop
is $status 0 "the service ends with 0"

# --- a next hop that cannot prove who it is gets nothing
for change in "next-hop-ca=$tmp/other.pem" next-hop-name=elsewhere.example; do
	service_start -o "$change"
	port=${gateway##*:}
	by_swaks 7 --tls >"$tmp/swaks" 2>&1
	like "$(cat "$tmp/swaks")" '^<~?[-*]?\*? *421 4\.7\.5 ' \
	    "${change%%=*} that does not fit: 421"
	service_stop
done
like "$(grep event=gateway.hop "$tmp/promised.log")" \
    'unable to get local issuer' "the log knows why: unknown authority"
like "$(grep event=gateway.hop "$tmp/promised.log")" 'hostname mismatch' \
    "the log knows why: another name"
is "$(arrived 4; arrived 5; arrived 6; arrived 7)" "" "none of these arrived"
finish
