# shellcheck shell=sh

command_list() {
  [ "$#" -eq 0 ] || fail "$EXIT_USAGE" "list takes no arguments"
  load_settings
  for name in $(all_backups); do
    printf '%12s  %s\n' "$(size_of "$BACKUP_DIR/$name")" "$name"
  done
  summarise
}
