import { spawnSync } from 'node:child_process';
import type { Graph } from '../../core/graph';
import { Misuse } from '../errors';
import type { Engine } from './engine';
import { run, type Started } from './run';

/** A real Docker Engine, by its own command. */
export const composeEngine: Engine = {
  async up({ graph, folder, secrets }) {
    // The folder of the output may lie anywhere: what it looks for beside itself is named.
    const env = { PROJECT_DIR: process.cwd(), ...(graph.secrets.length > 0 ? { SECRETS_DIR: secrets.path } : {}) };
    const project = ['--project-directory', folder];
    if (graph.workloads.every(({ spec }) => spec.runs.kind === 'task')) {
      // Compose has nothing to start then, and says no more than that.
      await runCompose([...project, '--profile', 'tasks', 'build'], { env });
      return graph.workloads.map(workload => `${graph.name(workload)}, by hand: docker compose ${project.join(' ')} run --rm ${graph.name(workload)}`);
    }
    await runCompose([...project, 'up', '--build', '--wait', '--remove-orphans'], { env });
    return addressesOf(graph);
  },
  /** By the project's name: neither files nor secrets are needed. */
  down: ({ projectName }, { volumes }) => runCompose(['--project-name', projectName, 'down', '--remove-orphans', ...(volumes ? ['--volumes'] : [])]),
};

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

function addressesOf(graph: Graph): string[] {
  return graph.routes.map(({ spec: { to, published, reach, protocol, hosts } }) => {
    const { scheme, port } = SCHEMES[protocol];
    const host = reach === 'public' ? hosts[0] ?? 'localhost' : 'localhost';
    return `${graph.name(to.workload)}: ${scheme ? `${scheme}://${host}${published === port ? '' : `:${published}`}/` : `${host}:${published}`}`;
  });
}

const SCHEMES = { http: { scheme: 'http', port: 80 }, https: { scheme: 'https', port: 443 }, tcp: { scheme: '', port: 0 } } as const;
