# shellcheck shell=sh
# What every command needs: exit codes, log, settings, lock, child processes, the list of backups.
# shellcheck disable=SC2034 # the codes are used by the other files

# `backup.sh help` documents them and alerts rely on them: add, never renumber.
EXIT_UNEXPECTED=1
EXIT_USAGE=2
EXIT_CONFIGURATION=3
EXIT_UNREACHABLE=4
EXIT_DUMP=5
EXIT_DAMAGED=6
EXIT_DISK_FULL=7
EXIT_NOT_EMPTY=8
EXIT_RESTORE=9
EXIT_DRILL=10
EXIT_OFFSITE=11
EXIT_NO_BACKUP=12
EXIT_PRUNE=13
EXIT_BUSY=75

WORK=     # folder for this run's own small files, in memory; removed at the end
PARTIAL=  # the dump under its temporary name; removed at the end unless it got its real name
SCRATCH=  # the drill's database; dropped at the end
CHILDREN= # process ids to end when this run is told to end

# Backups hold everything: nobody else reads them. C: error messages are read below, and globs sort by byte.
umask 077
export LC_ALL=C

# --- log -------------------------------------------------------------------------------------------------------------

# log LEVEL MESSAGE: one line, warnings and errors to stderr.
log() {
  log_line=$(printf '%s %-5s %s: %s' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1" "$COMMAND" "$2")
  case $1 in
    INFO) printf '%s\n' "$log_line" ;;
    *) printf '%s\n' "$log_line" >&2 ;;
  esac
}

# log_errors FILE: what a program complained about, in our form. Its end suffices: a failing dump may repeat itself.
log_errors() {
  tail -n 10 "$1" | while IFS= read -r log_message; do
    [ -z "$log_message" ] || log ERROR "$log_message"
  done
}

# fail CODE MESSAGE
fail() {
  log ERROR "$2"
  exit "$1"
}

# fail_writing ERRORS CODE MESSAGE: a full disk has its own exit code, whatever was being written.
fail_writing() {
  log_errors "$1"
  if grep -qiE 'no space left|quota exceeded' "$1"; then
    fail "$EXIT_DISK_FULL" "$3: the disk of $BACKUP_DIR is full"
  fi
  fail "$2" "$3"
}

# --- settings --------------------------------------------------------------------------------------------------------

