import fc from 'fast-check';
import { HealthProbes } from '../../constructs';
import { App, Config, Cron, Duration, Image, Route, Secret, Stack, text, Volume, Workload, type Run, type Target } from '../../lib';

/** A workload in plain data, so that a failing example can be read. It calls some of those before it. */
export interface Described {
  readonly runs: 'service' | 'release' | 'schedule' | 'task';
  readonly replicas: number;
  readonly ports: readonly number[];
  readonly env: Readonly<Record<string, string>>;
  readonly argument: string;
  readonly file: string | undefined;
  readonly calls: readonly number[];
  readonly hasSecret: boolean;
  readonly hasVolume: boolean;
  readonly isPublished: boolean;
  readonly internet: boolean;
  readonly probe: 'http' | 'tcp' | 'command';
  readonly memory: number;
  readonly millis: number;
}

/** Whatever YAML 1.1, Compose and Kubernetes could each mistake for something else. */
const NASTY = [
  '', ' ', 'no', 'on', 'y', 'null', '~', '22:22', '0123', '0o17', '1_000', '1e3', '.inf', '2024-01-01', '=', '<<', '- a', 'a: b', '# c', '*x', '&x', '!x', '%x', '@x', '`x',
  '$', '$$', '$HOME', '${HOME}', '${HOME:-x}', '$(HOME)', '$$(HOME)', '$${HOME}', '$(', '${', 'a$', "it's", '"quoted"', '\\', '\\n', 'two\nlines', 'ends\n', '\n', '\ttab', 'trailing ', '\u0085', '\u2028', '\ufeff', '😀', '{{ x }}', '<%= x %>', 'x'.repeat(5000),
];

export const hostile = fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'binary', maxLength: 40 }).map(value => value.replaceAll('\0', '')));

const port = fc.integer({ min: 1024, max: 65535 });

const described = (index: number): fc.Arbitrary<Described> => fc.record({
  runs: fc.oneof({ weight: 5, arbitrary: fc.constant('service' as const) }, { weight: 1, arbitrary: fc.constantFrom('release' as const, 'schedule' as const, 'task' as const) }),
  replicas: fc.integer({ min: 1, max: 4 }),
  ports: fc.uniqueArray(port, { minLength: 1, maxLength: 3 }),
  env: fc.dictionary(fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,12}$/), hostile, { maxKeys: 4 }),
  argument: hostile,
  file: fc.option(hostile, { nil: undefined }),
  calls: index === 0 ? fc.constant([]) : fc.uniqueArray(fc.integer({ min: 0, max: index - 1 }), { maxLength: 4 }),
  hasSecret: fc.boolean(), hasVolume: fc.boolean(), isPublished: fc.boolean(), internet: fc.boolean(),
  probe: fc.constantFrom('http', 'tcp', 'command'),
  memory: fc.integer({ min: 128, max: 4096 }),
  millis: fc.integer({ min: 10, max: 8000 }),
});

export const describedStack: fc.Arbitrary<readonly Described[]> = fc.integer({ min: 1, max: 7 }).chain(count => fc.tuple(...Array.from({ length: count }, (_, i) => described(i))));

/** The connections that a description asks for: only services can be called. */
export function edgesOf(stack: readonly Described[]): Set<string> {
  return new Set(stack.flatMap((workload, i) => workload.calls.filter(callee => stack[callee]!.runs === 'service').map(callee => `w${i} → w${callee}:${stack[callee]!.ports[0]}`)));
}

export function build(stack: readonly Described[], targets: readonly Target[]): App {
  const app = new App();
  const scope = new Stack(app, 'random', 'test', { targets, network: '10.64.0.0/16' });
  const built: Workload[] = [];
  stack.forEach((of, i) => {
    const secret = of.hasSecret ? new Secret(scope, `s${i}`, { keys: ['value'] }) : undefined;
    const callees = of.calls.filter(callee => stack[callee]!.runs === 'service').map(callee => built[callee]!.endpoint('p0'));
    const workload = new Workload(scope, `w${i}`, {
      image: Image.registry('example/app:1.0', { user: { uid: 10001, gid: 10001 }, tools: ['curl', 'nc', 'shell'], folders: ['/data'] }),
      runs: runOf(of),
      command: ['/app'],
      args: [of.argument],
      env: {
        ...of.env,
        ...(secret ? { PLAIN_SECRET: secret.key('value'), MIXED_SECRET: text`a$b:${secret.key('value')}@c` } : {}),
        ...Object.fromEntries(callees.map((callee, n) => [`CALLEE_${n}`, callee.url('http')])),
      },
      ports: Object.fromEntries(of.ports.map((number, n) => [`p${n}`, number])),
      mounts: [
        ...(of.file === undefined ? [] : [{ config: new Config(scope, `c${i}`, { files: { 'file.txt': of.file } }), path: '/etc/app' }]),
        ...(of.hasVolume ? [{ volume: new Volume(scope, `v${i}`, { size: '1Gi' }), path: '/data' }] : []),
      ],
      ...(of.runs === 'service' ? { probes: probesOf(of) } : {}),
      internet: of.internet,
      resources: { cpu: `${of.millis}m`, memory: `${of.memory}Mi` },
    });
    if (of.isPublished && of.runs === 'service') new Route(scope, `r${i}`, { to: workload.endpoint('p0'), published: 20000 + i, reach: 'public' });
    built.push(workload);
  });
  return app;
}

function runOf({ runs, replicas }: Described): Run {
  switch (runs) {
    case 'service': return Workload.service({ replicas });
    case 'release': return { kind: 'release', check: ['/app', 'check'] };
    case 'schedule': return { kind: 'schedule', cron: Cron.daily('03:00'), deadline: Duration.hours(1) };
    case 'task': return { kind: 'task' };
  }
}

function probesOf({ probe }: Described) {
  switch (probe) {
    case 'http': return HealthProbes.http({ ready: '/ready', alive: '/alive' });
    case 'tcp': return HealthProbes.tcp();
    case 'command': return HealthProbes.command(['/app', 'healthy?', '$(x) ${y}']);
  }
}
