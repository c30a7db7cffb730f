import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Compose, Duration, Image, Instruction, Kubernetes, Probe, Route, Secret, Stack, synthesize, Workload, type KubernetesProps, type RouteProps, type SecretProps, type Target } from '../../lib';
import { jobsDone } from '../../lib/cli/engines/jobs';
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

function site(given = false, route: Partial<RouteProps> = {}, targets: readonly Target[] = [new Compose(), new Kubernetes()], more: Readonly<Record<string, SecretProps['keys']>> = {}): () => App {
  return () => {
    const app = new App();
    const stack = new Stack(app, 'site', 'dev', { targets });
    const secret = new Secret(stack, 'session', { keys: { key: given ? Secret.given('in the vault') : Secret.hex(32) } });
    const web = new Workload(stack, 'web', {
      image: Image.registry('nginx:1.29-alpine', { user: { uid: 101, gid: 101 }, tools: ['curl'] }), ports: { http: 8080 },
      env: { KEY: secret.key('key') }, probes: { ready: Probe.http('/ready'), startup: Duration.seconds(30) },
      mounts: Object.entries(more).map(([id, keys]) => ({ secret: new Secret(stack, id, { keys }), path: `/run/secrets/${id}` })),
    });
    new Route(stack, 'in', { to: web.endpoint('http'), protocol: 'http', ...route });
    return app;
  };
}

