import { describe, expect, test } from '@jest/globals';
import { Construct } from 'constructs';
import { BackupCronJob, HealthProbes, Monitoring, NginxProxy, Postgres, type MonitoringProps } from '../../constructs';
import { App, AlertRules, Certificate, compare, Compose, Cron, Duration, Image, Metrics, Probe, Route, Secret, Stack, Volume, Workload, type CompareOptions, type Weakness, type WorkloadProps } from '../../lib';
import { IMAGE, service } from '../support/stacks';

type Build = (stack: Stack) => void;

/** What is weaker in the first than in the second. */
function compared(here: Build, there: Build, options?: CompareOptions) {
  const app = new App();
  const [one, other] = [['prod', here], ['stage', there]].map(([environment, build]) => {
    const stack = new Stack(app, 'shop', environment as string, { targets: [new Compose({ host: environment as string })] });
    (build as Build)(stack);
    return stack;
  });
  return compare(one!.graph(), other!.graph(), options);
}

function found(here: Build, there: Build): readonly (readonly [id: string, here: string, there: string])[] {
  return compared(here, there).weaknesses.map(({ id, here: ours, there: theirs }) => [id, ours, theirs]);
}

const web = (props: Partial<WorkloadProps>): Build => stack => { service(stack, 'web', props); };
const runs = (kind: WorkloadProps['runs'], more: Partial<WorkloadProps> = {}): Build => stack => { new Workload(stack, 'web', { image: IMAGE, command: ['/work'], ...more, runs: kind }); };
const volume = (size: `${number}Gi`, readOnly = false): Build => stack => { service(stack, 'web', { mounts: [{ volume: new Volume(stack, 'files', { size }), path: '/data', readOnly }] }); };
const disposable = (disposable: boolean): Build => stack => { service(stack, 'web', { mounts: [{ volume: new Volume(stack, 'files', { size: '1Gi', disposable }), path: '/data' }] }); };
const route = (props: { readonly reach?: 'public' | 'host'; readonly protocol?: 'http' | 'https' } | undefined): Build => stack => {
  const one = service(stack, 'web');
  if (props) new Route(stack, 'way-in', { to: one.endpoint('http'), ...props });
};
const secret = (origin: ReturnType<typeof Secret.password>): Build => stack => { service(stack, 'web', { env: { KEY: new Secret(stack, 'token', { keys: { value: origin } }).key('value') } }); };
const certificate = (kind: 'given' | 'self-signed'): Build => stack => { service(stack, 'web', { mounts: [{ certificate: new Certificate(stack, 'tls', { hosts: ['shop.example'], source: { kind } }), path: '/tls' }] }); };
const alerts = (...rules: readonly (readonly [name: string, after: number])[]): Build => stack => {
  service(stack, 'web');
  new AlertRules(stack, 'rules', { groups: [{ name: 'all', rules: rules.map(([alert, minutes]) => ({ alert, expr: 'up == 0', for: Duration.minutes(minutes), labels: {}, annotations: {} })) }] });
};
const alert = (...exprs: readonly string[]): Build => stack => {
  service(stack, 'web');
  new AlertRules(stack, 'rules', { groups: [{ name: 'all', rules: exprs.map(expr => ({ alert: 'Odd', expr, for: Duration.minutes(5), labels: {}, annotations: {} })) }] });
};
const monitoring = (receivers: MonitoringProps['receivers'], objectives: MonitoringProps['objectives'] = {}): Build => stack => { new Monitoring(stack, 'monitoring', { receivers, objectives }).observe(new Postgres(stack, 'db', { storage: '1Gi' })); };
const metrics = (...jobs: readonly string[]): Build => stack => {
  const one = service(stack, 'web');
  for (const job of jobs) new Metrics(stack, job, { endpoint: one.endpoint('http'), labels: { job, service: 'web' } });
};
const daily = { cron: Cron.daily('02:00'), deadline: Duration.hours(1) };
const tcp = HealthProbes.tcp();
const http = HealthProbes.http({ ready: '/ready' });

interface Case { readonly name: string; readonly weak: Build; readonly strong: Build; readonly expected: readonly (readonly [id: string, here: string, there: string])[] }

