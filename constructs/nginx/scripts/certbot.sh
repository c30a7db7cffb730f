#!/bin/sh
# Gets a certificate, renews it when it is due (certbot does nothing before), and lays it where nginx looks for it.
#
#   certbot.sh OPTIONS-OF-CERTBOT       --email name@shop.example --domain shop.example
set -eu

CERTIFICATE=/var/lib/certificate # seen by nginx: tls.crt, tls.key and the challenges
STATE=/var/lib/certbot           # seen by nobody else: the account and what came before

certbot certonly --non-interactive --agree-tos --cert-name site --keep-until-expiring --renew-with-new-domains \
  --webroot --webroot-path "$CERTIFICATE" \
  --config-dir "$STATE" --work-dir /var/lib/letsencrypt --logs-dir /tmp/certbot "$@"

# lay FROM TO: never half a file. Only the proxy's user reads the key.
lay() {
  if cmp -s "$1" "$2"; then return; fi
  cp "$1" "$2.next"
  chmod "$3" "$2.next"
  mv "$2.next" "$2"
}
lay "$STATE/live/site/privkey.pem" "$CERTIFICATE/tls.key" 0600
lay "$STATE/live/site/fullchain.pem" "$CERTIFICATE/tls.crt" 0644
