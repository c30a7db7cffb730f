import { pathOf } from '../model';
import type { Document } from '../core/target';
import type { Sections } from '../targets/compose';
import type { Manifests } from '../targets/kubernetes';

/** The kinds of resources whose shape is known: the sections of a Compose file, and the kinds of manifests. */
export interface Bodies extends Sections, Manifests {}

/** `services`, `Deployment`; any other string for objects of your own. */
export type ResourceKind = keyof Bodies | (string & Record<never, never>);

/** What a resource of a kind holds; for objects of your own, anything. */
export type BodyOf<K extends string> = K extends keyof Bodies ? Bodies[K] : Readonly<Record<string, unknown>>;

/** An entry of the Compose file, or a manifest, as it stands in the printed file. */
export interface Resource<K extends string = string> {
  /** `services/api`, `Deployment/api`. The name of a Job is that of its workload, without the hash of the release. */
  readonly id: string;
  /** `services`, `Deployment`. */
  readonly kind: K;
  /** Without the hash of a release. */
  readonly name: string;
  /** The path of the construct that made it: `shop/prod/api`. */
  readonly at: string;
  /** As it stands in the printed file: fields without a value are not there. */
  readonly body: BodyOf<K>;
}

/** What a target makes of a stack, as plain data: fields without a value are not there. */
export function resourcesOf(documents: readonly Document[]): readonly Resource[] {
  return documents.map(({ kind, name, source, body }) => ({
    id: `${kind}/${name}`, kind, name, at: pathOf(source), body: JSON.parse(JSON.stringify(body)) as Resource['body'],
  }));
}

/** Those of a kind, in the order of the program. */
export function ofKind<K extends string>(resources: readonly Resource[], kind: K): readonly Resource<K>[] {
  return resources.filter(resource => resource.kind === kind) as Resource<string>[] as Resource<K>[];
}
