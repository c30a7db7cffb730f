import { describe, expect, test } from '@jest/globals';
import { Route, Volume, Workload, type Stack } from '../../../lib';
import { composeOf, IMAGE, service, type ComposeOutput } from '../../support/stacks';

/** Who shares a network with whom: `api web`. */
function neighbours({ services }: ComposeOutput): string[] {
  const names = Object.keys(services).sort();
  const networksOf = (name: string) => (services[name]!.networks ?? []) as string[];
  return names.flatMap((one, i) => names.slice(i + 1).filter(other => networksOf(one).some(network => networksOf(other).includes(network))).map(other => `${one} ${other}`));
}

/** web → api → db, web → cache, and a stranger. */
const chain = (stack: Stack) => {
  const db = service(stack, 'db');
  const cache = service(stack, 'cache');
  const api = service(stack, 'api', { connects: [db.endpoint('http')] });
  service(stack, 'web', { connects: [api.endpoint('http'), cache.endpoint('http')] });
  service(stack, 'stranger');
};

describe('networks', () => {
  test('let each pair with an edge talk, and no other', () => {
    expect(neighbours(composeOf(chain))).toEqual(['api db', 'api web', 'cache web']);
  });

  test('of edges have no way out', () => {
    expect(composeOf(chain).networks).toEqual({ 'api--db': { internal: true }, 'web--api': { internal: true }, 'web--cache': { internal: true } });
  });

  test('are one for two that call each other', () => {
    const output = composeOf(stack => {
      const a = service(stack, 'a');
      const b = service(stack, 'b', { connects: [a.endpoint('http')], startsWithout: [a] });
      a.spec.connects.push(b.endpoint('http'));
    });
    expect(Object.keys(output.networks)).toEqual(['a--b']);
  });

  test('of pairs whose names run together are not one', () => {
    const output = composeOf(stack => {
      const c = service(stack, 'c');
      const bc = service(stack, 'b-c');
      service(stack, 'a', { connects: [bc.endpoint('http')] });
      service(stack, 'a-b', { connects: [c.endpoint('http')] });
    });
    expect(neighbours(output)).toEqual(['a b-c', 'a-b c']);
  });

  test('are none for a workload that nobody calls and that calls nobody', () => {
    const { services, networks } = composeOf(stack => { service(stack, 'web'); });
    expect([services['web']!.network_mode, networks]).toEqual(['none', {}]);
  });

  test('give a way out to those only that asked for the internet', () => {
    const output = composeOf(stack => {
      const db = service(stack, 'db');
      service(stack, 'web', { internet: true, connects: [db.endpoint('http')] });
    });
    expect(output.networks).toEqual({ 'web--db': { internal: true }, 'web-internet': {} });
    expect([output.services['web']!.networks, output.services['db']!.networks]).toEqual([['web--db', 'web-internet'], ['web--db']]);
  });

  test('give one also to those that name addresses outside, as the report says', () => {
    const output = composeOf(stack => {
      service(stack, 'web', { reaches: [{ cidr: '10.0.5.0/24', port: 5432 }] });
      service(stack, 'mailer', { reaches: [{ cidr: '10.0.5.25/32', port: 587 }], internet: true });
    });
    expect(output.networks).toEqual({ 'web-internet': {}, 'mailer-internet': {} });
    expect(output.notes.filter(({ field }) => ['reaches', 'internet'].includes(field)).map(({ at, field, outcome, what }) => [at, field, outcome, what])).toEqual([
      ['shop/dev/web', 'reaches', 'approximated', 'a network with a way out leads everywhere: Docker does not keep it to 10.0.5.0/24'],
      ['shop/dev/mailer', 'internet', 'approximated', expect.stringContaining('private addresses can be reached as well')],
    ]);
  });

  test('give a published port a way in, and no way out', () => {
    const { networks } = composeOf(stack => { new Route(stack, 'r', { to: service(stack, 'web').endpoint('http') }); });
    expect(networks).toEqual({ 'web-published': { driver_opts: { 'com.docker.network.bridge.enable_ip_masquerade': 'false' } } });
  });

  test('join nobody by a volume that is shared', () => {
    const output = composeOf(stack => {
      const volume = new Volume(stack, 'files', { size: '1Gi' });
      service(stack, 'a', { mounts: [{ volume, path: '/data' }] });
      service(stack, 'b', { mounts: [{ volume, path: '/data' }] });
    });
    expect(neighbours(output)).toEqual([]);
  });

  test('join nobody by a tier that is shared', () => {
    const tier = { name: 'backend', range: '172.22.0.0/24' };
    expect(neighbours(composeOf(stack => { service(stack, 'a', { tier }); service(stack, 'b', { tier }); }))).toEqual([]);
  });

  test('reach all ports of each other and both ways, which is reported', () => {
    expect(composeOf(chain).notes.map(({ at, field, outcome }) => `${at} ${field} ${outcome}`)).toEqual(['shop/dev/api connections approximated', 'shop/dev/web connections approximated']);
  });
});

