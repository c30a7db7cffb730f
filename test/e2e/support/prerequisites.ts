import { output, run } from './shell';
import { removeLeftovers } from './stack';

/** Before anything else: is all there that the tests need? */
export default async function prerequisites(): Promise<void> {
  const engine = await run('docker', ['version', '--format', '{{.Server.Version}}']);
  const compose = await run('docker', ['compose', 'version', '--short']);
  if (engine.code !== 0 || compose.code !== 0) {
    refuse('The end-to-end tests need a Docker Engine with Compose v2, and none can be reached. Get one with: . "$(test/e2e/engine/start)"');
  }
  const tools = ['git', 'curl', 'openssl', 'shellcheck', 'dash', 'busybox', 'jq', 'docker-registry'];
  const found = await Promise.all(tools.map(tool => run('sh', ['-c', `command -v ${tool}`])));
  const missing = tools.filter((_, i) => found[i]!.code !== 0);
  if (missing.length > 0) refuse(`The end-to-end tests need ${missing.join(', ')}. Get them with: apt-get install ${missing.join(' ')}`);
  if ((await run('kubectl', ['version', '--request-timeout', '10s'])).code !== 0) {
    refuse('The end-to-end tests need a Kubernetes API server, and none can be reached. Get one with: . "$(test/e2e/cluster/start)"');
  }
  process.stdout.write(`Docker Engine ${engine.stdout.trim()}, Compose ${compose.stdout.trim()}, ${(await output('docker', ['info', '--format', '{{.NCPU}}'])).trim()} CPUs\n`);
  await removeLeftovers();
}

function refuse(why: string): never {
  process.stderr.write(`${why}\n`);
  process.exit(1);
}
