# reply.t - answers to reminders: through the gateway, into the ledger, back
. "$srcdir/tests/tap.sh"
. "$srcdir/tests/whole/whole.sh"
need swaks "$python"
"$python" -c 'import aiosmtpd' 2>/dev/null || {
	echo "1..0 # SKIP python3-aiosmtpd is not installed"
	exit 0
}
hop=$tmp/hop
"$python" "$srcdir/tests/cal/hop.py" "$hop" >"$tmp/port" 2>"$tmp/hop.err" &
hop_pid=$!
until_true 'test -s "$tmp/port"'
service_conf "next-hop = 127.0.0.1:$(cat "$tmp/port")" \
    'own-domains = acme.example' 'timezone = Europe/Paris' \
    'remind-from = promises@acme.example' 'receipts = never' \
    'work-week = mon-sun' 'work-hours = 00:00-24:00' 'holidays = none'
mkdir -m 700 -p "$tmp/home"
seed() { "$builddir/tests/cal/seed" "$tmp/home/ledger.db" "$@"; }
seed record fr 2000-01-03 "Je vous rappelle lundi."
seed record fr 2000-01-04 "Je vous envoie le devis mardi."
seed record en 2000-01-05 "I'll send the letter on Wednesday."
SEED_AUTHOR=tom@acme.example seed record en 2000-01-06 "I'll ship it Thursday."
service_start
is $? 0 "promised is ready"
port=${gateway##*:}

mails() { ls "$hop" | grep -c '\.eml$'; }
to() { # ADDRESS: the last mail to it
	grep -lx -- "$1" "$hop"/*.env | tail -1 | sed 's/env$/eml/'
}
header() { "$python" "$srcdir/tests/cal/mail.py" "$1" "$2"; }
last() { "$python" "$srcdir/tests/cal/mail.py" "$(to "$1")"; }
n=0
year=$(($(date +%Y) + 1))
answer() { # FROM TO WORDS [swaks options]: 0 where it was accepted
	from=$1 rcpt=$2 words=$3
	shift 3
	n=$((n + 1))
	swaks -s 127.0.0.1 -p "$port" -f "$from" -t "$rcpt" --ehlo client.example \
	    --header "Message-Id: <answer.$n@acme.example>" \
	    --header 'Content-Type: text/plain; charset=utf-8' \
	    --header 'Content-Transfer-Encoding: 8bit' \
	    --header "In-Reply-To: <x@acme.example>" --body "$words

> Vous l'avez promis par courriel" "$@" >"$tmp/swaks" 2>&1
}
state() { promise list --all --json |
    sed -n "s/^.*\"id\": *$1,.*\"state\": *\"\([a-z]*\)\".*/\1/p"; }
taken() { grep -c 'event=remind.answer' "$tmp/promised.log"; }
wait_taken() { until_true "[ \"\$(taken)\" -ge $1 ]"; }

ok "both authors are reminded" until_true '[ "$(mails)" = 2 ]'
anne=$(header "$(to helene@acme.example)" Reply-To)
tom=$(header "$(to tom@acme.example)" Reply-To)
like "$anne" '^promises\+[0-9]+\.[0-9]+\.[0-9a-f]{24}@acme\.example$' \
    "with an address to answer to"

# --- one promise: a word is enough
answer tom@acme.example "$tom" "Done, thanks!"
is $? 0 "the gateway takes an answer"
ok "it is understood" wait_taken 1
is "$(state 4)" kept "the promise is kept"
ok "and answered" until_true '[ "$(mails)" = 3 ]'
like "$(last tom@acme.example)" '^No\. 4: kept\. I.ll ship it Thursday\.' \
    "with what was done"
is "$(header "$(to tom@acme.example)" In-Reply-To)" "<answer.1@acme.example>" \
    "in the same conversation"
is "$(header "$(to tom@acme.example)" Auto-Submitted)" "auto-replied" \
    "as a machine"
is "$(sed -n 1p "$(to tom@acme.example | sed 's/eml$/env/')")" "<>" \
    "from nobody, so that nothing comes back"

# --- several: the number says which
answer helene@acme.example "$anne" "C'est fait."
ok "a word for three promises" wait_taken 2
is "$(state 1)$(state 2)$(state 3)" openopenopen "changes none"
ok "asks back" until_true '[ "$(mails)" = 4 ]'
like "$(last helene@acme.example)" '^Laquelle \?' "which one"
answer helene@acme.example "$anne" "Bonjour,

1 : fait
n° 2 reporté au 3 décembre $year à 15 h
3 not a promise
9 fait

Merci, Hélène"
ok "three in one mail" wait_taken 3
is "$(state 1) $(state 3)" "kept not" "done and not a promise"
like "$(promise show 2)" "3 (déc|Dec)[^ ]* $year 15:00" "moved, by words of a date"
ok "all of it is answered" until_true '[ "$(mails)" = 5 ]'
like "$(last helene@acme.example)" "^Le n° 9 n’était pas" \
    "also what could not be done"

# --- what changes nothing
answer helene@acme.example "$anne" "1 : fait"
ok "a second time" wait_taken 4
is "$(state 1)" kept "is harmless"
n=$((n - 1))
answer helene@acme.example "$anne" "1 : fait"
is $? 0 "the very same mail again is taken"
forged=$(echo "$anne" | sed 's/\.[0-9a-f]*@/.000000000000000000000000@/')
answer evil@acme.example "$forged" "2 annulé"
ok "a forged address" wait_taken 5
is "$(state 2)" open "changes nothing"
other=$(echo "$anne" | sed 's/+[0-9]*\./+999./')
answer evil@acme.example "$other" "2 annulé"
ok "nor does another letter's number" wait_taken 6
answer helene@acme.example "$anne" "2 annulé" \
    --header 'Auto-Submitted: auto-replied'
ok "nor what a machine answers" wait_taken 7
answer helene@acme.example "$anne" "2 : pas encore fait"
ok "nor what is no order" wait_taken 8
answer helene@acme.example "$anne" "2 à evil@elsewhere.example"
ok "nor a stranger's address" wait_taken 9
is "$(state 2)" open "it is open as before"
until_true '[ "$(mails)" = 8 ]'
is "$(mails)" 8 "only what came to a good address is answered"

# --- handed over
answer helene@acme.example "$anne" "2 à paul@acme.example, merci"
ok "a colleague" wait_taken 10
ok "hears of it" until_true 'test -n "$(to paul@acme.example)"'
like "$(last paul@acme.example)" 'Je vous envoie le devis mardi' \
    "with the sentence"
like "$(promise list --author paul@acme.example --json)" 'devis mardi' \
    "and owns it"
paul=$(header "$(to paul@acme.example)" Reply-To)
answer paul@acme.example "$paul" "annulé"
ok "he may answer" wait_taken 11
is "$(state 2)" withdrawn "too"

# --- on top of a quoted reminder, in HTML alone, as clients write it
html() { # FROM TO: the body on stdin
	n=$((n + 1))
	{
		printf 'From: <%s>\r\nTo: <%s>\r\nSubject: Re: promis\r\n' "$1" "$2"
		printf 'Message-ID: <answer.%s@acme.example>\r\n' "$n"
		printf 'In-Reply-To: <x@acme.example>\r\nMIME-Version: 1.0\r\n'
		printf 'Content-Type: text/html; charset=utf-8\r\n'
		printf 'Content-Transfer-Encoding: 8bit\r\n\r\n'
		cat
	} >"$tmp/html"
	swaks -s 127.0.0.1 -p "$port" -f "$1" -t "$2" --ehlo client.example \
	    --data @"$tmp/html" >"$tmp/swaks" 2>&1
}
for i in 5 6 7 8; do
	SEED_AUTHOR=a$i@acme.example seed record fr 2000-01-0$i "Le lot $i jeudi."
done
for i in 5 6 7 8; do
	until_true "test -n \"\$(to a$i@acme.example)\""
done
reply_to() { header "$(to "$1")" Reply-To; }
html a5@acme.example "$(reply_to a5@acme.example)" <<'END'
<html><head><style>p.MsoNormal {margin:0cm}</style></head><body lang="FR">
<div class="WordSection1"><p class="MsoNormal">C&#8217;est fait, merci.<o:p></o:p></p>
<p class="MsoNormal"><o:p>&nbsp;</o:p></p>
<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">
<p class="MsoNormal"><b>De&nbsp;:</b> Promesses &lt;promises@acme.example&gt;<br>
<b>Envoy&eacute;&nbsp;:</b> jeudi 6 janvier 2000 09:00<br><b>&Agrave;&nbsp;:</b> a5@acme.example<br>
<b>Objet&nbsp;:</b> En retard</p></div></div>
<p class="MsoNormal">R&eacute;pondez d&rsquo;un mot&nbsp;: annul&eacute;, pas une promesse</p>
</div></body></html>
END
html a6@acme.example "$(reply_to a6@acme.example)" <<'END'
<div dir="ltr">annulé<br></div><br><div class="gmail_quote"><div dir="ltr"
class="gmail_attr">Le jeu. 6 janv. 2000 à 09:00, Promesses &lt;<a
href="mailto:promises@acme.example">promises@acme.example</a>&gt; a écrit :<br></div>
<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid">
Répondez à ce courriel d’un mot : fait, pas une promesse</blockquote></div>
END
html a7@acme.example "$(reply_to a7@acme.example)" <<'END'
<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head>
<body dir="auto">Pas une promesse<br><br><div dir="ltr">Envoyé de mon iPhone</div>
<div dir="ltr"><br><blockquote type="cite">Le 6 janv. 2000 à 09:00, Promesses
&lt;promises@acme.example&gt; a écrit :<br><br></blockquote></div><blockquote type="cite">
<div dir="ltr">Répondez d’un mot : fait, annulé</div></blockquote></body></html>
END
html a8@acme.example "$(reply_to a8@acme.example)" <<END
<div>Bonjour,</div><div><br></div><div>Finalement le 3 d&eacute;cembre $year.</div>
<div><br></div><div>Cordialement,</div><div>Anne</div>
<hr><div id="divRplyFwdMsg"><b>De :</b> Promesses<br><b>Envoyé :</b> jeudi<br></div>
<div>Répondez d’un mot : fait, annulé</div>
END
ok "four answers in HTML" wait_taken 15
is "$(state 5) $(state 6) $(state 7)" "kept withdrawn not" \
    "of Outlook, Gmail and an iPhone: their own words alone count"
like "$(promise show 8)" "$year" "of Outlook on the web, with a greeting"

# --- with others: those get it, we get ours
answer helene@acme.example "$anne,bob@client.example" "1 fait"
is $? 0 "an answer with a copy is accepted"
ok "the copy arrives" until_true 'test -n "$(to bob@client.example)"'
is "$(grep -c 'promises+' "$(to bob@client.example | sed 's/eml$/env/')")" 0 \
    "the next hop never hears of our address"
ok "and the answer is taken" wait_taken 16
# the session goes on behind an answer
swaks -s 127.0.0.1 -p "$port" -f a@acme.example -t x@client.example \
    --ehlo client.example --body 'Bonjour' >"$tmp/swaks" 2>&1
is $? 0 "mail passes as before"
"$python" - "$port" "$anne" >"$tmp/session" 2>&1 <<'END'
import smtplib, sys
s = smtplib.SMTP("127.0.0.1", int(sys.argv[1]), timeout=20)
for i in range(3):
    s.sendmail("helene@acme.example", [sys.argv[2]], "Subject: r%d\r\n\r\n?" % i)
    s.sendmail("a@acme.example", ["y@client.example"], "Subject: m\r\n\r\nBonjour")
print("fine", s.quit()[0])
END
is "$(cat "$tmp/session")" "fine 221" "answers and mail in one session"

service_stop
is $status 0 "SIGTERM: the service ends with 0"
is "$(promise list --all --json | wc -l)" 8 "no answer was read as a promise"
finish
