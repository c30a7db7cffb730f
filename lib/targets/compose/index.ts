import type { IConstruct } from 'constructs';
import { BUILDS_FILE, builtImages, buildFiles } from '../../core/build-context';
import type { Graph } from '../../core/graph';
import type { Operations } from '../../core/operations';
import { Patches } from '../../core/patches';
import { imageOf, registryFaults } from '../../core/registry';
import { inventoryOf } from '../../core/secrets/inventory';
import { shellWord } from '../../core/shell';
import { yaml, yamlEntries } from '../../core/yaml';
import { Findings, type Connection, type Document, type OutputFile, type Rendered, type Rendering, type RunningImage, type Target } from '../../core/target';
import { pathOf, type AlertRules, type Certificate, type Config, type Kind, type Metrics, type Problem, type Route, type Secret, type Volume, type Workload } from '../../model';
import { buildEntry, buildsOf, imagesOf, secretsRead } from './builds';
import { hostConflicts } from './conflicts';
import { secretsFolder, type Context } from './context';
import { Dialect } from './dialect';
import { envExample, mountsSources } from './environment';
import { composeNetworks, networksOf, type Network } from './networks';
import { composeOperations } from './operations';
import { isLoopback } from './ports';
import { outsideOnCompose } from './outside';
import { reachOnCompose } from './reach';
import { releasesDone } from './releases';
import { scheduleConfigs } from './schedule';
import { serviceOf } from './services';
import { buildWords, startWords } from './start';
import { composeConfig, composeSecret, configName, configPath, secretName } from './storage';
import type { Sections } from './types';
import { composeWeaknesses } from './weaknesses';
import { buildersOf, wrappersOf } from './wrappers';
import { variableConflicts } from './variables';

export type { ComposeFile, ComposeService, Sections } from './types';

/** What a {@link Compose} target needs to know of its host. */
export interface ComposeProps {
  /** The host that the stack runs on. Stacks on the same host must not get into each other's way. Default: `localhost`, for all of them. */
  readonly host?: string;
  /**
   * The host's own address for the ports that only the host itself may use. On Linux every address of 127.0.0.0/8 is the
   * machine's: with one for each, stacks side by side can publish the same numbers. Default: 127.0.0.1.
   */
  readonly loopback?: string;
  /**
   * Registry and folder of the images that are built: `ghcr.io/acme`. `images.yaml` builds and pushes them, wherever that is
   * done, and the host only pulls. Default: none; the host builds them.
   */
  readonly registry?: string;
}

const patches = new Patches(composeWeaknesses);

/** Emits a Docker Compose project for one machine: `compose.yaml` with all that it mounts and builds. */
export class Compose implements Target {
  readonly name = 'compose';
  /** The host that the stack runs on. */
  readonly host: string;
  /** The host's own address for ports that only it may use. */
  readonly loopback: string;
  /** Where built images come from; `undefined` where the host builds them. */
  readonly registry: string | undefined;

  constructor({ host = 'localhost', loopback = '127.0.0.1', registry }: ComposeProps = {}) {
    this.host = host;
    this.loopback = loopback;
    this.registry = registry;
  }

  /** Whether the host builds the images that it runs: where no registry is named. */
  get buildsInPlace(): boolean {
    return this.registry === undefined;
  }

  /**
   * Edits what a construct, and all within it, becomes in a section of the Compose file. An edit gets each entry, with the
   * name that it has there (`web`, `web-internet`, `web--db`). Each edit is noted, and what is weaker by it.
   */
  static of(construct: IConstruct) {
    return {
      patch<S extends keyof Sections>(section: S, edit: (entry: Sections[S], name: string) => Sections[S]): void {
        patches.add(construct, section, edit);
      },
    };
  }

