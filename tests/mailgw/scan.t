# scan.t - promise scan: files in, promises out
. "${srcdir:=.}/tests/tap.sh"

scan=$builddir/promise-scan
own=$srcdir/tests/mailgw/own
PROMISED_CONF=
unset PROMISED_CONF

got=$("$scan" --json "$own/fr-plain.eml")
is $? 0 "reads a file"
is "$(printf '%s\n' "$got" | wc -l)" 1 "one promise, one line"
like "$got" '^\{"file":"[^"]*/fr-plain.eml","message_id":"fr-plain@tests.example","text":"Je vous envoie le devis demain.","kind":"action","due":"2026-12-08","from":null,"after":null,"condition":null,"hedged":false,"lang":"fr","warnings":\[\]\}$' \
	"every member, in its order"
is "$("$scan" --json "$own/fr-gmail-reply.eml" | wc -l)" 1 \
	"what was quoted is not the author's"
is "$("$scan" --json - <"$own/fr-plain.eml" | cut -c1-12)" '{"file":"-",' \
	"reads standard input"
is "$("$builddir/promise" scan --json "$own/fr-plain.eml")" "$got" \
	"promise scan is the same"
like "$("$scan" "$own/fr-plain.eml")" '^ *2026-12-08 +action +Je vous' \
	"a line for people"
like "$("$scan" --explain "$own/fr-plain.eml")" '^ {8,}[^ ]' "with reasons"
is "$("$scan" "$own/fr-plain.eml" "$own/fr-sig-ps.eml" | grep -c '\.eml$')" 2 \
	"names the files where there are several"
is "$("$scan" --words "$own/fr-gmail-reply.eml")" \
	"$(cat "$own/fr-gmail-reply.txt")" "shows the author's own words"

"$scan" "$own/none.eml" "$own/fr-plain.eml" >"$tmp/out" 2>"$tmp/err"
is $? 1 "a file that is not there: status 1"
like "$(cat "$tmp/err")" 'none.eml: No such file' "its name on stderr"
like "$(cat "$tmp/out")" 'Je vous envoie' "the others are read"
"$scan" "$own" >"$tmp/out" 2>"$tmp/err"
is $? 1 "a folder: status 1"
like "$(cat "$tmp/err")" 'is a folder' "and says so"
: >"$tmp/empty"
"$scan" "$tmp/empty" 2>"$tmp/err"
is $? 1 "an empty file: status 1"
"$scan" >/dev/null 2>&1
is $? 2 "no file: usage"
"$scan" --nonsense x >/dev/null 2>&1
is $? 2 "an unknown option: usage"
"$scan" --zone Nowhere/Land "$own/fr-plain.eml" >/dev/null 2>&1
is $? 2 "a zone that is not known is refused"

sed -e 's/^To: .*/To: anna@atelier-morel.example/' "$own/fr-plain.eml" \
	>"$tmp/internal.eml"
is "$("$scan" --json "$tmp/internal.eml")" "" "colleagues are told nothing new"
like "$("$scan" -v "$tmp/internal.eml" 2>&1)" 'internal' "-v says why"

printf 'From: a@atelier.example\nTo: b@client.example\n' >"$tmp/bad.eml"
printf 'Date: Mon, 7 Dec 2026 10:00:00 +0100\n' >>"$tmp/bad.eml"
printf 'Content-Type: multipart/mixed; boundary="\\""\n\n' >>"$tmp/bad.eml"
printf 'Je vous envoie le devis demain.\n' >>"$tmp/bad.eml"
"$scan" --json "$tmp/bad.eml" >"$tmp/out" 2>"$tmp/err"
is $? 0 "205 octets that kill libetpan"
like "$(cat "$tmp/err")" 'read in part' "are read in part"
finish
