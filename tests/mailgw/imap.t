# imap.t - promised-imap and servers that mean no good
. "$srcdir/tests/tap.sh"
. "$srcdir/tests/whole/whole.sh"
need "$python"
TRIES=900 # floods are slow where the sanitizers look on
ways="good token late early literal literal64 eof nested endless-mail other
gives-more echo lines exists uids search-line garbage line preauth bye idle inject"
log=$tmp/log
umask 077
echo ouvre-toi >"$tmp/password"
mkdir -p "$tmp/home/run" "$tmp/home/spool"
# shellcheck disable=SC2086
"$python" "$srcdir/tests/mailgw/imap_hostile.py" $ways >"$tmp/ports" &
hostile=$!
at_exit 'kill $hostile 2>/dev/null'
ok "there are servers" until_true 'test -s "$tmp/ports"'
list='' rest=$(cat "$tmp/ports")
for way in $ways; do
	port=${rest%% *} rest=${rest#* } tls=no
	[ "$way" = inject ] && tls=required
	[ "$way" = token ] && tls="no auth=xoauth2"
	list="$list 127.0.0.1:$port user=$way folder=Sent tls=$tls"
	list="$list password-file=$tmp/password;"
done
{
	echo "home = $tmp/home"
	echo "max-message = 3M"
	echo "own-domains = acme.example"
	echo "imap = \"$list\""
} >"$tmp/conf"
: >"$log"
"$builddir/promised-imap" -c "$tmp/conf" >"$tmp/ready" 2>"$log" &
pid=$!
at_exit 'kill $pid 2>/dev/null'
ok "it is ready, whoever can be reached" \
    until_true 'grep -qx "imap -" "$tmp/ready"'
# says WAY REGEX - an event about this server
says() { until_true "grep -Eq 'folder=$1@.*$2' \"\$log\""; }
ok "a good one is read" says good 'imap.message|uid=7'
ok "so is one that wants a token" says token 'uid=7'
ok "one that comes while another is fetched" says late 'uid=8'
ok "one that comes while nobody asks" says early 'uid=8'
while read -r way reason; do
	ok "$way: it is lost, with a reason" says "$way" "reason=\"?$reason"
done <<'END'
literal the server announces a literal of more than 2097152 octets
literal64 the server announces a literal of more than 2097152 octets
eof the server closed the connection
nested promised-imap-talk (died of signal|ended with)
endless-mail it is larger than max-message
other it is gone
gives-more the server gives more than was asked for
echo login: 
lines (an answer of more than|promised-imap-talk died of signal 24)
exists (an answer of more than|promised-imap-talk died of signal 24)
search-line (a line|an answer) of more than
garbage (greeting|an answer|a line)
line a line of more than 8388608 octets
preauth the server says that we are logged in already
bye (greeting|the server closed)
idle (an answer of more than|promised-imap-talk died of signal 24)
inject (STARTTLS: |the server said more)
END
ok "a search that repeats itself gives each mail once" until_true \
    'grep -q "imap.message folder=uids@.*uid=4294967295" "$log"'
is "$(grep -c 'imap.message folder=uids@.*uid=7 ' "$log")" 1 "once"
is "$(grep -c ouvre-toi "$log")" 0 "no password is in the log"
is "$(grep -c "$(printf '\033')" "$log")" 0 "nor orders to a terminal"
ok "they are tried again, later each time" says literal 'delay_ms=4000'
ok "it lives" kill -0 $pid
rss=$(awk '/^VmHWM/ { print $2 }' "/proc/$pid/status")
ok "in less than 40 MB ($rss kB)" test "$rss" -lt 40000
is "$(grep -c 'imap.message folder=good@' "$log")" 1 \
    "the good one is still watched, its mail was fetched once"
kill $pid
wait $pid
is $? 0 "it ends when it is asked to"
finish
