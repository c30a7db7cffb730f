import { describe, expect, test } from '@jest/globals';
import { ReleaseJob } from '../../../constructs';
import { Compose, Kubernetes, synthesize, Volume, Workload, type Stack } from '../../../lib';
import { composeOf, IMAGE, problemsOf, service, shop } from '../../support/stacks';

const job = (stack: Stack, id: string, after: readonly Workload[] = []) => new Workload(stack, id, { image: IMAGE, command: [id], runs: { kind: 'release', check: undefined }, after });
const DONE = { condition: 'service_completed_successfully' };

describe('work of a release that no service waits for', () => {
  test('is waited for by one without a container, since `up --wait` takes its end for a failure otherwise', () => {
    const { services } = composeOf(stack => {
      job(stack, 'index');
      job(stack, 'announce', [job(stack, 'migrate')]);
      service(stack, 'web');
    });
    expect(services['releases--done']).toMatchObject({ depends_on: { index: DONE, announce: DONE }, deploy: { replicas: 0 } });
    expect(Object.values(services).filter(({ depends_on: on }) => on && 'migrate' in on)).toHaveLength(1);
    // Nobody waits for longer than before.
    expect(services['web']!.depends_on).toBeUndefined();
  });

  test('is so too where only work by hand waits for it, which is in a profile', () => {
    const { services } = composeOf(stack => { new Workload(stack, 'restore', { image: IMAGE, runs: { kind: 'task' }, after: [job(stack, 'migrate')] }); });
    expect(services['releases--done']!.depends_on).toEqual({ migrate: DONE });
  });

  test('is so too where it fills a volume that nobody reads', () => {
    const { services } = composeOf(stack => { new Volume(stack, 'pages', { size: '1Gi', filledBy: { image: IMAGE, command: ['fill'], path: '/pages' } }); });
    expect(services['releases--done']!.depends_on).toEqual({ 'pages-fill': DONE });
  });

  test('has the same image as what waits for it: there is nothing more to pull, to build or to harden', () => {
    const { services, networks } = composeOf(stack => { job(stack, 'index'); });
    const { image, user, read_only, cap_drop, security_opt } = services['index']!;
    expect(services['releases--done']).toMatchObject({ image, user, read_only, cap_drop, security_opt, network_mode: 'none', restart: 'no' });
    expect([services['releases--done']!.build, networks]).toEqual([undefined, {}]);
  });

  test('is one of the stack, whose patches leave that service alone', () => {
    const { services, notes } = composeOf(stack => {
      const index = job(stack, 'index');
      for (const construct of [stack, index]) Compose.of(construct).patch('services', own => ({ ...own, networks: ['other'], network_mode: undefined }));
      Compose.of(index).patch('services', own => ({ ...own, image: 'example/other:1.0' }));
    });
    expect(services['releases--done']).toMatchObject({ image: 'example/other:1.0', network_mode: 'none' });
    expect(services['releases--done']).not.toHaveProperty('networks');
    expect(notes.filter(({ field, at }) => field === 'patch' && at === 'shop/dev')).toEqual([]);
  });
});

test('work of a release that some service waits for needs nobody else', () => {
  const { services } = composeOf(stack => {
    const migrate = new ReleaseJob(stack, 'migrate', { image: IMAGE, command: ['migrate'] });
    service(stack, 'web', { after: [migrate] });
  });
  expect(Object.keys(services)).toEqual(['migrate', 'web']);
});

test('on a cluster nobody waits for a Job: it ends by itself', () => {
  const app = shop(stack => { new ReleaseJob(stack, 'index', { image: IMAGE, command: ['index'], check: ['true'] }); }, { targets: [new Kubernetes()] });
  expect(problemsOf(app)).toBe('');
  expect(synthesize(app).emissions[0]!.rendering.documents.filter(({ kind }) => ['Job', 'Deployment'].includes(kind)).map(({ kind }) => kind)).toEqual(['Job']);
});
