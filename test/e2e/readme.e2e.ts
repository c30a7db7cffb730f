import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prerequisites } from './cluster/cluster';
import { Containers } from './cluster/containers';
import { Registry } from './cluster/registry';
import { down } from './support/down';
import { PROJECT } from './support/emission';
import { blocksOf, shellBlocks } from './support/guide';
import { bash, follow as followPage } from './support/person';
import { copyProject } from './support/project';
import { writeSettings } from './support/settings';
import { output } from './support/shell';
import { until } from './support/until';

const MINUTES = 60_000;
const PREFIX = `compose8s-e2e-readme-${process.pid}`;
/** The README's examples of where things are: on a server, and in a registry. */
const SERVER = '/srv/cedrus-prod';
const REGISTRY = 'registry.example';

/** Every shell block of the README, by its first line: in order, as it stands there. */
async function blocks(): Promise<readonly string[]> {
  return shellBlocks(await readFile(join(PROJECT, 'README.md'), 'utf8'));
}

/** What other parts of CI run. */
const ELSEWHERE = ['npm ci && npm run synth', 'npm ci && npm test'];

/** Lines of the guides that cannot do here what they are for, with the reason: what they say in place of it. */
const NOT_HERE: Readonly<Record<string, RegExp>> = {
  // The Metrics Server is no part of Kubernetes.
  'kubectl top pods': /Metrics API not available/,
};

/** Lines that want a program which waits for its input: on nodes that are played, none does. */
const ATTACHES = /^kubectl (wait --for=jsonpath='\{\.status\.ready\}'|attach ).*\n/gm;

/** What a person types at the prompts of the guides. */
const TYPED = { psql: ['SELECT 6 * 7 AS answer;', '\\q'], 'redis-cli': ['PING', 'quit'] };

