# shellcheck shell=sh
# The dump. It lives under a temporary name until it was read back to its end: at no moment, whatever kills this run,
# does a half-written file bear a backup's name.

command_backup() {
  [ "$#" -eq 0 ] || fail "$EXIT_USAGE" "backup takes no arguments"
  load_settings
  take_lock backup
  remove_leftovers
  connect
  warn_of_large_objects

  started=$(date +%s)
  choose_name
  log INFO "dumping $PGDATABASE at $PGHOST:$PGPORT"
  write_partial
  is_whole "$PARTIAL" || fail "$EXIT_DAMAGED" "the dump just written is damaged: $REASON"
  give_name
  log INFO "$BACKUP: verified, $(human "$size") in $(($(date +%s) - started)) s"

  # From here on the backup is good, whatever else fails.
  status=0
  remove_expired "$BACKUP" || status=$EXIT_PRUNE
  record_success
  summarise
  copy_offsite || status=$EXIT_OFFSITE
  return "$status"
}

# Under the lock: whatever still has a temporary name was left by a run that was killed.
remove_leftovers() {
  for path in "$BACKUP_DIR/.$BACKUP_NAME".partial.*; do
    [ -f "$path" ] || continue
    log WARN "removing ${path##*/}, left by a run that was cut short"
    rm -f "$path"
  done
  # Killed between the two renames of give_name.
  # shellcheck disable=SC2231 # a pattern on purpose
  for path in "$BACKUP_DIR/$BACKUP_NAME"_$TIMES.sql.gz.sha256; do
    [ ! -f "$path" ] || [ -e "${path%.sha256}" ] || rm -f "$path"
  done
}

# The name tells when the dump began: it holds what was committed by then. Never the name of a backup that exists.
choose_name() {
  while
    BACKUP=${BACKUP_NAME}_$(date -u +%Y%m%d_%H%M%S).sql.gz
    [ -e "$BACKUP_DIR/$BACKUP" ]
  do
    sleep 1
  done
}

make_partial() {
  PARTIAL=$(mktemp "$BACKUP_DIR/.$BACKUP_NAME.partial.XXXXXX" 2>"$WORK/errors") ||
    fail_writing "$WORK/errors" "$EXIT_CONFIGURATION" "cannot write to $BACKUP_DIR"
}

write_partial() {
  make_partial
  run_pipe dump_database compress
  # gzip first: when it cannot write, pg_dump fails too, and only for that reason.
  [ "$CONSUMER_STATUS" -eq 0 ] ||
    fail_writing "$WORK/consumer.errors" "$EXIT_DUMP" "gzip failed (exit $CONSUMER_STATUS)"
  if [ "$PRODUCER_STATUS" -ne 0 ]; then
    log_errors "$WORK/producer.errors"
    fail "$EXIT_DUMP" "pg_dump failed (exit $PRODUCER_STATUS)"
  fi
}

# --clean --if-exists: the backup restores over a live schema. A dump that waits for a lock fails after five minutes:
# it would make every session behind it wait too.
dump_database() { exec pg_dump --clean --if-exists --no-password --lock-wait-timeout=300000; }
compress() { exec gzip -c >"$PARTIAL"; }

# Contents and checksum reach the disk before the name does, and the backup's own name comes last.
give_name() {
  await hash_of "$PARTIAL" >"$WORK/hash" || fail "$EXIT_UNEXPECTED" "sha256sum failed"
  size=$(size_of "$PARTIAL")
  {
    printf '%s  %s\n' "$(cut -d ' ' -f 1 "$WORK/hash")" "$BACKUP" >"$PARTIAL.sha256" &&
      await sync "$PARTIAL" "$PARTIAL.sha256" &&
      mv -f "$PARTIAL.sha256" "$BACKUP_DIR/$BACKUP.sha256" &&
      mv -f "$PARTIAL" "$BACKUP_DIR/$BACKUP" &&
      await sync "$BACKUP_DIR"
  } 2>"$WORK/errors" || fail_writing "$WORK/errors" "$EXIT_UNEXPECTED" "cannot finish $BACKUP"
  PARTIAL=
}

# What monitoring reads. Only after a success: a timestamp that is old, or missing, is the alarm.
record_success() {
  now=$(date +%s)
  {
    publish_state last_success "$now" && publish_state backup.prom "\
# HELP backup_last_success_timestamp_seconds When the last verified backup was finished.
# TYPE backup_last_success_timestamp_seconds gauge
backup_last_success_timestamp_seconds $now
# HELP backup_last_size_bytes Size of the last verified backup.
# TYPE backup_last_size_bytes gauge
backup_last_size_bytes $size
# HELP backup_last_duration_seconds How long the last verified backup took.
# TYPE backup_last_duration_seconds gauge
backup_last_duration_seconds $((now - started))
# HELP backup_files Backups in the folder.
# TYPE backup_files gauge
backup_files $(count_backups)"
  } || fail_writing "$WORK/errors" "$EXIT_UNEXPECTED" "$BACKUP is good, but its success could not be recorded"
}

copy_offsite() {
  [ -n "$BACKUP_OFFSITE" ] || return 0
  offsite_status=0
  await run_offsite "$BACKUP_DIR/$BACKUP" || offsite_status=$?
  if [ "$offsite_status" -ne 0 ]; then
    log ERROR "off-site copy failed (exit $offsite_status): $BACKUP is good, but exists only here"
    return 1
  fi
  log INFO "$BACKUP: copied off-site"
  publish_time offsite 'When the last backup was copied elsewhere.' || {
    log_errors "$WORK/errors"
    log ERROR "$BACKUP was copied off-site, but that could not be recorded"
    return 1
  }
}

# The hook needs no database, and must not keep the lock should it leave something running.
run_offsite() {
  unset PGPASSFILE PGPASSWORD PGPASSWORD_FILE
  exec "$BACKUP_OFFSITE" "$1" 9>&-
}

# pg_dump commits before and after large objects, inside the plain dump.
warn_of_large_objects() {
  large_objects=$(sql -c 'SELECT count(*) FROM pg_largeobject_metadata') || large_objects=0
  [ "$large_objects" -eq 0 ] ||
    log WARN "$large_objects large objects: a restore of this database cannot be one transaction"
}
