import { Construct } from 'constructs';
import { Worker, HealthProbes } from '../../constructs';
import { App, Certificate, Compose, Config, Cron, Duration, Route, Secret, Stack, text, Volume, Workload } from '../../lib';
import { IMAGE, service } from '../support/stacks';
import { problem, type BadInput } from './case';

const other = (stack: Stack) => new Stack(stack.node.root as App, 'other', 'dev', { targets: [new Compose()] });
const stackOf = (app: App, system: string, environment: string) => service(new Stack(app, system, environment, { targets: [new Compose()] }), 'web');
const COLLISION = 'give one of them another id: case and punctuation do not tell names apart';
const LETTERS = 'choose an id of the letters a to z, digits and dashes';
const STACK_NAME = 'use lower-case letters, digits and dashes, and begin with a letter';

export const names: readonly BadInput[] = [
  {
    name: 'a name that is too long',
    build: stack => { service(stack, 'w'.repeat(64)); },
    problems: [problem(`its name would be '${'w'.repeat(64)}' (64 characters)`, 'choose ids that begin with a letter and give at most 63 characters together', `shop/dev/${'w'.repeat(64)}`)],
  },
  {
    name: 'a name that is too long for what a cluster makes of it',
    build: stack => { service(stack, 'w'.repeat(53), { mounts: [{ volume: new Volume(stack, 'v', { size: '1Gi' }), path: '/data' }] }); },
    problems: [problem(`its name would be '${'w'.repeat(53)}' (53 characters)`, 'choose ids that begin with a letter and give at most 52 characters together', `shop/dev/${'w'.repeat(53)}`)],
  },
  {
    name: 'a name that begins with a digit',
    build: stack => { service(stack, '2nd'); },
    problems: [problem("its name would be '2nd' (3 characters)", 'choose ids that begin with a letter and give at most 63 characters together', 'shop/dev/2nd')],
  },
  {
    name: 'a name with a letter that no name has',
    build: stack => { new Volume(new Construct(stack, 'wéb'), 'files', { size: '1Gi' }); service(stack, 'Straße'); },
    problems: [
      problem("its name would be 'stra-e': no name has ß", LETTERS, 'shop/dev/Straße'),
      problem("its name would be 'w-b': no name has é", LETTERS, 'shop/dev/wéb'),
    ],
  },
  {
    name: 'names that differ in case only',
    build: stack => { service(stack, 'web'); service(stack, 'Web'); },
    problems: [problem("it would have the same name 'web' as shop/dev/web", COLLISION, 'shop/dev/Web')],
  },
  {
    name: 'names that differ in their depth only',
    build: stack => { service(stack, 'web-api'); service(new Construct(stack, 'web') as Stack, 'api'); },
    problems: [problem("it would have the same name 'web-api' as shop/dev/web-api", COLLISION, 'shop/dev/web/api')],
  },
  {
    name: 'a system with a path for a name',
    app: () => { const app = new App(); stackOf(app, '..', 'etc'); return app; },
    problems: [problem("'..' cannot be the name of a system", STACK_NAME, '../etc')],
  },
  {
    name: 'an environment in capitals',
    app: () => { const app = new App(); stackOf(app, 'shop', 'Prod'); return app; },
    problems: [problem("'Prod' cannot be the name of an environment", STACK_NAME, 'shop/Prod')],
  },
  {
    name: 'a stack with a long name',
    app: () => { const app = new App(); stackOf(app, 's'.repeat(40), 'e'.repeat(30)); return app; },
    problems: [problem(`its project and namespace would be '${'s'.repeat(40)}-${'e'.repeat(30)}' (71 characters)`, 'choose names of a system and an environment that give at most 63 characters together', `${'s'.repeat(40)}/${'e'.repeat(30)}`)],
  },
  {
    name: 'two stacks that would be one project',
    app: () => { const app = new App(); stackOf(app, 'shop-eu', 'dev'); stackOf(app, 'shop', 'eu-dev'); return app; },
    problems: [problem("its project and namespace would be 'shop-eu-dev', as those of shop-eu/dev", 'give its system or its environment another name', 'shop/eu-dev')],
  },
  {
    name: 'a workload outside of any stack',
    app: () => { const app = new App(); stackOf(app, 'shop', 'dev'); service(app as unknown as Stack, 'stray'); return app; },
    problems: [problem('it is part of no stack, so that nothing would come of it', 'give it a stack, or a construct within one, as its scope', 'stray')],
  },
];

