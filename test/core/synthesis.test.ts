import { describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { BackupCronJob, Postgres, Redis } from '../../constructs';
import { App, Compose, Cron, Image, Kubernetes, Secret, Stack, SynthesisError, synthesize, text, type Note, type StackProps } from '../../lib';
import { allFiles } from '../../lib/core/app';
import { filesBelow, run, temporaryFolder } from '../support/run';
import { problemsOf, service, shop } from '../support/stacks';

/** A system with something of everything. */
function full(outdir?: string): App {
  const app = new App({ outdir });
  for (const environment of ['dev', 'prod']) {
    const stack = new Stack(app, 'shop', environment, { targets: [new Compose({ host: environment })], network: '172.28.0.0/16' });
    const db = new Postgres(stack, 'db', { storage: '1Gi' });
    const cache = new Redis(stack, 'cache', { eviction: 'noeviction' });
    const stripe = new Secret(stack, 'stripe', { keys: ['api-key'] });
    service(stack, 'api', { env: { DATABASE_URL: db.url, CACHE_URL: text`${cache.url}/0`, STRIPE: stripe.key('api-key') } });
    new BackupCronJob(stack, 'backup', { of: db, schedule: Cron.daily('02:00'), storage: '1Gi' });
  }
  return app;
}

/** Everything that would be written. */
const written = (app: App) => [...allFiles(synthesize(app))].map(([path, file]) => [path, 'text' in file ? file.text : file.copyOf] as const);

describe('synthesis', () => {
  test('of the same program is the same to the byte, in the same order', () => {
    expect(written(full())).toEqual(written(full()));
  });

  test('twice of one app changes nothing', () => {
    const app = full();
    expect(written(app)).toEqual(written(app));
  });

  test('does not depend on the folder that it is started in', () => {
    const [here, there] = [temporaryFolder(), temporaryFolder()];
    const former = process.cwd();
    run(full(here));
    try {
      process.chdir(there);
      run(full(join(there, 'dist')));
    } finally {
      process.chdir(former);
    }
    expect(filesBelow(join(there, 'dist'))).toEqual(filesBelow(here));
  });

  test('does not depend on the time, the time zone, or chance', () => {
    const { now } = Date;
    const { random } = Math;
    const zone = process.env['TZ'];
    const first = written(full());
    try {
      Date.now = () => 4_000_000_000_000;
      Math.random = () => 0.5;
      process.env['TZ'] = 'Pacific/Kiritimati';
      expect(written(full())).toEqual(first);
    } finally {
      Date.now = now;
      Math.random = random;
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    }
  });

  test('names every file by the folder of its stack and its target', () => {
    const app = full();
    expect([...new Set(written(app).map(([path]) => path.split('/').slice(0, 3).join('/')))]).toEqual([
      'shop/dev/compose', 'shop/dev/PARITY.md', 'shop/dev/parity.json', 'shop/prod/compose', 'shop/prod/PARITY.md', 'shop/prod/parity.json',
    ]);
  });
});

describe('problems', () => {
  const broken = () => {
    const app = new App();
    for (const environment of ['dev', 'prod']) {
      const stack = new Stack(app, 'shop', environment, { targets: [new Compose()] });
      service(stack, 'web', { ports: { http: 80_000 }, user: { uid: 0, gid: 0 } });
      service(stack, 'api', { probes: undefined });
    }
    return app;
  };

  test('of all stacks are found at once, and printed with what, where and how to mend it', () => {
    expect(problemsOf(broken())).toMatchInlineSnapshot(`
"✖ port http has the number 80000
  at shop/dev/web
  fix: use a whole number from 1024 to 65535

✖ it would run as user 0
  at shop/dev/web
  fix: give the number of a user that is not root

✖ nothing tells whether it is healthy
  at shop/dev/api
  fix: give probes: HealthProbes.http({ ready: … }), HealthProbes.tcp() or HealthProbes.command([…])

✖ port http has the number 80000
  at shop/prod/web
  fix: use a whole number from 1024 to 65535

✖ it would run as user 0
  at shop/prod/web
  fix: give the number of a user that is not root

✖ nothing tells whether it is healthy
  at shop/prod/api
  fix: give probes: HealthProbes.http({ ready: … }), HealthProbes.tcp() or HealthProbes.command([…])
"
`);
  });

  test('go to the standard error, with exit code 1 and nothing written', () => {
    const { out, err, exitCode } = run(broken());
    expect({ out, exitCode, end: err.trimEnd().split('\n').at(-1) }).toEqual({ out: '', exitCode: 1, end: '6 problems; nothing was written' });
  });

  test('that two targets see alike are said once', () => {
    const twice = { ...new Compose(), name: 'again', render: (graph: Parameters<Compose['render']>[0]) => new Compose().render(graph), print: () => new Map(), next: () => [] };
    const withoutTool = shop(stack => { service(stack, 'web', { image: Image.registry('example/app:1.0', { user: { uid: 1000, gid: 1000 } }) }); }, { targets: [new Compose(), twice] });
    expect(problemsOf(withoutTool).match(/✖ .*/g)).toEqual(['✖ the image example/app:1.0 has no tool known that could make its http check from inside, as Docker wants it']);
  });

  test('as an error for programs carry the same text', () => {
    const { problems } = synthesize(broken());
    expect(new SynthesisError(problems).message).toBe(problemsOf(broken()));
  });

  test('of what the construct itself declares are there too', () => {
    const app = shop(stack => { service(stack, 'web').node.addValidation({ validate: () => ['it is Friday'] }); });
    expect(problemsOf(app)).toBe('✖ it is Friday\n  at shop/dev/web\n  fix: see the validation that the construct itself declares\n');
  });
});

const CONNECTIONS = 'Docker networks know neither ports nor directions: each pair that is connected can reach all ports of each other';
const INTERNET = "Docker cannot tell the internet from the host's other networks: private addresses can be reached as well";

describe('the parity report', () => {
  const withNotes = (props: Partial<StackProps> = {}, outdir?: string) => shop(stack => {
    const db = service(stack, 'db');
    service(stack, 'web', { connects: [db.endpoint('http')], loosened: { accepted: ['it | may\nfail'] }, internet: true });
    service(stack, 'api', { connects: [db.endpoint('http')], internet: true });
  }, props, outdir);

  test('names each construct and field, as data', () => {
    expect(JSON.parse(written(withNotes()).find(([path]) => path === 'shop/dev/parity.json')![1]) as Note[]).toEqual([
      { at: 'shop/dev/web', field: 'connections', target: 'compose', outcome: 'approximated', what: CONNECTIONS, status: 'default' },
      { at: 'shop/dev/web', field: 'internet', target: 'compose', outcome: 'approximated', what: INTERNET },
      { at: 'shop/dev/web', field: 'loosened.accepted', target: 'compose', outcome: 'loosened', what: 'it | may\nfail' },
      { at: 'shop/dev/api', field: 'connections', target: 'compose', outcome: 'approximated', what: CONNECTIONS, status: 'default' },
      { at: 'shop/dev/api', field: 'internet', target: 'compose', outcome: 'approximated', what: INTERNET },
    ]);
  });

  test('says the same of several constructs once, as text that no note can break', () => {
    expect(written(withNotes()).find(([path]) => path === 'shop/dev/PARITY.md')![1]).toMatchInlineSnapshot(`
"# Parity of shop/dev

What was asked for and is not exactly so on a target. What is not listed here means the same on each.

## compose

| field | outcome | what it means | of |
|---|---|---|---|
| \`connections\` | approximated (default) | Docker networks know neither ports nor directions: each pair that is connected can reach all ports of each other | web, api |
| \`internet\` | approximated | Docker cannot tell the internet from the host's other networks: private addresses can be reached as well | web, api |
| \`loosened.accepted\` | loosened | it \\| may fail | web |

- *approximated*: another way that serves the purpose.
- *loosened*: a safeguard given up on purpose.
- *default*: nobody asked for it: it holds of every system on this target.
"
`);
  });

  test('says so where a target expresses everything', () => {
    expect(written(shop(stack => { service(stack, 'web'); })).find(([path]) => path === 'shop/dev/PARITY.md')![1]).toContain('## compose\n\nEverything is expressed.\n');
  });

  test('is errors under --strict, but for what was loosened on purpose and what nobody asked for', () => {
    const { err, exitCode } = run(withNotes(), { strict: true });
    expect({ err, exitCode }).toEqual({
      exitCode: 1,
      err: `${['web', 'api'].map(id => `✖ compose does not express internet exactly: ${INTERNET}
  at shop/dev/${id}
  fix: ask for something that both targets have, or let the stack accept it: accepts: { compose: ['internet'] }
`).join('\n')}
2 problems; nothing was written
`,
    });
  });

  test('is none under --strict where the stack accepts each by name, and says so', () => {
    const app = withNotes({ accepts: { compose: ['internet'] } }, temporaryFolder());
    expect(run(app, { strict: true })).toMatchObject({ err: '', exitCode: undefined, out: expect.stringContaining('  approximated (accepted) internet (web, api): ') });
    expect(written(app).find(([path]) => path === 'shop/dev/PARITY.md')![1]).toMatch(/\| `internet` \| approximated \(accepted\) \| [^]*- \*default\*: nobody asked for it[^]*- \*accepted\*: the program accepts it by name\.\n/);
  });

  test.each<{ accepts: StackProps['accepts']; what: string; fix: string }>([
    { accepts: { compose: ['internet', 'sizes'] }, what: "it accepts 'sizes' on compose, of which no note is made", fix: 'leave it out, or name one of: connections, internet, loosened.accepted' },
    { accepts: { compose: ['internett'] }, what: "it accepts 'internett' on compose, of which no note is made", fix: 'did you mean internet?' },
    { accepts: { kubernetes: ['stop.signal'] }, what: "it accepts notes of 'kubernetes', which is none of its targets", fix: 'leave it out, or name one of: compose' },
    { accepts: { docker: [] }, what: "it accepts notes of 'docker', which is none of its targets", fix: 'leave it out, or name one of: compose' },
  ])('of $accepts is a problem, where that is not there to be accepted', ({ accepts, what, fix }) => {
    expect(problemsOf(withNotes({ accepts }))).toBe(`✖ ${what}\n  at shop/dev\n  fix: ${fix}\n`);
  });

  test('of an acceptance looks only at the targets that are asked for', () => {
    const app = withNotes({ targets: [new Compose(), new Kubernetes()], accepts: { compose: ['internet'], kubernetes: ['nothing'] } });
    expect(synthesize(app, (_, target) => target?.name !== 'kubernetes').problems).toEqual([]);
    expect(synthesize(app).problems).toHaveLength(1);
  });

  test('stands in nobody\'s way without it', () => {
    const { err, exitCode } = run(withNotes({}, temporaryFolder()), { strict: false });
    expect({ err, exitCode }).toEqual({ err: '', exitCode: undefined });
  });

  test('is errors where --strict stands on the command line', () => {
    process.argv.push('--strict');
    try {
      expect(run(withNotes()).exitCode).toBe(1);
    } finally {
      process.argv.pop();
    }
  });
});
