# web.t - calendars behind the real nginx and Caddy, by contrib's own examples
#
# TLS with a certificate made here, on Unix sockets, so that no port is taken.
. "$srcdir/tests/tap.sh"
. "$srcdir/tests/whole/whole.sh"

need curl openssl
seed() { "$builddir/tests/cal/seed" "$tmp/home/ledger.db" "$@"; }
site=cal.yours.example
feed_start() {
	"$builddir/promised-feed" -c "$conf" -o feed-listen="$1" >"$tmp/ready" \
	    2>>"$tmp/log" &
	feed_pid=$!
	until_true 'test -s "$tmp/ready"'
	feed=$(cat "$tmp/home/run/feed.address")
}
feed_stop() {
	kill "$feed_pid"
	wait "$feed_pid"
	: >"$tmp/ready"
}
feed_pid='' web_pid=''
at_exit 'kill $feed_pid $web_pid 2>/dev/null'

mkdir -m 700 "$tmp/home"
mkdir -p "$tmp/srv/feed" "$tmp/nginx"
service_conf "feed-url = https://$site"
promise() { "$builddir/promise" -c "$conf" "$@"; }
seed many 300
url=$(promise feed add)
public=$(promise -o feed-folder="$tmp/srv/feed" feed add)
is "$(promise -o feed-url= -o feed-folder="$tmp/srv/feed" feed add 2>&1)" \
    "promise: the setting 'feed-folder' wants 'feed-url', too" \
    "feed-folder alone is not enough"
like "$public" "^https://$site/feed/[0-9a-f]{64}\.ics\$" \
    "with feed-folder the address is that of a file"
is "$(promise -o feed-folder="$tmp/srv/feed" feed list --json |
    grep -c "$(basename "$public" .ics)")" 0 "which is not shown again"
echo "feed-folder = $tmp/srv/feed" >>"$conf"
feed_start 127.0.0.1:0
files() { ls "$tmp/srv/feed" | wc -l; }
ok "the service fills the folder" until_true '[ "$(files)" = 4 ]'
file=$tmp/srv/feed/$(basename "$public")
is "$(gzip -dc "$file.gz" | cksum)" "$(cksum <"$file")" "plain and gzipped"
is "$(stat -c %a "$file")" 640 "for the folder's group"

openssl req -x509 -newkey rsa:2048 -nodes -keyout "$tmp/key" -out "$tmp/pem" \
    -days 2 -subj "/CN=$site" -addext "subjectAltName=DNS:$site" 2>/dev/null

# code ARGUMENTS…: the status, by way of the web server; 000: no answer
code() {
	: >"$tmp/head"
	: >"$tmp/body"
	curl -s --unix-socket "$tmp/web" --cacert "$tmp/pem" -o "$tmp/body" \
	    -D "$tmp/head" -w '%{http_code}' "$@"
}
tell() { sed -n "s/^$1: *\\(.*\\)\$/\\1/Ip" "$tmp/head" | tr -d '\r' | head -n 1; }
# passes WHAT URL: what a subscriber asks, and what a bad one does
passes() {
	what=$1 at=$2
	is "$(code "$at")" 200 "$what: 200"
	is "$(tell Content-Type)" "text/calendar; charset=utf-8" "$what: type"
	is "$(tell Cache-Control)" "private, no-cache" "$what: private"
	like "$(tell Vary)" Accept-Encoding "$what: Vary"
	is "$(tail -n 1 "$tmp/body" | tr -d '\r')" END:VCALENDAR "$what: whole"
	cp "$tmp/body" "$tmp/plain"
	is "$(code -H 'Accept-Encoding: gzip' "$at")" 200 "$what: gzip"
	is "$(tell Content-Encoding)" gzip "$what: says so"
	is "$(gzip -dc "$tmp/body" | cksum)" "$(cksum <"$tmp/plain")" \
	    "$what: the same bytes"
	etag=$(tell ETag) date=$(tell Last-Modified)
	is "$(code -H 'Accept-Encoding: gzip' -H "If-None-Match: $etag" "$at")" \
	    304 "$what: the tag: 304"
	is "$(code -H "If-Modified-Since: $date" "$at")" 304 "$what: date: 304"
	is "$(code -I "$at")" 200 "$what: HEAD"
	for method in PUT POST PROPFIND REPORT; do
		is "$(code -X "$method" --data-binary x "$at")" 405 \
		    "$what: $method: 405"
	done
	is "$(code "$at")" 200 "$what: and no harm done"
}
# tight WHAT: no log names an address
tight() {
	is "$(cat "$tmp"/web*.log "$tmp/nginx"/* 2>/dev/null |
	    grep -c -e "$(basename "$url" .ics)" -e "$(basename "$public" .ics)")" \
	    0 "$1: no log names an address"
}
web_stop() {
	kill "$web_pid"
	wait "$web_pid" 2>/dev/null
	web_pid=
	rm -f "$tmp/web"
}

