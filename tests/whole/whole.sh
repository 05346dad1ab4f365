# whole.sh - start the real service; sourced after tap.sh
#
#	until_true 'COMMAND'	polls for it, 30 s
#	next_hop_start		aiosmtpd on a free port: $hop_port, $tmp/delivered
#	service_conf LINE…	writes $conf, listening on free ports
#	service_start [-o …]	$service_pid, $gateway, $feed; fails if not ready
#	service_stop		SIGTERM, waits, sets $status

# the one that sees Debian's packages, whatever else is in PATH
python=/usr/bin/python3
[ -x $python ] || python=python3

conf=$tmp/promised.conf
service_pid='' hop_pid=''
at_exit '[ -z "$service_pid" ] || kill -9 "$service_pid" 2>/dev/null'
at_exit '[ -z "$hop_pid" ] || kill "$hop_pid" 2>/dev/null'

until_true() {
	tries=${TRIES:-300}
	until eval "$1"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
}

# need COMMAND… - the whole file is skipped where one is missing
need() {
	for command; do
		command -v "$command" >/dev/null || {
			echo "1..0 # SKIP $command is not installed"
			exit 0
		}
	done
}

next_hop_start() {
	"$python" "$srcdir/contrib/try.d/next-hop.py" "$tmp/delivered" \
	    >"$tmp/hop" 2>"$tmp/hop.err" &
	hop_pid=$!
	until_true 'test -s "$tmp/hop" || ! kill -0 $hop_pid'
	hop_port=$(cat "$tmp/hop")
}

service_conf() {
	{
		echo "home = $tmp/home"
		echo "gateway-listen = 127.0.0.1:0"
		echo "feed-listen = 127.0.0.1:0"
		for line; do echo "$line"; done
	} >"$conf"
	PROMISED_CONF=$conf
	export PROMISED_CONF
}

service_start() {
	: >"$tmp/ready"
	"$builddir/promised" -c "$conf" "$@" >"$tmp/ready" \
	    2>>"$tmp/promised.log" &
	service_pid=$!
	until_true 'grep -q "^promised ready" "$tmp/ready" ||
	    ! kill -0 $service_pid 2>/dev/null'
	gateway=$(sed -n 's/.*gateway=\([^ ]*\).*/\1/p' "$tmp/ready")
	feed=$(sed -n 's/.* feed=\([^ ]*\).*/\1/p' "$tmp/ready")
	[ -n "$gateway" ] || {
		tail -20 "$tmp/promised.log" | sed 's/^/# /'
		return 1
	}
}

service_stop() {
	kill -TERM "$service_pid"
	wait "$service_pid"
	status=$?
	service_pid=''
}

# lives PID - runs still; a zombie, which its parent may be slow to bury, is dead
lives() { grep -qs ') [^ZX] ' "/proc/$1/stat"; }

promise() { "$builddir/promise" "$@"; }

# promises - how many are in the ledger
promises() { promise list --json 2>/dev/null | wc -l; }

# mail_log - the service's log as TAP comments, for a failing test
mail_log() { tail -40 "$tmp/promised.log" | sed 's/^/# /'; }
