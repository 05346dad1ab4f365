#!/bin/sh
# promise: help, version, faults of usage, terminals and colours
. "$srcdir/tests/tap.sh"
. "$srcdir/tests/core/promise_cmd.sh"
mkdir "$home"
seed_five

run promise --help
is "$status" 0 "help"
like "$out" '^  overdue +show what is late; exits 1' "names the commands"
run promise -o lang=de list
is "$status" 1 "settings that are wrong are no fault of usage"
LC_ALL=fr_FR.UTF-8 run promise help
like "$out" '^Utilisation: promise' "help in French"
for command in $(promise help | sed -n 's/^  \([a-z]*\)  .*/\1/p'); do
	[ "$command" = help ] && continue
	run promise help "$command"
	like "$out" "^Usage: promise $command" "help $command"
	run promise "$command" --help
	like "$out" "^Usage: promise $command" "$command --help"
done
run promise --version
like "$out" '^promise [0-9]+\.[0-9]+' "version"
run promise
is "$status" 2 "no command"
like "$err" 'Commands:' "shows help on standard error"
run promise lsit
is "$status" 2 "a command that is none"
like "$err" "no command 'lsit'; did you mean 'list'\?" "with the nearest one"
run promise foo
is "$(echo "$err" | head -1)" "promise: no command 'foo'" "and none that is far"
run promise help help
is "$status" 0 "help of help is help"
run promise "$(printf 'x\033[31m')"
is "$(printf '%s' "$err" | grep -c "$(printf '\033')")" 0 "no escape is repeated"
run promise list --bogus
is "$status" 2 "an option that is none"
like "$err" "there is no option '--bogus'" "named"
run promise list -x
is "$status" 2 "a letter that is none"
run promise show --note x 1
is "$status" 2 "an option of another command"
run promise list --author
is "$status" 2 "an option without its value"
run promise list extra
is "$status" 2 "an argument too many"
run "$builddir/promise" --at yesterday list
is "$status" 2 "an instant that is none"
run "$builddir/promise" --at 2026-11-19T09:00:00Z today
first=$out
for form in 2026-11-19T10:00 '2026-11-19 10:00:00' 2026-11-19T10:00+01:00 \
    2026-11-19T04:00-0500 2026-11-19T09:00Z; do
	run "$builddir/promise" --at "$form" today
	is "$out" "$first" "--at $form"
done
run "$builddir/promise" list --at 2026-11-19T10:00
is "$status" 0 "--at behind the command"
run promise -c "$tmp/none.conf" list
is "$status" 1 "a settings file that is not there"
PROMISED_CONF=$tmp/none.conf run promise list
is "$status" 1 "nor where the environment says"
run sh -c '"$1" --at 2026-11-19 list >/dev/full' - "$builddir/promise"
is "$status" 1 "an answer that cannot be written is a failure"

# a program of another room becomes a command
run promise frob
is "$status" 2 "no program of that name"
mkdir "$PROMISED_LIBEXECDIR"
for name in frob scan; do
	printf '#!/bin/sh\necho "%s $*"\nexit 9\n' $name >"$PROMISED_LIBEXECDIR/promise-$name"
	chmod +x "$PROMISED_LIBEXECDIR/promise-$name"
done
run "$builddir/promise" frob --json x
is "$status:$out" "9:frob --json x" "a program promise-NAME is a command"
run "$builddir/promise" -c "$tmp/none.conf" scan --json -- -x
is "$status:$out" "9:scan --json -- -x" "scan gets its words as they are, settings or not"

# on a terminal: colours unless told otherwise, cut to its width
if script -qec true /dev/null </dev/null >/dev/null 2>&1; then
	term() {
		script -qec "stty cols 60 2>/dev/null; $1" /dev/null </dev/null | tr -d '\r'
	}
	TERM=xterm
	export TERM
	out=$(term "'$builddir/promise' --at $at list")
	like "$out" "$(printf '\033')\[31m 1" "late ones are red"
	like "$out" '…' "long texts are cut"
	out=$(NO_COLOR=1 term "'$builddir/promise' --at $at list")
	is "$(printf '%s' "$out" | grep -c "$(printf '\033')")" 0 "NO_COLOR"
	is "$(printf '%s\n' "$out" | python3 -c '
import sys, unicodedata
def width(s): return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in s)
print(max(width(l.rstrip("\n")) for l in sys.stdin) <= 60)')" True "no line is wider than the terminal"
	out=$(COLUMNS=200 NO_COLOR=1 term "'$builddir/promise' --at $at list")
	is "$(printf '%s' "$out" | grep -c '…')" 0 "COLUMNS decides"
	out=$(TERM=dumb term "'$builddir/promise' --at $at list")
	is "$(printf '%s' "$out" | grep -c "$(printf '\033')")" 0 "a dumb terminal gets no colours"
	out=$(term "'$builddir/promise' --at 2020-01-01 overdue")
	like "$out" 'nothing is overdue' "a person is told that there is nothing"
	out=$(term "'$builddir/promise' --at $at today")
	like "$out" 'also overdue: 1 ' "today says what is late beside it"
else
	skip "no terminal to play in: script(1) or /dev/pts is missing"
fi
finish