  render(graph: Graph): Rendering {
    const findings = new Findings(this.name, pathOf);
    const networks = networksOf(graph);
    const context: Context = {
      graph, findings, loopback: this.loopback, registry: this.registry, files: new Map<string, OutputFile>(), dialect: new Dialect(graph),
      networksByMember: byMember(networks), secretFiles: secretFilesOf(graph),
      builders: buildersOf(graph),
      stages: new Map<string, readonly string[]>(), wrappers: wrappersOf(graph),
    };
    const documents = [
      ...[...graph.workloads, ...graph.volumes, ...graph.configs, ...graph.secrets, ...graph.certificates, ...graph.routes, ...graph.metrics, ...graph.alertRules]
        .flatMap(primitive => (HANDLERS[primitive.kind] as (p: typeof primitive, c: Context) => Document[])(primitive, context)),
      ...networkDocuments(networks, context),
    ];
    if (!isLoopback(this.loopback)) findings.problem(graph.stack, { code: 'loopback', what: `'${this.loopback}' is not an address that only the host itself has`, fix: "use one of 127.0.0.0/8: new Compose({ loopback: '127.0.0.2' })" });
    for (const fault of registryFaults(this.registry)) findings.problem(graph.stack, fault);
    findings.problems.push(...entryConflicts(documents), ...variableConflicts(graph, context.dialect));
    if (graph.routes.some(({ spec }) => spec.reach === 'public')) {
      // Docker's own proxy takes their connections, and makes others of IPv4, which the networks are of: moby/moby#17666.
      findings.note(graph.stack, 'client address', 'approximated', 'visitors by IPv6 all have the address of a gateway, so that they share all limits by address: give its names no AAAA record, or put a balancer with IPv6 in front that is trusted (trustedProxies)', 'default');
    }
    for (const object of graph.apiObjects) findings.note(object, object.kind, 'left-out', 'a Kubernetes object of your own: Compose has nothing of the kind');
    for (const built of builtImages(graph)) {
      const { files, faults } = buildFiles(built, context.stages.get(built.name));
      if (context.files.has(`images/${built.name}/Dockerfile`)) findings.problem(built.workloads[0]!, { code: 'image-folder', what: `the image ${built.name} would be built in the same folder as one that is made on top of an image from a registry`, fix: 'give the image another name' });
      for (const [path, file] of files) context.files.set(path, file);
      for (const fault of faults) findings.problem(built.workloads[0]!, fault);
    }
    // Under two names: the one that everybody looks for, and one that says whose it is where those of several environments lie side by side.
    for (const name of ['.env.example', `.env.${graph.stack.environment}.example`]) context.files.set(name, { text: envExample(context) });
    const patched = patches.apply(documents, graph.stack, findings);
    return { documents: [...patched, ...releasesDone(graph, patched)], files: context.files, notes: findings.notes, problems: findings.problems };
  }

  print(documents: readonly Document[], graph: Graph): ReadonlyMap<string, OutputFile> {
    const builds = this.registry === undefined ? [] : [...buildsOf(documents), ...this.basesOf(documents, graph)];
    if (builds.length === 0) return this.project(documents, graph);
    const head = `# ${graph.stack.node.path}: the images of its program. docker compose --file ${BUILDS_FILE} build --push\n`;
    const read = secretsRead(builds);
    const secrets = documents.filter(({ kind, name }) => kind === 'secrets' && read.has(name));
    return new Map([...this.project(documents, graph), [BUILDS_FILE, { text: `${head}${yaml({ name: graph.stack.projectName })}${section('services', builds)}${section('secrets', secrets.map(({ name, body }) => [name, body]))}` }]]);
  }

  /** Built images that no service runs as they are, for a cluster and for scanners: each lacks something here. No workload has such a name. */
  private basesOf(documents: readonly Document[], graph: Graph) {
    const known = new Set(buildsOf(documents).map(([, { image }]) => image));
    return builtImages(graph).flatMap(({ name, workloads: [first] }) => {
      const { image } = first!.spec;
      const reference = imageOf(image, this.registry);
      return known.has(reference) ? [] : [[`image--${name}`, { image: reference, build: buildEntry(image.build!, graph) }] as const];
    });
  }