describe('on Compose', () => {
  test('up synthesizes, makes secrets, starts, and says where to click', async () => {
    const docker = tool('docker');
    const { code, stdout } = await compose8s('up site/dev', site());
    expect(docker()).toEqual(['compose --project-directory ./dist/site/dev/compose up --build --wait --remove-orphans ./secrets/site/dev', 'compose --project-directory ./dist/site/dev/compose port --protocol tcp web 8080 ./secrets/site/dev']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/✔ made secrets\/site\/dev\/session\/key\n[^]*✔ site\/dev is up\n {2}→ web: http:\/\/localhost:8080\/\n$/) });
  });

  test.each<{ readonly name: string; readonly answer?: string; readonly route?: Partial<RouteProps>; readonly loopback?: string; readonly expected: string }>([
    { name: 'the address of the target, where Docker does not say', answer: 'exit 1', loopback: '127.0.0.2', expected: 'http://127.0.0.2:8080/' },
    { name: 'a port that a variable moved', answer: 'echo 127.0.0.1:9090', expected: 'http://localhost:9090/' },
    { name: 'address and port as Docker says', answer: 'echo 127.0.0.2:9090', loopback: '127.0.0.2', expected: 'http://127.0.0.2:9090/' },
    { name: 'no scheme that is not known', answer: 'echo 127.0.0.2:9090', loopback: '127.0.0.2', route: { protocol: 'tcp' }, expected: '127.0.0.2:9090' },
    { name: 'the name of a public route', answer: 'echo 0.0.0.0:443', route: { protocol: 'https', reach: 'public', hosts: ['*.site.example', 'site.example'], published: 443 }, expected: 'https://site.example/' },
    { name: 'every address of the host', answer: 'echo :::80', route: { reach: 'public', published: 80 }, expected: 'http://localhost/' },
  ])('up names $name', async ({ answer, route, loopback, expected }) => {
    tool('docker', `case "$*" in *' port '*) ${answer} ;; esac`);
    const { code, stdout } = await compose8s('up site/dev', site(false, route, [new Compose({ loopback })]));
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/✔ site\/dev is up\n {2}→ .*\n$/) });
    expect(stdout.trim().split('→ ').at(-1)).toBe(`web: ${expected}`);
  });

  test('up starts nothing as long as somebody has to give a value', async () => {
    const docker = tool('docker');
    expect(await compose8s('up site/dev', site(true))).toMatchObject({ code: 1, stderr: expect.stringContaining('in the vault') });
    expect(docker()).toEqual([]);
  });

  test('up also builds what is run by hand beside what runs', async () => {
    const docker = tool('docker');
    await compose8s('up site/dev', () => {
      const app = site()();
      new Workload(app.node.findAll().find(Stack.isStack)!, 'tidy', {
        image: Image.build({ name: 'tidy', version: '1.0', context: __dirname, user: { uid: 1, gid: 1 }, stages: [{ name: 'run', from: 'alpine:3.22', instructions: [Instruction.user(1)] }] }), command: ['tidy'], runs: { kind: 'task' },
      });
      return app;
    });
    expect(docker().slice(0, 2).map(call => call.replace(/^.* compose |^.*\/compose /, ''))).toEqual(['--profile tasks build ./secrets/site/dev', 'up --build --wait --remove-orphans ./secrets/site/dev']);
  });

  test('up only builds what is run by hand, and says how', async () => {
    const docker = tool('docker');
    const { code, stdout } = await compose8s('up tools/dev', () => {
      const app = new App();
      new Workload(new Stack(app, 'tools', 'dev', { targets: [new Compose()] }), 'tidy', { image: Image.registry('tidy:1.0', { user: { uid: 1, gid: 1 } }), command: ['tidy'], runs: { kind: 'task' } });
      return app;
    });
    expect(docker()).toEqual(['compose --project-directory ./dist/tools/dev/compose --profile tasks build']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/✔ tools\/dev is up\n {2}→ tidy, by hand: docker compose --project-directory .*\/dist\/tools\/dev\/compose run --rm tidy\n$/) });
  });

  describe('beside other stacks', () => {
    const beside = (port: number, isBroken: boolean) => () => {
      const app = site(false, { published: 8080 })();
      const other = new Stack(app, 'other', 'dev', { targets: [new Compose()] });
      const web = new Workload(other, 'web', { image: Image.registry('nginx:1.29-alpine', { user: { uid: 101, gid: 101 }, tools: ['curl'] }), ports: { http: 8080 }, probes: { ready: Probe.http('/ready'), startup: Duration.seconds(30) } });
      new Route(other, 'in', { to: web.endpoint('http'), protocol: 'http', published: port });
      if (isBroken) new Secret(other, 'bad', { keys: ['NOT A KEY'] });
      return app;
    };

    test('up and down of one do not mind what is wrong with another', async () => {
      tool('docker');
      expect(await compose8s('up site/dev', beside(8081, true))).toMatchObject({ code: 0 });
      expect(await compose8s('down site/dev', beside(8081, true))).toMatchObject({ code: 0 });
    });

    test('up refuses what both cannot have on one host', async () => {
      const docker = tool('docker');
      expect(await compose8s('up site/dev', beside(8080, false))).toMatchObject({ code: 1, stderr: expect.stringContaining('✖ it publishes port 8080, as other/dev/in does on the same host\n  at site/dev/in\n') });
      expect(docker()).toEqual([]);
      expect(await compose8s('up site/dev', beside(8081, false))).toMatchObject({ code: 0 });
    });
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

test('Docker without Compose is told from a failure', async () => {
  tool('docker', `echo "docker: 'compose' is not a docker command." >&2; exit 1`);
  expect(await compose8s('up site/dev', site())).toMatchObject({ code: 2, stderr: expect.stringContaining('✖ Docker is here, and its plugin Compose is not\n  fix: install it: https://docs.docker.com/compose/install/\n') });
});

describe('on Kubernetes', () => {
  const kinds = `case "$*" in 'api-resources '*) printf 'deployments.apps\\npersistentvolumeclaims\\nsecrets\\nservices\\nhttproutes.gateway.networking.k8s.io\\n' ;; esac`;
  const left = `${kinds}; case "$*" in *' get secrets '*) ;; *' get '*) printf 'Deployment/web \\nDeployment/gone \\nJob/nightly-1 nightly\\n' ;; esac`;

  test('up applies by the server, prunes what the graph no longer has, and waits', async () => {
    const kubectl = tool('kubectl', left);
    expect(await compose8s('up site/dev --target kubernetes', site())).toMatchObject({ code: 0, stdout: expect.stringContaining('→ web: kubectl --namespace site-dev port-forward service/web 8080:8080') });
    const apply = 'apply --server-side -f';
    expect(kubectl()).toEqual([
      'config current-context',
      // Names and keys, no values.
      '--namespace site-dev get secrets --output go-template={{range .items}}{{.metadata.name}}{{range $key, $value := .data}} {{$key}}{{end}}{{"\\n"}}{{end}}',
      `${apply} -`, `${apply} -`, `${apply} ./dist/site/dev/kubernetes`,
      'api-resources --namespaced --verbs list,delete --output name',
      // Of the kinds without data that this cluster knows.
      expect.stringMatching(/^--namespace site-dev get deployments.apps,services,httproutes.gateway.networking.k8s.io --selector app.kubernetes.io\/instance=site-dev,app.kubernetes.io\/managed-by=compose8s/),
      '--namespace site-dev delete Deployment/gone',
      '--namespace site-dev rollout status --timeout 10m deployment/web',
    ]);
    expect(readFileSync('kubectl.calls.input', 'utf8')).toMatch(/kind: Namespace[^]*kind: Secret/);
  });

  test.each<{ readonly name: string; readonly route: Partial<RouteProps>; readonly expose?: KubernetesProps['expose']; readonly expected: string }>([
    { name: 'its URL, by a load balancer', route: { protocol: 'https', published: 443, hosts: ['site.example'] }, expected: 'https://site.example/' },
    { name: 'its URL with a port of its own', route: { published: 8080, hosts: ['site.example'] }, expected: 'http://site.example:8080/' },
    { name: 'host and port where no browser looks', route: { protocol: 'tcp', published: 5432, hosts: ['site.example'] }, expected: 'site.example:5432' },
    { name: 'where to look without a name', route: { published: 80 }, expected: 'the address of its load balancer, port 80' },
    { name: 'its URL, by an Ingress that ends TLS', route: { hosts: ['site.example'] }, expose: { kind: 'ingress', issuer: 'letsencrypt' }, expected: 'https://site.example/' },
    { name: 'its URL, by an Ingress', route: { hosts: ['site.example'] }, expose: { kind: 'ingress' }, expected: 'http://site.example/' },
    { name: 'the controller, by an Ingress for all names', route: {}, expose: { kind: 'ingress' }, expected: 'http, at the address of the controller of its Ingress' },
    { name: 'its URL, by a Gateway', route: { hosts: ['site.example'] }, expose: { kind: 'gateway', name: 'public', namespace: 'gateways' }, expected: 'http://site.example/' },
  ])('up names of a public route $name', async ({ route, expose, expected }) => {
    tool('kubectl', left);
    const { code, stdout } = await compose8s('up site/dev --target kubernetes', site(false, { reach: 'public', ...route }, [new Kubernetes({ expose })]));
    expect({ code, stdout: stdout.trim().split('→ ').at(-1) }).toEqual({ code: 0, stdout: `web: ${expected}` });
  });

  test.each([['echo staging', "→ in the cluster of kubectl's context staging\n"], ['exit 1', '→ in the cluster that kubectl finds without a context\n']])('up and down say where, before anything else: %s', async (answer, said) => {
    tool('kubectl', `${left}; case "$*" in 'config '*) ${answer} ;; esac`);
    for (const command of ['up', 'down']) {
      const { code, stderr } = await compose8s(`${command} site/dev --target kubernetes`, site());
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^→ in the cluster .*\n→ kubectl /) });
      expect(stderr).toContain(said);
    }
  });

  describe('where a part of the cluster\'s API is out of order', () => {
    const builtIn = ['deployments.apps', 'statefulsets.apps', 'jobs.batch', 'cronjobs.batch', 'services', 'configmaps', 'serviceaccounts', 'networkpolicies.networking.k8s.io', 'ingresses.networking.k8s.io', 'poddisruptionbudgets.policy', 'horizontalpodautoscalers.autoscaling'];
    const partial = (kinds: readonly string[]) => `case "$*" in 'api-resources '*) printf '${kinds.join('\\n')}\\n'; echo 'error: unable to retrieve the complete list of server APIs: metrics.k8s.io/v1beta1: stale GroupVersion discovery' >&2; exit 1 ;; esac`;

    test.each(['up', 'down'])('%s goes on with the kinds that are named', async command => {
      const kubectl = tool('kubectl', partial(builtIn));
      const { code, stderr } = await compose8s(`${command} site/dev --target kubernetes`, site());
      expect(code).toBe(0);
      expect(stderr).toContain("! a part of the cluster's API does not answer, and objects of its kinds stay as they are:\n  error: unable to retrieve the complete list of server APIs: metrics.k8s.io/v1beta1: stale GroupVersion discovery\n");
      expect(kubectl()).toContainEqual(expect.stringMatching(new RegExp(`^--namespace site-dev (get|delete) ${builtIn.join()} --selector`)));
    });

    test.each(['up', 'down'])('%s stops where one is missing that every cluster has', async command => {
      const kubectl = tool('kubectl', partial(builtIn.slice(1)));
      expect(await compose8s(`${command} site/dev --target kubernetes`, site())).toMatchObject({ code: 2, stderr: expect.stringContaining('✖ kubectl api-resources --namespaced --verbs list,delete --output name ended with 1: error: unable to retrieve the complete list') });
      expect(kubectl().filter(call => / (get (?!secrets )|delete) /.test(call))).toEqual([]);
    });
  });

  describe('with the work of a release', () => {
    const job = 's|^  name: \\(migrate-.*\\)|';
    const saying = (jobs: string, rest = '') => `${kinds}; case "$*" in *' get secrets '*) ;; *' get jobs '*) ${jobs} ;; ${rest} esac`;
    const ends = (conditions: string) => `sed -n '${job}\\1 ${conditions}|p' dist/site/dev/kubernetes/migrate.yaml`;
    const release = () => {
      const app = site()();
      new Workload(app.node.findAll().find(Stack.isStack)!, 'migrate', { image: Image.registry('tool:1', { user: { uid: 1, gid: 1 } }), command: ['migrate'], runs: { kind: 'release', check: ['migrate', '--check'] } });
      return app;
    };
    const named = () => /(?<= {2}name: )migrate-[0-9a-f]{10}$/m.exec(readFileSync('dist/site/dev/kubernetes/migrate.yaml', 'utf8'))![0];

    test('up leaves the Job of this release alone, and removes that of a former one', async () => {
      const kubectl = tool('kubectl', saying(ends('Complete'), `*' get '*) echo 'Job/migrate-0123456789 '; sed -n '${job}Job/\\1 |p' dist/site/dev/kubernetes/migrate.yaml ;;`));
      await compose8s('up site/dev --target kubernetes', release);
      expect(named()).toBeTruthy();
      expect(kubectl().filter(call => call.includes(' delete '))).toEqual(['--namespace site-dev delete Job/migrate-0123456789']);
    });

    test('up waits until it is done, and then for what lasts', async () => {
      const kubectl = tool('kubectl', saying(`if [ -e begun ]; then ${ends('SuccessCriteriaMet Complete')}; else touch begun; ${ends('')}; fi; echo 'migrate-0123456789 FailureTarget Failed'`));
      expect(await compose8s('up site/dev --target kubernetes', release)).toMatchObject({ code: 0, stdout: expect.stringContaining('✔ site/dev is up\n') });
      expect(kubectl().map(call => / (get jobs|rollout) /.exec(call)?.[1]).filter(Boolean)).toEqual(['get jobs', 'get jobs', 'rollout']);
    });

    test('up says that it failed, though nobody waits for it, and what to do', async () => {
      const kubectl = tool('kubectl', saying(ends('FailureTarget Failed')));
      const { code, stdout, stderr } = await compose8s('up site/dev --target kubernetes', release);
      expect({ code, stdout, stderr }).toEqual({
        code: 2, stdout: expect.not.stringContaining('is up'),
        stderr: expect.stringContaining(`✖ the work of the release has failed: job/${named()}
  fix: mend the cause, then remove it and run the same again, which does it once more:
    kubectl --namespace site-dev logs --selector=app.kubernetes.io/name=migrate --all-containers --prefix --tail=100
    kubectl --namespace site-dev delete job ${named()}
`),
      });
      expect(kubectl().filter(call => call.includes(' rollout '))).toEqual([]);
    });
  });

  test('work of a release that goes on and on is named', async () => {
    tool('kubectl', 'echo migrate-0123456789');
    const app = site()();
    new Workload(app.node.findAll().find(Stack.isStack)!, 'migrate', { image: Image.registry('tool:1', { user: { uid: 1, gid: 1 } }), command: ['migrate'], runs: { kind: 'release', check: undefined } });
    const { graph, rendering: { documents } } = synthesize(app).emissions.find(({ target }) => target.name === 'kubernetes')!;
    await expect(jobsDone(graph, documents, 0)).rejects.toThrow(/^the work of the release has not ended: job\/migrate-[0-9a-f]{10}\n(?![^]*delete)[^]*it goes on in the cluster/);
  });

  describe('with Secrets that the cluster has already', () => {
    const having = (...lines: readonly string[]) => `${kinds}; case "$*" in *' get secrets '*) printf '${lines.map(line => `${line}\\n`).join('')}' ;; esac`;
    const two = { key: Secret.hex(32), other: Secret.hex(32) };
    const applied = () => readFileSync('kubectl.calls.input', 'utf8');

    test.each([['made', site()], ['given', site(true)]])('up makes and applies none where no value is here that would be %s, and says so', async (_, build) => {
      const kubectl = tool('kubectl', having('default-token token', 'session key'));
      const { code, stderr, stdout } = await compose8s('up site/dev --target kubernetes', build);
      expect({ code, stderr, stdout }).toEqual({ code: 0, stderr: expect.stringContaining("! the cluster's own session is kept: secrets/site/dev has no value of it\n"), stdout: expect.not.stringContaining('made') });
      expect(kubectl().filter(call => call.startsWith('apply '))).toEqual(['apply --server-side -f -', 'apply --server-side -f ./dist/site/dev/kubernetes']);
      expect(applied()).not.toContain('kind: Secret');
      expect(existsSync('secrets/site/dev/session/key')).toBe(false);
    });

    test('up makes the others', async () => {
      tool('kubectl', having('session key'));
      expect(await compose8s('up site/dev --target kubernetes', site(false, {}, [new Kubernetes()], { more: { key: Secret.hex(32) } }))).toMatchObject({ code: 0, stdout: expect.stringContaining('✔ made secrets/site/dev/more/key\n') });
      expect(applied().match(/(?<=kind: Secret\nmetadata:\n {2}name: ).*/g)).toEqual(['more']);
    });

    test('up applies those of which the values are here', async () => {
      tool('kubectl', having('session key'));
      await compose8s('secrets init site/dev', site());
      const { code, stderr } = await compose8s('up site/dev --target kubernetes', site());
      expect({ code, stderr, isApplied: applied().includes('kind: Secret') }).toEqual({ code: 0, stderr: expect.not.stringContaining('is kept'), isApplied: true });
    });

    test('up asks nobody for what only builds read: it builds nothing', async () => {
      const kubectl = tool('kubectl', kinds);
      const built = () => {
        const app = new App();
        const stack = new Stack(app, 'site', 'dev', { targets: [new Compose(), new Kubernetes()] });
        const npmrc = new Secret(stack, 'npm', { keys: { npmrc: Secret.given('the registry of packages') } }).key('npmrc');
        const stages = [{ name: 'production', from: 'node:24-alpine', instructions: [Instruction.run('npm ci', { secrets: { npmrc: '/root/.npmrc' } })] }];
        const image = Image.build({ name: 'web', version: '1.0', context: process.cwd(), ignore: ['**'], user: { uid: 1000, gid: 1000 }, tools: ['wget'], stages, secrets: { npmrc } });
        new Workload(stack, 'web', { image, ports: { http: 8080 }, probes: { ready: Probe.http('/ready'), startup: Duration.seconds(30) } });
        return app;
      };
      expect(await compose8s('up site/dev --target kubernetes', built)).toMatchObject({ code: 0, stderr: expect.not.stringContaining('is missing') });
      expect(kubectl().filter(call => call.includes(' get secrets '))).toEqual([]);
      expect(applied()).not.toContain('kind: Secret');
      expect(await compose8s('up site/dev', built)).toMatchObject({ code: 1, stderr: expect.stringContaining('✖ secrets/site/dev/npm/npmrc\n  the registry of packages\n') });
    });

    test('up need not know what the cluster has where all values are here', async () => {
      const kubectl = tool('kubectl', kinds);
      await compose8s('secrets init site/dev', site());
      expect(await compose8s('up site/dev --target kubernetes', site())).toMatchObject({ code: 0 });
      expect(kubectl().filter(call => call.includes(' get secrets '))).toEqual([]);
    });

    test.each([
      {
        what: 'lack a key', held: 'more key', here: [],
        said: "✖ the cluster's own more has no other, and secrets/site/dev/more has no value at all\n  at site/dev/more\n  fix: add what is missing where the cluster's own comes from (kubectl --namespace site-dev edit secret more), or put every value of it into secrets/site/dev/more\n",
      },
      {
        what: 'have a key that is missing here beside others', held: 'more key other', here: ['key'],
        said: "✖ the cluster's own more has a value of other, and secrets/site/dev/more has others without it: a new one would take its place\n  at site/dev/more\n  fix: put the cluster's value into secrets/site/dev/more/other; if there is to be a new one, run: npx compose8s secrets init site/dev\n",
      },
    ])('up refuses those that $what, before it changes anything', async ({ held, here, said }) => {
      const kubectl = tool('kubectl', having('session key', held));
      mkdirSync('secrets/site/dev/more', { recursive: true, mode: 0o700 });
      for (const key of here) writeFileSync(`secrets/site/dev/more/${key}`, 'a value');
      expect(await compose8s('up site/dev --target kubernetes', site(false, {}, [new Kubernetes()], { more: two }))).toMatchObject({ code: 1, stderr: expect.stringContaining(said) });
      expect({ applied: kubectl().filter(call => call.startsWith('apply ')), isMade: existsSync('secrets/site/dev/more/other') }).toEqual({ applied: [], isMade: false });
    });

    test('up makes a key that the cluster has not, beside one that is here', async () => {
      tool('kubectl', having('session key', 'more key'));
      mkdirSync('secrets/site/dev/more', { recursive: true, mode: 0o700 });
      writeFileSync('secrets/site/dev/more/key', 'a value');
      expect(await compose8s('up site/dev --target kubernetes', site(false, {}, [new Kubernetes()], { more: two }))).toMatchObject({ code: 0, stdout: expect.stringContaining('✔ made secrets/site/dev/more/other\n') });
    });

    test('the first start finds not even the namespace', async () => {
      tool('kubectl', `${kinds}; case "$*" in *' get secrets '*) echo 'Error from server (NotFound): namespaces "site-dev" not found' >&2; exit 1 ;; esac`);
      expect(await compose8s('up site/dev --target kubernetes', site())).toMatchObject({ code: 0, stdout: expect.stringContaining('✔ made secrets/site/dev/session/key\n') });
      expect(applied()).toContain('kind: Secret');
    });

    test('nothing is made where the cluster does not say what it has', async () => {
      const kubectl = tool('kubectl', `${kinds}; case "$*" in *' get secrets '*) echo 'Error from server (Forbidden): secrets is forbidden' >&2; exit 1 ;; esac`);
      expect(await compose8s('up site/dev --target kubernetes', site())).toMatchObject({ code: 2, stderr: expect.stringContaining('secrets is forbidden') });
      expect({ applied: kubectl().filter(call => call.startsWith('apply ')), isMade: existsSync('secrets') }).toEqual({ applied: [], isMade: false });
    });
  });

  test.each([['', false], [' --volumes', true]])('down%s deletes claims: %s', async (option, expected) => {
    const kubectl = tool('kubectl', kinds);
    expect(await compose8s(`down site/dev --target kubernetes${option}`, site())).toMatchObject({ code: 0 });
    expect(kubectl().join().includes('persistentvolumeclaims')).toBe(expected);
    expect(kubectl().at(-1)).toMatch(/^--namespace site-dev delete deployments.apps,services,httproutes.gateway.networking.k8s.io/);
    expect(kubectl().at(-1)).not.toMatch(/secrets|namespaces/);
  });
});

test('a misspelt target is answered with the nearest', async () => {
  expect(await compose8s('up site/dev --target compos', site())).toMatchObject({ code: 2, stderr: "✖ there is no target 'compos'\n  fix: did you mean compose?\n" });
});
