# promise_cmd.sh - what the tests of the command share; source it after tap.sh
#
#	$home, $PROMISED_CONF   a home of the test's own, its settings
#	seed <lines             fill the ledger (ledger_seed.c)
#	promise …               the command, at a fixed instant, in English
#	status                  exit status of the last `run`
#	run COMMAND…            output in $out, errors in $err

home=$tmp/home
PROMISED_CONF=$tmp/promised.conf
PROMISED_LIBEXECDIR=$tmp/libexec
TZ=Europe/Paris
USER=anne
export PROMISED_CONF PROMISED_LIBEXECDIR TZ USER
unset NO_COLOR COLUMNS LANG LC_MESSAGES
printf 'home = "%s"\n' "$home" >"$PROMISED_CONF"
at=2026-11-19T10:00

seed() { "$builddir/tests/core/ledger_seed" "$home/ledger.db"; }
promise() { "$builddir/promise" --at "$at" "$@"; }
run() {
	status=0
	out=$("$@" 2>"$tmp/err") || status=$?
	err=$(cat "$tmp/err")
}
# a tab, for the lines of seed
t=$(printf '\t')

# five promises: late, today, tomorrow, after an event, undated
seed_five() {
	seed <<-END
	due=2026-11-18T14:00${t}name=Hélène Dupont${t}text=Je vous envoie le devis corrigé mercredi avant 14 h.${t}why=words: je vous envoie\ndate: mercredi
	due=2026-11-20${t}lang=en${t}text=We will ship \e[31mit on Friday.${t}to=k@日本.example,b@x.example${t}author=bob@acme.example
	after=P3W${t}text=Délai : 3 semaines à réception${t}condition=à réception
	due=2026-11-19${t}from=2026-11-19T09:00${t}kind=appointment${t}text=Notre technicien passera jeudi${t}hedged${t}warnings=4
	text=Je vous tiens au courant
	END
}
