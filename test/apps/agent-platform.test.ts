import { describe, expect, test } from '@jest/globals';
import { load, loadAll } from 'js-yaml';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentPlatform } from '../../apps/agent-platform';
import { WORK } from '../../apps/agent-platform/alerts';
import { App, Stack, synthesize } from '../../lib';
import { unitTests } from '../constructs/monitoring/rule-cases';
import { canCheck, missing } from '../support/here';
import { runPython } from './python/run';
import 'compose8s/testing/jest';

const app = new App();
agentPlatform(app);
const { emissions, problems, notes } = synthesize(app);
const NAMES = ['dev', 'stage', 'prod'] as const;
type Name = typeof NAMES[number];

const stackOf = (name: Name) => app.node.findAll().filter(Stack.isStack).find(({ environment }) => environment === name)!;

function filesOf(name: Name, target: string): ReadonlyMap<string, string> {
  const emission = emissions.find(({ graph, target: on }) => graph.stack.environment === name && on.name === target)!;
  return new Map([...emission.files].flatMap(([path, file]) => ('text' in file ? [[path, file.text] as const] : [])));
}

interface Service {
  readonly image: string; readonly command?: string[]; readonly restart: string; readonly networks: string[]; readonly profiles?: string[];
  readonly ports?: { readonly published: string; readonly host_ip?: string }[];
  readonly environment?: Record<string, string>;
  readonly volumes?: { readonly type: string; readonly source: string; readonly target: string }[];
  readonly depends_on?: Record<string, { readonly condition: string }>;
  readonly healthcheck?: object;
  readonly deploy: { readonly replicas?: number; readonly resources: Record<'limits' | 'reservations', { readonly cpus: string; readonly memory: string }> };
}
interface Manifest { readonly kind: string; readonly metadata: { readonly name: string }; readonly spec: { readonly replicas?: number; readonly template: { readonly spec: { readonly containers: readonly { readonly resources: Record<'limits' | 'requests', object>; readonly readinessProbe?: object; readonly livenessProbe?: object }[] } } } }

function compose(name: Name): { services: Record<string, Service>; networks: Record<string, { readonly ipam: { readonly config: readonly { readonly subnet: string }[] } }>; volumes: Record<string, object> } {
  return load(filesOf(name, 'compose').get('services.yaml')!) as never;
}

function manifests(name: Name): Manifest[] {
  return [...filesOf(name, 'kubernetes')].filter(([path]) => path.endsWith('.yaml')).flatMap(([, text]) => loadAll(text) as unknown as Manifest[]);
}

function workload(name: Name, of: string): Manifest | undefined {
  return manifests(name).find(({ kind, metadata }) => ['Deployment', 'StatefulSet'].includes(kind) && metadata.name === of);
}

test('the agent platform has no problems, with all three on one host', () => {
  expect(problems).toEqual([]);
  expect(new Set(emissions.filter(({ target }) => target.name === 'compose').map(({ target }) => (target as { readonly host?: string }).host))).toEqual(new Set(['agents-1']));
});

