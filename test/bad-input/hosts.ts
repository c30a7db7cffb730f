import { App, Compose, Config, Cron, Duration, Image, Instruction, Kubernetes, Route, Secret, Stack, text, Volume, Workload, type ComposeService, type WorkloadProps } from '../../lib';
import { IMAGE, service } from '../support/stacks';
import { problem, type BadInput } from './case';

const HOST = 'or say that they run on different hosts: new Compose({ host: … })';

/** Two environments, each with one thing on its host. */
function environments(build: (stack: Stack, environment: string) => void, hosts: readonly [string, string], ranges: readonly [string?, string?] = [], loopbacks: readonly [string?, string?] = []): App {
  const app = new App();
  ['dev', 'prod'].forEach((environment, i) => { build(new Stack(app, 'shop', environment, { targets: [new Compose({ host: hosts[i]!, loopback: loopbacks[i] })], network: ranges[i] }), environment); });
  return app;
}

const published = (number: number, reach: Readonly<Record<string, 'public'>> = {}) => (stack: Stack, environment: string) => {
  new Route(stack, 'way-in', { to: service(stack, 'web').endpoint('http'), published: number, reach: reach[environment] });
};
const data = (body: object) => (stack: Stack) => {
  const volume = new Volume(stack, 'files', { size: '1Gi' });
  service(stack, 'web', { mounts: [{ volume, path: '/data' }] });
  Compose.of(volume).patch('volumes', entry => ({ ...entry, ...body }));
};
const built = (name: string) => Image.build({
  name: 'shop', version: '1.0', context: __dirname, user: { uid: 10001, gid: 10001 }, tools: ['curl'],
  stages: [{ name, from: 'debian:bookworm-slim', instructions: [Instruction.user(10001, 10001), Instruction.cmd('true')] }],
});
const edge = (stack: Stack) => { service(stack, 'web', { connects: [service(stack, 'db').endpoint('http')] }); };
const sources = (folders: readonly [string, string], readOnly = false) => (stack: Stack, environment: string) => { service(stack, 'web', { mounts: [{ source: folders[environment === 'dev' ? 0 : 1], path: '/srv/app', readOnly: readOnly && environment === 'prod' }] }); };
const RANGE = "write it as '172.22.0.0/24': the first address of the range, and the length of its prefix";

