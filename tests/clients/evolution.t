# evolution.t - Evolution's calendar service subscribes to a feed, and its
# alarm daemon rings for what is due soon
. "$srcdir/tests/tap.sh"
. "$srcdir/tests/clients/feed.sh"

python=/usr/bin/python3
daemon=/usr/libexec/evolution-data-server/evolution-alarm-notify
if [ ! -x $daemon ] || ! command -v xvfb-run dbus-run-session >/dev/null ||
    ! $python -c 'import gi; gi.require_version("ECal", "2.0")' 2>/dev/null
then
	echo "1..0 # SKIP Evolution Data Server, Xvfb or its Python is missing"
	exit 0
fi
# its own home, settings in memory, a session bus that ends with the test
XDG_RUNTIME_DIR=$tmp/run GSETTINGS_BACKEND=memory
export XDG_RUNTIME_DIR GSETTINGS_BACKEND
mkdir -m 700 "$tmp/run"

# on a closed day the alarm would ring the working day before
printf '%s\n' 'work-week = mon-sun' \
    'holidays = none' >>"$tmp/conf"
# the alarm comes 20 to 80 seconds from now
seed record fr "$(date -d '+46 minutes 20 seconds' +%FT%H:%M)" \
    "Je vous envoie le devis tout à l'heure."
seed record en 2020-01-06 "I'll call you on Monday."
feed_start
url=$base/$(add --alarms '45 minutes')
until_true 'curl -fs "$url" >/dev/null'
timeout 150 dbus-run-session -- xvfb-run -a $python \
    "$srcdir/tests/clients/evolution.py" "$url" 100 >"$tmp/out" 2>"$tmp/err"
like "$(cat "$tmp/out")" \
    "^event promise-1@.* Promesse à .*envoie le devis tout à l'heure" \
    "Evolution holds the promise"
like "$(cat "$tmp/out")" '^event promise-2@.* LATE' "and the late one"
like "$(cat "$tmp/out")" '^ring .*devis tout à' "it rings for what is due soon"
grep -q '^ring' "$tmp/out" || tail -20 "$tmp/err" | sed 's/^/# /'
finish
