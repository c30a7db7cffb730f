import { advice, type Advice, type Runbook } from '../../lib/model';

const SERVICE = 'SERVICE';
const status = { do: 'status', of: SERVICE } as const;
const logs = { do: 'logs', of: SERVICE } as const;
const ended = { do: 'logs', of: SERVICE, ended: true } as const;
const drill = { do: 'logs', of: `${SERVICE}-drill` } as const;
const start = { do: 'start', of: SERVICE } as const;
const restart = { do: 'restart', of: SERVICE } as const;
const disk = { do: 'disk' } as const;

/**
 * What to do about each alert that {@link Monitoring} raises. `monitoring`: the name of the construct, which its exporters' begin with.
 * `visits`: what is asked for as visitors do: `https://shop.example/`.
 */
export function alertRunbooks(monitoring: string, visits: readonly string[]): readonly Runbook[] {
  const exporter = { do: 'logs', of: `${monitoring}-${SERVICE}-exporter` } as const;
  const startExporter = { do: 'start', of: `${monitoring}-${SERVICE}-exporter` } as const;
  const makeRole = { do: 'redo', of: `${monitoring}-${SERVICE}-exporter-role` } as const;
  const runbooks: Readonly<Record<string, readonly Advice[]>> = {
    ServiceDown: [
      advice`The job says who was asked. With the job \`backup\` it is what tells of backups: ${exporter}. Start it (${startExporter}); backups are made without it, see BackupOld. With \`postgres\`, \`redis\` or \`nginx\` it is the service or its exporter, as below.`,
      advice`What is there: ${status}.`,
      advice`Why it ended: ${ended}. Exit code 137 is the memory limit, more often than not.`,
      advice`Start it, if nothing has done so by itself: ${start}. One that runs and does not answer is started anew: ${restart}.`,
      advice`Where it runs well and only its exporter is down: ${exporter}. If it cannot log in to Postgres, have its role made anew (${makeRole}), and start it (${startExporter}).`,
    ],
    ReadinessFailing: [
      advice`Why: ${logs}. The answer of most readiness checks names what failed.`,
      advice`Look for an alert on what it needs, databases and caches first, and follow that one's section.`,
      advice`Starting it anew (${restart}) helps only where the program does not connect again by itself.`,
    ],
    ReplicaMissing: [
      advice`Which of them have ended, or do not answer: ${status}. Why: ${ended}. Exit code 137 is the memory limit, more often than not.`,
      advice`Start them, if nothing has done so by itself: ${start}.`,
      advice`Replicas that wait for a place: is the machine, or are the nodes, full?`,
    ],
    ReplicaNotReady: [
      advice`Of several replicas another is asked each time: which of them does not become ready? ${status}.`,
      advice`Why: ${logs}. Where it is a single one, it is ready only now and then: look for an alert on what it needs.`,
      advice`What only some replicas suffer from is often a connection that has died, or a full folder of their own: start them anew (${restart}).`,
    ],
    PublicRouteFailing: [
      ...(visits.length > 0 ? [advice`From outside, as it is asked: ${visits.map(url => `\`curl -v ${url}\``).join(', ')}. Whether TLS holds comes first, then the status.`] : []),
      advice`502 and 504: the proxy cannot reach the application. See ServiceDown and ReadinessFailing of what stands behind it.`,
      advice`A certificate that has expired, for another name, or of an unknown authority: see Certificates in \`OPERATIONS.md\`. An authority of your own must be named in the program, as \`authority\` of its \`Monitoring\`: until then this alert goes on.`,
      advice`The question comes from inside, and goes to the port itself: names (DNS), firewalls and balancers before this system cannot be its cause. Where visitors complain and this alert is silent, look there.`,
    ],
    RestartLoop: [
      advice`The last words before each end: ${ended}.`,
      advice`Exit code 137 or \`OOMKilled\`: it needs more memory than its limit, or it leaks. Raise \`resources.memory\` in the program.`,
      advice`It sees only what tells when it was started, by the metric \`process_start_time_seconds\`: most exporters have it by themselves, those of several processes for one port do not. Without metrics nothing is seen.`,
      advice`A liveness check that fails under load ends healthy processes: it must not ask for anything that takes long.`,
    ],
    SlowRequests: [
      advice`The dashboards Requests, Postgres and System: which of them changed at that time?`,
      advice`In \`psql\`: \`SELECT pid, now() - query_start AS since, state, query FROM pg_stat_activity WHERE state <> 'idle' ORDER BY 2 DESC\`.`,
      advice`Processors at their limit: more replicas, or more \`resources.cpu\`, in the program.`,
    ],
    RequestErrors: [
      advice`What the application says: ${logs}. Traces, where there are any.`,
      advice`After a release: see Upgrade and roll-back in \`OPERATIONS.md\`.`,
      advice`See ReadinessFailing: what it needs may be away.`,
    ],
    DiskFilling: [
      advice`What takes the room: ${disk}; on the machine itself, \`df -h\` and \`du\`.`,
      advice`Old images and build caches: \`docker image prune\`, \`docker builder prune\`; nodes of a cluster do this by themselves. Never remove volumes.`,
      advice`Backups: are they kept longer than the disk allows? Logs are rotated and do not grow.`,
      advice`In a cluster it sees the disk of the one node that \`${monitoring}-host\` is on. Claims are for the cluster's own monitoring (\`kubelet_volume_stats_available_bytes\`); of Postgres' there is PostgresVolumeFilling.`,
      advice`Else a larger disk, before DiskFull.`,
    ],
    DiskFull: [advice`Do at once what DiskFilling says: Postgres will stop writing. Do not remove files below a database's folder, the write-ahead log least of all.`],
    CertificateExpiresSoon: [advice`See Certificates in \`OPERATIONS.md\`. One that is renewed by itself should have been by now: find out why it was not, while there is time.`],
    CertificateExpires: [advice`As CertificateExpiresSoon, now; once it has expired, browsers turn visitors away, and of one that is not self-signed PublicRouteFailing tells as well. If the authority does not answer, ask another one for a certificate by hand, and use it as one that is \`given\`.`],
    PostgresConnections: [
      advice`Who holds them, in \`psql\`: \`SELECT usename, application_name, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY 4 DESC\`.`,
      advice`\`idle in transaction\` for long is a fault of the program. \`SELECT pg_terminate_backend(PID)\` frees one; the program must be mended.`,
      advice`Replicas × workers × pool size of the applications must be below \`max_connections\`. Lower the pools, or raise the setting together with the memory limit.`,
    ],
    PostgresReplicationLag: [
      advice`On the primary, in \`psql\`: \`SELECT * FROM pg_stat_replication\`. No row: the replica is not connected, and its log says why: ${logs}.`,
      advice`A long query on the replica holds it up: end it.`,
      advice`Else the network, or the replica's disk, is too slow for what is written.`,
    ],
    PostgresCheckpoints: [
      advice`A migration or an import is going on: wait until it ends.`,
      advice`Else raise \`max_wal_size\` in the program, to what is written in about 15 minutes. The volume must have room for it.`,
    ],
    PostgresVolumeFilling: [
      advice`The largest tables, in \`psql\`: \`SELECT relname, pg_size_pretty(pg_total_relation_size(oid)) FROM pg_class ORDER BY pg_total_relation_size(oid) DESC LIMIT 10\`.`,
      advice`Dead rows: \`SELECT relname, n_dead_tup FROM pg_stat_user_tables ORDER BY 2 DESC\`; \`VACUUM\` where autovacuum does not keep up.`,
      advice`Raise \`storage\` in the program. With Compose that makes no room: the disk of the host must have it.`,
      advice`In a cluster, where the storage class lets claims grow: give the claim its new size (\`kubectl get persistentvolumeclaims\`, \`kubectl edit persistentvolumeclaim NAME\`), remove the StatefulSet alone (\`kubectl delete statefulset ${SERVICE} --cascade=orphan\`: its pod and its claim stay), and apply the new folder, whose StatefulSet takes the pod over. Without the second step the server refuses the folder: claim templates are immutable.`,
    ],
    RedisMemory: [
      advice`What takes the room: the command of its prompt, in Health and logs of \`OPERATIONS.md\`, with \`--bigkeys\` after \`redis-cli\`. A queue that grows means that its workers are down, or too slow.`,
      advice`Raise \`maxMemory\` together with \`resources.memory\` in the program: it may be three quarters of the limit.`,
    ],
    RedisEvictions: [
      advice`Look at the share of hits on the Redis dashboard first: as long as it is high, nothing is wrong.`,
      advice`Raise \`maxMemory\` and \`resources.memory\` in the program, or let keys live shorter.`,
    ],
    BackupOld: [
      advice`What the last run said: ${logs}.`,
      advice`Its exit code names the cause. 4: the database is away. 5: the dump failed. 7: the disk is full. 75: another run holds the lock.`,
      advice`Mend that, and make a backup by hand: see Backup and restore in \`OPERATIONS.md\`.`,
    ],
    BackupAbsent: [
      advice`As BackupOld.`,
      advice`If there are backups, their exporter does not see them: ${exporter}. It reads \`backup.prom\` in their volume.`,
    ],
    BackupOffsiteOld: [
      advice`Backups are made, and are only here: who loses the disk loses them too. What the last run said: ${logs}. Its exit code is 11 where the program that copies them failed.`,
      advice`The other place is full, away, or no longer takes the key: mend that, or give it another one (see Secrets in \`OPERATIONS.md\`).`,
      advice`Make a backup by hand, which is copied as well: see Backup and restore in \`OPERATIONS.md\`. Former ones are not copied after the event.`,
    ],
    BackupOffsiteAbsent: [
      advice`As BackupOffsiteOld.`,
      advice`With BackupAbsent: see that one first.`,
    ],
    BackupDrillOld: [
      advice`What the last drill said: ${drill}. Its exit code names the cause. 4: the database is away. 6: the latest backup is damaged. 10: it does not restore. 12: there is none.`,
      advice`6 and 10: do not count on that backup. Make one by hand, and drill it: see Backup and restore in \`OPERATIONS.md\`. Keep those before it until that has passed.`,
    ],
    BackupDrillAbsent: [
      advice`As BackupDrillOld.`,
      advice`With BackupAbsent: see that one first.`,
    ],
  };
  return Object.entries(runbooks).map(([title, content]) => ({ purpose: 'alert', title, content }));
}
