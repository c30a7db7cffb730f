import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { fc } from '../support/fast-check';
import { load, loadAll } from 'js-yaml';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Compose, Duration, Kubernetes, synthesize, type Emission } from '../../lib';
import { RELEASES } from '../../lib/targets/compose/releases';
import { composeErrors } from '../support/compose-schema';
import { expandAsCompose, expandAsKubelet } from '../support/expansion';
import { manifestErrors } from '../support/manifests';
import { allReleasesBefore, build, calleesOf, describedStack, DESTINATIONS, edgesFrom, edgesOf, endingsBefore, publishedOf, type Described } from './random-stack';

interface Emitted { readonly compose: Emission; readonly kubernetes: Emission }

function emit(stack: readonly Described[]): Emitted {
  const { emissions, problems } = synthesize(build(stack, [new Compose(), new Kubernetes()]));
  expect(problems).toEqual([]);
  const [compose, kubernetes] = emissions;
  return { compose: compose!, kubernetes: kubernetes! };
}

/** For every random stack; the seed of a failure is printed by fast-check. */
const everyStack = (check: (stack: readonly Described[], emitted: Emitted) => void, numRuns = 25) => fc.assert(fc.property(describedStack, stack => check(stack, emit(stack))), { numRuns });

/** For every workload of every random stack: what it is on both targets, read back from the printed files. */
const everyWorkload = (check: (described: Described, both: { readonly service: Service; readonly pod: Pod; readonly container: Container; readonly i: number; readonly stack: readonly Described[]; readonly emitted: Emitted }) => void, numRuns?: number) => everyStack((stack, emitted) => {
  const services = servicesOf(emitted.compose);
  const pods = podsOf(emitted.kubernetes);
  stack.forEach((described, i) => {
    const pod = pods.get(`w${i}`)!;
    check(described, { service: services[`w${i}`]!, pod, container: pod.containers[0]!, i, stack, emitted });
  });
}, numRuns);

const textOf = ({ files }: Emission, path: string) => {
  const file = files.get(path);
  return file && 'text' in file ? file.text : '';
};

interface Service {
  readonly environment?: Record<string, string>;
  readonly command?: string[];
  readonly expose?: string[];
  readonly depends_on?: Record<string, { readonly condition: string }>;
  readonly secrets?: { readonly target: string }[];
  readonly volumes?: { readonly source: string; readonly target: string; readonly read_only?: boolean }[];
  readonly healthcheck: { readonly disable?: boolean; readonly test: string[]; readonly interval: string; readonly timeout: string; readonly retries: number; readonly start_period: string };
  readonly deploy: { readonly replicas?: number; readonly resources: { readonly limits: { readonly cpus: string; readonly memory: string } } };
}

interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: string };
  readonly tcpSocket?: { readonly port: string };
  readonly exec?: { readonly command: string[] };
  readonly periodSeconds: number;
  readonly timeoutSeconds: number;
  readonly failureThreshold: number;
}

interface Container {
  readonly name: string;
  readonly env?: { readonly name: string; readonly value?: string }[];
  readonly args?: string[];
  readonly ports?: { readonly name: string; readonly containerPort: number; readonly protocol: string }[];
  readonly volumeMounts: { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
  readonly startupProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly resources: { readonly limits: { readonly cpu: string; readonly memory: string } };
}

interface Policy { readonly spec: { readonly egress?: readonly { readonly to: readonly { readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] } }[]; readonly ports?: readonly object[] }[] } }

interface Pod {
  readonly replicas: number | undefined;
  readonly labels: Record<string, string>;
  readonly initContainers?: Container[];
  readonly containers: Container[];
  readonly volumes?: { readonly name: string; readonly secret?: { readonly secretName: string; readonly items: { readonly key: string; readonly path: string }[] } }[];
}

function servicesOf(emission: Emission): Record<string, Service> {
  const path = emission.files.has('services.yaml') ? 'services.yaml' : 'compose.yaml';
  return (load(textOf(emission, path)) as { services: Record<string, Service> }).services;
}

interface Template { readonly metadata: { readonly labels: Record<string, string> }; readonly spec: Omit<Pod, 'replicas' | 'labels'> }
interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Record<string, string>;
  readonly spec?: { readonly replicas?: number; readonly template?: Template; readonly jobTemplate?: { readonly spec: { readonly template: Template } } };
}