export const references: readonly BadInput[] = [
  {
    name: 'a circle of two',
    build: stack => {
      const a = service(stack, 'a');
      const b = service(stack, 'b', { connects: [a.endpoint('http')] });
      a.spec.connects.push(b.endpoint('http'));
    },
    problems: [problem('it would wait for itself: a → b → a', 'let one of them start without the other: startsWithout: [a] in b', 'shop/dev/a')],
  },
  {
    name: 'a circle of three',
    build: stack => {
      const a = service(stack, 'a');
      const b = service(stack, 'b', { env: { A: a.endpoint('http').host } });
      const c = service(stack, 'c', { args: [text`--b=${b.endpoint('http')}`] });
      a.spec.connects.push(c.endpoint('http'));
    },
    problems: [problem('it would wait for itself: a → c → b → a', 'let one of them start without the other: startsWithout: [a] in b', 'shop/dev/a')],
  },
  {
    name: 'a circle by way of work that runs once',
    build: stack => {
      const migrate = new Workload(stack, 'migrate', { image: IMAGE, runs: { kind: 'release', check: undefined } });
      const web = service(stack, 'web', { after: [migrate] });
      migrate.spec.connects.push(web.endpoint('http'));
    },
    problems: [problem('it would wait for itself: migrate → web → migrate', 'let one of them start without the other: startsWithout: [web] in migrate', 'shop/dev/migrate')],
  },
  {
    name: 'a reference to a port that is not declared',
    build: stack => { service(stack, 'web', { connects: [service(stack, 'db').endpoint('sql')] }); },
    problems: [problem("it refers to the port 'sql' of shop/dev/db, which declares none of that name", 'use one of: http')],
  },
  {
    name: 'a reference to work that ends',
    build: stack => {
      const migrate = new Workload(stack, 'migrate', { image: IMAGE, ports: { http: 8080 }, runs: { kind: 'release', check: undefined } });
      service(stack, 'web', { connects: [migrate.endpoint('http')] });
    },
    problems: [problem('it refers to shop/dev/migrate, which runs to its end and cannot be called', 'name it in `after`, to wait for its end')],
  },
  {
    name: 'a wait for the end of what has none',
    build: stack => { service(stack, 'web', { after: [new Worker(stack, 'worker', { image: IMAGE, probes: HealthProbes.command(['/ok']) })] }); },
    problems: [problem('it waits for the end of shop/dev/worker, which does not run once per release', 'refer to an endpoint of it instead, or let it run once per release')],
  },
  {
    name: 'a reference to another stack',
    build: stack => { service(stack, 'web', { connects: [service(other(stack), 'db').endpoint('http')] }); },
    problems: [problem('it refers to other/dev/db, which is part of another stack', 'move both into one stack, or reach it through a route and its public address')],
  },
  {
    name: 'a wait for another stack',
    build: stack => { service(stack, 'web', { after: [new Workload(other(stack), 'migrate', { image: IMAGE, runs: { kind: 'release', check: undefined } })] }); },
    problems: [problem('it waits for other/dev/migrate, which is part of another stack', 'move both into one stack, or leave it out of `after`')],
  },
  {
    name: 'the secret of another stack in a variable',
    build: stack => { service(stack, 'web', { env: { KEY: new Secret(other(stack), 'db', { keys: ['password'] }).key('password') } }); },
    problems: [problem('it refers to other/dev/db, which is part of another stack', 'declare it in this stack: each stack has secrets of its own')],
  },
  {
    name: 'the published port of another stack',
    build: stack => {
      const theirs = other(stack);
      service(stack, 'web', { env: { PORT: new Route(theirs, 'way', { to: service(theirs, 'api').endpoint('http') }).publishedPort } });
    },
    problems: [problem('it refers to the published port of other/dev/way, which is part of another stack', 'write the number itself: the variables of another stack are not known in this one')],
  },
  {
    name: 'the published port of replicas',
    build: stack => {
      const api = service(stack, 'api', { runs: Workload.service({ replicas: 2 }) });
      service(stack, 'web', { env: { PORT: new Route(stack, 'way', { to: api.endpoint('http') }).publishedPort } });
    },
    problems: [problem('it refers to the published port of shop/dev/way, of which each replica has another', 'run one replica, or publish a proxy in front of them')],
  },
  {
    name: 'mounts from another stack',
    build: stack => {
      const theirs = other(stack);
      service(stack, 'web', { mounts: [
        { volume: new Volume(theirs, 'files', { size: '1Gi' }), path: '/data' },
        { certificate: new Certificate(theirs, 'tls', { hosts: ['shop.example'], source: { kind: 'self-signed' } }), path: '/etc/tls' },
      ] });
    },
    problems: ['files', 'tls'].map(id => problem(`it mounts other/dev/${id}, which is part of another stack`, 'declare it in this stack')),
  },
  {
    name: 'a route to a port that is not there',
    build: stack => { new Route(stack, 'way-in', { to: service(stack, 'web').endpoint('https'), published: 443 }); },
    problems: [problem("it leads to the port 'https' of shop/dev/web, which is not there", 'use one of: http', 'shop/dev/way-in')],
  },
  {
    name: 'a route by HTTP to a UDP port',
    build: stack => { new Route(stack, 'way-in', { to: service(stack, 'web', { ports: { http: 8080, dns: { number: 5353, protocol: 'udp' } } }).endpoint('dns'), protocol: 'http' }); },
    problems: [problem("it speaks http, and leads to the port 'dns', which is a UDP port", "lead it to a TCP port, or leave `protocol` out: the port's own is used then", 'shop/dev/way-in')],
  },
  {
    name: '(not wrong) a route of a UDP port',
    build: stack => { new Route(stack, 'way-in', { to: service(stack, 'web', { ports: { http: 8080, dns: { number: 5353, protocol: 'udp' } } }).endpoint('dns') }); },
    problems: [],
  },
  {
    name: 'a reference of a workload to itself',
    build: stack => {
      const web = service(stack, 'web', { ports: { http: 8080, admin: 9090 } });
      web.spec.env['SELF'] = text`${web.endpoint('http').url('http')}/?next=${web.endpoint('http')}`;
      web.spec.connects.push(web.endpoint('admin'));
    },
    problems: [['http', 8080], ['admin', 9090]].map(([name, number]) => problem(`it refers to its own port '${name}' by its name, which it need not find`, `write 127.0.0.1:${number}; where only others read the text, mention() the endpoint`)),
  },
  {
    name: '(not wrong) a mention of itself, for others',
    build: stack => {
      const web = service(stack, 'web');
      web.spec.env['SELF'] = web.endpoint('http').mention();
    },
    problems: [],
  },
  {
    name: 'writers of one volume in different groups',
    build: stack => {
      const volume = new Volume(stack, 'files', { size: '1Gi' });
      const mounts = [{ volume, path: '/data' }];
      service(stack, 'web', { mounts, user: { uid: 1000, gid: 1000 } });
      service(stack, 'same', { mounts, user: { uid: 1001, gid: 1000 } });
      service(stack, 'reader', { mounts: [{ volume, path: '/data', readOnly: true }], user: { uid: 2000, gid: 2000 } });
      new Workload(stack, 'migrate', { image: IMAGE, runs: { kind: 'release', check: undefined }, mounts, user: { uid: 3000, gid: 3000 } });
      new Workload(stack, 'import', { image: IMAGE, runs: { kind: 'task' }, mounts, user: { uid: 1000, gid: 4000 } });
      new Workload(stack, 'sweep', { image: IMAGE, command: ['/sweep'], runs: { kind: 'schedule', cron: Cron.daily('02:00'), deadline: Duration.hours(1) }, mounts, user: { uid: 1000, gid: 5000 } });
    },
    problems: [['migrate', 3000], ['import', 4000], ['sweep', 5000]].map(([id, gid]) => problem(
      `it writes to shop/dev/files in the group ${gid}, and shop/dev/web in the group 1000: neither may change what the other wrote`,
      'let both run in one group (user: { …, gid: 1000 }), or mount it readOnly in one of them', `shop/dev/${id}`)),
  },
  {
    name: 'a route by a number that is no port',
    build: stack => { new Route(stack, 'way-in', { to: service(stack, 'web').endpoint('http'), published: 0 }); },
    problems: [problem('it is published under the number 0', 'use a whole number from 1 to 65535', 'shop/dev/way-in')],
  },
  {
    name: 'a route for an address instead of a host',
    build: stack => { new Route(stack, 'way-in', { to: service(stack, 'web').endpoint('http'), protocol: 'http', hosts: ['https://shop.example/'] }); },
    problems: [problem("'https://shop.example/' is not a host name", "write it as 'shop.example', in lower case, without a scheme or a port", 'shop/dev/way-in')],
  },
];

