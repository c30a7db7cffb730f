# shellcheck shell=bash
# Shared by start and stop. Sourced, not run.
# shellcheck disable=SC2034 # the scripts that source it use its variables

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# Beside the engine's, and outside the repository, so that the programs survive a fresh clone.
state=${COMPOSE8S_E2E_STATE:-${XDG_CACHE_HOME:-$HOME/.cache}/compose8s-e2e}/cluster
program=$state/program # all of them in one: see main.go

say() { printf 'cluster: %s\n' "$*" >&2; }
die() {
  say "$*"
  exit 1
}

# The pid of a program that start started, if it still is that: not a zombie, nor a stranger that got the same number.
pid_of() { # NAME
  local pid
  pid=$(cat "$state/run/$1.pid" 2>/dev/null) &&
    [ "/proc/$pid/exe" -ef "$program" ] &&
    printf '%s\n' "$pid"
}

stop_program() { # NAME
  local pid i
  pid=$(pid_of "$1") || return 0
  kill "$pid"
  for ((i = 0; i < 100; i++)); do
    pid_of "$1" >/dev/null || return 0
    sleep 0.1
  done
  say "$1 (pid $pid) did not end in 10 s; killing it"
  kill -KILL "$pid"
}
