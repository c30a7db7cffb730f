# shellcheck shell=sh
# How the database is reached. The password goes through a file that libpq reads: arguments and environments of
# processes can be seen by others.

connect() {
  for variable in PGHOST PGUSER PGDATABASE; do
    eval "value=\${$variable:-}"
    # shellcheck disable=SC2154 # set by eval
    [ -n "$value" ] || fail "$EXIT_CONFIGURATION" "$variable is not set"
  done
  case $PGDATABASE in
    # Not repeated in the message: an URL may hold a password.
    *://* | *=*) fail "$EXIT_CONFIGURATION" "PGDATABASE must be the name of a database, not an URL" ;;
  esac
  export PGHOST PGUSER PGDATABASE PGPORT="${PGPORT:-5432}" PGCONNECT_TIMEOUT="${PGCONNECT_TIMEOUT:-10}"
  export PGAPPNAME="backup.sh $COMMAND"

  if [ -n "${PGPASSWORD_FILE:-}" ]; then
    [ -r "$PGPASSWORD_FILE" ] || fail "$EXIT_CONFIGURATION" "PGPASSWORD_FILE $PGPASSWORD_FILE cannot be read"
    # A password file holds one line; colons and backslashes are escaped. printf is built in: no command line shows it.
    line=$(sed 's/[\\:]/\\&/g' "$PGPASSWORD_FILE")
    case $line in
      '') fail "$EXIT_CONFIGURATION" "PGPASSWORD_FILE $PGPASSWORD_FILE is empty" ;;
      *"
"*) fail "$EXIT_CONFIGURATION" "PGPASSWORD_FILE $PGPASSWORD_FILE holds more than one line" ;;
    esac
    printf '*:*:*:*:%s\n' "$line" >"$WORK/pgpass"
    unset line PGPASSWORD
    export PGPASSFILE="$WORK/pgpass"
  fi

  if ! await sql -c "SELECT current_setting('server_version_num')::int / 10000" >"$WORK/server" 2>"$WORK/errors"; then
    log_errors "$WORK/errors"
    fail "$EXIT_UNREACHABLE" "database $PGDATABASE at $PGHOST:$PGPORT cannot be reached"
  fi
  # A newer pg_dump writes settings that the older server refuses; an older pg_dump refuses the newer server.
  server=$(cat "$WORK/server")
  client=$(pg_dump --version | sed 's/^[^)]*) \([0-9]*\).*/\1/')
  [ "$client" = "$server" ] ||
    log WARN "pg_dump is of version $client, the server of $server: the backup may not restore there; run the server's image"
}

# psql that reads no start-up file, asks nothing and stops at the first error. Terse: the details of an error show rows,
# and rows do not belong into logs. It replaces the shell it runs in: call it in `$(...)`, `(...)` or the background.
sql() { exec psql -X -w -q -A -t -v ON_ERROR_STOP=1 -v VERBOSITY=terse -v SHOW_CONTEXT=never "$@"; }

# What users made in this database: not the system's, not an extension's (init scripts may have created extensions).
count_objects() {
  sql -c "
    WITH schemas AS (
      SELECT oid, nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
    ), objects (classid, objid) AS (
      SELECT 'pg_namespace'::regclass, oid FROM schemas WHERE nspname <> 'public'
      UNION ALL
      SELECT 'pg_class'::regclass, oid FROM pg_class
        WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND relnamespace IN (SELECT oid FROM schemas)
      UNION ALL
      SELECT 'pg_type'::regclass, t.oid FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
        WHERE (t.typtype IN ('d', 'e', 'r') OR c.relkind = 'c') AND t.typnamespace IN (SELECT oid FROM schemas)
      UNION ALL
      SELECT 'pg_proc'::regclass, oid FROM pg_proc WHERE pronamespace IN (SELECT oid FROM schemas)
      UNION ALL
      SELECT 'pg_largeobject'::regclass, oid FROM pg_largeobject_metadata
    )
    SELECT count(*) FROM objects
    WHERE (classid, objid) NOT IN (SELECT classid, objid FROM pg_depend WHERE deptype = 'e')"
}

# Tables as pg_dump sees them, partitions and their parents too.
USER_TABLES="
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT 1 FROM pg_depend d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')"

count_tables() { sql -c "SELECT count(*) $USER_TABLES"; }

# One line for each table: rows, name. ONLY: a partition's rows count once.
count_rows() {
  sql -F ' ' <<SQL
SELECT format('SELECT count(*), %L FROM ONLY %I.%I', n.nspname || '.' || c.relname, n.nspname, c.relname)
$USER_TABLES ORDER BY n.nspname, c.relname \\gexec
SQL
}

# report_rows: logs the rows of each table, sets TABLES and ROWS.
report_rows() {
  TABLES=0
  ROWS=0
  await count_rows >"$WORK/rows" 2>"$WORK/errors" || return 1
  while read -r rows table; do
    log INFO "$table: $rows rows"
    TABLES=$((TABLES + 1))
    ROWS=$((ROWS + rows))
  done <"$WORK/rows"
}
