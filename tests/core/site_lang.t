#!/bin/sh
# site_lang.t - a company's own words and rules, beside the shipped languages
. "$srcdir/tests/tap.sh"

PROMISED_SITE_LANGDIR=$tmp/lang
PROMISED_CONF=$tmp/conf
export PROMISED_SITE_LANGDIR PROMISED_CONF
mkdir "$tmp/lang"
echo "home = $tmp/home" >"$tmp/conf"
mail() {
	printf '%s\n' 'From: Tom <tom@ours.example>' 'To: ann@theirs.example' \
	    'Date: Mon, 16 Nov 2026 09:00:00 +0000' \
	    'Message-ID: <1@ours.example>' 'Subject: Kitchen' '' 'Hello,' '' \
	    "$1" '' 'Tom'
}
why() { mail "$1" | "$builddir/promise" scan --explain - 2>&1; }
found() { mail "$1" | "$builddir/promise" scan --json - 2>&1; }

yes="Sofas abroad by the Hull method."
no="We'll ship your next dream tomorrow, the Brown way."
is "$(found "$yes" | grep -c '"kind"')" 0 "house words mean nothing by themselves"
is "$(found "$no" | grep -c '"kind"')" 1 "and a slogan looks like a promise"
cat >"$tmp/lang/en-site.lang" <<'F'
lang en
rule find.house_yes
	match  by the Hull method
	set    verdict=promise
	yes    Sofas abroad by the Hull method.
rule find.house_slogan
	match  the Brown way
	set    verdict=silent
	yes    The Brown way!
F
ok "the file is well formed" \
    "$builddir/promise" lang check "$tmp/lang/en-site.lang"
is "$(found "$yes" | grep -c '"kind"')" 1 "with the site's file one is a promise"
like "$(why "$yes")" 'find\.house_yes' "and why names the rule"
is "$(found "$no" | grep -c '"kind"')" 0 "and the other is none"
PROMISED_SITE_LANGDIR=
is "$(found "$yes" | grep -c '"kind"')" 0 "an empty folder name: none are read"
PROMISED_SITE_LANGDIR=$tmp/lang
printf 'rule find.bad\n\tmatch <nonsense>\n' >>"$tmp/lang/en-site.lang"
like "$(found "$yes")" 'en-site\.lang:1[0-9]: .*nonsense' \
    "a fault names file, line and reason"
finish
