import { describe, expect, test } from '@jest/globals';
import { ApiObject, Testing } from 'cdk8s';
import { Compose, Config, Kubernetes, Route, SynthesisError } from '../../lib';
import { Template } from '../../lib/testing';
import { service, thrownBy } from '../support/stacks';
import { small, template, TARGETS } from './shop';

const compose = template(new Compose());
const kubernetes = template(new Kubernetes());

describe('get', () => {
  test.each([
    { template: compose, id: 'services/api', part: { image: 'example/app:1.0', depends_on: { db: { condition: 'service_healthy' } } } },
    { template: kubernetes, id: 'Deployment/api', part: { spec: { replicas: 1 } } },
    { template: kubernetes, id: 'Job/seed', part: { kind: 'Job', metadata: { name: expect.stringMatching(/^seed-[0-9a-f]{10}$/) } } },
  ] as const)('gives $id of $template.title', ({ template, id, part }) => {
    expect(template.get(id)).toMatchObject(part);
  });

  test('is typed by the kind', () => {
    const replicas: number | undefined = kubernetes.get('Deployment/api').spec.replicas;
    const restart: string | undefined = compose.get('services/api').restart;
    expect([replicas, restart]).toEqual([1, 'unless-stopped']);
    // @ts-expect-error A Deployment has no such field.
    expect(kubernetes.get('Deployment/api').spec.replica).toBeUndefined();
    // @ts-expect-error Nor can it be asked for.
    expect(kubernetes.count('Deployment', { spec: { replica: 1 } })).toBe(0);
  });

  test('gives plain data, in which fields without a value are not there', () => {
    expect(Object.values(compose.get('services/alone'))).not.toContain(undefined);
  });

  test('names the nearest where there is none', () => {
    expect(thrownBy(() => compose.get('services/apj'))).toBe("shop/dev on compose has no 'services/apj'; did you mean 'api'?");
    expect(thrownBy(() => compose.get('services/nginx'))).toBe("shop/dev on compose has no 'services/nginx'; there are: db, migrate, seed, api, alone");
    expect(thrownBy(() => compose.get('api' as 'services/api'))).toBe("shop/dev on compose: 'api' is no kind and name; there is 'services/api'");
    expect(thrownBy(() => compose.get('nginx' as 'services/nginx'))).toBe("shop/dev on compose: 'nginx' is no kind and name; ask for one such as 'services/api' or 'Deployment/api'");
    expect(thrownBy(() => compose.get('Deployment/api'))).toBe("shop/dev on compose has no 'Deployment/api'; there are: services, volumes, configs, secrets, networks");
  });
});

describe('find and count', () => {
  test.each([
    { template: compose, kind: 'services', partial: { image: 'example/app:1.0' }, names: ['migrate', 'seed', 'api', 'alone'] },
    { template: compose, kind: 'services', partial: { networks: expect.arrayContaining(['api--db']) }, names: ['db', 'api'] },
    { template: compose, kind: 'services', partial: { depends_on: undefined }, names: ['db', 'alone'] },
    { template: kubernetes, kind: 'Deployment', partial: undefined, names: ['api', 'alone'] },
    { template: kubernetes, kind: 'Deployment', partial: { metadata: { name: 'alone' } }, names: ['alone'] },
    { template: kubernetes, kind: 'Ingress', partial: undefined, names: [] },
  ])('on $template.emission.target.name: $kind like $partial are $names', ({ template, kind, partial, names }) => {
    expect(template.find(kind, partial as never).map(({ name }) => name)).toEqual(names);
    expect(template.count(kind, partial as never)).toBe(names.length);
  });

  test('refuse a kind that is misspelt, of which there would never be one', () => {
    expect(thrownBy(() => kubernetes.count('Deploymnt'))).toBe("shop/dev on kubernetes has no resource of the kind 'Deploymnt'; did you mean 'Deployment'?");
    expect([kubernetes.count('Secret'), kubernetes.count('Gauge'), kubernetes.count('services')]).toEqual([0, 0, 0]);
  });

  test('tell the construct that made each', () => {
    expect(kubernetes.find('StatefulSet').map(({ id, at }) => [id, at])).toEqual([['StatefulSet/db', 'shop/dev/db']]);
  });

  test('find a team\'s own objects too', () => {
    const own = template(new Kubernetes(), stack => { new ApiObject(stack, 'gauge', { apiVersion: 'example.io/v1', kind: 'Gauge', metadata: { name: 'g' }, spec: { level: 3 } }); });
    expect(own.get('Gauge/g')).toMatchObject({ spec: { level: 3 } });
    expect(own.count('Gauge', { spec: { level: 3 } })).toBe(1);
  });
});

