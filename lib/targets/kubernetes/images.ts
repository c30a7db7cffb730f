import { builtImages, type BuiltImage } from '../../core/build-context';
import type { Graph } from '../../core/graph';
import { imageOf } from '../../core/registry';
import { shellWord } from '../../core/shell';
import type { Build, Fault, Image } from '../../model';

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
      return `docker build ${[...buildOptions(image.build!), '--tag', reference, `${folder}/images/${name}`].map(shellWord).join(' ')}${push}`;
    });
  });
}

/** In words that no shell has read. */
function buildOptions(build: Build): string[] {
  const args = 'file' in build ? Object.entries(build.args) : [];
  return [...(build.target === undefined ? [] : ['--target', build.target]), ...args.flatMap(([name, value]) => ['--build-arg', `${name}=${value}`])];
}