function manifestsOf({ files }: Emission): Manifest[] {
  return [...files].filter(([path]) => path.endsWith('.yaml') && path !== 'kustomization.yaml').flatMap(([, file]) => ('text' in file ? loadAll(file.text) as Manifest[] : []));
}

/** The pods of each workload. */
function podsOf(emission: Emission): Map<string, Pod> {
  return new Map(manifestsOf(emission).flatMap(({ kind, metadata: { name }, spec }): [string, Pod][] => {
    const template = kind === 'CronJob' ? spec?.jobTemplate?.spec.template : ['Deployment', 'StatefulSet', 'Job'].includes(kind) ? spec?.template : undefined;
    // A Job's name ends with a hash.
    return template ? [[kind === 'Job' ? name.replace(/-[0-9a-f]+$/, '') : name, { ...template.spec, labels: template.metadata.labels, replicas: spec?.replicas }]] : [];
  }));
}

const SECRET = 'the $(A) $$ secret';
const HELPER = /^SECRET_S\d+_/;

/** What the process gets of a container's variables, one after the other, as the kubelet does it. */
function environmentOf({ env = [] }: Container): Record<string, string> {
  const known: Record<string, string> = {};
  for (const { name, value } of env) known[name] = value === undefined ? SECRET : expandAsKubelet(value, known);
  return known;
}

const withoutHelpers = (environment: Record<string, string>) => Object.fromEntries(Object.entries(environment).filter(([name]) => !HELPER.test(name)));

/** The same on Compose, whose variables of secrets come from a file. */
function composeEnvironmentOf({ environment = {} }: Service, i: number): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, expandAsCompose(value, { [`S${i}_VALUE`]: SECRET })]));
}

const millisOf = (cpu: string) => (cpu.endsWith('m') ? Number(cpu.slice(0, -1)) : Math.round(Number(cpu) * 1000));

