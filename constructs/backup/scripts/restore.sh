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
  if [ "$objects" -gt 0 ]; then
    [ "$force" = yes ] ||
      fail "$EXIT_NOT_EMPTY" "$PGDATABASE is not empty ($objects objects): nothing was done; --force removes them all"
    warn_of_loss
    clear_script >"$WORK/before.sql"
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

# restore_into_database: BACKUP into $PGDATABASE, in one transaction, which begins with $WORK/before.sql if that is there.
#
# psql commits when its input ends, and cannot tell the end of the dump from a read error that cut it short. So a second
# script stands at the end of the same transaction; it fails until the dump was read to its end.
# A dump that begins with \restrict lets psql run no backslash command but \unrestrict with the same token. So data that
# was made to look like one cannot reach the shell. That ends with the dump and does not touch the second script.
restore_into_database() {
  READ_PATH=$BACKUP_DIR/$BACKUP
  echo "DO \$\$ BEGIN RAISE EXCEPTION 'the backup could not be read to its end'; END \$\$;" >"$WORK/seal.sql"
  rm -f "$WORK/read"
  [ -e "$WORK/before.sql" ] || : >"$WORK/before.sql"
  run_pipe read_backup apply
  if [ "$CONSUMER_STATUS" -ne 0 ]; then
    log_errors "$WORK/producer.errors"
    log_errors "$WORK/consumer.errors"
    return 1
  fi
}

# The seal is broken when both have come to their end: gzip without an error, and then what it wrote.
read_backup() {
  { gzip -dc <"$READ_PATH" && : >"$WORK/read"; } | without_stand_ins && [ -e "$WORK/read" ] && : >"$WORK/seal.sql"
}
apply() { sql --single-transaction -f "$WORK/before.sql" -f - -f "$WORK/seal.sql" >/dev/null; }

# Before pg_dump drops a view that groups by a primary key, it puts one without a query in its place. In an empty
# database that fails, where the schema or a type is missing, and there is nothing to drop. The first definition, which
# begins with a comment, ends this: data is never looked at.
without_stand_ins() { sed -e '1,/^-- Name: /{' -e '/^CREATE OR REPLACE VIEW /,/;$/d' -e '}'; }

# clear_script: SQL that removes what users made in this database, so that nothing of a later migration stays behind. What
# belongs to an extension stays with it; the dump itself replaces the extensions that it knows. Dropping what may go with
# something else is left to that: partitions, sequences of columns, types of tables.
clear_script() {
  cat <<'SQL'
SET LOCAL client_min_messages = warning;
DO $clear$
DECLARE
  one record;
BEGIN
  FOR one IN
    SELECT nspname FROM pg_namespace n
    WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public')
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e')
  LOOP
    EXECUTE format('DROP SCHEMA %I CASCADE', one.nspname);
  END LOOP;
  FOR one IN
    SELECT d.classid, d.objid FROM pg_depend d JOIN pg_namespace n ON n.oid = d.refobjid
    WHERE d.refclassid = 'pg_namespace'::regclass AND n.nspname = 'public' AND d.deptype = 'n'
      AND d.classid <> 'pg_extension'::regclass
      AND NOT EXISTS (
        SELECT FROM pg_depend o
        WHERE o.classid = d.classid AND o.objid = d.objid AND o.deptype IN ('e', 'i', 'a', 'P', 'S')
          -- A partitioned table belongs to its own columns.
          AND (o.refclassid, o.refobjid) <> (o.classid, o.objid)
      )
  LOOP
    -- It may have gone with another.
    CONTINUE WHEN NOT EXISTS (SELECT FROM pg_depend WHERE classid = one.classid AND objid = one.objid);
    EXECUTE (SELECT format('DROP %s %s CASCADE', type, identity) FROM pg_identify_object(one.classid, one.objid, 0));
  END LOOP;
  PERFORM lo_unlink(oid) FROM pg_largeobject_metadata;
END
$clear$;
SQL
}

# Says what --force takes away, before it does. Nothing brings back a table that the backup does not know.
warn_of_loss() {
  log WARN "--force: the $objects objects in $PGDATABASE (tables, views, types, functions, schemas) make way for those of the backup"
  count_definitions
  await name_tables >"$WORK/live" 2>"$WORK/errors" || {
    log_errors "$WORK/errors"
    fail "$EXIT_RESTORE" "cannot read the tables of $PGDATABASE"
  }
  while IFS= read -r heading; do
    grep -qF -e "$heading" "$WORK/definitions" || {
      table=${heading#-- Name: }
      log WARN "not in the backup, and gone after it: the table ${table%%; Type: TABLE; *}"
    }
  done <"$WORK/live"
}

# As pg_dump heads their definitions.
name_tables() { sql -c "SELECT format('-- Name: %s; Type: TABLE; Schema: %s; Owner: ', c.relname, n.nspname) $USER_TABLES ORDER BY 1"; }

warn_of_sessions() {
  sessions=$(sql -c "SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'") || sessions=0
  [ "$sessions" -eq 0 ] ||
    log WARN "$sessions other sessions use $PGDATABASE: the restore waits for their open transactions; stop the application"
}
