#!/bin/sh
# promise export: csv, json, ics; to stdout and to a file
. "$srcdir/tests/tap.sh"
. "$srcdir/tests/core/promise_cmd.sh"
mkdir "$home"
seed_five
seed <<END
author=cy@acme.example${t}id=q${t}text="Demain", dit-il, c'est promis${t}due=2026-11-17${t}condition==HYPERLINK("x")
END
promise kept 2 >/dev/null

run promise export --format csv
is "$status" 0 "csv succeeds"
cat >"$tmp/check.py" <<'END'
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1], newline=""), strict=True))
by = {r["id"]: r for r in rows}
assert len(rows) == 6, len(rows)
assert by["6"]["text"] == "\"Demain\", dit-il, c'est promis", by["6"]
assert by["6"]["condition"] == "'=HYPERLINK(\"x\")", by["6"]
assert by["6"]["late"] == "true"
assert by["2"]["state"] == "kept"
assert by["2"]["customers"] == "b@x.example k@日本.example"
assert "\x1b" not in by["2"]["text"]
assert by["3"]["after"] == "P3W" and by["3"]["due"] == ""
assert by["4"]["warnings"] == "closed" and by["4"]["from"] == "2026-11-19T09:00"
END
promise export --format csv >"$tmp/x.csv"
ok "and is what RFC 4180 wants" python3 "$tmp/check.py" "$tmp/x.csv"
is "$(sed -n 1p "$tmp/x.csv" | tail -c 6 | od -An -c | tr -d ' ')" 'zone\r\n' "with a head, lines end with CRLF"

run promise export -f json
is "$(printf '%s\n' "$out" | grep -c '^{"id":')" 6 "json, an object a line, settled ones too"
run promise export -f json --state kept
is "$(printf '%s\n' "$out" | grep -c .)" 1 "or those chosen"
run promise export -f json --customer x.example
is "$(printf '%s\n' "$out" | grep -c .)" 1 "of one customer"

umask 027
run promise export -f csv -o "$tmp/y.csv"
is "$status:$out" "0:" "to a file"
ok "the same" cmp "$tmp/x.csv" "$tmp/y.csv"
is "$(stat -c %a "$tmp/y.csv")" 640 "with the rights the umask leaves"
run promise export -f csv --output "$tmp/none/y.csv"
is "$status" 1 "a folder that is not there"
is "$(ls "$tmp" | grep -c 'y\.csv\.')" 0 "nothing half written stays"

run promise export
is "$status" 2 "no format"
run promise export -f xml
is "$status" 2 "a format unknown here"
like "$err" "'xml' is no format" "named"

# ics is made by another program: it gets the settings and the instant
run promise export -f ics
is "$status" 1 "no such program: failed"
like "$err" "the program 'promise-ics' is not installed" "and says so"
mkdir "$PROMISED_LIBEXECDIR"
cat >"$PROMISED_LIBEXECDIR/promise-ics" <<'END'
#!/bin/sh
echo "$PROMISED_CONF $*"
END
chmod +x "$PROMISED_LIBEXECDIR/promise-ics"
run "$builddir/promise" -c "$PROMISED_CONF" --at 2026-11-19T10:00 -o lang=fr \
    export -f ics --customer x.example --lang en --all
is "$out" "$PROMISED_CONF --at 2026-11-19T09:00:00Z -o lang=fr --customer x.example -o lang=en --all" \
	"ics: settings, instant, filters"
run promise export -f ics -o "$tmp/z.ics"
is "$(cat "$tmp/z.ics")" "$PROMISED_CONF --at 2026-11-19T09:00:00Z" "to a file too"
sed -i 's/echo.*/echo half; exit 75/' "$PROMISED_LIBEXECDIR/promise-ics"
run promise export -f ics -o "$tmp/z.ics"
is "$status" 75 "it asks for another try: so do we"
is "$(cat "$tmp/z.ics")" "$PROMISED_CONF --at 2026-11-19T09:00:00Z" "what was there stays"
finish