export const networks: readonly BadInput[] = [
  {
    name: 'one folder of the project that two environments on one host write to',
    app: () => environments(sources(['app', 'app']), ['a', 'a']),
    problems: [problem("it may write to the project's folder app, as shop/dev/web may on the same host: what one of the stacks writes, the other reads", `mount it with readOnly: true in one of them, ${HOST}`, 'shop/prod/web')],
  },
  {
    name: 'a folder of the project within another that is written to',
    app: () => environments(sources(['app', 'app/data']), ['a', 'a']),
    problems: [problem("it may write to the project's folder app/data, as shop/dev/web may to app on the same host: what one of the stacks writes, the other reads", `mount it with readOnly: true in one of them, ${HOST}`, 'shop/prod/web')],
  },
  { name: '(not wrong) one folder of the project that only one environment writes to', app: () => environments(sources(['app', 'app'], true), ['a', 'a']), problems: [] },
  { name: '(not wrong) folders of the project whose names begin alike', app: () => environments(sources(['app', 'app-2']), ['a', 'a']), problems: [] },
  { name: '(not wrong) one folder of the project on two hosts', app: () => environments(sources(['app', 'app']), ['a', 'b']), problems: [] },
  {
    name: 'one port for two workloads',
    build: stack => {
      new Route(stack, 'one', { to: service(stack, 'web').endpoint('http'), published: 80 });
      new Route(stack, 'two', { to: service(stack, 'api').endpoint('http'), published: 80 });
    },
    problems: [problem('it publishes port 80, as shop/dev/one does on the same host', 'publish one of them under another number', 'shop/dev/two')],
  },
  {
    name: 'one port for two environments on one host',
    app: () => environments(published(80), ['a', 'a']),
    problems: [problem('it publishes port 80, as shop/dev/way-in does on the same host', `publish one of them under another number (for one start: WEB_HTTP_PORT=…), give one of the stacks an address of its own (new Compose({ loopback: '127.0.0.2' })), ${HOST}`, 'shop/prod/way-in')],
  },
  {
    name: 'one port for all and for the host alone, in two environments',
    app: () => environments(published(80, { prod: 'public' }), ['a', 'a'], [], ['127.0.0.1', '127.0.0.2']),
    problems: [problem('it publishes port 80, as shop/dev/way-in does on the same host', `publish one of them under another number (for one start: WEB_HTTP_PORT=…), ${HOST}`, 'shop/prod/way-in')],
  },
  { name: '(not wrong) one port for two environments on one host, at addresses of their own', app: () => environments(published(80), ['a', 'a'], [], ['127.0.0.1', '127.0.0.2']), problems: [] },
  {
    name: 'a port among those of replicas',
    build: stack => {
      new Route(stack, 'one', { to: service(stack, 'web', { runs: Workload.service({ replicas: 3 }) }).endpoint('http'), published: 8000 });
      new Route(stack, 'two', { to: service(stack, 'api').endpoint('http'), published: 8002 });
    },
    problems: [problem('it publishes port 8002, as shop/dev/one does on the same host', 'publish one of them under another number', 'shop/dev/two')],
  },
  ...['10.0.0.1', '127.0.0.256', 'localhost'].map((loopback): BadInput => ({
    name: `the own address ${loopback}`, build: stack => { service(stack, 'web'); }, props: { targets: [new Compose({ loopback })] },
    problems: [problem(`'${loopback}' is not an address that only the host itself has`, "use one of 127.0.0.0/8: new Compose({ loopback: '127.0.0.2' })", 'shop/dev')],
  })),
  ...['https://registry.example', 'registry.example/', 'registry.example/Team', 'registry.example/team:1.0', ''].flatMap(registry => [new Compose({ registry }), new Kubernetes({ registry })].map((target): BadInput => ({
    name: `the registry '${registry}' of ${target.name}`, build: stack => { service(stack, 'web'); }, props: { targets: [target] },
    problems: [problem(`'${registry}' is no registry that images can be named by`, "write its host and its folder, as in 'registry.example/team': without https://, without a slash at the end, and the folder in small letters", 'shop/dev')],
  }))),
  ...['registry.example', 'localhost:5000', 'registry.example:5000/team/shop-2'].map((registry): BadInput => ({
    name: `(not wrong) the registry ${registry}`, build: stack => { service(stack, 'web'); }, props: { targets: [new Compose({ registry })] }, problems: [],
  })),
  {
    name: 'one tag for two images on one host',
    app: () => environments((stack, environment) => { service(stack, 'web', { image: built(environment) }); }, ['a', 'a']),
    problems: [problem('its image shop:1.0 is not the one that shop/dev/web has under this name on the same host: whichever is built last replaces the other', `give one of them another name or version, ${HOST}`, 'shop/prod/web')],
  },
  {
    name: 'one tag for two images in one registry, from where two hosts pull',
    app: () => {
      const app = new App();
      for (const environment of ['dev', 'prod']) service(new Stack(app, 'shop', environment, { targets: [new Compose({ host: environment, registry: 'registry.example' })] }), 'web', { image: built(environment) });
      return app;
    },
    problems: [problem('its image registry.example/shop:1.0 is not the one that shop/dev/web has under this name in the registry: whichever is built last replaces the other', 'give one of them another name or version, or another registry: new Compose({ registry: … })', 'shop/prod/web')],
  },
  { name: '(not wrong) one tag for two images on two hosts', app: () => environments((stack, environment) => { service(stack, 'web', { image: built(environment) }); }, ['a', 'b']), problems: [] },
  { name: '(not wrong) one image for two environments on one host', app: () => environments(stack => { service(stack, 'web', { image: built('production') }); }, ['a', 'a']), problems: [] },
  {
    name: 'one container name for two environments on one host',
    app: () => environments(stack => { Compose.of(service(stack, 'web')).patch('services', entry => ({ ...entry, container_name: 'web' })); }, ['a', 'a']),
    problems: [problem("its container would be called 'web', as that of shop/dev/web on the same host", `leave the name to Compose, which begins it with the project's, ${HOST}`, 'shop/prod/web')],
  },
  {
    name: 'one volume for two environments on one host',
    app: () => environments(data({ name: 'data' }), ['a', 'a']),
    problems: [problem("its volume would be called 'data', as that of shop/dev/files on the same host", `leave the name to Compose, which begins it with the project's, ${HOST}`, 'shop/prod/files')],
  },
  { name: '(not wrong) one external volume for two environments on one host', app: () => environments(data({ name: 'data', external: true }), ['a', 'a']), problems: [] },
  {
    name: 'one network for two workloads',
    build: stack => {
      const db = service(stack, 'db');
      for (const id of ['one', 'two']) Compose.of(service(stack, id, { connects: [db.endpoint('http')] })).patch('networks', network => ({ ...network, name: 'inside' }));
    },
    problems: [problem("its network would be called 'inside', as that of shop/dev/one on the same host", 'patch another name into one of them', 'shop/dev/two')],
  },
  { name: '(not wrong) one port for two environments on two hosts', app: () => environments(published(80), ['a', 'b']), problems: [] },
  {
    name: 'one range for two environments on one host',
    app: () => environments(edge, ['a', 'a'], ['172.28.0.0/16', '172.28.4.0/24']),
    problems: [problem('its network range 172.28.4.0/24 overlaps 172.28.0.0/16 of shop/dev', `give each its own range, ${HOST}`, 'shop/prod')],
  },
  { name: '(not wrong) one range for two environments on two hosts', app: () => environments(edge, ['a', 'b'], ['172.28.0.0/16', '172.28.0.0/16']), problems: [] },
  {
    name: 'a tier that overlaps another',
    build: stack => {
      service(stack, 'a', { tier: { name: 'front', range: '172.28.0.0/24' } });
      service(stack, 'b', { tier: { name: 'back', range: '172.28.0.128/25' } });
    },
    problems: [problem('its network range 172.28.0.128/25 overlaps 172.28.0.0/24 of shop/dev', `give each its own range, ${HOST}`, 'shop/dev')],
  },
  ...['172.28.0.1/16', '8.8.8.0/24', '172.28.0.0', 'fd00::/64', 'everything', '172.28.0.0/33'].map((range): BadInput => ({
    name: `the range ${range}`, build: edge, props: { network: range }, problems: [problem(`'${range}' is not a range of private IPv4 addresses`, RANGE, 'shop/dev')],
  })),
  {
    name: 'a range that is too small',
    build: stack => {
      const db = service(stack, 'db');
      for (const id of ['a', 'b', 'c']) service(stack, id, { connects: [db.endpoint('http')] });
    },
    props: { network: '172.28.0.0/28' },
    problems: [problem('the range 172.28.0.0/28 has no room for the network c--db of 8 addresses', 'give a wider range; its 3 networks want 24 addresses', 'shop/dev')],
  },
  {
    name: 'more networks than Docker has by itself',
    build: stack => {
      const db = service(stack, 'db');
      for (let i = 0; i < 29; i++) service(stack, `web${i}`, { connects: [db.endpoint('http')] });
    },
    problems: [problem("it needs 29 networks; Docker's own address pools hold about 28 on a host", "give the stack a range to carve them from: network: '172.28.0.0/16'", 'shop/dev')],
  },
];

