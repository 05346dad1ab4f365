#!/bin/sh
# the manuals say all: every setting with its default, every command, every
# option; and they are well formed
. "$srcdir/tests/tap.sh"
. "$srcdir/tests/core/promise_cmd.sh"
conf=$srcdir/core/settings/promised.conf.5
cmd=$srcdir/core/cli/promise.1

: >"$tmp/empty.conf"
for name in $(promise -c "$tmp/empty.conf" config | sed -n 's/ = .*//p'); do
	ok "promised.conf(5) has $name" grep -q "^\.It Ic $name\$" "$conf"
	[ "$name" = home ] && continue # differs from one build to another
	def=$(promise -c "$tmp/empty.conf" config |
		sed -n "s/^$name = \"\(.*\)\"/\1/p")
	said=$(sed -n "/^\.It Ic $name\$/,/^\.It\|^\.El/p" "$conf" |
		sed -n '/^Default:/,$p' | sed 's/^Default: *//' |
		sed -n 's/^\.Ql \(.*\) \.$/\1/p; s/^empty\.$//p')
	is "$said" "$def" "with its default"
done
is "$(grep -c '^\.It Ic' "$conf")" \
	"$(promise -c "$tmp/empty.conf" config | grep -c ' = ')" \
	"and no other"

for name in $(promise help | sed -n 's/^  \([a-z]*\)  .*/\1/p'); do
	ok "promise(1) has $name" grep -Eq "^(\.It )?\.?(It )?Cm $name( |\$)" "$cmd"
	[ "$name" = help ] && continue
	for option in $(promise help "$name" | grep -o -e '--[a-z]*'); do
		ok "promise(1) has $name $option" \
			grep -q -e "Fl -${option#--}\b" "$cmd"
	done
done

if command -v mandoc >/dev/null; then
	for page in "$conf" "$cmd"; do
		ok "${page##*/} is well formed" mandoc -Tlint -W warning "$page"
	done
else
	skip "mandoc is not there"
fi
finish