describe('ports of the table', () => {
  const TABLE: readonly (readonly [string, ...(string | undefined)[]])[] = [
    ['backend', '8000', '8001-8002', '8000-8002'],
    ['postgres', '5432', '5433', '5432'],
    ['redis', '6379', '6380', '6379'],
    ['monitoring-prometheus', '9090', '9091', '9090'],
    ['monitoring-grafana', '3000', '3001', '3000'],
    ['loki', undefined, '3100', '3100'],
    ['jaeger', undefined, '16686', '16686'],
  ];
  test.each(TABLE.flatMap(([service, ...ports]) => NAMES.map((name, i) => ({ service, name, port: ports[i] }))))('$name: $service is at $port of an address that the host alone has', ({ service, name, port }) => {
    const found = compose(name).services[service]?.ports?.map(({ published, host_ip: address }) => [/:-([\d-]+)\}$/.exec(published)![1], address]);
    expect(found).toEqual(port === undefined ? undefined : [[port, { dev: '127.0.0.1', stage: '127.0.0.2', prod: '127.0.0.3' }[name]]]);
    if (port !== undefined) expect(notes.filter(({ target, what }) => target === 'kubernetes' && what.includes(`port-forward service/${service} ${parseInt(port, 10)}:`)).map(({ at }) => at.split('/')[1])).toContain(name);
  });

  test('only nginx of stage and prod is open to all', () => {
    const open = NAMES.map(name => Object.entries(compose(name).services).flatMap(([service, { ports = [] }]) => ports.flatMap(({ published, host_ip: address }) => (address ? [] : [`${service} ${published}`]))));
    expect(open).toEqual([[], ['nginx ${NGINX_HTTP_PORT:-8080}', 'nginx ${NGINX_HTTPS_PORT:-8443}'], ['nginx ${NGINX_HTTP_PORT:-80}', 'nginx ${NGINX_HTTPS_PORT:-443}']]);
  });
});

