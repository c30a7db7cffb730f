import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { prerequisites } from './cluster/cluster';
import { Registry } from './cluster/registry';
import { PROJECT } from './support/emission';
import { output, run } from './support/shell';

const MINUTES = 60_000;
const NAMESPACE = 'shop-prod';
let registry: Registry;

const removeNamespace = () => output('kubectl', ['delete', 'namespace', NAMESPACE, '--ignore-not-found', '--timeout', '120s']);

beforeAll(async () => {
  await prerequisites();
  registry = await Registry.start();
  await removeNamespace();
});

afterAll(async () => {
  await removeNamespace();
  await run('docker', ['image', 'rm', `${registry.address}/shop:1.0.0`]);
  await registry.stop();
});

test('the tutorial works as it is written, from the packed package in an empty folder, with every container that it starts, and on a cluster', async () => {
  const { code, stdout, stderr } = await run('test/docs/tutorial.sh', ['docker', `cluster=${registry.address}`], { cwd: PROJECT, env: { COMPOSE_PROGRESS: 'plain' } });
  expect({ code, stderr: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).not.toContain('left out');

  // What was pushed is what the cluster has been told to run.
  expect(await registry.tags('shop')).toEqual(['1.0.0']);
  const images = await output('kubectl', ['--namespace', NAMESPACE, 'get', 'deployment', 'web', '--output', "jsonpath={.spec.template.spec.containers[*].image} {.status.readyReplicas}"]);
  expect(images).toBe(`${registry.address}/shop:1.0.0 2`);
}, 15 * MINUTES);
