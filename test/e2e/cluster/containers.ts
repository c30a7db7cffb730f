import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { output } from '../support/shell';

export interface StandIns {
  /** What each container has written. */
  readonly logs?: string;
  /** The port on 127.0.0.1 that answers for those of the pods. */
  readonly ports?: { readonly of: readonly number[]; readonly answeredBy: number };
  /** The engine's container, by the name of the pod's, in which commands run. */
  readonly containers?: Readonly<Record<string, string>>;
}

/** What stands for the containers of a namespace: KWOK, which plays the nodes, runs none, and asks here what it should serve in their name. */
export class Containers {
  private folder: string | undefined;

  constructor(private readonly namespace: string) {}

  async standIn({ logs = '', ports, containers = {} }: StandIns): Promise<void> {
    this.folder ??= await mkdtemp(join(tmpdir(), `compose8s-e2e-${this.namespace}-`));
    const logsFile = join(this.folder, 'log');
    const at = new Date().toISOString();
    await writeFile(logsFile, logs.split('\n').filter(Boolean).map(line => `${at} stdout F ${line}\n`).join(''));
    // Programs run with the environment of the nodes, which know no engine.
    const engine = ['PATH', 'DOCKER_HOST', 'DOCKER_CONFIG'].flatMap(name => (process.env[name] ? [{ name, value: process.env[name] }] : []));
    const items = [
      this.object('ClusterLogs', { logs: [{ logsFile, previousLogsFile: logsFile }] }),
      this.object('ClusterPortForward', { forwards: ports ? [{ ports: ports.of, target: { address: '127.0.0.1', port: ports.answeredBy } }] : [] }),
      this.object('ClusterExec', { execs: Object.entries(containers).map(([name, id]) => ({ containers: [name], local: { envs: [...engine, { name: 'STANDS_FOR_IT', value: id }] } })) }),
    ];
    await output('kubectl', ['apply', '--server-side', '--filename', '-'], { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) });
  }

  async remove(): Promise<void> {
    await output('kubectl', ['delete', 'clusterlogs,clusterportforwards,clusterexecs', this.namespace, '--ignore-not-found']);
    if (this.folder) await rm(this.folder, { recursive: true });
  }

  private object(kind: string, spec: object) {
    return { apiVersion: 'kwok.x-k8s.io/v1alpha1', kind, metadata: { name: this.namespace }, spec: { selector: { matchNamespaces: [this.namespace] }, ...spec } };
  }
}
