import { describe, expect, test } from '@jest/globals';
import { load, loadAll } from 'js-yaml';
import { SecurityScan, type SecurityScanProps } from '../../../constructs';
import { App, Aspects, Compose, Cron, Image, Instruction, isPrimitive, Kubernetes, printProblems, Stack, synthesize, Workload, type ComposeFile, type Emission } from '../../../lib';
import type { ScanPlan } from '../../../lib/core/scan-plan';
import { composeErrors } from '../../support/compose-schema';
import { manifestErrors, podIn } from '../../support/manifests';
import { service, textOf } from '../../support/stacks';
import { onOneNode } from '../../targets/kubernetes/cluster';

const BUILT = { name: 'shop', version: '1.0', context: __dirname, user: { uid: 1000, gid: 1000 }, tools: ['curl'], stages: [{ name: 'run', from: 'alpine:3.22', instructions: [Instruction.user(1000)] }] } as const;

/** A shop with an image from a registry and one of its own, and its scan. */
function scan(props: Partial<SecurityScanProps> = {}, change: (shop: Stack) => void = () => undefined, compose = new Compose()): { emissions: readonly Emission[]; of: (target: string) => Emission; plan: ScanPlan; problems: string; shop: Stack } {
  const app = new App();
  const shop = new Stack(app, 'shop', 'prod', { targets: [compose, new Kubernetes({ registry: 'registry.example' })] });
  service(shop, 'proxy');
  service(shop, 'api', { image: Image.build(BUILT) });
  new SecurityScan(app, 'scan', { of: shop, ...props });
  // Made after the scan, and all the same part of it.
  change(shop);
  const { emissions, problems } = synthesize(app);
  const of = (target: string) => emissions.find(emission => emission.target.name === target && emission.graph.stack.environment === 'prod-scan')!;
  const plan = problems.length > 0 ? undefined : JSON.parse(textOf(of('compose').files, 'config/plan/scan.json')) as ScanPlan;
  return { emissions, of, plan: plan!, problems: printProblems(problems), shop };
}

const servicesOf = ({ files }: Emission) => (load(textOf(files, 'compose.yaml')) as ComposeFile).services!;

interface CronJob { readonly kind: string; readonly metadata: { readonly name: string }; readonly spec: { readonly suspend?: boolean; readonly schedule: string } }

/** All manifests are valid. */
function cronJobsOf({ files }: Emission): CronJob[] {
  const manifests = [...files].flatMap(([path, file]) => (path.endsWith('.yaml') && 'text' in file ? loadAll(file.text) as CronJob[] : []));
  expect(manifests.flatMap(manifest => manifestErrors(manifest))).toEqual([]);
  return manifests.filter(({ kind }) => kind === 'CronJob');
}

