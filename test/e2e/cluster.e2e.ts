import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systems } from '../../apps';
import { App, Stack, synthesize } from '../../lib';
import { GVK } from '../../lib/targets/kubernetes/types';
import { ClusterStack, prerequisites, readManifests, type Resource } from './cluster/cluster';
import { PROJECT } from './support/emission';
import { copyProject } from './support/project';
import { output } from './support/shell';
import { once } from './support/start';
import { until } from './support/until';

const MINUTES = 60_000;

/** Where `npx compose8s` finds the examples, and where it finds the shop: the roots of two projects. */
const roots = { examples: '', shop: '' };

const SHOP = 'test/e2e/cluster/shop.ts';

const app = new App();
systems(app);
const examples = app.node.findAll().filter(Stack.isStack).filter(({ targets }) => targets.some(({ name }) => name === 'kubernetes'));
const hostsOf = new Map(synthesize(app).graphs.map(graph => [graph.stack.node.path, graph.routes.flatMap(({ spec: { hosts } }) => hosts)]));

const STACKS: readonly (readonly [path: string, project: keyof typeof roots])[] = [
  ...examples.map(({ node }) => [node.path, 'examples'] as const),
  ...['balancer', 'ingress', 'gateway'].map(environment => [`shop/${environment}`, 'shop'] as const),
];

beforeAll(() => once(async () => {
  await prerequisites();
  for (const name of ['examples', 'shop'] as const) {
    roots[name] = await mkdtemp(join(tmpdir(), `compose8s-e2e-cluster-${name}-`));
    await copyProject(roots[name]);
  }
  await cp(join(PROJECT, SHOP), join(roots.shop, SHOP));
  await writeFile(join(roots.shop, 'cdk8s.yaml'), `language: typescript\napp: node --require tsx/cjs ${SHOP}\n`);
  for (const root of Object.values(roots)) await output('npx', ['compose8s', 'synth'], { cwd: root });
}), 5 * MINUTES);

afterAll(async () => {
  for (const root of Object.values(roots)) await rm(root, { recursive: true, force: true });
});

test('the systems here have every kind that the target knows', async () => {
  const kinds = await Promise.all(STACKS.map(async ([path, project]) => (await readManifests(new ClusterStack(path, roots[project]).manifests)).map(({ kind }) => kind)));
  expect([...new Set(kinds.flat())].sort()).toEqual(expect.arrayContaining(Object.keys(GVK)));
});

