# shellcheck shell=sh

command_help() {
  cat <<'USAGE'
Usage: backup.sh [COMMAND]

  backup                           dump, verify, name, prune, copy off-site (the default)
  verify [FILE|latest]             read a backup to its end: checksum, compression, end marker
  prune                            remove backups older than BACKUP_RETENTION_DAYS, never the newest
  list                             what is there, and a summary
  import NAME                      take back a copy from elsewhere: reads standard input, never overwrites
  restore FILE|latest [--force]    restore into an empty database, in one transaction; --force empties it first, in the same
  drill                            restore the latest into a scratch database, compare, drop it
  help                             this text

FILE is a name that `list` shows, never a path.

Environment
  PGHOST PGUSER PGDATABASE         the database (backup, restore, drill)
  PGPORT                           5432
  PGPASSWORD_FILE                  a file that holds the password
  BACKUP_DIR                       /backups; one folder for one database
  BACKUP_NAME                      backup; files are BACKUP_NAME_YYYYMMDD_HHMMSS.sql.gz, UTC, start of the dump
  BACKUP_RETENTION_DAYS            30; age is read from the name: a copied file keeps its age
  BACKUP_OFFSITE                   a program that is given the path of each new backup, to copy it and the
                                   .sha256 beside it elsewhere (rclone, restic); none by default

Written to BACKUP_DIR beside the backups
  last_success                     unix seconds of the last good backup
  backup.prom                      the same and more, for Prometheus' textfile collector
  offsite.prom drill.prom          when a backup was last copied off-site, and when a drill last passed

Exit codes
   0  done
   1  unexpected
   2  usage                        also: a path where a name is expected, a name for import that is taken
   3  configuration
   4  database unreachable         also: wrong password, no such database
   5  dump failed
   6  verification failed          the backup is damaged
   7  disk full
   8  restore refused              the database is not empty
   9  restore failed               rolled back (with large objects: see the message)
  10  drill failed
  11  off-site copy failed         the local backup is good
  12  no such backup
  13  prune failed                 the new backup is good
  75  busy                         another run holds the lock
 129, 130, 143  ended by HUP, INT, TERM

--force removes every table, view, type, function, sequence, schema and large object that users made, also those that the
backup does not know, such as tables of a later migration: these are named first. Extensions in the schema public stay,
but for those that the backup brings itself. If anything fails, all is as it was. Stop the application first: its open
transactions hold the restore up.
USAGE
}
