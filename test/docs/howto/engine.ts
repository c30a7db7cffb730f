import { cp } from 'node:fs/promises';
import { prerequisites } from '../../e2e/cluster/cluster';
import { down } from '../../e2e/support/down';
import { run } from '../../e2e/support/shell';
import type { Project } from './project';

/** Stands for the applications that the pages name: it answers its probes. */
const SERVER = "require('node:http').createServer((_, answer) => answer.end('here\\n')).listen(8080);\nprocess.on('SIGTERM', () => process.exit(0));\n";
const DOCKERFILE = 'FROM node:22-alpine\nCOPY --chmod=0644 server.js /srv/server.js\nUSER 10001:10001\nCMD ["node", "/srv/server.js"]\n';

/** Has an image under the name that the page gives to an application of its own. */
export async function buildImage(project: Project, reference: string): Promise<void> {
  await project.write('image/server.js', SERVER);
  await project.write('image/Dockerfile', DOCKERFILE);
  await project.shOk(`docker build --quiet --tag ${reference} image`);
}

/** Also where it was never made. */
export async function removeImage(reference: string): Promise<void> {
  await run('docker', ['image', 'rm', reference]);
}

/** Starts what is emitted for `shop/prod`, with secrets, on free ports. */
export async function startShop(project: Project): Promise<void> {
  await project.shOk('npx compose8s synth && npx compose8s secrets init shop/prod');
  await project.settle(COMPOSE);
  await project.shOk('docker compose up --build --wait', COMPOSE);
}

export const COMPOSE = 'dist/shop/prod/compose';

export function stopShop(project: Project): Promise<void> {
  return down(project.name);
}

/** What a query answers, one line for each row, in a service of the running shop. */
export async function sql(project: Project, service: string, user: string, statement: string): Promise<string> {
  return (await project.shOk(`docker compose exec -T ${service} psql -X -q -A -t -v ON_ERROR_STOP=1 -U ${user} -d ${user} -c "${statement}"`, COMPOSE)).trim();
}

/** The cluster of the tests, by a configuration that commands of the page may change. */
export async function useCluster(project: Project, namespace: string): Promise<void> {
  await prerequisites();
  await cp(process.env['KUBECONFIG']!, project.path('kubeconfig'));
  project.env['KUBECONFIG'] = project.path('kubeconfig');
  // Of a former page, which did not wait for its end.
  await project.shOk(`kubectl delete namespace ${namespace} --ignore-not-found --timeout 120s`);
}

export async function removeNamespace(project: Project, namespace: string): Promise<void> {
  await project.shOk(`kubectl delete namespace ${namespace} --ignore-not-found --wait=false`);
}
