# promise_forget.t - promises and people that are taken out for good
. "$srcdir/tests/tap.sh"
. "$srcdir/tests/core/promise_cmd.sh"

seed <<-END
due=2026-11-20${t}text=Le devis pour Zénobie${t}to=zenobie@client.example${t}author=anne@acme.example
due=2026-11-20${t}text=Le lot commun${t}to=zenobie@client.example,bob@other.example${t}author=anne@acme.example
due=2026-11-20${t}text=La part de Tom${t}to=bob@other.example${t}author=tom@acme.example
due=2026-11-21${t}text=Encore Tom${t}to=bob@other.example${t}author=tom@acme.example
END
left() { promise list --all --json |
    sed -n 's/.*"id": *\([0-9]*\),.*/\1/p'; }
inside() { grep -c -a -- "$1" "$home/ledger.db"* | grep -v ':0$'; }

ok "the file holds a name" test -n "$(inside zenobie)"
run promise forget
is $status 2 "nothing named: wrong usage"
run promise forget 1 --author tom@acme.example
is $status 2 "two things named: the same"
run promise forget x
is $status 2 "what is no number: the same"
run promise forget 99 --yes
is $status 1 "a number that there is not"

before=$(left)
run promise forget --customer zenobie@client.example
is "$status:$out" \
    "0:1 promises, 0 mails and 1 mentions would go for good; repeat with --yes" \
    "without --yes it is counted"
is "$(left)" "$before" "and nothing goes"
run promise forget --customer zenobie@client.example --yes
is "$status:$out" "0:1 promises, 0 mails and 1 mentions are gone" "a customer"
ok "one promise less" test "$(left | wc -w)" = 3
is "$(promise list --all --json | grep -c zenobie)" 0 "she is named nowhere"
is "$(promise list --all --json | grep -c 'Le lot commun')" 1 \
    "what was promised to others as well stays with them"
is "$(inside zenobie)$(inside 'Le devis pour')" "" \
    "the octets are gone from the file"
seed <<-END
due=2026-11-20${t}text=Le devis pour Zénobie${t}to=zenobie@client.example${t}author=anne@acme.example
END
is "$(promise list --all --json | grep -c zenobie)" 0 \
    "the same mail read again does not bring her back"

id=$(promise list --json | sed -n 's/.*"id": *\([0-9]*\),.*La part de Tom.*/\1/p')
USER=tom@acme.example promise kept \
    "$(promise list --json | sed -n 's/.*"id": *\([0-9]*\),.*Le lot commun.*/\1/p')" >/dev/null
run promise forget --author TOM@acme.example --yes
is "$status" 0 "an author"
ok "his promises are gone" test "$(left | wc -w)" = 1
is "$(inside tom@acme)$(inside TOM@acme)$(inside 'Encore Tom')" "" \
    "and his name is, from what others promised"
like "$(promise show "$(left)")" 'kept' "whose history stays"
run promise show "$id"
is $status 1 "his promise is not found"
run promise forget "$(left)" --yes
is "$status:$(left)" "0:" "one promise by its number"
ok "the ledger is whole" promise list --all
finish
