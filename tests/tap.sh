# tap.sh - TAP for command tests; source it: . "$srcdir/tests/tap.sh"
#
#	plan_later                      the plan comes with `finish`
#	ok "what it shows" COMMAND…     passes when the command does
#	is GOT WANT "what it shows"     passes when the two texts are equal
#	like TEXT REGEX "what"          passes when grep -E finds REGEX
#	skip "why"                      counts as passed, named skipped
#	finish                          prints the plan, removes $tmp
#
# $tmp is a folder of this test's own. $builddir and $srcdir are set by make.

: "${srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}" "${builddir:=$srcdir/build}"
export srcdir builddir
PROMISED_LANGDIR=${PROMISED_LANGDIR:-$srcdir/core/lang}
export PROMISED_LANGDIR
LC_ALL=C.UTF-8
export LC_ALL
tmp=$(mktemp -d)
tests_run=0

# at_exit COMMAND - run at the end, last given first
exit_commands=:
at_exit() { exit_commands="$1
$exit_commands"; }
trap 'eval "$exit_commands"; rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

pass() { tests_run=$((tests_run + 1)); echo "ok $tests_run - $1"; }
flunk() { tests_run=$((tests_run + 1)); echo "not ok $tests_run - $1"; }
ok() {
	name=$1
	shift
	if "$@" >"$tmp/ok.out" 2>&1; then pass "$name"; else
		flunk "$name"
		sed 's/^/# /' "$tmp/ok.out"
	fi
}
is() {
	if [ "$1" = "$2" ]; then pass "$3"; else
		flunk "$3"
		printf '%s\n' "got:" "$1" "wanted:" "$2" | sed 's/^/# /'
	fi
}
like() {
	if printf '%s\n' "$1" | grep -Eq -e "$2"; then pass "$3"; else
		flunk "$3"
		printf '%s\n' "got:" "$1" "wanted a match of: $2" | sed 's/^/# /'
	fi
}
skip() { tests_run=$((tests_run + 1)); echo "ok $tests_run # SKIP $1"; }
finish() { echo "1..$tests_run"; }