describe('the addresses of networks', () => {
  const subnets = ({ networks }: ComposeOutput) => Object.fromEntries(Object.entries(networks).map(([name, { ipam }]) => [name, ipam?.config[0]!.subnet]));
  const bounds = (subnet: string) => {
    const [address, prefix] = subnet.split('/') as [string, string];
    const from = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
    return { from, to: from + 2 ** (32 - Number(prefix)) };
  };

  test('are left to Docker where the stack has no range', () => {
    expect(Object.values(subnets(composeOf(chain)))).toEqual([undefined, undefined, undefined]);
  });

  test('are carved from the range of the stack, apart from each other', () => {
    const blocks = Object.values(subnets(composeOf(chain, { network: '172.28.0.0/26' }))).map(subnet => bounds(subnet!)).sort((a, b) => a.from - b.from);
    expect(blocks).toHaveLength(3);
    for (const [i, { from, to }] of blocks.entries()) {
      expect(from).toBeGreaterThanOrEqual(blocks[i - 1]?.to ?? bounds('172.28.0.0/26').from);
      expect(to).toBeLessThanOrEqual(bounds('172.28.0.0/26').to);
    }
  });

  test('do not move when another edge comes or goes', () => {
    const before = subnets(composeOf(chain, { network: '172.28.0.0/16' }));
    const after = subnets(composeOf(stack => {
      const first = service(stack, 'first');
      service(stack, 'second', { connects: [first.endpoint('http')], internet: true });
      chain(stack);
    }, { network: '172.28.0.0/16' }));
    expect(after).toMatchObject(before);
    expect(Object.keys(after)).toHaveLength(5);
  });

  test('leave room for every replica and for those that replace them', () => {
    const sizes = (replicas: Parameters<typeof Workload.service>[0]) => Object.values(subnets(composeOf(stack => {
      const db = service(stack, 'db');
      service(stack, 'web', { runs: Workload.service(replicas), connects: [db.endpoint('http')] });
    }, { network: '172.28.0.0/16' }))).map(subnet => subnet!.split('/')[1]);
    expect([sizes({ replicas: 1 }), sizes({ replicas: 5 }), sizes({ replicas: { min: 1, max: 20, cpu: 70 } })]).toEqual([['29'], ['28'], ['26']]);
  });

  test('of the workloads in a tier come from its range, and say so', () => {
    const { networks } = composeOf(stack => {
      const db = service(stack, 'db', { tier: { name: 'backend', range: '172.22.0.0/24' } });
      const web = service(stack, 'web', { connects: [db.endpoint('http')], tier: { name: 'frontend' } });
      new Route(stack, 'r', { to: web.endpoint('http') });
    }, { network: '172.28.0.0/24' });
    expect([networks['web--db']!.labels, networks['web--db']!.ipam!.config[0]!.subnet]).toEqual([{ 'compose8s.tier': 'backend' }, expect.stringMatching(/^172\.22\.0\.\d+\/29$/)]);
    expect([networks['web-published']!.labels, networks['web-published']!.ipam!.config[0]!.subnet]).toEqual([{ 'compose8s.tier': 'frontend' }, expect.stringMatching(/^172\.28\.0\.\d+\/29$/)]);
  });

  test('fill a range to its last block', () => {
    const full = (network: string) => composeOf(stack => {
      const db = service(stack, 'db');
      for (let i = 0; i < 8; i++) new Workload(stack, `w${i}`, { image: IMAGE, runs: { kind: 'task' }, connects: [db.endpoint('http')] });
    }, { network });
    expect(Object.keys(full('172.28.0.0/26').networks)).toHaveLength(8);
    expect(() => full('172.28.0.0/27')).toThrow('has no room');
  });
});
