# postfix.sh - a Postfix of the test's own; sourced after whole.sh
#
#	postfix_need		skips the file where it cannot run
#	postfix_conf LINE…	main.cf, with these lines at its end
#	postfix_start		on a free port of loopback: $hop_port
#	postfix_delivered FILE	prints it as Postfix stored it, less what it
#				put in front; waits for it
#
# Debian's package with its configuration, queue and mailbox in $tmp.
pf=$tmp/postfix

postfix_need() {
	need postfix swaks "$python"
	[ "$(id -u)" = 0 ] || {
		echo "1..0 # SKIP Postfix is started by root only"
		exit 0
	}
}

postfix_conf() {
	chmod 755 "$tmp"
	mkdir -p "$pf/conf" "$pf/queue" "$pf/data" "$tmp/mail"
	chown postfix "$pf/data"
	chown nobody "$tmp/mail"
	cat >"$pf/conf/main.cf" <<END
compatibility_level = 3.6
queue_directory = $pf/queue
data_directory = $pf/data
maillog_file = $pf/log
maillog_file_prefixes = $tmp
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = next-hop.example
mydestination =
alias_maps =
alias_database =
mynetworks = 127.0.0.0/8
# what is not for these is refused, to see the refusal pass through
virtual_mailbox_domains = theirs.example, ours.example
virtual_mailbox_maps = static:all/
virtual_mailbox_base = $tmp/mail
virtual_uid_maps = static:$(id -u nobody)
virtual_gid_maps = static:$(id -g nobody)
smtpd_relay_restrictions = reject_unauth_destination
# add nothing that a client did not send
local_header_rewrite_clients =
smtpd_banner = next-hop.example ESMTP
END
	for line; do echo "$line"; done >>"$pf/conf/main.cf"
}

postfix_port() {
	"$python" -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

postfix_try() { # on a free port
	hop_port=$(postfix_port)
	cat >"$pf/conf/master.cf" <<END
127.0.0.1:$hop_port inet n - n - - smtpd
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
proxymap  unix  - - n - - proxymap
smtp      unix  - - n - - smtp
lmtp      unix  - - n - - lmtp
error     unix  - - n - - error
retry     unix  - - n - - error
virtual   unix  - n n - - virtual
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
tlsmgr    unix  - - n 1000? 1 tlsmgr
postlog   unix-dgram n - n - 1 postlogd
END
	postfix -c "$pf/conf" start >"$pf/start" 2>&1
	TRIES=100 until_true 'swaks -s 127.0.0.1 -p "$hop_port" \
	    --quit-after BANNER >/dev/null 2>&1'
}

postfix_start() { # another port where the first was taken meanwhile
	at_exit 'postfix -c "$pf/conf" stop >/dev/null 2>&1'
	postfix_try || {
		postfix -c "$pf/conf" stop
		postfix_try
	} >/dev/null 2>&1
}

postfix_delivered() {
	id=$(sed -n 's/^Message-ID: //p;/^$/q' "$1")
	until_true 'grep -rlF -- "$id" "$tmp/mail/all/new" >"$tmp/found" 2>&1' ||
	    return 1
	LC_ALL=C awk 'is_ours == 0 && /^(Return-Path|X-Original-To|Delivered-To|Received):/ \
	    { skipping = 1; next }
	    is_ours == 0 && skipping && /^[ \t]/ { next }
	    { is_ours = 1; print }' "$(tail -1 "$tmp/found")"
}
