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
  /** A built image that no registry has must be handed over as an archive. */
  readonly from: 'registry' | 'archive';
  /** The workloads that run it. */
  readonly workloads: readonly string[];
}

/** Every image that the workloads of a graph run, and every Dockerfile. `registry`: where built images that name none are pulled from. */
export function scanPlanOf(graph: Graph, registry?: string): { readonly plan: ScanPlan; readonly dockerfiles: ReadonlyMap<string, string> } {
  const byReference = new Map<string, { from: PlannedImage['from']; workloads: string[] }>();
  for (const workload of graph.workloads) {
    const { image } = workload.spec;
    const isLocal = image.build !== undefined && !image.build.registry;
    const pulled = imageOf(image, registry);
    const known = byReference.get(pulled) ?? { from: isLocal && !registry ? 'archive' : 'registry', workloads: [] };
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
