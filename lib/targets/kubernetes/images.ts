import { builtImages, type BuiltImage } from '../../core/build-context';
import type { Graph } from '../../core/graph';
import { imageOf } from '../../core/registry';
import { shellWord } from '../../core/shell';
import type { Document, RunningImage } from '../../core/target';
import type { Build, Fault, Image } from '../../model';
import { templateIn } from './reach';

/** Whether nodes can pull it: a name alone would be looked for on Docker Hub. */
export function isPushable({ build }: Image, registry: string | undefined): boolean {
  return build?.registry !== undefined || registry !== undefined;
}

/** As the API server takes the name of a Secret: a DNS subdomain. */
const SECRET_NAME = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

export function pullSecretFaults(names: readonly string[]): Fault[] {
  return names.filter(name => !SECRET_NAME.test(name) || name.length > 253).map(name => (
    { code: 'pull-secret', what: `'${name}' cannot be the name of a Secret to pull images by`, fix: "use lower-case letters, digits, dashes and dots, as in new Kubernetes({ pullSecrets: ['ghcr'] })" }
  ));
}

/** The commands that build, and push, all images of a stack. */
export function buildCommands(graph: Graph, folder: string, registry: string | undefined): string[] {
  return builtImages(graph).flatMap(({ name, workloads }: BuiltImage) => {
    const images = new Map(workloads.map(({ spec: { image } }) => [image.reference, image]));
    return [...images.values()].map(image => {
      const reference = imageOf(image, registry);
      const push = isPushable(image, registry) ? ` && docker push ${reference}` : '';
      return `docker build ${[...buildOptions(image.build!).map(shellWord), ...secretOptions(image.build!, graph), ...['--tag', reference, `${folder}/images/${name}`].map(shellWord)].join(' ')}${push}`;
    });
  });
}

/** In words that no shell has read. */
function buildOptions(build: Build): string[] {
  const args = 'file' in build ? Object.entries(build.args) : [];
  return [...(build.target === undefined ? [] : ['--target', build.target]), ...args.flatMap(([name, value]) => ['--build-arg', `${name}=${value}`])];
}

/** From the folder of secrets, wherever it is; the names have no sign that a shell reads. */
function secretOptions({ secrets }: Build, graph: Graph): string[] {
  return Object.entries(secrets).map(([id, { secret, name }]) => `--secret "id=${id},src=\${SECRETS_DIR:-secrets/${graph.stack.node.path}}/${graph.name(secret)}/${name}"`);
}

/** What the containers of all pods run. One that works in the pods of another has its own name there. */
export function imagesOf(documents: readonly Document[], graph: Graph, registry: string | undefined): readonly RunningImage[] {
  const built = new Set(graph.workloads.flatMap(({ spec: { image } }) => (image.build ? imageOf(image, registry) : [])));
  const names = new Set(graph.workloads.map(workload => graph.name(workload)));
  return documents.flatMap(document => {
    const { initContainers = [], containers = [] } = templateIn(document)?.spec ?? {};
    return [...initContainers, ...containers].flatMap(({ name, image }) => (image === undefined ? [] : [{ by: names.has(name) ? name : document.name, image, built: built.has(image) }]));
  });
}
