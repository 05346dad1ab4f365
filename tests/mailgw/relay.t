#!/bin/sh
# relay.t - many places to listen, chunks, and a next hop that talks nonsense
: "${srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}" "${builddir:=$srcdir/build}"
export srcdir builddir
exec python3 "$srcdir/tests/mailgw/relay_wire.py"
