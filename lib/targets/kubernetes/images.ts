import { builtImages, type BuiltImage } from '../../core/build-context';
import type { Graph } from '../../core/graph';
import { shellWord } from '../../core/shell';
import type { Image } from '../../model';

/** The reference that nodes pull. A built image that names no registry gets the target's. */
export function imageOf({ reference, build }: Image, registry: string | undefined): string {
  return build && !build.registry && registry ? `${registry}/${reference}` : reference;
}

/** Whether nodes can pull it: a name alone would be looked for on Docker Hub. */
export function isPushable({ build }: Image, registry: string | undefined): boolean {
  return build?.registry !== undefined || registry !== undefined;
}

/** The commands that build, and push, all images of a stack. */
export function buildCommands(graph: Graph, folder: string, registry: string | undefined): string[] {
  return builtImages(graph).flatMap(({ name, workloads }: BuiltImage) => {
    const images = new Map(workloads.map(({ spec: { image } }) => [image.reference, image]));
    return [...images.values()].map(image => {
      const reference = imageOf(image, registry);
      const push = isPushable(image, registry) ? ` && docker push ${reference}` : '';
      return `docker build --target ${image.build!.target} --tag ${reference} ${shellWord(`${folder}/images/${name}`)}${push}`;
    });
  });
}
