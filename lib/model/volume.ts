import type { Construct } from 'constructs';
import { Primitive } from './primitive';
import { attempt } from './problem';
import { Size, type SizeLike } from './size';
import { Workload, type WorkloadProps } from './workload';

/** How much a {@link Volume} holds, and whether it keeps its content. */
export interface VolumeProps {
  /** Kubernetes reserves it; Compose takes what the host's disk has. */
  readonly size: SizeLike;
  /** Makes the content anew for each release instead of keeping it: static files, for example. Default: it is kept. */
  readonly filledBy?: VolumeFilling;
  /** Whether its content may be lost: it is measured, fetched or worked out again, as in a cache. No backup need hold it. Default: false. */
  readonly disposable?: boolean;
  /** The storage class to ask for. Default: the cluster's own. Kubernetes only. */
  readonly storageClass?: string;
}

/** A command of an image that writes the content. It must bear being run again. */
export interface VolumeFilling extends Pick<WorkloadProps, 'image' | 'env' | 'scratch' | 'resources' | 'after'> {
  /** What to run, in place of the image's entry point. */
  readonly command: readonly string[];
  /** Where the volume stands while the command runs. */
  readonly path: string;
}

/** What a {@link Volume} is, as targets read it; aspects may change it. Each field is that of {@link VolumeProps}. */
export interface VolumeSpec {
  size: Size;
  /** The workload that writes the content, if it is not kept. */
  filledBy: Workload | undefined;
  disposable: boolean;
  storageClass: string | undefined;
}

/**
 * Storage that outlives containers, or that is filled from an image at each release.
 *
 * Compose: a named volume; a filled one has a one-shot service that others wait for.
 * Kubernetes: a claim template where one long-running workload owns it, else a PersistentVolumeClaim; of services with several
 * pods between them it wants storage for several nodes, and work that runs to an end is put on the node of its service. A filled
 * one is an emptyDir with an init container in every pod that mounts it.
 */
export class Volume extends Primitive<'volume', VolumeSpec> {
  constructor(scope: Construct, id: string, { size, filledBy, disposable = false, storageClass }: VolumeProps) {
    super(scope, id, 'volume', { size: Size.mebibytes(1), filledBy: undefined, disposable, storageClass });
    this.spec.size = attempt(this, 'size', () => Size.of(size), this.spec.size);
    if (filledBy) {
      const { path, ...rest } = filledBy;
      this.spec.filledBy = new Workload(this, 'fill', { ...rest, runs: { kind: 'release', check: undefined }, mounts: [{ volume: this, path }] });
    }
  }
}
