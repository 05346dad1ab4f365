# thunderbird.t - Thunderbird, without a screen, subscribes to a feed, holds
# what is in it and rings for what is due soon
. "$srcdir/tests/tap.sh"
. "$srcdir/tests/clients/feed.sh"

command -v thunderbird >/dev/null || {
	echo "1..0 # SKIP thunderbird is not installed"
	exit 0
}
# on a closed day the alarm would ring the working day before
printf '%s\n' 'work-week = mon-sun' 'holidays = none' >>"$tmp/conf"
# the alarm comes 20 to 80 seconds from now
seed record fr "$(date -d '+46 minutes 20 seconds' +%FT%H:%M)" \
    "Je vous envoie le devis tout à l'heure."
seed record en 2020-01-06 "I'll call you on Monday."
feed_start
url=$base/$(add --alarms '45 minutes')
until_true 'curl -fs "$url" >/dev/null'
timeout 200 /usr/bin/python3 "$srcdir/tests/clients/thunderbird.py" \
    "$tmp/profile" "$url" 90 >"$tmp/out" 2>"$tmp/err"
like "$(cat "$tmp/out")" "^event Promesse à .*envoie le devis tout à l'heure" \
    "Thunderbird holds the promise"
like "$(cat "$tmp/out")" '^event LATE.*call you on Monday' "and the late one"
like "$(cat "$tmp/out")" '^event Promises: 2 open, 1 late' "and the day's entry"
like "$(cat "$tmp/out")" '^ring Promesse .*devis tout à' \
    "it rings for what is due soon"
grep -q '^ring' "$tmp/out" ||
    tail -20 "$tmp/err" "$tmp/profile/log" 2>/dev/null | sed 's/^/# /'
# its helpers write a little longer
until_true 'rm -rf "$tmp/profile" 2>/dev/null'
finish
