#!/bin/sh
# As the official image: runs /docker-entrypoint.d/*.sh and fills in /etc/nginx/templates before nginx starts.
set -e
if [ "${1:-}" = nginx ]; then
  for script in /docker-entrypoint.d/*.sh; do
    [ ! -x "$script" ] || "$script"
  done
  for template in /etc/nginx/templates/*.template; do
    [ -e "$template" ] || continue
    target=/etc/nginx/conf.d/$(basename "$template" .template)
    # Only variables that exist: nginx has `$` of its own.
    envsubst "$(env | sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*/${\1}/p' | tr '\n' ' ')" \
      <"$template" >"$target"
  done
fi
exec "$@"
