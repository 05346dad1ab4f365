# milter.t - Postfix with promised as a milter: mail goes by, promises stay
. "$srcdir/tests/tap.sh"
. "$srcdir/tests/whole/whole.sh"
. "$srcdir/tests/whole/postfix.sh"
postfix_need

service_conf 'own-domains = ours.example' 'timezone = Europe/Paris' \
    "milter-listen = \"127.0.0.1:0; unix:$tmp/m mode=666\""
service_start
is $? 0 "the service is ready"
places=$(sed -n 's/.* milter=\([^ ]*\).*/\1/p' "$tmp/ready")
like "$places" "^127\.0\.0\.1:[0-9]+,unix:$tmp/m\$" \
    "its ready line says where the milter is"
tcp=${places%%,*}

# one connection for each process: each begins with main.cf as it is then
postfix_conf "smtpd_milters = inet:$tcp" 'milter_default_action = accept' \
    'max_use = 1'
ok "Postfix answers" postfix_start
milter_is() { # PLACE ACTION: from now on
	postconf -c "$pf/conf" "smtpd_milters = $1" "milter_default_action = $2"
}

sender() { sed -n 's/^From:.*<\(.*\)>.*/\1/p;/^$/q' "$1"; }
recipient() { sed -n 's/^To: *//p;/^$/q' "$1"; }
give() { # FILE WAY: as a mail of its own
	LC_ALL=C sed "s/^Message-ID: <whole/Message-ID: <$2/" "$1" >"$tmp/$2.eml"
	LC_ALL=C awk 'NR > 1 { print line } { line = $0 }
	    END { printf "%s", line }' "$tmp/$2.eml" >"$tmp/no-last-newline"
	swaks -s 127.0.0.1 -p "$hop_port" -f "$(sender "$1")" \
	    -t "$(recipient "$1")" --ehlo client.example -n \
	    -d "@$tmp/no-last-newline"
}
recorded() { promise list --json 2>/dev/null | grep -qF "$1"; }
mails=$srcdir/tests/whole/mails

# --- unaltered, and recorded
for mail in 1-plain 2-dots 3-html 4-latin1 6-inside; do
	ok "$mail is accepted" give "$mails/$mail.eml" "m$mail"
	postfix_delivered "$tmp/m$mail.eml" >"$tmp/got"
	ok "$mail arrives byte for byte" cmp "$tmp/m$mail.eml" "$tmp/got"
done
ok "four promises are recorded" until_true '[ "$(promises)" -ge 4 ]'
is "$(promises)" 4 "and none of the mail inside the house"
like "$(promise list --json | grep m1-plain)" '"customers": ?\["[^"]*@theirs.example"' \
    "to the recipient of the envelope"
is "$(promise unread | grep -c .)" 0 "nothing is unread"

# door_start BLOCKS [-o …] - a milter by itself, at $place; files of so many
# blocks at most
door_start() {
	: >"$tmp/door"
	(ulimit -S -f "$1" && shift && exec "$builddir/promised-milter" \
	    -c "$conf" -o milter-listen=127.0.0.1:0 "$@" \
	    >>"$tmp/door" 2>"$tmp/door.log") &
	door=$!
	until_true 'grep -q "^milter .*:" "$tmp/door"'
	place=$(sed 's/^milter //' "$tmp/door")
}
door_stop() {
	kill $door
	wait $door
}
at_exit 'kill "$door" 2>/dev/null'

# --- the copy in the spool is what was sent
mkdir -p "$tmp/own/spool"
door_start unlimited -o "home=$tmp/own"
milter_is "inet:$place" accept
ok "another milter takes a mail" give "$mails/2-dots.eml" spooled
sed 's/$/\r/' "$tmp/spooled.eml" >"$tmp/sent"
"$python" - "$tmp/own/spool/milter" "$tmp/sent" >"$tmp/compared" <<'END'
import glob, sys
segment = b"".join(open(f, "rb").read() for f in glob.glob(sys.argv[1] + "/*.seg"))
sent = open(sys.argv[2], "rb").read()
print("whole" if sent in segment else "altered")
END
is "$(cat "$tmp/compared")" whole "its copy is the mail, octet by octet"
door_stop
is $? 0 "it ends when it is asked to"

# --- on a Unix socket, killed in the middle of mails
milter_is "unix:$tmp/m" tempfail
"$python" - "$hop_port" 80 >"$tmp/acked" <<'END' &
import smtplib, sys, time
left = ["kill%d" % i for i in range(int(sys.argv[2]))]
end = time.monotonic() + 60
s = None
while left and time.monotonic() < end:
    text = ("From: Claire <claire@ours.example>\nTo: ann@theirs.example\n"
            "Date: Mon, 7 Dec 2026 10:00:00 +0100\n"
            "Message-ID: <%s@ours.example>\n\n"
            "Je vous envoie le devis demain.\n" % left[0])
    try:
        if s is None:
            s = smtplib.SMTP("127.0.0.1", int(sys.argv[1]), "c.example", 20)
        s.sendmail("claire@ours.example", ["ann@theirs.example"], text)
        print(left.pop(0) + "@ours.example", flush=True)
    except (OSError, smtplib.SMTPException):
        s = None
        time.sleep(0.05)
