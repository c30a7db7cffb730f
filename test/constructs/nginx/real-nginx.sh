#!/bin/bash
# The generated configuration in a real nginx, started by its real start script, on loopback: as a user who is not root,
# from a temporary folder, with other ports and without the intervals of seconds. A line for each check; fails if any does.
# Debian packages: nginx-light (or nginx), curl, openssl, busybox, dash, and Node.js with the project's packages.
#
#   test/constructs/nginx/real-nginx.sh           the nginx of this machine
#   NGINX_BINARY=/opt/nginx real-nginx.sh         another one
set -u

here=$(cd "$(dirname "$0")" && pwd)
stage=$(mktemp -d /tmp/proxy-test.XXXXXX)
nginx=${NGINX_BINARY:-$(PATH=$PATH:/usr/sbin command -v nginx)}
version=$("$nginx" -v 2>&1 | sed 's|.*/\([0-9.]*\).*|\1|')
base=$((10000 + $$ % 800 * 10)) # from 32768 on the kernel gives ports to clients
http=$base https=$((base + 1)) internal=$((base + 2)) web=$((base + 3)) dashboard=$((base + 4))
started=()
failures=0 checks=0

leave() {
  [ "${#started[@]}" = 0 ] || kill "${started[@]}" 2>/dev/null
  wait 2>/dev/null
  rm -rf "$stage"
}
trap leave EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

as_user=(env)
[ "$(id -u)" != 0 ] || as_user=(setpriv --reuid=65534 --regid=65534 --clear-groups)

# is WHAT EXPECTED GOT: EXPECTED is a pattern of the shell.
is() {
  checks=$((checks + 1))
  # shellcheck disable=SC2053
  if [[ $3 == $2 ]]; then
    echo "ok    $1"
  else
    failures=$((failures + 1))
    printf 'FAIL  %s\n      expected: %s\n      got:      %s\n' "$1" "$2" "$3"
  fi
}

# --- stage: files, certificates, names, upstreams ------------------------------------------------------------------------

node --require tsx/cjs "$here/emit.ts" "$stage/emitted" "$version" "$https" || exit 1
mkdir "$stage"/{srv,srv/static,srv/static/css,srv/media,bin,certificate,logs,upstreams}
touch "$stage/logs"/{access,error} # of the user: /dev/stdout is opened anew

