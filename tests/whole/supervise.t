# supervise.t - promised against stand-ins that die, hang and refuse on demand
. "$srcdir/tests/tap.sh"

home=$tmp/home
mkdir "$tmp/programs" "$tmp/said"
export said="$tmp/said"
PROMISED_LIBEXECDIR=$tmp/programs
export PROMISED_LIBEXECDIR

# A stand-in writes how it was called, one line a start, and does what
# $said/NAME.do says: works (default), slow to end, deaf, exit N.
cat >"$tmp/programs/stand-in" <<'END'
#!/usr/bin/perl
use strict;
my ($name) = $0 =~ /promised-(\w+)$/;
my $said = $ENV{said};
my %base = (gateway => 20000, feed => 30000);
my $address = $base{$name} ? '127.0.0.1:' . ($base{$name} + $$ % 1000) : '-';
/^\Q$name\E-listen=(.*)/ and $address = $1 for @ARGV;
sub note { open my $f, '>>', "$said/$_[0]"; syswrite $f, "$_[1]\n"; }
sub todo { open my $f, '<', "$said/$name.do" or return ''; <$f> }
my $todo = todo();
sub end { select(undef, undef, undef, $todo =~ /^slow/ ? 0.5 : 0);
	note('ended', $name); exit 0; }
$SIG{TERM} = $todo =~ /^deaf/ ? sub { note('heard', $name) } : \&end;
$SIG{HUP} = sub { note('hup', $name) };
exit 0 if grep { $_ eq '-t' } @ARGV;
note($name, "$$ @ARGV");
exit $1 if $todo =~ /^exit (\d)/;
open my $ready, '>&=', $ENV{PROMISED_READY_FD};
syswrite $ready, "$name $address\n";
sleep while 1;
END
chmod +x "$tmp/programs/stand-in"
for name in gateway reader feed remind; do
	ln -s stand-in "$tmp/programs/promised-$name"
done

conf=$tmp/promised.conf
printf 'home = %s\ngateway-listen = 127.0.0.1:0\nfeed-listen = 127.0.0.1:0\n' \
    "$home" >"$conf"