const CASES: readonly Case[] = [
  { name: 'fewer replicas', weak: web({ runs: Workload.service({ replicas: 1 }) }), strong: web({ runs: Workload.service({ replicas: 3 }) }), expected: [['web:runs.replicas', '1', '3']] },
  { name: 'a span that begins lower', weak: web({ runs: Workload.service({ replicas: { min: 1, max: 2, cpu: 70 } }) }), strong: web({ runs: Workload.service({ replicas: 2 }) }), expected: [['web:runs.replicas', '1 to 2', '2']] },
  { name: 'a number that does not grow', weak: web({ runs: Workload.service({ replicas: 2 }) }), strong: web({ runs: Workload.service({ replicas: { min: 2, max: 4, cpu: 70 } }) }), expected: [['web:runs.replicas.max', '2', '2 to 4']] },
  { name: 'a last try to start it anew', weak: web({ runs: Workload.service({ restart: { onFailure: 3 } }) }), strong: web({ runs: Workload.service() }), expected: [['web:runs.restart', '3 tries', 'unless-stopped']] },
  { name: 'work that nobody begins', weak: runs({ kind: 'task' }), strong: runs({ kind: 'schedule', ...daily }), expected: [['web:runs', 'when somebody asks', 'at 0 2 * * * (UTC)']] },
  { name: 'work that is done less often', weak: runs({ kind: 'schedule', ...daily }), strong: runs({ kind: 'schedule', ...daily, cron: Cron.hourly() }), expected: [['web:runs.cron', '0 2 * * * (UTC)', '0 * * * * (UTC)']] },
  { name: 'a release that nobody can wait for', weak: runs({ kind: 'release', check: undefined }), strong: runs({ kind: 'release', check: ['/check'] }), expected: [['web:runs.check', 'none', '/check']] },
  { name: 'less memory, once and not for the request as well', weak: web({ resources: { cpu: 1, memory: '256Mi' } }), strong: web({ resources: { cpu: 1, memory: '1Gi' } }), expected: [['web:resources.memory.limit', '256 MiB', '1 GiB']] },
  { name: 'less CPU', weak: web({ resources: { cpu: 0.5, memory: '1Gi' } }), strong: web({ resources: { cpu: 2, memory: '1Gi' } }), expected: [['web:resources.cpu.limit', '0.5 CPU', '2 CPU']] },
  {
    name: 'less that is promised', strong: web({ resources: { cpu: { request: 1, limit: 1 }, memory: '1Gi' } }),
    weak: web({ resources: { cpu: { request: 0.5, limit: 1 }, memory: { request: '512Mi', limit: '1Gi' } } }),
    expected: [['web:resources.memory.request', '512 MiB', '1 GiB'], ['web:resources.cpu.request', '0.5 CPU', '1 CPU']],
  },
  { name: 'no probes', weak: web({ probes: undefined }), strong: web({}), expected: [['web:probes', 'none', '/ready']] },
  { name: 'a probe of the port alone', weak: web({ probes: tcp }), strong: web({ probes: http }), expected: [['web:probes.ready', 'an open port', '/ready']] },
  { name: 'a probe that waits for longer', weak: web({ probes: HealthProbes.http({ ready: '/ready', every: '30s' }) }), strong: web({ probes: http }), expected: [['web:probes.ready.failures', '3 times, every 30s', '3 times, every 10s']] },
  {
    name: 'no probe of life and start', weak: web({ probes: http }), strong: web({ probes: HealthProbes.http({ ready: '/ready', alive: '/alive', started: '/started' }) }),
    expected: [['web:probes.alive', 'none', '/alive'], ['web:probes.started', 'none', '/started']],
  },
  { name: "the host's own sources", weak: web({ mounts: [{ source: 'app', path: '/app' }] }), strong: web({}), expected: [['web:mounts.source', 'app', 'none']] },
  { name: 'no volume for what it keeps', weak: web({}), strong: volume('1Gi'), expected: [['web:mounts /data', 'none', 'a volume']] },
  { name: 'a volume that it may write to', weak: volume('1Gi'), strong: volume('1Gi', true), expected: [['web:mounts /data', 'writable', 'read-only']] },
  { name: 'a volume that may be lost', weak: disposable(true), strong: disposable(false), expected: [['files:disposable', 'yes', 'no']] },
  { name: 'a smaller volume', weak: volume('1Gi'), strong: volume('2Gi'), expected: [['files:size', '1 GiB', '2 GiB']] },
  {
    name: 'safeguards that are loosened', strong: web({}),
    weak: web({ loosened: { writableRoot: true, capabilities: ['NET_BIND_SERVICE'], accepted: ['it is old'] } }),
    expected: [['web:loosened.writableRoot', 'yes', 'no'], ['web:loosened.capabilities', 'NET_BIND_SERVICE', 'none'], ['web:loosened.accepted', 'it is old', 'none']],
  },
  { name: 'a way to the internet', weak: web({ internet: true }), strong: web({}), expected: [['web:internet', 'yes', 'no']] },
  {
    name: 'a way to more addresses outside', weak: web({ reaches: [{ cidr: '10.0.5.0/24', port: [5432, { number: 53, protocol: 'udp' }] }] }), strong: web({ reaches: [{ cidr: '10.0.5.0/24', port: 5432 }] }),
    expected: [['web:reaches', '10.0.5.0/24 on 53/udp', 'none']],
  },
  { name: 'less time to end', weak: web({ stop: { grace: '5s' } }), strong: web({ stop: { grace: '30s' } }), expected: [['web:stop.grace', '5s', '30s']] },
  { name: 'no init process', weak: web({ init: false }), strong: web({}), expected: [['web:init', 'no', 'yes']] },
  { name: 'a port that is open to all', weak: route({ reach: 'public' }), strong: route({}), expected: [['web:routes.http', 'open to all', 'open to the host itself']] },
  { name: 'a port of the host', weak: route({}), strong: route(undefined), expected: [['web:routes.http', 'open to the host itself', 'open to nobody']] },
  { name: 'no encryption', weak: route({ reach: 'public', protocol: 'http' }), strong: route({ reach: 'public', protocol: 'https' }), expected: [['web:routes.https', 'none', 'HTTPS']] },
  {
    name: 'a connection more', strong: stack => { service(stack, 'web'); service(stack, 'db'); },
    weak: stack => { service(stack, 'web', { connects: [service(stack, 'db').endpoint('http')] }); },
    expected: [['web:calls', 'db on 8080', 'none']],
  },
  { name: 'a shorter password', weak: secret(Secret.password(16)), strong: secret(Secret.password(32)), expected: [['token:keys.value', '16 characters', '32 characters']] },
  { name: 'a key of fewer bytes', weak: secret(Secret.hex(16)), strong: secret(Secret.hex(32)), expected: [['token:keys.value', '16 bytes', '32 bytes']] },
  { name: 'a certificate that nobody trusts', weak: certificate('self-signed'), strong: certificate('given'), expected: [['tls:source', 'self-signed', 'given']] },
  { name: 'no metrics at all', weak: metrics(), strong: metrics('app', 'ready'), expected: [['stack:metrics', 'none', 'web (app), web (ready)']] },
  { name: 'metrics of one job less', weak: metrics('app'), strong: metrics('app', 'ready'), expected: [['stack:metrics', 'none', 'web (ready)']] },
  { name: 'an alert less', weak: alerts(['Down', 1]), strong: alerts(['Down', 1], ['Slow', 1]), expected: [['stack:alerts', 'none', 'Slow']] },
  { name: 'an alert that comes later', weak: alerts(['Down', 5]), strong: alerts(['Down', 1]), expected: [['stack:alerts.Down', 'after 300s', 'after 60s']] },
  { name: 'an alert that takes more', weak: alert('rate(errors[5m]) > 0.9'), strong: alert('rate(errors[5m]) > 0.01'), expected: [['stack:alerts.Odd.expr', 'rate(errors[5m]) > 0.9', 'rate(errors[5m]) > 0.01']] },
  { name: 'an alert that waits for less to be left', weak: alert('expiry - time() < 5 * 86400'), strong: alert('expiry - time() < 21 * 86400'), expected: [['stack:alerts.Odd.expr', 'expiry - time() < 5 * 86400', 'expiry - time() < 21 * 86400']] },
  { name: 'an alert that fewer things raise', weak: alert('up == 0'), strong: alert('up == 0 or absent(up{job="a or b"})'), expected: [['stack:alerts.Odd.expr', 'none', 'absent(up{job="a or b"})']] },
  { name: 'an alert for one of several', weak: alert('age{service="a"} > 60'), strong: alert('age{service="a"} > 60', 'age{service="b"} > 60'), expected: [['stack:alerts.Odd.expr', 'none', 'age{service="b"} > 60']] },
  { name: 'alerts that nobody is told of', weak: monitoring([]), strong: monitoring([{ kind: 'webhook', name: 'pager' }]), expected: [['monitoring-alertmanager:internet', 'no', 'yes']] },
  {
    name: 'lower objectives', weak: monitoring([], { p95: '60s', errorRatio: 0.9 }), strong: monitoring([], { p95: '1s' }),
    expected: [['stack:alerts.SlowRequests.expr', expect.stringMatching(/ > 60$/) as unknown as string, expect.stringMatching(/ > 1$/) as unknown as string], ['stack:alerts.RequestErrors.expr', expect.stringMatching(/ > 0\.9$/) as unknown as string, expect.stringMatching(/ > 0\.01$/) as unknown as string]],
  },
];

