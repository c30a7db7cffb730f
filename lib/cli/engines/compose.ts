import type { Graph } from '../../core/graph';
import type { Engine } from './engine';
import { run } from './run';

/** A real Docker Engine, by its own command. */
export const composeEngine: Engine = {
  async up({ graph, folder, secrets }) {
    // The folder of the output may lie anywhere: what it looks for beside itself is named.
    const env = { PROJECT_DIR: process.cwd(), ...(graph.secrets.length > 0 ? { SECRETS_DIR: secrets.path } : {}) };
    await run(['docker', 'compose', '--project-directory', folder, 'up', '--build', '--wait', '--remove-orphans'], { env });
    return addressesOf(graph);
  },
  /** By the project's name: neither files nor secrets are needed. */
  down: ({ projectName }, { volumes }) => run(['docker', 'compose', '--project-name', projectName, 'down', '--remove-orphans', ...(volumes ? ['--volumes'] : [])]),
};

function addressesOf(graph: Graph): string[] {
  return graph.routes.map(({ spec: { to, published, reach, protocol, hosts } }) => {
    const { scheme, port } = SCHEMES[protocol];
    const host = reach === 'public' ? hosts[0] ?? 'localhost' : 'localhost';
    return `${graph.name(to.workload)}: ${scheme ? `${scheme}://${host}${published === port ? '' : `:${published}`}/` : `${host}:${published}`}`;
  });
}

const SCHEMES = { http: { scheme: 'http', port: 80 }, https: { scheme: 'https', port: 443 }, tcp: { scheme: '', port: 0 } } as const;
