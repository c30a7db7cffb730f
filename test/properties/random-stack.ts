import { fc } from '../support/fast-check';
import { HealthProbes } from '../../constructs';
import { App, Config, Cron, Duration, Image, Route, Secret, Stack, text, Volume, Workload, type Destination, type Run, type Target } from '../../lib';

/** A workload in plain data, so that a failing example can be read. It refers to some of those before it. */
export interface Described {
  readonly runs: 'service' | 'release' | 'schedule' | 'task';
  readonly replicas: number;
  readonly ports: readonly number[];
  /** A UDP port, by the number of its first one. */
  readonly udp: boolean;
  readonly env: Readonly<Record<string, string>>;
  readonly argument: string;
  readonly file: string | undefined;
  readonly calls: readonly number[];
  /** Those of `calls` that it need not wait for. */
  readonly startsWithout: readonly number[];
  readonly after: readonly number[];
  /** By variables, by files, or not at all. */
  readonly secret: { readonly variables: boolean; readonly files: boolean };
  readonly volumes: { readonly own: boolean; readonly shared: boolean; readonly filled: boolean };
  readonly route: 'public' | 'host' | undefined;
  readonly internet: boolean;
  readonly reaches: readonly Destination[];
  readonly tier: 'unnumbered' | 'numbered' | undefined;
  readonly probe: { readonly kind: 'http' | 'tcp' | 'command'; readonly port: number; readonly every: number; readonly timeout: number; readonly failures: number; readonly startup: number };
  readonly memory: number;
  readonly millis: number;
}

/** Whatever YAML 1.1, Compose and Kubernetes could each mistake for something else. */
const NASTY = [
  '', ' ', 'no', 'on', 'y', 'null', '~', '22:22', '0123', '0o17', '1_000', '1e3', '.inf', '2024-01-01', '=', '<<', '- a', 'a: b', '# c', '*x', '&x', '!x', '%x', '@x', '`x',
  '$', '$$', '$HOME', '${HOME}', '${HOME:-x}', '$(HOME)', '$$(HOME)', '$${HOME}', '$(', '${', 'a$', '$é', "it's", '"quoted"', '\\', '\\n', 'two\nlines', 'ends\n', '\n', '\r\n', '  indented\nless', '---\n', '\ttab', 'trailing ', '\u0085', '\u2028', '\ufeff', '😀', '{{ x }}', '<%= x %>', 'x'.repeat(5000),
];

export const hostile = fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'binary', maxLength: 40 }).map(value => value.replaceAll('\0', '')));

const port = fc.integer({ min: 1024, max: 65535 });
const before = (index: number) => (index === 0 ? fc.constant([]) : fc.uniqueArray(fc.integer({ min: 0, max: index - 1 }), { maxLength: 4 }));
export const DESTINATIONS: Destination[] = [{ cidr: '10.66.0.0/24', port: 5432 }, { cidr: '10.66.0.25/32', port: [25, 587] }, { cidr: 'fd00:66::/32', port: { number: 53, protocol: 'udp' } }];
const seldom = fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) });

const probe: fc.Arbitrary<Described['probe']> = fc.record({
  kind: fc.constantFrom('http', 'tcp', 'command'),
  port: fc.nat({ max: 2 }),
  every: fc.integer({ min: 1, max: 200 }),
  timeout: fc.integer({ min: 1, max: 200 }),
  failures: fc.integer({ min: 1, max: 20 }),
  startup: fc.integer({ min: 1, max: 600 }),
}).map(({ every, timeout, ...rest }) => ({ ...rest, every, timeout: Math.min(every, timeout) }));

const described = (index: number): fc.Arbitrary<Described> => fc.record({
  runs: fc.oneof({ weight: 5, arbitrary: fc.constant('service' as const) }, { weight: 2, arbitrary: fc.constant('release' as const) }, { weight: 1, arbitrary: fc.constantFrom('schedule' as const, 'task' as const) }),
  replicas: fc.integer({ min: 1, max: 4 }),
  ports: fc.uniqueArray(port, { minLength: 1, maxLength: 3 }),
  udp: seldom,
  env: fc.dictionary(fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,12}$/), hostile, { maxKeys: 4 }),
  argument: hostile,
  file: fc.option(hostile, { nil: undefined }),
  calls: before(index), startsWithout: before(index), after: before(index),
  secret: fc.record({ variables: fc.boolean(), files: fc.boolean() }),
  volumes: fc.record({ own: fc.boolean(), shared: seldom, filled: seldom }),
  route: fc.constantFrom('public', 'host', undefined),
  internet: fc.boolean(),
  reaches: fc.subarray(DESTINATIONS),
  tier: fc.constantFrom('unnumbered', 'numbered', undefined),
  probe,
  memory: fc.integer({ min: 128, max: 4096 }),
  millis: fc.integer({ min: 10, max: 8000 }),
});

export const describedStack: fc.Arbitrary<readonly Described[]> = fc.integer({ min: 1, max: 7 }).chain(count => fc.tuple(...Array.from({ length: count }, (_, i) => described(i))));

/** Only services can be called. */
export function calleesOf(stack: readonly Described[], caller: number): readonly number[] {
  return stack[caller]!.calls.filter(callee => stack[callee]!.runs === 'service');
}

/** Only work that is done once per release can be waited for to its end. */
export function releasesBefore(stack: readonly Described[], workload: number): readonly number[] {
  return stack[workload]!.after.filter(other => stack[other]!.runs === 'release');
}