const CONFIG_NAME = 'use a plain file name of letters, digits, dots, dashes and underscores; the mount says the folder';

export const files: readonly BadInput[] = [
  ...['../../etc/passwd', '..', 'a/b', ''].map((file): BadInput => ({
    name: `a config file called '${file}'`,
    build: stack => { new Config(stack, 'config', { files: { [file]: 'x' } }); },
    problems: [problem(`'${file}' cannot be a config file's name`, CONFIG_NAME, 'shop/dev/config')],
  })),
  {
    name: 'a published port in a config file',
    build: stack => { new Config(stack, 'config', { files: { 'app.conf': text`port = ${new Route(stack, 'way', { to: service(stack, 'web').endpoint('http') }).publishedPort}` } }); },
    problems: [problem("the file 'app.conf' would contain a published port, which a variable can move: nobody replaces variables in files", 'pass it in an environment variable', 'shop/dev/config')],
  },
  {
    name: 'a secret in a config file',
    build: stack => { new Config(stack, 'config', { files: { 'app.conf': text`password = ${new Secret(stack, 'db', { keys: ['password'] }).key('password')}` } }); },
    problems: [problem("the file 'app.conf' would contain a secret's value", 'mount the secret beside it and read it at start, or pass it in an environment variable', 'shop/dev/config')],
  },
  {
    name: 'a config file with a NUL and half a character',
    build: stack => { new Config(stack, 'config', { files: { a: '\0', b: 'cut \ud83d' } }); },
    problems: [
      problem("the file 'a' contains a NUL character, which ends a string", 'encode the content, for example as base64', 'shop/dev/config'),
      problem("the file 'b' contains half of a UTF-16 pair, which is no character", 'do not cut strings within a character: split them with Array.from(…)', 'shop/dev/config'),
    ],
  },
  {
    name: 'a config of more than a mebibyte',
    build: stack => { new Config(stack, 'config', { files: { a: 'x'.repeat(2 ** 20), b: 'y' } }); },
    problems: [problem('the files are 1048577 bytes together; Kubernetes takes 1048576', 'put large files into the image, or split the config', 'shop/dev/config')],
  },
  {
    name: 'files that are no texts',
    // @ts-expect-error -- as from a program without types
    build: stack => { new Config(stack, 'config', { files: { a: undefined } }); },
    problems: [problem("the file 'a': undefined is no text", 'give a string, a number, true, false, or a reference such as db.url; for a variable that may not be set, say what stands in for it: process.env.X ?? …', 'shop/dev/config')],
  },
  {
    name: 'secrets that are too short, too long, or of half a character',
    build: stack => { new Secret(stack, 'app', { keys: { a: Secret.password(15), b: Secret.password(1025), c: Secret.password(20.5), d: Secret.hex(15), e: Secret.hex(513), f: Secret.hex(Number.NaN), g: Secret.password(16), h: Secret.hex(512) } }); },
    problems: [['a', '15 characters'], ['b', '1025 characters'], ['c', '20.5 characters'], ['d', '15 bytes'], ['e', '513 bytes'], ['f', 'NaN bytes']].map(([key, what]) => (
      problem(`its key '${key}' would have ${what}`, what!.endsWith('bytes') ? 'ask for a whole number of bytes from 16 to 512' : 'ask for a whole number of characters from 16 to 1024', 'shop/dev/app'))),
  },
  {
    name: 'a secret with a path for a key',
    build: stack => { new Secret(stack, 'db', { keys: ['../password'] }); },
    problems: [problem("'../password' cannot be a secret's key", 'use lower-case letters, digits, dots and dashes: it becomes a file name on one target and a key on the other', 'shop/dev/db')],
  },
  {
    name: 'a secret that says what it is in two lines',
    build: stack => { new Secret(stack, 'db', { keys: { password: Secret.given('the safe', { what: 'the password\nSECRETS_DIR=/tmp' }) } }); },
    problems: [problem("what is said of its key 'password' contains a control character", 'say in one line what the value is', 'shop/dev/db')],
  },
  {
    name: 'a volume of no size',
    build: stack => { new Volume(stack, 'files', { size: '0Gi' }); },
    problems: [problem("size: '0Gi' is not a size", 'write a positive number with its unit, such as 512Mi, 2Gi or 40GB', 'shop/dev/files')],
  },
];

export const programs: readonly BadInput[] = [
  { name: 'a program without stacks', app: () => new App(), problems: [problem('the program makes no stack', 'make the stacks before app.synth()', 'app.synth()')] },
];

export const acceptances: readonly BadInput[] = [
  {
    name: 'a note accepted in another spelling', props: { accepts: { compose: ['probe.alive'] } },
    build: stack => { service(stack, 'web', { probes: HealthProbes.http({ ready: '/ready', alive: '/alive' }) }); },
    problems: [problem("it accepts 'probe.alive' on compose, of which no note is made", 'did you mean probes.alive?', 'shop/dev')],
  },
  {
    name: 'a note accepted where none is made', props: { accepts: { compose: ['size'] } }, build: stack => { service(stack, 'web'); },
    problems: [problem("it accepts 'size' on compose, of which no note is made", 'leave it out', 'shop/dev')],
  },
  {
    name: 'a note accepted of a target that the stack does not have', props: { accepts: { Compose: ['size'] } }, build: stack => { service(stack, 'web'); },
    problems: [problem("it accepts notes of 'Compose', which is none of its targets", 'did you mean compose?', 'shop/dev')],
  },
];
