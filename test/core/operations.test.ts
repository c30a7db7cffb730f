import { describe, expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cedrus } from '../../apps/cedrus';
import { HealthProbes, Monitoring, NginxProxy, WebService } from '../../constructs';
import { alertRunbooks } from '../../constructs/monitoring/runbooks';
import { addRunbook, advice, AlertRules, App, Compose, Duration, Graph, Kubernetes, Route, Secret, steps, synthesize, Volume, Workload, type Action, type Stack } from '../../lib';
import { operationsGuide, type Operations } from '../../lib/core/operations';
import { Services } from '../bench/variants';
import { Observed } from '../constructs/monitoring/system';
import { IMAGE, service, shop, textOf } from '../support/stacks';

interface Guides { readonly compose: string; readonly kubernetes: string }

function guidesOf(app: App, stack = 'shop/dev'): Guides {
  const { emissions, problems } = synthesize(app);
  expect(problems).toEqual([]);
  const of = (name: string) => textOf(emissions.find(({ graph, target }) => target.name === name && graph.stack.node.path === stack)!.files, 'OPERATIONS.md');
  return { compose: of('compose'), kubernetes: of('kubernetes') };
}

const targets = () => ({ targets: [new Compose(), new Kubernetes()] });
const guides = (build: (stack: Stack) => void) => guidesOf(shop(build, targets()));
/** The text below a heading, up to the next of its level. */
const section = (guide: string, title: string) => guide.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? '';

const app = new App();
cedrus(app);
const production = guidesOf(app, 'cedrus/prod');
const development = guidesOf(app, 'cedrus/dev');

const systems = new App();
const observed = new Observed(systems, 'prod', targets());
const watched = guidesOf(systems, 'shop/prod');

const SECTIONS = ['The system', 'Workloads', 'First start', 'Health and logs', 'Backup and restore', 'Certificates', 'Secrets', 'Upgrade and roll-back', 'When something does not start', 'What this target does another way'];

