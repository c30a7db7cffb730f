#!/bin/sh
# The role that monitoring reads as: it sees statistics (pg_monitor) and no table. `ensure` makes it or mends it, as
# often as it is run; `check` logs in as it. POSIX shell: busybox (Alpine) and dash (Debian) alike.
set -eu

case ${1:-} in
  ensure)
    PGPASSWORD=$(cat "$OWNER_PASSWORD_FILE")
    export PGPASSWORD
    # Neither the log nor the statistics of statements and sessions may keep the password. The lock: two may do this at a time.
    exec psql --no-psqlrc --quiet --no-password --set=ON_ERROR_STOP=1 --set=role="$MONITORING_ROLE" <<'SQL'
\set password `cat "$MONITORING_PASSWORD_FILE"`
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_duration_sample = -1;
SET log_transaction_sample_rate = 0;
SET log_min_error_statement = 'panic';
SET pg_stat_statements.track_utility = off;
SET track_activities = off;
BEGIN;
SELECT pg_advisory_xact_lock(7305143) \g /dev/null
SELECT format('CREATE ROLE %I', :'role') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \gexec
ALTER ROLE :"role" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 5 PASSWORD
  :'password';
GRANT pg_monitor TO :"role";
COMMIT;
SQL
    ;;
  check)
    PGPASSWORD=$(cat "$MONITORING_PASSWORD_FILE")
    PGUSER=$MONITORING_ROLE
    export PGPASSWORD PGUSER
    exec psql --no-psqlrc --quiet --no-password --tuples-only --output=/dev/null --command='SELECT 1'
    ;;
  *)
    echo 'usage: role.sh ensure|check' >&2
    exit 2
    ;;
esac
