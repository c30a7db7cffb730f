import { describe, expect, test } from '@jest/globals';
import { ApiObject, Chart, Testing } from 'cdk8s';
import { Construct } from 'constructs';
import { App, Compose, Stack, synthesize, type Target } from '../../lib';
import { composeOf, service, shop } from '../support/stacks';

/** Makes one manifest of each workload. */
const CLUSTER: Target = {
  name: 'cluster',
  render: () => ({ documents: [], files: new Map(), notes: [], problems: [] }),
  print: () => new Map(),
  next: () => [],
  manifests: graph => graph.workloads.map(workload => ({ kind: 'Pod', metadata: { name: graph.name(workload) } })),
};

describe('a stack', () => {
  test('has a path of system and environment, and one name for project and namespace', () => {
    const stack = new Stack(new App(), 'shop', 'dev', { targets: [] });
    expect([stack.node.path, stack.projectName, stack.namespace]).toEqual(['shop/dev', 'shop-dev', 'shop-dev']);
  });

  test('shares its system with the other environments', () => {
    const app = new App();
    new Stack(app, 'shop', 'dev', { targets: [] });
    new Stack(app, 'shop', 'prod', { targets: [] });
    expect(app.node.children.map(({ node }) => [node.id, node.children.map(child => child.node.id)])).toEqual([['shop', ['dev', 'prod']]]);
  });

  test('is a Chart of cdk8s, but not every Chart is a stack', () => {
    const app = new App();
    const stack = new Stack(app, 'shop', 'dev', { targets: [] });
    const chart = new Chart(app, 'theirs');
    expect([stack instanceof Chart, stack instanceof Stack, chart instanceof Stack, Stack.isStack(chart), Stack.isStack(undefined)]).toEqual([true, true, false, false, false]);
  });

  test('of another class is a stack as well', () => {
    class Shop extends Stack {}
    expect(new Shop(new App(), 'shop', 'dev', { targets: [] }) instanceof Stack).toBe(true);
  });

  test('stands beside charts of the team, which synthesis leaves to cdk8s', () => {
    const app = new App();
    new Chart(app, 'theirs');
    service(new Stack(app, 'shop', 'dev', { targets: [new Compose()] }), 'web');
    expect(synthesize(app).graphs.map(({ stack }) => stack.node.path)).toEqual(['shop/dev']);
  });

  test('gives its manifests to cdk8s\' own Testing.synth', () => {
    const stack = new Stack(new App(), 'shop', 'dev', { targets: [new Compose(), CLUSTER] });
    service(stack, 'web');
    expect(Testing.synth(stack)).toEqual([{ kind: 'Pod', metadata: { name: 'web' } }]);
  });

  test('without a target for clusters says so when asked for manifests', () => {
    const stack = new Stack(new App(), 'shop', 'dev', { targets: [new Compose()] });
    expect(() => stack.toJson()).toThrow('shop/dev has no target that makes Kubernetes manifests; add one: targets: [new Kubernetes()]');
  });

  test('may hold the team\'s own Kubernetes objects, which Compose reports as left out', () => {
    const { notes, services } = composeOf(stack => {
      service(stack, 'web');
      new ApiObject(stack, 'gauge', { apiVersion: 'example.io/v1', kind: 'Gauge' });
    });
    expect([Object.keys(services), notes]).toEqual([['web'], [{ at: 'shop/dev/gauge', field: 'Gauge', target: 'compose', outcome: 'left-out', what: 'a Kubernetes object of your own: Compose has nothing of the kind' }]]);
  });
});

describe('the name of a construct', () => {
  test('is its path below the stack, in the letters of DNS, without hidden defaults', () => {
    const { services } = composeOf(stack => {
      const group = new Construct(stack, 'Front End');
      service(group as Stack, 'webServer');
      service(new Construct(group, 'api') as Stack, 'Default');
    });
    expect(Object.keys(services)).toEqual(['front-end-web-server', 'front-end-api']);
  });

  test('is the same in problems, which speak of paths', () => {
    const app = shop(stack => { service(new Construct(stack, 'api') as Stack, 'Default', { probes: undefined }); });
    expect(synthesize(app).problems.map(({ at }) => at)).toEqual(['shop/dev/api']);
  });
});
