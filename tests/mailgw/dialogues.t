#!/bin/sh
# dialogues.t - every SMTP dialogue in dlg/, cut in every way
: "${srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}" "${builddir:=$srcdir/build}"
export srcdir builddir
exec "$builddir/tests/mailgw/dlg_test" "$srcdir"/tests/mailgw/dlg/*.dlg