describe('for any stack', () => {
  test('both outputs are valid by the schemas of Compose and of Kubernetes', () => {
    everyStack((_stack, { compose, kubernetes }) => {
      for (const path of ['compose.yaml', 'services.yaml']) if (compose.files.has(path)) expect(composeErrors(textOf(compose, path))).toEqual([]);
      for (const { body } of kubernetes.rendering.documents) expect(manifestErrors(body)).toEqual([]);
    }, 15);
  });

  test('the same workloads run on both, with the same ports, replicas and limits', () => {
    everyWorkload((described, { service, pod, container, i, stack, emitted: { compose, kubernetes } }) => {
      if (i === 0) {
        const fillers = stack.flatMap(({ volumes }, n) => (volumes.filled ? [`f${n}-fill`] : []));
        // One has no container, and is there for Compose alone.
        expect([...podsOf(kubernetes).keys(), ...fillers].sort()).toEqual(Object.keys(servicesOf(compose)).filter(name => name !== RELEASES).sort());
      }
      expect(container.ports?.map(({ containerPort, protocol }) => (protocol === 'UDP' ? `${containerPort}/udp` : `${containerPort}`))).toEqual(service.expose);
      expect(service.expose).toEqual([...described.ports.map(String), ...(described.udp ? [`${described.ports[0]}/udp`] : [])]);
      expect(container.resources.limits.memory).toBe(described.memory % 1024 === 0 ? `${described.memory / 1024}Gi` : `${described.memory}Mi`);
      expect(service.deploy.resources.limits.memory).toBe(described.memory % 1024 === 0 ? `${described.memory / 1024}g` : `${described.memory}m`);
      expect([container.resources.limits.cpu, expandAsCompose(service.deploy.resources.limits.cpus, {})].map(millisOf)).toEqual([described.millis, described.millis]);
      if (described.tier) expect(pod.labels['compose8s/tier']).toBe(described.tier === 'numbered' ? 'back' : 'front');
      if (described.runs !== 'service') return;
      expect(pod.replicas).toBe(described.replicas);
      // A public port of a host is one container's: the parity report says so.
      expect(service.deploy.replicas).toBe(described.route === 'public' ? 1 : described.replicas);
    });
  });

  test('readiness asks the same of both, at the same times', () => {
    everyWorkload(({ runs, ports, probe }, { service: { healthcheck }, container: { readinessProbe, startupProbe, ports: declared = [] } }) => {
      if (runs !== 'service') {
        expect([readinessProbe, startupProbe]).toEqual([undefined, undefined]);
        if (runs !== 'schedule') expect(healthcheck).toEqual({ disable: true });
        return;
      }
      const { httpGet, tcpSocket, exec, periodSeconds, timeoutSeconds, failureThreshold } = readinessProbe!;
      const words = healthcheck.test.map(word => expandAsCompose(word, {}));
      const number = declared.find(({ name }) => name === (httpGet ?? tcpSocket)?.port)?.containerPort;
      if (probe.kind !== 'command') expect(number).toBe(ports[probe.port] ?? ports[0]);
      expect(words).toEqual({
        http: ['CMD', 'curl', '-fsS', '-o', '/dev/null', `http://127.0.0.1:${number}${httpGet?.path}`],
        tcp: ['CMD', 'nc', '-z', '127.0.0.1', `${number}`],
        command: ['CMD', ...(exec?.command ?? []).map(word => expandAsKubelet(word, {}))],
      }[probe.kind]);
      const { interval, timeout, retries, start_period: startup } = healthcheck;
      const [every, within, start] = [interval, timeout, startup].map(time => Duration.of(time as '1s').wholeSeconds);
      expect([every, within, retries]).toEqual([periodSeconds, timeoutSeconds, failureThreshold]);
      expect([every, within, retries, start]).toEqual([probe.every, probe.timeout, probe.failures, probe.startup]);
      // The kubelet counts tries, not seconds, of which the first may come at once.
      expect(startupProbe!.failureThreshold).toBe(Math.ceil(probe.startup / startupProbe!.periodSeconds) + probe.failures);
    });
  });

  test('every variable and argument arrives as it was written, through both files, and no other variable does', () => {
    everyWorkload((described, { service, pod, container, i, stack, emitted }) => {
      const onKubernetes = environmentOf(container);
      const onCompose = composeEnvironmentOf(service, i);
      expect(withoutHelpers(onKubernetes)).toEqual(onCompose);
      expect(onCompose).toMatchObject({ ...described.env, ...(described.secret.variables ? { PLAIN_SECRET: SECRET, MIXED_SECRET: `a$b:${SECRET}@c` } : {}) });
      expect(Object.keys(onCompose)).toHaveLength(Object.keys(described.env).length + (described.secret.variables ? 2 : 0) + edgesFrom(stack, i).length);
      expect(expandAsKubelet(container.args![0]!, onKubernetes)).toBe(described.argument);
      if (described.runs !== 'schedule') expect(expandAsCompose(service.command![0]!, {})).toBe(described.argument);
      if (!described.volumes.filled) return;
      const filler = pod.initContainers!.find(({ name }) => name === `f${i}-fill`)!;
      expect(environmentOf(filler)).toEqual(described.env);
      expect(composeEnvironmentOf(servicesOf(emitted.compose)[`f${i}-fill`]!, i)).toEqual(described.env);
    });
  });

  test('every config file has the same content on both', () => {
    everyStack((stack, { compose, kubernetes }) => {
      const maps = new Map(manifestsOf(kubernetes).filter(({ kind }) => kind === 'ConfigMap').map(({ metadata, data }) => [metadata.name, data]));
      expect(maps.size).toBe(stack.filter(({ file }) => file !== undefined).length);
      stack.forEach(({ file }, i) => {
        if (file === undefined) return;
        expect(textOf(compose, `config/c${i}/file.txt`)).toBe(file);
        expect(maps.get(`c${i}`)).toEqual({ 'file.txt': file });
      });
    });
  });

  test('the same secrets and volumes are seen at the same places', () => {
    everyWorkload(({ secret, volumes }, { service, pod, container, i }) => {
      const folders = new Map((pod.volumes ?? []).map(({ name, secret: shown }) => [name, shown]));
      const files = container.volumeMounts.flatMap(({ name, mountPath }) => folders.get(name)?.items.map(({ path }) => `${mountPath}/${path}`) ?? []);
      expect(files).toEqual(secret.files ? ['/run/secrets/app/value', '/run/secrets/app/other'] : []);
      expect((service.secrets ?? []).map(({ target }) => target)).toEqual(files);
      const expected = [...(volumes.own ? ['/data'] : []), ...(volumes.shared ? ['/shared'] : []), ...(volumes.filled ? ['/static'] : [])];
      expect((service.volumes ?? []).map(({ target }) => target)).toEqual(expected);
      expect(container.volumeMounts.map(({ mountPath }) => mountPath).filter(path => ['/data', '/shared', '/static'].includes(path))).toEqual(expected);
      if (volumes.filled) {
        const filler = pod.initContainers!.find(({ name }) => name === `f${i}-fill`)!;
        const filled = container.volumeMounts.find(({ mountPath }) => mountPath === '/static')!;
        expect(filler.volumeMounts.find(({ mountPath }) => mountPath === '/out')!.name).toBe(filled.name);
        expect(filled.readOnly).toBe(true);
      }
    });
  });

  test('each waits for the same work, and on Compose for those that it calls', () => {
    everyWorkload(({ startsWithout }, { service, pod, stack, i }) => {
      const calls = calleesOf(stack, i).filter(callee => !startsWithout.includes(callee)).map(callee => [`w${callee}`, { condition: 'service_healthy' }]);
      const ends = endingsBefore(stack, i).map(name => [name, { condition: 'service_completed_successfully' }]);
      expect(service.depends_on ?? {}).toEqual(Object.fromEntries([...ends, ...calls]));
      const before = [...allReleasesBefore(stack, i), i].flatMap(one => endingsBefore(stack, one)).map(name => (name.endsWith('-fill') ? name : `wait-for-${name}`));
      expect((pod.initContainers ?? []).map(({ name }) => name).sort()).toEqual([...new Set(before)].sort());
    });
  });

  test('every edge can be reached on both, and no other pair on either', () => {
    everyStack((stack, { compose, kubernetes }) => {
      const edges = edgesOf(stack);
      const pairs = new Set([...edges].map(edge => pairOf(edge)));
      const onCompose = reachOf(compose);
      expect([...new Set(reachOf(kubernetes))].sort()).toEqual([...podEdgesOf(stack)].sort());
      for (const edge of edges) expect(onCompose).toContain(edge);
      // Docker's networks know neither ports nor directions, as the parity report says: pairs are what they can keep apart.
      for (const connection of onCompose) expect(pairs).toContain(pairOf(connection));
    }, 40);
  });

  test('the internet reaches what is public and nothing else, and only who asks for it gets out', () => {
    everyStack((stack, { compose, kubernetes }) => {
      const waysIn = stack.flatMap(({ route, runs }, i) => (route === 'public' && runs === 'service' ? [`internet → w${i}:${publishedOf(i)}`] : []));
      const asking = stack.flatMap(({ internet, reaches }, i) => (internet || reaches.length > 0 ? [`w${i} → internet:*`] : []));
      expect(outsideOf(compose).sort()).toEqual([...waysIn, ...asking].sort());
      expect([...new Set(outsideOf(kubernetes))].sort()).toEqual([...new Set([...waysIn, ...podsThatAsk(stack)])].sort());
    }, 40);
  });

  test('a cluster lets out to the addresses that somebody names, on their ports, and to no other', () => {
    everyStack((stack, { kubernetes: { rendering: { documents } } }) => {
      const policies = new Map(documents.filter(({ kind }) => kind === 'NetworkPolicy').map(({ name, body }) => [name, body as Policy]));
      podsOfEach(stack).forEach(({ members }, i) => {
        const rules = (policies.get(`w${i}`)?.spec.egress ?? []).flatMap(({ to, ports = [] }) => to.flatMap(({ ipBlock }) => (ipBlock && !ipBlock.except ? [{ cidr: ipBlock.cidr, ports }] : [])));
        const asked = DESTINATIONS.filter(destination => members.some(member => stack[member]!.reaches.includes(destination)));
        expect(rules.sort((a, b) => a.cidr.localeCompare(b.cidr))).toEqual(asked.map(({ cidr, port }) => ({
          cidr, ports: [port].flat().map(one => (typeof one === 'object' ? { port: one.number, protocol: one.protocol!.toUpperCase() } : { port: one, protocol: 'TCP' })),
        })).sort((a, b) => a.cidr.localeCompare(b.cidr)));
      });
    });
  });

  test('a second synthesis gives the same bytes', () => {
    everyStack((stack, first) => {
      const second = emit(stack);
      for (const target of ['compose', 'kubernetes'] as const) expect([...second[target].files]).toEqual([...first[target].files]);
    }, 12);
  });
});

