import { describe, expect, test } from '@jest/globals';
import { Testing } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { load } from 'js-yaml';
import { join } from 'node:path';
import { Construct } from 'constructs';
import { HealthProbes } from '../../../constructs';
import { Compose, Config, Cron, Duration, Image, Instruction, Kubernetes, Route, Secret, Stack, Volume, Workload, type KubernetesProps } from '../../../lib';
import { IMAGE, service, shop, textOf, thrownBy } from '../../support/stacks';
import { clusterOf, clusterProblems } from './cluster';

function built(registry?: string): Image {
  const stages = [{ name: 'run', from: 'python:3.13-slim', instructions: [Instruction.user(1000)] }];
  return Image.build({ name: 'shop', version: '1.2', registry, context: join(__dirname, '../../support/kubernetes-schemas'), stages, user: { uid: 1000, gid: 1000 }, tools: ['curl'] });
}

describe('the files for Kubernetes', () => {
  const build = (stack: Stack) => {
    const part = new Construct(stack, 'shopFront');
    const db = service(stack, 'db');
    const config = new Config(part, 'config', { files: { a: 'b' } });
    new Workload(part, 'Default', { image: IMAGE, command: ['front'], runs: { kind: 'task' }, connects: [db.endpoint('http')], mounts: [{ config, path: '/etc/x' }] });
  };

  test('are one for each part of the stack, the namespace first, and the policies together', () => {
    const { files } = clusterOf(build);
    expect([...files.keys()].sort()).toEqual(['00-namespace.yaml', 'OPERATIONS.md', 'db.yaml', 'network-policies.yaml', 'shop-front.yaml']);
    expect(textOf(files, 'shop-front.yaml').match(/^kind: .*/gm)).toEqual(['kind: ServiceAccount', 'kind: ConfigMap', 'kind: CronJob']);
    for (const path of [...files.keys()].filter(name => name.endsWith('.yaml'))) expect(textOf(files, path)).toMatch(/^# shop\/dev: made by compose8s from the stack's program\. Changes belong there\.\napiVersion: /);
  });

  test('are the same to the byte each time', () => {
    expect([...clusterOf(build).files]).toEqual([...clusterOf(build).files]);
  });

  test('of a Service whose name grew too long are a problem', () => {
    const id = 'w'.repeat(60);
    expect(clusterProblems(stack => new Route(stack, 'in', { to: service(stack, id).endpoint('http'), reach: 'public' }))).toContain(`its Service would be '${id}-public' (67 characters)`);
  });
});

describe('Secrets to pull images by', () => {
  const build = (stack: Stack) => {
    service(stack, 'web');
    new Workload(stack, 'db', { image: IMAGE, command: ['db'], probes: HealthProbes.command(['well']), mounts: [{ volume: new Volume(stack, 'data', { size: '1Gi' }), path: '/data' }] });
    new Workload(stack, 'migrate', { image: IMAGE, command: ['migrate'], runs: { kind: 'release', check: ['done'] } });
    new Workload(stack, 'tidy', { image: IMAGE, command: ['tidy'], runs: { kind: 'schedule', cron: Cron.hourly(), deadline: Duration.minutes(5) } });
    new Workload(stack, 'look', { image: IMAGE, command: ['look'], runs: { kind: 'task' } });
  };
  const WORKLOADS = ['web', 'db', 'migrate', 'tidy', 'look'];
  const secretsOf = (props?: KubernetesProps) => {
    const { pod } = clusterOf(build, props);
    return WORKLOADS.map(name => [name, (pod(name) as { readonly imagePullSecrets?: unknown }).imagePullSecrets]);
  };

  test('are those of every pod, and the guide says how each is made', () => {
    expect(secretsOf({ pullSecrets: ['ghcr', 'team.example'] })).toEqual(WORKLOADS.map(name => [name, [{ name: 'ghcr' }, { name: 'team.example' }]]));
    const guide = textOf(clusterOf(build, { pullSecrets: ['ghcr', 'team.example'] }).files, 'OPERATIONS.md');
    expect(guide).toContain('- The Secrets `ghcr` and `team.example` in the namespace, by which nodes pull images: `kubectl create secret docker-registry ghcr --docker-server=REGISTRY ');
    expect(guide).toContain('pull it from the registry: `kubectl get secret ghcr team.example`');
  });

  test('are none where none are named', () => {
    expect(secretsOf()).toEqual(WORKLOADS.map(name => [name, undefined]));
    expect(textOf(clusterOf(build).files, 'OPERATIONS.md')).not.toContain('docker-registry');
  });

  test.each(['GHCR', 'ghcr io', '-a', 'a..b', '', `${'a'.repeat(254)}`])("cannot be called '%s'", name => {
    expect(clusterProblems(build, { pullSecrets: [name] })).toBe(`✖ '${name}' cannot be the name of a Secret to pull images by\n  at shop/dev\n  fix: use lower-case letters, digits, dashes and dots, as in new Kubernetes({ pullSecrets: ['ghcr'] })\n`);
  });
});

describe('what to run next', () => {
  test('is the namespace, the secrets and then all the rest', () => {
    const { next } = clusterOf(stack => service(stack, 'web', { env: { A: new Secret(stack, 'a', { keys: ['b'] }).key('b') } }));
    expect(next).toEqual([
      'kubectl apply --server-side -f out/00-namespace.yaml',
      'npx compose8s secrets kubernetes shop/dev | kubectl apply --server-side -f -',
      'kubectl apply --server-side -f out',
    ]);
  });

  test('is all at once, where there is no secret', () => {
    expect(clusterOf(stack => service(stack, 'web')).next).toEqual(['kubectl apply --server-side -f out']);
  });

  test.each([
    { where: 'the registry of the target', own: undefined, registry: 'registry.example/team', reference: 'registry.example/team/shop:1.2' },
    { where: 'its own registry', own: 'own.example', registry: 'registry.example/team', reference: 'own.example/shop:1.2' },
  ])('begins with building images and pushing them to $where', ({ own, registry, reference }) => {
    const cluster = clusterOf(stack => service(stack, 'web', { image: built(own) }), { registry });
    expect(cluster.next[0]).toBe(`docker build --target run --tag ${reference} out/images/shop && docker push ${reference}`);
    expect(cluster.container('web').image).toBe(reference);
    expect([...cluster.files.keys()]).toEqual(expect.arrayContaining(['images/shop/Dockerfile', 'images/shop/Dockerfile.dockerignore', 'images/shop/README.md']));
    expect(cluster.notes).not.toContain('web image: approximated');
  });

  test('pushes nothing where no registry is named, and the report says so', () => {
    const cluster = clusterOf(stack => service(stack, 'web', { image: built() }));
    expect(cluster.next[0]).toBe('docker build --target run --tag shop:1.2 out/images/shop');
    expect(cluster.notes).toContain('web image: approximated');
  });
});

describe('patches of manifests', () => {
  test('edit what a construct, and all within it, became', () => {
    const { get } = clusterOf(stack => {
      const web = service(stack, 'web');
      Kubernetes.of(web).patch('Deployment', ({ spec, ...rest }) => ({ ...rest, spec: { ...spec, minReadySeconds: 10 } }));
      Kubernetes.of(stack).patch('ServiceAccount', account => ({ ...account, imagePullSecrets: [{ name: 'registry' }] }));
    });
    expect(get('Deployment', 'web').spec).toMatchObject({ minReadySeconds: 10, strategy: { type: 'RollingUpdate' } });
    expect(get('ServiceAccount', 'web').imagePullSecrets).toEqual([{ name: 'registry' }]);
  });

  test('are typed as the API spells its fields, and know newer ones than the generated types', () => {
    const { pod, get } = clusterOf(stack => {
      const web = service(stack, 'web');
      Kubernetes.of(web).patch('Service', service => ({ ...service, spec: { ...service.spec, clusterIP: 'None' } }));
      Kubernetes.of(web).patch('Deployment', deployment => {
        const { template } = deployment.spec;
        const [container, ...others] = template.spec!.containers;
        const stopped = { ...container!, lifecycle: { ...container!.lifecycle, stopSignal: 'SIGQUIT' } };
        return { ...deployment, spec: { ...deployment.spec, template: { ...template, spec: { ...template.spec, os: { name: 'linux' }, containers: [stopped, ...others] } } } };
      });
      // @ts-expect-error -- no such kind
      void (() => Kubernetes.of(web).patch('Deploymnet', body => body));
    });
    expect(get('Service', 'web').spec.clusterIP).toBe('None');
    expect(pod('web').containers).toMatchObject([{ lifecycle: { preStop: { sleep: { seconds: 5 } }, stopSignal: 'SIGQUIT' } }]);
  });

  test('that change the pods of a release give its Job another name', () => {
    const nameOf = (image: string) => clusterOf(stack => {
      const migrate = new Workload(stack, 'migrate', { image: IMAGE, command: ['m'], runs: { kind: 'release', check: ['ok'] } });
      Kubernetes.of(migrate).patch('Job', ({ spec, ...rest }) => ({ ...rest, spec: { ...spec, template: { ...spec.template, metadata: { ...spec.template.metadata, annotations: { image } } } } }));
    }).get('Job', 'migrate').metadata.name;
    expect(nameOf('a')).not.toBe(nameOf('b'));
  });

  test('that meet nothing are a problem', () => {
    expect(clusterProblems(stack => Kubernetes.of(service(stack, 'web')).patch('StatefulSet', body => body))).toContain("the patch of 'StatefulSet' met nothing: shop/dev/web makes none");
  });
});

describe("a team's own objects of cdk8s", () => {
  const build = (stack: Stack) => {
    service(stack, 'web');
    new kplus.ConfigMap(stack, 'own', { metadata: { name: 'own' }, data: { a: 'b' } });
  };

  test('come out beside the generated manifests', () => {
    const { get, files } = clusterOf(build);
    expect(get('ConfigMap', 'own')).toMatchObject({ metadata: { namespace: 'shop-dev' }, data: { a: 'b' } });
    expect(load(textOf(files, 'own.yaml'))).toMatchObject({ kind: 'ConfigMap' });
  });

  test('have the labels by which `up` and `down` find what is of the stack', () => {
    const labelsOf = (kind: 'ConfigMap' | 'Deployment', name: string) => clusterOf(build).get(kind, name).metadata!.labels!;
    for (const label of ['app.kubernetes.io/instance', 'app.kubernetes.io/managed-by']) expect(labelsOf('ConfigMap', 'own')[label]).toBe(labelsOf('Deployment', 'web')[label]);
  });

  test("are seen by cdk8s' own tests, with the generated ones", () => {
    const stack = new Stack(shop(() => undefined), 'shop', 'prod', { targets: [new Compose(), new Kubernetes()] });
    build(stack);
    expect(Testing.synth(stack).map(({ kind, metadata }: { kind: string; metadata: { name: string } }) => `${kind}/${metadata.name}`))
      .toEqual(['Namespace/shop-prod', 'NetworkPolicy/default-deny', 'ServiceAccount/web', 'Service/web', 'Deployment/web', 'ConfigMap/own']);
  });

  test('that take the name of a generated one are a problem', () => {
    expect(clusterProblems(stack => {
      service(stack, 'web');
      new kplus.ServiceAccount(stack, 'other', { metadata: { name: 'web' } });
    })).toContain("it would have the same ServiceAccount 'web' as shop/dev/web");
  });

  test('are not made from a stack that has problems', () => {
    const stack = new Stack(shop(() => undefined), 'shop', 'prod', { targets: [new Kubernetes()] });
    service(stack, 'web', { image: Image.registry('nginx:latest', { user: { uid: 1, gid: 1 } }) });
    expect(thrownBy(() => stack.toJson())).toContain('nginx:latest is not pinned');
  });
});
