# journal.t - copies of mail: Postfix, Exchange, Google → promised → ledger
. "$srcdir/tests/tap.sh"
. "$srcdir/tests/whole/whole.sh"
. "$srcdir/tests/whole/postfix.sh"
postfix_need
reports=$srcdir/tests/mailgw/journal

service_conf 'own-domains = "acme.example, ours.example"' \
    'timezone = Europe/Paris' \
    "journal-listen = \"127.0.0.1:0; unix:$tmp/j mode=666; 127.0.0.1:0 clients=192.0.2.1\""
service_start
is $? 0 "the service is ready"
places=$(sed -n 's/.* journal=\([^ ]*\).*/\1/p' "$tmp/ready")
like "$places" "^127\.0\.0\.1:[0-9]+,unix:$tmp/j,127\.0\.0\.1:[0-9]+\$" \
    "its ready line says where the journal is"
place=${places%%,*} closed=${places##*,}
lmtp() { "$python" "$srcdir/tests/mailgw/lmtp.py" "$@"; }

# --- Postfix: a copy of each mail by LMTP, over TCP
postfix_conf 'always_bcc = journal@promised.invalid' \
    "transport_maps = inline:{{promised.invalid = lmtp:inet:$place}}"
ok "Postfix answers" postfix_start
sed 's/claire@ours/claire@ours/' "$srcdir/tests/whole/mails/1-plain.eml" \
    >"$tmp/1.eml"
LC_ALL=C awk 'NR > 1 { print line } { line = $0 } END { printf "%s", line }' \
    "$tmp/1.eml" >"$tmp/no-last-newline"
ok "a mail goes to Postfix" swaks -s 127.0.0.1 -p "$hop_port" \
    -f "$(sed -n 's/^From:.*<\(.*\)>.*/\1/p;/^$/q' "$tmp/1.eml")" \
    -t "$(sed -n 's/^To: *//p;/^$/q' "$tmp/1.eml")" --ehlo client.example -n \
    -d "@$tmp/no-last-newline"
postfix_delivered "$tmp/1.eml" >"$tmp/got"
ok "it arrives byte for byte" cmp "$tmp/1.eml" "$tmp/got"
ok "and its promise is recorded" until_true '[ "$(promises)" -ge 1 ]'
like "$(promise list --json | head -1)" \
    '"customers": ?\["[^"]*@theirs.example"\]' \
    "to the recipient of its header, not to the journal"
before=$(promises)

# --- LMTP by swaks: a reply for each recipient
swaks --protocol LMTP --socket "$tmp/j" --ehlo client.example \
    -f claire.morel@acme.example -t journal@x.example,archive@x.example \
    -n -d "@$reports/google.eml" >"$tmp/lmtp" 2>&1
is $? 0 "LMTP on a Unix socket"
is "$(grep -c '<.*250 2\.0\.0 Ok: kept' "$tmp/lmtp")" 2 \
    "two recipients, two replies"
ok "its promise is recorded" until_true '[ "$(promises)" -gt "$before" ]'
like "$(promise list --json | grep google1@)" \
    '"customers": ?\["cache@client.example", ?"direct@client.example"\]' \
    "X-Gm-Original-To: counts, and so does To:"

# --- reports by SMTP
by_smtp() {
	swaks -s "${place%:*}" -p "${place##*:}" --ehlo client.example \
	    -f '<>' -t journal@promised.acme.example -n -d "@$1"
}
for report in exchange m365 exchange-bare; do
	ok "a report, $report, is taken" by_smtp "$reports/$report.eml"
done
ok "its three promises are recorded" until_true \
    '[ "$(promises)" -ge $((before + 4)) ]'
is "$(promise list --json | grep -c 'en-tete@\|journal@\|MicrosoftExchange')" 0 \
    "none to whom only a header names, none by Exchange itself"
like "$(promise list --json | grep exch1@)" \
    '"customers": ?\["discret@client.example", ?"paul@client.example"\]' \
    "the recipients of the report, Bcc: too, less colleagues"
like "$(promise list --json | grep m365@)" \
    'café chairs.*"author": ?"sales@acme.example".*\["buyer@client.example"\]' \
    "a report in base64; forwarded to a buyer"
ok "the same report again is taken" by_smtp "$reports/exchange.eml"
for report in no-message no-parts no-recipients no-sender; do
	ok "one with $report is taken too" by_smtp "$reports/$report.eml"
done
ok "and put aside" until_true \
    '[ "$(promise unread 2>/dev/null | grep -c "journal report without")" = 4 ]'
is "$(promises)" $((before + 4)) "no promise came twice, none from those"

# --- what is refused: strangers. What is not: anything else
like "$(swaks -s "${closed%:*}" -p "${closed##*:}" --quit-after BANNER)" \
    '554 5\.7\.1 Not from your address' "a stranger is sent away"
lmtp "$place" lookalike >"$tmp/looks"
is "$(grep -c '^250' "$tmp/looks")" 2 "a body with look-alikes is taken"
ok "whole" until_true 'promise list --json 2>/dev/null | grep -q looks@'

# --- killed again and again under load
lmtp "$place" load 300 >"$tmp/acked" &
load=$!
kills=0
while kill -0 $load 2>/dev/null && [ $kills -lt 8 ]; do
	n=$(wc -l <"$tmp/acked")
	until_true '[ "$(wc -l <"$tmp/acked")" -gt $((n + 15)) ] ||
	    ! kill -0 $load 2>/dev/null'
	pid=$(pgrep -P "$service_pid" -f promised-journal) &&
	    kill -9 $pid && kills=$((kills + 1))
done
wait $load
is $? 0 "300 mails are taken, the journal killed $kills times meanwhile"
loaded() { promise list --json 2>/dev/null | grep -o 'load[0-9]*@acme.example'; }
ok "all of them are read" until_true '[ "$(loaded | sort -u | wc -l)" -ge 300 ]'
loaded | sort >"$tmp/loaded"
sort "$tmp/acked" >"$tmp/acked.sorted"
ok "each is in the ledger, once" cmp "$tmp/acked.sorted" "$tmp/loaded"

# --- SIGHUP: it is there when the settings ask for it
grep -v journal-listen "$conf" >"$tmp/without"
cp "$tmp/without" "$conf"
kill -HUP $service_pid
ok "SIGHUP: without its setting it is gone" until_true \
    'tail -1 "$tmp/ready" | grep -q "ready gateway=[^ ]* feed=[^ ]*\$"'
echo 'journal-listen = 127.0.0.1:0' >>"$conf"
kill -HUP $service_pid
ok "SIGHUP: and with it there again" until_true \
    'tail -1 "$tmp/ready" | grep -q " journal=127"'
service_stop
is $status 0 "the service ends"

# --- a disk without room: try again, then go on
(ulimit -S -f 1 && exec "$builddir/promised-journal" -c "$conf" \
    -o "journal-listen=127.0.0.1:0; unix:$tmp/k" >"$tmp/door" \
    2>"$tmp/door.log") &
door=$!
at_exit 'kill "$door" 2>/dev/null'
until_true 'test -s "$tmp/door"'
place=$(sed 's/^journal \([^;]*\);.*/\1/' "$tmp/door")
is "$(stat -c %a "$tmp/k")" 600 "a Unix socket is its user's alone"
before=$(promises)
by_smtp "$reports/m365.eml" >"$tmp/full"
like "$(cat "$tmp/full")" '452 4\.3\.1 Insufficient storage' "no room: 452"
like "$(cat "$tmp/door.log")" 'event=door.spool' "an event says so"
prlimit --pid $door --fsize=unlimited
sed 's/m365@/later@/' "$reports/m365.eml" >"$tmp/later.eml"
ok "with room again it is taken" by_smtp "$tmp/later.eml"
kill $door
wait $door
is $? 0 "it ends when it is asked to"
ok "and its socket is gone" test ! -e "$tmp/k"
"$builddir/promised-reader" --drain -c "$conf" 2>/dev/null
is "$(promises)" $((before + 1)) "and is read"
"$builddir/promised-journal" -c "$conf" \
    -o 'journal-listen=127.0.0.1:0 proxy=127.0.0.1' >/dev/null 2>"$tmp/door.log"
is $? 1 "words that mean nothing here are refused"
finish
