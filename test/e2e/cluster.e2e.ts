import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cp, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systems } from '../../apps';
import { App, Stack, synthesize } from '../../lib';
import { GVK } from '../../lib/targets/kubernetes/types';
import { ClusterStack, prerequisites, readManifests, removeNamespaces, type Resource } from './cluster/cluster';
import { Containers } from './cluster/containers';
import { answering, answers, forwards } from './cluster/forwards';
import { PROJECT } from './support/emission';
import { copyProject } from './support/project';
import { output, type Outcome } from './support/shell';
import { once } from './support/start';
import { until, untilIs } from './support/until';


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

const stacks = new Map(STACKS.map(([path, project]) => [path, new ClusterStack(path, () => roots[project])]));

interface Started {
  readonly command: string;
  readonly outcome: Outcome;
}

/** What the commands of the guides have come to. */
const starts = new Map<ClusterStack, Promise<readonly Started[]>>();

/** Most of a start is waiting: while one stack is looked at, the next are on their way. */
function start(stack: ClusterStack): Promise<readonly Started[]> {
  const all = [...stacks.values()];
  const [first, ...next] = all.slice(all.indexOf(stack), all.indexOf(stack) + 3).map(one => {
    if (!starts.has(one)) starts.set(one, startByGuide(one));
    return starts.get(one)!;
  });
  for (const one of next) one.catch(() => undefined); // its own test says it
  return first!;
}

async function startByGuide(stack: ClusterStack): Promise<readonly Started[]> {
  await stack.giveSecrets(hostsOf.get(stack.path) ?? ['shop.example']);
  const done: Started[] = [];
  // Images are built and pushed by lines that the README has too, in readme.e2e.ts.
  for (const command of (await stack.firstStart()).filter(line => !/^(docker |npx compose8s secrets init )/.test(line))) done.push({ command, outcome: await stack.sh(command) });
  return done;
}

beforeAll(() => once(async () => {
  await prerequisites();
  await removeNamespaces([...stacks.values()]);
  for (const name of ['examples', 'shop'] as const) {
    roots[name] = await mkdtemp(join(tmpdir(), `compose8s-e2e-cluster-${name}-`));
    await copyProject(roots[name]);
  }
  await cp(join(PROJECT, SHOP), join(roots.shop, SHOP));
  await writeFile(join(roots.shop, 'cdk8s.yaml'), `language: typescript\napp: node --require tsx/cjs ${SHOP}\n`);
  await Promise.all(Object.values(roots).map(root => output('npx', ['compose8s', 'synth'], { cwd: root })));
}));

afterAll(async () => {
  await Promise.allSettled(starts.values());
  await removeNamespaces([...stacks.values()]);
  for (const root of Object.values(roots)) await rm(root, { recursive: true, force: true });
});

test('the systems here have every kind that the target knows', async () => {
  const kinds = await Promise.all(STACKS.map(async ([path]) => (await readManifests(stacks.get(path)!.manifests)).map(({ kind }) => kind)));
  expect([...new Set(kinds.flat())].sort()).toEqual(expect.arrayContaining(Object.keys(GVK)));
});

