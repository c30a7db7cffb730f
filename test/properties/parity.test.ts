import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { load } from 'js-yaml';
import { Compose, Kubernetes, synthesize, type Document, type Emission } from '../../lib';
import { composeErrors } from '../support/compose-schema';
import { expandAsCompose, expandAsKubelet } from '../support/expansion';
import { manifestErrors } from '../support/manifests';
import { build, describedStack, edgesOf, type Described } from './random-stack';

interface Emitted { readonly compose: Emission; readonly kubernetes: Emission }

function emit(stack: readonly Described[]): Emitted {
  const { emissions, problems } = synthesize(build(stack, [new Compose(), new Kubernetes()]));
  expect(problems).toEqual([]);
  const [compose, kubernetes] = emissions;
  return { compose: compose!, kubernetes: kubernetes! };
}

/** For every random stack; the seed of a failure is printed by fast-check. */
const everyStack = (check: (stack: readonly Described[], emitted: Emitted) => void, numRuns = 60) => fc.assert(fc.property(describedStack, stack => check(stack, emit(stack))), { numRuns });

const textOf = ({ files }: Emission, path: string) => {
  const file = files.get(path);
  return file && 'text' in file ? file.text : '';
};

interface Service { readonly environment?: Record<string, string>; readonly command?: string[]; readonly expose?: string[]; readonly healthcheck: { readonly disable?: boolean }; readonly deploy: { readonly replicas?: number; readonly resources: { readonly limits: { readonly cpus: string; readonly memory: string } } } }
interface Container { readonly name: string; readonly env?: { readonly name: string; readonly value?: string }[]; readonly args?: string[]; readonly ports?: { readonly containerPort: number }[]; readonly readinessProbe?: object; readonly resources: { readonly limits: { readonly cpu: string; readonly memory: string } } }

function servicesOf(emission: Emission): Record<string, Service> {
  const path = emission.files.has('services.yaml') ? 'services.yaml' : 'compose.yaml';
  return (load(textOf(emission, path)) as { services: Record<string, Service> }).services;
}

/** The main container of each workload, read back from the printed files. */
function containersOf(emission: Emission): Map<string, { container: Container; replicas: number | undefined }> {
  const result = new Map<string, { container: Container; replicas: number | undefined }>();
  for (const { kind, name, body } of emission.rendering.documents as Document[]) {
    const spec = (JSON.parse(JSON.stringify(body)) as { spec?: { replicas?: number; template?: { spec: { containers: Container[] } }; jobTemplate?: { spec: { template: { spec: { containers: Container[] } } } } } }).spec;
    const pod = kind === 'CronJob' ? spec?.jobTemplate?.spec.template.spec : ['Deployment', 'StatefulSet', 'Job'].includes(kind) ? spec?.template?.spec : undefined;
    if (pod) result.set(kind === 'Job' ? name.replace(/-[0-9a-f]+$/, '') : name, { container: pod.containers[0]!, replicas: spec?.replicas });
  }
  return result;
}

describe('for any stack', () => {
  test('both outputs are valid by the schemas of Compose and of Kubernetes', () => {
    everyStack((_stack, { compose, kubernetes }) => {
      for (const path of ['compose.yaml', 'services.yaml']) if (compose.files.has(path)) expect(composeErrors(textOf(compose, path))).toEqual([]);
      for (const { body } of kubernetes.rendering.documents) expect(manifestErrors(body)).toEqual([]);
    }, 40);
  });

  test('the same workloads run on both, with the same ports, replicas and limits, and are checked on both', () => {
    everyStack((stack, { compose, kubernetes }) => {
      const services = servicesOf(compose);
      const containers = containersOf(kubernetes);
      expect([...containers.keys()].sort()).toEqual(Object.keys(services).sort());
      stack.forEach((described, i) => {
        const service = services[`w${i}`]!;
        const { container, replicas } = containers.get(`w${i}`)!;
        expect(container.ports?.map(({ containerPort }) => `${containerPort}`)).toEqual(service.expose);
        expect(container.resources.limits.memory).toBe(described.memory % 1024 === 0 ? `${described.memory / 1024}Gi` : `${described.memory}Mi`);
        expect(service.deploy.resources.limits.memory).toBe(described.memory % 1024 === 0 ? `${described.memory / 1024}g` : `${described.memory}m`);
        expect(service.deploy.resources.limits.cpus).toContain(`${described.millis / 1000}`);
        if (described.runs !== 'service') return;
        expect(replicas).toBe(described.replicas);
        // One host has each port once: the parity report says so.
        expect(service.deploy.replicas).toBe(described.isPublished ? 1 : described.replicas);
        expect(container.readinessProbe).toBeDefined();
        expect(service.healthcheck.disable).toBeUndefined();
      });
    });
  });

  test('every variable and argument arrives as it was written, through both files', () => {
    everyStack((stack, { compose, kubernetes }) => {
      const services = servicesOf(compose);
      const containers = containersOf(kubernetes);
      stack.forEach((described, i) => {
        const { container } = containers.get(`w${i}`)!;
        const declared = Object.fromEntries((container.env ?? []).map(({ name, value = 'the secret' }) => [name, value]));
        for (const [name, value] of Object.entries(described.env)) {
          expect(expandAsCompose(services[`w${i}`]!.environment![name]!, {})).toBe(value);
          expect(expandAsKubelet(declared[name]!, declared)).toBe(value);
        }
        expect(expandAsKubelet(container.args![0]!, declared)).toBe(described.argument);
        if (described.runs !== 'schedule') expect(expandAsCompose(services[`w${i}`]!.command![0]!, {})).toBe(described.argument);
      });
    });
  });

  test('every edge can be reached on both, and no other pair on either', () => {
    everyStack((stack, { compose, kubernetes }) => {
      const edges = edgesOf(stack);
      const pairs = new Set([...edges].map(edge => pairOf(edge)));
      const onCompose = reachOf(compose);
      expect(reachOf(kubernetes).sort()).toEqual([...edges].sort());
      for (const edge of edges) expect(onCompose).toContain(edge);
      // Docker's networks know neither ports nor directions, as the parity report says: pairs are what they can keep apart.
      for (const connection of onCompose) expect(pairs).toContain(pairOf(connection));
    }, 100);
  });

  test('a second synthesis gives the same bytes', () => {
    everyStack((stack, first) => {
      const second = emit(stack);
      for (const target of ['compose', 'kubernetes'] as const) expect([...second[target].files]).toEqual([...first[target].files]);
    }, 25);
  });
});

function pairOf(connection: string): string {
  return connection.replace(/:.*$/, '').split(' → ').sort().join(' ');
}

/** `w1 → w0:8080`, by the model that the target has of its own networks. */
function reachOf({ target, rendering }: Emission): string[] {
  return target.reach!(rendering.documents).map(({ from, to, port }) => `${from} → ${to}:${port}`);
}
