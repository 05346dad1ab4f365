#!/bin/sh
# gateway.t - the running gateway between a client and a next hop
exec python3 "$srcdir/tests/mailgw/wire.py"
