import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prerequisites } from './cluster/cluster';
import { Registry } from './cluster/registry';
import { PROJECT } from './support/emission';
import { copyProject } from './support/project';
import { writeSettings } from './support/settings';
import { output, run } from './support/shell';

const MINUTES = 60_000;
const PREFIX = `compose8s-e2e-readme-${process.pid}`;
/** The README's examples of where things are: on a server, and in a registry. */
const SERVER = '/srv/cedrus-prod';
const REGISTRY = 'registry.example';

/** Every shell block of the README, by its first line: in order, as it stands there. */
async function blocks(): Promise<readonly string[]> {
  const readme = await readFile(join(PROJECT, 'README.md'), 'utf8');
  return [...readme.matchAll(/^( *)```sh\n([\s\S]*?)^ *```/gm)].map(([, indent, block]) => block!.replaceAll(new RegExp(`^${indent}`, 'gm'), ''));
}

/** What other parts of CI run. */
const ELSEWHERE = ['npm ci && npm run synth', 'npm ci && npm test'];

describe('the commands of the README, word by word', () => {
  let root: string;
  let variables: Record<string, string>;
  let registry: Registry;

  /** With the README's path of a server inside of the temporary folder, a registry, ports and CPUs that this machine has. */
  const follow = (block: string, folder = root) => run('bash', ['--norc', '-euo', 'pipefail', '-c', block.replaceAll(SERVER, join(root, 'server')).replaceAll(REGISTRY, registry.address)], { cwd: folder, env: variables });
  const settingsOf = async (environment: string) => {
    const folder = await mkdtemp(join(root, 'settings-'));
    await cp(join(root, `dist/cedrus/${environment}/compose/.env.example`), join(folder, '.env.example'));
    await writeSettings(folder, {});
    const set = (await readFile(join(folder, '.env'), 'utf8')).split('\n').flatMap(line => /^([A-Z0-9_]+)=(.+)$/.exec(line) ? [line.split('=') as [string, string]] : []);
    return Object.fromEntries(set);
  };

  /** What only people can give, and are asked for. */
  const giveCertificate = async () => {
    const folder = join(root, 'secrets/cedrus/prod/nginx-certificate');
    await mkdir(folder, { recursive: true });
    await output('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '90', '-subj', '/CN=cedrus.example', '-addext', 'subjectAltName=DNS:cedrus.example', '-keyout', join(folder, 'tls.key'), '-out', join(folder, 'tls.crt')]);
  };

  beforeAll(async () => {
    await prerequisites();
    registry = await Registry.start();
    root = await mkdtemp(join(tmpdir(), `${PREFIX}-`));
    await copyProject(root);
    await output('npm', ['run', '--silent', 'synth'], { cwd: root });
    variables = { COMPOSE_PROGRESS: 'plain' };
  }, 2 * MINUTES);

  afterAll(async () => {
    for (const environment of ['dev', 'prod']) await run('docker', ['compose', '--project-name', `${PREFIX}-${environment}`, '--profile', '*', 'down', '--volumes', '--remove-orphans', '--timeout', '5']);
    await output('kubectl', ['delete', 'namespace', 'cedrus-prod', '--ignore-not-found', '--timeout', '60s']);
    await registry.stop();
    await rm(root, { recursive: true, force: true });
  }, 2 * MINUTES);

  test('all blocks are here or run elsewhere', async () => {
    const own = (await blocks()).filter(block => !ELSEWHERE.some(start => block.startsWith(start)));
    expect(own.map(block => block.split(/\s+#|\n/)[0])).toEqual([
      'npx compose8s secrets init cedrus/dev',
      'npx compose8s secrets init cedrus/dev',
      'npx compose8s secrets kubernetes cedrus/dev',
      `mkdir -p ${SERVER}`,
      'docker compose run --rm backup backup',
      'docker compose up --build --wait --remove-orphans',
      'docker build --target production --tag registry.example/cedrus:1.0.0 dist/cedrus/prod/kubernetes/images/cedrus',
      'kubectl config set-context --current --namespace cedrus-prod',
      'kubectl scale deployment/web --replicas=0',
    ]);
  });

  test('an emitted system is made to run on a developer\'s machine, and its secrets are made, checked and shown', async () => {
    variables = { ...variables, ...await settingsOf('dev'), COMPOSE_PROJECT_NAME: `${PREFIX}-dev` };
    const [start, check, show] = (await blocks()).filter(block => block.startsWith('npx compose8s secrets'));
    expect(await follow(start!)).toMatchObject({ code: 0 });
    expect(await follow(check!)).toMatchObject({ code: 0 });
    expect(await follow(show!)).toMatchObject({ code: 0, stdout: expect.stringContaining('kind: Secret') });
    await output('docker', ['compose', '--project-name', `${PREFIX}-dev`, 'down', '--volumes', '--timeout', '5']);
  }, 10 * MINUTES);

  test('the emitted folder runs on a server, and is backed up and restored there', async () => {
    variables = { ...await settingsOf('prod'), COMPOSE_PROGRESS: 'plain', COMPOSE_PROJECT_NAME: `${PREFIX}-prod` };
    const missing = await follow('npx compose8s secrets init cedrus/prod');
    expect(missing).toMatchObject({ code: 1 });
    await giveCertificate();
    expect(await follow('npx compose8s secrets init cedrus/prod')).toMatchObject({ code: 0 });

    const [server, backups, upgrade] = (await blocks()).filter(block => /^(mkdir|docker compose (run|up))/.test(block));
    expect(await follow(server!)).toMatchObject({ code: 0 });
    expect(await follow(backups!, join(root, 'server/compose'))).toMatchObject({ code: 0 });
    // The next release: copied over the former one by the same line, without a source that it no longer has.
    const gone = join(root, 'server/compose/images/cedrus/library/migrations/0002_gone.py');
    await writeFile(gone, '');
    const [, remove] = /`(rm -rf [^`]+)`/.exec(await readFile(join(root, 'README.md'), 'utf8'))!;
    expect(await follow(remove!)).toMatchObject({ code: 0 });
    const [copy] = /^cp .*dist.*$/m.exec(server!)!;
    expect(await follow(copy)).toMatchObject({ code: 0 });
    expect(await follow(upgrade!, join(root, 'server/compose'))).toMatchObject({ code: 0 });
    expect(existsSync(gone)).toBe(false);
    expect(await follow('ls /srv/cedrus-prod/compose/compose')).toMatchObject({ code: 2 });
  }, 15 * MINUTES);

  test('on a cluster the system is started, backed up and restored', async () => {
    const [start, jobs, restore] = (await blocks()).filter(block => /^(docker build|kubectl)/.test(block));
    // Of its own, since the commands set the namespace in it.
    variables = { KUBECONFIG: join(root, 'kubeconfig') };
    await cp(process.env['KUBECONFIG']!, variables['KUBECONFIG']!);
    await giveCertificate();
    expect(await follow('npx compose8s secrets init cedrus/prod')).toMatchObject({ code: 0 });
    const quietly = { code: 0, stderr: expect.not.stringMatching(/^Warning:/m) };
    const [image] = new RegExp(`(?<=--tag )${REGISTRY}\\S+`).exec(start!)!;
    try {
      expect(await follow(start!)).toMatchObject(quietly);
      // What the image starts by itself is production's server: without its settings it says which one it misses.
      const alone = await follow(`docker run --rm --read-only ${image}`);
      expect(alone.code).not.toBe(0);
      expect(alone.stderr).toContain('SECRET_KEY');
      expect((await follow(`docker image inspect --format '{{.Config.User}}' ${image}`)).stdout).toMatch(/^[1-9]\d*(:[1-9]\d*)?\n$/);
      expect(await registry.tags('cedrus')).toEqual(['1.0.0']);
    } finally {
      await follow(`docker image rm ${image}`);
    }
    expect(await follow(jobs!)).toMatchObject(quietly);
    // Whoever follows the words of a container that does not run waits for ever.
    expect(await follow(restore!.replace('logs --follow', 'logs'))).toMatchObject(quietly);
    expect(JSON.parse((await follow('kubectl get job restore-2 --output json')).stdout)).toMatchObject({ spec: { template: { spec: { containers: [{ args: ['restore', 'latest', '--force'] }] } } } });
    for (const [, command] of (await readFile(join(root, 'README.md'), 'utf8')).matchAll(/`(kubectl (?!port-forward)[^`]+)`/g)) expect({ command, ...await follow(command!) }).toMatchObject({ command, ...quietly });
    expect(await follow('kubectl wait --for=condition=Complete jobs --all --timeout=1m')).toMatchObject(quietly);
  }, 10 * MINUTES);

  test('what synthesis prints works as printed, also where the output is elsewhere', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), `${PREFIX}-output-`));
    try {
      const env = { CDK8S_OUTDIR: elsewhere };
      const printed = await output('npm', ['run', '--silent', 'synth'], { cwd: root, env });
      const [, section] = /^✔ (?:\S*)cedrus\/dev\/compose .*\n((?: .*\n)*)/m.exec(printed)!;
      const commands = [...section!.matchAll(/^ *→ (.*)$/gm)].map(([, command]) => command!);
      expect(commands).toEqual([
        'npx compose8s secrets init cedrus/dev',
        expect.stringMatching(/^SECRETS_DIR=\S+ PROJECT_DIR=\S+ docker compose --project-directory \S+ up --build --wait$/),
      ]);
      await rm(join(root, 'secrets/cedrus/dev'), { recursive: true, force: true });
      variables = { COMPOSE_PROGRESS: 'plain' };
      expect(await follow(commands[0]!)).toMatchObject({ code: 0 });
      const config = commands[1]!.replace('up --build --wait', 'config');
      expect(await follow(`${config} --quiet`)).toEqual({ code: 0, stdout: '', stderr: '' });
      const sources = JSON.parse((await follow(`${config} --format json`)).stdout) as { readonly services: { readonly web: { readonly volumes: readonly { readonly type: string; readonly source: string }[] } } };
      expect(sources.services.web.volumes.filter(({ type }) => type === 'bind').map(({ source }) => source)).toEqual([join(root, 'apps/cedrus/app')]);
    } finally {
      await rm(elsewhere, { recursive: true, force: true });
    }
  }, 2 * MINUTES);
});