describe.each(['compose', 'kubernetes'] as const)('the guide of Cedrus in production, on %s', target => {
  const guide = production[target];

  test('has a section for each thing that the person on call may be asked', () => {
    const titles = [...guide.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
    expect(titles).toEqual(expect.arrayContaining([...SECTIONS, `What the ${target === 'compose' ? 'host' : 'cluster'} needs`]));
  });

  test('shows the picture, and every workload with its image, limits, volumes and secrets', () => {
    expect(section(guide, 'The system')).toContain('```mermaid\n%% cedrus/prod\nflowchart TB\n');
    expect(section(guide, 'Workloads')).toMatch(/^\| `web` \| [^|]+ \| `(registry\.example\/)?cedrus:1\.0\.0` \| 8000 \(http\) \| 4 CPU, 4 GiB \| `media-files` at `\/srv\/media`<br>`static-files` at `\/srv\/static`, read only \| `django`<br>`postgres-credentials`<br>`redis-credentials` \|$/m);
  });

  test('links to headings that are there', () => {
    const anchors = [...guide.matchAll(/^#+ (.*)$/gm)].map(([, title]) => title!.toLowerCase().replaceAll(/[^\w -]/g, '').replaceAll(' ', '-'));
    const links = [...guide.matchAll(/\]\(#([^)]*)\)/g)].map(([, link]) => link!);
    expect(links.length).toBeGreaterThan(4);
    expect(links.filter(link => !anchors.includes(link))).toEqual([]);
  });

  test('says what no backup holds', () => {
    expect(section(guide, 'Backup and restore')).toContain('What lasts is kept in the volumes `postgres-data`, `media-files` and `backup-files`');
  });

  test('has tables whose rows are all as wide as their heads', () => {
    for (const [block] of guide.matchAll(/^(\|.*\|\n?)+/gm)) {
      const widths = block.trim().split('\n').map(row => row.replaceAll('\\|', '').split('|').length);
      expect(new Set(widths).size).toBe(1);
    }
  });

  test('carries no value that is not a word', () => {
    expect(guide).not.toMatch(/undefined|\[object|NaN|\$\{/);
  });
});

describe('what is needed is the sum of what is asked for', () => {
  const build = (stack: Stack) => {
    const data = new Volume(stack, 'data', { size: '10Gi' });
    service(stack, 'db', { resources: { cpu: { request: 1, limit: 2 }, memory: '1Gi' }, mounts: [{ volume: data, path: '/data' }] });
    service(stack, 'web', { runs: Workload.service({ replicas: { min: 2, max: 5, cpu: 70 } }), resources: { cpu: { request: '500m', limit: 1 }, memory: '512Mi' } });
    new Workload(stack, 'tidy', { image: IMAGE, command: ['tidy'], runs: { kind: 'task' }, resources: { cpu: 3, memory: '3Gi' } });
  };

  test.each([
    { target: 'compose', place: 'host', processors: '2 CPU | 4 CPU | 3 CPU', memory: '2 GiB | 2 GiB | 3 GiB' },
    { target: 'kubernetes', place: 'cluster', processors: '2 CPU | 7 CPU | 3 CPU', memory: '2 GiB | 3.5 GiB | 3 GiB' },
  ] as const)('$target', ({ target, place, processors, memory }) => {
    const needs = section(guides(build)[target], `What the ${place} needs`);
    expect(needs).toContain(`| processors | ${processors} |`);
    expect(needs).toContain(`| memory | ${memory} |`);
    expect(needs).toContain('| storage | 10 GiB |');
  });
});

test.each(['compose', 'kubernetes'] as const)('what the stack calls outside is among the needs on %s, with who does', target => {
  const build = (stack: Stack) => {
    for (const id of ['web', 'api']) service(stack, id, { reaches: [{ cidr: '10.0.5.0/24', port: [5432, 5433] }] });
    service(stack, 'db');
  };
  expect(guides(build)[target]).toContain('\n- A way to `10.0.5.0/24` on `5432` and `5433`, which `web` and `api` must reach.\n');
});

describe('the commands of the guide are those of the README, which are run end to end', () => {
  const readme = readFileSync(join(__dirname, '../../README.md'), 'utf8');
  const commands = (text: string) => [...text.matchAll(/^( *)```sh\n([\s\S]*?)^ *```/gm)]
    .flatMap(([, indent, block]) => block!.split('\n').map(line => line.slice(indent!.length).replace(/\s+# .*$/, '').trim())).filter(line => line && !line.startsWith('#'));
  const [server, cluster] = ['### A server with Compose', '### A cluster'].map(title => commands(readme.split(title)[1]!.split(/\n##/)[0]!));
  // What is made by hand there with a name of its own, or stands for a choice.
  const elsewhere = [/^kubectl config /, /^kubectl create job restore-1 /];

  test.each([
    { target: 'compose', of: server! }, { target: 'kubernetes', of: cluster! },
  ] as const)('$target', ({ target, of }) => {
    const own = commands(production[target]);
    expect(of.length).toBeGreaterThan(10);
    expect(of.filter(command => !own.includes(command) && !elsewhere.some(one => one.test(command)))).toEqual([]);
  });
});

describe('what a product tells is spelled by each target', () => {
  const spelled = (build: (stack: Stack) => void) => {
    const { compose, kubernetes } = guides(build);
    return { compose: section(compose, 'Health and logs').split('### Try\n\n')[1], kubernetes: section(kubernetes, 'Health and logs').split('### Try\n\n')[1] };
  };
  const told = (action: Action, why?: string) => (stack: Stack) => { addRunbook(stack, () => [{ purpose: 'look', title: 'Try', content: [steps([action, why])] }]); };
  const block = (...lines: string[]) => `\`\`\`sh\n${lines.join('\n')}\n\`\`\`\n`;

  test('a task by hand', () => {
    expect(spelled(stack => {
      const task = new Workload(stack, 'tidy', { image: IMAGE, command: ['tidy'], runs: { kind: 'task' } });
      told({ do: 'run', workload: task, as: 'tidy-now' }, 'tidies up')(stack);
    })).toEqual({ compose: block('docker compose run --rm tidy  # tidies up'), kubernetes: block('kubectl create job tidy-now --from=cronjob/tidy  # tidies up') });
  });

  test('a task with other arguments, whatever they are', () => {
    expect(spelled(stack => {
      const task = new Workload(stack, 'tidy', { image: IMAGE, command: ['tidy'], runs: { kind: 'task' } });
      told({ do: 'run', workload: task, args: ['all of "it"', '--now'], as: 'tidy-now' }, 'all of it')(stack);
    })).toEqual({
      compose: block(`docker compose run --rm tidy 'all of "it"' --now  # all of it`),
      kubernetes: block('# all of it', 'kubectl create job tidy-now --from=cronjob/tidy --dry-run=client --output=json |', `  jq '.spec.template.spec.containers[0].args = ["all of \\"it\\"", "--now"]' |`, '  kubectl apply --filename=-'),
    });
  });

  test('a program in a container that runs', () => {
    expect(spelled(stack => { told({ do: 'execute', in: service(stack, 'web'), command: ['env'] })(stack); }))
      .toEqual({ compose: block('docker compose exec web env'), kubernetes: block('kubectl exec --stdin --tty deployment/web -- env') });
  });

  test('what has ended is started; what runs, however ill, is started anew', () => {
    const spelledFor = (which: 'start' | 'restart') => spelled(stack => { told({ do: which, of: service(stack, 'web') })(stack); });
    const anew = block('kubectl rollout restart deployment,statefulset --selector=app.kubernetes.io/name=web');
    expect(spelledFor('start')).toEqual({ compose: block('docker compose up --wait web'), kubernetes: anew });
    expect(spelledFor('restart')).toEqual({ compose: block('docker compose restart web'), kubernetes: anew });
  });

  test('those who call a database are stopped, and as many started again', () => {
    const stop = (which: 'stop-callers' | 'start-callers') => spelled(stack => {
      const db = service(stack, 'db');
      service(stack, 'web', { runs: Workload.service({ replicas: 3 }), connects: [db.endpoint('http')] });
      told({ do: which, of: db })(stack);
    });
    expect(stop('stop-callers')).toEqual({
      compose: block('docker compose stop web'),
      kubernetes: block('kubectl scale deployment/web --replicas=0', 'kubectl wait --for=delete pod --selector=app.kubernetes.io/name=web --timeout=5m'),
    });
    expect(stop('start-callers')).toEqual({ compose: block('docker compose up --wait'), kubernetes: block('kubectl scale deployment/web --replicas=3') });
  });

  const migrated = (stack: Stack) => {
    const db = service(stack, 'db');
    const connects = [db.endpoint('http')];
    const runs = { kind: 'release', check: ['check'] } as const;
    const password = new Secret(stack, 'credentials', { keys: ['password'] });
    const first = new Workload(stack, 'prepare', { image: IMAGE, command: ['prepare'], runs, mounts: [{ secret: password, path: '/run/secrets/db' }] });
    const migrate = new Workload(stack, 'migrate', { image: IMAGE, command: ['migrate'], runs, connects, after: [first] });
    const each = new Workload(stack, 'warm', { image: IMAGE, command: ['warm'], runs: { kind: 'release', check: undefined } });
    service(stack, 'web', { connects, after: [migrate, each] });
    service(stack, 'other', { after: [new Workload(stack, 'others', { image: IMAGE, command: ['others'], runs })] });
    return { db, migrate };
  };
  const [both, folder] = ["--selector='app.kubernetes.io/name in (prepare, migrate)'", 'dist/shop/dev/kubernetes'];

  test('before the callers of restored data are started, the work of the release that they wait for is done in it', () => {
    expect(spelled(stack => { told({ do: 'start-callers', of: migrated(stack).db })(stack); })).toEqual({
      compose: block('docker compose up --wait'),
      kubernetes: block(`kubectl delete job ${both}`, `kubectl apply --server-side -f ${folder} ${both}`, 'kubectl scale deployment/web --replicas=1'),
    });
  });

  test('the work of a release once more', () => {
    const own = '--selector=app.kubernetes.io/name=migrate';
    expect(spelled(stack => { told({ do: 'redo', of: migrated(stack).migrate })(stack); }))
      .toEqual({ compose: block('docker compose run --rm migrate'), kubernetes: block(`kubectl delete job ${own}`, `kubectl apply --server-side -f ${folder} ${own}`) });
  });

  test('in a cluster, where no Job runs twice, pods that wait for one and secrets that one hands on have their commands too', () => {
    const { compose, kubernetes } = guides(migrated);
    const all = "--selector='app.kubernetes.io/name in (prepare, migrate, others)'";
    expect(section(kubernetes, 'When something does not start')).toContain(
      `| \`Init:…\`, though \`prepare\`, \`migrate\` and \`others\` ended well, or are gone | the data is older than that work, as after a restore, and no Job runs twice: \`kubectl delete job ${all}\`, then \`kubectl apply --server-side -f ${folder} ${all}\` |`);
    const own = '--selector=app.kubernetes.io/name=prepare';
    expect(section(kubernetes, 'Secrets')).toContain(`Where \`prepare\` hands a changed value on`);
    expect(section(kubernetes, 'Secrets')).toContain(block(`kubectl delete job ${own}`, `kubectl apply --server-side -f ${folder} ${own}`).trim());
    expect(compose).not.toContain('once more');
  });

  test('and is left out where the target has the workload no more', () => {
    const build = (stack: Stack) => {
      const web = new WebService(stack, 'web', { image: IMAGE, port: 8080, probes: HealthProbes.http({ ready: '/ready' }) });
      new NginxProxy(stack, 'proxy', { host: 'shop.example', routes: { '/': web }, tls: { acme: { email: 'ops@shop.example' } } });
    };
    const { compose, kubernetes } = guides(build);
    expect(section(compose, 'Certificates')).toContain('docker compose exec proxy-certbot /etc/compose8s/job');
    expect(section(kubernetes, 'Certificates')).toContain('kubectl describe certificate proxy-certificate');
    expect(section(kubernetes, 'Certificates')).not.toContain('certbot');
  });
});

test('what is written by others is text, and no markup', () => {
  const { compose } = guides(stack => {
    service(stack, 'web', { loosened: { accepted: ['<b>all</b> | nothing'] } });
    new AlertRules(stack, 'alerts', { groups: [{ name: 'own', rules: [{ alert: 'Odd', expr: 'up < 1', for: Duration.minutes(90), labels: { severity: 'warning' }, annotations: { summary: '{{ $labels.service }} is <b>odd</b>: {{ $value }}' } }] }] });
  });
  expect(section(compose, 'What this target does another way')).toContain('| &lt;b>all&lt;/b> \\| nothing |');
  expect(section(compose, 'Alerts')).toContain('### Odd\n\n*Warning*, after 90 minutes: SERVICE is &lt;b>odd&lt;/b>: N.');
});

test('a changed password holds when the database starts anew: nothing is to be changed in it by hand', () => {
  expect(section(production.compose, 'Secrets')).toMatch(/```sh\ndocker compose up --wait\n```\n*$/);
  expect(section(production.kubernetes, 'Secrets')).toContain('Restart what takes the value first, then what uses it: a database takes the password of the Secret as it starts.');
});

test('a secret that a person gives is named, and where it is kept is not', () => {
  const { compose, kubernetes } = guides(stack => { service(stack, 'web', { env: { KEY: new Secret(stack, 'vendor', { keys: { key: Secret.given('in the safe') } }).key('key') } }); });
  for (const guide of [compose, kubernetes]) {
    expect(section(guide, 'Secrets')).toContain('| `vendor` | `key` | **given by a person**');
    expect(guide).not.toContain('in the safe');
  }
});

test('a system that mounts its sources is started in the project', () => {
  expect(section(development.compose, 'First start')).toContain('\nnpx compose8s secrets init cedrus/dev\ndocker compose --project-directory dist/cedrus/dev/compose up --build --wait\n');
});

test('a way in for this machine only is opened on a cluster by hand', () => {
  expect(section(development.compose, 'Health and logs')).toContain('`http://localhost:8000/`, on this machine only: `web`');
  expect(section(development.kubernetes, 'Health and logs')).toContain('`kubectl port-forward deployment/web 8000:8000`');
});

test('a volume whose content may be lost is not among those that last', () => {
  const both = guides(stack => {
    const volume = (id: string, disposable: boolean) => ({ volume: new Volume(stack, id, { size: '1Gi', disposable }), path: `/${id}` });
    service(stack, 'db', { mounts: [volume('data', false), volume('samples', true)] });
  });
  for (const guide of Object.values(both) as string[]) {
    expect(section(guide, 'Workloads')).toContain('| `data` | 1 GiB | `db` | yes |\n| `samples` | 1 GiB | `db` | no, it may be lost |');
    expect(section(guide, 'Backup and restore')).toContain('What lasts is kept in the volumes `data`: whatever');
  }
});

test('the guide of an observed system says that samples and caches may be lost', () => {
  const rows = section(watched.compose, 'Workloads').split('\n').filter(row => row.endsWith('| no, it may be lost |')).map(row => row.split('`')[1]);
  expect(rows).toEqual(expect.arrayContaining(['monitoring-prometheus-data', 'monitoring-alertmanager-data']));
  expect(rows).not.toContain('monitoring-grafana-data');
});

describe('where a way in for the machine itself is', () => {
  const { compose, kubernetes } = guidesOf(shop(stack => {
    const web = service(stack, 'web', { runs: Workload.service({ replicas: 3 }) });
    const db = service(stack, 'db');
    new Route(stack, 'look', { to: web.endpoint('http'), published: 8000, protocol: 'http' });
    new Route(stack, 'psql', { to: db.endpoint('http'), published: 5432, protocol: 'tcp' });
  }, { targets: [new Compose({ loopback: '127.0.0.3' }), new Kubernetes()] }));

  test('is said of its own address on Compose, with a port for each replica', () => {
    expect(section(compose, 'The system')).toMatch(/outside_host ==>\|"127\.0\.0\.3:8000-8002"\| web_\d+\n(.*\n)*.*outside_host ==>\|"127\.0\.0\.3:5432"\| db_/);
    expect(section(compose, 'Workloads')).toMatch(/^\| `web` .*\(http, 127\.0\.0\.3:8000-8002 on this machine\)/m);
    expect(section(compose, 'Health and logs')).toContain('- `http://127.0.0.3:8000/` to `http://127.0.0.3:8002/`, one for each replica, on this machine only: `web`\n- `127.0.0.3:5432`, on this machine only: `db`');
  });

  test('is said of the forwarded port on a cluster', () => {
    expect(section(kubernetes, 'The system')).toMatch(/outside_host ==>\|"localhost:8000"\| web_/);
    expect(section(kubernetes, 'Workloads')).toMatch(/^\| `db` .*\(http, localhost:5432 by port-forward\)/m);
  });
});

describe('alerts', () => {
  const alerts = observed.monitoring.prometheus.rules.flatMap(({ rules }) => rules.map(({ alert }) => alert));

  test('without any there is no section', () => expect(section(production.compose, 'Alerts')).toBe(''));

  test.each(['compose', 'kubernetes'] as const)('each has its runbook on %s, with commands of that target only', target => {
    const text = section(watched[target], 'Alerts');
    for (const alert of alerts) expect(text).toContain(`### ${alert}\n\n*`);
    expect(text).toContain(target === 'compose' ? 'docker compose ps --all SERVICE' : 'kubectl get pods --selector=app.kubernetes.io/name=SERVICE');
    expect(text).not.toContain(target === 'compose' ? 'kubectl get pods' : 'docker compose');
  });

  test.each([
    { target: 'compose', commands: ['docker compose run --rm monitoring-SERVICE-exporter-role'] },
    {
      target: 'kubernetes', commands: [
        'kubectl delete job --selector=app.kubernetes.io/name=monitoring-SERVICE-exporter-role',
        'kubectl apply --server-side -f dist/shop/prod/kubernetes --selector=app.kubernetes.io/name=monitoring-SERVICE-exporter-role',
      ],
    },
  ] as const)('the role of an exporter is made anew by the work that makes it, on $target', ({ target, commands }) => {
    const down = section(watched[target], 'Alerts').split('\n### ').find(text => text.startsWith('ServiceDown'));
    expect(down).toContain(`have its role made anew (${commands.map(command => `\`${command}\``).join(', then ')})`);
    const graph = new Graph(observed);
    expect(graph.workloads.filter(({ spec }) => spec.runs.kind === 'release').map(workload => graph.name(workload))).toContain('monitoring-db-exporter-role');
  });

  test.each([
    { target: 'compose', anew: 'docker compose restart SERVICE', exporter: 'docker compose logs --tail 100 monitoring-SERVICE-exporter' },
    { target: 'kubernetes', anew: 'kubectl rollout restart deployment,statefulset --selector=app.kubernetes.io/name=SERVICE', exporter: 'kubectl logs --selector=app.kubernetes.io/name=monitoring-SERVICE-exporter --tail=100' },
  ] as const)('what is not ready is started anew, and of backups it is their exporter that is down, on $target', ({ target, anew, exporter }) => {
    const of = (alert: string) => section(watched[target], 'Alerts').split('\n### ').find(text => text.startsWith(alert));
    expect(of('ReadinessFailing')).toContain(`Starting it anew (\`${anew}\`) helps`);
    expect(of('ReplicaNotReady')).toContain(`start them anew (\`${anew}\`)`);
    expect(of('ServiceDown')).toContain(`With the job \`backup\` it is what tells of backups: \`${exporter}\`.`);
  });

  test('of what visitors get say the address as they know it, and where it is asked from', () => {
    const { compose } = guides(stack => {
      const web = new WebService(stack, 'web', { image: IMAGE, port: 8080, probes: HealthProbes.http({ ready: '/app/ready' }) });
      new NginxProxy(stack, 'proxy', { host: 'shop.example', published: { https: 8443 }, routes: { '/app/': web } });
      new Monitoring(stack, 'monitoring', { receivers: [] }).observe(stack);
    });
    const failing = section(compose, 'Alerts').split('\n### ').find(text => text.startsWith('PublicRouteFailing'))!;
    expect(failing).toContain('visitors of SERVICE get no answer at HOST.');
    expect(failing).toContain('`curl -v https://shop.example:8443/app/ready`');
    expect(failing).toContain('The question comes from inside');
  });

  test('a volume of a StatefulSet grows by its claim, and by another StatefulSet over the same pod', () => {
    const filling = section(watched.kubernetes, 'Alerts').split('\n### ').find(text => text.startsWith('PostgresVolumeFilling'))!;
    const steps = ['kubectl edit persistentvolumeclaim NAME', 'kubectl delete statefulset SERVICE --cascade=orphan', 'apply the new folder'].map(words => filling.indexOf(words));
    expect(steps.every((at, i) => at > (steps[i - 1] ?? 0))).toBe(true);
  });

  test('have a runbook each, and no runbook is left over', () => {
    expect(alertRunbooks('monitoring', []).map(({ title }) => title).sort()).toEqual([...new Set(alerts)].sort());
  });

  test('are in docs/runbooks.md for both targets, from the same source: after a change, run this with UPDATE=1', () => {
    const path = join(__dirname, '../../docs/runbooks.md');
    const printed = runbooksPage();
    if (process.env['UPDATE'] === '1') writeFileSync(path, printed);
    expect(readFileSync(path, 'utf8')).toBe(printed);
  });
});

function runbooksPage(): string {
  const graph = new Graph(observed);
  const [onCompose, onKubernetes] = synthesize(systems).emissions.map(({ rendering }) => rendering.documents);
  const [compose, kubernetes] = [new Compose().operations(graph, onCompose!), new Kubernetes().operations(graph, onKubernetes!)];
  const spell: Operations['spell'] = action => [[...new Set([compose, kubernetes].map(target => target.spell(action).join('`, then `')))].join('`, or `')];
  const [, ...sections] = section(operationsGuide(graph, [], { ...compose, spell }), 'Alerts').split('\n### ');
  return `# Runbooks

A section for each alert that \`Monitoring\` raises: what it means, what to look at, what to do. An alert's annotation
\`runbook\` names its section in the \`OPERATIONS.md\` of the emitted folder, which has the commands of that target alone.
Here both stand side by side, of the stack \`shop/prod\`. *Critical*: somebody must look now. *Warning*: within the day.
\`SERVICE\` is the alert's label \`service\`; \`monitoring\` is the id of the \`Monitoring\` construct.

${sections.map(text => `## ${text.trim()}\n`).join('\n')}`;
}

describe('a large system', () => {
  test('has no picture, and a sentence in its place', () => {
    const large = new App();
    new Services(large, [new Compose()], 41);
    const { emissions: [emission] } = synthesize(large);
    expect(section(textOf(emission!.files, 'OPERATIONS.md'), 'The system')).toContain('41 workloads are too many for one picture');
  });
});

test('advice keeps its words and its actions in their order', () => {
  expect(advice`a ${{ do: 'disk' }} b ${'c'}`.parts).toEqual(['a ', { do: 'disk' }, ' b ', 'c', '']);
});