const schedule = (name: string, props: Partial<WorkloadProps>, what: string, fix: string): BadInput => ({
  name,
  build: stack => { new Workload(stack, 'report', { image: IMAGE, command: ['/report'], runs: { kind: 'schedule', cron: Cron.daily('02:00'), deadline: Duration.hours(1) }, ...props }); },
  problems: [problem(what, fix, 'shop/dev/report')],
});

export const compose: readonly BadInput[] = [
  schedule('a schedule of nothing', { command: undefined }, 'it runs on a schedule, and does not say what to run', 'give the program: command: […]'),
  schedule('a schedule in an image without a shell', { image: Image.registry('scratchy:1.0', { user: { uid: 1000, gid: 1000 }, tools: ['curl'] }) }, 'the image scratchy:1.0 has no shell, which the cron runner of the Compose file needs', "use an image with /bin/sh, and say so: tools: ['shell']"),
  {
    name: 'a schedule with a secret on its command line',
    build: stack => {
      const key = new Secret(stack, 'db', { keys: ['password'] }).key('password');
      new Workload(stack, 'report', { image: IMAGE, command: ['/report'], args: [text`--password=${key}`], runs: { kind: 'schedule', cron: Cron.daily('02:00'), deadline: Duration.hours(1) } });
    },
    problems: [problem('the command line of a scheduled workload refers to an endpoint or a secret', 'put the reference into an environment variable that the program reads', 'shop/dev/report')],
  },
  {
    name: 'a config that has the name of a schedule',
    build: stack => {
      new Config(stack, 'report-schedule', { files: { crontab: '' } });
      new Workload(stack, 'report', { image: IMAGE, command: ['/report'], runs: { kind: 'schedule', cron: Cron.daily('02:00'), deadline: Duration.hours(1) } });
    },
    problems: [problem("its entry 'report-schedule.crontab' in configs would replace the one of shop/dev/report", 'give one of them another id', 'shop/dev/report-schedule')],
  },
  {
    name: 'a patch of what is not there',
    build: stack => { Compose.of(service(stack, 'web')).patch('volumes', volume => volume); },
    problems: [problem("the patch of 'volumes' met nothing: shop/dev/web makes none", 'patch one of: services')],
  },
  ...[['nothing', undefined, 'undefined'], ['null', null, 'null'], ['a word', 'web', 'string'], ['a list', [], 'a list']].map(([name, entry, what]): BadInput => ({
    name: `a patch that gives back ${name}`,
    build: stack => { Compose.of(service(stack, 'web')).patch('services', () => entry as unknown as ComposeService); },
    problems: [problem(`the patch of 'services' gives back ${what}, where the whole entry is asked for`, 'give back all of it: entry => ({ ...entry, … })')],
  })),
  {
    name: 'less than Docker starts anything with',
    build: stack => {
      service(stack, 'web', { resources: { cpu: '9m', memory: '5Mi' }, scratch: [] });
      service(stack, 'api', { resources: { cpu: '10m', memory: { request: '5Mi', limit: '6Mi' } }, scratch: [] });
      service(stack, 'enough', { resources: { cpu: '10m', memory: '6Mi' }, scratch: [] });
    },
    problems: [
      problem('its limit is 0.009 CPU, and Docker starts nothing with less than 0.01 CPU', 'raise resources.cpu to 10m at least'),
      problem('its limit is 5 MiB, and Docker starts nothing with less than 6 MiB', 'raise resources.memory to 6Mi at least'),
      problem('its request is 5 MiB, and Docker starts nothing with less than 6 MiB', 'raise resources.memory to 6Mi at least', 'shop/dev/api'),
    ],
  },
  {
    name: 'no target', build: stack => { service(stack, 'web'); }, props: { targets: [] },
    problems: [problem('it has no target, so that nothing would come of it', 'name what it is for: targets: [new Compose()]', 'shop/dev')],
  },
  {
    name: 'two targets of one name',
    build: stack => { service(stack, 'web'); },
    props: { targets: [new Compose(), new Compose({ host: 'b' })] },
    problems: [problem('two of its targets write to the same folder (compose, compose)', 'name each target once', 'shop/dev')],
  },
  {
    name: 'two secrets in one variable',
    build: stack => {
      const [one, two] = [new Secret(stack, 'db', { keys: ['main-password'] }), new Secret(stack, 'db-main', { keys: ['password'] })];
      service(stack, 'web', { env: { ONE: one.key('main-password'), TWO: two.key('password') } });
    },
    problems: [problem('its key db-main/password would be the variable DB_MAIN_PASSWORD, which already carries db/main-password', 'give the secret or its key another name', 'shop/dev/db-main')],
  },
  {
    name: 'a secret in the variable of a port',
    build: stack => {
      const secret = new Secret(stack, 'web-http', { keys: ['port'] });
      new Route(stack, 'way-in', { to: service(stack, 'web', { env: { X: secret.key('port') } }).endpoint('http') });
    },
    problems: [problem('the variable WEB_HTTP_PORT would be the key port of web-http, and is already the port http of web, published at 8080', 'give the secret another id, or its key another name', 'shop/dev/web-http')],
  },
  {
    name: 'a port published twice',
    build: stack => {
      const web = service(stack, 'web');
      new Route(stack, 'one', { to: web.endpoint('http'), published: 80 });
      new Route(stack, 'two', { to: web.endpoint('http'), published: 81 });
    },
    problems: [problem('the variable WEB_HTTP_PORT would be the port http of web, published at 81, and is already the port http of web, published at 80', 'publish the port once, or give it another name', 'shop/dev/two')],
  },
];
