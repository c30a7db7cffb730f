#!/usr/bin/env bash
# Behaves as the official image's entry point does towards the stacks: the POSTGRES_* variables and their _FILE forms,
# first start on an empty data folder, scripts in /docker-entrypoint-initdb.d, arguments passed on to the server.
set -Eeuo pipefail

fail() {
  printf 'Error: %s\n' "$*" >&2
  exit 1
}

# from_file NAME [DEFAULT]: NAME's own value, or what the file named in NAME_FILE holds; both at once is a mistake.
from_file() {
  local name=$1 file_name=$1_FILE value=${2:-}
  if [ "${!name:-}" ] && [ "${!file_name:-}" ]; then
    fail "both $name and $file_name are set (but are exclusive)"
  elif [ "${!name:-}" ]; then
    value=${!name}
  elif [ "${!file_name:-}" ]; then
    value=$(<"${!file_name}")
  fi
  export "$name=$value"
  unset "$file_name"
}

asks_for_help() {
  local arg
  for arg; do
    case $arg in -'?' | --help | --describe-config | -V | --version) return 0 ;; esac
  done
  return 1
}

# Under this name, because scripts in initdb.d that are sourced may call it.
docker_process_sql() {
  local -a database=()
  [ -z "${POSTGRES_DB:-}" ] || database=(--dbname "$POSTGRES_DB")
  PGHOST='' PGHOSTADDR='' psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --no-password --no-psqlrc \
    "${database[@]}" "$@"
}

init_data_folder() {
  local -a extra=()
  [ -z "${POSTGRES_INITDB_WALDIR:-}" ] || extra+=(--waldir "$POSTGRES_INITDB_WALDIR")
  # The arguments are shell words, as in the official image.
  eval 'initdb --username="$POSTGRES_USER" --pwfile=<(printf "%s\n" "$POSTGRES_PASSWORD") '"$POSTGRES_INITDB_ARGS"' "${extra[@]}"'
  printf '\nhost all all all %s\n' "${POSTGRES_HOST_AUTH_METHOD:-$(postgres -C password_encryption)}" >>"$PGDATA/pg_hba.conf"
}

run_init_scripts() {
  local script
  for script in /docker-entrypoint-initdb.d/*; do
    [ -e "$script" ] || continue
    printf '%s: running %s\n' "$0" "$script"
    case $script in
      *.sh)
        if [ -x "$script" ]; then
          "$script"
        else
          # shellcheck disable=SC1090
          . "$script"
        fi
        ;;
      *.sql) docker_process_sql -f "$script" ;;
      *.sql.gz) gunzip -c "$script" | docker_process_sql ;;
      *.sql.xz) xzcat "$script" | docker_process_sql ;;
      *.sql.zst) zstd -dc "$script" | docker_process_sql ;;
      *) printf '%s: ignoring %s\n' "$0" "$script" ;;
    esac
  done
}

# The server for the first set-up listens on its socket only, so that nothing connects over the network too early.
set_up() {
  [ "$POSTGRES_PASSWORD" ] || [ "${POSTGRES_HOST_AUTH_METHOD:-}" = trust ] ||
    fail 'Database is uninitialized and superuser password is not specified. Set POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE.'
  init_data_folder
  export PGPASSWORD=${PGPASSWORD:-$POSTGRES_PASSWORD}
  shift # the word `postgres`
  pg_ctl -D "$PGDATA" -o "$(printf '%q ' "$@" -c listen_addresses= -p "${PGPORT:-5432}")" -w start
  # Connected to `postgres`, since the wanted database may not exist yet: the last --dbname wins.
  docker_process_sql --dbname postgres -v db="$POSTGRES_DB" <<<"
    SELECT format('CREATE DATABASE %I', :'db')
    WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'db') \\gexec"
  run_init_scripts
  pg_ctl -D "$PGDATA" -m fast -w stop
  unset PGPASSWORD
  printf '\nPostgreSQL init process complete; ready for start up.\n\n'
}

case ${1:-} in -*) set -- postgres "$@" ;; esac

if [ "${1:-}" = postgres ] && ! asks_for_help "$@"; then
  from_file POSTGRES_PASSWORD
  from_file POSTGRES_USER postgres
  from_file POSTGRES_DB "$POSTGRES_USER"
  from_file POSTGRES_INITDB_ARGS
  : "${POSTGRES_HOST_AUTH_METHOD:=}"

  mkdir -p "$PGDATA"
  chmod 0700 "$PGDATA" 2>/dev/null || true # somebody else's mount may not let us
  if [ "$(id -u)" = 0 ]; then
    find "$PGDATA" /var/run/postgresql \! -user postgres -exec chown postgres {} +
    exec gosu postgres "$0" "$@"
  fi
  if [ -s "$PGDATA/PG_VERSION" ]; then
    printf '\nPostgreSQL Database directory appears to contain a database; Skipping initialization\n\n'
  else
    set_up "$@"
  fi
fi

exec "$@"
