import { load } from 'js-yaml';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { blocksOf } from '../support/guide';
import { output, run, type Outcome } from '../support/shell';
import { until } from '../support/until';

/** The part of any object of the API that the tests look at. */
export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string; readonly resourceVersion: string; readonly generation?: number; readonly managedFields?: unknown;
    readonly labels?: Readonly<Record<string, string>>; readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
  };
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each kind has another; a wrong field fails the test that reads it
  readonly spec?: any;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly status?: any;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly [field: string]: any;
}

/** The tests write to no cluster but the one that is made for them. */
export async function prerequisites(): Promise<void> {
  const { stdout } = await run('kubectl', ['config', 'current-context']);
  if (stdout.trim() !== 'compose8s-e2e') throw new Error('The tests of a cluster need their own. Get it with: . "$(test/e2e/cluster/start)"');
}

/** A stack, `system/environment`, whose manifests are in `dist` below a folder, as in a project, on the cluster. */
export class ClusterStack {
  readonly namespace: string;

  constructor(readonly path: string, private readonly project: () => string) {
    this.namespace = path.replace('/', '-');
  }

  get root(): string {
    return this.project();
  }

  get manifests(): string {
    return join(this.root, 'dist', this.path, 'kubernetes');
  }

  /** A line, or lines, for a shell in the project's folder. */
  sh(commands: string, env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
    return run('bash', ['--norc', '-euo', 'pipefail', '-c', commands], { cwd: this.root, env });
  }

  kubectl(...args: readonly string[]): Promise<string> {
    return output('kubectl', ['--namespace', this.namespace, ...args], { cwd: this.root });
  }

  /** All objects of some kinds: `deployments,jobs`. */
  async get(kinds: string, ...args: readonly string[]): Promise<readonly Resource[]> {
    return (JSON.parse(await this.kubectl('get', kinds, '--output', 'json', ...args)) as { readonly items: readonly Resource[] }).items;
  }

  /** What the server holds of all that the manifests name. @throws where it does not have one of them. */
  emitted(): Promise<readonly Resource[]> {
    return this.get(`--filename=${this.manifests}`);
  }

  guide(): Promise<string> {
    return readFile(join(this.manifests, 'OPERATIONS.md'), 'utf8');
  }

  /** The lines by which the guide starts it. */
  async firstStart(): Promise<readonly string[]> {
    return blocksOf(await this.guide()).filter(({ heading }) => heading === 'First start').flatMap(({ commands }) => commands.trim().split('\n'));
  }

  /** Makes the secrets, also those that only people can give. */
  async giveSecrets(hosts: readonly string[]): Promise<void> {
    // What `npx compose8s` comes to, sooner.
    const init = `node lib/cli/compose8s.cjs secrets init ${this.path}`;
    const { code, stderr } = await this.sh(init);
    if (code === 0) return;
    for (const [, file] of stderr.matchAll(/^✖ (secrets\/\S+)$/gm)) await give(join(this.root, file!), hosts);
    const again = await this.sh(init);
    if (again.code !== 0) throw new Error(again.stderr);
  }

  /** Runs a CronJob now. */
  async runNow(cronJob: string): Promise<void> {
    await this.kubectl('create', 'job', `${cronJob}-now`, `--from=cronjob/${cronJob}`);
  }

  /** Until there is no Job that has not ended. */
  async jobsEnd(): Promise<readonly Resource[]> {
    return until('all jobs have ended', async () => {
      const jobs = await this.get('jobs');
      const others = jobs.filter(job => !hasEnded(job)).map(({ metadata }) => metadata.name);
      if (others.length > 0) throw new Error(others.join(', '));
      return jobs;
    });
  }
}

/** With all that is in them. */
export async function removeNamespaces(stacks: readonly ClusterStack[]): Promise<void> {
  await output('kubectl', ['delete', 'namespace', ...stacks.map(({ namespace }) => namespace), '--ignore-not-found', '--timeout', '120s']);
}

function hasEnded({ status }: Resource): boolean {
  return (status.conditions ?? []).some(({ type, status: is }: { readonly type: string; readonly status: string }) => ['Complete', 'Failed'].includes(type) && is === 'True');
}

/** A certificate with its key; or, for anything else, a random value. */
async function give(file: string, hosts: readonly string[]): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  if (/\/tls\.(crt|key)$/.test(file)) {
    const pair = join(dirname(file), 'tls');
    await output('openssl', [
      'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc', '-days', '90',
      '-subj', `/CN=${hosts[0]}`, '-addext', `subjectAltName=${hosts.map(host => `DNS:${host}`).join()}`, '-out', `${pair}.crt`, '-keyout', `${pair}.key`,
    ]);
  } else await writeFile(file, await output('openssl', ['rand', '-hex', '32']));
}

/** All manifests of a folder, as they are written. */
export async function readManifests(folder: string): Promise<readonly Resource[]> {
  const files = (await readdir(folder)).filter(name => name.endsWith('.yaml')).sort();
  const texts = await Promise.all(files.map(name => readFile(join(folder, name), 'utf8')));
  return texts.flatMap(text => text.split(/^---\n/m)).map(text => load(text) as Resource);
}
