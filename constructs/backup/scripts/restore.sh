# shellcheck shell=sh
# The way back: all of a good backup, or nothing.

command_restore() {
  wanted=
  force=no
  for argument in "$@"; do
    case $argument in
      --force) force=yes ;;
      *)
        [ -z "$wanted" ] || fail "$EXIT_USAGE" "restore takes one name"
        wanted=$argument
        ;;
    esac
  done
  [ -n "$wanted" ] || fail "$EXIT_USAGE" "restore needs a name, or latest"
  load_settings
  find_backup "$wanted"
  take_lock backup
  require_good
  connect

  objects=$(count_objects) || fail "$EXIT_RESTORE" "cannot tell whether $PGDATABASE is empty"
  if [ "$objects" -gt 0 ] && [ "$force" = no ]; then
    fail "$EXIT_NOT_EMPTY" "$PGDATABASE is not empty ($objects objects): nothing was done; --force replaces what the backup holds"
  fi
  warn_of_sessions

  log INFO "restoring $BACKUP into $PGDATABASE at $PGHOST:$PGPORT"
  if ! restore_into_database; then
    # pg_dump begins and commits around large objects, inside the plain dump: that ends psql's own transaction.
    ! grep -q 'already a transaction in progress' "$WORK/consumer.errors" ||
      fail "$EXIT_RESTORE" "$BACKUP was restored in part: it holds large objects, which end the transaction; restore into a new database"
    fail "$EXIT_RESTORE" "$BACKUP was not restored: rolled back, $PGDATABASE is as it was"
  fi
  report_rows || {
    log_errors "$WORK/errors"
    fail "$EXIT_RESTORE" "$BACKUP was restored, but its rows could not be counted"
  }
  log INFO "restored $BACKUP into $PGDATABASE: $TABLES tables, $ROWS rows"
}

# restore_into_database: BACKUP into $PGDATABASE, in one transaction.
#
# psql commits when its input ends, and cannot tell the end of the dump from a read error that cut it short. So a second
# script stands at the end of the same transaction; it fails until the dump was read to its end.
# A dump that begins with \restrict lets psql run no backslash command but \unrestrict with the same token: data that
# was made to look like one cannot reach the shell. That ends with the dump and does not touch the second script.
restore_into_database() {
  READ_PATH=$BACKUP_DIR/$BACKUP
  echo "DO \$\$ BEGIN RAISE EXCEPTION 'the backup could not be read to its end'; END \$\$;" >"$WORK/seal.sql"
  run_pipe read_backup apply
  if [ "$CONSUMER_STATUS" -ne 0 ]; then
    log_errors "$WORK/producer.errors"
    log_errors "$WORK/consumer.errors"
    return 1
  fi
}

read_backup() { gzip -dc <"$READ_PATH" && : >"$WORK/seal.sql"; }
apply() { sql --single-transaction -f - -f "$WORK/seal.sql" >/dev/null; }

warn_of_sessions() {
  sessions=$(sql -c "SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'") || sessions=0
  [ "$sessions" -eq 0 ] ||
    log WARN "$sessions other sessions use $PGDATABASE: the restore waits for their open transactions; stop the application"
}