describe('whatever lies in the folder with the secrets', () => {
  let folder: string;
  const environment = { ...process.env };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'compose8s-canary-'));
    jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  });

  afterEach(() => {
    jest.restoreAllMocks();
    process.env = { ...environment };
    rmSync(folder, { recursive: true, force: true });
  });

  test('no value of it is written for either target, or said', () => {
    // Without its beginning a short value could stand in a file by chance.
    const values = fc.array(fc.string({ unit: 'grapheme', minLength: 8, maxLength: 40 }).map(value => `canary-7f3a9d-${value.replaceAll('\0', '')}`), { minLength: 14, maxLength: 14 });
    fc.assert(fc.property(describedStack, values, (stack, canaries) => {
      const [secrets, outdir] = [mkdtempSync(join(folder, 'secrets-')), mkdtempSync(join(folder, 'dist-'))];
      process.env = { ...environment, SECRETS_DIR: secrets };
      const lines = stack.flatMap((_, i) => ['value', 'other'].map((key, n) => {
        const value = canaries[2 * i + n]!;
        mkdirSync(join(secrets, `s${i}`), { recursive: true });
        writeFileSync(join(secrets, `s${i}`, key), value);
        const variable = `S${i}_${key.toUpperCase()}`;
        process.env[variable] = value;
        return `${variable}='${value}'`;
      }));
      writeFileSync(join(secrets, '.env'), lines.join('\n'));
      build(stack, [new Compose(), new Kubernetes()], outdir).synth();
      expect(process.exitCode).toBeUndefined();
      const written = (readdirSync(outdir, { recursive: true, withFileTypes: true })).filter(entry => entry.isFile()).map(entry => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
      expect(written.length).toBeGreaterThan(3);
      const said = jest.mocked(process.stdout.write).mock.calls.map(([text]) => String(text));
      const all = [...written, ...said].join('\0');
      for (const value of canaries.slice(0, 2 * stack.length)) {
        for (const spelled of [value, Buffer.from(value).toString('base64').slice(0, 40), encodeURIComponent(value), secrets]) expect(all.includes(spelled)).toBe(false);
      }
    }), { numRuns: 12 });
  });
});

