import type { Construct } from 'constructs';
import { join } from 'node:path';
import { Aspects } from '../../lib/core/aspects';
import { Graph } from '../../lib/core/graph';
import { scanPlanOf, type ScanPlan } from '../../lib/core/scan-plan';
import { Stack, type StackProps } from '../../lib/core/stack';
import {
  addRunbook, advice, attempt, Config, Duration, Image, Instruction, Secret, steps, Text, Volume, Workload,
  type Cron, type DurationLike, type Mount, type ResourcesLike, type Run, type Runbook, type SizeLike, type WorkloadProps,
} from '../../lib/model';

/** Which stack a {@link SecurityScan} looks at, and when. Default of `targets`: those of that stack. */
export interface SecurityScanProps extends Partial<StackProps> {
  /** The stack whose images and Dockerfiles are scanned. */
  readonly of: Stack;
  /** When to scan. Default: when somebody asks for it. */
  readonly schedule?: Cron;
  /**
   * Where built images that name no registry are pulled from, and where the scan's own is: on a cluster the same as the
   * target's. A Docker host that builds what it runs (`new Compose()` without a registry) wants archives of it all the same,
   * and pulls none of it. Without a registry all are handed over as archives, which only Compose can do. Default: none.
   */
  readonly registry?: string;
  /** Whether registries ask who is there: then a secret of the scan holds a `config.json` of Docker. Default: no. */
  readonly isPrivate?: boolean;
  /** Room for vulnerability databases and for the largest image, unpacked. Default: 20 GiB. */
  readonly cache?: SizeLike;
  /** Room for archives. Default: 10 GiB. */
  readonly archives?: SizeLike;
  /** A scanner that takes longer is ended, and failed. Only with a schedule. Default: 2 hours. */
  readonly deadline?: DurationLike;
  /** Of each scanner. Default: 1 CPU and 2 GiB. */
  readonly resources?: ResourcesLike;
}

/** Named to the shell, so that the file need not be a program to those who copied it. */
const PROGRAM = ['/bin/sh', '/opt/security-scan/security-scan.sh'] as const;
const VERSIONS = { trivy: '0.69.3', grype: 'v0.116.0', syft: 'v1.45.1', hadolint: 'v2.14.0-alpine', alpine: '3.22' };

/**
 * Scans every image and Dockerfile of a stack: a stack of its own beside it, `shop/prod-scan` for `shop/prod`, so that
 * nothing of what runs changes. Trivy (SARIF), Grype (JSON), Syft (SPDX) and Hadolint (SARIF) each run as a workload.
 *
 * Compose: a project of its own; `docker compose --profile tasks build` once, then `docker compose up --wait`, or without a schedule
 * `docker compose run --rm trivy` and so on. Kubernetes: CronJobs, which wait for `kubectl create job` without a schedule.
 * What they find is fetched with `collect` (a cluster's by `kubectl logs`), and read by `npx compose8s security-report`.
 * Of the images that Compose makes by itself, of an image with a cron runner or a folder for a volume, the base is scanned.
 *
 * Docker Bench is not among them: it wants the host's namespaces and the Docker socket, which no workload may have. The
 * report judges what of it the emitted files show, and reads the JSON log of one that somebody has run on the host itself.
 */
export class SecurityScan extends Stack {
  /** Looks for vulnerabilities and secrets, and writes SARIF. */
  readonly trivy: Workload;
  /** Looks for vulnerabilities, and writes JSON. */
  readonly grype: Workload;
  /** Lists what is in each image, as SPDX. */
  readonly syft: Workload;
  /** Looks at Dockerfiles, and writes SARIF. */
  readonly hadolint: Workload;
  /** Takes archives of images that no registry has: `docker save shop:1.0 | docker compose run --rm -T receive receive <name>`. */
  readonly receive: Workload;
  /** Prints all outputs: `docker compose run --rm -T collect | base64 -d | tar -xz -C reports`. */
  readonly collect: Workload;

  constructor(scope: Construct, id: string, props: SecurityScanProps) {
    const { of: scanned, schedule, registry, isPrivate = false, cache = '20Gi', archives = '10Gi', deadline = '2h', resources = { cpu: 1, memory: '2Gi' }, ...stack } = props;
    super(scope, scanned.system, `${scanned.environment}-${id}`, { targets: scanned.targets, ...stack });
    const limit = attempt(this, 'deadline', () => Duration.of(deadline), Duration.hours(2));
    const runs: Run = schedule ? { kind: 'schedule', cron: schedule, deadline: limit } : { kind: 'task' };
    const plan = new Config(this, 'plan', { files: { 'scan.json': '{}\n', 'images.txt': '' } });
    const reports = new Volume(this, 'reports', { size: '1Gi' });
    const archived = new Volume(this, 'archives', { size: archives });
    const caches = new Volume(this, 'cache', { size: cache, disposable: true });
    const access = isPrivate ? new Secret(this, 'registry', { keys: { 'config.json': Secret.given('a config.json of Docker that may pull the images: docker login writes one', { what: 'a config.json of Docker that may pull the images' }) } }) : undefined;

    const listed: Mount = { config: plan, path: '/etc/security-scan' };
    const written: Mount = { volume: reports, path: '/reports' };
    const workload = (name: string, more: Partial<WorkloadProps>) => new Workload(this, name, {
      image: imageOf(registry), command: PROGRAM, args: [name], runs: { kind: 'task' }, mounts: [listed, written], resources: { cpu: '500m', memory: '256Mi' }, ...more,
    });
    const pulls = {
      runs, resources, internet: true,
      ...(access ? { env: { DOCKER_CONFIG: '/run/secrets/registry' } } : {}),
      mounts: [listed, written, { volume: caches, path: '/cache' }, { volume: archived, path: '/archives', readOnly: true }, ...(access ? [{ secret: access, path: '/run/secrets/registry' }] : [])],
    };
    this.trivy = workload('trivy', pulls);
    this.grype = workload('grype', pulls);
    this.syft = workload('syft', pulls);
    this.hadolint = workload('hadolint', { runs, env: { CACHE: '/tmp' } });
    this.receive = workload('receive', { mounts: [listed, { volume: archived, path: '/archives' }] });
    this.collect = workload('collect', { mounts: [listed, { ...written, readOnly: true }] });

    // The scanned stack is complete, and as its aspects have made it, only when this one is visited.
    Aspects.of(plan).add({ visit: () => { plan.spec.files = filesOf(scanned, registry); } });
    addRunbook(this, () => [this.runbook(scanned, scanPlanOf(new Graph(scanned), registry).plan)]);
  }