# until_true COMMAND - poll for 20 s
until_true() {
	tries=200
	until eval "$1"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
}
start() { # [options] - $pid, output in $tmp/out and $tmp/err
	: >"$tmp/out"
	"$builddir/promised" -c "$conf" "$@" >"$tmp/out" 2>"$tmp/err" &
	pid=$!
}
is_ready() { until_true 'grep -q "^promised ready" "$tmp/out"'; }
ends() { # STATUS "what it shows"
	wait "$pid"
	is $? "$1" "$2"
}
last_pid() { sed -n '$s/ .*//p' "$said/$1"; }
# is_gone PID - ended; who inherits it may be slow to wait for it
is_gone() { until_true "! grep -qs ') [^ZX] ' /proc/$1/stat"; }
forget() { rm -f "$said"/*; }
at_exit 'kill -9 $pid 2>/dev/null'

# --- before anything starts
"$builddir/promised" -t -c "$conf" >"$tmp/t" 2>&1
is $? 0 "-t: good settings are good"
ok "-t makes nothing" test ! -e "$home"
echo "no-such-setting = 1" >"$tmp/bad.conf"
"$builddir/promised" -t -c "$tmp/bad.conf" >"$tmp/t" 2>&1
is $? 2 "-t: an unknown setting is refused"
like "$(cat "$tmp/t")" 'bad.conf:1: .*no-such-setting' "with file, line, name"
# unfit WORDS -o… - a setting that misses something is said by -t, with 1
unfit() {
	words=$1
	shift
	"$builddir/promised" -t -c "$conf" "$@" >"$tmp/t" 2>&1
	is $? 1 "-t: $2 is not enough"
	like "$(cat "$tmp/t")" "$words" "and it says why"
}
unfit "'feed-folder' wants 'feed-url'" -o feed-folder="$tmp"
unfit 'feed-folder: .*No such file' -o feed-folder="$tmp/none" \
    -o feed-url=http://f.example
unfit "'remind-user' wants" -o remind-user=anna
unfit "password-file '/none': No such file" \
    -o 'imap=127.0.0.1:1 user=anna tls=no password-file=/none'
"$builddir/promised" -t -c "$conf" -o 'journal-listen=[::1]:24 tls=no' \
    >"$tmp/t" 2>&1
is $? 2 "-t: a word that has no place is refused"
like "$(cat "$tmp/t")" 'journal-listen.*only clients=' "by name"
echo 'own-domains = a.example, b.example' >"$tmp/bad.conf"
"$builddir/promised" -t -c "$tmp/bad.conf" >"$tmp/t" 2>&1
like "$(cat "$tmp/t")" 'bad.conf:1: .* double quotes' "quotes are asked for"
"$builddir/promised" -c "$tmp/none.conf" >"$tmp/t" 2>&1
is $? 2 "a settings file that is not there is refused"
"$builddir/promised" -c "$conf" surplus >"$tmp/t" 2>&1
is $? 2 "a surplus argument is refused"

# --- ready, and what the programs are told
start -o timezone=Europe/Paris
ok "it comes up" is_ready
like "$(cat "$tmp/out")" \
    '^promised ready gateway=127\.0\.0\.1:2[0-9]+ feed=127\.0\.0\.1:3[0-9]+$' \
    "the ready line names both addresses"
is "$(wc -l <"$tmp/out")" 1 "and is all there is on stdout"
is "promised ready $(cat "$home/run/addresses")" "$(cat "$tmp/out")" \
    "run/addresses holds the same"
is "$(stat -c %a "$home" "$home"/* | grep -v '0$')" "" \
    "home and what is in it are closed to others"
is "$(cut -d' ' -f2- "$said/reader")" "-c $conf -o timezone=Europe/Paris" \
    "programs get the same -c and -o"

# --- a child that dies
old=$(last_pid gateway)
address=$(sed 's/.*gateway=\([^ ]*\).*/\1/' "$home/run/addresses")
kill -9 "$old"
ok "a killed gateway is started again" \
    until_true '[ "$(last_pid gateway)" != "$old" ]'
like "$(tail -1 "$said/gateway")" " -o gateway-listen=$address\$" \
    "on the address it had"
like "$(cat "$tmp/err")" \
    'event=child.died child=gateway pid='"$old"' how="signal 9" delay_ms=100' \
    "and an event says so"
old=$(last_pid gateway)
ok "it works again" until_true 'kill -0 "$old"'
kill -9 "$old"
ok "a second death waits longer" \
    until_true 'grep -q "child=gateway.*delay_ms=200" "$tmp/err"'

# --- one promised a home
timeout -k 1 20 "$builddir/promised" -c "$conf" >"$tmp/t" 2>&1
is $? 75 "a second promised on the same home is refused"
like "$(cat "$tmp/t")" "process $pid" "it names the one that runs"
ok "the first does not mind" kill -0 "$pid"

# --- SIGHUP
ok "the gateway is back" \
    until_true '[ "$(wc -l <"$said/gateway")" = 3 ]'
cp "$conf" "$tmp/good.conf"
echo "no-such-setting = 1" >>"$conf"
kill -HUP "$pid"
ok "bad settings change nothing" \
    until_true 'grep -q "event=fault.*no-such-setting" "$tmp/err"'
cp "$tmp/good.conf" "$conf"
before=$(last_pid feed)
gateway=$(last_pid gateway)
kill -HUP "$pid"
ok "the same ones start every program anew" \
    until_true '[ "$(grep -c ready "$tmp/out")" = 2 ]'
ok "the old ones have ended" is_gone "$before"
is "$(last_pid gateway) $(cat "$said/hup")" "$gateway gateway" \
    "but the gateway goes on and hears of it"
echo "hostname = other.example" >>"$conf"
echo slow >"$said/gateway.do"
kill -HUP "$pid"
ok "others start every program anew" \
    until_true '[ "$(grep -c ready "$tmp/out")" = 3 ]'
ok "the gateway, too" is_gone "$gateway"
is "$(sort -u "$tmp/out" | wc -l)" 1 "a port of 0 stays the port it was"

# --- the end
rm -f "$said/ended" "$said/gateway.do"
kill -TERM "$pid"
ends 0 "SIGTERM: ends with 0"
is "$(head -1 "$said/ended")" gateway "the gateway ended first"
is "$(wc -l <"$said/ended")" 4 "every program had time to end"
ok "run/addresses is gone" test ! -e "$home/run/addresses"
like "$(tail -1 "$tmp/err")" 'event=service.stop' "the last event says so"

start
is_ready
gateway=$(last_pid gateway)
kill -HUP "$pid"
kill -TERM "$pid"
ends 0 "SIGTERM behind a SIGHUP ends it, too"
ok "with the gateway" is_gone "$gateway"

# --- killed outright
start
is_ready
children=$(for name in gateway reader feed remind; do last_pid $name; done)
kill -9 "$pid"
wait "$pid" 2>/dev/null
for child in $children; do is_gone "$child" || echo "$child lives"; done \
    >"$tmp/living"
is "$(cat "$tmp/living")" "" "kill -9: the programs end with promised"
start
ok "and it starts again at once" is_ready

# --- a second signal does not wait for the deaf
kill -TERM "$pid"
wait "$pid"
forget
echo deaf >"$said/gateway.do"
start
is_ready
kill -TERM "$pid"
deaf=$(last_pid gateway)
until_true 'test -e "$said/heard"'
ok "a deaf gateway is given time" kill -0 "$deaf"
kill -TERM "$pid"
ends 0 "a second SIGTERM ends it"
ok "the deaf one is gone" is_gone "$deaf"

# --- what never works
forget
echo exit 2 >"$said/feed.do"
start
ends 1 "a program that refuses its settings ends all"
like "$(cat "$tmp/err")" 'promised-feed does not start \(exit 2\)' \
    "and is named"
is "$(wc -l <"$said/feed")" 1 "without a second try"
forget
echo exit 1 >"$said/reader.do"
start
ends 1 "one that dies again and again ends all"
is "$(wc -l <"$said/reader")" 6 "after six tries"
rm "$tmp/programs/promised-remind"
PROMISED_LIBEXECDIR=$tmp/programs "$builddir/promised" -t -c "$conf" \
    >"$tmp/t" 2>&1
missing=$?
if [ -x "$builddir/promised-remind" ]; then missing=1; fi
is $missing 1 "-t: a program that is not there is missed"
forget

# --- systemd
if command -v python3 >/dev/null; then
	ln -s stand-in "$tmp/programs/promised-remind"
	python3 - "$tmp/notify" >"$tmp/notified" 2>&1 <<'END' &
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
s.settimeout(30)
while True:
    text = s.recv(1000).decode()
    print(text, flush=True)
    if text.startswith("STOPPING"):
        break
END
	listener=$!
	until_true 'test -S "$tmp/notify"'
	NOTIFY_SOCKET=$tmp/notify start
	is_ready
	kill -TERM "$pid"
	wait "$pid"
	wait $listener
	is "$(grep -v STATUS "$tmp/notified" | tr '\n' ' ')" \
	    "READY=1 STOPPING=1 " "systemd is told READY and STOPPING"
else
	skip "no python3 to play systemd"
fi
finish
