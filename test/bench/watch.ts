/** How soon `compose8s synth --watch` has written what a change makes, beside a synthesis that starts from nothing, in one run. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const LIBRARY = resolve(__dirname, '../..');
/** As it is in the package: sources may be what changes, and are not loaded ahead. */
const BUILT = join(LIBRARY, 'build');
const ROUNDS = 5;
/** While somebody types, the next process gets itself ready. */
const TYPING = 2500;

/** In milliseconds of time as it passes: who waits, waits for that. */
export interface Watched { readonly changed: number; readonly cold: number }

/** The best of several rounds of each. Builds the package first. */
export async function watched(): Promise<Watched> {
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: LIBRARY, stdio: ['ignore', 'ignore', 'inherit'] });
  const project = mkdtempSync(join(tmpdir(), 'compose8s-watch-'));
  const write = (replicas: number) => writeFileSync(join(project, 'main.ts'), programOf(replicas));
  const compose8s = (...args: readonly string[]) => spawn(process.execPath, [join(BUILT, 'lib/cli/main.js'), 'synth', ...args], { cwd: project, stdio: 'ignore' });
  try {
    symlinkSync(join(LIBRARY, 'node_modules'), join(project, 'node_modules'));
    writeFileSync(join(project, 'cdk8s.yaml'), 'app: node --require tsx/cjs main.ts\n');
    const cold: number[] = [];
    const changed: number[] = [];
    let replicas = 1;
    for (let round = 0; round < ROUNDS; round++) {
      write(++replicas);
      cold.push(await until(project, replicas, () => compose8s()));
    }
    const watcher = compose8s('--watch');
    try {
      for (let round = 0; round < ROUNDS; round++) {
        await new Promise(done => setTimeout(done, TYPING));
        changed.push(await until(project, ++replicas, () => write(replicas)));
      }
    } finally {
      watcher.kill();
      await new Promise(done => watcher.on('close', done));
    }
    return { changed: Math.min(...changed), cold: Math.min(...cold) };
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}

/** From the beginning of something until the output has that many replicas. */
async function until(project: string, replicas: number, begin: () => unknown): Promise<number> {
  const path = join(project, 'dist/shop/prod/compose/services.yaml');
  const began = performance.now();
  begin();
  while (!existsSync(path) || !readFileSync(path, 'utf8').includes(`replicas: ${replicas}\n`)) {
    if (performance.now() - began > 60_000) throw new Error('nothing was written within a minute');
    await new Promise(done => setTimeout(done, 2));
  }
  return performance.now() - began;
}

function programOf(replicas: number): string {
  return `import { HealthProbes, NginxProxy, Postgres, WebService } from ${JSON.stringify(join(BUILT, 'constructs'))};
import { App, Compose, Image, Kubernetes, Stack } from ${JSON.stringify(join(BUILT, 'lib'))};

const stack = new Stack(new App(), 'shop', 'prod', { targets: [new Compose(), new Kubernetes()] });
const db = new Postgres(stack, 'db', { version: 17, storage: '10Gi' });
const api = new WebService(stack, 'api', {
  image: Image.registry('ghcr.io/acme/shop-api:1.4.2', { user: { uid: 10001, gid: 10001 }, tools: ['wget'] }),
  port: 8080, replicas: ${replicas}, env: { DATABASE_URL: db.url }, probes: HealthProbes.http({ ready: '/readyz', alive: '/healthz' }),
});
new NginxProxy(stack, 'proxy', { host: 'shop.example', tls: 'self-signed', routes: { '/': api } });
(stack.node.root as App).synth();
`;
}

export function watchLine({ changed, cold }: Watched): string {
  return `With --watch, a change is written after ${changed.toFixed(0)} ms: ${(changed / cold).toFixed(2)} of a cold \`compose8s synth\`, which takes ${cold.toFixed(0)} ms.`;
}

if (require.main === module) void watched().then(measured => console.log(watchLine(measured)));