load_settings() {
  BACKUP_DIR=${BACKUP_DIR:-/backups}
  BACKUP_NAME=${BACKUP_NAME:-backup}
  BACKUP_RETENTION_DAYS=${BACKUP_RETENTION_DAYS:-30}
  BACKUP_OFFSITE=${BACKUP_OFFSITE:-}

  case $BACKUP_NAME in
    *[!A-Za-z0-9_.-]* | [.-]*) fail "$EXIT_CONFIGURATION" "BACKUP_NAME may hold letters, digits, _ . - and start with a letter, a digit or _" ;;
  esac
  # The drill's database is drill_<name>_<time>, and Postgres cuts names at 63.
  [ "${#BACKUP_NAME}" -le 40 ] || fail "$EXIT_CONFIGURATION" "BACKUP_NAME is longer than 40 characters"
  case $BACKUP_RETENTION_DAYS in
    '' | 0* | *[!0-9]* | ??????*) fail "$EXIT_CONFIGURATION" "BACKUP_RETENTION_DAYS must be a whole number of days, 1 to 99999" ;;
  esac
  case $BACKUP_DIR in
    /*) ;;
    *) fail "$EXIT_CONFIGURATION" "BACKUP_DIR must be an absolute path" ;;
  esac
  [ -d "$BACKUP_DIR" ] || fail "$EXIT_CONFIGURATION" "BACKUP_DIR $BACKUP_DIR is not a folder"
  for tool in date flock gzip mkfifo mktemp sha256sum stat sync tail; do
    command -v "$tool" >/dev/null || fail "$EXIT_CONFIGURATION" "$tool is missing here"
  done

  trap clean_up EXIT
  trap 'log WARN "ended by HUP"; exit 129' HUP
  trap 'log WARN "ended by INT"; exit 130' INT
  trap 'log WARN "ended by TERM"; exit 143' TERM
  WORK=$(mktemp -d "${TMPDIR:-/tmp}/backup.XXXXXX" 2>/dev/null) || fail "$EXIT_CONFIGURATION" "cannot write to ${TMPDIR:-/tmp}"
}

clean_up() {
  status=$?
  set +e
  trap - EXIT
  trap '' HUP INT TERM
  if [ -n "$CHILDREN" ]; then
    # shellcheck disable=SC2086 # a list
    kill $CHILDREN 2>/dev/null
    wait
  fi
  [ -z "$SCRATCH" ] || drop_scratch || [ "$status" -ne 0 ] || status=$EXIT_DRILL
  [ -z "$PARTIAL" ] || rm -f "$PARTIAL" "$PARTIAL.sha256"
  [ -z "$WORK" ] || rm -rf "$WORK"
  exit "$status"
}

# take_lock NAME: one at a time, in this container or in another that shares the volume. The kernel frees the lock when
# the last process of the run is gone, even after kill -9: there is no stale lock.
take_lock() {
  lock=$BACKUP_DIR/.$1.lock
  # In a subshell: a failing `exec 9>` would end this one with a code of its own.
  (: >>"$lock") 2>"$WORK/errors" || fail_writing "$WORK/errors" "$EXIT_CONFIGURATION" "cannot write to $BACKUP_DIR"
  exec 9>>"$lock"
  flock -n 9 || fail "$EXIT_BUSY" "another run holds $lock"
}

# --- child processes -------------------------------------------------------------------------------------------------
# A shell serves a signal only when its foreground command has ended, but breaks off `wait` for it at once. So whatever
# may take long runs in the background and is waited for: TERM ends a dump in progress, not the container's grace period.

# await COMMAND...: its exit code. Its input is empty.
await() {
  "$@" &
  CHILDREN=$!
  await_status=0
  wait "$CHILDREN" || await_status=$?
  CHILDREN=
  return "$await_status"
}

# run_pipe PRODUCER CONSUMER: producer | consumer, with both exit codes and both error outputs kept. POSIX has no
# pipefail: `pg_dump | gzip` alone makes a fine 20-byte archive when the database is down. The functions `exec` their
# program, so that a signal reaches it.
run_pipe() {
  rm -f "$WORK/pipe"
  mkfifo "$WORK/pipe"
  "$2" <"$WORK/pipe" 2>"$WORK/consumer.errors" &
  consumer=$!
  "$1" >"$WORK/pipe" 2>"$WORK/producer.errors" &
  producer=$!
  CHILDREN="$producer $consumer"
  PRODUCER_STATUS=0
  CONSUMER_STATUS=0
  wait "$producer" || PRODUCER_STATUS=$?
  wait "$consumer" || CONSUMER_STATUS=$?
  CHILDREN=
}

# --- files -----------------------------------------------------------------------------------------------------------

# The time in a name: YYYYMMDD_HHMMSS.
TIMES='[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]_[0-9][0-9][0-9][0-9][0-9][0-9]'

# publish_state NAME TEXT: a reader sees the old file or the new one. Not secret, and monitoring runs as another user.
publish_state() {
  if printf '%s\n' "$2" >"$BACKUP_DIR/.$1.partial" && chmod 0644 "$BACKUP_DIR/.$1.partial"; then
    mv -f "$BACKUP_DIR/.$1.partial" "$BACKUP_DIR/$1"
  else
    return 1
  fi
} 2>"$WORK/errors"

# publish_time WHAT HELP: now is the last success of that. In a file of its own: the next backup writes backup.prom anew.
publish_time() {
  publish_state "$1.prom" "\
# HELP backup_$1_last_success_timestamp_seconds $2
# TYPE backup_$1_last_success_timestamp_seconds gauge
backup_$1_last_success_timestamp_seconds $(date +%s)"
}

# all_backups: their names, oldest first. Only regular files that are named exactly as this script names them.
all_backups() {
  # shellcheck disable=SC2231 # a pattern on purpose
  for path in "$BACKUP_DIR/$BACKUP_NAME"_$TIMES.sql.gz; do
    [ ! -f "$path" ] || [ -L "$path" ] || printf '%s\n' "${path##*/}"
  done
}

latest_backup() { all_backups | tail -n 1; }
count_backups() { all_backups | grep -c . || :; }

# find_backup NAME|latest: sets BACKUP to a name. Names only: nothing outside BACKUP_DIR is ever read.
find_backup() {
  BACKUP=$1
  case $1 in
    latest)
      BACKUP=$(latest_backup)
      [ -n "$BACKUP" ] || fail "$EXIT_NO_BACKUP" "there is no backup named ${BACKUP_NAME}_*.sql.gz in $BACKUP_DIR"
      ;;
    */* | .* | -*) fail "$EXIT_USAGE" "a backup is given by its name in $BACKUP_DIR, not by a path" ;;
    *.sql.gz) ;;
    *) fail "$EXIT_USAGE" "the name of a backup ends in .sql.gz" ;;
  esac
  [ ! -L "$BACKUP_DIR/$BACKUP" ] || fail "$EXIT_USAGE" "$BACKUP is a link: it may lead out of $BACKUP_DIR"
  [ -f "$BACKUP_DIR/$BACKUP" ] || fail "$EXIT_NO_BACKUP" "there is no $BACKUP in $BACKUP_DIR"
}

size_of() { stat -c %s "$1"; }

# human BYTES
human() {
  if [ "$1" -lt 10240 ]; then
    echo "$1 B"
  elif [ "$1" -lt 10485760 ]; then
    echo "$(($1 / 1024)) KiB"
  else
    echo "$(($1 / 1048576)) MiB"
  fi
}

summarise() {
  count=0
  total=0
  newest=
  for newest in $(all_backups); do
    count=$((count + 1))
    total=$((total + $(size_of "$BACKUP_DIR/$newest")))
  done
  if [ "$count" -eq 0 ]; then
    log INFO "summary: 0 backups"
  else
    log INFO "summary: $count backups, $(human "$total") in all, latest $newest ($(human "$(size_of "$BACKUP_DIR/$newest")"))"
  fi
}