sys.exit(1 if left else 0)
END
load=$!
kills=0
while kill -0 $load 2>/dev/null && [ $kills -lt 4 ]; do
	n=$(wc -l <"$tmp/acked")
	until_true '[ "$(wc -l <"$tmp/acked")" -gt $((n + 8)) ] ||
	    ! kill -0 $load 2>/dev/null'
	pid=$(pgrep -P "$service_pid" -f promised-milter) &&
	    kill -9 $pid && kills=$((kills + 1))
done
wait $load
is $? 0 "80 mails are taken, the milter killed $kills times meanwhile"
killed() { promise list --json 2>/dev/null | grep -o 'kill[0-9]*@ours.example'; }
ok "all of them are read" until_true '[ "$(killed | sort -u | wc -l)" -ge 80 ]'
killed | sort >"$tmp/killed"
sort "$tmp/acked" >"$tmp/acked.sorted"
ok "each is in the ledger, once" cmp "$tmp/acked.sorted" "$tmp/killed"

# --- it is not there: as Postfix was told
milter_is "unix:$tmp/nobody" accept
ok "no milter, default action accept: mail goes on" \
    give "$mails/1-plain.eml" nobody
milter_is "unix:$tmp/nobody" tempfail
give "$mails/1-plain.eml" nobody2 >"$tmp/refused" 2>&1
like "$(cat "$tmp/refused")" '<\*\* 451 4\.7\.1' "tempfail: the client keeps it"
service_stop
is $status 0 "the service ends"

# --- its own trouble: a disk without room, as on-failure says
awk '{ print } END { for (i = 0; i < 99; i++) print "0123456789abcdef" }' \
    "$mails/1-plain.eml" >"$tmp/longer.eml"
for failure in tempfail pass; do
	door_start 1 -o on-failure=$failure
	milter_is "inet:$place" accept
	give "$tmp/longer.eml" "full-$failure" >"$tmp/full" 2>&1
	status=$?
	if [ $failure = pass ]; then
		is $status 0 "on-failure = pass: the mail goes on, unread"
	else
		like "$(cat "$tmp/full")" '452 4\.3\.1 Insufficient storage' \
		    "on-failure = tempfail: the client keeps it"
		prlimit --pid $door --fsize=unlimited
		ok "with room again it is taken" \
		    give "$tmp/longer.eml" later
	fi
	like "$(cat "$tmp/door.log")" 'event=door.spool' "an event says so"
	door_stop
done

# --- a spool that may not be written to, until somebody mends it
mkdir -p "$tmp/shut/spool/milter"
door_start unlimited -o "home=$tmp/shut" -o user=nobody
milter_is "inet:$place" accept
give "$mails/1-plain.eml" shut >"$tmp/full" 2>&1
like "$(cat "$tmp/full")" '451 4\.3\.0 The copy cannot be written' \
    "a spool that is read-only: the client keeps it"
chown -R nobody "$tmp/shut"
ok "mended, it is taken, without a start" until_true \
    'give "$mails/1-plain.eml" mended >/dev/null 2>&1'
like "$(cat "$tmp/door.log")" 'event=door.message' "and kept"
door_stop

# --- what is no milter protocol
door_start unlimited
"$python" - "${place##*:}" >"$tmp/odd" <<'END'
import socket, struct, sys
def talk(*packets):
    s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 20)
    for p in packets:
        s.sendall(p)
    s.shutdown(socket.SHUT_WR)
    got = b""
    while True:
        try:
            b = s.recv(4096)
        except OSError:
            b = b""
        if not b:
            return got
        got += b
def packet(c, data=b""):
    return struct.pack(">I", len(data) + 1) + c + data
def hello(version=6, offers=0x1fffff):
    return packet(b"O", struct.pack(">III", version, 0x1ff, offers))
print("http", talk(b"GET / HTTP/1.0\r\n\r\n"))
print("huge", talk(struct.pack(">I", 1 << 31)))
print("none", talk(struct.pack(">I", 0)))
print("early", talk(packet(b"M", b"<a@b>\0")))
print("unknown", talk(hello(), packet(b"z"))[17:])
# an old server, which waits for every answer
body = talk(hello(2, 0x7f), packet(b"C", b"h\0U"), packet(b"H", b"x\0"),
            packet(b"M", b"<claire@ours.example>\0"),
            packet(b"R", b"<ann@theirs.example>\0"), packet(b"T"),
            packet(b"L", b"Subject\0a\n b\0"), packet(b"N"),
            packet(b"B", b"Je vous rappelle demain.\r\n"), packet(b"E"),
            packet(b"A"), packet(b"Q"))
print("old", struct.unpack(">I", body[13:17])[0], body[17:].count(b"c"))
# a new one, byte by byte: one answer alone
new = b"".join([hello(), packet(b"D", b"Cj\0x\0"),
    packet(b"C", b"h\0" b"4\0\0" b"192.0.2.7\0"),
    packet(b"M", b"<>\0"), packet(b"R", b"<ann@theirs.example>\0"),
    packet(b"L", b"From\0 claire@ours.example\0"), packet(b"B", b"x"),
    packet(b"E"), packet(b"Q")])
s = talk(*[new[i:i + 1] for i in range(len(new))])
print("new", s[17:])
END
is "$(cat "$tmp/odd")" "http b''
huge b''
none b''
early b''
unknown b''
old 66 9
new b'\\x00\\x00\\x00\\x01c'" "junk closes the connection; old and new servers are answered"
is "$(grep -c 'event=door.fault' "$tmp/door.log")" 5 "with an event each"
door_stop
finish