  private runbook(scanned: Stack, { images }: ScanPlan): Runbook {
    const { receive, collect } = this;
    const scanners = [this.trivy, this.grype, this.syft, this.hadolint];
    const { runs } = this.trivy.spec;
    const [archives, built] = (['archive', 'built'] as const).map(source => images.filter(({ from }) => from === source).map(({ local }) => `\`${local}\``).join(', '));
    const list = { do: 'run', workload: receive, args: ['list'], as: 'scan-list' } as const;
    return {
      purpose: 'look', title: `A scan of ${scanned.node.path}, and its report`,
      content: [
        advice`${runs.kind === 'schedule' ? `The scanners run at \`${runs.cron.expression}\` ${runs.cron.timeZone}, and` : 'The scanners run'} when somebody asks for it. Each looks at all images, and replaces what it has left before: one that fails leaves nothing, and the report says so.`,
        ...(archives ? [advice`No registry has ${archives}: after each build, hand them over where they were built, by \`docker save IMAGE | docker compose run --rm -T ${receive.node.id} receive NAME\`. Images with their names: ${list}.`] : []),
        ...(built ? [advice`A Docker host that builds ${built} itself scans what it has built, and not what a registry has: after each build, hand them over there, by \`docker save IMAGE | docker compose run --rm -T ${receive.node.id} receive NAME\`. Until then their scan fails. Images with their names: ${list}. A cluster pulls them.`] : []),
        steps(...scanners.map(workload => [{ do: 'run', workload, as: `${workload.node.id}-1` }] as const)),
        advice`Then fetch what they found: what this prints (as a job in a cluster: what it logs) goes into \`base64 -d | tar -xz -C reports\`, in a folder \`reports\` of the project.`,
        steps([{ do: 'run', workload: collect, as: 'collect-1' }], [{ do: 'follow', run: 'collect-1' }]),
        advice`\`npx compose8s security-report reports\` makes \`reports/report.html\` of it. It ends with 1 where something grave was found, or where an output is missing.`,
        advice`Docker Bench for Security is not among the scanners: it wants the Docker host itself. On that host, in a checkout of version 1.6.0 of \`https://github.com/docker/docker-bench-security\`, \`sudo sh docker-bench-security.sh -b\` writes \`log/docker-bench-security.log.json\`: put that file into \`reports\`, and the report reads it too.`,
      ],
    };
  }
}

function filesOf(scanned: Stack, registry: string | undefined): Record<string, Text> {
  const { plan, dockerfiles } = scanPlanOf(new Graph(scanned), registry);
  const files: Record<string, string> = {
    'scan.json': `${JSON.stringify(plan, null, 2)}\n`,
    'images.txt': plan.images.map(({ slug, from, reference, local }) => `${[slug, from, reference, ...(from === 'registry' ? [] : [local])].join(' ')}\n`).join(''),
    ...Object.fromEntries([...dockerfiles].map(([slug, text]) => [`${slug}.Dockerfile`, text])),
  };
  return Object.fromEntries(Object.entries(files).map(([name, content]) => [name, Text.of(content)]));
}

/** The scanners' own programs, which need nothing of their images, beside a shell. */
function imageOf(registry: string | undefined): Image {
  return Image.build({
    name: 'security-scan', version: '1.0.0', registry, context: join(__dirname, 'image'),
    user: { uid: 10001, gid: 10001 }, tools: ['shell'], folders: ['/reports', '/archives', '/cache'],
    labels: { description: 'Trivy, Grype, Syft and Hadolint over the images of a stack' },
    stages: [
      { name: 'trivy', from: `aquasec/trivy:${VERSIONS.trivy}`, instructions: [] },
      { name: 'grype', from: `anchore/grype:${VERSIONS.grype}`, instructions: [] },
      { name: 'syft', from: `anchore/syft:${VERSIONS.syft}`, instructions: [] },
      { name: 'hadolint', from: `hadolint/hadolint:${VERSIONS.hadolint}`, instructions: [] },
      {
        name: 'scan', from: `alpine:${VERSIONS.alpine}`,
        instructions: [
          Instruction.run('install -d -o 10001 -g 10001 /reports /archives /cache'),
          Instruction.copy('/usr/local/bin/trivy', '/usr/local/bin/trivy', { from: 'trivy' }),
          Instruction.copy('/grype', '/usr/local/bin/grype', { from: 'grype' }),
          Instruction.copy('/syft', '/usr/local/bin/syft', { from: 'syft' }),
          Instruction.copy('/bin/hadolint', '/usr/local/bin/hadolint', { from: 'hadolint' }),
          Instruction.copy('security-scan.sh', PROGRAM[1]),
          Instruction.user(10001),
          Instruction.entrypoint(...PROGRAM),
        ],
      },
    ],
  });
}
