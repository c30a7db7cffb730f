# shellcheck shell=bash
# Shared by start and stop. Sourced, not run.
# shellcheck disable=SC2034 # the scripts that source it use its variables

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# Outside the repository, so that images and caches survive a fresh clone.
state=${COMPOSE8S_E2E_STATE:-${XDG_CACHE_HOME:-$HOME/.cache}/compose8s-e2e}
socket=$state/docker.sock
pidfile=$state/docker.pid
root=$state/root # the engine's programs, unpacked

say() { printf 'engine: %s\n' "$*" >&2; }
die() {
  say "$*"
  exit 1
}

# The pid in the file, if that process is still our daemon: not a zombie, nor a stranger that got the same number.
daemon_pid() {
  local pid
  pid=$(cat "$pidfile" 2>/dev/null) &&
    [ "/proc/$pid/exe" -ef "$root/usr/sbin/dockerd" ] &&
    printf '%s\n' "$pid"
}

use_own_engine() {
  export DOCKER_HOST=unix://$socket DOCKER_CONFIG=$state/config
  # sbin too: iptables lives there, and dockerd needs it.
  export PATH=$root/usr/bin:$root/usr/sbin:$PATH:/usr/sbin:/sbin
}
