# shellcheck shell=sh
# The proof that the latest backup restores, without touching the database it came from.

command_drill() {
  [ "$#" -eq 0 ] || fail "$EXIT_USAGE" "drill takes no arguments"
  load_settings
  find_backup latest
  # Not the backup's lock: a drill only reads, and must not make the nightly backup fail.
  take_lock drill
  require_good
  connect
  require_createdb
  drop_leftover_scratches
  count_definitions
  live=$(count_tables) || fail "$EXIT_DRILL" "cannot count the tables of $PGDATABASE"
  source=$PGDATABASE

  create_scratch
  PGDATABASE=$SCRATCH
  log INFO "restoring $BACKUP into the scratch database $SCRATCH"
  restore_into_database || fail "$EXIT_DRILL" "$BACKUP does not restore"
  report_rows || {
    log_errors "$WORK/errors"
    fail "$EXIT_DRILL" "$BACKUP was restored, but its rows could not be counted"
  }
  PGDATABASE=$source

  [ "$TABLES" -gt 0 ] || fail "$EXIT_DRILL" "$BACKUP restores, but holds no table"
  [ "$TABLES" -eq "$DEFINITIONS" ] || fail "$EXIT_DRILL" "$BACKUP holds $DEFINITIONS tables, but $TABLES were restored"
  [ "$TABLES" -eq "$live" ] ||
    log WARN "$source has $live tables now, the backup $TABLES: the schema changed since, or it is the backup of something else"
  drop_scratch || fail "$EXIT_DRILL" "the scratch database could not be dropped"
  log INFO "drill passed: $BACKUP, $TABLES tables, $ROWS rows"
  publish_time drill 'When the last drill passed.' ||
    fail_writing "$WORK/errors" "$EXIT_UNEXPECTED" "the drill passed, but that could not be recorded"
  log INFO "proved: it is whole, every statement runs on this server, every table in it arrives; not that its rows are those of today"
}

require_createdb() {
  grant=$(sql -c "SELECT format('ALTER ROLE %I CREATEDB;', rolname) FROM pg_roles
    WHERE rolname = current_user AND NOT rolcreatedb AND NOT rolsuper") || fail "$EXIT_DRILL" "cannot read pg_roles"
  [ -z "$grant" ] ||
    fail "$EXIT_DRILL" "role $PGUSER may not create the scratch database; a superuser grants it with: $grant"
}

# Same encoding and locale as the original: another one could refuse its rows or order them otherwise.
create_scratch() {
  scratch_name=drill_${BACKUP_NAME}_$(date -u +%Y%m%d_%H%M%S)
  # Set before it exists: a signal in between must not leave it behind.
  SCRATCH=$scratch_name
  (
    sql <<SQL
SELECT format('CREATE DATABASE %I TEMPLATE template0 ENCODING %L LC_COLLATE %L LC_CTYPE %L',
  '$scratch_name', pg_encoding_to_char(encoding), datcollate, datctype)
FROM pg_database WHERE datname = current_database() \\gexec
SQL
  ) 2>"$WORK/errors" || {
    # Not ours then: another drill may have taken the name.
    SCRATCH=
    log_errors "$WORK/errors"
    fail "$EXIT_DRILL" "cannot create the scratch database $scratch_name"
  }
}

# FORCE ends a session of ours that a signal left behind.
drop_scratch() {
  scratch_name=$SCRATCH
  SCRATCH=
  PGDATABASE=${source:-$PGDATABASE}
  (sql -c "DROP DATABASE IF EXISTS \"$scratch_name\" WITH (FORCE)") >/dev/null 2>"$WORK/errors" || {
    log_errors "$WORK/errors"
    log ERROR "the scratch database $scratch_name is still there: drop it by hand, or let the next drill do it"
    return 1
  }
}

# A drill that was killed could not drop its own. Without FORCE: one that is in use belongs to someone else's drill.
drop_leftover_scratches() {
  leftovers=$(sql -c "SELECT datname FROM pg_database
    WHERE regexp_replace(datname, '[0-9]{8}_[0-9]{6}\$', '') = 'drill_${BACKUP_NAME}_'") || return 0
  for leftover in $leftovers; do
    log WARN "dropping $leftover, left by a drill that was cut short"
    (sql -c "DROP DATABASE IF EXISTS \"$leftover\"") >/dev/null 2>"$WORK/errors" || log_errors "$WORK/errors"
  done
}