  private project(documents: readonly Document[], graph: Graph): ReadonlyMap<string, OutputFile> {
    const sections = SECTIONS.map(name => section(name, documents.filter(({ kind }) => kind === name).map(entry => [entry.name, entry.body]))).join('');
    const head = `# ${graph.stack.node.path}: made by compose8s from the stack's program. Changes belong there.\n`;
    const project = { name: graph.stack.projectName };
    if (graph.secrets.length === 0) return new Map([['compose.yaml', { text: head + yaml(project) + sections }]]);
    // The values of secrets are variables. An included file can say where they are; `.env` would have to lie in this disposable folder.
    return new Map([
      ['compose.yaml', { text: `${head}# What runs is in services.yaml. The values of its secrets: npx compose8s secrets init ${graph.stack.node.path}\n${yaml({ ...project, include: [{ path: 'services.yaml', project_directory: '.', env_file: `${secretsFolder(graph)}/.env` }] })}` }],
      ['services.yaml', { text: head + sections }],
    ]);
  }

  next(folder: string, graph: Graph): readonly string[] {
    // The emitted files look for the project four folders above them.
    const isBelowProject = /^[^./][^/]*(\/[^/]+){3}$/.test(folder);
    const elsewhere = isBelowProject ? '' : [
      ...(graph.secrets.length > 0 ? [`SECRETS_DIR="$PWD/secrets/${graph.stack.node.path}" `] : []),
      ...(mountsSources(graph) ? ['PROJECT_DIR="$PWD" '] : []),
    ].join('');
    return [
      ...(graph.secrets.length > 0 ? [`npx compose8s secrets init ${graph.stack.node.path}`] : []),
      ...(this.registry !== undefined && hasBuilds(graph) ? [`${inventoryOf(graph).some(({ builds }) => builds.length > 0) ? elsewhere : ''}docker compose ${buildWords(folder)}`] : []),
      ...startWords(graph, this.registry).map(words => `${elsewhere}docker compose --project-directory ${shellWord(folder)} ${words}`),
    ];
  }

  operations(graph: Graph, documents: readonly Document[]): Operations {
    const folder = `dist/${graph.stack.node.path}/${this.name}`;
    return composeOperations(graph, { loopback: this.loopback, registry: this.registry, built: buildsOf(documents).map(([, { image }]) => image), folder, next: this.next(folder, graph) });
  }

  reach(documents: readonly Document[]): readonly Connection[] {
    return reachOnCompose(documents);
  }

  outside(documents: readonly Document[]): readonly Connection[] {
    return outsideOnCompose(documents);
  }

  images(documents: readonly Document[]): readonly RunningImage[] {
    return imagesOf(documents);
  }

  conflicts(neighbours: readonly Rendered[]): readonly Problem[] {
    return hostConflicts(neighbours.map(({ graph, target, rendering: { documents } }) => {
      const { host, loopback, registry } = target as Compose;
      return { graph, documents, host, loopback, registry };
    }));
  }
}

const SECTIONS = ['services', 'networks', 'volumes', 'configs', 'secrets'] as const satisfies readonly (keyof Sections)[];

interface Primitives { workload: Workload; volume: Volume; secret: Secret; config: Config; route: Route; certificate: Certificate; metrics: Metrics; 'alert-rules': AlertRules }

