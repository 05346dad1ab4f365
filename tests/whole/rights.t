# rights.t - started by root: ports are bound, then root is nobody
. "$srcdir/tests/tap.sh"
. "$srcdir/tests/whole/whole.sh"
need "$python" setpriv

# systemd's own opinion of the unit, 0 to 10; less is better
if command -v systemd-analyze >/dev/null; then
	score=$(systemd-analyze security --offline=yes \
	    "$srcdir/contrib/systemd/promised.service" 2>/dev/null |
	    sed -n 's/.*exposure level for .*: \([0-9.]*\) .*/\1/p')
	ok "the unit's exposure is below 2.0: $score" \
	    awk "BEGIN { exit !(\"$score\" != \"\" && $score + 0 < 2) }"
else
	skip "no systemd-analyze"
fi

if [ "$(id -u)" != 0 ] || ! setpriv --reuid=nobody --regid=nogroup \
    --clear-groups test -x "$builddir/promised-gateway" -a \
    -r "$srcdir/core/lang/fr.lang"; then
	skip "not root, or nobody cannot reach the build"
	finish
	exit 0
fi
chmod 711 "$tmp"
low=$("$python" - <<'END'
import socket
for port in range(1023, 511, -1):
    with socket.socket() as s:
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            continue
        print(port)
        break
END
)
service_conf "next-hop = 127.0.0.1:9" 'user = nobody'
sed -i "s,^gateway-listen.*,gateway-listen = \"127.0.0.1:$low; \
unix:$tmp/home/in mode=622\"," "$conf"
chmod 644 "$conf"
service_start
is $? 0 "it comes up"
is "$gateway" "127.0.0.1:$low,unix:$tmp/home/in" "on a low port, among others"
is "$(stat -c '%U %a' "$tmp/home/ledger.db" "$tmp/home/in" | cut -d' ' -f1 |
    sort -u)" nobody "what it makes is the user's"
caps() { # PID: user, capabilities, no_new_privs
	echo "$(stat -c %U "/proc/$1") $(sed -n \
	    's/^\(CapPrm\|CapEff\|CapAmb\|NoNewPrivs\):\t0*\([0-9a-f]\)/\2/p' \
	    "/proc/$1/status" | tr '\n' ' ')"
}
for child in $(ps -o pid= --ppid "$service_pid"); do
	is "$(caps "$child")" "nobody 0 0 0 1 " \
	    "$(basename "$(tr '\0' '\n' <"/proc/$child/cmdline" | head -1)"): \
nobody, no capability, no way to one"
done
is "$(caps "$service_pid")" "nobody 400 400 400 1 " \
    "promised: nobody, the low ports only"
old=$(ps -o pid=,args= --ppid "$service_pid" | awk '/gateway/ { print $1 }')
kill -9 "$old"
ok "a new gateway has the low port again" until_true \
    'new=$(ps -o pid=,args= --ppid "$service_pid" |
	awk "/gateway/ { print \$1 }"); [ -n "$new" ] && [ "$new" != "$old" ] &&
	"$python" -c "import socket
socket.create_connection((\"127.0.0.1\", $low)).recv(9)"'
service_stop
is "$status" 0 "it ends with 0"

printf 'user = root\n' >>"$conf"
sed -i '/^user = nobody/d' "$conf"
like "$("$builddir/promised" -c "$conf" 2>&1)" "'root' is root" \
    "root is no user to become"
sed -i 's/^user = .*/user = daemon/' "$conf"
like "$(setpriv --reuid=nobody --regid=nogroup --clear-groups \
    "$builddir/promised" -c "$conf" 2>&1)" "only root can become 'daemon'" \
    "nor may nobody become another"
finish
