import { spawnSync } from 'node:child_process';
import type { Graph } from '../../core/graph';
import { shellWord } from '../../core/shell';
import type { Document } from '../../core/target';
import type { Route } from '../../model';
import { Misuse } from '../errors';
import { addressOf, hostOf } from './address';
import type { Engine } from './engine';
import { run, type Started } from './run';

/** A real Docker Engine, by its own command. */
export const composeEngine: Engine = {
  builds: true,
  async up({ graph, documents, folder, secrets }) {
    // The folder of the output may lie anywhere: what it looks for beside itself is named.
    const env = { PROJECT_DIR: process.cwd(), ...(graph.secrets.length > 0 ? { SECRETS_DIR: secrets.path } : {}) };
    const project = ['--project-directory', folder];
    const isByHand = graph.workloads.every(({ spec }) => spec.runs.kind === 'task');
    // `up` builds nothing that is done by hand.
    if (isByHand || documents.some(isBuiltForTasks)) await runCompose([...project, '--profile', 'tasks', 'build'], { env });
    if (isByHand) {
      // Compose has nothing to start then, and says no more than that.
      return graph.workloads.map(workload => `${graph.name(workload)}, by hand: docker compose ${project.map(shellWord).join(' ')} run --rm ${graph.name(workload)}`);
    }
    await runCompose([...project, 'up', '--build', '--wait', '--remove-orphans'], { env });
    const ask: Ask = words => spawnSync('docker', ['compose', ...project, 'port', ...words], { encoding: 'utf8', env: { ...process.env, ...env } }).stdout.trim();
    return addressesOf(graph, documents, ask);
  },
  /** By the project's name: neither files nor secrets are needed. */
  down: ({ projectName }, { volumes }) => runCompose(['--project-name', projectName, 'down', '--remove-orphans', ...(volumes ? ['--volumes'] : [])]),
};

/** A service in a profile that carries the build of its image: no other service does. */
function isBuiltForTasks({ kind, body }: Document): boolean {
  const { build, profiles } = body as { readonly build?: unknown; readonly profiles?: readonly string[] };
  return kind === 'services' && build !== undefined && profiles !== undefined;
}

/** Without its plugin, Docker complains of options that it does not know. */
async function runCompose(words: readonly string[], started?: Started): Promise<void> {
  try {
    await run(['docker', 'compose', ...words], started);
  } catch (error) {
    if (/is not a docker command/.test(spawnSync('docker', ['compose', 'version'], { encoding: 'utf8', env: process.env }).stderr)) {
      throw new Misuse('Docker is here, and its plugin Compose is not', 'install it: https://docs.docker.com/compose/install/');
    }
    throw error;
  }
}

/** What `docker compose port` prints. */
type Ask = (words: readonly string[]) => string;

function addressesOf(graph: Graph, documents: readonly Document[], ask: Ask): string[] {
  return graph.routes.map(route => {
    const { to, published, reach, protocol } = route.spec;
    const service = graph.name(to.workload);
    const { address, port } = publishedAt(service, route, ask) ?? { address: declaredAddress(documents, service, to.port), port: published };
    const own = ['', '0.0.0.0', '::', '127.0.0.1'].includes(address) ? 'localhost' : address;
    return `${service}: ${addressOf(protocol, (reach === 'public' ? hostOf(route) : undefined) ?? own, port)}`;
  });
}

/** As Docker has done it: variables can move the port. `undefined` where it does not say. */
function publishedAt(service: string, { spec: { to } }: Route, ask: Ask): { readonly address: string; readonly port: number } | undefined {
  const { protocol } = to.workload.spec.ports[to.portName]!;
  const [, address, port] = /^(.*):([1-9]\d*)$/.exec(ask(['--protocol', protocol, service, `${to.port}`])) ?? [];
  return port === undefined ? undefined : { address: address!, port: Number(port) };
}

/** The address of the host that the port is bound to, by the emitted file; none stands for all. */
function declaredAddress(documents: readonly Document[], service: string, target: number): string {
  const entry = documents.find(({ kind, name }) => kind === 'services' && name === service)?.body as { readonly ports?: readonly PublishedPort[] } | undefined;
  return entry?.ports?.find(port => port.target === target)?.host_ip ?? '';
}

interface PublishedPort { readonly target?: number; readonly host_ip?: string }
