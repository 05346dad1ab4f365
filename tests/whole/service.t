# service.t - the real programs: killed one by one, reloaded, ended
. "$srcdir/tests/tap.sh"
. "$srcdir/tests/whole/whole.sh"
need "$python" swaks curl
"$python" -c 'import aiosmtpd' 2>/dev/null || {
	echo "1..0 # SKIP python3-aiosmtpd is not installed"
	exit 0
}

next_hop_start
service_conf "next-hop = 127.0.0.1:$hop_port" \
    'own-domains = ours.example' 'timezone = Europe/Paris'
ok "-t finds the settings good" "$builddir/promised" -t -c "$conf"
refuses() { # -o… - with 1, and says it
	"$builddir/promised" -t -c "$conf" "$@" >"$tmp/t" 2>&1
	is $? 1 "-t: $2 is not good"
}
refuses -o tls-certificate=/etc/passwd
like "$(cat "$tmp/t")" '^promised-gateway: tls-certificate, tls-key: /etc/passwd: ' \
    "setting and file are named"
refuses -o gateway-tls=required
refuses -o next-hop-ca=/nonexistent
refuses -o gateway-listen=0.0.0.0:2525 -o next-hop=localhost:2525
like "$(cat "$tmp/t")" "localhost:2525' is the gateway itself" "a ring is seen"
service_start
is $? 0 "it comes up"
first_gateway=$gateway first_feed=$feed

mail_number=0
send() { # a mail of its own each time, which promises one thing
	mail_number=$((mail_number + 1))
	swaks -s "${gateway%:*}" -p "${gateway##*:}" --ehlo client.example \
	    -f tom@ours.example -t ann@theirs.example -n --data - <<END
From: tom@ours.example
To: ann@theirs.example
Date: Mon, 16 Nov 2026 09:00:00 +0100
Message-ID: <service.$mail_number@ours.example>
Subject: part $mail_number

I will send you part number $mail_number tomorrow.
END
	[ $? = 0 ] && return
	mail_number=$((mail_number - 1)) # the same again next time
	return 1
}
has() { [ "$(promises)" -ge "$1" ]; }
child() { # NAME: its process
	ps -o pid=,args= --ppid "$service_pid" |
	    awk -v name="promised-$1" '$2 ~ name "$" { print $1 }'
}
is_new() { new=$(child "$1"); [ -n "$new" ] && [ "$new" != "$2" ]; }

ok "a mail is accepted" send
ok "its promise is recorded" until_true 'has 1'
url=$(promise feed add service)
fetched() { [ "$(curl -fs "$url" | grep -c ^BEGIN:VEVENT)" -ge "$1" ]; }
ok "its event is served" until_true 'fetched 1'

# --- each one killed
for program in gateway reader feed remind; do
	old=$(child $program)
	kill -9 "$old"
	ok "$program is started again" until_true "is_new $program $old"
	ok "and mail is accepted" until_true send
	ok "recorded" until_true "has $mail_number"
	ok "and served" until_true "fetched $mail_number"
done
is "$(grep -c 'event=child.died' "$tmp/promised.log")" 4 \
    "four deaths are in the log, no more"

# --- reload
kill -HUP "$service_pid"
ok "SIGHUP: it is ready again" \
    until_true '[ "$(grep -c ^promised "$tmp/ready")" = 2 ]'
is "$(sort -u "$tmp/ready")" \
    "promised ready gateway=$first_gateway feed=$first_feed" \
    "on the same addresses"
ok "and mail is accepted" until_true send
ok "recorded" until_true "has $mail_number"
is "$(promises)" "$mail_number" "each promise once"

# --- the end
timeout -k 1 20 "$builddir/promised" -c "$conf" >"$tmp/second" 2>&1
is $? 75 "a second one on the same home is refused"
family=$(ps -o pid= --ppid "$service_pid")
service_stop
is $status 0 "SIGTERM: ends with 0"
for pid in $family; do
	lives "$pid" && ps -o args= -p "$pid"
done >"$tmp/left"
is "$(cat "$tmp/left")" "" "no program is left"
is "$(promises)" "$mail_number" "the ledger can be read without the service"
[ "$(promises)" = "$mail_number" ] || mail_log
finish
