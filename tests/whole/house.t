# house.t - the rules of the house that a machine can check
#
# The arrows of CONTRIBUTING.md (who may include whom), a manual page for
# every program, every event and every setting in a manual page, the layout.
. "$srcdir/tests/tap.sh"
cd "$srcdir" || exit 1

files() { # PATTERN… below the rooms
	for pattern; do
		find core mailgw cal tests -name "$pattern" -type f
	done | sort
}
none() { # TEXT "what it shows"
	is "$1" "" "$2"
}

# --- arrows
none "$(grep -nE '#include "(mailgw|cal)/' -r core)" \
    "core knows neither mailgw nor cal"
none "$(grep -nE '#include "cal/' -r mailgw)" "mailgw does not know cal"
none "$(grep -nE '#include "mailgw/' -r cal)" "cal does not know mailgw"
none "$(grep -lE '#include <libetpan/' -r core mailgw cal |
    grep -vE '^mailgw/(message|reader|sources/imap_)|^cal/remind/')" \
    "libetpan's headers stay where mail is read or written"
none "$(grep -lE '#include <libical/' -r core mailgw cal | grep -v '^cal/')" \
    "libical's headers stay in cal"
none "$(grep -lE '#include <sqlite3' -r core mailgw cal |
    grep -v '^core/ledger/')" "SQLite's header stays behind the ledger"
none "$(grep -lE '#include <(sys/socket|netinet|event2|netdb)' -r core |
    grep -v '^core/service/notify.c$')" \
    "no socket in core, but for telling systemd"
none "$(grep -nE '\<(clock_gettime|gettimeofday|setlocale)\(' -r core |
    grep -vE '^core/(service|cli|secret|banned.h)')" \
    "no clock and no locale in core, but in its programs, and to wait for a password"

# leads_to_core HEADER - its first include is core.h, or leads there
leads_to_core() {
	case $1 in
	core/core.h) return 0 ;;
	'') return 1 ;;
	esac
	leads_to_core "$(sed -n \
	    '/^#include/{s/^#include "\([^"]*\)".*/\1/p;q}' "$1")"
}

# --- calls we do not make, also where the compiler does not see banned.h
calls='strcpy|strcat|strncpy|sprintf|vsprintf|strtok|atoi|atol|gmtime|localtime'
none "$(files '*.c' '*.h' | xargs grep -nE "(^|[^a-z_A-Z])($calls)\(" |
    grep -vE ':[[:space:]]*(/?\*|//)')" "no banned call"
none "$(for file in $(find core mailgw cal -name '*.c'); do
	head=$(sed -n '/^#include/{s/^#include "\([^"]*\)".*/\1/p;q}' "$file")
	[ "$head" = core/core.h ] || leads_to_core "$head" || echo "$file"
done)" "every .c file first includes core.h, or a header that does"
none "$(find core mailgw cal \( -name '*.c' -o -name '*.h' \) \
    -exec awk 'FNR == 1 && !/^\/\*/ { print FILENAME }' {} +)" \
    "every file begins by saying what it is for"

# --- packages
none "$(sed -n 's/^NEED(\[.*\[\([^]]*\)\])$/\1/p' configure.ac |
    while read -r package; do
	grep -q "^build	$package	" contrib/packages || echo "$package"
done)" "contrib/packages has each package that configure asks for"

# --- the machine it was written on is nobody's business
workshop='(^|[^a-z.])/[w]ork/|\.\./[s]hared|/tmp/[h]/'
none "$(grep -nIE "$workshop" -r core mailgw cal tests contrib README.md \
    CONTRIBUTING.md NEWS.md configure.ac Makefile.am | head -20)" \
    "nothing names the workshop"

# --- manual pages
pages=$(find core mailgw cal contrib -name '*.[1578]' | sort)
programs() { # from the Makefile that configure wrote
	awk '/\\$/ { sub(/\\$/, ""); line = line $0; next }
	    { print line $0; line = "" }' "$builddir/Makefile" |
	    sed -n 's/^\(bin\|sbin\|pkglibexec\)_PROGRAMS = //p' |
	    tr -s ' \t' '\n\n' | sed 's/\$(EXEEXT)//' | grep .
}
ok "there are programs" test "$(programs | wc -l)" -ge 1
none "$(for name in $(programs | xargs -n1 basename); do
	echo "$pages" | grep -q "/$name\.[18]\$" || echo "$name"
done)" "every program has a manual page"
if command -v mandoc >/dev/null; then
	none "$(for page in $pages; do
		mandoc -Tlint "$page" | grep -v -e 'referenced manual not found' \
		    -e 'possible typo in section name'
	done)" "mandoc finds nothing wrong with any page"
else
	skip "no mandoc"
fi
plain=$tmp/pages
for page in $pages; do
	sed 's/\\-/-/g; s/\\&//g' "$page"
done >"$plain"
none "$(sed -n 's/^LOG_EVENT([^"]*"\([^"]*\)".*/\1/p' core/log/events.def |
    while read -r event; do
	grep -qwF -- "$event" "$plain" || echo "$event"
done)" "every event is in a manual page"
none "$(sed -n 's/.*{ \.name = "\([^"]*\)".*/\1/p' core/settings/settings.c |
    while read -r name; do
	grep -qwF -- "$name" "$plain" || echo "$name"
done)" "every setting is in a manual page"

# --- layout
if clang-format --version 2>/dev/null | grep -q 'version 14'; then
	odd=$(files '*.c' '*.h' | xargs clang-format --dry-run 2>&1 |
	    sed -n 's/^\([^ :]*\):.*warning:.*/\1/p' | sort -u | wc -l)
	is "$odd" 0 "clang-format agrees with every file (make format)"
else
	skip "no clang-format 14"
fi
none "$(find core mailgw cal -name '*.[ch]' -exec awk \
    'END { if (FNR > 800) print FILENAME ": " FNR " lines" }' {} \;)" \
    "no file is longer than one can read at once"
finish
