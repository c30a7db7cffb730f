#!/bin/sh
# The backup scripts against a real Postgres, under each shell they have to run in: dash with the usual tools, and
# busybox sh with busybox' tools, as in an Alpine image. Starts a server of its own on loopback in a temporary folder,
# and stops it. Debian packages: postgresql (from trixie on; before, postgresql-contrib too) busybox dash procps util-linux.
#
#   sudo test/constructs/backup/real-postgres.sh      as root it goes on as user postgres, and can fill a small disk
#   test/constructs/backup/real-postgres.sh           as any other user, without the full disk
set -u
export LC_ALL=C.UTF-8

here=$(cd "$(dirname "$0")" && pwd)

# --- stage and privileges ---------------------------------------------------------------------------------------------

if [ "${STAGE:-}" = '' ]; then
  STAGE=$(mktemp -d /tmp/backup-test.XXXXXX)
  export STAGE
  mkdir "$STAGE/scripts"
  cp "$here"/../../../constructs/backup/scripts/* "$STAGE/scripts"
  cp "$0" "$STAGE/test.sh"
  chmod -R a+rX,a-w "$STAGE/scripts" "$STAGE/test.sh"
  # shellcheck disable=SC2317 # by the trap
  leave() {
    code=$?
    [ ! -d "$STAGE/small" ] || umount "$STAGE/small" 2>/dev/null
    chmod -R u+w "$STAGE"
    rm -rf "$STAGE"
    exit "$code"
  }
  trap leave EXIT
  trap 'exit 143' TERM
  trap 'exit 130' INT
  if [ "$(id -u)" -eq 0 ]; then
    mkdir "$STAGE/small"
    mount -t tmpfs -o size=300k,mode=0777 none "$STAGE/small" || rmdir "$STAGE/small"
    chown postgres "$STAGE"
    runuser -u postgres -- sh "$STAGE/test.sh"
  else
    sh "$STAGE/test.sh"
  fi
  exit
fi

# --- server -----------------------------------------------------------------------------------------------------------

cd "$STAGE" || exit 1
bin=$(find /usr/lib/postgresql -maxdepth 2 -name bin | sort -V | tail -n 1)
[ -x "$bin/initdb" ] || { echo "no Postgres server in /usr/lib/postgresql" >&2; exit 1; }
PATH=$bin:$PATH
port=$((18000 + $$ % 8000)) # from 32768 on the kernel gives ports to clients
# shellcheck disable=SC2016 # a password that every careless shell expands
password='p:a\ss "w0rd" $HOME'
printf '%s\n' "$password" >"$STAGE/password"
initdb -D "$STAGE/data" -U admin --auth=scram-sha-256 --pwfile="$STAGE/password" --encoding=UTF8 --locale=C.UTF-8 >/dev/null || exit 1
start_server() {
  pg_ctl -D "$STAGE/data" -l "$STAGE/server.log" -w \
    -o "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories='' -c fsync=off" start >/dev/null || { cat "$STAGE/server.log"; exit 1; }
}
stop_server() { pg_ctl -D "$STAGE/data" -m immediate -w stop >/dev/null; }
group=
# shellcheck disable=SC2317 # by the trap
leave() {
  code=$?
  [ -z "$group" ] || kill -9 "-$group" 2>/dev/null
  stop_server
  exit "$code"
}
trap leave EXIT
trap 'exit 143' TERM
trap 'exit 130' INT
start_server

# --- helpers ----------------------------------------------------------------------------------------------------------

as_admin() { PGPASSWORD=$password psql -X -q -A -t -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$port" -U admin "$@"; }
digest() { # schema and every row of a database, without pg_dump's random token
  PGPASSWORD=$password pg_dump -h 127.0.0.1 -p "$port" -U admin "$1" | grep -v '^\\\(un\)\{0,1\}restrict ' | sha256sum
}
failures=0
checks=0
IMPORT=/dev/null
check() { # DESCRIPTION COMMAND...
  checks=$((checks + 1))
  what=$1
  shift
  if "$@"; then
    echo "ok    [$shell] $what"
  else
    failures=$((failures + 1))
    echo "FAIL  [$shell] $what"
    sed 's/^/        /' "$STAGE/out"
  fi
}
run() { # CODE ARGUMENTS...: runs backup.sh, which must exit with CODE
  wanted_code=$1
  shift
  "$STAGE/run" "$@" >"$STAGE/out" 2>&1 <"$IMPORT"
  code=$?
  cat "$STAGE/out" >>"$STAGE/all-output"
  [ "$code" -eq "$wanted_code" ] || { echo "exit $code, not $wanted_code" >>"$STAGE/out"; return 1; }
}
says() { grep -q -- "$1" "$STAGE/out"; }
same() { [ "$1" = "$2" ] || { echo "differs: $1 / $2" >>"$STAGE/out"; return 1; }; }
backups() { find "$BACKUP_DIR" -name 'shop_backup_????????_??????.sql.gz' | sort; }
count_backups() { backups | grep -c .; }
partials() { find "$BACKUP_DIR" -name '.*partial*' | grep -c .; }
databases() { as_admin -d postgres -c 'SELECT datname FROM pg_database ORDER BY 1' | tr '\n' ' '; }
all_verify() { # every file that bears a backup's name is good
  for path in $(backups); do run 0 verify "${path##*/}" || return 1; done
}
wait_for() { # COMMAND...: up to 60 s
  tries=0
  until "$@"; do
    tries=$((tries + 1))
    [ "$tries" -lt 600 ] || return 1
    sleep 0.1
  done
}
fresh_database() {
  as_admin -d postgres -c 'DROP DATABASE IF EXISTS shop WITH (FORCE)' -c 'CREATE DATABASE shop OWNER shop' 2>/dev/null
}
fill_database() {
  as_admin -d shop -v ON_ERROR_STOP=1 >/dev/null <<'SQL'
SET ROLE shop;
CREATE EXTENSION pg_trgm;
CREATE SCHEMA sales;
CREATE TYPE state AS ENUM ('open', 'paid', 'odd "one"');
CREATE TABLE customers (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, photo bytea);
CREATE TABLE sales.orders (id serial PRIMARY KEY, customer int REFERENCES customers, state state, total numeric(12, 2));
CREATE TABLE events (at date NOT NULL, what text) PARTITION BY RANGE (at);
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE "Odd ""name""; -- x" (a int);
CREATE INDEX ON customers USING gin (name gin_trgm_ops);
CREATE VIEW sales.open_orders AS SELECT * FROM sales.orders WHERE state = 'open';
CREATE VIEW sales.states AS SELECT o.id, o.state, count(*) FROM sales.orders o GROUP BY o.id;
CREATE DOMAIN euro AS numeric(12, 2) CHECK (value >= 0);
CREATE AGGREGATE product (numeric) (sfunc = numeric_mul, stype = numeric, initcond = 1);
CREATE OPERATOR === (leftarg = int, rightarg = int, function = int4eq);
CREATE COLLATION plain (provider = libc, locale = 'C');
CREATE STATISTICS orders_by_state ON customer, state FROM sales.orders;
CREATE MATERIALIZED VIEW totals AS SELECT customer, sum(total)::euro AS total FROM sales.orders GROUP BY 1;
CREATE FUNCTION add_one(i int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN i + 1; END; $$;
INSERT INTO customers (name, photo) SELECT 'Zoë ' || md5(i::text), decode(md5(i::text), 'hex') FROM generate_series(1, 20000) i;
INSERT INTO customers (name) VALUES (E'tab\there\nline\\ back'), (E'\\.'), ('-- PostgreSQL database dump complete'),
  (E'-- Name: no; Type: TABLE; Schema: x'), ('日本語 🦊'), ('$HOME `id` $(id)'), ('');
INSERT INTO sales.orders (customer, state, total) SELECT 1 + i % 20000, 'open', i / 7.0 FROM generate_series(1, 20000) i;
INSERT INTO events SELECT '2024-06-01'::date + i, E'\\! touch x' FROM generate_series(0, 500) i;
INSERT INTO "Odd ""name""; -- x" VALUES (1), (2);
SQL
}

migrate_further() { # one of each kind that could be in the way, or stay behind
  as_admin -d shop <<'SQL'
SET ROLE shop;
CREATE TABLE later (customer int REFERENCES customers, state public.state, name text);
CREATE INDEX ON later USING gin (name gin_trgm_ops);
CREATE SCHEMA "Later ""on""";
CREATE VIEW "Later ""on"""."V" AS SELECT * FROM later;
CREATE TABLE "Later ""on"""."Odd; Type: TABLE; Schema: x" (customer int REFERENCES customers);
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE FUNCTION later(sales.orders) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE PROCEDURE later() LANGUAGE sql AS 'SELECT 1';
CREATE TEXT SEARCH CONFIGURATION later (COPY = simple);
CREATE TYPE later_range AS RANGE (subtype = euro);
ALTER TABLE events ADD COLUMN later int;
UPDATE customers SET name = 'y' WHERE id = 7;
SQL
}

as_admin -d postgres -c "CREATE ROLE shop LOGIN CREATEDB PASSWORD 'p:a\\ss \"w0rd\" \$HOME'" \
  -c "CREATE ROLE plain LOGIN PASSWORD 'p:a\\ss \"w0rd\" \$HOME'" -c 'GRANT pg_read_all_data TO plain' || exit 1

# busybox' own tools first on PATH, but for those that Debian's busybox was built without (Alpine's has flock).
mkdir "$STAGE/applets" "$STAGE/slow" "$STAGE/stopping"
for applet in $(busybox --list); do
  case $applet in sh | ash | '[' | '[[') ;; *) ln -s "$(command -v busybox)" "$STAGE/applets/$applet" ;; esac
