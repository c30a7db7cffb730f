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

# usable PORT TIMEOUT PATH HEADERS: of the addresses on stdin those that say they are ready, all asked at once; where none
# does, all. A single one is not asked: there is no other, or a cluster's Service has chosen already.
usable() {
  all=$(cat)
  ready=
  if [ -n "$3" ] && [ "$(printf '%s\n' "$all" | wc -l)" -gt 1 ]; then
    ready=$(for address in $all; do
      if curl -gfsS -o /dev/null --max-time "$2" ${4:+-H "@$4"} "http://$address:$1$3" 2>/dev/null; then echo "$address"; fi &
    done | sort)
  fi
  printf '%s\n' "${ready:-$all}"
}

# servers PORT: the lines of an upstream, of the addresses on stdin. One that fails is left alone for as long as a restart
# takes. nginx asks each server but once: a single address, behind which there may be many, is named twice.
servers() {
  sort | awk -v port="$1" '
    { address[NR] = $1 }
    END {
      if (NR == 1) for (i = 1; i <= 2; i++) print "server " $1 ":" port " max_fails=0;"
      else for (i = 1; i <= NR; i++) print "server " address[i] ":" port " fail_timeout=5s;"
    }'
}

# keep FILE: takes what stdin says if it is new; fails if it is not.
keep() {
  cat >"$STATE/next"
  if cmp -s "$STATE/next" "$1"; then return 1; fi
  mv "$STATE/next" "$1"
}

# look_up: writes the servers of each upstream; succeeds if any of them changed. A name that is unknown for now keeps
# the addresses that it had. Docker knows a replica by its name before it is ready, and while it hangs; a cluster does not.
look_up() {
  changed=1
  unknown=0
  while read -r upstream host port timeout path; do
    found=$(addresses "$host") || found=
    if [ -z "$found" ]; then
      unknown=$((unknown + 1))
      [ ! -e "$STATE/upstreams/$upstream" ] || continue
      echo 'server 127.0.0.1:1 down;' >"$STATE/upstreams/$upstream"
      log "$host is unknown"
      continue
    fi
    headers=$HERE/$upstream.headers
    [ -e "$headers" ] || headers=
    found=$(printf '%s\n' "$found" | usable "$port" "$timeout" "$path" "$headers")
    if printf '%s\n' "$found" | servers "$port" | keep "$STATE/upstreams/$upstream"; then
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

# The port that HTTPS is published under is known only here: a variable can move it.
say_port() {
  case ${HTTPS_PORT:-443} in
    443) port= ;;
    *[!0-9]*)
      log "HTTPS_PORT is '$HTTPS_PORT', which is not the number of a port"
      exit 64
      ;;
    *) port=:$HTTPS_PORT ;;
  esac
  # shellcheck disable=SC2016 # nginx' variables
  printf 'map $host $https_port { default "%s"; }\n' "$port" >"$STATE/https_port"
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
say_port
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