if command -v nginx >/dev/null; then
	{
		[ "$(id -u)" != 0 ] || echo "user root;"
		echo "daemon off; pid $tmp/nginx.pid; worker_processes 1;"
		echo "error_log $tmp/web-error.log; events { } http {"
		for kind in client_body proxy fastcgi uwsgi scgi; do
			echo "${kind}_temp_path $tmp/nginx/$kind;"
		done
		sed -e "s|listen 443 ssl|listen unix:$tmp/web ssl|" \
		    -e '/listen \[::\]/d' -e "s|127.0.0.1:8025|$feed|" \
		    -e "s|/etc/ssl/certs/$site.pem|$tmp/pem|" \
		    -e "s|/etc/ssl/private/$site.key|$tmp/key|" \
		    -e "s|/srv/promised|$tmp/srv|" \
		    -e "s|/var/log/nginx/promised.log|$tmp/web.log|" \
		    "$srcdir/contrib/nginx.conf"
		echo "}"
	} >"$tmp/nginx.conf"
	nginx -c "$tmp/nginx.conf" 2>"$tmp/web-start.log" &
	web_pid=$!
	until_true 'test -S "$tmp/web"'
	passes "nginx, passed on" "$url"
	passes "nginx, from the folder" "$public"
	is "$(code "https://$site/feed/$(printf %043d 1).ics")" 404 \
	    "nginx: a wrong token: 404"
	is "$(code "https://$site/feed/")" 404 "nginx: no list of the folder"
	like "$(cat "$tmp/web.log")" '"GET /feed/\.\.\." 200' "nginx: logs"
	promise feed revoke 1
	revoked() { [ "$(code "$url")" = 410 ]; }
	ok "nginx: revoked: 410" until_true revoked
	url=$(promise -o feed-folder= feed add again)
	seed record fr +3 "Je vous rappelle dans trois jours, promis."
	fresh() { code "$public" >/dev/null && grep -q 'trois jours' "$tmp/body"; }
	ok "nginx: the file is renewed" until_true fresh
	feed_stop
	is "$(code "$url")" 000 "nginx: promised is away: no answer, no 502"
	is "$(code "$public")" 200 "nginx: but the folder goes on"
	tight nginx
	web_stop
	feed_start "$feed"
else
	skip "no nginx"
fi

if command -v caddy >/dev/null; then
	{
		sed -e "s|127.0.0.1:8025|$feed|" \
		    -e "s|^$site {|&\\n\\tbind unix/$tmp/web\\n\\ttls $tmp/pem $tmp/key|" \
		    -e "s|/var/log/caddy/promised.log|$tmp/web2.log|" \
		    -e 's|^{$|{\n\tadmin off\n\tauto_https disable_redirects|' \
		    "$srcdir/contrib/Caddyfile"
	} >"$tmp/Caddyfile"
	HOME=$tmp XDG_DATA_HOME=$tmp/caddy XDG_CONFIG_HOME=$tmp/caddy \
	    caddy run --adapter caddyfile --config "$tmp/Caddyfile" \
	    2>"$tmp/web-caddy.log" &
	web_pid=$!
	until_true 'test -S "$tmp/web"'
	ok "Caddy answers" until_true '[ "$(code "$url")" = 200 ]'
	passes Caddy "$url"
	is "$(code "https://$site/feed/$(printf %043d 1).ics")" 404 \
	    "Caddy: a wrong token: 404"
	is "$(code "https://$site/")" 404 "Caddy: anything else: 404"
	feed_stop
	is "$(code "$url")" 000 "Caddy: promised is away: no answer, no 502"
	web_stop
	tight Caddy
	like "$(cat "$tmp/web2.log")" '"uri":"/feed/\.\.\.".*"status":200' \
	    "Caddy: logs"
else
	skip "no caddy"
fi
finish
