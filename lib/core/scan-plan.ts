import { builtImages, dockerfileOf } from './build-context';
import type { Graph } from './graph';
import { dnsLabel } from './names';
import { imageOf } from './registry';
import { sha256 } from './output';

/** The scanners of a {@link ScanPlan}, each with the ending of the files that it writes. */
export const SCANNERS = { trivy: 'sarif', grype: 'json', syft: 'spdx.json', hadolint: 'sarif' } as const;
export type Scanner = keyof typeof SCANNERS;

/** What a scan of a stack looks at, and which files it must leave: what is not there was not scanned. */
export interface ScanPlan {
  readonly format: 'compose8s-scan/1';
  /** `shop/prod` */
  readonly stack: string;
  readonly images: readonly PlannedImage[];
  readonly dockerfiles: readonly { readonly slug: string; readonly image: string }[];
  readonly outputs: readonly { readonly scanner: Scanner; readonly file: string; readonly subject: string }[];
}

/** An image to scan. */
export interface PlannedImage {
  /** In the names of files. */
  readonly slug: string;
  readonly reference: string;
  /**
   * `archive`: a built image that no registry has must be handed over. `built`: on a host that builds it itself just as well,
   * since what a registry has is not what runs there; in a cluster it is pulled.
   */
  readonly from: 'registry' | 'archive' | 'built';
  /** What the host that builds it calls it. */
  readonly local: string;
  /** The workloads that run it. */
  readonly workloads: readonly string[];
}

/** Every image that the workloads of a graph run, and every Dockerfile. `registry`: where built images that name none are pulled from. */
export function scanPlanOf(graph: Graph, registry?: string): { readonly plan: ScanPlan; readonly dockerfiles: ReadonlyMap<string, string> } {
  const byReference = new Map<string, { from: PlannedImage['from']; local: string; workloads: string[] }>();
  const isBuiltInPlace = graph.stack.targets.some(({ buildsInPlace = false }) => buildsInPlace);
  for (const workload of graph.workloads) {
    const { image } = workload.spec;
    const pulled = imageOf(image, registry);
    const from = !image.build ? 'registry' : !image.build.registry && !registry ? 'archive' : isBuiltInPlace ? 'built' : 'registry';
    const known = byReference.get(pulled) ?? { from, local: image.reference, workloads: [] };
    known.workloads.push(graph.name(workload));
    byReference.set(pulled, known);
  }
  const images = [...byReference].map(([reference, rest]) => ({ slug: slugOf(reference), reference, ...rest }));
  const built = builtImages(graph);
  const dockerfiles = built.map(({ name }) => ({ slug: slugOf(name), image: name }));
  const outputs = [
    ...(['trivy', 'grype', 'syft'] as const).flatMap(scanner => images.map(({ slug, reference }) => ({ scanner, file: outputOf(scanner, slug), subject: reference }))),
    ...dockerfiles.map(({ slug, image }) => ({ scanner: 'hadolint' as const, file: outputOf('hadolint', slug), subject: `images/${image}/Dockerfile` })),
  ];
  return {
    plan: { format: 'compose8s-scan/1', stack: graph.stack.node.path, images, dockerfiles, outputs },
    dockerfiles: new Map(built.map(one => [slugOf(one.name), dockerfileOf(one)])),
  };
}

function outputOf(scanner: Scanner, slug: string): string {
  return `${scanner}-${slug}.${SCANNERS[scanner]}`;
}

/** Readable, and no two references have the same. */
function slugOf(reference: string): string {
  return `${dnsLabel(reference).slice(0, 80)}-${sha256(reference).slice(0, 8)}`;
}
