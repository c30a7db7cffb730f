#!/usr/bin/env bash
# Follows the tutorial as a new user would: from the packed package, in an empty folder, word by word.
# With `docker` as an argument it does the steps that need an engine as well, and with `cluster=REGISTRY` those that push to a
# registry and apply to the cluster of kubectl. Needs npm's registry.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
folder=$(mktemp -d)
leave() {
  # An engine under load lets go of a network only a while after its container is gone.
  if [[ " $* " = *" docker "* ]]; then
    for _ in {1..10}; do
      docker compose --project-name shop-dev down --volumes --timeout 5 >/dev/null 2>&1 &&
        [ -z "$(docker network ls --quiet --filter label=com.docker.compose.project=shop-dev)" ] && break
      sleep 2
    done
  fi
  rm -rf "$folder"
}
trap 'leave "$@"' EXIT

# On a machine of one's own, where jest writes snapshots.
unset CI
cd "$root"
npm pack --silent --pack-destination "$folder" >/dev/null
mv "$folder"/compose8s-*.tgz "$folder/compose8s.tgz"
export npm_config_audit=false npm_config_fund=false npm_config_update_notifier=false
node --require tsx/cjs test/docs/follow.ts docs/tutorial.md "$folder" "$@"
echo '✔ the tutorial works'
