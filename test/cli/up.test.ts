import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Compose, Duration, Image, Kubernetes, Probe, Route, Secret, Stack, Workload } from '../../lib';
import { cleanUp, temporaryFolder } from '../support/secrets';
import { compose8s } from './run-command';

const home = process.cwd();
const path = process.env.PATH;
beforeEach(() => process.chdir(temporaryFolder()));
afterEach(() => {
  process.chdir(home);
  process.env.PATH = path;
  process.exitCode = undefined;
  cleanUp();
});

/** Stands for a tool: writes down how it is called and what it is given, and answers. */
function tool(name: string, answer = ''): () => string[] {
  mkdirSync('bin', { recursive: true });
  const calls = join(process.cwd(), `${name}.calls`);
  writeFileSync(`bin/${name}`, `#!/bin/sh\nprintf "%s\\n" "$* $SECRETS_DIR" >> ${calls}\ncase "$*" in *'-f -'*) cat >> ${calls}.input ;; esac\n${answer}\n`);
  chmodSync(`bin/${name}`, 0o755);
  process.env.PATH = `${join(process.cwd(), 'bin')}:${path}`;
  return () => (existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : []).map(line => line.replaceAll(process.cwd(), '.').trim());
}

function site(given = false): () => App {
  return () => {
    const app = new App();
    const stack = new Stack(app, 'site', 'dev', { targets: [new Compose(), new Kubernetes()] });
    const secret = new Secret(stack, 'session', { keys: { key: given ? Secret.given('in the vault') : Secret.hex(32) } });
    const web = new Workload(stack, 'web', {
      image: Image.registry('nginx:1.29-alpine', { user: { uid: 101, gid: 101 }, tools: ['curl'] }), ports: { http: 8080 },
      env: { KEY: secret.key('key') }, probes: { ready: Probe.http('/ready'), startup: Duration.seconds(30) },
    });
    new Route(stack, 'in', { to: web.endpoint('http'), protocol: 'http' });
    return app;
  };
}

describe('on Compose', () => {
  test('up synthesizes, makes secrets, starts, and says where to click', async () => {
    const docker = tool('docker');
    const { code, stdout } = await compose8s('up site/dev', site());
    expect(docker()).toEqual(['compose --project-directory ./dist/site/dev/compose up --build --wait --remove-orphans ./secrets/site/dev']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/✔ made secrets\/site\/dev\/session\/key\n[^]*✔ site\/dev runs\n {2}→ web: http:\/\/localhost:8080\/\n$/) });
  });

  test('up starts nothing as long as somebody has to give a value', async () => {
    const docker = tool('docker');
    expect(await compose8s('up site/dev', site(true))).toMatchObject({ code: 1, stderr: expect.stringContaining('in the vault') });
    expect(docker()).toEqual([]);
  });

  test('down leaves volumes alone, unless they are asked for', async () => {
    const docker = tool('docker');
    expect(await compose8s('down site/dev', site())).toMatchObject({ code: 0, stdout: '✔ site/dev is down; its volumes are as they were\n' });
    expect(await compose8s('down site/dev --volumes', site())).toMatchObject({ code: 0 });
    expect(docker()).toEqual(['compose --project-name site-dev down --remove-orphans', 'compose --project-name site-dev down --remove-orphans --volumes']);
  });

  test('a failure of the tool is passed on in words', async () => {
    tool('docker', 'exit 7');
    expect(await compose8s('up site/dev', site())).toMatchObject({ code: 2, stderr: expect.stringContaining('✖ docker ended with 7\n  fix: ') });
  });
});

describe('on Kubernetes', () => {
  const left = `case "$*" in *' get '*) printf 'Deployment/web \\nDeployment/gone \\nJob/nightly-1 nightly\\n' ;; esac`;

  test('up applies by the server, prunes what the graph no longer has, and waits', async () => {
    const kubectl = tool('kubectl', left);
    expect(await compose8s('up site/dev --target kubernetes', site())).toMatchObject({ code: 0, stdout: expect.stringContaining('→ web: kubectl --namespace site-dev port-forward service/web 8080:8080') });
    const apply = 'apply --server-side --field-manager compose8s -f';
    expect(kubectl()).toEqual([
      `${apply} -`, `${apply} -`, `${apply} ./dist/site/dev/kubernetes`,
      expect.stringMatching(/^--namespace site-dev get deployments,.* --selector app.kubernetes.io\/instance=site-dev,app.kubernetes.io\/managed-by=compose8s/),
      '--namespace site-dev delete Deployment/gone',
      '--namespace site-dev rollout status --timeout 10m deployment/web',
    ]);
    expect(readFileSync('kubectl.calls.input', 'utf8')).toMatch(/kind: Namespace[^]*kind: Secret/);
  });

  test.each([['', false], [' --volumes', true]])('down%s deletes claims: %s', async (option, expected) => {
    const kubectl = tool('kubectl');
    expect(await compose8s(`down site/dev --target kubernetes${option}`, site())).toMatchObject({ code: 0 });
    expect(kubectl().join().includes('persistentvolumeclaims')).toBe(expected);
    expect(kubectl().join()).not.toContain('namespaces');
  });
});

test('a misspelt target is answered with the nearest', async () => {
  expect(await compose8s('up site/dev --target compos', site())).toMatchObject({ code: 2, stderr: "✖ there is no target 'compos'\n  fix: did you mean compose?\n" });
});