describe('the commands of the README, word by word', () => {
  let root: string;
  let variables: Record<string, string>;
  let registry: Registry;
  /** The last words of a restore on the server. */
  let restored: string;
  const containers = new Containers('cedrus-prod');

  /** With the README's path of a server inside of the temporary folder, a registry, ports and CPUs that this machine has. */
  const here = (block: string) => block.replaceAll(SERVER, join(root, 'server')).replaceAll(REGISTRY, registry.address);
  const follow = (block: string, folder = root) => bash(here(block), { cwd: folder, env: variables });
  const settingsOf = async (environment: string) => {
    const folder = await mkdtemp(join(root, 'settings-'));
    await cp(join(root, `dist/cedrus/${environment}/compose/.env.example`), join(folder, '.env.example'));
    await writeSettings(folder, {});
    const set = (await readFile(join(folder, '.env'), 'utf8')).split('\n').flatMap(line => /^([A-Z0-9_]+)=(.+)$/.exec(line) ? [line.split('=') as [string, string]] : []);
    return Object.fromEntries(set);
  };

  /** Goes through a block as a person does; what cannot be done here is asked for too, and refused. */
  const read = async (block: string, { folder = root, until }: { readonly folder?: string; readonly until?: RegExp } = {}) => {
    const lines = here(block).split('\n');
    for (const [command, refusal] of Object.entries(NOT_HERE)) {
      for (const line of lines.filter(words => words.startsWith(command))) {
        expect(await bash(line, { cwd: folder, env: variables })).toMatchObject({ code: 1, stderr: expect.stringMatching(refusal) });
      }
    }
    return followPage(lines.filter(line => !Object.keys(NOT_HERE).some(command => line.startsWith(command))).join('\n'), { cwd: folder, env: variables, typed: TYPED, until });
  };
  const guideOf = async (folder: string) => {
    const blocks = blocksOf(await readFile(join(folder, 'OPERATIONS.md'), 'utf8'));
    expect([...new Set(blocks.map(({ heading }) => heading))]).toEqual([
      'First start', 'Health and logs', 'Health and logs: A prompt of the database cedrus_prod', 'Health and logs: A prompt of the Redis redis',
      'Backup and restore: The database cedrus_prod', 'Certificates: cedrus.example', 'Secrets', 'Upgrade and roll-back', 'When something does not start',
    ]);
    return blocks;
  };

  /** A certificate and its key, as an authority gives them: `new.crt` and `new.key` in a folder. */
  const getCertificate = (folder: string) => output('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '90', '-subj', '/CN=cedrus.example', '-addext', 'subjectAltName=DNS:cedrus.example', '-keyout', join(folder, 'new.key'), '-out', join(folder, 'new.crt')]);

  /** What only people can give, and are asked for. */
  const giveCertificate = async () => {
    const folder = join(root, 'secrets/cedrus/prod/nginx-certificate');
    await mkdir(folder, { recursive: true });
    await getCertificate(root);
    for (const end of ['crt', 'key']) await output('install', ['-m', '0444', join(root, `new.${end}`), join(folder, `tls.${end}`)]);
  };

  /** With names in place of those that stand for any, and another value for the one that changes. */
  const named = async (commands: string, pod = 'POD') => {
    await output('openssl', ['rand', '-hex', '-out', join(root, 'new-value'), '32']);
    return commands.replaceAll(/\bSERVICE\b/g, 'web').replaceAll(/\bPOD\b/g, pod).replaceAll('SECRET/KEY', 'django/secret-key').replaceAll(/\bNEW\b/g, 'new-value');
  };

  /** Its backup is there as a file, and no longer in its volume. Returns the name of both. */
  const carriedAway = async (folder: string) => {
    const [, name] = /latest (\S+\.sql\.gz)/.exec((await follow('docker compose run --rm backup list', folder)).stdout) ?? [];
    expect(name).toBeDefined();
    expect(await follow(`docker compose cp backup:/backups/${name} . && docker compose exec -T backup rm /backups/${name}`, folder)).toMatchObject({ code: 0 });
    return name!;
  };

  /** What nginx shows to a browser. */
  const shownCertificate = () => until('nginx shows a certificate', async () => {
    const { code, stdout } = await bash(`openssl s_client -connect 127.0.0.1:${variables['NGINX_HTTPS_PORT']} -servername cedrus.example | openssl x509`);
    return code === 0 && stdout;
  });

  const inCluster = async (secret: string, key: string) => {
    const { data } = JSON.parse((await follow(`kubectl get secret ${secret} --output=json`)).stdout) as { readonly data: Readonly<Record<string, string>> };
    return Buffer.from(data[key]!, 'base64').toString();
  };

  beforeAll(async () => {
    await prerequisites();
    registry = await Registry.start();
    root = await mkdtemp(join(tmpdir(), `${PREFIX}-`));
    await copyProject(root);
    await output('npm', ['run', '--silent', 'synth'], { cwd: root });
    variables = { COMPOSE_PROGRESS: 'plain' };
  });

  afterAll(async () => {
    try {
      for (const environment of ['dev', 'prod']) await down(`${PREFIX}-${environment}`);
    } finally {
      await output('kubectl', ['delete', 'namespace', 'cedrus-prod', '--ignore-not-found', '--timeout', '120s']);
      await containers.remove();
      await registry.stop();
      await rm(root, { recursive: true, force: true });
    }
  });

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
    await down(`${PREFIX}-dev`);
  }, 10 * MINUTES);

  test('the emitted folder runs on a server, and is backed up and restored there', async () => {
    variables = { ...await settingsOf('prod'), COMPOSE_PROGRESS: 'plain', COMPOSE_PROJECT_NAME: `${PREFIX}-prod` };
    const missing = await follow('npx compose8s secrets init cedrus/prod');
    expect(missing).toMatchObject({ code: 1 });
    await giveCertificate();
    expect(await follow('npx compose8s secrets init cedrus/prod')).toMatchObject({ code: 0 });

    const [server, backups, upgrade] = (await blocks()).filter(block => /^(mkdir|docker compose (run|up))/.test(block));
    expect(await follow(server!)).toMatchObject({ code: 0 });
    const backedUp = await follow(backups!, join(root, 'server/compose'));
    expect(backedUp).toMatchObject({ code: 0 });
    [restored] = /^.*\brestored .*$/m.exec(backedUp.stdout)!;
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

  test('each block of the guide beside it runs there as it stands', async () => {
    const folder = join(root, 'server/compose');
    for (const { heading, commands } of await guideOf(folder)) {
      // What the words above the block want done first, and where.
      if (heading.startsWith('Certificates')) await getCertificate(folder);
      const isInProject = commands.startsWith('npx') || (heading === 'Secrets' && !commands.startsWith('docker'));
      const name = commands.includes('import NAME') ? await carriedAway(folder) : 'NAME';
      const said = await read((await named(commands)).replaceAll('NAME', name), { folder: isInProject ? root : folder });
      if (name !== 'NAME') expect(said).toContain(`imported ${name}`);
      if (heading.includes('A prompt')) expect(said).toMatch(/\b42\b|PONG/);
      if (heading.startsWith('Certificates')) expect(await shownCertificate()).toBe(await readFile(join(root, 'server/secrets/nginx-certificate/tls.crt'), 'utf8'));
    }
  }, 15 * MINUTES);

  test('the same command upgrades it, and takes it back to the former version', async () => {
    const folder = join(root, 'server/compose');
    const { commands } = (await guideOf(folder)).find(({ heading }) => heading === 'Upgrade and roll-back')!;
    const containers = async () => (await follow('docker compose ps --format "{{.Service}} {{.ID}}" | sort', folder)).stdout;
    const scheduled = async () => (await follow('docker compose exec -T backup cat /etc/compose8s/crontab', folder)).stdout;
    const before = { containers: await containers(), schedule: await scheduled() };
    await cp(folder, `${folder}-former`, { recursive: true });
    const program = join(root, 'apps/cedrus/production.ts');
    await writeFile(program, (await readFile(program, 'utf8')).replace("Cron.daily('02:00')", "Cron.daily('03:00')"));
    await output('npm', ['run', '--silent', 'synth'], { cwd: root });
    await read(`cp -aT dist/cedrus/prod/compose ${SERVER}/compose`);
    await read(commands, { folder });
    expect(await scheduled()).toBe(before.schedule.replace('0 2', '0 3'));
    await rm(folder, { recursive: true });
    await cp(`${folder}-former`, folder, { recursive: true });
    await read(commands, { folder });
    expect(await scheduled()).toBe(before.schedule);
    const others = (list: string) => list.split('\n').filter(line => !line.startsWith('backup '));
    expect(others(await containers())).toEqual(others(before.containers));
  });

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
    // The container does not run: what it would say is what it said on the server.
    await containers.standIn({ logs: restored });
    const migration = async () => (await follow("kubectl get jobs --selector=app.kubernetes.io/name=migrate --output jsonpath='{.items[*].metadata.uid}'")).stdout;
    const former = await migration();
    expect(await read(restore!, { until: /restored/ })).toContain(restored);
    // Its work is done once more, in what was restored.
    expect(await migration()).toMatch(new RegExp(`^(?!${former})[0-9a-f-]{36}$`));
    expect(JSON.parse((await follow('kubectl get job restore-2 --output json')).stdout)).toMatchObject({ spec: { template: { spec: { containers: [{ args: ['restore', 'latest', '--force'] }] } } } });
    for (const [, command] of (await readFile(join(root, 'README.md'), 'utf8')).matchAll(/`(kubectl (?!port-forward)[^`]+)`/g)) expect({ command, ...await follow(command!) }).toMatchObject({ command, ...quietly });
    expect(await follow('kubectl wait --for=condition=Complete jobs --all --timeout=3m')).toMatchObject(quietly);
  }, 10 * MINUTES);

  test('each block of the guide beside the manifests runs as it stands', async () => {
    const manifests = join(root, 'dist/cedrus/prod/kubernetes');
    const idOf = async (service: string) => (await output('docker', ['compose', '--project-name', `${PREFIX}-prod`, 'ps', '--quiet', service])).trim();
    await containers.standIn({ logs: restored, containers: { postgres: await idOf('postgres'), redis: await idOf('redis') } });
    await read('kubectl delete jobs --selector="app.kubernetes.io/name in (backup, backup-drill, backup-restore)"'); // of the test before
    try {
      for (const { heading, commands } of await guideOf(manifests)) {
        if (heading.startsWith('Certificates')) await getCertificate(root);
        const [pod] = (await follow('kubectl get pods --selector=app.kubernetes.io/name=web --output=name')).stdout.trim().split('\n');
        const said = await read((await named(commands, pod)).replaceAll(ATTACHES, ''), { until: /restored/ });
        expect(said).not.toMatch(/^Warning:/m);
        if (heading.includes('A prompt')) expect(said).toMatch(/\b42\b|PONG/);
        if (commands.includes('kubectl logs')) expect(said).toContain(restored);
        if (heading.startsWith('Certificates')) expect(await inCluster('nginx-certificate', 'tls.crt')).toBe(await readFile(join(root, 'secrets/cedrus/prod/nginx-certificate/tls.crt'), 'utf8'));
      }
      expect(await follow('kubectl wait --for=condition=Complete jobs --all --timeout=3m')).toMatchObject({ code: 0 });
    } finally {
      await follow(`docker image rm ${REGISTRY}/cedrus:1.0.0`);
    }
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
  });
});