/** The connections that a description asks for. */
export function edgesOf(stack: readonly Described[]): Set<string> {
  return new Set(stack.flatMap((_, i) => edgesFrom(stack, i).map(edge => `w${i} → ${edge}`)));
}

/** `w0:8080`, `w0:8080/udp`. */
export function edgesFrom(stack: readonly Described[], caller: number): readonly string[] {
  return calleesOf(stack, caller).flatMap(callee => {
    const { ports, udp } = stack[callee]!;
    return [`w${callee}:${ports[0]}`, ...(udp ? [`w${callee}:${ports[0]}/udp`] : [])];
  });
}

/** What must have ended before a workload begins: by name, how it does. */
export function endingsBefore(stack: readonly Described[], workload: number): readonly string[] {
  return [...releasesBefore(stack, workload).map(other => `w${other}`), ...(stack[workload]!.volumes.filled ? [`f${workload}-fill`] : [])];
}

/** What must have ended before a workload begins, and before that, and so on. */
export function allReleasesBefore(stack: readonly Described[], workload: number): readonly number[] {
  return [...new Set(releasesBefore(stack, workload).flatMap(other => [other, ...allReleasesBefore(stack, other)]))];
}

const IMAGE = Image.registry('example/app:1.0', { user: { uid: 10001, gid: 10001 }, tools: ['curl', 'nc', 'shell'], folders: ['/data', '/shared', '/out'] });
const TIERS = { unnumbered: { name: 'front' }, numbered: { name: 'back', range: '10.65.0.0/16' } } as const;

export function build(stack: readonly Described[], targets: readonly Target[], outdir?: string): App {
  const app = new App({ outdir });
  const scope = new Stack(app, 'random', 'test', { targets, network: '10.64.0.0/16' });
  const built: Workload[] = [];
  const shared = stack.some(({ volumes }) => volumes.shared) ? new Volume(scope, 'shared', { size: '1Gi' }) : undefined;
  stack.forEach((of, i) => {
    const { variables, files } = of.secret;
    const secret = variables || files ? new Secret(scope, `s${i}`, { keys: ['value', 'other'] }) : undefined;
    const callees = calleesOf(stack, i);
    const called = callees.flatMap(callee => ['p0', ...(stack[callee]!.udp ? ['udp'] : [])].map(name => built[callee]!.endpoint(name)));
    const workload = new Workload(scope, `w${i}`, {
      image: IMAGE,
      runs: runOf(of),
      command: ['/app'],
      args: [of.argument],
      env: {
        ...of.env,
        ...(secret && variables ? { PLAIN_SECRET: secret.key('value'), MIXED_SECRET: text`a$b:${secret.key('value')}@c` } : {}),
        ...Object.fromEntries(called.map((callee, n) => [`CALLEE_${n}`, callee.url('any')])),
      },
      ports: { ...Object.fromEntries(of.ports.map((number, n) => [`p${n}`, number])), ...(of.udp ? { udp: { number: of.ports[0]!, protocol: 'udp' } } : {}) },
      mounts: [
        ...(of.file === undefined ? [] : [{ config: new Config(scope, `c${i}`, { files: { 'file.txt': of.file } }), path: '/etc/app' }]),
        ...(secret && files ? [{ secret, path: '/run/secrets/app' }] : []),
        ...(of.volumes.own ? [{ volume: new Volume(scope, `v${i}`, { size: '1Gi' }), path: '/data' }] : []),
        ...(of.volumes.shared ? [{ volume: shared!, path: '/shared' }] : []),
        ...(of.volumes.filled ? [{ volume: new Volume(scope, `f${i}`, { size: '1Gi', filledBy: { image: IMAGE, command: ['/fill'], env: of.env, path: '/out' } }), path: '/static', readOnly: true }] : []),
      ],
      ...(of.runs === 'service' ? { probes: probesOf(of) } : {}),
      internet: of.internet,
      reaches: of.reaches,
      after: releasesBefore(stack, i).map(other => built[other]!),
      startsWithout: of.startsWithout.map(other => built[other]!),
      ...(of.tier ? { tier: TIERS[of.tier] } : {}),
      resources: { cpu: `${of.millis}m`, memory: `${of.memory}Mi` },
    });
    if (of.route && of.runs === 'service') new Route(scope, `r${i}`, { to: workload.endpoint('p0'), published: publishedOf(i), reach: of.route });
    built.push(workload);
  });
  return app;
}

/** Each replica may take a port of the host. */
export function publishedOf(workload: number): number {
  return 20000 + 10 * workload;
}

function runOf({ runs, replicas }: Described): Run {
  switch (runs) {
    case 'service': return Workload.service({ replicas });
    case 'release': return { kind: 'release', check: ['/app', 'check'] };
    case 'schedule': return { kind: 'schedule', cron: Cron.daily('03:00'), deadline: Duration.hours(1) };
    case 'task': return { kind: 'task' };
  }
}

function probesOf({ ports, probe: { kind, port, every, timeout, failures, startup } }: Described) {
  const timing = { every: Duration.seconds(every), timeout: Duration.seconds(timeout), failures, startup: Duration.seconds(startup) };
  const asked = { ...timing, ...(port < ports.length ? { port: `p${port}` } : {}) };
  switch (kind) {
    case 'http': return HealthProbes.http({ ready: '/ready?a=$b', alive: '/alive', ...asked });
    case 'tcp': return HealthProbes.tcp(asked);
    case 'command': return HealthProbes.command(['/app', 'healthy?', '$(x) ${y}'], timing);
  }
}