# prepare VARIANT: the same files with paths and ports of this stage.
prepare() {
  rm -rf "$stage/conf" "$stage/state" "$stage/cache"
  cp -r "$stage/emitted/$1" "$stage/conf"
  mkdir "$stage/cache"
  sed -i -e "s|/etc/compose8s/nginx|$stage/conf|g; s|/etc/compose8s/certificate|$stage/certificate|g; s|/tmp/nginx|$stage/state|g" \
    -e "s|/var/cache/nginx|$stage/cache|g; s|/srv/|$stage/srv/|g; s|^INTERVAL=5|INTERVAL=1|; s|^PATIENCE=10|PATIENCE=2|" \
    -e "s|listen 8080|listen 127.0.0.1:$http|; s|listen 8443|listen 127.0.0.1:$https|; s|listen 8081|listen 127.0.0.1:$internal|" "$stage/conf"/*
  sed -i "s/ 8000 5 / $web 3 /; s/ 8501 5 / $dashboard 3 /" "$stage/conf/upstreams"
  give
}
give() { [ "$(id -u)" != 0 ] || chown -R 65534:65534 "$stage"; }

certify() { # NAME: a certificate of its own each time
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=$1" \
    -addext 'subjectAltName=DNS:shop.example,DNS:www.shop.example' -keyout "$stage/new.key" -out "$stage/new.crt" 2>/dev/null
  mv "$stage/new.key" "$stage/certificate/tls.key"
  mv "$stage/new.crt" "$stage/certificate/tls.crt"
  give
}

# Names are looked up in a file of this stage.
cat >"$stage/bin/getent" <<END
#!/bin/sh
grep -q "^\$2 " $stage/hosts || exit 2
sed -n "s/^\$2 \(.*\)/\1 STREAM\n\1 DGRAM/p" $stage/hosts
END
printf '#!/bin/sh\nexit 1\n' >"$stage/bin/nslookup"
printf '#!/bin/sh\nexec %s "$@"\n' "$nginx" >"$stage/bin/nginx"
chmod +x "$stage"/bin/*

echo 'body { color: green }' >"$stage/srv/static/css/site.css"
gzip -k "$stage/srv/static/css/site.css"
for file in index.html page.svg report.pdf shell.php script.py plain.txt; do echo "<p>$file</p>" >"$stage/srv/media/$file"; done
mkdir -p "$stage"/srv/static/page/{about,assets,pictures}
ln -s static "$stage/srv/all" # the same volume, where '/' leads to it
for page in index page; do echo "<p>$page</p>" >"$stage/srv/static/page/$page.html"; done
echo '<p>about</p>' >"$stage/srv/static/page/about/index.html"
echo 'app()' >"$stage/srv/static/page/app.js"
echo 'code()' >"$stage/srv/static/page/assets/code.1a2b.js"
echo secret >"$stage/srv/static/dump.sql"
echo secret >"$stage/srv/static/.env"
chmod -R a+rX "$stage"

for address in 127.0.0.2:$web 127.0.0.3:$web 127.0.0.2:$dashboard; do
  node "$here/upstream.mjs" "$address" "$address" "$stage/upstreams" &
  started+=($!)
done

# start SHELL: the start script; its pid becomes that of nginx.
start() {
  # shellcheck disable=SC2086
  PATH=$stage/bin:$PATH HTTPS_PORT=$https "${as_user[@]}" $1 "$stage/conf/start.sh" >"$stage/logs/access" 2>"$stage/logs/error" &
  pid=$!
  started+=("$pid")
  within 30 ask "http://127.0.0.1:$internal/-/healthz" || { cat "$stage/logs/error"; exit 1; }
}
stop() { # the signal that the workload names
  kill -QUIT "$pid"
  wait "$pid"
}
within() { # SECONDS COMMAND...
  local until=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do [ "$SECONDS" -lt "$until" ] || return 1; sleep 0.1; done
}
# becomes WHAT EXPECTED COMMAND...: asks until it is so, and no worker of the configuration before is left to answer otherwise.
becomes() {
  local got deadline=$((SECONDS + 60))
  # shellcheck disable=SC2053
  until got=$("${@:3}") && [[ $got == $2 ]] && is_settled; do
    [ "$SECONDS" -lt "$deadline" ] || { got="$got, $(workers) workers"; break; }
    sleep 0.2
  done
  is "$1" "$2" "$got"
}
workers() { pgrep -c -P "$pid" -f 'nginx: worker'; }
is_settled() { [ "$(workers)" = "$(sed -n 's/^worker_processes \(.*\);/\1/p' "$stage/conf/nginx.conf")" ]; }
client=10
other_client() { client=$((client + 1)); } # limits count for each address: a new one has all of them left
ask() { curl -sS --max-time 10 --interface "127.0.0.$client" --resolve "*:$https:127.0.0.1" --resolve "*:$http:127.0.0.1" -k "$@" 2>&1; }
site=https://shop.example:$https
plain=http://shop.example:$http
status() { ask -o /dev/null -w '%{http_code}' "$@"; }
header() { ask -o /dev/null -D - "${@:2}" | tr -d '\r' | sed -n "s/^$1: //Ip"; } # NAME CURL-ARGUMENTS; all of that name
statuses() { for _ in $(seq "$1"); do status "${@:2}"; printf ' '; done | tr ' ' '\n' | grep . | uniq -c | awk '{ printf "%s%s×%s", sep, $1, $2; sep = " " }'; } # COUNT CURL-ARGUMENTS

# --- the configuration is one for this nginx -------------------------------------------------------------------------------

echo "nginx $version"
printf 'web 127.0.0.2\ndashboard 127.0.0.2\n' >"$stage/hosts"
certify first
for variant in given acme off page many; do
  prepare "$variant"
  mkdir -p "$stage/state/upstreams" "$stage/state/enabled"
  for upstream in web_http dashboard_http; do echo "server 127.0.0.1:1;" >"$stage/state/upstreams/$upstream"; done
  # shellcheck disable=SC2016 # nginx' variables
  echo 'map $host $https_port { default ""; }' >"$stage/state/https_port"
  [ ! -e "$stage/conf/https.conf" ] || cp "$stage/conf/https.conf" "$stage/state/enabled"
  give
  "${as_user[@]}" "$stage/bin/nginx" -t -e stderr -c "$stage/conf/nginx.conf" >"$stage/logs/access" 2>"$stage/logs/error"
  is "nginx -t takes the configuration '$variant' without a warning" '0 ' "$? $(grep -v 'syntax is ok$\|test is successful$' "$stage/logs/error")"
done

# --- the site ----------------------------------------------------------------------------------------------------------------

prepare given
start dash

is 'plain HTTP is sent to HTTPS' "301 $site/a?b=c" "$(ask -o /dev/null -w '%{http_code} %{redirect_url}' "$plain/a?b=c")"
is 'what is no port is refused' $'*HTTPS_PORT is \'443;x\', which is not the number of a port\n64' \
  "$(HTTPS_PORT='443;x' "${as_user[@]}" dash "$stage/conf/start.sh" 2>&1; echo "$?")"
is 'the health path answers over plain HTTP' 200 "$(status "$plain/health/")"
is 'an unknown host gets no answer' '*@(Empty reply|reset by peer)*' "$(ask "http://evil.example:$http/")"
is 'a balancer may ask for health under any name' 200 "$(status "http://127.0.0.1:$http/-/healthz")"
is 'an unknown name gets no certificate' '*unrecognized name*' "$(ask "https://evil.example:$https/")"
is 'a known name and an unknown host: misdirected' 421 "$(status -H 'Host: evil.example' "$site/")"
is 'the counters are on the internal port' '*Active connections*' "$(ask "http://127.0.0.1:$internal/stub_status")"
is 'the counters are not on the public ports' '*"url":"/stub_status"*' "$(ask "$site/stub_status")"

tls() { openssl s_client -connect "127.0.0.1:$https" -servername shop.example "$@" </dev/null 2>&1; }
is 'TLS 1.3' '*TLSv1.3*' "$(tls -tls1_3)"
is 'TLS 1.2 with forward secrecy' '*ECDHE-ECDSA-AES*GCM*' "$(tls -tls1_2)"
is 'no TLS 1.2 with other ciphers' '*handshake failure*' "$(tls -tls1_2 -cipher 'ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0')"
is 'no TLS 1.1' '*alert protocol version*' "$(tls -tls1_1 -cipher 'ALL:@SECLEVEL=0')"
is 'HTTP/2' 2 "$(ask -o /dev/null -w '%{http_version}' "$site/")"

echoed=$(ask -H 'X-Forwarded-For: 6.6.6.6' -H 'X-Forwarded-Proto: ftp' -H 'X-Forwarded-Host: evil.example' -H 'X-Real-IP: 6.6.6.6' -H 'Forwarded: for=6.6.6.6' "$site/")
is 'the upstream learns the address, the scheme and the host with its port' "*\"host\":\"shop.example:$https\",\"x-real-ip\":\"127.0.0.$client\",\"x-forwarded-for\":\"127.0.0.$client\",\"x-forwarded-host\":\"shop.example:$https\",\"x-forwarded-proto\":\"https\"*" "$echoed"
is 'no claim of the client gets through' clean "$(case $echoed in *6.6.6.6* | *evil* | *ftp*) echo "$echoed" ;; *) echo clean ;; esac)"
before=$(ask "$site/" | sed 's/.*"connections":\([0-9]*\).*/\1/')
for _ in 1 2 3 4 5; do ask "$site/" >/dev/null; done
after=$(ask "$site/" | sed 's/.*"connections":\([0-9]*\).*/\1/')
is 'connections to the upstream are used again' yes "$([ "$after" -le $((before + 2)) ] && echo yes || echo "from $before to $after")"

for path in / /static/css/site.css /media/plain.txt /media/none /health/ /x.py; do
  other_client
  for expected in 'X-Content-Type-Options: nosniff' 'X-Frame-Options: SAMEORIGIN' 'Referrer-Policy: strict-origin-when-cross-origin' \
    'Strict-Transport-Security: max-age=31536000; includeSubDomains; preload' 'Permissions-Policy: camera=()*'; do
    is "$path sends ${expected%%:*} once" "${expected#*: }" "$(header "${expected%%:*}" "$site$path")"
  done
done
is 'the upstream does not tell what it is made with' '' "$(header X-Powered-By "$site/")"
is 'nginx does not tell its version' nginx "$(header Server "$site/")"
is 'a policy for answers without one' "default-src 'self'*" "$(header Content-Security-Policy "$site/")"
is "an application's own policy stands alone" "script-src 'nonce-abc'" "$(header Content-Security-Policy "$site/nonce")"
is 'no HSTS over plain HTTP' '' "$(header Strict-Transport-Security "$plain/health/")"

is 'static files are kept for a year' 'public, max-age=31536000, immutable' "$(header Cache-Control "$site/static/css/site.css")"
is 'static files come compressed' 'gzip' "$(header Content-Encoding -H 'Accept-Encoding: gzip' "$site/static/css/site.css")"
is 'static files come as they are to others' 'body { color: green }' "$(ask "$site/static/css/site.css")"
is 'what is missing is not kept' '' "$(header Cache-Control "$site/static/none.css")"
is 'nothing beside the folder' '*"url":"/static../media/plain.txt"*' "$(ask --path-as-is "$site/static../media/plain.txt")"
is 'media are kept for 7 days' 'max-age=604800' "$(header Cache-Control "$site/media/plain.txt")"
is 'media with scripts are in a sandbox' "default-src 'none'*sandbox" "$(header Content-Security-Policy "$site/media/index.html")"
is 'PDFs can be shown' '' "$(header Content-Security-Policy "$site/media/report.pdf")"
is 'dynamic answers are compressed' 'gzip' "$(header Content-Encoding -H 'Accept-Encoding: gzip' "$site/")"
for path in /media/shell.php /media/script.py /media/SHELL.PHP /static/dump.sql /static/.env /.git/config /app/settings.py /nginx.conf /x/error.log; do
  is "$path is not served" 404 "$(status "$site$path")"
done
for path in /inside.only /inside.only/ /inside.only/x '/Inside.Only?a=1' //inside.only /%69nside.only; do
  is "$path is for those inside" 404 "$(status --path-as-is "$site$path")"
done
for path in /inside /insideXonly /inside.only2 /x/inside.only; do is "$path is not" 200 "$(status "$site$path")"; done
is 'well-known files are' 200 "$(status "$site/.well-known/security.txt")"

head -c 52428800 /dev/zero >"$stage/body"
is 'a body of 50 MiB is taken' 200 "$(status --data-binary "@$stage/body" "$site/")"
echo >>"$stage/body"
is 'a larger one is not' 413 "$(status -H 'Expect:' --data-binary "@$stage/body" "$site/")"
rm "$stage/body"
is 'a path that probes ask takes no body that would need room' '200 413' "$(status -d "$(head -c 512 /dev/zero | tr '\0' x)" "$site/health/") $(status -H 'Expect:' -d "$(head -c 2048 /dev/zero | tr '\0' x)" "$site/health/")"
is 'a WebSocket' '101 true echo hello' "$(node "$here/upstream.mjs" --websocket "https://shop.example:$https/dashboard/ws")"
is 'no upgrade elsewhere' 200 "$(node "$here/upstream.mjs" --websocket "https://shop.example:$https/")"
within 30 grep -q '"413"' "$stage/logs/access"
is 'the log is JSON with response times' 'POST 413 string number' "$(node -e '
  const lines = require("fs").readFileSync(process.argv[1], "utf8").trim().split("\n").map(line => JSON.parse(line));
  const { method, status, upstream_response_time, request_time } = lines.find(({ status }) => status === "413");
  console.log(method, status, typeof upstream_response_time, typeof request_time)' "$stage/logs/access")"
is 'probes are not in it' 0 "$(grep -c '"uri":"/health/"' "$stage/logs/access")"

# --- limits --------------------------------------------------------------------------------------------------------------------

other_client
is 'the fourth login at once is refused' '3×200 1×429' "$(statuses 4 "$site/login/")"
sleep 20
is 'a third of a minute makes room for one more' '1×200 1×429' "$(statuses 2 "$site/login/")"
other_client
is 'another address is not concerned' 200 "$(status "$site/login/")"
flood() { ask -Z --parallel-max 8 -o /dev/null -w '%{http_code}\n' "$1?[1-$2]" | grep -E '^[0-9]{3}$' | sort | uniq -c | awk '{ printf "%s%s×%s", sep, $1, $2; sep = " " }'; }
# at_once WHAT BURST RATE URL COUNT: as many as the burst are served, and what the rate lets in while they are asked; the others are not.
at_once() {
  local began got most
  other_client
  began=$(date +%s%3N)
  got=$(flood "$4" "$5")
  most=$(($2 + $3 * ($(date +%s%3N) - began) / 1000 + 2))
  if [[ $got =~ ^([0-9]+)×200\ [0-9]+×429$ ]] && [ "${BASH_REMATCH[1]}" -ge "$2" ] && [ "${BASH_REMATCH[1]}" -le "$most" ]; then got=all; fi
  is "$1: $2 to $most×200, and others×429" all "$got"
}
at_once '20 requests at once, and 10 a second' 20 10 "$site/" 200
at_once '50 at once below /api/, and 30 a second' 50 30 "$site/api/" 500
other_client
is 'probes have no limit' 100×200 "$(flood "$site/health/" 100)"
is 'files have no limit' 100×200 "$(flood "$site/static/css/site.css" 100)"
other_client
# held: from now on /slow answers only when nothing holds it any more. begun COUNT: so many have asked for it since.
held() { touch "$stage/upstreams/held"; : >"$stage/upstreams/begun"; }
begun() { [ "$(wc -c <"$stage/upstreams/begun")" -ge "$1" ]; }
slow() { ask --max-time 60 -o /dev/null -w '%{http_code}\n' "$site/slow"; }
ten_and_five() {
  held
  for _ in $(seq 10); do slow & done
  within 30 begun 10
  for _ in $(seq 5); do slow; done
  rm "$stage/upstreams/held"
}
is '10 requests at the same time' '10×200 5×429' "$(ten_and_five | sort | uniq -c | awk '{ printf "%s%s×%s", sep, $1, $2; sep = " " }')"

# --- what changes while it runs ------------------------------------------------------------------------------------------------

other_client
reached() { for _ in 1 2 3 4 5 6; do ask "$site/health/" | sed 's/.*"name":"\([0-9.]*\):.*/\1\n/'; done | sort -u | tr '\n' ' '; }
is 'one upstream' '127.0.0.2 ' "$(reached)"
echo 'web 127.0.0.3' >>"$stage/hosts"
becomes 'a second replica takes its share' '127.0.0.2 127.0.0.3 ' reached

first=127.0.0.2:$web second=127.0.0.3:$web
touch "$stage/upstreams/$second-ready"
becomes 'one that is not ready gets nothing while another is' '127.0.0.3 ' reached
touch "$stage/upstreams/$first-ready"
becomes 'once it is, it gets its share' '127.0.0.2 127.0.0.3 ' reached
kill -STOP "${started[0]}"
becomes 'one that hangs gets nothing' '127.0.0.3 ' reached
kill -CONT "${started[0]}"
becomes 'until it goes on' '127.0.0.2 127.0.0.3 ' reached

touch "$stage/upstreams/$first-broken"
is 'of two that are asked, one hangs up: who only reads does not see it' 10×200 "$(for _ in $(seq 10); do status "$site/health/"; echo; done | sort | uniq -c | awk '{ printf "%s%s×%s", sep, $1, $2; sep = " " }')"
sleep 6 # it is asked again only 5 s after it failed
changes() { for _ in $(seq 6); do status -X POST "$site$1"; echo; sleep 1; done | sort | uniq -c | awk '{ printf "%s%s×%s", sep, $1, $2; sep = " " }'; }
other_client
is 'who changes something sees it' '[345]×200 [123]×502' "$(changes /)"
other_client
is 'unless it may be done twice' 6×200 "$(changes /again/)"
rm "$stage/upstreams/$first-broken"
becomes 'both are asked again' '127.0.0.2 127.0.0.3 ' reached

printf 'web 127.0.0.3\ndashboard 127.0.0.2\n' >"$stage/hosts"
becomes 'an upstream moves' '127.0.0.3 ' reached
: >"$stage/hosts"
sleep 2.5
is 'names that are unknown for a while change nothing' '127.0.0.3 ' "$(reached)"
shown() { openssl s_client -connect "127.0.0.1:$https" -servername shop.example </dev/null 2>/dev/null | sed -n 's/^subject=.*CN *= *//p'; }
is 'the first certificate' first "$(shown)"
cp "$stage/certificate/tls.key" "$stage/first.key"
certify second
becomes 'a renewed certificate is served' second shown
cp "$stage/certificate/tls.key" "$stage/second.key"
cp "$stage/first.key" "$stage/certificate/tls.key"
sleep 2.5
is 'half of a pair is not taken' 'second 200' "$(shown) $(status "$site/health/")"
is 'it saw three things at the start, eight changes since, and no others' '1[12]' "$(grep -c 'start.sh: .* is \(at\|new\)' "$stage/logs/error")"
cp "$stage/second.key" "$stage/certificate/tls.key"
sleep 1.5

held
slow >"$stage/slow" &
slow=$!
within 30 begun 1
kill -QUIT "$pid"
refused() { ! ask "http://127.0.0.1:$internal/-/healthz"; }
within 30 refused
is 'SIGQUIT lets nobody in' yes "$(refused >/dev/null && echo yes)"
rm "$stage/upstreams/held"
wait "$pid"
code=$?
wait "$slow"
is 'and a running request end' '200, exit 0' "$(cat "$stage/slow"), exit $code"
alone() { ! pgrep -f "$stage/conf/start.sh"; }
within 30 alone
is 'nothing is left running' '' "$(pgrep -fa "$stage/conf/start.sh")"
is 'only warnings and errors are logged' '' "$(grep -E '\[(info|notice|debug)\]' "$stage/logs/error" | grep -v start.sh)"

# --- before the first certificate, and before any upstream ----------------------------------------------------------------------

rm -f "$stage/certificate"/*
prepare acme
: >"$stage/hosts"
start 'busybox sh'
is '[ACME] nginx runs without a certificate and without upstreams' 502 "$(status "$plain/health/")"
is '[ACME] no HTTPS yet' '*curl: (7)*' "$(ask "$site/")"
mkdir -p "$stage/certificate/.well-known/acme-challenge"
echo answer >"$stage/certificate/.well-known/acme-challenge/token"
chmod -R a+rX "$stage/certificate"
is '[ACME] challenges are answered over plain HTTP' answer "$(ask "$plain/.well-known/acme-challenge/token")"
certify issued
is '[ACME] the key is out of reach' 404 "$(status --path-as-is "$plain/.well-known/acme-challenge/../../tls.key" | sed 's/301/404/')"
becomes '[ACME] HTTPS as soon as there is one' issued shown
printf 'web 127.0.0.2\ndashboard 127.0.0.2\n' >"$stage/hosts"
becomes '[ACME] upstreams as soon as they are there' 200 status "$site/"
stop

# --- a certificate by ACME, for real, where its test server and certbot are installed -------------------------------------------
#     Debian packages: pebble, certbot

if command -v pebble >/dev/null && command -v pebble-challtestsrv >/dev/null && command -v certbot >/dev/null; then
  rm -rf "$stage/certificate" "$stage/acme"
  mkdir "$stage/certificate" "$stage/acme"
  prepare acme
  dns=$((base + 5)) management=$((base + 6)) acme=$((base + 7))
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
    -keyout "$stage/acme/key.pem" -out "$stage/acme/cert.pem" 2>/dev/null
  cat >"$stage/acme/pebble.json" <<END
{"pebble": {"listenAddress": "127.0.0.1:$acme", "managementListenAddress": "127.0.0.1:$((base + 8))", "httpPort": $http, "tlsPort": $https,
  "certificate": "$stage/acme/cert.pem", "privateKey": "$stage/acme/key.pem", "profiles": {"default": {"description": "", "validityPeriod": 7776000}}}}
END
  resolver=(-dns01 "127.0.0.1:$dns") # as Debian 12 has it; newer ones call it otherwise, and serve DNS over HTTPS too
  [[ $(pebble-challtestsrv -help 2>&1) != *-dnsserver* ]] || resolver=(-dnsserver "127.0.0.1:$dns" -doh '')
  pebble-challtestsrv "${resolver[@]}" -management "127.0.0.1:$management" -http01 '' -https01 '' -tlsalpn01 '' \
    -defaultIPv4 127.0.0.1 -defaultIPv6 '' >"$stage/logs/dns" 2>&1 &
  started+=($!)
  PEBBLE_VA_NOSLEEP=1 PEBBLE_WFE_NONCEREJECT=0 pebble -config "$stage/acme/pebble.json" -dnsserver "127.0.0.1:$dns" >"$stage/logs/pebble" 2>&1 &
  started+=($!)
  within 30 ask "https://localhost:$acme/dir"
  sed "s|/var/lib/certificate|$stage/certificate|; s|/var/lib/certbot|$stage/acme/state|; s|/var/lib/letsencrypt|$stage/acme/work|; s|/tmp/certbot|$stage/acme/logs|" \
    "$here/../../../constructs/nginx/scripts/certbot.sh" >"$stage/acme/certbot.sh"
  give
  start dash
  get() { # HOST...: as the scheduled workload does
    REQUESTS_CA_BUNDLE=$stage/acme/cert.pem HOME=$stage "${as_user[@]}" busybox sh "$stage/acme/certbot.sh" --email ops@shop.example --server "https://localhost:$acme/dir" \
      "${@/#/--domain=}" >"$stage/logs/certbot" 2>&1
  }
  get shop.example
  is '[ACME] certbot gets a certificate through nginx' '0 *' "$? $(tail -n 20 "$stage/logs/certbot")"
  issuer() { openssl s_client -connect "127.0.0.1:$https" -servername shop.example </dev/null 2>/dev/null | sed -n 's/^issuer=//p'; }
  becomes '[ACME] which nginx serves' '*Pebble*' issuer
  is '[ACME] whose key only its user reads' 600 "$(stat -c %a "$stage/certificate/tls.key")"
  before=$(cksum <"$stage/certificate/tls.crt")
  get shop.example
  is '[ACME] while it is not due, nothing changes' "0 $before" "$? $(cksum <"$stage/certificate/tls.crt")"
  get shop.example www.shop.example
  is '[ACME] a new host is added' '0 *DNS:shop.example, DNS:www.shop.example*' "$? $(openssl x509 -in "$stage/certificate/tls.crt" -noout -ext subjectAltName | tr '\n' ' ')"
  rm "$stage/certificate/tls.crt"
  get shop.example www.shop.example
  is '[ACME] what was lost is laid there again' 0 "$(test -s "$stage/certificate/tls.crt"; echo $?)"
  stop
else
  echo 'skip  a certificate by ACME: pebble and certbot are not both installed'
  [ -z "${CI:-}" ] || is '[ACME] in CI, pebble and certbot are there' yes no
fi

# --- TLS ends elsewhere -----------------------------------------------------------------------------------------------------------

prepare off
start dash
is '[no TLS] the site is on plain HTTP, without HSTS' '200 ' "$(status "$plain/") $(header Strict-Transport-Security "$plain/")"
is '[no TLS] a stranger is not believed' "*\"x-forwarded-for\":\"127.0.0.$client\"*\"x-forwarded-proto\":\"http\"*" "$(ask -H 'X-Forwarded-For: 9.9.9.9' -H 'X-Forwarded-Proto: https' "$plain/")"
balancer() { curl -sS --interface 127.0.1.7 --resolve "shop.example:$http:127.0.0.1" "$@"; }
is '[no TLS] a balancer is' '*"x-forwarded-for":"9.9.9.9"*"x-forwarded-proto":"https"*' "$(balancer -H 'X-Forwarded-For: 6.6.6.6, 9.9.9.9' -H 'X-Forwarded-Proto: https' "$plain/")"
is '[no TLS] not even a balancer brings another scheme' '*"x-forwarded-proto":"http"*' "$(balancer -H 'X-Forwarded-Proto: javascript' "$plain/")"
is '[no TLS] clients behind a balancer have limits of their own' '3×200 1×429, 200' "$(for _ in 1 2 3 4; do balancer -o /dev/null -w '%{http_code}\n' -H 'X-Forwarded-For: 9.9.9.1' "$plain/login/"; done | uniq -c | awk '{ printf "%s%s×%s", sep, $1, $2; sep = " " }'), $(balancer -o /dev/null -w '%{http_code}' -H 'X-Forwarded-For: 9.9.9.2' "$plain/login/")"
stop

# --- an application of a single page ------------------------------------------------------------------------------------------

prepare page
start dash
got() { echo "$(status "$plain$1") $(ask "$plain$1") $(header Cache-Control "$plain$1")"; } # PATH
year='public, max-age=31536000, immutable'
for path in / /index.html /orders/4711 /orders/ '/?a=b' /pictures; do
  other_client
  is "[page] $path is the page, which is asked for each time" '200 <p>index</p> no-cache' "$(ask -L -o /dev/null -w '%{http_code}' "$plain$path") $(ask -L "$plain$path") $(header Cache-Control -L "$plain$path" | tail -n 1)"
done
is '[page] a folder without pages is not shown, nor refused' '200 <p>index</p> no-cache' "$(got /pictures/)"
is '[page] a folder with a page of its own has it' "200 <p>about</p> $year" "$(got /about/)"
is '[page] a file is itself, and kept' "200 app() $year" "$(got /app.js)"
is '[page] so is one with a name of its content' "200 code() $year" "$(got /assets/code.1a2b.js)"
is '[page] of which one that is missing is not found, nor kept' '404 ' "$(status "$plain/assets/code.0000.js") $(header Cache-Control "$plain/assets/code.0000.js")"
for path in /app/orders/4711 /app/page.html /app/private/1 /app/app; do
  is "[page] $path is the page of that folder" '200 <p>page</p> no-cache' "$(got "$path")"
done
is '[page] a file below it is itself' "200 app() $year" "$(got /app/app.js)"
is '[page] what is blocked stays so' '404 404' "$(status "$plain/.env") $(status "$plain/app/x.py")"
is '[page] its headers are those of all answers' 'nosniff' "$(header X-Content-Type-Options "$plain/orders/4711")"
is '[page] a route is a route' '*"url":"/api/x"*' "$(ask "$plain/api/x")"
is '[page] nothing beside the folder' '<p>page</p> <p>index</p> 400' "$(ask "$plain/app/css/site.css") $(ask --path-as-is "$plain/app../css/site.css") $(status --path-as-is "$plain/app/..%2f..%2fcss/site.css")"
stop

# --- how names are looked up where there is no `getent ahosts` --------------------------------------------------------------------

sed -n '/^addresses() {/,/^}/p' "$stage/conf/start.sh" >"$stage/addresses.sh"
# shellcheck disable=SC2016
printf '#!/bin/sh\n[ "$1" = hosts ] && echo "10.0.0.9 web"\nexit 1\n' >"$stage/bin/getent"
cat >"$stage/bin/nslookup" <<'END'
#!/bin/sh
printf 'Server:\t\t127.0.0.11\nAddress:\t127.0.0.11:53\n\nNon-authoritative answer:\nName:\tweb\nAddress: 10.0.0.3\nName:\tweb\nAddress: 10.0.0.2\n\nName:\tweb\nAddress: fd00::3\n\n'
END
for shell in dash 'busybox sh'; do
  # shellcheck disable=SC2086
  is "[$shell] all addresses from nslookup" '10.0.0.2 10.0.0.3 \[fd00::3\] ' "$(PATH=$stage/bin:$PATH $shell -c ". $stage/addresses.sh; addresses web" | tr '\n' ' ')"
done
printf '#!/bin/sh\nexit 1\n' >"$stage/bin/nslookup"
is 'what getent knows where nslookup knows nothing' '10.0.0.9' "$(PATH=$stage/bin:$PATH dash -c ". $stage/addresses.sh; addresses web")"
printf '#!/bin/sh\necho "1.2.3.4;} evil"\necho "nobody"\n' >"$stage/bin/getent"
is 'what is no address is dropped' '' "$(PATH=$stage/bin:$PATH dash -c ". $stage/addresses.sh; addresses web")"

echo "$checks checks, $failures failed"
[ "$failures" = 0 ]