describe('a stack is weaker', () => {
  test.each(CASES)('with $name', ({ weak, strong, expected }) => expect(found(weak, strong)).toEqual(expected));
  test.each(CASES)('and the other is not, with $name', ({ weak, strong }) => expect(found(strong, weak)).toEqual([]));
  test.each(CASES)('nor is one weaker than its like, with $name', ({ weak }) => expect(found(weak, weak)).toEqual([]));

  test('without the backup of a database that the other backs up', () => {
    const db: Build = stack => { new Postgres(stack, 'db', { storage: '1Gi' }); };
    const backedUp: Build = stack => { new BackupCronJob(stack, 'backup', { of: new Postgres(stack, 'db', { storage: '1Gi' }), schedule: Cron.daily('02:00'), storage: '1Gi' }); };
    expect(found(db, backedUp)).toEqual([['db:backup', 'none', 'backup, at 0 2 * * * (UTC)']]);
    expect(compared(backedUp, db)).toMatchObject({ weaknesses: [], onlyHere: ['backup', 'backup-restore', 'backup-drill'], onlyThere: [] });
  });

  test('without monitoring', () => {
    const app = (scope: Stack) => new Postgres(scope, 'db', { storage: '1Gi' });
    const watched: Build = stack => { app(stack); new Monitoring(stack, 'monitoring', { receivers: [] }).observe(stack); };
    expect(found(stack => { app(stack); }, watched).map(([id]) => id)).toEqual(['stack:metrics', 'stack:alerts']);
  });
});

