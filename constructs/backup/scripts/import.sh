# shellcheck shell=sh
# The way back into the volume: a copy that was kept elsewhere becomes a backup like those that were made here.

command_import() {
  [ "$#" -eq 1 ] || fail "$EXIT_USAGE" "import takes one name"
  load_settings
  # shellcheck disable=SC2254 # a pattern on purpose
  case $1 in
    "$BACKUP_NAME"_$TIMES.sql.gz) BACKUP=$1 ;;
    *) fail "$EXIT_USAGE" "backups are called ${BACKUP_NAME}_YYYYMMDD_HHMMSS.sql.gz here: give import the name of such a one" ;;
  esac
  [ ! -t 0 ] || fail "$EXIT_USAGE" "import reads the backup from its standard input: import $BACKUP < $BACKUP"
  take_lock backup
  remove_leftovers
  if [ -e "$BACKUP_DIR/$BACKUP" ] || [ -L "$BACKUP_DIR/$BACKUP" ]; then
    fail "$EXIT_USAGE" "there is a $BACKUP in $BACKUP_DIR already: it stays as it is"
  fi

  # What runs in the background has an empty input, but for a copy of this one.
  exec 8<&0
  make_partial
  await receive 2>"$WORK/errors" || fail_writing "$WORK/errors" "$EXIT_UNEXPECTED" "$BACKUP could not be written"
  is_whole "$PARTIAL" || fail "$EXIT_DAMAGED" "what came for $BACKUP is damaged, and was not kept: $REASON"
  give_name
  log INFO "imported $BACKUP: verified, $(human "$(size_of "$BACKUP_DIR/$BACKUP")")"
}

receive() { exec cat <&8 >"$PARTIAL"; }
