import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/settings';
import { until } from '../support/until';

/** An image registry on this machine, from Debian's package `docker-registry`. Docker lets those on 127.0.0.1 do without TLS. */
export class Registry {
  private constructor(readonly address: string, private readonly folder: string, private readonly program: ChildProcess) {}

  static async start(): Promise<Registry> {
    const folder = await mkdtemp(join(tmpdir(), 'compose8s-e2e-registry-'));
    const address = `127.0.0.1:${await freePort()}`;
    const config = join(folder, 'config.yml');
    await writeFile(config, `version: 0.1\nlog: { level: error }\nstorage: { filesystem: { rootdirectory: ${folder}/images } }\nhttp: { addr: '${address}' }\n`);
    const program = spawn('docker-registry', ['serve', config], { stdio: 'ignore' });
    const failed = new Promise<never>((_, reject) => {
      program.on('error', () => reject(new Error('The tests of a cluster need docker-registry. Get it with: apt-get install docker-registry')));
      program.on('exit', code => reject(new Error(`docker-registry ended with ${code}`)));
    });
    failed.catch(() => undefined);
    const registry = new Registry(address, folder, program);
    await Promise.race([failed, until('the registry answers', async () => (await fetch(`http://${address}/v2/`)).ok)]);
    return registry;
  }

  /** Of an image that was pushed. */
  async tags(name: string): Promise<readonly string[]> {
    return ((await (await fetch(`http://${this.address}/v2/${name}/tags/list`)).json()) as { readonly tags: readonly string[] }).tags;
  }

  async stop(): Promise<void> {
    this.program.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}
