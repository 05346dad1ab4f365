#!/bin/sh
# dialogues.t - every SMTP dialogue in dlg/, cut in every way
exec "$builddir/tests/mailgw/dlg_test" "$srcdir"/tests/mailgw/dlg/*.dlg
