import { describe, expect, test } from '@jest/globals';
import { Certificate, Compose, Config, Cron, Duration, Kubernetes, Probe, Route, Secret, synthesize, text, Volume, Workload, type KubernetesProps, type Stack } from '../../lib';
import { IMAGE, service, shop } from '../support/stacks';

/** What each target says of a field: `web 'what it says'`. */
function notesOf(build: (stack: Stack) => void, field: string, props?: KubernetesProps): { readonly compose: string[]; readonly kubernetes: string[] } {
  const { notes, problems } = synthesize(shop(build, { targets: [new Compose(), new Kubernetes(props)] }));
  expect(problems).toEqual([]);
  const of = (target: string) => notes.filter(note => note.target === target && note.field === field)
    .map(({ at, outcome, status, what }) => `${outcome}${status ? ` (${status})` : ''} of ${at.replace(/^shop\/dev\/?/, '') || 'all'}: ${what}`);
  return { compose: of('compose'), kubernetes: of('kubernetes') };
}

const NOTHING: readonly unknown[] = [];
const byIpv6 = [expect.stringMatching(/^approximated \(default\) of all: visitors by IPv6 all have the address of a gateway, .*trustedProxies/)];
const one = (start: string) => [expect.stringMatching(new RegExp(`^${start}`))];
const scheduled = (deadline: Duration) => (stack: Stack) => void new Workload(stack, 'report', { image: IMAGE, command: ['report'], runs: { kind: 'schedule', cron: Cron.daily('02:00'), deadline } });
const probed = (...[every, startup]: ['2500ms' | '10s', '45s' | '30s']) => (stack: Stack) => void service(stack, 'web', { probes: { ready: Probe.http('/', { every, timeout: '2s' }), alive: Probe.tcp(), startup: Duration.of(startup) } });
const web = (protocol: 'http' | 'tcp') => (stack: Stack) => void new Route(stack, 'in', { to: service(stack, 'web').endpoint('http'), published: 80, reach: 'public', protocol });