describe.each(STACKS)('%s on a cluster', path => {
  const stack = stacks.get(path)!;

  test('the commands of its guide start it, and the server has nothing to say against it', async () => {
    const done = await start(stack);
    expect(done.filter(({ command }) => command.includes('kubectl apply --server-side')).length).toBeGreaterThan(0);
    for (const one of done) expect(one).toMatchObject({ outcome: { code: 0, stderr: expect.not.stringMatching(/^Warning:/m) } });
  });

  test('whatever is emitted is there, and is there once', async () => {
    const names = (objects: readonly Resource[]) => objects.map(({ apiVersion, kind, metadata: { name } }) => `${apiVersion} ${kind} ${name}`).sort();
    expect(names(await stack.emitted())).toEqual(names(await readManifests(stack.manifests)));
  });

  test('applied once more, nothing changes', async () => {
    // Not the status, which controllers write, nor the version that counts it.
    const asked = async () => (await stack.emitted()).map(({ status, metadata: { resourceVersion, managedFields: _managers, ...metadata }, ...object }) =>
      ({ ...object, metadata: { ...metadata, resourceVersion: status ? undefined : resourceVersion } }));
    const before = await asked();
    expect(await stack.sh(`kubectl apply --server-side -f ${stack.manifests}`)).toMatchObject({ code: 0, stderr: '' });
    expect(await asked()).toEqual(before);
  });

  test('every pod is let in, and comes to run; also those of jobs, whether by schedule or by hand', async () => {
    await Promise.all((await stack.get('cronjobs')).map(({ metadata: { name } }) => stack.runNow(name)));
    const jobs = await stack.jobsEnd();
    expect(jobs.filter(({ status }) => status.succeeded !== 1).map(({ metadata }) => metadata.name)).toEqual([]);
    await untilIs('all that lasts is ready, in its latest version', [], async () => (await stack.get('deployments,statefulsets')).filter(({ metadata, spec, status }) =>
      status.observedGeneration !== metadata.generation || [status.updatedReplicas, status.readyReplicas].some((count: number | undefined) => (count ?? 0) !== spec.replicas)).map(({ metadata }) => metadata.name));
    // What the controllers say of a pod that admission refuses. All others say of themselves that they do not come up.
    const refused = await stack.get('events', '--field-selector', 'reason=FailedCreate');
    expect(refused.map(({ message }) => message as string)).toEqual([]);
  });

  test('names of ports are resolved: each Service leads to the pods that it is for', async () => {
    await untilIs('each has addresses, for all of its ports', [], async () => {
      const all = await stack.get('services,endpointslices');
      const slices = all.filter(({ kind }) => kind === 'EndpointSlice');
      return all.filter(({ kind }) => kind === 'Service').filter(({ metadata: { name }, spec: { ports = [] } }) => !slices.some(({ metadata: { labels }, endpoints, ports: resolved }) =>
        labels?.['kubernetes.io/service-name'] === name && endpoints?.some(({ conditions }: { conditions: { ready: boolean } }) => conditions.ready) && (resolved ?? []).length === ports.length)).map(({ metadata }) => metadata.name);
    });
  });

  test('claims have their storage, and every policy and budget is about some pod', async () => {
    const all = await stack.get('persistentvolumeclaims,pods,networkpolicies,poddisruptionbudgets');
    const every = (...kinds: readonly string[]) => all.filter(({ kind }) => kinds.includes(kind));
    expect(every('PersistentVolumeClaim').filter(({ status }) => status.phase !== 'Bound').map(({ metadata }) => metadata.name)).toEqual([]);
    const pods = every('Pod');
    const isAboutNone = ({ spec }: Resource) => {
      const { matchLabels = {}, matchExpressions }: { matchLabels?: Record<string, string>; matchExpressions?: unknown } = spec.podSelector ?? spec.selector;
      if (matchExpressions) throw new Error('this test reads plain labels only');
      return !pods.some(({ metadata: { labels = {} } }) => Object.entries(matchLabels).every(([key, value]) => labels[key] === value));
    };
    // Those that prove a name for cert-manager are there only while they do.
    const solver = every('NetworkPolicy').filter(({ metadata }) => metadata.name === 'acme-solver');
    expect(solver).toHaveLength(stack.path === 'shop/ingress' ? 1 : 0);
    expect(every('NetworkPolicy', 'PodDisruptionBudget').filter(one => !solver.includes(one)).filter(isAboutNone).map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual([]);
    await untilIs('every budget lets one pod go', [], async () => (await stack.get('poddisruptionbudgets')).filter(({ status }) => status?.disruptionsAllowed !== 1).map(({ metadata, status }) => ({ name: metadata.name, status: status as unknown })));
    await until('every autoscaler has found what it scales', async () => (await stack.get('horizontalpodautoscalers'))
      .every(({ status }) => status.conditions?.some((condition: { readonly type: string; readonly status: string }) => condition.type === 'AbleToScale' && condition.status === 'True')));
  });

  test('each `kubectl port-forward` of its guide leads to a port that its pods have', async () => {
    const commands = forwards(await stack.guide()).map(command => (command.includes('--namespace') ? command : command.replace('kubectl', `kubectl --namespace ${stack.namespace}`)));
    if (commands.length === 0) return;
    const containers = new Containers(stack.namespace);
    const server = await answering(path);
    try {
      const ports = (await stack.get('pods')).flatMap(({ spec }) => (spec.containers as { ports?: { containerPort: number }[] }[]).flatMap(({ ports = [] }) => ports.map(({ containerPort }) => containerPort)));
      await containers.standIn({ ports: { of: [...new Set(ports)], answeredBy: server.port } });
      expect(await answers(commands)).toEqual(commands.map(command => ({ command, answer: path })));
    } finally {
      await containers.remove();
      await server.stop();
    }
  });
});

describe('releases', () => {
  // Started by `kubectl apply`, above.
  const stack = stacks.get('shop/gateway')!;
  const compose8s = (command: string, release: 1 | 2) => stack.sh(`npx compose8s ${command}`, { RELEASE: `${release}` });
  const uidsOf = async (kinds: string) => Object.fromEntries((await stack.get(kinds)).map(({ metadata }) => [metadata.name, (metadata as unknown as { uid: string }).uid]));
  const jobs = async () => Object.keys(await uidsOf('jobs')).sort();
  const podsOf = async (name: string) => (await stack.get('pods', '--selector', `app.kubernetes.io/name=${name}`)).map(({ metadata }) => metadata.name).sort();

  test('`up` starts what `kubectl apply` has started before, and says nothing of conflicts', async () => {
    await start(stack);
    expect(await compose8s('up shop/gateway --target kubernetes', 1)).toMatchObject({ code: 0, stdout: expect.stringContaining('✔ shop/gateway is up') });
  });

  test('`up` of a fresh checkout, which has no values, leaves the Secrets of the cluster as they are', async () => {
    const held = async () => (await stack.get('secrets', '--selector', 'app.kubernetes.io/managed-by=compose8s')).map(({ metadata: { name, resourceVersion } }) => ({ name, resourceVersion }));
    const before = await held();
    const [values, aside] = [join(stack.root, 'secrets', stack.path), join(stack.root, 'values')] as const;
    await rename(values, aside);
    try {
      const { code, stderr } = await compose8s('up shop/gateway --target kubernetes', 1);
      expect({ code, kept: (stderr.match(/(?<=^! the cluster's own )\S+/gm) ?? []).sort() }).toEqual({ code: 0, kept: before.map(({ name }) => name).sort() });
      expect(before.length).toBeGreaterThan(1);
      expect(await held()).toEqual(before);
    } finally {
      await rm(values, { recursive: true, force: true });
      await rename(aside, values);
    }
  });

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
  });

  test('`down` takes all away but data and secrets, and `down --volumes` the data too', async () => {
    const left = async () => (await stack.get((await everyKind()).join(), '--selector', 'app.kubernetes.io/managed-by=compose8s')).filter(({ metadata }) => !metadata.ownerReferences).map(({ kind }) => kind);
    expect(await compose8s('down shop/gateway --target kubernetes', 2)).toMatchObject({ code: 0 });
    expect(new Set(await left())).toEqual(new Set(['PersistentVolumeClaim', 'Secret']));
    expect(await compose8s('down shop/gateway --target kubernetes --volumes', 2)).toMatchObject({ code: 0 });
    expect(new Set(await left())).toEqual(new Set(['Secret']));
  });
});

/** The kinds of the cluster that are in a namespace and can be listed. */
async function everyKind(): Promise<readonly string[]> {
  return (await output('kubectl', ['api-resources', '--namespaced', '--verbs=list', '--output', 'name'])).trim().split('\n');
}