describe('a security scan', () => {
  test('is a stack of its own beside the one that it scans, of which nothing changes', () => {
    const { emissions } = scan();
    const app = new App();
    const alone = new Stack(app, 'shop', 'prod', { targets: [new Compose(), new Kubernetes({ registry: 'registry.example' })] });
    service(alone, 'proxy');
    service(alone, 'api', { image: Image.build(BUILT) });
    expect(emissions.map(({ graph }) => graph.stack.node.path)).toEqual(['shop/prod', 'shop/prod', 'shop/prod-scan', 'shop/prod-scan']);
    expect(emissions.slice(0, 2).map(({ files }) => [...files])).toEqual(synthesize(app).emissions.map(({ files }) => [...files]));
  });

  test('lists every image and Dockerfile, each once, and what each scanner must leave', () => {
    const { plan } = scan({}, shop => { service(shop, 'second', { image: Image.registry('example/app:1.0', { user: { uid: 1, gid: 1 }, tools: ['curl'] }) }); });
    expect(plan.images.map(({ reference, from, workloads }) => [reference, from, workloads])).toEqual([['example/app:1.0', 'registry', ['proxy', 'second']], ['shop:1.0', 'archive', ['api']]]);
    expect(plan.dockerfiles.map(({ image }) => image)).toEqual(['shop']);
    expect(plan.outputs.map(({ scanner, subject }) => `${scanner} ${subject}`)).toEqual([
      'trivy example/app:1.0', 'trivy shop:1.0', 'grype example/app:1.0', 'grype shop:1.0', 'syft example/app:1.0', 'syft shop:1.0', 'hadolint images/shop/Dockerfile',
    ]);
    expect(new Set(plan.outputs.map(({ file }) => file)).size).toBe(7);
  });

  test('runs on one node of a cluster, since its scanners share what they leave, and start at the same time', () => {
    const pods = cronJobsOf(scan({ schedule: Cron.daily('04:00') }).of('kubernetes'));
    expect(pods.map(job => podIn(job)?.affinity)).toEqual(pods.map(() => onOneNode('collect', 'grype', 'hadolint', 'receive', 'syft', 'trivy')));
    expect(pods).toHaveLength(6);
  });

  test('hands Hadolint the Dockerfiles as they are emitted', () => {
    const { of, plan, emissions } = scan();
    expect(textOf(of('compose').files, `config/plan/${plan.dockerfiles[0]!.slug}.Dockerfile`)).toBe(textOf(emissions[0]!.files, 'images/shop/Dockerfile'));
  });

  test('sees the stack as its aspects have made it', () => {
    const { plan } = scan({}, shop => Aspects.of(shop).add({ visit: construct => {
      if (isPrimitive(construct) && construct.kind === 'workload' && construct.node.id === 'proxy') (construct as Workload).spec.image = Image.registry('mirror.example/app:2.0', { user: { uid: 1, gid: 1 }, tools: ['curl'] });
    } }));
    expect(plan.images[0]!.reference).toBe('mirror.example/app:2.0');
  });

  test('tells names apart that look alike', () => {
    const facts = { user: { uid: 1, gid: 1 }, tools: ['curl'] as const };
    const { plan } = scan({}, shop => { service(shop, 'a', { image: Image.registry('app/x:1.0', facts) }); service(shop, 'b', { image: Image.registry('app-x:1.0', facts) }); });
    expect(new Set(plan.images.map(({ slug }) => slug)).size).toBe(4);
  });

  test('pulls built images from the registry that they are pushed to, where every target does', () => {
    const { plan, of } = scan({ registry: 'registry.example/team' }, undefined, new Compose({ registry: 'registry.example/team' }));
    expect(plan.images.map(({ reference, from }) => [reference, from])).toEqual([['example/app:1.0', 'registry'], ['registry.example/team/shop:1.0', 'registry']]);
    expect(servicesOf(of('compose'))['trivy']!.image).toBe('registry.example/team/security-scan:1.0.0');
  });

  test('looks at what a host has built, and not at what a registry has under its name; a cluster pulls it', () => {
    const { plan, of } = scan({ registry: 'registry.example/team' });
    expect(plan.images.map(({ from, local }) => [from, local])).toEqual([['registry', 'example/app:1.0'], ['built', 'shop:1.0']]);
    expect(textOf(of('compose').files, 'config/plan/images.txt')).toMatch(/^registry-example-team-shop-1-0-\w+ built registry\.example\/team\/shop:1\.0 shop:1\.0$/m);
    for (const target of ['compose', 'kubernetes']) expect(textOf(of(target).files, 'OPERATIONS.md')).toContain('A Docker host that builds `shop:1.0` itself scans what it has built, and not what a registry has: after each build, hand them over there, by `docker save IMAGE | docker compose run --rm -T receive receive NAME`.');
  });

  test('runs when it is asked to: tasks of Compose, CronJobs of a cluster that wait', () => {
    const { of } = scan();
    const services = servicesOf(of('compose'));
    expect(composeErrors(textOf(of('compose').files, 'compose.yaml'))).toEqual([]);
    expect(Object.entries(services).map(([name, { profiles, command }]) => [name, profiles, command])).toEqual(['trivy', 'grype', 'syft', 'hadolint', 'receive', 'collect'].map(name => [name, ['tasks'], [name]]));
    const jobs = cronJobsOf(of('kubernetes'));
    expect(jobs.map(({ spec }) => spec.suspend)).toEqual([true, true, true, true, true, true]);
  });

  test('runs at given times: a cron runner of Compose, CronJobs of a cluster', () => {
    const { of } = scan({ schedule: Cron.daily('03:00') });
    expect(textOf(of('compose').files, 'config/trivy-schedule/crontab')).toContain('0 3 * * * timeout 7200');
    const jobs = cronJobsOf(of('kubernetes'));
    expect(jobs.filter(({ spec }) => spec.schedule === '0 3 * * *').map(({ metadata }) => metadata.name)).toEqual(['trivy', 'grype', 'syft', 'hadolint']);
  });

  test('gives no scanner the socket, a folder or a namespace of the host; only those that pull reach the internet', () => {
    const { of } = scan();
    const text = textOf(of('compose').files, 'compose.yaml');
    expect(text).not.toMatch(/docker\.sock|type: bind|privileged|pid:|host_ip/);
    expect(Object.entries(servicesOf(of('compose'))).filter(([, { network_mode }]) => network_mode === 'none').map(([name]) => name)).toEqual(['hadolint', 'receive', 'collect']);
  });

  test('gets the key to private registries as a file, and only where there are such', () => {
    const { of } = scan({ isPrivate: true });
    const { services } = load(textOf(of('compose').files, 'services.yaml')) as ComposeFile;
    expect(services!['grype']).toMatchObject({ environment: { DOCKER_CONFIG: '/run/secrets/registry' }, secrets: [{ target: '/run/secrets/registry/config.json' }] });
    expect(services!['hadolint']!.secrets).toBeUndefined();
    expect(servicesOf(scan().of('compose'))['grype']!.secrets).toBeUndefined();
  });

  test('refuses a deadline that is none', () => {
    expect(scan({ deadline: '2 fortnights' as '2h' }).problems).toContain('shop/prod-scan');
  });

  test('is not started, but built, where all of it is run by hand', () => {
    const { of } = scan();
    expect(of('compose').target.next('dist/shop/prod-scan/compose', of('compose').graph)).toEqual(['docker compose --project-directory dist/shop/prod-scan/compose --profile tasks build']);
    const scheduled = scan({ schedule: Cron.weekly('SUN', '03:00') }).of('compose');
    // What the scanners run is built by themselves; what fetches their outputs is done by hand.
    const compose = 'docker compose --project-directory dist/shop/prod-scan/compose';
    expect(scheduled.target.next('dist/shop/prod-scan/compose', scheduled.graph)).toEqual([`${compose} --profile tasks build`, `${compose} up --wait`]);
    const guide = textOf(scheduled.files, 'OPERATIONS.md');
    expect(guide).toContain('\ndocker compose --profile tasks build\ndocker compose up --wait\n');
    expect(guide).toContain('\ndocker compose --profile tasks build\ndocker compose up --wait --remove-orphans\n');
  });

  test('tells the person on call how to scan, and where the report comes from', () => {
    const guide = (target: string, props?: Partial<SecurityScanProps>) => textOf(scan(props).of(target).files, 'OPERATIONS.md');
    const compose = guide('compose');
    expect(compose).toContain('docker compose --profile tasks build\n```\n\nNothing starts by itself here: all of it is run by hand, as below.\n');
    expect(compose).toContain('### A scan of shop/prod, and its report');
    expect(compose).toContain('docker compose run --rm trivy\ndocker compose run --rm grype\ndocker compose run --rm syft\ndocker compose run --rm hadolint\n');
    expect(compose).toMatch(/^docker compose run --rm collect$/m);
    expect(compose).toContain('No registry has `shop:1.0`');
    const kubernetes = guide('kubernetes', { registry: 'registry.example', schedule: Cron.daily('03:00') });
    expect(kubernetes).toContain('The scanners run at `0 3 * * *` UTC, and when somebody asks for it.');
    expect(kubernetes).toContain('kubectl create job collect-1 --from=cronjob/collect\nkubectl logs --follow job/collect-1');
    expect(kubernetes).not.toContain('No registry has');
    for (const one of [compose, kubernetes]) expect(one).toContain('Docker Bench for Security is not among the scanners: it wants the Docker host itself. On that host, in a checkout of version 1.6.0 of `https://github.com/docker/docker-bench-security`, `sudo sh docker-bench-security.sh -b` writes `log/docker-bench-security.log.json`: put that file into `reports`, and the report reads it too.');
  });
});