describe.each(STACKS)('%s on a cluster', (path, project) => {
  let stack: ClusterStack;

  beforeAll(async () => {
    stack = new ClusterStack(path, roots[project]);
    await stack.remove();
    await stack.giveSecrets(hostsOf.get(path) ?? ['shop.example']);
  }, 2 * MINUTES);

  afterAll(async () => {
    await stack.remove();
  }, 2 * MINUTES);

  test('the commands of its guide start it, and the server has nothing to say against it', async () => {
    const commands = (await stack.guide('First start')).filter(command => !/^(docker |npx compose8s secrets init )/.test(command));
    expect(commands.filter(command => command.includes('kubectl apply --server-side')).length).toBeGreaterThan(0);
    for (const command of commands) expect({ command, ...await stack.sh(command) }).toMatchObject({ command, code: 0, stderr: expect.not.stringMatching(/^Warning:/m) });
  }, 3 * MINUTES);

  test('whatever is emitted is there, and is there once', async () => {
    const names = (objects: readonly Resource[]) => objects.map(({ apiVersion, kind, metadata: { name } }) => `${apiVersion} ${kind} ${name}`).sort();
    expect(names(await stack.emitted())).toEqual(names(await readManifests(stack.manifests)));
  });

  test('applied once more, nothing changes', async () => {
    // The generation counts changes of what is asked for; kinds without one have no status, and so no other changes.
    const versions = async () => Object.fromEntries((await stack.emitted()).map(({ kind, metadata: { name, generation, resourceVersion } }) => [`${kind}/${name}`, generation ?? resourceVersion]));
    const before = await versions();
    expect(await stack.sh(`kubectl diff --server-side -f ${stack.manifests}`)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await stack.sh(`kubectl apply --server-side -f ${stack.manifests}`)).toMatchObject({ code: 0, stderr: '' });
    expect(await versions()).toEqual(before);
  });

  test('every pod is let in, and comes to run; also those of jobs, whether by schedule or by hand', async () => {
    for (const { metadata: { name } } of await stack.get('cronjobs')) await stack.runNow(name);
    const jobs = await stack.jobsEnd();
    expect(jobs.filter(({ status }) => status.succeeded !== 1).map(({ metadata }) => metadata.name)).toEqual([]);
    for (const { kind, metadata: { name } } of await stack.get('deployments,statefulsets')) await stack.kubectl('rollout', 'status', '--timeout', '60s', `${kind}/${name}`);
    // What the controllers say of a pod that admission refuses. All others say of themselves that they do not come up.
    const refused = await stack.get('events', '--field-selector', 'reason=FailedCreate');
    expect(refused.map(({ message }) => message as string)).toEqual([]);
  }, 3 * MINUTES);

  test('names of ports are resolved: each Service leads to the pods that it is for', async () => {
    const services = await stack.get('services');
    const leads = await until('all have addresses', async () => {
      const slices = await stack.get('endpointslices');
      const ready = services.filter(({ metadata: { name }, spec: { ports = [] } }) => slices.some(({ metadata: { labels }, endpoints, ports: resolved }) =>
        labels?.['kubernetes.io/service-name'] === name && endpoints?.some(({ conditions }: { conditions: { ready: boolean } }) => conditions.ready) && (resolved ?? []).length === ports.length));
      return ready.length === services.length && ready;
    });
    expect(leads).toHaveLength(services.length);
  });

  test('claims have their storage, and every policy and budget is about some pod', async () => {
    expect((await stack.get('persistentvolumeclaims')).filter(({ status }) => status.phase !== 'Bound').map(({ metadata }) => metadata.name)).toEqual([]);
    const pods = await stack.get('pods');
    const isAboutNone = ({ spec }: Resource) => {
      const { matchLabels = {}, matchExpressions }: { matchLabels?: Record<string, string>; matchExpressions?: unknown } = spec.podSelector ?? spec.selector;
      if (matchExpressions) throw new Error('this test reads plain labels only');
      return !pods.some(({ metadata: { labels = {} } }) => Object.entries(matchLabels).every(([key, value]) => labels[key] === value));
    };
    expect((await stack.get('networkpolicies,poddisruptionbudgets')).filter(isAboutNone).map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual([]);
    for (const { metadata: { name }, status } of await stack.get('poddisruptionbudgets')) expect({ name, ...status }).toMatchObject({ name, disruptionsAllowed: 1 });
    // The controller comes by every 15 s.
    await until('every autoscaler has found what it scales', async () => (await stack.get('horizontalpodautoscalers'))
      .every(({ status }) => status.conditions?.some((condition: { readonly type: string; readonly status: string }) => condition.type === 'AbleToScale' && condition.status === 'True')));
  });
});

describe('releases', () => {
  let stack: ClusterStack;
  const compose8s = (command: string, release: 1 | 2) => stack.sh(`npx compose8s ${command}`, { RELEASE: `${release}` });
  const uidsOf = async (kinds: string) => Object.fromEntries((await stack.get(kinds)).map(({ metadata }) => [metadata.name, (metadata as unknown as { uid: string }).uid]));
  const jobs = async () => Object.keys(await uidsOf('jobs')).sort();
  const podsOf = async (name: string) => (await stack.get('pods', '--selector', `app.kubernetes.io/name=${name}`)).map(({ metadata }) => metadata.name).sort();

  beforeAll(async () => {
    stack = new ClusterStack('shop/gateway', roots.shop);
    await stack.remove();
    await stack.giveSecrets(['shop.example']);
  }, 2 * MINUTES);

  afterAll(() => stack.remove(), 2 * MINUTES);

  test('`up` starts what `kubectl apply` has started before, and says nothing of conflicts', async () => {
    for (const command of (await stack.guide('First start')).filter(line => /kubectl apply/.test(line))) expect(await stack.sh(command)).toMatchObject({ code: 0 });
    expect(await compose8s('up shop/gateway --target kubernetes', 1)).toMatchObject({ code: 0, stdout: expect.stringContaining('✔ shop/gateway is up') });
  }, 3 * MINUTES);

  test('the next release rolls what has changed and nothing else, and takes away what is no longer there, but for data', async () => {
    const before = { claims: await uidsOf('persistentvolumeclaims'), proxy: await podsOf('proxy'), web: await podsOf('web'), db: await podsOf('db'), jobs: await jobs() };
    expect(await compose8s('up shop/gateway --target kubernetes', 2)).toMatchObject({ code: 0 });
    for (const name of ['proxy', 'web'] as const) {
      await until(`all pods of ${name} are new`, async () => (await podsOf(name)).every(pod => !before[name].includes(pod)));
    }
    expect(await podsOf('db')).toEqual(before.db);
    expect(await uidsOf('persistentvolumeclaims')).toEqual(before.claims);
    // The migration has a Job for each release; that of the former one is gone.
    const [job, ...others] = (await jobs()).filter(name => name.startsWith('migrate-'));
    expect({ others, isNew: !before.jobs.includes(job!), kept: before.jobs.filter(name => !name.startsWith('migrate-')) }).toEqual({ others: [], isNew: true, kept: (await jobs()).filter(name => name !== job) });
    expect((await stack.get('all,serviceaccounts,networkpolicies,poddisruptionbudgets', '--selector', 'app.kubernetes.io/name=worker')).filter(({ metadata }) => !metadata.ownerReferences)).toEqual([]);
  }, 3 * MINUTES);

  test('`down` takes all away but data and secrets, and `down --volumes` the data too', async () => {
    const left = async () => (await stack.get((await everyKind()).join(), '--selector', 'app.kubernetes.io/managed-by=compose8s')).filter(({ metadata }) => !metadata.ownerReferences).map(({ kind }) => kind);
    expect(await compose8s('down shop/gateway --target kubernetes', 2)).toMatchObject({ code: 0 });
    expect(new Set(await left())).toEqual(new Set(['PersistentVolumeClaim', 'Secret']));
    expect(await compose8s('down shop/gateway --target kubernetes --volumes', 2)).toMatchObject({ code: 0 });
    expect(new Set(await left())).toEqual(new Set(['Secret']));
  }, 3 * MINUTES);
});

/** The kinds of the cluster that are in a namespace and can be listed. */
async function everyKind(): Promise<readonly string[]> {
  return (await output('kubectl', ['api-resources', '--namespaced', '--verbs=list', '--output', 'name'])).trim().split('\n');
}