function pairOf(connection: string): string {
  return connection.replace(/:\d.*$/, '').split(' → ').sort().join(' ');
}

/** A policy covers whole pods: what fills volumes and asks for the end of other work is in them, and lends its own edges. */
function podEdgesOf(stack: readonly Described[]): Set<string> {
  return new Set(podsOfEach(stack).flatMap(({ members, names }) => members.flatMap(member => edgesFrom(stack, member)).flatMap(edge => names.map(name => `${name} → ${edge}`))));
}

/** So it does with the internet. */
function podsThatAsk(stack: readonly Described[]): string[] {
  return podsOfEach(stack).flatMap(({ members, names }) => (members.some(member => stack[member]!.internet) ? names.map(name => `${name} → internet:*`) : []));
}

/** The workloads whose edges a pod has, and the names of those that run in it. */
function podsOfEach(stack: readonly Described[]): { readonly members: readonly number[]; readonly names: readonly string[] }[] {
  return stack.map((_, i) => {
    const members = [i, ...allReleasesBefore(stack, i)];
    return { members, names: [`w${i}`, ...members.filter(member => stack[member]!.volumes.filled).map(member => `f${member}-fill`)] };
  });
}

function outsideOf({ target, rendering }: Emission): string[] {
  return target.outside!(rendering.documents).map(({ from, to, port }) => `${from} → ${to}:${port}`);
}

/** `w1 → w0:8080`, by the model that the target has of its own networks. */
function reachOf({ target, rendering }: Emission): string[] {
  return target.reach!(rendering.documents).map(({ from, to, port }) => `${from} → ${to}:${port}`);
}
