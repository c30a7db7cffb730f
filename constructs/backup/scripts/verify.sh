# shellcheck shell=sh
# Is this backup whole? `gzip -t` alone passes on the dump of a pg_dump that was killed, so the end is looked at too.

command_verify() {
  [ "$#" -le 1 ] || fail "$EXIT_USAGE" "verify takes one name, or latest"
  load_settings
  find_backup "${1:-latest}"
  require_good
  log INFO "$BACKUP: good, $(human "$(size_of "$BACKUP_DIR/$BACKUP")")"
}

# require_good: ends the run unless BACKUP can be restored.
require_good() { is_good "$BACKUP" || fail "$EXIT_DAMAGED" "$BACKUP is damaged: $REASON"; }

# is_good NAME: otherwise sets REASON.
is_good() { matches_checksum "$BACKUP_DIR/$1" && is_whole "$BACKUP_DIR/$1"; }

# A copy that came back without its checksum is still checked by gzip's own CRC and the end marker.
matches_checksum() {
  if [ ! -f "$1.sha256" ]; then
    log WARN "${1##*/} has no .sha256 beside it"
    return 0
  fi
  await hash_of "$1" >"$WORK/hash" || {
    REASON="it cannot be read"
    return 1
  }
  REASON="its checksum differs"
  [ "$(cut -d ' ' -f 1 "$1.sha256")" = "$(cut -d ' ' -f 1 "$WORK/hash")" ]
}

# is_whole PATH: one pass decompresses all of it, which checks what `gzip -t` checks, and keeps the last lines.
is_whole() {
  READ_PATH=$1
  run_pipe decompress keep_end
  if [ "$PRODUCER_STATUS" -ne 0 ]; then
    REASON="gzip cannot read it to its end"
    return 1
  fi
  REASON="it does not end as a dump ends"
  # Newer pg_dump writes `\unrestrict` after the marker.
  [ "$(sed -e '/^$/d' -e '/^--$/d' -e '/^\\unrestrict /d' "$WORK/end" | tail -n 1)" = '-- PostgreSQL database dump complete' ]
}

hash_of() { exec sha256sum <"$1"; }
decompress() { exec gzip -dc <"$READ_PATH"; }
keep_end() { exec tail -n 10 >"$WORK/end"; }

# count_definitions: sets DEFINITIONS to the number of tables that BACKUP defines. pg_dump heads each with a comment; data
# cannot look like it, for a line break in data is written \n.
count_definitions() {
  READ_PATH=$BACKUP_DIR/$BACKUP
  run_pipe decompress keep_definitions
  # shellcheck disable=SC2034 # for the drill
  DEFINITIONS=$(grep -c '^-- Name: .*; Type: TABLE; Schema: ' "$WORK/definitions") || :
}
# Fixed text first: busybox' grep takes thirty times as long for a pattern.
keep_definitions() { exec grep -F '; Type: TABLE; Schema: ' >"$WORK/definitions"; }