done
# A pg_dump that stops in the middle until it is told to go on, and a gzip that does so while a drill restores.
cat >"$STAGE/stop-in-the-middle" <<STOP
#!/bin/sh
head -c 200000
touch '$STAGE/in-the-middle'
while [ ! -e '$STAGE/go-on' ] && [ -d '$STAGE' ]; do sleep 0.1; done
cat
STOP
cat >"$STAGE/slow/pg_dump" <<SLOW
#!/bin/sh
[ "\$*" != --version ] || exec '$bin/pg_dump' --version
{ '$bin/pg_dump' "\$@"; echo \$? >'$STAGE/dump-status'; } | '$STAGE/stop-in-the-middle'
exit "\$(cat '$STAGE/dump-status')"
SLOW
cat >"$STAGE/stopping/gzip" <<GZIP
#!/bin/sh
PATH=\${PATH#*:}
grep -q 'into the scratch database' '$STAGE/background' || exec gzip "\$@"
gzip "\$@" | '$STAGE/stop-in-the-middle'
GZIP
chmod 0755 "$STAGE/stop-in-the-middle" "$STAGE/slow/pg_dump" "$STAGE/stopping/gzip"
plain_path=$PATH

background() { # PROGRAMS ARGUMENTS...: starts backup.sh with those programs in a process group of its own, waits until it is half-way
  rm -f "$STAGE/in-the-middle" "$STAGE/go-on"
  programs=$1
  shift
  PATH=$STAGE/$programs:$PATH setsid "$STAGE/run" "$@" >"$STAGE/background" 2>&1 &
  group=$!
  wait_for [ -e "$STAGE/in-the-middle" ]
}
group_is_gone() { # but for what nobody has waited for, which holds nothing
  PATH=$plain_path ps -eo pgid=,stat= | awk -v group="$group" '$1 == group && $2 !~ /^Z/ { found = 1 } END { exit found }'
}
kill_group() {
  kill -9 "-$group" 2>/dev/null
  wait "$group" 2>/dev/null
  wait_for group_is_gone
}

# --- checks -----------------------------------------------------------------------------------------------------------

check_all() {
  printf '#!/bin/sh\nexec %s %s "$@"\n' "$interpreter" "$STAGE/scripts/backup.sh" >"$STAGE/run"
  chmod 0755 "$STAGE/run"
  BACKUP_DIR=$STAGE/backups-$shell
  mkdir -p "$BACKUP_DIR" "$STAGE/tmp-$shell"
  export BACKUP_DIR TMPDIR="$STAGE/tmp-$shell" BACKUP_NAME=shop_backup PGHOST=127.0.0.1 PGPORT="$port" PGUSER=shop \
    PGDATABASE=shop PGPASSWORD_FILE="$STAGE/password"
  fresh_database
  fill_database
  before=$(digest shop)

  # backup
  check 'backup exits 0' run 0
  check 'it says what it made' says 'summary: 1 backups, .* latest shop_backup_'
  check 'one file bears a backup name' same "$(count_backups)" 1
  check 'sha256sum -c agrees' sh -c "cd '$BACKUP_DIR' && sha256sum -c shop_backup_*.sha256 >/dev/null"
  check 'only its owner can read it' same "$(stat -c %a "$(backups)")" 600
  check 'last_success is now' test $(($(date +%s) - $(cat "$BACKUP_DIR/last_success"))) -lt 60
  check 'backup.prom counts it' grep -qx 'backup_files 1' "$BACKUP_DIR/backup.prom"
  check 'backup.prom can be read by monitoring' same "$(stat -c %a "$BACKUP_DIR/backup.prom")" 644
  check 'verify latest' run 0 verify
  check 'no temporary file stays' same "$(partials)" 0
  first=$(backups)
  first=${first##*/}

  # restore
  check 'restore refuses a database that is not empty (8)' run 8 restore latest
  check 'and leaves it alone' same "$(digest shop)" "$before"
  fresh_database
  check 'restore into an emptied database' run 0 restore latest
  check 'it counts rows' says 'sales.orders: 20000 rows'
  check 'it counts in all' says '6 tables, 40510 rows'
  check 'every row and definition is back' same "$(digest shop)" "$before"
  as_admin -d shop -c 'DELETE FROM sales.orders' -c 'DROP TABLE events' -c "UPDATE customers SET name = 'x'"
  check '--force restores over a live schema' run 0 restore "$first" --force
  check 'every row is back' same "$(digest shop)" "$before"
  check 'a later migration' migrate_further
  changed=$(digest shop)
  check 'what a later migration made is in the way: refused (8)' run 8 restore latest
  as_admin -d shop -c 'CREATE SCHEMA theirs AUTHORIZATION admin'
  changed_too=$(digest shop)
  check 'a restore that cannot go through exits 9' run 9 restore --force latest
  check 'and changes nothing' same "$(digest shop)" "$changed_too"
  as_admin -d shop -c 'DROP SCHEMA theirs'
  check 'nothing at all' same "$(digest shop)" "$changed"
  check 'after the obstacle is gone it goes through' run 0 restore --force latest
  check 'it names what the backup does not know' says 'not in the backup, and gone after it: the table later$'
  check 'and nothing that it knows' same "$(grep -c 'not in the backup' "$STAGE/out")" 3
  check 'nothing of the later migration stays' same "$(digest shop)" "$before"
  fresh_database
  as_admin -d shop -c 'SET ROLE shop' -c 'CREATE EXTENSION pg_trgm'
  check 'a database that holds only an extension is empty' run 0 restore latest
  check 'every row is back once more' same "$(digest shop)" "$before"
  for object in 'CREATE VIEW v AS SELECT 1' 'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$' \
    "CREATE TYPE t AS ENUM ('a')" 'CREATE TYPE c AS (a int)' 'CREATE SCHEMA s' 'CREATE SEQUENCE q' 'SELECT lo_create(0)'; do
    fresh_database
    as_admin -d shop -c "$object" >/dev/null
    check "not empty: $object" run 8 restore latest
  done
  fresh_database
  fill_database

  # a read error in mid-restore, after the check passed
  mkdir "$STAGE/breaking-$shell"
  cat >"$STAGE/breaking-$shell/gzip" <<BREAK
#!/bin/sh
[ ! -e '$STAGE/break' ] || { '$(command -v gzip)' "\$@" | head -n "\$(cat '$STAGE/break')"; exit 1; }
[ ! -e '$STAGE/arm' ] || mv '$STAGE/arm' '$STAGE/break'
exec '$(command -v gzip)' "\$@"
BREAK
  chmod 0755 "$STAGE/breaking-$shell/gzip"
  gzip -dc "$BACKUP_DIR/$first" >"$STAGE/plain.sql"
  for line in "$(grep -n '^COPY public.customers' "$STAGE/plain.sql" | cut -d: -f1)" 1000 $(($(wc -l <"$STAGE/plain.sql") - 12)); do
    fresh_database
    echo "$line" >"$STAGE/arm"
    PATH=$STAGE/breaking-$shell:$PATH
    check "backup cut at line $line while it is restored: exit 9" run 9 restore latest
    PATH=${PATH#*:}
    rm -f "$STAGE/break" "$STAGE/arm"
    check 'and nothing of it stays' same "$(as_admin -d shop -c "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace")" 0
  done
  fresh_database
  fill_database

  # large objects
  as_admin -d shop -c 'SET ROLE shop' -c "SELECT lo_from_bytea(4242, 'large')" >/dev/null
  large=$(digest shop)
  check 'large objects: backup' run 0
  check 'it warns that their restore is not one transaction' says 'WARN .* large objects'
  fresh_database
  check 'large objects: restore' run 0 restore latest
  check 'they are back' same "$(digest shop)" "$large"
  as_admin -d shop -c 'SELECT lo_unlink(4242)' >/dev/null
  gzip -dc "$(backups | tail -n 1)" | grep -n 'lo_close' | cut -d: -f1 | tail -n 1 >"$STAGE/arm"
  echo $(($(cat "$STAGE/arm") + 10)) >"$STAGE/arm"
  PATH=$STAGE/breaking-$shell:$PATH
  fresh_database
  check 'cut after them: exit 9' run 9 restore latest
  check 'and it says that a part was restored' says 'in part'
  PATH=${PATH#*:}
  rm -f "$STAGE/break" "$STAGE/arm"
  rm "$BACKUP_DIR/"shop_backup_*
  fresh_database
  fill_database
  check 'backup' run 0
  first=$(backups)
  first=${first##*/}

  # import: a copy that was kept elsewhere
  mkdir -p "$STAGE/elsewhere"
  mv "$BACKUP_DIR/$first" "$STAGE/elsewhere/copy"
  rm "$BACKUP_DIR/$first.sha256"
  IMPORT=$STAGE/elsewhere/copy
  check 'a copy from elsewhere is imported' run 0 import "$first"
  check 'it is the same, and its owner alone can read it' same "$(sha256sum <"$BACKUP_DIR/$first") $(stat -c %a "$BACKUP_DIR/$first")" "$(sha256sum <"$IMPORT") 600"
  check 'with its checksum' sh -c "cd '$BACKUP_DIR' && sha256sum -c '$first.sha256' >/dev/null"
  check 'it restores' run 0 restore "$first" --force
  check 'every row is back' same "$(digest shop)" "$before"
  check 'it never overwrites (2)' run 2 import "$first"
  check 'nor takes a name that no backup has (2)' run 2 import orders.sql.gz
  head -c 100000 "$IMPORT" >"$STAGE/elsewhere/cut"
  IMPORT=$STAGE/elsewhere/cut
  check 'half a copy is damaged (6)' run 6 import shop_backup_20240101_000000.sql.gz
  check 'and nothing of it stays' same "$(count_backups) $(partials)" '1 0'
  IMPORT=/dev/null

  # drill
  check 'drill' run 0 drill
  check 'it says what it proves' says '^.* drill: proved: '
  check 'no scratch database stays' same "$(databases)" 'postgres shop template0 template1 '
  as_admin -d postgres -c 'CREATE DATABASE drill_shop_backup_20240101_000000 OWNER shop'
  check 'a drill drops what a killed drill left' run 0 drill
  check 'no scratch database stays' same "$(databases)" 'postgres shop template0 template1 '
  as_admin -d shop -c 'CREATE TABLE later (a int)'
  check 'drill says that the schema changed since' run 0 drill
  check 'with both numbers' says 'WARN .*shop has 7 tables now, the backup 6'
  as_admin -d shop -c 'DROP TABLE later'
  PGUSER=plain
  check 'drill without CREATEDB exits 10' run 10 drill
  check 'and says what to grant' says 'ALTER ROLE plain CREATEDB;'
  PGUSER=shop
  background stopping drill
  check 'half-way a drill has a scratch database' same "$(databases | sed 's/[0-9]\{8\}_[0-9]\{6\}/TIME/')" 'drill_shop_backup_TIME postgres shop template0 template1 '
  kill -TERM "$group"
  wait "$group"
  check 'drill ended by TERM exits 143' same "$?" 143
  check 'and drops its scratch database' same "$(databases)" 'postgres shop template0 template1 '
  touch "$STAGE/go-on"
  check 'and leaves nothing running' wait_for group_is_gone

  # a killed backup
  background slow
  check 'half-way the dump has a temporary name only' same "$(count_backups) $(partials)" '1 1'
  check 'a second run at the same time exits 75' run 75
  check 'so does a restore' run 75 restore latest --force
  check 'a drill runs beside it' run 0 drill
  kill_group
  check 'kill -9 leaves no half-written backup' same "$(count_backups)" 1
  rm -rf "${TMPDIR:?}"/* # what kill -9 leaves there goes with the container
  check 'the next run goes through' run 0
  check 'and removes what was left' says 'left by a run that was cut short'
  check 'no temporary file stays' same "$(partials) $(count_backups)" '0 2'
  background slow
  kill -TERM "$group"
  wait "$group"
  check 'TERM exits 143' same "$?" 143
  check 'and removes the temporary file' same "$(partials) $(count_backups)" '0 2'
  check 'and leaves nothing in /tmp' same "$(find "$TMPDIR" -mindepth 1 | grep -c .)" 0
  touch "$STAGE/go-on"
  check 'and frees the lock' wait_for run 0
  delay=0
  while [ "$delay" -lt 30 ]; do
    setsid "$STAGE/run" >/dev/null 2>&1 &
    group=$!
    sleep "0.$(printf %02d $((delay * 2)))"
    kill_group
    delay=$((delay + 1))
  done
  rm -rf "${TMPDIR:?}"/*
  check '30 backups killed at different moments: each file named as a backup is whole' all_verify
  check 'and the next run goes through' run 0
  check 'no temporary file stays' same "$(partials)" 0

  # database down, before and in the middle
  successes=$(cat "$BACKUP_DIR/last_success")
  files=$(count_backups)
  background slow
  stop_server
  touch "$STAGE/go-on"
  wait "$group"
  check 'server lost in the middle of the dump exits 5' same "$?" 5
  check 'database down exits 4' run 4
  check 'neither leaves a file' same "$(count_backups) $(partials)" "$files 0"
  check 'nor a success' same "$(cat "$BACKUP_DIR/last_success")" "$successes"
  start_server
  echo wrong >"$STAGE/wrong"
  PGPASSWORD_FILE=$STAGE/wrong
  check 'wrong password exits 4' run 4
  PGPASSWORD_FILE=$STAGE/password
  PGDATABASE=absent
  check 'no such database exits 4' run 4
  PGDATABASE=shop
  PGUSER=plain
  as_admin -d shop -c 'REVOKE pg_read_all_data FROM plain'
  check 'a role that may not read all exits 5' run 5
  as_admin -d shop -c 'GRANT pg_read_all_data TO plain'
  PGUSER=shop

  # damage
  cp "$BACKUP_DIR/$first" "$STAGE/whole.gz"
  damaged=shop_backup_20990101_000000.sql.gz
  head -c 100000 "$STAGE/whole.gz" >"$BACKUP_DIR/$damaged"
  check 'truncated, no checksum: verify exits 6' run 6 verify latest
  check 'restore refuses it' run 6 restore latest --force
  check 'drill refuses it' run 6 drill
  check 'prune refuses to go on' run 6 prune
  gzip -dc "$STAGE/whole.gz" | head -n 5000 | gzip -c >"$BACKUP_DIR/$damaged"
  check 'a valid archive without the end marker: 6' run 6 verify "$damaged"
  : | gzip -c >"$BACKUP_DIR/$damaged"
  check 'the empty archive of a failed pipe: 6' run 6 verify "$damaged"
  : >"$BACKUP_DIR/$damaged"
  check 'an empty file: 6' run 6 verify "$damaged"
  cp "$STAGE/whole.gz" "$BACKUP_DIR/$damaged"
  printf '%064d  %s\n' 0 "$damaged" >"$BACKUP_DIR/$damaged.sha256"
  check 'checksum mismatch: verify exits 6' run 6 verify "$damaged"
  check 'checksum mismatch: restore refuses' run 6 restore "$damaged" --force
  rm "$BACKUP_DIR/$damaged" "$BACKUP_DIR/$damaged.sha256"
  check 'a path is refused (2)' run 2 restore ../../etc/passwd --force
  check 'an absolute path is refused (2)' run 2 restore "$BACKUP_DIR/$first" --force
  check 'no such backup (12)' run 12 restore shop_backup_20000101_000000.sql.gz

  # prune
  for old in 20200101_000000 20200102_000000; do
    cp "$STAGE/whole.gz" "$BACKUP_DIR/shop_backup_$old.sql.gz"
    : >"$BACKUP_DIR/shop_backup_$old.sql.gz.sha256"
  done
  for other in shop_backup_old.sql.gz shop_20200101_000000.sql.gz shop_backup_20200101_000000.sql.gz.keep notes.txt; do
    : >"$BACKUP_DIR/$other"
  done
  check 'prune' run 0 prune
  check 'old backups and their checksums are gone' same "$(find "$BACKUP_DIR" -name 'shop_backup_2020*.gz*' ! -name '*.keep' | grep -c .)" 0
  check 'other files stay' same "$(find "$BACKUP_DIR" -name 'shop_backup_old*' -o -name '*.keep' -o -name notes.txt -o -name 'shop_2020*' | grep -c .)" 4
  check 'new backups stay' same "$(count_backups)" "$files"
  only=$BACKUP_DIR/only
  mkdir "$only"
  cp "$STAGE/whole.gz" "$only/shop_backup_20200101_000000.sql.gz"
  BACKUP_DIR=$only
  check 'the only good backup stays, however old' run 0 prune
  check 'it is there' test -f "$only/shop_backup_20200101_000000.sql.gz"

  # disk full
  if [ -d "$STAGE/small" ]; then
    BACKUP_DIR=$STAGE/small
    check 'disk full exits 7' run 7
    check 'and says so' says 'is full'
    check 'and leaves nothing' same "$(count_backups) $(partials)" '0 0'
  else
    echo "NOT RUN [$shell] disk full: needs root, to mount a small file system"
  fi

  # secrets
  check 'the password is in no output' sh -c "! grep -qF 'w0rd' '$STAGE/all-output'"
  check 'nothing stays in /tmp' same "$(find "$TMPDIR" -mindepth 1 | grep -c .)" 0
}

echo "server: $(postgres --version); pg_dump: $(pg_dump --version); $(busybox 2>&1 | head -n 1)"
shell=dash interpreter=dash
check_all
shell=busybox interpreter='busybox sh' PATH=$STAGE/applets:$plain_path
check_all
PATH=$plain_path

echo "$checks checks, $failures failed"
[ "$failures" -eq 0 ]
