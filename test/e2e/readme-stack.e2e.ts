import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { down } from './support/down';
import { PROJECT } from './support/emission';
import { writeSettings, type Ports } from './support/settings';
import { output, run, type Outcome } from './support/shell';
import { once } from './support/start';
import { WebClient } from './support/web-client';

const MINUTES = 60_000;
const NAME = `compose8s-e2e-shop-${process.pid}`;
const IMAGE = 'ghcr.io/acme/shop-api:1.4.2';

/** Stands for the application that the README names: it answers its probes, and says how it was asked and which hosts it knows. */
const API = `<?php
header('Content-Type: application/json');
$host = fn ($name) => parse_url(getenv($name), PHP_URL_HOST);
$open = fn ($name, $port) => (bool) @fsockopen($host($name), $port, $code, $message, 2);
echo json_encode([
  'path' => $_SERVER['REQUEST_URI'], 'host' => $_SERVER['HTTP_HOST'], 'proto' => $_SERVER['HTTP_X_FORWARDED_PROTO'] ?? null,
  'db' => $open('DATABASE_URL', 5432), 'cache' => $open('CACHE_URL', 6379), 'stripe' => getenv('STRIPE_KEY'),
]);
`;

describe('the stack of the README, for developers', () => {
  let root: string;
  let ports: Ports;
  let up: Outcome;
  let https: WebClient;

  const compose8s = (...args: readonly string[]) => run(process.execPath, [join(PROJECT, 'lib/cli/compose8s.cjs'), ...args], { cwd: root });
  const compose = (...args: readonly string[]) => run('docker', ['compose', '--project-directory', 'dist/shop/dev/compose', ...args], { cwd: root, env: { COMPOSE_PROJECT_NAME: NAME, COMPOSE_PROGRESS: 'plain' } });

  beforeAll(() => once(async () => {
    root = await mkdtemp(join(tmpdir(), `${NAME}-`));
    const [, stack] = /<!-- stack -->\n```ts\n([\s\S]*?)```/.exec(await readFile(join(PROJECT, 'README.md'), 'utf8'))!;
    await mkdir(join(root, 'apps'));
    await writeFile(join(root, 'apps/main.ts'), stack!.replace("'compose8s'", `'${PROJECT}/lib'`).replace("'compose8s/constructs'", `'${PROJECT}/constructs'`));
    await writeFile(join(root, 'cdk8s.yaml'), await readFile(join(PROJECT, 'cdk8s.yaml')));
    await symlink(join(PROJECT, 'node_modules'), join(root, 'node_modules'));

    await mkdir(join(root, 'api'));
    await writeFile(join(root, 'api/index.php'), API);
    await writeFile(join(root, 'api/Dockerfile'), 'FROM adminer:5\nCOPY --chmod=0644 index.php /srv/index.php\nUSER 10001:10001\nCMD ["php", "-S", "0.0.0.0:8080", "/srv/index.php"]\n');
    await output('docker', ['build', '--quiet', '--tag', IMAGE, join(root, 'api')]);

    await output(process.execPath, ['--require', 'tsx/cjs', 'apps/main.ts'], { cwd: root });
    ports = await writeSettings(join(root, 'dist/shop/dev/compose'), {});
    expect(await compose8s('secrets', 'init', 'shop/dev')).toMatchObject({ code: 1, stderr: expect.stringContaining('Stripe dashboard, developers, API keys') });
    await writeFile(join(root, 'secrets/shop/dev/stripe/api-key'), 'sk_for_this_test_only\n');
    expect(await compose8s('secrets', 'init', 'shop/dev')).toMatchObject({ code: 0 });
    up = await compose('up', '--build', '--wait');
    if (up.code !== 0) throw new Error(`${up.stderr}\n${(await compose('logs', '--tail', '30')).stdout}`);
    https = new WebClient({ port: ports['PROXY_HTTPS_PORT']!, host: 'localhost', trusted: await readFile(join(root, 'secrets/shop/dev/proxy-certificate/tls.crt'), 'utf8') });
  }), 10 * MINUTES);

  afterAll(async () => {
    try {
      await down(NAME, compose);
    } finally {
      await run('docker', ['image', 'rm', IMAGE]);
      await rm(root, { recursive: true, force: true });
    }
  });

  test('HTTPS answers with the certificate that `secrets init` made, and the application behind it reaches what it refers to', async () => {
    const { status, text } = await https.request('/basket');
    expect({ status, ...JSON.parse(text) as object }).toEqual({ status: 200, path: '/basket', host: 'localhost', proto: 'https', db: true, cache: true, stripe: 'sk_for_this_test_only' });
  });

  test('nobody who trusts other certificates is served', async () => {
    const { code, stderr } = await run('curl', ['--silent', '--show-error', `https://localhost:${ports['PROXY_HTTPS_PORT']}/`]);
    expect({ code, stderr }).toEqual({ code: 60, stderr: expect.stringContaining('self-signed certificate') });
  });

  test('plain HTTP leads to HTTPS, and the fourth log-in at once is refused', async () => {
    const plain = new WebClient({ port: ports['PROXY_HTTP_PORT']!, host: 'localhost' });
    expect(await plain.request('/basket')).toMatchObject({ status: 301, headers: { location: expect.stringMatching(/^https:\/\/localhost[:/].*basket$/) } });
    const answers = [];
    for (let i = 0; i < 4; i++) answers.push((await https.request('/login/')).status);
    expect(answers).toEqual([200, 200, 200, 429]);
  });
});
