# kill.t - kill -9 of each process and of all at once, 300 times, under load
#
# What a client saw accepted is in the ledger, once. KILL_SEED repeats a run,
# KILLS is how often.
. "$srcdir/tests/tap.sh"
. "$srcdir/tests/whole/whole.sh"
need "$python"
"$python" -c 'import aiosmtpd' 2>/dev/null || {
	echo "1..0 # SKIP python3-aiosmtpd is not installed"
	exit 0
}

seed=${KILL_SEED:-$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')}
kills=${KILLS:-300} threads=3
echo "# KILL_SEED=$seed"

next_hop_start
service_conf "next-hop = 127.0.0.1:$hop_port" \
    'own-domains = ours.example' 'timezone = Europe/Paris' \
    'segment-size = 64K'
"$python" "$srcdir/tests/whole/kill.py" "$builddir/promised" "$conf" \
    "$tmp/promised.log" "$seed" $kills $threads >"$tmp/sent"
grep '^#' "$tmp/sent"
service_pid=$(sed -n 's/^promised //p' "$tmp/sent")
sed -n 's/^accepted //p' "$tmp/sent" | sort -n >"$tmp/accepted"
mails=$(wc -l <"$tmp/accepted")
echo "# $mails mails were accepted"
ok "every mail was accepted in the end" \
    test "$mails" -gt 0 -a "$(grep -c 'given up' "$tmp/sent")" = 0
ok "the service was killed $kills times" \
    test "$(grep -c '^killed' "$tmp/sent")" -ge "$kills"
echo "# $(sed -n 's/^killed //p' "$tmp/sent" | sort | uniq -c | xargs)"
is "$(sed -n 's/^killed //p' "$tmp/sent" | sort -u | wc -l)" 7 \
    "each program, promised alone, and all at once"

ok "the reader catches up" until_true '[ "$(promises)" -ge $mails ]'
kill -TERM "$service_pid"
ok "the service ends" until_true '! lives $service_pid'

promise list --json >"$tmp/list"
sed -n 's/.*part number \([0-9]*\) tomorrow.*/\1/p' "$tmp/list" |
    sort >"$tmp/recorded"
sort "$tmp/accepted" >"$tmp/accepted.sorted"
is "$(uniq "$tmp/recorded" | comm -23 "$tmp/accepted.sorted" - | xargs)" "" \
    "every promise of a mail accepted is in the ledger"
is "$(uniq -d "$tmp/recorded" | xargs)" "" "none is there twice"
is "$(comm -13 "$tmp/accepted.sorted" "$tmp/recorded" | xargs)" "" \
    "and there are no others"

find "$tmp/delivered/new" -type f -exec cat {} + |
    sed -n 's/^I will send you part number \([0-9]*\) tomorrow.*/\1/p' |
    sort -u >"$tmp/delivered.sorted"
is "$(comm -23 "$tmp/accepted.sorted" "$tmp/delivered.sorted" | xargs)" "" \
    "the next hop has every mail accepted"
is "$(promise unread | grep -c part)" 0 "nothing was put aside unread"
[ "$(wc -l <"$tmp/list")" = "$mails" ] || mail_log
finish
