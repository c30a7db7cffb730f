# shellcheck shell=sh
# Old backups go only when a good newer one is known to exist.

command_prune() {
  [ "$#" -eq 0 ] || fail "$EXIT_USAGE" "prune takes no arguments"
  load_settings
  take_lock backup
  remove_leftovers
  BACKUP=$(latest_backup)
  status=0
  if [ -n "$BACKUP" ]; then
    is_good "$BACKUP" || fail "$EXIT_DAMAGED" "nothing is pruned: the newest backup, $BACKUP, is damaged: $REASON"
    remove_expired "$BACKUP" || status=$EXIT_PRUNE
  fi
  if [ -f "$BACKUP_DIR/backup.prom" ]; then
    publish_state backup.prom "$(sed "s/^backup_files .*/backup_files $(count_backups)/" "$BACKUP_DIR/backup.prom")" ||
      fail_writing "$WORK/errors" "$EXIT_PRUNE" "cannot write backup.prom"
  fi
  summarise
  return "$status"
}

# remove_expired GOOD: GOOD stays, however old. Age comes from the name: copying or touching a file does not change it.
remove_expired() {
  oldest_kept=$(date -u -d "@$(($(date +%s) - BACKUP_RETENTION_DAYS * 86400))" +%Y%m%d%H%M%S)
  expired_status=0
  for name in $(all_backups); do
    [ "$name" != "$1" ] || continue
    taken=${name#"$BACKUP_NAME"_}
    taken=${taken%.sql.gz}
    [ "${taken%_*}${taken#*_}" -lt "$oldest_kept" ] || continue
    if rm -f "$BACKUP_DIR/$name" "$BACKUP_DIR/$name.sha256" 2>"$WORK/errors"; then
      log INFO "removed $name: older than $BACKUP_RETENTION_DAYS days"
    else
      log_errors "$WORK/errors"
      log ERROR "cannot remove $name"
      expired_status=1
    fi
  done
  return "$expired_status"
}
