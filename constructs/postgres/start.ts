/** Where the image finds what to run at the first start of an empty database, by the order of the names. */
export const INIT_SCRIPTS = '/docker-entrypoint-initdb.d';
/** The last of them, whatever the locale of the image. */
export const LAST_SCRIPT = 'zzzz-first-start-ended.sh';

/** Beside the folder of the data, which must be empty at first. A volume without it is whole: those that were restored have none. */
function markIn(volume: string): string {
  return `${volume}/first-start-not-ended`;
}

/** The content of {@link LAST_SCRIPT}. The server listens on its socket alone until after it: no client has been let in before. */
export function lastScript(volume: string): string {
  return `#!/bin/sh
rm -f ${markIn(volume)}
`;
}

/**
 * Runs before the image's own entry point. Refuses a volume with the data of another major version, in whose place the
 * image would make an empty database, and one whose first start was cut short, of which the image would never do the rest;
 * and gives the role the password of the secret, which the image does on an empty volume only: so that a changed password
 * holds after a restart.
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

# The image takes data with a PG_VERSION for whole, and runs no script on it, though it may have been stopped among them.
# shellcheck disable=SC3013 # dash and busybox know -nt
if [ ! -s ${data}/PG_VERSION ]; then
  : >${markIn(volume)}
elif [ ${markIn(volume)} -nt ${data}/PG_VERSION ]; then
  rm -f ${markIn(volume)} # data that is older than the first start was put there by hand
elif [ -e ${markIn(volume)} ]; then
  echo "start: the first start of this database was cut short. It was stopped, or one of its scripts failed or called exit, and the rest of what they make is missing. No client was ever let in, so that nothing of worth is in ${data}, unless you put data there yourself: then remove ${markIn(volume)}. Else mend what was wrong, and begin anew on an empty volume: OPERATIONS.md has the commands." >&2
  exit 1
fi

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
