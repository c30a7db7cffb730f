#!/bin/bash
# The start script of a Postgres, and the one that makes the role of monitoring, with a real server on loopback that logs
# and counts all that it is asked: no first start that was cut short passes for a whole one; passwords are given, and none
# is kept. A line for each check; fails if any does.
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

mkdir "$stage/volume" "$stage/secrets" "$stage/bin" "$stage/socket" "$stage/init"
# shellcheck disable=SC2016 # words of JavaScript
node --require tsx/cjs -e '
  const [root, stage] = process.argv.slice(1);
  const { writeFileSync } = require("node:fs");
  const { LAST_SCRIPT, lastScript, startScript } = require(`${root}/constructs/postgres/start.ts`);
  const volume = `${stage}/volume`;
  writeFileSync(`${stage}/bin/start`, startScript({ volume, data: `${volume}/pgdata`, secrets: `${stage}/secrets` }));
  writeFileSync(`${stage}/init/${LAST_SCRIPT}`, lastScript(volume));
' "$root" "$stage" || exit 1
cp "$root/constructs/monitoring/scripts/postgres-role.sh" "$stage/bin/role"
# The image's own, with the folders that are here.
sed "s|/docker-entrypoint-initdb.d|$stage/init|; s|PGHOST='' PGHOSTADDR=''|PGHOST=$stage/socket|" "$root/test/e2e/stand-ins/postgres/docker-entrypoint.sh" >"$stage/bin/docker-entrypoint.sh"
chmod 0755 "$stage" "$stage/bin" "$stage/bin/"*
[ "$(id -u)" != 0 ] || chown -R postgres "$stage/volume" "$stage/socket"
export PATH=$stage/bin:$PATH
PGPORT=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
export PGPORT PGHOST=$stage/socket PGDATA=$data POSTGRES_USER=clerk POSTGRES_DB=postgres POSTGRES_PASSWORD_FILE=$stage/secrets/password
export POSTGRES_INITDB_ARGS='--auth-local=trust --auth-host=scram-sha-256 --locale=C.UTF-8'

password() { # FILE VALUE
  printf '%s\n' "$2" >"$stage/secrets/$1"
  chmod 0644 "$stage/secrets/$1"
}
start() { # SETTING...: all that is asked goes to the log, as far as the server can be told so
  local setting settings=(log_statement=all log_min_duration_statement=0 log_min_duration_sample=0 log_statement_sample_rate=1 log_transaction_sample_rate=1
    log_min_error_statement=debug5 listen_addresses=127.0.0.1 "unix_socket_directories=$stage/socket" fsync=off "$@") words=()
  for setting in "${settings[@]}"; do words+=(-c "$setting"); done
  # In a session of its own, as in a container. At a first start it listens on its socket sooner.
  (cd "$stage" && exec setsid "${as_server[@]}" start postgres -D "$data" "${words[@]}") >>"$log" 2>&1 &
  container=$!
  within 30 comes_up "$container"
}
comes_up() { ! kill -0 "$1" 2>/dev/null || pg_isready -q -h "${awaited:-127.0.0.1}"; } # PID: or has ended
# All of it at once. pg_ctl gives its server a session of its own, which in a container ends with the first process.
kill_container() {
  local server
  kill -KILL -- "-$container" 2>/dev/null
  wait "$container" 2>/dev/null
  if read -r server <"$data/postmaster.pid" && kill -KILL "$server" 2>/dev/null; then within 10 gone "$server"; fi
}
gone() { ! kill -0 "$1" 2>/dev/null; }
# refused TEXT: the start ends as a failure, saying so
refused() {
  local code=0
  start || return
  gone "$container" || return
  wait "$container" || code=$?
  kill_container
  [ "$code" != 0 ] && tail -n 5 "$log" | grep -F -- "$1"
}
logs_in() { PGPASSWORD=$2 psql -X -q -w -h 127.0.0.1 -U "$1" -d postgres -c 'SELECT 1' >/dev/null; } # ROLE PASSWORD
logged() { grep -F -- "$1" "$log"; }
counted() { psql -X -q -A -t -U clerk -d shop -c 'SELECT query FROM pg_stat_statements' | grep -F -- "$1"; }
sql() { psql -X -q -v ON_ERROR_STOP=1 -U clerk "$@" >/dev/null; }

# --- checks of the first start ----------------------------------------------------------------------------------------

password password 'before all others'
init() { cat >"$stage/init/$1"; } # FILE
init 10-first.sql <<<'CREATE TABLE first (); SELECT pg_sleep(60);'
init 20-second.sql <<<'CREATE TABLE second ();'
awaited=$stage/socket start || { cat "$log"; exit 1; }
passes 'a first start is among its scripts' within 10 sql -d postgres -c 'TABLE first'
kill_container
passes 'where it was killed there, the next start is refused' refused 'the first start of this database was cut short'
passes 'and each after that' refused 'the first start of this database was cut short'
passes 'all that it had made is still there' [ -s "$data/PG_VERSION" ]

rm -rf "$stage/volume/"*
init 10-first.sql <<<'CREATE TABLE first (); SELECT 1 / 0;'
passes 'a script that fails ends the first start' refused 'division by zero'
passes 'and the next start is refused' refused 'the first start of this database was cut short'

rm -rf "$data"
init 10-first.sql <<<'CREATE TABLE first ();'
start || { cat "$log"; exit 1; }
passes 'where there are no data, it begins anew, and does all' sql -d postgres -c 'TABLE first; TABLE second'
stop

: >"$stage/volume/first-start-not-ended"
start || { cat "$log"; exit 1; }
passes 'data that are older than the start that was cut short were put there by hand, and are let in' sql -d postgres -c 'TABLE first; TABLE second'
passes 'and are not asked about again' [ ! -e "$stage/volume/first-start-not-ended" ]
stop

# --- checks of passwords ----------------------------------------------------------------------------------------------

password password "the-first's\\own"
start || { cat "$log"; exit 1; }
passes 'what has begun whole starts again' sql -d postgres -c 'TABLE second'
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
