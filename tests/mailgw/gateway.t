#!/bin/sh
# gateway.t - the running gateway between a client and a next hop
: "${srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}" "${builddir:=$srcdir/build}"
export srcdir builddir
exec python3 "$srcdir/tests/mailgw/wire.py"