const HANDLERS: { readonly [K in Kind]: (primitive: Primitives[K], context: Context) => Document[] } = {
  workload: (workload, context) => {
    const name = context.graph.name(workload);
    const schedule = workload.spec.runs.kind === 'schedule' ? scheduleConfigs(name) : [];
    return [document(workload, 'services', name, serviceOf(workload, context)), ...schedule.map(([config, body]) => document(workload, 'configs', config, body))];
  },
  volume: (volume, { graph, findings }) => {
    const { size: _size, filledBy: _filledBy, disposable: _disposable, storageClass, ...rest } = volume.spec;
    rest satisfies Record<string, never>;
    findings.note(volume, 'size', 'left-out', "Docker's volumes have no size: the host's disk must have room for what is asked");
    if (storageClass) findings.note(volume, 'storageClass', 'left-out', 'Docker keeps volumes on the disk of the host');
    return [document(volume, 'volumes', graph.name(volume), {})];
  },
  config: (config, { graph, files, dialect }) => {
    const { files: contents, executable, ...rest } = config.spec;
    rest satisfies Record<string, never>;
    const name = graph.name(config);
    return Object.entries(contents).map(([file, content]) => {
      files.set(configPath(name, file).slice(2), { text: dialect.file(content), executable });
      return document(config, 'configs', configName(name, file), composeConfig(name, file));
    });
  },
  secret: (secret, context) => {
    const { keys, revision: _revision, ...rest } = secret.spec;
    rest satisfies Record<string, never>;
    const name = context.graph.name(secret);
    return Object.keys(keys).filter(key => context.secretFiles.has(`${name}/${key}`)).map(key => document(secret, 'secrets', secretName(name, key), composeSecret(context, name, key)));
  },
  certificate: (certificate, { findings }) => {
    const { hosts: _hosts, source, secret: _secret, ...rest } = certificate.spec;
    rest satisfies Record<string, never>;
    if (source.kind === 'acme') findings.note(certificate, 'source.issuer', 'approximated', 'a scheduled workload asks for the certificate and renews it; the issuer of the cluster has no part in it');
    return [];
  },
  // A route is part of its workload's service.
  route: () => [],
  // What watches is in the stack itself.
  metrics: () => [],
  'alert-rules': () => [],
};

function document(source: Document['source'], kind: keyof Sections, name: string, body: object): Document {
  return { source, path: 'services.yaml', kind, name, body };
}

/** Whether any image is made here. */
function hasBuilds(graph: Graph): boolean {
  return graph.workloads.some(({ spec }) => spec.image.build) || wrappersOf(graph).size > 0;
}

function networkDocuments(networks: readonly Network[], { graph, findings }: Context): Document[] {
  const { networks: bodies, faults } = composeNetworks(graph, networks);
  for (const fault of faults) findings.problem(graph.stack, fault);
  return networks.map(({ name, members }) => document(members[0]!, 'networks', name, bodies[name]!));
}

/** A generated entry may meet one of the stack's own: the schedule of `backup`, and a config `backup-schedule`. */
function entryConflicts(documents: readonly Document[]): Problem[] {
  const seen = new Map<string, Document>();
  return documents.flatMap((entry): Problem[] => {
    const key = `${entry.kind}/${entry.name}`;
    const other = seen.get(key);
    seen.set(key, entry);
    return other ? [{ code: 'entry-collision', at: pathOf(entry.source), what: `its entry '${entry.name}' in ${entry.kind} would replace the one of ${pathOf(other.source)}`, fix: 'give one of them another id' }] : [];
  });
}

/** Secrets that only reach environments need no entry of their own. */
function secretFilesOf(graph: Graph): ReadonlySet<string> {
  return new Set(inventoryOf(graph).filter(({ mounted, builds }) => mounted || builds.length > 0).map(({ path }) => path));
}

function byMember(networks: readonly Network[]): ReadonlyMap<Workload, readonly Network[]> {
  const result = new Map<Workload, Network[]>();
  for (const network of networks) {
    for (const member of network.members) result.set(member, [...(result.get(member) ?? []), network]);
  }
  return result;
}

/** Nothing, where it has no entry. */
function section(name: keyof Sections, entries: readonly (readonly [name: string, body: object])[]): string {
  return entries.length > 0 ? `${name}:\n${indented(yamlEntries(entries))}` : '';
}

function indented(block: string): string {
  return block.replace(/^(?=.)/gm, '  ');
}
