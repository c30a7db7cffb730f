#!/bin/bash
# The start script of a Postgres, and the one that makes the role of monitoring, with a real server on loopback that logs
# and counts all that it is asked: passwords are given, and none is kept. A line for each check; fails if any does.
# Debian packages: postgresql (before trixie, postgresql-contrib too), util-linux, and Node.js with the project's packages.
set -u
export LC_ALL=C.UTF-8

here=$(cd "$(dirname "$0")" && pwd)
root=$here/../../..
bin=$(find /usr/lib/postgresql -maxdepth 2 -name bin | sort -V | tail -n 1)
[ -x "$bin/initdb" ] || { echo "no Postgres server in /usr/lib/postgresql" >&2; exit 1; }
export PATH=$bin:$PATH
stage=$(mktemp -d /tmp/postgres-test.XXXXXX)
data=$stage/volume/pgdata log=$stage/server.log
# Postgres does not run as root.
as_server=()
[ "$(id -u)" != 0 ] || as_server=(runuser -u postgres --)
failures=0 checks=0

stop() { [ ! -e "$data/postmaster.pid" ] || "${as_server[@]}" pg_ctl -D "$data" -m fast -w stop >/dev/null; }
leave() {
  stop
  rm -rf "$stage"
}
trap leave EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

# passes WHAT COMMAND..., and fails WHAT COMMAND...
passes() { judge 0 "$@"; }
fails() { judge 1 "$@"; }
judge() {
  local wanted=$1 what=$2 code=0
  shift 2
  checks=$((checks + 1))
  "$@" >"$stage/said" 2>&1 || code=1
  if [ "$code" = "$wanted" ]; then
    echo "ok    $what"
  else
    failures=$((failures + 1))
    echo "FAIL  $what"
    tail -n 5 "$stage/said" | sed 's/^/        /'
  fi
}
within() { # SECONDS COMMAND...
  local tries=$(($1 * 10))
  shift
  until "$@"; do
    [ $((tries -= 1)) -gt 0 ] || return 1
    sleep 0.1
  done
}

# --- what the image and the container would have ----------------------------------------------------------------------

mkdir "$stage/volume" "$stage/secrets" "$stage/bin" "$stage/socket"
# shellcheck disable=SC2016 # words of JavaScript
node --require tsx/cjs -e '
  const [root, stage] = process.argv.slice(1);
  const { startScript } = require(`${root}/constructs/postgres/start.ts`);
  process.stdout.write(startScript({ volume: `${stage}/volume`, data: `${stage}/volume/pgdata`, secrets: `${stage}/secrets` }));
' "$root" "$stage" >"$stage/bin/start" || exit 1
cp "$root/constructs/monitoring/scripts/postgres-role.sh" "$stage/bin/role"
# The image's own, on a volume that has a database.
printf '#!/bin/sh\nexec "$@"\n' >"$stage/bin/docker-entrypoint.sh"
chmod 0755 "$stage" "$stage/bin" "$stage/bin/"*
[ "$(id -u)" != 0 ] || chown -R postgres "$stage/volume" "$stage/socket"
export PATH=$stage/bin:$PATH
PGPORT=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
export PGPORT PGHOST=$stage/socket POSTGRES_USER=clerk POSTGRES_DB=postgres

"${as_server[@]}" initdb -D "$data" -U clerk --auth-local=trust --auth-host=scram-sha-256 --locale=C.UTF-8 >/dev/null || exit 1
password() { # FILE VALUE
  printf '%s\n' "$2" >"$stage/secrets/$1"
  chmod 0644 "$stage/secrets/$1"
}
start() { # SETTING...: all that is asked goes to the log, as far as the server can be told so
  local setting settings=(log_statement=all log_min_duration_statement=0 log_min_duration_sample=0 log_statement_sample_rate=1 log_transaction_sample_rate=1
    log_min_error_statement=debug5 listen_addresses=127.0.0.1 "unix_socket_directories=$stage/socket" fsync=off "$@") words=()
  for setting in "${settings[@]}"; do words+=(-c "$setting"); done
  (cd "$stage" && exec "${as_server[@]}" start postgres -D "$data" "${words[@]}") >>"$log" 2>&1 &
  within 30 pg_isready -q
}
logs_in() { PGPASSWORD=$2 psql -X -q -w -h 127.0.0.1 -U "$1" -d postgres -c 'SELECT 1' >/dev/null; } # ROLE PASSWORD
logged() { grep -F -- "$1" "$log"; }
counted() { psql -X -q -A -t -U clerk -d shop -c 'SELECT query FROM pg_stat_statements' | grep -F -- "$1"; }
sql() { psql -X -q -v ON_ERROR_STOP=1 -U clerk "$@" >/dev/null; }

# --- checks -----------------------------------------------------------------------------------------------------------

password password "the-first's\\own"
start || { cat "$log"; exit 1; }
passes 'a server that loads no extension is given the password of the secret' within 10 logs_in clerk "the-first's\\own"
fails 'the log does not have it' logged 'the-first'
sql -d postgres -c 'CREATE DATABASE shop' || exit 1
stop

POSTGRES_DB=shop
password password "the-second's\\own"
start shared_preload_libraries=pg_stat_statements || { cat "$log"; exit 1; }
passes 'one that counts statements is given another' within 10 logs_in clerk "the-second's\\own"
fails 'the former one is none any more' logs_in clerk "the-first's\\own"
sql -d shop -c 'CREATE EXTENSION pg_stat_statements' || exit 1
fails 'the log does not have it' logged 'the-second'
fails 'nor do the statistics' counted 'the-second'

password monitoring "the-watcher's\\own"
export PGUSER=clerk PGDATABASE=shop MONITORING_ROLE=monitoring MONITORING_PASSWORD_FILE=$stage/secrets/monitoring OWNER_PASSWORD_FILE=$stage/secrets/password
passes 'the role of monitoring is made' role ensure
passes 'and made once more' role ensure
passes 'it logs in' logs_in monitoring "the-watcher's\\own"
fails 'the log does not have its password' logged 'the-watcher'
fails 'nor do the statistics' counted 'the-watcher'

sql -d shop -c "ALTER ROLE monitoring PASSWORD 'said-aloud'"
passes 'one that is given without care is in the log' logged 'said-aloud'
passes 'and in the statistics' counted 'said-aloud'

echo "$checks checks, $failures failures"
[ "$failures" = 0 ]
