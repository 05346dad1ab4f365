#!/bin/sh
# tls.t - TLS and AUTH through the running gateway, on both sides
: "${srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}" "${builddir:=$srcdir/build}"
export srcdir builddir
for command in openssl swaks msmtp; do
	command -v $command >/dev/null || {
		echo "1..0 # SKIP $command is not installed"
		exit 0
	}
done
exec python3 "$srcdir/tests/mailgw/tls_wire.py"
