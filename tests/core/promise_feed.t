#!/bin/sh
# promise feed add, list, revoke; promise unread; promise config
. "$srcdir/tests/tap.sh"
. "$srcdir/tests/core/promise_cmd.sh"

run promise feed list
is "$status" 1 "no ledger, no feed"
run promise feed add
is "$status" 0 "the first feed may come before the first mail"
like "$out" '^http://127\.0\.0\.1:8025/feed/[A-Za-z0-9_-]{43}\.ics$' "the address alone"
token=${out##*/feed/}
token=${token%.ics}
hash=$(printf %s "$token" | sha256sum | cut -c1-64)
is "$(python3 - "$home/ledger.db" <<'END'
import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute("SELECT hex(token_hash) FROM feed").fetchone()[0].lower())
END
)" "$hash" "only its SHA-256 is kept"
is "$(grep -c "$token" "$home/ledger.db" "$home/ledger.db-wal" 2>/dev/null | grep -vc ':0$')" 0 "the token is nowhere"
run promise feed add
is "$([ "${out##*/feed/}" != "$token.ics" ] && echo other)" other "each has its own"

mkdir -p "$home/run"
echo "127.0.0.1:4711" >"$home/run/feed.address"
run promise feed add --name 'Équipe' --lang fr --customer client.example --author anne@acme.example
like "$out" '^http://127\.0\.0\.1:4711/feed/' "the address really bound"
run promise -o feed-url=https://cal.acme.example/p/ feed add ventes
like "$out" '^https://cal\.acme\.example/p/feed/[A-Za-z0-9_-]{43}\.ics$' "the address that the settings name"

run promise feed revoke 2
is "$status:$out" "0:" "revoked"
run promise feed revoke 2
is "$status" 1 "not twice"
run promise feed revoke x
is "$status" 2 "no number"
run promise feed list
is "$out" 'ID  NAME      LANG  ONLY                               CREATED           LAST USED  STATE
 1  Promises  en                                       2026-11-19 10:00  never      active
 2  Promises  en                                       2026-11-19 10:00  never      revoked
 3  Équipe    fr    client.example, anne@acme.example  2026-11-19 10:00  never      active
 4  ventes    en                                       2026-11-19 10:00  never      active' "list"
run promise feed list --json
is "$(printf '%s\n' "$out" | sed -n 3p)" '{"id":3,"name":"Équipe","lang":"fr","customer":"client.example","author":"anne@acme.example","created_at":"2026-11-19T09:00:00Z","used_at":null,"revoked_at":null,"team":null,"kind":null,"as":"events","alarms":null,"private":false}' "list --json"
is "$(printf '%s\n' "$out" | grep -c "$token")" 0 "no token in it"
run promise feed add --lang de
is "$status" 2 "a language unknown here"
run promise feed drop
is "$status" 2 "no such thing to do"
run promise feed
is "$status" 2 "nothing to do"

run promise unread
is "$status:$out" "0:" "nothing unread"
mkdir -p "$home/unread"
printf 'From: x\n' >"$home/unread/17.eml"
printf 'the parser died: \033[31msignal 11\n' >"$home/unread/17.reason"
touch -d 2026-11-18T12:00:00Z "$home/unread/17.reason"
run promise unread
is "$out" 'ID  SINCE             SIZE  REASON
17  2026-11-18 13:00     8  the parser died: �[31msignal 11' "unread"
run promise unread --json
is "$out" '{"id":"17","at":"2026-11-18T12:00:00Z","size":8,"reason":"the parser died: \u001B[31msignal 11"}' "unread --json"

run promise -o lang=fr config
is "$status" 0 "config"
like "$out" '^home = "'"$home"'"$' "its values"
like "$out" '^lang = "fr"$' "overrides too"
like "$out" '^# Connections the gateway holds' "with their meaning"
printf '%s\n' "$out" >"$tmp/again.conf"
run promise -c "$tmp/again.conf" config
is "$status" 0 "can be read back"
printf 'home = /x\nwork-hours = 9-18\n' >"$tmp/bad.conf"
run promise -c "$tmp/bad.conf" list
is "$status" 1 "settings that are wrong"
is "$err" "promise: $tmp/bad.conf:2: work-hours: '9-18' is not like \"09:00-18:00\"" "with file and line"
finish
