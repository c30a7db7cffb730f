import type { Size } from '../../lib/model';

export function redisConf(maxMemory: Size, eviction: string): string {
  return `bind * -::*
port 6379
dir /data

# Every second to the append-only file, and snapshots besides: losing the machine costs a second of writes.
appendonly yes
appendfsync everysec
save 3600 1 300 100 60 10000

maxmemory ${maxMemory.bytes}
maxmemory-policy ${eviction}

# Written at start: it holds a hash of the password, which neither the command line nor this file may hold.
aclfile /tmp/users.acl
`;
}

export function startScript(configuration: string, secrets: string): string {
  return `#!/bin/sh
# Starts the server with the password's hash in its list of users; not at all where there is no password.
set -eu
umask 077
password=$(cat ${secrets}/password)
[ -n "$password" ] || { echo 'the password is empty' >&2; exit 78; }
hash=$(printf %s "$password" | sha256sum)
printf 'user default on #%s ~* &* +@all\\n' "\${hash%% *}" > /tmp/users.acl
# Others, with a password of their own: a name and its rules on each line.
[ ! -f ${configuration}/users ] || while read -r name rules; do
  password=$(cat "${secrets}-$name/password")
  [ -n "$password" ] || { echo "the password of $name is empty" >&2; exit 78; }
  hash=$(printf %s "$password" | sha256sum)
  printf 'user %s on #%s %s\\n' "$name" "\${hash%% *}" "$rules" >> /tmp/users.acl
done < ${configuration}/users
exec redis-server ${configuration}/redis.conf
`;
}

/** Passes only if the password is right and the data set is loaded: both answers are not PONG. */
export function healthScript(secrets: string): string {
  return `#!/bin/sh
REDISCLI_AUTH=$(cat ${secrets}/password)
export REDISCLI_AUTH
[ "$(redis-cli -h 127.0.0.1 ping)" = PONG ]
`;
}
