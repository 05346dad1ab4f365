# dovecot.sh - a real Dovecot with its own folders and ports; sourced after
# whole.sh
#
#	dovecot_need		skips the whole file where it cannot run
#	dovecot_conf LINE…	writes its settings, over the ones here
#	dovecot_start		$imap_port (STARTTLS), $imaps_port; fails if not up
#	dovecot_stop
#	dovecot_ca		a CA of our own: $dv/ca.pem, $dv/other.pem; the
#				server's certificate is for imap.example
#
# Everybody may log in, with the password in $dv/password.

PATH=$PATH:/usr/sbin:/sbin
dv=$tmp/dovecot
dv_pid=''
imap_port='' imaps_port=''
at_exit 'dovecot_stop'

dovecot_need() {
	need dovecot doveadm openssl "$python"
	[ -x /usr/lib/dovecot/imap ] || {
		echo "1..0 # SKIP dovecot-imapd is not installed"
		exit 0
	}
	[ "$(id -u)" = 0 ] || {
		echo "1..0 # SKIP Dovecot is started by root only"
		exit 0
	}
	chmod 755 "$tmp"
	mkdir -p "$dv/run" "$tmp/mail"
	chown nobody "$tmp/mail"
	umask 077
	echo ouvre-toi >"$dv/password"
	umask 022
}

dovecot_ca() {
	for ca in ca other; do
		openssl req -x509 -newkey ec -pkeyopt \
		    ec_paramgen_curve:prime256v1 -nodes -days 2 \
		    -keyout "$dv/$ca.key" -out "$dv/$ca.pem" \
		    -subj "/CN=$ca" >>"$dv/tls.log" 2>&1 || return 1
	done
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
	    -keyout "$dv/key.pem" -out "$dv/csr.pem" -subj /CN=imap.example \
	    >>"$dv/tls.log" 2>&1 &&
	    echo subjectAltName=DNS:imap.example >"$dv/ext" &&
	    openssl x509 -req -in "$dv/csr.pem" -CA "$dv/ca.pem" \
	    -CAkey "$dv/ca.key" -CAcreateserial -days 2 -extfile "$dv/ext" \
	    -out "$dv/cert.pem" >>"$dv/tls.log" 2>&1
}

dovecot_conf() {
	cat >"$dv/conf.in" <<END
base_dir = $dv/run
log_path = $dv/log
protocols = imap
ssl = yes
ssl_cert = <$dv/cert.pem
ssl_key = <$dv/key.pem
disable_plaintext_auth = no
auth_failure_delay = 0
mail_location = maildir:~/Maildir
first_valid_uid = 1
mail_max_userip_connections = 100
passdb {
  driver = static
  args = password=ouvre-toi
}
userdb {
  driver = static
  args = uid=nobody gid=$(id -gn nobody) home=$tmp/mail/%u allow_all_users=yes
}
namespace inbox {
  inbox = yes
  mailbox Envoyes {
    auto = create
    special_use = \\Sent
  }
  mailbox "Sent Items" {
    auto = create
  }
}
service imap-login {
  inet_listener imap {
    address = 127.0.0.1
    port = @IMAP@
  }
  inet_listener imaps {
    address = 127.0.0.1
    port = @IMAPS@
    ssl = yes
  }
}
END
	for line; do echo "$line" >>"$dv/conf.in"; done
}

# dovecot_listens - on both ports
dovecot_listens() {
	"$python" -c 'import socket, sys
for port in sys.argv[1:]:
	socket.create_connection(("127.0.0.1", int(port)), 2).recv(1) \
	    if port == sys.argv[1] else \
	    socket.create_connection(("127.0.0.1", int(port)), 2)' \
	    "$imap_port" "$imaps_port" 2>/dev/null
}

# dovecot_start - where its ports were taken meanwhile, on others
dovecot_start() {
	for try in 1 2 3; do
		[ -n "$imap_port" ] && [ $try = 1 ] || {
			ports=$("$python" -c 'import socket
s = [socket.socket() for i in range(2)]
for one in s: one.bind(("127.0.0.1", 0))
print(*(one.getsockname()[1] for one in s))')
			imap_port=${ports% *} imaps_port=${ports#* }
		}
		sed "s/@IMAP@/$imap_port/;s/@IMAPS@/$imaps_port/" \
		    "$dv/conf.in" >"$dv/conf"
		dovecot -F -c "$dv/conf" >"$dv/out" 2>&1 &
		dv_pid=$!
		TRIES=100 until_true 'dovecot_listens || ! lives $dv_pid'
		dovecot_listens && return 0
		dovecot_stop
	done
	sed 's/^/# /' "$dv/out" "$dv/log"
	return 1
}

dovecot_stop() {
	[ -n "$dv_pid" ] || return 0
	kill "$dv_pid" 2>/dev/null
	wait "$dv_pid" 2>/dev/null
	dv_pid=''
}