describe('a stack is not weaker', () => {
  test.each<{ readonly name: string; readonly here: Build; readonly there: Build }>([
    { name: 'with another version of an image', here: web({ image: Image.registry('example/app:2.0', IMAGE.facts) }), there: web({}) },
    { name: 'with an alert on a share of something larger', here: alert('bytes / 2048 > 0.8'), there: alert('bytes / 1024 > 0.8') },
    { name: 'with other settings of the program', here: web({ env: { DEBUG: 1 } }), there: web({ env: { DEBUG: 0 }, args: ['--fast'] }) },
    { name: 'with another number of a published port', here: stack => { new Route(stack, 'way-in', { to: service(stack, 'web').endpoint('http'), published: 81 }); }, there: route({}) },
    { name: 'with what only it has', here: stack => { service(stack, 'web'); service(stack, 'more'); }, there: web({}) },
    { name: 'with a probe of another way that asks the program too', here: web({ probes: { ready: Probe.command(['/check']) } }), there: web({}) },
  ])('$name', ({ here, there }) => expect(found(here, there)).toEqual([]));
});

test('of an alert that looks for something else, people are to judge both ways', () => {
  const [one, other] = [alert('up == 0'), alert('ready == 0 unless paused > 3')];
  for (const [here, there] of [[one, other], [other, one]] as const) {
    expect(compared(here, there).weaknesses).toMatchObject([{ id: 'stack:alerts.Odd.expr', why: 'it looks for something else: whether people are told as early, only they can judge' }]);
  }
});

test('a weakness says where it is, what both have, and what comes of it', () => {
  const [weakness] = compared(web({ runs: Workload.service({ replicas: 1 }) }), web({ runs: Workload.service({ replicas: 3 }) })).weaknesses;
  expect(weakness).toEqual({ at: 'shop/prod/web', id: 'web:runs.replicas', here: '1', there: '3', why: 'while it is away, nobody answers in its place' } satisfies Weakness);
});

test('a weakness within a product has the path of its construct, and the name that both targets give it', () => {
  const proxy = (tls: 'given' | 'self-signed'): Build => stack => { new NginxProxy(stack, 'proxy', { host: 'shop.example', tls, routes: { '/': service(stack, 'web').endpoint('http') } }); };
  expect(compared(proxy('self-signed'), proxy('given')).weaknesses.map(({ at, id }) => [at, id])).toEqual([['shop/prod/proxy/certificate', 'proxy-certificate:source']]);
});

test('what is meant so is left out, and an exception that meets nothing is told', () => {
  const comparison = compared(web({ init: false, internet: true }), web({}), { except: ['web:init', 'web:stop.grace'] });
  expect(comparison.weaknesses.map(({ id }) => id)).toEqual(['web:internet']);
  expect(comparison.unmet).toEqual(['web:stop.grace']);
});

test('workloads are found by their names, wherever they stand in the tree', () => {
  const below: Build = stack => { service(new Construct(stack, 'group') as Stack, 'web', { internet: true }); };
  const beside: Build = stack => { service(stack, 'group-web'); };
  expect(compared(below, beside).weaknesses.map(({ at, id }) => [at, id])).toEqual([['shop/prod/group/web', 'group-web:internet']]);
});