describe('what differs between the targets is said by the one that does it another way', () => {
  test.each<{ what: string; build: (stack: Stack) => void; field: string; props?: KubernetesProps; compose?: readonly unknown[]; kubernetes?: readonly unknown[] }>([
    {
      what: 'services that wait for others start at once on a cluster, which is said once', field: 'start order',
      build: stack => {
        const [db, cache] = [service(stack, 'db'), service(stack, 'cache')];
        service(stack, 'web', { env: { DB: text`${db.endpoint('http')}`, CACHE: text`${cache.endpoint('http')}` } });
        service(stack, 'admin', { connects: [db.endpoint('http')] });
      },
      kubernetes: one('approximated \\(default\\) of all: all pods start at once'),
    },
    { what: 'services that wait for nobody start in no order', field: 'start order', build: stack => { service(stack, 'db'); service(stack, 'web'); } },
    {
      what: 'a service that need not wait starts in no order', field: 'start order',
      build: stack => { const db = service(stack, 'db'); service(stack, 'web', { connects: [db.endpoint('http')], startsWithout: [db] }); },
    },
    {
      what: 'a new value of a secret is noticed by Compose only, which is said once', field: 'secrets',
      build: stack => { for (const id of ['one', 'two']) service(stack, `web-${id}`, { env: { KEY: new Secret(stack, id, { keys: ['key'] }).key('key') } }); },
      kubernetes: one('approximated \\(default\\) of all: a changed value alone starts nothing anew: .* kubectl --namespace shop-dev rollout restart'),
    },
    { what: 'there is nothing to notice without secrets', field: 'secrets', build: stack => { service(stack, 'web'); } },
    {
      what: "the internet is more than that on Docker", field: 'internet', build: stack => { service(stack, 'web', { internet: true }); service(stack, 'db'); },
      compose: one('approximated of web: .* private addresses can be reached as well'),
    },
    {
      what: 'what a cluster leaves out is named to whoever refers to it, once', field: 'connections', props: { operator: { namespace: 'watch' } },
      build: stack => {
        const prometheus = service(stack, 'prometheus', { ports: { http: 9090, admin: 9091 }, standsInFor: 'monitoring' });
        const own = new Config(stack, 'config', { files: { 'prometheus.conf': text`at ${prometheus.endpoint('http').mention()}` } });
        service(stack, 'web', { env: { PROM: prometheus.endpoint('http').url('http'), ADMIN: prometheus.endpoint('admin') }, connects: [prometheus.endpoint('http')] });
        service(stack, 'proxy', { mounts: [{ config: own, path: '/etc/proxy' }] });
        service(stack, 'grafana', { standsInFor: 'monitoring', connects: [prometheus.endpoint('http')] });
        new Workload(stack, 'fill', { image: IMAGE, command: ['fill'], runs: { kind: 'release', check: undefined }, connects: [prometheus.endpoint('http')] });
      },
      compose: [expect.stringContaining('Docker networks know neither'), expect.anything(), expect.anything()],
      kubernetes: ['web', 'proxy', 'fill'].map(id => `left-out of ${id}: it refers to prometheus, which is left out here: nobody answers to that name, and what the cluster has in its place has another`),
    },
    {
      what: 'what no cluster has by itself is there', field: 'connections',
      build: stack => { service(stack, 'web', { connects: [service(stack, 'prometheus', { standsInFor: 'monitoring' }).endpoint('http')] }); },
      compose: [expect.stringContaining('Docker networks know neither')],
    },
    {
      what: 'a missed or failed run is made up for on a cluster', field: 'runs.cron', build: scheduled(Duration.minutes(5)),
      compose: one('approximated of report: a run that was due while the host was down is skipped, and one that failed is not tried again'),
    },
    {
      what: 'a deadline is rounded up by both', field: 'runs.deadline', build: scheduled(Duration.of('1500ms')),
      compose: ['approximated of report: rounded up to whole seconds: 1500ms is 2s'], kubernetes: ['approximated of report: rounded up to whole seconds: 1500ms is 2s'],
    },
    { what: 'a whole deadline is kept', field: 'runs.deadline', build: scheduled(Duration.minutes(5)) },
    {
      what: 'times of probes are rounded up on a cluster', field: 'probes', build: probed('2500ms', '45s'),
      kubernetes: ['approximated of web: rounded up to whole seconds, and a start to whole checks: ready.every 2500ms is 3s, startup 45s is 50s'],
    },
    {
      what: 'a limit of processes that nobody asked for is not there on a cluster, which is said once', field: 'processes', build: stack => { service(stack, 'web'); service(stack, 'db', { processes: 1000 }); },
      kubernetes: one('left-out \\(default\\) of all: the number of processes is limited by each node'),
    },
    {
      what: 'a lower limit of processes is not there either', field: 'processes', build: stack => { service(stack, 'web', { processes: 20 }); },
      kubernetes: [...one('left-out \\(default\\) of all: '), 'left-out of web: nothing keeps it to 20 processes: each node has one limit for all pods'],
    },
    {
      what: 'logs that are kept otherwise than by default are not on a cluster', field: 'logs', build: stack => { service(stack, 'web', { logs: { maxSize: '5MB', maxFiles: 3 } }); service(stack, 'db'); },
      kubernetes: [...one('left-out \\(default\\) of all: '), expect.stringMatching(/^left-out of web: its log is not kept in 3 files of .*: each node rotates/)],
    },
    { what: 'whole times of probes are kept', field: 'probes', build: probed('10s', '30s') },
    { what: 'the time to stop is rounded up on a cluster', field: 'stop.grace', build: stack => { service(stack, 'web', { stop: { grace: '500ms' } }); }, kubernetes: ['approximated of web: rounded up to whole seconds: 500ms is 1s'] },
    { what: 'an Ingress hides the addresses of clients', field: 'client address', props: { expose: { kind: 'ingress' } }, build: web('http'), compose: byIpv6, kubernetes: one('approximated of in: web sees the address of the controller .*trustedProxies') },
    { what: 'a Gateway hides the addresses of clients', field: 'client address', props: { expose: { kind: 'gateway', name: 'main', namespace: 'gateways' } }, build: web('http'), compose: byIpv6, kubernetes: one('approximated of in: web sees the address of the controller') },
    { what: 'an Ingress has limits of its controller', field: 'limits', props: { expose: { kind: 'ingress' } }, build: web('http'), kubernetes: one('approximated of in: the controller has limits of its own, .*annotations.*whatever web allows') },
    { what: 'a Gateway has limits too', field: 'limits', props: { expose: { kind: 'gateway', name: 'main', namespace: 'gateways' } }, build: web('http'), kubernetes: one('approximated of in: the gateway has limits of its own') },
    { what: 'a load balancer has none', field: 'limits', build: web('http') },
    { what: 'a load balancer leaves the addresses of clients', field: 'client address', build: web('http'), compose: byIpv6 },
    { what: 'a load balancer beside an Ingress does too', field: 'client address', props: { expose: { kind: 'ingress' } }, build: web('tcp'), compose: byIpv6 },
    {
      what: 'nobody comes by IPv6 to a port of the host alone', field: 'client address',
      build: stack => void new Route(stack, 'in', { to: service(stack, 'web').endpoint('http'), published: 80, reach: 'host', protocol: 'http' }),
    },
  ])('$what', ({ build, field, props, compose = NOTHING, kubernetes = NOTHING }) => {
    expect(notesOf(build, field, props)).toEqual({ compose, kubernetes });
  });

  test('a workload that a cluster leaves out waits for nobody there', () => {
    const build = (stack: Stack) => {
      const db = service(stack, 'db');
      const volume = new Volume(stack, 'certificates', { size: '1Mi' });
      new Certificate(stack, 'tls', { hosts: ['shop.example'], source: { kind: 'acme', email: 'ops@shop.example', issuer: 'letsencrypt', volume } });
      service(stack, 'certbot', { standsInFor: 'certificate-controller', connects: [db.endpoint('http')], mounts: [{ volume, path: '/data' }] });
    };
    expect(notesOf(build, 'start order').kubernetes).toEqual([]);
  });
});
