/**
 * Runs before the image's own entry point. Refuses a volume with the data of another major version, in whose place the
 * image would make an empty database; and gives the role the password of the secret, which the image does on an empty
 * volume only: so that a changed password holds after a restart.
 */
export function startScript({ volume, data, secrets }: { readonly volume: string; readonly data: string; readonly secrets: string }): string {
  return `#!/bin/sh
set -eu

major=$(postgres --version | sed 's/^[^0-9]*\\([0-9]*\\).*/\\1/')
for found in ${volume}/PG_VERSION ${volume}/pgdata/PG_VERSION ${volume}/*/docker/PG_VERSION; do
  [ -f "$found" ] || continue
  [ "$(cat "$found")" = "$major" ] || {
    echo "start: the volume holds the data of Postgres $(cat "$found") in \${found%/PG_VERSION}, and this is $major. Make a backup with the former version, give the new one an empty volume, and restore it there." >&2
    exit 1
  }
done

# Over the socket, to which nobody else has access; the value is in no argument and no environment. Neither the log nor
# the statistics of statements and sessions may keep it.
set_password() {
  until pg_isready -q -U "$POSTGRES_USER" -d "$POSTGRES_DB"; do sleep 1; done
  psql -X -q -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" >/dev/null <<'END'
\\set password \`cat ${secrets}/password\`
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_duration_sample = -1;
SET log_transaction_sample_rate = 0;
SET log_min_error_statement = 'panic';
SET pg_stat_statements.track_utility = off;
SET track_activities = off;
ALTER ROLE CURRENT_USER PASSWORD :'password';
END
}
if [ -f ${data}/PG_VERSION ]; then { set_password || exit 1; } & fi

exec docker-entrypoint.sh "$@"
`;
}