describe('match', () => {
  test('gives what matches', () => {
    expect(compose.match('services', { image: 'example/app:1.0', depends_on: { db: {} } }).map(({ id }) => id)).toEqual(['services/migrate', 'services/seed', 'services/api']);
  });

  test('shows the nearest misses, with what differs', () => {
    expect(thrownBy(() => kubernetes.match('Deployment', { metadata: { name: 'api' }, spec: { replicas: 3 } }))).toBe([
      "shop/dev on kubernetes has no resource of the kind 'Deployment' like that; the nearest:",
      '  Deployment/api',
      '    spec.replicas: expected 3, is 1',
      '  Deployment/alone',
      '    metadata.name: expected "api", is "alone"',
      '    spec.replicas: expected 3, is 1',
    ].join('\n'));
  });

  test('shows three misses at most, and shortens long values', () => {
    const message = thrownBy(() => compose.match('services', { healthcheck: { test: ['CMD'] } }));
    expect(message.split('\n').filter(line => /^ {2}\S/.test(line))).toHaveLength(3);
    expect(message).toContain('    healthcheck.test: expected 1 entry, is 8 entries: ["CMD","pg_isready",');
    expect(Math.max(...message.split('\n').map(line => line.length))).toBeLessThan(180);
  });

  test('names the kinds where there is none of that kind', () => {
    expect(thrownBy(() => kubernetes.match('Deploymnet', {}))).toBe("shop/dev on kubernetes has no resource of the kind 'Deploymnet'; did you mean 'Deployment'?");
  });
});

describe('files, notes and reach', () => {
  test('are told of', () => {
    expect(compose.files).toContain('config/settings/settings.ini');
    expect(compose.file('config/settings/settings.ini')).toBe('colour = blue\n');
    expect(thrownBy(() => compose.file('config/settings/setting.ini'))).toBe("shop/dev on compose has no file 'config/settings/setting.ini'; did you mean 'config/settings/settings.ini'?");
    expect(compose.notes).toContainEqual({ at: 'shop/dev/db/data', field: 'size', target: 'compose', outcome: 'left-out', what: "Docker's volumes have no size: the host's disk must have room for what is asked" });
    expect([compose, kubernetes].map(one => [one.reaches('api', 'db', 5432), one.reaches('alone', 'db', 5432)])).toEqual([[true, false], [true, false]]);
    expect(thrownBy(() => kubernetes.reaches('api', 'db', 1))).toBe("shop/dev on kubernetes: 'db' declares no port 1; it declares 5432");
  });
});

describe('a stack with problems', () => {
  const wrong = () => small({}, stack => {
    service(stack, 'two', { ports: {} });
    new Config(stack, 'two-config', { files: {} });
    service(stack, 'Two', {});
  });

  test.each(TARGETS)('throws them all on $name', target => {
    const codes = (run: () => unknown) => {
      try { run(); } catch (error) { return error instanceof SynthesisError && error.problems.map(({ code }) => code); }
      return undefined;
    };
    expect(codes(() => Template.of(wrong(), target))).toEqual(codes(() => Template.of(wrong(), new Compose())));
    expect((codes(() => Template.of(wrong(), target)) as string[]).length).toBeGreaterThan(1);
  });

  test('throws those that only the target finds, printed as people see them', () => {
    const unmet = () => small({}, stack => Kubernetes.of(stack).patch('Ingress', ingress => ingress));
    expect(thrownBy(() => Template.of(unmet(), new Kubernetes()))).toContain("✖ the patch of 'Ingress' met nothing: shop/dev makes none\n  at shop/dev\n  fix: patch one of: ");
    expect(() => Template.of(unmet(), new Compose())).not.toThrow();
  });

  test('throws those that two workloads have with each other on one host, which synthesis would refuse too', () => {
    const twice = () => small({}, stack => { for (const id of ['a', 'b']) new Route(stack, `${id}-in`, { to: service(stack, id).endpoint('http'), published: 8080 }); });
    const message = '✖ it publishes port 8080, as shop/dev/a-in does on the same host\n  at shop/dev/b-in\n  fix: publish one of them under another number\n';
    expect(thrownBy(() => Template.of(twice(), new Compose()))).toBe(message);
    expect(Template.of(twice(), new Kubernetes()).count('Deployment')).toBe(4);
  });

  test('throws them in cdk8s\' own Testing.synth', () => {
    expect(() => Testing.synth(wrong())).toThrow(SynthesisError);
  });
});

describe('cdk8s\' own Testing.synth', () => {
  test('gives the manifests of the template', () => {
    const manifests = Testing.synth(small()) as { kind: string; metadata: { name: string } }[];
    expect(JSON.parse(JSON.stringify(manifests))).toEqual(kubernetes.resources.map(({ body }) => body));
    expect(manifests.map(({ kind }) => kind)).toContain('StatefulSet');
  });
});
