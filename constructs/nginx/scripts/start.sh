#!/bin/sh
# Starts nginx, and reloads it when the addresses behind it or its certificate change. By itself nginx looks names up
# only while it reads its configuration, does not start when one is unknown, and never sees a renewed certificate.
# POSIX shell; needs getent or nslookup, so that it runs in Alpine and Debian images alike.
set -eu

HERE=/etc/compose8s/nginx
CERTIFICATE=/etc/compose8s/certificate
STATE=/tmp/nginx
PATIENCE=10 # seconds that a start waits for names; what is unknown then answers 502 until it is known
INTERVAL=5  # seconds between two looks

log() {
  printf '%s [notice] start.sh: %s\n' "$(date '+%Y/%m/%d %H:%M:%S')" "$1" >&2
}

# addresses NAME: all of them, one a line, in a stable order. What is no address is dropped.
addresses() {
  {
    getent ahosts "$1" || # not in every Alpine; `hosts` gives but one there
      nslookup "$1" | awk '/^Name:/ { answer = 1 } answer && sub(/^Address[ 0-9]*: */, "")' | grep . ||
      getent hosts "$1"
  } 2>/dev/null | awk '$1 ~ /^[0-9.]+$/ { print $1 } $1 ~ /^[0-9a-fA-F]*:[0-9a-fA-F:.]*$/ { print "[" $1 "]" }' | sort -u
}

# keep FILE: takes what stdin says if it is new; fails if it is not.
keep() {
  cat >"$STATE/next"
  if cmp -s "$STATE/next" "$1"; then return 1; fi
  mv "$STATE/next" "$1"
}

# look_up: writes the servers of each upstream; succeeds if any of them changed. A name that is unknown for now keeps
# the addresses that it had.
look_up() {
  changed=1
  unknown=0
  while read -r upstream host port; do
    found=$(addresses "$host") || found=
    if [ -z "$found" ]; then
      unknown=$((unknown + 1))
      [ ! -e "$STATE/upstreams/$upstream" ] || continue
      echo 'server 127.0.0.1:1 down;' >"$STATE/upstreams/$upstream"
      log "$host is unknown"
    elif printf '%s\n' "$found" | sed "s/.*/server &:$port;/" | keep "$STATE/upstreams/$upstream"; then
      changed=0
      log "$host is at $(printf '%s' "$found" | tr '\n' ' ')"
    fi
  done <"$HERE/upstreams"
  return "$changed"
}

# look_at_certificate: serves HTTPS as soon as there is one; succeeds if it changed.
look_at_certificate() {
  [ -e "$HERE/https.conf" ] && [ -s "$CERTIFICATE/tls.crt" ] && [ -s "$CERTIFICATE/tls.key" ] || return 1
  cat "$CERTIFICATE/tls.crt" "$CERTIFICATE/tls.key" | cksum | keep "$STATE/certificate" || return 1
  ln -sf "$HERE/https.conf" "$STATE/enabled/https.conf"
  log 'the certificate is new'
}

# After `exec`, nginx has the process id of this shell: $$ in here.
watch() {
  while sleep "$INTERVAL" && kill -0 "$$" 2>/dev/null; do
    reload=no
    if look_up; then reload=yes; fi
    if look_at_certificate; then reload=yes; fi
    if [ "$reload" = yes ]; then kill -HUP "$$"; fi
  done
}

mkdir -p "$STATE/upstreams" "$STATE/enabled"
look_up || :
while [ "$unknown" -gt 0 ] && [ "$PATIENCE" -gt 0 ]; do
  sleep 1
  PATIENCE=$((PATIENCE - 1))
  look_up || :
done
look_at_certificate || :
if [ -e "$HERE/https.conf" ] && [ ! -e "$STATE/enabled/https.conf" ]; then log 'there is no certificate yet: no HTTPS'; fi

watch &
exec nginx -e stderr -c "$HERE/nginx.conf"