describe('side by side', () => {
  test.each([
    { name: 'dev', range: /^172\.25\.([0-9]|[1-5]\d|6[0-3])\./ },
    { name: 'stage', range: /^172\.25\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./ },
    { name: 'prod', range: /^172\.25\.(12[89]|1[3-8]\d|19[01])\./ },
  ] as const)('every network of $name lies in its own range', ({ name, range }) => {
    const subnets = Object.values(compose(name).networks).map(({ ipam }) => ipam.config[0]!.subnet);
    expect(subnets.length).toBeGreaterThan(20);
    expect(subnets.filter(subnet => !range.test(subnet))).toEqual([]);
  });

  test('each has a database of its own name, and a project of its own', () => {
    expect(NAMES.map(name => compose(name).services['postgres']!.environment!['POSTGRES_DB'])).toEqual(['agents_dev', 'agents_stage', 'agents_prod']);
    expect(NAMES.map(name => (load(filesOf(name, 'compose').get('compose.yaml')!) as { readonly name: string }).name)).toEqual(['agent-platform-dev', 'agent-platform-stage', 'agent-platform-prod']);
  });

  test('each has a template of its environment, which names every variable that its files read', () => {
    for (const name of NAMES) {
      const files = filesOf(name, 'compose');
      const template = files.get(`.env.${name}.example`)!;
      const read = [...`${files.get('compose.yaml')}${files.get('services.yaml')}`.matchAll(/(?<!\$)\$\{(\w+)/g)].map(match => match[1]!);
      expect(read.length).toBeGreaterThan(20);
      expect(read.filter(variable => !new RegExp(`^#\\s*${variable}(=|$)`, 'm').test(template))).toEqual([]);
      expect(template).toContain(`npx compose8s secrets init agent-platform/${name}`);
    }
  });
});

test.each(emissions.map(emission => ({ of: `${emission.graph.stack.node.path} on ${emission.target.name}`, emission })))('in $of nginx hands on to the backend, the backend and workers use the stores, workers call the agent, and nobody else does', ({ emission: { target, rendering } }) => {
  const reached = target.reach!(rendering.documents).map(({ from, to, port }) => `${from} → ${to}:${port}`);
  expect(reached).toEqual(expect.arrayContaining([
    'nginx → backend:8000', 'backend → postgres:5432', 'backend → redis:6379', 'worker → postgres:5432', 'worker → redis:6379', 'worker → agent:8001',
  ]));
  for (const never of ['nginx → postgres:5432', 'nginx → redis:6379', 'nginx → agent:8001', 'agent → postgres:5432', 'agent → redis:6379', 'backend → agent:8001']) expect(reached).not.toContain(never);
});

describe('dev', () => {
  const { services } = compose('dev');

  test('has the sources of the developer, and programs that start anew when they change', () => {
    for (const name of ['backend', 'agent', 'worker', 'migrate']) expect(services[name]!.volumes).toContainEqual(expect.objectContaining({ type: 'bind', source: '${PROJECT_DIR:-../../../..}/apps/agent-platform/app', target: '/app' }));
    expect(filesOf('dev', 'compose').get('images/agent-platform/Dockerfile')).toContain('CMD ["uvicorn", "agents.backend:app", "--host", "0.0.0.0", "--port", "8000", "--reload"');
    expect(services['agent']!.command).toContain('--reload');
    expect(services['worker']!.command![0]).toBe('watchfiles');
  });

  test('has a page to look into the database, which no other has', () => {
    expect(NAMES.map(name => 'adminer' in compose(name).services)).toEqual([true, false, false]);
  });

  test('collects neither logs nor traces, and the programs send none', () => {
    expect(services).not.toHaveProperty('loki');
    expect(Object.keys(services['backend']!.environment!)).toEqual(['DATABASE_URL', 'REDIS_URL']);
  });
});

describe('stage', () => {
  test('alone loads test data, before the backend starts', () => {
    expect(NAMES.map(name => 'test-data' in compose(name).services)).toEqual([false, true, false]);
    expect(compose('stage').services['backend']!.depends_on).toMatchObject({ 'test-data': { condition: 'service_completed_successfully' } });
  });

  test('has an image that by itself checks the backend, which is what it runs then', () => {
    const dockerfile = filesOf('stage', 'compose').get('images/agent-platform/Dockerfile');
    expect(dockerfile).toContain('127.0.0.1:8000/health');
    expect(dockerfile).not.toContain('127.0.0.1:8001');
  });

  test('runs the image of prod', () => {
    const images = (name: Name) => compose(name).services['backend']!.image;
    expect([images('stage'), filesOf('stage', 'compose').get('images/agent-platform/Dockerfile')]).toEqual([images('prod'), filesOf('prod', 'compose').get('images/agent-platform/Dockerfile')]);
  });
});

describe('prod', () => {
  const { services, volumes } = compose('prod');

  test('has three replicas of the backend on both targets', () => {
    expect(services['backend']!.deploy.replicas).toBe(3);
    expect(workload('prod', 'backend')!.spec.replicas).toBe(3);
  });

  test('promises and limits what every service may use, on both targets', () => {
    for (const [name, { deploy: { resources } }] of Object.entries(services)) expect([name, resources]).toEqual([name, { limits: expect.objectContaining({ cpus: expect.any(String), memory: expect.any(String) }), reservations: { cpus: expect.any(String), memory: expect.any(String) } }]);
    expect(services['backend']!.deploy.resources).toMatchObject({ limits: { cpus: '${BACKEND_CPUS:-1}', memory: '512m' }, reservations: { cpus: '0.5', memory: '512m' } });
    expect(workload('prod', 'backend')!.spec.template.spec.containers[0]!.resources).toMatchObject({ limits: { cpu: '1', memory: '512Mi' }, requests: { cpu: '500m', memory: '512Mi' } });
  });

  test('backs its database up each night, to a volume', () => {
    expect(volumes).toHaveProperty('backup-files');
    expect(filesOf('prod', 'compose').get('config/backup-schedule/crontab')).toContain('0 2 * * * ');
    expect(manifests('prod').find(({ kind, metadata }) => kind === 'CronJob' && metadata.name === 'backup')).toMatchObject({ spec: { schedule: '0 2 * * *' } });
  });

  test('sends traces and logs from each program, and starts without those that collect them', () => {
    for (const name of ['backend', 'agent', 'worker']) {
      expect(services[name]!.environment).toMatchObject({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://jaeger:4318/v1/traces', OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'http://loki-alloy:4318/v1/logs' });
      expect(Object.keys(services[name]!.depends_on ?? {}).filter(other => /jaeger|loki/.test(other))).toEqual([]);
    }
  });

  test('is nowhere weaker than the stage, and the stage is somewhere weaker than it', () => {
    expect(stackOf('prod')).not.toBeWeakerThan(stackOf('stage'));
    expect(stackOf('stage')).toBeWeakerThan(stackOf('prod'));
  });
});

describe('a worker', () => {
  const find = (file: string, minutes: number) => ['sh', '-c', `test -n "$(find ${file} -mmin -${minutes})"`];

  test.each(NAMES)('of %s is ready when it has its queue; the cluster starts one anew that no longer goes round, whatever its queue does', name => {
    const escaped = (command: readonly string[]) => command.map(word => word.replaceAll('$', '$$$$'));
    expect(compose(name).services['worker']!.healthcheck).toMatchObject({ test: ['CMD', ...escaped(find('/tmp/ready', 1))] });
    expect(workload(name, 'worker')!.spec.template.spec.containers[0]).toMatchObject({
      readinessProbe: { exec: { command: escaped(find('/tmp/ready', 1)) } }, livenessProbe: { exec: { command: escaped(find('/tmp/alive', 5)) } },
    });
  });

  test.each(['compose', 'kubernetes'])('that hangs, and messages that wait, have an alert and a section of the guide, on %s', target => {
    for (const name of NAMES) {
      const files = filesOf(name, target);
      const guide = files.get('OPERATIONS.md')!;
      for (const { alert } of WORK.rules) {
        expect([...files.values()].some(text => text.includes(`alert: "${alert}"`))).toBe(true);
        expect(guide).toMatch(new RegExp(`### ${alert}\\n\\n[^#]*\\n1\\. [^#]*worker`));
      }
      expect(guide).not.toContain('hang, or are not ready');
    }
  });
});

if (canCheck('what a worker does in a round', missing('python3'))) {
  test('a worker is alive without its queue, but not ready', () => {
    const folder = mkdtempSync(join(tmpdir(), 'worker-'));
    try {
      expect(runPython('agent-platform', 'worker.py', folder)).toEqual(['alive with its queue', 'alive without its queue', 'ready with its queue']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

if (canCheck('the alerts of the work, by the real Prometheus', missing('promtool'))) {
  test('the alerts of the work fire where they should, and only there', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rules-'));
    try {
      writeFileSync(join(folder, 'rules.yml'), filesOf('prod', 'compose').get('config/monitoring-prometheus-config/rules.yml')!);
      const waiting = (n: number) => `agents_jobs_waiting{job="app",service="worker",instance="10.0.0.${n}:8002"}`;
      const round = (n: number) => `agents_worker_round_timestamp_seconds{job="app",service="worker",instance="10.0.0.${n}:8002"}`;
      const goes = '0+60x40', hangs = '0 60 120x40';
      writeFileSync(join(folder, 'tests.yml'), unitTests([WORK], 'rules.yml', {
        WorkerHangs: {
          fires: [{ at: '8m', series: { [round(1)]: goes, [round(2)]: hangs } }],
          quiet: [{ at: '8m', series: { [round(1)]: goes, [round(2)]: '0 60 120x2 240+60x40' } }],
        },
        MessagesWait: {
          fires: [
            { at: '20m', series: { [waiting(1)]: '3x40', [round(1)]: goes, [waiting(2)]: '2x40', [round(2)]: goes } },
            // What one saw before it hung says nothing.
            { at: '20m', series: { [waiting(1)]: '0x40', [round(1)]: hangs, [waiting(2)]: '5x40', [round(2)]: goes } },
          ],
          quiet: [
            // Many, but they are answered.
            { at: '20m', series: { [waiting(1)]: '3 9 0 7 5 0 4 8 0 6 7 0 4 5 0 3 0 6 5 0 4 5 0', [round(1)]: goes } },
            { at: '20m', series: { [waiting(1)]: '3x40', [round(1)]: hangs, [waiting(2)]: '0x40', [round(2)]: goes } },
          ],
        },
      }));
      const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', join(folder, 'tests.yml')], { encoding: 'utf8' });
      expect([status, status === 0 ? '' : stdout + stderr]).toEqual([0, '']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}
